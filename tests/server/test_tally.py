"""Items are counted, and told in no more words than anybody reads."""

from typing import Any

import pytest
from capriccio.core import (
    InputError,
    NodeFailed,
    NodeFinished,
    NodeItem,
    NodePreviewed,
    NodeSkipped,
    NodeStarted,
    Preview,
)
from capriccio.server import wire
from capriccio.server.plain import brief
from capriccio.server.tally import MOST, Tally, called


def tally(count: int) -> Tally:
    return Tally({(number,): {"weight": str(number)} for number in range(count)})


def take(into: Tally, number: int, event: Any) -> None:
    into.take(NodeItem("a", (number,), event))


def test_items_are_counted_by_how_they_ended() -> None:
    made = tally(5)
    take(made, 0, NodeFinished("a", 1.5, True, 0.0))
    take(made, 1, NodeFinished("a", 2.0, False, 0.1))
    take(made, 2, NodeFailed("a", InputError("is wrong"), 0.1))
    take(made, 3, NodeSkipped("a", "b"))
    take(made, 4, NodeStarted("a"))
    take(made, 4, NodePreviewed("a", Preview(None, 3, 9, {"loss": 0.5})))
    on = wire.ItemReport([4], "weight 4", 3, 9, {"loss": 0.5})
    wrong = wire.ItemReport([2], "weight 2", error="is wrong")
    assert made.report() == wire.ItemsReport(5, 2, 1, 1, 1, [on], [wrong])
    assert (made.progress().step, made.progress().total) == (4, 5)
    assert made.value() == "1.5, 2"


def test_of_a_thousand_items_some_are_told() -> None:
    made = tally(1000)
    for number in range(1000):
        take(made, number, NodeStarted("a"))
    assert len(made.report().on) == MOST
    for number in range(1000):
        take(made, number, NodeFailed("a", InputError("x" * 5000), 0.1))
    report = made.report()
    assert (report.failed, report.on, len(report.wrong)) == (1000, [], MOST)
    assert max(len(each.error) for each in report.wrong) < 600


def test_pictures_have_no_value_that_could_be_told() -> None:
    made = tally(2)
    take(made, 0, NodeFinished("a", object(), False, 0.1))
    assert made.value() is None


def test_an_item_is_called_by_its_number_and_what_led_to_it() -> None:
    assert called((2,), {}) == "item 3"
    assert called((0, 3), {"layer": "relu4_1", "weight": "100"}) == "item 1.4 (layer relu4_1, weight 100)"


@pytest.mark.parametrize(
    ("result", "told"),
    [
        (1.5, 1.5),
        ([1.0, 10.0, 100.0], "1, 10, 100"),
        (["relu1_1", "relu2_1"], "relu1_1, relu2_1"),
        ([[1, 2], [3]], "[1, 2], [3]"),
        ([1.0, None], "1, -"),
        ([], "an empty list"),
        ([object()], None),
        ([0.123456789, True], "0.1235, True"),
    ],
)
def test_a_list_is_told_by_its_first_values(result: Any, told: Any) -> None:
    assert brief(result) == told


def test_a_long_list_is_told_shortly() -> None:
    said = brief(list(range(10_000)))
    assert isinstance(said, str)
    assert said.startswith("0, 1, 2, ") and said.endswith(", ...") and len(said) < 500
    assert brief(["x" * 5000, "y"]) == "..."
