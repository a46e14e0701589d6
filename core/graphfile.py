"""Graph files: JSON, versioned, with no code in them. See docs/graph-file.md."""

import codecs
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from PIL import Image as Picture
from PIL.PngImagePlugin import PngInfo

from . import durable, strictjson
from .errors import GraphFileError
from .graph import Graph, Link, Mode, Note, Placed
from .params import did_you_mean

FORMAT = "capriccio-graph"
VERSION = 1
PNG_KEY = "capriccio-graph"
"""The text chunk in which a PNG carries the graph that made it."""

_PNG = b"\x89PNG\r\n\x1a\n"
NAME = r"[^./\x00-\x1f]{1,100}"
"""What a node's name must match, whole."""
SOCKET = rf"^{NAME}\.[A-Za-z_]\w*$(?!\n)"  # in Python $ also matches before a line's end


@dataclass(frozen=True)
class Limits:
    """How much a graph file may hold. Raise them with care: files come from strangers."""

    size: int = 2_000_000
    """Bytes of JSON."""
    nodes: int = 2_000
    depth: int = 64


class FileNode(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One node: what it is, and the settings that differ from its defaults."""

    kind: Annotated[str, msgspec.Meta(min_length=1, max_length=200, description="The node's id.")]
    version: Annotated[int, msgspec.Meta(ge=1, description="The version of the node it was made with.")] = 1
    mode: Annotated[
        Mode, msgspec.Meta(description="Muted, its results are not wanted; bypassed, it passes on its input.")
    ] = "on"
    params: dict[str, Any] = {}


Position = tuple[float, float]
Socket = Annotated[str, msgspec.Meta(pattern=SOCKET, max_length=200)]


class FileNote(msgspec.Struct, forbid_unknown_fields=True):
    """A text on the canvas."""

    text: Annotated[str, msgspec.Meta(max_length=10_000)]
    position: Position = (0.0, 0.0)


class GraphFile(msgspec.Struct, forbid_unknown_fields=True):
    """A graph, as it is written to disk."""

    format: Literal["capriccio-graph"]
    version: Literal[1]
    nodes: dict[Annotated[str, msgspec.Meta(pattern=f"^{NAME}$")], FileNode]
    links: Annotated[
        list[tuple[Socket, Socket]],
        msgspec.Meta(
            description="From node.output to node.input; the order counts where an input takes many."
        ),
    ] = []
    layout: Annotated[dict[str, Position], msgspec.Meta(description="Where nodes stand.")] = {}
    notes: list[FileNote] = []


_MUST: dict[str, str] = {
    "nodes": 'an object of nodes by name, such as {"photo": {"kind": "capriccio.LoadImage"}}',
    "links": 'a list of links, such as [["photo.image", "save.image"]]',
    "layout": 'an object of positions by name, such as {"photo": [0, 260]}',
    "notes": 'a list of notes, such as [{"text": "mind the gap", "position": [0, 260]}]',
    "kind": 'the id of a node, such as "capriccio.LoadImage"',
    "version": "a whole number from 1",
    "mode": '"on", "mute" or "bypass"',
    "params": 'an object of settings by name, such as {"side": 256}',
    "text": "a text of at most 10,000 characters",
    "position": "two numbers, such as [0, 260]",
}
"""What each key of a graph file has to be, in a user's words."""

_OPEN = "open a graph file, or a PNG that SaveImage made"
_OTHERS = {
    rb"\xff\xd8\xff": "a JPEG picture, which carries no graph",
    rb"GIF8": "a GIF picture, which carries no graph",
    rb"(?s)RIFF.{4}WEBP": "a WebP picture, which carries no graph",
}
_Struct = TypeVar("_Struct", bound=msgspec.Struct)


def load(path: Path, limits: Limits | None = None) -> Graph:
    """Read a graph file, or the graph that a PNG carries. Nothing in it is run."""
    limits = limits or Limits()
    try:
        with path.open("rb") as file:
            start = file.read(len(_PNG))
            data = _png_graph(path) if start == _PNG else start + file.read(limits.size + 1 - len(start))
    except OSError as error:
        raise GraphFileError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        return parse(data, limits)
    except GraphFileError as error:
        raise GraphFileError(f"{path.name}: {error}") from error


def parse(data: bytes, limits: Limits | None = None) -> Graph:
    """Read a graph from the bytes of a graph file."""
    limits = limits or Limits()
    _check_text(data)
    if len(data) > limits.size:
        raise GraphFileError(f"it is larger than {limits.size:,} bytes; raise the limit if you trust it")
    if not data.strip():
        raise GraphFileError(f"it is empty; {_OPEN}")
    try:
        content = strictjson.parse(data, depth=limits.depth)
    except ValueError as error:
        raise GraphFileError(str(error)) from None
    _check_head(content, limits)
    return _graph(content)


def dump(graph: Graph) -> str:
    """The text of a graph file: the same for the same graph, a line for each node and link."""
    content: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "nodes": {name: _node(placed) for name, placed in sorted(graph.nodes.items())},
        "links": [[link.start, link.end] for link in sorted(graph.links, key=lambda x: (x.target, x.input))],
        "layout": {name: _position(at) for name, at in sorted(graph.layout.items())},
        "notes": [{"text": note.text, "position": _position(note.position)} for note in graph.notes],
    }
    try:
        return _laid_out({key: value for key, value in content.items() if value or key in ("nodes", "links")})
    except (TypeError, ValueError, RecursionError) as error:
        raise GraphFileError(f"the graph holds what no graph file can: {error}") from error


def save(graph: Graph, path: Path) -> None:
    """Write a graph file durably. What it writes can be read again, or it raises and writes nothing."""
    data = dump(graph).encode(errors="surrogatepass")  # which reading them again refuses
    parse(data, Limits(size=len(data), nodes=len(graph.nodes)))
    durable.write(path, data)


def png(picture: Picture.Image, graph: Graph) -> bytes:
    """The bytes of a PNG that carries the graph that made it."""
    file, text = BytesIO(), PngInfo()
    text.add_itxt(PNG_KEY, dump(graph))
    picture.save(file, "PNG", pnginfo=text)
    return file.getvalue()


def schema() -> dict[str, Any]:
    """The JSON Schema of graph files."""
    made = msgspec.json.schema(GraphFile)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


def _png_graph(path: Path) -> bytes:
    try:
        with path.open("rb") as file, Picture.open(file, formats=["PNG"]) as picture:
            text = picture.info.get(PNG_KEY)
    except Picture.DecompressionBombError as error:
        raise GraphFileError(f"{path.name}: it is a PNG with too many pixels; {_OPEN}") from error
    except (OSError, ValueError) as error:
        said = f"it is a PNG that is damaged or cut short; {_OPEN}"
        raise GraphFileError(f"{path.name}: {said}") from error
    if text is None:
        raise GraphFileError(f"{path.name}: it is a picture that carries no graph; {_OPEN}")
    return str(text).encode()


def _check_text(data: bytes) -> None:
    """Tell people who took some other file for a graph what it is."""
    for start, kind in _OTHERS.items():
        if re.match(start, data):
            raise GraphFileError(f"it is {kind}; {_OPEN}")
    if b"\0" in data and data[:2] not in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raise GraphFileError(f"it is no text (byte {data.index(0) + 1} is 0); {_OPEN}")


def _check_head(content: Any, limits: Limits) -> None:
    found = content.get("format") if isinstance(content, dict) else content
    if not isinstance(content, dict) or found != FORMAT:
        missing = isinstance(content, dict) and "format" not in content
        instead = "it is missing" if missing else f"it is {_shown(found)}"
        raise GraphFileError(f'it is no graph file: "format" must be "{FORMAT}", and {instead}; {_OPEN}')
    version = content.get("version")
    if type(version) is int and version > VERSION:
        raise GraphFileError(f"it has version {version} and this Capriccio reads {VERSION}; update Capriccio")
    if type(version) is not int or version != VERSION:
        raise GraphFileError(_unlike(content, "version", str(VERSION)))
    nodes = content.get("nodes")
    if isinstance(nodes, dict) and len(nodes) > limits.nodes:
        raise GraphFileError(
            f"it holds {len(nodes):,} nodes and the limit is {limits.nodes:,}; raise it if you trust the file"
        )


def _graph(content: dict[str, Any]) -> Graph:
    parts: dict[str, Any] = {"nodes": {}, "links": [], "layout": {}, "notes": []}
    _converted({**content, **{key: empty for key, empty in parts.items() if key in content}}, GraphFile, "")
    for key, empty in parts.items():
        parts[key] = content.get(key, empty)
        if not isinstance(parts[key], type(empty)):
            raise GraphFileError(_unlike(content, key, _MUST[key]))
    return Graph(
        {name: _placed(name, item) for name, item in parts["nodes"].items()},
        tuple(_link(number, item) for number, item in enumerate(parts["links"], 1)),
        {name: _place(name, item) for name, item in parts["layout"].items()},
        tuple(_note(number, item) for number, item in enumerate(parts["notes"], 1)),
    )


def _placed(name: str, item: Any) -> Placed:
    if not re.fullmatch(NAME, name):
        raise GraphFileError(f"a node is called {name[:120]!r}; use 1 to 100 characters without . and /")
    read = _converted(item, FileNode, f"node {name}: ")
    return Placed(read.kind, read.params, read.version, read.mode)


def _link(number: int, item: Any) -> Link:
    try:
        start, end = msgspec.convert(item, tuple[Socket, Socket], strict=True)
    except msgspec.ValidationError:
        wanted = 'it must be ["node.output", "node.input"]'
        raise GraphFileError(f"link {number} is {_shown(item)}; {wanted}") from None
    return Link.between(start, end)


def _place(name: str, item: Any) -> Position:
    try:
        at: Position = msgspec.convert(item, Position, strict=True)
    except msgspec.ValidationError:
        text = f"the layout of {name[:100]} is {_shown(item)}; it must be {_MUST['position']}"
        raise GraphFileError(text) from None
    return at


def _note(number: int, item: Any) -> Note:
    read = _converted(item, FileNote, f"note {number}: ")
    return Note(read.text, read.position)


def _converted(item: Any, kind: type[_Struct], place: str) -> _Struct:
    try:
        return msgspec.convert(item, kind, strict=True)
    except msgspec.ValidationError:
        raise GraphFileError(place + _wrong(item, kind)) from None


def _wrong(item: Any, kind: type[msgspec.Struct]) -> str:
    """What keeps a value from being an object of that kind, in a user's words."""
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    if not isinstance(item, dict):
        return f"it is {_shown(item)}; it must be an object with {_listed(fields)}"
    for key in item:
        if key not in fields:
            hint = did_you_mean(key[:100], list(fields))
            return f"{_shown(key)} is unknown here; remove it, or use {_listed(fields)}{hint}"
    key = next(key for key, field in fields.items() if not _fits(item.get(key, field.default), field))
    return _unlike(item, key, _MUST[key])


def _fits(value: Any, field: msgspec.structs.FieldInfo) -> bool:
    if value is msgspec.NODEFAULT:
        return field.default_factory is not msgspec.NODEFAULT
    try:
        msgspec.convert(value, field.type, strict=True)
    except msgspec.ValidationError:
        return False
    return True


def _unlike(item: dict[str, Any], key: str, wanted: str) -> str:
    was = f"is {_shown(item[key])}" if key in item else "is missing"
    return f'"{key}" {was}; it must be {wanted}'


def _listed(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _shown(value: Any) -> str:
    text = _json(value)
    return text if len(text) <= 100 else f"{text[:100]}..."


def _node(placed: Placed) -> dict[str, Any]:
    mode = {} if placed.mode == "on" else {"mode": placed.mode}
    params = {"params": _in_order(placed.params)} if placed.params else {}
    return {"kind": placed.kind, "version": placed.version, **mode, **params}


def _in_order(value: Any) -> Any:
    """The same value with the keys of all its objects in order."""
    if isinstance(value, Mapping):
        return {key: _in_order(item) for key, item in sorted(value.items())}
    return [_in_order(item) for item in value] if isinstance(value, list | tuple) else value


def _position(at: tuple[float, float]) -> list[float]:
    return [float(at[0]), float(at[1])]  # reading gives floats, so a graph is written alike ever after


def _laid_out(content: dict[str, Any]) -> str:
    """JSON with one line for each node, link and note, so that a diff shows what changed."""
    parts = [f"  {_json(key)}: {_block(value)}" for key, value in content.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _block(value: Any) -> str:
    if isinstance(value, dict) and value:
        lines = [f"    {_json(key)}: {_json(item)}" for key, item in value.items()]
        return "{\n" + ",\n".join(lines) + "\n  }"
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(f"    {_json(item)}" for item in value) + "\n  ]"
    return _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
