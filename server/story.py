"""Tells the server, and shows on the easel, what happens in one run."""

from collections.abc import Callable
from typing import Any

from ..core import (
    Catalog,
    Event,
    NodeChanged,
    NodeFailed,
    NodeFinished,
    NodeItem,
    NodeListed,
    NodePreviewed,
    NodeQueued,
    NodeSkipped,
    NodeStarted,
    Plan,
)
from . import pipe, wire
from .easel import Easel, Work
from .graphs import faces, output_types
from .helm import Helm
from .plain import brief, count, error_line, measured
from .sheet import State
from .tally import Tally

Send = Callable[[pipe.News], None]


class Story:
    """The story of one run, event by event."""

    def __init__(
        self, start: pipe.Start, planned: Plan, catalog: Catalog, easel: Easel, send: Send, helm: Helm
    ) -> None:
        self._run = start.run
        self._graph = start.graph
        self._drawn = planned.graph
        self._nodes = {step.name: step.node for step in planned.steps}
        self._groups = planned.groups
        self._faces = faces(planned)
        self.renders = {
            name: {
                output: catalog.previews[port] for output, port in types.items() if port in catalog.previews
            }
            for name, types in output_types(planned).items()
        }
        """How each output of each node is shown, of those that can be."""
        self.done: set[str] = set()
        """Nodes that have made what they are for."""
        self._easel = easel
        self._send = send
        self._helm = helm
        self._tallies: dict[str, Tally] = {}
        self._over: set[str] = set()
        """Nodes that have ended."""

    def tell(self, event: Event) -> None:
        """Pass one event on."""
        match event:
            case NodeQueued(name=name):
                self._report(wire.NodeReport(name, "queued"))
            case NodeStarted(name=name) if name in self._groups:  # of others it is told when they are called
                self._report(wire.NodeReport(name, "running"))
            case NodeListed(name=name):
                self._list(event)
            case NodeItem():
                self._take_item(event)
            case NodePreviewed(name=name, preview=preview):
                step, total, measures = count(preview.step), count(preview.total), preview.measures
                self._put(name, preview.value, step, total)
                self._easel.progress(name, lambda: wire.NodeProgress(step, total, measured(measures)))
            case NodeFinished():
                self._finish(event)
            case NodeFailed(name=name, error=error, seconds=seconds):
                self._end(wire.NodeReport(name, "failed", seconds=seconds, error=error_line(error)))
            case NodeSkipped(name=name, failed=failed):
                self._end(wire.NodeReport(name, "skipped", error=f"{failed} failed"))
            case NodeChanged():
                self._tune(event)
            case _:
                pass

    def _list(self, event: NodeListed) -> None:
        tally = self._tallies[event.name] = Tally(event.items)
        work = Work(
            self._run, dict.fromkeys(self._outputs(event.name)), self.renders[event.name], self._drawn
        )
        self._easel.begin_items(self._graph, event.name, work, tally, list(event.items))
        self._easel.progress(event.name, tally.progress)

    def _take_item(self, event: NodeItem) -> None:
        names = [event.name]
        if not isinstance(event.event, NodePreviewed):  # which the engine tells of the graphs around too
            names += self._faces.get(event.name, ())
        for name in names:
            if tally := self._tallies.get(name):
                tally.take(event)
                self._easel.progress(name, tally.progress)
                if self.renders[name] or _fetchable(event.event):
                    self._put_item(name, event)

    def _put_item(self, name: str, event: NodeItem) -> None:
        state, work = _state(event.event), None
        match event.event:
            case NodePreviewed(preview=preview):
                work = self._work(name, preview.value, count(preview.step), count(preview.total))
            case NodeFinished(result=result):
                work = self._work(name, result)
            case _:
                pass
        self._easel.put_item(self._graph, name, event.index, state, work)

    def _finish(self, event: NodeFinished) -> None:
        name, last = event.name, self._easel.last(event.name)
        if name in self._groups:
            self._put_group(name)
        elif event.result is not None:
            self._put(name, event.result, last.step or 1, last.total or 1)
        value = brief(event.result)
        if value is None and (tally := self._tallies.get(name)):
            value = tally.value()
        self._end(
            wire.NodeReport(name, "done", cached=event.cached, seconds=event.seconds, value=value), last
        )

    def _end(self, report: wire.NodeReport, last: wire.NodeProgress | None = None) -> None:
        """A node has ended, as far as it came."""
        last = last or self._easel.last(report.node)
        if tally := self._tallies.get(report.node):
            last = tally.progress()
        self._report(
            wire.NodeReport(
                report.node,
                report.state,
                last.step,
                last.total,
                last.measures,
                report.cached,
                report.seconds,
                report.error,
                report.value,
                last.items,
            )
        )

    def _tune(self, event: NodeChanged) -> None:
        """Settings were changed in mid-run; what was made again is shown."""
        taken = event.reached or event.remade or event.name not in self._over
        for node, params in self._helm.outside(event.name, event.params).items():
            self._send(pipe.Tuned(self._run, node, params, list(event.reached), event.problem))
            if taken and not event.problem and node in self._drawn.nodes:
                self._drawn = self._drawn.with_params(node, **params)
        for name, value in event.remade.items():
            self._put(name, value)
            for group in self._faces.get(name, ()):
                self._put(group, value)

    def _put(self, name: str, value: Any, step: int = 1, total: int = 1) -> None:
        if work := self._work(name, value, step, total):
            self._easel.put(self._graph, name, work)

    def _put_group(self, name: str) -> None:
        """A graph gives what those nodes give at which it ends."""
        outputs: dict[str, Any] = {}
        for socket, step in self._groups[name].outputs.items():
            made = self._easel.work(self._graph, step)
            if made and made.run == self._run and "item" in made.outputs:
                outputs[socket] = made.outputs["item"]
        if outputs:
            work = Work(self._run, outputs, self.renders[name], self._drawn)
            self._easel.put(self._graph, name, work)

    def _work(self, name: str, value: Any, step: int = 1, total: int = 1) -> Work | None:
        names = self._outputs(name)
        if value is None or not names:
            return None
        record = None if name in self._groups else self._nodes[name].record
        if record and isinstance(value, record):
            outputs = {output: getattr(value, output) for output in names}
        else:
            outputs = {names[0]: value}
        return Work(self._run, outputs, self.renders[name], self._drawn, step, total)

    def _outputs(self, name: str) -> list[str]:
        return list(self._groups[name].outputs if name in self._groups else self._nodes[name].outputs)

    def _report(self, report: wire.NodeReport) -> None:
        if report.state not in ("queued", "running"):
            self._over.add(report.node)
        if report.state == "done":
            self.done.add(report.node)
        self._send(pipe.Node(self._run, report))


def _state(event: object) -> State:
    match event:
        case NodeFinished():
            return "done"
        case NodeFailed():
            return "failed"
        case NodeSkipped():
            return "skipped"
    return "running"


def _fetchable(event: object) -> bool:
    """Whether an item gives an array, which can be had though it cannot be seen."""
    return isinstance(event, NodeFinished) and hasattr(event.result, "detach")
