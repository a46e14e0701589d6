"""Pictures and graphs that a client sends, in chunks that are written to disk as they come."""

import hashlib
import os
import secrets
import stat
import time
from contextlib import suppress
from dataclasses import dataclass, field
from io import FileIO
from itertools import count
from pathlib import Path

from PIL import ExifTags
from PIL import Image as Picture

from ..core import GraphFileError, graphfile
from . import wire
from .library import Library, Suffix, named
from .refusal import Refusal

OPEN = 2
"""Uploads of a client at once."""
PIXELS = 178_000_000
"""Of a picture, at most. Pillow itself refuses a little more than that."""
DAY = 24 * 3600
SUFFIXES: dict[str | None, Suffix] = {"PNG": ".png", "JPEG": ".jpg", "MPO": ".jpg", "WEBP": ".webp"}

_MARK = "upload-"
_TURNED = {5, 6, 7, 8}  # orientations of EXIF in which width and height change places


@dataclass(eq=False)
class _Upload:
    """What has come so far."""

    request: wire.BeginUpload
    path: Path
    file: FileIO
    received: int = 0
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def write(self, data: memoryview) -> None:
        """Add a part to the file, or leave it as it was."""
        try:
            rest = data
            while rest:
                rest = rest[self.file.write(rest) :]
        except OSError:
            self.file.truncate(self.received)
            self.file.seek(self.received)
            raise
        self.digest.update(data)
        self.received += len(data)

    def remove(self) -> None:
        """Leave nothing behind."""
        self.file.close()
        self.path.unlink(missing_ok=True)


class Uploads:
    """The uploads of one connection. Refusal tells what is wrong with one.

    A chunk that is out of place leaves its upload as it was. One that is ended too early, has more
    than was announced, or is no good, is dropped.
    """

    def __init__(self, library: Library, folder: Path) -> None:
        self._library = library
        self._folder = folder
        self._open: dict[int, _Upload] = {}
        self._numbers = count(1)

    def begin(self, request: wire.BeginUpload) -> wire.UploadReady:
        """Make room for an upload."""
        named(request.name)
        if not 1 <= request.size <= wire.UPLOAD:
            raise Refusal(f"an upload of {request.size:,} bytes; send 1 to {wire.UPLOAD:,}")
        if len(self._open) >= OPEN:
            raise Refusal(f"{OPEN} uploads are open; end one first")
        coming = sum(upload.request.size for upload in self._open.values())
        if coming + request.size > wire.UPLOAD:
            raise Refusal(f"uploads of more than {wire.UPLOAD:,} bytes at once; end the other one first")
        try:
            self._folder.mkdir(0o700, parents=True, exist_ok=True)
            path = self._folder / f"{_MARK}{secrets.token_hex(8)}"
            file = FileIO(path, "xb", opener=_private)
        except OSError as error:
            raise Refusal(f"{request.name} cannot be kept: {error.strerror}; see to the disk") from error
        number = next(self._numbers)
        self._open[number] = _Upload(request, path, file)
        return wire.UploadReady(upload=number)

    def chunk(self, meta: wire.UploadChunk, data: memoryview) -> None:
        """Write the next part of an upload."""
        upload = self._upload(meta.upload)
        name, size = upload.request.name, upload.request.size
        if meta.offset != upload.received:
            raise Refusal(f"{name}: a chunk at {meta.offset} came where {upload.received} is next; send that")
        if len(data) > wire.CHUNK:
            raise Refusal(f"{name}: a chunk of {len(data):,} bytes; send at most {wire.CHUNK:,}")
        if upload.received + len(data) > size:
            self._drop(meta.upload)
            raise Refusal(f"{name}: more than the {size:,} bytes that were announced; begin again")
        try:
            upload.write(data)
        except OSError as error:
            raise Refusal(f"{name} cannot be kept: {error.strerror}; see to the disk") from error

    def end(self, request: wire.EndUpload) -> wire.Uploaded:
        """Check what has come and keep it."""
        upload = self._upload(request.upload)
        asked = upload.request
        if upload.received < asked.size:
            self._drop(request.upload)
            come = f"{upload.received:,} of {asked.size:,} bytes"
            raise Refusal(f"{asked.name}: ended when {come} had come; begin again")
        # From here on it is nobody else's, as this may take a while in a thread of its own.
        if self._open.pop(request.upload, None) is None:
            raise Refusal(f"the upload {request.upload} has ended already; begin another")
        upload.file.close()
        try:
            if upload.digest.hexdigest() != asked.sha256:
                raise Refusal(f"{asked.name} has not arrived as it was sent (sha256 differs); send it again")
            return self._graph(upload) if asked.kind == "graph" else self._picture(upload)
        finally:
            upload.remove()

    def close(self) -> None:
        """The client is gone; remove what is not finished."""
        while self._open:
            _, upload = self._open.popitem()
            upload.remove()

    @staticmethod
    def sweep(folder: Path) -> None:
        """Remove what a server that was killed has left for more than a day."""
        for path in folder.glob(f"{_MARK}*"):
            with suppress(OSError):  # such as another server that sweeps too
                facts = path.lstat()
                if stat.S_ISREG(facts.st_mode) and time.time() - facts.st_mtime > DAY:
                    path.unlink()

    def _drop(self, number: int) -> None:
        """Give an upload up."""
        if upload := self._open.pop(number, None):
            upload.remove()

    def _upload(self, number: int) -> _Upload:
        if (upload := self._open.get(number)) is None:
            raise Refusal(f"there is no upload {number}; begin one")
        return upload

    def _graph(self, upload: _Upload) -> wire.Uploaded:
        name = upload.request.name
        try:
            graph = graphfile.load(upload.path)
        except GraphFileError as error:
            raise Refusal(f"{name}: {str(error).removeprefix(f'{upload.path.name}: ')}") from error
        return wire.Uploaded(graph=self._library.save_new(name, graph))

    def _picture(self, upload: _Upload) -> wire.Uploaded:
        suffix, width, height = _looked_at(upload.request.name, upload.path)
        file = self._library.keep_picture(upload.request.name, upload.path, suffix)
        return wire.Uploaded(file=file, width=width, height=height)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _looked_at(name: str, path: Path) -> tuple[Suffix, int, int]:
    """What kind of picture it is, and its width and height as it is shown. Nothing is decoded."""
    try:
        with Picture.open(path, formats=["PNG", "JPEG", "WEBP"]) as picture:
            width, height = picture.size
            turned = _orientation(picture) in _TURNED
            picture.verify()
    except Picture.DecompressionBombError as error:
        raise Refusal(f"{name} has too many pixels to be safe; use a smaller picture") from error
    except Exception as error:  # Pillow raises all sorts of things at what strangers send
        said = f"{name} is no picture that can be read; send a PNG, JPEG or WebP file"
        raise Refusal(said) from error
    if width * height > PIXELS:
        raise Refusal(
            f"{name} has {width} x {height} pixels; use a picture of at most {PIXELS // 1_000_000} Mpx"
        )
    return SUFFIXES[picture.format], *((height, width) if turned else (width, height))


def _orientation(picture: Picture.Image) -> int | None:
    if picture.format == "PNG" and "exif" not in picture.info:  # Pillow would decode it all to look behind it
        return None
    found: int | None = picture.getexif().get(ExifTags.Base.Orientation)
    return found
