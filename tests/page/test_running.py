"""Running all, or to a node; stopping, pausing, changing in mid-run; the queue."""

import re

from playwright.sync_api import expect

from .editor import Editor
from .home import Node, Nodes, eventually

NOISE: Node = ("capriccio.Noise", {"width": 32, "height": 24})
LOOK: Node = ("capriccio.PreviewImage", {})
LONG: Node = ("toys.Paint", {"steps": 1500, "pause": 0.02, "side": 32})


def test_run_runs_all(editor: Editor) -> None:
    editor.begin("run all", {"noise": NOISE, "look": LOOK, "other": NOISE}, ("noise.image", "look.image"))
    expect(editor.status).to_have_text("no run yet")
    editor.press("Control+Enter")
    expect(editor.status).to_contain_text("done")
    for node in ("noise", "look", "other"):
        expect(editor.node(node).locator(".card")).to_have_class(re.compile("is-(done|cached)"))


def test_shift_enter_runs_to_the_selected_node_only(editor: Editor) -> None:
    nodes = {"noise": NOISE, "look": LOOK, "fail": ("toys.Raise", {})}
    editor.begin("run to", nodes, ("noise.image", "look.image"))
    editor.select("look")
    editor.press("Shift+Enter")
    expect(editor.status).to_contain_text("done")
    expect(editor.node("look").locator(".card")).to_have_class(re.compile("is-(done|cached)"))
    expect(editor.node("fail").locator(".card")).to_have_class(re.compile("is-idle"))


def test_stop_ends_a_run(editor: Editor) -> None:
    editor.begin("run stop", {"paint": LONG})
    expect(editor.tool("Stop")).to_be_disabled()
    editor.run()
    editor.state("paint", re.compile("of 1500"))
    editor.press("Control+.")
    editor.ended("cancelled")
    editor.state("paint", "skipped")
    expect(editor.tool("Stop")).to_be_disabled()


def test_a_run_is_paused_and_goes_on(editor: Editor) -> None:
    editor.begin("run pause", {"paint": LONG})
    editor.run()
    editor.state("paint", re.compile("of 1500"))
    editor.tool("Pause").click()
    editor.ended("paused")
    editor.state("paint", "paused")
    step = editor.node("paint").get_by_role("progressbar")

    def holds() -> str | None:
        """How far it is, once that does not change; the step that was on is told of a little later."""
        now = step.get_attribute("aria-valuenow")
        editor.page.wait_for_timeout(500)
        assert step.get_attribute("aria-valuenow") == now, "it goes on"
        return now

    eventually(holds)
    held = holds()
    editor.tool("Go on").click()
    editor.ended("running")
    eventually(lambda: step.get_attribute("aria-valuenow") != held)
    editor.tool("Stop").click()
    editor.ended("cancelled")


def test_a_live_setting_reaches_the_node_that_runs(editor: Editor) -> None:
    editor.begin(
        "run live", {"paint": ("toys.Paint", {"steps": 1500, "pause": 0.02, "side": 32, "shade": 0.0})}
    )
    editor.run()
    editor.state("paint", re.compile("of 1500"))
    editor.select("paint")
    expect(editor.inspector.locator(".setting-live")).to_be_visible()
    editor.enter("shade", 0.625)
    editor.announced("paint reached paint while it runs")
    expect(editor.inspector.get_by_label("Measures")).to_contain_text("0.625")
    editor.ended("running")
    editor.tool("Stop").click()
    editor.ended("cancelled")


def test_the_queue_shows_what_runs_and_what_waits_and_sorts_it(editor: Editor) -> None:
    for name in ("queue one", "queue two", "queue three"):
        editor.home.begin(name, {"paint": LONG}).__exit__()
    editor.open("queue one")
    first = editor.run()
    with editor.home.talk() as talk:
        for name in ("queue two", "queue three"):
            talk.ask("open_graph", graph=name)
            talk.ask("run", graph=name)
    button = editor.page.get_by_role("button", name="Queue: 3 runs")
    expect(button).to_be_visible()
    editor.press("q")
    queue = editor.page.get_by_role("dialog", name="Queue")
    rows = queue.get_by_role("list", name="Runs that are on or wait").get_by_role("listitem")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("queue one")
    expect(rows.nth(1)).to_contain_text("is next")
    rows.nth(2).get_by_role("button", name="Earlier").click()
    expect(rows.nth(1)).to_contain_text("queue three")
    rows.nth(1).get_by_role("button", name="Take out").click()
    expect(rows).to_have_count(2)
    rows.nth(0).get_by_role("button", name="Pause").click()
    expect(rows.nth(0)).to_contain_text("paused")
    queue.get_by_role("button", name="Stop all").click()
    expect(queue.get_by_text("nothing runs and nothing waits")).to_be_visible()
    expect(queue.get_by_role("region", name="Ended")).to_contain_text(f"{first}queue onestopped")
    editor.press("Escape")
    expect(queue).to_have_count(0)


def test_a_graph_that_brings_along_what_reaches_files_asks_before_it_runs(editor: Editor) -> None:
    nodes: Nodes = {"noise": NOISE, "save": ("capriccio.SaveImage", {"name": "asked"})}
    with editor.home.begin("run ask", nodes, ("noise.image", "save.image")) as talk:
        text = talk.ask("export", graph="run ask")["text"]
    editor.open("run ask")
    editor.drop_file("strange.json", "application/json", text.encode())
    expect(editor.canvas).to_have_attribute("aria-label", "Canvas of strange")
    editor.tool("Run").click()
    dialog = editor.page.get_by_role("dialog", name="May strange do this?")
    expect(dialog).to_contain_text("Save image")
    dialog.get_by_role("button", name="Not now").click()
    editor.tool("Run").click()
    dialog.get_by_role("button", name="Allow and run").click()
    expect(editor.status).to_contain_text("done")


def test_what_is_wrong_is_found_without_a_run(editor: Editor) -> None:
    editor.begin("run check", {"look": LOOK})
    editor.command("Find what is wrong")
    editor.says(re.compile("look.*image"))
    expect(editor.status).to_have_text("no run yet")
