"""Graphs by name: opening, saving, taking in files and giving them out."""

import json
import re
from collections.abc import Callable
from io import BytesIO

from PIL import Image
from playwright.sync_api import expect

from .editor import Editor
from .home import Home, Node, eventually
from .test_widgets import png

NOISE: Node = ("capriccio.Noise", {"width": 32, "height": 24})
LOOK: Node = ("capriccio.PreviewImage", {})
LINK = ("noise.image", "look.image")


def mark(editor: Editor, words: str) -> None:
    """What stands behind the name of the graph."""
    expect(editor.page.locator(".top-mark")).to_have_text(words)


def test_a_graph_is_saved_and_says_so(editor: Editor) -> None:
    editor.begin("save", {"noise": NOISE})
    mark(editor, "not saved")
    editor.tool("Save").click()
    editor.says("saved save")
    mark(editor, "saved")
    assert editor.home.graphs()["save"] == "library"
    assert "noise" in json.loads((editor.home.folder / "library/save.json").read_text())["nodes"]
    editor.select("noise")
    editor.enter("width", 48)
    mark(editor, "not saved")
    editor.press("Control+s")
    mark(editor, "saved")


def test_a_copy_is_saved_under_another_name(editor: Editor) -> None:
    editor.begin("save as", {"noise": NOISE})
    editor.press("Control+Shift+s")
    field = editor.page.get_by_role("dialog", name="Save as").get_by_role("textbox", name="Name")
    field.fill("no/slash")
    expect(editor.dialog).to_contain_text("a name cannot have / in it")
    field.fill("saved as other")
    field.press("Enter")
    expect(editor.canvas).to_have_attribute("aria-label", "Canvas of saved as other")
    mark(editor, "saved")
    assert editor.home.graphs()["saved as other"] == "library"


def test_another_graph_is_replaced_only_if_that_is_said(editor: Editor) -> None:
    with editor.home.begin("precious", {"look": LOOK}) as talk:
        talk.ask("save_graph", graph="precious")
    editor.begin("save over", {"noise": NOISE})
    editor.command("Save as…")
    dialog = editor.page.get_by_role("dialog", name="Save as")
    dialog.get_by_role("textbox", name="Name").fill("precious")
    replace = dialog.get_by_role("button", name="Replace")
    expect(replace).to_be_disabled()
    dialog.get_by_role("checkbox").check()
    replace.click()
    expect(editor.canvas).to_have_attribute("aria-label", "Canvas of precious")
    assert "noise" in editor.home.content("precious")["nodes"]


def test_a_graph_is_found_and_opened(editor: Editor) -> None:
    with editor.home.begin("findable lake", {"look": LOOK}) as talk:
        talk.ask("save_graph", graph="findable lake")
    editor.begin("open from", {"noise": NOISE})
    editor.press("Control+o")
    search = editor.page.get_by_role("searchbox", name="Search graphs")
    expect(search).to_be_focused()
    search.fill("findable")
    search.press("Enter")
    expect(editor.canvas).to_have_attribute("aria-label", "Canvas of findable lake")
    expect(editor.node("look")).to_be_visible()
    expect(editor.status).to_have_text("no run yet")


def test_graphs_are_renamed_copied_and_deleted_in_the_list(editor: Editor) -> None:
    with editor.home.begin("sorted", {"look": LOOK}) as talk:
        talk.ask("save_graph", graph="sorted")
    editor.begin("sort from", {"noise": NOISE})
    editor.tool("Open").click()
    dialog = editor.page.get_by_role("dialog", name="Open")
    dialog.get_by_role("button", name="More for sorted", exact=True).click()
    dialog.get_by_role("button", name="Rename…", exact=True).click()
    dialog.get_by_role("textbox", name="New name").fill("sorted better")
    editor.press("Enter")
    eventually(lambda: "sorted better" in editor.home.graphs() and "sorted" not in editor.home.graphs())
    dialog.get_by_role("button", name="More for sorted better", exact=True).click()
    dialog.get_by_role("button", name="Duplicate", exact=True).click()
    eventually(lambda: "sorted better 2" in editor.home.graphs())
    dialog.get_by_role("button", name="More for sorted better 2", exact=True).click()
    dialog.get_by_role("button", name="Delete…", exact=True).click()
    dialog.get_by_role("button", name="Delete sorted better 2", exact=True).click()
    eventually(lambda: "sorted better 2" not in editor.home.graphs())


def test_changes_that_were_not_saved_are_offered_again_and_can_be_given_up(editor: Editor) -> None:
    with editor.home.begin("recover", {"noise": NOISE}) as talk:
        talk.ask("save_graph", graph="recover")
        editor.home.change("recover", {"op": "set", "node": "noise", "params": {"width": 99}})
    editor.open("recover")
    bar = editor.page.get_by_role("region", name="Changes of recover that are not saved")
    expect(bar).to_contain_text("recover has changes of")
    bar.get_by_role("button", name="Give them up").click()
    editor.says("recover is as it was saved")
    editor.becomes(noise={"width": 32})
    expect(bar).to_have_count(0)
    mark(editor, "saved")


def test_changes_that_were_not_saved_are_kept_or_saved(editor: Editor) -> None:
    with editor.home.begin("recover save", {"noise": NOISE}) as talk:
        talk.ask("save_graph", graph="recover save")
        editor.home.change("recover save", {"op": "set", "node": "noise", "params": {"width": 77}})
    editor.open("recover save")
    bar = editor.page.get_by_role("region", name="Changes of recover save that are not saved")
    bar.get_by_role("button", name="Keep").click()
    expect(bar).to_have_count(0)
    mark(editor, "not saved")
    editor.open("recover save")
    bar.get_by_role("button", name="Save").click()
    mark(editor, "saved")
    editor.becomes(noise={"width": 77})


def test_a_new_tab_is_offered_the_templates_with_their_pictures(
    tab: Callable[[Home], Editor], home: Home
) -> None:
    editor = tab(home)
    editor.page.goto(home.address())
    dialog = editor.page.get_by_role("dialog", name="Templates")
    expect(dialog).to_be_visible()
    gallery = [name for name, source in home.graphs().items() if source == "gallery"]
    expect(dialog.locator(".template")).to_have_count(len(gallery) + 1)
    eventually(lambda: dialog.locator(".template-cover img").count() == len(gallery))
    before = home.graphs()
    name = editor.page.get_by_text("Style transfer", exact=True)
    dialog.locator(".template-start", has=name).click()
    expect(editor.canvas).to_have_attribute("aria-label", re.compile(r"^Canvas of style_transfer \d+$"))
    made = (editor.canvas.get_attribute("aria-label") or "").removeprefix("Canvas of ")
    assert made not in before, "it is no copy"
    assert home.content(made)["nodes"] == home.content("style_transfer")["nodes"]
    expect(editor.nodes()).to_have_count(12)
    expect(editor.status).to_have_text("no run yet")


def test_an_empty_graph_is_begun(tab: Callable[[Home], Editor], home: Home) -> None:
    editor = tab(home)
    editor.page.goto(home.address())
    editor.page.get_by_role("button", name="Empty graph").click()
    expect(editor.page.get_by_text("double-click to add a node")).to_be_visible()
    expect(editor.nodes()).to_have_count(0)


def test_a_graph_file_that_is_dropped_opens(editor: Editor) -> None:
    editor.begin("drop from", {"noise": NOISE, "look": LOOK}, LINK)
    file = {"format": "capriccio-graph", "version": 1, "nodes": {"tv": {"kind": "capriccio.TotalVariation"}}}
    editor.drop_file("a smooth one.json", "application/json", json.dumps({**file, "links": []}).encode())
    expect(editor.canvas).to_have_attribute("aria-label", "Canvas of a smooth one")
    expect(editor.node("tv")).to_be_visible()


def test_a_png_that_the_program_made_opens_its_graph_when_it_is_dropped(editor: Editor) -> None:
    editor.begin("drop png from", {"noise": NOISE, "look": LOOK}, LINK)
    editor.run()
    editor.ended()
    made = editor.home.picture("drop png from", "look")
    editor.drop_file("made here.png", "image/png", made)
    expect(editor.canvas).to_have_attribute("aria-label", "Canvas of made here")
    editor.graph = "made here"
    editor.linked(LINK)


def test_a_picture_that_is_dropped_becomes_a_node_that_loads_it(editor: Editor) -> None:
    editor.begin("drop picture", {"look": LOOK})
    editor.drop_file("plain red.png", "image/png", png())
    eventually(lambda: "plain red" in str(editor.content["nodes"].get("load image", {}).get("params")))


def test_a_file_that_is_no_graph_is_refused_with_a_sentence(editor: Editor) -> None:
    editor.begin("drop refused", {"noise": NOISE})
    editor.drop_file("broken.json", "application/json", b"{")
    editor.says("JSON")
    editor.drop_file("notes.txt", "text/plain", b"hello")
    editor.says("notes.txt is neither a graph")
    expect(editor.canvas).to_have_attribute("aria-label", "Canvas of drop refused")


def test_a_picture_of_the_canvas_is_kept(editor: Editor) -> None:
    editor.begin("canvas picture", {"noise": NOISE, "look": LOOK}, LINK)
    editor.run()
    editor.ended()
    with editor.page.expect_download() as download:
        editor.command("Save a picture of the canvas")
    assert download.value.suggested_filename == "canvas picture graph.png"
    picture = Image.open(BytesIO(download.value.path().read_bytes())).convert("RGB")
    assert picture.width > picture.height > 100
    assert len(picture.getcolors(1 << 24) or []) > 500, "the previews are not in it"


def test_a_graph_is_shared_as_one_file_with_all_the_graphs_in_it(editor: Editor) -> None:
    with editor.home.begin("shared inner", {"made": ("capriccio.GraphOutput", {}), "noise": NOISE}) as talk:
        editor.home.change("shared inner", {"op": "link", "start": "noise.image", "end": "made.item"})
        talk.ask("save_graph", graph="shared inner")
    editor.begin("shared", {"part": ("graph:shared inner", {}), "look": LOOK}, ("part.made", "look.image"))
    with editor.page.expect_download() as download:
        editor.press("Control+Shift+e")
    assert download.value.suggested_filename == "shared.json"
    file = json.loads(download.value.path().read_text())
    assert set(file["nodes"]) == {"part", "look"}
    assert set(file["graphs"]["shared inner"]["nodes"]) == {"made", "noise"}


def test_a_graph_that_is_open_stays_open_when_the_page_is_loaded_anew(editor: Editor) -> None:
    editor.begin("reload", {"noise": NOISE})
    editor.press("Space")
    editor.search.fill("preview image")
    editor.search.press("Enter")
    editor.page.reload()
    expect(editor.canvas).to_have_attribute("aria-label", "Canvas of reload")
    expect(editor.node("preview image")).to_be_visible()


def test_a_graph_that_is_renamed_or_deleted_elsewhere_is_followed(editor: Editor) -> None:
    with editor.home.begin("moving", {"noise": NOISE}) as talk:
        talk.ask("save_graph", graph="moving")
        editor.open("moving")
        talk.ask("rename_graph", graph="moving", to="moved")
        editor.says("moving is called moved now")
        expect(editor.canvas).to_have_attribute("aria-label", "Canvas of moved")
        talk.ask("delete_graph", graph="moved")
        editor.says("moved was deleted")
    expect(editor.node("noise")).to_have_count(0)
