"""What of a plan is done, what is ready, what waits: bookkeeping without threads.

Rows are laid out as far as it is known which items they have. What is wanted is then looked up in the
cache, and what is not there is made: it wants what it reads, and so on back to where the cache knows.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from ._crew import checked
from ._items import (
    Row,
    State,
    Task,
    filled,
    flat,
    gathered,
    grown,
    list_labels,
    prepared,
)
from ._layout import Layout
from .cache import Cache
from .events import Event
from .plan import Plan

_MISSING = object()
_NOTHING: Mapping[Task, Any] = MappingProxyType({})


class Ledger(Layout):
    """The state of one run.

    It holds a result only while a task that has yet to run, or can be made again, reads it, or while
    it is not known yet who will; the cache may keep it longer.
    """

    def __init__(self, plan: Plan, cache: Cache) -> None:
        super().__init__(plan)
        self.ready: list[Task] = []
        """Tasks that can run now; take from the end."""
        self.outdated: set[Task] = set()
        """Running tasks that began with what has changed since, and have to be made again."""
        self.settings: Mapping[str, Mapping[str, Any]] = {}
        """What has been changed since the plan was made, by step, as functions take it."""
        self._cache = cache
        self._outputs = frozenset(step for group in plan.groups.values() for step in group.outputs.values())
        self._followed: dict[Task, list[Task]] = {}
        """By task, the generic ones that give what it makes and are to tell it."""
        self._lacking: dict[Task, set[Task]] = {}
        """What these still wait for."""
        self._fresh: list[Task] = []
        """Tasks that have just become ready to run, the first of them last."""
        self._making: dict[str, Task] = {}
        """Tasks that are to make what others of their row are to give too."""
        self._twins: dict[Task, list[Task]] = {}
        """Those others, by the task that makes it for them."""
        for name in plan.wanted:
            self._begin(self._rows[name])
        self._settle()
        self._push(sorted(self._fresh, key=lambda task: (task.row.number, task.index)))

    def told(self) -> list[Event]:
        """What has happened since this was asked last."""
        return self.tale.told()

    def arguments(self, task: Task, newer: Mapping[Task, Any] = _NOTHING) -> dict[str, Any]:
        """All that the task's function takes; ``newer`` are results that count before those kept."""
        step = task.step
        arguments = dict(step.params if task.params is None else task.params)
        if self.settings:
            arguments |= self.settings.get(step.name, {})
        results = self.results | dict(newer) if newer else self.results
        for port, trees in task.reads.items():
            if step.late and port in step.node.params:
                continue
            if step.node.arranges and port in step.node.inputs and step.node.inputs[port].type.variable:
                values: list[Any] = list(trees)
            else:
                values = [filled(tree, results) for tree in trees]
            depth = step.node.inputs[port].depth if port in step.node.inputs else 0
            arguments[port] = gathered(depth, [read.rest for read in step.sources[port]], values)
        if step.node.context:
            arguments[step.node.context] = self.plan.context(step, task.index, task.labels)
        if step.node.labels:
            arguments[step.node.labels] = list_labels(task)
        return arguments

    # What happens to tasks.

    def begin(self, task: Task) -> None:
        """A task has begun."""
        self.tale.began(task)

    def done(self, task: Task, result: Any, seconds: float = 0.0) -> None:
        """Keep a result for those who read it; what waited only for it becomes ready."""
        lasting = not task.step.node.remakable
        if lasting and task.step.node.cached and not task.influenced:
            self._cache.put(task.key, result, seconds)
        self._has(task, result, False, seconds)
        if lasting:
            self._read(task)
        self._settle()
        self._push(self._fresh)

    def fail(self, task: Task, error: BaseException, seconds: float = 0.0) -> None:
        """Give up a task, and those that can no longer run."""
        self._failed(task, error, seconds)
        self._settle()
        self._push(self._fresh)

    def finish(self) -> None:
        """Nothing is left to do: what has not been told yet is."""
        for row in self._rows.values():
            if not self.tale.is_over(row):
                self.tale.row_ended(row)

    def row(self, name: str) -> Row | None:
        """The runs of the step of that name."""
        return self._rows.get(name)

    @property
    def names(self) -> list[str]:
        """All steps."""
        return list(self._rows)

    # Generic nodes, and what nobody wants.

    def _arrange(self, task: Task) -> None:
        """Let a generic node put its stand-ins in order. It is told later, with what it gives."""
        node = task.step.node
        arguments = self.arguments(task)
        result = checked(node, node.function(**prepared(task.step, arguments)))
        self.results[task] = result
        grown(task, result)
        task.state = "done"
        task.row.idle -= 1  # the row lets go later, when what this gives is followed
        wanted = task.step.name in self._wanted
        if wanted or task.step.name in self._outputs:
            self._follow(task, wanted)
        else:
            self.tale.arranged(task, None)
            self._over(task.row)

    def _follow(self, task: Task, wanted: bool) -> None:
        """Let a generic node tell what it gives when that has been made."""
        made = {leaf.task for tree in task.trees.values() for leaf in flat(tree) if leaf.task is not task}
        self._lacking[task] = lacking = {each for each in made if each.state != "done"}
        for each in made:
            self._followed.setdefault(each, []).append(task)
            if wanted:
                self._want(each)
        lost = [each for each in lacking if each.state in ("failed", "skipped")]
        if lost:
            self._unfollow(task, lost[0].blamed)
        elif not self._lacking.get(task, lacking):
            self._tell_arranged(task)

    def _tell_arranged(self, task: Task) -> None:
        if self._lacking.pop(task, None) is not None:
            results = {output: filled(tree, self.results) for output, tree in task.trees.items()}
            record = task.step.node.record
            self.tale.arranged(task, record(**results) if record else next(iter(results.values())))
            self._drop_followed(task)
            self._over(task.row)

    def _unfollow(self, task: Task, blamed: str) -> None:
        """What a generic node gives will not be made."""
        if self._lacking.pop(task, None) is not None:
            self.tale.skipped_task(task, blamed)
            self._drop_followed(task)
            self._over(task.row)

    def _drop_followed(self, task: Task) -> None:
        made = {leaf.task for tree in task.trees.values() for leaf in flat(tree)}
        for each in made:
            followers = self._followed.get(each, [])
            if task in followers:
                followers.remove(task)
            self._release(each)

    def _pass_over(self) -> None:
        """All is laid out: what nobody wants need not be made."""
        for row in self._rows.values():
            if not row.begun:
                row.open = 0
                self.tale.row_ended(row)
            for task in row.tasks.values():
                if task.state == "idle":
                    found = self._cache.get(task.key, None, task.step.node.record)
                    self.tale.passed_over(task, found)
                    self._over(row)
                elif task in self._lacking and any(each.state == "idle" for each in self._lacking[task]):
                    del self._lacking[task]
                    self.tale.arranged(task, None)
                    self._drop_followed(task)
                    self._over(row)

    # What is wanted.

    def _want(self, first: Task) -> None:
        """Make sure that a task's result will be there, and so those of what it reads."""
        waiting = [first]
        while waiting:
            task = waiting.pop()
            if task.state != "idle":
                continue
            if task.key in self._cache:
                found = self._cache.get(task.key, _MISSING, task.step.node.record)
                if found is not _MISSING:
                    self._has(task, found, True, 0.0)
                    continue
            self.tale.queued(task)
            if task.step.axes and task.step.node.cached and self._leaves_to_twin(task):
                continue
            if task.step.key:
                task.reads = self._reads(task.step, task.index)
            task.sources = tuple(dict.fromkeys(leaf.task for leaf in task.leaves()))
            for source in task.sources:
                if not source.readers:
                    source.readers = []
                source.readers.append(task)
                source.unread += 1
                if source.state != "done":
                    task.waiting += 1
            waiting += [source for source in reversed(task.sources) if source.state == "idle"]
            self._set(task, "waiting")  # and not before it holds what it reads
            lost = [source for source in task.sources if source.state in ("failed", "skipped")]
            if lost:
                self._skip(task, lost[0].blamed)
            elif not task.waiting:
                self._fresh.append(task)

    def _leaves_to_twin(self, task: Task) -> bool:
        """Whether another item of the same row makes the same."""
        twin = self._making.setdefault(task.key, task)
        if twin is task or twin.row is not task.row or twin.state != "waiting":
            return False
        self._twins.setdefault(twin, []).append(task)
        self._set(task, "waiting")
        return True

    def _has(self, task: Task, result: Any, cached: bool, seconds: float) -> None:
        """A task has its result."""
        try:
            grown(task, result)
        except Exception as error:
            self._failed(task, error, seconds)
            return
        self._set(task, "done")
        self.results[task] = result
        self.tale.finished(task, result, cached, seconds)
        # The last one pushed runs next, so branches finish, and let go, one after the other.
        for reader in task.readers:
            if reader.state == "waiting":
                reader.waiting -= 1
                if not reader.waiting:
                    self._fresh.append(reader)
        for follower in list(self._followed.get(task, ())):
            self._lacking.get(follower, set()).discard(task)
            if follower in self._lacking and not self._lacking[follower]:
                self._tell_arranged(follower)
        self._tell(task.row, task.index)
        self._release(task)
        self._over(task.row)
        for twin in self._twins.pop(task, ()):
            twin.influenced = task.influenced
            self._has(twin, result, True, 0.0)

    def _failed(self, task: Task, error: BaseException, seconds: float) -> None:
        """A task has failed: what reads it cannot run."""
        self._set(task, "failed")
        task.blamed = task.step.name
        self.tale.failed_task(task, error, seconds)
        self._end(task)
        for reader in task.readers:
            self._skip(reader, task.blamed)
        for twin in self._twins.pop(task, ()):
            self._failed(twin, error, 0.0)

    def _skip(self, first: Task, blamed: str) -> None:
        """A task cannot run, nor can those that read it."""
        waiting = [first]
        while waiting:
            task = waiting.pop()
            if task.state == "waiting":
                self._set(task, "skipped")
                task.blamed = blamed
                self.tale.skipped_task(task, blamed)
                self._end(task)
                waiting += [*task.readers, *self._twins.pop(task, ())]

    def _end(self, task: Task) -> None:
        """A task will give nothing."""
        self._read(task)
        for follower in list(self._followed.get(task, ())):
            self._unfollow(follower, task.blamed)
        self._tell(task.row, task.index)
        self._over(task.row)

    def _set(self, task: Task, state: State) -> None:
        if task.state == "idle":
            task.row.idle -= 1
            task.state = state
            if not task.row.idle and not task.row.open:
                self._let_go(task.row)
        task.state = state

    def _over(self, row: Row) -> None:
        row.over += 1
        self._check_row(row)

    def _check_row(self, row: Row) -> None:
        if not row.open and row.over == len(row.tasks) and not self.tale.is_over(row):
            self.tale.row_ended(row)

    def _read(self, task: Task) -> None:
        """The task reads its sources no more; drop what nobody else will read."""
        for source in task.sources:
            source.unread -= 1
            self._release(source)

    def _release(self, task: Task) -> None:
        if not task.unread and not task.row.unready and not self._followed.get(task):
            self.results.pop(task, None)

    def _push(self, tasks: Iterable[Task]) -> None:
        """Let tasks run; the first of them next."""
        self.ready += [task for task in reversed(list(tasks)) if task.state == "waiting"]
        self._fresh = []
