"""A run is steered from outside while it is on: cancelled, paused, and given other settings."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from queue import Empty, SimpleQueue
from threading import Event, Thread, Timer
from typing import Annotated, Any

import pytest
from capriccio.core import (
    Cache,
    CapriccioError,
    Catalog,
    Context,
    Controls,
    Graph,
    InputError,
    Live,
    NodeChanged,
    NodeFailed,
    NodeFinished,
    NodePreviewed,
    NodeStarted,
    Number,
    Placed,
    Preview,
    Range,
    RunFinished,
    Steps,
    node,
    plan,
    run,
)

Drawn = Callable[..., Graph]
CatalogOf = Callable[..., Catalog]
PATIENCE = 10.0
"""Seconds to wait for what should happen at once."""
A_MOMENT = 0.05
"""Seconds to wait for what should not happen."""

Weight = Annotated[float, Range(0.0, 1000.0), Live(), "How much it counts."]


@node("toy.Number")
def number(*, value: float = 1.0) -> Number:
    return value


@node("toy.Weigh")
def weigh(a: Number | None = None, *, weight: Weight = 1.0, firm: float = 0.0) -> Number:
    if weight == 13.0:
        raise InputError("13 brings bad luck")
    return weight * (1.0 if a is None else a)


@node("toy.Total")
def total(items: Annotated[list[Number], Live()]) -> Number:
    if sum(items) > 900:
        raise ValueError("too much")
    return sum(items)


@node("toy.Plain")
def plain(a: Number) -> Number:
    return a


@node("toy.Follow")
def follow(
    items: Annotated[list[Number], Live()],
    fixed: list[Number] | None = None,
    other: Annotated[Number, Live()] | None = None,
    *,
    gain: Weight = 1.0,
    until: float = 0.0,
) -> Steps[Number]:
    """Show what it was sent at each step, until what it has is enough."""
    sent: Any = None
    for step in range(1, 100_000):
        sent = yield Preview(sent, step, 0)
        items, gain = (sent or {}).get("items", items), (sent or {}).get("gain", gain)
        if gain * sum(items) >= until:
            return gain * sum(items)
    raise AssertionError("what it waits for has not come")


@pytest.fixture
def catalog(catalog_of: CatalogOf) -> Catalog:
    return catalog_of(number, weigh, total, plain, follow)


def until(target: float, **params: Any) -> Placed:
    """A node that follows its inputs until their sum times its gain is so large."""
    return Placed("toy.Follow", {"until": target, **params})


begun_runs: list[Controls] = []


@pytest.fixture(autouse=True)
def nothing_goes_on() -> Iterator[None]:
    """After a test has failed, what it was following must not go on for ever."""
    yield
    while begun_runs:
        begun_runs.pop().cancel()


class Followed:
    """A run in a thread of its own, and what it has told."""

    def __init__(self, graph: Graph, catalog: Catalog, controls: Controls, **more: Any) -> None:
        self.events: list[Any] = []
        begun_runs.append(controls)
        self._told: SimpleQueue[Any] = SimpleQueue()
        events = run(plan(graph, catalog), controls=controls, **more)
        self._thread = Thread(target=self._follow, args=(events,))
        self._thread.start()

    def until(self, wanted: Callable[[Any], bool]) -> Any:
        """The next event that is so."""
        while True:
            event = self._told.get(timeout=PATIENCE)
            self.events.append(event)
            if wanted(event):
                return event

    def is_silent(self) -> bool:
        """Whether nothing is told any more; a preview that was on its way does not count."""
        try:
            for _ in range(100):
                self.events.append(self._told.get(timeout=A_MOMENT))
        except Empty:
            return True
        return False

    def ended(self) -> list[Any]:
        """All events, once the run is over."""
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        while not self._told.empty():
            self.events.append(self._told.get())
        return self.events

    def _follow(self, events: Any) -> None:
        for event in events:
            self._told.put(event)


def begun(name: str) -> Callable[[Any], bool]:
    return lambda event: isinstance(event, NodeStarted) and event.name == name


def previewed(name: str) -> Callable[[Any], bool]:
    return lambda event: isinstance(event, NodePreviewed) and event.name == name


def finished(name: str) -> Callable[[Any], bool]:
    return lambda event: isinstance(event, NodeFinished) and event.name == name


def steered(
    graph: Graph,
    catalog: Catalog,
    when: Callable[[Any], bool],
    act: Callable[[Controls], None],
    cache: Cache | None = None,
    **more: Any,
) -> list[Any]:
    """All events of a run that is steered once, by who reads its events."""
    controls, events, acted = Controls(), [], False
    for event in run(plan(graph, catalog), cache, controls=controls, **more):
        events.append(event)
        if not acted and when(event):
            acted = True
            act(controls)
    return events


def results(events: list[Any]) -> dict[str, Any]:
    return {event.name: event.result for event in events if isinstance(event, NodeFinished)}


def changes(events: list[Any]) -> list[NodeChanged]:
    return [event for event in events if isinstance(event, NodeChanged)]


def sent(events: list[Any], name: str) -> list[Mapping[str, Any]]:
    """What a following node was sent, in order; at its last step it shows nothing any more."""
    shown = [event.preview.value for event in events if previewed(name)(event)]
    return [value for value in shown if value is not None]


# Changing settings.


def test_a_running_node_is_sent_a_changed_setting_once_and_as_its_function_takes_it(
    catalog: Catalog, drawn: Drawn
) -> None:
    graph = drawn("x.number -> f.items", x="toy.Number", f=until(5))
    run = Followed(graph, catalog, controls := Controls())
    run.until(previewed("f"))
    controls.change("f", gain=4)
    run.until(lambda event: previewed("f")(event) and event.preview.value is not None)
    controls.change("f", gain=5)
    events = run.ended()
    assert sent(events, "f") == [{"gain": 4.0}]  # at the second it ends
    assert type(sent(events, "f")[0]["gain"]) is float
    assert changes(events) == [NodeChanged("f", {"gain": 4}, ("f",)), NodeChanged("f", {"gain": 5}, ("f",))]
    assert results(events)["f"] == 5.0


def test_a_changed_weight_reaches_the_node_that_runs_on_it_with_the_whole_list(
    catalog: Catalog, drawn: Drawn
) -> None:
    graph = drawn(
        "x.number -> a.a", "a.number -> f.items", "b.number -> f.items", "x.number -> f.items",
        x=Placed("toy.Number", {"value": 2}), a="toy.Weigh", b="toy.Weigh", f=until(23),
    )  # fmt: skip
    run = Followed(graph, catalog, controls := Controls())
    run.until(previewed("f"))
    controls.change("b", weight=7.0)
    run.until(lambda event: previewed("f")(event) and event.preview.value is not None)
    controls.change("a", weight=7.0)
    events = run.ended()
    assert sent(events, "f") == [{"items": [2.0, 7.0, 2.0]}]
    assert changes(events) == [
        NodeChanged("b", {"weight": 7.0}, ("f",), remade={"b": 7.0}),
        NodeChanged("a", {"weight": 7.0}, ("f",), remade={"a": 14.0}),
    ]
    assert results(events) == {"x": 2.0, "a": 2.0, "b": 1.0, "f": 23.0}


def test_a_change_goes_through_all_that_can_be_made_again_and_no_further(
    catalog: Catalog, drawn: Drawn
) -> None:
    graph = drawn(
        "a.number -> t.items", "b.number -> t.items", "t.number -> t2.items", "t2.number -> f.items",
        "a.number -> p.a", "p.number -> t3.items", "a.number -> late.items", "f.number -> late.items",
        "a.number -> f.other", "t3.number -> f.fixed", "a.number -> f.fixed",
        a="toy.Weigh", b="toy.Weigh", t="toy.Total", t2="toy.Total", p="toy.Plain", t3="toy.Total",
        f=until(9), late="toy.Total",
    )  # fmt: skip
    events = steered(graph, catalog, previewed("f"), lambda controls: controls.change("a", weight=8.0))
    (changed,) = changes(events)
    assert changed.reached == ("f",)
    assert changed.remade == {"a": 8.0, "t": 9.0, "t2": 9.0}
    found = results(events)
    assert (found["f"], found["t2"], found["late"]) == (9.0, 2.0, 17.0)


@pytest.mark.parametrize("name", [None, "f"])
def test_a_change_during_a_pause_is_waiting_when_it_ends(
    catalog: Catalog, drawn: Drawn, name: str | None
) -> None:
    graph = drawn("a.number -> f.items", a="toy.Weigh", f=until(6))
    run = Followed(graph, catalog, controls := Controls())
    run.until(previewed("f"))
    controls.pause(name)
    controls.change("a", weight=2.0)
    controls.change("f", gain=2.0)
    controls.change("a", weight=3.0)
    run.until(lambda event: isinstance(event, NodeChanged) and event.params == {"weight": 3.0})
    assert run.is_silent()
    before = len(sent(run.events, "f"))
    controls.resume(name)
    events = run.ended()
    assert before == 0
    assert results(events)["f"] == 6.0
    assert [change.reached for change in changes(events)] == [("f",)] * 3


def test_of_many_changes_none_is_lost_and_the_last_counts(catalog: Catalog, drawn: Drawn) -> None:
    graph = drawn("a.number -> f.items", "b.number -> f.items", a="toy.Weigh", b="toy.Weigh", f=until(500))
    run = Followed(graph, catalog, controls := Controls())
    run.until(previewed("f"))
    for place in range(200):
        controls.change("a", weight=place + 0.5)
        controls.change("b", weight=place / 4 + 0.1)
    controls.change("a", weight=100)
    controls.change("b", weight=25)
    controls.change("f", gain=4.0)
    events = run.ended()
    assert results(events)["f"] == 500.0
    assert len(changes(events)) == 403
    assert {change.problem for change in changes(events)} == {""}


def test_a_node_that_has_not_begun_begins_with_what_was_changed(catalog: Catalog, drawn: Drawn) -> None:
    graph = drawn("x.number -> f.items", "f.number -> a.a", x="toy.Number", f=until(1), a="toy.Weigh")
    events = steered(graph, catalog, previewed("f"), lambda controls: controls.change("a", weight=9))
    assert changes(events) == [NodeChanged("a", {"weight": 9})]
    assert results(events)["a"] == 9.0


def test_a_change_before_the_run_begins_counts(catalog: Catalog, drawn: Drawn) -> None:
    controls = Controls()
    controls.change("a", weight=9.0)
    assert results(list(run(plan(drawn(a="toy.Weigh"), catalog), controls=controls))) == {"a": 9.0}


def test_a_node_that_shows_nothing_and_is_changed_while_it_runs_is_made_again_when_it_is_done(
    catalog_of: CatalogOf, drawn: Drawn
) -> None:
    inside, go, seen = Event(), Event(), []

    @node("toy.Slow")
    def slow(a: Annotated[Number, Live()] | None = None, *, weight: Weight = 1.0) -> Number:
        seen.append((a, weight))
        inside.set()
        assert go.wait(PATIENCE)
        if weight == 1.0:
            raise ValueError("what it began with counts no more")
        return weight * (a or 1.0)

    graph = drawn(
        "a.number -> slow.a", "slow.number -> p.a",
        a="toy.Weigh", slow="toy.Slow", beside="toy.Slow", p="toy.Plain",
    )  # fmt: skip
    graph = graph.with_params("beside", weight=2.0)
    run = Followed(graph, catalog_of(weigh, slow, plain), controls := Controls(), workers=2)
    run.until(begun("slow"))
    assert inside.wait(PATIENCE)
    controls.change("slow", weight=3.0)
    controls.change("a", weight=5.0)
    run.until(lambda event: isinstance(event, NodeChanged) and event.name == "a")
    go.set()
    events = run.ended()
    assert [change.reached for change in changes(events)] == [(), ()]
    assert results(events)["slow"] == results(events)["p"] == 15.0
    assert seen.count((5.0, 3.0)) == 1
    assert len([event for event in events if finished("slow")(event)]) == 1


def test_what_waits_for_a_thread_can_still_be_changed_and_paused(catalog_of: CatalogOf, drawn: Drawn) -> None:
    go = Event()

    @node("toy.Slow")
    def slow(*, weight: Weight = 1.0) -> Number:
        assert weight != 3.0 or go.wait(PATIENCE)
        return weight

    # After quick nodes, many are handed out at once.
    graph = drawn(**{f"n{at}": Placed("toy.Slow", {"weight": at}) for at in range(12)})
    run = Followed(graph, catalog_of(slow), controls := Controls(), workers=1)
    run.until(begun("n3"))
    controls.change("n10", weight=500.0)
    controls.pause("n11")
    run.until(lambda event: isinstance(event, NodeChanged))
    go.set()
    assert run.is_silent()
    assert set(results(run.events)) == {f"n{at}" for at in range(11)}
    controls.resume("n11")
    assert results(run.ended()) == {**{f"n{at}": float(at) for at in range(12)}, "n10": 500.0}


def test_who_reads_a_renewed_result_and_waits_for_a_thread_reads_the_new_one(
    catalog_of: CatalogOf, drawn: Drawn
) -> None:
    go = Event()

    @node("toy.Slow")
    def slow(a: Number, *, wait: bool = False) -> Number:
        assert not wait or go.wait(PATIENCE)
        return a

    nodes: dict[str, Any] = {f"n{at}": Placed("toy.Slow", {"wait": at == 3}) for at in range(12)}
    graph = drawn(*[f"a.number -> {name}.a" for name in nodes], a="toy.Weigh", **nodes)
    run = Followed(graph, catalog_of(weigh, slow), controls := Controls(), workers=1)
    run.until(begun("n3"))
    controls.change("a", weight=7.0)
    run.until(lambda event: isinstance(event, NodeChanged))
    go.set()
    found = results(run.ended())
    assert [found[f"n{at}"] for at in range(12)] == [1.0] * 4 + [7.0] * 8


def test_what_has_ended_and_shows_its_work_is_left_as_it_is(catalog: Catalog, drawn: Drawn) -> None:
    graph = drawn(
        "a.number -> f.items", "f.number -> g.items", "a.number -> g.fixed",
        a="toy.Weigh", f=until(1), g=until(4),
    )  # fmt: skip

    def act(controls: Controls) -> None:
        controls.change("f", gain=50.0)
        controls.change("a", weight=60.0)
        controls.change("g", gain=4.0)

    events = steered(graph, catalog, previewed("g"), act)
    assert [change.reached for change in changes(events)] == [(), (), ("g",)]
    assert [change.problem for change in changes(events)] == [""] * 3
    assert results(events)["g"] == 4.0


def test_a_node_that_failed_is_left_as_it_is(catalog: Catalog, drawn: Drawn) -> None:
    graph = drawn("a.number -> p.a", a=Placed("toy.Weigh", {"weight": 13}), p="toy.Plain")
    failed = lambda event: isinstance(event, NodeFailed)  # noqa: E731
    events = steered(graph, catalog, failed, lambda controls: controls.change("a", weight=1.0))
    assert changes(events) == [NodeChanged("a", {"weight": 1.0})]
    assert (events[-1].failed, events[-1].skipped) == (("a",), ("p",))


@pytest.mark.parametrize(
    ("name", "params", "problem"),
    [
        ("aa", {"weight": 2.0}, "no node aa is part of this run; did you mean a?"),
        ("a", {"wieght": 2.0}, "a: toy.Weigh has no setting wieght; did you mean weight?"),
        ("a", {"firm": 2.0}, "a.firm cannot be changed while the run is on; run again"),
        ("a", {"weight": 2e3}, "a.weight is 2000.0; it must lie between 0.0 and 1000.0"),
        ("f", {"gain": "much"}, "f.gain is 'much'; it must be a finite number"),
        (
            "a",
            {"weight": -1, "firm": 1},
            "a.weight is -1; it must lie between 0.0 and 1000.0\n"
            "a.firm cannot be changed while the run is on; run again",
        ),
        ("a", {"weight": 13.0}, "a: was made again and raised, so nothing is changed: "
         "InputError('13 brings bad luck')"),
        ("a", {"weight": 950}, "t: was made again and raised, so nothing is changed: ValueError('too much')"),
    ],
)  # fmt: skip
def test_what_cannot_be_changed_is_told_and_changes_nothing(
    catalog: Catalog, drawn: Drawn, name: str, params: dict[str, Any], problem: str
) -> None:
    graph = drawn(
        "a.number -> t.items", "t.number -> f.items", "f.number -> p.a", "a.number -> late.items",
        "f.number -> late.items", a="toy.Weigh", t="toy.Total", f=until(1), p="toy.Plain", late="toy.Total",
    )  # fmt: skip
    cache = Cache()
    events = steered(graph, catalog, previewed("f"), lambda controls: controls.change(name, **params), cache)
    assert changes(events) == [NodeChanged(name, params, problem=problem)]
    assert results(events) == {"a": 1.0, "t": 1.0, "f": 1.0, "p": 1.0, "late": 2.0}
    assert sent(events, "f") == []
    assert len(cache) == 2  # f and p, as in any run


# What a change leaves behind.


def test_after_a_change_the_next_run_gives_what_a_fresh_one_gives(catalog: Catalog, drawn: Drawn) -> None:
    graph = drawn(
        "x.number -> a.a", "a.number -> p.a", "a.number -> f.items", "f.number -> q.a", "x.number -> r.a",
        x="toy.Number", a="toy.Weigh", p="toy.Plain", f=until(1), q="toy.Plain", r="toy.Plain",
    )  # fmt: skip
    fresh = results(list(run(plan(graph, catalog))))
    cache = Cache()
    events = steered(
        graph, catalog, previewed("f"), lambda controls: controls.change("a", weight=30.0), cache, workers=2
    )
    assert results(events)["q"] == 30.0
    again = list(run(plan(graph, catalog), cache))
    assert results(again) == {**fresh, "x": 1.0}
    assert {event.name for event in again if isinstance(event, NodeStarted)} >= {"a", "f", "q"}
    assert not {event.name for event in again if isinstance(event, NodeStarted)} & {"x", "r"}


def test_a_node_with_something_live_is_run_again_only_for_those_that_read_it(
    catalog: Catalog, drawn: Drawn
) -> None:
    graph = drawn(
        "x.number -> a.a", "a.number -> t.items", "t.number -> p.a", "p.number -> q.a",
        x="toy.Number", a="toy.Weigh", t="toy.Total", p="toy.Plain", q="toy.Plain",
    )  # fmt: skip
    cache = Cache()

    def started(graph: Graph) -> set[str]:
        return {event.name for event in run(plan(graph, catalog), cache) if isinstance(event, NodeStarted)}

    assert started(graph) == {"x", "a", "t", "p", "q"}
    assert len(cache) == 3
    assert started(graph) == set()
    assert started(graph.with_params("a", weight=2.0)) == {"a", "t", "p", "q"}


def test_nodes_that_begin_after_a_change_are_told_of_the_changed_graph(
    catalog_of: CatalogOf, drawn: Drawn
) -> None:
    told: dict[str, Graph] = {}

    @node("toy.Ask", cached=False)
    def ask(a: Number, *, context: Context) -> Number:
        told[context.node] = context.graph
        return a

    graph = drawn(
        "a.number -> f.items", "a.number -> before.a", "f.number -> after.a",
        a="toy.Weigh", f=until(3), before="toy.Ask", after="toy.Ask",
    )  # fmt: skip
    run = Followed(graph, catalog_of(weigh, follow, ask), controls := Controls())
    run.until(finished("before"))
    controls.change("a", weight=3)
    run.ended()
    assert told == {"before": graph, "after": graph.with_params("a", weight=3)}


@pytest.mark.parametrize(("name", "params"), [("a", {"weight": 13.0}), ("f", {"gain": 2.0})])
def test_a_change_that_comes_to_nothing_leaves_the_graph_as_it_was(
    catalog_of: CatalogOf, drawn: Drawn, name: str, params: dict[str, Any]
) -> None:
    told: list[Graph] = []

    @node("toy.Ask")
    def ask(a: Number, *, context: Context) -> Number:
        told.append(context.graph)
        return a

    graph = drawn("a.number -> f.items", "f.number -> ask.a", a="toy.Weigh", f=until(1), ask="toy.Ask")
    cache, nodes = Cache(), catalog_of(weigh, follow, ask)
    steered(graph, nodes, finished("f"), lambda controls: controls.change(name, **params), cache)
    assert told == [graph]
    assert len(cache) == 2  # f and ask


# Pausing.


@pytest.mark.parametrize("name", [None, "s"])
def test_a_node_that_is_paused_in_the_middle_of_a_step_shows_it_and_takes_no_other(
    catalog_of: CatalogOf, drawn: Drawn, name: str | None
) -> None:
    inside, go = [Event() for _ in range(3)], Event()

    @node("toy.Slow")
    def slow() -> Steps[Number]:
        for step in range(3):
            inside[step].set()
            assert go.wait(PATIENCE)
            yield Preview(None, step, 3)
        return 1.0

    run = Followed(drawn(s="toy.Slow"), catalog_of(slow), controls := Controls())
    assert inside[0].wait(PATIENCE)
    controls.pause(name)
    controls.change("s")
    run.until(lambda event: isinstance(event, NodeChanged))  # so the pause has been heard
    go.set()
    assert run.until(previewed("s")).preview.step == 0
    assert run.is_silent()
    assert not inside[1].is_set()
    controls.resume(name)
    assert results(run.ended()) == {"s": 1.0}


def test_a_node_that_is_paused_as_it_begins_takes_no_step(catalog_of: CatalogOf, drawn: Drawn) -> None:
    inside, go = Event(), Event()

    @node("toy.Quick")
    def quick() -> Steps[Number]:
        inside.set()
        yield Preview(None, 1, 1)
        return 1.0

    def hesitate(name: str) -> None:
        assert go.wait(PATIENCE)

    controls = Controls(began=hesitate)
    run = Followed(drawn(s="toy.Quick"), catalog_of(quick), controls)
    run.until(begun("s"))
    controls.pause("s")
    controls.change("s")
    run.until(lambda event: isinstance(event, NodeChanged))
    go.set()
    assert run.is_silent()
    assert not inside.is_set()
    controls.resume("s")
    assert results(run.ended()) == {"s": 1.0}


def test_a_paused_node_lets_the_other_go_on_and_its_last_preview_is_shown(
    catalog: Catalog, drawn: Drawn
) -> None:
    graph = drawn("x.number -> a.items", "x.number -> b.items", x="toy.Number", a=until(2), b=until(2))
    run = Followed(graph, catalog, controls := Controls(), workers=2)
    run.until(previewed("a"))
    controls.pause("a")
    controls.change("b", gain=2.0)
    run.until(finished("b"))
    assert run.is_silent()
    shown = len([event for event in run.events if previewed("a")(event)])
    controls.change("a", gain=2.0)
    assert run.is_silent()
    assert len([event for event in run.events if previewed("a")(event)]) == shown
    controls.resume()  # of the whole run, which was not paused
    assert run.is_silent()
    controls.resume("a")
    assert results(run.ended()) == {"x": 1.0, "a": 2.0, "b": 2.0}


def test_a_paused_run_starts_nothing_and_asks_nobody_on(catalog: Catalog, drawn: Drawn) -> None:
    graph = drawn(
        "x.number -> y.a", "y.number -> f.items", "f.number -> z.a",
        x="toy.Number", y="toy.Plain", f=until(1), z="toy.Plain",
    )  # fmt: skip
    controls = Controls()
    seen = []
    with closing(run(plan(graph, catalog), controls=controls)) as events:
        for event in events:
            seen.append(event)
            if finished("x")(event):
                break
        controls.pause()
        controls.change("y")  # tells that the pause has been heard
        controls.change("f")
        assert [type(next(events)) for _ in range(2)] == [NodeChanged] * 2
        resumer = Timer(A_MOMENT, controls.resume)
        resumer.start()
        assert begun("y")(next(events))
        seen += events
        resumer.join()
    assert isinstance(seen[-1], RunFinished)


@pytest.mark.parametrize("name", [None, "f", "y"])
def test_what_is_paused_before_it_begins_does_not_begin(
    catalog: Catalog, drawn: Drawn, name: str | None
) -> None:
    graph = drawn("x.number -> y.a", "y.number -> f.items", x="toy.Number", y="toy.Plain", f=until(1))
    controls = Controls()
    controls.pause(name)
    run = Followed(graph, catalog, controls)
    assert run.is_silent()
    started = {event.name for event in run.events if isinstance(event, NodeStarted)}
    assert started == {None: set(), "f": {"x", "y"}, "y": {"x"}}[name]
    controls.resume(name)
    assert results(run.ended()) == {"x": 1.0, "y": 1.0, "f": 1.0}


def test_the_pause_of_a_node_outlasts_that_of_the_run(catalog: Catalog, drawn: Drawn) -> None:
    controls = Controls()
    controls.pause()
    controls.pause("a")
    controls.resume()
    run = Followed(drawn(a="toy.Number", b="toy.Number"), catalog, controls)
    run.until(finished("b"))
    assert run.is_silent()
    controls.resume("a")
    assert results(run.ended()) == {"a": 1.0, "b": 1.0}


# Cancelling.


def cancelled(run: Followed, controls: Controls) -> list[Any]:
    controls.cancel()
    events = run.ended()
    assert not any(isinstance(event, RunFinished) for event in events)
    return events


@pytest.mark.parametrize("pause", [(), (None,), ("f",)])
def test_a_run_that_waits_for_its_nodes_can_be_cancelled_from_another_thread(
    catalog_of: CatalogOf, drawn: Drawn, pause: tuple[str | None, ...]
) -> None:
    ended = Event()

    @node("toy.Endless")
    def endless(*, gain: Weight = 1.0) -> Steps[Number]:
        try:
            while True:
                yield Preview(None, 0, 0)
        finally:
            ended.set()

    run = Followed(drawn(f="toy.Endless"), catalog_of(endless), controls := Controls())
    run.until(previewed("f"))
    for name in pause:
        controls.pause(name)
        assert run.is_silent()
    assert not any(finished("f")(event) for event in cancelled(run, controls))
    assert ended.is_set()


def test_a_run_is_cancelled_when_the_nodes_have_ended_that_show_nothing(
    catalog_of: CatalogOf, drawn: Drawn
) -> None:
    inside, go = Event(), Event()

    @node("toy.Slow")
    def slow() -> Number:
        inside.set()
        assert go.wait(PATIENCE)
        return 1.0

    graph = drawn("a.number -> p.a", a="toy.Slow", p="toy.Plain", b="toy.Slow")
    run = Followed(graph, catalog_of(slow, plain), controls := Controls(), workers=2)
    assert inside.wait(PATIENCE)
    controls.cancel()
    go.set()
    assert not any(begun("p")(event) for event in run.ended())
    assert not any(isinstance(event, RunFinished) for event in run.events)


@pytest.mark.parametrize("after", ["x", "y", "z"])
def test_a_run_is_cancelled_between_two_nodes_of_a_chain_and_after_the_last(
    catalog: Catalog, drawn: Drawn, after: str
) -> None:
    graph = drawn("x.number -> y.a", "y.number -> z.a", x="toy.Number", y="toy.Plain", z="toy.Plain")
    events = steered(graph, catalog, finished(after), lambda controls: controls.cancel())
    assert finished(after)(events[-1])


@pytest.mark.parametrize("paused", [False, True])
def test_a_run_that_is_cancelled_before_it_begins_runs_nothing(
    catalog: Catalog, drawn: Drawn, paused: bool
) -> None:
    controls = Controls()
    if paused:
        controls.pause()
    controls.cancel()
    events = list(run(plan(drawn(a="toy.Number"), catalog), controls=controls))
    assert [type(event).__name__ for event in events] == ["NodeQueued"]


def test_a_run_that_is_paused_before_it_begins_can_be_cancelled(catalog: Catalog, drawn: Drawn) -> None:
    controls = Controls()
    controls.pause()
    run = Followed(drawn(a="toy.Number"), catalog, controls)
    assert run.is_silent()
    assert [type(event).__name__ for event in cancelled(run, controls)] == ["NodeQueued"]


# Telling which node begins.


@pytest.mark.parametrize("workers", [1, 2])
def test_which_node_begins_is_told_in_its_thread_before_it_does(
    catalog_of: CatalogOf, drawn: Drawn, workers: int
) -> None:
    log: list[tuple[str, str, int]] = []

    def note(what: str, name: str) -> None:
        log.append((what, name, threading.get_ident()))

    @node("toy.Note")
    def plainly(a: Number | None = None, *, weight: Weight = 1.0, context: Context) -> Number:
        note("runs", context.node)
        return 1.0

    @node("toy.NoteSteps")
    def stepwise(a: Annotated[Number, Live()] | None = None, *, context: Context) -> Steps[Number]:
        note("runs", context.node)
        while not (yield Preview(None, 0, 0)):
            pass
        return 1.0

    graph = drawn("a.number -> b.a", a="toy.Note", b="toy.NoteSteps", c="toy.Note", d="toy.Note")
    controls = Controls(began=lambda name: note("began", name))
    for event in run(plan(graph, catalog_of(plainly, stepwise)), controls=controls, workers=workers):
        if previewed("b")(event):
            controls.change("a", weight=2.0)
    for name in "abcd":
        own = [(what, thread) for what, other, thread in log if other == name]
        assert [what for what, _ in own[:2]] == ["began", "runs"]
        assert all(one[1] == two[1] for one, two in zip(own[::2], own[1::2], strict=True))
    alone = threading.get_ident()
    assert ("began", "a", alone) in log  # as it was made again


def test_a_node_fails_of_which_it_cannot_be_told_that_it_begins(catalog: Catalog, drawn: Drawn) -> None:
    def broken(name: str) -> None:
        raise OSError("the pipe is gone")

    graph = drawn("x.number -> f.items", x="toy.Number", f=until(1))
    events = list(run(plan(graph, catalog), controls=Controls(broken)))
    assert [event.name for event in events if isinstance(event, NodeFailed)] == ["x"]


def test_controls_steer_one_run(catalog: Catalog, drawn: Drawn) -> None:
    controls, graph = Controls(), drawn(a="toy.Number")
    list(run(plan(graph, catalog), controls=controls))
    controls.cancel()  # to no effect
    with pytest.raises(CapriccioError, match=r"^these Controls have steered a run already; make new ones"):
        list(run(plan(graph, catalog), controls=controls))
