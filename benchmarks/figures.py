"""What was measured, beside what it may be."""

import json
import math
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

ROUNDS = 3


@dataclass(frozen=True)
class Figure:
    """One thing that was measured; without bounds it is told only."""

    name: str
    value: float
    unit: str
    most: float = math.inf
    least: float = -math.inf

    @property
    def good(self) -> bool:
        """It is within its bounds."""
        return self.least <= self.value <= self.most

    @property
    def bound(self) -> str:
        """Its bounds, in words."""
        words = {"at least": self.least, "at most": self.most}
        return ", ".join(f"{word} {value:g}" for word, value in words.items() if math.isfinite(value))


async def best(measure: Callable[[], Awaitable[list[Figure]]]) -> list[Figure]:
    """Measure until all is within its bounds, up to three times; others use the machine too."""
    for _ in range(ROUNDS - 1):
        figures = await measure()
        if all(figure.good for figure in figures):
            return figures
    return await measure()


def told(figures: Iterable[Figure]) -> str:
    """Each by its name, with its bounds and whether it is within them, as JSON for a test."""
    return json.dumps({figure.name: (figure.value, figure.bound, figure.good) for figure in figures})


def show(figures: Iterable[Figure]) -> bool:
    """Print figures as rows of a table; give whether all are within their bounds."""
    good = True
    for figure in figures:
        good &= figure.good
        told = f"{figure.value:10.2f} {figure.unit:<9} {figure.bound}"
        print(f"{figure.name:<58}{told}{'' if figure.good else '   OUT OF BOUNDS'}", flush=True)
    return good


def percentile(values: Sequence[float], part: float) -> float:
    """The value that this part of all values, from 0 to 1, do not exceed."""
    return sorted(values)[min(len(values) - 1, math.ceil(part * len(values)) - 1)] if values else math.nan
