"""The websocket server: connections, limits, and an orderly end."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from websockets.asyncio.server import Server as SocketServer
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from . import pipe, wire
from .client import Client
from .gate import SOCKET, Gate
from .site import SAFETY, Site, answer
from .studio import Studio

LARGEST = wire.CHUNK + 4096
"""Bytes of a frame from a client, at most: a chunk of an upload with its header."""
CLOSING = 2.0
"""Seconds that connections have to close before they are cut."""
PAGE = Path(__file__).parent / "editor_dist"


@dataclass(frozen=True)
class Address:
    """Where to listen, and by which other names clients may call."""

    host: str = "127.0.0.1"
    port: int = 8188
    names: tuple[str, ...] = ()
    connections: int = 64


class Server:
    """Listens, and gives each client a session with the studio."""

    def __init__(self, studio: Studio, address: Address) -> None:
        self._studio = studio
        self._address = address
        self._site = Site(PAGE)
        self._clients: set[Client] = set()
        self._gate = Gate(())
        self._server: SocketServer | None = None
        self._sweeper: asyncio.Task[None] | None = None
        studio.page = self._site.revision
        self.port = address.port

    async def start(self, setups: Sequence[pipe.Setup], preload: Sequence[str]) -> None:
        """Listen, and start the workers; OSError when the address is taken."""
        address = self._address
        self._server = await serve(
            self._follow,
            address.host,
            address.port,
            process_request=self._admit,
            process_response=_guarded,
            compression=None,
            max_size=LARGEST,
            max_queue=8,
            close_timeout=CLOSING,
            server_header=None,
            logger=_logger(),
        )
        self.port = next(iter(self._server.sockets)).getsockname()[1]
        self._gate = _gate(address, self.port)
        self._sweeper = asyncio.get_running_loop().create_task(self._sweep())
        for setup in setups:
            self._studio.runs.staff.employ(setup, preload)

    async def stop(self) -> None:
        """Close all connections, end the workers, and put unsaved graphs on the disk."""
        assert self._server and self._sweeper
        self._sweeper.cancel()
        await self._studio.desk.write_drafts()
        await self._studio.runs.keeper.settle(CLOSING)
        self._server.close()
        working = asyncio.ensure_future(self._studio.runs.staff.stop())
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self._server.wait_closed()), CLOSING)
        for client in list(self._clients):
            client.abort()
        await self._server.wait_closed()
        await working
        await self._studio.desk.write_drafts()  # what was edited while it was closing
        self._studio.close()

    async def _follow(self, connection: ServerConnection) -> None:
        client = Client(connection, self._studio)
        self._clients.add(client)
        try:
            await client.follow()
        except Exception:  # the client learns no more than that it is cut off
            logging.getLogger(__name__).exception("a connection has ended by an error of the server")
            raise
        finally:
            self._clients.discard(client)

    async def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(1)
            for client in list(self._clients):
                client.watch_over(loop.time())

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """An answer to a plain request, or to one that is refused; None lets a websocket in."""
        if request.method != "GET":
            return answer(HTTPStatus.METHOD_NOT_ALLOWED, "send GET", Allow="GET")
        if refused := self._gate.refusal(request.path, request.headers):
            return answer(*refused)
        if request.path != SOCKET:
            return self._site.answer(request.path, request.headers)
        if len(self._clients) >= self._address.connections:
            return answer(HTTPStatus.SERVICE_UNAVAILABLE, "too many are connected", **{"Retry-After": "5"})
        return None


def _guarded(connection: ServerConnection, request: Request, response: Response) -> None:
    """Give the refusals that websockets writes the headers that ours have."""
    if response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
        response.headers.update({name: SAFETY[name] for name in SAFETY if name not in response.headers})


def _gate(address: Address, port: int) -> Gate:
    """Lets in who calls this server exactly by its own names, or by those that a proxy has for it."""
    own = {address.host}
    if own & {"127.0.0.1", "localhost", "::1", "0.0.0.0", "::"}:
        own |= {"127.0.0.1", "localhost", "::1"}
    proxied = {host for name in map(_written, address.names) for host in (name, f"{name}:{port}")}
    hosts = {f"{_written(name)}:{port}" for name in own} | ({*map(_written, own)} if port == 80 else set())
    return Gate(frozenset(hosts | proxied), frozenset(proxied))


def _written(name: str) -> str:
    return f"[{name}]" if ":" in name else name


def _logger() -> logging.Logger:
    """Failed handshakes and lost connections are everyday things."""
    logger = logging.getLogger("capriccio.websockets")
    logger.setLevel(logging.CRITICAL)
    return logger
