"""Expressions mean what they mean in Python, and end soon whatever stands in them."""

import math
import time
from collections.abc import Mapping
from typing import Any

import pytest
from capriccio.core import InputError
from capriccio.plugins.expression import evaluated
from hypothesis import given, settings
from hypothesis import strategies as st

LINKED = {"a": 2.0, "b": -3.5, "c": 0.25}
PYTHON: Mapping[str, Any] = {
    "min": min,
    "max": max,
    "abs": math.fabs,
    "round": lambda x: float(round(x)),
    "floor": lambda x: float(math.floor(x)),
    "ceil": lambda x: float(math.ceil(x)),
    **{name: getattr(math, name) for name in ("sqrt", "exp", "log", "log2", "log10", "sin", "cos", "tan")},
    "pi": math.pi,
    "e": math.e,
    **LINKED,
}
KNOWN = (
    "there are a, b, c, pi, e, min, max, abs, round, floor, ceil, sqrt, exp, log, log2, log10, sin, cos, "
    "tan, clamp, lerp"
)
ONE = ("abs", "round", "floor", "ceil", "sqrt", "exp", "log", "log2", "log10", "sin", "cos", "tan")

numbers = st.floats(0, 1e6).map(repr) | st.integers(0, 99).map(lambda whole: f"{whole}.0")
leaves = numbers | st.sampled_from(["a", "b", "c", "pi", "e"])


def grown(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    blank = st.sampled_from(["", " "])
    operator = st.sampled_from(["+", "-", "*", "/", "//", "%", "**"])
    return (
        st.tuples(parts, blank, operator, blank, parts).map("".join)
        | parts.map(lambda part: f"({part})")
        | parts.map(lambda part: f"-{part}")
        | parts.map(lambda part: f"+{part}")
        | st.tuples(st.sampled_from(ONE), parts).map(lambda call: f"{call[0]}({call[1]})")
        | st.tuples(st.sampled_from(["min", "max"]), parts, parts).map(lambda c: f"{c[0]}({c[1]}, {c[2]})")
    )


trees = st.recursive(leaves, grown, max_leaves=12).filter(lambda text: len(text) <= 500)


def in_python(text: str) -> float | None:
    """What Python makes of it; None where that is no real, finite number."""
    try:
        value = eval(text, {"__builtins__": {}}, dict(PYTHON))
    except (ArithmeticError, ValueError, TypeError):  # a complex number fails in functions
        return None
    return value if isinstance(value, float) and math.isfinite(value) else None


@settings(max_examples=500, deadline=None)
@given(trees)
def test_an_expression_has_the_value_that_it_has_in_python(text: str) -> None:
    expected = in_python(text)
    try:
        value = evaluated(text, LINKED)
    except InputError as error:
        # Python goes on with a part that is infinite; here it is an error at once.
        assert expected is None or "is too large" in str(error)
    else:
        assert expected is not None
        assert value == expected or math.isclose(value, expected, rel_tol=1e-12)


@settings(max_examples=300, deadline=1000)
@given(st.text(alphabet="abcpie0123456789.+-*/%(), \nmaxlogsqrt^", max_size=600) | st.text(max_size=80))
def test_any_text_gives_a_number_or_a_sentence(text: str) -> None:
    try:
        value = evaluated(text, LINKED)
    except InputError as error:
        assert "expression " in str(error) and str(error).isprintable()
    else:
        assert isinstance(value, float) and math.isfinite(value)


@pytest.mark.parametrize(
    "text, value",
    [
        ("-2 ** 2", -4.0),
        ("2 ** 3 ** 2", 512.0),
        ("2 ** -1", 0.5),
        ("10 - 4 - 3", 3.0),
        ("2 + 3 * 4", 14.0),
        ("(2 + 3) * 4", 20.0),
        ("7 // 2 + 7 % 4", 6.0),
        ("-7 // 2", -4.0),
        ("--3", 3.0),
        (" .5+1.\n", 1.5),
        ("1e3 + 1E-3", 1000.001),
        ("a * b", -7.0),
        ("min(3)", 3.0),
        ("max(1, 5, a, 4)", 5.0),
        ("round(2.5)", 2.0),
        ("clamp(7, 0, 1) + clamp(-7, 0, 1) + clamp(0.5, 0, 1)", 1.5),
        ("lerp(10, 20, 0.25)", 12.5),
        ("lerp(0.1, 0.7, 1)", 0.7),
        ("sqrt(2) ** 2 - 2", math.sqrt(2) ** 2 - 2),
        ("log(e) + log2(8) + log10(100)", 6.0),
        ("sin(pi / 2) + cos(0) + tan(0)", 2.0),
        ("floor(-1.5) + ceil(1.5)", 0.0),
    ],
)
def test_what_is_written_is_calculated(text: str, value: float) -> None:
    assert evaluated(text, LINKED) == value


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("", "is empty; write one, such as a * b"),
        (" \n", "is empty; write one, such as a * b"),
        ("1 +", "ends at column 4, where a number, a letter or ( should be"),
        ("(1", "ends at column 3, where an operator or ) should be"),
        ("max(1", "ends at column 6, where a comma, an operator or ) should be"),
        ("1 2", "has 2 at column 3, where an operator should be"),
        ("1)", "has ) at column 2, which closes nothing; take it out, or open it before"),
        ("2 ^ 3", "has ^ at column 3, where an operator should be; a power is written **"),
        (
            "1,5",
            "has , at column 2, where an operator should be; "
            "numbers are written with a point, and only functions take several",
        ),
        ("2 \N{DIVISION SIGN} 3", "has \N{DIVISION SIGN} at column 3, where an operator should be; write /"),
        ("*", "has * at column 1, where a number, a letter or ( should be"),
        ("max()", "has ) at column 5, where a number, a letter or ( should be"),
        ("\0", "has U+0000 at column 1, where a number, a letter or ( should be"),
        ("sqrt 2", "has 2 at column 6, where ( should be; write sqrt(x)"),
        ("max + 1", "has + at column 5, where ( should be; write max(x, ...)"),
        ("clamp(1, 2)", "has clamp at column 1 with 2 numbers; it takes 3: clamp(x, low, high)"),
        ("sin(1, 2)", "has sin at column 1 with 2 numbers; it takes 1: sin(x)"),
        (
            "ln(2)",
            "has ln at column 1, which means nothing here; " + KNOWN,
        ),
        ("1 / 0", "has / at column 3, which divides 1 by 0; divide by something else"),
        ("5 // (a - 2)", "has // at column 3, which divides 5 by 0; divide by something else"),
        ("5 % 0", "has % at column 3, which divides 5 by 0; divide by something else"),
        ("0 ** -1", "has ** at column 3, and 0 ** (-1) has no value; change one of them"),
        ("(-8) ** 0.5", "has ** at column 6, and (-8) ** 0.5 has no value; change one of them"),
        ("9**9**9", "has ** at column 2, and 9 ** 3.8742e+08 is too large; use smaller numbers"),
        ("1e308 * 10", "has * at column 7, and 1e+308 * 10 is too large; use smaller numbers"),
        ("1e999", "has 1e999 at column 1, which is too large; the largest number is about 1.8e308"),
        ("exp(1000)", "has exp at column 1, and exp(1000) is too large; use smaller numbers"),
        ("sqrt(-1)", "has sqrt at column 1, and sqrt(-1) has no value; it takes a number from 0 up"),
        ("log(0)", "has log at column 1, and log(0) has no value; it takes a number above 0"),
        (
            "clamp(1, 3, 2)",
            "has clamp at column 1, and clamp(1, 3, 2) has no value; it takes a low below its high",
        ),
        ("1" * 501, "has 501 characters; write at most 500, or use two nodes"),
        (
            "(" * 60 + "1",
            "has ( at column 41, which is too deep inside; nest at most 40 levels, or use two nodes",
        ),
        (
            "x" * 50,
            f"has {'x' * 29}… at column 1, which means nothing here; " + KNOWN,
        ),
    ],
)
def test_what_cannot_be_calculated_is_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        evaluated(text, LINKED)
    assert str(caught.value) == f"expression {sentence}"


def test_a_letter_without_a_link_is_named() -> None:
    with pytest.raises(InputError) as caught:
        evaluated("a + 2 * b + b", {"a": 1.0})
    assert str(caught.value) == (
        "expression has b at column 9, and nothing is linked to b; link a number, or leave it out"
    )


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_link_that_brings_no_number_is_named(value: float) -> None:
    with pytest.raises(InputError) as caught:
        evaluated("1", {"b": value})
    assert str(caught.value) == f"b is {value}; it must be a finite number"


@pytest.mark.parametrize(
    "text",
    [
        "9**9**9**9**9",
        "9" * 500,
        "(" * 500,
        "-" * 500,
        "2**" * 166 + "2",
        "max(" * 120 + "1" + ")" * 20,
        "1" + "+1" * 249,
        "1e308" + "+1e308" * 80,
        "__import__('os').system('true')",
        "a.__class__",
        "1 if a else 2",
        "[x for x in (1,)]",
        "lambda: 1",
        "'a' * 10",
        "0x10",
        "1_000",
        "1j",
        "inf",
        "nan",
        "٣",
    ],
)
def test_hostile_expressions_end_at_once_and_run_nothing(text: str) -> None:
    begun = time.perf_counter()
    try:
        assert math.isfinite(evaluated(text, LINKED))
    except InputError:
        pass
    assert time.perf_counter() - begun < 0.05
