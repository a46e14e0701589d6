"""Running a plan: what happens comes out, one failure is one failure, and closing stops it."""

import asyncio
import threading
import weakref
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from threading import Barrier, Event
from typing import Annotated, Any, NamedTuple

import pytest
from capriccio.core import (
    AnyNode,
    Cache,
    Catalog,
    Context,
    Graph,
    Link,
    NodeError,
    NodeFailed,
    NodeFinished,
    NodePreviewed,
    NodeQueued,
    NodeSkipped,
    NodeStarted,
    Number,
    Placed,
    PortType,
    Preview,
    RunFinished,
    Steps,
    Workspace,
    node,
    plan,
    run,
)

Drawn = Callable[..., Graph]
CatalogOf = Callable[..., Catalog]
PATIENCE = 10.0
"""Seconds to wait for what should happen at once."""

Thing = Annotated[Any, PortType("Thing")]


class Parcel:
    """Something that can be watched going."""


def events_of(graph: Graph, catalog: Catalog, cache: Cache | None = None, **more: Any) -> list[Any]:
    return list(run(plan(graph, catalog), cache, **more))


def results(events: Iterable[Any]) -> dict[str, Any]:
    return {event.name: event.result for event in events if isinstance(event, NodeFinished)}


def told(events: Iterable[Any]) -> list[tuple[str, str]]:
    return [(type(event).__name__, getattr(event, "name", "")) for event in events]


def terminal(events: Iterable[Any]) -> list[str]:
    return sorted(
        event.name for event in events if isinstance(event, NodeFinished | NodeFailed | NodeSkipped)
    )


def ran(events: Iterable[Any]) -> set[str]:
    return {event.name for event in events if isinstance(event, NodeStarted)}


def streaming(made: AnyNode) -> AnyNode:
    """The same node, but yielding a preview first, so that it runs in a thread."""

    def function(*args: Any, **kwargs: Any) -> Steps[Any]:
        yield Preview(None, 1, 2)
        return made.function(*args, **kwargs)

    return replace(made, function=function, streams=True)


def test_a_graph_computes_what_it_says(catalog: Catalog, drawn: Drawn) -> None:
    graph = drawn(
        "x.number -> half.a", "half.whole -> sum.a", "half.rest -> sum.b", "x.number -> alone.a",
        "one.number -> row.items", "two.number -> row.items", "one.number -> row.items",
        "count.number -> say.a",
        x=Placed("toy.Number", {"value": 2.5}), half="toy.Split", alone="toy.Add", sum="toy.Add",
        one=Placed("toy.Number", {"value": 1}), two=Placed("toy.Number", {"value": 2}), row="toy.Digits",
        count="toy.Count", say=Placed("toy.Say", {"mood": "loud"}),
    )  # fmt: skip
    found = results(events_of(graph, catalog))
    assert found["half"] == (2.0, 0.5)
    assert {name: found[name] for name in ("sum", "alone", "row", "say")} == {
        "sum": 2.5, "alone": 2.5, "row": 121.0, "say": "3.0!",
    }  # fmt: skip


def test_what_is_not_linked_is_none(catalog_of: CatalogOf, drawn: Drawn) -> None:
    @node("toy.Free")
    def free(one: Number | None = None, many: list[Number] | None = None) -> Thing:
        return one, many

    assert results(events_of(drawn(a="toy.Free"), catalog_of(free))) == {"a": (None, None)}


def test_events_come_in_the_order_of_what_happens(catalog: Catalog, drawn: Drawn) -> None:
    graph = drawn("count.number -> sum.a", count=Placed("toy.Count", {"to": 2}), sum="toy.Add")
    events = events_of(graph, catalog, workers=1)
    assert told(events) == [
        ("NodeQueued", "count"),
        ("NodeQueued", "sum"),
        ("NodeStarted", "count"),
        ("NodePreviewed", "count"),
        ("NodePreviewed", "count"),
        ("NodeFinished", "count"),
        ("NodeStarted", "sum"),
        ("NodeFinished", "sum"),
        ("RunFinished", ""),
    ]
    assert [event.preview for event in events if isinstance(event, NodePreviewed)] == [
        Preview(1.0, 1, 2),
        Preview(2.0, 2, 2),
    ]
    assert all(not event.cached and event.seconds >= 0 for event in events if isinstance(event, NodeFinished))
    assert events[-1] == RunFinished(events[-1].seconds, (), ())
    assert told(events_of(Graph(), catalog)) == [("RunFinished", "")]


def test_a_chain_of_ten_thousand_nodes_runs(catalog: Catalog) -> None:
    names = [f"n{number}" for number in range(10_000)]
    nodes = {name: Placed("toy.Add", {"by": 1}) for name in names} | {"n0": Placed("toy.Number")}
    links = tuple(Link(a, "number", b, "a") for a, b in pairwise(names))
    events = events_of(Graph(nodes, links), catalog)
    assert results(events)["n9999"] == 9999.0
    assert len(terminal(events)) == 10_000


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("source", [False, True])
def test_independent_branches_run_side_by_side(
    catalog_of: CatalogOf, catalog: Catalog, drawn: Drawn, streams: bool, source: bool
) -> None:
    barrier = Barrier(2)

    @node("toy.Meet")
    def meet(a: Number | None = None) -> Number:
        barrier.wait(PATIENCE)
        return 1.0

    links = ("x.number -> a.a", "x.number -> b.a") if source else ()
    graph = drawn(*links, x="toy.Number", a="toy.Meet", b="toy.Meet")
    both = catalog_of(streaming(meet) if streams else meet, catalog.nodes["toy.Number"])
    events = events_of(graph, both, workers=2)
    assert results(events) == {"x": 0.0, "a": 1.0, "b": 1.0}


def test_no_more_nodes_run_side_by_side_than_there_are_workers(catalog_of: CatalogOf, drawn: Drawn) -> None:
    running, most, lock = 0, 0, threading.Lock()

    @node("toy.Busy")
    def busy(*, quick: bool = False) -> Number:
        nonlocal running, most
        if quick:
            return 0.0
        with lock:
            running += 1
            most = max(most, running)
        Event().wait(0.002)
        with lock:
            running -= 1
        return 1.0

    # After quick nodes, many are handed out at once.
    quick = [Placed("toy.Busy", {"quick": number < 4}) for number in range(40)]
    graph = drawn(**{f"n{number}": placed for number, placed in enumerate(quick)})
    assert len(results(events_of(graph, catalog_of(busy), workers=2))) == 40
    assert most == 2


# Failing.


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failing_node_fails_alone_and_the_rest_goes_on(
    catalog: Catalog, drawn: Drawn, workers: int
) -> None:
    graph = drawn(
        "x.number -> bad.a", "bad.number -> one.a", "one.number -> two.a", "x.number -> two.b",
        "x.number -> good.a", "late.number -> three.a", "bad.number -> three.b", "three.number -> four.a",
        x="toy.Number", bad="toy.Fail", one="toy.Add", two="toy.Add", good="toy.Add",
        late="toy.Count", three="toy.Add", four="toy.Add",
    )  # fmt: skip
    events = events_of(graph, catalog, workers=workers)
    assert set(results(events)) == {"x", "good", "late"}
    (failed,) = (event for event in events if isinstance(event, NodeFailed))
    assert (failed.name, str(failed.error)) == ("bad", "it is Monday")
    skipped = [event for event in events if isinstance(event, NodeSkipped)]
    assert {event.name for event in skipped} == {"one", "two", "three", "four"}
    assert {event.failed for event in skipped} == {"bad"}
    assert events[-1].failed == ("bad",)
    assert set(events[-1].skipped) == {"one", "two", "three", "four"}
    assert terminal(events) == sorted(graph.nodes)


def test_every_node_ends_once_whatever_fails(catalog: Catalog, drawn: Drawn) -> None:
    # A triangle of nodes in which some rows fail: many ways lead to each node.
    kinds = ["toy.Add", "toy.Count", "toy.Fail", "toy.Add", "toy.Split"]
    output = {"toy.Split": "whole"}
    nodes = {f"n{row}{at}": kinds[(row * at + row) % 5] for row in range(9) for at in range(row + 1)}
    links = []
    for row in range(1, 9):
        for at in range(row + 1):
            above = [f"n{row - 1}{other}" for other in (at - 1, at) if 0 <= other < row]
            ports = ("a", "b") if nodes[f"n{row}{at}"] == "toy.Add" else ("a",)
            for name, port in zip(above, ports, strict=False):
                links.append(f"{name}.{output.get(nodes[name], 'number')} -> n{row}{at}.{port}")
    nodes["n00"] = "toy.Number"
    events = events_of(drawn(*links, **nodes), catalog, Cache(), workers=2)
    assert terminal(events) == sorted(nodes)
    assert min(len(events[-1].failed), len(events[-1].skipped), len(results(events))) > 1


class Quitting(BaseException):
    pass


@pytest.mark.parametrize("side_by_side", [False, True])
@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("error", [SystemExit(3), GeneratorExit(), asyncio.CancelledError(), Quitting()])
def test_a_node_that_would_end_the_program_fails_alone(
    catalog: Catalog, drawn: Drawn, error: BaseException, streams: bool, side_by_side: bool
) -> None:
    @node("toy.Exit")
    def leave() -> Number:
        raise error

    catalog.nodes["toy.Exit"] = streaming(leave) if streams else leave
    nodes = {"exit": "toy.Exit", **({"good": "toy.Number"} if side_by_side else {})}
    events = events_of(drawn(**nodes), catalog)
    assert [event.error for event in events if isinstance(event, NodeFailed)] == [error]
    assert terminal(events) == sorted(nodes)
    assert isinstance(events[-1], RunFinished)


@pytest.mark.parametrize("side_by_side", [False, True])
@pytest.mark.parametrize("streams", [False, True])
def test_an_interrupt_ends_the_run(catalog: Catalog, drawn: Drawn, streams: bool, side_by_side: bool) -> None:
    @node("toy.Interrupt")
    def interrupt() -> Number:
        raise KeyboardInterrupt

    catalog.nodes["toy.Interrupt"] = streaming(interrupt) if streams else interrupt
    nodes = {"exit": "toy.Interrupt", **({"good": "toy.Number"} if side_by_side else {})}
    with pytest.raises(KeyboardInterrupt):
        events_of(drawn(**nodes), catalog)


class Two(NamedTuple):
    one: Number
    two: Number


class Other(NamedTuple):
    one: float
    two: float


def gives(value: Any) -> AnyNode:
    @node("toy.Wrong")
    def wrong() -> Two:
        return value  # type: ignore[no-any-return]

    return wrong


@node("toy.Wrong")
def nothing() -> Number:
    return None  # type: ignore[return-value]


@node("toy.Wrong")
def bare() -> Steps[Number]:
    yield 0.5  # type: ignore[misc]
    return 1.0


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (nothing, "toy.Wrong returned nothing, though it declares number"),
        (streaming(nothing), "toy.Wrong returned nothing, though it declares number"),
        (gives(None), "toy.Wrong returned nothing, though it declares one, two"),
        (gives((1.0, 2.0)), "toy.Wrong returned a tuple, though it declares a Two"),
        (gives(Other(1.0, 2.0)), "toy.Wrong returned a Other, though it declares a Two"),
        (gives(Two(1.0, None)), "toy.Wrong returned nothing for two"),  # type: ignore[arg-type]
        (bare, "toy.Wrong yielded a float; it must yield Preview(...)"),
    ],
)
def test_a_node_that_does_not_give_what_it_declares_fails(
    catalog_of: CatalogOf, drawn: Drawn, wrong: AnyNode, sentence: str
) -> None:
    events = events_of(drawn(a="toy.Wrong"), catalog_of(wrong))
    (failed,) = (event for event in events if isinstance(event, NodeFailed))
    assert isinstance(failed.error, NodeError)
    assert str(failed.error) == sentence


def test_a_node_may_give_nothing_or_one_value_that_is_a_named_tuple(
    catalog_of: CatalogOf, drawn: Drawn
) -> None:
    @node("toy.Value")
    def value() -> Thing:
        return Other(1.0, 2.0)

    @node("toy.Take")
    def take(a: Thing) -> None:
        assert a == Other(1.0, 2.0)

    graph = drawn("v.thing -> t.a", v="toy.Value", t="toy.Take")
    assert results(events_of(graph, catalog_of(value, take))) == {"v": Other(1.0, 2.0), "t": None}


# Closing.


@pytest.mark.parametrize("previews", [1, 2, 7])
def test_closing_stops_a_streaming_node_within_one_step(
    catalog_of: CatalogOf, drawn: Drawn, previews: int
) -> None:
    steps, ended = 0, Event()

    @node("toy.Endless")
    def endless() -> Steps[Number]:
        nonlocal steps
        try:
            while True:
                steps += 1
                yield Preview(None, steps, 100)
        finally:
            ended.set()

    @node("toy.Next")
    def after(a: Number) -> Number:
        raise AssertionError("it must not run")

    graph = drawn("a.number -> b.a", a="toy.Endless", b="toy.Next")
    seen = []
    with closing(run(plan(graph, catalog_of(endless, after)))) as events:
        for event in events:
            seen.append(event)
            if isinstance(event, NodePreviewed) and event.preview.step == previews:
                break
    assert ended.is_set()
    assert steps <= previews + 1
    assert terminal(seen) == []


def test_previews_run_at_most_one_ahead_of_who_watches(catalog_of: CatalogOf, drawn: Drawn) -> None:
    begun = [Event() for _ in range(6)]

    @node("toy.Eager")
    def eager() -> Steps[Number]:
        for step in range(5):
            begun[step].set()
            yield Preview(None, step, 5)
        return 1.0

    for event in run(plan(drawn(a="toy.Eager"), catalog_of(eager))):
        if isinstance(event, NodePreviewed):
            step = event.preview.step
            assert step == 4 or begun[step + 1].wait(PATIENCE)  # it works while we look
            assert step >= 3 or not begun[step + 2].wait(0.02)  # but only so far


def test_closing_waits_for_a_node_that_shows_nothing_and_starts_no_other(
    catalog_of: CatalogOf, catalog: Catalog, drawn: Drawn
) -> None:
    begun, go, done = Event(), Event(), []

    @node("toy.Slow")
    def slow(*, quick: bool = False) -> Number:
        if quick:
            return 0.0
        begun.set()
        assert go.wait(PATIENCE)
        done.append("slow")
        return 1.0

    nodes = {f"n{number}": Placed("toy.Slow", {"quick": number < 3}) for number in range(20)}
    events = run(plan(drawn(**nodes), catalog_of(slow)), workers=1)
    while next(events) != NodeStarted("n3"):
        pass
    assert begun.wait(PATIENCE)
    closer = threading.Thread(target=events.close)
    closer.start()
    closer.join(0.05)
    assert closer.is_alive()
    go.set()
    closer.join(PATIENCE)
    assert not closer.is_alive()
    assert done == ["slow"]


def test_a_node_that_clings_on_when_it_is_stopped_does_not_harm(catalog_of: CatalogOf, drawn: Drawn) -> None:
    clung = Event()

    @node("toy.Cling")
    def cling() -> Steps[Number]:
        try:
            while True:
                yield Preview(None, 0, 0)
        finally:
            clung.set()
            yield Preview(None, 0, 0)

    with closing(run(plan(drawn(a="toy.Cling"), catalog_of(cling)))) as events:
        while not isinstance(next(events), NodePreviewed):
            pass
    assert clung.is_set()


def test_a_run_that_was_never_begun_runs_nothing(catalog_of: CatalogOf, drawn: Drawn) -> None:
    @node("toy.Never")
    def never() -> Number:
        raise AssertionError("it must not run")

    run(plan(drawn(a="toy.Never"), catalog_of(never))).close()


# The cache.


def test_going_back_to_old_settings_computes_nothing_again(catalog: Catalog, drawn: Drawn) -> None:
    cache = Cache()
    a = drawn("x.number -> y.a", "y.number -> z.a", x="toy.Number", y="toy.Add", z="toy.Count")
    b = a.with_params("y", by=5)
    assert ran(events_of(a, catalog, cache)) == {"x", "y", "z"}
    assert ran(events_of(b, catalog, cache)) == {"y", "z"}
    again = events_of(a, catalog, cache)
    assert ran(again) == set()
    assert told(again) == [("NodeFinished", name) for name in "xyz"] + [("RunFinished", "")]
    assert all(event.cached and event.seconds == 0.0 for event in again[:-1])
    assert results(again) == {"x": 0.0, "y": 0.0, "z": 3.0}


def test_what_only_feeds_unchanged_nodes_is_not_run_though_the_cache_has_let_it_go(
    catalog: Catalog, drawn: Drawn
) -> None:
    graph = drawn("x.number -> y.a", x="toy.Number", y="toy.Add")
    made, cache = plan(graph, catalog), Cache()
    cache.put(made.steps[1].key, 7.0)
    events = list(run(made, cache))
    assert results(events) == {"x": None, "y": 7.0}
    assert ran(events) == set()


def test_a_node_that_failed_or_must_not_be_cached_runs_again(catalog: Catalog, drawn: Drawn) -> None:
    graph = drawn("x.number -> bad.a", "x.number -> say.a", x="toy.Number", bad="toy.Fail", say="toy.Say")
    cache = Cache()
    assert ran(events_of(graph, catalog, cache)) == {"x", "bad", "say"}
    assert ran(events_of(graph, catalog, cache)) == {"bad", "say"}
    assert len(cache) == 1


def test_without_a_cache_everything_runs_again(catalog: Catalog, drawn: Drawn) -> None:
    made = plan(drawn("x.number -> y.a", x="toy.Number", y="toy.Add"), catalog)
    assert [ran(run(made)) for _ in range(2)] == [{"x", "y"}] * 2


def parcels(gone: dict[str, Event]) -> tuple[AnyNode, AnyNode]:
    """A node that makes a parcel out of another, and one that waits until such a parcel is gone."""

    def watched(context: Context) -> Parcel:
        parcel = Parcel()
        weakref.finalize(parcel, gone.setdefault(context.node, Event()).set)
        return parcel

    @node("toy.Pack")
    def pack(a: Thing | None = None, *, context: Context) -> Thing:
        return watched(context)

    @node("toy.Wait")
    def wait(a: Thing | None = None, *, name: str = "", context: Context) -> Thing:
        assert gone[name].wait(PATIENCE)
        return watched(context)

    return pack, wait


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("cache", [None, Cache(100)])
def test_a_result_that_no_other_node_reads_is_let_go_during_the_run(
    catalog_of: CatalogOf, drawn: Drawn, streams: bool, cache: Cache | None
) -> None:
    pack, wait = parcels({})
    catalog = catalog_of(*(streaming(each) if streams else each for each in (pack, wait)))
    graph = drawn(
        "a.thing -> b.a", "b.thing -> c.a", "b.thing -> d.a", "c.thing -> d2.a", "d2.thing -> e.a",
        a="toy.Pack", b="toy.Pack", c=Placed("toy.Wait", {"name": "a"}),
        d="toy.Pack", d2="toy.Pack", e=Placed("toy.Wait", {"name": "b"}),
    )  # fmt: skip
    made = plan(graph, catalog)
    for event in run(made, cache, workers=1):
        assert not isinstance(event, NodeFailed), event
        del event


def test_a_result_that_only_lost_nodes_would_read_is_let_go(catalog_of: CatalogOf, drawn: Drawn) -> None:
    @node("toy.Bad")
    def bad() -> Thing:
        raise ValueError("no")

    @node("toy.Join")
    def join(items: list[Thing]) -> Thing:
        return 1

    pack, wait = parcels({})
    catalog = catalog_of(pack, wait, bad, join)
    graph = drawn(
        "bad.thing -> join.items", "a.thing -> join.items",
        bad="toy.Bad", a="toy.Pack", join="toy.Join", last=Placed("toy.Wait", {"name": "a"}),
    )  # fmt: skip
    seen = []
    for event in run(plan(graph, catalog), workers=1):
        seen.append((type(event), getattr(event, "name", "")))
        del event
    assert (NodeFinished, "last") in seen
    assert (NodeSkipped, "join") in seen


# What nodes are told, and what they must not do to each other.


def test_a_node_is_told_where_it_runs(catalog_of: CatalogOf, drawn: Drawn) -> None:
    told: list[Context] = []

    @node("toy.Ask")
    def ask(*, context: Context) -> Number:
        told.append(context)
        return 1.0

    catalog, graph = catalog_of(ask), drawn(a="toy.Ask")
    workspace = Workspace("cuda:1")
    list(run(plan(graph, catalog, workspace)))
    assert told == [Context("a", "cuda:1", workspace.out, graph, catalog.weights)]


def test_the_gradient_mode_of_one_node_reaches_no_other(catalog_of: CatalogOf, drawn: Drawn) -> None:
    import torch

    inside, looked = Event(), Event()
    modes: dict[str, bool] = {}

    @node("toy.Dark")
    def dark() -> Steps[Number]:
        with torch.no_grad():
            while not looked.is_set():
                inside.set()
                modes["dark"] = torch.is_grad_enabled()
                yield Preview(None, 0, 0)
        modes["dark afterwards"] = torch.is_grad_enabled()
        return 1.0

    @node("toy.Light")
    def light() -> Steps[Number]:
        assert inside.wait(PATIENCE)
        for step in range(3):
            modes["light"] = torch.is_grad_enabled()
            yield Preview(None, step, 3)
        return 1.0

    @node("toy.Plain")
    def plain(a: Number) -> Number:
        modes["plain"] = torch.is_grad_enabled()
        looked.set()
        return 1.0

    graph = drawn("light.number -> plain.a", dark="toy.Dark", light="toy.Light", plain="toy.Plain")
    for event in run(plan(graph, catalog_of(dark, light, plain)), workers=2):
        assert torch.is_grad_enabled(), event
    assert modes == {"dark": False, "dark afterwards": True, "light": True, "plain": True}


def test_no_thread_is_left_behind(catalog: Catalog, drawn: Drawn) -> None:
    before = threading.active_count()
    graph = drawn(**{f"n{number}": "toy.Count" for number in range(5)})
    assert len(results(events_of(graph, catalog, workers=3))) == 5
    assert threading.active_count() == before


def test_results_of_side_by_side_runs_do_not_mix(catalog: Catalog, drawn: Drawn) -> None:
    cache, found = Cache(), dict[int, Any]()

    def one(value: int) -> None:
        graph = drawn("x.number -> y.a", x=Placed("toy.Number", {"value": value}), y="toy.Add")
        found[value] = results(events_of(graph, catalog, cache))["y"]

    threads = [threading.Thread(target=one, args=(value,)) for value in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {value: float(value) for value in range(8)}


def test_a_node_is_queued_once_and_only_if_it_has_to_run(catalog: Catalog, drawn: Drawn) -> None:
    cache = Cache()
    graph = drawn("x.number -> y.a", x="toy.Number", y="toy.Add")
    events_of(graph, catalog, cache)
    events = events_of(graph.with_params("y", by=1), catalog, cache)
    assert [event.name for event in events if isinstance(event, NodeQueued)] == ["y"]
