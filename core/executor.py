"""Run a plan: events come out. No sockets and no files are touched here."""

import os
import time
from collections.abc import Generator, Iterator
from typing import Any

from ._crew import Began, Crew, News, Previewed, Raised, Returned
from ._ledger import Ledger
from .cache import Cache
from .controls import Cancel, Change, Controls, Pause, Resume
from .errors import Problem
from .events import (
    Event,
    NodeChanged,
    NodeFailed,
    NodeFinished,
    NodePreviewed,
    NodeQueued,
    NodeSkipped,
    NodeStarted,
    RunFinished,
)
from .plan import Plan, Step


def run(
    plan: Plan,
    cache: Cache | None = None,
    *,
    workers: int | None = None,
    controls: Controls | None = None,
) -> Generator[Event, None, None]:
    """Yield events as the plan runs; close the iterator to cancel.

    Whatever a node raises fails that node alone, except KeyboardInterrupt, which ends the run.

    Closing asks each running node to stop at its next preview and waits for that; one that
    yields none is waited for to the end. ``workers`` is how many nodes run side by side, by
    default as many as the machine has cores. ``controls`` steer the run from other threads; those
    that have steered one already raise CapriccioError.
    """
    began = time.perf_counter()
    controls = controls or Controls()
    controls.take()
    ledger = Ledger(plan, cache if cache is not None else Cache(0))
    crew = Crew(workers or os.cpu_count() or 1, controls)
    try:
        yield from _unchanged(ledger)
        for step in ledger.queued:
            yield NodeQueued(step.name)
        while True:
            yield from _start(ledger, crew, controls)
            if not (ledger.ready or crew.busy or controls.asked):
                break
            news = crew.news()
            if isinstance(news, Cancel):
                return
            if isinstance(news, Pause | Resume | Change):
                yield from _obey(ledger, crew, news)
            else:
                yield from _tell(ledger, crew, news)
    finally:
        crew.stop()
    yield RunFinished(time.perf_counter() - began, tuple(ledger.failed), tuple(ledger.skipped))


def _unchanged(ledger: Ledger) -> Iterator[Event]:
    steps, ledger.unchanged = ledger.unchanged, []
    for step, result in steps:
        yield NodeFinished(step.name, result, True, 0.0)


def _start(ledger: Ledger, crew: Crew, controls: Controls) -> Iterator[Event]:
    while crew.has_room and not controls.asked and (step := _next(ledger, crew)):
        arguments = ledger.arguments(step)
        if step.node.streams or ledger.ready or crew.busy:
            crew.start(step, arguments)
        else:
            # Nothing could run beside it, so a thread would only cost time.
            yield NodeStarted(step.name)
            yield from _tell(ledger, crew, crew.work(step, arguments))


def _next(ledger: Ledger, crew: Crew) -> Step | None:
    if not crew.paused:
        return ledger.ready.pop() if ledger.ready else None
    free = [step for step in ledger.ready if not crew.is_paused(step)]
    if free:
        ledger.ready.remove(free[-1])
    return free[-1] if free else None


def _tell(ledger: Ledger, crew: Crew, news: News) -> Iterator[Event]:
    name = news.step.name
    match news:
        case Began():
            yield NodeStarted(name)
        case Previewed():
            yield NodePreviewed(name, news.preview)
        case Raised(error=KeyboardInterrupt() as interrupt):
            raise interrupt
        case _ if name in ledger.outdated:
            ledger.outdated.discard(name)
            yield from _tell(ledger, crew, crew.work(news.step, ledger.arguments(news.step)))
        case Returned():
            ledger.done(news.step, news.result, news.seconds)
            yield NodeFinished(name, news.result, False, news.seconds)
        case Raised():
            skipped = ledger.fail(news.step)
            yield NodeFailed(name, news.error, news.seconds)
            for other in skipped:
                yield NodeSkipped(other, name)


def _obey(ledger: Ledger, crew: Crew, request: Pause | Resume | Change) -> Iterator[Event]:
    # What no thread has taken up yet waits where it can be paused and changed.
    ledger.ready += crew.take_back()
    match request:
        case Pause():
            crew.pause(request.name)
        case Resume():
            crew.resume(request.name)
        case Change():
            yield _changed(ledger, crew, request.name, dict(request.params))


def _changed(ledger: Ledger, crew: Crew, name: str, params: dict[str, Any]) -> NodeChanged:
    step = ledger.step(name)
    if problems := ledger.problems(name, params):
        return NodeChanged(name, params, problem="\n".join(map(str, problems)))
    if step is None or ledger.is_over(step):
        return NodeChanged(name, params)
    before = ledger.plan, ledger.settings
    values = ledger.change(step, params)
    below = ledger.downstream(step)
    remade: dict[str, Any] = {}
    for each in below:
        if ledger.can_remake(each) and (each is step or ledger.renewed(each, remade)):
            outcome = crew.work(each, ledger.arguments(each, remade))
            if isinstance(outcome, Raised):
                ledger.plan, ledger.settings = before
                return NodeChanged(name, params, problem=_refusal(outcome))
            remade[each.name] = outcome.result
    reached = []
    for each in filter(crew.runs, below):
        if changed := values if each is step else ledger.renewed(each, remade):
            if each.node.streams:
                crew.hand(each, changed)
                reached.append(each.name)
            else:
                ledger.outdated.add(each.name)
    ledger.influence(below, remade)
    return NodeChanged(name, params, tuple(reached), remade=remade)


def _refusal(outcome: Raised) -> str:
    if isinstance(outcome.error, KeyboardInterrupt):
        raise outcome.error
    return str(
        Problem(f"was made again and raised, so nothing is changed: {outcome.error!r}", outcome.step.name)
    )
