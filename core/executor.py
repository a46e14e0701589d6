"""Run a plan: events come out. No sockets and no files are touched here."""

import os
import time
from collections.abc import Generator, Iterator

from ._crew import Began, Crew, News, Previewed, Raised, Returned, work
from ._ledger import Ledger
from .cache import Cache
from .events import (
    Event,
    NodeFailed,
    NodeFinished,
    NodePreviewed,
    NodeQueued,
    NodeSkipped,
    NodeStarted,
    RunFinished,
)
from .plan import Plan


def run(
    plan: Plan, cache: Cache | None = None, *, workers: int | None = None
) -> Generator[Event, None, None]:
    """Yield events as the plan runs; close the iterator to cancel.

    Whatever a node raises fails that node alone, except KeyboardInterrupt, which ends the run.

    Closing asks each running node to stop at its next preview and waits for that; one that
    yields none is waited for to the end. ``workers`` is how many nodes run side by side, by
    default as many as the machine has cores.
    """
    began = time.perf_counter()
    ledger = Ledger(plan, cache if cache is not None else Cache(0))
    crew = Crew(workers or os.cpu_count() or 1)
    try:
        yield from _unchanged(ledger)
        for step in ledger.queued:
            yield NodeQueued(step.name)
        while ledger.ready or crew.busy:
            yield from _start(ledger, crew)
            if crew.busy:
                yield from _tell(ledger, crew.news())
    finally:
        crew.stop()
    yield RunFinished(time.perf_counter() - began, tuple(ledger.failed), tuple(ledger.skipped))


def _unchanged(ledger: Ledger) -> Iterator[Event]:
    steps, ledger.unchanged = ledger.unchanged, []
    for step, result in steps:
        yield NodeFinished(step.name, result, True, 0.0)


def _start(ledger: Ledger, crew: Crew) -> Iterator[Event]:
    while ledger.ready and crew.has_room:
        step = ledger.ready.pop()
        arguments = ledger.arguments(step)
        if step.node.streams or ledger.ready or crew.busy:
            crew.start(step, arguments)
        else:
            # Nothing could run beside it, so a thread would only cost time.
            yield NodeStarted(step.name)
            yield from _tell(ledger, work(step, arguments))


def _tell(ledger: Ledger, news: News) -> Iterator[Event]:
    name = news.step.name
    match news:
        case Began():
            yield NodeStarted(name)
        case Previewed():
            yield NodePreviewed(name, news.preview)
        case Returned():
            ledger.done(news.step, news.result)
            yield NodeFinished(name, news.result, False, news.seconds)
        case Raised(error=KeyboardInterrupt() as interrupt):
            raise interrupt
        case Raised():
            skipped = ledger.fail(news.step)
            yield NodeFailed(name, news.error, news.seconds)
            for other in skipped:
                yield NodeSkipped(other, name)
