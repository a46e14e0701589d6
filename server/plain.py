"""Results and errors in plain values, for terminals, JSON and messages."""

import math
import traceback
from pathlib import Path
from typing import Any

from ..core import Backbone


def finite(value: float) -> float | None:
    """A number, or None for one that JSON has no word for."""
    return value if math.isfinite(value) else None


def plain(result: Any) -> str | int | float | None:
    """A result that is a text or a number, or the name of a network: which weights were chosen."""
    if isinstance(result, Backbone):
        return result.name
    return finite(result) if isinstance(result, float) else result if isinstance(result, str | int) else None


def error_line(error: BaseException) -> str:
    """What went wrong, in one sentence; a stranger's error is told with its type and where it was raised."""
    text = _text(error)
    if type(error).__module__.startswith("capriccio."):
        return text
    *_, last = traceback.extract_tb(error.__traceback__) or [None]
    place = f" ({Path(last.filename).name}, line {last.lineno})" if last else ""
    return f"{type(error).__name__}: {text}{place}"


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # an error is a stranger's code too
        return "an error that cannot be told"
