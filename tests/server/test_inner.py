"""A saved graph that is a node is described, run, shown, tuned and fetched at both levels."""

import hashlib
import json
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from capriccio.core import Graph, Link, Placed, graphfile, save

from .conftest import Serving, Talk
from .test_items import fetched, frames, link, numbers


def painter() -> Graph:
    """Paints for a while, as dark as told; with an input that may be left open."""
    return Graph(
        {
            "amount": Placed("capriccio.GraphInput", {"type": "Number"}),
            "half": Placed("capriccio.Number", {"value": 0.5}),
            "paint": Placed("toys.Paint", {"steps": 30, "pause": 0.03}),
            "image": Placed("capriccio.GraphOutput"),
        },
        (
            Link.between("half.number", "amount.default"),
            Link.between("paint.image", "image.item"),
        ),
        exposed={"darkness": "paint.shade", "long": "paint.steps"},
    )


def broken() -> Graph:
    """Raises."""
    nodes = {"spoil": Placed("toys.Spoil"), "out": Placed("capriccio.GraphOutput")}
    return Graph(nodes, (Link.between("spoil.image", "out.item"),))


def reaching() -> Graph:
    """Wants to reach files."""
    nodes = {"reach": Placed("toys.Reach"), "out": Placed("capriccio.GraphOutput")}
    return Graph(nodes, (Link.between("reach.number", "out.item"),))


@pytest.fixture(scope="module")
def library(serving: Serving) -> Path:
    folder = serving.folder / "library"
    folder.mkdir(exist_ok=True)
    for name, graph in (("painter", painter()), ("broken", broken()), ("reaching", reaching())):
        save(graph, folder / f"{name}.json")
    return folder


@pytest.fixture
def talk(serving: Serving, library: Path) -> Iterator[Talk]:
    with serving.talk() as made:
        yield made


def report(talk: Talk, graph: str, node: str) -> dict[str, Any]:
    """How far a node has come; nothing if it is not known of yet."""
    nodes = talk.ask("open_graph", graph=graph)["nodes"]
    found = next((each for each in nodes if each["node"] == node), {"state": ""})
    assert isinstance(found, dict)
    return found


def test_a_graph_is_described_as_a_node(talk: Talk) -> None:
    talk.open("asking")
    told = talk.ask("describe", graph="asking", name="painter")
    assert told["type"] == "described", told
    info = told["info"]
    assert (info["id"], info["category"]) == ("graph:painter", "Graphs")
    assert info["inputs"] == [
        {"name": "amount", "type": "Number", "depth": 0, "generic": False, "optional": True, "live": False}
    ]
    assert info["outputs"] == [{"name": "image", "type": "Image", "depth": 0, "generic": False}]
    settings = info["settings"]["properties"]
    assert list(settings) == ["darkness", "long"]
    assert settings["darkness"]["x-live"] and settings["darkness"]["x-port"] == "Number"
    assert settings["long"]["default"] == 30


def test_a_graph_that_is_not_there_is_told(talk: Talk) -> None:
    talk.open("missing")
    told = talk.ask("describe", graph="missing", name="paintr")
    assert told["text"] == "there is no graph paintr beside the graph; did you mean painter?"


def test_previews_come_at_both_levels_and_both_can_be_fetched(talk: Talk) -> None:
    talk.open("levels", outer=("graph:painter", {}))
    for node in ("outer", "outer/paint"):
        assert talk.ask("watch", graph="levels", node=node, width=128)["type"] == "done"
    assert talk.run("levels")["state"] == "done"
    for node in ("outer", "outer/paint"):
        assert len(frames(talk, node)) > 2
        assert report(talk, "levels", node)["state"] == "done"
        picture = fetched(talk, "levels", node)
        assert not isinstance(picture, str) and picture.size == (64, 64)
    states = [
        said["info"]["state"]
        for said in talk.heard
        if said["type"] == "node" and said["info"]["node"] == "outer"
    ]
    assert states == ["queued", "running", "done"]


def test_only_a_node_that_is_a_graph_has_nodes_inside(talk: Talk) -> None:
    talk.open("plain", noise=("capriccio.Noise", {}))
    told = talk.ask("watch", graph="plain", node="noise/x")
    assert told["text"] == "noise is no graph, so there is no node noise/x in plain"
    told = talk.ask("watch", graph="plain", node="nose/x")
    assert told["text"] == "there is no node nose in plain"
    told = talk.ask("watch", graph="plain", node="noise/")
    assert told["text"] == "node must be the name of a node in a run, such as outer/inner"


def test_an_error_is_told_at_both_levels(talk: Talk) -> None:
    talk.open("errors", outer=("graph:broken", {}))
    assert set(talk.run("errors")["failed"]) == {"outer", "outer/spoil"}
    assert report(talk, "errors", "outer/spoil")["error"].startswith("ValueError: the paint is dry (toys.py")
    assert report(talk, "errors", "outer")["error"] == "spoil: the paint is dry"


def test_a_node_inside_that_kills_the_worker_is_blamed_at_both_levels(talk: Talk) -> None:
    nodes = {"kill": Placed("toys.Kill"), "out": Placed("capriccio.GraphOutput")}
    inner = Graph(nodes, (Link.between("kill.number", "out.item"),))
    text = graphfile.dump(Graph({"outer": Placed("graph:deadly inside")}, graphs={"deadly inside": inner}))
    sent = upload(talk, "bringing", text.encode())
    talk.ask("open_graph", graph=sent)
    assert talk.run(sent)["state"] == "failed"
    why = report(talk, sent, "outer/kill")["error"]
    assert why.startswith("the worker was ended by SIGKILL while this node ran")
    outer = report(talk, sent, "outer")
    assert (outer["state"], outer["error"]) == ("failed", f"kill: {why}")
    talk.ready()


def upload(talk: Talk, name: str, data: bytes) -> str:
    """Send a graph; give the name that it has got."""
    digest = hashlib.sha256(data).hexdigest()
    begun = talk.ask("begin_upload", kind="graph", name=name, size=len(data), sha256=digest)
    head = json.dumps({"upload": begun["upload"], "offset": 0}).encode()
    talk.socket.send(struct.pack(">BBH", 2, 1, len(head)) + head + data)
    told = talk.ask("end_upload", upload=begun["upload"])
    assert told["type"] == "uploaded", told
    return str(told["graph"])


def test_a_live_setting_reaches_the_node_inside_that_exposes_it(talk: Talk) -> None:
    revision = talk.open("tuned", outer=("graph:painter", {"long": 100}))
    run = talk.ask("run", graph="tuned")["run"]
    talk.node("outer/paint", "running")
    op = {"op": "set", "node": "outer", "params": {"darkness": 0.75, "long": 90}}
    revision = talk.ask("edit", graph="tuned", revision=revision, ops=[op])["revision"]
    tuned = talk.until(lambda said: said["type"] == "tuned")
    assert (tuned["node"], tuned["params"], tuned["problem"]) == ("outer", {"darkness": 0.75}, "")
    assert tuned["reached"] == ["outer/paint"]
    reset = {"op": "set", "node": "outer", "reset": ["darkness"]}
    talk.ask("edit", graph="tuned", revision=revision, ops=[reset])
    tuned = talk.until(lambda said: said["type"] == "tuned")
    assert tuned["params"] == {"darkness": 0.0}
    talk.ask("cancel", run=run)
    talk.ended(run)


def test_a_graph_is_paused_with_all_in_it(talk: Talk) -> None:
    talk.open("held", outer=("graph:painter", {"long": 60}))
    run = talk.ask("run", graph="held")["run"]
    for node in ("outer/paint", "outer"):
        while report(talk, "held", node)["state"] != "running":
            time.sleep(0.01)
    assert talk.ask("pause", run=run, node="outer")["type"] == "done"
    assert report(talk, "held", "outer/paint")["state"] == "paused"
    assert report(talk, "held", "outer")["state"] == "paused"
    talk.ask("resume", run=run, node="outer")
    assert report(talk, "held", "outer/paint")["state"] == "running"
    assert talk.ended(run)["state"] == "done"


def test_a_mapped_graph_shows_its_items(talk: Talk) -> None:
    nodes = {"shades": numbers(0.25, 0.5, 0.75), "outer": ("graph:painter", {"long": 4})}
    revision = talk.open("mapped", **nodes)
    link(talk, "mapped", revision, ("shades.number", "outer.darkness"))
    talk.ask("watch", graph="mapped", node="outer", width=256)
    assert talk.run("mapped")["state"] == "done"
    for node in ("outer", "outer/paint"):
        items = report(talk, "mapped", node)["items"]
        assert (items["total"], items["done"]) == (3, 3), node
    while not frames(talk, "outer"):  # it may come after all that was said
        talk.listen(20)
    facts, _ = frames(talk, "outer")[-1]
    assert facts["cells"] == [[0], [1], [2]]
    second = fetched(talk, "mapped", "outer", item=[1])
    assert not isinstance(second, str) and second.size == (64, 64)


def test_what_a_graph_inside_reaches_has_to_be_allowed(talk: Talk, serving: Serving) -> None:
    talk.open("asked", outer=("graph:reaching", {}))
    told = talk.run("asked")
    assert (told["state"], told["needs"]) == ("refused", ["toys.Reach"])
    assert talk.ask("allow", graph="asked", kinds=["toys.Reach"])["type"] == "done"
    assert talk.run("asked")["state"] != "refused"
    told = talk.ask("allow", graph="asked", kinds=["toys.Kill"])
    assert told["text"] == "asked has no node of the kind toys.Kill, so there is nothing to allow"


def test_a_graph_is_exported_with_those_in_it(talk: Talk) -> None:
    talk.open("whole", outer=("graph:painter", {}))
    told = talk.ask("export", graph="whole")
    graph = graphfile.parse(told["text"].encode())
    assert list(graph.graphs) == ["painter"] and graph.graphs["painter"] == painter()


def test_a_graph_of_a_newer_capriccio_can_only_be_looked_at(talk: Talk, library: Path) -> None:
    content = json.loads((library / "painter.json").read_text())
    content["version"] = 99
    (library / "future.json").write_text(json.dumps(content))
    opened = talk.ask("open_graph", graph="future")
    why = opened["read_only"]
    assert why
    assert talk.ask("run", graph="future")["text"] == why
    op = {"op": "remove", "node": "paint"}
    assert talk.ask("edit", graph="future", revision=opened["revision"], ops=[op])["text"] == why
    assert [each["text"] for each in talk.ask("check", graph="future")["problems"]] == [why]
