"""Texts of strangers are shown as texts, and the page runs its own scripts only."""

import json
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Dialog, expect

from .editor import Editor
from .home import Home
from .witness import Witness

MARKUP = "<img src=x onerror=\"alert('taken')\">"
SCRIPT = "<script>alert('taken')</script>"
NODE = "<img src=x onerror=alert(1)>"  # no dot and no slash, so it can be a node's name


@pytest.fixture
def asked(editor: Editor) -> Iterator[Editor]:
    """A page in which no script of a stranger runs; each of theirs would open a dialog."""
    opened: list[str] = []

    def open(dialog: Dialog) -> None:
        opened.append(dialog.message)
        dialog.dismiss()

    editor.page.on("dialog", open)
    yield editor
    assert not opened
    assert editor.page.locator("img[src=x]").count() == 0, "a text has become an element"


def test_names_notes_and_titles_are_texts(asked: Editor) -> None:
    nodes = {NODE: ("capriccio.Noise", {"width": 32, "height": 24}), "look": ("capriccio.PreviewImage", {})}
    with asked.home.begin("strange texts", nodes, (f"{NODE}.image", "look.image")):
        asked.home.change(
            "strange texts",
            {"op": "notes", "notes": [{"text": MARKUP + SCRIPT, "position": [0, 300]}]},
            {"op": "frames", "frames": [{"title": MARKUP, "position": [-40, -60], "size": [600, 300]}]},
        )
        asked.open("strange texts")
    name = asked.page.locator(f"[data-id='{NODE}'] .card-name")
    expect(name).to_have_text(NODE)
    expect(asked.page.locator(".note-text")).to_have_text(MARKUP + SCRIPT)
    expect(asked.page.locator(".frame-title")).to_have_text(MARKUP)
    expect(asked.inspector).to_contain_text(SCRIPT)
    name.click()
    expect(asked.inspector.get_by_role("textbox", name="Name of the node")).to_have_value(NODE)
    asked.run()
    asked.ended()
    asked.press("v")
    expect(asked.dialog.get_by_role("heading", name=NODE)).to_be_visible()
    asked.press("Escape", "F2")
    expect(asked.page.get_by_role("dialog", name=f"Rename {NODE}")).to_be_visible()
    asked.press("Escape", "Control+k")
    asked.page.keyboard.type("img src")
    found = asked.page.get_by_role("listbox", name="Commands").get_by_role("option")
    expect(found.first).to_contain_text(NODE)


def test_the_docs_of_plugins_are_texts(asked: Editor) -> None:
    asked.begin("docs", {"markup": ("page.Markup", {"text": MARKUP})})
    asked.select("markup")
    expect(asked.setting("text")).to_have_value(MARKUP)
    asked.press("d")
    expect(asked.inspector).to_contain_text("<b>bold</b>")
    expect(asked.inspector).to_contain_text("of a setting")
    assert asked.inspector.locator(".docs b, .docs script, .docs img").count() == 0
    assert asked.page.title().startswith("docs")


def test_what_lies_in_a_strange_file_is_text(asked: Editor) -> None:
    asked.begin("file from", {"noise": ("capriccio.Noise", {})})
    file = {
        "format": "capriccio-graph",
        "version": 1,
        "nodes": {
            NODE: {"kind": f"evil.{MARKUP}"},
            "noise": {"kind": "capriccio.Noise", "params": {"width": MARKUP}},
        },
        "links": [],
        "notes": [{"text": SCRIPT}],
    }
    asked.drop_file("strange file.json", "application/json", json.dumps(file).encode())
    asked.page.wait_for_function("() => document.querySelector('.notice, .note-text')")
    expect(asked.page.locator(".notice p, .note-text").first).to_contain_text("<")


def test_an_error_is_a_text(asked: Editor) -> None:
    asked.begin("error", {"complain": ("page.Complain", {"text": MARKUP})})
    asked.run()
    asked.ended("failed")
    expect(asked.node("complain").locator(".card-error")).to_contain_text(MARKUP)
    asked.select("complain")
    expect(asked.inspector.locator(".inspector-error")).to_contain_text(MARKUP)


INJECT = """() => {
    const script = document.createElement("script");
    script.textContent = "document.title = 'taken'";
    document.head.append(script);
}"""


def test_the_page_says_which_scripts_it_runs_and_no_other_runs(
    editor: Editor, home: Home, witness: Witness
) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{home.port}/") as answer:
        policy = answer.headers["Content-Security-Policy"]
        text = answer.read().decode()
    assert policy.startswith("default-src 'self'; img-src 'self' blob:")
    assert "unsafe" not in policy
    assert "://" not in text, "the page asks another machine for something"
    editor.begin("policy", {"noise": ("capriccio.Noise", {})})
    assert editor.page.locator("script:not([src])").count() == 0
    witness.allow("Executing inline script violates")
    editor.page.evaluate(INJECT)
    assert editor.page.title().startswith("policy")
