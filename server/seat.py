"""A place for one worker: its process, the run that it is at, and what it was asked."""

import asyncio
import itertools
import logging
import signal
from collections.abc import Callable, Iterable
from typing import TypeAlias

from . import pipe, wire
from .process import WorkerProcess

TERM_AFTER = 2.0
"""Seconds that a cancelled run has to end by itself."""
KILL_AFTER = 3.0
"""Seconds more before the worker is killed."""
TRIES = 3
"""Workers in a row that may end before they are ready."""
_log = logging.getLogger("capriccio.server")

Reply: TypeAlias = pipe.Answer | pipe.Described | pipe.Chunk | pipe.Sent | pipe.Kept
Ask: TypeAlias = Callable[[Reply | None], None]
"""Hears the answers to a question; None when the worker is lost."""
News: TypeAlias = (
    pipe.Ready
    | pipe.Frame
    | pipe.Rejected
    | pipe.Broken
    | pipe.Began
    | pipe.Node
    | pipe.Progress
    | pipe.Tuned
    | pipe.Ended
)


class Seat:
    """Keeps one worker, and asks it. ``hear`` gets what it tells of runs, ``lost`` how it ended."""

    def __init__(
        self,
        setup: pipe.Setup,
        preload: Iterable[str],
        hear: Callable[["Seat", News], None],
        lost: Callable[["Seat", str], None],
    ) -> None:
        self.device = setup.device
        self.state: wire.WorkerState = "starting"
        self.run: int | None = None
        """The run that it is at."""
        self.inside: dict[str, None] = {}
        """Nodes that have been called and have not ended."""
        self._hear = hear
        self._lost = lost
        self._worker = WorkerProcess(setup, tuple(preload), self._take, self._mourn)
        self._numbers = itertools.count(1)
        self._asks: dict[int, Ask] = {}
        self._alarms: list[asyncio.TimerHandle] = []
        self._unable = False
        """The worker has said itself that it cannot begin, and why in ``ended``."""
        self.ended = ""
        """How the last one ended."""

    @property
    def info(self) -> wire.WorkerInfo:
        """How the worker is."""
        return wire.WorkerInfo(self.device, self.state, self._worker.pid, self.run, self.ended)

    @property
    def hopeless(self) -> bool:
        """The worker cannot even begin, or has ended again and again before it was ready."""
        return self.state == "lost" and (self._unable or self._worker.deaths >= TRIES)

    def open(self) -> None:
        """Keep a worker from now on."""
        self._worker.start()

    async def close(self) -> None:
        """End the worker."""
        await self._worker.stop()

    def send(self, order: pipe.Order) -> None:
        """Tell the worker something."""
        self._worker.send(order)

    def ask(self, order: Callable[[int], pipe.Order], hear: Ask) -> None:
        """Ask the worker; ``order`` makes the question from its number."""
        number = next(self._numbers)
        self._asks[number] = hear
        self.send(order(number))

    def begin(self, start: pipe.Start) -> None:
        """Let the worker run a graph."""
        self.run, self.inside = start.run, {}
        self.send(start)

    def stop(self) -> None:
        """Ask the worker to end its run, then end the worker: a node may be unable to hear."""
        if self.run is None or self._alarms:
            return
        self.send(pipe.Cancel(self.run))
        loop = asyncio.get_running_loop()
        self._alarms = [
            loop.call_later(TERM_AFTER, self._worker.signal, signal.SIGTERM),
            loop.call_later(TERM_AFTER + KILL_AFTER, self._worker.signal, signal.SIGKILL),
        ]

    def done(self) -> None:
        """The run is over."""
        self.run, self.inside = None, {}
        for alarm in self._alarms:
            alarm.cancel()
        self._alarms = []

    def _take(self, message: pipe.News) -> None:
        match message:
            case pipe.Answer() | pipe.Described() | pipe.Chunk() | pipe.Sent() | pipe.Kept():
                self._reply(message)
            case pipe.Unready(text=text):
                if not self._unable:
                    _log.warning("the worker on %s could not begin: %s", self.device, text)
                self._unable, self.ended = True, f"could not begin: {text}"
            case pipe.Ready(device=device):
                self.device, self.state, self.ended, self._unable = device, "ready", "", False
                self._hear(self, message)
            case _:
                self._hear(self, message)

    def _reply(self, message: Reply) -> None:
        if (ask := self._asks.get(message.ask)) is None:
            return
        if not isinstance(message, pipe.Chunk):
            del self._asks[message.ask]
        ask(message)

    def _mourn(self, how: str) -> None:
        self.state = "lost"
        if not self._unable and how != self.ended:  # one that never begins says so once
            _log.warning("the worker on %s %s", self.device, how)
            self.ended = how
        asks, self._asks = self._asks, {}
        for ask in asks.values():
            ask(None)
        self._lost(self, self.ended)
