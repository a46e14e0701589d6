"""Pictures as large as the screen lets them be: one, or two to compare."""

import re

import pytest
from playwright.sync_api import Locator, expect

from .editor import Editor
from .home import eventually

BLACK = ("toys.Slow", {"seconds": 0, "number": 0.0})
WHITE = ("toys.Slow", {"seconds": 0, "number": 10.0})


@pytest.fixture
def pair(editor: Editor, request: pytest.FixtureRequest) -> Editor:
    """A page whose two nodes have made a black picture and a white one."""
    editor.begin(request.node.name[5:60], {"black": BLACK, "white": WHITE})
    editor.run()
    editor.ended()
    return editor


def brightness(editor: Editor, across: float) -> float:
    """How bright the stage is at a part of its width, from 0 to 255."""
    seen = editor.pixels(editor.dialog.locator(".stage").first).convert("L")
    level = seen.getpixel((round(across * (seen.width - 1)), seen.height // 2))
    assert isinstance(level, int)
    return level


def viewer(editor: Editor) -> Locator:
    return editor.page.locator("dialog.viewer")


def test_a_picture_that_is_clicked_is_viewed_large(pair: Editor) -> None:
    pair.node("white").get_by_role("button", name="View white large").click()
    expect(viewer(pair).get_by_role("heading", name="white")).to_be_visible()
    expect(viewer(pair).locator(".layer img")).to_be_visible()
    expect(viewer(pair).locator(".facts")).to_contain_text(re.compile("16 . 16"))
    eventually(lambda: brightness(pair, 0.5) > 240)
    pair.press("Escape")
    expect(viewer(pair)).to_have_count(0)
    expect(pair.node("white").get_by_role("button", name="View white large")).to_be_focused()


def test_a_picture_is_viewed_by_a_key(pair: Editor) -> None:
    pair.select("black")
    pair.press("v")
    expect(viewer(pair).get_by_role("heading", name="black")).to_be_visible()
    pair.press("PageDown")
    expect(viewer(pair).get_by_role("heading", name="white")).to_be_visible()


def test_two_pictures_are_compared_by_a_slider(pair: Editor) -> None:
    pair.select("black")
    pair.press("v")
    viewer(pair).get_by_label("Compare with").select_option(label="white")
    divider = viewer(pair).get_by_role("slider", name="A on the left, B on the right")
    expect(divider).to_be_visible()
    pair.press(*["+"] * 9)
    eventually(lambda: brightness(pair, 0.45) < 15 and brightness(pair, 0.55) > 240)
    x, y = pair.centre(divider)
    stage = viewer(pair).locator(".stage").bounding_box()
    assert stage
    pair.drag((x, y), (stage["x"] + 0.6 * stage["width"], y))
    expect(divider).to_have_attribute("aria-valuenow", re.compile("^(59|60|61)$"))
    pair.page.mouse.move(5, 5)
    eventually(lambda: brightness(pair, 0.55) < 15)
    divider.press("Home")
    eventually(lambda: brightness(pair, 0.45) > 240)


def test_two_pictures_are_compared_side_by_side_and_by_their_difference(pair: Editor) -> None:
    pair.select("black")
    pair.press("v")
    viewer(pair).get_by_label("Compare with").select_option(label="white")
    viewer(pair).get_by_role("button", name="Side by side").click()
    expect(viewer(pair).locator(".stage")).to_have_count(2)
    viewer(pair).get_by_role("button", name="Difference").click()
    eventually(lambda: brightness(pair, 0.5) > 240)
    viewer(pair).get_by_label("Compare with").select_option(label="— nothing —")
    eventually(lambda: brightness(pair, 0.5) < 15)


def test_a_picture_is_zoomed_and_fits_again(pair: Editor) -> None:
    pair.select("white")
    pair.press("v")
    percent = viewer(pair).locator(".viewer-percent")
    expect(viewer(pair).locator(".layer img")).to_be_visible()
    before = percent.inner_text()
    pair.press("+")
    expect(percent).not_to_have_text(before)
    pair.press("0")
    expect(percent).to_have_text(before)
    pair.press("1")
    expect(percent).to_have_text("100 %")


def test_a_picture_is_kept_as_a_png(pair: Editor) -> None:
    pair.select("white")
    pair.press("v")
    with pair.page.expect_download() as download:
        viewer(pair).get_by_role("button", name="Download as PNG").click()
    data = download.value.path().read_bytes()
    assert data.startswith(b"\x89PNG")
    assert b"capriccio-graph" in data
    assert download.value.suggested_filename.endswith("_white.png")
