"""Run a plan: events come out. No sockets and no files are touched here."""

import os
import time
from collections.abc import Generator, Iterator

from ._crew import Began, Crew, News, Previewed, Raised, Returned
from ._items import Task
from ._ledger import Ledger
from ._tuning import changed
from .cache import Cache
from .controls import Cancel, Change, Controls, Pause, Resume
from .events import Event, RunFinished
from .plan import Plan


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
        yield from ledger.told()
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
                _hear(ledger, crew, news)
            yield from ledger.told()
    finally:
        crew.stop()
    ledger.finish()
    yield from ledger.told()
    seconds = time.perf_counter() - began
    yield RunFinished(seconds, tuple(ledger.tale.failed), tuple(ledger.tale.skipped))


def _start(ledger: Ledger, crew: Crew, controls: Controls) -> Iterator[Event]:
    while crew.has_room and not controls.asked and (task := _next(ledger, crew)):
        arguments = ledger.arguments(task)
        if task.step.node.streams or ledger.ready or crew.busy:
            crew.start(task, arguments)
        else:
            # Nothing could run beside it, so a thread would only cost time.
            ledger.begin(task)
            yield from ledger.told()
            _hear(ledger, crew, crew.work(task, arguments))
            yield from ledger.told()


def _next(ledger: Ledger, crew: Crew) -> Task | None:
    if not crew.paused:
        return ledger.ready.pop() if ledger.ready else None
    free = [task for task in ledger.ready if not crew.is_paused(task)]
    if free:
        ledger.ready.remove(free[-1])
    return free[-1] if free else None


def _hear(ledger: Ledger, crew: Crew, news: News) -> None:
    task = news.task
    match news:
        case Began():
            ledger.begin(task)
        case Previewed():
            ledger.tale.previewed(task, news.preview)
        case Raised(error=KeyboardInterrupt() as interrupt):
            raise interrupt
        case _ if task in ledger.outdated:
            ledger.outdated.discard(task)
            _hear(ledger, crew, crew.work(task, ledger.arguments(task)))
        case Returned():
            ledger.done(task, news.result, news.seconds)
        case Raised():
            ledger.fail(task, news.error, news.seconds)


def _obey(ledger: Ledger, crew: Crew, request: Pause | Resume | Change) -> Iterator[Event]:
    # What no thread has taken up yet waits where it can be paused and changed.
    ledger.ready += crew.take_back()
    match request:
        case Pause():
            crew.pause(request.name)
        case Resume():
            crew.resume(request.name)
        case Change():
            yield changed(ledger, crew, request.name, dict(request.params))
