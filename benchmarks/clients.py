"""Clients of a server: quick ones, slow ones, and deaf ones."""

import asyncio
import itertools
import json
import socket
import struct
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from .serving import TOKEN, Serving

NARROW = 4096
"""Bytes that the system takes in for a deaf client."""
LAST = 2**52
"""A sequence number beyond all others."""


class Told(msgspec.Struct):
    """Of the metadata of a preview, what is needed here."""

    graph: str
    node: str
    sequence: int
    step: int
    total: int


_told = msgspec.json.Decoder(Told)


class Client:
    """One connection. It notes when each preview comes, and acknowledges it after ``delay`` seconds."""

    def __init__(self, line: ClientConnection, delay: float) -> None:
        self.line = line
        self.seen: dict[tuple[str, int], int] = {}
        """When the preview of a node's step was here, in ns of the monotonic clock."""
        self.is_ready = asyncio.Event()
        """The worker is."""
        self._delay = delay
        self._ids = itertools.count(1)
        self._asked: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._tasks = {asyncio.ensure_future(self._listen())}

    async def ask(self, type: str, **facts: Any) -> dict[str, Any]:
        """Send a request and wait for its answer."""
        id = next(self._ids)
        answer = self._asked[id] = asyncio.get_running_loop().create_future()
        await self.line.send(json.dumps({"type": type, "id": id, **facts}))
        said: dict[str, Any] = await asyncio.wait_for(answer, 30)
        if said["type"] == "refused":
            raise RuntimeError(said["text"])
        return said

    async def enter(self) -> None:
        """Show the token."""
        if (await self.ask("hello", token=TOKEN))["workers"][0]["state"] == "ready":
            self.is_ready.set()

    async def watch(self, graph: str, *nodes: str) -> None:
        """Open a graph and watch nodes of it."""
        await self.ask("open_graph", graph=graph)
        for node in nodes:
            await self.ask("watch", graph=graph, node=node)

    async def acknowledge(self, graph: str, node: str, sequence: int, delay: float = 0.0) -> None:
        """Tell the server that a preview has come."""
        if delay:
            await asyncio.sleep(delay)
        with suppress(ConnectionClosed):
            await self.line.send(json.dumps({"type": "ack", "frames": [[graph, node, sequence]]}))

    async def _listen(self) -> None:
        with suppress(ConnectionClosed):
            async for frame in self.line:
                if isinstance(frame, bytes):
                    await self._look(frame)
                else:
                    self._hear(json.loads(frame))
        for answer in self._asked.values():
            answer.cancel(f"the server has hung up: {self.line.close_reason}")

    def _hear(self, said: dict[str, Any]) -> None:
        if said["type"] == "worker" and said["info"]["state"] == "ready":
            self.is_ready.set()
        if answer := self._asked.pop(said["re"], None):
            answer.set_result(said)

    async def _look(self, frame: bytes) -> None:
        now = time.monotonic_ns()
        (length,) = struct.unpack_from(">H", frame, 2)
        told = _told.decode(memoryview(frame)[4 : 4 + length])
        if told.total > 1:  # else it is the result
            self.seen.setdefault((told.node, told.step), now)
        sending = self.acknowledge(told.graph, told.node, told.sequence, self._delay)
        if not self._delay:
            await sending
            return
        task = asyncio.ensure_future(sending)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


@asynccontextmanager
async def client(serving: Serving, delay: float = 0.0, **options: Any) -> AsyncIterator[Client]:
    """A client that the server has welcomed."""
    address = f"ws://127.0.0.1:{serving.port}/ws"
    async with connect(address, compression=None, max_size=None, **options) as line:
        made = Client(line, delay)
        await made.enter()
        yield made


@asynccontextmanager
async def clients(serving: Serving, count: int) -> AsyncIterator[list[Client]]:
    """So many clients."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(client(serving)) for _ in range(count)]


class Deaf:
    """A client that reads nothing more; it acknowledges previews unseen, or none."""

    def __init__(self, made: Client, serving: Serving, acknowledges: bool) -> None:
        self._made = made
        self._ports = serving.port, made.line.local_address[1]
        self._acknowledges = acknowledges
        self.ended: asyncio.Future[float]
        """Seconds from the moment that the system took in no more for it until the server hung up."""

    async def watch(self, graph: str, *nodes: str) -> None:
        """Watch nodes of a graph, and read no more."""
        await self._made.watch(graph, *nodes)
        self._made.line.transport.pause_reading()
        self.ended = asyncio.ensure_future(self._suffer(graph, nodes))

    async def _suffer(self, graph: str, nodes: tuple[str, ...]) -> float:
        most, stalled = 0, time.monotonic()
        while (held := unread(*self._ports)) is not None:
            if held > most:
                most, stalled = held, time.monotonic()
            for node in nodes if self._acknowledges else ():
                await self._made.acknowledge(graph, node, LAST)
            await asyncio.sleep(0.1)
        return time.monotonic() - stalled


@asynccontextmanager
async def deaf(serving: Serving, acknowledges: bool) -> AsyncIterator[Deaf]:
    """A client that is about to become deaf."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW)
    line.connect(("127.0.0.1", serving.port))
    line.setblocking(False)
    async with client(serving, sock=line, close_timeout=0.1) as made:
        yield Deaf(made, serving, acknowledges)


def unread(server: int, client: int) -> int | None:
    """Bytes that the server's system holds for a client; None when the server has hung up."""
    for row in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, state, queues, *_ = row.split()
        if [int(end.partition(":")[2], 16) for end in (local, remote)] == [server, client]:
            return int(queues.partition(":")[0], 16) if state == "01" else None
    return None
