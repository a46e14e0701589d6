"""Graph files: JSON, versioned, with no code in them. See docs/graph-file.md."""

import codecs
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from PIL import Image as Picture
from PIL.PngImagePlugin import PngInfo

from . import durable, strictjson
from ._salvage import salvaged
from .errors import GraphFileError
from .graph import Frame, Graph, Link, Mode, Note, Placed
from .params import did_you_mean

FORMAT = "capriccio-graph"
VERSION = 1
PNG_KEY = "capriccio-graph"
"""The text chunk in which a PNG carries the graph that made it."""

_PNG = b"\x89PNG\r\n\x1a\n"
NAME = r"[^./\x00-\x1f]{1,100}"
"""What a node's name must match, whole."""
GRAPH_NAME = r"\w[\w -]{0,63}"
"""What a graph's name must match, whole."""
EXPOSED = r"[A-Za-z_]\w{0,99}"
"""What the name of an exposed setting must match, whole."""
# In Python $ also matches before a line's end.
SOCKET = rf"^{NAME}\.[A-Za-z_]\w*$(?!\n)"


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
Side = Annotated[float, msgspec.Meta(gt=0)]
Size = Annotated[tuple[Side, Side], msgspec.Meta(description="Width and height.")]
Socket = Annotated[str, msgspec.Meta(pattern=SOCKET, max_length=200)]


class FileNote(msgspec.Struct, forbid_unknown_fields=True):
    """A text on the canvas."""

    text: Annotated[str, msgspec.Meta(max_length=10_000)]
    position: Position = (0.0, 0.0)
    size: Size | None = None


class FileFrame(msgspec.Struct, forbid_unknown_fields=True):
    """A rectangle with a title, behind the nodes on the canvas."""

    title: Annotated[str, msgspec.Meta(max_length=200)]
    position: Position
    size: Size


Nodes = dict[Annotated[str, msgspec.Meta(pattern=rf"^{NAME}$(?!\n)")], FileNode]
Links = Annotated[
    list[tuple[Socket, Socket]],
    msgspec.Meta(description="From node.output to node.input; the order counts where an input takes many."),
]
Exposed = Annotated[
    dict[Annotated[str, msgspec.Meta(pattern=rf"^{EXPOSED}$(?!\n)")], Socket],
    msgspec.Meta(description="Settings, node.setting, that the graph has where it is a node."),
]
Layout = Annotated[dict[str, Position], msgspec.Meta(description="Where nodes stand.")]
Collapsed = Annotated[list[str], msgspec.Meta(description="The names of nodes that are drawn small.")]


class FileGraph(msgspec.Struct, forbid_unknown_fields=True):
    """A graph that another brings along, for those of its nodes that are graphs."""

    nodes: Nodes
    links: Links = []
    exposed: Exposed = {}
    layout: Layout = {}
    notes: list[FileNote] = []
    frames: list[FileFrame] = []
    collapsed: Collapsed = []


class GraphFile(msgspec.Struct, forbid_unknown_fields=True):
    """A graph, as it is written to disk."""

    format: Literal["capriccio-graph"]
    version: Literal[1]
    nodes: Nodes
    links: Links = []
    exposed: Exposed = {}
    layout: Layout = {}
    notes: list[FileNote] = []
    frames: list[FileFrame] = []
    collapsed: Collapsed = []
    graphs: Annotated[
        dict[Annotated[str, msgspec.Meta(pattern=rf"^{GRAPH_NAME}$(?!\n)")], FileGraph],
        msgspec.Meta(description="Graphs that it brings along; a node is one whose kind is graph:NAME."),
    ] = {}


_MUST: dict[str, str] = {
    "nodes": 'an object of nodes by name, such as {"photo": {"kind": "capriccio.LoadImage"}}',
    "links": 'a list of links, such as [["photo.image", "save.image"]]',
    "exposed": 'an object of settings by name, such as {"strength": "dream.rate"}',
    "layout": 'an object of positions by name, such as {"photo": [0, 260]}',
    "notes": 'a list of notes, such as [{"text": "mind the gap", "position": [0, 260]}]',
    "frames": 'a list of frames, such as [{"title": "style", "position": [0, 0], "size": [640, 320]}]',
    "collapsed": 'a list of names of nodes, such as ["photo"]',
    "graphs": 'an object of graphs by name, such as {"style": {"nodes": {}}}',
    "kind": 'the id of a node, such as "capriccio.LoadImage"',
    "version": "a whole number from 1",
    "mode": '"on", "mute" or "bypass"',
    "params": 'an object of settings by name, such as {"side": 256}',
    "text": "a text of at most 10,000 characters",
    "title": "a text of at most 200 characters",
    "position": "two numbers, such as [0, 260]",
    "size": "two numbers above 0, such as [640, 320]",
}
"""What each key of a graph file has to be, in a user's words."""

_EMPTY: dict[str, Any] = {
    "nodes": {},
    "links": [],
    "exposed": {},
    "layout": {},
    "notes": [],
    "frames": [],
    "collapsed": [],
    "graphs": {},
}
_NESTED = 'it brings along graphs itself; put them beside it, in "graphs" of the file'
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
    """Read a graph from the bytes of a graph file.

    Of a newer format it reads what it can, and the graph says why it can only be looked at.
    """
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
    version = _version(content)
    _check_count(content, limits)
    if version > VERSION:
        known = salvaged({**content, "version": VERSION}, GraphFile)
        return replace(_graph(known, GraphFile), newer=_newer(version))
    return _graph(content, GraphFile)


def dump(graph: Graph) -> str:
    """The text of a graph file: the same for the same graph, a line for each node and link."""
    for name, inner in graph.graphs.items():
        if inner.graphs:
            raise GraphFileError(f"graph {name}: {_NESTED}")
    if newer := next((each.newer for each in (graph, *graph.graphs.values()) if each.newer), ""):
        raise GraphFileError(newer)
    try:
        content = {"format": FORMAT, "version": VERSION, **_content(graph)}
        graphs = {name: _content(inner) for name, inner in sorted(graph.graphs.items())}
        return _laid_out({**content, "graphs": graphs} if graphs else content) + "\n"
    except (TypeError, ValueError, RecursionError) as error:
        raise GraphFileError(f"the graph holds what no graph file can: {error}") from error


def save(graph: Graph, path: Path) -> None:
    """Write a graph file durably. What it writes can be read again, or it raises and writes nothing."""
    data = dump(graph).encode(errors="surrogatepass")  # which reading them again refuses
    nodes = sum(len(each.nodes) for each in (graph, *graph.graphs.values()))
    parse(data, Limits(size=len(data), nodes=nodes))
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


def _version(content: Any) -> int:
    """The version of the format in which a graph is written."""
    found = content.get("format") if isinstance(content, dict) else content
    if not isinstance(content, dict) or found != FORMAT:
        missing = isinstance(content, dict) and "format" not in content
        instead = "it is missing" if missing else f"it is {_shown(found)}"
        raise GraphFileError(f'it is no graph file: "format" must be "{FORMAT}", and {instead}; {_OPEN}')
    version = content.get("version")
    if type(version) is not int or version < VERSION:
        raise GraphFileError(_unlike(content, "version", str(VERSION)))
    if version > VERSION and not isinstance(content.get("nodes"), dict):
        raise GraphFileError(_unlike(content, "nodes", _MUST["nodes"]))
    return version


def _newer(version: int) -> str:
    return (
        f"it was made by a newer Capriccio (format {version}, and this one reads {VERSION}), "
        "so it can be looked at but not changed, run or saved; update Capriccio"
    )


def _check_count(content: dict[str, Any], limits: Limits) -> None:
    graphs = content.get("graphs")
    inner = list(graphs.values()) if isinstance(graphs, dict) else []
    nodes = [each.get("nodes") for each in (content, *inner) if isinstance(each, dict)]
    if (count := sum(len(each) for each in nodes if isinstance(each, dict))) > limits.nodes:
        raise GraphFileError(
            f"it holds {count:,} nodes and the limit is {limits.nodes:,}; raise it if you trust the file"
        )


def _graph(content: Any, kind: type[msgspec.Struct]) -> Graph:
    shallow = content
    if isinstance(content, dict):
        shallow = {**content, **{key: empty for key, empty in _EMPTY.items() if key in content}}
    _converted(shallow, kind, "")
    parts: dict[str, Any] = {key: content.get(key, empty) for key, empty in _EMPTY.items()}
    for key, empty in _EMPTY.items():
        if not isinstance(parts[key], type(empty)):
            raise GraphFileError(_unlike(content, key, _MUST[key]))
    return Graph(
        {name: _placed(name, item) for name, item in parts["nodes"].items()},
        tuple(_link(number, item) for number, item in enumerate(parts["links"], 1)),
        {name: _place(name, item) for name, item in parts["layout"].items()},
        tuple(_note(number, item) for number, item in enumerate(parts["notes"], 1)),
        {name: _exposed(name, item) for name, item in parts["exposed"].items()},
        {name: _inner(name, item) for name, item in parts["graphs"].items()},
        frames=tuple(_frame(number, item) for number, item in enumerate(parts["frames"], 1)),
        collapsed=frozenset(_collapsed(number, item) for number, item in enumerate(parts["collapsed"], 1)),
    )


def _inner(name: str, item: Any) -> Graph:
    if not re.fullmatch(GRAPH_NAME, name):
        said = "use 1 to 64 letters, digits, spaces, - and _"
        raise GraphFileError(f"a graph in it is called {name[:120]!r}; {said}")
    try:
        if isinstance(item, dict) and "graphs" in item:
            raise GraphFileError(_NESTED)
        return _graph(item, FileGraph)
    except GraphFileError as error:
        raise GraphFileError(f"graph {name}: {error}") from None


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


def _exposed(name: str, item: Any) -> str:
    if not re.fullmatch(EXPOSED, name):
        said = "use a letter or _, then letters, digits and _, at most 100 together"
        raise GraphFileError(f"a setting is exposed as {name[:120]!r}; {said}")
    try:
        socket: str = msgspec.convert(item, Socket, strict=True)
    except msgspec.ValidationError:
        text = f'what is exposed as {name} is {_shown(item)}; it must be "node.setting"'
        raise GraphFileError(text) from None
    return socket


def _place(name: str, item: Any) -> Position:
    try:
        at: Position = msgspec.convert(item, Position, strict=True)
    except msgspec.ValidationError:
        text = f"the layout of {name[:100]} is {_shown(item)}; it must be {_MUST['position']}"
        raise GraphFileError(text) from None
    return at


def _note(number: int, item: Any) -> Note:
    read = _converted(item, FileNote, f"note {number}: ")
    return Note(read.text, read.position, read.size)


def _frame(number: int, item: Any) -> Frame:
    read = _converted(item, FileFrame, f"frame {number}: ")
    return Frame(read.title, read.position, read.size)


def _collapsed(number: int, item: Any) -> str:
    if not isinstance(item, str):
        raise GraphFileError(f"collapsed {number} is {_shown(item)}; it must be the name of a node")
    return item


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


def _content(graph: Graph) -> dict[str, Any]:
    """What is written of a graph, but for what it brings along."""
    content: dict[str, Any] = {
        "nodes": {name: _node(placed) for name, placed in sorted(graph.nodes.items())},
        "links": [[link.start, link.end] for link in sorted(graph.links, key=lambda x: (x.target, x.input))],
        "exposed": dict(sorted(graph.exposed.items())),
        "layout": {name: _position(at) for name, at in sorted(graph.layout.items())},
        "notes": [_written_note(note) for note in graph.notes],
        "frames": [_written_frame(frame) for frame in graph.frames],
        "collapsed": sorted(graph.collapsed),
    }
    return {key: value for key, value in content.items() if value or key in ("nodes", "links")}


def _written_note(note: Note) -> dict[str, Any]:
    size = {} if note.size is None else {"size": _position(note.size)}
    return {"text": note.text, "position": _position(note.position), **size}


def _written_frame(frame: Frame) -> dict[str, Any]:
    return {"title": frame.title, "position": _position(frame.position), "size": _position(frame.size)}


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


def _laid_out(content: dict[str, Any], margin: str = "") -> str:
    """JSON with one line for each node, link and note, so that a diff shows what changed."""
    lines = {key: _block(value, margin + "  ") for key, value in content.items() if key != "graphs"}
    if "graphs" in content:
        inner = {name: _laid_out(each, margin + "    ") for name, each in content["graphs"].items()}
        lines["graphs"] = _lines(inner, margin + "  ")
    return _lines(lines, margin)


def _block(value: Any, margin: str) -> str:
    if isinstance(value, dict):
        return _lines({key: _json(item) for key, item in value.items()}, margin)
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(f"{margin}  {_json(item)}" for item in value) + f"\n{margin}]"
    return _json(value)


def _lines(items: dict[str, str], margin: str) -> str:
    """An object of values that are written already, a line for each."""
    lines = ",\n".join(f"{margin}  {_json(key)}: {item}" for key, item in items.items())
    return f"{{\n{lines}\n{margin}}}" if items else "{}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
