"""Graphs with lists, graphs in them, mutes and bypasses give what a naive interpreter says they give."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from capriccio.core import (
    AnyNode,
    Cache,
    Event,
    Graph,
    GraphError,
    InputError,
    Link,
    NodeFailed,
    NodeFinished,
    NodeItem,
    NodeSkipped,
    NodeStarted,
    Placed,
    Workspace,
    plan,
    run,
)
from hypothesis import HealthCheck, given, settings

from .graphs import graphs, toy_catalog
from .naive import (
    EITHER,
    FAILED,
    INPUT,
    OUTPUT,
    SKIPPED,
    Answer,
    Bad,
    Index,
    Live,
    TooLarge,
    Tree,
    Unplannable,
    World,
    bad,
    interpreted,
    loaded,
    outputs_of,
    picked,
)

EXAMPLES = int(os.environ.get("CAPRICCIO_EXAMPLES", "0"))
"""For long runs: so many random graphs, other ones each time."""
CATALOG = toy_catalog()


def drawn(*links: str, exposed: Mapping[str, str] | None = None, **nodes: str | Placed) -> Graph:
    placed = {name: Placed(f"toy.{kind}") if isinstance(kind, str) else kind for name, kind in nodes.items()}
    return Graph(placed, tuple(Link.between(*link.split(" -> ")) for link in links), exposed=exposed or {})


def toy(kind: str, /, **params: Any) -> Placed:
    return Placed(f"toy.{kind}", params)


def muted(placed: Placed) -> Placed:
    return replace(placed, mode="mute")


def bypassed(placed: Placed) -> Placed:
    return replace(placed, mode="bypass")


def within(graph: Graph, **inner: Graph) -> Graph:
    return replace(graph, graphs=inner)


def takes(type: str = "Number", many: bool = False) -> Placed:
    return Placed("capriccio.GraphInput", {"type": type, "many": many})


GIVES = Placed(OUTPUT)
A, B = Placed("graph:A"), Placed("graph:B")


# The interpreter itself.

COUNT = toy("Numbers", count=3)
ROWS = toy("Ragged", shape="201")
ADD_ONE = drawn("x.item -> add.a", "add.number -> y.item", x=takes(), add=toy("Add", by=1.0), y=GIVES)
BOTH = drawn(
    "x.item -> total.items",
    "total.number -> y.item",
    "six.number -> z.item",
    x=takes(),
    total="Total",
    y=GIVES,
    six=toy("Number", value=6.0),
    z=GIVES,
)
WHOLE = drawn("x.item -> total.items", "total.number -> y.item", x=takes(many=True), total="Total", y=GIVES)
OPEN = replace(ADD_ONE, exposed={"more": "add.by"})
ROUND = drawn("x.item -> a.x", "a.y -> y.item", exposed={"most": "a.more"}, x=takes(), a=A, y=GIVES)
DEFAULT = drawn(
    "root.number -> x.default", "x.item -> total.items", "total.number -> y.item",
    root="Numbers", x=takes(), total="Total", y=GIVES,
)  # fmt: skip

EXAMPLES_OF_RULES: dict[str, tuple[Graph, dict[str, Tree]]] = {
    "a node runs once for each item": (
        drawn("n.number -> a.a", n=COUNT, a=toy("Add", by=10.0)),
        {"a": [10.0, 11.0, 12.0]},
    ),
    "lists go in step": (
        drawn("n.number -> a.a", "m.number -> a.b", n=COUNT, m=toy("Numbers", count=3, start=10.0), a="Add"),
        {"a": [30.0, 34.0, 38.0]},
    ),
    "a single value repeats": (
        drawn("n.number -> a.a", "one.number -> a.b", n=COUNT, one="Number", a="Add"),
        {"a": [3.0, 4.0, 5.0]},
    ),
    "a list goes with the outer lists of another": (
        drawn("r.number -> a.a", "n.number -> a.b", r=ROWS, n=COUNT, a="Add"),
        {"a": [[0.0, 1.0], [], [26.0]]},
    ),
    "unequal lengths fail": (
        drawn("n.number -> a.a", "m.number -> a.b", "a.number -> b.a",
              n=COUNT, m="Numbers", a="Add", b="Add"),
        {"b": SKIPPED},
    ),
    "unequal lengths within a list fail there": (
        drawn("r.number -> a.a", "s.number -> a.b", r=ROWS, s=toy("Ragged", shape="202"), a="Add"),
        {"a": [[0.0, 4.0], [], FAILED]},
    ),
    "an empty list is no runs": (
        drawn("n.number -> a.a", "fails.number -> a.b", n=toy("Numbers", count=0), fails="Fussy", a="Add")
        .with_node("two", toy("Number", value=2.0))
        .with_link(Link("two", "number", "fails", "a")),
        {"a": []},
    ),
    "a list is taken whole, and single values among it": (
        drawn("n.number -> t.items", "one.number -> t.items", n=COUNT, one="Number", t="Total"),
        {"t": 2 * 0.0 + 3 * 1.0 + 4 * 2.0 + 5 * 1.0},
    ),
    "lists are taken whole one by one out of a list of them": (
        drawn("r.number -> t.items", r=ROWS, t="Total"),
        {"t": [3.0, 0.0, 40.0]},
    ),
    "links to a list of lists are wrapped and joined": (
        drawn("one.number -> p.rows", "n.number -> p.rows", "r.number -> p.rows",
              one="Number", n="Numbers", r=ROWS, p="Print"),
        {"p": "[[1.0], [0.0, 1.0], [0.0, 1.0], [], [20.0]]"},
    ),
    "a node that gives lists makes lists of lists": (
        drawn("n.number -> l.a", n=COUNT, l="Ladder"),
        {"l": [[], [1.0], [2.0, 3.0]]},
    ),
    "several outputs are as deep as each is": (
        drawn("n.number -> s.a", n="Numbers", s="Split"),
        {"s": [{"whole": 0.0, "parts": [0.0, -0.0]}, {"whole": 1.0, "parts": [1.0, -1.0]}]},
    ),
    "an item fails alone": (
        drawn("n.number -> f.a", "f.number -> a.a", "f.number -> t.items",
              n=COUNT, f="Fussy", a="Add", t="Total"),
        {"a": [1.0, 2.0, SKIPPED], "t": SKIPPED},
    ),
    "a list that was not made is skipped whole": (
        drawn("n.number -> l.a", "l.number -> a.a",
              n=toy("Numbers", count=3, start=-1.0), l=toy("Ladder", stumbles=True), a="Add"),
        {"a": [SKIPPED, [], [1.0]]},
    ),
    "what a generic node leaves out hurts nobody": (
        drawn("n.number -> f.a", "f.number -> p.items", "f.number -> c.items", n=COUNT, f="Fussy",
              p=toy("Pick", index=1), c="Collect"),
        {"p": 2.0, "c": [1.0, 2.0, SKIPPED]},
    ),
    "every combination": (
        drawn("n.number -> c.a", "t.text -> c.b", n="Numbers", t="Text", c="Cross"),
        {"c": {"a": [0.0, 1.0], "b": ["calm", "calm"]}},
    ),
    "a generic node is mapped like any other": (
        drawn("r.number -> p.items", r=ROWS, p="Pick"),
        {"p": [0.0, FAILED, 20.0]},
    ),
    "flattened and grafted": (
        drawn("r.number -> f.items", "f.number -> g.items", r=ROWS, f="Flatten", g="Graft").with_link(
            Link("f", "item", "g", "items")
        ).without_link(Link("f", "number", "g", "items")),
        {"g": [[0.0], [1.0], [20.0]]},
    ),
    "repeated as often as a link says": (
        drawn("one.number -> r.item", "n.number -> r.times", one="Number", n=COUNT, r="Repeat"),
        {"r": [[], [1.0], [1.0, 1.0]]},
    ),
    "sifted by what has to be known": (
        drawn("n.number -> f.a", "n.number -> o.a", "f.number -> s.items", "o.bool -> s.keep",
              n=COUNT, f="Fussy", o="Odd", s="Sift"),
        {"s": [2.0]},
    ),
    "a linked setting is checked when it arrives": (
        drawn("n.number -> f.hates", "one.number -> f.a",
              n=toy("Numbers", count=3, start=3.0), one="Number", f="Fussy"),
        {"f": [2.0, 2.0, FAILED]},
    ),
    "a link counts more than the setting in the file": (
        drawn("one.number -> a.by", "one.number -> a.a", one="Number", a=toy("Add", by=40.0)),
        {"a": 2.0},
    ),
    "a whole number comes as a number": (
        drawn("half.number -> n.count", "two.number -> m.count",
              half=toy("Number", value=0.5), two=toy("Number", value=2.0), n="Numbers", m="Numbers"),
        {"n": FAILED, "m": [0.0, 1.0]},
    ),
    "what is read late is read by the reader": (
        drawn("s.text -> say.b", "s.text -> p.items", s=toy("Shelf", torn=1), say="Say", p="Pick"),
        {"say": ["Nonep0", FAILED], "p": "p0"},
    ),
    "links from a muted node are not there": (
        drawn("n.number -> a.a", "m.number -> a.b", "m.number -> b.a", n="Number", m=muted(toy("Number")),
              a="Add", b="Add"),
        {"a": 1.0},
    ),
    "a muted setting is the one in the file": (
        drawn("n.number -> a.a", "m.number -> a.by",
              n="Number", m=muted(toy("Number")), a=toy("Add", by=7.0)),
        {"a": 8.0},
    ),
    "a bypassed node gives its first input of that type that anything comes into": (
        drawn("m.number -> c.a", "n.number -> c.b", "c.number -> a.a",
              m=muted(toy("Number")), n=COUNT, c=bypassed(toy("Choose")), a="Add"),
        {"a": [0.0, 1.0, 2.0]},
    ),
    "a bypassed node gives all of its links to an input that takes many": (
        drawn("m.number -> t.items", "n.number -> t.items", "t.number -> c.items", "t.number -> a.a",
              m="Number", n="Numbers", t=bypassed(toy("Total")), c="Collect", a="Add"),
        {"c": [1.0, 0.0, 1.0], "a": 1.0},
    ),
    "a bypassed generic node goes by its variables": (
        drawn("m.number -> s.a", "n.text -> s.b", "s.a -> say.b", "s.b -> a.a",
              m="Number", n="Text", s=bypassed(toy("Swap")), say="Say", a="Add"),
        {"say": "Nonecalm", "a": 1.0},
    ),
    "a graph runs once for each item, as a unit": (
        within(drawn("n.number -> g.x", n=COUNT, g=A), A=BOTH),
        {"g": [{"y": 0.0, "z": 6.0}, {"y": 2.0, "z": 6.0}, {"y": 4.0, "z": 6.0}]},
    ),
    "a graph can take a list whole": (
        within(drawn("n.number -> g.x", "one.number -> g.x", n=COUNT, one="Number", g=A), A=WHOLE),
        {"g": 16.0},
    ),
    "an input of a graph has its default where nothing is linked": (
        within(drawn("n.number -> h.x", n="Numbers", g=A, h=A), A=DEFAULT),
        {"g": 3.0, "h": [0.0, 2.0]},
    ),
    "a graph has settings of those in it": (
        within(drawn("n.number -> g.x", "n.number -> h.x", "n.number -> h.more",
                     n="Numbers", g=Placed("graph:A", {"more": 5.0}), h=A), A=OPEN),
        {"g": [5.0, 6.0], "h": [0.0, 2.0]},
    ),
    "a graph keeps its own settings where none is given": (
        within(drawn("n.number -> g.x", n="Numbers", g=A), A=OPEN),
        {"g": [1.0, 2.0]},
    ),
    "graphs are in graphs": (
        within(drawn("n.number -> g.x", "n.number -> g.most", n="Numbers", g=B), A=OPEN, B=ROUND),
        {"g": [0.0, 2.0]},
    ),
    "a failure in a graph hurts only what reads it": (
        within(drawn("n.number -> f.a", "f.number -> g.x", n=COUNT, f="Fussy", g=A), A=BOTH),
        {"g": [{"y": 2.0, "z": 6.0}, {"y": 4.0, "z": 6.0}, {"y": SKIPPED, "z": 6.0}]},
    ),
    "a bypassed graph passes on what is given": (
        within(drawn("n.number -> g.x", "g.y -> a.a", n="Numbers", g=bypassed(A), a="Add"), A=ADD_ONE),
        {"a": [0.0, 1.0]},
    ),
    "a node in a graph can be bypassed": (
        within(drawn("n.number -> g.x", n="Numbers", g=A), A=ADD_ONE.with_mode("add", "bypass")),
        {"g": [0.0, 1.0]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", EXAMPLES_OF_RULES)
def test_the_naive_interpreter_knows(rule: str) -> None:
    graph, expected = EXAMPLES_OF_RULES[rule]
    answer = interpreted(graph, CATALOG.nodes)
    assert {name: shown(runs) for name, runs in answer.runs.items()} == expected


def shown(runs: Any) -> Any:
    """What a node gave, without the name of its output if there is but one."""
    if isinstance(runs, list):
        return [shown(each) for each in runs]
    return loaded(next(iter(runs.values()))) if isinstance(runs, dict) and len(runs) == 1 else runs


def test_the_naive_interpreter_plans_nothing_where_a_bypassed_node_has_nothing_to_give() -> None:
    with pytest.raises(Unplannable, match=r"a\.a gets nothing"):
        interpreted(drawn("n.number -> a.a", n=bypassed(toy("Number")), a="Add"), CATALOG.nodes)


def test_the_naive_interpreter_knows_which_items_fail_in_a_graph() -> None:
    inner = drawn(
        "x.item -> f.a", "f.number -> y.item", "x.item -> idle.a", x=takes(), f="Fussy", y=GIVES, idle="Fussy"
    )
    answer = interpreted(within(drawn("n.number -> g.x", n=COUNT, g=A), A=inner), CATALOG.nodes)
    assert answer.record.failed == {("g/f", (2,))}
    assert answer.record.ran == {"n", "g", "g/f", "g/y"}


# The executor, and what it tells.


UNTOLD = Bad(frozenset({"untold"}))


@dataclass
class Told:
    """What a run tells of its nodes: a value for each output, or a Bad."""

    whole: dict[str, Any] = field(default_factory=dict)
    items: dict[str, dict[Index, Any]] = field(default_factory=dict)
    blamed: set[str] = field(default_factory=set)
    """The nodes that others were skipped for."""
    began: set[tuple[str, Index]] = field(default_factory=set)
    failed: set[tuple[str, Index]] = field(default_factory=set)

    @classmethod
    def of(cls, events: Iterable[Event]) -> "Told":
        told = cls()
        for event in events:
            if isinstance(event, NodeItem):
                told._hear(event.name, event.index, event.event)
            else:
                told._hear(getattr(event, "name", ""), (), event)
        return told

    def _hear(self, name: str, index: Index, event: Event) -> None:
        match event:
            case NodeStarted():
                self.began.add((name, index))
                return
            case NodeFinished():
                outcome = event.result
            case NodeFailed():
                outcome = FAILED
                self.failed.add((name, index))
            case NodeSkipped():
                outcome = SKIPPED
                self.blamed.add(event.failed)
            case _:
                return
        if index:
            self.items.setdefault(name, {})[index] = outcome
        else:
            self.whole[name] = outcome


def told(graph: Graph, workers: int, cache: Cache | None = None) -> Told:
    return Told.of(run(plan(graph, CATALOG, Workspace()), cache, workers=workers))


def differences(graph: Graph, answer: Answer, found: Told) -> Iterator[str]:
    """Where the executor says something else than the interpreter."""
    for name, runs in answer.runs.items():
        placed = graph.nodes[name]
        if placed.graph is not None:
            for output in answer.outputs[name]:
                path = f"{name}/{output}"
                yield from _of_tree(path, picked(runs, output), found.whole.get(path, UNTOLD))
        elif CATALOG.nodes[placed.kind].arranges:
            yield from _of_arranged(name, CATALOG.nodes[placed.kind], runs, found.whole.get(name, UNTOLD))
        else:
            yield from _of_runs(name, CATALOG.nodes[placed.kind], answer.levels[name], runs, found)
    may_fail = answer.record.failed | answer.record.idle
    for name, index in found.failed:
        if not any(_akin(name, at) and _within(index, place) for at, place in may_fail):
            yield f"{name}{list(index)} fails, and should not"
    for name in found.blamed:
        if not any(_akin(name, at) for at, _ in may_fail):
            yield f"others are skipped for {name}, which should not fail"
    for name in {name for name, _ in found.began} - answer.record.ran:
        yield f"{name} runs, and nobody needs it"


def _of_runs(name: str, node: AnyNode, levels: int, runs: Any, found: Told) -> Iterator[str]:
    """Compare an ordinary node, item by item."""
    if levels == 0:
        yield from _of_outcome(name, node, runs, found.whole.get(name))
        return
    expected, items = dict(_flat(runs, ())), found.items.get(name, {})
    yield from _of_bad(name, _summed(expected.values()), found.whole.get(name, UNTOLD))
    # Where it is not even known which items there are, none are told.
    known = {index: outcome for index, outcome in expected.items() if len(index) == levels}
    for index in sorted({*known, *items}):
        place = f"{name}{list(index)}"
        yield from _of_outcome(place, node, known.get(index, UNTOLD), items.get(index, UNTOLD))


def _summed(outcomes: Iterable[Any]) -> Bad | None:
    """What a node that runs once for each item ends with, by what came of these."""
    hows = {outcome for outcome in outcomes if isinstance(outcome, Bad)}
    return next((each for each in (FAILED, EITHER, SKIPPED) if each in hows), None)


def _of_outcome(place: str, node: AnyNode, expected: Any, outcome: Any) -> Iterator[str]:
    if not isinstance(outcome, Bad):
        outcome = plain(outputs_of(node, outcome))
    yield from _of_bad(place, plain(expected), outcome)


def _of_bad(place: str, expected: Any, outcome: Any) -> Iterator[str]:
    if isinstance(expected, Bad) and isinstance(outcome, Bad):
        agree = outcome.how <= expected.how
    else:
        agree = outcome == expected
    if not agree:
        yield f"{place} gives {outcome}, and should give {expected}"


def _of_tree(name: str, tree: Tree, outcome: Any) -> Iterator[str]:
    """Compare what an output of a graph gives, as a whole."""
    yield from _of_bad(name, EITHER if bad(tree) else plain(tree), plain(outcome))


def _of_arranged(name: str, node: AnyNode, runs: Any, outcome: Any) -> Iterator[str]:
    """Compare what a generic node gives, as a whole."""
    trees = {output: picked(runs, output) for output in node.outputs}
    if not isinstance(outcome, Bad):
        outcome = outputs_of(node, outcome)
    yield from _of_bad(name, EITHER if any(map(bad, trees.values())) else plain(trees), plain(outcome))


def _flat(runs: Any, index: Index) -> Iterator[tuple[Index, Any]]:
    if isinstance(runs, list):
        for place, each in enumerate(runs):
            yield from _flat(each, (*index, place))
    else:
        yield index, runs


def _akin(name: str, other: str) -> bool:
    """They are the same node, or one is in the other: if one fails, so does the other."""
    return f"{name}/".startswith(f"{other}/") or f"{other}/".startswith(f"{name}/")


def _within(index: Index, place: Index) -> bool:
    """One tells of the other: a node in a graph has not always all the places of that graph's items."""
    shorter, longer = sorted((index, place), key=lambda each: len(each))
    rest = iter(longer)
    return all(at in rest for at in shorter)


def plain(value: Any) -> Any:
    """A value with what is lazy in it read, if it can be."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    try:
        return loaded(value)
    except InputError:
        return "torn"


def node_at(graph: Graph, path: str) -> AnyNode | None:
    """The function at a place in a graph or in those in it; none if that is a graph."""
    scope = graph
    *outer, name = path.split("/")
    for each in outer:
        scope = graph.graphs[scope.nodes[each].graph or ""]
    return CATALOG.nodes.get(scope.nodes[name].kind)


def backwards(graph: Graph) -> Graph:
    """The same graph, its nodes the other way round."""
    inner = {name: backwards(each) for name, each in graph.graphs.items()}
    return replace(graph, nodes=dict(reversed(list(graph.nodes.items()))), graphs=inner)


def agree(graph: Graph) -> Answer | None:
    """Hold the executor to what the interpreter says of a graph, which is None if it cannot be planned."""
    try:
        answer = interpreted(graph, CATALOG.nodes)
    except Unplannable:
        with pytest.raises(GraphError):
            plan(graph, CATALOG, Workspace())
        return None
    if answer.doubtful:
        try:
            plan(graph, CATALOG, Workspace())
        except GraphError:
            return None
    cache = Cache()
    first = told(graph, 1, cache)
    again = told(graph, 1, cache)
    runs = {
        "alone": first,
        "again": again,
        "side by side": told(graph, 4),
        "backwards": told(backwards(graph), 4),
    }
    found = [f"{way}: {each}" for way, run in runs.items() for each in differences(graph, answer, run)]
    found += _run_again(graph, first, again)
    assert not found, "\n".join(found)
    return answer


def _run_again(graph: Graph, first: Told, again: Told) -> Iterator[str]:
    failed = {name for name, _ in first.failed}
    for name, index in again.began:
        node = node_at(graph, name)
        if node is not None and not node.arranges and name not in failed:
            yield f"{name}{list(index)} runs again"


SETTINGS = settings(
    max_examples=EXAMPLES or 300,
    derandomize=not EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def test_the_executor_does_what_the_naive_interpreter_says() -> None:
    seen: Counter[str] = Counter()

    @SETTINGS
    @given(graphs())
    def hold(graph: Graph) -> None:
        seen["drawn"] += 1
        try:
            answer = agree(graph)
        except TooLarge:
            return
        if answer is not None:
            seen["run"] += 1
            seen.update({*rules_of_modes(graph), *rules_of_lists(answer), *rules_of_graphs(answer)})

    hold()
    print(seen.most_common())
    assert seen["run"] > 0.8 * seen["drawn"]
    seldom = [rule for rule in RULES if seen[rule] < seen["drawn"] / 100]
    assert not seldom, "too seldom to have been tested"


RULES = (
    *("mapped", "mapped deep", "in step", "in step at unlike depths", "repeated", "wrapped", "joined"),
    *("taken whole", "lists of lists taken whole", "setting linked", "setting mapped"),
    *("generic", "generic mapped", "generic given something bad"),
    *("empty list", "unequal lengths", "setting out of range", "node raises", "skipped", "bad item left out"),
    *("graph", "graph mapped", "graph mapped deep", "graph in a graph", "graph takes a list whole"),
    *("exposed setting given", "exposed setting linked", "default taken", "failed in a graph"),
    *("muted", "muted with another", "bypassed", "graph bypassed", "muted in a graph", "bypassed in a graph"),
    "bypassed with many links",
)


def rules_of_lists(answer: Answer) -> Iterator[str]:
    """Which rules about lists and settings come into play."""
    yield from (cause for cause, times in answer.record.causes.items() if times)
    for _, placed, sockets, arguments in answer.record.read:
        levels = [each.levels for each in arguments if each.levels]
        if levels:
            yield "mapped deep" if max(levels) > 1 else "mapped"
        if len(levels) > 1:
            yield "in step" if len(set(levels)) == 1 else "in step at unlike depths"
        if 0 < len(levels) < len(arguments):
            yield "repeated"
        if len({each.port for each in arguments}) < len(arguments):
            yield "joined"
        node = CATALOG.nodes.get(placed.kind)
        if node and node.arranges and placed.kind not in (INPUT, OUTPUT):
            yield "generic mapped" if levels else "generic"
            if any(bad(each.tree) for each in arguments):
                yield "generic given something bad"
        for port, mapped, depth, _ in arguments:
            if port in sockets.params:
                yield "setting mapped" if mapped else "setting linked"
            elif depth < sockets.depth(port):
                yield "wrapped"
            elif depth and node and not node.arranges:
                yield "lists of lists taken whole" if depth > 1 else "taken whole"


def rules_of_graphs(answer: Answer) -> Iterator[str]:
    """Which rules about graphs that are nodes come into play."""
    if any("/" in name for name, _ in answer.record.failed):
        yield "failed in a graph"
    for path, placed, sockets, arguments in answer.record.read:
        if path and placed.kind == INPUT:
            yield "default taken"
        if placed.graph is None:
            continue
        levels = max((each.levels for each in arguments), default=0)
        yield ("graph", "graph mapped", "graph mapped deep")[min(levels, 2)]
        if path:
            yield "graph in a graph"
        if placed.params:
            yield "exposed setting given"
        if any(each.port in sockets.params for each in arguments):
            yield "exposed setting linked"
        if any(each.depth for each in arguments):
            yield "graph takes a list whole"


def rules_of_modes(graph: Graph) -> Iterator[str]:
    """Which rules about muted and bypassed nodes come into play."""
    live = Live(graph, World(CATALOG.nodes, graph.graphs))
    drawn, left = (Counter((link.target, link.input) for link in each.links) for each in (graph, live))
    if any(left[end] > drawn[end] for end in left):
        yield "bypassed with many links"
    for name, placed in graph.nodes.items():
        read = any(link.source == name and link.target in live.nodes for link in graph.links)
        if placed.mode == "on" and name not in live.nodes:
            yield "muted with another"
        elif placed.mode == "mute" and read:
            yield "muted"
        elif placed.mode == "bypass" and read:
            yield "graph bypassed" if placed.graph else "bypassed"
        elif placed.graph and placed.mode == "on":
            inner = replace(graph.graphs[placed.graph], graphs=graph.graphs)
            yield from (f"{rule.removesuffix(' in a graph')} in a graph" for rule in rules_of_modes(inner))
