"""Graphs as nodes: going inside and back, making one out of a selection, exposing settings."""

import re

import pytest
from playwright.sync_api import expect

from .editor import Editor
from .home import Home, Node, Nodes, eventually

NOISE: Node = ("capriccio.Noise", {"width": 64, "height": 48})
LOOK: Node = ("capriccio.PreviewImage", {})
INSIDE: Nodes = {
    "picture": ("capriccio.GraphInput", {"type": "Image"}),
    "size": ("capriccio.ResizeImage", {"side": 32}),
    "made": ("capriccio.GraphOutput", {}),
}


def shrinks(home: Home, name: str) -> None:
    """A saved graph that makes a picture smaller, and lets one say how small."""
    with home.begin(name, INSIDE, ("picture.item", "size.image"), ("size.image", "made.item")) as talk:
        home.change(name, {"op": "expose", "name": "side", "socket": "size.side"})
        assert talk.ask("save_graph", graph=name)["type"] == "saved"


@pytest.fixture
def outer(editor: Editor, request: pytest.FixtureRequest) -> Editor:
    """A page with a graph that has such a graph in it."""
    name = request.node.name[5:45]
    shrinks(editor.home, f"{name} inner")
    nodes = {"noise": NOISE, "part": (f"graph:{name} inner", {}), "look": LOOK}
    return editor.begin(name, nodes, ("noise.image", "part.picture"), ("part.made", "look.image"))


def test_a_graph_is_a_node_with_its_sockets_and_exposed_settings(outer: Editor) -> None:
    expect(outer.socket("part.picture", "target")).to_be_attached()
    expect(outer.socket("part.made", "source")).to_be_attached()
    outer.select("part")
    expect(outer.exactly("side")).to_have_value("32")
    outer.enter("side", 24)
    outer.becomes(part={"side": 24})
    outer.run()
    outer.ended()
    expect(outer.node("look").locator("canvas.preview")).to_have_attribute("data-width", "24")


def test_a_saved_graph_is_placed_from_the_palette_and_from_the_search(outer: Editor) -> None:
    inner = f"{outer.graph} inner"
    shown = inner.replace("_", " ")
    outer.palette.get_by_role("searchbox").fill(shown)
    outer.palette.get_by_role("button", name=shown, exact=True).click()
    eventually(lambda: sum(node["kind"] == f"graph:{inner}" for node in outer.content["nodes"].values()) == 2)
    outer.page.mouse.dblclick(*outer.ground(0.5, 0.9))
    outer.search.fill(shown)
    outer.search.press("Enter")
    eventually(lambda: sum(node["kind"] == f"graph:{inner}" for node in outer.content["nodes"].values()) == 3)


def test_a_graph_is_opened_inside_with_the_previews_of_the_run(outer: Editor) -> None:
    outer.run()
    outer.ended()
    outer.node("part").get_by_role("button", name="Open part inside").click()
    expect(outer.node("size")).to_be_visible()
    expect(outer.node("noise")).to_have_count(0)
    expect(outer.node("size").locator("canvas.preview")).to_have_attribute("data-width", "32")
    crumbs = outer.page.get_by_role("navigation", name="Where you are")
    expect(crumbs).to_contain_text(f"{outer.graph}part")
    crumbs.get_by_role("button", name=outer.graph).click()
    expect(outer.node("noise")).to_be_visible()


def test_a_graph_is_opened_inside_and_left_by_keys(outer: Editor) -> None:
    outer.select("part")
    outer.press("i")
    expect(outer.node("size")).to_be_visible()
    outer.press("o")
    expect(outer.node("noise")).to_be_visible()


def test_what_is_changed_inside_counts_outside_once_it_is_saved(outer: Editor) -> None:
    outer.select("part")
    outer.press("i")
    outer.select("size")
    outer.enter("side", 16)
    eventually(lambda: outer.home.content(f"{outer.graph} inner")["nodes"]["size"]["params"] == {"side": 16})
    outer.press("Control+s")
    outer.says(f"saved {outer.graph} inner")
    outer.page.get_by_role("navigation", name="Where you are").get_by_role("button").click()
    outer.select("part")
    expect(outer.exactly("side")).to_have_value("16")


def test_a_node_is_made_of_the_selection_and_taken_apart_again(editor: Editor) -> None:
    nodes = {"noise": NOISE, "size": ("capriccio.ResizeImage", {"side": 16}), "look": LOOK}
    links = (("noise.image", "size.image"), ("size.image", "look.image"))
    editor.begin("inner make", nodes, *links)
    editor.select("size")
    editor.press("Control+g")
    dialog = editor.page.get_by_role("dialog", name="Make a node of the selection")
    dialog.get_by_role("textbox", name="Name of the graph").fill("made of one")
    dialog.get_by_role("button", name="Make it").click()
    eventually(lambda: "graph:made of one" in {node["kind"] for node in editor.content["nodes"].values()})
    assert editor.home.graphs()["made of one"] == "library"
    assert len(editor.links) == 2
    editor.run()
    editor.ended()
    expect(editor.node("look").locator("canvas.preview")).to_have_attribute("data-width", "16")
    editor.press("Control+Shift+g")
    eventually(
        lambda: not any(node["kind"].startswith("graph:") for node in editor.content["nodes"].values())
    )
    assert editor.params("size") == {"side": 16}
    editor.linked(*links)


def test_a_setting_is_exposed_renamed_and_taken_back(editor: Editor) -> None:
    editor.begin("inner expose", INSIDE, ("picture.item", "size.image"), ("size.image", "made.item"))
    editor.select("size")
    editor.inspector.get_by_role("button", name="Expose side").click()
    field = editor.page.get_by_role("textbox", name="Exposed as")
    field.fill("2 bad")
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("smallness")
    field.press("Enter")
    eventually(lambda: editor.content["exposed"] == {"smallness": "size.side"})
    editor.press("Escape")
    editor.page.mouse.click(*editor.ground(0.5, 0.95))
    name = editor.inspector.get_by_role("textbox", name="Name of size.side, as it is exposed")
    name.fill("side")
    name.press("Enter")
    eventually(lambda: editor.content["exposed"] == {"side": "size.side"})
    editor.inspector.get_by_role("button", name="Expose side no more").click()
    eventually(lambda: editor.content["exposed"] == {})


def test_a_graph_that_was_brought_along_can_be_looked_at_but_not_changed(outer: Editor) -> None:
    with outer.home.talk() as talk:
        talk.ask("open_graph", graph=outer.graph)
        text = talk.ask("export", graph=outer.graph)["text"]
    name = f"{outer.graph[:30]} alone"
    outer.drop_file(f"{name}.json", "application/json", text.encode())
    expect(outer.canvas).to_have_attribute("aria-label", f"Canvas of {name}")
    outer.node("part").get_by_role("button", name="Open part inside").click()
    expect(outer.page.locator(".top-mark")).to_have_text("only to look at")
    outer.select("size")
    expect(outer.exactly("side")).to_be_disabled()
    outer.press("Delete")
    outer.says(re.compile("came with"))
    expect(outer.node("size")).to_be_visible()
