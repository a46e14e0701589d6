"""Steer a run from outside while it is on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Lock
from typing import Any, TypeAlias

from .errors import CapriccioError


@dataclass(frozen=True, slots=True)
class Cancel:
    """End the run."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Let a node wait, or all if none is named."""

    name: str | None


@dataclass(frozen=True, slots=True)
class Resume:
    """Let a node go on, or all if none is named."""

    name: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """Give a node other settings."""

    name: str
    params: Mapping[str, Any]


Request: TypeAlias = Cancel | Pause | Resume | Change


class Controls:
    """Levers for one run: give them to ``run`` and use them from any thread, before it or during it.

    Requests are carried out by the thread that asks the run for events, one after the other and
    before another node begins. ``began`` is called with a node's name in the thread that is about to
    call the node's function, so that a process that dies there has told which node it was.
    """

    def __init__(self, began: Callable[[str], None] | None = None) -> None:
        self.began = began
        self.inbox: SimpleQueue[Any] = SimpleQueue()
        """All that wakes the run: requests, and what its threads have to tell."""
        self._lock = Lock()
        self._unheard = 0
        self._taken = False

    def cancel(self) -> None:
        """End the run as closing its iterator does: no RunFinished comes."""
        self._ask(Cancel())

    def pause(self, name: str | None = None) -> None:
        """Let a node wait at its next preview, which is still shown, or the whole run.

        What has not begun does not begin. A node that shows nothing on its way comes to its end. One
        that waits keeps its thread, so with one worker the others wait for it. While all wait, the run
        gives no events.
        """
        self._ask(Pause(name))

    def resume(self, name: str | None = None) -> None:
        """Take a pause back: that of the whole run, or that of one node. Each ends by itself."""
        self._ask(Resume(name))

    def change(self, name: str, /, **params: Any) -> None:
        """Give a node other values for live settings, as a graph file would write them.

        NodeChanged tells what came of it. A running node that yields previews is handed the values
        when it is asked on. Of what has ended, a node that yields none is made again at once, even
        while the run is paused, and hands its result on to the live inputs of those that read it; one
        that yields previews is left as it is. What has not begun begins with the new values.
        """
        self._ask(Change(name, params))

    @property
    def asked(self) -> bool:
        """Whether a request has not been heard yet."""
        return self._unheard > 0

    def take(self) -> None:
        """Begin a run with them, which can be done once: they may hold news of it ever after."""
        with self._lock:
            taken, self._taken = self._taken, True
        if taken:
            raise CapriccioError("these Controls have steered a run already; make new ones for each run")

    def heard(self) -> None:
        """A request has been taken from the inbox."""
        with self._lock:
            self._unheard -= 1

    def _ask(self, request: Request) -> None:
        with self._lock:
            self._unheard += 1
        self.inbox.put(request)
