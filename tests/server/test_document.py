"""Several people edit one graph, and all of them end up with the same."""

import json
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from capriccio.core import Frame, Graph, Link, Note, Placed, graphfile
from capriccio.server import wire
from capriccio.server.document import REMEMBERED, Document
from capriccio.server.edits import EXPOSED, LINKS, NODES
from capriccio.server.refusal import Refusal
from hypothesis import given, settings
from hypothesis import strategies as st

Ops = list[wire.Op]


@pytest.fixture
def document() -> Document:
    """Three nodes in a row."""
    nodes = {
        "noise": Placed("own.Noise", {"width": 32}),
        "style": Placed("own.Style", {"weight": 1.0}),
        "look": Placed("own.Look"),
    }
    links = (Link.between("noise.image", "style.image"), Link.between("style.image", "look.image"))
    layout = {"noise": (0.0, 0.0), "style": (100.0, 0.0)}
    return Document("mine", Graph(nodes, links, layout), saved=True)


def set_(node: str, *reset: str, **params: Any) -> wire.SetParams:
    return wire.SetParams(node, params, list(reset))


def refused(document: Document, revision: int, *ops: wire.Op) -> Refusal:
    """The refusal of an edit, which changes nothing."""
    before = document.graph, document.revision, document.saved
    with pytest.raises(Refusal) as caught:
        document.apply(revision, ops)
    assert (document.graph, document.revision, document.saved) == before
    return caught.value


def test_each_edit_makes_the_next_revision(document: Document) -> None:
    assert (document.revision, document.saved) == (0, True)
    assert document.apply(0, [set_("style", weight=2.0)]) == 1
    assert document.apply(1, [set_("style", weight=3.0), wire.MoveNode("look", (5.0, 6.0))]) == 2
    assert (document.revision, document.saved) == (2, False)
    assert document.graph.nodes["style"].params == {"weight": 3.0}
    assert document.graph.layout["look"] == (5.0, 6.0)


def test_every_operation_does_what_it_says(document: Document) -> None:
    document.apply(
        0,
        [
            wire.AddNode("tv", "own.Smooth", (1.0, 2.0), {"weight": 2}, 3),
            wire.AddLink("tv.objective", "style.objectives"),
            wire.RenameNode("tv", "smooth"),
            wire.MoveNode("smooth", (3.0, 4.0)),
            set_("smooth", "weight", power=2),
            wire.MuteNode("smooth"),
            wire.BypassNode("style"),
            wire.RemoveLink("noise.image", "style.image"),
            wire.RemoveNode("look"),
            wire.ExposeSetting("strength", "style.weight"),
            wire.ExposeSetting("power", "smooth.power"),
            wire.ExposeSetting("strength"),
            wire.SetNotes([graphfile.FileNote("mind the gap", (7.0, 8.0), (90.0, 60.0))]),
            wire.SetFrames([graphfile.FileFrame("all", (-9.0, -9.0), (400.0, 300.0))]),
            wire.CollapseNode("smooth"),
            wire.CollapseNode("style"),
            wire.CollapseNode("style", False),
        ],
    )
    nodes = {
        "noise": Placed("own.Noise", {"width": 32}),
        "style": Placed("own.Style", {"weight": 1.0}, mode="bypass"),
        "smooth": Placed("own.Smooth", {"power": 2}, 3, "mute"),
    }
    layout = {"noise": (0.0, 0.0), "style": (100.0, 0.0), "smooth": (3.0, 4.0)}
    links = (Link.between("smooth.objective", "style.objectives"),)
    exposed = {"power": "smooth.power"}
    notes = (Note("mind the gap", (7.0, 8.0), (90.0, 60.0)),)
    frames = (Frame("all", (-9.0, -9.0), (400.0, 300.0)),)
    collapsed = frozenset(["smooth"])
    assert document.graph == Graph(nodes, links, layout, notes, exposed, frames=frames, collapsed=collapsed)


def test_what_is_sent_can_be_opened_as_a_file(document: Document) -> None:
    frame = graphfile.FileFrame("x", (0.0, 0.0), (1.0, 1.0))
    notes = wire.SetNotes([graphfile.FileNote("x")])
    document.apply(0, [wire.MuteNode("look"), notes, wire.SetFrames([frame]), wire.CollapseNode("look")])
    assert graphfile.parse(msgspec.json.encode(document.content)) == document.graph


def test_what_is_exposed_follows_its_node(document: Document) -> None:
    document.apply(0, [wire.ExposeSetting("a", "style.weight"), wire.ExposeSetting("b", "noise.width")])
    document.apply(1, [wire.RenameNode("style", "look again"), wire.RemoveNode("noise")])
    assert document.graph.exposed == {"a": "look again.weight"}
    document.apply(2, [wire.ExposeSetting("a", "look.size")])
    assert document.graph.exposed == {"a": "look.size"}


def test_a_node_that_is_drawn_small_stays_so_under_another_name_and_is_forgotten_when_it_goes(
    document: Document,
) -> None:
    document.apply(0, [wire.CollapseNode("style"), wire.CollapseNode("look")])
    document.apply(1, [wire.RenameNode("style", "manner"), wire.RemoveNode("look")])
    assert document.graph.collapsed == frozenset(["manner"])
    document.apply(2, [wire.AddNode("look", "own.Look"), wire.RemoveNode("manner")])
    assert document.graph.collapsed == frozenset()


def test_names_that_were_left_over_in_a_file_are_of_no_new_node() -> None:
    graph = Graph({"a": Placed("own.A")}, layout={"b": (1.0, 2.0)}, collapsed=frozenset("bc"))
    document = Document("mine", graph, saved=True)
    document.apply(0, [wire.AddNode("c", "own.A"), wire.RenameNode("a", "b")])
    assert (document.graph.collapsed, document.graph.layout) == (frozenset(), {"c": (0.0, 0.0)})


def test_a_graph_is_placed_as_a_node(document: Document) -> None:
    document.apply(0, [wire.AddNode("inner", "graph:style as a node", params={"strength": 2.0})])
    assert document.graph.nodes["inner"].graph == "style as a node"


def test_what_a_graph_brings_along_stays_through_edits() -> None:
    inner = {"style": Graph({"a": Placed("own.A")}, exposed={"x": "a.x"}), "unused": Graph()}
    document = Document("mine", Graph({"s": Placed("graph:style")}, graphs=inner), saved=True)
    document.apply(0, [wire.AddNode("n", "own.B"), wire.RemoveNode("s")])
    assert document.graph == Graph({"n": Placed("own.B")}, layout={"n": (0.0, 0.0)}, graphs=inner)
    assert set(document.content.graphs) == {"style", "unused"}
    assert document.content.graphs["style"].exposed == {"x": "a.x"}


NEWER = "it was made by a newer Capriccio; update"


def test_a_graph_of_a_newer_capriccio_can_only_be_looked_at() -> None:
    graph = Graph({"a": Placed("own.A")}, newer=NEWER)
    document = Document("mine", graph, saved=True)
    assert list(document.content.nodes) == ["a"]
    assert str(refused(document, 0, wire.MoveNode("a", (1.0, 1.0)))) == NEWER
    assert str(refused(document, 7)) == NEWER


def test_to_end_one_mode_is_not_to_end_the_other(document: Document) -> None:
    for op, mode in (
        (wire.MuteNode("look"), "mute"),
        (wire.BypassNode("look", on=False), "mute"),
        (wire.BypassNode("look"), "bypass"),
        (wire.MuteNode("look", on=False), "bypass"),
        (wire.BypassNode("look", on=False), "on"),
    ):
        document.apply(document.revision, [op])
        assert document.graph.nodes["look"].mode == mode


def test_an_edit_is_applied_whole_or_not_at_all(document: Document) -> None:
    wrong = refused(document, 0, set_("style", weight=9.0), wire.RemoveNode("look"), wire.RemoveNode("look"))
    assert str(wrong) == "there is no node look; look again"
    assert wrong.revision is None


def test_documents_have_numbers_of_their_own() -> None:
    assert Document("a", Graph(), True).number != Document("a", Graph(), True).number


STRUCTURE: list[tuple[Sequence[wire.Op], str]] = [
    ([], "an edit without any change; name one"),
    ([wire.AddNode("style", "own.Style")], "there is a node style already; choose another name"),
    ([wire.RemoveNode("styl")], "there is no node styl; did you mean style?"),
    ([wire.MoveNode("nothing", (0.0, 0.0))], "there is no node nothing; look again"),
    ([set_("nothing", a=1)], "there is no node nothing; look again"),
    ([wire.MuteNode("nothing")], "there is no node nothing; look again"),
    ([wire.BypassNode("nothing")], "there is no node nothing; look again"),
    ([wire.RenameNode("nothing", "more")], "there is no node nothing; look again"),
    ([wire.RenameNode("style", "look")], "there is a node look already; choose another name"),
    ([wire.RenameNode("style", "style")], "there is a node style already; choose another name"),
    (
        [wire.RenameNode("style", "a.b")],
        "a node cannot be called 'a.b'; use 1 to 100 characters without . and /",
    ),
    ([wire.AddNode("a/b", "x")], "a node cannot be called 'a/b'; use 1 to 100 characters without . and /"),
    ([wire.AddNode("a\n", "x")], r"a node cannot be called 'a\n'; use 1 to 100 characters without . and /"),
    ([wire.AddLink("nothing.image", "look.mask")], "there is no node nothing; look again"),
    ([wire.AddLink("noise.image", "nothing.mask")], "there is no node nothing; look again"),
    (
        [wire.AddLink("noise.image", "style.image")],
        "noise.image is linked to style.image already; once is enough",
    ),
    (
        [wire.AddLink("style.image", "style.mask")],
        "style.image cannot be linked to style.mask, as both are of one node; choose another",
    ),
    (
        [wire.RemoveLink("noise.image", "look.image")],
        "there is no link from noise.image to look.image; look again",
    ),
    ([wire.AddLink("noise", "look.image")], "a link at 'noise'; write it as node.output or node.input"),
    (
        [wire.AddLink("noise.image", "look.im.")],
        "a link at 'look.im.'; write it as node.output or node.input",
    ),
    ([wire.MoveNode("look", (float("nan"), 0.0))], "look cannot stand at (nan, 0.0); use finite numbers"),
    ([wire.AddNode("a", "x", (0.0, float("inf")))], "a cannot stand at (0.0, inf); use finite numbers"),
    ([wire.ExposeSetting("a", "nothing.x")], "there is no node nothing; look again"),
    ([wire.ExposeSetting("a")], "no setting is exposed as a; look again"),
    (
        [wire.ExposeSetting("strength", "style.weight"), wire.ExposeSetting("strenght")],
        "no setting is exposed as strenght; did you mean strength?",
    ),
    (
        [wire.ExposeSetting("a b", "style.weight")],
        "a setting cannot be exposed as 'a b'; use 1 to 100 letters, digits and _, and begin with no digit",
    ),
    (
        [wire.ExposeSetting("a" * 101)],
        f"a setting cannot be exposed as '{'a' * 80}'; "
        "use 1 to 100 letters, digits and _, and begin with no digit",
    ),
    ([wire.ExposeSetting("a", "style")], "a cannot stand for 'style'; write it as node.setting"),
    ([wire.ExposeSetting("a", "style.1")], "a cannot stand for 'style.1'; write it as node.setting"),
    (
        [wire.ExposeSetting("a", f"style.{'w' * 150}"), wire.RenameNode("style", "n" * 50)],
        f"{'n' * 50} is too long a name beside {'w' * 150}; use a shorter one",
    ),
    (
        [wire.SetNotes([graphfile.FileNote("x", (0.0, float("-inf")))])],
        "a note cannot stand at (0.0, -inf); use finite numbers",
    ),
    (
        [wire.SetNotes([graphfile.FileNote("x", (0.0, 0.0), (0.0, 1.0))])],
        "a note cannot have the size (0.0, 1.0); use finite numbers above 0",
    ),
    (
        [wire.SetFrames([graphfile.FileFrame("x", (float("nan"), 0.0), (1.0, 1.0))])],
        "a frame cannot stand at (nan, 0.0); use finite numbers",
    ),
    (
        [wire.SetFrames([graphfile.FileFrame("x", (0.0, 0.0), (1.0, float("inf")))])],
        "a frame cannot have the size (1.0, inf); use finite numbers above 0",
    ),
    ([wire.CollapseNode("stile")], "there is no node stile; did you mean style?"),
]


@pytest.mark.parametrize(("ops", "text"), STRUCTURE, ids=[text[:40] for _, text in STRUCTURE])
def test_what_does_not_fit_the_graph_is_refused_with_a_sentence(
    document: Document, ops: Sequence[wire.Op], text: str
) -> None:
    assert str(refused(document, 0, *ops)) == text


@pytest.mark.parametrize(
    "value",
    [float("nan"), [float("inf")], {"a": object()}, 2**53, -(2**70), "\ud800", {"\udfff": 1}, b"x", {1}],
    ids=ascii,
)
def test_settings_are_what_a_graph_file_can_hold(document: Document, value: Any) -> None:
    for op in (set_("style", weight=value), wire.AddNode("new", "x", params={"value": value})):
        assert "cannot be kept: " in str(refused(document, 0, op))


def test_settings_may_be_nested_no_deeper_than_a_file_is_read(document: Document) -> None:
    def nested(depth: int) -> Any:
        return [nested(depth - 1)] if depth else 1

    document.apply(0, [set_("style", value=nested(60))])
    graphfile.parse(graphfile.dump(document.graph).encode())
    assert "nested deeper than 61 levels" in str(refused(document, 1, set_("style", value=nested(61))))
    assert "cannot be kept" in str(refused(document, 1, set_("style", value=nested(900))))


def test_settings_of_a_node_are_small(document: Document) -> None:
    document.apply(0, [set_("style", text="x" * 40_000)])
    wrong = refused(document, 1, set_("style", more="x" * 40_000))
    assert str(wrong) == "the settings of style are 80,039 bytes as JSON; use at most 65,536"
    refused(document, 1, wire.AddNode("new", "x", params={"text": "x" * 70_000}))
    document.apply(1, [set_("style", "text", more="x" * 40_000)])


def test_a_graph_holds_only_so_many_nodes_and_links() -> None:
    document = Document("large", Graph(), saved=False)
    document.apply(0, [wire.AddNode(f"n{number}", "x") for number in range(NODES)])
    wrong = refused(document, 1, wire.AddNode("more", "x"))
    assert str(wrong) == "more would be more than 2,000 nodes; make another graph"
    inner = Graph({f"n{number}": Placed("x") for number in range(NODES - 1)})
    nested = Document("nested", Graph(graphs={"a": inner}), saved=False)
    wrong = refused(nested, 0, wire.AddNode("one", "x"), wire.AddNode("two", "x"))
    assert str(wrong) == "two would be more than 2,000 nodes; make another graph"
    links = tuple(Link("n0", f"out{number}", "n1", "into") for number in range(LINKS))
    full = Document("full", Graph(document.graph.nodes, links), saved=False)
    wrong = refused(full, 0, wire.AddLink("n2.image", "n3.image"))
    assert str(wrong) == "n2.image to n3.image would be more than 10,000 links; make another graph"
    exposed = {f"s{number}": "n0.x" for number in range(EXPOSED)}
    full = Document("full", Graph(document.graph.nodes, exposed=exposed), saved=False)
    wrong = refused(full, 0, wire.ExposeSetting("s0", "n1.x"), wire.ExposeSetting("more", "n0.x"))
    assert str(wrong) == "more would be more than 1,000 exposed settings; take others back first"


def test_a_new_name_keeps_links_short_enough_for_a_file() -> None:
    link = Link("a", "o" * 150, "b", "image")
    document = Document("mine", Graph({"a": Placed("x"), "b": Placed("x")}, (link,)), saved=True)
    assert "is too long a name beside" in str(refused(document, 0, wire.RenameNode("a", "n" * 60)))
    document.apply(0, [wire.RenameNode("b", "n" * 60)])
    graphfile.parse(graphfile.dump(document.graph).encode())


def test_resetting_what_is_not_set_is_fine(document: Document) -> None:
    assert document.apply(0, [set_("look", "nothing")]) == 1


# Pairs of edits that do not know of each other, and what the second is told if it is refused.


def framed(title: str) -> wire.SetFrames:
    return wire.SetFrames([graphfile.FileFrame(title, (0.0, 0.0), (300.0, 200.0))])


MERGED: list[tuple[Ops, Ops]] = [
    ([set_("style", weight=2.0)], [set_("style", power=3)]),
    ([set_("style", weight=2.0)], [set_("look", weight=3.0)]),
    ([set_("style", weight=2.0)], [set_("style", weight=2.0)]),
    ([set_("style", "weight")], [set_("style", "weight")]),
    ([set_("style", text=["a", {"b": 1}])], [set_("style", text=["a", {"b": 1}])]),
    ([set_("style", weight=2.0)], [wire.MoveNode("style", (1.0, 1.0))]),
    ([wire.MoveNode("style", (1.0, 1.0))], [wire.MoveNode("style", (2.0, 2.0))]),
    ([wire.MoveNode("style", (1.0, 1.0))], [wire.RemoveNode("style")]),
    ([wire.MoveNode("style", (1.0, 1.0))], [wire.RenameNode("style", "new")]),
    ([wire.MuteNode("style")], [set_("style", weight=2.0)]),
    ([wire.MuteNode("style")], [wire.MuteNode("style")]),
    ([wire.AddNode("a", "x")], [wire.AddNode("b", "x")]),
    ([wire.RemoveNode("look")], [set_("style", weight=2.0)]),
    ([wire.RemoveNode("noise")], [wire.RemoveNode("look")]),
    ([wire.RemoveNode("noise")], [wire.AddLink("look.image", "style.image")]),
    ([wire.AddLink("noise.image", "look.mask")], [wire.AddLink("noise.image", "style.mask")]),
    ([wire.AddLink("noise.image", "look.mask")], [wire.RemoveLink("noise.image", "style.image")]),
    ([wire.AddLink("noise.image", "look.mask")], [wire.RenameNode("look", "see")]),
    ([wire.RemoveLink("noise.image", "style.image")], [wire.AddLink("look.image", "style.image")]),
    ([set_("style", weight=2.0)], [wire.RenameNode("style", "new")]),
    ([wire.ExposeSetting("a", "style.x")], [wire.ExposeSetting("b", "style.x")]),
    ([wire.ExposeSetting("a", "style.x")], [wire.ExposeSetting("a", "style.x")]),
    ([wire.ExposeSetting("a", "style.x")], [wire.RenameNode("style", "new")]),
    ([wire.ExposeSetting("a", "style.x")], [set_("style", x=1)]),
    ([wire.ExposeSetting("a", "style.x")], [wire.RemoveNode("look")]),
    ([wire.SetNotes([graphfile.FileNote("x")])], [set_("style", weight=2.0)]),
    ([wire.SetNotes([graphfile.FileNote("x")])], [wire.SetNotes([graphfile.FileNote("x")])]),
    ([wire.SetNotes([graphfile.FileNote("x")])], [framed("x")]),
    ([framed("x")], [framed("x")]),
    ([framed("x")], [wire.RemoveNode("style")]),
    ([wire.CollapseNode("style")], [wire.CollapseNode("style")]),
    ([wire.CollapseNode("style")], [wire.CollapseNode("look", False)]),
    ([wire.CollapseNode("style")], [wire.RemoveNode("style")]),
    ([wire.CollapseNode("style")], [wire.RenameNode("style", "new")]),
    ([wire.CollapseNode("style")], [set_("style", weight=2.0)]),
]


@pytest.mark.parametrize(("first", "second"), MERGED, ids=str)
def test_edits_of_different_things_are_merged(document: Document, first: Ops, second: Ops) -> None:
    document.apply(0, first)
    assert document.apply(0, second) == 2


REFUSED: list[tuple[Ops, Ops, str]] = [
    ([set_("style", weight=2.0)], [set_("style", weight=3.0)], "style.weight was changed"),
    ([set_("style", weight=1)], [set_("style", weight=True)], "style.weight was changed"),
    ([set_("style", "weight")], [set_("style", weight=3.0)], "style.weight was changed"),
    ([set_("style", weight=2.0)], [set_("style", "weight")], "style.weight was changed"),
    ([wire.RemoveNode("style")], [set_("style", weight=2.0)], "style was removed"),
    ([wire.RemoveNode("style")], [wire.MoveNode("style", (0.0, 0.0))], "style was removed"),
    ([wire.RemoveNode("style")], [wire.MuteNode("style")], "style was removed"),
    ([wire.RemoveNode("style")], [wire.RemoveNode("style")], "style was removed"),
    ([wire.RemoveNode("style")], [wire.RenameNode("style", "new")], "style was removed"),
    ([wire.RemoveNode("style")], [wire.AddLink("style.image", "look.mask")], "style was removed"),
    (
        [wire.RemoveNode("style"), wire.AddNode("style", "other")],
        [set_("style", weight=2.0)],
        "style was added",
    ),
    ([set_("style", weight=2.0)], [wire.RemoveNode("style")], "style.weight was changed"),
    ([wire.MuteNode("style")], [wire.RemoveNode("style")], "style was muted, bypassed or switched on"),
    (
        [wire.AddLink("noise.image", "look.mask")],
        [wire.RemoveNode("noise")],
        "the link from noise.image to look.mask was drawn",
    ),
    ([wire.RenameNode("style", "new")], [wire.RemoveNode("style")], "style was renamed to new"),
    ([wire.RenameNode("style", "new")], [set_("style", weight=2.0)], "style was renamed to new"),
    ([wire.RenameNode("style", "new")], [wire.RenameNode("style", "other")], "style was renamed to new"),
    ([wire.RenameNode("style", "new")], [wire.RenameNode("look", "new")], "style was renamed to new"),
    ([wire.RenameNode("style", "new")], [wire.AddNode("new", "x")], "style was renamed to new"),
    ([wire.RenameNode("style", "new")], [wire.MoveNode("style", (0.0, 0.0))], "style was renamed to new"),
    (
        [wire.RenameNode("style", "new")],
        [wire.RemoveLink("style.image", "look.image")],
        "style was renamed to new",
    ),
    (
        [wire.RenameNode("style", "new"), wire.AddNode("style", "x")],
        [set_("style", weight=2.0)],
        "style was added and style was renamed to new",
    ),
    (
        [wire.RenameNode("style", "new"), set_("new", weight=2.0)],
        [wire.RemoveNode("style")],
        "style.weight was changed and style was renamed to new",
    ),
    (
        [set_("style", weight=2.0)],
        [wire.RenameNode("style", "new"), set_("new", weight=3.0)],
        "style.weight was changed",
    ),
    ([wire.AddNode("new", "x")], [wire.AddNode("new", "y")], "new was added"),
    ([wire.AddNode("new", "x")], [wire.RenameNode("style", "new")], "new was added"),
    ([wire.MuteNode("style")], [wire.BypassNode("style")], "style was muted, bypassed or switched on"),
    (
        [wire.AddLink("noise.image", "look.mask")],
        [wire.AddLink("style.image", "look.mask")],
        "the link from noise.image to look.mask was drawn",
    ),
    (
        [wire.AddLink("noise.image", "look.mask")],
        [wire.AddLink("noise.image", "look.mask")],
        "the link from noise.image to look.mask was drawn",
    ),
    (
        [wire.RemoveLink("noise.image", "style.image")],
        [wire.RemoveLink("noise.image", "style.image")],
        "the link from noise.image to style.image was taken away",
    ),
    ([wire.ExposeSetting("a", "style.x")], [wire.ExposeSetting("a", "style.y")], "a was exposed"),
    ([wire.ExposeSetting("a", "style.x")], [wire.ExposeSetting("a", "look.x")], "a was exposed"),
    ([wire.ExposeSetting("a", "style.x")], [wire.ExposeSetting("a")], "a was exposed"),
    ([wire.ExposeSetting("a", "style.x")], [wire.RemoveNode("style")], "a was exposed"),
    ([wire.RemoveNode("style")], [wire.ExposeSetting("a", "style.x")], "style was removed"),
    ([wire.RenameNode("style", "new")], [wire.ExposeSetting("a", "style.x")], "style was renamed to new"),
    (
        [wire.ExposeSetting("a", "style.x"), wire.ExposeSetting("a")],
        [wire.ExposeSetting("a", "style.x")],
        "a was exposed no more",
    ),
    (
        [wire.SetNotes([graphfile.FileNote("x")])],
        [wire.SetNotes([graphfile.FileNote("y")])],
        "the notes were changed",
    ),
    (
        [wire.SetNotes([graphfile.FileNote("x")])],
        [wire.SetNotes([graphfile.FileNote("x", size=(1.0, 1.0))])],
        "the notes were changed",
    ),
    ([framed("x")], [framed("y")], "the frames were changed"),
    ([wire.CollapseNode("style")], [wire.CollapseNode("style", False)], "style was collapsed"),
    ([wire.CollapseNode("style", False)], [wire.CollapseNode("style")], "style was opened out"),
    ([wire.RemoveNode("style")], [wire.CollapseNode("style")], "style was removed"),
    ([wire.RenameNode("style", "new")], [wire.CollapseNode("style")], "style was renamed to new"),
    (
        [set_("style", a=1, b=1, c=1, d=1, e=1)],
        [set_("style", a=2, b=2, c=2, d=2, e=2)],
        "style.a was changed, style.b was changed, style.c was changed and 2 more changes were made",
    ),
]


@pytest.mark.parametrize(("first", "second", "said"), REFUSED, ids=str)
def test_edits_of_the_same_are_refused_with_what_the_other_did(
    document: Document, first: Ops, second: Ops, said: str
) -> None:
    document.apply(0, first)
    wrong = refused(document, 0, set_("look", fine=1), *second)
    assert str(wrong) == f"{said} meanwhile; look again, then repeat your change"
    assert wrong.revision == 1


def test_who_knows_of_an_edit_may_change_the_same(document: Document) -> None:
    document.apply(0, [set_("style", weight=2.0)])
    document.apply(0, [set_("look", size=2)])
    assert document.apply(1, [set_("style", weight=3.0)]) == 3
    assert refused(document, 1, set_("look", size=3)).revision == 3


def test_what_does_not_fit_tells_the_newer_revision_to_whom_has_an_older(document: Document) -> None:
    document.apply(0, [set_("style", weight=2.0)])
    assert refused(document, 0, wire.RemoveNode("nothing")).revision == 1
    assert refused(document, 1, wire.RemoveNode("nothing")).revision is None


def test_a_revision_to_come_is_refused(document: Document) -> None:
    wrong = refused(document, 1, set_("style", weight=2.0))
    assert "revision 1 of mine has not been made yet, the latest is 0; open the graph again" in str(wrong)
    assert wrong.revision == 0
    refused(document, -1, set_("style", weight=2.0))


def test_the_last_thousand_edits_are_remembered(document: Document) -> None:
    for number in range(REMEMBERED + 1):
        document.apply(number, [set_("style", weight=number)])
    wrong = refused(document, 0, set_("look", size=1))
    assert str(wrong) == "revision 0 of mine is too many edits old; open the graph again"
    assert wrong.revision == REMEMBERED + 1
    refused(document, 1, set_("style", weight=-1))
    assert document.apply(1, [set_("look", size=1)]) == REMEMBERED + 2


# Two pages, written as a page would be: from docs and messages, with nothing of Document.


class Page:
    """What somebody sees of a graph: what the server has told, and on top of it what it was not yet asked."""

    def __init__(self, document: Document) -> None:
        self.told: dict[str, Any] = json.loads(msgspec.json.encode(document.content))
        self.revision = document.revision

    def hear(self, edited: wire.Edited) -> None:
        assert edited.revision == self.revision + 1
        self.revision = edited.revision
        for op in json.loads(msgspec.json.encode(edited))["ops"]:
            self._do(self.told, **op)

    def graph(self) -> Graph:
        return graphfile.parse(json.dumps(self.told).encode())

    def _do(self, file: dict[str, Any], op: str, node: str = "", **facts: Any) -> None:
        nodes, links = file["nodes"], file.setdefault("links", [])
        layout = file.setdefault("layout", {})
        exposed = file.setdefault("exposed", {})
        collapsed = file.setdefault("collapsed", [])
        match op:
            case "add":
                nodes[node] = {key: facts[key] for key in ("kind", "params", "version") if key in facts}
                layout[node] = facts.get("position", [0, 0])
            case "remove":
                del nodes[node]
                layout.pop(node, None)
                collapsed[:] = [name for name in collapsed if name != node]
                links[:] = [ends for ends in links if node not in map(owner, ends)]
                for name in [name for name, socket in exposed.items() if owner(socket) == node]:
                    del exposed[name]
            case "move":
                layout[node] = facts["position"]
            case "set":
                params = nodes[node].setdefault("params", {})
                for key in facts.get("reset", []):
                    params.pop(key, None)
                params |= facts.get("params", {})
            case "mute" | "bypass":
                if facts.get("on", True):
                    nodes[node]["mode"] = op
                elif nodes[node].get("mode") == op:
                    nodes[node]["mode"] = "on"
            case "rename":
                nodes[facts["to"]] = nodes.pop(node)
                if node in layout:
                    layout[facts["to"]] = layout.pop(node)
                collapsed[:] = [facts["to"] if name == node else name for name in collapsed]
                links[:] = [[renamed(end, node, facts["to"]) for end in ends] for ends in links]
                for name, socket in exposed.items():
                    exposed[name] = renamed(socket, node, facts["to"])
            case "expose":
                if facts.get("socket") is None:
                    del exposed[facts["name"]]
                else:
                    exposed[facts["name"]] = facts["socket"]
            case "link":
                links.append([facts["start"], facts["end"]])
            case "unlink":
                links.remove([facts["start"], facts["end"]])
            case "notes" | "frames":
                file[op] = facts[op]
            case "collapse":
                collapsed[:] = [name for name in collapsed if name != node]
                if facts.get("on", True):
                    collapsed.append(node)


def owner(end: str) -> str:
    return end.rsplit(".", 1)[0]


def renamed(end: str, old: str, new: str) -> str:
    return f"{new}.{end.rsplit('.', 1)[1]}" if owner(end) == old else end


NAMES = st.sampled_from("abcd")
OUTPUTS = st.builds("{}.{}".format, NAMES, st.sampled_from(["image", "mask"]))
VALUES = st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=2) | st.lists(st.integers(0, 2))
PLACES = st.tuples(st.integers(-9, 9).map(float), st.integers(-9, 9).map(float))
PARAMS = st.dictionaries(st.sampled_from("xyz"), VALUES, max_size=2)
OPS: st.SearchStrategy[wire.Op] = st.one_of(
    st.builds(wire.AddNode, NAMES, st.sampled_from(["own.A", "own.B"]), PLACES, PARAMS),
    st.builds(wire.RemoveNode, NAMES),
    st.builds(wire.MoveNode, NAMES, PLACES),
    st.builds(wire.AddLink, OUTPUTS, OUTPUTS),
    st.builds(wire.RemoveLink, OUTPUTS, OUTPUTS),
    st.builds(wire.SetParams, NAMES, PARAMS, st.lists(st.sampled_from("xyz"), max_size=2)),
    st.builds(wire.MuteNode, NAMES, st.booleans()),
    st.builds(wire.BypassNode, NAMES, st.booleans()),
    st.builds(wire.RenameNode, NAMES, NAMES),
    st.builds(wire.ExposeSetting, st.sampled_from("st"), st.none() | OUTPUTS),
    st.builds(wire.SetNotes, st.lists(st.builds(graphfile.FileNote, st.text(max_size=2)), max_size=2)),
    st.builds(framed, st.text(max_size=2)),
    st.builds(wire.CollapseNode, NAMES, st.booleans()),
)
EDITS = st.tuples(st.integers(0, 1), st.lists(OPS, min_size=1, max_size=3), st.booleans())


def start() -> Document:
    nodes = {name: Placed("own.A", {"x": 0}) for name in "abc"}
    links = (Link.between("a.image", "b.image"), Link.between("b.image", "c.image"))
    graph = Graph(nodes, links, {"a": (0.0, 0.0)}, exposed={"s": "a.image"})
    return Document("mine", graph, saved=True)


def in_effect(op: wire.Op, graph: Graph) -> bool:
    """Whether a graph shows what an operation was for."""
    match op:
        case wire.AddNode(node=node):
            return node in graph.nodes
        case wire.RemoveNode(node=node):
            return node not in graph.nodes
        case wire.SetParams(node=node, params=params, reset=reset) if node in graph.nodes and (
            params or reset
        ):
            found = graph.nodes[node].params
            kept = all(key in found and json.dumps(found[key]) == json.dumps(params[key]) for key in params)
            return kept and not (set(reset) - set(params)) & set(found)
        case wire.MuteNode(node=node, on=on) if node in graph.nodes:
            return (graph.nodes[node].mode == "mute") == on
        case wire.BypassNode(node=node, on=on) if node in graph.nodes:
            return (graph.nodes[node].mode == "bypass") == on
        case wire.RenameNode(node=node, to=to):
            return to in graph.nodes and node not in graph.nodes
        case wire.AddLink(start=start, end=end):
            return Link.between(start, end) in graph.links
        case wire.RemoveLink(start=start, end=end):
            return Link.between(start, end) not in graph.links
        case wire.ExposeSetting(name=name, socket=socket):
            return graph.exposed.get(name) == socket
        case wire.SetNotes(notes=notes):
            return [note.text for note in notes] == [note.text for note in graph.notes]
        case wire.SetFrames(frames=frames):
            return [frame.title for frame in frames] == [frame.title for frame in graph.frames]
        case wire.CollapseNode(node=node, on=on):  # how a node looks that is gone is nobody's loss
            return node not in graph.nodes or (node in graph.collapsed) == on
    return False


@settings(max_examples=400, deadline=None)
@given(st.lists(EDITS, max_size=25))
def test_two_pages_that_edit_at_once_end_up_with_the_graph_of_the_server(
    edits: list[tuple[int, Ops, bool]],
) -> None:
    """A page edits what it has heard of, which may be long ago; now and then it hears the rest."""
    server, sent = start(), list[wire.Edited]()
    pages = [Page(server), Page(server)]

    def catch_up(page: Page) -> None:
        for edited in sent[page.revision :]:
            page.hear(edited)
        assert page.graph() == server.graph

    for number, ops, hears in edits:
        before, page = server.graph, pages[number]
        try:
            revision = server.apply(page.revision, ops)
        except Refusal as refusal:
            assert str(refusal)
            assert (refusal.revision is None) == (page.revision == server.revision)
            assert server.graph is before
        else:
            sent.append(wire.Edited(graph="mine", revision=revision, ops=ops))
        if hears:
            catch_up(page)
    for page in pages:
        catch_up(page)
    assert graphfile.parse(graphfile.dump(server.graph).encode()) == server.graph


@settings(max_examples=400, deadline=None)
@given(st.lists(OPS, min_size=1, max_size=3), st.lists(OPS, min_size=1, max_size=3))
def test_a_merge_undoes_nothing_that_its_author_did_not_know_of(first: Ops, second: Ops) -> None:
    """Except where a node is renamed along with what was changed in it."""
    server = start()
    try:
        server.apply(0, first)
        wanted = [op for op in first if in_effect(op, server.graph)]
        alone = start()
        alone.apply(0, second)
        own = [op for op in second if in_effect(op, alone.graph)]
        server.apply(0, second)
    except Refusal:
        return
    if not any(isinstance(op, wire.RenameNode) for op in second):
        assert [op for op in wanted if not in_effect(op, server.graph)] == []
    assert [op for op in own if not in_effect(op, server.graph)] == []


@settings(max_examples=400, deadline=None)
@given(st.lists(OPS, min_size=1, max_size=3), st.lists(OPS, min_size=1, max_size=3))
def test_where_either_order_is_allowed_both_give_the_same_graph(first: Ops, second: Ops) -> None:
    """Except for where nodes stand, as the last to move one wins."""
    one, other = start(), start()
    try:
        for ops in (first, second):
            one.apply(0, ops)
        for ops in (second, first):
            other.apply(0, ops)
    except Refusal:
        return
    assert one.graph.meaning == other.graph.meaning
    for looks in ("notes", "frames", "collapsed"):
        assert getattr(one.graph, looks) == getattr(other.graph, looks)


def test_edits_that_do_not_know_that_changes_were_given_up_are_refused(document: Document) -> None:
    saved = document.graph
    document.apply(0, [set_("style", weight=2.0)], "me")
    document.revert(saved)
    assert (document.graph, document.revision, document.saved) == (saved, 2, True)
    said = "the changes of mine were given up meanwhile; look again, then repeat your change"
    for revision in (0, 1):
        wrong = refused(document, revision, set_("look", size=1))
        assert (str(wrong), wrong.revision) == (said, 2)
    with pytest.raises(Refusal, match="were given up meanwhile"):
        document.apply(1, [set_("style", weight=3.0)], "me")
    assert document.apply(2, [set_("style", weight=3.0)]) == 3
    assert document.apply(2, [set_("look", size=1)]) == 4
