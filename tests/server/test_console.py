"""A run is told in lines of JSON that anything can read, and in lines that a person can."""

import json
from collections.abc import Collection
from typing import Any

import numpy as np
import pytest
import torch
from capriccio.core import (
    Backbone,
    Event,
    InputError,
    ItemsError,
    Label,
    NodeChanged,
    NodeFailed,
    NodeFinished,
    NodeItem,
    NodeListed,
    NodePreviewed,
    NodeQueued,
    NodeSkipped,
    NodeStarted,
    Preview,
    RunFinished,
)
from capriccio.server.console import Bars, as_json, complain, print_json
from capriccio.server.plain import error_line
from torch import Tensor

PICTURE = torch.zeros(3, 2, 2)
PREVIEW = Preview(PICTURE, 3, 9, {"loss": torch.tensor(0.5), "style": 2, "content": np.float32(0.25)})

EVENTS: list[tuple[Event, dict[str, Any]]] = [
    (NodeQueued("a"), {"event": "NodeQueued", "name": "a"}),
    (NodeStarted("a"), {"event": "NodeStarted", "name": "a"}),
    (
        NodePreviewed("a", PREVIEW),
        {
            "event": "NodePreviewed",
            "name": "a",
            "step": 3,
            "total": 9,
            "measures": {"loss": 0.5, "style": 2.0, "content": 0.25},
        },
    ),
    (
        NodeFinished("a", "output/a.png", False, 1.23456),
        {
            "event": "NodeFinished",
            "name": "a",
            "result": "output/a.png",
            "cached": False,
            "seconds": 1.235,
        },
    ),
    (
        NodeFailed("a", InputError("is no picture"), 0.1),
        {"event": "NodeFailed", "name": "a", "error": "is no picture", "seconds": 0.1},
    ),
    (NodeSkipped("b", "a"), {"event": "NodeSkipped", "name": "b", "failed": "a"}),
    (
        NodeChanged("a", {"weight": 2.0, "rate": float("nan")}, ("b",), "", {"a": PICTURE}),
        {
            "event": "NodeChanged",
            "name": "a",
            "params": {"weight": 2.0, "rate": None},
            "reached": ["b"],
            "problem": "",
            "remade": ["a"],
        },
    ),
    (
        NodeListed("a", {(0,): {"layer": "relu4_1"}, (1,): {}}),
        {
            "event": "NodeListed",
            "name": "a",
            "items": [{"index": [0], "labels": {"layer": "relu4_1"}}, {"index": [1], "labels": {}}],
        },
    ),
    (
        NodeItem("a", (1, 0), NodeSkipped("a", "b")),
        {
            "event": "NodeItem",
            "name": "a",
            "index": [1, 0],
            "item": {"event": "NodeSkipped", "name": "a", "failed": "b"},
        },
    ),
    (
        RunFinished(2.0, ("a",), ("b", "c")),
        {"event": "RunFinished", "seconds": 2.0, "failed": ["a"], "skipped": ["b", "c"]},
    ),
]


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


@pytest.mark.parametrize("event, told", EVENTS, ids=[type(event).__name__ for event, _ in EVENTS])
def test_an_event_is_one_line_of_json(
    event: Event, told: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    print_json(event)
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line, parse_constant=refuse) == told == as_json(event)


@pytest.mark.parametrize(
    "result, told",
    [
        *(
            (PICTURE, None),
            (None, None),
            ("ü\n", "ü\n"),
            (3, 3),
            (0.5, 0.5),
            (float("inf"), None),
            ((), None),
        ),
        *(([1, [2.5, "x"]], [1, [2.5, "x"]]), ([1, PICTURE], None), ([], [])),
    ],
)
def test_a_result_is_told_if_it_is_a_text_or_a_number(result: Any, told: Any) -> None:
    assert as_json(NodeFinished("a", result, True, 0.0))["result"] == told


def test_of_a_network_the_weights_that_were_chosen_are_told() -> None:
    class Named(Backbone):
        name = "vgg16-hed"

        def activations(self, image: Tensor, layers: Collection[str]) -> dict[str, Tensor]:
            return {}

    assert as_json(NodeFinished("network", Named(), False, 0.1))["result"] == "vgg16-hed"


@pytest.mark.parametrize("wrong", ["nan", "inf", "-inf"])
def test_a_loss_that_is_no_number_is_still_json(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_json(NodePreviewed("a", Preview(None, 1, 2, {"loss": torch.tensor(float(wrong))})))
    assert json.loads(capsys.readouterr().out, parse_constant=refuse)["measures"] == {"loss": None}


def test_our_errors_are_told_in_their_words_and_others_with_their_type() -> None:
    assert error_line(InputError("is too small")) == "is too small"
    assert error_line(KeyError("x")) == "KeyError: 'x'"
    Strange = type("Strange", (InputError,), {"__module__": "capriccio_plugin_x"})
    assert error_line(Strange("hm")) == "Strange: hm"


def shown(*events: Event) -> None:
    with Bars() as show:
        for event in events:
            show(event)


def test_each_node_that_ends_has_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    shown(
        NodeQueued("a"),
        NodeStarted("a"),
        NodePreviewed("a", PREVIEW),
        NodeFinished("a", PICTURE, False, 1.26),
        NodeFinished("b [red]", None, True, 0.0),
        NodeStarted("c"),
        NodeFailed("c", ValueError("[/] is no tag"), 0.1),
        NodeSkipped("d", "c"),
        RunFinished(1.0, ("c",), ("d",)),
    )
    out, err = capsys.readouterr()
    assert out == ""
    assert [line for line in err.splitlines() if line.strip()] == [
        "done a  1.3 s",
        "done b [red]  unchanged",
        "failed c  ValueError: [/] is no tag",
        "skipped d  because c failed",
    ]


def test_a_node_that_runs_for_each_item_has_one_line_and_one_for_each_item_that_failed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    items: dict[tuple[int, ...], Label] = {(number,): {"weight": str(number)} for number in range(3)}
    wrong = ValueError("too [much]")
    shown(
        NodeListed("a", items),
        NodeStarted("a"),
        NodeItem("a", (0,), NodeFinished("a", 1.0, True, 0.0)),
        NodeItem("a", (1,), NodeStarted("a")),
        NodeItem("a", (1,), NodePreviewed("a", PREVIEW)),
        NodeItem("a", (1,), NodeFailed("a", wrong, 0.1)),
        NodeItem("a", (2,), NodeSkipped("a", "x")),
        NodeFailed("a", ItemsError({"item 2 (weight 1)": wrong}, 3), 0.1),
        NodeListed("b", {(0,): {}, (1,): {}}),
        NodeItem("b", (0,), NodeFinished("b", 1.0, True, 0.0)),
        NodeItem("b", (1,), NodeFinished("b", 1.0, False, 0.0)),
        NodeFinished("b", None, False, 1.26),
        NodeFinished("numbers", [1.0, 10.0], False, 0.0),
    )
    assert [line for line in capsys.readouterr().err.splitlines() if line.strip()] == [
        "failed a, item 2 (weight 1)  ValueError: too [much]",
        "failed a  1 of 3 items failed",
        "done b  2 items (1 unchanged), 1.3 s",
        "done numbers  0.0 s  1, 10",
    ]


def test_of_the_nodes_in_a_graph_only_those_that_fail_have_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    shown(
        NodeFinished("outer/a", None, False, 0.0),
        NodeFailed("outer/b", InputError("is wrong"), 0.0),
        NodeSkipped("outer/c", "outer/b"),
        NodeFailed("outer", InputError("b: is wrong"), 0.0),
    )
    assert [line for line in capsys.readouterr().err.splitlines() if line.strip()] == [
        "failed outer/b  is wrong",
        "failed outer  b: is wrong",
    ]


def test_a_running_node_has_a_bar_with_its_steps_and_its_loss_until_it_ends(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # draws as on a terminal
    monkeypatch.setenv("COLUMNS", "120")
    with Bars() as show:
        for name in ("first", "second [x]"):
            show(NodeStarted(name))
            show(NodePreviewed(name, Preview(None, 9, 9, {"loss": 0.125, "style": 0.1})))
        show(NodeFinished("first", None, False, 0.0))
        capsys.readouterr()
    last = capsys.readouterr().err
    assert "second [x]" in last and "9/9" in last and "loss 0.125" in last
    assert "first" not in last


def test_numbers_of_a_node_are_read_at_most_ten_times_a_second() -> None:
    class Counted:
        reads = 0

        def __float__(self) -> float:
            Counted.reads += 1
            return 1.0

    measures = {"loss": Counted()}
    shown(
        NodeStarted("a"),
        *[NodePreviewed("a", Preview(None, step, 1000, measures)) for step in range(1, 500)],
    )
    assert 1 <= Counted.reads < 50


def test_complaints_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    complain("so [not] good")
    assert capsys.readouterr() == ("", "so [not] good\n")
