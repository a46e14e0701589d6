"""Changing a graph on the canvas, and taking it back."""

import json
import re
from collections.abc import Callable

from playwright.sync_api import expect

from .editor import Editor
from .home import Home, Node, eventually

NOISE: Node = ("capriccio.Noise", {"width": 32, "height": 24})
SIZE: Node = ("capriccio.ResizeImage", {"side": 16})
LOOK: Node = ("capriccio.PreviewImage", {})
CHAIN = {"noise": NOISE, "size": SIZE, "look": LOOK}
LINKS = (("noise.image", "size.image"), ("size.image", "look.image"))


def place(editor: Editor, node: str) -> list[float]:
    """Where a node stands, as the server has it."""
    where: list[float] = editor.content["layout"][node]
    return where


def test_a_drag_is_one_step_of_undo(editor: Editor) -> None:
    editor.begin("edit drag", CHAIN, *LINKS)
    x, y = editor.grip("size")
    editor.drag((x, y), (x, y + 120))
    eventually(lambda: place(editor, "size")[1] > 60)
    moved = place(editor, "size")
    editor.tool("Undo move size").click()
    eventually(lambda: place(editor, "size") == [250, 0])
    editor.tool("Redo move size").click()
    eventually(lambda: place(editor, "size") == moved)


def test_nodes_are_moved_by_arrow_keys_and_a_burst_is_one_step(editor: Editor) -> None:
    editor.begin("edit nudge", CHAIN)
    editor.select("size")
    editor.press(*["ArrowDown"] * 4, "Shift+ArrowRight")
    eventually(lambda: place(editor, "size") == [310, 40])
    editor.press("Control+z")
    eventually(lambda: place(editor, "size") == [250, 0])


def test_all_that_was_done_is_taken_back_step_by_step(editor: Editor) -> None:
    editor.begin("edit steps", {"noise": NOISE})
    before = editor.content
    editor.select("noise")
    editor.enter("width", 64)
    editor.select("noise")
    editor.press("m", "Control+d", "Delete")
    eventually(lambda: editor.content["nodes"]["noise"].get("mode") == "mute")
    editor.press(*["Control+z"] * 4)
    eventually(lambda: editor.content == before)
    expect(editor.page.locator("header.top").get_by_role("button", name="Undo", exact=True)).to_be_disabled()


def test_nodes_are_copied_and_pasted_with_their_links(editor: Editor) -> None:
    editor.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    editor.begin("edit copy", CHAIN, *LINKS)
    editor.select("noise", "size")
    editor.press("Control+c")
    editor.announced("copied 2 nodes")
    editor.press("Control+v")
    expect(editor.nodes()).to_have_count(5)
    editor.linked(*LINKS, ("noise 2.image", "size 2.image"))
    assert editor.params("size 2") == {"side": 16}


def test_nodes_are_pasted_into_another_tab_as_json(tab: Callable[[Home], Editor], home: Home) -> None:
    one = tab(home).begin("edit tab one", CHAIN, *LINKS)
    other = tab(home).begin("edit tab two", {"look": LOOK})
    one.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    one.page.bring_to_front()
    one.select("noise", "size")
    one.press("Control+c")
    one.announced("copied 2 nodes")
    text = one.page.evaluate("() => navigator.clipboard.readText()")
    assert set(json.loads(text)["nodes"]) == {"noise", "size"}
    other.page.bring_to_front()
    other.press("Control+v")
    other.linked(("noise.image", "size.image"))


def test_what_was_cut_is_gone_and_can_be_pasted(editor: Editor) -> None:
    editor.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    editor.begin("edit cut", {"noise": NOISE, "look": LOOK})
    editor.select("noise")
    editor.press("Control+x")
    eventually(lambda: "noise" not in editor.content["nodes"])
    editor.press("Control+v")
    eventually(lambda: "noise" in editor.content["nodes"])


def test_a_duplicate_is_linked_to_the_same_sources(editor: Editor) -> None:
    editor.begin("edit duplicate", CHAIN, *LINKS)
    editor.select("size")
    editor.press("Control+d")
    editor.linked(*LINKS, ("noise.image", "size 2.image"))


def test_alt_and_a_drag_makes_a_copy(editor: Editor) -> None:
    editor.begin("edit alt", {"noise": NOISE, "look": LOOK})
    x, y = editor.grip("noise")
    editor.drag((x, y), (x, y + 150), keys="Alt")
    expect(editor.nodes()).to_have_count(3)
    eventually(lambda: place(editor, "noise 2")[1] > 60)
    assert place(editor, "noise") == [0, 0]
    x, y = editor.grip("noise")
    assert y < editor.grip("noise 2")[1], "the original is not back where it was"


def test_delete_keeps_the_wire_where_types_allow(editor: Editor) -> None:
    editor.begin("edit delete", CHAIN, *LINKS)
    editor.select("size")
    editor.press("Delete")
    editor.linked(("noise.image", "look.image"))
    editor.press("Control+z")
    editor.linked(*LINKS)
    editor.select("noise")
    editor.press("Backspace")
    editor.linked(("size.image", "look.image"))


def test_several_nodes_are_selected_by_a_rectangle_and_move_together(editor: Editor) -> None:
    editor.begin("edit rectangle", CHAIN)
    box = editor.node("size").bounding_box()
    first = editor.node("noise").bounding_box()
    assert box and first
    editor.drag(
        (first["x"] - 20, first["y"] - 20), (box["x"] + 30, box["y"] + box["height"] + 20), keys="Shift"
    )
    expect(editor.page.locator(".react-flow__node.selected")).to_have_count(2)
    x, y = editor.grip("noise")
    editor.drag((x, y), (x, y + 100))
    eventually(lambda: place(editor, "noise")[1] > 50)
    eventually(lambda: place(editor, "size")[1] == place(editor, "noise")[1])
    assert place(editor, "look") == [500, 0]
    editor.press("Control+z")
    eventually(lambda: place(editor, "size") == [250, 0] and place(editor, "noise") == [0, 0])


def test_all_is_selected_and_none(editor: Editor) -> None:
    editor.begin("edit all", CHAIN)
    editor.press("Control+a")
    expect(editor.page.locator(".react-flow__node.selected")).to_have_count(3)
    editor.press("Escape")
    expect(editor.page.locator(".react-flow__node.selected")).to_have_count(0)


def test_what_a_node_needs_is_selected(editor: Editor) -> None:
    editor.begin("edit upstream", {**CHAIN, "other": NOISE}, *LINKS)
    editor.select("look")
    editor.command("Select what it needs")
    expect(editor.page.locator(".react-flow__node.selected")).to_have_count(3)
    expect(editor.node("other")).not_to_have_class(re.compile("selected"))


def test_nodes_are_aligned_and_distributed(editor: Editor) -> None:
    editor.begin("edit align", CHAIN, across=270, down=90)
    editor.press("Control+a")
    editor.command("Align top")
    eventually(lambda: [place(editor, node)[1] for node in CHAIN] == [0, 0, 0])
    editor.home.change("edit align", {"op": "move", "node": "size", "position": [300, 0]})
    eventually(lambda: place(editor, "size") == [300, 0])
    editor.command("Distribute across")
    eventually(lambda: place(editor, "size") == [270, 0])


def test_the_graph_is_laid_out_from_left_to_right(editor: Editor) -> None:
    editor.begin("edit layout", CHAIN, *LINKS, across=0)
    for key in ("+", "+", "+"):
        editor.press(key)
    editor.press("l")
    eventually(lambda: place(editor, "noise")[0] < place(editor, "size")[0] < place(editor, "look")[0])
    for node in CHAIN:
        expect(editor.node(node)).to_be_in_viewport(ratio=0.99)
    editor.press("Control+z")
    eventually(lambda: [place(editor, node) for node in CHAIN] == [[0, 0]] * 3)


def test_a_frame_has_a_title_and_takes_along_what_lies_in_it(editor: Editor) -> None:
    editor.begin("edit frame", CHAIN)
    editor.select("noise", "size")
    editor.press("f")
    title = editor.page.locator(".frame-title")
    expect(title).to_be_visible()
    title.dblclick()
    editor.page.get_by_role("textbox", name="Title of the frame").fill("Beginning")
    editor.press("Enter")
    eventually(lambda: editor.content["frames"][0]["title"] == "Beginning")
    frame = editor.page.locator(".react-flow__node-frame").bounding_box()
    assert frame
    before = {node: place(editor, node) for node in CHAIN}
    at = (frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] - 6)
    editor.drag(at, (at[0], at[1] + 90))
    eventually(lambda: place(editor, "noise")[1] > before["noise"][1] + 30)
    assert place(editor, "size")[1] > before["size"][1] + 30
    assert place(editor, "look") == before["look"]


def test_a_frame_is_selected_and_deleted_and_its_nodes_stay(editor: Editor) -> None:
    editor.begin("edit frame delete", CHAIN)
    editor.select("noise", "size")
    editor.press("f")
    eventually(lambda: len(editor.content["frames"]) == 1)
    editor.press("Escape")
    frame = editor.page.locator(".react-flow__node-frame")
    box = frame.bounding_box()
    assert box
    editor.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] - 6)
    expect(frame).to_have_class(re.compile("selected"))
    editor.press("Delete")
    eventually(lambda: not editor.content["frames"])
    assert set(editor.content["nodes"]) == set(CHAIN)


def test_a_note_is_written_moved_and_deleted(editor: Editor) -> None:
    editor.begin("edit note", {"noise": NOISE})
    editor.press("n")
    note = editor.page.locator(".react-flow__node-note")
    note.locator(".note-text").dblclick()
    editor.page.get_by_role("textbox", name="Note").fill("warm colours\nfirst")
    editor.press("Control+Enter")
    eventually(lambda: editor.content["notes"][0]["text"] == "warm colours\nfirst")
    before = editor.content["notes"][0]["position"]
    x, y = editor.centre(note)
    editor.drag((x, y), (x + 40, y + 80))
    eventually(lambda: editor.content["notes"][0]["position"][1] > before[1] + 40)
    note.click()
    editor.press("Delete")
    eventually(lambda: not editor.content["notes"])


def test_a_node_is_collapsed_and_its_links_stay(editor: Editor) -> None:
    editor.begin("edit collapse", CHAIN, *LINKS)
    tall = editor.node("size").bounding_box()
    editor.select("size")
    editor.press("c")
    expect(editor.node("size").locator(".card")).to_have_class(re.compile("is-small"))
    eventually(lambda: editor.content["collapsed"] == ["size"])
    small = editor.node("size").bounding_box()
    assert tall and small and small["height"] < tall["height"] / 2
    expect(editor.link("noise.image", "size.image")).to_be_attached()
    editor.press("c")
    eventually(lambda: editor.content["collapsed"] == [])


def test_a_node_is_renamed_and_its_links_follow(editor: Editor) -> None:
    editor.begin("edit rename", CHAIN, *LINKS)
    editor.select("size")
    editor.press("F2")
    field = editor.page.get_by_role("dialog", name="Rename size").get_by_role("textbox", name="Name")
    field.fill("noise")
    expect(editor.dialog).to_contain_text("there is a node noise already")
    field.fill("very small")
    field.press("Enter")
    editor.linked(("noise.image", "very small.image"), ("very small.image", "look.image"))
    expect(editor.node("very small")).to_have_class(re.compile("selected"))
    editor.inspector.get_by_role("textbox", name="Name of the node").fill("tiny")
    editor.press("Enter")
    editor.linked(("noise.image", "tiny.image"), ("tiny.image", "look.image"))
