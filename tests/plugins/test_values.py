"""Single values are given as they are set, and numbers are calculated."""

import pytest
from capriccio.core import InputError
from capriccio.core.ports import BOOL, NUMBER, TEXT
from capriccio.plugins.values import calculated, number, one_seed, text, yes_or_no


def test_each_value_is_given_as_it_is_set() -> None:
    assert number(value=0.1) == 0.1
    assert text(value="für\nElise") == "für\nElise"
    assert yes_or_no(value=False) is False
    assert one_seed(seed=2**32 - 1) == 2**32 - 1


def test_values_have_the_types_of_the_settings_that_they_are_for() -> None:
    for node, port in ((number, NUMBER), (text, TEXT), (yes_or_no, BOOL), (one_seed, NUMBER)):
        (output,) = node.outputs.values()
        (param,) = node.params.values()
        assert output.type == port == param.port


def test_numbers_texts_and_switches_can_be_changed_while_a_run_is_on_but_seeds_cannot() -> None:
    assert number.remakable and text.remakable and yes_or_no.remakable and calculated.remakable
    assert not one_seed.remakable


def test_math_works_before_anything_is_linked() -> None:
    assert calculated() == (1 + 5**0.5) / 2


def test_math_calculates_with_what_is_linked() -> None:
    assert calculated(2.0, 3.0, 4.0, expression="a + b * c") == 14.0
    assert calculated(None, 3.0, expression="b ** 2") == 9.0
    assert calculated(0.0, expression="a") == 0.0


def test_math_names_a_letter_that_nothing_is_linked_to() -> None:
    with pytest.raises(InputError) as caught:
        calculated(2.0, expression="a * b")
    assert str(caught.value) == (
        "expression has b at column 5, and nothing is linked to b; link a number, or leave it out"
    )
