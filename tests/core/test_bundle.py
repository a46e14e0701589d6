"""A graph and all graphs in it are one file."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from capriccio.core import Graph, GraphError, GraphFileError, InputError, Link, Placed, graphfile
from capriccio.core.bundle import DEEPEST, Shelf, bundled, circle
from hypothesis import given, settings
from hypothesis import strategies as st


def graph_of(*kinds: str, **graphs: Graph) -> Graph:
    """A graph of nodes n1, n2, ..., and the graphs that it brings along."""
    return Graph({f"n{number}": Placed(kind) for number, kind in enumerate(kinds, 1)}, graphs=graphs)


def kinds(graph: Graph) -> list[str]:
    return [placed.kind for placed in graph.nodes.values()]


def saved(**graphs: Graph) -> Callable[[str], Graph]:
    """A library of such graphs."""

    def find(name: str) -> Graph:
        if name not in graphs:
            raise InputError(f"there is no graph {name}; choose another")
        return graphs[name]

    return find


A, B, C = graph_of("toy.A"), graph_of("toy.B"), graph_of("toy.C")


def test_a_graph_without_graphs_in_it_stays_as_it_is() -> None:
    graph = Graph({"a": Placed("toy.A")}, (Link("a", "x", "a", "y"),), {"a": (1, 2)}, exposed={"s": "a.size"})
    assert bundled(graph, saved()) == graph


def test_saved_graphs_come_along_with_those_in_them() -> None:
    two = bundled(graph_of("graph:outer", "toy.A"), saved(outer=graph_of("graph:inner"), inner=B, other=C))
    assert kinds(two) == ["graph:outer", "toy.A"]
    assert two.graphs == {"outer": graph_of("graph:inner"), "inner": B}


def test_a_bundle_needs_nothing_else_and_is_its_own_bundle() -> None:
    made = bundled(graph_of("graph:outer"), saved(outer=graph_of("graph:inner"), inner=B))
    assert bundled(made, saved()) == made
    assert graphfile.parse(graphfile.dump(made).encode()) == made


def test_a_graph_keeps_what_it_exposes_and_how_it_looks() -> None:
    inner = Graph({"a": Placed("toy.A")}, layout={"a": (1.0, 2.0)}, exposed={"size": "a.size"})
    assert bundled(graph_of("graph:inner"), saved(inner=inner)).graphs == {"inner": inner}


def test_a_graph_that_is_brought_along_counts_before_a_saved_one() -> None:
    made = bundled(graph_of("graph:style", style=A), saved(style=B))
    assert made.graphs == {"style": A}


def test_only_what_is_used_is_kept() -> None:
    assert bundled(graph_of("graph:b", a=A, b=B), saved()).graphs == {"b": B}
    assert bundled(graph_of("toy.A", a=A), saved()).graphs == {}


def test_graphs_that_are_brought_along_use_each_other() -> None:
    graph = graph_of("graph:outer", outer=graph_of("graph:inner"), inner=A)
    assert bundled(graph, saved(inner=B)) == graph


def test_what_a_saved_graph_brings_along_is_for_itself_alone() -> None:
    outer = graph_of("graph:blur", blur=A)
    made = bundled(graph_of("graph:outer", "graph:blur"), saved(outer=outer, blur=B))
    assert kinds(made) == ["graph:outer", "graph:blur"]
    assert made.graphs == {"outer": graph_of("graph:blur 2"), "blur": B, "blur 2": A}


def test_a_saved_graph_sees_nothing_of_what_its_user_brings_along() -> None:
    made = bundled(graph_of("graph:outer", "graph:blur", blur=A), saved(outer=graph_of("graph:blur"), blur=B))
    assert made.graphs == {"outer": graph_of("graph:blur 2"), "blur": A, "blur 2": B}


def test_graphs_of_one_name_that_mean_the_same_are_one() -> None:
    one, two = graph_of("graph:blur", "toy.A", blur=B), graph_of("graph:blur", blur=graph_of("toy.B"))
    made = bundled(graph_of("graph:one", "graph:two"), saved(one=one, two=two))
    assert sorted(made.graphs) == ["blur", "one", "two"]


def test_graphs_differ_when_what_is_in_them_differs() -> None:
    def using(inner: Graph) -> Graph:
        return graph_of("graph:mid", mid=graph_of("graph:blur"), blur=inner)

    made = bundled(graph_of("graph:one", "graph:two"), saved(one=using(A), two=using(B)))
    assert made.graphs == {
        "one": graph_of("graph:mid"),
        "two": graph_of("graph:mid 2"),
        "mid": graph_of("graph:blur"),
        "mid 2": graph_of("graph:blur 2"),
        "blur": A,
        "blur 2": B,
    }


def test_a_number_that_is_taken_is_passed_over_and_a_long_name_is_cut_for_it() -> None:
    long = "n" * 64
    outer = graph_of(f"graph:{long}", "graph:blur", **{long: A, "blur": A})
    graph = graph_of("graph:outer", f"graph:{long}", "graph:blur", "graph:blur 2")
    made = bundled(graph, saved(outer=outer, **{long: B, "blur": B, "blur 2": C}))
    assert kinds(made) == kinds(graph)
    assert made.graphs["outer"] == graph_of(f"graph:{'n' * 62} 2", "graph:blur 3")
    assert (made.graphs["blur 2"], made.graphs["blur 3"], made.graphs["n" * 62 + " 2"]) == (C, A, A)


def test_every_missing_graph_is_told_with_the_node_that_wants_it() -> None:
    outer = Graph({"grain": Placed("graph:noise")})
    graph = Graph({"style": Placed("graph:style_as_a_node"), "film": Placed("graph:outer")})
    with pytest.raises(GraphError) as caught:
        bundled(graph, saved(outer=outer))
    assert str(caught.value) == (
        "style: there is no graph style_as_a_node; choose another\n"
        "film/grain: there is no graph noise; choose another"
    )
    assert [problem.node for problem in caught.value.problems] == ["style", "film/grain"]


def test_a_missing_graph_of_a_muted_node_is_no_matter() -> None:
    graph = Graph({"a": Placed("graph:gone", mode="mute"), "b": Placed("graph:there", mode="mute")})
    assert bundled(graph, saved(there=A)).graphs == {"there": A}
    with pytest.raises(GraphError, match="b: there is no graph gone"):
        bundled(graph.with_node("b", Placed("graph:gone")), saved())


@pytest.mark.parametrize(
    ("graph", "library", "names", "node"),
    [
        (graph_of("graph:a"), {"a": graph_of("graph:a")}, "a -> a", "n1/n1"),
        (
            graph_of("toy.A", "graph:a"),
            {"a": graph_of("graph:b"), "b": graph_of("toy.A", "graph:a")},
            "a -> b -> a",
            "n2/n1/n2",
        ),
        (
            graph_of("graph:c"),
            {"c": graph_of("graph:a"), "a": graph_of("graph:b"), "b": graph_of("graph:a")},
            "a -> b -> a",
            "n1/n1/n1/n1",
        ),
        (graph_of("graph:a", a=graph_of("graph:a")), {}, "a -> a", "n1/n1"),
    ],
)
def test_graphs_that_are_in_each_other_are_named(
    graph: Graph, library: dict[str, Graph], names: str, node: str
) -> None:
    with pytest.raises(GraphError) as caught:
        bundled(graph, saved(**library))
    (problem,) = caught.value.problems
    assert problem.text == f"the graphs go round in a circle: {names}; take one of them out"
    assert problem.node == node


def test_graphs_of_one_name_within_each_other_are_no_circle() -> None:
    made = bundled(graph_of("graph:style"), saved(style=graph_of("graph:style", style=A)))
    assert made.graphs == {"style": graph_of("graph:style 2"), "style 2": A}


def test_a_circle_is_written_with_arrows() -> None:
    assert circle(["a", "b", "a"]) == "the graphs go round in a circle: a -> b -> a; take one of them out"


def test_graphs_lie_within_graphs_so_deep_and_no_deeper() -> None:
    chain = {f"g{number}": graph_of(f"graph:g{number + 1}") for number in range(2000)}
    kept = {**chain, f"g{DEEPEST - 1}": A}
    assert len(bundled(graph_of("graph:g0"), saved(**kept)).graphs) == DEEPEST
    with pytest.raises(GraphError) as caught:
        bundled(graph_of("graph:g0"), saved(**chain))
    (problem,) = caught.value.problems
    assert problem.text == "is in graphs within graphs, more than 64 deep; use fewer levels"


def test_each_graph_is_read_once_however_often_it_is_used() -> None:
    asked: list[str] = []
    two = {f"g{number}": graph_of(f"graph:g{number + 1}", f"graph:h{number + 1}") for number in range(30)}
    other = {f"h{number}": graph_of("toy.A", *kinds(graph)) for number, graph in enumerate(two.values())}
    find = saved(**two, **other, g30=A, h30=B)

    def counted(name: str) -> Graph:
        asked.append(name)
        return find(name)

    assert len(bundled(graph_of("graph:g0", "graph:h0"), counted).graphs) == len(asked) == 62
    with pytest.raises(GraphError) as caught:
        bundled(graph_of("graph:g0", "graph:h0"), saved(**two, **other))
    assert len(caught.value.problems) == 4


def test_a_graph_of_a_newer_capriccio_is_not_brought_along() -> None:
    newer = Graph({"a": Placed("toy.A")}, newer="it is newer; update")
    with pytest.raises(GraphError) as caught:
        bundled(newer, saved())
    assert str(caught.value) == "it is newer; update"
    with pytest.raises(GraphError) as caught:
        bundled(graph_of("graph:new"), saved(new=newer))
    assert str(caught.value) == "n1: it is newer; update"


@pytest.mark.parametrize("name", ["", "../a", "a/b", "a.b", " a", "a" * 65, "a\n"])
def test_nobody_looks_for_a_graph_by_what_is_no_name(name: str) -> None:
    with pytest.raises(GraphError) as caught:
        bundled(graph_of(f"graph:{name}"), lambda name: A)
    assert str(caught.value) == (
        f"n1: {name!r} cannot be the name of a graph; use 1 to 64 letters, digits, spaces, - and _"
    )


def test_what_else_goes_wrong_in_finding_is_let_through() -> None:
    def find(name: str) -> Graph:
        raise RuntimeError("the disk is on fire")

    with pytest.raises(RuntimeError, match="on fire"):
        bundled(graph_of("graph:a"), find)


def test_a_shelf_gives_a_graph_and_the_shelf_for_what_is_in_it() -> None:
    outer = graph_of("graph:blur", "graph:mid", blur=A, mid=graph_of("graph:blur"))
    shelf = Shelf(graph_of("graph:outer"), saved(outer=outer, blur=B))
    graph, below = shelf.take("outer")
    assert graph is outer
    assert shelf.take("blur")[0] is B
    assert below.take("blur")[0] is A
    mid, inside = below.take("mid")
    assert mid == graph_of("graph:blur")
    assert inside.take("blur") is below.take("blur")
    with pytest.raises(InputError, match="there is no graph mid"):
        shelf.take("mid")


def test_a_shelf_gives_the_same_when_it_is_asked_again() -> None:
    asked: list[str] = []

    def find(name: str) -> Graph:
        asked.append(name)
        return graph_of("graph:b")

    shelf = Shelf(Graph(), find)
    graph, below = shelf.take("a")
    assert shelf.take("a") == (graph, below)
    assert below.take("b") is below.take("b")[1].take("b") is shelf.take("b")
    assert asked == ["a", "b"]


def test_what_was_not_found_is_looked_for_again() -> None:
    there: dict[str, Graph] = {}
    shelf = Shelf(Graph(), lambda name: saved(**there)(name))
    with pytest.raises(InputError):
        shelf.take("a")
    there["a"] = A
    assert shelf.take("a")[0] is A


def test_a_bundle_that_is_nested_by_hand_is_flat_and_a_nested_graph_is_no_file() -> None:
    nested = graph_of("graph:outer", outer=graph_of("graph:inner", inner=A))
    with pytest.raises(GraphFileError) as caught:
        graphfile.dump(nested)
    assert str(caught.value) == (
        'graph outer: it brings along graphs itself; put them beside it, in "graphs" of the file'
    )
    assert bundled(nested, saved()) == graph_of("graph:outer", outer=graph_of("graph:inner"), inner=A)


def tree(graph: Graph, find: Callable[[str], Graph], around: tuple[Mapping[str, Graph], ...] = ()) -> Any:
    """What a graph is all through, told without any name of a graph."""
    scopes = (*around, graph.graphs)
    found = []
    for placed in graph.nodes.values():
        if placed.graph is None:
            found.append(placed.kind)
            continue
        here = next((depth for depth in range(len(scopes), 0, -1) if placed.graph in scopes[depth - 1]), 0)
        inner = scopes[here - 1][placed.graph] if here else find(placed.graph)
        found.append(tree(inner, find, scopes[:here]))
    return found


LEVELS = "abcd"


def graphs_at(level: int, nested: bool) -> st.SearchStrategy[Graph]:
    """Graphs that use others of later names only, so that none is in itself."""
    names = LEVELS[level + 1 :]
    kinds = st.sampled_from(["toy.A", "toy.B", *(f"graph:{name}" for name in names)])
    brought = {name: graphs_at(LEVELS.index(name), False) for name in names} if nested else {}
    nodes = st.lists(kinds, max_size=3)
    return st.builds(
        lambda kinds, graphs: graph_of(*kinds, **graphs), nodes, st.fixed_dictionaries({}, optional=brought)
    )


@settings(deadline=None, max_examples=200)
@given(
    graphs_at(-1, True), st.fixed_dictionaries({name: graphs_at(at, True) for at, name in enumerate(LEVELS)})
)
def test_a_bundle_is_the_same_graph_all_through(graph: Graph, library: dict[str, Graph]) -> None:
    made = bundled(graph, saved(**library))
    assert tree(made, saved()) == tree(graph, saved(**library))
    assert bundled(made, saved()) == made
    assert not any(inner.graphs for inner in made.graphs.values())
    used = {p.graph for each in (made, *made.graphs.values()) for p in each.nodes.values() if p.graph}
    assert used == set(made.graphs)
