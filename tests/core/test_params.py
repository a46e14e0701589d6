"""Settings know what may be put into them."""

import math
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from capriccio.core import (
    Choice,
    Color,
    ImageFile,
    LabelsFile,
    Live,
    MaskFile,
    Names,
    NodeError,
    Pattern,
    Range,
    Seed,
    Widget,
)
from capriccio.core.params import REQUIRED, declared, did_you_mean

Rate = Annotated[float, Range(0.001, 1.0, "px", step=0.1, scale="log"), "How fast."]
Layer = Annotated[str, Choice(lambda: ["conv1", "conv2"])]
Style = Literal["oil", "ink", 3]
FLOAT, INT, TEXT = "a finite number", "a whole number", "a text"


def test_a_setting_carries_all_that_its_annotation_says() -> None:
    rate = declared("rate", Rate, 0.1)
    assert (rate.name, rate.type, rate.default, rate.doc) == ("rate", float, 0.1, "How fast.")
    assert rate.range == Range(0.001, 1.0, unit="px", step=0.1, scale="log")


def test_a_setting_may_be_live() -> None:
    assert declared("rate", Annotated[Rate, Live()], 0.1).live
    assert not declared("rate", Rate, 0.1).live


@pytest.mark.parametrize(
    ("hint", "default", "type", "widget"),
    [
        (Seed, 0, int, Widget("seed")),
        (Color, "#ffffff", str, Widget("color")),
        (ImageFile, REQUIRED, Path, Widget("image")),
        (ImageFile, Path("a.png"), Path, Widget("image")),
        (MaskFile, REQUIRED, Path, Widget("mask")),
        (LabelsFile, REQUIRED, Path, Widget("labels")),
        (Annotated[str, Widget("multiline")], "", str, Widget("multiline")),
        (bool, False, bool, None),
    ],
)
def test_special_settings_name_their_widget(hint: Any, default: Any, type: Any, widget: Any) -> None:
    param = declared("x", hint, default)
    assert (param.type, param.default, param.widget) == (type, default, widget)


@pytest.mark.parametrize(
    ("hint", "default", "value"),
    [
        (Rate, 1.0, 0.001),
        (Rate, 1.0, 1),
        (float, 0.0, -1e300),
        (int, 0, 2**53 - 1),
        (Seed, 0, 2**32 - 1),
        (bool, True, False),
        (str, "", "été"),
        (Color, "#000000", "#fFaa09"),
        (ImageFile, REQUIRED, "sub/a.png"),
        (Style, "oil", 3),
        (Layer, "conv1", "conv2"),
    ],
)
def test_a_value_that_fits_is_no_problem(hint: Any, default: Any, value: Any) -> None:
    assert declared("x", hint, default).problem(value) is None


@pytest.mark.parametrize(
    ("hint", "default", "value", "problem"),
    [
        (Rate, 1.0, 3, "is 3; it must lie between 0.001 and 1.0"),
        (Rate, 1.0, 0.0, "is 0.0; it must lie between 0.001 and 1.0"),
        (Rate, 1.0, math.nan, f"is nan; it must be {FLOAT}"),
        (float, 0.0, math.inf, f"is inf; it must be {FLOAT}"),
        (float, 0.0, True, f"is True; it must be {FLOAT}"),
        (float, 0.0, "1", f"is '1'; it must be {FLOAT}"),
        (float, 0.0, 10**400, f"is 1{'0' * 56}...; it must be {FLOAT}"),
        pytest.param(
            float, 0.0, 10**5000, f"is a number of very many digits; it must be {FLOAT}", id="endless float"
        ),
        pytest.param(
            *(int, 0, 10**5000),
            f"is a number of very many digits; it must lie between {1 - 2**53} and {2**53 - 1}",
            id="endless int",
        ),
        (int, 0, 1.0, f"is 1.0; it must be {INT}"),
        (int, 0, True, f"is True; it must be {INT}"),
        (int, 0, None, f"is None; it must be {INT}"),
        (int, 0, 2**53, f"is {2**53}; it must lie between {1 - 2**53} and {2**53 - 1}"),
        (Seed, 0, -1, f"is -1; it must lie between 0 and {2**32 - 1}"),
        (bool, True, 1, "is 1; it must be true or false"),
        (str, "", ["a"], f"is ['a']; it must be {TEXT}"),
        (str, "", "a" * 99, None),
        (str, "", "\ud800", f"is '\\ud800'; it must be {TEXT}"),
        (ImageFile, REQUIRED, 1, "is 1; it must be the name of a file"),
        (Color, "#000000", "red", "is 'red'; it must be a colour such as #e0b040"),
        (Color, "#000000", "#000000\n", r"is '#000000\n'; it must be a colour such as #e0b040"),
        (Style, "oil", "Oil", "is 'Oil'; choose one of oil, ink, 3; did you mean oil?"),
        (Style, "oil", 3.0, "is 3.0; choose one of oil, ink, 3"),
        (Style, "oil", {"a": 1}, "is {'a': 1}; choose one of oil, ink, 3"),
        (Literal[1, 2], 1, True, "is True; choose one of 1, 2"),
        (Layer, "conv1", "cnov2", "is 'cnov2'; choose one of conv1, conv2; did you mean conv2?"),
        (Layer, "conv1", 2, f"is 2; it must be {TEXT}"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_what_would(
    hint: Any, default: Any, value: Any, problem: str | None
) -> None:
    assert declared("x", hint, default).problem(value) == problem


def test_long_lists_and_long_values_are_cut_short() -> None:
    many = declared("x", Annotated[str, Choice(lambda: [f"c{number}" for number in range(1000)])], "c0")
    assert str(many.problem("z" * 1000)) == (
        f"is '{'z' * 56}...; choose one of c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, ..."
    )


def test_what_a_choice_offers_is_asked_for_each_time() -> None:
    options: list[str] = []
    param = declared("x", Annotated[str, Choice(lambda: options)], "late")
    assert param.problem("late") is not None
    options.append("late")
    assert param.problem("late") is None


def test_names_are_offered_and_others_are_taken_too() -> None:
    param = declared("x", Annotated[str, Names(lambda: ["conv1", "conv2"])], "conv1")
    assert param.names is not None and param.names.options() == ["conv1", "conv2"]
    assert param.problem("conv2, mine") is None
    assert param.problem(2) == f"is 2; it must be {TEXT}"


def test_only_numbers_are_made_to_fit() -> None:
    made = declared("x", float, 0.0).cleaned(3)
    assert (made, type(made)) == (3.0, float)
    assert declared("x", Style, "oil").cleaned(3) == 3


@pytest.mark.parametrize(
    ("hint", "default", "sentence"),
    [
        (float, REQUIRED, "x has no default; give it one that works"),
        (Rate, 2.0, "the default of x is 2.0; it must lie between 0.001 and 1.0"),
        (Color, "red", "the default of x is 'red'; it must be a colour such as #e0b040"),
        (Style, "air", "the default of x is 'air'; choose one of oil, ink, 3"),
        (int, None, f"the default of x is None; it must be {INT}"),
        (
            list[int],
            [],
            "x is a list[int], which is no type for a setting; use int, float, bool, str, Literal, "
            "Seed, Color, ImageFile, MaskFile, LabelsFile or Folder, "
            "or put it before the * if it is an input",
        ),
        (
            Annotated[ImageFile, Live()],
            REQUIRED,
            "x is a file, which is looked up before a run; leave out Live()",
        ),
        (Annotated[str, Range(0, 1)], "", "x is a <class 'str'>, and Range is for int or float"),
        (Annotated[bool, Range(0, 1)], True, "x is a <class 'bool'>, and Range is for int or float"),
        (Annotated[int, Pattern("a", "a")], 1, "x is a <class 'int'>, and Pattern is for str"),
        (Annotated[float, Choice(lambda: ["a"])], 1.0, "x is a <class 'float'>, and Choice is for str"),
        (Annotated[int, Names(lambda: ["a"])], 1, "x is a <class 'int'>, and Names is for str"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(hint: Any, default: Any, sentence: str) -> None:
    with pytest.raises(NodeError) as caught:
        declared("x", hint, default)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("given", "hint"),
    [("conv4", "; did you mean conv41?"), ("zebra", ""), ("", "")],
)
def test_a_hint_is_given_only_where_something_is_near(given: str, hint: str) -> None:
    assert did_you_mean(given, ["relu", "conv41"]) == hint
