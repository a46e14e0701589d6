"""JSON as strangers may send it: no NaN, no duplicate keys, no size or depth without end."""

import json
import math
import re
from collections import Counter
from typing import Any, NoReturn

# A string without an end is read once to the end of the data, not once from each quote in it.
_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_LARGEST = 2**53 - 1  # what a page's JavaScript holds exactly


def parse(data: bytes, *, depth: int) -> Any:
    """Parse UTF-8 JSON; raise ValueError with a sentence about what is wrong and where."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"it is not UTF-8 text (byte {error.start})") from None
    _check_depth(data, depth)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_float=_float,
            parse_int=_int,
        )
    except json.JSONDecodeError as error:
        raise ValueError(
            f"it is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        ) from None
    except RecursionError:
        raise ValueError("it is nested deeper than Python can read") from None
    if _SURROGATE.search(data):
        _check_texts(value)
    return value


def _check_depth(data: bytes, limit: int) -> None:
    """Count brackets before anything recursive sees them."""
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(data):
        depth += {b"[": 1, b"{": 1, b"]": -1, b"}": -1}.get(match[0], 0)
        if depth > limit:
            raise ValueError(f"it is nested deeper than {limit} levels")


def _check_texts(value: Any) -> None:
    """Escapes come in pairs for characters beyond 16 bits; half of one cannot be written again."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        half = ascii(error.object[error.start])
        raise ValueError(f"a text holds {half}, which is half of a character") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise ValueError(f"the key {twice[:100]!r} stands twice in one object; keep one")
    return made


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON number")


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"the number {text[:40]} is too large")
    return value


def _int(text: str) -> int:
    # Comparing lengths first: Python refuses to parse, and we to wait for, endless digits.
    if len(text) > 17 or abs(int(text)) > _LARGEST:
        raise ValueError(f"the whole number {text[:40]} is too large; the largest is {_LARGEST}")
    return int(text)
