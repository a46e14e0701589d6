"""JSON from strangers is read strictly, and never for long."""

import json
import sys
import time
from typing import Any

import pytest
from capriccio.core import strictjson
from hypothesis import given, settings
from hypothesis import strategies as st

LARGEST = 2**53 - 1
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-LARGEST, LARGEST)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=15,
)


@settings(deadline=None, max_examples=150)
@given(VALUES, st.booleans())
def test_what_is_written_is_read_again_with_its_types(value: Any, ascii: bool) -> None:
    data = json.dumps(value, ensure_ascii=ascii).encode()
    assert repr(strictjson.parse(data, depth=64)) == repr(value)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from([*'[]{},:"\\', "1", "-", "e9", "null", '"a"', "\\ud800", "é"]), max_size=25))
def test_whatever_comes_gives_a_value_or_a_sentence(parts: list[str]) -> None:
    data = "".join(parts).encode()
    try:
        value = strictjson.parse(data, depth=4)
    except ValueError as error:
        assert str(error).startswith(("it is ", "the ", "a text holds "))
    else:
        assert value == json.loads(data)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b'{"a": NaN}', "NaN is no JSON number"),
        (b"[Infinity]", "Infinity is no JSON number"),
        (b"-Infinity", "-Infinity is no JSON number"),
        (b"[1e999]", "the number 1e999 is too large"),
        (b"-1e999", "the number -1e999 is too large"),
        (b"1e999e9", "the number 1e999 is too large"),
        (b"[1, 1e999\\", "the number 1e999 is too large (line 1, column 5)"),
        (b"NaN1", "NaN is no JSON number"),
        (b"1" * 60 + b".5e400", f"the number {'1' * 40} is too large"),
        (
            b"9007199254740992",
            "the whole number 9007199254740992 is too large; the largest is 9007199254740991",
        ),
        (
            b"-9007199254740992",
            "the whole number -9007199254740992 is too large; the largest is 9007199254740991",
        ),
        (
            b"1" * 100_000,
            f"the whole number {'1' * 40} is too large; the largest is 9007199254740991",
        ),
        (b'{"a": 1, "b": 2, "a": 1}', "the key 'a' stands twice in one object; keep one"),
        (b'[{"a": {"b": 1, "\\u0062": 2}}]', "the key 'b' stands twice in one object; keep one"),
        (b'"\xff"', "it is not UTF-8 text (byte 2); save it as UTF-8"),
        (b'"\xed\xa0\x80"', "it is not UTF-8 text (byte 2); save it as UTF-8"),
        (b"", "it is not JSON: Expecting value at line 1, column 1"),
        (b'{"a": 1}\n{', "it is not JSON: Extra data at line 2, column 1"),
        (b"[1,]", "it is not JSON: "),
        (b"{'a': 1}", "it is not JSON: "),
        (b"\xef\xbb\xbf{}", "it is text that begins with a byte order mark; save it as UTF-8 without one"),
        (b"\xff\xfe{\0}\0", "it is text in UTF-16; save it as UTF-8"),
        (b'{"\\ud800": 1}', "a text holds '\\ud800', which is half of a character"),
        (b'["\\udc00\\ud800"]', "a text holds '\\udc00', which is half of a character"),
    ],
)
def test_what_is_no_strict_json_is_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(ValueError) as caught:
        strictjson.parse(data, depth=64)
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"[NaN]", "line 1, column 2"),
        (b'{"NaN":\n\n  "NaN", "b": [1, NaN]}', "line 3, column 19"),
        (b'["-1e999",-1e999]', "line 1, column 11"),
        (b"[1,\n9007199254740992\n]", "line 2, column 1"),
        (b'{"a": {"a": 1}, "b": [{"a": "a"}],\n "a" : 2}', "line 2, column 2"),
        (b'{"\\u0061": "\\"a", "c": {"d": {}},\n\n   "a": {}}', "line 3, column 4"),
        ('{"é": "[{", "é": 2}'.encode(), "line 1, column 13"),
    ],
)
def test_what_is_refused_is_told_with_its_place(data: bytes, place: str) -> None:
    with pytest.raises(ValueError) as caught:
        strictjson.parse(data, depth=64)
    assert str(caught.value).endswith(f" ({place})")


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"9007199254740991", LARGEST),
        (b"-9007199254740991", -LARGEST),
        (b"1e-999", 0.0),
        (b'"\\ud83d\\ude00"', "😀"),
        (b'"\\\\ud800"', "\\ud800"),
        (b'"[[[[["', "[[[[["),
        (b'["\\"[[[[[\\"", "\\\\"]', ['"[[[[["', "\\"]),
        (b'{"a": {"a": [[]]}}', {"a": {"a": [[]]}}),
    ],
)
def test_what_only_looks_wrong_is_read(data: bytes, value: Any) -> None:
    assert strictjson.parse(data, depth=4) == value


@pytest.mark.parametrize("brackets", ["[]", "{}"])
def test_depth_is_counted_to_the_level(brackets: str) -> None:
    opening, closing = ("[", "]") if brackets == "[]" else ('{"a":', "}")
    inner = "0" if brackets == "{}" else ""
    parsed = strictjson.parse((opening * 64 + inner + closing * 64).encode(), depth=64)
    assert isinstance(parsed, list | dict)
    with pytest.raises(ValueError) as caught:
        strictjson.parse((opening * 65 + inner + closing * 65).encode(), depth=64)
    assert str(caught.value) == "it is nested deeper than 64 levels"


def test_no_depth_that_is_allowed_breaks_the_interpreter() -> None:
    deep = 100 * sys.getrecursionlimit()
    with pytest.raises(ValueError) as caught:
        strictjson.parse(b"[" * deep + b"]" * deep, depth=deep)
    assert str(caught.value) == "it is nested deeper than Python can read"


@pytest.mark.parametrize(
    "data",
    [
        b'"' + b'\\"' * 1_000_000,
        b'{"' + b'a\\"' * 600_000,
        b"{" + b",".join(b'"%d":0' % number for number in range(150_000)) + b',"149999":0}',
        b"[" + b"1" * 1_999_998 + b"]",
        b"[" * 2_000_000,
        b'["' + b"\\ud83d\\ude00" * 160_000 + b'"]',
    ],
    ids=["escaped quotes", "open string", "late duplicate", "long number", "brackets", "escapes"],
)
def test_two_megabytes_of_anything_are_read_or_refused_in_a_moment(data: bytes) -> None:
    began = time.process_time()
    try:
        strictjson.parse(data, depth=64)
    except ValueError as error:
        assert len(str(error)) < 200
    assert time.process_time() - began < 5  # a second at most; hours where time is quadratic
