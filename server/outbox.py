"""What waits to be sent to one client: control messages in order, of previews the latest."""

from collections import deque
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from . import wire
from .pipe import Place

MOST = 2_000
"""Control messages that may wait."""
LARGEST = 32 * 1024 * 1024
"""Characters of them, at most."""
AHEAD = 2
"""Previews of a node that may be on their way unacknowledged."""

Frame: TypeAlias = str | bytes
Transfer: TypeAlias = Iterator[Frame]


@dataclass(eq=False)
class Channel:
    """The previews of one node for one client."""

    waiting: tuple[int, bytes] | None = None
    """Sequence number and frame of the latest preview, if it was not sent yet."""
    unacknowledged: deque[int] = field(default_factory=deque)
    sent: int = 0
    dropped: int = 0

    @property
    def is_open(self) -> bool:
        """There is something to send, and it may be sent."""
        return self.waiting is not None and len(self.unacknowledged) < AHEAD


class Outbox:
    """One client's messages. It does no sending: ``wake`` is called when there is something to take."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self.channels: dict[Place, Channel] = {}
        self.overflown = False
        """So many control messages wait that this client is better off with a fresh snapshot."""
        self._wake = wake
        self._control: deque[str] = deque()
        self._size = 0
        """Characters of these."""
        self._latest: dict[Hashable, Frame] = {}
        self._transfers: deque[Transfer] = deque()

    @property
    def waiting(self) -> int:
        """Control messages that wait."""
        return len(self._control)

    def put(self, message: wire.AnyMessage | str) -> None:
        """Send a control message: after those before it, ahead of all else."""
        text = message if isinstance(message, str) else wire.written(message)
        if len(self._control) >= MOST or self._size + len(text) > LARGEST:
            self.overflown = True
        else:
            self._control.append(text)
            self._size += len(text)
        self._wake()

    def replace(self, key: Hashable, message: str) -> None:
        """Send a message of which only the latest counts, such as progress."""
        self._latest.pop(key, None)
        self._latest[key] = message
        self._wake()

    def drop(self, key: Hashable) -> None:
        """Do not send such a message: it is stale."""
        self._latest.pop(key, None)

    def watch(self, key: Place) -> None:
        """Let previews of a node through from now on."""
        self.channels.setdefault(key, Channel())

    def unwatch(self, key: Place) -> None:
        """Let no more previews of a node through."""
        self.channels.pop(key, None)

    def show(self, key: Place, sequence: int, frame: bytes) -> None:
        """Send a preview, in place of one that still waits."""
        if channel := self.channels.get(key):
            channel.dropped += channel.waiting is not None
            channel.waiting = sequence, frame
            if channel.is_open:
                self._wake()

    def acknowledge(self, key: Place, sequence: int) -> None:
        """The client has this preview, and all before it."""
        if channel := self.channels.get(key):
            while channel.unacknowledged and channel.unacknowledged[0] <= sequence:
                channel.unacknowledged.popleft()
            if channel.is_open:
                self._wake()

    def pardon(self, graph: int) -> None:
        """Wait for no acknowledgement of previews of a graph that are on their way."""
        for (number, _), channel in self.channels.items():
            if number == graph:
                channel.unacknowledged.clear()
                channel.waiting = None

    def transfer(self, frames: Transfer) -> None:
        """Send the frames of a large thing one by one, whenever nothing else waits."""
        self._transfers.append(frames)
        self._wake()

    def take(self) -> Frame | None:
        """The next frame to send; None when nothing may be sent now."""
        if self._control:
            text = self._control.popleft()
            self._size -= len(text)
            return text
        if self._latest:
            return self._latest.pop(next(iter(self._latest)))
        return self._preview() or self._part()

    def _preview(self) -> bytes | None:
        for key, channel in self.channels.items():
            if channel.waiting is not None and channel.is_open:
                sequence, frame = channel.waiting
                channel.waiting = None
                channel.unacknowledged.append(sequence)
                channel.sent += 1
                # Its turn comes again after all the others'.
                self.channels[key] = self.channels.pop(key)
                return frame
        return None

    def _part(self) -> Frame | None:
        while self._transfers:
            if (frame := next(self._transfers[0], None)) is not None:
                return frame
            self._transfers.popleft()
        return None
