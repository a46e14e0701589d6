"""Results and errors in plain values, for terminals, JSON and messages."""

import math
import traceback
from pathlib import Path
from typing import Any

from ..core import Backbone

LONGEST = 10_000
"""Characters of a text that is told."""


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
