"""Every setting is also a socket: what a link brings is checked against its range when it arrives."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from capriccio.core import (
    Bool,
    Cache,
    Catalog,
    Choice,
    Color,
    Context,
    Controls,
    Folder,
    Graph,
    GraphError,
    ImageFile,
    InputError,
    Live,
    NodeChanged,
    NodeFailed,
    NodeFinished,
    NodeItem,
    NodePreviewed,
    NodeStarted,
    Number,
    Placed,
    Preview,
    Range,
    Seed,
    Steps,
    Text,
    Workspace,
    node,
    plan,
    run,
)

Drawn = Callable[..., Graph]
CatalogOf = Callable[..., Catalog]
Calls = list[Any]


@node("toy.Number")
def number(*, value: Annotated[float, Live()] = 0.0) -> Number:
    return value


@node("toy.Text")
def text(*, text: str = "") -> Text:
    return text


@node("toy.Bool")
def yes(*, on: bool = True) -> Bool:
    return on


@node("toy.Numbers")
def numbers(*, values: str = "1 2 3") -> list[Number]:
    return [float(word) for word in values.split()]


@node("toy.Set")
def settings(
    *,
    amount: Annotated[float, Range(0.0, 1.0)] = 0.5,
    count: Annotated[int, Range(1, 9)] = 3,
    seed: Seed = 0,
    on: bool = False,
    title: str = "t",
    way: Literal["max", "average"] = "max",
    size: Literal[1, 2] = 1,
    late: Annotated[str, Choice(lambda: ["relu1", "relu2"])] = "relu1",
    color: Color = "#000000",
) -> Text:
    given = (amount, count, seed, on, title, way, size, late, color)
    return " ".join(f"{type(each).__name__}:{each}" for each in given)


def number_of(value: float) -> Placed:
    return Placed("toy.Number", {"value": value})


def text_of(text: str) -> Placed:
    return Placed("toy.Text", {"text": text})


@pytest.fixture
def catalog(catalog_of: CatalogOf) -> Catalog:
    return catalog_of(number, text, yes, numbers, settings)


def events_of(graph: Graph, catalog: Catalog, cache: Cache | None = None, **more: Any) -> list[Any]:
    return list(run(plan(graph, catalog, **more), cache))


def results(events: Iterable[Any]) -> dict[str, Any]:
    return {event.name: event.result for event in events if isinstance(event, NodeFinished)}


def failures(events: Iterable[Any]) -> dict[str, str]:
    return {event.name: str(event.error) for event in events if isinstance(event, NodeFailed)}


def problems(graph: Graph, catalog: Catalog) -> list[str]:
    with pytest.raises(GraphError) as caught:
        plan(graph, catalog)
    return [str(problem) for problem in caught.value.problems]


SOURCES: dict[str, Callable[[Any], Placed]] = {
    "number": number_of,
    "text": text_of,
    "bool": lambda on: Placed("toy.Bool", {"on": on}),
}


@pytest.mark.parametrize(
    ("kind", "given", "setting", "taken"),
    [
        ("number", 1.0, "amount", "float:1.0"),
        ("number", 4.0, "count", "int:4"),
        ("number", 4294967295.0, "seed", "int:4294967295"),
        ("bool", True, "on", "bool:True"),
        ("text", "", "title", "str:"),
        ("text", "average", "way", "str:average"),
        ("number", 2.0, "size", "int:2"),
        ("text", "relu2", "late", "str:relu2"),
        ("text", "#e0b040", "color", "str:#e0b040"),
    ],
)
def test_a_linked_value_is_taken_as_the_function_wants_it(
    catalog: Catalog, drawn: Drawn, kind: str, given: Any, setting: str, taken: str
) -> None:
    graph = drawn(f"v.{kind} -> s.{setting}", v=SOURCES[kind](given), s="toy.Set")
    events = events_of(graph, catalog)
    assert failures(events) == {}
    assert taken in results(events)["s"].split(" ")


@pytest.mark.parametrize(
    ("kind", "given", "setting", "sentence"),
    [
        ("number", 3.0, "amount", "amount is 3.0; it must lie between 0.0 and 1.0"),
        ("number", 2.5, "count", "count is 2.5; it must be a whole number"),
        ("number", 10.0, "count", "count is 10; it must lie between 1 and 9"),
        ("number", -1.0, "seed", "seed is -1; it must lie between 0 and 4294967295"),
        ("text", "sum", "way", "way is 'sum'; choose one of max, average"),
        ("number", 3.0, "size", "size is 3.0; choose one of 1, 2"),
        ("text", "relu3", "late", "late is 'relu3'; choose one of relu1, relu2; did you mean relu2?"),
        ("text", "red", "color", "color is 'red'; it must be a colour such as #e0b040"),
    ],
)
def test_a_linked_value_that_does_not_fit_is_named_with_what_would_and_where_it_comes_from(
    catalog: Catalog, drawn: Drawn, kind: str, given: Any, setting: str, sentence: str
) -> None:
    graph = drawn(f"from.{kind} -> s.{setting}", **{"from": SOURCES[kind](given), "s": "toy.Set"})
    events = events_of(graph, catalog)
    assert failures(events) == {"s": f"{sentence}; it comes from from.{kind}"}
    (error,) = (event.error for event in events if isinstance(event, NodeFailed))
    assert isinstance(error, InputError)


@pytest.mark.parametrize("given", [float("nan"), float("inf")])
def test_no_link_brings_what_is_no_number(catalog: Catalog, drawn: Drawn, given: float) -> None:
    @node("toy.Odd")
    def odd() -> Number:
        return given

    catalog.nodes["toy.Odd"] = odd
    events = events_of(drawn("v.number -> s.amount", v="toy.Odd", s="toy.Set"), catalog)
    assert failures(events) == {"s": f"amount is {given}; it must be a finite number; it comes from v.number"}


def test_a_linked_setting_counts_before_the_one_in_the_file_which_may_be_wrong(
    catalog: Catalog, drawn: Drawn
) -> None:
    graph = drawn("v.number -> s.amount", v=number_of(0.25), s=Placed("toy.Set", {"amount": 99}))
    assert results(events_of(graph, catalog))["s"].startswith("float:0.25 ")


def test_a_link_of_another_type_is_a_problem(catalog: Catalog, drawn: Drawn) -> None:
    graph = drawn("t.text -> s.amount", "v.number -> s.title", "v.number -> s.on", "v.number -> s.way",
                  t="toy.Text", v="toy.Number", s="toy.Set")  # fmt: skip
    assert problems(graph, catalog) == [
        "s.amount takes Number, but t.text gives Text",
        "s.title takes Text, but v.number gives Number",
        "s.on takes Bool, but v.number gives Number",
        "s.way takes Text, but v.number gives Number",
    ]


def test_two_links_into_one_setting_are_a_problem(catalog: Catalog, drawn: Drawn) -> None:
    graph = drawn("v.number -> s.amount", "w.number -> s.amount", v="toy.Number", w="toy.Number", s="toy.Set")
    assert problems(graph, catalog) == ["s.amount takes one link, and 2 end here: v.number, w.number"]


def test_a_setting_that_is_not_there_is_named(catalog: Catalog, drawn: Drawn) -> None:
    graph = drawn("v.number -> s.amonut", v="toy.Number", s="toy.Set")
    assert problems(graph, catalog) == ["s: toy.Set has no input or setting amonut; did you mean amount?"]


def test_a_list_at_a_setting_runs_the_node_once_for_each(catalog: Catalog, drawn: Drawn) -> None:
    graph = drawn("n.number -> s.count", n=Placed("toy.Numbers", {"values": "1 2.5 9"}), s="toy.Set")
    events = events_of(graph, catalog)
    ended = [
        e.event for e in events if isinstance(e, NodeItem) and isinstance(e.event, NodeFinished | NodeFailed)
    ]
    assert sorted(e.result.split(" ")[1] for e in ended if isinstance(e, NodeFinished)) == ["int:1", "int:9"]
    said = "count is 2.5; it must be a whole number; it comes from n.number"
    assert failures(events) == {"s": f"1 of 3 items failed: item 2 (n 2.5): {said}"}


def test_a_linked_setting_is_part_of_the_key(catalog: Catalog, drawn: Drawn) -> None:
    cache = Cache()

    def cached(value: float) -> bool:
        graph = drawn("v.number -> s.amount", v=number_of(value), s="toy.Set")
        events = events_of(graph, catalog, cache)
        return [e for e in events if isinstance(e, NodeStarted)] == []

    assert [cached(value) for value in (0.25, 0.5, 0.25, 0.5)] == [False, False, True, True]


# What a key needs to know.


@pytest.fixture
def read(catalog: Catalog) -> Calls:
    """Nodes whose keys depend on what is linked, and what they were given."""
    calls: Calls = []

    @node("toy.Read")
    def reader(*, file: ImageFile) -> Text:
        calls.append(file.name)
        return file.read_text()

    @node("toy.Folder")
    def folder(*, folder: Folder) -> Number:
        calls.append(folder.name)
        return float(len(list(folder.iterdir())))

    facts = {"big": "1", "small": "1"}

    def fact(context: Context, *, weights: str, by: float) -> str:
        calls.append((context.node, weights, by))
        if weights == "none":
            raise InputError("are not here; fetch them")
        return facts[weights]

    @node("toy.Weighted", depends=fact)
    def weighted(*, weights: str = "big", by: float = 0.0) -> Text:
        calls.append(weights)
        return weights

    catalog.nodes |= {each.id: each for each in (reader, folder, weighted)}
    calls.append(facts)
    return calls


def test_a_linked_file_is_read_anew_when_its_content_changes(
    catalog: Catalog, drawn: Drawn, read: Calls, tmp_path: Path
) -> None:
    read.clear()
    one = tmp_path / "one.png"
    one.write_text("first")
    cache, workspace = Cache(), Workspace(folders=(tmp_path,))

    def content(name: str) -> str:
        graph = drawn("t.text -> r.file", t=text_of(name), r="toy.Read")
        events = events_of(graph, catalog, cache, workspace=workspace)
        assert failures(events) == {}
        return str(results(events)["r"])

    assert content("one.png") == "first"
    assert content("one.png") == "first"
    assert read == ["one.png"]
    one.write_text("second")
    assert content("one.png") == "second"
    assert read == ["one.png", "one.png"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("gone.png", "file is gone.png, and there is no such file beside the graph; choose another"),
        ("../x.png", "file is ../x.png; a graph may only name files below its own folder"),
        ("/etc/hostname", "file is /etc/hostname; a graph may only name files below its own folder"),
        ("", "file names no picture; choose one"),
    ],
)
def test_no_link_leads_a_file_setting_out_of_its_folder(
    catalog: Catalog, drawn: Drawn, read: Calls, tmp_path: Path, name: str, sentence: str
) -> None:
    graph = drawn("t.text -> r.file", t=text_of(name), r="toy.Read")
    events = events_of(graph, catalog, workspace=Workspace(folders=(tmp_path,)))
    assert failures(events) == {"r": sentence}


def test_a_list_of_files_is_read_one_by_one(
    catalog: Catalog, drawn: Drawn, read: Calls, tmp_path: Path
) -> None:
    read.clear()
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_text(name)

    @node("toy.Names")
    def names() -> list[Text]:
        return ["a.png", "gone.png", "b.png"]

    catalog.nodes["toy.Names"] = names
    graph = drawn("n.text -> r.file", n="toy.Names", r="toy.Read")
    events = events_of(graph, catalog, workspace=Workspace(folders=(tmp_path,)))
    said = "file is gone.png, and there is no such file beside the graph; choose another"
    assert failures(events) == {"r": f"1 of 3 items failed: item 2 (n gone.png): {said}"}
    assert sorted(read) == ["a.png", "b.png"]


def test_a_linked_folder_counts_with_all_in_it(
    catalog: Catalog, drawn: Drawn, read: Calls, tmp_path: Path
) -> None:
    read.clear()
    (tmp_path / "pictures").mkdir()
    graph = drawn("t.text -> f.folder", t=text_of("pictures"), f="toy.Folder")
    cache, workspace = Cache(), Workspace(folders=(tmp_path,))
    for count in (0.0, 0.0, 1.0):
        if count:
            (tmp_path / "pictures" / "a.png").write_text("a")
        assert results(events_of(graph, catalog, cache, workspace=workspace))["f"] == count
    assert read == ["pictures", "pictures"]


def test_what_a_result_depends_on_is_asked_with_the_linked_settings(
    catalog: Catalog, drawn: Drawn, read: Calls
) -> None:
    (facts, *_), cache = read, Cache()
    read.clear()
    graph = drawn("t.text -> w.weights", t=text_of("small"), w=Placed("toy.Weighted", {"by": 2}))
    assert results(events_of(graph, catalog, cache))["w"] == "small"
    assert read == [("w", "small", 2.0), "small"]
    events_of(graph, catalog, cache)
    assert read[2:] == [("w", "small", 2.0)]
    facts["small"] = "2"
    events_of(graph, catalog, cache)
    assert read[3:] == [("w", "small", 2.0), "small"]
    bad = events_of(graph.with_params("t", text="none"), catalog, cache)
    assert failures(bad) == {"w": "weights are not here; fetch them"}


# Live.


@pytest.fixture
def optimise(catalog: Catalog) -> Catalog:
    """With a node that works until its rate is high enough, and shows what it was sent."""

    @node("toy.Optimise")
    def optimise(
        a: Number | None = None, *, rate: Annotated[float, Range(0.0, 10.0), Live()] = 1.0
    ) -> Steps[Number]:
        sent: Any = None
        for step in range(1, 100_000):
            sent = yield Preview(sent, step, 0)
            rate = (sent or {}).get("rate", rate)
            if rate >= 5:
                return rate
        raise AssertionError("what it waits for has not come")

    @node("toy.Double")
    def double(a: Annotated[Number, Live()]) -> Number:
        return 2 * a

    catalog.nodes |= {"toy.Optimise": optimise, "toy.Double": double}
    return catalog


def steered(graph: Graph, catalog: Catalog, act: Callable[[Controls], None], **more: Any) -> list[Any]:
    """All events of a run that is steered when its optimiser has shown something."""
    controls, events, acted = Controls(), [], False
    for event in run(plan(graph, catalog), controls=controls, **more):
        events.append(event)
        shown = event.event if isinstance(event, NodeItem) else event
        if not acted and isinstance(shown, NodePreviewed):
            acted = True
            act(controls)
        assert len(events) < 50_000
    return events


def changes(events: Iterable[Any]) -> list[NodeChanged]:
    return [event for event in events if isinstance(event, NodeChanged)]


def test_a_change_of_a_number_reaches_the_node_that_runs_through_the_link_to_its_setting(
    optimise: Catalog, drawn: Drawn
) -> None:
    graph = drawn("v.number -> o.rate", v=number_of(1), o="toy.Optimise")
    events = steered(graph, optimise, lambda controls: controls.change("v", value=7))
    assert results(events)["o"] == 7.0
    assert changes(events) == [NodeChanged("v", {"value": 7}, ("o",), "", {"v": 7.0})]


def test_a_change_goes_on_through_what_is_made_of_it(optimise: Catalog, drawn: Drawn) -> None:
    graph = drawn("v.number -> d.a", "d.number -> o.rate", v=number_of(1), d="toy.Double", o="toy.Optimise")
    events = steered(graph, optimise, lambda controls: controls.change("v", value=3))
    assert results(events)["o"] == 6.0
    assert changes(events)[0].remade == {"v": 3.0, "d": 6.0}


def test_a_change_that_does_not_fit_where_it_arrives_changes_nothing(optimise: Catalog, drawn: Drawn) -> None:
    def act(controls: Controls) -> None:
        controls.change("v", value=99)
        controls.change("v", value=7)

    graph = drawn("v.number -> o.rate", v=number_of(1), o="toy.Optimise")
    events = steered(graph, optimise, act)
    refused, taken = changes(events)
    assert "rate is 99.0; it must lie between 0.0 and 10.0; it comes from v.number" in refused.problem
    assert (refused.reached, refused.remade) == ((), {})
    assert (taken.problem, results(events)["o"]) == ("", 7.0)


def test_a_setting_that_is_linked_takes_no_change_of_its_own(optimise: Catalog, drawn: Drawn) -> None:
    def act(controls: Controls) -> None:
        controls.change("o", rate=9)
        controls.change("v", value=7)

    graph = drawn("v.number -> o.rate", v=number_of(1), o="toy.Optimise")
    events = steered(graph, optimise, act)
    assert changes(events)[0].problem.startswith("o.rate is linked to v.number")
    assert results(events)["o"] == 7.0


def test_a_change_of_a_setting_reaches_all_items_that_run(optimise: Catalog, drawn: Drawn) -> None:
    graph = drawn("n.number -> o.a", n=Placed("toy.Numbers", {"values": "1 2 3"}), o="toy.Optimise")
    controls, begun, events = Controls(), set(), []
    for event in run(plan(graph, optimise), controls=controls, workers=3):
        events.append(event)
        if isinstance(event, NodeItem) and isinstance(event.event, NodeStarted):
            begun.add(event.index)
            if len(begun) == 3:
                controls.change("o", rate=6)
    ended = {
        e.index: e.event.result
        for e in events
        if isinstance(e, NodeItem) and isinstance(e.event, NodeFinished)
    }
    assert ended == {(0,): 6.0, (1,): 6.0, (2,): 6.0}
    assert [change.reached for change in changes(events)] == [("o",)]


def test_items_that_have_not_begun_begin_with_what_was_changed(optimise: Catalog, drawn: Drawn) -> None:
    graph = drawn("n.number -> o.a", n=Placed("toy.Numbers", {"values": "1 2 3"}), o="toy.Optimise")
    events = steered(graph, optimise, lambda controls: controls.change("o", rate=6), workers=1)
    ended = {
        e.index: e.event.result
        for e in events
        if isinstance(e, NodeItem) and isinstance(e.event, NodeFinished)
    }
    assert ended == {(0,): 6.0, (1,): 6.0, (2,): 6.0}


def test_a_change_of_a_number_reaches_all_items_that_it_is_linked_to(optimise: Catalog, drawn: Drawn) -> None:
    graph = drawn("n.number -> o.a", "v.number -> o.rate", n="toy.Numbers", v=number_of(1), o="toy.Optimise")
    events = steered(graph, optimise, lambda controls: controls.change("v", value=8), workers=3)
    ended = [e.event.result for e in events if isinstance(e, NodeItem) and isinstance(e.event, NodeFinished)]
    assert ended == [8.0, 8.0, 8.0]


def test_after_a_change_through_a_link_the_next_run_gives_what_the_graph_says(
    optimise: Catalog, drawn: Drawn
) -> None:
    graph = drawn("v.number -> o.rate", v=number_of(1), o="toy.Optimise")
    cache = Cache()
    steered(graph, optimise, lambda controls: controls.change("v", value=7), cache=cache)
    events = events_of(graph.with_params("v", value=5), optimise, cache)
    assert results(events)["o"] == 5.0
    again = steered(graph, optimise, lambda controls: controls.change("v", value=9), cache=cache)
    assert results(again)["o"] == 9.0
