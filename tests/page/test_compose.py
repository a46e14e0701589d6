"""A style transfer from an empty canvas to a saved picture: by the mouse alone, and by the keyboard alone."""

import json
import re
from collections.abc import Callable
from functools import partial
from typing import Any

from capriccio.server.cli import GALLERY
from playwright.sync_api import Locator, expect

from .editor import Editor, Point
from .home import Content, Home, eventually

WANTED: Content = json.loads((GALLERY / "style_transfer.json").read_text(encoding="utf-8"))
"""The gallery's own: all its kinds, settings and links are composed anew."""

SMALL: dict[str, dict[str, Any]] = {"painting size": {"side": 96}, "photo size": {"side": 128}}
"""Sizes with which it runs in seconds."""

DEFAULTS = {("content", "weight"), ("what the photo shows", "layers")}
"""Settings that the file names although they are as they are anyway."""

WORDS = {("save", "name")}
"""A setting that is any words, for which the mouse alone does not do; nor does it for names of nodes."""

FREER = 60
"""The weight of style while it runs."""

# Which hands are on the page. What a key does, such as the click of a button, is no pointer.
HANDS = """for (const kind of ["pointerdown", "mousedown", "wheel", "dragstart", "keydown", "beforeinput"])
    addEventListener(kind, (event) => event.isTrusted && window.felt(kind), { capture: true })"""


def title(node: str) -> str:
    """What its kind is called on the page."""
    kind: str = WANTED["nodes"][node]["kind"].rpartition(".")[2]
    return re.sub(r"(?<=[a-z])([A-Z])", lambda found: f" {found[1].lower()}", kind)


def by_input(links: list[list[str]]) -> dict[str, list[str]]:
    """What each input is linked to."""
    inputs: dict[str, list[str]] = {}
    for start, end in links:
        inputs.setdefault(end, []).append(start)
    return inputs


class Hands:
    """One way to use the page, which is only looked at otherwise."""

    leave = DEFAULTS
    """Settings that are not set."""

    def __init__(self, editor: Editor) -> None:
        self.editor = editor
        self.page = editor.page
        self.names: dict[str, str] = {}
        """What nodes of the graph are called on the page."""
        self.felt: set[str] = set()
        self.page.expose_function("felt", lambda kind: self.felt.add(kind))
        self.page.add_init_script(HANDS)

    @property
    def graph(self) -> str:
        """Which one is on the canvas."""
        label = self.editor.canvas.get_attribute("aria-label") or ""
        return label.removeprefix("Canvas of ")

    def called(self, socket: str) -> str:
        """A socket of the graph, as it is called on the page."""
        node, _, name = socket.rpartition(".")
        return f"{self.names[node]}.{name}"

    def params(self, node: str) -> dict[str, Any]:
        """The settings that a node shall be given."""
        all = {**WANTED["nodes"][node].get("params", {}), **SMALL.get(node, {})}
        return {name: value for name, value in all.items() if (node, name) not in self.leave}

    def composed(self, content: Content) -> bool:
        """Whether this is the graph, with its links in their order."""
        assert {name: (each["kind"], each.get("params", {})) for name, each in content["nodes"].items()} == {
            self.names[node]: (each["kind"], self.params(node)) for node, each in WANTED["nodes"].items()
        }
        assert by_input(content["links"]) == by_input(
            [[self.called(start), self.called(end)] for start, end in WANTED["links"]]
        )
        return True

    def placed(self, node: str, name: str) -> None:
        """A node has come that is called so."""
        expect(self.editor.node(name)).to_have_class(re.compile("selected"))
        self.names[node] = name

    def input(self, name: str) -> Locator:
        """The list of what an input of the selected node can be linked to."""
        return self.editor.inspector.get_by_role("region", name="Inputs").get_by_label(name, exact=True)


class Mouse(Hands):
    """Clicks, drags, and the wheel."""

    leave = DEFAULTS | WORDS

    def click(self, shown: Locator) -> None:
        expect(shown).to_be_visible()
        self.page.mouse.click(*self.editor.centre(shown))

    def reach(self, shown: Locator, within: Locator) -> None:
        """Turn the wheel over something that scrolls until something in it is in view."""
        expect(shown).to_be_attached()
        self.page.mouse.move(*self.editor.centre(within))
        for _ in range(200):
            part, whole = shown.bounding_box(), within.bounding_box()
            assert part and whole
            middle = part["y"] + part["height"] / 2 - whole["y"]
            if 12 <= middle <= whole["height"] - 12:
                return
            self.page.mouse.wheel(0, 60 if middle > 12 else -60)
            self.page.wait_for_timeout(30)
        raise AssertionError(f"{shown} is not reached")

    def begin(self) -> None:
        """An empty graph, seen from afar."""
        empty = self.page.get_by_role("button", name="Empty graph")
        self.reach(empty, self.page.locator(".templates"))
        self.click(empty)
        expect(self.page.locator(".canvas-empty")).to_be_visible()
        self.page.mouse.move(*self.editor.ground())
        for _ in range(5):
            self.page.mouse.wheel(0, 100)

    def place(self, node: str) -> Point:
        """Where a node is dropped: as in the graph, at half its size."""
        x, y = WANTED["layout"][node]
        box = self.editor.canvas.bounding_box()
        assert box
        return box["x"] + 20 + x / 2, box["y"] + 20 + y / 2

    def add(self, node: str) -> None:
        kind = self.editor.palette.get_by_role("button", name=title(node), exact=True)
        self.reach(kind, self.editor.palette.locator(".palette-list"))
        name = title(node)[0].lower() + title(node)[1:]
        number = sum(title(each) == title(node) for each in self.names) + 1
        self.editor.drag(self.editor.centre(kind), self.place(node))
        self.placed(node, name if number == 1 else f"{name} {number}")

    def select(self, node: str) -> None:
        self.click(self.editor.node(self.names[node]).locator(".card-name"))
        expect(self.editor.node(self.names[node])).to_have_class(re.compile("selected"))

    def set(self, node: str, setting: str, value: object) -> None:
        self.select(node)
        panel = self.editor.inspector.get_by_role("tabpanel")
        if setting == "layers":
            self.tick(setting, str(value).split(", "), panel)
        elif isinstance(value, str):
            self.choose_picture(setting, value, panel)
        else:
            self.reach(self.editor.setting(setting), panel)
            self.slide(setting, float(str(value)))

    def tick(self, setting: str, wanted: list[str], panel: Locator) -> None:
        """Tick names off a list, and those away that are not wanted."""
        opener = self.editor.inspector.get_by_role("button", name=f"Tick {setting}")
        self.reach(opener, panel)
        self.click(opener)
        names = self.page.get_by_role("group", name=f"Names for {setting}")
        ticked = self.editor.setting(setting).input_value().split(", ")
        for name in {*wanted} ^ {*ticked}:
            box = names.get_by_role("checkbox", name=name, exact=True)
            self.reach(box, names.locator(".widget-rows"))
            self.click(box)
        expect(self.editor.setting(setting)).to_have_value(", ".join(wanted))
        self.click(opener)
        expect(names).to_have_count(0)

    def choose_picture(self, setting: str, file: str, panel: Locator) -> None:
        choose = self.editor.inspector.get_by_role("button", name=f"Choose a picture for {setting}")
        self.reach(choose, panel)
        self.click(choose)
        pictures = self.page.get_by_role("listbox", name=f"Pictures for {setting}")
        cell = pictures.get_by_title(file, exact=True)
        self.reach(cell, pictures)
        self.click(cell)

    def slide(self, setting: str, wanted: float) -> None:
        """Drag a slider as near as it goes, then turn the wheel on the number."""
        track, field = self.editor.setting(setting), self.editor.exactly(setting)
        box = track.bounding_box()
        assert box

        def number() -> float:
            return float(field.input_value())

        mouse = self.page.mouse
        low, high = box["x"], box["x"] + box["width"]
        y = box["y"] + box["height"] / 2
        mouse.move(high - 6, y)
        mouse.down()
        while high - low > 1:
            middle = (low + high) // 2
            mouse.move(middle, y)
            low, high = (middle, high) if number() < wanted else (low, middle)
        mouse.up()
        self.click(field)
        for _ in range(200):
            if abs(number() - wanted) < 1e-9:
                break
            mouse.wheel(0, -100 if number() < wanted else 100)
        assert number() == wanted

    def link(self, start: str, end: str) -> None:
        self.editor.draw(self.called(start), self.called(end))

    def tidy(self) -> None:
        """All is where it was dropped."""

    def survey(self) -> None:
        """All is in view from the beginning."""

    def run(self) -> None:
        self.click(self.editor.tool("Run"))

    def save(self, name: str) -> str:
        """Save it as it is called, as no other name can be said; gives the name."""
        self.click(self.editor.tool("Save"))
        return self.graph


class Keys(Hands):
    """Keys, one after the other."""

    def press(self, *keys: str) -> None:
        self.editor.press(*keys)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def reach(self, shown: Locator) -> None:
        """Go on with Tab until something has the focus."""
        expect(shown).to_be_attached()
        for _ in range(80):
            if shown.evaluate("element => element === document.activeElement"):
                return
            self.press("Tab")
        raise AssertionError(f"{shown} is not reached by Tab")

    def command(self, name: str) -> None:
        """Do something by its name."""
        self.press("Control+k")
        expect(self.page.get_by_role("combobox", name="Command, node, graph or kind")).to_be_focused()
        self.type(name)
        option = self.page.get_by_role("listbox", name="Commands").get_by_role("option").first
        expect(option).to_contain_text(name)
        self.press("Enter")
        expect(self.editor.dialog).to_have_count(0)

    def begin(self) -> None:
        """An empty graph, which is chosen among the templates."""
        empty = self.page.get_by_role("button", name="Empty graph")
        expect(self.editor.dialog.locator(":focus")).to_be_attached()
        self.reach(empty)
        self.press("Enter")
        expect(self.page.locator(".canvas-empty")).to_be_visible()

    def add(self, node: str) -> None:
        self.press("Space")
        expect(self.editor.search).to_be_focused()
        self.type(title(node))
        self.press("Enter")
        expect(self.editor.search).to_have_count(0)
        self.press("F2")
        name = self.editor.dialog.get_by_role("textbox", name="Name")
        expect(name).to_be_focused()
        self.press("Control+a")
        self.type(node)
        self.press("Enter")
        expect(self.editor.dialog).to_have_count(0)
        self.placed(node, node)

    def select(self, node: str) -> None:
        self.command(f"Go to {node}")
        expect(self.editor.node(node)).to_have_class(re.compile("selected"))
        self.press("s")

    def set(self, node: str, setting: str, value: object) -> None:
        self.select(node)
        if setting == "file":
            self.reach(self.editor.inspector.get_by_role("button", name=f"Choose a picture for {setting}"))
            self.press("Enter")
            expect(self.page.get_by_role("searchbox", name="Search pictures")).to_be_focused()
            self.type(str(value).rpartition("/")[2].partition(".")[0])
        else:
            self.reach(
                self.editor.setting(setting) if isinstance(value, str) else self.editor.exactly(setting)
            )
            self.press("Control+a")
            self.type(str(value))
        self.press("Enter")

    def link(self, start: str, end: str) -> None:
        node, _, name = end.rpartition(".")
        self.select(node)
        field = self.input(name)
        self.reach(field)
        wanted = " · ".join(start.rsplit(".", 1))
        options = field.locator("option").all_inner_texts()
        self.press("Space")
        self.press(*["ArrowDown"] * options.index(wanted), "Enter")

    def tidy(self) -> None:
        """Lay the graph out."""
        self.command("Lay out")

    def survey(self) -> None:
        """See all of the graph again; going to a node has brought that to the middle."""
        self.command("See all")

    def run(self) -> None:
        self.press("Control+Enter")

    def save(self, name: str) -> str:
        """Save it under a name of its own; gives the name."""
        self.press("Control+Shift+s")
        expect(self.editor.dialog.get_by_role("textbox", name="Name")).to_be_focused()
        self.press("Control+a")
        self.type(name)
        self.press("Enter")
        return name


def compose(hands: Mouse | Keys) -> None:
    """Compose the graph from nothing."""
    editor = hands.editor
    editor.page.goto(editor.home.address())
    hands.begin()
    editor.graph = hands.graph
    for node in WANTED["nodes"]:
        hands.add(node)
    for node in WANTED["nodes"]:
        for setting, value in hands.params(node).items():
            hands.set(node, setting, value)
    for start, end in WANTED["links"]:
        hands.link(start, end)
        expect(editor.link(hands.called(start), hands.called(end))).to_be_attached()
    hands.tidy()
    eventually(lambda: hands.composed(editor.content))


def watch(editor: Editor, node: str) -> None:
    """See the picture of a node change three times."""
    shown = editor.node(node).locator("canvas.preview")
    expect(shown).to_be_visible(timeout=30_000)
    eventually(lambda: editor.colours(shown) > 20, 30)
    for _ in range(3):
        before = editor.pixels(shown).tobytes()
        eventually(partial(changed, editor, shown, before), 20)


def changed(editor: Editor, shown: Locator, before: bytes) -> bool:
    return editor.pixels(shown).tobytes() != before


def journey(hands: Mouse | Keys, name: str) -> None:
    """Compose, run, watch, change in mid-run, save, load the page anew."""
    editor = hands.editor
    compose(hands)
    hands.survey()
    hands.run()
    eventually(lambda: editor.last_run > 0)
    run = editor.last_run
    optimize, style = hands.names["optimize"], hands.names["style"]
    editor.state(optimize, re.compile("of 200"))
    watch(editor, optimize)
    hands.set("style", "weight", FREER)
    editor.announced(f"{style} reached {optimize} while it runs")
    expect(editor.status).to_contain_text(f"run {run} running")
    hands.survey()
    watch(editor, optimize)
    editor.ended("done", run, 120)
    editor.becomes(**{style: {"weight": FREER}})
    composed = editor.content
    saved = hands.save(name)
    expect(editor.canvas).to_have_attribute("aria-label", f"Canvas of {saved}")
    expect(editor.page.locator(".top-mark")).to_have_text("saved")
    assert editor.home.graphs()[saved] == "library"
    editor.page.reload()
    expect(editor.canvas).to_have_attribute("aria-label", f"Canvas of {saved}")
    expect(editor.nodes()).to_have_count(len(WANTED["nodes"]))
    expect(editor.page.locator(".react-flow__edge")).to_have_count(len(WANTED["links"]))
    if saved == editor.graph:  # what a graph of another name makes is not its own
        eventually(lambda: editor.colours(editor.node(optimize).locator("canvas.preview")) > 20)
    editor.graph = saved
    assert editor.content == composed
    kept = json.loads((editor.home.folder / "library" / f"{saved}.json").read_text(encoding="utf-8"))
    assert kept["nodes"].keys() == composed["nodes"].keys()


def test_a_style_transfer_is_composed_run_changed_and_saved_by_the_mouse_alone(
    tab: Callable[[Home], Editor], home: Home
) -> None:
    mouse = Mouse(tab(home))
    journey(mouse, "")
    assert mouse.felt == {"pointerdown", "mousedown", "wheel", "dragstart"}


def test_a_style_transfer_is_composed_run_changed_and_saved_by_the_keyboard_alone(
    tab: Callable[[Home], Editor], home: Home
) -> None:
    keys = Keys(tab(home))
    journey(keys, "composed by keys")
    assert keys.felt == {"keydown", "beforeinput"}
