"""What of a plan is done, what is ready, what waits: bookkeeping without threads."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from .cache import Cache
from .errors import Problem
from .params import did_you_mean
from .plan import Plan, Step

_MISSING = object()
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Ledger:
    """The state of one run.

    It holds a result only while a step that has yet to run, or can be made again, reads it; the
    cache may keep it longer.
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
        self.finished: set[str] = set()
        """Steps that ran and gave a result."""
        self.outdated: set[str] = set()
        """Running steps that began with what has changed since, and have to be made again."""
        self.settings: Mapping[str, Mapping[str, Any]] = {}
        """What has been changed since the plan was made, as functions take it."""
        self._influenced: set[str] = set()
        """Steps whose results are not what their keys say."""
        self._cache = cache
        self._results: dict[str, Any] = {}
        self._readers: dict[str, list[Step]] = {}
        self._unread: dict[str, int] = {}
        self._waiting: dict[str, int] = {}
        """How many sources each step still lacks; those that can no longer run are not in it."""
        self._records = {step.name for step in plan.steps if step.node.record}
        self._sort_out()
        self._link_up()

    def arguments(self, step: Step, newer: Mapping[str, Any] = _NOTHING) -> dict[str, Any]:
        """All that the step's function takes; ``newer`` are results that count before those kept."""
        arguments = dict(step.params)
        if self.settings:
            arguments |= self.settings.get(step.name, {})
        results = self._results | dict(newer) if newer else self._results
        for port, read in step.sources.items():
            values = [self._output(results, source, output) for source, output in read]
            arguments[port] = values if step.node.inputs[port].many else values[0]
        for port, input in step.node.inputs.items():
            if input.many and port not in arguments:
                arguments[port] = []
        if step.node.context:
            arguments[step.node.context] = self.plan.context(step)
        return arguments

    def renewed(self, step: Step, newer: Mapping[str, Any]) -> dict[str, Any]:
        """Those live inputs of a step that read one of some new results, as its function takes them."""
        ports = [
            port
            for port, read in step.sources.items()
            if step.node.inputs[port].live and any(source in newer for source, _ in read)
        ]
        arguments = self.arguments(step, newer) if ports else {}
        return {port: arguments[port] for port in ports}

    def step(self, name: str) -> Step | None:
        """The step of that name."""
        return next((step for step in self.plan.steps if step.name == name), None)

    def problems(self, name: str, params: Mapping[str, Any]) -> list[Problem]:
        """All that keeps settings of a node from being changed now."""
        step = self.step(name)
        if step is None:
            hint = did_you_mean(name, [step.name for step in self.plan.steps])
            return [Problem(f"no node {name} is part of this run{hint}")]
        problems: list[Problem] = []
        for key, value in params.items():
            param = step.node.params.get(key)
            if param is None:
                hint = did_you_mean(key, list(step.node.params))
                problems.append(Problem(f"{step.node.id} has no setting {key}{hint}", name))
            elif not param.live:
                problems.append(Problem("cannot be changed while the run is on; run again", name, key))
            elif problem := param.problem(value):
                problems.append(Problem(problem, name, key))
        return problems

    def is_over(self, step: Step) -> bool:
        """Whether the step will neither begin, nor take a change, nor be made again."""
        if step.name in self.finished:
            return step.node.streams
        return step.name not in self._waiting or step.name in self.failed

    def can_remake(self, step: Step) -> bool:
        """Whether the step has given a result, and can give another."""
        return step.name in self.finished and step.node.remakable

    def change(self, step: Step, params: Mapping[str, Any]) -> dict[str, Any]:
        """Let a step have other settings from now on; give them as its function takes them."""
        cleaned = {key: step.node.params[key].cleaned(value) for key, value in params.items()}
        self.settings = {**self.settings, step.name: {**self.settings.get(step.name, {}), **cleaned}}
        self.plan = replace(self.plan, graph=self.plan.graph.with_params(step.name, **params))
        return cleaned

    def downstream(self, step: Step) -> list[Step]:
        """The step and all that depend on it, in order."""
        found, waiting = {step.name}, [step.name]
        while waiting:
            fresh = {reader.name for reader in self._readers.get(waiting.pop(), ())} - found
            found |= fresh
            waiting += fresh
        return [each for each in self.queued if each.name in found]

    def influence(self, steps: Collection[Step], remade: Mapping[str, Any]) -> None:
        """Note that steps are under the influence of a change, and results that replace others."""
        self._influenced.update(step.name for step in steps)
        self._results.update((name, result) for name, result in remade.items() if self._unread.get(name))

    def done(self, step: Step, result: Any, seconds: float = 0.0) -> None:
        """Keep a result for those who read it; what waited only for it becomes ready."""
        self.finished.add(step.name)
        lasting = not step.node.remakable
        if lasting and step.node.cached and step.name not in self._influenced:
            self._cache.put(step.key, result, seconds)
        if self._unread.get(step.name):
            self._results[step.name] = result
        # The last one pushed runs next, so branches finish, and let go, one after the other.
        for reader in reversed(self._readers.get(step.name, ())):
            if reader.name in self._waiting:
                self._waiting[reader.name] -= 1
                if not self._waiting[reader.name]:
                    self.ready.append(reader)
        if lasting:
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
            found = self._cache.get(step.key, _MISSING, step.node.record)
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

    def _output(self, results: Mapping[str, Any], source: str, output: str) -> Any:
        result = results[source]
        return getattr(result, output) if source in self._records else result


def _sources(step: Step) -> Collection[str]:
    return {source for read in step.sources.values() for source, _ in read}
