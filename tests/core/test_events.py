"""Events are complete and in order: each item is told once, and the end of its node comes last."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from capriccio.core import (
    Cache,
    Catalog,
    Graph,
    Link,
    NodeFailed,
    NodeFinished,
    NodeItem,
    NodeListed,
    NodePreviewed,
    NodeQueued,
    NodeSkipped,
    NodeStarted,
    Placed,
    Plan,
    RunFinished,
    plan,
    run,
)

Drawn = Callable[..., Graph]
END = (NodeFinished, NodeFailed, NodeSkipped)

LINKS = [
    "n.number -> w.a", "w.number -> c.a", "c.number -> all.items", "all.number -> after.a",
    "n.number -> rows.a", "rows.number -> each.a", "m.number -> each.b", "rows.number -> sums.items",
    "w.number -> back.items", "back.item -> one.items", "one.item -> last.a",
    "n.number -> cross.a", "m.number -> cross.b", "cross.a -> grid.a", "cross.b -> grid.b",
    "n.number -> outer.x", "x.number -> outer.more", "outer.y -> read.a", "rows.number -> deep.x",
]  # fmt: skip
KINDS = {
    "w": "toy.Work", "c": Placed("toy.Count", {"to": 2}), "all": "toy.Total", "after": "toy.Add",
    "rows": "toy.Ladder",
    "each": "toy.Add", "sums": "toy.Total", "back": "toy.Reverse", "one": "toy.Pick", "last": "toy.Add",
    "cross": "toy.Cross", "grid": "toy.Work", "x": "toy.Number", "outer": "graph:inner", "read": "toy.Add",
    "deep": "graph:inner",
}  # fmt: skip


@pytest.fixture
def whole(drawn: Drawn) -> Callable[[str, str], Graph]:
    """A graph with something of everything, of two lists of numbers."""

    def made(numbers: str, others: str) -> Graph:
        inner = drawn(
            "x.item -> count.a", "count.number -> w.a", "w.number -> y.item", "five.number -> z.item",
            x=Placed("capriccio.GraphInput", {"type": "Number"}), count="toy.Count", w="toy.Work",
            y="capriccio.GraphOutput", five=Placed("toy.Number", {"value": 5}), z="capriccio.GraphOutput",
        )  # fmt: skip
        inner = Graph(inner.nodes, inner.links, exposed={"more": "w.by"})
        lists = {
            name: Placed("toy.Numbers", {"values": text}) for name, text in (("n", numbers), ("m", others))
        }
        graph = drawn(*LINKS, **lists, **KINDS)
        return Graph(graph.nodes, graph.links, graphs={"inner": inner})

    return made


def finished(events: list[Any]) -> set[str]:
    return {event.name for event in events if isinstance(event, NodeFinished)}


def check(planned: Plan, events: list[Any]) -> None:
    """All that must hold of the events of a run, whatever it was."""
    names = {step.name for step in planned.steps if "." not in step.name} | set(planned.groups)
    assert {getattr(event, "name", "") for event in events} == {*names, ""}
    assert [type(event) for event in events].index(RunFinished) == len(events) - 1
    for name in names:
        about = [event for event in events if getattr(event, "name", "") == name]
        check_node(about, group=name in planned.groups)
    ended = {kind: {event.name for event in events if isinstance(event, kind)} for kind in END}
    assert set(events[-1].failed) == ended[NodeFailed]
    assert set(events[-1].skipped) == ended[NodeSkipped]
    assert len(events[-1].failed) + len(events[-1].skipped) == len(ended[NodeFailed]) + len(
        ended[NodeSkipped]
    )


def check_node(events: list[Any], *, group: bool) -> None:
    kinds = [type(event) for event in events]
    assert sum(kinds.count(kind) for kind in END) == 1
    assert isinstance(events[-1], END)
    check_order([kind for kind in kinds if kind not in (NodeItem, NodeListed)])
    items = [event for event in events if isinstance(event, NodeItem)]
    listed = [event.items for event in events if isinstance(event, NodeListed)]
    assert len(listed) <= 1
    assert not items or listed
    ends = Counter(item.index for item in items if isinstance(item.event, END))
    if not group:  # a graph shows the items of what is in it
        assert ends == Counter(list(listed[0]) if listed else [])
    for index in ends:
        check_order([type(item.event) for item in items if item.index == index])


def check_order(kinds: list[Any]) -> None:
    """Queued, started, then previews, and one end."""
    order = [NodeQueued, NodeStarted, NodePreviewed, *END]
    places = [min(order.index(kind), 3) for kind in kinds]
    assert places == sorted(places)
    assert kinds.count(NodeQueued) <= 1
    assert kinds.count(NodeStarted) <= 1
    assert NodePreviewed not in kinds or NodeStarted in kinds


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize(
    ("numbers", "others"),
    [
        ("1 2 3", "1 2 3"),
        ("1 13 3", "1 2 3"),
        ("13", "13"),
        ("13 13", "1 2"),
        ("1 2", "1 2 3"),
        ("", "1"),
        ("", ""),
        ("0 0", "1 2"),
        ("2 2 2 2", "2 2 2 2"),
    ],
)
def test_each_node_and_each_item_is_told_once_and_in_order(
    listing: Catalog, whole: Callable[[str, str], Graph], numbers: str, others: str, workers: int
) -> None:
    cache = Cache()
    planned = plan(whole(numbers, others), listing)
    first: list[Any] = list(run(planned, cache, workers=workers))
    check(planned, first)
    again: list[Any] = list(run(planned, cache, workers=workers))
    check(planned, again)
    assert set(again[-1].failed) == set(first[-1].failed)
    assert finished(again) == finished(first)


def test_which_items_there_are_is_told_before_any_of_them_begins_where_it_is_known(
    listing: Catalog, whole: Callable[[str, str], Graph]
) -> None:
    events: list[Any] = list(run(plan(whole("1 2 3", "1 2 3"), listing), workers=1))
    told: set[str] = set()
    for event in events:
        if isinstance(event, NodeListed):
            told.add(event.name)
        elif isinstance(event, NodeItem) and event.name in ("w", "c", "grid", "outer/w", "outer/count"):
            assert event.name in told


def test_a_mapped_node_is_over_when_all_its_items_are(listing: Catalog, drawn: Drawn) -> None:
    graph = drawn(
        "n.number -> w.a",
        "w.number -> v.a",
        n=Placed("toy.Numbers", {"values": "1 13 3"}),
        w="toy.Work",
        v="toy.Add",
    )
    events: list[Any] = list(run(plan(graph, listing), workers=1))
    of_w = [event for event in events if getattr(event, "name", "") == "w"]
    assert [type(event) for event in of_w[:3]] == [NodeListed, NodeQueued, NodeStarted]
    end = of_w[-1]
    assert isinstance(end, NodeFailed)
    items = [event.event for event in of_w if isinstance(event, NodeItem)]
    seconds = [item.seconds for item in items if isinstance(item, NodeFinished | NodeFailed)]
    assert len(seconds) == 3
    assert end.seconds == pytest.approx(sum(seconds))
    skipped = [
        event for event in events if isinstance(event, NodeItem) and isinstance(event.event, NodeSkipped)
    ]
    assert [(event.name, event.index, event.event) for event in skipped] == [
        ("v", (1,), NodeSkipped("v", "w"))
    ]


def test_a_mapped_node_of_which_some_items_are_unchanged_is_not_cached_as_a_whole(
    listing: Catalog, drawn: Drawn
) -> None:
    cache = Cache()

    def cached(numbers: str) -> bool:
        graph = drawn("n.number -> w.a", n=Placed("toy.Numbers", {"values": numbers}), w="toy.Work")
        events = run(plan(graph, listing), cache)
        return next(event.cached for event in events if isinstance(event, NodeFinished) and event.name == "w")

    assert [cached(numbers) for numbers in ("1 2", "1 2", "1 3", "3 1 2")] == [False, True, False, True]


def test_a_run_of_many_mapped_nodes_in_a_row_tells_every_item(listing: Catalog) -> None:
    nodes = {f"a{place}": Placed("toy.Work") for place in range(20)} | {"n": Placed("toy.Numbers")}
    links = [Link("n", "number", "a0", "a")]
    links += [Link(f"a{place}", "number", f"a{place + 1}", "a") for place in range(19)]
    planned = plan(Graph(nodes, tuple(links)), listing)
    events: list[Any] = list(run(planned, workers=2))
    check(planned, events)
    assert sum(isinstance(event, NodeItem) and isinstance(event.event, END) for event in events) == 60
