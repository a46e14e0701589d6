"""What the server and its worker say to each other: msgpack behind a length, on a local socket."""

import struct
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from . import wire

LENGTH = struct.Struct(">I")
Place: TypeAlias = tuple[int, str]
"""A node: the number of its graph, and its name."""


class Setup(Struct, frozen=True):
    """All that a worker needs to begin."""

    builtins: tuple[str, ...]
    plugin_folder: str
    plugin_files: tuple[str, ...]
    device: str
    folders: tuple[str, ...]
    """Where graphs find their pictures."""
    out: str
    cache: str
    """The folder of the result cache."""
    memory: int = 0
    """Bytes that the worker may use; 0 for as many as there are."""


# To the worker.


class ToWorker(Struct, frozen=True, tag=True):
    """What the server wants."""


class Start(ToWorker, frozen=True):
    """Run a graph, which the server knows by a number. There is no other run on."""

    run: int
    graph: int
    content: bytes
    only: list[str]
    allowed: list[str]
    """Kinds of nodes that may reach files and networks."""


class Cancel(ToWorker, frozen=True):
    """End a run."""

    run: int


class Pause(ToWorker, frozen=True):
    """Hold a run, or one node of it."""

    run: int
    node: str | None


class Resume(ToWorker, frozen=True):
    """Let a run, or one node of it, go on."""

    run: int
    node: str | None


class Change(ToWorker, frozen=True):
    """Hand settings of a node to a run, as far as they are live; those in ``reset`` get their defaults."""

    run: int
    node: str
    params: dict[str, Any]
    reset: list[str] = []


class Describe(ToWorker, frozen=True):
    """Tell what a saved graph is as a node of this one."""

    ask: int
    content: bytes
    name: str


class Check(ToWorker, frozen=True):
    """Find all that is wrong with a graph."""

    ask: int
    content: bytes


class Watch(ToWorker, frozen=True):
    """Show these nodes of a graph from now on, at these widths, and no others of it."""

    graph: int
    widths: dict[str, list[int]]


class Fetch(ToWorker, frozen=True):
    """Encode what a node has made."""

    ask: int
    graph: int
    node: str
    output: str
    item: list[int]
    format: wire.Format


class Keep(ToWorker, frozen=True):
    """Encode the picture that a run has made of a node. Sent before the next run of its graph begins."""

    ask: int
    run: int
    graph: int
    node: str
    output: str


Order: TypeAlias = Start | Cancel | Pause | Resume | Change | Describe | Check | Watch | Fetch | Keep


# From the worker.


class FromWorker(Struct, frozen=True, tag=True):
    """What the worker tells."""


class Ready(FromWorker, frozen=True):
    """Plugins are loaded; send work."""

    device: str
    catalogue: wire.Catalogue


class Unready(FromWorker, frozen=True):
    """The worker cannot work here; it ends."""

    text: str


class Rejected(FromWorker, frozen=True):
    """A run cannot begin."""

    run: int
    problems: list[wire.Problem]
    needs: list[str]
    """Kinds that have to be allowed first."""


class Broken(FromWorker, frozen=True):
    """A run has ended by an error that is of no node."""

    run: int
    text: str


class Began(FromWorker, frozen=True):
    """A node is about to be called. Sent before it is, so that it can be named if it kills the worker."""

    run: int
    node: str


class Node(FromWorker, frozen=True):
    """A node has come to another state."""

    run: int
    report: wire.NodeReport


class Progress(FromWorker, frozen=True):
    """How far running nodes have come."""

    run: int
    nodes: dict[str, wire.NodeProgress]


class Tuned(FromWorker, frozen=True):
    """Live settings were handed on, or not."""

    run: int
    node: str
    params: dict[str, Any]
    reached: list[str]
    problem: str


class End(Struct, frozen=True):
    """A node that a run is for, and the output that its picture is: its own, or one that it is given."""

    node: str
    source: str
    output: str


class Ended(FromWorker, frozen=True):
    """A run is over."""

    run: int
    seconds: float
    cancelled: bool
    failed: list[str]
    skipped: list[str]
    ends: list[End] = []
    """Those that are done."""


class Frame(FromWorker, frozen=True):
    """A preview, as JPEG."""

    graph: int
    node: str
    run: int
    asked: int
    """The width that it was made for."""
    step: int
    total: int
    width: int
    height: int
    data: bytes
    columns: int = 0
    cells: list[list[int]] = []


class Answer(FromWorker, frozen=True):
    """What a check found."""

    ask: int
    problems: list[wire.Problem]


class Described(FromWorker, frozen=True):
    """What a graph is as a node; or, with a text, why it can be none."""

    ask: int
    info: wire.NodeInfo | None = None
    text: str = ""


class Chunk(FromWorker, frozen=True):
    """A part of a result."""

    ask: int
    data: bytes


class Sent(FromWorker, frozen=True):
    """All of a result was sent; or, with a text, why none was."""

    ask: int
    sha256: str = ""
    media_type: str = ""
    name: str = ""
    text: str = ""


class Kept(FromWorker, frozen=True):
    """All of a picture that is to be kept was sent; or, with a text, why none was."""

    ask: int
    width: int = 0
    height: int = 0
    pixels: str = ""
    """A digest of what it shows."""
    meaning: str = ""
    content: str = ""
    """The graph that made it, and what that means."""
    small: bytes = b""
    """A JPEG of it for lists."""
    text: str = ""


News: TypeAlias = (
    Ready
    | Unready
    | Rejected
    | Broken
    | Began
    | Node
    | Progress
    | Tuned
    | Ended
    | Frame
    | Answer
    | Described
    | Chunk
    | Sent
    | Kept
)

orders: msgspec.msgpack.Decoder[Order] = msgspec.msgpack.Decoder(Order)
news: msgspec.msgpack.Decoder[News] = msgspec.msgpack.Decoder(News)


def packed(message: Order | News) -> bytes:
    """A message behind its length."""
    data = msgspec.msgpack.encode(message)
    return LENGTH.pack(len(data)) + data
