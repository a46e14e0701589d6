"""A node that runs once for each item of a list is shown, counted and fetched item by item."""

import hashlib
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from PIL import Image as Picture

from .conftest import Serving, Talk


@pytest.fixture
def talk(serving: Serving) -> Iterator[Talk]:
    with serving.talk() as made:
        yield made


def numbers(*values: float) -> tuple[str, dict[str, Any]]:
    """A node that gives these numbers as a list."""
    return "capriccio.Numbers", {"values": ", ".join(map(str, values))}


def link(talk: Talk, graph: str, revision: int, *links: tuple[str, str]) -> None:
    ops = [{"op": "link", "start": start, "end": end} for start, end in links]
    assert talk.ask("edit", graph=graph, revision=revision, ops=ops)["type"] == "edited"


def fetched(talk: Talk, graph: str, node: str, **facts: Any) -> Picture.Image | str:
    """A picture of a node; the sentence if there is none."""
    before = len(talk.frames)
    answer = talk.ask("fetch", graph=graph, node=node, **facts)
    if answer["type"] == "refused":
        return str(answer["text"])
    data = b"".join(frame for kind, told, frame in talk.frames[before:] if kind == 3)
    assert (len(data), hashlib.sha256(data).hexdigest()) == (answer["size"], answer["sha256"])
    return Picture.open(BytesIO(data))


def frames(talk: Talk, node: str) -> list[tuple[dict[str, Any], bytes]]:
    return [(facts, data) for kind, facts, data in talk.frames if kind == 1 and facts["node"] == node]


def near(picture: Picture.Image, place: tuple[int, int]) -> tuple[int, ...]:
    found = picture.convert("RGB").getpixel(place)
    assert isinstance(found, tuple)
    return tuple(round(value / 16) for value in found)


def progress(talk: Talk, node: str) -> list[dict[str, Any]]:
    told = (said["nodes"].get(node) for said in talk.heard if said["type"] == "progress")
    return [each for each in told if each]


def test_a_contact_sheet_comes_while_the_items_run_and_tells_which(talk: Talk) -> None:
    paint = ("toys.Paint", {"steps": 12, "pause": 0.05, "side": 64})
    revision = talk.open("sheet", shades=numbers(0.2, 0.4, 0.6, 0.8), paint=paint)
    link(talk, "sheet", revision, ("shades.number", "paint.shade"))
    talk.ask("watch", graph="sheet", node="paint", width=1024)
    assert talk.run("sheet")["state"] == "done"
    reports = [each["items"] for each in progress(talk, "paint")]
    assert {each["total"] for each in reports} == {4}
    running = [on for each in reports for on in each["on"]]
    assert {tuple(on["index"]) for on in running} == {(0,), (1,), (2,), (3,)}
    assert {on["label"] for on in running} >= {"shades 0.2", "shades 0.8"}
    assert max(on["step"] for on in running) > 6 and {on["total"] for on in running} <= {0, 12}
    while frames(talk, "paint")[-1][0]["step"] < 4:  # the last one may come after the end
        talk.listen(10)
    shown = frames(talk, "paint")
    facts, data = shown[-1]
    assert (facts["columns"], facts["cells"]) == (2, [[0], [1], [2], [3]])
    assert (facts["step"], facts["total"]) == (4, 4)
    with Picture.open(BytesIO(data)) as last:
        assert last.size == (facts["width"], facts["height"])
    during = [Picture.open(BytesIO(data)) for facts, data in shown if facts["step"] < 4]
    outlines = {near(picture, (4, 40)) for picture in during}
    assert len(during) > 1 and len(outlines) > 1


def test_the_end_of_a_mapped_node_tells_how_many_items_there_were_and_what_they_gave(talk: Talk) -> None:
    revision = talk.open("sums", numbers=numbers(1, 2, 3), sum=("capriccio.Math", {"expression": "a * 10"}))
    link(talk, "sums", revision, ("numbers.number", "sum.a"))
    run = talk.run("sums")
    assert run["state"] == "done"
    report = next(
        said["info"]
        for said in talk.heard
        if said["type"] == "node" and said["info"]["node"] == "sum" and said["info"]["state"] == "done"
    )
    assert report["value"] == "10, 20, 30"
    assert (report["step"], report["total"]) == (3, 3)
    assert (report["items"]["done"], report["items"]["on"], report["items"]["wrong"]) == (3, [], [])
    made = next(
        said["info"]
        for said in talk.heard
        if said["type"] == "node" and said["info"]["node"] == "numbers" and said["info"]["state"] == "done"
    )
    assert (made["value"], made["items"]) == ("1, 2, 3", None)


def test_an_item_that_fails_is_told_with_its_label_and_the_others_go_on(talk: Talk) -> None:
    revision = talk.open("fragile", amount=numbers(1, 2, 3), made=("toys.Fragile", {}))
    link(talk, "fragile", revision, ("amount.number", "made.number"))
    assert talk.run("fragile")["failed"] == ["made"]
    report = talk.ask("open_graph", graph="fragile")["nodes"]
    (made,) = (each for each in report if each["node"] == "made")
    assert made["state"] == "failed"
    assert made["error"].startswith("1 of 3 items failed: item 2 (amount 2): ")
    items = made["items"]
    assert (items["total"], items["done"], items["failed"]) == (3, 2, 1)
    (wrong,) = items["wrong"]
    assert (wrong["index"], wrong["label"]) == ([1], "amount 2")
    assert wrong["error"].startswith("ValueError: two is too much (toys.py, line ")


def test_one_item_is_fetched_in_full_size_and_all_of_them_as_a_sheet(talk: Talk) -> None:
    revision = talk.open("some", amount=numbers(1, 2, 3), made=("toys.Fragile", {}))
    link(talk, "some", revision, ("amount.number", "made.number"))
    talk.run("some")
    third = fetched(talk, "some", "made", item=[2])
    assert isinstance(third, Picture.Image) and third.size == (32, 24)
    assert near(third, (3, 3)) == (5, 5, 5)
    sheet = fetched(talk, "some", "made")
    assert isinstance(sheet, Picture.Image) and sheet.size == (6 + 2 * 38, 6 + 2 * 30)
    assert near(sheet, (8, 8)) == (2, 2, 2) and near(sheet, (8, 38)) == (5, 5, 5)
    assert near(sheet, (4, 20)) == (2, 2, 2) and near(sheet, (42, 20)) == (13, 6, 6)  # the second has failed
    gone = "item 2 of made is not here, or not any more; run the graph again"
    assert fetched(talk, "some", "made", item=[1]) == gone
    assert fetched(talk, "some", "made", format="npy") == (
        "made has items; say in item which one, counted from 0"
    )


def test_a_cancelled_run_keeps_the_items_that_are_done(talk: Talk) -> None:
    revision = talk.open("long", amount=numbers(1, 2, 3, 4, 5, 6), made=("toys.Slow", {"seconds": 0.5}))
    link(talk, "long", revision, ("amount.number", "made.number"))
    run = talk.ask("run", graph="long")["run"]
    done: Callable[[dict[str, Any]], bool] = lambda said: (  # noqa: E731
        said["type"] == "progress" and said["nodes"].get("made", {}).get("step", 0) >= 2
    )
    talk.until(done)
    talk.ask("cancel", run=run)
    assert talk.ended(run)["state"] == "cancelled"
    (left,) = (each for each in talk.ask("open_graph", graph="long")["nodes"] if each["node"] == "made")
    assert (left["state"], left["items"]["on"]) == ("skipped", [])
    assert talk.run("long")["state"] == "done"
    (made,) = (each for each in talk.ask("open_graph", graph="long")["nodes"] if each["node"] == "made")
    assert made["items"]["done"] == 6 and 2 <= made["items"]["cached"] < 6


def test_a_thousand_items_cost_few_messages(talk: Talk) -> None:
    many = ("capriccio.Numbers", {"start": 1, "stop": 1000, "count": 1000})
    revision = talk.open("many", numbers=many, sum=("capriccio.Math", {"expression": "a + 1"}))
    link(talk, "many", revision, ("numbers.number", "sum.a"))
    before = len(talk.heard)
    assert talk.run("many")["state"] == "done"
    assert len(talk.heard) - before < 60
    (made,) = (each for each in talk.ask("open_graph", graph="many")["nodes"] if each["node"] == "sum")
    assert made["items"]["done"] == 1000 and made["value"].startswith("2, 3, 4, ")
    assert len(made["value"]) < 500


def test_a_folder_of_pictures_is_shown_before_anybody_reads_them(serving: Serving, talk: Talk) -> None:
    folder = serving.folder / "library" / "shades"
    folder.mkdir(parents=True)
    for shade in range(3):
        Picture.new("RGB", (40, 20), (shade * 100, 0, 0)).save(folder / f"{shade}.png")
    talk.open("album", album=("capriccio.ImageFolder", {"folder": "shades"}))
    talk.ask("watch", graph="album", node="album", width=512)
    assert talk.run("album")["state"] == "done"
    while not (shown := frames(talk, "album")):
        talk.listen(10)
    facts, data = shown[-1]
    assert facts["cells"] == [[0], [1], [2]]
    with Picture.open(BytesIO(data)) as sheet:
        assert sheet.size == (6 + 2 * 46, 6 + 2 * 26)
    second = fetched(talk, "album", "album", item=[1])
    assert isinstance(second, Picture.Image) and second.size == (40, 20)
    assert near(second, (3, 3)) == (6, 0, 0)
    assert fetched(talk, "album", "album", item=[7]) == "there is no item 8 of album; choose another"
