"""A server that goes away and comes back, and pages that follow each other."""

import shutil
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .editor import Editor
from .home import Home, eventually
from .witness import Witness

NODES = {"noise": ("capriccio.Noise", {"width": 32, "height": 24}), "look": ("capriccio.PreviewImage", {})}
LINK = ("noise.image", "look.image")
GONE = r"WebSocket connection to .* failed|ERR_CONNECTION_REFUSED"

Tab = Callable[[Home], Editor]


@pytest.fixture
def lonely(tab: Tab, own_home: Home, witness: Witness) -> Editor:
    """A page whose server may be killed."""
    witness.allow(GONE)
    return tab(own_home)


def connection(editor: Editor, words: str) -> None:
    """Wait until the status bar says so."""
    expect(editor.page.locator(".status-connection")).to_have_text(words, timeout=20_000)


def comes_back(editor: Editor) -> None:
    """Start the server again, and wait until the page has found it by itself."""
    editor.home.start()
    connection(editor, "connected")


def test_no_edit_is_lost_when_the_server_is_killed(lonely: Editor) -> None:
    lonely.begin("killed", NODES, LINK)
    lonely.select("noise")
    lonely.enter("width", 101)
    lonely.becomes(noise={"width": 101})
    lonely.enter("height", 55)
    lonely.home.kill()  # whatever of this it has taken or written
    connection(lonely, "no connection")
    comes_back(lonely)
    lonely.becomes(noise={"width": 101, "height": 55})
    lonely.run()
    lonely.ended()


def test_what_is_done_while_the_server_is_away_is_sent_when_it_is_back(lonely: Editor) -> None:
    lonely.begin("away", NODES, LINK)
    lonely.home.written("away")
    lonely.home.kill()
    bar = lonely.page.get_by_role("region", name="Connection")
    expect(bar).to_contain_text("The server does not answer")
    lonely.select("noise")
    lonely.enter("width", 90)
    lonely.select("noise")  # the keys of a field are its own
    lonely.press("Control+d")
    expect(lonely.node("noise 2")).to_be_visible()
    lonely.select("look")
    lonely.press("Delete")
    lonely.press("Control+z")
    expect(lonely.node("look")).to_be_visible()
    expect(bar).to_contain_text("Your edits are kept here")
    bar.get_by_role("button", name="Try now").click()
    expect(bar).to_contain_text("The server does not answer")
    comes_back(lonely)
    expect(bar).to_have_count(0)
    lonely.becomes(noise={"width": 90}, **{"noise 2": {"width": 90}})
    lonely.linked(LINK)


def test_a_graph_that_was_lost_with_the_server_is_begun_anew_from_what_the_page_shows(lonely: Editor) -> None:
    lonely.begin("lost", NODES, LINK)
    folder = lonely.home.folder
    lonely.home.kill()
    shutil.rmtree(folder / "state" / "drafts", ignore_errors=True)  # as if nothing had been written yet
    lonely.select("noise")
    lonely.enter("width", 90)
    lonely.select("noise")  # the keys of a field are its own
    lonely.press("Control+d")
    expect(lonely.node("noise 2")).to_be_visible()
    comes_back(lonely)
    lonely.becomes(noise={"width": 90}, **{"noise 2": {"width": 90}})
    lonely.linked(LINK)
    assert set(lonely.content["nodes"]) == {"noise", "noise 2", "look"}


def test_what_others_changed_meanwhile_is_kept_and_the_conflict_is_told(lonely: Editor) -> None:
    lonely.begin("conflict", NODES, LINK)
    lonely.home.written("conflict")
    lonely.home.kill()
    lonely.select("noise")
    lonely.enter("width", 90)
    lonely.enter("height", 60)
    with lonely.home.elsewhere():
        lonely.home.change("conflict", {"op": "set", "node": "noise", "params": {"width": 44}})
    comes_back(lonely)
    lonely.says("conflict:")
    lonely.becomes(noise={"width": 44, "height": 60})
    lonely.home.ready()  # it knows the settings then
    expect(lonely.exactly("width")).to_have_value("44")
    expect(lonely.exactly("height")).to_have_value("60")


def test_edits_that_were_not_sent_outlive_the_page_that_made_them(lonely: Editor) -> None:
    lonely.begin("reloaded", NODES, LINK)
    lonely.home.written("reloaded")
    lonely.home.kill()
    lonely.select("noise")
    lonely.enter("width", 90)
    expect(lonely.page.get_by_role("region", name="Connection")).to_contain_text("Your edits are kept here")
    lonely.page.goto("about:blank")
    lonely.home.start()
    lonely.page.go_back()
    connection(lonely, "connected")
    lonely.becomes(noise={"width": 90})


def test_another_token_is_asked_for_and_nothing_is_lost(lonely: Editor) -> None:
    lonely.begin("token", NODES, LINK)
    lonely.home.written("token")
    lonely.home.kill()
    lonely.select("noise")
    lonely.enter("width", 90)
    lonely.home.start(CAPRICCIO_TOKEN="n" * 43)  # the page finds it by itself
    field = lonely.page.get_by_role("textbox", name="New address or token")
    field.fill(f"http://127.0.0.1:{lonely.home.port}/#token={'n' * 43}")
    lonely.page.get_by_role("button", name="Connect").click()
    connection(lonely, "connected")
    eventually(lambda: lonely.home.content("token", "n" * 43)["nodes"]["noise"]["params"]["width"] == 90)


def test_a_run_goes_on_while_the_page_is_loaded_anew(editor: Editor) -> None:
    editor.begin("goes on", {"paint": ("toys.Paint", {"steps": 1500, "pause": 0.02, "side": 32})})
    run = editor.run()
    editor.state("paint", "of 1500")
    editor.page.reload()
    editor.ended("running", run)
    editor.state("paint", "of 1500")
    eventually(lambda: editor.colours(editor.node("paint").locator("canvas.preview")) > 100)
    editor.tool("Stop").click()
    editor.ended("cancelled")


def test_two_tabs_on_one_graph_follow_each_other(tab: Tab, home: Home) -> None:
    one = tab(home).begin("two tabs", NODES, LINK)
    other = tab(home).open("two tabs")
    one.page.bring_to_front()
    one.select("noise")
    one.enter("width", 61)
    other.page.bring_to_front()
    other.select("noise")
    expect(other.exactly("width")).to_have_value("61")
    other.press("Control+d")
    expect(other.nodes()).to_have_count(3)
    one.page.bring_to_front()
    expect(one.nodes()).to_have_count(3)
    one.run()
    other.ended("done", one.last_run)
    one.press("Control+s")
    for each in (one, other):
        expect(each.page.locator(".top-mark")).to_have_text("saved")


def test_undo_takes_back_only_what_this_tab_has_done(tab: Tab, home: Home) -> None:
    one = tab(home).begin("two undo", NODES, LINK)
    other = tab(home).open("two undo")
    one.select("noise")
    one.enter("width", 61)
    one.becomes(noise={"width": 61})
    other.select("noise")
    expect(other.exactly("width")).to_have_value("61")
    other.enter("height", 40)
    other.becomes(noise={"height": 40})
    one.page.bring_to_front()
    one.node("noise").locator(".card-name").click()
    one.press("Control+z")
    one.becomes(noise={"width": 32, "height": 40})
