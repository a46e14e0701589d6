"""Small JPEGs of picture files, so that many can be looked at."""

import threading
from collections import OrderedDict
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, TypeAlias

from PIL import Image as Picture

from ..core.pictures import FORMATS, flattened, upright
from .library import opened
from .refusal import Refusal
from .uploads import PIXELS

ROOM = 32 * 1024 * 1024
"""Bytes of them that are kept in memory."""
QUALITY = 85
GROUND = "#ffffff"
"""What is seen behind a picture with holes, as where it is loaded."""
_DIRECT = ("RGB", "RGBA", "L", "LA", "CMYK")
"""Modes in which Pillow makes pictures small without spoiling them."""

_Key: TypeAlias = tuple[Path, int, int, int, int]


class Thumbnails:
    """Makes them, one at a time as a large picture takes much memory, and keeps the latest.

    Threads may share it.
    """

    def __init__(self) -> None:
        self._made: OrderedDict[_Key, bytes] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()
        self._drawing = threading.Lock()

    def of(self, path: Path, longest: int) -> bytes:
        """A JPEG with sides no longer than so many pixels; Refusal where the file is no picture."""
        facts = path.lstat()
        key = path, longest, facts.st_mtime_ns, facts.st_size, facts.st_ino
        if (known := self._known(key)) is None:
            with self._drawing:
                if (known := self._known(key)) is None:  # somebody else wanted it meanwhile
                    known = _drawn(path, longest)
                    self._remember(key, known)
        return known

    def _known(self, key: _Key) -> bytes | None:
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
            return self._made.get(key)

    def _remember(self, key: _Key, data: bytes) -> None:
        with self._lock:
            self._made[key] = data
            self._size += len(data)
            while self._size > ROOM:
                _, oldest = self._made.popitem(last=False)
                self._size -= len(oldest)


def _drawn(path: Path, longest: int) -> bytes:
    with opened(path) as file:
        try:
            return _small(file, path.name, longest)
        except (Refusal, MemoryError):
            raise
        except (Picture.DecompressionBombError, Picture.DecompressionBombWarning) as error:
            raise Refusal(f"{path.name} has too many pixels to be safe; use a smaller picture") from error
        except Exception as error:  # Pillow raises all sorts of things at what strangers send
            said = f"{path.name} is no picture that can be read; use a PNG, JPEG or WebP file"
            raise Refusal(said) from error


def _small(file: BinaryIO, name: str, longest: int) -> bytes:
    with Picture.open(file, formats=FORMATS) as picture:
        if picture.width * picture.height > PIXELS:
            raise Refusal(
                f"{name} has {picture.width} x {picture.height} pixels; "
                f"use a picture of at most {PIXELS // 1_000_000} Mpx"
            )
        picture.draft(None, (longest, longest))  # of a JPEG no more is decoded than that needs
        if picture.mode in _DIRECT:
            picture.thumbnail((longest, longest), reducing_gap=2.0)
        small = flattened(upright(picture), GROUND)
    small.thumbnail((longest, longest), reducing_gap=2.0)
    made = BytesIO()
    small.save(made, "JPEG", quality=QUALITY)
    return made.getvalue()
