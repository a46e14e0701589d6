"""Every action has a name, by which it is found; and those that have keys are told in the help."""

import re
from pathlib import Path

from playwright.sync_api import expect

from .editor import Editor
from .home import Nodes, eventually

LIST = Path(__file__).parents[2] / "server/editor/src/commandlist.ts"
COMMANDS = re.findall(
    r'\{ id: "(\w+)", name: "([^"]+)"(.*?)run:', LIST.read_text(encoding="utf-8"), flags=re.DOTALL
)
NODES: Nodes = {"noise": ("capriccio.Noise", {}), "look": ("capriccio.PreviewImage", {})}


def test_every_command_is_found_by_its_name(editor: Editor) -> None:
    assert len(COMMANDS) > 50
    editor.begin("commands found", NODES, ("noise.image", "look.image"))
    editor.press("Control+k")
    field = editor.page.get_by_role("combobox", name="Command, node, graph or kind")
    options = editor.page.get_by_role("listbox", name="Commands").get_by_role("option")
    for id, name, _ in COMMANDS:
        if id == "commands":
            continue  # that is where it is looked for
        field.fill(name)
        expect(options.filter(has_text=name).first).to_be_visible()


def test_the_help_tells_all_keys(editor: Editor) -> None:
    editor.begin("commands helped", NODES)
    editor.press("?")
    told = editor.page.get_by_role("dialog", name="Help")
    expect(told).to_be_visible()
    for _, name, rest in COMMANDS:
        if "keys:" in rest:
            expect(told.get_by_text(name.rstrip("…"), exact=True).first).to_be_attached()


def test_a_command_that_cannot_be_used_says_why(editor: Editor) -> None:
    editor.begin("commands refused", NODES)
    editor.command("Rename")
    editor.says("select one node")


def test_the_theme_is_turned_and_kept(editor: Editor) -> None:
    editor.begin("commands theme", NODES)

    def theme() -> str:
        found: str = editor.page.evaluate("() => document.documentElement.dataset.theme")
        return found

    before = theme()
    button = editor.page.locator("header.top").get_by_role("button", name=re.compile("theme"))
    button.click()
    eventually(lambda: theme() != before)
    turned = theme()
    editor.page.reload()
    expect(editor.node("noise")).to_be_attached()
    assert theme() == turned
