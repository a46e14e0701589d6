"""One websocket: its frames go to a session, and what waits in its outbox is sent."""

import asyncio
import socket
from contextlib import suppress

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode

from . import wire
from .outbox import Outbox
from .session import Session, Unwelcome
from .studio import Studio

STALLED = 10.0
"""Seconds that a send may take before the client is given up as deaf."""
SILENT = 10.0
"""Seconds that a client has to show the token."""
RATE = 200.0
"""Messages a second that a client may send, but for acknowledgements."""
BURST = 400.0
BUFFER = 256 * 1024
"""Bytes that the system may hold for a client, so that a deaf one is noticed soon."""
HELD = 32 * 1024 * 1024
"""Bytes that may wait here for a client, such as pongs for one that pings and does not read."""


class Allowance:
    """A token bucket: so many messages a second, and some more in a burst."""

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate, self._burst = rate, burst
        self._left, self._at = burst, now

    def spend(self, now: float) -> bool:
        """Take one message off; False when none is left."""
        self._left = min(self._burst, self._left + self._rate * (now - self._at))
        self._at = now
        self._left -= 1
        return self._left >= 0


class Client:
    """A connection with its session. It has one task; another sends, only while there is something."""

    def __init__(self, connection: ServerConnection, studio: Studio) -> None:
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        for said in (connection.request, connection.response):
            if said:
                said.headers.clear()  # nobody reads them any more, and a browser's take kilobytes
        self._outbox = Outbox(self._wake)
        self._session = Session(studio, self._outbox)
        self._allowance = Allowance(RATE, BURST, self._loop.time())
        self._since = self._loop.time()
        self._sending: float | None = None
        self._sender: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None
        line: socket.socket = connection.transport.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)

    async def follow(self) -> None:
        """Answer the client until it goes or has to."""
        try:
            async for frame in self._connection:
                if isinstance(frame, str) and len(frame.encode()) > wire.TEXT:
                    text = f"a text frame is at most {wire.TEXT} bytes"
                    return await self._close(CloseCode.MESSAGE_TOO_BIG, text)
                if await self._session.hear(frame) and not self._allowance.spend(self._loop.time()):
                    text = f"more than {RATE:.0f} messages a second"
                    return await self._close(CloseCode.POLICY_VIOLATION, text)
                await asyncio.sleep(0)  # where many have come at once, others have their turn as well
        except Unwelcome as error:
            await self._close(CloseCode.POLICY_VIOLATION, str(error))
        except ConnectionClosed:
            pass
        finally:
            self._session.close()
            if self._sender:
                self._sender.cancel()

    def watch_over(self, now: float) -> None:
        """Give up a client that does not read, or does not say who it is."""
        deaf = self._sending is not None and now - self._sending > STALLED
        if deaf or self._connection.transport.get_write_buffer_size() > HELD:
            self.abort()
        elif not self._session.welcome and now - self._since > SILENT and not self._closing:
            text = f"no token has come within {SILENT:.0f} seconds"
            self._closing = self._loop.create_task(self._close(CloseCode.POLICY_VIOLATION, text))

    def abort(self) -> None:
        """End the connection at once, whatever is on its way."""
        self._connection.transport.abort()

    def _wake(self) -> None:
        if self._outbox.overflown:
            self.abort()  # it gets a snapshot when it comes back
        elif self._sender is None:
            self._sender = self._loop.create_task(self._send_all())

    async def _send_all(self) -> None:
        try:
            while (frame := self._outbox.take()) is not None:
                self._sending = self._loop.time()
                await self._connection.send(frame)
                self._sending = None
        except ConnectionClosed:
            pass
        except OSError:  # a result that lies on the disk cannot be read; better no client than one that waits
            self.abort()
        finally:
            self._sender = None

    async def _close(self, code: CloseCode, reason: str) -> None:
        with suppress(ConnectionClosed):
            await self._connection.close(code, reason[:120])
