"""The graphs that are open: opened, changed, saved, and told to those who look at them."""

import asyncio
import logging

import msgspec

from ..core import Graph, GraphError, GraphFileError, graphfile
from ..core.bundle import Find, bundled
from . import wire
from .album import Album
from .covers import Covers
from .document import Document
from .library import Library, named, opening
from .outbox import Outbox
from .records import Records
from .refusal import Refusal
from .runs import Runs

DRAFT_AFTER = 2.0
"""Seconds after an edit until it is on disk as a draft, which outlives the server."""
MOST = 1_000
"""Graphs that may be open."""
_log = logging.getLogger("capriccio.server")


class Desk:
    """All open graphs by name. What is not saved is kept as a draft."""

    def __init__(
        self,
        library: Library,
        drafts: Library,
        records: Records,
        album: Album,
        covers: Covers,
        runs: Runs,
    ) -> None:
        self._library = library
        self._drafts = drafts
        self._records = records
        self._album = album
        self._covers = covers
        self._runs = runs
        self._documents: dict[str, Document] = {}
        self._unwritten: set[Document] = set()
        self._writer: asyncio.Task[None] | None = None
        self.writing = asyncio.Lock()
        """To be held by who changes the library, so that nothing is renamed while it is being saved."""
        library.reserved = self._unsaved

    def __getitem__(self, name: str) -> Document:
        if (document := self._documents.get(name)) is None:
            raise Refusal(f"{name} is not open; open it first")
        return document

    def holds(self, document: Document) -> bool:
        """Whether a graph is still open."""
        return self._documents.get(document.name) is document

    async def open(self, name: str) -> Document:
        """A graph as it was left: on the desk, as a draft, in the library or in the gallery."""
        name = named(name)
        if (document := self._documents.get(name)) is None:
            await self._make_room()
            draft = self._draft(name)
            if draft is None:
                document = Document(name, await self._saved(name), saved=True)
            else:
                document = Document(name, draft, saved=False, changed=self._drafts.modified(name))
            self._documents[name] = document
        return document

    async def new(self, name: str) -> Document:
        """An empty graph."""
        name = named(name)
        if name in self._documents or not self._library.free(name) or self._drafts.has(name):
            raise Refusal(f"there is a graph {name} already; choose another name, or open that one")
        await self._make_room()
        document = self._documents[name] = Document(name, Graph(), saved=False)
        return document

    def edit(self, request: wire.Edit, by: Outbox) -> wire.Edited:
        """Change a graph, and tell all others who have it open."""
        document = self[request.graph]
        before = document.graph
        if why := self.read_only(document):
            raise Refusal(why)
        self._refuse_newer(request.ops)
        document.apply(request.revision, request.ops, by)
        edited = wire.Edited(graph=document.name, revision=document.revision, ops=request.ops)
        self._runs.audience.tell(document, edited, besides=by)
        self._note_consent(document, before, request.ops)
        self._hand_on(document, request.ops)
        self._draft_soon(document)
        return edited

    def read_only(self, document: Document) -> str:
        """Why a graph can only be looked at; nothing if it can be changed, as far as is known yet."""
        versions = self._versions()
        newer = [
            f"{name} is version {placed.version} of {placed.kind}, and {versions[placed.kind]} is here"
            for name, placed in document.graph.nodes.items()
            if placed.version > versions.get(placed.kind, placed.version)
        ]
        if document.graph.newer or not newer:
            return document.graph.newer
        more = f" (and {len(newer) - 1} more like it)" if len(newer) > 1 else ""
        return (
            f"{newer[0]}{more}, so the graph can be looked at but not changed or run; "
            "update Capriccio and its plugins"
        )

    async def export(self, name: str) -> wire.Exported:
        """A graph as it is now, as one file with all the graphs in it; those are taken as they are saved."""
        document = self[name]
        graph, revision = document.graph, document.revision
        text = await asyncio.to_thread(_exported, document.name, graph, self._library.load)
        return wire.Exported(graph=document.name, revision=revision, text=text)

    def graphs(self) -> list[wire.GraphInfo]:
        """All graphs by name: of the library, of the gallery, and those that are saved nowhere yet."""
        found = {info.name: info for info in self._library.graphs()}
        for info in self._drafts.graphs():
            found.setdefault(info.name, msgspec.structs.replace(info, source="unsaved"))
        for document in list(self._documents.values()):
            if document.name not in found:
                nodes, text = len(document.graph.nodes), opening(document.graph)
                info = wire.GraphInfo(document.name, "unsaved", nodes, document.changed, text=text)
                found[document.name] = info
        covered = self._covers.names()
        return [msgspec.structs.replace(found[name], cover=name in covered) for name in sorted(found)]

    async def save(self, request: wire.SaveGraph, by: Outbox) -> wire.Saved:
        """Put a graph into the library, or a copy of it under another name."""
        document, graph = self[request.graph], self[request.graph].graph
        if graph.newer:
            raise Refusal(graph.newer)
        name, revision = request.to or document.name, document.revision
        own = name == document.name
        if not own and name in self._unsaved():
            raise Refusal(f"{name} is the name of a graph that is not saved; choose another name")
        if not own and name in self._documents:
            raise Refusal(f"{name} is open; close it everywhere first, or choose another name")
        await asyncio.to_thread(self._library.save, name, graph, own or request.overwrite)
        saved = wire.Saved(graph=name, revision=revision)
        if not own:
            self._records.forgotten(name)  # what was allowed there is not allowed to this one
            return saved
        document.saved = document.revision == revision
        self._runs.audience.tell(document, saved, besides=by)
        if document.saved:
            self._unwritten.discard(document)
            self._drop_draft(name)
        return saved

    async def revert(self, name: str, by: Outbox) -> wire.Opened:
        """Give up what is not saved of a graph, and tell all others who have it open."""
        document = self[name]
        if not self._library.has(name):
            raise Refusal(f"{name} was never saved, so there is nothing to go back to; save or delete it")
        graph, before = await self._saved(name), document.graph
        document.revert(graph)
        self._unwritten.discard(document)
        self._drop_draft(name)
        for node in before.nodes.keys() - graph.nodes.keys():
            self._runs.gone(document, node)
        opened = self.opened(document)
        self._runs.audience.tell(document, opened, besides=by)
        return opened

    def opened(self, document: Document) -> wire.Opened:
        """All that there is to know of a graph, for who opens it."""
        return wire.Opened(
            graph=document.name,
            revision=document.revision,
            content=document.content,
            saved=document.saved,
            changed=0.0 if document.saved else document.changed,
            runs=self._runs.of(document),
            latest=self._runs.latest(document),
            nodes=list(self._runs.reports.get(document.number, {}).values()),
            read_only=self.read_only(document),
        )

    async def duplicate(self, name: str, to: str) -> None:
        """Copy a graph as it is now under another name."""
        graph = self._current(name)
        if graph is None:
            await self._saved(name)  # so that what the gallery brings along is allowed
            await asyncio.to_thread(self._library.duplicate, name, to)
        elif self._library.free(to):
            await asyncio.to_thread(self._library.save, to, graph, False)
        else:
            raise Refusal(f"there is a graph {to} already; choose another name")
        self._records.allow(to, self._records.allowed(name))

    async def rename(self, name: str, to: str) -> None:
        """Give a graph another name, also where it is open. One of the gallery keeps its own."""
        if to in self._documents or self._drafts.has(to):
            raise Refusal(f"{to} is open or has unsaved changes; choose another name")
        if self._library.has(name) or name not in self._unsaved():
            await asyncio.to_thread(self._library.rename, name, to)
        elif not self._library.free(to):
            raise Refusal(f"there is a graph {to} already; choose another name")
        self._records.renamed(name, to)
        self._album.renamed(name, to)
        if self._drafts.has(name):
            await asyncio.to_thread(self._drafts.rename, name, to)
        if document := self._documents.pop(name, None):
            self._runs.audience.tell(document, wire.Closed(graph=name, to=to))
            document.name = to
            self._documents[to] = document
            self._runs.audience.renamed(document)

    async def delete(self, name: str) -> None:
        """Delete a graph, and close it wherever it is open. Of the gallery, what was changed is given up."""
        document = self._documents.get(name)
        if document and self._runs.of(document):
            raise Refusal(f"{name} runs or waits to; cancel that first")
        saved = self._library.has(name) and self._library.source(name) == "library"
        if saved or name not in self._unsaved():
            await asyncio.to_thread(self._library.delete, name)
        self._drop_draft(name)
        self._records.forgotten(name)
        if not self._library.has(name):  # else it is one of the gallery again
            self._album.forgotten(name)
        if document:
            self._unwritten.discard(document)
            self._runs.audience.tell(document, wire.Closed(graph=name))
            self._forget(document)

    def left(self, document: Document) -> None:
        """A client has closed a graph; nobody may have it open now."""
        looked_at = self._runs.audience.members(document) or self._runs.knows(document)
        untouched = document.saved or (document.revision == 0 and document not in self._unwritten)
        if self.holds(document) and untouched and not looked_at:
            self._forget(document)

    async def write_drafts(self) -> None:
        """Put all that is not on disk there, now. What cannot be written is tried again later."""
        unwritten, self._unwritten = self._unwritten, set()
        for document in unwritten:
            try:
                await asyncio.to_thread(self._drafts.save, document.name, document.graph, True)
            except Refusal as refusal:
                _log.warning("the changes of %s are not on disk: %s", document.name, refusal)
                self._draft_soon(document)
            if document.saved or not self.holds(document):  # meanwhile
                self._drop_draft(document.name)

    def _unsaved(self) -> set[str]:
        """The names of graphs that have changes which the library does not."""
        there = {document.name for document in list(self._documents.values()) if not document.saved}
        return there | {info.name for info in self._drafts.graphs()}

    async def _saved(self, name: str) -> Graph:
        """A graph of the library or the gallery."""
        graph = await asyncio.to_thread(self._library.load, name)
        if self._library.source(name) == "gallery":
            # It came with the program, as its nodes did.
            inside = (graph, *graph.graphs.values())
            self._records.allow(name, {placed.kind for each in inside for placed in each.nodes.values()})
        return graph

    def _current(self, name: str) -> Graph | None:
        """A graph with the changes that are not saved, if there are any."""
        document = self._documents.get(name)
        return document.graph if document else self._draft(name)

    async def _make_room(self) -> None:
        """Forget what nobody looks at any more, where there are too many."""
        if len(self._documents) < MOST:
            return
        await self.write_drafts()
        for document in list(self._documents.values()):
            kept = document.saved or self._drafts.has(document.name)
            if kept and not self._runs.audience.members(document) and not self._runs.of(document):
                self._forget(document)
                return
        raise Refusal(f"{MOST} graphs are open; save and close some first")

    def _forget(self, document: Document) -> None:
        del self._documents[document.name]
        self._runs.forget(document)

    def _draft_soon(self, document: Document) -> None:
        self._unwritten.add(document)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.get_running_loop().create_task(self._write_soon())

    async def _write_soon(self) -> None:
        while self._unwritten:  # also what was changed, or could not be written, meanwhile
            await asyncio.sleep(DRAFT_AFTER)
            async with self.writing:
                await self.write_drafts()

    def _draft(self, name: str) -> Graph | None:
        """What was not saved, unless it cannot be read any more."""
        try:
            return self._drafts.load(name) if self._drafts.has(name) else None
        except Refusal as refusal:
            _log.warning("the unsaved changes of %s are lost: %s", name, refusal)
            return None

    def _drop_draft(self, name: str) -> None:
        if self._drafts.has(name):
            self._drafts.delete(name)

    def _versions(self) -> dict[str, int]:
        """The versions of the kinds that there are; none before a worker has begun."""
        return {info.id: info.version for info in self._runs.kinds.catalogue.nodes}

    def _refuse_newer(self, ops: list[wire.Op]) -> None:
        """Refuse a node that would make the graph one that can only be looked at."""
        versions = self._versions()
        for op in ops:
            if isinstance(op, wire.AddNode) and op.version > versions.get(op.kind, op.version):
                raise Refusal(
                    f"{op.node} would be version {op.version} of {op.kind}, and {versions[op.kind]} is here; "
                    "use that, or update Capriccio and its plugins"
                )

    def _note_consent(self, document: Document, before: Graph, ops: list[wire.Op]) -> None:
        """Who places a node by hand wants it; what a graph brought along has to be allowed."""
        added = {op.kind for op in ops if isinstance(op, wire.AddNode)}
        there = {placed.kind for placed in before.nodes.values()}
        if own := sorted(self._runs.kinds.touching(added - there)):
            self._records.allow(document.name, own)

    def _hand_on(self, document: Document, ops: list[wire.Op]) -> None:
        for op in ops:
            if isinstance(op, wire.SetParams):
                self._runs.change(document, op.node, op.params, op.reset)
            elif isinstance(op, wire.RemoveNode | wire.RenameNode):
                self._runs.gone(document, op.node)


def _exported(name: str, graph: Graph, find: Find) -> str:
    try:
        text = graphfile.dump(bundled(graph, find))
        graphfile.parse(text.encode(errors="surrogatepass"))  # together they may be too large
    except (GraphError, GraphFileError) as error:
        raise Refusal(f"{name} cannot be exported: {error}") from error
    return text
