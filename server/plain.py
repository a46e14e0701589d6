"""Results and errors in plain values, for terminals, JSON and messages."""

import math
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..core import Backbone
from ..core.lists import shown

LONGEST = 10_000
"""Characters of a text that is told."""
BRIEF = 200
"""Of the values in a list."""


def finite(value: float) -> float | None:
    """A number, or None for one that JSON has no word for."""
    return value if math.isfinite(value) else None


def plain(result: Any) -> str | int | float | None:
    """A result that is a text or a number, or the name of a network: which weights were chosen.

    What comes from strangers is made of the plainest types, and no longer than a person reads.
    """
    if isinstance(result, Backbone):
        return text(result.name)
    if isinstance(result, str):
        return text(result)
    if isinstance(result, int) and abs(result) < 2**53:
        return bool(result) if isinstance(result, bool) else int(result)
    return finite(float(result)) if isinstance(result, float | int) and abs(result) < 2**1000 else None


def brief(result: Any) -> str | int | float | None:
    """The same; of a list of such results the first few: ``1, 10, 100``."""
    if not isinstance(result, list):
        return plain(result)
    if result and all(item is None for item in result):
        return None  # nothing of it can be told
    words: list[str] = []
    left = BRIEF
    for item in result:
        value = "-" if item is None else brief(item)
        if value is None:
            return None
        word = f"[{value}]" if isinstance(item, list) else shown(value)
        left -= len(word)
        words.append(word if left >= 0 else "...")
        if left < 0:
            break
    return ", ".join(words) if words else "an empty list"


def count(given: Any) -> int:
    """A number of steps, which a stranger's node may give as anything."""
    try:
        return max(0, int(given))
    except Exception:
        return 0


def measured(measures: Mapping[str, Any]) -> dict[str, float | None]:
    """What a node measures. To read a tensor may make a GPU wait."""
    return {text(str(name)): _number(value) for name, value in measures.items()}


def _number(value: Any) -> float | None:
    try:
        return finite(float(value))
    except Exception:  # a measure that is no number
        return None


def text(given: str) -> str:
    """A text without half characters, shortened if need be."""
    whole = given.encode(errors="replace").decode()
    return whole if len(whole) <= LONGEST else f"{whole[:LONGEST]}..."


def error_line(error: BaseException) -> str:
    """What went wrong, in one sentence; a stranger's error is told with its type and where it was raised."""
    said = _said(error)
    if type(error).__module__.startswith("capriccio."):
        return said
    *_, last = traceback.extract_tb(error.__traceback__) or [None]
    place = f" ({text(Path(last.filename).name)}, line {last.lineno})" if last else ""
    return f"{type(error).__name__}: {said}{place}"


def _said(error: BaseException) -> str:
    try:
        return text(str(error))
    except Exception:  # an error is a stranger's code too
        return "an error that cannot be told"
