"""Nodes that run once for each of a list: contact sheets, and their items."""

import re

import pytest
from playwright.sync_api import expect

from .editor import Editor
from .home import Nodes, eventually


@pytest.fixture
def sweep(editor: Editor, request: pytest.FixtureRequest) -> Editor:
    """A page where four pictures, from black to white, have been made, and put into a grid."""
    nodes: Nodes = {
        "numbers": ("capriccio.Numbers", {"start": 0.0, "stop": 10.0, "count": 4}),
        "slow": ("toys.Slow", {"seconds": 0}),
        "grid": ("capriccio.ImageGrid", {"captions": False}),
    }
    links = (("numbers.number", "slow.number"), ("slow.image", "grid.images"))
    editor.begin(request.node.name[5:60], nodes, *links)
    editor.run()
    editor.ended()
    return editor


def test_a_list_is_shown_as_a_contact_sheet_on_its_node(sweep: Editor) -> None:
    sweep.state("slow", "4 of 4 items")
    sheet = sweep.node("slow").locator("canvas.preview")

    def corners() -> tuple[float, float]:
        seen = sweep.pixels(sheet).convert("L")
        first, last = (
            seen.getpixel((seen.width // 4, seen.height // 4)),
            seen.getpixel((3 * seen.width // 4, 3 * seen.height // 4)),
        )
        assert isinstance(first, int) and isinstance(last, int)
        return first, last

    eventually(lambda: corners()[0] < 40 and corners()[1] > 215)


def test_an_item_of_a_list_is_opened_from_the_contact_sheet(sweep: Editor) -> None:
    sweep.select("slow")
    sweep.press("v")
    stage = sweep.dialog.locator(".stage")
    expect(stage).to_have_attribute("aria-label", re.compile("a click opens an item"))
    layer = sweep.dialog.locator(".layer")
    expect(layer).to_have_attribute("data-known", "true")
    box = layer.bounding_box()
    assert box
    sweep.page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + 0.75 * box["height"])
    expect(sweep.dialog.get_by_role("heading", name="slow, item 4")).to_be_visible()
    sweep.press("PageUp")
    expect(sweep.dialog.get_by_role("heading", name="slow, item 3")).to_be_visible()


def test_an_item_of_a_list_is_opened_by_the_keyboard(sweep: Editor) -> None:
    sweep.select("slow")
    sweep.press("v")
    sweep.dialog.get_by_label("Item", exact=True).select_option(label="item 2")
    expect(sweep.dialog.get_by_role("heading", name="slow, item 2")).to_be_visible()
    expect(sweep.dialog.locator(".facts")).to_contain_text(re.compile("16 . 16"))


def test_the_inspector_lists_the_items(sweep: Editor) -> None:
    sweep.select("slow")
    items = sweep.inspector.get_by_role("region", name="Items")
    expect(items).to_contain_text("4 of 4 done")
    items.get_by_role("button", name="View item 3").click()
    expect(sweep.dialog.get_by_role("heading", name="slow, item 3")).to_be_visible()


def test_an_item_that_fails_is_told_and_the_others_are_there(editor: Editor) -> None:
    nodes: Nodes = {
        "numbers": ("capriccio.Numbers", {"start": 1.0, "stop": 3.0, "count": 3}),
        "fragile": ("toys.Fragile", {}),
    }
    editor.begin("list failed item", nodes, ("numbers.number", "fragile.number"))
    editor.run()
    editor.ended("failed")
    editor.state("fragile", "1 failed")
    editor.select("fragile")
    expect(editor.inspector.get_by_role("region", name="Items")).to_contain_text("two is too much")


def test_a_link_that_brings_a_list_looks_different_from_one_that_does_not(sweep: Editor) -> None:
    expect(sweep.link("slow.image", "grid.images").locator(".link-core")).to_have_count(0)
    expect(sweep.link("numbers.number", "slow.number").locator(".link-core")).to_have_count(1)
