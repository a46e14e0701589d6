"""What is wrong with a message, in a client author's words and not in those of the library that found it."""

import re
from collections.abc import Callable, Mapping, Sequence

from ..core.params import did_you_mean

_KINDS = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_KIND = "|".join(_KINDS)
_Match = re.Match[str]


def in_words(error: str, descriptions: Mapping[str, str], names: Sequence[str]) -> str:
    """The sentence for an error of msgspec.

    ``descriptions`` says for regular expressions what they mean, and ``names`` which requests
    there are.
    """
    said, _, path = error.partition(" - at `$")
    place = path.rstrip("`").removeprefix(".")
    if found := re.fullmatch(r"Invalid value '(.*)'", said, re.DOTALL):
        hint = did_you_mean(found[1][:100], names) or "; docs/protocol.md tells which there are"
        return f"there is no {found[1][:100]} for {place or 'this'}{hint}"
    for pattern, word in _SAID.items():
        if found := re.fullmatch(pattern, said, re.DOTALL):
            return f"{place or 'a message'} {word(found)}"
    if found := re.match(r"Expected `str` matching regex '(.*)'", said, re.DOTALL):
        written = {repr(pattern)[1:-1]: meant for pattern, meant in descriptions.items()}
        return f"{place} must be {written.get(found[1], 'written otherwise')}"
    return said


def _a(kinds: str) -> str:
    """`int | null` as a person would say it."""
    return " or ".join(_KINDS.get(kind, kind) for kind in kinds.split(" | "))


_SAID: dict[str, Callable[[_Match], str]] = {
    r"JSON is malformed: (.*)": lambda m: f"must be JSON, and this is not: {m[1]}",
    r"Input data was truncated": lambda m: "must be JSON, and this ends too early",
    r"Object missing required field `(.*)`": lambda m: f"lacks {m[1]}; add it",
    r"Object contains unknown field `(.*)`": lambda m: f"has no {m[1][:100]}; leave it out",
    r"Invalid enum value (.*)": lambda m: f"may not be {m[1][:100]}; see docs/protocol.schema.json",
    rf"Expected `((?:{_KIND}| \| )+)`, got `({_KIND})`": lambda m: f"is {_a(m[2])}; it must be {_a(m[1])}",
    r"Expected `(?:int|float)` >= (.*)": lambda m: f"must be at least {m[1]}",
    r"Expected `(?:int|float)` <= (.*)": lambda m: f"must be at most {m[1]}",
    r"Expected `(?:int|float)` > (.*)": lambda m: f"must be more than {m[1]}",
    r"Expected `(?:int|float)` < (.*)": lambda m: f"must be less than {m[1]}",
    r"Expected `str` of length <= (.*)": lambda m: f"must have at most {m[1]} characters",
    r"Expected `str` of length >= (.*)": lambda m: f"must have at least {m[1]} characters",
    r"Expected `array` of length <= (.*)": lambda m: f"must have at most {m[1]} items",
    r"Expected `array` of length >= (.*)": lambda m: f"must have at least {m[1]} items",
    r"Expected `array` of length (\d+)": lambda m: f"must have {m[1]} items",
}
