"""Threads that run nodes. torch releases the interpreter lock, so branches run side by side."""

import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Semaphore
from typing import Any, TypeAlias

from .errors import NodeError
from .node import AnyNode, Preview
from .plan import Step

QUICK = 0.001
"""Seconds below which handing a step to a thread costs more than the step."""
AHEAD = 32
"""How many quick steps may wait for a thread."""


@dataclass(frozen=True, slots=True)
class Began:
    """A thread has taken up a step."""

    step: Step


@dataclass(frozen=True, slots=True)
class Previewed:
    """A running step shows its work."""

    step: Step
    preview: Preview


@dataclass(frozen=True, slots=True)
class Returned:
    """A step is done."""

    step: Step
    result: Any
    seconds: float


@dataclass(frozen=True, slots=True)
class Raised:
    """A step has failed."""

    step: Step
    error: BaseException
    seconds: float


News: TypeAlias = Began | Previewed | Returned | Raised


def work(step: Step, arguments: dict[str, Any]) -> Returned | Raised:
    """Run a step that shows nothing on its way, here and now."""
    began = time.perf_counter()
    try:
        result = checked(step.node, step.node.function(**arguments))
    except BaseException as error:
        return Raised(step, error, time.perf_counter() - began)
    return Returned(step, result, time.perf_counter() - began)


def checked(node: AnyNode, result: Any) -> Any:
    """A result that fits the node's declaration, as far as can be told without torch."""
    if result is None and node.outputs:
        raise NodeError(f"{node.id} returned nothing, though it declares {', '.join(node.outputs)}")
    if node.record:
        if not isinstance(result, node.record):
            given, wanted = type(result).__name__, node.record.__name__
            raise NodeError(f"{node.id} returned a {given}, though it declares a {wanted}")
        if missing := [name for name in node.outputs if getattr(result, name) is None]:
            raise NodeError(f"{node.id} returned nothing for {', '.join(missing)}")
    return result


class Crew:
    """So many threads, and one queue on which all they do is told.

    A step that yields previews stays in one thread from beginning to end, since torch keeps
    its gradient mode by thread. It runs at most one preview ahead of ``news``: who stops
    asking for news, stops it.
    """

    def __init__(self, size: int) -> None:
        self.busy = 0
        """Steps that were started and have not ended."""
        self._size = size
        self._ahead = 0
        self._pool = ThreadPoolExecutor(size, thread_name_prefix="capriccio")
        self._news: SimpleQueue[News] = SimpleQueue()
        self._permits: dict[str, Semaphore] = {}
        self._stopping = False

    @property
    def has_room(self) -> bool:
        """Whether to start another step now.

        Slow steps are handed out one for each thread, so that branches end one after the other
        and their results can go. Quick ones wait in a queue, since a thread that had to ask for
        each would spend its time on asking.
        """
        return self.busy < self._size + self._ahead

    def start(self, step: Step, arguments: dict[str, Any]) -> None:
        """Run a step in a thread."""
        self.busy += 1
        if step.node.streams:
            self._permits[step.name] = Semaphore(1)
            self._pool.submit(self._stream, step, arguments, self._permits[step.name])
        else:
            self._pool.submit(self._work, step, arguments)

    def news(self) -> News:
        """Wait for the next thing to happen, and let the step that it is about go on."""
        news = self._news.get()
        if isinstance(news, Previewed):
            self._permits[news.step.name].release()
        elif isinstance(news, Returned | Raised):
            self.busy -= 1
            self._ahead = AHEAD if news.seconds < QUICK else 0
            self._permits.pop(news.step.name, None)
        return news

    def stop(self) -> None:
        """Ask every step to stop, and wait until each has come to the end of what it is doing."""
        self._stopping = True
        for permit in self._permits.values():
            permit.release()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _work(self, step: Step, arguments: dict[str, Any]) -> None:
        self._news.put(Began(step))
        self._news.put(work(step, arguments))

    def _stream(self, step: Step, arguments: dict[str, Any], permit: Semaphore) -> None:
        began = time.perf_counter()
        self._news.put(Began(step))
        try:
            with closing(step.node.function(**arguments)) as previews:
                result = checked(step.node, self._follow(step, previews, permit))
        except BaseException as error:  # in a thread, nobody else would hear of it
            self._news.put(Raised(step, error, time.perf_counter() - began))
        else:
            self._news.put(Returned(step, result, time.perf_counter() - began))

    def _follow(self, step: Step, previews: Generator[Preview, None, Any], permit: Semaphore) -> Any:
        while True:
            permit.acquire()
            if self._stopping:
                return None
            try:
                preview = next(previews)
            except StopIteration as stop:
                return stop.value
            if not isinstance(preview, Preview):
                given = type(preview).__name__
                raise NodeError(f"{step.node.id} yielded a {given}; it must yield Preview(...)")
            self._news.put(Previewed(step, preview))
