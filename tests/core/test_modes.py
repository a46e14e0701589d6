"""Muted nodes are out of a plan, and bypassed ones pass on what they are given."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from capriccio.core import (
    Catalog,
    Graph,
    GraphError,
    Link,
    NodeFinished,
    Number,
    Placed,
    Plan,
    Text,
    node,
    plan,
    run,
)

Drawn = Callable[..., Graph]


@node("toy.Mix")
def mix(
    name: Text | None = None,
    a: Number | None = None,
    b: Number | None = None,
    many: list[Number] | None = None,
) -> Number:
    """Take anything."""
    return (a or 0) + (b or 0) + sum(many or [])


@node("toy.All")
def every(items: list[Number] | None = None) -> Number:
    """Take any number of numbers."""
    return float(len(items or []))


@node("toy.Echo")
def echo(text: Text) -> Text:
    """Give a text again."""
    return text


@pytest.fixture
def toys(catalog: Catalog) -> Catalog:
    for each in (mix, every, echo):
        catalog.nodes[each.id] = each
    return catalog


def mute(kind: str, **params: Any) -> Placed:
    return Placed(kind, params, mode="mute")


def bypass(kind: str, **params: Any) -> Placed:
    return Placed(kind, params, mode="bypass")


def keys(made: Plan) -> dict[str, str]:
    return {step.name: step.key for step in made.steps}


def sources(made: Plan) -> dict[str, dict[str, list[tuple[str, str]]]]:
    return {
        step.name: {port: [read[:2] for read in found] for port, found in step.sources.items()}
        for step in made.steps
    }


def said(graph: Graph, catalog: Catalog, wanted: list[str] | None = None) -> list[str]:
    with pytest.raises(GraphError) as caught:
        plan(graph, catalog, wanted=wanted)
    return [str(problem) for problem in caught.value.problems]


NUMBERS = {name: Placed("toy.Number", {"value": float(ord(name))}) for name in "xyz"}


def test_a_muted_node_is_as_if_it_had_not_been_drawn(toys: Catalog, drawn: Drawn) -> None:
    links = ["x.number -> sum.a", "y.number -> all.items", "z.number -> all.items", "all.number -> end.a"]
    nodes = {**NUMBERS, "sum": "toy.Add", "all": "toy.Digits", "end": "toy.Add"}
    graph = drawn(
        "m.number -> sum.b", "m.number -> all.items", *links, "x.number -> m.a", m=mute("toy.Add"), **nodes
    )
    made = plan(graph, toys)
    assert keys(made) == keys(plan(drawn(*links, **nodes), toys))
    assert made.wanted == ("sum", "end")
    assert made.graph is made.context(made.steps[0]).graph
    assert made.graph.nodes["m"].mode == "mute"


def test_what_cannot_do_without_a_muted_node_is_muted_too(toys: Catalog, drawn: Drawn) -> None:
    graph = drawn(
        "m.number -> need.a", "need.number -> deep.a", "x.number -> deep.b", "deep.number -> list.items",
        "list.number -> free.b", "y.number -> free.a", "deep.number -> some.items", "z.number -> some.items",
        **NUMBERS, m=mute("toy.Number"), need="toy.Add", deep="toy.Add", list="toy.Digits", free="toy.Mix",
        some="toy.Digits",
    )  # fmt: skip
    assert sources(plan(graph, toys)) == {
        "x": {},
        "y": {},
        "z": {},
        "free": {"a": [("y", "number")]},
        "some": {"items": [("z", "number")]},
    }


@pytest.mark.parametrize(
    "broken",
    [
        mute("brushes.Warp", size=3),
        mute("toy.Number", value="three", valeu=1),
        Placed("toy.Number", version=99, mode="mute"),
        mute("toy.File"),
        mute("toy.File", file="gone.png"),
        mute("toy.Add"),
    ],
)
@pytest.mark.parametrize("mode", ["mute", "bypass"])
def test_what_is_wrong_with_a_node_that_does_not_run_stands_in_nobodys_way(
    toys: Catalog, drawn: Drawn, broken: Placed, mode: Any
) -> None:
    graph = drawn("m.number -> end.b", "x.number -> end.a", m=broken, end="toy.Add", **NUMBERS)
    assert list(keys(plan(graph.with_mode("m", mode), toys))) == ["x", "y", "z", "end"]


@pytest.mark.parametrize(
    "graph",
    [
        Graph({"a": mute("toy.Number")}),
        Graph({"a": mute("toy.Number"), "b": Placed("toy.Add")}, (Link("a", "number", "b", "a"),)),
        Graph({"a": bypass("toy.Number"), "b": mute("toy.Number")}),
        Graph({"a": bypass("toy.Add")}, (Link("a", "number", "a", "a"), Link("a", "number", "lost", "a"))),
    ],
)
def test_a_graph_of_which_nothing_is_left_is_told(toys: Catalog, graph: Graph) -> None:
    assert said(graph, toys) == [
        "nothing is left to run: every node is muted or bypassed, or cannot do without one that is; "
        "switch one on"
    ]
    assert plan(graph, toys, wanted=[]).steps == ()


def test_a_node_that_is_out_cannot_be_asked_for(toys: Catalog, drawn: Drawn) -> None:
    graph = drawn(
        "m.number -> b.a", "b.number -> n.a", "n.number -> end.a",
        m=mute("toy.Number"), b=bypass("toy.Add"), n="toy.Add", end="toy.Add", x="toy.Number",
    )  # fmt: skip
    assert said(graph, toys, ["m", "x", "end", "b", "nn"]) == [
        "m: is muted; unmute it",
        "end: cannot do without m, which is muted; unmute m",
        "b: is bypassed, so it makes nothing; switch it on",
        "there is no node nn; did you mean n?",
    ]
    assert list(keys(plan(graph, toys, wanted=["x"]))) == ["x"]


def test_a_row_of_bypassed_nodes_is_as_if_it_had_not_been_drawn(toys: Catalog, drawn: Drawn) -> None:
    nodes = {**NUMBERS, "end": "toy.Add", "say": "toy.Add"}
    graph = drawn(
        "x.number -> one.a", "y.number -> one.b", "one.number -> two.a", "two.number -> end.a",
        "one.number -> end.b", "two.number -> say.a", one=bypass("toy.Add"), two=bypass("toy.Add"), **nodes,
    )  # fmt: skip
    plain = drawn("x.number -> end.a", "x.number -> end.b", "x.number -> say.a", **nodes)
    assert keys(plan(graph, toys)) == keys(plan(plain, toys))
    events = list(run(plan(graph, toys, wanted=["end"])))
    assert [event.result for event in events if isinstance(event, NodeFinished)] == [120.0, 240.0]


@pytest.mark.parametrize(
    ("links", "given"),
    [
        (["y.number -> m.b", "x.number -> m.a"], [("x", "number")]),
        (["x.number -> m.many", "y.number -> m.b"], [("y", "number")]),
        (["say.text -> m.name", "x.number -> m.many"], [("x", "number")]),
        (["gone.number -> m.c", "x.number -> m.b"], [("x", "number")]),
        (["off.number -> m.a", "x.number -> m.b"], [("x", "number")]),
        (["none.number -> m.a", "x.number -> m.b"], [("x", "number")]),
        (["none.number -> m.many", "x.number -> m.many", "y.number -> m.many"], [("x", "number")]),
        (["m.number -> m.b", "x.number -> m.a"], [("x", "number")]),
        (["end.number -> m.b", "x.number -> m.a"], [("x", "number")]),
    ],
)
def test_a_bypassed_node_gives_what_comes_into_its_first_input_of_that_type(
    toys: Catalog, drawn: Drawn, links: list[str], given: list[tuple[str, str]]
) -> None:
    graph = drawn(
        "m.number -> end.a", "x.number -> say.a", *links, **NUMBERS,
        say="toy.Say", m=bypass("toy.Mix"), off=mute("toy.Number"), none=bypass("toy.Number"), end="toy.Add",
    )  # fmt: skip
    assert sources(plan(graph, toys, wanted=["end"]))["end"] == {"a": given}


def test_a_list_of_links_is_passed_on_in_order(toys: Catalog, drawn: Drawn) -> None:
    graph = drawn(
        "y.number -> inner.items", "x.number -> inner.items", "z.number -> outer.items",
        "inner.number -> outer.items", "m.number -> outer.items", "z.number -> outer.items",
        "x.number -> end.items", "outer.number -> end.items", "z.number -> end.items",
        "outer.number -> one.a", "inner.number -> narrow.a", "narrow.number -> two.items",
        **NUMBERS, m=mute("toy.Number"), inner=bypass("toy.Digits"), outer=bypass("toy.Digits"),
        end="toy.Digits", one="toy.Add", narrow=bypass("toy.Add"), two="toy.Digits",
    )  # fmt: skip
    found = sources(plan(graph, toys))
    assert [name for name, _ in found["end"]["items"]] == ["x", "z", "y", "x", "z", "z"]
    assert found["one"] == {"a": [("z", "number")]}
    assert found["two"] == {"items": [("y", "number")]}


def test_an_input_that_a_bypassed_node_leaves_dry_is_a_problem_if_it_is_needed(
    toys: Catalog, drawn: Drawn
) -> None:
    graph = drawn(
        "none.number -> row.a", "row.number -> need.a", "row.number -> list.items", "row.number -> free.b",
        "x.number -> free.a", "m.number -> list.items", "say.text -> far.text", "warp.out -> last.a",
        "sum.wrong -> typo.a", "x.number -> sum.a",
        **NUMBERS, none=bypass("toy.Number"), row=bypass("toy.Add"), need="toy.Add", list="toy.Digits",
        free="toy.Add", m=mute("toy.Number"), say=bypass("toy.Say"), far="toy.Echo",
        warp=bypass("brushes.Warp"), last="toy.Add", sum=bypass("toy.Add"), typo="toy.Add",
    )  # fmt: skip
    remedy = "to pass on; switch it on, or link something else here"
    expected = {
        "need": f"need.a gets nothing, as none is bypassed and has no input of type Number {remedy}",
        "list": f"list.items gets nothing, as none is bypassed and has no input of type Number {remedy}",
        "far": f"far.text gets nothing, as say is bypassed and has no input of type Text {remedy}",
        "last": f"last.a gets nothing, as warp is bypassed and has no input of type Number {remedy}",
        "typo": f"typo.a gets nothing, as sum is bypassed and has no input of type Number {remedy}",
    }
    assert sorted(said(graph, toys)) == sorted(expected.values())
    for name, sentence in expected.items():
        assert said(graph, toys, [name]) == [sentence]
    assert sources(plan(graph, toys, wanted=["free"]))["free"] == {"a": [("x", "number")]}


def test_a_muted_node_behind_a_bypassed_one_is_to_blame(toys: Catalog, drawn: Drawn) -> None:
    graph = drawn(
        "m.number -> b.a", "b.number -> end.a", "x.number -> after.a", "end.number -> after.b",
        m=mute("toy.Number"), b=bypass("toy.Add"), end="toy.Add", after="toy.Add", x="toy.Number",
    )  # fmt: skip
    assert sources(plan(graph, toys)) == {"x": {}, "after": {"a": [("x", "number")]}}
    assert said(graph, toys, ["end"]) == ["end: cannot do without m, which is muted; unmute m"]


def test_a_bypassed_node_that_nobody_reads_is_not_wanted(toys: Catalog, drawn: Drawn) -> None:
    made = plan(drawn("x.number -> b.a", x="toy.Number", b=bypass("toy.Add")), toys)
    assert made.wanted == ("x",)


def test_what_comes_past_a_bypassed_node_is_checked_like_any_link(toys: Catalog, drawn: Drawn) -> None:
    graph = drawn(
        "gone.number -> b.a", "b.number -> end.a", "b.number -> lost.a", "x.number -> c.a",
        "c.number -> far.text", "c.number -> end.c", "m.number -> lost.a",
        b=bypass("toy.Add"), c=bypass("toy.Add"), end="toy.Add", x="toy.Number", far="toy.Echo",
        m=mute("toy.Number"),
    )  # fmt: skip
    assert said(graph, toys) == [
        "end.a is linked to gone.number, and there is no such node",
        "end: toy.Add has no input or setting c",
        "far.text takes Text, but x.number gives Number",
    ]


def test_circles_of_bypassed_nodes_are_problems_of_who_reads_them(toys: Catalog, drawn: Drawn) -> None:
    graph = drawn(
        "p.number -> q.a", "q.number -> r.a", "r.number -> p.a", "r.number -> s.a", "s.number -> end.a",
        "q.number -> free.b", "x.number -> free.a", "self.number -> self.a", "self.number -> list.items",
        "x.number -> list.items",
        **{name: bypass("toy.Add") for name in ("p", "q", "r", "s", "self")},
        end="toy.Add", free="toy.Add", list="toy.Digits", x="toy.Number",
    )  # fmt: skip
    around, remedy = "gets nothing, as bypassed nodes go round in a circle", "remove one of the links"
    assert said(graph, toys) == [
        f"end.a {around}: q -> r -> p -> q; {remedy}",
        f"free.b {around}: q -> r -> p -> q; {remedy}",
        f"list.items {around}: self -> self; {remedy}",
    ]
    assert said(graph, toys, ["list"]) == [f"list.items {around}: self -> self; {remedy}"]
    assert list(keys(plan(graph, toys, wanted=["x"]))) == ["x"]


def test_a_circle_through_a_bypassed_node_is_still_one(toys: Catalog, drawn: Drawn) -> None:
    graph = drawn("a.number -> b.a", "b.number -> a.a", a="toy.Add", b=bypass("toy.Add"))
    assert said(graph, toys) == ["a: the links go round in a circle: a -> a; remove one of them"]
    assert said(graph.with_mode("b", "mute"), toys, ["a"]) == [
        "a: cannot do without b, which is muted; unmute b"
    ]


SIZE = 10_000


def row(kind: str, port: str, mode: Any, links: int = 1) -> tuple[dict[str, Placed], list[Link]]:
    nodes = {f"n{number}": Placed(kind, mode=mode) for number in range(SIZE)}
    linked = [
        Link(f"n{number - 1}" if number else "x", "number", f"n{number}", port)
        for number in range(SIZE)
        for _ in range(links)
    ]
    return nodes, linked


@pytest.mark.parametrize("kind", ["toy.Add", "toy.Digits"])
@pytest.mark.parametrize("mode", ["mute", "bypass"])
def test_a_long_row_takes_a_moment(toys: Catalog, kind: str, mode: Any) -> None:
    port = "a" if kind == "toy.Add" else "items"
    nodes, links = row(kind, port, mode)
    readers = {f"r{number}": Placed("toy.All") for number in range(0, SIZE, 10)}
    links += [Link(f"n{SIZE - 1 - int(name[1:])}", "number", name, "items") for name in readers]
    began = time.process_time()
    made = plan(Graph({"x": Placed("toy.Number"), **nodes, **readers}, tuple(links)), toys)
    assert time.process_time() - began < 10  # a second; hours where time is quadratic
    given = [("x", "number")] if mode == "bypass" else None
    assert {str(found.get("items")) for found in list(sources(made).values())[1:]} == {str(given)}


def test_one_muted_node_takes_a_long_row_with_it(toys: Catalog) -> None:
    nodes, links = row("toy.Add", "a", "on")
    graph = Graph({"x": mute("toy.Number"), "y": Placed("toy.Number"), **nodes}, tuple(links))
    assert list(keys(plan(graph, toys))) == ["y"]


def test_a_circle_of_many_nodes_is_told_in_a_sentence(toys: Catalog) -> None:
    nodes, links = row("toy.Add", "a", "bypass")
    links[0] = Link(f"n{SIZE - 1}", "number", "n0", "a")
    readers = {f"r{number}": Placed("toy.Add") for number in range(SIZE)}
    links += [Link(f"n{number}", "number", f"r{number}", "a") for number in range(SIZE)]
    problems = said(Graph({**nodes, **readers}, tuple(links)), toys)
    assert len(problems) == SIZE
    assert max(map(len, problems)) < 200


@pytest.mark.parametrize("reader", ["toy.Digits", "toy.Add"])
def test_bypassed_nodes_cannot_double_links_without_end(toys: Catalog, reader: str) -> None:
    nodes, links = row("toy.Digits", "items", "bypass", links=2)
    end = Link(f"n{SIZE - 1}", "number", "end", "items" if reader == "toy.Digits" else "a")
    graph = Graph({"x": Placed("toy.Number"), **nodes, "end": Placed(reader)}, (*links, end))
    assert said(graph, toys) == [
        "n15: bypassed nodes pass on more than 100,000 links; switch some of them on"
    ]


def test_many_readers_of_a_long_list_are_too_much(toys: Catalog) -> None:
    links = [Link("x", "number", "b", "items")] * 1000
    readers = {f"r{number}": Placed("toy.Digits") for number in range(101)}
    links += [Link("b", "number", name, "items") for name in readers]
    graph = Graph({"x": Placed("toy.Number"), "b": bypass("toy.Digits"), **readers}, tuple(links))
    assert said(graph, toys) == [
        "r100: bypassed nodes pass on more than 100,000 links; switch some of them on"
    ]
    assert len(plan(graph.without("r100"), toys).steps) == 101
