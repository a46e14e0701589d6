"""Every message between the server and its clients; docs/protocol.md tells how they are used.

Text frames are JSON: a Request from the client, a Message from the server, each told by its
``type``. Binary frames carry bytes behind a header and metadata; see ``packed``. The JSON
Schema and the page's TypeScript types are made from this file by ``make schema``.
"""

import re
import struct
from typing import Annotated, Any, Literal, TypeAlias, TypeVar, get_args

import msgspec
from msgspec import Meta, Struct

from ..core import graphfile
from .wording import in_words

PROTOCOL = 1
"""Raised when an older client would misread a message."""
CHUNK = 256 * 1024
"""Bytes of an upload or a result in one frame, at most."""
TEXT = 64 * 1024
"""Bytes of a text frame from a client, at most."""
UPLOAD = 64 * 1024 * 1024
"""Bytes of one upload, at most."""
WIDTH = 512
"""Pixels of a preview's longer side, unless a client asks for more or less."""
THUMBNAIL = 256
"""Pixels of the longer side of the small picture that is kept of each result."""
COVER = 320
"""Pixels of the longer side of a graph's cover, at most."""

# In Python $ also matches before a line's end.
Name = Annotated[
    str,
    Meta(
        pattern=rf"^{graphfile.GRAPH_NAME}$(?!\n)",
        description="1 to 64 letters, digits, spaces, - and _; the name of a graph or a picture.",
    ),
]
NodeName = Annotated[str, Meta(pattern=rf"^{graphfile.NAME}$(?!\n)", description="A node in its graph.")]
RunName = Annotated[
    str,
    Meta(
        pattern=rf"^{graphfile.NAME}(?:/{graphfile.NAME}){{0,64}}$(?!\n)",
        description="A node in a run; outer/inner for one in a graph that is a node.",
    ),
]
Socket = Annotated[
    str, Meta(pattern=graphfile.SOCKET, max_length=200, description="node.output or node.input.")
]
ExposedName = Annotated[
    str,
    Meta(
        pattern=rf"^{graphfile.EXPOSED}$(?!\n)",
        description="What an exposed setting is called: 1 to 100 letters, digits and _, no digit first.",
    ),
]
Kind = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        description="A node's id, capriccio.Optimize, or graph:NAME for a graph that is used as a node.",
    ),
]
Whole = Annotated[int, Meta(ge=0, lt=2**53)]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)", description="sha256 in hexadecimal.")]
Width = Annotated[int, Meta(ge=16, le=8192, description="Pixels of the longer side.")]
Index = Annotated[
    list[Whole],
    Meta(max_length=64, description="A place in a list, from 0; in a list of lists, first that of its list."),
]
Position = tuple[float, float]
Time = Annotated[float, Meta(description="Seconds since 1970.")]
Format = Literal["png", "jpeg", "webp", "npy"]
RunState = Literal["queued", "running", "paused", "done", "failed", "cancelled", "refused"]
NodeState = Literal["queued", "running", "paused", "done", "failed", "skipped"]
WorkerState = Literal["starting", "ready", "lost"]


def _pattern(annotated: Any) -> str:
    (meta,) = annotated.__metadata__
    return str(meta.pattern)


def _tag(name: str) -> str:
    """LinkNodes is written link_nodes."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


# What clients change in an open graph.


class Operation(Struct, frozen=True, tag_field="op", tag=_tag, forbid_unknown_fields=True):
    """One change of an open graph."""


class AddNode(Operation, tag="add", frozen=True):
    """Place a node; its name must be new."""

    node: NodeName
    kind: Kind
    position: Position = (0.0, 0.0)
    params: dict[str, Any] = {}
    version: Annotated[int, Meta(ge=1, lt=2**31)] = 1


class RemoveNode(Operation, tag="remove", frozen=True):
    """Take a node away, with all its links."""

    node: NodeName


class MoveNode(Operation, tag="move", frozen=True):
    """Put a node elsewhere on the canvas."""

    node: NodeName
    position: Position


class AddLink(Operation, tag="link", frozen=True):
    """Draw a link; it becomes the last of its input."""

    start: Socket
    end: Socket


class RemoveLink(Operation, tag="unlink", frozen=True):
    """Take a link away."""

    start: Socket
    end: Socket


class SetParams(Operation, tag="set", frozen=True):
    """Change settings of a node; those named in ``reset`` get their defaults back.

    Settings that are declared live are handed to a run of this graph that is on.
    """

    node: NodeName
    params: dict[str, Any] = {}
    reset: Annotated[list[Annotated[str, Meta(max_length=200)]], Meta(max_length=200)] = []


class MuteNode(Operation, tag="mute", frozen=True):
    """Do not run a node, nor what needs it; or, with ``on`` false, run it again."""

    node: NodeName
    on: bool = True


class BypassNode(Operation, tag="bypass", frozen=True):
    """Let what comes into a node pass by it; or, with ``on`` false, through it again."""

    node: NodeName
    on: bool = True


class RenameNode(Operation, tag="rename", frozen=True):
    """Give a node another name; links follow."""

    node: NodeName
    to: NodeName


class ExposeSetting(Operation, tag="expose", frozen=True):
    """Give the graph, where it is a node, a setting of one of its nodes; or take that back, with null."""

    name: ExposedName
    socket: Annotated[Socket | None, Meta(description="node.setting")] = None


class CollapseNode(Operation, tag="collapse", frozen=True):
    """Draw a node small; or, with ``on`` false, in full again."""

    node: NodeName
    on: bool = True


class SetNotes(Operation, tag="notes", frozen=True):
    """Replace the texts on the canvas."""

    notes: list[graphfile.FileNote]


class SetFrames(Operation, tag="frames", frozen=True):
    """Replace the frames, rectangles with a title, behind the nodes on the canvas."""

    frames: list[graphfile.FileFrame]


Op: TypeAlias = (
    AddNode
    | RemoveNode
    | MoveNode
    | AddLink
    | RemoveLink
    | SetParams
    | MuteNode
    | BypassNode
    | RenameNode
    | ExposeSetting
    | CollapseNode
    | SetNotes
    | SetFrames
)


# From clients. Each is answered by messages whose ``re`` is its ``id``.


class Request(Struct, frozen=True, tag_field="type", tag=_tag, kw_only=True, forbid_unknown_fields=True):
    """What a client asks; ``id`` is its own number for it."""

    id: Whole = 0


class Hello(Request, frozen=True):
    """Must come first. Answered by welcome."""

    token: Annotated[str, Meta(max_length=200)]
    protocol: int = PROTOCOL
    page: Annotated[str, Meta(max_length=100, description="Revision of the page, if it is one of ours.")] = ""


class GetCatalogue(Request, frozen=True):
    """Which nodes there are. Answered by catalogue, which also comes when it changes."""


class ListGraphs(Request, frozen=True):
    """Which graphs there are. Answered by graphs."""


class ListPictures(Request, frozen=True):
    """Which pictures there are for nodes to load. Answered by pictures."""


class GetPicture(Request, frozen=True):
    """Look at a picture that list_pictures tells. Answered by chunks in binary frames and then fetched.

    With a width it comes as a JPEG no larger than that, rounded as previews are; without, as the
    file that it is.
    """

    file: Annotated[str, Meta(min_length=1, max_length=600, description="What it is called in settings.")]
    width: Width | None = None


class GetCover(Request, frozen=True):
    """The picture that stands for a graph, as a small JPEG: one of its own, or its newest result.

    Answered by chunks in binary frames and then fetched.
    """

    graph: Name


class NewGraph(Request, frozen=True):
    """Begin an empty graph and open it. Answered by opened."""

    graph: Name


class OpenGraph(Request, frozen=True):
    """Open a graph of the library, or one of the gallery, and hear what happens to it from now on.

    Nothing in it is run. Answered by opened.
    """

    graph: Name


class CloseGraph(Request, frozen=True):
    """Hear no more of a graph. Answered by done."""

    graph: Name


class SaveGraph(Request, frozen=True):
    """Write an open graph into the library, under another name if one is given. Answered by saved."""

    graph: Name
    to: Name | None = None
    overwrite: bool = False


class RevertGraph(Request, frozen=True):
    """Give up the changes of an open graph that are not saved, for all who have it open, for good.

    Answered by opened, which goes to all of them; a run that is on goes on.
    """

    graph: Name


class RenameGraph(Request, frozen=True):
    """Give a graph of the library another name. Answered by done."""

    graph: Name
    to: Name


class DuplicateGraph(Request, frozen=True):
    """Copy a graph of the library or the gallery under another name. Answered by done."""

    graph: Name
    to: Name


class DeleteGraph(Request, frozen=True):
    """Delete a graph of the library. Answered by done."""

    graph: Name


class ExportGraph(Request, tag="export", frozen=True):
    """Get an open graph, as it is now, as one file with all the graphs in it. Answered by exported."""

    graph: Name


class Edit(Request, frozen=True):
    """Change an open graph, all or nothing, knowing it as of ``revision``.

    Changes that others made since are merged with these unless both touch the same things; then
    the answer is refused, with the newer revision. Answered by edited, which goes to all who
    have the graph open.
    """

    graph: Name
    revision: Whole
    ops: Annotated[list[Op], Meta(min_length=1, max_length=2_000)]


class DescribeGraph(Request, tag="describe", frozen=True):
    """What a graph is as a node of an open graph, whose own graphs count first. Answered by described."""

    graph: Name
    name: Annotated[Name, Meta(description="Of the graph that is to be a node.")]


class CheckGraph(Request, tag="check", frozen=True):
    """Find all that keeps an open graph from running. Answered by checked."""

    graph: Name


class RunGraph(Request, tag="run", frozen=True):
    """Run an open graph as it is now: all of it, or what these nodes need. Answered by queued."""

    graph: Name
    only: list[RunName] = []
    first: Annotated[bool, Meta(description="Before all others that wait.")] = False


class CancelRun(Request, tag="cancel", frozen=True):
    """Stop a run, or all. Answered by done at once; run tells when it has ended."""

    run: Whole | None = None


class ReorderRuns(Request, tag="reorder", frozen=True):
    """Let waiting runs run in this order; those not named come after. Answered by done."""

    runs: list[Whole]


class PauseRun(Request, tag="pause", frozen=True):
    """Hold a run, or one node of it, at its next preview. Answered by done."""

    run: Whole
    node: RunName | None = None


class ResumeRun(Request, tag="resume", frozen=True):
    """Let a run, or one node of it, go on. Answered by done."""

    run: Whole
    node: RunName | None = None


class RestartRun(Request, tag="restart", frozen=True):
    """Stop a run and run its graph as it is now: from where it differs, as what is done is known.

    Answered by queued, with the number of the new run.
    """

    run: Whole


class AllowKinds(Request, tag="allow", frozen=True):
    """Let nodes of these kinds reach files and networks in this graph. Answered by done."""

    graph: Name
    kinds: list[Kind]


class Watch(Request, frozen=True):
    """Get previews of a node, so wide at most; the last one comes at once. Answered by done."""

    graph: Name
    node: RunName
    width: Width = WIDTH


class Unwatch(Request, frozen=True):
    """Get no more previews of a node. Answered by done."""

    graph: Name
    node: RunName


class Ack(Request, frozen=True):
    """These previews were drawn, and all before them are done with. Not answered, not counted.

    After two unacknowledged previews of a node the server waits.
    """

    frames: Annotated[list[tuple[Name, RunName, Whole]], Meta(max_length=500)]


class BeginUpload(Request, frozen=True):
    """Announce a picture (PNG, JPEG or WebP), or a graph (JSON, or a PNG that carries one).

    Answered by upload_ready; then come chunks as binary frames, then end_upload.
    """

    kind: Literal["picture", "graph"]
    name: Name
    size: Annotated[int, Meta(ge=1, le=UPLOAD)]
    sha256: Digest


class EndUpload(Request, frozen=True):
    """All chunks are sent. Answered by uploaded."""

    upload: Whole


class FetchResult(Request, tag="fetch", frozen=True):
    """Get what a node made, full size, as chunks in binary frames and then fetched.

    ``output`` is one of the node's outputs, by default the first, and ``item`` the place of one of
    its items, if the node runs once for each item of a list or gives a list; without it all items
    come as one contact sheet. png carries the graph; npy holds float32 as it is.
    """

    graph: Name
    node: RunName
    output: Annotated[str, Meta(max_length=100)] = ""
    item: Index = []
    format: Format = "png"


class GetHistory(Request, frozen=True):
    """Which runs there were, the latest first. Answered by history."""

    graph: Name | None = None
    limit: Annotated[int, Meta(ge=1, le=500)] = 50


class ListResults(Request, frozen=True):
    """The pictures that runs have made and the server has kept, the newest first. Answered by results."""

    graph: Name | None = None
    before: Annotated[Whole | None, Meta(description="Only those with a smaller number.")] = None
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class GetResult(Request, frozen=True):
    """Get a result that is kept. Answered by chunks in binary frames and then fetched.

    With a width up to THUMBNAIL it comes as a JPEG of that size; else as the PNG, which carries the graph.
    """

    result: Whole
    width: Width | None = None


class GetMaking(Request, frozen=True):
    """The graph that made a result, as it was then. Answered by making."""

    result: Whole


class DeleteResult(Request, frozen=True):
    """Delete a result for good. Answered by done; everyone hears result_deleted."""

    result: Whole


class GetStatus(Request, frozen=True):
    """How the server and this connection are. Answered by status."""


class Ping(Request, frozen=True):
    """Answered by pong."""


AnyRequest: TypeAlias = (
    Hello
    | GetCatalogue
    | ListGraphs
    | ListPictures
    | GetPicture
    | GetCover
    | NewGraph
    | OpenGraph
    | CloseGraph
    | SaveGraph
    | RevertGraph
    | RenameGraph
    | DuplicateGraph
    | DeleteGraph
    | ExportGraph
    | Edit
    | DescribeGraph
    | CheckGraph
    | RunGraph
    | CancelRun
    | ReorderRuns
    | PauseRun
    | ResumeRun
    | RestartRun
    | AllowKinds
    | Watch
    | Unwatch
    | Ack
    | BeginUpload
    | EndUpload
    | FetchResult
    | GetHistory
    | ListResults
    | GetResult
    | GetMaking
    | DeleteResult
    | GetStatus
    | Ping
)


# Parts of messages.


class Problem(Struct, frozen=True):
    """One thing that keeps a graph from running, and where."""

    text: Annotated[str, Meta(description="A whole sentence, which names the place.")]
    node: str = ""
    socket: Annotated[str, Meta(description="The input, output or setting.")] = ""


class PortInfo(Struct, frozen=True):
    """A type that travels along links."""

    name: str
    color: str
    doc: str
    previews: Annotated[bool, Meta(description="Nodes that give this type can be watched.")]


Depth = Annotated[
    int,
    Meta(ge=0, description="How deep a list it is: 1 for a list, 2 for a list of lists, 0 for one value."),
]
Generic = Annotated[
    bool,
    Meta(description="It takes or gives any type, the same at all sockets of the node that name this one."),
]


class InputInfo(Struct, frozen=True):
    """Where a link may end. One with a depth takes any number of links, in order."""

    name: str
    type: str
    depth: Depth
    generic: Generic
    optional: bool
    live: bool


class OutputInfo(Struct, frozen=True):
    """Where a link may begin."""

    name: str
    type: str
    depth: Depth
    generic: Generic


class NodeInfo(Struct, frozen=True):
    """A kind of node."""

    id: str
    version: int
    category: str
    doc: str
    inputs: list[InputInfo]
    outputs: list[OutputInfo]
    settings: Annotated[
        dict[str, Any],
        Meta(
            description="A JSON Schema, with x-port, x-widget, x-unit, x-step, x-scale, x-live, x-palette "
            "and x-note."
        ),
    ]
    streams: bool
    touches: list[Literal["files", "network"]]


class GraphInfo(Struct, frozen=True):
    """A graph that can be opened."""

    name: str
    source: Literal["library", "gallery", "unsaved"]
    nodes: int
    modified: Time
    cover: Annotated[bool, Meta(description="There is a picture of it; see get_cover.")] = False
    text: Annotated[str, Meta(description="The beginning of its first note, at most 300 characters.")] = ""


class RunInfo(Struct, frozen=True):
    """One run: where it stands."""

    run: int
    graph: str
    revision: int
    state: RunState
    only: list[str] = []
    device: str = ""
    queued: Time = 0.0
    seconds: float = 0.0
    problems: list[Problem] = []
    needs: Annotated[list[str], Meta(description="Kinds of nodes that have to be allowed first.")] = []
    failed: Annotated[list[str], Meta(description="Nodes that failed.")] = []
    skipped: Annotated[list[str], Meta(description="Nodes that did not run because of those.")] = []


class ResultInfo(Struct, frozen=True):
    """A picture that a run has made and the server has kept."""

    result: int
    run: int
    graph: Annotated[str, Meta(description="What it is called now, or was when it was deleted.")]
    node: Annotated[str, Meta(description="The end of the graph, or the node in only, that it is of.")]
    made: Time
    seconds: Annotated[float, Meta(description="That the run took.")]
    width: int
    height: int


class ItemReport(Struct, frozen=True):
    """One item of a node that runs once for each item of a list."""

    index: Index
    label: Annotated[str, Meta(description="What tells it from the others, such as layer relu4_1.")] = ""
    step: int = 0
    total: int = 0
    measures: dict[str, float | None] = {}
    error: str = ""


class ItemsReport(Struct, frozen=True):
    """How far a node has come that runs once for each item of a list."""

    total: int
    done: int = 0
    cached: Annotated[int, Meta(description="Those of the done that were not run again.")] = 0
    failed: int = 0
    skipped: int = 0
    on: Annotated[list[ItemReport], Meta(description="Those that run; of many, some.")] = []
    wrong: Annotated[list[ItemReport], Meta(description="Those that failed; of many, the first.")] = []


class NodeReport(Struct, frozen=True):
    """How far a node has come in the latest run of its graph.

    Of one that runs once for each item of a list, step and total count items.
    """

    node: str
    state: NodeState
    step: int = 0
    total: int = 0
    measures: dict[str, float | None] = {}
    cached: bool = False
    seconds: float = 0.0
    error: str = ""
    value: Annotated[
        str | int | float | None, Meta(description="A text or number that it made; of a list, the first few.")
    ] = None
    items: ItemsReport | None = None


class PictureInfo(Struct, frozen=True):
    """A picture that nodes can load."""

    file: Annotated[str, Meta(description="What it is called in settings.")]


class WorkerInfo(Struct, frozen=True):
    """One worker process."""

    device: str
    state: WorkerState
    pid: int | None
    run: Annotated[int | None, Meta(description="The run that it is at.")]
    text: Annotated[str, Meta(description="How the last one ended, or why it cannot begin.")]


class NodeProgress(Struct, frozen=True):
    """How far a running node has come."""

    step: int
    total: int
    measures: dict[str, float | None] = {}
    items: ItemsReport | None = None


# From the server.


class Message(Struct, frozen=True, tag_field="type", tag=_tag, kw_only=True):
    """What the server says; ``re`` is the id of the request that it answers, if any."""

    re: int | None = None


class Welcome(Message, frozen=True):
    """The token was right."""

    protocol: int
    version: str
    server: Annotated[str, Meta(description="Of this start of the server; another one after a restart.")]
    page: Annotated[str, Meta(description="Of the page that is handed out; another one should reload.")]
    workers: list[WorkerInfo]


class Done(Message, frozen=True):
    """It is done."""


class Refused(Message, frozen=True):
    """It was not done, and why; nothing has changed."""

    text: str
    revision: Annotated[int | None, Meta(description="The newer one, where an edit came too late.")] = None


class Catalogue(Message, frozen=True):
    """All kinds of nodes. Before the worker has started for the first time, there are none."""

    ready: bool
    nodes: list[NodeInfo] = []
    ports: list[PortInfo] = []
    failures: Annotated[dict[str, str], Meta(description="Plugins that could not be loaded, and why.")] = {}


class Graphs(Message, frozen=True):
    """All graphs of the library and the gallery; also sent when that changes."""

    graphs: list[GraphInfo]


class Pictures(Message, frozen=True):
    """All pictures of the library and the gallery."""

    pictures: list[PictureInfo]


class Opened(Message, frozen=True):
    """A graph and all that is known of its latest run: a snapshot to go on from."""

    graph: str
    revision: int
    content: graphfile.GraphFile
    saved: bool
    changed: Annotated[
        float,
        Meta(description="When it was last changed, in seconds since 1970; 0 if all changes are saved."),
    ]
    runs: Annotated[list[RunInfo], Meta(description="Those that are on or wait.")]
    latest: Annotated[RunInfo | None, Meta(description="The latest that has begun, and may have ended.")]
    nodes: Annotated[list[NodeReport], Meta(description="Of the latest run.")]
    read_only: Annotated[str, Meta(description="Why it can only be looked at, if that is so.")] = ""


class Closed(Message, frozen=True):
    """A graph that this client had open is gone, or goes by another name now."""

    graph: str
    to: str | None = None


class Saved(Message, frozen=True):
    """An open graph is in the library; told to all who have it open."""

    graph: str
    revision: int


class Exported(Message, frozen=True):
    """An open graph as one file."""

    graph: str
    revision: int
    text: Annotated[str, Meta(description="What to write into the file.")]


class Edited(Message, frozen=True):
    """Somebody changed an open graph; it is at ``revision`` now."""

    graph: str
    revision: int
    ops: list[Op]


class Described(Message, frozen=True):
    """A graph as a node; it can be placed and linked like the kinds in the catalogue."""

    graph: str
    info: NodeInfo


class Checked(Message, frozen=True):
    """All that keeps a graph from running."""

    graph: str
    revision: int
    problems: list[Problem]


class Queued(Message, frozen=True):
    """A run has got its number."""

    run: int


class Run(Message, frozen=True):
    """A run has come to another state, or another place in the queue."""

    info: RunInfo


class Queue(Message, frozen=True):
    """The runs that are on or wait, in order."""

    runs: list[RunInfo]


class Node(Message, frozen=True):
    """A node has come to another state."""

    graph: str
    run: int
    info: NodeReport


class Progress(Message, frozen=True):
    """How far running nodes have come; only the latest counts, and at most four come a second."""

    graph: str
    run: int
    nodes: dict[str, NodeProgress]


class Tuned(Message, frozen=True):
    """Live settings of a node were changed in mid-run, and which running nodes have taken them up.

    If none has, only a restart will show the change.
    """

    graph: str
    run: int
    node: str
    params: dict[str, Any]
    reached: list[str]
    problem: str = ""


class Worker(Message, frozen=True):
    """A worker has come to another state."""

    info: WorkerInfo


class UploadReady(Message, frozen=True):
    """Send chunks now, in order, with this number."""

    upload: int
    chunk: int = CHUNK


class Uploaded(Message, frozen=True):
    """An upload is kept. A picture goes by ``file`` in the settings of nodes, a graph by ``graph``."""

    file: str = ""
    graph: str = ""
    width: int = 0
    height: int = 0


class Fetched(Message, frozen=True):
    """All chunks of a result or a picture are sent."""

    size: int
    sha256: Digest
    media_type: str
    name: str


class History(Message, frozen=True):
    """Runs, the latest first."""

    runs: list[RunInfo]


class Results(Message, frozen=True):
    """Results that are kept, the newest first."""

    results: list[ResultInfo]
    more: Annotated[bool, Meta(description="There are older ones.")]


class Making(Message, frozen=True):
    """The graph that made a result, as it was then."""

    result: int
    content: graphfile.GraphFile


class ResultKept(Message, frozen=True):
    """A result of a run is kept; told to everyone."""

    info: ResultInfo


class ResultDeleted(Message, frozen=True):
    """A result is there no more: somebody has deleted it, or newer ones took its room. Told to everyone."""

    result: int


class Status(Message, frozen=True):
    """How the server and this connection are."""

    workers: list[WorkerInfo]
    clients: int
    waiting: Annotated[int, Meta(description="Control messages that wait for this client.")]
    sent: Annotated[dict[str, dict[str, int]], Meta(description="To this client, by graph and node.")]
    dropped: Annotated[dict[str, dict[str, int]], Meta(description="Previews it was too slow for.")]
    queue: list[RunInfo]


class Pong(Message, frozen=True):
    """The server is there."""


AnyMessage: TypeAlias = (
    Welcome
    | Done
    | Refused
    | Catalogue
    | Graphs
    | Pictures
    | Opened
    | Closed
    | Saved
    | Exported
    | Edited
    | Described
    | Checked
    | Queued
    | Run
    | Queue
    | Node
    | Progress
    | Tuned
    | Worker
    | UploadReady
    | Uploaded
    | Fetched
    | History
    | Results
    | Making
    | ResultKept
    | ResultDeleted
    | Status
    | Pong
)


# Binary frames.


class Preview(Struct, frozen=True):
    """Of a preview (kind 1): a JPEG of what a node has so far; of a list, a contact sheet."""

    graph: str
    node: str
    run: int
    sequence: Annotated[int, Meta(description="A gap means that the client was too slow for some.")]
    step: int
    total: int
    width: int
    height: int
    columns: Annotated[int, Meta(description="Of a contact sheet, whose cells are all of one size.")] = 0
    cells: Annotated[
        list[Index], Meta(description="The items in them, row by row; a cell more counts the others.")
    ] = []


class UploadChunk(Struct, frozen=True, forbid_unknown_fields=True):
    """Of a part of an upload (kind 2), from the client."""

    upload: Whole
    offset: Whole


class ResultChunk(Struct, frozen=True):
    """Of a part of a result or a picture (kind 3)."""

    re: int
    offset: int


Metadata: TypeAlias = Preview | UploadChunk | ResultChunk
KINDS: dict[type[Struct], int] = {Preview: 1, UploadChunk: 2, ResultChunk: 3}
_HEADER = struct.Struct(">BBH")
M = TypeVar("M", bound=Struct)


class WireError(Exception):
    """A frame that is none of ours; the sentence may be shown to its sender."""


def packed(metadata: Metadata, data: bytes) -> bytes:
    """A binary frame: kind, version and length of the metadata (``>BBH``), the metadata as JSON, bytes."""
    head = msgspec.json.encode(metadata)
    return _HEADER.pack(KINDS[type(metadata)], PROTOCOL, len(head)) + head + data


def unpacked(frame: bytes, kind: type[M]) -> tuple[M, memoryview]:
    """The metadata and the bytes of a binary frame that should be of this kind."""
    if len(frame) < _HEADER.size:
        raise WireError(f"a binary frame of {len(frame)} bytes has no room for its header of {_HEADER.size}")
    number, version, length = _HEADER.unpack_from(frame)
    if (number, version) != (KINDS[kind], PROTOCOL):
        raise WireError(
            f"a binary frame is of kind {number}, version {version}; send {KINDS[kind]}, {PROTOCOL}"
        )
    end = _HEADER.size + length
    if end > len(frame):
        raise WireError(f"a binary frame ends within its metadata of {length} bytes")
    try:
        metadata = msgspec.json.decode(frame[_HEADER.size : end], type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        said = in_words(str(error), _MEANT, _REQUESTS)
        raise WireError(f"the metadata of a binary frame cannot be read: {said}") from error
    return metadata, memoryview(frame)[end:]


_decoder: msgspec.json.Decoder[AnyRequest] = msgspec.json.Decoder(AnyRequest)
_REQUESTS = [str(kind.__struct_config__.tag) for kind in get_args(AnyRequest)]
_MEANT = {
    _pattern(Name): "1 to 64 letters, digits, spaces, - and _",
    _pattern(NodeName): "the name of a node: 1 to 100 characters without . and /",
    _pattern(RunName): "the name of a node in a run, such as outer/inner",
    _pattern(Socket): "written as node.output or node.input",
    _pattern(ExposedName): "1 to 100 letters, digits and _, of which no digit is the first",
    _pattern(Digest): "64 hexadecimal digits",
}


def read(text: str) -> AnyRequest:
    """The request in a text frame; WireError with a sentence when it holds none."""
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise WireError(in_words(str(error), _MEANT, _REQUESTS)) from error


def written(message: AnyMessage) -> str:
    """The text frame of a message."""
    return msgspec.json.encode(message).decode()
