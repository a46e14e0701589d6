"""The graphs that are open: opened, changed, saved, and told to those who look at them."""

import asyncio
import logging

from ..core import Graph
from . import wire
from .document import Document
from .library import Library, named
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

    def __init__(self, library: Library, drafts: Library, records: Records, runs: Runs) -> None:
        self._library = library
        self._drafts = drafts
        self._records = records
        self._runs = runs
        self._documents: dict[str, Document] = {}
        self._unwritten: set[Document] = set()

    def __getitem__(self, name: str) -> Document:
        if (document := self._documents.get(name)) is None:
            raise Refusal(f"{name} is not open; open it first")
        return document

    def holds(self, document: Document) -> bool:
        """Whether a graph is still open."""
        return self._documents.get(document.name) is document

    def open(self, name: str) -> Document:
        """A graph as it was left: on the desk, as a draft, in the library or in the gallery."""
        name = named(name)
        if (document := self._documents.get(name)) is None:
            self._make_room()
            draft = self._draft(name)
            graph = self._library.load(name) if draft is None else draft
            document = self._documents[name] = Document(name, graph, saved=draft is None)
        return document

    def new(self, name: str) -> Document:
        """An empty graph."""
        name = named(name)
        if name in self._documents or not self._library.free(name) or self._drafts.has(name):
            raise Refusal(f"there is a graph {name} already; choose another name, or open that one")
        self._make_room()
        document = self._documents[name] = Document(name, Graph(), saved=False)
        return document

    def edit(self, request: wire.Edit, by: Outbox) -> wire.Edited:
        """Change a graph, and tell all others who have it open."""
        document = self[request.graph]
        before = document.graph
        document.apply(request.revision, request.ops)
        edited = wire.Edited(graph=document.name, revision=document.revision, ops=request.ops)
        self._runs.audience.tell(document, edited, besides=by)
        self._note_consent(document, before, request.ops)
        self._hand_on(document, request.ops)
        self._draft_soon(document)
        return edited

    async def save(self, request: wire.SaveGraph) -> wire.Saved:
        """Put a graph into the library, or a copy of it under another name."""
        document, graph = self[request.graph], self[request.graph].graph
        name, revision = request.to or document.name, document.revision
        if name != document.name and name in self._documents:
            raise Refusal(f"{name} is open; close it everywhere first, or choose another name")
        own = name == document.name
        await asyncio.to_thread(self._library.save, name, graph, own or request.overwrite)
        if own:
            document.saved = document.revision == revision
            if document.saved:
                self._unwritten.discard(document)
                self._drop_draft(name)
        return wire.Saved(graph=name, revision=revision)

    def rename(self, name: str, to: str) -> None:
        """Give a graph of the library another name, also where it is open."""
        if to in self._documents or self._drafts.has(to):
            raise Refusal(f"{to} is open or has unsaved changes; choose another name")
        self._library.rename(name, to)
        self._records.renamed(name, to)
        if self._drafts.has(name):
            self._drafts.rename(name, to)
        if document := self._documents.pop(name, None):
            self._runs.audience.tell(document, wire.Closed(graph=name, to=to))
            document.name = to
            self._documents[to] = document

    def delete(self, name: str) -> None:
        """Delete a graph of the library, and close it wherever it is open."""
        document = self._documents.get(name)
        if document and self._runs.of(document):
            raise Refusal(f"{name} runs or waits to; cancel that first")
        if self._library.source(name) == "library":
            self._library.delete(name)
        elif not self._drafts.has(name) and document is None:
            self._library.delete(name)  # which says why not
        self._drop_draft(name)
        self._records.forgotten(name)
        if document:
            self._unwritten.discard(document)
            self._runs.audience.tell(document, wire.Closed(graph=name))
            self._forget(document)

    def left(self, document: Document) -> None:
        """A client has closed a graph; nobody may have it open now."""
        looked_at = self._runs.audience.members(document)
        if self.holds(document) and document.saved and not looked_at and not self._runs.knows(document):
            self._forget(document)

    def write_drafts(self) -> None:
        """Put all that is not on disk there, now."""
        unwritten, self._unwritten = self._unwritten, set()
        for document in unwritten:
            try:
                self._drafts.save(document.name, document.graph, True)
            except Refusal as refusal:
                _log.warning("the changes of %s are not on disk: %s", document.name, refusal)

    def _make_room(self) -> None:
        """Forget what nobody looks at any more, where there are too many."""
        if len(self._documents) < MOST:
            return
        for document in list(self._documents.values()):
            if document.saved and not self._runs.audience.members(document) and not self._runs.of(document):
                self._forget(document)
                return
        raise Refusal(f"{MOST} graphs are open; save and close some first")

    def _forget(self, document: Document) -> None:
        del self._documents[document.name]
        self._runs.forget(document)

    def _draft_soon(self, document: Document) -> None:
        if not self._unwritten:
            asyncio.get_running_loop().call_later(DRAFT_AFTER, self.write_drafts)
        self._unwritten.add(document)

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

    def _note_consent(self, document: Document, before: Graph, ops: list[wire.Op]) -> None:
        """Who places a node by hand wants it; what a graph brought along has to be allowed."""
        added = {op.kind for op in ops if isinstance(op, wire.AddNode)}
        there = {placed.kind for placed in before.nodes.values()}
        touching = {info.id for info in self._runs.catalogue.nodes if info.touches}
        if own := sorted(added & touching - there):
            self._records.allow(document.name, own)

    def _hand_on(self, document: Document, ops: list[wire.Op]) -> None:
        for op in ops:
            if isinstance(op, wire.SetParams):
                defaults = self._runs.defaults(document, op.node, op.reset)
                self._runs.change(document, op.node, {**defaults, **op.params})
