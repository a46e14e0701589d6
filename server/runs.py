"""The queue of runs, and what becomes of each."""

import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from ..core import graphfile
from . import pipe, wire
from .album import Album
from .audience import Audience, within
from .document import Document
from .jobs import Job, blamed
from .keeper import Keeper
from .kinds import Kinds
from .records import Records
from .refusal import Refusal
from .seat import Ask, News, Seat
from .staff import Staff

MOST = 500
"""Runs that may wait."""
_log = logging.getLogger("capriccio.server")


class Runs:
    """All runs. They belong to the server, whoever asked for them."""

    def __init__(self, records: Records, album: Album) -> None:
        self.audience = Audience(self._watch)
        self.keeper = Keeper(album, self.audience.tell_all)
        self.kinds = Kinds()
        self.reports: dict[int, dict[str, wire.NodeReport]] = {}
        """How far the nodes of each graph's latest run have come, by the graph's number."""
        self._records = records
        self.staff = Staff(self._hear, self._lost)
        self._waiting: list[Job] = []
        self._on: dict[int, Job] = {}
        """Those that workers are at, by number."""
        self._ran: dict[int, Seat] = {}
        """Who has what a graph made: the worker that ran it last."""
        self._latest: dict[int, Job] = {}
        """The run of each graph that has begun last, by the graph's number."""

    # What clients ask.

    def queue(self) -> list[wire.RunInfo]:
        """The runs that are on, and those that wait, in order."""
        return [job.told for job in self._jobs()]

    def of(self, document: Document) -> list[wire.RunInfo]:
        """The runs of a graph that are on or wait."""
        return [job.told for job in self._jobs() if job.document is document]

    def latest(self, document: Document) -> wire.RunInfo | None:
        """The run of a graph that has begun last."""
        job = self._latest.get(document.number)
        return job.told if job else None

    def add(self, document: Document, only: list[str], first: bool) -> int:
        """Let a graph run as it is now; give the number of the run."""
        return self._queue(self._made(document, only), first)

    def _made(self, document: Document, only: list[str]) -> Job:
        """A run that may be queued, or Refusal."""
        if len(self._waiting) >= MOST:
            raise Refusal(f"{MOST} runs wait already; cancel some, or wait")
        if document.graph.newer:
            raise Refusal(document.graph.newer)
        for name in only:
            document.check_node(name)
        self.staff.check_hope()
        number = self._records.next_run()
        info = wire.RunInfo(number, document.name, document.revision, "queued", only, queued=time.time())
        return Job(info, document, graphfile.dump(document.graph).encode())

    def _queue(self, job: Job, first: bool) -> int:
        self._waiting.insert(0 if first else len(self._waiting), job)
        self._set(job)
        self._dispatch()
        return job.number

    def cancel(self, number: int | None) -> None:
        """Stop a run, or all."""
        for job in self._jobs() if number is None else [self._job(number)]:
            job.cancelled = True
            if job in self._waiting:
                self._waiting.remove(job)
                self._set(job, state="cancelled")
            else:
                self.staff.at(job.number).stop()
        self._tell_queue()

    def reorder(self, numbers: list[int]) -> None:
        """Let those that wait run in this order; those not named come after."""
        waiting = {job.number: job for job in self._waiting}
        if unknown := [number for number in numbers if number not in waiting]:
            raise Refusal(f"run {unknown[0]} does not wait; those that do: {', '.join(map(str, waiting))}")
        named = list(dict.fromkeys(numbers))
        self._waiting = [waiting[number] for number in [*named, *(n for n in waiting if n not in named)]]
        self._tell_queue()

    def pause(self, number: int, node: str | None) -> None:
        """Hold a run, or one node of it, at its next preview."""
        job = self._running(number, node)
        job.paused.add(node)
        self.staff.at(job.number).send(pipe.Pause(number, node))
        self._mark(job)

    def resume(self, number: int, node: str | None) -> None:
        """Take a pause back, of a run or of one node of it."""
        job = self._running(number, node)
        job.paused.discard(node)
        self.staff.at(job.number).send(pipe.Resume(number, node))
        self._mark(job)

    def restart(self, number: int) -> int:
        """Stop a run, and run its graph as it is now before all others."""
        job = self._job(number)
        again = self._made(job.document, list(job.info.only))
        self.cancel(number)
        return self._queue(again, True)

    def change(self, document: Document, node: str, params: dict[str, Any], reset: list[str]) -> None:
        """Hand on settings that were changed in a graph, if it runs and they are live."""
        placed = document.graph.nodes.get(node)
        job = next((job for job in self._on.values() if job.document is document), None)
        if placed is None or job is None:
            return
        changed = {**self.kinds.defaults(placed.kind, reset), **params}
        seat = self.staff.at(job.number)
        if placed.graph is not None:  # only the worker knows which of its settings are live
            seat.send(pipe.Change(job.number, node, params, reset))
        elif live := self.kinds.live(placed.kind, changed):
            seat.send(pipe.Change(job.number, node, live))

    def knows(self, document: Document) -> bool:
        """Whether a graph runs, waits to, or has made something that can be looked at."""
        return document.number in self.reports or bool(self.of(document))

    def gone(self, document: Document, node: str) -> None:
        """A node was taken away, or goes by another name."""
        if not self.of(document):
            reports = self.reports.get(document.number, {})
            for name in [name for name in reports if within(name, node)]:
                del reports[name]
        self.audience.gone(document, node)

    def forget(self, document: Document) -> None:
        """A graph is closed for good."""
        self.reports.pop(document.number, None)
        self._ran.pop(document.number, None)
        self._latest.pop(document.number, None)
        self.audience.forget(document)

    def check(self, document: Document, hear: Ask) -> None:
        """Find all that is wrong with a graph. That can wait for a worker."""
        content = graphfile.dump(document.graph).encode()
        self.staff.ask(lambda number: pipe.Check(number, content), hear)

    def describe(self, document: Document, name: str, hear: Ask) -> None:
        """Tell what a saved graph is as a node of this one. That can wait for a worker."""
        content = graphfile.dump(document.graph).encode()
        self.staff.ask(lambda number: pipe.Describe(number, content, name), hear)

    def fetch(self, document: Document, request: wire.FetchResult, hear: Ask) -> None:
        """Encode what a node has made, where its graph ran last."""

        def order(number: int) -> pipe.Order:
            return pipe.Fetch(
                number, document.number, request.node, request.output, request.item, request.format
            )

        document.check_node(request.node)
        seat = self._ran.get(document.number)
        (seat if seat and seat.state == "ready" else self.staff.ready()).ask(order, hear)

    # What workers tell.

    def _hear(self, seat: Seat, message: News) -> None:
        match message:
            case pipe.Frame():
                if self._ran.get(message.graph) is seat:  # others have only what was made before
                    self.audience.show(message)
            case pipe.Ready():
                self._welcome(seat, message)
            case _ if job := self._on.get(message.run):
                self._follow(seat, job, message)

    def _follow(
        self,
        seat: Seat,
        job: Job,
        message: pipe.Rejected
        | pipe.Broken
        | pipe.Began
        | pipe.Node
        | pipe.Progress
        | pipe.Tuned
        | pipe.Ended,
    ) -> None:
        match message:
            case pipe.Began(node=node):
                seat.inside[node] = None
                # One that is made again for a live setting stays done.
                if self._state(job, node) not in ("done", "running", "paused"):
                    self._report(job, wire.NodeReport(node, job.state(node)))
            case pipe.Node(report=report):
                if report.state != "queued":
                    seat.inside.pop(report.node, None)
                if report.state == "running":  # a node that is a graph
                    report = msgspec.structs.replace(report, state=job.state(report.node))
                self._report(job, report)
            case pipe.Progress(nodes=nodes):
                self._progress(job, nodes)
            case pipe.Tuned():
                seat.inside = {node: None for node in seat.inside if self._state(job, node) != "done"}
                self._tell_tuned(job, message)
            case pipe.Rejected(problems=problems, needs=needs):
                self._finish(seat, job, "refused", problems=problems, needs=needs)
            case pipe.Broken(text=text):
                self._break(seat, job, {node: text for node in seat.inside}, text)
            case pipe.Ended(cancelled=True, ends=ends):
                self._finish(seat, job, "cancelled", ends)
            case pipe.Ended(failed=failed, skipped=skipped, ends=ends):
                state: wire.RunState = "failed" if failed else "done"
                self._finish(seat, job, state, ends, failed=failed, skipped=skipped)

    def _welcome(self, seat: Seat, ready: pipe.Ready) -> None:
        for number, widths in self.audience.watched().items():
            seat.send(pipe.Watch(number, widths))
        if self.kinds.renew(ready.catalogue):
            self.audience.tell_all(ready.catalogue)
        self.audience.tell_all(wire.Worker(info=seat.info))
        for name, why in ready.catalogue.failures.items():
            _log.warning("plugin %s was left out: %s", name, why)
        self._dispatch()

    def _lost(self, seat: Seat, how: str) -> None:
        """A worker is no more. Its run is lost; the others go on with the next one."""
        if job := self._on.get(seat.run) if seat.run is not None else None:
            if job.cancelled:
                self._finish(seat, job, "cancelled")
            else:
                why = {node: blamed(how, node, seat.inside) for node in seat.inside}
                self._break(seat, job, why, f"the worker {how} while no node ran")
        self.audience.tell_all(wire.Worker(info=seat.info))

    def _break(self, seat: Seat, job: Job, why: Mapping[str, str], otherwise: str) -> None:
        """A run has ended badly: by these nodes, or by something else."""
        for node, error in why.items():
            self._report(job, wire.NodeReport(node, "failed", error=error))
            for end in (place for place, letter in enumerate(node) if letter == "/"):
                self._report(job, wire.NodeReport(node[:end], "failed", error=f"{node[end + 1 :]}: {error}"))
        problems = [] if why else [wire.Problem(otherwise)]
        self._finish(seat, job, "failed", failed=list(why), problems=problems)

    # Keeping order.

    def _dispatch(self) -> None:
        for seat in self.staff.seats:
            busy = {job.document for job in self._on.values()}  # one run of a graph at a time
            job = next((job for job in self._waiting if job.document not in busy), None)
            if job and seat.state == "ready" and seat.run is None:
                self._waiting.remove(job)
                self._begin(seat, job)
        self._tell_queue()

    def _begin(self, seat: Seat, job: Job) -> None:
        self._on[job.number] = job
        job.began = time.monotonic()
        number = job.document.number
        self.reports[number] = {}
        self._ran[number] = seat
        self._latest[number] = job
        allowed = sorted(self._records.allowed(job.document.name))
        seat.begin(pipe.Start(job.number, number, job.content, list(job.info.only), allowed))
        self._set(job, state="running", device=seat.device)

    def _finish(
        self, seat: Seat, job: Job, state: wire.RunState, ends: Sequence[pipe.End] = (), **facts: Any
    ) -> None:
        seat.done()
        del self._on[job.number]
        self._sweep(job, state)
        self._set(job, state=state, seconds=time.monotonic() - job.began, **facts)
        self.keeper.collect(seat, job, ends)  # before another run puts something else in their place
        self._dispatch()

    def _sweep(self, job: Job, state: wire.RunState) -> None:
        """No node of a run that is over is left waiting."""
        why = "the run was cancelled" if state == "cancelled" else "the run ended before its turn came"
        for node, report in list(self.reports.get(job.document.number, {}).items()):
            if report.state in ("queued", "running", "paused"):
                items = report.items and msgspec.structs.replace(report.items, on=[])
                self._report(job, wire.NodeReport(node, "skipped", error=why, items=items))

    def _set(self, job: Job, **facts: Any) -> None:
        job.set(**facts)
        self._tell_run(job)
        self._records.add(job.info)

    def _mark(self, job: Job) -> None:
        """Tell what is held now, and what goes on."""
        for name, report in list(self.reports[job.document.number].items()):
            if report.state in ("running", "paused") and report.state != job.state(name):
                self._report(job, msgspec.structs.replace(report, state=job.state(name)))
        state: wire.RunState = "paused" if None in job.paused else "running"
        if job.info.state != state:
            self._set(job, state=state)

    def _report(self, job: Job, report: wire.NodeReport) -> None:
        self.reports.setdefault(job.document.number, {})[report.node] = report
        said = wire.Node(graph=job.document.name, run=job.number, info=report)
        self.audience.tell(job.document, said, final=report.state not in ("queued", "running", "paused"))

    def _progress(self, job: Job, nodes: dict[str, wire.NodeProgress]) -> None:
        reports = self.reports[job.document.number]
        for name, at in nodes.items():
            if (report := reports.get(name)) and report.state in ("running", "paused"):
                reports[name] = msgspec.structs.replace(
                    report, step=at.step, total=at.total, measures=at.measures, items=at.items
                )
        # All that are on, since who is slow gets the last of these messages only.
        far = {
            name: wire.NodeProgress(report.step, report.total, report.measures, report.items)
            for name, report in reports.items()
            if report.state in ("running", "paused") and report.total
        }
        said = wire.Progress(graph=job.document.name, run=job.number, nodes=far)
        self.audience.update(job.document, said)

    def _tell_tuned(self, job: Job, tuned: pipe.Tuned) -> None:
        said = wire.Tuned(
            graph=job.document.name,
            run=job.number,
            node=tuned.node,
            params=tuned.params,
            reached=tuned.reached,
            problem=tuned.problem,
        )
        self.audience.tell(job.document, said)

    def _tell_run(self, job: Job) -> None:
        self.audience.tell(job.document, wire.Run(info=job.told))

    def _tell_queue(self) -> None:
        self.audience.tell_all(wire.Queue(runs=self.queue()))

    # Finding things.

    def _jobs(self) -> list[Job]:
        return [*self._on.values(), *self._waiting]

    def _job(self, number: int) -> Job:
        for job in self._jobs():
            if job.number == number:
                return job
        raise Refusal(f"run {number} is not on and does not wait; it may have ended")

    def _running(self, number: int, node: str | None) -> Job:
        """A run that a worker is at, and that has this node."""
        job = self._job(number)
        if job in self._waiting:
            raise Refusal(f"run {number} has not begun; cancel or reorder it instead")
        if node is not None and self._state(job, node) not in ("queued", "running", "paused"):
            raise Refusal(f"{node} neither runs nor waits to in run {number}; pause one that does")
        return job

    def _state(self, job: Job, node: str) -> wire.NodeState | None:
        report = self.reports.get(job.document.number, {}).get(node)
        return report.state if report else None

    def _watch(self, graph: int, widths: dict[str, list[int]]) -> None:
        self.staff.send_all(pipe.Watch(graph, widths))
