"""The worker process as the server sees it: started, watched, ended, and started again."""

import asyncio
import logging
import multiprocessing
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.context import ForkServerProcess

from . import pipe

_log = logging.getLogger("capriccio.server")
LONGEST_WAIT = 5.0
"""Seconds between two attempts to start a worker that dies before it is ready, at most."""

Hear = Callable[[pipe.News], None]
Lost = Callable[[str], None]


class WorkerProcess:
    """One worker at a time, from a fork server that has torch loaded.

    ``hear`` is called with all that the worker tells, ``lost`` with how it ended when it is no
    more; a new one is on its way by then.
    """

    def __init__(self, setup: pipe.Setup, preload: Sequence[str], hear: Hear, lost: Lost) -> None:
        self._setup = setup
        self._hear = hear
        self._lost = lost
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["torch", "torchvision", *preload, f"{__package__}.worker"])
        self._process: ForkServerProcess | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._task: asyncio.Task[None] | None = None
        self.deaths = 0
        """Workers in a row that ended before they were ready."""
        self._ready = False

    @property
    def pid(self) -> int | None:
        """Of the worker, if one is alive."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Keep a worker from now on."""
        self._task = asyncio.get_running_loop().create_task(self._keep())

    def send(self, order: pipe.Order) -> None:
        """Tell the worker something. If there is none, it is lost, as all that one knew is."""
        if self._writer is not None:
            self._writer.write(pipe.packed(order))

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the worker."""
        if self._process is None or self._process.pid is None:
            return
        if number is signal.SIGKILL:
            self._process.kill()
        else:
            self._process.terminate()

    async def stop(self) -> None:
        """End the worker, and start none again."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._process:
            self._process.kill()
            await asyncio.to_thread(self._process.join, 5)

    async def _keep(self) -> None:
        while True:
            try:
                ended = await self._live()
            except Exception as error:  # such as a fork server that cannot load torch
                _log.exception("a worker could not be started")
                ended = f"could not be started: {type(error).__name__}: {error}"
            self.deaths = 0 if self._ready else self.deaths + 1
            try:
                self._lost(ended)
            except Exception:  # whatever it is, the next worker is wanted
                _log.exception("the end of a worker was not taken well")
            if self.deaths:
                await asyncio.sleep(min(LONGEST_WAIT, 0.1 * 2**self.deaths))

    async def _live(self) -> str:
        """Start a worker and hear it to its end; give how it ended."""
        self._ready = False
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        process = self._context.Process(target=_begin, args=(theirs, self._setup), daemon=True)
        with theirs:
            try:
                await _started(process)
            except BaseException:
                ours.close()
                raise
        self._process = process
        reader, self._writer = await asyncio.open_connection(sock=ours, limit=2**22)
        listening = asyncio.ensure_future(self._listen(reader))
        try:
            # What a node started may hold the line open when the worker is gone.
            await asyncio.wait({listening, _gone(process)}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait({listening}, timeout=0.5)
        finally:
            listening.cancel()
            self._writer.close()
            self._writer = None
        await asyncio.to_thread(process.join, 1)
        if process.exitcode is None:
            process.kill()
            await asyncio.to_thread(process.join)
        self._process = None
        return _ended(process.exitcode)

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                (length,) = pipe.LENGTH.unpack(await reader.readexactly(pipe.LENGTH.size))
                message = pipe.news.decode(await reader.readexactly(length))
                self._ready = self._ready or isinstance(message, pipe.Ready)
                try:
                    self._hear(message)
                except Exception:
                    _log.exception("%s of a worker was not taken well", type(message).__name__)
        except (asyncio.IncompleteReadError, ConnectionError):
            return


async def _started(process: ForkServerProcess) -> None:
    """Start a process. The fork server may have to load torch first, for which nobody who stops waits."""
    loop = asyncio.get_running_loop()
    started: asyncio.Future[None] = loop.create_future()

    def settle(error: Exception | None) -> None:
        if not started.done():
            started.set_exception(error) if error else started.set_result(None)

    def start() -> None:
        # The fork server inherits this: Ctrl-C is not for it.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        error = None
        try:
            process.start()
        except Exception as caught:
            error = caught
        with suppress(RuntimeError):  # the loop may be closed by now
            loop.call_soon_threadsafe(settle, error)

    threading.Thread(target=start, name="start of a worker", daemon=True).start()
    await started


def _gone(process: ForkServerProcess) -> asyncio.Future[None]:
    """Done when a process is no more."""
    loop = asyncio.get_running_loop()
    gone: asyncio.Future[None] = loop.create_future()

    def tell() -> None:
        loop.remove_reader(process.sentinel)
        if not gone.done():
            gone.set_result(None)

    loop.add_reader(process.sentinel, tell)
    return gone


def _begin(connection: socket.socket, setup: pipe.Setup) -> None:
    from .worker import work  # in the worker's own process, the only one that may have torch

    work(connection, setup)


def _ended(code: int | None) -> str:
    """How a process ended, in words."""
    if code is None or code >= 0:
        return f"ended with status {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"
