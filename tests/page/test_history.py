"""Finished results: in the strip and in the panel, each with the graph that made it."""

import re

import pytest
from playwright.sync_api import Locator, expect

from .editor import Editor
from .home import eventually

NODES = {"noise": ("capriccio.Noise", {"width": 40, "height": 24}), "look": ("capriccio.PreviewImage", {})}
LINK = ("noise.image", "look.image")


@pytest.fixture
def made(editor: Editor, request: pytest.FixtureRequest) -> Editor:
    """A page whose graph has made two results, with another width each."""
    editor.begin(request.node.name[5:60], NODES, LINK)
    editor.run()
    editor.ended()
    expect(results(editor)).to_have_count(1)
    editor.select("noise")
    editor.enter("width", 56)
    editor.becomes(noise={"width": 56})
    editor.run()
    editor.ended()
    expect(results(editor)).to_have_count(2)
    return editor


def results(editor: Editor) -> Locator:
    """Of this graph, in the strip."""
    strip = editor.page.get_by_role("region", name="Results", exact=True)
    return strip.get_by_role("button", name=re.compile(f"^{re.escape(editor.graph)} ·"))


def entries(editor: Editor) -> Locator:
    """In the panel."""
    return editor.inspector.get_by_role("list", name="Results, the newest first").get_by_role("listitem")


def test_what_a_run_made_stands_in_the_strip_and_is_viewed(made: Editor) -> None:
    expect(results(made).first.locator("img")).to_be_visible()
    eventually(lambda: made.colours(results(made).first) > 50)
    results(made).first.click()
    expect(made.dialog.locator(".facts")).to_contain_text(re.compile("56 . 24"))
    made.press("PageDown")
    expect(made.dialog.locator(".facts")).to_contain_text(re.compile("40 . 24"))


def test_the_history_tells_what_has_changed_since(made: Editor) -> None:
    made.press("Escape")
    made.inspector.get_by_role("tab", name="History").click()
    expect(entries(made)).to_have_count(2)
    entries(made).nth(1).get_by_role("button", name=re.compile("What has changed")).click()
    changes = made.inspector.get_by_role("list", name=re.compile("What has changed since"))
    expect(changes).to_contain_text(re.compile(r"noise\.width\s*40\s*→\s*56"))
    made.home.change(made.graph, {"op": "set", "node": "noise", "params": {"width": 64}})
    expect(changes).to_contain_text("64")


def test_the_graph_of_a_result_is_restored_in_one_step(made: Editor) -> None:
    made.press("Escape")
    made.press("h")
    entries(made).nth(1).get_by_role("button", name=re.compile("Restore")).click()
    made.says(re.compile("as it was in run"))
    made.becomes(noise={"width": 40})
    made.press("Control+z")
    made.becomes(noise={"width": 56})


def test_a_result_is_compared_with_another(made: Editor) -> None:
    made.inspector.get_by_role("tab", name="History").click()
    entries(made).nth(1).get_by_role("button", name=re.compile("Compare")).click()
    expect(made.dialog.locator(".facts")).to_have_count(2)
    expect(made.dialog.get_by_role("slider", name="A on the left, B on the right")).to_be_visible()


def test_a_result_is_deleted_only_after_a_question(made: Editor) -> None:
    results(made).first.focus()
    made.press("Delete")
    question = made.page.get_by_role("dialog", name="Delete this result?")
    expect(question.get_by_role("button", name="Keep")).to_be_focused()
    question.get_by_role("button", name="Keep").click()
    expect(results(made)).to_have_count(2)
    results(made).first.focus()
    made.press("Delete")
    question.get_by_role("button", name="Delete", exact=True).click()
    expect(results(made)).to_have_count(1)
    assert set(made.content["nodes"]) == set(NODES)


def test_the_strip_is_walked_through_by_arrow_keys(made: Editor) -> None:
    results(made).first.focus()
    made.press("ArrowRight")
    expect(results(made).nth(1)).to_be_focused()
    made.press("Enter")
    expect(made.dialog.locator(".facts")).to_contain_text(re.compile("40 . 24"))
