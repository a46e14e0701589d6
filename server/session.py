"""What one client asks, and what it is answered. No sockets here."""

import asyncio
import hmac
import logging
from importlib.metadata import version

import msgspec

from . import pipe, wire
from .document import Document
from .fetching import Fetching
from .graphs import kinds_in
from .library import named
from .outbox import Outbox
from .pictures import Look
from .refusal import Refusal
from .seat import Reply
from .studio import Studio
from .uploads import Uploads

OPEN = 100
"""Graphs that a client may have open."""
WATCHED = 500
"""Nodes that a client may watch."""
FETCHED = 4
"""Results that may be on their way to a client."""
CHECKED = 20
"""Checks that a client may wait for."""
LOOKING = "looking"
"""What tasks are called that bring pictures from the disk."""

_log = logging.getLogger("capriccio.server")


class Unwelcome(Exception):
    """The client must go; the sentence tells it why."""


class _Id(msgspec.Struct):
    id: int | None = None


class Session:
    """One client. Answers go into its outbox, each with the number of its request."""

    def __init__(self, studio: Studio, outbox: Outbox) -> None:
        self._studio = studio
        self._outbox = outbox
        self._open: dict[int, Document] = {}
        """By their numbers, as others may give them other names."""
        self._watched: set[tuple[int, str]] = set()
        self._fetching: list[Fetching] = []
        self._looking: set[asyncio.Task[None]] = set()
        """What brings pictures from the disk."""
        self._checking = 0
        self._uploads = Uploads(studio.library, studio.uploads)
        self.welcome = False
        """The client has shown the token."""

    async def hear(self, frame: str | bytes) -> bool:
        """Answer a frame; give whether it counts towards the limit. Unwelcome ends the connection."""
        if isinstance(frame, bytes):
            self._chunk(frame)
            return True
        try:
            request = wire.read(frame)
        except wire.WireError as error:
            self._put(wire.Refused(text=str(error)), _id(frame))
            return True
        if not self.welcome:
            self._put(self._greet(request), request.id)
            return True
        try:
            answer = await self.answer(request)
        except Refusal as refusal:
            answer = wire.Refused(text=str(refusal), revision=refusal.revision)
        if answer is not None:
            self._put(answer, request.id)
        return not isinstance(request, wire.Ack)

    def close(self) -> None:
        """The client is gone."""
        self._uploads.close()
        for task in self._looking:
            task.cancel()
        self._studio.runs.audience.everyone.discard(self._outbox)
        for document in list(self._open.values()):
            self._leave(document)

    async def answer(self, request: wire.AnyRequest) -> wire.AnyMessage | None:
        """What to say to a request of a client that is welcome; None for what is answered later or not."""
        request = _spelled(request)
        match request:
            case wire.Ack():
                self._acknowledge(request)
                return None
            case wire.Watch() | wire.Unwatch():
                return self._watch(request)
            case wire.Edit():
                self._document(request.graph)
                return self._studio.desk.edit(request, self._outbox)
            case wire.ExportGraph():
                self._document(request.graph)
                return await self._studio.desk.export(request.graph)
            case wire.AllowKinds():
                await self._allow(self._document(request.graph), request.kinds)
                return wire.Done()
            case wire.GetCatalogue():
                return self._studio.runs.kinds.catalogue
            case wire.GetStatus():
                return self._status()
            case wire.Ping():
                return wire.Pong()
            case wire.Hello():
                raise Refusal("hello was said already")
            case wire.GetHistory():
                return wire.History(runs=self._studio.records.runs(request.graph, request.limit))
            case wire.ListResults() | wire.GetMaking() | wire.DeleteResult():
                return await self._results(request)
            case wire.GetPicture() | wire.GetCover() | wire.GetResult():
                self._look(request)
                return None
            case wire.BeginUpload() | wire.EndUpload():
                return await self._upload(request)
            case wire.CheckGraph() | wire.DescribeGraph() | wire.FetchResult():
                self._ask(request)
                return None
            case (
                wire.RunGraph()
                | wire.CancelRun()
                | wire.ReorderRuns()
                | wire.PauseRun()
                | wire.ResumeRun()
                | wire.RestartRun()
            ):
                return self._run(request)
            case _:
                return await self._graphs(request)

    def _greet(self, request: wire.AnyRequest) -> wire.Welcome:
        if not isinstance(request, wire.Hello):
            raise Unwelcome("say hello first, with the token")
        if request.protocol != wire.PROTOCOL:
            raise Unwelcome(f"protocol {request.protocol} is not spoken here; reload, or use {wire.PROTOCOL}")
        if not hmac.compare_digest(request.token.encode(), self._studio.token.encode()):
            raise Unwelcome("the token is wrong; use the address that the server printed when it started")
        self.welcome = True
        runs = self._studio.runs
        runs.audience.everyone.add(self._outbox)
        return wire.Welcome(
            protocol=wire.PROTOCOL,
            version=version("capriccio"),
            server=self._studio.start,
            page=self._studio.page,
            workers=runs.staff.workers(),
        )

    async def _graphs(self, request: wire.AnyRequest) -> wire.AnyMessage:
        """Open and close graphs, and change what there are."""
        desk, library = self._studio.desk, self._studio.library
        match request:
            case wire.ListGraphs():
                return await self._list()
            case wire.ListPictures():
                found = await asyncio.to_thread(library.pictures)
                return wire.Pictures(pictures=[wire.PictureInfo(file) for file in found])
            case wire.CloseGraph():
                self._leave(self._document(request.graph))
                return wire.Done()
        async with desk.writing:
            if isinstance(request, wire.OpenGraph):
                return self._enter(await desk.open(request.graph))
            answer = await self._sort(request)
        self._studio.runs.audience.tell_all(await self._list())
        return answer

    async def _sort(self, request: wire.AnyRequest) -> wire.AnyMessage:
        """Change which graphs there are."""
        desk = self._studio.desk
        match request:
            case wire.NewGraph():
                return self._enter(await desk.new(request.graph))
            case wire.SaveGraph():
                self._document(request.graph)
                return await desk.save(request, self._outbox)
            case wire.RevertGraph():
                self._document(request.graph)
                return await desk.revert(request.graph, self._outbox)
            case wire.RenameGraph():
                await desk.rename(request.graph, request.to)
            case wire.DuplicateGraph():
                await desk.duplicate(request.graph, request.to)
            case wire.DeleteGraph():
                await desk.delete(request.graph)
            case _:
                raise Refusal(f"{type(request).__name__} cannot be answered")
        return wire.Done()

    async def _list(self) -> wire.Graphs:
        return wire.Graphs(graphs=await asyncio.to_thread(self._studio.desk.graphs))

    def _enter(self, document: Document) -> wire.Opened:
        """Open a graph for this client, with all that there is to know."""
        held = {number: known for number, known in self._open.items() if self._studio.desk.holds(known)}
        if len(held) >= OPEN and document.number not in held:
            raise Refusal(f"{OPEN} graphs are open here; close some first")
        self._open = {**held, document.number: document}
        self._watched = {place for place in self._watched if place[0] in self._open}
        self._studio.runs.audience.enter(document, self._outbox)
        return self._studio.desk.opened(document)

    def _leave(self, document: Document) -> None:
        self._open.pop(document.number, None)
        self._watched = {place for place in self._watched if place[0] != document.number}
        self._studio.runs.audience.leave(document, self._outbox)
        self._studio.desk.left(document)

    def _document(self, name: str) -> Document:
        """A graph that this client has open; another client may have renamed it."""
        for document in self._open.values():
            # Another client may have deleted it, and begun one of its name.
            if document.name == name and self._studio.desk.holds(document):
                return document
        raise Refusal(f"{name} is not open here; open it first")

    def _run(self, request: wire.AnyRequest) -> wire.AnyMessage:
        """Start runs and steer them."""
        runs = self._studio.runs
        match request:
            case wire.RunGraph():
                document = self._document(request.graph)
                if why := self._studio.desk.read_only(document):
                    raise Refusal(why)
                return wire.Queued(run=runs.add(document, request.only, request.first))
            case wire.RestartRun():
                return wire.Queued(run=runs.restart(request.run))
            case wire.CancelRun():
                runs.cancel(request.run)
            case wire.ReorderRuns():
                runs.reorder(request.runs)
            case wire.PauseRun():
                runs.pause(request.run, request.node)
            case wire.ResumeRun():
                runs.resume(request.run, request.node)
            case _:
                raise Refusal(f"{type(request).__name__} cannot be answered")
        return wire.Done()

    async def _allow(self, document: Document, kinds: list[str]) -> None:
        there = await asyncio.to_thread(kinds_in, document.graph, self._studio.library.load)
        if others := [kind for kind in kinds if kind not in there]:
            raise Refusal(
                f"{document.name} has no node of the kind {others[0]}, so there is nothing to allow"
            )
        self._studio.records.allow(document.name, kinds)

    def _watch(self, request: wire.Watch | wire.Unwatch) -> wire.Done:
        document, audience = self._document(request.graph), self._studio.runs.audience
        place = document.number, request.node
        if isinstance(request, wire.Unwatch):
            self._watched.discard(place)
            audience.unwatch(document, request.node, self._outbox)
            return wire.Done()
        document.check_node(request.node)
        if len(self._watched) >= WATCHED and place not in self._watched:
            raise Refusal(f"{WATCHED} nodes are watched here; unwatch some first")
        self._watched.add(place)
        audience.watch(document, request.node, request.width, self._outbox)
        return wire.Done()

    def _acknowledge(self, request: wire.Ack) -> None:
        numbers = {document.name: document.number for document in self._open.values()}
        for graph, node, sequence in request.frames:
            if graph in numbers:
                self._outbox.acknowledge((numbers[graph], node), sequence)

    def _ask(self, request: wire.CheckGraph | wire.DescribeGraph | wire.FetchResult) -> None:
        """Ask the worker; the answer comes when it has one."""
        document, runs = self._document(request.graph), self._studio.runs
        if isinstance(request, wire.FetchResult):
            fetching = self._begin_fetching(request.id)
            runs.fetch(document, request, fetching)
            self._fetching.append(fetching)
            return
        if isinstance(request, wire.CheckGraph) and document.graph.newer:
            problems = [wire.Problem(document.graph.newer)]
            checked = wire.Checked(graph=document.name, revision=document.revision, problems=problems)
            self._put(checked, request.id)
            return
        if self._checking >= CHECKED:
            raise Refusal(f"{CHECKED} checks are not answered yet; wait for one of them")
        self._checking += 1
        revision = document.revision

        def hear(answer: Reply | None) -> None:
            self._checking -= 1
            said: wire.AnyMessage = wire.Refused(text=runs.staff.excuse)
            if isinstance(answer, pipe.Answer):
                said = wire.Checked(graph=document.name, revision=revision, problems=answer.problems)
            elif isinstance(answer, pipe.Described):
                said = wire.Refused(text=answer.text)
                if answer.info:
                    said = wire.Described(graph=document.name, info=answer.info)
            self._put(said, request.id)

        try:
            if isinstance(request, wire.DescribeGraph):
                runs.describe(document, request.name, hear)
            else:
                runs.check(document, hear)
        except Refusal:
            self._checking -= 1
            raise

    def _begin_fetching(self, id: int) -> Fetching:
        self._fetching = [each for each in self._fetching if not each.over]
        if len(self._fetching) >= FETCHED:
            raise Refusal(f"{FETCHED} results are on their way already; wait for one of them")
        return Fetching(id, self._outbox)

    def _look(self, request: Look) -> None:
        """Bring a picture; the answer comes when it is there."""
        fetching = self._begin_fetching(request.id)
        self._fetching.append(fetching)
        task = asyncio.get_running_loop().create_task(self._bring(request, fetching), name=LOOKING)
        self._looking.add(task)
        task.add_done_callback(self._looking.discard)

    async def _bring(self, request: Look, fetching: Fetching) -> None:
        try:
            fetching.give(await asyncio.to_thread(self._studio.pictures.get, request))
        except Refusal as refusal:
            fetching.refuse(str(refusal))
        except Exception:  # who waits for it would wait for ever
            _log.exception("a picture cannot be shown")
            fetching.refuse("the picture cannot be shown; the server's log tells why")

    async def _results(
        self, request: wire.ListResults | wire.GetMaking | wire.DeleteResult
    ) -> wire.AnyMessage:
        """Tell of results, and delete them."""
        album = self._studio.album
        match request:
            case wire.ListResults():
                found, more = album.results(request.graph, request.before, request.limit)
                return wire.Results(results=found, more=more)
            case wire.GetMaking():
                return wire.Making(result=request.result, content=album.making(request.result))
            case wire.DeleteResult():
                await asyncio.to_thread(album.delete, request.result)
                self._studio.runs.audience.tell_all(wire.ResultDeleted(result=request.result))
                return wire.Done()

    async def _upload(self, request: wire.BeginUpload | wire.EndUpload) -> wire.AnyMessage:
        if isinstance(request, wire.BeginUpload):
            return self._uploads.begin(request)
        async with self._studio.desk.writing:
            answer = await asyncio.to_thread(self._uploads.end, request)
        if answer.graph:
            self._studio.runs.audience.tell_all(await self._list())
        return answer

    def _chunk(self, frame: bytes) -> None:
        if not self.welcome:
            raise Unwelcome("say hello first, with the token")
        try:
            self._uploads.chunk(*wire.unpacked(frame, wire.UploadChunk))
        except (wire.WireError, Refusal) as error:
            self._put(wire.Refused(text=str(error)), None)

    def _status(self) -> wire.Status:
        runs = self._studio.runs
        sent: dict[str, dict[str, int]] = {}
        dropped: dict[str, dict[str, int]] = {}
        for document in self._open.values():
            for number, node in self._watched:
                channel = self._outbox.channels.get((number, node))
                if number == document.number and channel:
                    sent.setdefault(document.name, {})[node] = channel.sent
                    dropped.setdefault(document.name, {})[node] = channel.dropped
        return wire.Status(
            workers=runs.staff.workers(),
            clients=len(runs.audience.everyone),
            waiting=self._outbox.waiting,
            sent=sent,
            dropped=dropped,
            queue=runs.queue(),
        )

    def _put(self, message: wire.AnyMessage, id: int | None) -> None:
        self._outbox.put(msgspec.structs.replace(message, re=id))


def _spelled(request: wire.AnyRequest) -> wire.AnyRequest:
    """A request with the names of its graphs as they are written here; Unicode has several ways."""
    given = {field: getattr(request, field, None) for field in ("graph", "to")}
    names = {field: named(name) for field, name in given.items() if isinstance(name, str)}
    return msgspec.structs.replace(request, **names) if names else request


def _id(frame: str) -> int | None:
    """The number of a request that is otherwise wrong, so that its sender knows which one was."""
    try:
        return msgspec.json.decode(frame, type=_Id).id
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None
