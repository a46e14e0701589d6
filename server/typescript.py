"""The wire in TypeScript, so that the page cannot misread a message; ``make schema`` writes it."""

import inspect
import json
from collections.abc import Iterable, Iterator
from types import UnionType
from typing import Any, Literal, get_args, get_origin

import msgspec
from msgspec import Struct
from msgspec import inspect as types

from ..core import graphfile
from . import wire

HEADER = "// Every message between the server and its clients. Made from server/wire.py by: make schema\n"
COLUMNS = 80
"""The longest line of code, as prettier has it. It leaves comments as they are."""

_SENT = msgspec.json.schema_components([wire.AnyRequest, wire.UploadChunk])[1]
"""By name, what clients write: they may leave out what has a default."""
_USED = msgspec.json.schema_components([wire.AnyRequest, wire.AnyMessage, *wire.KINDS])[1]
_NAMES = {
    frozenset(get_args(value)): name
    for name, value in vars(wire).items()
    if isinstance(value, UnionType) or get_origin(value) is Literal
}
"""What unions are called in wire.py, by their members."""


def written() -> str:
    """The text of wire.ts: the structs of graph files, then types and numbers in the order of wire.py."""
    files = (_interface(value) for name, value in vars(graphfile).items() if name in _USED)
    return "\n".join([HEADER, *files, *_declarations()])


def _declarations() -> Iterator[str]:
    for name, value in vars(wire).items():
        if name.isupper() and type(value) is int:
            yield f"export const {name} = {value};\n"
        elif name in _USED:
            yield _interface(value)
        elif name in _NAMES.values():
            yield _line(f"export type {name} =", [_member(member) for member in get_args(value)])
    kinds = "".join(f"  {kind.__name__}: {number},\n" for kind, number in wire.KINDS.items())
    yield f"{_comment('The first byte of a binary frame.')}export const KINDS = {{\n{kinds}}} as const;\n"


def _interface(struct: type[Struct]) -> str:
    info = types.type_info(struct)
    assert isinstance(info, types.StructType)
    tag = [f"  {info.tag_field}: {json.dumps(info.tag)};\n"] if info.tag_field else []
    optional = struct.__name__ in _SENT or struct.__struct_config__.omit_defaults
    fields = [_field(field, optional and not field.required) for field in info.fields]
    head = _comment(inspect.getdoc(struct) or "")
    return f"{head}export interface {struct.__name__} {{\n{''.join([*tag, *fields])}}}\n"


def _field(field: types.Field, optional: bool) -> str:
    extra = field.type.extra_json_schema if isinstance(field.type, types.Metadata) else None
    comment = _comment(extra["description"], "  ") if extra and "description" in extra else ""
    return comment + _line(f"  {field.encode_name}{'?' * optional}:", _members(field.type))


def _line(head: str, members: list[str]) -> str:
    """A type behind its name: in one line, or below it, or below it with a line for each member."""
    union = " | ".join(members)
    indent = " " * (len(head) - len(head.lstrip()) + 2)
    if len(f"{head} {union};") <= COLUMNS:
        return f"{head} {union};\n"
    if len(f"{indent}{union};") <= COLUMNS or len(members) == 1:
        return f"{head}\n{indent}{union};\n"
    return head + "".join(f"\n{indent}| {member}" for member in members) + ";\n"


def _type(kind: types.Type) -> str:
    return " | ".join(_members(kind))


def _members(kind: types.Type) -> list[str]:
    """A type, as the members of a union; one that is no union, or that has a name, is alone."""
    match kind:
        case types.Metadata(type=inner):
            return _members(inner)
        case types.LiteralType(values=values):
            return _named(values) or [_member(value) for value in values]
        case types.UnionType(types=kinds):
            structs = [kind.cls for kind in kinds if isinstance(kind, types.StructType)]
            # TypeScript knows but one kind of number.
            return _named(structs) or list(dict.fromkeys(map(_type, kinds)))
        case types.ListType(item_type=item):
            members = _members(item)
            return [f"{members[0]}[]" if len(members) == 1 else f"({' | '.join(members)})[]"]
        case types.TupleType(item_types=items):
            return [f"[{', '.join(map(_type, items))}]"]
        case types.DictType(value_type=value):
            return [f"Record<string, {_type(value)}>"]
        case types.StructType(cls=cls):
            return [cls.__name__]
    if type(kind) not in _PLAIN:
        raise TypeError(f"wire.py uses {kind}; say in typescript.py how that is written")
    return [_PLAIN[type(kind)]]


_PLAIN: dict[type[types.Type], str] = {
    types.AnyType: "unknown",
    types.NoneType: "null",
    types.BoolType: "boolean",
    types.IntType: "number",
    types.FloatType: "number",
    types.StrType: "string",
}


def _named(members: Iterable[Any]) -> list[str]:
    name = _NAMES.get(frozenset(members))
    return [name] if name else []


def _member(member: Any) -> str:
    """A struct or a literal."""
    return member.__name__ if isinstance(member, type) else json.dumps(member, ensure_ascii=False)


def _comment(text: str, indent: str = "") -> str:
    lines = text.replace("``", "`").splitlines()
    if len(lines) == 1:
        return f"{indent}/** {lines[0]} */\n"
    return (
        f"{indent}/**\n" + "".join(f"{indent} * {line}".rstrip() + "\n" for line in lines) + f"{indent} */\n"
    )
