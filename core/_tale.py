"""What a run tells: of tasks, of the nodes that run once for each item, of the nodes that are graphs."""

from dataclasses import dataclass, field
from typing import Any

from ._items import Index, Row, Task
from .errors import CapriccioError, ItemsError
from .events import (
    Event,
    NodeFailed,
    NodeFinished,
    NodeItem,
    NodeListed,
    NodePreviewed,
    NodeQueued,
    NodeSkipped,
    NodeStarted,
)
from .lists import Label
from .node import Preview
from .plan import Plan, Step


@dataclass
class _Sum:
    """What is to be told of a node when all that it stands for has ended."""

    left: int = 0
    """How much has not ended."""
    queued: bool = False
    started: bool = False
    cached: bool = True
    seconds: float = 0.0
    results: dict[Any, Any] = field(default_factory=dict)
    failed: dict[str, BaseException] = field(default_factory=dict)
    blamed: str = ""


class Tale:
    """Events in the order in which they are told."""

    def __init__(self, plan: Plan) -> None:
        self.failed: list[str] = []
        self.skipped: list[str] = []
        self._events: list[Event] = []
        self._queued: dict[str, int] = {}
        self._first = True
        self._numbers = {step.name: number for number, step in enumerate(plan.steps)}
        self._over: set[str] = set()
        self._rows: dict[str, _Sum] = {}
        self._plan = plan
        self._around: dict[str, list[str]] = {}
        """The graphs that each step is in, the outermost first."""
        self._shown: dict[str, list[str]] = {}
        """The graphs for which a step stands, by the step."""
        self._hidden = {step.name for step in plan.steps if "." in step.name}
        """Those that stand for links into settings of nodes inside: no node's name holds a dot."""
        self._groups = {name: _Sum() for name in plan.groups}
        if plan.groups:
            self._find_groups()

    def told(self) -> list[Event]:
        """What has not been told yet."""
        if not self._events and not self._queued:
            return []
        events, self._events = self._events, []
        queued = sorted(self._queued, key=self._queued.__getitem__)
        self._queued = {}
        if self._hidden:
            events = [event for event in events if getattr(event, "name", "") not in self._hidden]
        if self._first:
            self._first = False
            events.sort(key=self._place)
        elif any(type(event) is NodeListed for event in events):
            events.sort(key=lambda event: type(event) is not NodeListed)
        return [*events, *(NodeQueued(name) for name in queued if name not in self._hidden | self._over)]

    def queued(self, task: Task) -> None:
        """A task has to run."""
        name = task.step.name
        if task.step.axes:
            about = self._sum(name)
            if about.queued:
                return
            about.queued = True
        for group in self._around.get(name, ()):
            if not self._groups[group].queued:
                self._groups[group].queued = True
                self._queued[group] = self._numbers[name]
        self._queued[name] = self._numbers[name]

    def began(self, task: Task) -> None:
        """A task has begun."""
        name = task.step.name
        for group in self._around.get(name, ()):
            self._start(group, self._groups[group])
        if task.step.axes:
            self._start(name, self._sum(name))
            self._events.append(NodeItem(name, task.index, NodeStarted(name)))
        else:
            self._events.append(NodeStarted(name))

    def previewed(self, task: Task, preview: Preview) -> None:
        """A task shows its work."""
        for name in (task.step.name, *self._shown.get(task.step.name, ())):
            event = NodePreviewed(name, preview)
            self._events.append(NodeItem(name, task.index, event) if task.step.axes else event)

    def finished(self, task: Task, result: Any, cached: bool, seconds: float) -> None:
        """A task has its result."""
        name = task.step.name
        event = NodeFinished(name, result, cached, seconds)
        if not task.step.axes:
            self._events.append(event)
            self._end(name, event)
            return
        about = self._sum(name)
        about.cached &= cached
        about.seconds += seconds
        self._events.append(NodeItem(name, task.index, event))

    def passed_over(self, task: Task, found: Any) -> None:
        """Nobody needs a task's result; this is what the cache has of it."""
        self.finished(task, found, True, 0.0)

    def arranged(self, task: Task, result: Any) -> None:
        """A generic node has put things in order, and this is what it gives."""
        if task.step.axes:
            self._sum(task.step.name).results[task.index] = result
        self.finished(task, result, False, 0.0)

    def failed_task(self, task: Task, error: BaseException, seconds: float) -> None:
        """A task has failed."""
        name = task.step.name
        event = NodeFailed(name, error, seconds)
        if not task.step.axes:
            self._events.append(event)
            self._end(name, event)
            return
        about = self._sum(name)
        about.cached = False
        about.seconds += seconds
        about.failed[called(task.index, task.labels)] = error
        self._events.append(NodeItem(name, task.index, event))

    def skipped_task(self, task: Task, blamed: str) -> None:
        """A task cannot run."""
        name = task.step.name
        event = NodeSkipped(name, blamed)
        if not task.step.axes:
            self._events.append(event)
            self._end(name, event)
            return
        about = self._sum(name)
        about.blamed = about.blamed or blamed
        self._events.append(NodeItem(name, task.index, event))

    def listed(self, row: Row) -> None:
        """It is known which items a node has."""
        items = {index: task.labels for index, task in sorted(row.tasks.items())}
        self._events.append(NodeListed(row.step.name, items))
        for group in self._shown.get(row.step.name, ()):
            self._events.append(NodeListed(group, items))

    def is_over(self, row: Row) -> bool:
        """Whether the end of a node has been told."""
        return row.step.name in self._over

    def row_ended(self, row: Row) -> None:
        """Nothing more happens to a node."""
        name = row.step.name
        about = self._rows.pop(name, None) or _Sum()
        event: Event
        if about.failed:
            event = NodeFailed(name, ItemsError(about.failed, len(row.tasks)), about.seconds)
        elif row.error is not None:
            event = NodeFailed(name, row.error, about.seconds)
        elif about.blamed or row.gone or row.open:
            event = NodeSkipped(name, about.blamed or next(iter(row.gone.values()), name))
        else:
            result = _whole(row, about.results) if row.step.node.arranges else None
            event = NodeFinished(
                name, result, about.cached and not (row.begun and not row.tasks), about.seconds
            )
        self._events.append(event)
        self._end(name, event)

    def _place(self, event: Event) -> tuple[int, bool]:
        name = getattr(event, "name", "")
        return self._numbers.get(name, len(self._numbers)), type(event) is not NodeListed

    def _sum(self, name: str) -> _Sum:
        return self._rows.setdefault(name, _Sum())

    def _start(self, name: str, about: _Sum) -> None:
        if not about.started:
            about.started = True
            self._events.append(NodeStarted(name))

    def _end(self, name: str, event: NodeFinished | NodeFailed | NodeSkipped) -> None:
        """A node has ended, and with it perhaps the graphs that it is in."""
        self._over.add(name)
        if name in self._hidden:
            pass
        elif isinstance(event, NodeFailed):
            self.failed.append(name)
        elif isinstance(event, NodeSkipped):
            self.skipped.append(name)
        for group in reversed(self._around.get(name, ())):
            about = self._groups[group]
            about.left -= 1
            if isinstance(event, NodeFailed):
                about.failed[name.removeprefix(f"{group}/")] = event.error
            elif isinstance(event, NodeSkipped):
                about.blamed = about.blamed or event.failed
            else:
                about.cached &= event.cached or self._step(name).node.arranges
                about.seconds += event.seconds
                if name in self._plan.groups[group].outputs.values():
                    about.results[name] = event.result
            if not about.left:
                self._end_group(group, about)

    def _end_group(self, group: str, about: _Sum) -> None:
        self._over.add(group)
        if about.failed:
            inner, error = next(iter(about.failed.items()))
            self.failed.append(group)
            self._events.append(NodeFailed(group, CapriccioError(f"{inner}: {error}"), about.seconds))
        elif about.blamed:
            self.skipped.append(group)
            self._events.append(NodeSkipped(group, about.blamed))
        else:
            first = next(iter(self._plan.groups[group].outputs.values()), "")
            self._events.append(NodeFinished(group, about.results.get(first), about.cached, about.seconds))

    def _step(self, name: str) -> Step:
        return self._plan.steps[self._numbers[name]]

    def _find_groups(self) -> None:
        for step in self._plan.steps:
            parts = step.name.split("/")
            inside = ["/".join(parts[:length]) for length in range(1, len(parts))]
            if inside:
                self._around[step.name] = inside
            for group in inside:
                self._groups[group].left += 1
        for name, about in self._plan.groups.items():
            for output in list(about.outputs.values())[:1]:
                if face := self._face(output):
                    self._shown.setdefault(face, []).append(name)

    def _face(self, output: str) -> str | None:
        """The step that makes what an output of a graph gives."""
        step = self._step(output)
        while step.node.arranges:
            reads = next(iter(step.sources.values()), None)
            if not reads:
                return None
            step = self._step(reads[0].source)
        return step.name


def called(index: Index, labels: Label) -> str:
    """What people call an item: its number, and what varied."""
    number = ".".join(str(place + 1) for place in index)
    about = ", ".join(f"{name} {text}" for name, text in labels.items())
    return f"item {number} ({about})" if about else f"item {number}"


def _whole(row: Row, results: dict[Index, Any]) -> Any:
    """What a generic node gives for all its items: nested lists, in a record if it has several outputs."""
    record = row.step.node.record
    if record is None:
        return _nested(row, (), results)
    parts = {
        output: _nested(row, (), {index: getattr(found, output) for index, found in results.items() if found})
        for output in row.step.node.outputs
    }
    return record(**parts)


def _nested(row: Row, place: Index, results: dict[Index, Any]) -> Any:
    if len(place) == row.step.axes:
        return results.get(place)
    return [_nested(row, (*place, item), results) for item in range(row.counts.get(place, 0))]
