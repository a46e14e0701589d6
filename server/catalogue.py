"""What the page is told of each node, so that it can draw any without knowing it."""

import math
import re
import reprlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from ..core import PALETTE, AnyNode, Catalog, Choice, Names, Pattern, PluginError
from ..core.params import REQUIRED, Param
from . import wire
from .plain import error_line

WHOLE = 2**53 - 1
"""The largest whole number that a graph file and JavaScript hold exactly."""

_TYPES: dict[Any, str] = {
    int: "integer",
    float: "number",
    bool: "boolean",
    str: "string",
    Path: "string",
    type(None): "null",
}
_WIDGETS: dict[Any, str] = {int: "number", float: "number", bool: "switch", str: "text", Path: "text"}
# Left out are, among others, \w, \d, \s, \b and the dot, which take other characters in JavaScript,
# and \Z, (?P<name>...), (?i) and a*+, which it does not know.
_IN_BOTH = re.compile(
    r"""\^? (?:
        \( (?:\?:)? (?!\?) | \|
        | (?: \)
            | [^\\\[\](){}|.*+?^$]
            | \\[nrtfv\\\[\](){}|.*+?^$/] | \\x[0-9A-Fa-f]{2} | \\u(?![dD][89A-Fa-f])[0-9A-Fa-f]{4}
            | \[ \^? (?: [^\\\[\]^] | \\[nrtfv\\\[\]^-] | \\x[0-9A-Fa-f]{2}
                | \\u(?![dD][89A-Fa-f])[0-9A-Fa-f]{4} )+ \]
          ) (?: (?: [*+?] | \{\d+(?:,\d*)?\} ) \?? )?
    )* \$?""",
    re.VERBOSE,
)


def described(catalog: Catalog, ready: bool = True) -> wire.Catalogue:
    """All that a catalog holds, for the page, in the order in which it was loaded."""
    return wire.Catalogue(
        ready=ready,
        nodes=[told(node) for node in catalog.nodes.values()],
        ports=[
            wire.PortInfo(port.name, port.color, port.doc, port.name in catalog.previews)
            for port in catalog.port_types.values()
        ],
        failures={_whole(name): _whole(error_line(error)) for name, error in catalog.failures.items()},
    )


def settings(params: Sequence[Param]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a node's settings as they stand in a graph file.

    It takes what ``Param.problem`` has nothing against, but for two things: it cannot tell 1.0 from
    1, and a pattern that JavaScript would read otherwise is told only in words, as an ``x-note``.
    Patterns need JavaScript's flag u.
    """
    properties = {param.name: _setting(param) for param in params}
    required = [name for name, schema in properties.items() if "default" not in schema]
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        **({"required": required} if required else {}),
    }


def told(node: AnyNode) -> wire.NodeInfo:
    """One kind of node, for the page."""
    return wire.NodeInfo(
        id=node.id,
        version=node.version,
        category=node.category,
        doc=node.doc,
        inputs=[
            wire.InputInfo(
                name, input.type.name, input.depth, input.type.variable, input.optional, input.live
            )
            for name, input in node.inputs.items()
        ],
        outputs=[
            wire.OutputInfo(name, output.type.name, output.depth, output.type.variable)
            for name, output in node.outputs.items()
        ],
        settings=settings(list(node.params.values())),
        streams=node.streams,
        touches=sorted(node.touches),
    )


def _setting(param: Param) -> dict[str, Any]:
    schema = {**_values(param), "x-port": param.port.name, **_default(param)}
    if param.doc:
        schema["description"] = param.doc
    if param.widget:
        schema["x-widget"] = param.widget.name
    if param.widget and param.widget.name == "labels":
        schema["x-palette"] = [{"name": swatch.name, "color": swatch.color} for swatch in PALETTE]
    if param.live:
        schema["x-live"] = True
    return schema


def _values(param: Param) -> dict[str, Any]:
    """Which values there are, and the widget that shows them."""
    if get_origin(param.type) is Literal:
        return _enumerated([option for option in get_args(param.type) if _in_json(option)])
    schema = {"type": _TYPES[param.type], "x-widget": _WIDGETS[param.type]}
    if param.type in (int, float):
        schema |= _bounded(param)
    if param.pattern:
        schema |= _matching(param.pattern)
    schema |= _chosen(param.choice) if param.choice else {}
    return schema | (_offered(param.names) if param.names else {})


def _enumerated(options: Sequence[Any]) -> dict[str, Any]:
    kinds = list(dict.fromkeys(_TYPES[type(option)] for option in options))
    return {"type": kinds[0] if len(kinds) == 1 else kinds, "x-widget": "choice", "enum": list(options)}


def _bounded(param: Param) -> dict[str, Any]:
    """Bounds of a number; one without a range must still fit into a graph file."""
    limits = param.range
    low = _bound(limits.low if limits else -math.inf, param.type)
    high = _bound(limits.high if limits else math.inf, param.type)
    schema: dict[str, Any] = {"minimum": low, "maximum": high}
    if limits is None:
        return schema
    if (low, high) == (limits.low, limits.high):  # a slider has two ends
        schema["x-widget"] = "slider"
    if limits.unit:
        schema["x-unit"] = limits.unit
    if limits.step is not None and math.isfinite(limits.step):
        schema["x-step"] = limits.step
    if limits.scale != "linear":
        schema["x-scale"] = limits.scale
    return schema


def _bound(limit: float, kind: type) -> float:
    most = WHOLE if kind is int else sys.float_info.max
    kept = min(max(limit, -most), most)
    return float(kept) if kind is float else kept  # for msgspec writes no whole number beyond 64 bits


def _matching(pattern: Pattern) -> dict[str, Any]:
    if not _IN_BOTH.fullmatch(pattern.expression):
        return {"x-note": pattern.words}
    # In Python $ also matches before a line's end.
    return {"pattern": rf"^(?:{pattern.expression})$(?!\n)", "x-note": pattern.words}


def _chosen(choice: Choice) -> dict[str, Any]:
    try:
        return {"enum": _texts(choice.options()), "x-widget": "choice"}
    except (Exception, SystemExit) as error:
        return _untold(error)


def _offered(names: Names) -> dict[str, Any]:
    try:
        return {"x-names": _texts(names.options()), "x-widget": "names"}
    except (Exception, SystemExit) as error:
        return _untold(error)


def _untold(error: BaseException) -> dict[str, Any]:
    return {"x-note": _whole(f"what there is to choose from cannot be told: {error_line(error)}")}


def _texts(options: Any) -> list[str]:
    """What a choice offers, each once."""
    listed = isinstance(options, Sequence) and not isinstance(options, str)
    if not listed or not all(type(each) is str and _in_json(each) for each in options):
        raise PluginError(f"it offers {reprlib.repr(options)}; it must offer a list of texts")
    if not options:
        raise PluginError("it offers nothing")
    return list(dict.fromkeys(options))


def _default(param: Param) -> dict[str, Any]:
    if param.default is REQUIRED:
        return {}
    default = str(param.default) if param.type is Path else param.default
    # The default of a choice is not looked at until there is a plan.
    fits = _in_json(default) and (param.choice is None or isinstance(default, str))
    return {"default": default} if fits else {}


def _in_json(value: Any) -> bool:
    """Whether a graph file and JavaScript can hold a value; a Literal may name what they cannot."""
    if type(value) is float:
        return math.isfinite(value)
    if type(value) is int:
        return abs(value) <= WHOLE
    return value is None or type(value) is bool or (type(value) is str and _whole(value) == value)


def _whole(text: str) -> str:
    """A text without half characters, such as names of files may hold."""
    return text.encode(errors="replace").decode()
