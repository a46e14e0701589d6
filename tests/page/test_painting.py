"""Masks and maps of classes, painted over the picture that they are for."""

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from .editor import Editor
from .home import eventually

NOISE = ("capriccio.Noise", {"width": 64, "height": 48})


@pytest.fixture
def mask(editor: Editor, request: pytest.FixtureRequest) -> Editor:
    """The painter of a mask, over a picture that has been made."""
    nodes = {"noise": NOISE, "mask": ("capriccio.PaintedMask", {})}
    editor.begin(request.node.name[5:60], nodes, ("noise.image", "mask.image"))
    with editor.home.talk() as talk:
        talk.ask("open_graph", graph=editor.graph)
        talk.run(editor.graph, only=["noise"])
    editor.select("mask")
    editor.inspector.get_by_role("button", name="Paint… mask").click()
    expect(stage(editor)).to_be_focused()
    return editor


def stage(editor: Editor) -> Locator:
    return editor.dialog.get_by_role("application")


def stroke(editor: Editor, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Paint from one place of the picture to another, each from 0 to 1."""
    box = stage(editor).bounding_box()
    assert box
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
    editor.drag(places[0], places[1])


def painted(editor: Editor, node: str = "mask", setting: str = "mask") -> Image.Image:
    """What lies on the server after Use it."""
    editor.dialog.get_by_role("button", name="Use it").click()
    expect(editor.dialog).to_have_count(0)
    eventually(lambda: setting in editor.params(node))
    file = editor.params(node)[setting]
    with editor.home.talk() as talk:
        assert talk.ask("get_picture", file=file)["type"] == "fetched"
        data = b"".join(data for kind, _, data in talk.frames if kind == 3)
    return Image.open(BytesIO(data))


def test_a_mask_is_painted_with_a_brush_over_the_picture_it_is_for(mask: Editor) -> None:
    assert "64 by 48" in (stage(mask).get_attribute("aria-label") or "")
    mask.press("]", "]")
    stroke(mask, (0.2, 0.5), (0.8, 0.5))
    made = painted(mask).convert("L")
    assert made.size == (64, 48)
    assert made.getpixel((32, 24)) == 255
    assert made.getpixel((32, 2)) == 0


def test_the_picture_is_seen_through_what_is_painted(mask: Editor) -> None:
    opacity = mask.dialog.get_by_label("Opacity, exact")
    mask.press("f")
    stage(mask).click(position={"x": 20, "y": 20})
    seen = []
    for percent in ("100", "0"):
        opacity.fill(percent)
        opacity.press("Enter")
        seen.append(mask.colours(stage(mask)))
    assert seen[0] < seen[1], "the noise beneath is not seen at 0 %"


def test_an_area_is_filled_and_the_mask_inverted(mask: Editor) -> None:
    mask.dialog.get_by_role("button", name="Fill").click()
    stage(mask).click(position={"x": 20, "y": 20})
    mask.dialog.get_by_role("button", name="Undo").click()
    mask.dialog.get_by_role("button", name="Redo").click()
    mask.dialog.get_by_role("button", name="Invert").click()
    mask.dialog.get_by_role("button", name="Undo").click()
    made = painted(mask).convert("L")
    assert made.getextrema() == (255, 255)


def test_a_mask_is_painted_by_the_keyboard_alone(mask: Editor) -> None:
    mask.press("r", "Space", *["Shift+ArrowRight"] * 2, "ArrowDown", "Space")
    made = painted(mask).convert("L")
    assert made.getpixel((40, 24)) == 255
    assert made.getpixel((10, 24)) == 0


def test_what_is_painted_is_thrown_away_only_after_a_question(mask: Editor) -> None:
    stroke(mask, (0.3, 0.3), (0.6, 0.6))
    mask.press("Escape")
    expect(mask.dialog.get_by_text("Throw away what you painted?")).to_be_visible()
    mask.dialog.get_by_role("button", name="Go on painting").click()
    mask.press("Escape")
    mask.dialog.get_by_role("button", name="Throw away").click()
    expect(mask.dialog).to_have_count(0)
    assert "mask" not in mask.params("mask")


def test_a_map_is_painted_in_the_colours_of_its_classes(editor: Editor) -> None:
    nodes = {"noise": NOISE, "labels": ("capriccio.PaintedLabels", {})}
    editor.begin("paint labels", nodes, ("noise.image", "labels.image"))
    editor.select("labels")
    editor.inspector.get_by_role("button", name="Paint… labels").click()
    expect(stage(editor)).to_be_focused()
    with editor.home.talk() as talk:
        kinds = talk.ask("get_catalogue")["nodes"]
    (kind,) = [each for each in kinds if each["id"] == "capriccio.PaintedLabels"]
    palette = kind["settings"]["properties"]["labels"]["x-palette"]
    classes = editor.dialog.get_by_role("list", name="Classes").get_by_role("button")
    assert classes.count() == len(palette)
    editor.press("f")
    classes.nth(3).click()
    editor.press("f")
    stage(editor).click(position={"x": 30, "y": 30})
    made = painted(editor, "labels", "labels").convert("RGB")
    wanted = tuple(int(palette[3]["color"][at : at + 2], 16) for at in (1, 3, 5))
    assert [color for _, color in made.getcolors() or []] == [wanted]
    editor.run()
    editor.ended()
