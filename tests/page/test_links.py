"""Links: which go, which do not, and how nodes are added where a link is dropped."""

import re

import pytest
from playwright.sync_api import expect

from .editor import Editor
from .home import Node, eventually

NOISE: Node = ("capriccio.Noise", {"width": 32, "height": 24})
LOOK: Node = ("capriccio.PreviewImage", {})
SMOOTH: Node = ("capriccio.TotalVariation", {})
GRID: Node = ("capriccio.ImageGrid", {})


def test_a_link_is_drawn_from_socket_to_socket(editor: Editor) -> None:
    editor.begin("link drawn", {"noise": NOISE, "look": LOOK})
    editor.draw("noise.image", "look.image")
    expect(editor.link("noise.image", "look.image")).to_be_attached()
    editor.linked(("noise.image", "look.image"))


def test_a_link_of_the_wrong_type_is_refused_with_a_sentence(editor: Editor) -> None:
    editor.begin("link wrong", {"smooth": SMOOTH, "look": LOOK})
    editor.draw("smooth.objective", "look.image")
    editor.says("look.image takes Image, but smooth.objective gives Objective")
    assert not editor.links


def test_a_link_that_would_make_a_circle_is_refused_with_a_sentence(editor: Editor) -> None:
    editor.begin("link circle", {"a": LOOK, "b": LOOK}, ("a.image", "b.image"))
    editor.draw("b.image", "a.image")
    editor.says("would make a circle")
    assert editor.links == {("a.image", "b.image")}


def test_two_outputs_are_not_linked_to_each_other(editor: Editor) -> None:
    editor.begin("link outputs", {"a": NOISE, "b": NOISE})
    gives = [editor.centre(editor.socket(f"{name}.image", "source")) for name in "ab"]
    editor.drag(gives[0], gives[1])
    editor.says("link an output to an input")
    assert not editor.links


def test_an_input_that_takes_one_link_swaps_it_for_the_new_one(editor: Editor) -> None:
    editor.begin("link swap", {"first": NOISE, "look": LOOK, "second": NOISE}, ("first.image", "look.image"))
    editor.draw("second.image", "look.image")
    editor.linked(("second.image", "look.image"))
    editor.press("Control+z")
    editor.linked(("first.image", "look.image"))


def test_an_input_that_takes_a_list_keeps_all_its_links(editor: Editor) -> None:
    editor.begin("link list", {"a": NOISE, "b": NOISE, "grid": GRID}, ("a.image", "grid.images"))
    editor.draw("b.image", "grid.images")
    editor.linked(("a.image", "grid.images"), ("b.image", "grid.images"))


def test_sockets_show_their_type_by_colour_by_shape_and_in_words(editor: Editor) -> None:
    editor.begin("link colours", {"noise": NOISE, "smooth": SMOOTH, "grid": GRID})
    color = "element => getComputedStyle(element).borderTopColor"
    image = editor.socket("noise.image", "source").evaluate(color)
    assert image == editor.socket("grid.images", "target").evaluate(color)
    assert image != editor.socket("smooth.objective", "source").evaluate(color)
    assert (
        editor.socket("grid.images", "target").evaluate("each => getComputedStyle(each).borderRadius")
        != "50%"
    )
    row = editor.node("grid").locator(".socket-row.in")
    expect(row).to_have_attribute("title", re.compile("images: Image, a list"))


def test_a_link_dropped_in_empty_space_offers_only_what_fits(editor: Editor) -> None:
    editor.begin("drop fits", {"smooth": SMOOTH})
    editor.drag(editor.centre(editor.socket("smooth.objective", "source")), editor.ground(0.8, 0.8))
    options = editor.page.get_by_role("listbox", name="Nodes").get_by_role("option")
    expect(editor.search).to_be_focused()
    titles = [text.split("\n")[0] for text in options.all_inner_texts()]
    assert "Optimize" in titles
    assert "Weighted objective" in titles
    assert "Preview image" not in titles
    editor.search.fill("optim")
    editor.search.press("Enter")
    editor.linked(("smooth.objective", "optimize.objectives"))


def test_a_link_dropped_backwards_offers_what_gives_it(editor: Editor) -> None:
    editor.begin("drop backwards", {"look": LOOK})
    editor.drag(editor.centre(editor.socket("look.image", "target")), editor.ground(0.15, 0.2))
    expect(editor.search).to_have_attribute("placeholder", "Gives Image…")
    options = editor.page.get_by_role("listbox", name="Nodes").get_by_role("option")
    assert not any(text.startswith("Total variation") for text in options.all_inner_texts())
    editor.search.fill("noise")
    editor.search.press("Enter")
    editor.linked(("noise.image", "look.image"))


@pytest.mark.parametrize("way", ["double-click", "Space", "/"])
def test_a_node_is_searched_and_placed(editor: Editor, way: str) -> None:
    editor.begin(f"search {way.replace('/', 'slash')}", {})
    if way == "double-click":
        editor.page.mouse.dblclick(*editor.ground(0.3, 0.3))
    else:
        editor.press(way)
    expect(editor.search).to_be_focused()
    editor.search.fill("total var")
    editor.search.press("Enter")
    expect(editor.node("total variation")).to_be_visible()
    expect(editor.node("total variation")).to_have_class(re.compile("selected"))
    eventually(lambda: editor.content["nodes"]["total variation"]["kind"] == "capriccio.TotalVariation")


def test_the_search_that_is_given_up_leaves_everything_as_it_was(editor: Editor) -> None:
    editor.begin("search escape", {"noise": NOISE})
    editor.press("Space")
    expect(editor.search).to_be_focused()
    editor.press("Escape")
    expect(editor.search).to_have_count(0)
    assert list(editor.content["nodes"]) == ["noise"]


def test_a_node_that_is_dropped_on_a_link_is_spliced_into_it(editor: Editor) -> None:
    nodes = {"noise": NOISE, "look": LOOK, "size": ("capriccio.ResizeImage", {})}
    editor.begin("splice", nodes, ("noise.image", "look.image"), across=330)
    start, end = (
        editor.centre(editor.socket("noise.image", "source")),
        editor.centre(editor.socket("look.image", "target")),
    )
    editor.drag(editor.grip("size"), ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2))
    editor.linked(("noise.image", "size.image"), ("size.image", "look.image"))
    editor.press("Control+z")
    editor.linked(("noise.image", "look.image"))


def test_a_kind_of_the_palette_is_dropped_on_a_link_and_spliced_into_it(editor: Editor) -> None:
    editor.begin("splice palette", {"noise": NOISE, "look": LOOK}, ("noise.image", "look.image"), across=330)
    start, end = (
        editor.centre(editor.socket("noise.image", "source")),
        editor.centre(editor.socket("look.image", "target")),
    )
    ground = editor.canvas.bounding_box()
    assert ground
    at = {"x": (start[0] + end[0]) / 2 - ground["x"], "y": (start[1] + end[1]) / 2 - ground["y"]}
    kind = editor.palette.get_by_role("button", name="Resize image", exact=True)
    kind.drag_to(editor.canvas, target_position={"x": at["x"], "y": at["y"]})
    editor.linked(("noise.image", "resize image.image"), ("resize image.image", "look.image"))


def test_a_link_whose_end_is_dragged_away_is_gone(editor: Editor) -> None:
    editor.begin("unlink drag", {"noise": NOISE, "look": LOOK}, ("noise.image", "look.image"), across=330)
    end = editor.centre(editor.socket("look.image", "target"))
    editor.drag((end[0] - 17, end[1]), (end[0] - 60, end[1] + 160))
    editor.linked()


def test_a_link_that_is_clicked_is_deleted_by_a_key(editor: Editor) -> None:
    editor.begin("unlink key", {"noise": NOISE, "look": LOOK}, ("noise.image", "look.image"), across=330)
    start, end = (
        editor.centre(editor.socket("noise.image", "source")),
        editor.centre(editor.socket("look.image", "target")),
    )
    editor.page.mouse.click((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    editor.press("Delete")
    editor.linked()


def test_a_link_is_made_and_taken_away_by_the_inspector_alone(editor: Editor) -> None:
    editor.begin("link select", {"noise": NOISE, "look": LOOK})
    editor.press("Control+ArrowRight", "Control+ArrowRight")
    inputs = editor.inspector.get_by_role("region", name="Inputs")
    choice = inputs.get_by_role("combobox").first
    choice.select_option(label="noise · image")
    editor.linked(("noise.image", "look.image"))
    choice.select_option(label="— nothing —")
    editor.linked()
