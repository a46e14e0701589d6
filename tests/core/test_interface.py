"""A saved graph is a node: it is linked and set like any other, and tells of itself and of what is in it."""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import pytest
from capriccio.core import (
    Cache,
    CapriccioError,
    Catalog,
    Controls,
    Graph,
    GraphError,
    Live,
    NodeChanged,
    NodeFailed,
    NodeFinished,
    NodeItem,
    NodeListed,
    NodePreviewed,
    NodeQueued,
    NodeSkipped,
    NodeStarted,
    Number,
    Placed,
    Preview,
    Range,
    RunFinished,
    Steps,
    Workspace,
    node,
    plan,
    run,
    save,
)

Drawn = Callable[..., Graph]
Calls = list[Any]

GIVES = Placed("capriccio.GraphOutput")
WORK = "toy.Work"


def takes(type: str = "Number", *, many: bool = False) -> Placed:
    return Placed("capriccio.GraphInput", {"type": type, "many": many})


def written(values: str) -> Placed:
    return Placed("toy.Numbers", {"values": values})


def value(number: float) -> Placed:
    return Placed("toy.Number", {"value": number})


def used(name: str = "inner", /, **params: Any) -> Placed:
    return Placed(f"graph:{name}", params)


def within(graph: Graph, **graphs: Graph) -> Graph:
    return replace(graph, graphs=graphs)


def exposing(graph: Graph, **exposed: str) -> Graph:
    return replace(graph, exposed=exposed)


@pytest.fixture
def inner(drawn: Drawn) -> Graph:
    """A graph that works on a number; how much it adds can be set."""
    graph = drawn("x.item -> w.a", "w.number -> y.item", x=takes(), w=WORK, y=GIVES)
    return exposing(graph, more="w.by")


def events_of(graph: Graph, catalog: Catalog, cache: Cache | None = None, **more: Any) -> list[Any]:
    return list(run(plan(graph, catalog, **more), cache, workers=1))


def results(events: Iterable[Any]) -> dict[str, Any]:
    return {event.name: event.result for event in events if isinstance(event, NodeFinished)}


def failures(events: Iterable[Any]) -> dict[str, str]:
    return {event.name: str(event.error) for event in events if isinstance(event, NodeFailed)}


def skips(events: Iterable[Any]) -> dict[str, str]:
    return {event.name: event.failed for event in events if isinstance(event, NodeSkipped)}


def values(events: Iterable[Any], name: str) -> dict[tuple[int, ...], Any]:
    """What each finished item of a node gave, by index."""
    found = {
        event.index: event.event.result
        for event in events
        if isinstance(event, NodeItem) and event.name == name and isinstance(event.event, NodeFinished)
    }
    return dict(sorted(found.items()))


def problems(graph: Graph, catalog: Catalog, **more: Any) -> list[str]:
    with pytest.raises(GraphError) as caught:
        plan(graph, catalog, **more)
    return [str(problem) for problem in caught.value.problems]


def told(events: Iterable[Any]) -> list[tuple[str, str]]:
    return [(type(event).__name__, getattr(event, "name", "")) for event in events]


# One graph in another.


def test_a_graph_that_is_a_node_computes_what_it_says(listing: Catalog, drawn: Drawn, inner: Graph) -> None:
    graph = drawn(
        "v.number -> outer.x", "outer.y -> after.a", v=value(2), outer=used(more=10), after="toy.Add"
    )
    events = events_of(within(graph, inner=inner), listing)
    assert results(events) == {
        "v": 2, "outer/x": None, "outer/w": 12.0, "outer/y": 12.0, "outer": 12.0, "after": 12.0,
    }  # fmt: skip


def test_planning_puts_the_nodes_of_a_graph_in_its_place(
    listing: Catalog, drawn: Drawn, inner: Graph
) -> None:
    graph = within(drawn("v.number -> outer.x", v=value(2), outer=used()), inner=inner)
    planned = plan(graph, listing)
    assert [step.name for step in planned.steps] == ["v", "outer/x", "outer/w", "outer/y"]
    assert planned.wanted == ("outer/y",)
    assert list(planned.groups) == ["outer"]
    assert planned.groups["outer"].outputs == {"y": "outer/y"}
    assert planned.groups["outer"].exposed == {"more": ("outer/w", "by")}
    assert planned.graph == graph


def test_a_graph_tells_of_itself_and_of_what_is_in_it(listing: Catalog, drawn: Drawn) -> None:
    inner = drawn("x.item -> c.a", "c.number -> y.item", x=takes(), c=Placed("toy.Count", {"to": 2}), y=GIVES)
    graph = drawn("v.number -> outer.x", "outer.y -> after.a", v=value(2), outer=used(), after="toy.Add")
    events = events_of(within(graph, inner=inner), listing)
    heard = told(events)
    assert sorted(heard) == sorted(
        [
            ("NodeQueued", "v"), ("NodeStarted", "v"), ("NodeFinished", "v"),
            ("NodeFinished", "outer/x"),
            ("NodeQueued", "outer"), ("NodeStarted", "outer"), ("NodePreviewed", "outer"),
            ("NodePreviewed", "outer"), ("NodeFinished", "outer"),
            ("NodeQueued", "outer/c"), ("NodeStarted", "outer/c"), ("NodePreviewed", "outer/c"),
            ("NodePreviewed", "outer/c"), ("NodeFinished", "outer/c"),
            ("NodeFinished", "outer/y"),
            ("NodeQueued", "after"), ("NodeStarted", "after"), ("NodeFinished", "after"),
            ("RunFinished", ""),
        ]
    )  # fmt: skip
    for first, then in [
        (("NodeQueued", "outer"), ("NodeStarted", "outer")),
        (("NodeStarted", "outer"), ("NodeStarted", "outer/c")),
        (("NodePreviewed", "outer/c"), ("NodePreviewed", "outer")),
        (("NodeFinished", "outer/c"), ("NodeFinished", "outer")),
        (("NodeFinished", "outer/y"), ("NodeFinished", "outer")),
    ]:
        assert heard.index(first) < heard.index(then)
    shown = {name: [e.preview for e in events if isinstance(e, NodePreviewed) and e.name == name]
             for name in ("outer", "outer/c")}  # fmt: skip
    assert shown["outer"] == shown["outer/c"]
    assert [preview.step for preview in shown["outer"]] == [1, 2]


def test_what_fails_inside_is_told_at_both_levels(listing: Catalog, drawn: Drawn, inner: Graph) -> None:
    graph = drawn("v.number -> outer.x", "outer.y -> after.a", "v.number -> good.a",
                  v=value(13), outer=used(), after="toy.Add", good="toy.Add")  # fmt: skip
    events = events_of(within(graph, inner=inner), listing)
    assert failures(events) == {"outer/w": "13 brings bad luck", "outer": "w: 13 brings bad luck"}
    assert skips(events)["outer/y"] == "outer/w"
    assert skips(events)["after"] == "outer/w"
    assert results(events)["good"] == 13.0
    assert set(events[-1].failed) == {"outer/w", "outer"}
    assert set(events[-1].skipped) == {"outer/y", "after"}
    (error,) = (e.error for e in events if isinstance(e, NodeFailed) and e.name == "outer")
    assert isinstance(error, CapriccioError)


def test_a_graph_whose_inputs_failed_is_skipped_whole(listing: Catalog, drawn: Drawn, inner: Graph) -> None:
    graph = drawn("v.number -> bad.a", "bad.number -> outer.x", v=value(1), bad="toy.Fail", outer=used())
    events = events_of(within(graph, inner=inner), listing)
    assert failures(events) == {"bad": "it is Monday"}
    # outer/x only hands on, and has done that.
    assert skips(events) == dict.fromkeys(["outer/w", "outer/y", "outer"], "bad")


def test_an_unchanged_graph_is_cached_as_a_whole(
    listing: Catalog, drawn: Drawn, inner: Graph, calls: Calls
) -> None:
    graph = within(drawn("v.number -> outer.x", v=value(2), outer=used()), inner=inner)
    cache = Cache()
    assert [e.cached for e in events_of(graph, listing, cache) if told_end(e, "outer")] == [False]
    events = events_of(graph, listing, cache)
    assert [(e.cached, e.result) for e in events if told_end(e, "outer")] == [(True, 2.0)]
    assert not [e for e in events if isinstance(e, NodeQueued | NodeStarted)]
    assert calls == [2.0]


def told_end(event: Any, name: str) -> bool:
    return isinstance(event, NodeFinished) and event.name == name


def test_a_node_in_a_graph_and_the_same_outside_share_a_result(
    listing: Catalog, drawn: Drawn, inner: Graph, calls: Calls
) -> None:
    cache = Cache()
    events_of(drawn("v.number -> w.a", v=value(2), w=WORK), listing, cache)
    for name in ("outer", "another"):
        graph = within(drawn(f"v.number -> {name}.x", **{"v": value(2), name: used()}), inner=inner)
        assert results(events_of(graph, listing, cache))[name] == 2.0
    assert calls == [2.0]


def test_a_graph_in_a_graph_in_a_graph(listing: Catalog, drawn: Drawn, inner: Graph) -> None:
    middle = drawn(
        "p.item -> one.x", "one.y -> two.x", "two.y -> q.item",
        p=takes(), one=used(), two=used(more=10), q=GIVES,
    )  # fmt: skip
    middle = exposing(middle, deep="one.more")
    graph = drawn("v.number -> top.p", v=value(1), top=used("middle", deep=5))
    events = events_of(within(graph, inner=inner, middle=middle), listing)
    assert (results(events)["top"], results(events)["top/one"], results(events)["top/two"]) == (16, 6, 16)
    assert results(events)["top/one/w"] == 6.0
    bad = events_of(within(graph.with_params("v", value=13), inner=inner, middle=middle), listing)
    assert failures(bad) == {
        "top/one/w": "13 brings bad luck",
        "top/one": "w: 13 brings bad luck",
        "top": "one/w: 13 brings bad luck",
    }
    assert skips(bad)["top/two"] == "top/one/w"


def test_a_graph_with_several_outputs_makes_only_those_that_are_read(
    listing: Catalog, drawn: Drawn, calls: Calls
) -> None:
    inner = drawn("x.item -> w.a", "w.number -> y.item", "x.item -> v.a", "v.number -> z.item",
                  x=takes(), w=WORK, y=GIVES, v=Placed(WORK, {"by": 1}), z=GIVES)  # fmt: skip
    graph = within(
        drawn("n.number -> outer.x", "outer.z -> after.a", n=value(2), outer=used(), after="toy.Add"),
        inner=inner,
    )
    assert results(events_of(graph, listing))["after"] == 3.0
    assert [step.name for step in plan(graph, listing).steps] == [
        "n",
        "outer/x",
        "outer/v",
        "outer/z",
        "after",
    ]
    assert len(calls) == 1
    assert len(plan(graph.without("after"), listing).wanted) == 2


def test_sockets_are_called_after_the_nodes_as_far_as_they_can_be(listing: Catalog, drawn: Drawn) -> None:
    inner = drawn("my input.item -> a.a", "a.number -> 2nd one.item",
                  **{"my input": takes(), "a": "toy.Add", "2nd one": GIVES})  # fmt: skip
    graph = drawn(
        "v.number -> outer.my_input", "outer._2nd_one -> after.a", v=value(2), outer=used(), after="toy.Add"
    )
    assert results(events_of(within(graph, inner=inner), listing))["after"] == 2.0


# Settings of what is inside.


def test_an_exposed_setting_has_the_range_of_the_one_inside_and_its_value_as_default(
    listing: Catalog, drawn: Drawn, inner: Graph
) -> None:
    graph = drawn("v.number -> outer.x", v=value(2), outer=used())
    inner = inner.with_params("w", by=7)
    assert results(events_of(within(graph, inner=inner), listing))["outer"] == 9.0
    assert (
        results(events_of(within(graph.with_params("outer", more=-3), inner=inner), listing))["outer"] == -1.0
    )
    wrong = within(graph.with_params("outer", more=1000), inner=inner)
    assert problems(wrong, listing) == ["outer.more is 1000; it must lie between -100.0 and 100.0"]
    unknown = within(graph.with_params("outer", mor=1), inner=inner)
    assert problems(unknown, listing) == ["outer: graph:inner has no setting mor; did you mean more?"]


def test_an_exposed_setting_can_be_linked(listing: Catalog, drawn: Drawn, inner: Graph, calls: Calls) -> None:
    graph = drawn("v.number -> outer.x", "m.number -> outer.more", v=value(2), m=value(5), outer=used(more=1))
    events = events_of(within(graph, inner=inner), listing)
    assert results(events)["outer"] == 7.0
    assert not [name for _, name in told(events) if "." in name]
    bad = events_of(within(graph.with_params("m", value=500), inner=inner), listing)
    assert failures(bad)["outer/w"].startswith(
        "by is 500.0; it must lie between -100.0 and 100.0; it comes from "
    )


def test_it_is_told_that_a_value_that_does_not_fit_comes_from_outside_the_graph(
    listing: Catalog, drawn: Drawn, inner: Graph
) -> None:
    graph = drawn("v.number -> outer.x", "m.number -> outer.more", v=value(2), m=value(500), outer=used())
    said = "by is 500.0; it must lie between -100.0 and 100.0; it comes from a link into outer"
    assert failures(events_of(within(graph, inner=inner), listing)) == {
        "outer/w": said,
        "outer": f"w: {said}",
    }


def test_an_exposed_setting_that_is_not_there_is_named(listing: Catalog, drawn: Drawn, inner: Graph) -> None:
    graph = drawn("v.number -> outer.x", v=value(2), outer=used())
    assert problems(within(graph, inner=exposing(inner, much="w.bby")), listing) == [
        "outer: much is to be w.bby, and there is no such setting; did you mean by?"
    ]
    assert problems(within(graph, inner=exposing(inner, much="gone.by")), listing) == [
        "outer: much is to be gone.by, and there is no such setting; expose another, or none"
    ]
    assert problems(within(graph, inner=exposing(inner, kind="x.type")), listing) == [
        "outer: kind is to be x.type, which says what the graph is; expose another"
    ]


def test_a_name_cannot_be_an_input_and_a_setting(listing: Catalog, drawn: Drawn, inner: Graph) -> None:
    graph = within(drawn("v.number -> outer.x", v=value(2), outer=used()), inner=exposing(inner, x="w.by"))
    assert problems(graph, listing) == [
        "outer/x: is an input and an exposed setting, w.by; rename one of them"
    ]


def test_two_nodes_cannot_be_one_socket(listing: Catalog, drawn: Drawn) -> None:
    inner = drawn("a b.item -> w.a", "a-b.item -> w.b", "w.number -> y.item",
                  **{"a b": takes(), "a-b": takes(), "w": WORK, "y": GIVES})  # fmt: skip
    graph = within(drawn("v.number -> outer.a_b", v=value(2), outer=used()), inner=inner)
    assert "outer/a b: and a-b would be one socket, a_b; rename one of them" in problems(graph, listing)


# What is given, and what is not.


def test_a_graph_alone_takes_what_is_linked_to_the_default_of_its_input(
    listing: Catalog, drawn: Drawn, inner: Graph
) -> None:
    own = drawn(
        "five.number -> x.default",
        "x.item -> w.a",
        "w.number -> y.item",
        five=value(5),
        x=takes(),
        w=WORK,
        y=GIVES,
    )
    assert results(events_of(own, listing))["y"] == 5.0
    assert results(events_of(own, listing, given={"x": 8.0}))["y"] == 8.0
    lone = within(drawn(outer=used()), inner=own)
    assert results(events_of(lone, listing))["outer"] == 5.0
    linked = within(drawn("v.number -> outer.x", v=value(2), outer=used()), inner=own)
    assert results(events_of(linked, listing))["outer"] == 2.0
    assert ("NodeStarted", "outer/five") not in told(events_of(linked, listing))


def test_nothing_given_is_a_problem(listing: Catalog, drawn: Drawn, inner: Graph) -> None:
    assert problems(inner, listing) == [
        "x: is an input of this graph, and nothing is given to it; give it something, or link its default"
    ]
    assert problems(within(drawn(outer=used()), inner=inner), listing) == [
        "outer.x is not linked; it needs Number"
    ]


def test_what_is_given_is_told_by_the_name_of_the_input(listing: Catalog, inner: Graph) -> None:
    assert results(events_of(inner, listing, given={"x": 3.0}))["y"] == 3.0
    assert "z is given, and the graph has no such input; it has x" in problems(
        inner, listing, given={"z": 3.0}
    )
    assert problems(Graph(), listing, given={"z": 3.0}) == [
        "z is given, and the graph has no such input; it has none"
    ]


def test_what_is_given_is_never_taken_for_something_else(
    listing: Catalog, inner: Graph, calls: Calls
) -> None:
    cache = Cache()
    for number in (1.0, 2.0, 1.0):
        assert results(events_of(inner, listing, cache, given={"x": number}))["y"] == number


def test_a_whole_list_can_be_given_to_an_input_of_many(listing: Catalog, drawn: Drawn) -> None:
    graph = drawn("x.item -> all.items", "x.item -> w.a", "all.number -> y.item",
                  x=takes(many=True), all="toy.Total", w=WORK, y=GIVES)  # fmt: skip
    events = events_of(graph, listing, given={"x": [1.0, 2.0]})
    assert (results(events)["y"], values(events, "w")) == (3.0, {(0,): 1.0, (1,): 2.0})


def test_wrong_sockets_are_named(listing: Catalog, drawn: Drawn, inner: Graph) -> None:
    graph = drawn("v.number -> outer.x", "v.number -> outer.mor", "outer.z -> after.a",
                  v=value(2), outer=used(), after="toy.Add")  # fmt: skip
    assert sorted(problems(within(graph, inner=inner), listing)) == [
        "outer: graph:inner has no input or setting mor; did you mean more?",
        "outer: graph:inner has no output z; it has y",
    ]


def test_wrong_types_are_named_at_both_ends(listing: Catalog, drawn: Drawn, inner: Graph) -> None:
    graph = drawn("t.text -> outer.x", "outer.y -> loud.text", t="toy.Text", outer=used(), loud="toy.Text")
    assert problems(within(graph, inner=inner), listing) == [
        "outer.x takes Number, but t.text gives Text",
        "loud.text takes Text, but outer.y gives Number",
    ]


def test_an_input_of_a_type_that_is_not_there_is_named(listing: Catalog, drawn: Drawn) -> None:
    inner = drawn("x.item -> y.item", x=takes("Numbre"), y=GIVES)
    (said, *_) = problems(inner, listing, given={"x": 1.0})
    assert said == "x.type is Numbre, which is no port type; did you mean Number?"


def test_a_problem_inside_is_told_with_the_way_to_it(listing: Catalog, drawn: Drawn, inner: Graph) -> None:
    graph = within(
        drawn("v.number -> outer.x", v=value(2), outer=used()), inner=inner.with_params("w", by=500)
    )
    assert problems(graph, listing) == ["outer/w.by is 500; it must lie between -100.0 and 100.0"]
    gone = within(drawn("v.number -> outer.x", v=value(2), outer=used()), inner=inner.without("w"))
    assert "outer/y.item is not linked; it needs Item" in problems(gone, listing)


def test_a_graph_that_gives_nothing_is_no_node(listing: Catalog, drawn: Drawn) -> None:
    inner = drawn("x.item -> w.a", x=takes(), w=WORK)
    graph = within(drawn("v.number -> outer.x", v=value(2), outer=used()), inner=inner)
    assert problems(graph, listing) == ["outer: is a graph that gives nothing; put a GraphOutput into it"]


# Files.


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "graphs"
    path.mkdir()
    return path


def test_a_missing_graph_is_named(listing: Catalog, drawn: Drawn, inner: Graph, folder: Path) -> None:
    graph, workspace = drawn(outer=used("iner")), Workspace(folders=(folder,))
    assert problems(graph, listing, workspace=workspace) == [
        "outer: there is no graph iner beside the graph; save it there, or choose another"
    ]
    save(inner, folder / "inner.json")
    assert problems(graph, listing, workspace=workspace) == [
        "outer: there is no graph iner beside the graph; did you mean inner?"
    ]


@pytest.mark.parametrize("name", ["../inner", "a/b", "", ".inner", "x" * 65])
def test_a_name_that_could_lead_elsewhere_is_no_graph(
    listing: Catalog, drawn: Drawn, folder: Path, name: str
) -> None:
    said = problems(drawn(outer=used(name)), listing, workspace=Workspace(folders=(folder,)))
    assert said == [
        f"outer: {name!r} cannot be the name of a graph; use 1 to 64 letters, digits, spaces, - and _"
    ]


def test_a_circle_of_files_is_named(listing: Catalog, drawn: Drawn, folder: Path) -> None:
    for name, other in (("one", "two"), ("two", "three"), ("three", "one")):
        save(
            drawn("x.item -> next.x", "next.y -> y.item", x=takes(), next=used(other), y=GIVES),
            folder / f"{name}.json",
        )
    workspace = Workspace(folders=(folder,))
    graph = drawn("v.number -> outer.x", v=value(1), outer=used("one"))
    said = "the graphs go round in a circle: one -> two -> three -> one; take one of them out"
    assert problems(graph, listing, workspace=workspace) == [f"outer/next/next/next: {said}"]
    alone = drawn("x.item -> me.x", "me.y -> y.item", x=takes(), me=used("alone"), y=GIVES)
    save(alone, folder / "alone.json")
    said = "the graphs go round in a circle: alone -> alone; take one of them out"
    graph = drawn("v.number -> outer.x", v=value(1), outer=used("alone"))
    assert problems(graph, listing, workspace=workspace) == [f"outer/me: {said}"]


def test_a_file_that_is_no_graph_is_a_problem_of_who_uses_it(
    listing: Catalog, drawn: Drawn, folder: Path
) -> None:
    (folder / "inner.json").write_text("{")
    (said,) = problems(drawn(outer=used()), listing, workspace=Workspace(folders=(folder,)))
    assert said.startswith("outer: ")
    assert "inner.json" in said


def test_a_newer_file_runs_what_has_changed_and_nothing_else(
    listing: Catalog, drawn: Drawn, inner: Graph, folder: Path, calls: Calls
) -> None:
    inner = drawn("x.item -> w.a", "w.number -> v.a", "v.number -> y.item",
                  x=takes(), w=WORK, v=Placed(WORK, {"by": 1}), y=GIVES)  # fmt: skip
    graph = drawn("n.number -> before.a", "before.number -> outer.x", "outer.y -> after.a",
                  n=value(2), before=WORK, outer=used(), after=WORK)  # fmt: skip
    cache, workspace = Cache(), Workspace(folders=(folder,))
    save(inner, folder / "inner.json")
    assert results(events_of(graph, listing, cache, workspace=workspace))["after"] == 3.0
    calls.clear()
    assert results(events_of(graph, listing, cache, workspace=workspace))["after"] == 3.0
    assert calls == []
    save(inner.with_params("v", by=5), folder / "inner.json")
    events = events_of(graph, listing, cache, workspace=workspace)
    assert results(events)["after"] == 7.0
    assert calls == [2.0, 7.0]
    assert {name for kind, name in told(events) if kind == "NodeStarted"} == {"outer", "outer/v", "after"}


def test_a_graph_that_is_brought_along_counts_before_a_saved_one(
    listing: Catalog, drawn: Drawn, inner: Graph, folder: Path
) -> None:
    save(inner.with_params("w", by=50), folder / "inner.json")
    graph = drawn("v.number -> outer.x", v=value(2), outer=used())
    workspace = Workspace(folders=(folder,))
    assert results(events_of(graph, listing, workspace=workspace))["outer"] == 52.0
    assert results(events_of(within(graph, inner=inner), listing, workspace=workspace))["outer"] == 2.0


def test_a_graph_of_a_newer_program_does_not_run(listing: Catalog, drawn: Drawn, inner: Graph) -> None:
    sentence = "was saved by a newer Capriccio; update"
    assert problems(replace(inner, newer=sentence), listing) == [sentence]
    graph = within(
        drawn("v.number -> outer.x", v=value(2), outer=used()), inner=replace(inner, newer=sentence)
    )
    assert problems(graph, listing) == [f"outer: {sentence}"]


# Lists.


def test_a_graph_runs_as_a_unit_once_for_each_item(listing: Catalog, drawn: Drawn, inner: Graph) -> None:
    graph = drawn(
        "n.number -> outer.x", "outer.y -> all.items", n=written("1 2 3"), outer=used(more=1), all="toy.Total"
    )
    events = events_of(within(graph, inner=inner), listing)
    assert values(events, "outer/w") == {(0,): 2.0, (1,): 3.0, (2,): 4.0}
    assert results(events)["all"] == 9.0
    listed = {event.name: dict(event.items) for event in events if isinstance(event, NodeListed)}
    assert listed["outer"] == listed["outer/w"] == {(0,): {"n": "1"}, (1,): {"n": "2"}, (2,): {"n": "3"}}


def test_two_inputs_of_a_graph_go_in_step_and_their_lengths_are_equal(listing: Catalog, drawn: Drawn) -> None:
    inner = drawn(
        "x.item -> w.a", "z.item -> w.b", "w.number -> y.item", x=takes(), z=takes(), w=WORK, y=GIVES
    )
    graph = within(
        drawn(
            "n.number -> outer.x", "m.number -> outer.z", n=written("1 2"), m=written("10 20"), outer=used()
        ),
        inner=inner,
    )
    assert values(events_of(graph, listing), "outer/w") == {(0,): 11.0, (1,): 22.0}
    events = events_of(graph.with_params("m", values="10 20 30"), listing)
    found = failures(events)
    assert found["outer"] == f"y: {found['outer/y']}"
    assert found["outer/y"] == (
        "its lists have unequal lengths: n.number 2 items and m.number 3 items; "
        "make them equal, or use Cross for every combination"
    )


def test_a_list_that_is_taken_whole_inside_is_never_the_one_outside(listing: Catalog, drawn: Drawn) -> None:
    inner = drawn("x.item -> all.items", "all.number -> y.item", x=takes(), all="toy.Total", y=GIVES)
    graph = within(drawn("n.number -> outer.x", n=written("1 2 3"), outer=used()), inner=inner)
    events = events_of(graph, listing)
    assert values(events, "outer/all") == {(0,): 1.0, (1,): 2.0, (2,): 3.0}
    many = within(graph, inner=inner.with_params("x", many=True))
    assert results(events_of(many, listing))["outer"] == 6.0


def test_a_graph_that_takes_lists_whole_goes_through_lists_of_lists(listing: Catalog, drawn: Drawn) -> None:
    inner = drawn("x.item -> all.items", "all.number -> y.item", x=takes(many=True), all="toy.Total", y=GIVES)
    graph = drawn("n.number -> rows.a", "rows.number -> outer.x", "outer.y -> all.items",
                  n=written("1 2"), rows="toy.Ladder", outer=used(), all="toy.Total")  # fmt: skip
    events = events_of(within(graph, inner=inner), listing)
    assert values(events, "outer/all") == {(0,): 10.0, (1,): 41.0}
    assert results(events)["all"] == 51.0


def test_what_does_not_vary_runs_once_and_its_output_is_a_list_all_the_same(
    listing: Catalog, drawn: Drawn, calls: Calls
) -> None:
    inner = drawn("x.item -> v.a", "w.number -> v.b", "five.number -> w.a", "v.number -> y.item",
                  "w.number -> z.item",
                  x=takes(), five=value(5), w=WORK, v="toy.Add", y=GIVES, z=GIVES)  # fmt: skip
    graph = drawn("n.number -> outer.x", "outer.z -> all.items", "outer.y -> others.items",
                  n=written("1 2 3"), outer=used(), all="toy.Total", others="toy.Total")  # fmt: skip
    events = events_of(within(graph, inner=inner), listing)
    assert calls == [5.0]
    assert (results(events)["all"], results(events)["others"]) == (15.0, 21.0)
    empty = events_of(within(graph.with_params("n", values=""), inner=inner), listing)
    assert (results(empty)["all"], results(empty)["others"]) == (0.0, 0.0)


def test_a_list_made_inside_is_a_list_in_the_list(listing: Catalog, drawn: Drawn) -> None:
    inner = drawn("x.item -> rows.a", "rows.number -> y.item", x=takes(), rows="toy.Ladder", y=GIVES)
    graph = drawn("n.number -> outer.x", "outer.y -> sums.items", "outer.y -> each.a",
                  n=written("1 2"), outer=used(), sums="toy.Total", each="toy.Add")  # fmt: skip
    events = events_of(within(graph, inner=inner), listing)
    assert values(events, "sums") == {(0,): 10.0, (1,): 41.0}
    assert values(events, "each") == {(0, 0): 10.0, (1, 0): 20.0, (1, 1): 21.0}


def test_a_graph_in_a_graph_goes_through_lists_of_its_own(
    listing: Catalog, drawn: Drawn, inner: Graph
) -> None:
    middle = drawn("p.item -> rows.a", "rows.number -> deep.x", "deep.y -> all.items", "all.number -> q.item",
                   p=takes(), rows="toy.Ladder", deep=used(more=1), all="toy.Total", q=GIVES)  # fmt: skip
    graph = within(
        drawn("n.number -> top.p", n=written("1 2"), top=used("middle")), inner=inner, middle=middle
    )
    events = events_of(graph, listing)
    assert values(events, "top/deep/w") == {(0, 0): 11.0, (1, 0): 21.0, (1, 1): 22.0}
    assert values(events, "top/all") == {(0,): 11.0, (1,): 43.0}
    assert results(events)["top"] == [11.0, 43.0]


def test_a_linked_exposed_setting_varies_with_the_items(listing: Catalog, drawn: Drawn, inner: Graph) -> None:
    graph = drawn(
        "v.number -> outer.x", "m.number -> outer.more", v=value(1), m=written("10 20"), outer=used()
    )
    events = events_of(within(graph, inner=inner), listing)
    assert values(events, "outer/w") == {(0,): 11.0, (1,): 21.0}
    assert results(events)["outer"] == [11.0, 21.0]


def test_a_failing_item_inside_fails_alone_and_is_told_at_both_levels(
    listing: Catalog, drawn: Drawn, inner: Graph
) -> None:
    graph = drawn(
        "n.number -> outer.x", "outer.y -> after.a", n=written("1 13 3"), outer=used(), after="toy.Add"
    )
    events = events_of(within(graph, inner=inner), listing)
    said = "1 of 3 items failed: item 2 (n 13): 13 brings bad luck"
    assert failures(events) == {"outer/w": said, "outer": f"w: {said}"}
    assert values(events, "after") == {(0,): 1.0, (2,): 3.0}


def test_only_what_varied_runs_again_inside_a_graph(
    listing: Catalog, drawn: Drawn, inner: Graph, calls: Calls
) -> None:
    cache, graph = Cache(), within(drawn("n.number -> outer.x", n=written("1 2"), outer=used()), inner=inner)
    events_of(graph, listing, cache)
    calls.clear()
    events_of(graph.with_params("n", values="1 2 3"), listing, cache)
    assert calls == [3.0]


# Modes and wishes.


def test_a_muted_graph_does_not_run_and_need_not_be_there(
    listing: Catalog, drawn: Drawn, inner: Graph
) -> None:
    graph = drawn("v.number -> outer.x", "outer.y -> after.a", "v.number -> good.a",
                  v=value(2), outer=used(), after="toy.Add", good="toy.Add")  # fmt: skip
    for there in ({"inner": inner}, dict[str, Graph]()):
        events = events_of(within(graph.with_mode("outer", "mute"), **there), listing)
        assert results(events) == {"v": 2.0, "good": 2.0}


def test_what_goes_into_a_bypassed_graph_goes_past_it(listing: Catalog, drawn: Drawn, inner: Graph) -> None:
    graph = drawn(
        "v.number -> outer.x", "outer.y -> after.a", v=value(2), outer=used(more=50), after="toy.Add"
    )
    events = events_of(within(graph.with_mode("outer", "bypass"), inner=inner), listing)
    assert results(events) == {"v": 2.0, "after": 2.0}


@pytest.mark.parametrize("mode", ["mute", "bypass"])
def test_modes_inside_a_graph_hold_there(listing: Catalog, drawn: Drawn, inner: Graph, mode: Any) -> None:
    graph = drawn("v.number -> outer.x", v=value(2), outer=used(more=50))
    made = within(graph, inner=inner.with_mode("w", mode))
    if mode == "bypass":
        assert results(events_of(made, listing))["outer"] == 2.0
    else:
        assert problems(made, listing) == ["outer: is a graph that gives nothing; put a GraphOutput into it"]


@pytest.fixture
def pair(drawn: Drawn) -> Graph:
    """Two graphs in one, each with two outputs."""
    inner = drawn(
        "x.item -> w.a", "w.number -> y.item", "x.item -> v.a", "v.number -> z.item", "w.number -> aside.a",
        x=takes(), w=WORK, y=GIVES, v=Placed(WORK, {"by": 1}), z=GIVES, aside="toy.Add",
    )  # fmt: skip
    graph = drawn("n.number -> one.x", "one.y -> two.x", "two.y -> end.a",
                  n=value(2), one=used(), two=used(), end="toy.Add")  # fmt: skip
    return within(graph, inner=inner)


@pytest.mark.parametrize(
    ("wanted", "steps"),
    [
        (["one"], ["n", "one/x", "one/v", "one/w", "one/y", "one/z"]),
        (["one/w"], ["n", "one/x", "one/w"]),
        (["one/z"], ["n", "one/x", "one/v", "one/z"]),
        (["two/v"], ["n", "one/x", "one/w", "one/y", "two/x", "two/v"]),
        (["end"], ["n", "one/x", "one/w", "one/y", "two/x", "two/w", "two/y", "end"]),
        (["one/aside", "n"], ["n", "one/x", "one/w", "one/aside"]),
    ],
)
def test_only_what_the_wanted_nodes_need_runs(
    listing: Catalog, pair: Graph, wanted: list[str], steps: list[str]
) -> None:
    planned = plan(pair, listing, wanted=wanted)
    assert sorted(step.name for step in planned.steps) == sorted(steps)
    events = list(run(planned))
    finished = results(events)
    assert set(steps) <= set(finished)
    assert all(name in finished for name in wanted)
    assert isinstance(events[-1], RunFinished)


def test_what_is_wanted_and_not_there_is_named(listing: Catalog, pair: Graph) -> None:
    assert problems(pair, listing, wanted=["ome"]) == ["there is no node ome; did you mean one?"]
    assert problems(pair, listing, wanted=["one/ww"]) == ["one: there is no node ww; did you mean w?"]
    assert problems(pair, listing, wanted=["n/w"]) == [
        "n: is no graph, so there is no node n/w; choose another"
    ]
    muted = within(pair, inner=pair.graphs["inner"].with_mode("aside", "mute"))
    assert problems(muted, listing, wanted=["one/aside"]) == ["one/aside: is muted; unmute it"]


def test_problems_in_what_nobody_wants_stand_in_nobodys_way(listing: Catalog, pair: Graph) -> None:
    broken = within(pair, inner=pair.graphs["inner"].with_params("v", by=1e9))
    assert results(list(run(plan(broken, listing, wanted=["end"]))))["end"] == 2.0
    assert problems(broken, listing, wanted=["one"]) == [
        "one/v.by is 1000000000.0; it must lie between -100.0 and 100.0"
    ]


# No end of nodes.


@pytest.mark.parametrize("levels", [16, 60])
def test_graphs_that_stand_for_too_many_nodes_are_refused_in_a_moment(
    listing: Catalog, drawn: Drawn, levels: int
) -> None:
    def double(below: Mapping[str, str | Placed]) -> Graph:
        nodes = {"x": takes(), "y": GIVES, **below}
        return drawn("x.item -> one.x", "one.y -> two.x", "two.y -> y.item", **nodes)

    lowest = drawn("x.item -> w.a", "w.number -> y.item", x=takes(), w=WORK, y=GIVES)
    graphs = {"g0": lowest}
    for level in range(1, levels):
        graphs[f"g{level}"] = double({"one": used(f"g{level - 1}"), "two": used(f"g{level - 1}")})
    graph = within(drawn("v.number -> top.x", v=value(1), top=used(f"g{levels - 1}")), **graphs)
    began = time.perf_counter()
    (said,) = problems(graph, listing)
    assert time.perf_counter() - began < 10
    assert re.fullmatch(
        r"top(/(one|two))*: is more than 20,000 nodes with those of the graphs in it; use fewer", said
    )


def test_graphs_in_graphs_have_an_end(listing: Catalog, drawn: Drawn) -> None:
    graphs = {"g0": drawn("x.item -> y.item", x=takes(), y=GIVES)}
    for level in range(1, 70):
        graphs[f"g{level}"] = drawn(
            "x.item -> a.x", "a.y -> y.item", x=takes(), a=used(f"g{level - 1}"), y=GIVES
        )
    fine = within(drawn("v.number -> top.x", v=value(1), top=used("g60")), **graphs)
    assert results(events_of(fine, listing))["top"] == 1.0
    deep = within(drawn("v.number -> top.x", v=value(1), top=used("g69")), **graphs)
    (said,) = problems(deep, listing)
    assert said.endswith(": is in graphs within graphs, more than 64 deep; use fewer levels")


# Steering.


@pytest.fixture
def counting(drawn: Drawn) -> Graph:
    """A graph with a graph in it that counts, and another node that counts beside it."""
    inner = drawn("x.item -> c.a", "c.number -> y.item", x=takes(), c=Placed("toy.Count", {"to": 5}), y=GIVES)
    graph = drawn("v.number -> outer.x", "v.number -> beside.a",
                  v=value(1), outer=used(), beside=Placed("toy.Count", {"to": 5}))  # fmt: skip
    return within(graph, inner=inner)


def test_what_pauses_a_graph_pauses_all_that_is_in_it(listing: Catalog, counting: Graph) -> None:
    controls = Controls()
    controls.pause("outer")
    events = []
    for event in run(plan(counting, listing), controls=controls, workers=2):
        events.append(event)
        if told_end(event, "beside"):
            assert "outer/c" not in {name for kind, name in told(events) if kind != "NodeQueued"}
            controls.resume("outer")
    assert results(events)["outer"] == 5.0


def test_what_runs_in_a_graph_waits_at_its_next_preview(listing: Catalog, counting: Graph) -> None:
    controls = Controls()
    events: list[Any] = []
    for event in run(plan(counting, listing), controls=controls, workers=2):
        events.append(event)
        if isinstance(event, NodePreviewed) and event.name == "outer/c" and event.preview.step == 1:
            controls.pause("outer")
        if told_end(event, "beside"):
            steps = [e.preview.step for e in events if isinstance(e, NodePreviewed) and e.name == "outer"]
            assert len(steps) <= 2
            controls.resume("outer")
    assert results(events)["outer"] == 5.0


def test_which_node_inside_begins_is_told_by_its_whole_name(
    listing: Catalog, drawn: Drawn, inner: Graph
) -> None:
    begun: list[str] = []
    graph = drawn("n.number -> outer.x", n=written("1 2"), outer=used())
    planned = plan(within(graph, inner=inner), listing)
    list(run(planned, controls=Controls(begun.append), workers=1))
    assert begun == ["n", "outer/w", "outer/w"]


def test_a_setting_of_a_node_inside_can_be_changed_while_it_runs(
    catalog_of: Callable[..., Catalog], drawn: Drawn
) -> None:
    @node("toy.Follow")
    def follow(a: Number, *, rate: Annotated[float, Range(0.0, 10.0), Live()] = 1.0) -> Steps[Number]:
        for step in range(1, 100_000):
            changed = yield Preview(None, step, 0)
            rate = (changed or {}).get("rate", rate)
            if rate >= 5:
                return a * rate
        raise AssertionError("what it waits for has not come")

    @node("toy.Numbers")
    def numbers() -> list[Number]:
        return [1.0, 2.0]

    inner = drawn("x.item -> f.a", "f.number -> y.item", x=takes(), f="toy.Follow", y=GIVES)
    graph = within(drawn("n.number -> outer.x", n="toy.Numbers", outer=used()), inner=inner)
    controls, events, begun = Controls(), list[Any](), 0
    for event in run(plan(graph, catalog_of(follow, numbers)), controls=controls, workers=2):
        events.append(event)
        begun += isinstance(event, NodeItem) and event.event == NodeStarted("outer/f")
        if begun == 2:
            begun += 1
            controls.change("outer/f", rate=6)
    assert results(events)["outer"] == [6.0, 12.0]
    (change,) = (event for event in events if isinstance(event, NodeChanged))
    assert (change.problem, change.reached) == ("", ("outer/f",))
