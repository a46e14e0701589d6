"""JSON as strangers may send it: no NaN, no duplicate keys, no size or depth without end."""

import codecs
import json
import math
import re
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn

# A string without an end is read once to the end of the data, not once from each quote in it.
_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{}]|[^\s"\[\]{},:]++', re.DOTALL)
_NUMBER = re.compile(r"NaN|-?(?:Infinity|(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)")
_COLON = re.compile(r"\s*:")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_LARGEST = 2**53 - 1  # what a page's JavaScript holds exactly


class _RefusedError(ValueError):
    """Strict JSON has no such thing; ``find`` gives where it stands in the text."""

    def __init__(self, sentence: str, find: Callable[[str], int]) -> None:
        super().__init__(sentence)
        self.find = find


def parse(data: bytes, *, depth: int) -> Any:
    """Parse UTF-8 JSON; raise ValueError with a sentence about what is wrong and where."""
    text = _text(data)
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
        raise ValueError(f"it is not JSON: {error.msg} at {_place(text, error.pos)}") from None
    except _RefusedError as error:
        raise ValueError(f"{error} ({_place(text, error.find(text))})") from None
    except RecursionError:
        raise ValueError("it is nested deeper than Python can read") from None
    if _SURROGATE.search(data):
        _check_texts(value)
    return value


def _text(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise ValueError("it is text in UTF-16; save it as UTF-8")
    if data.startswith(codecs.BOM_UTF8):
        raise ValueError("it is text that begins with a byte order mark; save it as UTF-8 without one")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"it is not UTF-8 text (byte {error.start + 1}); save it as UTF-8") from None


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
        (twice, _), *_ = Counter(name for name, _ in pairs).most_common(1)
        raise _RefusedError(
            f"the key {twice[:100]!r} stands twice in one object; keep one", partial(_second, twice)
        )
    return made


def _refuse_constant(text: str) -> NoReturn:
    raise _RefusedError(f"{text} is no JSON number; use one that is finite", partial(_token, text))


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise _RefusedError(f"the number {text[:40]} is too large", partial(_token, text))
    return value


def _int(text: str) -> int:
    # Comparing lengths first: Python refuses to parse, and we to wait for, endless digits.
    if len(text) > 17 or abs(int(text)) > _LARGEST:
        sentence = f"the whole number {text[:40]} is too large; the largest is {_LARGEST}"
        raise _RefusedError(sentence, partial(_token, text))
    return int(text)


def _token(token: str, text: str) -> int:
    """Where a number first stands; what is no JSON may follow it at once."""
    found = ((match.start(), _NUMBER.match(match[0])) for match in _TOKEN.finditer(text))
    return next(place for place, number in found if number and number[0] == token)


def _second(key: str, text: str) -> int:
    """Where a key first stands for the second time in one object."""
    seen = [False]  # for each object or list around
    for match in _TOKEN.finditer(text):
        if match[0] in "[{":
            seen.append(False)
        elif match[0] in "]}":
            seen.pop()
        elif match[0][0] == '"' and _COLON.match(text, match.end()) and json.loads(match[0]) == key:
            if seen[-1]:
                return match.start()
            seen[-1] = True
    return 0


def _place(text: str, at: int) -> str:
    return f"line {text.count(chr(10), 0, at) + 1}, column {at - text.rfind(chr(10), 0, at)}"
