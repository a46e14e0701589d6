"""What of a plan is done, what is ready, what waits: bookkeeping without threads."""

from collections.abc import Collection
from typing import Any

from .cache import Cache
from .plan import Plan, Step

_MISSING = object()


class Ledger:
    """The state of one run.

    It holds a result only while a step that has yet to run reads it; the cache may keep it
    longer.
    """

    def __init__(self, plan: Plan, cache: Cache) -> None:
        self.plan = plan
        self.failed: list[str] = []
        self.skipped: list[str] = []
        self.unchanged: list[tuple[Step, Any]] = []
        """Steps that need not run, each with its result if the cache has it."""
        self.queued: list[Step] = []
        """Steps that have to run, in order."""
        self.ready: list[Step] = []
        """Steps that can run now; take from the end."""
        self._cache = cache
        self._results: dict[str, Any] = {}
        self._readers: dict[str, list[Step]] = {}
        self._unread: dict[str, int] = {}
        self._waiting: dict[str, int] = {}
        """How many sources each step still lacks; those that can no longer run are not in it."""
        self._records = {step.name for step in plan.steps if step.node.record}
        self._sort_out()
        self._link_up()

    def arguments(self, step: Step) -> dict[str, Any]:
        """All that the step's function takes."""
        arguments = dict(step.params)
        for port, read in step.sources.items():
            values = [self._output(source, output) for source, output in read]
            arguments[port] = values if step.node.inputs[port].many else values[0]
        for port, input in step.node.inputs.items():
            if input.many and port not in arguments:
                arguments[port] = []
        if step.node.context:
            arguments[step.node.context] = self.plan.context(step)
        return arguments

    def done(self, step: Step, result: Any) -> None:
        """Keep a result for those who read it; what waited only for it becomes ready."""
        if step.node.cached:
            self._cache.put(step.key, result)
        if self._unread.get(step.name):
            self._results[step.name] = result
        # The last one pushed runs next, so branches finish, and let go, one after the other.
        for reader in reversed(self._readers.get(step.name, ())):
            if reader.name in self._waiting:
                self._waiting[reader.name] -= 1
                if not self._waiting[reader.name]:
                    self.ready.append(reader)
        self._release(step)

    def fail(self, step: Step) -> list[str]:
        """Give up a step; give the names of those that can no longer run."""
        self.failed.append(step.name)
        self._release(step)
        lost: dict[str, None] = {}
        waiting = [step.name]
        while waiting:
            for reader in self._readers.get(waiting.pop(), ()):
                if reader.name not in lost and reader.name in self._waiting:
                    lost[reader.name] = None
                    waiting.append(reader.name)
                    del self._waiting[reader.name]
                    self._release(reader)
        self.skipped += lost
        return list(lost)

    def _sort_out(self) -> None:
        """Walk back from the wanted steps, and stop where the cache knows the result."""
        wanted = set(self.plan.wanted)
        for step in reversed(self.plan.steps):
            found = self._cache.get(step.key, _MISSING)
            if found is _MISSING and step.name in wanted:
                self.queued.append(step)
                wanted.update(source for read in step.sources.values() for source, _ in read)
            else:
                self.unchanged.append((step, None if found is _MISSING else found))
        self.queued.reverse()
        self.unchanged.reverse()

    def _link_up(self) -> None:
        queued = {step.name for step in self.queued}
        for step in self.queued:
            sources = _sources(step)
            for source in sources:
                self._readers.setdefault(source, []).append(step)
                self._unread[source] = self._unread.get(source, 0) + 1
            self._waiting[step.name] = sum(source in queued for source in sources)
        self._results = {step.name: result for step, result in self.unchanged if step.name in self._unread}
        self.ready = [step for step in reversed(self.queued) if not self._waiting[step.name]]

    def _release(self, step: Step) -> None:
        """The step reads its sources no more; drop what nobody else will read."""
        for source in _sources(step):
            self._unread[source] -= 1
            if not self._unread[source]:
                self._results.pop(source, None)

    def _output(self, source: str, output: str) -> Any:
        result = self._results[source]
        return getattr(result, output) if source in self._records else result


def _sources(step: Step) -> Collection[str]:
    return {source for read in step.sources.values() for source, _ in read}
