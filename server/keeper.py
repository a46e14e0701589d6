"""Puts the pictures that runs have made into the album, while other runs go on."""

import asyncio
import logging
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import IO

from . import pipe, wire
from .album import Album, Made
from .fetching import IN_MEMORY
from .jobs import Job
from .seat import Reply, Seat

_log = logging.getLogger("capriccio.server")


class Keeper:
    """Asks who ran a graph for the pictures at its ends; ``tell`` gets what everyone should hear."""

    def __init__(self, album: Album, tell: Callable[[wire.AnyMessage], None]) -> None:
        self._album = album
        self._tell = tell
        self._coming: set[_Coming] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._keeping = asyncio.Lock()

    def collect(self, seat: Seat, job: Job, ends: Iterable[pipe.End]) -> None:
        """Keep what a run has made, which is over. To be asked before the next one begins there."""
        for end in ends:
            coming = _Coming(job, end.node, self._take)
            self._coming.add(coming)
            seat.ask(partial(_order, job, end), coming)

    async def settle(self, patience: float) -> None:
        """Wait until nothing is on its way any more, but no longer than so many seconds."""
        end = time.monotonic() + patience
        while self._coming and time.monotonic() < end:
            await asyncio.sleep(0.02)

    def _take(self, coming: "_Coming", kept: pipe.Kept | None) -> None:
        """A picture has come, or will not."""
        if kept is None or kept.text or coming.file is None:
            why = "the worker was lost" if kept is None else kept.text
            _log.info("what %s made in run %s is not kept: %s", coming.node, coming.job.number, why)
            coming.close()
            self._coming.discard(coming)
            return
        task = asyncio.get_running_loop().create_task(self._keep(coming, kept, coming.file))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _keep(self, coming: "_Coming", kept: pipe.Kept, file: IO[bytes]) -> None:
        info = coming.job.info
        try:
            async with self._keeping:  # one after the other, in the order in which they came
                made = Made(
                    info.run,
                    coming.job.document.name,
                    coming.node,
                    info.revision,
                    coming.ended,
                    info.seconds,
                    kept.width,
                    kept.height,
                    kept.pixels,
                    kept.meaning,
                    kept.content,
                    kept.small,
                )
                found = await asyncio.to_thread(self._album.keep, made, file)
        except (OSError, sqlite3.Error) as error:
            _log.warning("what %s made in run %s is not kept: %s", coming.node, info.run, error)
            return
        finally:
            coming.close()
            self._coming.discard(coming)
        if found:
            self._tell(wire.ResultKept(info=found.info))
            for result in found.gone:
                self._tell(wire.ResultDeleted(result=result))


class _Coming:
    """A picture on its way from the worker."""

    def __init__(self, job: Job, node: str, take: Callable[["_Coming", pipe.Kept | None], None]) -> None:
        self.job = job
        self.node = node
        self.ended = time.time()
        self.file: IO[bytes] | None = None
        self._take = take

    def __call__(self, message: Reply | None) -> None:
        if isinstance(message, pipe.Chunk):
            self.file = self.file or tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)
            self.file.write(message.data)
        else:
            self._take(self, message if isinstance(message, pipe.Kept) else None)

    def close(self) -> None:
        """Let go of what has come."""
        if self.file:
            self.file.close()


def _order(job: Job, end: pipe.End, number: int) -> pipe.Order:
    return pipe.Keep(number, job.number, job.document.number, end.source, end.output)
