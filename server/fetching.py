"""Results and pictures on their way to a client."""

import hashlib
import tempfile
from collections.abc import Iterator
from io import SEEK_END, BytesIO
from pathlib import Path
from typing import IO, NamedTuple

from . import pipe, wire
from .library import opened
from .outbox import Frame, Outbox
from .seat import Reply

IN_MEMORY = 16 * 1024 * 1024
"""Bytes of a result that are kept in memory; larger ones go to a temporary file."""
TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}


class Parcel(NamedTuple):
    """A whole file, and what is told of it."""

    file: IO[bytes]
    sha256: str
    media_type: str
    name: str


def jpeg(data: bytes, name: str) -> Parcel:
    """A picture that was made for a client, under the name of what it shows."""
    made = f"{name.rpartition('.')[0] or name}.jpg"
    return Parcel(BytesIO(data), hashlib.sha256(data).hexdigest(), "image/jpeg", made)


def parcel(path: Path, name: str) -> Parcel:
    """A picture file as it is; Refusal, or OSError, if it is none."""
    file = opened(path)
    try:
        sha256, size = hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
        file.seek(0)
        if size > IN_MEMORY:
            return Parcel(file, sha256, TYPES[path.suffix.lower()], name)
        data = file.read()
    except BaseException:
        file.close()
        raise
    file.close()
    return Parcel(BytesIO(data), sha256, TYPES[path.suffix.lower()], name)


class Fetching:
    """One result or picture: kept until it is whole, then sent."""

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
                self.give(Parcel(self._file, sent.sha256, sent.media_type, sent.name))
            case pipe.Sent(text=text):
                self.refuse(text)
            case _:
                self.refuse("the worker was lost; run the graph again")

    def give(self, parcel: Parcel) -> None:
        """This is it; it is closed when it is sent."""
        self._outbox.transfer(self._frames(parcel))

    def refuse(self, text: str) -> None:
        """There is none to be had."""
        if self._file:
            self._file.close()
        self.over = True
        self._outbox.put(wire.Refused(re=self._id, text=text))

    def _frames(self, parcel: Parcel) -> Iterator[Frame]:
        size = parcel.file.seek(0, SEEK_END)
        parcel.file.seek(0)
        with parcel.file as file:
            for offset in range(0, size, wire.CHUNK):
                yield wire.packed(wire.ResultChunk(self._id, offset), file.read(wire.CHUNK))
        self.over = True
        yield wire.written(
            wire.Fetched(
                re=self._id,
                size=size,
                sha256=parcel.sha256,
                media_type=parcel.media_type,
                name=parcel.name,
            )
        )
