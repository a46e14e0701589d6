"""Settings and their widgets, as the catalogue's schema asks for them."""

import base64
import re
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from .editor import Editor
from .home import Nodes, eventually


def png(color: str = "#d03020", size: tuple[int, int] = (24, 16)) -> bytes:
    """A small picture."""
    file = BytesIO()
    Image.new("RGB", size, color).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def noise(editor: Editor, request: pytest.FixtureRequest) -> Editor:
    """A page with one node whose settings are shown."""
    editor.begin(request.node.name[5:60], {"noise": ("capriccio.Noise", {"width": 64, "height": 48})})
    editor.select("noise")
    return editor


def test_a_slider_takes_an_exact_number(noise: Editor) -> None:
    noise.enter("width", 123)
    noise.becomes(noise={"width": 123})
    expect(noise.setting("width")).to_have_attribute("aria-valuetext", "123 px")


def test_a_number_beyond_its_range_is_refused_with_a_sentence(noise: Editor) -> None:
    noise.enter("width", 3)
    expect(noise.inspector.get_by_role("alert").filter(has_text="16")).to_be_visible()
    assert noise.params("noise")["width"] == 64
    noise.exactly("width").press("Escape")
    expect(noise.exactly("width")).to_have_value("64")


def test_a_slider_is_dragged(noise: Editor) -> None:
    track = noise.setting("contrast")
    box = track.bounding_box()
    assert box
    noise.drag(
        (box["x"] + box["width"] - 6, box["y"] + box["height"] / 2),
        (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2),
    )
    eventually(lambda: 0.35 < noise.params("noise").get("contrast", 1) < 0.65)


def test_a_slider_is_moved_by_arrow_keys(noise: Editor) -> None:
    noise.setting("contrast").focus()
    noise.press("ArrowLeft", "ArrowLeft")
    noise.becomes(noise={"contrast": 0.99})
    noise.press("Home")
    noise.becomes(noise={"contrast": 0.0})


def test_a_logarithmic_slider_gives_small_numbers_as_much_room_as_large_ones(editor: Editor) -> None:
    editor.begin("log scale", {"optimize": ("capriccio.Optimize", {})})
    editor.select("optimize")
    track = editor.setting("rate")  # from 0.0001 to 1
    box = track.bounding_box()
    assert box
    editor.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    eventually(lambda: 0.005 < editor.params("optimize").get("rate", 1) < 0.02)


def test_a_choice_is_chosen(editor: Editor) -> None:
    editor.begin("choice", {"optimize": ("capriccio.Optimize", {})})
    editor.select("optimize")
    editor.setting("optimizer").select_option("Adam")
    editor.becomes(optimize={"optimizer": "Adam"})


def test_one_of_a_thousand_classes_is_found_by_typing(editor: Editor) -> None:
    editor.begin("classes", {"classes": ("page.Classes", {})})
    editor.select("classes")
    field = editor.inspector.get_by_role("combobox", name="name")
    field.click()
    options = editor.page.get_by_role("listbox", name="name").get_by_role("option")
    expect(options.first).to_be_visible()
    assert options.count() <= 100, "all thousand are drawn"
    field.press_sequentially("73")
    expect(options.first).to_have_text("class 73")
    field.press("Enter")
    editor.becomes(classes={"name": "class 73"})
    field.press("ArrowDown")
    field.press("End")
    field.press("Enter")
    editor.becomes(classes={"name": "class 999"})


def test_names_are_ticked_off_a_list_by_the_keyboard(editor: Editor) -> None:
    editor.begin("names", {"seen": ("capriccio.FeatureExtractor", {})})
    editor.select("seen")
    opener = editor.inspector.get_by_role("button", name="Tick layers")
    opener.focus()
    editor.press("Enter")
    names = editor.page.get_by_role("group", name="Names for layers")
    expect(names.get_by_role("checkbox", name="conv1_1", exact=True)).to_be_focused()
    expect(names.get_by_role("checkbox", name="relu4_2", exact=True)).to_be_checked()
    editor.press("ArrowDown", "Space")
    expect(editor.setting("layers")).to_have_value("relu1_1, relu4_2")
    editor.press("Space", "Escape")
    expect(opener).to_be_focused()
    editor.becomes(seen={})
    editor.setting("layers").fill("relu4_2, mine")
    editor.becomes(seen={"layers": "relu4_2, mine"})


def test_the_dice_roll_another_seed(noise: Editor) -> None:
    seeds = [0]
    for _ in range(2):
        noise.inspector.get_by_role("button", name="Roll another seed").click()
        eventually(lambda: noise.params("noise").get("seed", 0) not in seeds)
        seeds.append(noise.params("noise")["seed"])
    seed = noise.setting("seed")
    seed.fill("7")
    seed.press("Enter")
    noise.becomes(noise={"seed": 7})


def test_a_colour_is_typed_and_picked(editor: Editor) -> None:
    editor.begin("colour", {"grid": ("capriccio.ImageGrid", {})})
    editor.select("grid")
    field = editor.setting("background")
    field.fill("e0b040")
    field.press("Enter")
    editor.becomes(grid={"background": "#e0b040"})
    editor.inspector.get_by_label("background, picker").fill("#102030")
    editor.becomes(grid={"background": "#102030"})
    field.fill("blue")
    field.press("Enter")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert editor.params("grid")["background"] == "#102030"


def test_texts_of_one_line_and_of_many_are_written(editor: Editor) -> None:
    nodes: Nodes = {"save": ("capriccio.SaveImage", {}), "text": ("capriccio.Text", {})}
    editor.begin("written texts", nodes)
    editor.select("save")
    editor.setting("name").fill("lake")
    editor.setting("name").press("Enter")
    editor.becomes(save={"name": "lake"})
    editor.select("text")
    editor.setting("value").fill("one\ntwo")
    editor.page.locator(".card-head").first.click()
    editor.becomes(text={"value": "one\ntwo"})


def test_a_switch_is_switched(editor: Editor) -> None:
    editor.begin("switch", {"bool": ("capriccio.Bool", {})})
    editor.select("bool")
    editor.inspector.get_by_role("switch", name="value").click()
    editor.becomes(bool={"value": False})


def test_a_picture_is_uploaded_by_the_button(editor: Editor) -> None:
    editor.begin("picture button", {"load": ("capriccio.LoadImage", {})})
    editor.select("load")
    editor.inspector.get_by_label("File for file").set_input_files(
        {"name": "red lake.png", "mimeType": "image/png", "buffer": png()}
    )
    eventually(lambda: "red lake" in editor.params("load").get("file", ""))
    expect(editor.inspector.locator(".widget-thumb img")).to_be_visible()
    editor.run()
    editor.ended()


def test_a_picture_is_dropped_on_its_setting(editor: Editor) -> None:
    editor.begin("picture drop", {"load": ("capriccio.LoadImage", {})})
    editor.select("load")
    editor.drop_file(
        "dropped.png", "image/png", png("#208040"), editor.inspector.get_by_role("group", name="file")
    )
    eventually(lambda: "dropped" in editor.params("load").get("file", ""))
    assert list(editor.content["nodes"]) == ["load"], "the canvas took the file too"


PASTE = """async ([data]) => {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const picture = new Blob([bytes], { type: "image/png" });
    await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
}"""


def test_a_picture_is_pasted_onto_its_setting(editor: Editor) -> None:
    editor.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    editor.begin("picture paste", {"load": ("capriccio.LoadImage", {})})
    editor.select("load")
    editor.page.evaluate(PASTE, [base64.b64encode(png("#2040a0")).decode()])
    editor.inspector.get_by_role("button", name="Choose a picture for file").focus()
    editor.press("Control+v")
    eventually(lambda: bool(editor.params("load").get("file")))
    assert list(editor.content["nodes"]) == ["load"], "the canvas took the picture too"


def test_a_picture_of_the_library_is_chosen_by_the_keyboard(editor: Editor) -> None:
    editor.begin("picture choose", {"load": ("capriccio.LoadImage", {})})
    editor.select("load")
    editor.inspector.get_by_role("button", name="Choose a picture for file").press("Enter")
    search = editor.page.get_by_role("searchbox", name="Search pictures")
    expect(search).to_be_focused()
    search.fill("great wave")
    search.press("ArrowDown")
    editor.press("Enter")
    eventually(lambda: "hokusai_great_wave" in editor.params("load").get("file", ""))


def test_what_is_no_picture_is_refused_with_a_sentence(editor: Editor) -> None:
    editor.begin("picture refused", {"load": ("capriccio.LoadImage", {})})
    editor.select("load")
    editor.drop_file(
        "notes.txt", "text/plain", b"no picture", editor.inspector.get_by_role("group", name="file")
    )
    expect(editor.inspector.get_by_role("alert").filter(has_text="notes.txt")).to_be_visible()
    assert "file" not in editor.params("load")


def test_a_folder_is_chosen(editor: Editor) -> None:
    editor.begin("folder", {"folder": ("capriccio.ImageFolder", {})})
    editor.select("folder")
    field = editor.setting("folder")
    assert "images" in field.locator("option").all_inner_texts()
    field.select_option("images")
    editor.becomes(folder={"folder": "images"})


def test_any_setting_is_turned_into_a_socket_and_linked(editor: Editor) -> None:
    nodes = {"number": ("capriccio.Number", {"value": 40}), "noise": ("capriccio.Noise", {"height": 24})}
    editor.begin("setting socket", nodes)
    editor.select("noise")
    expect(editor.socket("noise.width", "target")).to_have_count(0)
    editor.inspector.get_by_role("button", name="Show width as a socket").click()
    editor.draw("number.number", "noise.width")
    editor.linked(("number.number", "noise.width"))
    expect(editor.exactly("width")).to_have_count(0)
    expect(
        editor.inspector.get_by_role("button", name="Remove the link from number · number")
    ).to_be_visible()
    editor.run()
    editor.ended()
    image = Image.open(BytesIO(editor.home.picture("setting socket", "noise")))
    assert image.size == (40, 24)


def test_a_setting_gets_its_default_back(noise: Editor) -> None:
    noise.inspector.get_by_role("button", name=re.compile("Reset width to 256")).click()
    eventually(lambda: "width" not in noise.params("noise"))
    expect(noise.exactly("width")).to_have_value("256")


def test_a_burst_of_a_slider_is_one_step_of_undo(noise: Editor) -> None:
    noise.setting("contrast").focus()
    for _ in range(5):
        noise.page.keyboard.down("ArrowLeft")  # held
    noise.page.keyboard.up("ArrowLeft")
    noise.becomes(noise={"contrast": 0.975})
    noise.tool("Undo set contrast of noise").click()
    eventually(lambda: noise.params("noise").get("contrast", 1.0) == 1.0)
    noise.press("Control+Shift+z")
    noise.becomes(noise={"contrast": 0.975})
