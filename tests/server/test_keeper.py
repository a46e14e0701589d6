"""What runs have made is kept, and can be looked at when the server has ended and begun again."""

import hashlib
import json
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from capriccio.core import graphfile, load
from PIL import Image as Picture

from .conftest import Serving, Talk


@pytest.fixture
def talk(serving: Serving) -> Iterator[Talk]:
    with serving.talk() as made:
        yield made


NOISE = ("capriccio.Noise", {"width": 40, "height": 30})
SLOW: tuple[str, dict[str, Any]] = ("toys.Slow", {})


def linked(talk: Talk, graph: str, revision: int, *links: tuple[str, str]) -> int:
    ops = [{"op": "link", "start": start, "end": end} for start, end in links]
    revision = talk.ask("edit", graph=graph, revision=revision, ops=ops)["revision"]
    return revision


def put(talk: Talk, graph: str, revision: int, node: str, **params: Any) -> int:
    ops = [{"op": "set", "node": node, "params": params}]
    revision = talk.ask("edit", graph=graph, revision=revision, ops=ops)["revision"]
    return revision


def kept(talk: Talk, run: dict[str, Any], *nodes: str) -> dict[str, dict[str, Any]]:
    """The results of a run, by node, when all of them have been told."""
    found: dict[str, dict[str, Any]] = {}

    def take(said: dict[str, Any]) -> bool:
        if said["type"] == "result_kept" and said["info"]["run"] == run["run"]:
            found[said["info"]["node"]] = said["info"]
        return set(found) >= set(nodes)

    if not any([take(said) for said in talk.heard]):
        talk.until(take)
    return found


def results(talk: Talk, graph: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = talk.ask("list_results", graph=graph)["results"]
    return found


def got(talk: Talk, type: str = "get_result", **facts: Any) -> bytes:
    before = len(talk.frames)
    answer = talk.ask(type, **facts)
    assert answer["type"] == "fetched", answer
    data = b"".join(frame for kind, told, frame in talk.frames[before:] if kind == 3)
    assert (len(data), hashlib.sha256(data).hexdigest()) == (answer["size"], answer["sha256"])
    return data


def nothing_more(talk: Talk, graph: str, count: int) -> None:
    """Another graph's result is kept after what was asked for before it, so that nothing else comes."""
    talk.open(f"{graph} after", look=SLOW)
    kept(talk, talk.run(f"{graph} after"), "look")
    assert len(results(talk, graph)) == count


def test_the_picture_at_the_end_of_a_graph_is_kept_with_how_it_was_made(talk: Talk, tmp_path: Path) -> None:
    revision = talk.open("lake", noise=NOISE, small=("capriccio.ResizeImage", {"side": 20}))
    revision = linked(talk, "lake", revision, ("noise.image", "small.image"))
    run = talk.run("lake")
    info = kept(talk, run, "small")["small"]
    assert (info["graph"], info["run"], info["width"], info["height"]) == ("lake", run["run"], 20, 15)
    assert abs(info["seconds"] - run["seconds"]) < 0.001 and info["made"] > run["queued"]
    assert results(talk, "lake") == [info]
    data = got(talk, result=info["result"])
    before = len(talk.frames)
    talk.ask("fetch", graph="lake", node="small")
    assert data == b"".join(frame for kind, told, frame in talk.frames[before:] if kind == 3)
    (tmp_path / "made.png").write_bytes(data)
    making = talk.ask("get_making", result=info["result"])
    assert graphfile.parse(json.dumps(making["content"]).encode()) == load(tmp_path / "made.png")
    assert making["content"]["nodes"]["small"]["params"] == {"side": 20}
    with Picture.open(BytesIO(got(talk, result=info["result"], width=200))) as small:
        assert (small.format, small.size) == ("JPEG", (20, 15))
    cover = got(talk, "get_cover", graph="lake")
    assert cover == got(talk, result=info["result"], width=256)
    graphs = {info["name"]: info for info in talk.ask("list_graphs")["graphs"]}
    assert graphs["lake"]["cover"]


def test_what_save_image_saves_is_kept_under_its_own_name(talk: Talk) -> None:
    name, kind = "capriccio.SaveImage", {"name": "kept"}
    revision = talk.open("saved", noise=NOISE, save=(name, kind), again=(name, kind), look=SLOW)
    linked(talk, "saved", revision, ("noise.image", "save.image"), ("look.image", "again.image"))
    found = kept(talk, talk.run("saved"), "save", "again")
    assert set(found) == {"save", "again"}
    assert (found["save"]["width"], found["again"]["width"]) == (40, 16)


def test_a_node_that_was_asked_for_is_kept_though_others_read_it(talk: Talk) -> None:
    revision = talk.open("asked", noise=NOISE, small=("capriccio.ResizeImage", {"side": 20}))
    linked(talk, "asked", revision, ("noise.image", "small.image"))
    assert set(kept(talk, talk.run("asked", only=["noise"]), "noise")) == {"noise"}
    nothing_more(talk, "asked", 1)


def test_of_a_list_its_contact_sheet_is_kept(talk: Talk) -> None:
    numbers = ("capriccio.Numbers", {"values": "2, 4, 6"})
    save = ("capriccio.SaveImage", {"name": "listed"})
    revision = talk.open("listed", shades=numbers, look=SLOW, save=save, show=("capriccio.PreviewImage", {}))
    linked(
        talk,
        "listed",
        revision,
        ("shades.number", "look.number"),
        ("look.image", "save.image"),
        ("look.image", "show.image"),
    )
    found = kept(talk, talk.run("listed"), "save", "show")
    for node in ("save", "show"):
        with Picture.open(BytesIO(got(talk, result=found[node]["result"]))) as sheet:
            assert sheet.width > 2 * 16 and sheet.height > 2 * 16


def test_what_is_picked_from_a_list_and_saved_is_kept_alone(talk: Talk) -> None:
    numbers = ("capriccio.Numbers", {"values": "2, 4, 6"})
    save = ("capriccio.SaveImage", {"name": "picked"})
    revision = talk.open(
        "picked", shades=numbers, look=SLOW, pick=("capriccio.Pick", {"index": 2}), save=save
    )
    links = (("shades.number", "look.number"), ("look.image", "pick.items"), ("pick.item", "save.image"))
    linked(talk, "picked", revision, *links)
    found = kept(talk, talk.run("picked"), "save")["save"]
    with Picture.open(BytesIO(got(talk, result=found["result"]))) as picture:
        assert (picture.size, picture.getpixel((3, 3))) == ((16, 16), (102, 102, 102))


def test_what_a_graph_gives_that_is_a_node_is_kept_under_its_name(talk: Talk) -> None:
    inner = {"look": SLOW, "out": ("capriccio.GraphOutput", {})}
    linked(talk, "inner", talk.open("inner", **inner), ("look.image", "out.item"))
    assert talk.ask("save_graph", graph="inner")["type"] == "saved"
    save = ("capriccio.SaveImage", {"name": "nested"})
    revision = talk.open("outer", alone=("graph:inner", {}), read=("graph:inner", {}), save=save)
    linked(talk, "outer", revision, ("read.out", "save.image"))
    run = talk.run("outer")
    assert run["state"] == "done"
    found = kept(talk, run, "alone", "save")
    assert set(found) == {"alone", "save"}
    asked = kept(talk, talk.run("outer", only=["read/look"]), "read/look")["read/look"]
    assert talk.ask("get_result", result=asked["result"])["name"] == f"outer_read_look_{asked['result']}.png"


def test_the_same_picture_again_is_not_kept_twice(talk: Talk) -> None:
    revision = talk.open("again", look=SLOW)
    kept(talk, talk.run("again"), "look")
    talk.run("again")
    move = [{"op": "move", "node": "look", "position": [5, 5]}]
    revision = talk.ask("edit", graph="again", revision=revision, ops=move)["revision"]
    talk.run("again")
    nothing_more(talk, "again", 1)
    put(talk, "again", revision, "look", number=5.0)
    kept(talk, talk.run("again"), "look")
    assert len(results(talk, "again")) == 2


def test_every_run_is_kept_though_the_next_begins_at_once(talk: Talk) -> None:
    numbers = [float(number) for number in range(1, 7)]
    revision = talk.open("quick", look=("toys.Slow", {"seconds": 0.0}))
    runs = []
    for number in numbers:
        revision = put(talk, "quick", revision, "look", number=number)
        runs.append({"run": talk.ask("run", graph="quick")["run"]})
    shades = []
    for run in runs:
        info = kept(talk, run, "look")["look"]
        with Picture.open(BytesIO(got(talk, result=info["result"]))) as picture:
            shades.append(picture.getpixel((0, 0)))
    assert shades == [(round(25.5 * number),) * 3 for number in numbers]


def test_what_was_finished_is_kept_though_another_node_failed(talk: Talk) -> None:
    talk.open("partly", look=SLOW, bad=("toys.Raise", {}), spoilt=("toys.Spoil", {}))
    run = talk.run("partly")
    assert run["state"] == "failed"
    assert set(kept(talk, run, "look")) == {"look"}
    nothing_more(talk, "partly", 1)


def test_what_is_no_picture_is_not_kept(talk: Talk) -> None:
    talk.open("numbers", number=("capriccio.Number", {"value": 2.0}), text=("capriccio.Text", {}))
    assert talk.run("numbers")["state"] == "done"
    nothing_more(talk, "numbers", 0)


def test_results_follow_their_graph_and_stay_when_it_is_deleted(talk: Talk) -> None:
    talk.open("sea", look=SLOW)
    info = kept(talk, talk.run("sea"), "look")["look"]
    talk.ask("rename_graph", graph="sea", to="ocean")
    assert [(each["result"], each["graph"]) for each in results(talk, "ocean")] == [(info["result"], "ocean")]
    talk.ask("delete_graph", graph="ocean")
    assert [each["result"] for each in results(talk, "ocean")] == [info["result"]]
    talk.open("ocean", look=SLOW)
    assert talk.ask("get_cover", graph="ocean")["type"] == "refused"
    kept(talk, talk.run("ocean"), "look")  # the same picture, of another graph
    assert len(results(talk, "ocean")) == 2


def test_everyone_hears_that_a_result_was_kept_or_deleted(serving: Serving, talk: Talk) -> None:
    with serving.talk() as other:
        talk.open("heard", look=SLOW)
        info = kept(talk, talk.run("heard"), "look")["look"]
        assert other.until(lambda said: said["type"] == "result_kept")["info"] == info
        assert talk.ask("delete_result", result=info["result"])["type"] == "done"
        for each in (talk, other):
            gone = [said for said in each.heard if said["type"] == "result_deleted"]
            gone = gone or [each.until(lambda said: said["type"] == "result_deleted")]
            assert [said["result"] for said in gone] == [info["result"]]
        for type in ("get_result", "get_making", "delete_result"):
            answer = talk.ask(type, result=info["result"])
            assert answer["text"] == f"there is no result {info['result']}, or not any more; choose another"


def test_a_setting_that_was_changed_in_mid_run_is_told_with_the_picture(talk: Talk) -> None:
    revision = talk.open("tuned", paint=("toys.Paint", {"steps": 60, "pause": 0.02, "side": 32}))
    run = talk.ask("run", graph="tuned")["run"]
    talk.node("paint", "running")
    put(talk, "tuned", revision, "paint", shade=0.5)
    talk.until(lambda said: said["type"] == "tuned")
    info = kept(talk, talk.ended(run), "paint")["paint"]
    making = talk.ask("get_making", result=info["result"])
    assert making["content"]["nodes"]["paint"]["params"]["shade"] == 0.5


def test_results_are_there_after_a_restart_and_files_that_nobody_knows_are_not(
    serve: Callable[..., Serving],
) -> None:
    server = serve()
    with server.talk() as talk:
        talk.ready(120)
        talk.open("lake", look=SLOW)
        talk.run("lake")
        started = talk.welcome["server"]
    assert server.stop() == 0  # which waits for what is on its way
    folder = server.folder / "state" / "results"
    (file,) = folder.iterdir()
    (folder / ("0" * 32 + ".png")).write_bytes(file.read_bytes())
    again = serve()
    with again.talk() as talk:
        assert talk.welcome["server"] not in ("", started)
        (info,) = results(talk, "lake")
        assert got(talk, result=info["result"]) == file.read_bytes()
        assert list(folder.iterdir()) == [file]
