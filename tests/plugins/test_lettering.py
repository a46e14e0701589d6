"""Labels can be read, and never reach beyond their place."""

import pytest
from capriccio.plugins.lettering import Lettering
from hypothesis import given, settings
from hypothesis import strategies as st

LONG = "a picture with a very long name 0001"


def test_a_short_text_is_left_as_it_is() -> None:
    pen = Lettering(18, ["relu1_1"])
    assert pen.shortened("relu1_1", pen.width("relu1_1")) == "relu1_1"


def test_a_long_text_keeps_its_beginning_and_its_end() -> None:
    pen = Lettering(18, [LONG])
    short = pen.shortened(LONG, 150)
    assert short.startswith("a pic") and short.endswith("0001") and short.count("…") == 1
    assert 110 < pen.width(short) <= 150


def test_where_nothing_fits_nothing_is_written() -> None:
    assert Lettering(18, [LONG]).shortened(LONG, 3) == ""


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.integers(0, 300), st.sampled_from([11, 18, 40]))
def test_no_text_is_wider_than_its_place_or_higher_than_a_line(text: str, width: int, size: int) -> None:
    pen = Lettering(size, [text])
    short = pen.shortened(text, width)
    assert pen.width(short) <= width
    ink = pen.drawn(short)
    assert ink.shape == (pen.height, max(1, pen.width(short)))
    assert 0 <= ink.min() and ink.max() <= 1


@pytest.mark.parametrize("text", ["relu4_1", "0.001", "g", "(x)"])
def test_what_is_written_can_be_seen(text: str) -> None:
    assert Lettering(18, [text]).drawn(text).max() == 1


def test_letters_of_other_languages_are_drawn_or_replaced_by_what_is_like_them() -> None:
    known = Lettering(18, ["für Élise"])
    plain = Lettering(18)  # nobody told it of these letters
    assert known.width("für Élise") > 0
    assert plain.width("für Élise") == plain.width("fur Elise")
    assert plain.width("世界") == plain.width("??")


def test_a_text_of_several_lines_is_written_on_one() -> None:
    pen = Lettering(18, ["a b"])
    assert pen.width("a\n\tb\u202e") == pen.width("a b")


def test_a_text_of_any_length_is_measured_at_once() -> None:
    assert Lettering(18, ["x" * 10_000_000]).width("x" * 10_000_000) == Lettering(18, ["x"]).width("x" * 200)
