"""Threads that run nodes. torch releases the interpreter lock, so branches run side by side."""

import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Semaphore
from typing import Any, TypeAlias

from ._items import Task, prepared
from .controls import Controls, Request
from .errors import NodeError
from .node import AnyNode, Preview, Steps

QUICK = 0.001
"""Seconds below which handing a task to a thread costs more than the task."""
AHEAD = 32
"""How many quick tasks may wait for a thread."""


@dataclass(frozen=True, slots=True)
class Began:
    """A thread has taken up a task."""

    task: Task


@dataclass(frozen=True, slots=True)
class Previewed:
    """A running task shows its work."""

    task: Task
    preview: Preview


@dataclass(frozen=True, slots=True)
class Returned:
    """A task is done."""

    task: Task
    result: Any
    seconds: float


@dataclass(frozen=True, slots=True)
class Raised:
    """A task has failed."""

    task: Task
    error: BaseException
    seconds: float


News: TypeAlias = Began | Previewed | Returned | Raised


@dataclass(slots=True)
class Stream:
    """What the run has for a task that yields previews."""

    permit: Semaphore = field(default_factory=lambda: Semaphore(1))
    """To be acquired for each preview."""
    changes: SimpleQueue[Mapping[str, Any]] = field(default_factory=SimpleQueue)
    """Arguments that it has not been sent yet."""
    held: bool = False
    """It is paused, and owed a permit."""

    def changed(self) -> dict[str, Any] | None:
        """All new arguments since the last time; of several for one name the last."""
        found: dict[str, Any] = {}
        while not self.changes.empty():  # nobody else takes from it
            found |= self.changes.get()
        return found or None


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

    A task that yields previews stays in one thread from beginning to end, since torch keeps
    its gradient mode by thread. It runs at most one preview ahead of ``news``: who stops
    asking for news, stops it. What is asked of the run from outside arrives in the same queue.
    """

    def __init__(self, size: int, controls: Controls) -> None:
        self.paused: set[str | None] = set()
        """Names of nodes; None stands for all of them."""
        self._controls = controls
        self._size = size
        self._ahead = 0
        self._pool = ThreadPoolExecutor(size, thread_name_prefix="capriccio")
        self._inbox = controls.inbox
        self._tell = controls.began
        self._started: dict[Task, Future[None]] = {}
        """Tasks that were started and have not ended."""
        self._streams: dict[Task, Stream] = {}
        """Those of them that yield previews."""
        self._stopping = False

    @property
    def busy(self) -> bool:
        """Whether any task was started and has not ended."""
        return bool(self._started)

    @property
    def has_room(self) -> bool:
        """Whether to start another task now.

        Slow tasks are handed out one for each thread, so that branches end one after the other
        and their results can go. Quick ones wait in a queue, since a thread that had to ask for
        each would spend its time on asking.
        """
        return len(self._started) < self._size + self._ahead

    def start(self, task: Task, arguments: dict[str, Any]) -> None:
        """Run a task in a thread."""
        if task.step.node.streams:
            stream = self._streams[task] = Stream()
            future = self._pool.submit(self._stream, task, arguments, stream)
        else:
            future = self._pool.submit(self._work, task, arguments)
        self._started[task] = future

    def work(self, task: Task, arguments: dict[str, Any]) -> Returned | Raised:
        """Run a task that shows nothing on its way, here and now."""
        began = time.perf_counter()
        step = task.step
        try:
            if self._tell:
                self._tell(step.name)
            result = checked(step.node, step.node.function(**prepared(step, arguments)))
        except BaseException as error:
            return Raised(task, error, time.perf_counter() - began)
        return Returned(task, result, time.perf_counter() - began)

    def runs(self, task: Task) -> bool:
        """Whether the task was started and has not ended."""
        return task in self._started

    def take_back(self) -> list[Task]:
        """The tasks that no thread has taken up yet; they have to be started again."""
        taken = [task for task, future in self._started.items() if future.cancel()]
        for task in taken:
            del self._started[task]
            self._streams.pop(task, None)
        return taken

    def news(self) -> News | Request:
        """Wait for the next thing to happen, and let the task that it is about go on."""
        news: News | Request = self._inbox.get()
        match news:
            case Returned() | Raised():
                del self._started[news.task]
                self._streams.pop(news.task, None)
                self._ahead = AHEAD if news.seconds < QUICK else 0
            case Previewed():
                stream = self._streams[news.task]
                stream.held = self.is_paused(news.task)
                if not stream.held:
                    stream.permit.release()
            case Began():
                pass
            case _:
                self._controls.heard()
        return news

    def hand(self, task: Task, changed: Mapping[str, Any]) -> None:
        """Send a running task that yields previews new arguments, when it is asked on."""
        self._streams[task].changes.put(changed)

    def is_paused(self, task: Task) -> bool:
        """Whether the task must neither begin nor be asked on; what pauses a graph pauses all in it."""
        if not self.paused:
            return False
        name = task.step.name
        return None in self.paused or any(name == each or name.startswith(f"{each}/") for each in self.paused)

    def pause(self, name: str | None) -> None:
        """Ask one node, or all, for no more."""
        self.paused.add(name)
        for task, stream in self._streams.items():
            if not stream.held and self.is_paused(task):
                stream.held = stream.permit.acquire(blocking=False)

    def resume(self, name: str | None) -> None:
        """Take a pause back."""
        self.paused.discard(name)
        for task, stream in self._streams.items():
            if stream.held and not self.is_paused(task):
                stream.held = False
                stream.permit.release()

    def stop(self) -> None:
        """Ask every task to stop, and wait until each has come to the end of what it is doing."""
        self._stopping = True
        for stream in self._streams.values():
            stream.permit.release()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _work(self, task: Task, arguments: dict[str, Any]) -> None:
        self._inbox.put(Began(task))
        self._inbox.put(self.work(task, arguments))

    def _stream(self, task: Task, arguments: dict[str, Any], stream: Stream) -> None:
        began = time.perf_counter()
        self._inbox.put(Began(task))
        step = task.step
        try:
            if self._tell:
                self._tell(step.name)
            with closing(step.node.function(**prepared(step, arguments))) as previews:
                result = checked(step.node, self._follow(task, previews, stream))
        except BaseException as error:  # in a thread, nobody else would hear of it
            self._inbox.put(Raised(task, error, time.perf_counter() - began))
        else:
            self._inbox.put(Returned(task, result, time.perf_counter() - began))

    def _follow(self, task: Task, previews: Steps[Any], stream: Stream) -> Any:
        begun = False
        while True:
            stream.permit.acquire()
            if self._stopping:
                return None
            try:
                # One that has not begun can be sent nothing.
                preview = previews.send(stream.changed() if begun else None)
            except StopIteration as stop:
                return stop.value
            if not isinstance(preview, Preview):
                given = type(preview).__name__
                raise NodeError(f"{task.step.node.id} yielded a {given}; it must yield Preview(...)")
            begun = True
            self._inbox.put(Previewed(task, preview))
