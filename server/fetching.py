"""Results on their way from the worker to a client."""

import tempfile
from collections.abc import Iterator
from typing import IO

from . import pipe, wire
from .outbox import Frame, Outbox
from .seat import Reply

IN_MEMORY = 16 * 1024 * 1024
"""Bytes of a result that are kept in memory; larger ones go to a temporary file."""


class Fetching:
    """One result: kept until it is whole, then sent."""

    def __init__(self, id: int, outbox: Outbox) -> None:
        self.over = False
        self._id = id
        self._outbox = outbox
        self._file: IO[bytes] | None = None

    def __call__(self, message: Reply | None) -> None:
        match message:
            case pipe.Chunk(data=data):
                self._file = self._file or tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)
                self._file.write(data)
            case pipe.Sent(text="") as sent if self._file:
                self._outbox.transfer(self._frames(sent, self._file))
            case pipe.Sent(text=text):
                self._refuse(text)
            case _:
                self._refuse("the worker was lost; run the graph again")

    def _refuse(self, text: str) -> None:
        if self._file:
            self._file.close()
        self.over = True
        self._outbox.put(wire.Refused(re=self._id, text=text))

    def _frames(self, sent: pipe.Sent, file: IO[bytes]) -> Iterator[Frame]:
        size = file.tell()
        file.seek(0)
        with file:
            for offset in range(0, size, wire.CHUNK):
                yield wire.packed(wire.ResultChunk(self._id, offset), file.read(wire.CHUNK))
        self.over = True
        yield wire.written(
            wire.Fetched(
                re=self._id, size=size, sha256=sent.sha256, media_type=sent.media_type, name=sent.name
            )
        )
