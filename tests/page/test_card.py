"""What a node shows of itself: its picture, how far it is, how it is, and what went wrong."""

import re
from collections.abc import Callable
from functools import partial

from playwright.sync_api import Locator, expect

from .editor import Editor
from .home import Home, Node, eventually
from .witness import Witness

NOISE: Node = ("capriccio.Noise", {"width": 64, "height": 48})
LOOK: Node = ("capriccio.PreviewImage", {})


def picture(editor: Editor, node: str) -> Locator:
    return editor.node(node).locator("canvas.preview")


def drawn(editor: Editor, shown: Locator) -> bool:
    """Whether a picture of noise is seen."""
    return editor.colours(shown) > 100


def test_what_a_node_made_is_drawn_on_it(editor: Editor) -> None:
    editor.begin("card drawn", {"noise": NOISE, "look": LOOK}, ("noise.image", "look.image"))
    assert editor.colours(picture(editor, "noise")) <= 2
    editor.run()
    editor.ended()
    for made in (picture(editor, "noise"), picture(editor, "look")):
        eventually(partial(drawn, editor, made))
        expect(made).to_have_attribute("data-width", "64")


def test_what_was_made_before_a_restart_is_drawn_when_it_is_run_again(
    tab: Callable[[Home], Editor], own_home: Home, witness: Witness
) -> None:
    witness.allow("ERR_CONNECTION_REFUSED|WebSocket")
    editor = tab(own_home)
    nodes = {"noise": NOISE, "slow": ("page.Ponder", {})}
    editor.begin("card restart", nodes, ("noise.image", "slow.image"))
    editor.run()
    editor.ended()
    editor.press("Control+s")
    editor.says("saved")
    own_home.kill()
    own_home.start()
    own_home.ready()
    editor.open("card restart")
    editor.run()
    editor.ended()
    editor.state("slow", "cached")
    for node in nodes:
        eventually(partial(drawn, editor, picture(editor, node)))


def test_the_picture_is_that_of_the_node_and_changes_with_it(editor: Editor) -> None:
    editor.begin("card shade", {"slow": ("toys.Slow", {"seconds": 0, "number": 10.0})})
    editor.run()

    def shade() -> int:
        seen = editor.pixels(picture(editor, "slow"))
        level = seen.getpixel((seen.width // 2, seen.height // 2))
        assert isinstance(level, tuple)
        return round(level[0])

    eventually(lambda: shade() > 240)
    editor.select("slow")
    editor.setting("number").fill("0")
    editor.setting("number").press("Enter")
    editor.run()
    eventually(lambda: shade() < 15)


def test_a_node_that_runs_shows_its_work_its_steps_and_a_line(editor: Editor) -> None:
    editor.begin("card running", {"paint": ("toys.Paint", {"steps": 400, "pause": 0.02, "side": 64})})
    editor.run()
    editor.state("paint", re.compile(r"\d+ of 400"))
    line = editor.node("paint").get_by_role("progressbar")
    expect(line).to_have_attribute("aria-valuemax", "400")
    step = int(line.get_attribute("aria-valuenow") or 0)
    eventually(lambda: int(line.get_attribute("aria-valuenow") or 0) > step)
    eventually(lambda: editor.colours(picture(editor, "paint")) > 100)
    expect(editor.page.locator(".status-rate")).to_have_text(re.compile(r"[1-9]\d* previews/s"))
    expect(editor.node("paint").locator(".card-clock")).to_have_text(re.compile(r"· \d+(\.\d)? s"))
    editor.tool("Stop").click()
    editor.ended("cancelled")


def test_a_node_that_is_done_tells_the_seconds_it_took(editor: Editor) -> None:
    editor.begin("card seconds", {"slow": ("toys.Slow", {"seconds": 0.4, "number": 2.25})})
    editor.run()
    editor.state("slow", re.compile(r"^done, (0\.[4-9]|[1-9][\d.]*) s"))


def test_a_node_that_was_known_from_before_says_cached(editor: Editor) -> None:
    editor.begin("card cached", {"noise": ("capriccio.Noise", {"width": 33, "height": 24})})
    editor.run()
    editor.ended()
    editor.run()
    editor.state("noise", "cached")
    expect(editor.node("noise").locator(".card")).to_have_class(re.compile("is-cached"))


def test_a_failed_node_tells_its_error_and_what_needs_it_is_skipped(editor: Editor) -> None:
    nodes = {"spoil": ("toys.Spoil", {}), "look": LOOK, "noise": NOISE}
    editor.begin("card failed", nodes, ("spoil.image", "look.image"))
    editor.run()
    editor.ended("failed")
    editor.state("spoil", "failed")
    expect(editor.node("spoil").locator(".card-error")).to_contain_text("the paint is dry")
    editor.state("look", "skipped")
    expect(editor.node("noise").locator(".card")).to_have_class(re.compile("is-(done|cached)"))
    editor.select("spoil")
    expect(editor.inspector.locator(".inspector-error")).to_contain_text("the paint is dry")


def test_a_graph_that_cannot_run_says_why_at_the_node(editor: Editor) -> None:
    editor.begin("card wrong", {"look": LOOK})
    editor.run()
    editor.ended("refused")
    editor.state("look", "cannot run")
    expect(editor.node("look").locator(".card-error")).to_contain_text("image")
    assert any("look" in notice for notice in editor.notices)


def test_a_muted_node_and_a_bypassed_node_say_so(editor: Editor) -> None:
    nodes = {"noise": NOISE, "size": ("capriccio.ResizeImage", {"side": 16}), "look": LOOK, "other": LOOK}
    links = (("noise.image", "size.image"), ("size.image", "look.image"), ("noise.image", "other.image"))
    editor.begin("card modes", nodes, *links, across=240)
    editor.select("size")
    editor.press("b")
    editor.select("other")
    editor.press("m")
    for node, word in (("size", "bypassed"), ("other", "muted")):
        expect(editor.node(node).locator(".card")).to_have_class(re.compile(f"is-{word}"))
    modes = {"size": "bypass", "other": "mute"}
    eventually(lambda: {node: editor.content["nodes"][node].get("mode") for node in modes} == modes)
    editor.run()
    editor.ended()
    expect(picture(editor, "look")).to_have_attribute("data-width", "64")  # what came into size passed it by
    expect(picture(editor, "other")).not_to_have_attribute("data-width", "64")
    editor.press("m")
    eventually(lambda: editor.content["nodes"]["other"].get("mode", "on") == "on")


def test_a_number_is_written_on_the_node_that_made_it(editor: Editor) -> None:
    editor.begin("card value", {"math": ("capriccio.Math", {"expression": "6 * 7"})})
    editor.run()
    expect(editor.node("math").locator(".card-value")).to_have_text("42")


def test_a_node_that_nobody_contributes_says_so(editor: Editor) -> None:
    editor.begin("card unknown", {"odd": ("nobody.Knows", {}), "noise": NOISE})
    expect(editor.node("odd").locator(".card-error")).to_contain_text("no plugin contributes nobody.Knows")
