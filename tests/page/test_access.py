"""For everybody: screen readers, the keyboard alone, colours that are told apart. axe-core looks too."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from .editor import Editor
from .home import Home, Node, Nodes, eventually

Look = Callable[[str], None]
"""Look at what is shown, which is called so."""

AXE = Path(__file__).parents[2] / "server/editor/node_modules/axe-core/axe.min.js"

# All its rules. <output> is a live region, which would have a screen reader say each number that changes.
LOOK = """async () => {
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    const told = ({ target, any, all, none }) =>
        `${target.join(" ")}: ${[...any, ...all, ...none].map(({ message }) => message).join("; ")}`;
    const found = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${told(node)}`));
    return [...found, ...[...document.querySelectorAll("output")].map(() => "there is an <output>")];
}"""

# The theme is nothing but this attribute; the button for it is out of reach below a dialog.
TURN = """() => {
    const root = document.documentElement;
    return root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
}"""

# How elements look that can have the focus, and how the one that has it has changed: itself, or what is
# in it, as with the nodes of the canvas, or what it is in, as with a field in a frame.
UNFOCUSED = """() => {
    window.ring = (element) => [element, element.firstElementChild, element.parentElement].map((each) => {
        if (!each) return "";
        const { outlineStyle, outlineWidth, outlineColor, boxShadow } = getComputedStyle(each);
        return [outlineStyle, outlineStyle === "none" ? "" : outlineWidth + outlineColor, boxShadow].join();
    }).join(" / ");
    const all = document.querySelectorAll("a, button, input, select, textarea, summary, [tabindex]");
    window.before = new Map([...all].map((element) => [element, ring(element)]));
}"""
FOCUSED = """() => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const parts = "header.top, .page-news, .page-left, .canvas, .page-right, .page-strip, footer.status";
    const part = element.closest(parts);
    const label = element.getAttribute("aria-label") || element.textContent.trim().slice(0, 40) || element.id;
    const node = element.matches(".react-flow__node") ? element.dataset.id : "";
    return [(part?.className ?? "").split(" ")[0], label, before.get(element) !== ring(element), node];
}"""
# Where Tab begins: at the first element of the page, and not at what was clicked last.
FROM_THE_TOP = """() => {
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
}"""
PARTS = ["top", "page-left", "canvas", "page-right", "page-strip"]

NOISE: Node = ("capriccio.Noise", {"width": 32, "height": 24})
PREVIEW: Node = ("capriccio.PreviewImage", {})
LONG: Node = ("toys.Paint", {"steps": 1500, "pause": 0.02, "side": 32})
CHAIN: Nodes = {"noise": NOISE, "size": ("capriccio.ResizeImage", {"side": 24}), "look": PREVIEW}
LINKS = (("noise.image", "size.image"), ("size.image", "look.image"))
FRAME = {"title": "Begin", "position": [-20, -60], "size": [480, 340]}
NOTE = {"text": "what it is for", "position": [500, 340], "size": [240, 80]}


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, which comes with what the page is made by."""
    if not AXE.is_file():
        pytest.fail("axe-core is not here; make the page from its sources, by: make page", False)
    return AXE.read_text(encoding="utf-8")


@pytest.fixture
def look(axe: str, editor: Editor) -> Iterator[Look]:
    """Let axe-core look at what is shown, in both themes; the test fails for all that it finds."""
    found: list[str] = []

    def look(state: str) -> None:
        page = editor.page
        if not page.evaluate("() => 'axe' in window"):
            page.evaluate(axe)  # by the debugger: the page itself lets in no script of others
        for _ in range(2):
            theme = page.evaluate(TURN)
            found.extend(f"{state}, {theme}: {each}" for each in page.evaluate(LOOK))

    yield look
    assert not found, "\n".join(found)


def begun(editor: Editor, graph: str) -> Editor:
    """A page with some of everything."""
    with editor.home.begin(graph, CHAIN, *LINKS):
        editor.home.change(graph, {"op": "frames", "frames": [FRAME]}, {"op": "notes", "notes": [NOTE]})
        editor.open(graph)
    expect(editor.node("look")).to_be_attached()
    return editor


@pytest.fixture
def full(editor: Editor, request: pytest.FixtureRequest) -> Editor:
    """A page with some of everything, that has not run."""
    return begun(editor, request.node.name[5:60])


@pytest.fixture
def ran(full: Editor) -> Editor:
    """A page with some of everything, that has run."""
    full.run()
    full.ended()
    return full


def frame(editor: Editor) -> Locator:
    return editor.page.locator(".react-flow__node-frame")


def test_axe_finds_nothing_on_the_page(ran: Editor, look: Look) -> None:
    look("a graph that has run")
    ran.select("size")
    expect(ran.setting("image")).to_be_visible()
    look("settings")
    ran.press("d")
    expect(ran.inspector.get_by_role("tab", name="Docs")).to_be_focused()
    look("docs")
    ran.press("h")
    expect(ran.inspector.get_by_role("tab", name="History")).to_be_focused()
    look("history")
    ran.node("size").press("Space")
    ran.search.fill("image")
    look("search")
    ran.search.press("Escape")
    ran.page.set_viewport_size({"width": 800, "height": 700})
    look("a narrow window")
    ran.press("s")
    expect(ran.setting("image")).to_be_visible()
    look("a narrow window with settings")


def test_axe_finds_nothing_on_an_empty_canvas(editor: Editor, look: Look) -> None:
    with editor.home.begin("axe empty", {}):
        editor.open("axe empty")
        expect(editor.page.locator(".canvas-empty")).to_be_visible()
        look("an empty canvas")


def test_axe_finds_nothing_while_nodes_run_and_fail(editor: Editor, look: Look) -> None:
    editor.begin("axe running", {"fail": ("toys.Raise", {}), "paint": LONG, "alone": PREVIEW})
    editor.select("fail")
    editor.command("Find what is wrong")
    editor.says("alone")
    look("a problem is told")
    editor.home.change("axe running", {"op": "remove", "node": "alone"})
    expect(editor.node("alone")).to_have_count(0)
    editor.run()
    editor.state("fail", "failed")
    editor.state("paint", re.compile("of 1500"))
    look("running and failed")
    editor.press("q")
    runs = editor.page.get_by_role("list", name="Runs that are on or wait")
    expect(runs.get_by_role("listitem")).to_have_count(1)
    look("queue")
    editor.press("Control+.")
    editor.ended("cancelled")


def test_axe_finds_nothing_in_dialogs(ran: Editor, look: Look) -> None:
    ran.select("noise")
    for keys, name in {
        "Control+o": "Open",
        "Control+Shift+s": "Save as",
        "F2": "Rename noise",
        "Control+g": "Make a node of the selection",
        "?": "Help",
        "Control+k": "All commands",
    }.items():
        ran.press(keys)
        dialog = ran.page.get_by_role("dialog", name=name)
        expect(dialog).to_be_visible()
        look(name)
        ran.press("Escape")
        expect(dialog).to_have_count(0)
    ran.tool("Templates").click()
    expect(ran.dialog.locator(".template-cover img").first).to_be_visible()
    look("templates")


def test_axe_finds_nothing_in_the_viewer(ran: Editor, look: Look) -> None:
    ran.select("noise")
    ran.press("v")
    expect(ran.dialog.locator(".layer img")).to_be_visible()
    look("viewer")
    ran.dialog.get_by_label("Compare with").select_option(label="size")
    expect(ran.dialog.get_by_role("slider", name="A on the left, B on the right")).to_be_visible()
    look("viewer with two pictures")


def test_axe_finds_nothing_in_the_painter(editor: Editor, look: Look) -> None:
    nodes: Nodes = {
        "noise": NOISE,
        "mask": ("capriccio.PaintedMask", {}),
        "map": ("capriccio.PaintedLabels", {}),
    }
    editor.begin("axe painter", nodes, ("noise.image", "mask.image"))
    for node, button in (("mask", "Paint… mask"), ("map", "Paint… labels")):
        editor.select(node)
        editor.inspector.get_by_role("button", name=button).click()
        expect(editor.dialog.get_by_role("application")).to_be_focused()
        look(f"painter of a {node}")
        editor.dialog.get_by_role("button", name="Cancel").click()
        expect(editor.dialog).to_have_count(0)


def walk(editor: Editor, key: str, most: int = 250) -> list[tuple[str, str, bool, str]]:
    """Press a key until the focus leaves the page: the parts, the labels, whether it is seen, the nodes."""
    stops: list[tuple[str, str, bool, str]] = []
    for _ in range(most):
        editor.press(key)
        stop: Any = editor.page.evaluate(FOCUSED)
        if stop is None:
            break
        stops.append(tuple(stop))
    return stops


def test_tab_goes_through_the_page_in_order_and_the_focus_is_seen(ran: Editor) -> None:
    ran.select("noise")
    ran.page.locator(".react-flow__pane").click(position={"x": 5, "y": 5})
    ran.page.evaluate(FROM_THE_TOP)
    ran.page.evaluate(UNFOCUSED)
    stops = walk(ran, "Tab")
    parts = list(dict.fromkeys(part for part, _, _, _ in stops))
    assert [part for part in parts if part != "page-news"] == PARTS
    assert [part for at, (part, *_) in enumerate(stops) if not at or stops[at - 1][0] != part] == parts
    assert {node for *_, node in stops} >= set(CHAIN), "nodes are passed by"
    unseen = [label for _, label, seen, _ in stops if not seen]
    assert not unseen, f"the focus is not seen on {unseen}"
    back = walk(ran, "Shift+Tab")
    assert [label for _, label, _, _ in back[-len(stops) :]] == [label for _, label, _, _ in reversed(stops)]


def test_dialogs_give_the_focus_back(full: Editor) -> None:
    for name in ("Templates", "Open", "Keyboard help"):
        button = full.tool(name)
        button.press("Enter")
        expect(full.dialog).to_be_visible()
        full.press("Escape")
        expect(full.dialog).to_have_count(0)
        expect(button).to_be_focused()
    node = full.node("size")
    node.focus()
    full.press("Enter")
    for keys in ("F2", "Control+k", "?", "Control+Shift+s", "v", "q"):
        full.press(keys)
        shown = full.page.get_by_role("dialog")  # the queue leaves the page beside it open
        expect(shown).to_be_visible()
        full.press("Escape")
        expect(shown).to_have_count(0)
        expect(node).to_be_focused()
    full.press("Space")
    expect(full.search).to_be_focused()
    full.press("Escape")
    expect(node).to_be_focused()


def test_nodes_and_links_tell_screen_readers_what_they_are_and_how_they_do(editor: Editor) -> None:
    nodes: Nodes = {"a b": NOISE, "look": PREVIEW, "fail": ("toys.Raise", {})}
    editor.begin("told", nodes, ("a b.image", "look.image"))
    expect(editor.node("a b")).to_have_accessible_name("node a b")
    expect(editor.node("a b")).to_have_role("group")
    expect(editor.link("a b.image", "look.image")).to_have_accessible_name(
        "link from a b.image to look.image"
    )
    editor.select("look")
    editor.press("m")
    expect(editor.node("look")).to_have_accessible_description("muted")
    editor.run()
    editor.ended("failed")
    expect(editor.node("a b")).to_have_accessible_description(re.compile("^(done|cached)"))
    expect(editor.node("fail")).to_have_accessible_description(re.compile("failed.*it is Monday"))


def test_what_happens_is_announced(full: Editor) -> None:
    expect(full.status).to_have_role("status")
    full.run()
    full.ended()
    expect(full.page.get_by_role("status").filter(has_text=re.compile(r"^run \d+ done"))).to_have_count(1)
    full.select("noise")
    full.press("Control+ArrowRight")
    full.announced("size is selected")
    full.press("Delete")
    full.announced("removed size")
    full.press("Control+g")
    full.press("Escape")
    full.press("F2")
    note = full.page.get_by_role("status").filter(has_text="select one node")
    expect(note).to_have_count(1)


def test_parts_of_the_canvas_are_selected_moved_and_sized_by_keys(full: Editor) -> None:
    full.node("noise").focus()
    full.press("Enter", "ArrowRight", "Shift+ArrowDown")
    eventually(lambda: full.content["layout"]["noise"] == [10, 60])
    full.node("look").focus()
    full.press("Alt+Enter")
    full.announced("2 nodes are selected")
    expect(full.node("noise")).to_have_class(re.compile("selected"))
    full.press("ArrowLeft")
    eventually(
        lambda: full.content["layout"]["look"] == [490, 0] and full.content["layout"]["noise"] == [0, 60]
    )
    frame(full).focus()
    full.press("Enter")
    full.announced("1 part is selected")
    full.press("ArrowUp", "Alt+Shift+ArrowRight", "Alt+Shift+ArrowDown")
    changed = {"title": "Begin", "position": [-20, -70], "size": [500, 360]}
    eventually(lambda: full.content["frames"] == [changed])
    frame(full).get_by_role("button", name="Title of the frame").press("Enter")
    full.page.get_by_role("textbox", name="Title of the frame").fill("Start")
    full.press("Enter")
    eventually(lambda: full.content["frames"] == [{**changed, "title": "Start"}])
    full.page.locator(".react-flow__node-note").focus()
    full.press("Enter", "Alt+Shift+ArrowLeft", "Delete")
    eventually(lambda: full.content["notes"] == [])
    full.press("Control+z")
    eventually(lambda: full.content["notes"] == [{**NOTE, "size": [220, 80]}])


def test_links_are_made_and_cut_by_keys(full: Editor) -> None:
    full.node("look").focus()
    full.press("Enter")
    field = full.inspector.get_by_role("region", name="Inputs").get_by_label("image", exact=True)
    field.focus()
    field.press("n")  # of noise · image, in the list
    full.linked(LINKS[0], ("noise.image", "look.image"))
    field.press("Home")
    full.linked(LINKS[0])


def test_a_node_is_placed_out_of_the_palette_by_keys(full: Editor) -> None:
    full.palette.get_by_role("button", name="Image grid", exact=True).press("Enter")
    expect(full.node("image grid")).to_have_class(re.compile("selected"))


def test_the_page_says_its_language_and_its_name(tab: Callable[[Home], Editor], home: Home) -> None:
    editor = begun(tab(home), "named")
    expect(editor.page).to_have_title(re.compile("^named . Capriccio$"))
    expect(editor.page.locator("html")).to_have_attribute("lang", "en")
    expect(editor.page.get_by_role("main")).to_have_count(1)
