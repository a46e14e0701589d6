"""The layout: where the parts stand, and what becomes of them in a narrow window."""

import pytest
from playwright.sync_api import expect

from .editor import Editor

NODES = {"noise": ("capriccio.Noise", {"width": 32, "height": 24})}


@pytest.fixture
def narrow(editor: Editor, request: pytest.FixtureRequest) -> Editor:
    editor.page.set_viewport_size({"width": 800, "height": 700})
    return editor.begin(request.node.name[5:60], NODES)


def test_in_a_narrow_window_the_panels_are_folded_and_shown_by_keys(narrow: Editor) -> None:
    expect(narrow.palette).to_have_count(0)
    expect(narrow.inspector).to_have_count(0)
    canvas = narrow.canvas.bounding_box()
    assert canvas and canvas["width"] == 800
    narrow.press("[")
    expect(narrow.palette).to_be_visible()
    narrow.press("]")
    expect(narrow.inspector).to_be_visible()
    assert narrow.canvas.bounding_box() == canvas, "the panels lie over the canvas and do not move it"
    narrow.press("[", "]")
    expect(narrow.palette).to_have_count(0)
    expect(narrow.inspector).to_have_count(0)


def test_the_panels_fold_as_the_window_narrows(editor: Editor) -> None:
    editor.begin("narrower", NODES)
    expect(editor.palette).to_be_visible()
    editor.page.set_viewport_size({"width": 800, "height": 700})
    expect(editor.palette).to_have_count(0)
    expect(editor.inspector).to_have_count(0)
    editor.page.set_viewport_size({"width": 1280, "height": 720})
    expect(editor.palette).to_be_visible()
    expect(editor.inspector).to_be_visible()


def test_in_a_narrow_window_all_can_be_reached(narrow: Editor) -> None:
    for name in ("Open", "Save", "Stop", "Run"):
        button = narrow.page.locator("header.top").get_by_role("button", name=name, exact=True)
        box = button.bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= 800, name
    assert narrow.page.evaluate("() => document.documentElement.scrollWidth") == 800
    narrow.select("noise")
    narrow.press("s")
    expect(narrow.exactly("width")).to_be_visible()


def test_the_parts_have_their_sizes(editor: Editor) -> None:
    editor.begin("sizes", NODES)
    boxes = {
        "header.top": (1280, 44),
        ".page-left": (196, None),
        ".page-right": (248, None),
        ".page-strip": (1280, 88),
        ".status": (1280, 26),
    }
    for part, (width, height) in boxes.items():
        box = editor.page.locator(part).bounding_box()
        assert box
        assert box["width"] == width, part
        assert height is None or box["height"] == height, part
    expect(editor.page.locator(".react-flow__minimap")).to_be_visible()
    assert editor.page.evaluate("() => document.documentElement.scrollHeight") == 720
