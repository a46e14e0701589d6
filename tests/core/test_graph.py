"""A graph is what it means, wherever its nodes stand."""

from typing import Any

import pytest
from capriccio.core import Frame, Graph, GraphError, Link, Note, Placed

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
        Graph(NODES, LINKS, frames=(Frame("sums", (0.0, 0.0), (300.0, 200.0)),)),
        Graph(NODES, LINKS, collapsed=frozenset("a")),
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
        Graph({**NODES, "a": Placed("toy.Number", {"value": 1.0}, mode="mute")}, LINKS),
        GRAPH.with_mode("a", "bypass"),
        Graph({**NODES, "a": Placed("toy.Number", {"value": 1.5})}, LINKS),
        Graph({**NODES, "a": Placed("toy.Number", {"value": True})}, LINKS),
        Graph({**NODES, "a": Placed("toy.Number", {"value": 1})}, LINKS),
        Graph({**NODES, "a": Placed("toy.Number")}, LINKS),
        GRAPH.with_exposed("value", "a.value"),
        Graph(NODES, LINKS, graphs={"b": Graph()}),
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


DRAWN = Graph(NODES, LINKS, {"a": (0.0, 1.0), "b": (2.0, 3.0)}, (Note("mind the gap"),))


def test_a_node_is_added_with_its_place_or_without() -> None:
    placed = Placed("toy.Sum")
    assert DRAWN.with_node("c", placed) == Graph({**NODES, "c": placed}, LINKS, DRAWN.layout, DRAWN.notes)
    assert DRAWN.with_node("c", placed, (5, 6)).layout == {**DRAWN.layout, "c": (5, 6)}
    assert DRAWN.with_node("b", Placed("toy.Other")).links == LINKS


def test_a_node_goes_with_its_links_and_its_place() -> None:
    assert DRAWN.without("a") == Graph(
        {"b": NODES["b"]}, (LINKS[1],), {"b": (2.0, 3.0)}, (Note("mind the gap"),)
    )
    assert DRAWN.without("b").links == ()
    assert DRAWN.without("nobody") == DRAWN


def test_a_node_keeps_all_but_its_name_when_it_is_renamed() -> None:
    renamed = Graph(NODES, (Link("a", "number", "a", "items"), *LINKS), DRAWN.layout).renamed("a", "first")
    assert list(renamed.nodes.items()) == [("first", NODES["a"]), ("b", NODES["b"])]
    assert renamed.links == (
        Link("first", "number", "first", "items"),
        Link("first", "number", "b", "items"),
        LINKS[1],
    )
    assert renamed.layout == {"first": (0.0, 1.0), "b": (2.0, 3.0)}
    assert DRAWN.renamed("a", "first").renamed("first", "a") == DRAWN
    assert DRAWN.renamed("a", "a") == DRAWN


def test_a_renamed_node_stands_where_it_stood_though_the_name_was_left_over() -> None:
    graph = Graph(NODES, LINKS, {"old": (9.0, 9.0), "a": (0.0, 1.0)})
    assert graph.renamed("a", "old").layout == {"old": (0.0, 1.0)}


def test_a_node_that_is_drawn_small_stays_so_under_another_name_and_is_forgotten_when_it_goes() -> None:
    small = DRAWN.with_collapsed("a")
    assert (small.collapsed, small.with_collapsed("a", False)) == (frozenset("a"), DRAWN)
    assert small.renamed("a", "first").collapsed == frozenset(["first"])
    assert small.renamed("b", "first").collapsed == frozenset("a")
    assert small.without("a").collapsed == frozenset()
    assert small.without("b").collapsed == frozenset("a")
    left_over = DRAWN.with_collapsed("old")
    assert left_over.renamed("a", "old").collapsed == frozenset()
    assert left_over.with_collapsed("a").renamed("a", "old").collapsed == frozenset(["old"])


def test_two_nodes_cannot_have_one_name() -> None:
    with pytest.raises(GraphError) as caught:
        DRAWN.renamed("a", "b")
    assert str(caught.value) == "a: cannot be called b, as another node is; choose a free name"


def test_a_new_link_is_the_last_and_goes_as_it_came() -> None:
    one, two = LINKS[0], Link("c", "number", "b", "items")
    assert DRAWN.with_link(two).links == (*LINKS, two)
    assert DRAWN.with_link(two).with_link(one).without_link(one).links == (*LINKS, two)
    assert DRAWN.without_link(one).links == LINKS[1:]
    assert DRAWN.without_link(two) == DRAWN


EXPOSED = DRAWN.with_exposed("value", "a.value").with_exposed("size", "b.size")


def test_a_setting_is_exposed_under_a_name_and_taken_back() -> None:
    assert EXPOSED.exposed == {"value": "a.value", "size": "b.size"}
    assert EXPOSED.with_exposed("size", "a.value").exposed == {"value": "a.value", "size": "a.value"}
    assert EXPOSED.with_exposed("value", None).with_exposed("size", None) == DRAWN
    assert EXPOSED.with_exposed("nobody", None) == EXPOSED
    assert DRAWN.exposed == {}


def test_what_is_exposed_follows_its_node_when_that_is_renamed() -> None:
    assert EXPOSED.renamed("a", "first").exposed == {"value": "first.value", "size": "b.size"}
    assert EXPOSED.renamed("a", "first").renamed("first", "a") == EXPOSED


def test_what_is_exposed_goes_with_its_node() -> None:
    assert EXPOSED.without("a").exposed == {"size": "b.size"}
    assert EXPOSED.without("b").exposed == {"value": "a.value"}


def test_a_node_that_is_a_saved_graph_tells_its_name() -> None:
    assert Placed("graph:style 2").graph == "style 2"
    assert Placed("toy.Sum").graph is None


def test_what_a_graph_brings_along_stays_with_it_through_changes() -> None:
    graph = Graph(NODES, LINKS, graphs={"style": DRAWN})
    assert graph.renamed("a", "x").without("b").moved("x", (1, 1)).graphs == {"style": DRAWN}
    assert graph != Graph(NODES, LINKS, graphs={"style": DRAWN.moved("a", (9, 9))})
    assert graph.meaning == Graph(NODES, LINKS, graphs={"style": GRAPH}).meaning


def test_a_moved_node_changes_no_meaning() -> None:
    moved = DRAWN.moved("a", (7.0, 8.0))
    assert moved.layout == {"a": (7.0, 8.0), "b": (2.0, 3.0)}
    assert moved.meaning == DRAWN.meaning


def test_a_node_is_muted_and_switched_on_again() -> None:
    muted = DRAWN.with_mode("a", "mute")
    assert muted.nodes["a"] == Placed("toy.Number", {"value": 1.0}, 1, "mute")
    assert muted != DRAWN
    assert muted.with_mode("a", "on") == DRAWN


def test_a_setting_goes_back_to_its_default() -> None:
    graph = DRAWN.with_params("a", size=1, name="x")
    assert graph.without_params("a", "size", "name", "other") == DRAWN
    assert graph.without_params("a") == graph
    assert list(graph.without_params("a", "size").nodes) == list(DRAWN.nodes)
