"""Find out which items the steps of a plan have, as far as somebody wants to know."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from ._items import Gone, Index, Leaf, Row, Task, Tree, Unknown, checked_setting, filled, flat, picked
from ._tale import Tale
from .errors import InputError
from .interface import graph_output
from .plan import Plan, Step

_NO_READS: dict[str, list[Tree]] = {}


class Layout(ABC):
    """The rows of a plan, one for each step, with a task for each of its items.

    What a row holds is found out place by place. Where that has to wait for something, whoever asks
    is noted, and looks again when there is news from there.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.tale = Tale(plan)
        self.results: dict[Task, Any] = {}
        self._wanted = frozenset(plan.wanted)
        self._rows = {step.name: Row(step, number) for number, step in enumerate(plan.steps)}
        self._open = 0
        """Rows of which somebody wants to know what is in them, and it is not known yet."""
        self._listeners: dict[tuple[Row, Index], list[tuple[Row, Index]]] = {}
        """Who waits to hear what is at a place of a row."""
        self._heard: deque[tuple[Row, Index]] = deque()
        """Those of them who have to look again."""
        for row in self._rows.values():
            for name in _read_by(row.step):
                self._rows[name].unready += 1

    @abstractmethod
    def _want(self, first: Task) -> None:
        """See to it that a task's result will be there."""

    @abstractmethod
    def _arrange(self, task: Task) -> None:
        """Let a generic node put its stand-ins in order."""

    @abstractmethod
    def _failed(self, task: Task, error: BaseException, seconds: float) -> None:
        """Give up a task."""

    @abstractmethod
    def _over(self, row: Row) -> None:
        """A task of a row has ended."""

    @abstractmethod
    def _check_row(self, row: Row) -> None:
        """A row may have ended."""

    @abstractmethod
    def _release(self, task: Task) -> None:
        """Drop a result that nobody will read."""

    @abstractmethod
    def _pass_over(self) -> None:
        """All is laid out: what nobody wants need not be made."""

    def _begin(self, first: Row) -> None:
        """Find out what is in a row, and so in those that it is sure to read."""
        found: list[Row] = []
        waiting = [first]
        while waiting:
            row = waiting.pop()
            if not row.begun:
                row.begun = True
                found.append(row)
                if not row.step.axes:
                    waiting += map(self._rows.__getitem__, _read_by(row.step))
        self._open += len(found)
        found.sort(key=lambda row: row.number)
        self._heard.extend((row, ()) for row in found)

    def _lay_out(self, row: Row, place: Index) -> None:
        """Find out what is at a place of a row, now or as soon as that can be known."""
        try:
            if len(place) < row.step.axes:
                self._divide(row, place)
            else:
                self._enter(row, place)
        except Unknown as unknown:
            self._listeners.setdefault((unknown.row, unknown.place), []).append((row, place))
            self._ask(unknown.row, unknown.place)
        except Gone as gone:
            if len(place) == row.step.axes:
                self._stand_in(row, place, gone.blamed)
            else:
                self._lose(row, place, gone.blamed)

    def _divide(self, row: Row, place: Index) -> None:
        """Find out how many items there are below a place."""
        step, level = row.step, len(place)
        counts: dict[str, int] = {}
        gates = [read for read in step.gates if level in read.picks]
        # What a graph gives is counted by what it is given: where that is nothing, nothing inside is asked.
        own = (
            []
            if gates and step.node is graph_output
            else [read for read in _all(step) if level in read.picks]
        )
        counted = [*own, *gates]
        for read in counted:
            if not self._rows[read.source].begun:
                self._begin(self._rows[read.source])
        for read in counted:
            above = tuple(place[pick] for pick in read.picks if pick < level)
            counts[f"{read.source}.{read.output}"] = self._rows[read.source].count(read.output, above)
        if len(set(counts.values())) > 1:
            row.error = _uneven(counts)
            self._lose(row, place, row.step.name)
            return
        row.counts[place] = found = next(iter(counts.values()))
        row.open += found - 1
        self._tell(row, place)
        for item in range(found):
            self._lay_out(row, (*place, item))
        if not found and not row.open:
            self._closed(row)

    def _enter(self, row: Row, index: Index) -> None:
        """Make a task, once it is known what it reads."""
        step = row.step
        if step.axes and not row.tasks:
            for name in _read_by(step):
                if not self._rows[name].begun:
                    self._begin(self._rows[name])
        # Where all is known before the run, nothing need be read to tell the key.
        reads = _NO_READS if step.key else self._reads(step, index)
        task = Task(row, index, reads)
        if step.late or step.node.arranges:
            for leaf in _needed_at_once(task):
                if leaf.task.state in ("failed", "skipped"):
                    raise Gone(leaf.task.blamed)
                if leaf.task not in self.results:
                    raise Unknown(leaf.task.row, leaf.task.index)
        row.tasks[index] = task
        row.open -= 1
        row.idle += 1
        stem = step.stem
        error: BaseException | None = None
        if step.late:
            try:
                stem = self._looked_up(task)
            except Exception as raised:
                error = raised
        task.seal(stem)
        if error is None and step.node.arranges:
            try:
                self._arrange(task)
            except Exception as raised:
                error = raised
        if error is not None:
            self._failed(task, error, 0.0)
        elif step.name in self._wanted and not step.node.arranges:
            self._want(task)
        self._tell(row, index)
        if not row.open:
            self._closed(row)

    def _reads(self, step: Step, index: Index) -> dict[str, list[Tree]]:
        """What a task reads at each link; raises Unknown or Gone."""
        return {
            port: [self._rows[read.source].tree(read.output, picked(read, index)) for read in found]
            for port, found in step.sources.items()
        }

    def _looked_up(self, task: Task) -> bytes:
        """Settings that links bring, and that the key needs."""
        step = task.step
        linked = {
            port: checked_setting(step, port, filled(trees[0], self.results))
            for port, trees in task.reads.items()
            if port in step.node.params
        }
        try:
            task.params, stem = self.plan.late(step, linked)
        except InputError as error:
            raise InputError(f"{', '.join(linked)} {error}") from None
        return stem

    def _tell(self, row: Row, place: Index) -> None:
        """Something is known of a place now."""
        if self._listeners:
            self._heard.extend(self._listeners.pop((row, place), ()))

    def _ask(self, row: Row, place: Index) -> None:
        """Somebody has to know what is at a place, so what tells it has to be made."""
        task = row.tasks.get(place[: row.step.axes])
        if task is not None:
            self._want(task)

    def _lose(self, row: Row, place: Index, blamed: str) -> None:
        """Nothing will ever be at a place of a row."""
        row.lose(place, blamed)
        for other, below in list(self._listeners):
            if other is row and below[: len(place)] == place:
                self._tell(row, below)
        if not row.open:
            self._closed(row)

    def _stand_in(self, row: Row, index: Index, blamed: str) -> None:
        """There is an item, and it cannot be told what it reads: only who reads this one is lost."""
        row.tasks[index] = task = Task(row, index, _NO_READS)
        row.open -= 1
        task.state = "skipped"
        task.blamed = blamed
        self.tale.skipped_task(task, blamed)
        self._tell(row, index)
        if not row.open:
            self._closed(row)
        self._over(row)

    def _closed(self, row: Row) -> None:
        """It is known which items a row has."""
        self._open -= 1
        if row.step.axes:
            self.tale.listed(row)
        self._let_go(row)
        self._check_row(row)

    def _let_go(self, first: Row) -> None:
        """A row whose tasks are all wanted already will ask its sources for no more.

        One that is generic asks for those who read it.
        """
        rows = [first]
        while rows:
            row = rows.pop()
            may_ask = row.open or (row.idle and self._open > 0) or (row.step.node.arranges and row.unready)
            if may_ask or row.lets_go:
                continue
            row.lets_go = True
            for source in map(self._rows.__getitem__, _read_by(row.step)):
                source.unready -= 1
                if not source.unready:
                    for task in list(source.tasks.values()):
                        self._release(task)
                    rows.append(source)

    def _settle(self) -> None:
        """Go on with all that waited to hear something."""
        while self._heard:
            row, place = self._heard.popleft()
            if place not in row.tasks and place not in row.gone and place not in row.counts:
                self._lay_out(row, place)
        if not self._open:
            self._open = -1
            self._pass_over()
            for row in self._rows.values():
                self._let_go(row)


def _read_by(step: Step) -> dict[str, None]:
    return dict.fromkeys(read.source for read in (*_all(step), *step.gates))


def _all(step: Step) -> Iterator[Any]:
    for found in step.sources.values():
        yield from found


def _needed_at_once(task: Task) -> Iterator[Leaf]:
    """Values without which a task cannot be told its key, or a generic node not be called."""
    node = task.step.node
    for port, trees in task.reads.items():
        real = port in node.params or (node.arranges and not node.inputs[port].type.variable)
        for tree in trees if real else ():
            yield from flat(tree)


def _uneven(counts: Mapping[str, int]) -> InputError:
    lengths = " and ".join(
        f"{start} {'1 item' if count == 1 else f'{count} items'}" for start, count in counts.items()
    )
    return InputError(
        f"its lists have unequal lengths: {lengths}; make them equal, or use Cross for every combination"
    )
