"""Files of older versions of nodes go on working."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from capriccio.core import (
    Graph,
    GraphError,
    InputError,
    Link,
    Number,
    Placed,
    Preview,
    Steps,
    graphfile,
    node,
)
from capriccio.core._current import current
from capriccio.core.node import Migration, Saved

OLD = """{
  "format": "capriccio-graph",
  "version": 1,
  "nodes": {
    "one": {"kind": "toy.Number", "version": 1},
    "soft": {"kind": "toy.Soften", "version": 1, "params": {"percent": 40, "fast": true, "kept": 7}},
    "two": {"kind": "toy.Soften", "version": 2, "params": {"strength": 0.5}}
  },
  "links": [
    ["one.number", "soft.image"],
    ["one.number", "soft.percent"],
    ["soft.image", "two.picture"],
    ["soft.image", "two.strength"]
  ],
  "exposed": {
    "a": "soft.percent",
    "b": "two.strength",
    "c": "soft.kept"
  },
  "layout": {
    "soft": [1.0, 2.0]
  }
}
"""
NEW = """{
  "format": "capriccio-graph",
  "version": 1,
  "nodes": {
    "one": {"kind": "toy.Number", "version": 1},
    "soft": {"kind": "toy.Soften", "version": 3, "params": {"amount": 0.4, "kept": 7, "steps": 2}},
    "two": {"kind": "toy.Soften", "version": 3, "params": {"amount": 0.5}}
  },
  "links": [
    ["one.number", "soft.amount"],
    ["one.number", "soft.picture"],
    ["soft.soft", "two.amount"],
    ["soft.soft", "two.picture"]
  ],
  "exposed": {
    "a": "soft.amount",
    "b": "two.amount",
    "c": "soft.kept"
  },
  "layout": {
    "soft": [1.0, 2.0]
  }
}
"""


def from_1(saved: Saved) -> Saved:
    """Version 1 had a percentage, and two speeds."""
    saved = saved.renamed("percent", "strength").renamed("image", "picture")
    if "strength" in saved.params:
        saved = saved.with_params(strength=saved.params["strength"] / 100)
    if saved.params.get("fast"):
        saved = saved.with_params(steps=2)
    return saved.without_params("fast")


def from_2(saved: Saved) -> Saved:
    """Version 2 called it strength."""
    return saved.renamed("strength", "amount").output_renamed("image", "soft")


def soften(migrations: Mapping[int, Migration], version: int = 3) -> Callable[[Graph], Graph]:
    """Brings graphs to a node of that version."""

    @node("toy.Soften", version=version, migrations=migrations)
    def made(picture: Number, *, amount: float = 0.1, steps: int = 9, kept: int = 0) -> Steps[Number]:
        yield Preview(None, 1, 1)
        return picture * amount

    return lambda graph: current(graph, {"toy.Soften": made})


NOW = soften({1: from_1, 2: from_2})


def read(text: str) -> Graph:
    return graphfile.parse(text.encode())


def test_a_file_of_an_older_version_becomes_one_of_this() -> None:
    assert graphfile.dump(NOW(read(OLD))) == NEW


def test_what_is_not_old_is_given_back_itself() -> None:
    for graph in (read(NEW), Graph(), Graph({"a": Placed("toy.Other")}, graphs={"b": read(NEW)})):
        assert NOW(graph) is graph


def test_the_graph_that_was_given_stays_as_it_is() -> None:
    def greedy(saved: Saved) -> Saved:
        saved.params["nested"].append(2)
        return saved

    graph = Graph({"a": Placed("toy.Soften", {"nested": [1]})})
    assert soften({1: greedy})(graph).nodes["a"].params == {"nested": [1, 2]}
    assert graph.nodes["a"].params == {"nested": [1]}
    old = read(OLD)
    NOW(old)
    assert old == read(OLD)


def test_a_version_without_a_migration_needs_none() -> None:
    old = Graph({"a": Placed("toy.Soften", {"strength": 0.5}), "b": Placed("toy.Soften", {}, 2)})
    made = soften({2: from_2})(old)
    assert made.nodes == {"a": Placed("toy.Soften", {"amount": 0.5}, 3), "b": Placed("toy.Soften", {}, 3)}
    assert soften({})(old).nodes["a"] == Placed("toy.Soften", {"strength": 0.5}, 3)


def test_a_mode_and_a_place_stay() -> None:
    graph = Graph({"a": Placed("toy.Soften", mode="mute")}, layout={"a": (1, 2)})
    assert NOW(graph) == Graph({"a": Placed("toy.Soften", version=3, mode="mute")}, layout={"a": (1, 2)})


def test_a_node_that_is_newer_than_the_one_here_is_left_alone() -> None:
    graph = Graph({"a": Placed("toy.Soften", {"percent": 1}, 4)})
    assert NOW(graph) is graph


def test_graphs_that_are_brought_along_are_brought_to_this_version_too() -> None:
    inner = read(OLD)
    made = NOW(Graph({"a": Placed("graph:inner")}, graphs={"inner": inner, "new": read(NEW)}))
    assert made == Graph({"a": Placed("graph:inner")}, graphs={"inner": read(NEW), "new": read(NEW)})


def test_what_was_renamed_again_goes_by_its_last_name() -> None:
    def swap(saved: Saved) -> Saved:
        return saved.renamed("a", "c").renamed("b", "a").renamed("c", "b")

    graph = Graph(
        {"x": Placed("toy.Soften", {"a": 1, "b": 2})},
        (Link("y", "o", "x", "a"), Link("y", "p", "x", "b")),
        exposed={"s": "x.a"},
    )
    once, twice = soften({1: swap})(graph), soften({1: swap, 2: swap})(graph)
    assert once.nodes["x"].params == {"a": 2, "b": 1}
    assert once.links == (Link("y", "o", "x", "b"), Link("y", "p", "x", "a"))
    assert once.exposed == {"s": "x.b"}
    assert twice == replace(graph, nodes={"x": Placed("toy.Soften", {"a": 1, "b": 2}, 3)})


def test_a_migration_may_make_all_anew() -> None:
    def anew(saved: Saved) -> Saved:
        return Saved({"way": 2}, {"in": "image"}, {"out": "image"})

    graph = Graph(
        {"x": Placed("toy.Soften", {"a": 1}), "y": Placed("toy.Soften")}, (Link("x", "out", "y", "in"),)
    )
    assert soften({1: anew})(graph).links == (Link("x", "image", "y", "image"),)
    assert soften({1: anew})(graph).nodes["x"].params == {"way": 2}


def raises(error: Exception) -> Migration:
    def migration(saved: Saved) -> Saved:
        raise error

    return migration


@pytest.mark.parametrize(
    ("migration", "said"),
    [
        (raises(KeyError("percent")), "KeyError: 'percent'"),
        (raises(InputError("a percentage of what")), "a percentage of what"),
        (lambda saved: None, "its migration gives NoneType and must give Saved"),
        (lambda saved: saved.params, "its migration gives dict and must give Saved"),
        (lambda saved: replace(saved, params=None), "TypeError: 'NoneType' object is not iterable"),
    ],
)
def test_a_migration_that_fails_is_told_with_its_node_and_versions(migration: Any, said: str) -> None:
    with pytest.raises(GraphError) as caught:
        soften({2: migration})(read(OLD))
    assert str(caught.value) == "\n".join(
        f"{name}: cannot be brought from version 2 of toy.Soften to 3: {said}; "
        "set it anew, or ask who made that node"
        for name in ("soft", "two")
    )
    assert [problem.node for problem in caught.value.problems] == ["soft", "two"]


def test_a_migration_that_fails_in_a_graph_that_is_brought_along_names_that_graph() -> None:
    inner = Graph({"soft": Placed("toy.Soften")})
    with pytest.raises(GraphError) as caught:
        soften({1: raises(ValueError("no"))})(Graph(graphs={"style": inner}))
    assert str(caught.value) == (
        "in the graph style, soft: cannot be brought from version 1 of toy.Soften to 2: ValueError: no; "
        "set it anew, or ask who made that node"
    )
