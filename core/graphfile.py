"""Graph files: JSON, versioned, with no code in them. See docs/graph-file.md."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from PIL import Image as Picture
from PIL.PngImagePlugin import PngInfo

from . import durable, strictjson
from .errors import GraphFileError
from .graph import Graph, Link, Note, Placed

FORMAT = "capriccio-graph"
VERSION = 1
PNG_KEY = "capriccio-graph"
"""The text chunk in which a PNG carries the graph that made it."""

_PNG = b"\x89PNG\r\n\x1a\n"
_NAME = r"[^./\x00-\x1f]{1,100}"
_SOCKET = rf"^{_NAME}\.[A-Za-z_]\w*$(?!\n)"  # in Python $ also matches before a line's end


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
    params: dict[str, Any] = {}


Position = tuple[float, float]
Socket = Annotated[str, msgspec.Meta(pattern=_SOCKET, max_length=200)]


class FileNote(msgspec.Struct, forbid_unknown_fields=True):
    """A text on the canvas."""

    text: Annotated[str, msgspec.Meta(max_length=10_000)]
    position: Position = (0.0, 0.0)


class GraphFile(msgspec.Struct, forbid_unknown_fields=True):
    """A graph, as it is written to disk."""

    format: Literal["capriccio-graph"]
    version: Literal[1]
    nodes: dict[Annotated[str, msgspec.Meta(pattern=f"^{_NAME}$")], FileNode]
    links: Annotated[
        list[tuple[Socket, Socket]],
        msgspec.Meta(
            description="From node.output to node.input; the order counts where an input takes many."
        ),
    ] = []
    layout: Annotated[dict[str, Position], msgspec.Meta(description="Where nodes stand.")] = {}
    notes: list[FileNote] = []


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
    if len(data) > limits.size:
        raise GraphFileError(f"it is larger than {limits.size:,} bytes; raise the limit if you trust it")
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
    except (OSError, ValueError, Picture.DecompressionBombError) as error:
        raise GraphFileError(f"{path.name}: is no PNG that can be read: {error}") from error
    if text is None:
        raise GraphFileError(f"{path.name}: is a picture that carries no graph; open one made by SaveImage")
    return str(text).encode()


def _check_head(content: Any, limits: Limits) -> None:
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise GraphFileError(f'it is no graph file: "format" must be "{FORMAT}"')
    version = content.get("version")
    if type(version) is int and version > VERSION:
        raise GraphFileError(f"it has version {version} and this Capriccio reads {VERSION}; update Capriccio")
    nodes = content.get("nodes")
    if isinstance(nodes, dict) and len(nodes) > limits.nodes:
        raise GraphFileError(
            f"it holds {len(nodes):,} nodes and the limit is {limits.nodes:,}; raise it if you trust the file"
        )


def _graph(content: dict[str, Any]) -> Graph:
    read = _converted({**content, "nodes": {}, "links": []}, GraphFile, "")
    nodes = {name: _placed(name, item) for name, item in _items(content, "nodes", dict).items()}
    links = tuple(_link(number, item) for number, item in enumerate(_items(content, "links", list)))
    notes = tuple(Note(note.text, note.position) for note in read.notes)
    return Graph(nodes, links, read.layout, notes)


def _items(content: dict[str, Any], key: str, kind: type) -> Any:
    found = content.get(key, kind() if key == "links" else None)
    if not isinstance(found, kind):
        raise GraphFileError(f'"{key}" is missing or is no {"object" if kind is dict else "list"}')
    return found


def _placed(name: str, item: Any) -> Placed:
    if not re.fullmatch(_NAME, name):
        raise GraphFileError(f"a node is called {name[:120]!r}; use 1 to 100 characters without . and /")
    read = _converted(item, FileNode, f"node {name}: ")
    return Placed(read.kind, read.params, read.version)


def _link(number: int, item: Any) -> Link:
    try:
        start, end = msgspec.convert(item, tuple[Socket, Socket], strict=True)
    except msgspec.ValidationError:
        wanted = 'it must be ["node.output", "node.input"]'
        raise GraphFileError(f"link {number + 1} is {str(item)[:120]}; {wanted}") from None
    return Link.between(start, end)


def _converted(item: Any, kind: Any, place: str) -> Any:
    try:
        return msgspec.convert(item, kind, strict=True)
    except msgspec.ValidationError as error:
        raise GraphFileError(place + str(error).replace(" - at `$", " at `").replace("`.", "`")) from None


def _node(placed: Placed) -> dict[str, Any]:
    params = _in_order(placed.params)
    return {"kind": placed.kind, "version": placed.version, **({"params": params} if params else {})}


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
