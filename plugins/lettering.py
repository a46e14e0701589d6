"""Short texts drawn on pictures, in letters that this machine has."""

import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import cast

import numpy as np
import torch
from PIL import Image as Picture
from PIL import ImageDraw, ImageFont
from torch import Tensor

ELSEWHERE = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "Arial.ttf",
    "Arial Unicode.ttf",
    "NotoSansCJK-Regular.ttc",
    "msyh.ttc",
)
"""Fonts to look for on the machine, since the one that comes with Pillow knows little but English."""

LONGEST = 200
"""Letters of a text that are looked at; no more of them fit anywhere."""
_UNKNOWN = "\U0010fffe"  # no font has a letter for it, so it shows what a font draws for those


class Lettering:
    """One font in one size, for texts that are told beforehand."""

    def __init__(self, size: int, texts: Iterable[str] = ()) -> None:
        letters = frozenset("…").union(*map(_cleaned, texts))
        self._font = _font(size, letters)
        self._known = frozenset(letter for letter in letters if _draws(self._font, letter))
        up, down = self._font.getmetrics()
        self._up = up
        self.height = up + down
        """Of a line, in px."""

    def width(self, text: str) -> int:
        """Of a text on a line, in px."""
        return round(self._font.getlength(self._readable(text)))

    def shortened(self, text: str, width: int) -> str:
        """The text, or as much of its beginning and its end as fits; both may tell it from others."""
        text = self._readable(text)
        if self.width(text) <= width:
            return text
        low, high = 0, len(text)  # letters that may stay: low of them fit
        while low + 1 < high:
            middle = (low + high) // 2
            low, high = (middle, high) if self.width(_gapped(text, middle)) <= width else (low, middle)
        return _gapped(text, low) if low else ""

    def drawn(self, text: str) -> Tensor:
        """Where the ink of a line is, [height, width], from 0 to 1; nothing goes beyond it."""
        text = self._readable(text)
        canvas = Picture.new("L", (max(1, self.width(text)), self.height))
        ImageDraw.Draw(canvas).text((0, self._up), text, fill=255, font=self._font, anchor="ls")
        return torch.from_numpy(np.array(canvas)).float() / 255

    def _readable(self, text: str) -> str:
        """With ? for each letter that cannot be drawn, or with that letter without its accents."""
        return "".join(self._letter(letter) for letter in _cleaned(text))

    def _letter(self, letter: str) -> str:
        if letter in self._known or letter == " " or letter.isascii():
            return letter
        plain = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
        return plain or "?"


def _cleaned(text: str) -> str:
    """On one line, and without what has no shape or changes that of others."""
    one = " ".join(text[: 4 * LONGEST].split())[:LONGEST]
    return "".join(letter for letter in unicodedata.normalize("NFC", one) if letter.isprintable())


def _gapped(text: str, letters: int) -> str:
    """A text with so many of its letters, and a gap before the end."""
    end = letters // 3
    return text[: letters - end].rstrip(" ,;") + "…" + text[len(text) - end :].lstrip(" ,;")


def _font(size: int, letters: frozenset[str]) -> ImageFont.FreeTypeFont:
    """The first font that has all the letters, else the one that has most of them."""

    def known(font: ImageFont.FreeTypeFont) -> int:
        return sum(_draws(font, letter) for letter in letters)

    own = _own(size)
    if known(own) == len(letters):
        return own
    return max([own, *(font for name in ELSEWHERE if (font := _found(name, size)))], key=known)


@lru_cache(maxsize=16)
def _own(size: int) -> ImageFont.FreeTypeFont:
    return cast(ImageFont.FreeTypeFont, ImageFont.load_default(size))  # it is one wherever a size is given


@lru_cache(maxsize=64)
def _found(name: str, size: int) -> ImageFont.FreeTypeFont | None:
    place = _place(name)
    return ImageFont.truetype(place, size) if place else None


@cache
def _place(name: str) -> str:
    """The file of a font, looked for once; empty if it is not on this machine."""
    try:
        return str(ImageFont.truetype(name).path)
    except OSError:
        return ""


def _draws(font: ImageFont.FreeTypeFont, letter: str) -> bool:
    return letter == " " or _ink(font, letter) != _ink(font, _UNKNOWN)


@lru_cache(maxsize=4096)
def _ink(font: ImageFont.FreeTypeFont, letter: str) -> bytes:
    canvas = Picture.new("L", (2 * round(font.size), 2 * round(font.size)))
    ImageDraw.Draw(canvas).text((0, 0), letter, fill=255, font=font)
    return canvas.tobytes()
