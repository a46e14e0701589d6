"""A run is for the ends of its graph, and each has at most one picture."""

import pytest
from capriccio.core import Catalog, Graph, Link, Placed, Plan, plan
from capriccio.server.ends import MOST, ends, telling
from capriccio.server.graphs import output_types
from capriccio.server.pipe import End

from .conftest import SMALL, graph_of


def rendered(planned: Plan, catalog: Catalog) -> dict[str, set[str]]:
    return {
        name: {output for output, port in types.items() if port in catalog.previews}
        for name, types in output_types(planned).items()
    }


def found(graph: Graph, catalog: Catalog, *only: str) -> list[End]:
    planned = plan(graph, catalog, wanted=only or None)
    return ends(planned, only, rendered(planned, catalog))


def told(graph: Graph, catalog: Catalog) -> set[str]:
    planned = plan(graph, catalog)
    return set(telling(planned, found(graph, catalog), rendered(planned, catalog)).wanted)


def test_the_end_is_shown_by_itself_and_what_saves_by_what_it_saves(catalog: Catalog) -> None:
    assert found(SMALL, catalog) == [End("save", "optimize", "image"), End("look", "look", "image")]


def test_only_what_is_asked_for_is_an_end(catalog: Catalog) -> None:
    assert found(SMALL, catalog, "noise", "save") == [
        End("noise", "noise", "image"),
        End("save", "optimize", "image"),
    ]
    assert found(SMALL, catalog, "smooth") == []


def test_what_is_bypassed_or_muted_is_passed_by(catalog: Catalog) -> None:
    graph = graph_of(
        {
            "noise": ("Noise", {}),
            "small": ("ResizeImage", {}),
            "save": ("SaveImage", {}),
            "see": ("PreviewImage", {}),
        },
        ("noise.image", "small.image"),
        ("small.image", "save.image"),
        ("small.image", "see.image"),
    )
    by = graph.with_mode("small", "bypass").with_mode("see", "mute")
    assert found(by, catalog) == [End("save", "noise", "image")]
    assert found(graph.with_mode("see", "mute").with_mode("save", "mute"), catalog) == [
        End("small", "small", "image")
    ]


INNER = graph_of(
    {
        "picture": ("GraphInput", {}),
        "small": ("ResizeImage", {}),
        "out": ("GraphOutput", {}),
        "plain": ("GraphOutput", {}),
    },
    ("picture.item", "small.image"),
    ("small.image", "out.item"),
    ("picture.item", "plain.item"),
)


def test_a_graph_that_is_a_node_is_an_end_by_its_own_name(catalog: Catalog) -> None:
    nodes = {
        "noise": Placed("capriccio.Noise"),
        "inner": Placed("graph:inner"),
        "save": Placed("capriccio.SaveImage"),
    }
    into = Link.between("noise.image", "inner.picture")
    alone = Graph({name: nodes[name] for name in ("noise", "inner")}, (into,), graphs={"inner": INNER})
    assert found(alone, catalog) == [End("inner", "inner", "out")]
    assert found(alone, catalog, "inner/small") == [End("inner/small", "inner/small", "image")]
    assert found(alone, catalog, "inner/plain") == [End("inner/plain", "inner/plain", "item")]
    saved = Graph(nodes, (into, Link.between("inner.plain", "save.image")), graphs={"inner": INNER})
    assert found(saved, catalog) == [End("save", "inner/plain", "item")]
    pictures = {"noise", "inner/small"}
    assert told(alone, catalog) == {*plan(alone, catalog).wanted, *pictures}
    assert told(saved, catalog) - pictures == {"save", "inner/plain"}


@pytest.mark.parametrize(("kind", "shown"), [("Pick", True), ("Slice", False)])
def test_of_what_generic_nodes_give_only_single_things_can_be_shown(
    catalog: Catalog, kind: str, shown: bool
) -> None:
    graph = graph_of(
        {"shades": ("Numbers", {}), "noise": ("Noise", {}), "pick": (kind, {}), "save": ("SaveImage", {})},
        ("shades.number", "noise.contrast"),
        ("noise.image", "pick.items"),
    )
    output = next(iter(catalog.nodes[f"capriccio.{kind}"].outputs))
    graph = graph.with_link(Link("pick", output, "save", "image"))
    assert found(graph, catalog) == ([End("save", "pick", output)] if shown else [])


def test_of_many_ends_the_first_are_kept(catalog: Catalog) -> None:
    graph = graph_of({f"n{number}": ("Noise", {}) for number in range(MOST + 5)})
    assert [end.node for end in found(graph, catalog)] == [f"n{number}" for number in range(MOST)]
