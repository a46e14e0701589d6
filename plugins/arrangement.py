"""Which picture stands where on a sheet, and what is written beside it: from what varied."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ..core import Label

LINES = 6
"""Of a caption, at most."""
WIDE = 4 / 3
"""The proportions that a sheet comes near to by itself."""

Varied: TypeAlias = Mapping[str, tuple[str | None, ...]]
"""What is not the same for all items: by name, the text of each item that has one."""


@dataclass(frozen=True)
class Arrangement:
    """Rows and columns of pictures, and words."""

    columns: int
    order: tuple[int, ...]
    """The pictures by number, row by row."""
    captions: tuple[tuple[str, ...], ...] = ()
    """Lines below each picture, row by row."""
    row_heads: tuple[str, ...] = ()
    column_heads: tuple[str, ...] = ()
    row_title: str = ""
    title: str = ""
    """Of the columns, or of the captions."""

    @property
    def rows(self) -> int:
        """How many there are; the last one need not be full."""
        return math.ceil(len(self.order) / self.columns)

    @property
    def lines(self) -> int:
        """How many there are in the longest caption."""
        return max(map(len, self.captions), default=0)

    @property
    def narrow(self) -> tuple[str, ...]:
        """All that has to fit into the width of a column."""
        return (*self.column_heads, *(line for lines in self.captions for line in lines))

    @property
    def words(self) -> tuple[str, ...]:
        """All that is written."""
        return tuple(filter(None, (self.title, self.row_title, *self.row_heads, *self.narrow)))

    @property
    def bare(self) -> "Arrangement":
        """The same without words."""
        return Arrangement(self.columns, self.order)


def varying(labels: Sequence[Label]) -> Varied:
    """What tells items apart, by name, in the order in which the names appear."""
    names = dict.fromkeys(name for label in labels for name in label)
    found = {name: tuple(label.get(name) for label in labels) for name in names}
    return {name: texts for name, texts in found.items() if len(set(texts)) > 1}


def crossed(varied: Varied) -> Arrangement | None:
    """Rows by columns, if two things varied and each combination of them is there once."""
    if len(varied) != 2:
        return None
    (row_title, down), (title, along) = varied.items()
    rows, columns = (tuple(dict.fromkeys(texts)) for texts in (down, along))
    places = {pair: number for number, pair in enumerate(zip(down, along, strict=True))}
    if None in (*rows, *columns) or not len(down) == len(places) == len(rows) * len(columns):
        return None
    order = tuple(places[row, column] for row in rows for column in columns)
    heads = [tuple(text or "" for text in texts) for texts in (rows, columns)]
    return Arrangement(len(columns), order, (), heads[0], heads[1], row_title, title)


def in_rows(count: int, columns: int, varied: Varied) -> Arrangement:
    """In the order of the list, each picture with its caption."""
    order = tuple(range(count))
    if len(varied) == 1:
        ((title, texts),) = varied.items()
        return Arrangement(columns, order, tuple((text or "",) for text in texts), title=title)
    return Arrangement(columns, order, tuple(_caption(varied, item) for item in order))


def fitting(count: int, proportions: float) -> int:
    """How many columns of such pictures make a sheet of good proportions with few empty places."""

    def badness(columns: int) -> float:
        rows = math.ceil(count / columns)
        stretch = abs(math.log(columns / rows * proportions / WIDE))
        return stretch + 2 * (rows * columns - count) / count

    return min(range(1, count + 1), key=badness)


def _caption(varied: Varied, item: int) -> tuple[str, ...]:
    lines = [f"{name} {texts[item]}" for name, texts in varied.items() if texts[item] is not None]
    rest = lines[LINES - 1 :]
    return (*lines[: LINES - 1], *([", ".join(rest)] if rest else []))
