"""Every action has a name, by which it is found; and those that have keys are told in the help."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from .editor import Editor
from .home import Nodes, eventually

LIST = Path(__file__).parents[2] / "server/editor/src/commandlist.ts"
WORDS = {"Mod": "Ctrl", "Escape": "Esc"}
"""What keys are called on the page, where that is not what they are called in the list."""
NODES: Nodes = {
    "noise": ("capriccio.Noise", {"width": 32, "height": 24}),
    "look": ("capriccio.PreviewImage", {}),
}
LINK = ("noise.image", "look.image")


def listed() -> dict[str, str]:
    """The first keys of all commands, by name, as the source has them; "" for those that have none."""
    source = LIST.read_text(encoding="utf-8")
    one = re.compile(r"\{ id: [\"`]\w+(?:\$\{edge\})?[\"`], name: [\"`](.+?)[\"`],(.*?) run:", re.DOTALL)
    keys = re.compile(r'keys: \["([^"]+)"')
    edges = re.search(r"\.\.\.\((\[.*?\]) as const\)\.map\(\(edge\)", source)
    assert edges, "the commands that align are written otherwise; this has to be read otherwise too"
    found: dict[str, str] = {}
    for name, rest in one.findall(source):
        first = keys.search(rest)
        for edge in re.findall(r'"(\w+)"', edges[1]) if "${edge}" in name else [""]:
            found[name.replace("${edge}", edge)] = first[1] if first else ""
    for name, held in re.findall(r'\.\.\.arrows\("([^"]+)", "([^"]*)"', source):
        found |= {f"{name} {way}": f"{held}Arrow{way.title()}" for way in ("left", "right", "up", "down")}
    assert len(found) > 80
    return found


COMMANDS = listed()


@pytest.fixture
def pair(editor: Editor, request: pytest.FixtureRequest) -> Editor:
    """A page with two nodes."""
    return editor.begin(request.node.name[5:60], NODES, LINK)


def palette(editor: Editor) -> tuple[Locator, Locator]:
    """Open the command palette: its field, and what it finds."""
    editor.press("Control+k")
    field = editor.page.get_by_role("combobox", name="Command, node, graph or kind")
    expect(field).to_be_focused()
    return field, editor.page.get_by_role("listbox", name="Commands").get_by_role("option")


def test_all_commands_are_listed_and_each_is_found_by_its_name(pair: Editor) -> None:
    field, options = palette(pair)
    names = options.locator(".commands-name")
    wanted = [name for name in COMMANDS if name != "All commands…"]  # which is where one is
    expect(names.first).to_be_visible()
    assert sorted(names.all_inner_texts()) == sorted(wanted)
    for name in wanted:
        field.fill(name)
        expect(names.first).to_have_text(name)


def shown(keys: str) -> str:
    """Keys as the help shows them, one after the other."""
    if "Arrow" in keys:
        keys = re.sub("Arrow.*", "← → ↑ ↓", keys)
    return "".join(WORDS.get(key, key) for key in re.split(r"(?<=.)\+| ", keys))


def test_the_help_tells_all_keys(pair: Editor) -> None:
    pair.press("?")
    rows = pair.page.get_by_role("dialog", name="Help").locator(".help-row")
    expect(rows.first).to_be_visible()
    told: set[tuple[str, str]] = set()
    for text in rows.all_inner_texts():
        name, *keys = text.split("\n")
        told.add((name, "".join(keys)))
    wanted = {
        (re.sub(r" (left|right|up|down)$", "", name) if "Arrow" in keys else name.rstrip("…"), shown(keys))
        for name, keys in COMMANDS.items()
        if keys
    }
    assert told == wanted


def test_a_command_that_cannot_be_used_says_why(pair: Editor) -> None:
    field, options = palette(pair)
    for name, why in {
        "Rename…": "select one node",
        "Stop": "nothing runs",
        "Mute": "no node is selected",
        "Align left": "select several nodes",
        "Back to the outer graph": "this is the outermost graph",
        "Resize right": "no frame or note is selected",
        "Select what has the focus": "no part of the canvas has the focus; go there with Tab",
    }.items():
        field.fill(name)
        expect(options.first).to_contain_text(f"{name}{why}")
        expect(options.first).to_be_disabled()
    field.fill("Rename…")
    field.press("Enter")
    pair.says("Rename…: select one node")
    pair.press("Escape", "Escape")
    expect(pair.dialog).to_have_count(0)
    pair.press("m")
    pair.says(re.compile("^no node is selected"))
    pair.press("Control+z")
    pair.says("there is nothing to undo")


def theme(editor: Editor) -> str:
    found: str = editor.page.evaluate("() => document.documentElement.dataset.theme")
    return found


def test_the_theme_is_turned_and_kept(pair: Editor) -> None:
    before = theme(pair)
    pair.command("Light or dark")
    eventually(lambda: theme(pair) != before)
    pair.page.reload()
    expect(pair.node("noise")).to_be_attached()
    assert theme(pair) != before
    pair.page.locator("header.top").get_by_role("button", name=f"{before.title()} theme").click()
    eventually(lambda: theme(pair) == before)


def place(editor: Editor, node: str) -> dict[str, Any]:
    """Where a node is seen, and how large."""
    box = editor.node(node).bounding_box()
    assert box
    return dict(box)


def seen(editor: Editor) -> Callable[[], bool]:
    """Whether all nodes are wholly within the canvas."""

    def all_seen() -> bool:
        canvas = editor.canvas.bounding_box()
        assert canvas
        return all(
            canvas["x"] <= box["x"] and box["x"] + box["width"] <= canvas["x"] + canvas["width"]
            for box in (place(editor, node) for node in NODES)
        )

    return all_seen


def test_keys_change_the_view(pair: Editor) -> None:
    eventually(seen(pair))
    before = place(pair, "noise")
    pair.press("+")
    eventually(lambda: place(pair, "noise")["width"] > 1.1 * before["width"])
    pair.press("-")
    eventually(lambda: abs(place(pair, "noise")["width"] - before["width"]) < 1)
    for _ in range(8):
        pair.press("Alt+ArrowRight")
    eventually(lambda: not seen(pair)())
    pair.press("1")
    eventually(seen(pair))
    pair.press("0")
    eventually(lambda: abs(place(pair, "noise")["width"] - 208) < 1)


def test_keys_show_and_hide_what_is_beside_the_canvas(pair: Editor) -> None:
    for key, part in (("[", pair.palette), ("]", pair.inspector)):
        pair.press(key)
        expect(part).to_have_count(0)
        pair.press(key)
        expect(part).to_be_visible()
    pair.select("noise")
    for key, name in (("d", "Docs"), ("h", "History"), ("s", "Settings")):
        pair.press(key)
        expect(pair.inspector.get_by_role("tabpanel", name=name)).to_be_visible()
    for key, name in (("F1", "Help"), ("q", "Queue"), ("Control+o", "Open")):
        pair.press(key)
        dialog = pair.page.get_by_role("dialog", name=name)
        expect(dialog).to_be_visible()
        pair.press("Escape")
        expect(dialog).to_have_count(0)


def test_keys_change_the_graph_and_take_it_back(pair: Editor) -> None:
    pair.press("Control+ArrowLeft")
    expect(pair.node("noise")).to_have_class(re.compile("selected"))
    pair.press("b")
    eventually(lambda: pair.content["nodes"]["noise"]["mode"] == "bypass")
    pair.press("Control+z")
    eventually(lambda: pair.content["nodes"]["noise"].get("mode", "on") == "on")
    pair.press("Control+y")
    eventually(lambda: pair.content["nodes"]["noise"]["mode"] == "bypass")
    pair.press("Control+d")
    expect(pair.nodes()).to_have_count(3)
    pair.press("Delete")
    expect(pair.nodes()).to_have_count(2)
    pair.press("n")
    eventually(lambda: len(pair.content["notes"]) == 1)
    pair.press("Escape")
    expect(pair.page.locator(".note.is-selected")).to_have_count(0)
