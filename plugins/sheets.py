"""Many pictures on one, to be compared."""

from collections.abc import Callable, Sequence
from typing import Annotated, Literal

import torch
from PIL import ImageColor
from torch import Tensor

from ..core import AnyNode, Color, Image, InputError, Labels, Range, hookimpl, node
from ..core.scale import resized
from .arrangement import Arrangement, crossed, fitting, in_rows, varying
from .lettering import Lettering

LONGEST = 16_384  # px, of a side
LARGEST = 178_000_000  # px, of all; larger pictures could not be loaded again

Mode = Literal["side by side", "split", "difference"]


@node("capriccio.ImageGrid", category="Output")
def image_grid(
    images: list[Image],
    *,
    columns: Annotated[
        int, Range(0, 100), "Pictures in a row, in the order of the list; 0 arranges them by what varied."
    ] = 0,
    gap: Annotated[int, Range(0, 256, unit="px"), "Between pictures, and around them."] = 12,
    background: Color = "#ffffff",
    captions: Annotated[bool, "Write beside the pictures what varied."] = True,
    letters: Annotated[
        int, Range(0, 200, unit="px"), "How tall letters are; 0 fits them to the pictures."
    ] = 0,
    labels: Labels,
) -> Image:
    """Lay pictures out in rows and columns, with what varied written beside them.

    Where two things varied and every combination is there, the first goes down the rows and the
    second along the columns, whatever the order of the list. Where one thing varied, it stands below
    each picture; otherwise all that varied stands there. Smaller pictures stand in the middle of
    their places, and none is resized.
    """
    if not images:
        raise InputError("the list holds no picture; a sheet needs at least one")
    arranged = _arranged(images, labels, columns)
    return _Sheet(arranged if captions else arranged.bare, images, gap, letters, background).drawn()


@node("capriccio.CompareImages", category="Output")
def compare_images(
    a: Image,
    b: Image,
    *,
    mode: Annotated[
        Mode, "How: split shows the left of a and the right of b, difference how far apart they are."
    ] = "side by side",
    position: Annotated[float, Range(0.0, 1.0), "Where split goes from a to b."] = 0.5,
    gain: Annotated[float, Range(1.0, 100.0, scale="log"), "How much brighter difference is shown."] = 1.0,
) -> Image:
    """Show two pictures as one, to see how they differ.

    If b has another size, it is resized to that of a.
    """
    height, width = a.shape[-2:]
    b = resized(b.to(a.device), height, width)
    if mode == "difference":
        return ((a - b).abs() * gain).clamp(0, 1)
    if mode == "side by side":
        _check_size(height, 2 * width)
        return torch.cat([a, b], dim=2)
    edge = round(position * width)
    made = torch.cat([a[:, :, :edge], b[:, :, edge:]], dim=2)
    return _with_line(made, edge) if 0 < edge < width else made


def _arranged(images: Sequence[Tensor], labels: Labels, columns: int) -> Arrangement:
    told = labels["images"]
    varied = varying(told) if len(told) == len(images) else {}
    if not columns and (table := crossed(varied)):
        return table
    height, width = _largest(images)
    columns = min(columns, len(images)) or fitting(len(images), width / height)
    return in_rows(len(images), columns, varied)


class _Sheet:
    """Where everything stands on a sheet, in px, and the sheet itself."""

    def __init__(
        self, arranged: Arrangement, images: Sequence[Tensor], gap: int, letters: int, background: str
    ) -> None:
        self._arranged, self._images = arranged, images
        self._height, width = _largest(images)
        size = letters or min(max(round(min(width, 1.6 * self._height) / 14), 11), 120)
        self._pen = pen = Lettering(size, arranged.words)
        self._pad = size // 2
        self._margin = max(gap, size) if arranged.words else gap
        if arranged.row_heads:
            self._height = max(self._height, pen.height)
        apart = max(0, self._pad - gap)  # so much of a column stays free of words, between it and the next
        # Narrow pictures are set apart, to make room for what is written at them.
        widest = max((min(pen.width(words), 8 * size) + apart for words in arranged.narrow), default=0)
        self._column = max(width, widest)
        self._written = self._column - apart
        self._head = max((min(pen.width(head), 12 * size) for head in arranged.row_heads), default=0)
        below = self._pad // 2 + pen.height * arranged.lines if arranged.lines else 0
        above = pen.height * (bool(arranged.title) + bool(arranged.column_heads))
        self._across = self._column + gap
        self._down = self._height + below + max(gap, self._pad if below else 0)
        self._left = self._margin + (pen.height + self._head + 2 * self._pad if arranged.row_heads else 0)
        self._top = self._margin + (above + self._pad if above else 0)
        self._right = self._left + (arranged.columns - 1) * self._across + self._column
        self._bottom = self._top + (arranged.rows - 1) * self._down + self._height + below
        height, width = self._bottom + self._margin, self._right + self._margin
        _check_size(height, width)
        self._ink, self._pale, ground = _colours(background)
        self._made = ground.expand(3, height, width).clone()

    def drawn(self) -> Tensor:
        """The sheet as an Image."""
        for place, number in enumerate(self._arranged.order):
            row, column = divmod(place, self._arranged.columns)
            x, y = self._left + column * self._across, self._top + row * self._down
            self._show(self._images[number], x, y)
            lines = self._arranged.captions[place] if self._arranged.captions else ()
            for line, words in enumerate(lines):
                below = y + self._height + self._pad // 2 + line * self._pen.height
                self._write(words, self._ink, x + self._column / 2, below, self._written)
        self._write_titles()
        self._write_heads()
        return self._made

    def _show(self, image: Tensor, x: int, y: int) -> None:
        """A picture in the middle of its place."""
        height, width = image.shape[-2:]
        x, y = x + (self._column - width) // 2, y + (self._height - height) // 2
        self._made[:, y : y + height, x : x + width] = image.detach()

    def _write_titles(self) -> None:
        middle, width = (self._left + self._right) / 2, self._right - self._left
        self._write(self._arranged.title, self._pale, middle, self._margin, width)
        words = self._pen.drawn(self._pen.shortened(self._arranged.row_title, self._bottom - self._top))
        upwards = words.rot90()
        self._stamp(upwards, self._pale, self._margin, (self._top + self._bottom - len(upwards)) // 2)

    def _write_heads(self) -> None:
        for column, words in enumerate(self._arranged.column_heads):
            middle = self._left + column * self._across + self._column / 2
            self._write(words, self._ink, middle, self._top - self._pad - self._pen.height, self._written)
        for row, words in enumerate(self._arranged.row_heads):
            ink = self._pen.drawn(self._pen.shortened(words, self._head))
            x = self._left - self._pad - ink.shape[1]
            y = self._top + row * self._down + (self._height - self._pen.height) // 2
            self._stamp(ink, self._ink, x, y)

    def _write(self, words: str, color: Tensor, middle: float, y: int, width: int) -> None:
        """A line around its middle, and no wider."""
        ink = self._pen.drawn(self._pen.shortened(words, width))
        self._stamp(ink, color, round(middle - ink.shape[1] / 2), y)

    def _stamp(self, ink: Tensor, color: Tensor, x: int, y: int) -> None:
        height, width = ink.shape
        if ink.any():  # there may be no room for a line without words
            self._made[:, y : y + height, x : x + width].lerp_(color, ink)


def _largest(images: Sequence[Tensor]) -> tuple[int, int]:
    """The height and the width of a place that holds any of the pictures."""
    return max(image.shape[1] for image in images), max(image.shape[2] for image in images)


def _check_size(height: int, width: int) -> None:
    if max(height, width) > LONGEST or height * width > LARGEST:
        raise InputError(
            f"it would be {width} x {height} pixels, and {LONGEST} a side and {LARGEST // 1_000_000} Mpx "
            "are possible; resize the pictures, or give fewer"
        )


def _colours(background: str) -> tuple[Tensor, Tensor, Tensor]:
    """What to write with, what to write titles with, and what to write on; each [3, 1, 1]."""
    ground = torch.tensor(ImageColor.getrgb(background)).view(3, 1, 1) / 255
    # Relative luminance and its middle as in WCAG 2: there black and white are equally readable.
    linear = torch.where(ground <= 0.04045, ground / 12.92, ((ground + 0.055) / 1.055) ** 2.4)
    bright = (linear * torch.tensor([0.2126, 0.7152, 0.0722]).view(3, 1, 1)).sum() > 0.179
    ink = torch.full((3, 1, 1), 0.03 if bright else 0.95)
    return ink, torch.lerp(ground, ink, 0.7), ground


def _with_line(image: Tensor, edge: int) -> Tensor:
    """A white line with dark sides before a column, to be seen on any picture."""
    half = max(1, image.shape[2] // 400)
    image[:, :, max(edge - 2 * half, 0) : edge + 2 * half] *= 0.3
    image[:, :, max(edge - half, 0) : edge + half] = 1.0
    return image


@hookimpl
def register_nodes(register: Callable[[AnyNode], None]) -> None:
    register(image_grid)
    register(compare_images)
