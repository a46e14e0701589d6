"""A graph is what it means, wherever its nodes stand."""

from typing import Any

import pytest
from capriccio.core import Graph, Link, Note, Placed

NODES = {"a": Placed("toy.Number", {"value": 1.0}), "b": Placed("toy.Sum")}
LINKS = (Link("a", "number", "b", "items"), Link("b", "number", "c", "a"))
GRAPH = Graph(NODES, LINKS)


def test_a_link_is_written_from_output_to_input() -> None:
    link = Link.between("a.number", "b.items")
    assert link == Link("a", "number", "b", "items")
    assert (link.start, link.end) == ("a.number", "b.items")


@pytest.mark.parametrize(
    "moved",
    [
        Graph(NODES, LINKS, {"a": (3.0, 4.0)}),
        Graph(NODES, LINKS, notes=(Note("mind the gap", (1.0, 2.0)),)),
    ],
)
def test_where_nodes_stand_changes_no_meaning(moved: Graph) -> None:
    assert (moved.meaning, hash(moved)) == (GRAPH.meaning, hash(GRAPH))
    assert moved != GRAPH


def test_the_order_in_which_nodes_and_links_are_listed_does_not_matter() -> None:
    turned = Graph(dict(reversed(NODES.items())), LINKS[::-1])
    assert turned.meaning == GRAPH.meaning
    assert turned == GRAPH


def test_the_order_of_links_into_one_input_matters() -> None:
    one, two = Link("a", "number", "b", "items"), Link("c", "number", "b", "items")
    assert Graph(NODES, (one, two)).meaning != Graph(NODES, (two, one)).meaning
    assert Graph(NODES, (one, two)) != Graph(NODES, (two, one))


@pytest.mark.parametrize(
    "other",
    [
        Graph({**NODES, "c": Placed("toy.Sum")}, LINKS),
        Graph({**NODES, "a": Placed("toy.Other", {"value": 1.0})}, LINKS),
        Graph({**NODES, "a": Placed("toy.Number", {"value": 1.0}, 2)}, LINKS),
        Graph({**NODES, "a": Placed("toy.Number", {"value": 1.5})}, LINKS),
        Graph({**NODES, "a": Placed("toy.Number", {"value": True})}, LINKS),
        Graph({**NODES, "a": Placed("toy.Number", {"value": 1})}, LINKS),
        Graph({**NODES, "a": Placed("toy.Number")}, LINKS),
        Graph(NODES, LINKS[:1]),
        Graph(NODES, (Link("a", "other", "b", "items"), LINKS[1])),
        Graph({}, ()),
    ],
)
def test_all_that_a_graph_computes_is_part_of_its_meaning(other: Graph) -> None:
    assert other.meaning != GRAPH.meaning
    assert other != GRAPH


def test_equal_graphs_find_each_other_in_a_set() -> None:
    assert len({GRAPH, Graph(dict(NODES), LINKS)}) == 1
    assert GRAPH != "a graph"


@pytest.mark.parametrize("params", [{"value": 2.0}, {"other": [1]}, {"name": "x", "self": 1}])
def test_changing_a_setting_makes_a_new_graph(params: dict[str, Any]) -> None:
    changed = GRAPH.with_params("a", **params)
    assert changed.nodes["a"] == Placed("toy.Number", {"value": 1.0, **params})
    assert (changed.nodes["b"], changed.links) == (GRAPH.nodes["b"], GRAPH.links)
    assert GRAPH.nodes["a"].params == {"value": 1.0}
    assert changed.meaning != GRAPH.meaning
