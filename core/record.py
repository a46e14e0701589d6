"""The record of a run: how a picture was made, kept in the picture and beside it.

``capriccio reproduce`` makes the picture again from it. It tells no machine's folders, no names of
people and no time, so the same graph on the same machine gives the same file, byte by byte.
"""

import hashlib
import json
import platform
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from importlib import metadata
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import msgspec
from PIL import Image as Picture
from PIL import UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from . import durable, graphfile, strictjson
from .bundle import bundled
from .errors import CapriccioError, InputError
from .graph import Graph
from .lists import Label

if TYPE_CHECKING:
    from .plan import Plan, Step

FORMAT: Literal["capriccio-run"] = "capriccio-run"
"""Also the text chunk in which a PNG carries the record."""
VERSION: Literal[1] = 1
PACKAGES = ("capriccio", "torch", "torchvision", "numpy", "pillow")
SIZE = 4_000_000
"""Bytes that a record may have. It may come from a stranger."""
Format: TypeAlias = Literal["png", "jpeg", "webp"]

_SUFFIX = ".run.json"
_DEPTH = graphfile.Limits().depth + 1
_EXIF_FOLDER, _USER_COMMENT, _ASCII = 0x8769, 0x9286, b"ASCII\0\0\0"
_EXIF_SIZE = 65_527
"""Bytes that a JPEG's segment has left for EXIF."""

Word: TypeAlias = Annotated[str, msgspec.Meta(max_length=10_000)]
Digest: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"\A([0-9a-f]{64})?\Z")]


class Pixels(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a picture shows, before it is encoded."""

    mode: Word
    width: Annotated[int, msgspec.Meta(ge=1)]
    height: Annotated[int, msgspec.Meta(ge=1)]
    sha256: Digest

    @classmethod
    def of(cls, picture: Picture.Image) -> "Pixels":
        """Those of a picture; the digest is of mode, size and 8-bit values."""
        digest = hashlib.sha256(f"{picture.mode} {picture.width} {picture.height}\n".encode())
        digest.update(picture.tobytes())
        return cls(picture.mode, picture.width, picture.height, digest.hexdigest())


class NodeFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a kind of node was."""

    version: int
    code: Digest
    """sha256 of the file that it comes from; empty if that is not known."""
    plugin: Word = ""
    """The distribution that it comes from and its version; empty for a single file."""


class FileFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A picture file that was read, or a folder of them."""

    name: Word
    """As the graph calls it."""
    sha256: Digest


class Facts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a picture depends on besides the graph."""

    seeds: dict[Word, int]
    """By ``node.setting``; those that a link gives are told by the graph."""
    nodes: dict[Word, NodeFacts]
    """By kind."""
    depends: dict[Word, Any]
    """By node, what else its result depends on, such as weights."""
    files: dict[Word, FileFacts]
    """By ``node.setting``."""
    versions: dict[Word, Word]
    device: Word
    """As torch calls it."""
    processor: Word
    """The model of that device."""
    threads: Annotated[int, msgspec.Meta(ge=0, le=1024)]
    """Of torch; another number adds up in another order. 0 if torch took no part."""
    system: Word


class RunRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one picture was made."""

    format: Literal["capriccio-run"]
    version: Literal[1]
    node: Word
    """The node that saved the picture, or whose result it is; one in a graph is called ``outer/inner``."""
    output: Word
    """The output that the picture is; empty if the node saved it itself."""
    index: Annotated[list[Annotated[int, msgspec.Meta(ge=0)]], msgspec.Meta(max_length=64)]
    """Which item of a list it is: its place, from 0, at each level."""
    labels: dict[Word, Word]
    """What tells that item from the others."""
    picture: Pixels
    facts: Facts
    graph: dict[str, Any]
    """A graph file: all that the node needs, with the graphs in it."""

    def drawn(self) -> Graph:
        """The graph; GraphFileError when it cannot be read."""
        return graphfile.parse(msgspec.json.encode(self.graph))


def facts_of(plan: "Plan", name: str) -> Facts:
    """What a node's result depends on, here and now."""
    steps = _steps_before(plan, name)
    return Facts(
        seeds=dict(seed for step in steps for seed in _seeds(step)),
        nodes={step.node.id: _node_facts(step, plan.code) for step in steps},
        depends={step.name: _as_read(step.depends) for step in steps if step.depends is not None},
        files={
            f"{step.name}.{setting}": FileFacts(*fact)
            for step in steps
            for setting, fact in step.files.items()
        },
        versions=_versions(),
        device=plan.workspace.device,
        processor=_processor(plan.workspace.device),
        threads=_threads(),
        system=f"{platform.system()} {platform.machine()}",
    )


def record_of(
    plan: "Plan", name: str, index: tuple[int, ...], labels: Label, picture: Picture.Image, output: str = ""
) -> RunRecord:
    """The record of a picture that a step of a plan made, for one item if it runs for several."""
    graph = json.loads(graphfile.dump(_needed(plan, name.partition("/")[0])))
    told = {_whole_text(key): _whole_text(label) for key, label in labels.items()}
    return RunRecord(
        FORMAT, VERSION, name, output, list(index), told, Pixels.of(picture), facts_of(plan, name), graph
    )


def differences(was: Facts, now: Facts) -> list[str]:
    """What is not as it was, in a line each."""
    lines = [
        line for name, old in was.versions.items() for line in _changed(name, old, now.versions.get(name))
    ]
    lines += _differences_of_code(was, now)
    lines += _differences_of_depends(was, now)
    for socket, file in was.files.items():
        if now.files.get(socket, file).sha256 != file.sha256:
            lines.append(f"{socket}: {file.name} does not hold what it held")
    for socket, seed in was.seeds.items():
        lines += _changed(socket, seed, now.seeds.get(socket, seed))
    for name in ("device", "processor", "threads", "system"):
        lines += _changed(name, getattr(was, name), getattr(now, name))
    return [one_line(line) for line in lines]


def dump(record: RunRecord) -> str:
    """The text of the file beside a picture."""
    return msgspec.json.format(msgspec.json.encode(record), indent=2).decode() + "\n"


def parse(data: bytes) -> RunRecord:
    """Read a record; InputError when it is none."""
    try:
        if len(data) > SIZE:
            raise ValueError(f"it is larger than {SIZE:,} bytes")
        content = strictjson.parse(data, depth=_DEPTH)
        return msgspec.convert(_of_this_version(content), RunRecord, strict=True)
    except ValueError as error:
        raise InputError(f"holds no record of a run that can be read: {error}") from None


def _of_this_version(content: Any) -> Any:
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ValueError(f'"format" must be "{FORMAT}"')
    version = content.get("version")
    if isinstance(version, int) and version > VERSION:
        raise ValueError(f"it has version {version} and this Capriccio reads {VERSION}; update Capriccio")
    return content


def beside(picture: Path) -> Path:
    """Where the record of a picture lies."""
    return picture.with_name(picture.name + _SUFFIX)


def recorded(path: Path) -> Path:
    """The picture that a record lies beside."""
    return path.with_name(path.name.removesuffix(_SUFFIX))


def read(path: Path) -> RunRecord:
    """The record that a picture carries or that lies beside it, or that is in a file; InputError without."""
    try:
        data = _carried(path)
        if data is None and beside(path).is_file():
            path = beside(path)
            data = _start(path)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    if data is None:
        said = "carries no record of its making, and there is none beside it"
        raise InputError(f"{path.name} {said}; name a picture that Capriccio has saved")
    try:
        return parse(data)
    except InputError as error:
        raise InputError(f"{path.name} {error}") from None


def keep(
    picture: Picture.Image,
    path: Path,
    graph: Graph,
    record: RunRecord | None,
    *,
    format: Format = "png",
    quality: int = 92,
    overwrite: bool = False,
) -> Path:
    """Save a picture that carries its record, and in a PNG its graph, with the record beside it.

    Gives the path, which is another than the given one if that is taken. A JPEG or WebP carries no
    record that is larger than 64 kB.
    """
    data = _encoded(picture, graph, record, format, quality)
    return deliver(path, data, record, overwrite=overwrite)


def deliver(path: Path, data: bytes, record: RunRecord | None, *, overwrite: bool = False) -> Path:
    """Write the bytes of a picture, and its record beside it; gives the path used."""
    path = durable.deliver(path, data, overwrite=overwrite)
    if record is not None:  # the name is ours now, so what lies beside it is of a picture that is gone
        durable.deliver(beside(path), dump(record).encode(), overwrite=True)
    return path


def _steps_before(plan: "Plan", name: str) -> list["Step"]:
    """A step and all that it depends on, in order."""
    steps = {step.name: step for step in plan.steps}
    found, waiting = {name}, [name]
    while waiting:
        step = steps[waiting.pop()]
        fresh = {read.source for read in chain(step.gates, *step.sources.values())} - found
        found |= fresh
        waiting += fresh
    return [step for name, step in steps.items() if name in found]


def _upstream(graph: Graph, name: str) -> set[str]:
    """A node and all whose results it may read, whatever is muted or bypassed."""
    found, waiting = {name}, [name]
    sources: dict[str, list[str]] = {}
    for link in graph.links:
        sources.setdefault(link.target, []).append(link.source)
    while waiting:
        fresh = set(sources.get(waiting.pop(), ())) - found
        found |= fresh
        waiting += fresh
    return found


def _needed(plan: "Plan", name: str) -> Graph:
    """What a node needs of the graph, with the graphs in it."""
    graph, found = plan.graph, _upstream(plan.graph, name)
    part = replace(
        graph,
        nodes={each: placed for each, placed in graph.nodes.items() if each in found},
        links=tuple(link for link in graph.links if {link.source, link.target} <= found),
        layout={each: at for each, at in graph.layout.items() if each in found},
        exposed={each: at for each, at in graph.exposed.items() if at.rpartition(".")[0] in found},
    )
    try:
        return bundled(part, plan.workspace.graph)
    except CapriccioError:
        return part  # a saved graph that has gone since then must not cost the picture


def _seeds(step: "Step") -> Iterator[tuple[str, int]]:
    for name, param in step.node.params.items():
        if param.widget and param.widget.name == "seed" and name not in step.sources:
            yield f"{step.name}.{name}", step.params[name]


def _node_facts(step: "Step", code: Mapping[str, str]) -> NodeFacts:
    package = step.node.function.__module__.partition(".")[0]
    named = sorted(set(_distributions().get(package, ())))
    plugin = ", ".join(f"{name} {metadata.version(name)}" for name in named)
    return NodeFacts(step.node.version, code.get(step.node.id, ""), plugin)


@lru_cache
def _distributions() -> Mapping[str, list[str]]:
    return metadata.packages_distributions()  # reads what is told of all that is installed


@lru_cache
def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def _threads() -> int:
    torch = sys.modules.get("torch")  # what has not been loaded took no part
    return int(torch.get_num_threads()) if torch else 0


@lru_cache
def _processor(device: str) -> str:
    torch = sys.modules.get("torch")
    if device.startswith("cuda") and torch:
        return str(torch.cuda.get_device_name(device))
    try:
        lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
    except OSError:  # it is Linux's
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _as_read(value: Any) -> Any:
    """What a record gives back of a value; a digest of one that JSON has no words for."""
    try:
        return strictjson.parse(msgspec.json.encode(value), depth=_DEPTH // 2)
    except (ValueError, TypeError, RecursionError):
        return {"sha256": hashlib.sha256(msgspec.msgpack.encode(value)).hexdigest()}


def _whole_text(text: str) -> str:
    """A text without half characters, such as a file's name may hold, and not without end."""
    return text[:1000].encode(errors="replace").decode()


def one_line(text: str) -> str:
    """A text that a terminal shows as it is, whoever has written it."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _changed(name: str, was: Any, now: Any) -> Iterator[str]:
    if was != now:
        yield f"{name} was {_shown(was)} and is {_shown(now)}"


def _differences_of_code(was: Facts, now: Facts) -> Iterator[str]:
    for kind, facts in was.nodes.items():
        here = now.nodes.get(kind, facts)
        yield from _changed(f"the version of {kind}", facts.version, here.version)
        yield from _changed(f"the plugin of {kind}", facts.plugin or "a file", here.plugin or "a file")
        if facts.code != here.code:
            yield f"the code of {kind} is not what it was"


def _differences_of_depends(was: Facts, now: Facts) -> Iterator[str]:
    for node, fact in was.depends.items():
        here = now.depends.get(node, fact)
        if isinstance(fact, dict) and isinstance(here, dict):
            for name in {**fact, **here}:
                yield from _changed(f"{node}: {name}", fact.get(name), here.get(name))
        else:
            yield from _changed(f"what {node} depends on", fact, here)


def _shown(value: Any) -> str:
    if value is None:
        return "not here"
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 100 else f"{text[:97]}..."


def _encoded(
    picture: Picture.Image, graph: Graph, record: RunRecord | None, format: Format, quality: int
) -> bytes:
    file, more = BytesIO(), dict[str, Any]()
    if format == "png":
        text = PngInfo()
        text.add_itxt(graphfile.PNG_KEY, graphfile.dump(graph))
        if record is not None:
            text.add_itxt(FORMAT, msgspec.json.encode(record).decode())
        more = {"pnginfo": text}
    else:
        exif = b"" if record is None else _exif(record)
        more = {"quality": quality, **({"exif": exif} if exif else {})}
    picture.save(file, format.upper(), **more)
    return file.getvalue()


def _exif(record: RunRecord) -> bytes:
    """EXIF data with the record as the user's comment; empty if that is too long."""
    exif = Picture.Exif()
    comment = json.dumps(msgspec.to_builtins(record), separators=(",", ":"))  # in ASCII
    exif[_EXIF_FOLDER] = {_USER_COMMENT: _ASCII + comment.encode()}
    data = exif.tobytes()
    return data if len(data) <= _EXIF_SIZE else b""


def _carried(path: Path) -> bytes | None:
    """The record that a picture carries; the content of a file that is no picture."""
    try:
        with path.open("rb") as file, Picture.open(file, formats=("PNG", "JPEG", "WEBP")) as picture:
            text = picture.info.get(FORMAT)
            if text is not None:
                return str(text).encode()
            comment = picture.getexif().get_ifd(_EXIF_FOLDER).get(_USER_COMMENT)
    except UnidentifiedImageError:
        return _start(path)
    except (Picture.DecompressionBombError, SyntaxError, ValueError) as error:
        raise InputError(f"{path.name} is no picture that can be read: {error}") from error
    if isinstance(comment, bytes) and comment.startswith(_ASCII):
        return comment.removeprefix(_ASCII)
    return None


def _start(path: Path) -> bytes:
    """As much of a file as a record may have, and a byte more."""
    with path.open("rb") as file:
        return file.read(SIZE + 1)
