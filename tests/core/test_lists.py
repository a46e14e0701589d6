"""Lists on links: a node that wants one item runs once for each, and each item is known by itself."""

import gc
import json
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from threading import Barrier, Event
from typing import Annotated, Any, NamedTuple, TypeVar

import pytest
from capriccio.core import (
    Cache,
    Catalog,
    Context,
    Graph,
    GraphError,
    InputError,
    ItemsError,
    Labels,
    Lazy,
    NodeError,
    NodeFailed,
    NodeFinished,
    NodeItem,
    NodePreviewed,
    NodeSkipped,
    NodeStarted,
    Number,
    Placed,
    PortType,
    Preview,
    Steps,
    Text,
    node,
    plan,
    run,
)

Drawn = Callable[..., Graph]
CatalogOf = Callable[..., Catalog]
Calls = list[Any]
ROOT = Path(__file__).parents[2]
PATIENCE = 10.0
"""Seconds to wait for what should happen at once."""

Thing = Annotated[Any, PortType("Thing")]
Item = TypeVar("Item")
WORK = "toy.Work"


class Parcel:
    """Something that can be watched going."""


class Two(NamedTuple):
    """Two lists in step."""

    things: list[Thing]
    sizes: list[Number]


def written(values: str) -> Placed:
    return Placed("toy.Numbers", {"values": values})


def events_of(graph: Graph, catalog: Catalog, cache: Cache | None = None, **more: Any) -> list[Any]:
    return list(run(plan(graph, catalog), cache, **more))


def results(events: Iterable[Any]) -> dict[str, Any]:
    return {event.name: event.result for event in events if isinstance(event, NodeFinished)}


def ends(events: Iterable[Any], name: str) -> dict[tuple[int, ...], Any]:
    """How each item of a node ended, by index."""
    found = {
        event.index: event.event
        for event in events
        if isinstance(event, NodeItem)
        and event.name == name
        and isinstance(event.event, NodeFinished | NodeFailed | NodeSkipped)
    }
    return dict(sorted(found.items()))


def values(events: Iterable[Any], name: str) -> dict[tuple[int, ...], Any]:
    """What each finished item of a node gave, by index."""
    return {i: end.result for i, end in ends(events, name).items() if isinstance(end, NodeFinished)}


def column(events: Iterable[Any], name: str) -> list[Any]:
    """What the items of a node gave, in order."""
    return list(values(events, name).values())


def failures(events: Iterable[Any]) -> dict[str, str]:
    return {event.name: str(event.error) for event in events if isinstance(event, NodeFailed)}


def skips(events: Iterable[Any]) -> dict[str, str]:
    return {event.name: event.failed for event in events if isinstance(event, NodeSkipped)}


# What runs how often.


def test_a_node_that_wants_one_item_runs_once_for_each(listing: Catalog, drawn: Drawn, calls: Calls) -> None:
    graph = drawn("n.number -> w.a", "w.number -> v.a", n=written("1 2 3"), w=WORK, v=WORK)
    events = events_of(graph.with_params("w", by=10), listing, workers=1)
    assert values(events, "w") == {(0,): 11.0, (1,): 12.0, (2,): 13.0}
    assert {end.result for name, end in told_ends(events) if name == "w"} == {None}
    assert results(events)["n"] == [1.0, 2.0, 3.0]
    assert sorted(calls) == [1.0, 2.0, 3.0, 11.0, 12.0, 13.0]


def told_ends(events: Iterable[Any]) -> list[tuple[str, NodeFinished]]:
    return [(event.name, event) for event in events if isinstance(event, NodeFinished)]


def test_lists_go_in_step_and_single_values_repeat(listing: Catalog, drawn: Drawn) -> None:
    graph = drawn(
        "n.number -> both.a", "m.number -> both.b", "n.number -> one.a", "x.number -> one.b",
        n=written("1 2 3"), m=written("10 20 30"), x=Placed("toy.Number", {"value": 100}),
        both="toy.Add", one="toy.Add",
    )  # fmt: skip
    events = events_of(graph, listing)
    assert column(events, "both") == [11.0, 22.0, 33.0]
    assert column(events, "one") == [101.0, 102.0, 103.0]


def test_an_input_that_wants_a_list_takes_all_that_is_linked_in_the_order_of_the_links(
    listing: Catalog, drawn: Drawn
) -> None:
    graph = drawn(
        "n.number -> row.items", "x.number -> row.items", "m.number -> row.items", "n.number -> row.items",
        n=written("1 2"), m=written("4 5"), x=Placed("toy.Number", {"value": 3}), row="toy.Digits",
    )  # fmt: skip
    assert results(events_of(graph, listing))["row"] == 1234512.0


def test_a_node_goes_through_lists_of_lists_and_reads_whole_what_it_wants_whole(
    listing: Catalog, drawn: Drawn
) -> None:
    graph = drawn(
        "n.number -> rows.a", "rows.number -> each.a", "rows.number -> sums.items",
        "rows.number -> flat.lists", "flat.item -> all.items", "each.number -> sums2.items",
        n=written("1 0 2"), rows="toy.Ladder", each=Placed("toy.Add", {"by": 1}), sums="toy.Total",
        flat="toy.Flatten", all="toy.Total", sums2="toy.Total",
    )  # fmt: skip
    events = events_of(graph, listing)
    assert values(events, "rows") == {(0,): [10.0], (1,): [], (2,): [20.0, 21.0]}
    assert values(events, "each") == {(0, 0): 11.0, (2, 0): 21.0, (2, 1): 22.0}
    assert values(events, "sums") == {(0,): 10.0, (1,): 0.0, (2,): 41.0}
    assert values(events, "sums2") == {(0,): 11.0, (1,): 0.0, (2,): 43.0}
    assert results(events)["all"] == 51.0


def test_a_list_goes_along_with_the_outer_lists_of_a_deeper_one(listing: Catalog, drawn: Drawn) -> None:
    graph = drawn(
        "n.number -> rows.a", "rows.number -> sum.a", "m.number -> sum.b",
        n=written("1 2"), m=written("100 200"), rows="toy.Ladder", sum="toy.Add",
    )  # fmt: skip
    assert values(events_of(graph, listing), "sum") == {(0, 0): 110.0, (1, 0): 220.0, (1, 1): 221.0}


def test_what_is_less_deep_than_wanted_is_put_into_lists_of_one(listing: Catalog, drawn: Drawn) -> None:
    graph = drawn(
        "n.number -> flat.lists", "x.number -> flat.lists", "flat.item -> row.items",
        n=written("1 2"), x=Placed("toy.Number", {"value": 3}), flat="toy.Flatten", row="toy.Digits",
    )  # fmt: skip
    assert results(events_of(graph, listing))["row"] == 123.0


def test_grafted_items_come_one_by_one_to_a_node_that_takes_lists(listing: Catalog, drawn: Drawn) -> None:
    graph = drawn(
        "n.number -> own.item", "own.item -> sum.items", n=written("1 2"), own="toy.Graft", sum="toy.Total"
    )
    assert values(events_of(graph, listing), "sum") == {(0,): 1.0, (1,): 2.0}


def test_outputs_of_unlike_depth_are_read_each_as_deep_as_it_is(
    catalog_of: CatalogOf, listing: Catalog, drawn: Drawn
) -> None:
    graph = drawn(
        "rows.number -> cross.a", "columns.number -> cross.b", "cross.a -> sum.a", "cross.b -> sum.b",
        rows=written("1 2"), columns=written("10 20 30"), cross="toy.Cross", sum="toy.Add",
    )  # fmt: skip
    assert column(events_of(graph, listing), "sum") == [11.0, 21.0, 31.0, 12.0, 22.0, 32.0]


# Lengths.


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("1 2", "1 2 3", "n.number 2 items and m.number 3 items"),
        ("1 2", "1", "n.number 2 items and m.number 1 item"),
        ("", "1", "n.number 0 items and m.number 1 item"),
    ],
)
def test_lists_of_unequal_lengths_are_named_with_both(
    listing: Catalog, drawn: Drawn, calls: Calls, one: str, other: str, said: str
) -> None:
    graph = drawn(
        "n.number -> w.a", "m.number -> w.b", "w.number -> after.a", "w.number -> all.items",
        "n.number -> good.a",
        n=written(one), m=written(other), w=WORK, after="toy.Add", all="toy.Total", good="toy.Add",
    )  # fmt: skip
    events = events_of(graph, listing)
    assert failures(events) == {
        "w": f"its lists have unequal lengths: {said}; make them equal, or use Cross for every combination"
    }
    assert skips(events) == {"after": "w", "all": "w"}
    assert isinstance(next(e.error for e in events if isinstance(e, NodeFailed)), InputError)
    assert column(events, "good") == [float(word) for word in one.split()]
    assert calls == []
    assert events[-1].failed == ("w",)


def test_unequal_lengths_within_a_list_of_lists_fail_there_and_the_rest_goes_on(
    listing: Catalog, drawn: Drawn
) -> None:
    graph = drawn(
        "n.number -> rows.a", "m.number -> others.a", "rows.number -> sum.a", "others.number -> sum.b",
        n=written("1 2 1"), m=written("1 3 1"), rows="toy.Ladder", others="toy.Ladder", sum="toy.Add",
    )  # fmt: skip
    events = events_of(graph, listing)
    assert values(events, "sum") == {(0, 0): 20.0, (2, 0): 20.0}
    said = "its lists have unequal lengths: rows.number 2 items and others.number 3 items"
    assert failures(events) == {"sum": f"{said}; make them equal, or use Cross for every combination"}


def test_an_empty_list_is_no_run_and_gives_an_empty_list(
    listing: Catalog, drawn: Drawn, calls: Calls
) -> None:
    graph = drawn(
        "n.number -> w.a", "w.number -> v.a", "v.number -> all.items", "w.number -> gathered.items",
        n=written(""), w=WORK, v=WORK, all="toy.Total", gathered="toy.Collect",
    )  # fmt: skip
    events = events_of(graph, listing)
    assert (results(events)["all"], results(events)["gathered"]) == (0.0, [])
    assert (calls, ends(events, "w"), failures(events), skips(events)) == ([], {}, {}, {})


@pytest.mark.parametrize("given", [1.0, "ab", {"a": 1}])
def test_a_node_that_gives_no_list_where_it_declares_one_fails(
    catalog_of: CatalogOf, drawn: Drawn, given: Any
) -> None:
    @node("toy.Wrong")
    def wrong() -> list[Number]:
        return given  # type: ignore[no-any-return]

    events = events_of(drawn(a="toy.Wrong"), catalog_of(wrong))
    assert failures(events) == {"a": f"toy.Wrong gave {type(given).__name__} for number; it must give a list"}


# Keys of items.


def grid(drawn: Drawn, rows: str, columns: str) -> Graph:
    return drawn(
        "rows.number -> cross.a", "columns.number -> cross.b", "cross.a -> w.a", "cross.b -> w.b",
        "w.number -> all.items",
        rows=written(rows), columns=written(columns), cross="toy.Cross", w=WORK, all="toy.Total",
    )  # fmt: skip


def test_a_change_there_and_back_of_one_number_makes_only_that_row_or_column(
    listing: Catalog, drawn: Drawn, calls: Calls
) -> None:
    cache = Cache()

    def fresh(rows: str, columns: str) -> set[Any]:
        calls.clear()
        events = events_of(grid(drawn, rows, columns), listing, cache)
        pairs = [(float(x), float(y)) for x in rows.split() for y in columns.split()]
        assert results(events)["all"] == sum(x + y for x, y in pairs)
        not_cached = {
            pair for pair, end in zip(pairs, ends(events, "w").values(), strict=True) if not end.cached
        }
        assert not_cached in (set(calls), set())  # nothing is looked at if the sum itself is unchanged
        assert len(calls) == len(set(calls))
        return set(calls)

    assert len(fresh("1 2 3", "10 20 30")) == 9
    assert fresh("1 5 3", "10 20 30") == {(5.0, 10.0), (5.0, 20.0), (5.0, 30.0)}
    assert fresh("1 2 3", "10 20 30") == set()
    assert fresh("1 2 3", "10 20 40") == {(1.0, 40.0), (2.0, 40.0), (3.0, 40.0)}
    assert fresh("1 2 3", "10 20 30") == set()
    assert fresh("3 1 2", "30 20 10") == set()  # only put in another order


def test_an_item_is_known_by_its_value_and_not_by_its_place(
    listing: Catalog, drawn: Drawn, calls: Calls
) -> None:
    cache = Cache()

    def fresh(numbers: str) -> list[Any]:
        calls.clear()
        graph = drawn("n.number -> w.a", n=written(numbers), w=WORK)
        events = events_of(graph, listing, cache, workers=1)
        assert column(events, "w") == [float(word) for word in numbers.split()]
        assert [end.cached for end in ends(events, "w").values()].count(False) == len(calls)
        return sorted(calls)

    assert fresh("1 2") == [1.0, 2.0]
    assert fresh("1 2 3") == [3.0]  # it has grown
    assert fresh("3 2 1") == []  # it is in another order
    assert fresh("2") == []
    assert fresh("2 2 2") == []  # equal items share a result
    assert fresh("0.5 3") == [0.5]


@pytest.mark.parametrize("workers", [1, 4])
def test_equal_items_are_made_once_in_a_run(
    listing: Catalog, drawn: Drawn, calls: Calls, workers: int
) -> None:
    graph = drawn("n.number -> w.a", "w.number -> all.items", n=written("5 5 5 2"), w=WORK, all="toy.Total")
    events = events_of(graph, listing, Cache(), workers=workers)
    assert (column(events, "w"), results(events)["all"]) == ([5.0, 5.0, 5.0, 2.0], 17.0)
    assert sorted(calls) == [2.0, 5.0]


def test_a_list_and_a_single_value_of_another_node_do_not_share_what_they_do_not_have_in_common(
    listing: Catalog, drawn: Drawn, calls: Calls
) -> None:
    cache = Cache()
    lists = drawn("n.number -> w.a", "m.number -> w.b", n=written("1 2"), m=written("2 1"), w=WORK)
    assert len(column(events_of(lists, listing, cache), "w")) == 2
    assert sorted(calls) == [(1.0, 2.0), (2.0, 1.0)]
    calls.clear()
    text = drawn("n.text -> s.text", n=Placed("toy.Texts", {"texts": "1 2"}), s="toy.Text")
    assert column(events_of(text, listing, cache), "s") == ["1", "2"]


@pytest.mark.parametrize("arranged", ["toy.Collect", "toy.Reverse", "toy.Pick", "toy.Cross"])
def test_what_is_only_arranged_keeps_its_key(
    listing: Catalog, drawn: Drawn, calls: Calls, arranged: str
) -> None:
    cache = Cache()
    events_of(drawn("n.number -> w.a", n=written("1 2 3"), w=WORK), listing, cache)
    calls.clear()
    ports = ("a", "b") if arranged == "toy.Cross" else ("items",)
    graph = drawn(
        *(f"n.number -> put.{port}" for port in ports),
        f"put.{'a' if arranged == 'toy.Cross' else 'item'} -> w.a",
        n=written("1 2 3"), put=arranged, w=WORK,
    )  # fmt: skip
    events = events_of(graph, listing, cache)
    assert all(end.cached for end in ends(events, "w").values())
    assert calls == []
    assert "w" in results(events)


def test_a_single_value_that_is_picked_is_the_same_as_before_it_was_put_in_a_list(
    listing: Catalog, drawn: Drawn, calls: Calls
) -> None:
    cache, x = Cache(), Placed("toy.Number", {"value": 4})
    events_of(drawn("x.number -> w.a", x=x, w=WORK), listing, cache)
    graph = drawn("x.number -> all.items", "all.item -> one.items", "one.item -> w.a",
                  x=x, all="toy.Collect", one="toy.Pick", w=WORK)  # fmt: skip
    events = events_of(graph, listing, cache)
    assert (results(events)["w"], calls) == (4.0, [4.0])


def test_only_what_is_picked_is_made(listing: Catalog, drawn: Drawn, calls: Calls) -> None:
    graph = drawn(
        "n.number -> w.a", "w.number -> one.items", "one.item -> v.a",
        n=written("1 2 3"), w=Placed(WORK, {"by": 10}), one=Placed("toy.Pick", {"place": 1}), v="toy.Add",
    )  # fmt: skip
    events = events_of(graph, listing)
    assert (calls, results(events)["v"]) == ([2.0], 12.0)
    assert [end.cached for end in ends(events, "w").values()] == [True, False, True]
    assert not [
        e for e in events if isinstance(e, NodeItem) and e.event == NodeStarted("w") and e.index != (1,)
    ]


def test_what_is_picked_by_a_linked_number_is_made_and_nothing_else(
    listing: Catalog, drawn: Drawn, calls: Calls
) -> None:
    graph = drawn(
        "n.number -> w.a", "w.number -> one.items", "x.number -> one.place", "one.item -> v.a",
        n=written("1 2 3"), w=WORK, x=Placed("toy.Number", {"value": 2}), one="toy.Pick", v="toy.Add",
    )  # fmt: skip
    events = events_of(graph, listing)
    assert (calls, results(events)["v"]) == ([3.0], 3.0)


def test_an_unchanged_list_runs_nothing_again(listing: Catalog, drawn: Drawn, calls: Calls) -> None:
    graph = drawn("n.number -> w.a", "w.number -> v.a", "v.number -> all.items",
                  n=written("1 2 3"), w=WORK, v=WORK, all="toy.Total")  # fmt: skip
    cache = Cache()
    events_of(graph, listing, cache)
    calls.clear()
    events = events_of(graph, listing, cache)
    assert calls == []
    assert not [event for event in events if isinstance(event, NodeStarted)]
    assert all(event.cached for name, event in told_ends(events))


# A generic node.


def test_a_generic_node_that_gives_something_of_its_own_fails_by_name(
    catalog_of: CatalogOf, listing: Catalog, drawn: Drawn
) -> None:
    @node("toy.Forge")
    def forge(items: list[Item]) -> list[Item]:
        return [*items, 1.0]  # type: ignore[list-item]

    listing.nodes["toy.Forge"] = forge
    graph = drawn("n.number -> f.items", "f.item -> w.a", n=written("1"), f="toy.Forge", w=WORK)
    events = events_of(graph, listing)
    assert failures(events) == {
        "f": "toy.Forge gave float for item; it must give one of the items that it was given"
    }
    assert skips(events) == {"w": "f"}
    assert isinstance(next(e.error for e in events if isinstance(e, NodeFailed)), NodeError)


def test_what_a_wanted_generic_node_gives_is_told_as_nested_lists(listing: Catalog, drawn: Drawn) -> None:
    graph = drawn(
        "n.number -> rows.a", "rows.number -> back.items", "n.number -> cross.a", "n.number -> cross.b",
        n=written("1 2"), rows="toy.Ladder", back="toy.Reverse", cross="toy.Cross",
    )  # fmt: skip
    found = results(events_of(graph, listing))
    assert found["back"] == [[10.0], [21.0, 20.0]]
    assert found["cross"] == ([1.0, 1.0, 2.0, 2.0], [1.0, 2.0, 1.0, 2.0])


def test_a_generic_node_takes_any_type_and_gives_it_on(listing: Catalog, drawn: Drawn) -> None:
    graph = drawn("t.text -> one.items", "one.item -> w.a", t="toy.Texts", one="toy.Pick", w=WORK)
    with pytest.raises(GraphError, match=r"^w\.a takes Number, but one\.item gives Text$"):
        plan(graph, listing)


# Streaming.


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("between", [None, "toy.Collect"])
def test_who_reads_items_works_on_one_while_another_is_made(
    listing: Catalog, drawn: Drawn, workers: int, between: str | None
) -> None:
    read = Event()

    @node("toy.Make")
    def make(a: Number) -> Number:
        assert a != 2 or read.wait(PATIENCE), "item 2 must not have to be there for item 1 to be read"
        return a

    @node("toy.Read")
    def reader(a: Number) -> Number:
        if a == 1:
            read.set()
        return a

    listing.nodes |= {"toy.Make": make, "toy.Read": reader}
    links = ["m.number -> r.a"] if between is None else ["m.number -> b.items", "b.item -> r.a"]
    nodes = {} if between is None else {"b": between}
    graph = drawn("n.number -> m.a", *links, n=written("1 2"), m="toy.Make", r="toy.Read", **nodes)
    events = events_of(graph, listing, workers=workers)
    assert failures(events) == {}
    assert sorted(column(events, "r")) == [1.0, 2.0]


def test_items_run_side_by_side(listing: Catalog, drawn: Drawn) -> None:
    barrier = Barrier(3)

    @node("toy.Meet")
    def meet(a: Number) -> Steps[Number]:
        barrier.wait(PATIENCE)
        yield Preview(a, 1, 1)
        return a

    listing.nodes["toy.Meet"] = meet
    events = events_of(drawn("n.number -> m.a", n=written("1 2 3"), m="toy.Meet"), listing, workers=3)
    assert column(events, "m") == [1.0, 2.0, 3.0]
    shown = {
        e.index: e.event.preview.value
        for e in events
        if isinstance(e, NodeItem) and isinstance(e.event, NodePreviewed)
    }
    assert shown == {(0,): 1.0, (1,): 2.0, (2,): 3.0}
    assert not [event for event in events if isinstance(event, NodePreviewed)]


def test_who_reads_the_whole_list_waits_for_it_and_who_reads_items_does_not(
    listing: Catalog, drawn: Drawn
) -> None:
    graph = drawn("n.number -> w.a", "w.number -> all.items", "w.number -> v.a",
                  n=written("1 2 3"), w=WORK, all="toy.Total", v=WORK)  # fmt: skip
    events = events_of(graph, listing, workers=1)
    order = [event.name if isinstance(event, NodeStarted) else f"{event.name} {event.index[0]}"
             for event in events
             if (isinstance(event, NodeStarted) and event.name == "all")
             or (isinstance(event, NodeItem) and isinstance(event.event, NodeStarted))]  # fmt: skip
    assert order.index("all") > order.index("w 2")
    assert order.index("v 0") < order.index("w 2")


# Memory.


@pytest.fixture
def parcels(listing: Catalog) -> list["weakref.ref[Parcel]"]:
    """Nodes that make parcels and open them, and what there was of them."""
    made: list[weakref.ref[Parcel]] = []

    @node("toy.Pack")
    def pack(a: Number) -> Thing:
        parcel = Parcel()
        made.append(weakref.ref(parcel))
        return parcel

    @node("toy.Open")
    def unpack(thing: Thing) -> Number:
        alive = sum(each() is not None for each in list(made))
        return float(alive)

    listing.nodes |= {"toy.Pack": pack, "toy.Open": unpack}
    listing.port_types["Thing"] = PortType("Thing")
    return made


def most_alive(events: Iterable[Any], reader: str) -> float:
    """How many parcels there were at most when one was opened."""
    most = 0.0
    for event in events:
        if isinstance(event, NodeItem) and event.name == reader and isinstance(event.event, NodeFinished):
            most = max(most, event.event.result)
    return most


MANY = " ".join(map(str, range(1000)))


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("between", ["", "toy.Collect", "graph"])
def test_a_thousand_items_are_let_go_as_they_are_read(
    listing: Catalog, drawn: Drawn, parcels: list["weakref.ref[Parcel]"], workers: int, between: str
) -> None:
    nodes: dict[str, Any] = dict(n=written(MANY), p="toy.Pack", o="toy.Open")
    if not between:
        graph = drawn("n.number -> p.a", "p.thing -> o.thing", **nodes)
    elif between == "graph":
        inner = drawn(
            "x.item -> o.thing", "o.number -> y.item",
            x=Placed("capriccio.GraphInput", {"type": "Thing"}), o="toy.Open", y="capriccio.GraphOutput",
        )  # fmt: skip
        del nodes["o"]
        graph = drawn("n.number -> p.a", "p.thing -> g.x", g="graph:inner", **nodes)
        graph = Graph(graph.nodes, graph.links, graphs={"inner": inner})
    else:
        graph = drawn("n.number -> p.a", "p.thing -> c.items", "c.item -> o.thing", c=between, **nodes)
    reader = "g/o" if between == "graph" else "o"
    assert most_alive(run(plan(graph, listing), workers=workers), reader) <= 100
    assert len(parcels) == 1000
    gc.collect()
    assert not [each for each in parcels if each() is not None]


# What is read late.


class Shelf:
    """Lazy items, and which thread read which, when."""

    def __init__(self) -> None:
        self.read: list[tuple[int, int]] = []
        self.there: list[weakref.ref[Parcel]] = []

    def lazy(self, place: int) -> Any:
        return Lazy(lambda: self._load(place), ["page", place], f"page {place}")

    def _load(self, place: int) -> Parcel:
        self.read.append((place, threading.get_ident()))
        parcel = Parcel()
        parcel.place = place  # type: ignore[attr-defined]
        self.there.append(weakref.ref(parcel))
        return parcel


@pytest.fixture
def shelf(listing: Catalog) -> Shelf:
    made = Shelf()

    @node("toy.Shelf")
    def shelved(*, count: int = 3, at: int = 0) -> list[Thing]:
        return [made.lazy(at + place) for place in range(count)]

    @node("toy.Look")
    def look(thing: Thing, *, by: int = 0) -> Number:
        assert made.read[-1] == (thing.place, threading.get_ident())
        return float(thing.place + by)

    @node("toy.Heap")
    def heap(things: list[Thing]) -> Number:
        return float(sum(thing.place for thing in things))

    listing.nodes |= {"toy.Shelf": shelved, "toy.Look": look, "toy.Heap": heap}
    listing.port_types["Thing"] = PortType("Thing")
    return made


def test_a_late_item_is_read_where_it_is_needed_each_time_and_never_kept(
    listing: Catalog, drawn: Drawn, shelf: Shelf
) -> None:
    graph = drawn(
        "s.thing -> one.thing", "s.thing -> two.thing", "s.thing -> all.things",
        s="toy.Shelf", one="toy.Look", two=Placed("toy.Look", {"by": 1}), all="toy.Heap",
    )  # fmt: skip
    cache = Cache()
    events = events_of(graph, listing, cache, workers=1)
    assert failures(events) == {}
    assert (column(events, "one"), column(events, "two"), results(events)["all"]) == ([0, 1, 2], [1, 2, 3], 3)
    assert sorted(place for place, _ in shelf.read) == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    gc.collect()
    assert not [each for each in shelf.there if each() is not None]
    assert len(column(events_of(graph, listing, cache), "one")) == 3
    assert len(shelf.read) == 9


def test_only_the_late_items_that_are_needed_are_read(listing: Catalog, drawn: Drawn, shelf: Shelf) -> None:
    graph = drawn("s.thing -> back.items", "back.item -> one.items", "one.item -> look.thing",
                  s="toy.Shelf", back="toy.Reverse", one="toy.Pick", look="toy.Look")  # fmt: skip
    assert results(events_of(graph, listing))["look"] == 2.0
    assert [place for place, _ in shelf.read] == [2]


def test_late_items_are_known_by_what_they_say_and_have_their_own_labels(
    listing: Catalog, drawn: Drawn, shelf: Shelf
) -> None:
    cache = Cache()
    graph = drawn("s.thing -> look.thing", s="toy.Shelf", look="toy.Look")
    events_of(graph, listing, cache)
    shelf.read.clear()
    events = events_of(graph.with_params("s", count=4), listing, cache)
    assert [place for place, _ in shelf.read] == [3]
    assert [end.cached for end in ends(events, "look").values()] == [True, True, True, False]
    assert events_listed(events)["look"][(3,)] == {"s": "page 3"}


def events_listed(events: Iterable[Any]) -> dict[str, dict[tuple[int, ...], Any]]:
    return {event.name: event.items for event in events if type(event).__name__ == "NodeListed"}


def test_a_late_item_that_cannot_be_read_fails_its_reader_for_that_item_alone(
    listing: Catalog, drawn: Drawn, shelf: Shelf
) -> None:
    def torn() -> Any:
        raise InputError("page 1 is torn")

    @node("toy.Torn")
    def torn_shelf() -> list[Thing]:
        return [shelf.lazy(0), Lazy(torn, "torn", "page 1"), shelf.lazy(2)]

    listing.nodes["toy.Torn"] = torn_shelf
    graph = drawn("s.thing -> look.thing", s="toy.Torn", look="toy.Look")
    events = events_of(graph, listing)
    assert values(events, "look") == {(0,): 0.0, (2,): 2.0}
    assert failures(events) == {"look": "1 of 3 items failed: item 2 (s page 1): page 1 is torn"}


# Cancelling and failing.


def test_closing_keeps_the_items_that_are_finished(listing: Catalog, drawn: Drawn, calls: Calls) -> None:
    graph = drawn("n.number -> w.a", n=written("0 1 2 3 4 5"), w=WORK)
    cache = Cache()
    with closing(run(plan(graph, listing), cache, workers=1)) as events:
        for event in events:
            if isinstance(event, NodeItem) and event.index == (2,) and isinstance(event.event, NodeFinished):
                break
    second = events_of(graph, listing, cache, workers=1)
    assert [end.cached for end in ends(second, "w").values()] == [True] * 3 + [False] * 3
    assert column(second, "w") == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]


def test_a_failing_item_fails_alone_and_the_list_says_which(
    listing: Catalog, drawn: Drawn, calls: Calls
) -> None:
    graph = drawn(
        "n.number -> w.a", "w.number -> v.a", "w.number -> all.items", "all.number -> after.a",
        "w.number -> one.items", "one.item -> last.a", "w.number -> bad.items", "bad.item -> lost.a",
        n=written("1 13 3"), w=WORK, v="toy.Add", all="toy.Total", after="toy.Add",
        one=Placed("toy.Pick", {"place": 2}), last="toy.Add",
        bad=Placed("toy.Pick", {"place": 1}), lost="toy.Add",
    )  # fmt: skip
    events = events_of(graph, listing)
    assert failures(events) == {"w": "1 of 3 items failed: item 2 (n 13): 13 brings bad luck"}
    (error,) = (event.error for event in events if isinstance(event, NodeFailed))
    assert isinstance(error, ItemsError)
    assert {item: str(each) for item, each in error.failed.items()} == {"item 2 (n 13)": "13 brings bad luck"}
    assert values(events, "w") == {(0,): 1.0, (2,): 3.0}
    assert values(events, "v") == {(0,): 1.0, (2,): 3.0}
    assert ends(events, "v")[1,] == NodeSkipped("v", "w")
    assert results(events)["last"] == 3.0
    assert skips(events) == {"v": "w", "all": "w", "after": "w", "lost": "w"}
    assert (events[-1].failed, set(events[-1].skipped)) == (("w",), {"v", "all", "after", "lost"})


def test_items_that_fail_alike_are_named_together(listing: Catalog, drawn: Drawn) -> None:
    graph = drawn("n.number -> w.a", n=written(" ".join(["13"] * 10)), w=WORK)
    (said,) = failures(events_of(graph, listing, workers=1)).values()
    assert said == "10 of 10 items failed: item 1 (n 13) and 9 more: 13 brings bad luck"


def test_of_many_items_that_fail_each_in_its_way_some_are_named(listing: Catalog, drawn: Drawn) -> None:
    @node("toy.Grumble")
    def grumble(a: Number) -> Number:
        raise InputError(f"it is not in the mood for {a:g}")

    listing.nodes["toy.Grumble"] = grumble
    graph = drawn("n.number -> w.a", n=written("1 2 3 4 5 6 7 8 9 10"), w="toy.Grumble")
    (said,) = failures(events_of(graph, listing, workers=1)).values()
    assert said.startswith("10 of 10 items failed: item 1 (n 1): it is not in the mood for 1; item 2 (n 2): ")
    assert said.endswith("; item 8 (n 8): it is not in the mood for 8; and 2 other errors")


def test_a_failed_list_within_a_list_takes_only_its_own_items_along(listing: Catalog, drawn: Drawn) -> None:
    graph = drawn(
        "n.number -> w.a", "w.number -> rows.a", "rows.number -> v.a", "rows.number -> sums.items",
        "rows.number -> flat.lists", "flat.item -> all.items", "v.number -> u.a",
        n=written("1 13 2"), w=WORK, rows="toy.Ladder", v="toy.Add", sums="toy.Total",
        flat="toy.Flatten", all="toy.Total", u="toy.Add",
    )  # fmt: skip
    events = events_of(graph, listing)
    assert values(events, "v") == {(0, 0): 10.0, (2, 0): 20.0, (2, 1): 21.0}
    assert values(events, "u") == values(events, "v")
    assert values(events, "sums") == {(0,): 10.0, (2,): 41.0}
    assert set(failures(events)) == {"w"}
    assert skips(events) == dict.fromkeys(["rows", "v", "u", "sums", "flat", "all"], "w")


def test_an_item_that_failed_is_tried_again(listing: Catalog, drawn: Drawn, calls: Calls) -> None:
    cache, graph = Cache(), drawn("n.number -> w.a", n=written("1 13"), w=WORK)
    events_of(graph, listing, cache)
    calls.clear()
    assert failures(events_of(graph, listing, cache)) != {}
    assert calls == [13.0]


# Labels.


@pytest.fixture
def captions(listing: Catalog) -> Catalog:
    """With a node that says what tells its items apart, and one that says what it was told of itself."""

    @node("toy.Caption")
    def caption(items: list[Number], others: list[Number] | None = None, *, labels: Labels) -> Text:
        def words(port: str) -> str:
            return "; ".join(", ".join(f"{k} {v}" for k, v in label.items()) for label in labels[port])

        return " | ".join(filter(None, (words("items"), words("others"))))

    @node("toy.Where")
    def where(a: Number, *, context: Context) -> Text:
        return f"{context.index} {dict(context.labels)}"

    listing.nodes |= {"toy.Caption": caption, "toy.Where": where}
    return listing


def test_items_are_called_after_what_varied_in_the_order_in_which_it_came_in(
    captions: Catalog, drawn: Drawn
) -> None:
    graph = drawn(
        "layer.text -> cross.a", "weight.number -> cross.b", "cross.b -> w.a", "cross.a -> w.mood",
        "w.number -> say.items", "weight.number -> say.others", "cross.b -> where.a",
        "x.number -> say.others", layer="toy.Texts", weight=written("0.5 100000 1e-05"), x="toy.Number",
        cross="toy.Cross", w="toy.Mooded", say="toy.Caption", where="toy.Where",
    )  # fmt: skip

    @node("toy.Mooded")
    def mooded(a: Number, *, mood: str = "") -> Number:
        return a

    captions.nodes["toy.Mooded"] = mooded
    events = events_of(graph, captions)
    weights = ("0.5", "1e+05", "1e-05")
    expected = "; ".join(f"weight {weight}, layer {layer}" for layer in ("low", "high") for weight in weights)
    said = results(events)["say"].split(" | ")
    assert said[0] == expected
    assert said[1] == "; ".join([*(f"weight {weight}" for weight in weights), ""])
    assert column(events, "where")[1] == "(1,) {'weight': '1e+05'}"


def test_items_of_lists_in_lists_have_the_labels_of_both(captions: Catalog, drawn: Drawn) -> None:
    graph = drawn(
        "n.number -> rows.a", "rows.number -> where.a",
        n=written("1 2"), rows="toy.Ladder", where="toy.Where",
    )  # fmt: skip
    assert column(events_of(graph, captions), "where") == [
        "(0, 0) {'n': '1', 'rows': '10'}",
        "(1, 0) {'n': '2', 'rows': '20'}",
        "(1, 1) {'n': '2', 'rows': '21'}",
    ]


def test_items_that_cannot_be_written_are_numbered_and_outputs_of_several_are_named(
    listing: Catalog, drawn: Drawn
) -> None:
    @node("toy.Two")
    def two() -> Two:
        return Two([Parcel(), Parcel()], [0.1, 0.2])

    @node("toy.Take")
    def take(thing: Thing, size: Number) -> Number:
        return size

    listing.nodes |= {"toy.Two": two, "toy.Take": take}
    listing.port_types["Thing"] = PortType("Thing")
    graph = drawn("t.things -> take.thing", "t.sizes -> take.size", t="toy.Two", take="toy.Take")
    assert events_listed(events_of(graph, listing))["take"] == {
        (0,): {"t.things": "1", "t.sizes": "0.1"},
        (1,): {"t.things": "2", "t.sizes": "0.2"},
    }


def test_the_names_of_lists_count_only_for_who_is_told_labels(
    captions: Catalog, drawn: Drawn, calls: Calls
) -> None:
    graph = drawn("n.number -> w.a", "w.number -> say.items", "w.number -> all.items",
                  n=written("1 2"), w=WORK, say="toy.Caption", all="toy.Total")  # fmt: skip
    cache = Cache()
    assert results(events_of(graph, captions, cache))["say"] == "n 1; n 2"
    calls.clear()
    events = events_of(graph.renamed("n", "m"), captions, cache)
    assert results(events)["say"] == "m 1; m 2"
    assert calls == []
    assert {name: event.cached for name, event in told_ends(events)} == {
        "m": True, "w": True, "say": False, "all": True,
    }  # fmt: skip


# Cost.


def test_the_items_of_a_trivial_node_cost_microseconds() -> None:
    command = [sys.executable, "-m", "benchmarks.items", "--quick"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    for shape, figures in json.loads(ended.stdout).items():
        for what, (cost, most) in figures.items():
            assert cost <= most, f"{shape}, {what}: {cost:.1f} microseconds an item"
