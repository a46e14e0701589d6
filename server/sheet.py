"""A contact sheet: small pictures of the items of a list, each in a cell of its own."""

import math
from collections.abc import Sequence
from typing import Literal, TypeAlias

from PIL import Image as Picture
from PIL import ImageDraw

Index: TypeAlias = tuple[int, ...]
State: TypeAlias = Literal["waiting", "running", "done", "failed", "skipped"]
Color: TypeAlias = tuple[int, int, int]

MOST = 64
"""Cells of a sheet. Of more items the first are shown, and the last cell counts the others."""
WIDEST = 16
"""Columns, where each list in a list is a row."""
GAP = 6
"""Pixels between cells; the outline of one that runs or has failed is drawn there."""
GROUND: Color = (28, 28, 30)
EMPTY: Color = (44, 44, 48)
DIM: Color = (96, 96, 102)
OUTLINES: dict[State, Color] = {"running": (224, 176, 64), "failed": (208, 96, 94)}


class Sheet:
    """Cells are empty until they are painted; their size is that of the first picture, made small."""

    def __init__(self, places: Sequence[Index]) -> None:
        self.cells = tuple(places if len(places) <= MOST else places[: MOST - 1])
        """The items that are shown, in order."""
        self.columns = _columns(self.cells, len(places) - len(self.cells))
        self._more = len(places) - len(self.cells)
        self._numbers = {index: number for number, index in enumerate(self.cells)}
        self._states: dict[Index, State] = {}
        self._painted: set[Index] = set()
        self._size: tuple[int, int] | None = None
        self._canvas: Picture.Image | None = None

    def __contains__(self, index: Index) -> bool:
        return index in self._numbers

    @property
    def side(self) -> int:
        """Pixels of a cell's longer side: more where there are few."""
        return 512 if len(self.cells) <= 4 else 384 if len(self.cells) <= 9 else 256

    def paint(self, index: Index, picture: Picture.Image) -> None:
        """Put a picture into the cell of an item."""
        small = picture.convert("RGB")
        small.thumbnail((self.side, self.side), Picture.Resampling.BILINEAR, reducing_gap=2.0)
        if self._size is None:
            self._size, self._canvas = small.size, None
        small.thumbnail(self._size, Picture.Resampling.BILINEAR)
        canvas = self._drawn()
        left, top = self._corner(self._numbers[index])
        width, height = self._cell
        canvas.paste(EMPTY, (left, top, left + width, top + height))
        canvas.paste(small, (left + (width - small.width) // 2, top + (height - small.height) // 2))
        self._painted.add(index)

    def mark(self, index: Index, state: State) -> None:
        """Show how it is with an item."""
        self._states[index] = state
        if self._canvas is not None:
            self._outline(self._canvas, index)

    def picture(self) -> Picture.Image:
        """The sheet as it is now."""
        return self._drawn().copy()

    @property
    def _cell(self) -> tuple[int, int]:
        return self._size or (self.side, self.side)

    def _corner(self, number: int) -> tuple[int, int]:
        """The upper left pixel of a cell."""
        row, column = divmod(number, self.columns)
        width, height = self._cell
        return GAP + column * (width + GAP), GAP + row * (height + GAP)

    def _drawn(self) -> Picture.Image:
        if self._canvas is None:
            count = len(self.cells) + bool(self._more)
            right, bottom = self._corner(self.columns * max(1, math.ceil(count / self.columns)) - 1)
            width, height = self._cell
            self._canvas = Picture.new("RGB", (right + width + GAP, bottom + height + GAP), GROUND)
            for number in range(count):
                left, top = self._corner(number)
                self._canvas.paste(EMPTY, (left, top, left + width, top + height))
            for index in self._states:
                self._outline(self._canvas, index)
            self._count_others(self._canvas)
        return self._canvas

    def _outline(self, canvas: Picture.Image, index: Index) -> None:
        left, top = self._corner(self._numbers[index])
        width, height = self._cell
        state, draw = self._states[index], ImageDraw.Draw(canvas)
        around = (left - GAP // 2, top - GAP // 2, left + width + GAP // 2 - 1, top + height + GAP // 2 - 1)
        draw.rectangle(around, outline=OUTLINES.get(state, GROUND), width=GAP // 2)
        if index not in self._painted:
            ends = ((left, top), (left + width - 1, top + height - 1))
            if state in ("failed", "skipped"):
                draw.line(ends, fill=OUTLINES.get(state, DIM), width=GAP // 2)
            if state == "failed":
                draw.line(((left, top + height - 1), (left + width - 1, top)), OUTLINES[state], GAP // 2)

    def _count_others(self, canvas: Picture.Image) -> None:
        if self._more:
            left, top = self._corner(len(self.cells))
            width, height = self._cell
            middle = (left + width // 2, top + height // 2)
            size = max(10, min(width, height) // 4)
            ImageDraw.Draw(canvas).text(middle, f"+{self._more}", DIM, anchor="mm", font_size=size)


def _columns(places: Sequence[Index], more: int) -> int:
    """As many as items in each list, if these are in lists of one length; else as many as rows."""
    rows: dict[Index, int] = {}
    for place in places:
        rows[place[:-1]] = rows.get(place[:-1], 0) + 1
    lengths = set(rows.values())
    if len(rows) > 1 and len(lengths) == 1 and not more and max(lengths) <= WIDEST:
        return max(lengths)
    return max(1, math.ceil(math.sqrt(len(places) + bool(more))))
