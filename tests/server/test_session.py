"""What a client is answered, by plain calls: no sockets and no worker."""

import asyncio
import hashlib
import json
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from capriccio.core import Graph, Placed, graphfile, load, save
from capriccio.server import wire
from capriccio.server.outbox import Outbox
from capriccio.server.session import FETCHED, LOOKING, OPEN, WATCHED, Session, Unwelcome
from capriccio.server.studio import Folders, Studio
from PIL import Image as Picture

from .test_album import keep, made

TOKEN = "a" * 43
DIGEST = "0" * 64


def begun(folder: Path) -> Studio:
    """A studio that keeps its things in a folder."""
    folders = Folders(folder / "library", folder / "gallery", folder / "out", folder / "state")
    folders.gallery.mkdir(exist_ok=True)
    return Studio(folders, TOKEN)


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    made = begun(tmp_path)
    save(Graph({"noise": Placed("capriccio.Noise")}), tmp_path / "gallery" / "shown.json")
    yield made
    made.close()


async def looked() -> None:
    """Wait until all pictures that were asked for have been found, or not."""
    if looking := [task for task in asyncio.all_tasks() if task.get_name() == LOOKING]:
        await asyncio.wait(looking)


class Guest:
    """A client that is welcome."""

    def __init__(self, studio: Studio) -> None:
        self.outbox = Outbox(lambda: None)
        self.session = Session(studio, self.outbox)
        self.heard: list[dict[str, Any]] = []
        self.chunks: list[bytes] = []
        """Parts of pictures that have come."""
        self.welcome = self.ask("hello", token=TOKEN)
        assert self.welcome["type"] == "welcome"

    def close(self) -> None:
        """Go."""
        self.session.close()

    def hear(self) -> list[dict[str, Any]]:
        """What has come since."""
        found = []
        while (frame := self.outbox.take()) is not None:
            if isinstance(frame, bytes):
                _, data = wire.unpacked(frame, wire.ResultChunk)
                self.chunks.append(bytes(data))
                continue
            msgspec.json.decode(frame, type=wire.AnyMessage)
            found.append(json.loads(frame))
        self.heard += found
        return found

    def send(self, *frames: str | bytes) -> list[dict[str, Any]]:
        """Send frames; give what comes."""

        async def sent() -> None:
            for frame in frames:
                await self.session.hear(frame)
            await looked()

        asyncio.run(sent())
        return self.hear()

    def ask(self, type: str, **facts: Any) -> dict[str, Any]:
        """Ask; give the answer."""
        (answer,) = (
            said for said in self.send(json.dumps({"type": type, "id": 7, **facts})) if said["re"] == 7
        )
        return answer

    def refused(self, type: str, **facts: Any) -> str:
        """Ask for what cannot be; give the sentence."""
        answer = self.ask(type, **facts)
        assert answer["type"] == "refused", answer
        return str(answer["text"])

    def edit(self, graph: str, revision: int, *ops: dict[str, Any]) -> dict[str, Any]:
        return self.ask("edit", graph=graph, revision=revision, ops=list(ops))

    def told(self, type: str) -> list[dict[str, Any]]:
        """What came of this type unasked."""
        self.hear()
        return [said for said in self.heard if said["type"] == type and said["re"] is None]


@pytest.fixture
def guest(studio: Studio) -> Iterator[Guest]:
    with closing(Guest(studio)) as made:
        yield made


@pytest.fixture
def other(studio: Studio) -> Iterator[Guest]:
    with closing(Guest(studio)) as made:
        yield made


def add(node: str, **params: Any) -> dict[str, Any]:
    return {"op": "add", "node": node, "kind": "capriccio.Noise", "params": params}


def put(node: str, **params: Any) -> dict[str, Any]:
    return {"op": "set", "node": node, "params": params}


REQUESTS: dict[str, tuple[dict[str, Any], str]] = {
    "hello": ({"token": TOKEN}, "refused"),
    "get_catalogue": ({}, "catalogue"),
    "list_graphs": ({}, "graphs"),
    "list_pictures": ({}, "pictures"),
    "get_picture": ({"file": "images/cat.png"}, "refused"),
    "get_cover": ({"graph": "lake"}, "refused"),
    "new_graph": ({"graph": "new"}, "opened"),
    "open_graph": ({"graph": "shown"}, "opened"),
    "close_graph": ({"graph": "lake"}, "done"),
    "save_graph": ({"graph": "lake"}, "saved"),
    "revert_graph": ({"graph": "lake"}, "refused"),
    "rename_graph": ({"graph": "kept", "to": "renamed"}, "done"),
    "duplicate_graph": ({"graph": "shown", "to": "copy"}, "done"),
    "delete_graph": ({"graph": "kept"}, "done"),
    "edit": ({"graph": "lake", "revision": 1, "ops": [add("more")]}, "edited"),
    "export": ({"graph": "lake"}, "exported"),
    "describe": ({"graph": "lake", "name": "shown"}, ""),
    "check": ({"graph": "lake"}, ""),  # answered when there is a worker
    "run": ({"graph": "lake"}, "queued"),
    "cancel": ({}, "done"),
    "reorder": ({"runs": []}, "done"),
    "pause": ({"run": 99}, "refused"),
    "resume": ({"run": 99}, "refused"),
    "restart": ({"run": 99}, "refused"),
    "allow": ({"graph": "lake", "kinds": ["capriccio.Noise"]}, "done"),
    "watch": ({"graph": "lake", "node": "noise"}, "done"),
    "unwatch": ({"graph": "lake", "node": "noise"}, "done"),
    "ack": ({"frames": [["lake", "noise", 1]]}, ""),
    "begin_upload": ({"kind": "graph", "name": "sent", "size": 1, "sha256": DIGEST}, "upload_ready"),
    "end_upload": ({"upload": 1}, "refused"),
    "fetch": ({"graph": "lake", "node": "noise"}, "refused"),
    "get_history": ({}, "history"),
    "list_results": ({}, "results"),
    "get_result": ({"result": 1}, "refused"),
    "get_making": ({"result": 1}, "refused"),
    "delete_result": ({"result": 1}, "refused"),
    "get_status": ({}, "status"),
    "ping": ({}, "pong"),
}
NAMED = [type for type, (facts, _) in REQUESTS.items() if {"graph", "to"} & set(facts)]


def test_every_request_there_is_is_asked_here() -> None:
    assert set(REQUESTS) == {kind.__struct_config__.tag for kind in get_args(wire.AnyRequest)}


@pytest.mark.parametrize("type", REQUESTS)
def test_every_request_is_answered_with_its_number(guest: Guest, type: str) -> None:
    guest.ask("new_graph", graph="lake")
    guest.edit("lake", 0, add("noise"))
    guest.ask("save_graph", graph="lake", to="kept")
    facts, answer = REQUESTS[type]
    for id in (0, 1, 2**53 - 1):
        told = guest.send(json.dumps({"type": type, "id": id, **facts}))
        answers = [said["type"] for said in told if said["re"] == id]
        assert len(answers) == bool(answer)
        if id == 0:
            assert answers == [answer] * bool(answer)


@pytest.mark.parametrize("type", REQUESTS)
def test_a_request_with_something_unknown_in_it_is_refused(guest: Guest, type: str) -> None:
    assert "unheard_of" in guest.refused(type, **REQUESTS[type][0], unheard_of=1)


@pytest.mark.parametrize("type", NAMED)
@pytest.mark.parametrize("name", ["../lake", "/lake", "", "a" * 65, "la/ke", "lake\n", "lake.json"])
def test_a_name_that_is_none_is_refused(guest: Guest, studio: Studio, type: str, name: str) -> None:
    facts = REQUESTS[type][0]
    for field in {"graph", "to"} & set(facts):
        assert guest.refused(type, **facts | {field: name})
    assert [info.name for info in studio.library.graphs()] == ["shown"]


@pytest.mark.parametrize(
    "type", [type for type in NAMED if type not in ("new_graph", "open_graph", "duplicate_graph")]
)
def test_what_is_not_open_or_not_there_is_refused_with_its_name(guest: Guest, type: str) -> None:
    said = guest.refused(type, **REQUESTS[type][0] | {"graph": "nowhere"})
    assert said.startswith(("nowhere is not open here; open it first", "there is no graph nowhere"))


@pytest.mark.parametrize("type", ["edit", "run", "watch", "save_graph", "close_graph", "check", "allow"])
def test_what_another_has_open_has_to_be_opened_first(guest: Guest, other: Guest, type: str) -> None:
    other.ask("new_graph", graph="lake")
    assert "lake is not open here; open it first" == guest.refused(type, **REQUESTS[type][0])


@pytest.mark.parametrize(
    ("frame", "id"),
    [
        ('{"type": "ping", "id": -1}', -1),
        ('{"type": "nothing", "id": 5}', 5),
        ('{"id": 5}', 5),
        ('{"type": "open_graph", "id": 5, "graph": 3}', 5),
        ('{"type": "ping", "id": "5"}', None),
        ("{", None),
        ("", None),
        ("[]", None),
        ("null", None),
    ],
)
def test_what_is_no_request_is_refused_with_its_number_if_it_has_one(
    guest: Guest, frame: str, id: int | None
) -> None:
    (said,) = guest.send(frame)
    assert (said["type"], said["re"]) == ("refused", id)
    assert said["text"]


def test_nobody_is_answered_before_hello(studio: Studio) -> None:
    for type, (facts, _) in REQUESTS.items():
        outbox = Outbox(lambda: None)
        facts = {"token": "wrong"} if type == "hello" else facts
        with pytest.raises(Unwelcome, match=r"say hello first|the token is wrong"):
            asyncio.run(Session(studio, outbox).hear(json.dumps({"type": type, **facts})))
        assert outbox.take() is None


def test_all_but_acknowledgements_count(guest: Guest) -> None:
    def counts(frame: str | bytes) -> bool:
        return asyncio.run(guest.session.hear(frame))

    assert not counts('{"type": "ack", "frames": []}')
    assert all(counts(frame) for frame in ('{"type": "ping"}', '{"type": "ack"}', "x", b"", b"\x02\x01\0\0"))


def test_edits_of_two_people_come_together(guest: Guest, other: Guest) -> None:
    guest.ask("new_graph", graph="lake")
    guest.edit("lake", 0, add("a"), add("b"))
    assert other.ask("open_graph", graph="lake")["revision"] == 1
    assert guest.edit("lake", 1, put("a", seed=1))["revision"] == 2
    assert other.edit("lake", 1, put("b", seed=2))["revision"] == 3  # not knowing of the one before
    assert [said["revision"] for said in other.told("edited")] == [2]
    assert [said["revision"] for said in guest.told("edited")] == [3]
    content = guest.ask("open_graph", graph="lake")["content"]
    assert [content["nodes"][node]["params"] for node in "ab"] == [{"seed": 1}, {"seed": 2}]


def test_an_edit_of_what_another_has_changed_is_refused_with_the_newer_revision(
    guest: Guest, other: Guest
) -> None:
    guest.ask("new_graph", graph="lake")
    guest.edit("lake", 0, add("a"))
    other.ask("open_graph", graph="lake")
    guest.edit("lake", 1, put("a", seed=1))
    late = other.edit("lake", 1, put("a", seed=2))
    assert (late["type"], late["revision"]) == ("refused", 2)
    assert late["text"] == "a.seed was changed meanwhile; look again, then repeat your change"
    assert other.edit("lake", 2, put("a", seed=2))["revision"] == 3
    assert guest.refused("edit", graph="lake", revision=9, ops=[add("c")]).startswith("revision 9 of lake")


def test_an_edit_that_fails_changes_nothing(guest: Guest, other: Guest) -> None:
    guest.ask("new_graph", graph="lake")
    other.ask("open_graph", graph="lake")
    assert guest.edit("lake", 0, add("a"), put("nowhere", seed=1))["type"] == "refused"
    assert guest.ask("open_graph", graph="lake")["content"]["nodes"] == {}
    assert other.told("edited") == []


def test_who_has_closed_a_graph_hears_no_more_of_it(guest: Guest, other: Guest) -> None:
    guest.ask("new_graph", graph="lake")
    other.ask("open_graph", graph="lake")
    other.ask("close_graph", graph="lake")
    guest.edit("lake", 0, add("a"))
    assert other.told("edited") == []


def test_a_graph_that_is_renamed_is_renamed_for_all_who_have_it_open(guest: Guest, other: Guest) -> None:
    guest.ask("new_graph", graph="lake")
    guest.edit("lake", 0, add("a"))
    guest.ask("save_graph", graph="lake")
    other.ask("open_graph", graph="lake")
    assert guest.ask("rename_graph", graph="lake", to="sea")["type"] == "done"
    assert [(said["graph"], said["to"]) for said in other.told("closed")] == [("lake", "sea")]
    assert other.edit("sea", 1, add("b"))["revision"] == 2
    assert "lake is not open here" in other.refused("run", graph="lake")
    assert other.ask("save_graph", graph="sea")["type"] == "saved"


def test_a_new_graph_may_take_the_name_that_another_had(guest: Guest, other: Guest, studio: Studio) -> None:
    guest.ask("new_graph", graph="lake")
    guest.ask("save_graph", graph="lake")
    other.ask("open_graph", graph="lake")
    guest.ask("rename_graph", graph="lake", to="sea")
    assert other.ask("new_graph", graph="lake")["type"] == "opened"
    assert other.edit("sea", 0, add("in the sea"))["revision"] == 1
    assert other.edit("lake", 0, add("in the lake"))["revision"] == 1
    for name, node in (("sea", "in the sea"), ("lake", "in the lake")):
        assert list(guest.ask("open_graph", graph=name)["content"]["nodes"]) == [node]
        assert studio.runs.audience.members(studio.desk[name]) == {guest.outbox, other.outbox}
    other.close()
    for name in ("sea", "lake"):
        assert studio.runs.audience.members(studio.desk[name]) == {guest.outbox}


def test_a_graph_that_is_deleted_is_closed_for_all(guest: Guest, other: Guest) -> None:
    guest.ask("new_graph", graph="lake")
    guest.edit("lake", 0, add("a"))
    guest.ask("save_graph", graph="lake")
    other.ask("open_graph", graph="lake")
    other.ask("watch", graph="lake", node="a")
    assert guest.ask("delete_graph", graph="lake")["type"] == "done"
    assert [(said["graph"], said["to"]) for said in other.told("closed")] == [("lake", None)]
    for each in (guest, other):
        for type in ("edit", "run", "watch", "unwatch", "save_graph", "close_graph", "allow", "fetch"):
            facts = REQUESTS[type][0] | ({"node": "a"} if "node" in REQUESTS[type][0] else {})
            assert each.refused(type, **facts) == "lake is not open here; open it first"
        assert each.ask("get_status")["type"] == "status"
    assert guest.ask("new_graph", graph="lake")["content"]["nodes"] == {}
    other.close()


@pytest.mark.parametrize(
    ("name", "written"), [("\u212a", "K"), ("\u1100\u1161", "\uac00"), ("\uf900", "\u8c48")]
)
def test_a_name_is_the_same_however_unicode_writes_it(
    guest: Guest, studio: Studio, name: str, written: str
) -> None:
    assert guest.ask("new_graph", graph=name)["graph"] == written
    assert guest.edit(name, 0, add("a"))["graph"] == written
    assert guest.ask("save_graph", graph=name, to=name)["graph"] == written
    assert guest.ask("watch", graph=name, node="a")["type"] == "done"
    assert guest.ask("rename_graph", graph=name, to="other")["type"] == "done"
    assert guest.ask("rename_graph", graph="other", to=name)["type"] == "done"
    assert guest.edit(written, 1, add("b"))["revision"] == 2
    assert guest.ask("delete_graph", graph=name)["type"] == "done"
    assert "not open" in guest.refused("run", graph=written)
    assert [info.name for info in studio.library.graphs()] == ["shown"]


def test_a_graph_is_saved_into_the_library(guest: Guest, other: Guest, studio: Studio) -> None:
    library = studio.folders.library
    assert not guest.ask("new_graph", graph="lake")["saved"]
    guest.edit("lake", 0, add("a", seed=5))
    assert not (library / "lake.json").exists()
    assert guest.ask("save_graph", graph="lake") == {"type": "saved", "re": 7, "graph": "lake", "revision": 1}
    assert load(library / "lake.json").nodes["a"].params == {"seed": 5}
    assert guest.ask("open_graph", graph="lake")["saved"]
    begun, saved = other.told("graphs")
    assert [(info["name"], info["source"]) for info in begun["graphs"]] == [
        ("lake", "unsaved"),
        ("shown", "gallery"),
    ]
    assert [info["source"] for info in saved["graphs"]] == ["library", "gallery"]
    assert "there is a graph lake already" in other.refused("new_graph", graph="lake")


def test_a_graph_of_the_gallery_is_opened_and_stays_as_it_is(guest: Guest, studio: Studio) -> None:
    before = (studio.folders.gallery / "shown.json").read_bytes()
    opened = guest.ask("open_graph", graph="shown")
    assert (opened["saved"], list(opened["content"]["nodes"])) == (True, ["noise"])
    guest.edit("shown", 0, {"op": "remove", "node": "noise"})
    assert "belongs to the gallery" in guest.refused("rename_graph", graph="shown", to="mine")
    assert guest.ask("save_graph", graph="shown", to="mine")["graph"] == "mine"
    assert (studio.folders.gallery / "shown.json").read_bytes() == before


def test_what_is_not_saved_is_there_again_after_a_restart(
    guest: Guest, studio: Studio, tmp_path: Path
) -> None:
    guest.ask("new_graph", graph="lake")
    guest.edit("lake", 0, add("a", seed=5))
    asyncio.run(studio.desk.write_drafts())
    studio.close()
    again = begun(tmp_path)
    late = Guest(again)
    opened = late.ask("open_graph", graph="lake")
    assert (opened["saved"], opened["revision"]) == (False, 0)
    assert opened["content"]["nodes"]["a"]["params"] == {"seed": 5}
    assert "there is a graph lake already" in late.refused("new_graph", graph="lake")
    assert late.ask("save_graph", graph="lake")["type"] == "saved"
    assert list((tmp_path / "state" / "drafts").glob("*.json")) == []
    again.close()


def sent(guest: Guest, data: bytes, kind: str, name: str) -> dict[str, Any]:
    """Upload in chunks of 1000 bytes."""
    digest = hashlib.sha256(data).hexdigest()
    begun = guest.ask("begin_upload", kind=kind, name=name, size=len(data), sha256=digest)
    number = begun["upload"]
    assert begun["chunk"] == wire.CHUNK
    for offset in range(0, len(data), 1000):
        chunk = wire.packed(wire.UploadChunk(number, offset), data[offset : offset + 1000])
        assert guest.send(chunk) == []
    return guest.ask("end_upload", upload=number)


def test_a_picture_is_uploaded_in_frames(guest: Guest, studio: Studio) -> None:
    file = BytesIO()
    Picture.effect_noise((60, 40), 50).convert("RGB").save(file, "PNG")
    told = sent(guest, file.getvalue(), "picture", "dog")
    assert (told["type"], told["file"]) == ("uploaded", "pictures/dog.png")
    assert (told["width"], told["height"]) == (60, 40)
    assert (studio.folders.library / "pictures" / "dog.png").read_bytes() == file.getvalue()
    assert list(studio.uploads.iterdir()) == []


def test_a_graph_is_uploaded_in_frames_and_everyone_hears_of_it(guest: Guest, other: Guest) -> None:
    data = graphfile.dump(Graph({"a": Placed("toys.Kill", {"text": "x" * 3000})})).encode()
    assert sent(guest, data, "graph", "sent")["graph"] == "sent"
    assert "sent" in [info["name"] for info in other.told("graphs")[-1]["graphs"]]
    assert list(guest.ask("open_graph", graph="sent")["content"]["nodes"]) == ["a"]


def test_a_chunk_that_is_wrong_is_refused(guest: Guest) -> None:
    number = guest.ask("begin_upload", kind="picture", name="dog", size=10, sha256=DIGEST)["upload"]
    wrong = {
        b"": "a binary frame of 0 bytes has no room for its header",
        b"\x01\x01\0\0": "a binary frame is of kind 1, version 1; send 2, 1",
        b"\x02\x02\0\0": "a binary frame is of kind 2, version 2; send 2, 1",
        b"\x02\x01\xff\xff{}": "a binary frame ends within its metadata of 65535 bytes",
        b"\x02\x01\0\x02{]": "the metadata of a binary frame cannot be read",
        b"\x02\x01\0\x02{}": "the metadata of a binary frame cannot be read",
        b"\x02\x01\0\x01\xff": "the metadata of a binary frame cannot be read",
        wire.packed(wire.UploadChunk(99, 0), b"x"): "there is no upload 99; begin one",
        wire.packed(wire.UploadChunk(number, 5), b"x"): "dog: a chunk at 5 came where 0 is next",
        wire.packed(wire.UploadChunk(number, 0), b"x" * 11): "dog: more than the 10 bytes",
    }
    for frame, sentence in wrong.items():
        (said,) = guest.send(frame)
        assert (said["type"], said["re"]) == ("refused", None)
        assert said["text"].startswith(sentence)


def test_uploads_of_who_has_gone_are_dropped(guest: Guest, studio: Studio) -> None:
    guest.ask("begin_upload", kind="picture", name="dog", size=10, sha256=DIGEST)
    assert len(list(studio.uploads.iterdir())) == 1
    guest.close()
    assert list(studio.uploads.iterdir()) == []


def test_a_client_has_no_more_graphs_open_than_it_may(guest: Guest, other: Guest) -> None:
    for number in range(OPEN):
        assert guest.ask("new_graph", graph=f"graph {number}")["type"] == "opened"
    other.ask("new_graph", graph="one more")
    said = f"{OPEN} graphs are open here; close some first"
    assert guest.refused("open_graph", graph="one more") == said
    assert guest.ask("open_graph", graph="graph 3")["type"] == "opened"  # it is open already
    guest.ask("close_graph", graph="graph 3")
    assert guest.ask("open_graph", graph="one more")["type"] == "opened"
    other.ask("open_graph", graph="graph 4")
    other.ask("save_graph", graph="graph 4")
    other.ask("delete_graph", graph="graph 4")  # which makes room here as well
    assert guest.ask("new_graph", graph="the last")["type"] == "opened"


def test_a_client_watches_no_more_nodes_than_it_may(guest: Guest) -> None:
    guest.ask("new_graph", graph="lake")
    guest.edit("lake", 0, *[add(f"node {number}") for number in range(WATCHED + 1)])
    for number in range(WATCHED):
        assert guest.ask("watch", graph="lake", node=f"node {number}")["type"] == "done"
    said = f"{WATCHED} nodes are watched here; unwatch some first"
    assert guest.refused("watch", graph="lake", node=f"node {WATCHED}") == said
    assert guest.ask("watch", graph="lake", node="node 1", width=1024)["type"] == "done"
    guest.ask("unwatch", graph="lake", node="node 1")
    assert guest.ask("watch", graph="lake", node=f"node {WATCHED}")["type"] == "done"
    assert "there is no node nothing in lake" in guest.refused("watch", graph="lake", node="nothing")
    guest.ask("close_graph", graph="lake")
    guest.ask("open_graph", graph="lake")
    assert guest.ask("watch", graph="lake", node="node 1")["type"] == "done"


def test_runs_wait_where_there_is_no_worker_and_belong_to_the_server(guest: Guest, other: Guest) -> None:
    guest.ask("new_graph", graph="lake")
    guest.edit("lake", 0, add("a"))
    run = guest.ask("run", graph="lake")["run"]
    guest.close()
    status = other.ask("get_status")
    assert status["workers"] == []
    assert [(info["run"], info["state"]) for info in status["queue"]] == [(run, "queued")]
    opened = other.ask("open_graph", graph="lake")
    assert [info["run"] for info in opened["runs"]] == [run]
    assert "lake runs or waits to" in other.refused("delete_graph", graph="lake")
    assert other.ask("cancel", run=run)["type"] == "done"
    assert [info["state"] for info in other.ask("get_history")["runs"]] == ["cancelled"]


def test_a_session_that_is_closed_leaves_nothing_behind(guest: Guest, studio: Studio) -> None:
    guest.ask("open_graph", graph="shown")
    guest.ask("watch", graph="shown", node="noise")
    document = studio.desk["shown"]
    guest.close()
    assert studio.runs.audience.everyone == set()
    assert studio.runs.audience.members(document) == set()
    assert not studio.desk.holds(document)


def test_a_graph_that_was_never_saved_can_be_copied_renamed_and_deleted(guest: Guest, studio: Studio) -> None:
    guest.ask("new_graph", graph="lake")
    guest.edit("lake", 0, add("a"))
    assert guest.ask("duplicate_graph", graph="lake", to="pond")["type"] == "done"
    assert list(load(studio.folders.library / "pond.json").nodes) == ["a"]
    for request, to in (("duplicate_graph", "lake"), ("save_graph", "lake"), ("rename_graph", "lake")):
        guest.ask("open_graph", graph="pond")
        assert "lake" in guest.refused(request, graph="pond", to=to)
    assert guest.ask("rename_graph", graph="lake", to="sea")["type"] == "done"
    assert guest.ask("delete_graph", graph="sea")["type"] == "done"
    assert [info["name"] for info in guest.ask("list_graphs")["graphs"]] == ["pond", "shown"]


def test_the_edits_of_one_client_need_not_wait_for_each_other(guest: Guest, other: Guest) -> None:
    guest.ask("new_graph", graph="lake")
    guest.edit("lake", 0, add("a"))
    other.ask("open_graph", graph="lake")
    for seed in (1, 2, 3):  # as a slider does, before it has heard of its first edit
        guest.edit("lake", 1, put("a", seed=seed))
    assert "a.seed was changed" in other.refused("edit", graph="lake", revision=1, ops=[put("a", seed=9)])


def test_those_who_have_a_graph_open_hear_that_it_was_saved(guest: Guest, other: Guest) -> None:
    guest.ask("new_graph", graph="lake")
    other.ask("open_graph", graph="lake")
    guest.ask("save_graph", graph="lake")
    (told,) = other.told("saved")
    assert (told["graph"], told["re"]) == ("lake", None)


def test_the_pictures_of_the_library_and_the_gallery_are_listed(guest: Guest, studio: Studio) -> None:
    for folder in (studio.folders.library / "pictures", studio.folders.gallery / "images"):
        folder.mkdir(parents=True)
    (studio.folders.library / "pictures" / "mine.png").touch()
    (studio.folders.gallery / "images" / "theirs.jpg").touch()
    (studio.folders.gallery / "images" / "SOURCES.md").touch()
    found = [info["file"] for info in guest.ask("list_pictures")["pictures"]]
    assert found == ["images/theirs.jpg", "pictures/mine.png"]


@pytest.fixture
def dog(studio: Studio) -> bytes:
    """A picture in the library, and its bytes."""
    folder = studio.folders.library / "pictures"
    folder.mkdir(parents=True)
    Picture.effect_noise((600, 400), 50).convert("RGB").save(folder / "dog.png")
    return (folder / "dog.png").read_bytes()


def test_a_picture_comes_in_chunks_and_then_what_it_was(guest: Guest, dog: bytes) -> None:
    told = guest.ask("get_picture", file="pictures/dog.png")
    digest = hashlib.sha256(dog).hexdigest()
    assert told == {
        "type": "fetched",
        "re": 7,
        "size": len(dog),
        "sha256": digest,
        "media_type": "image/png",
        "name": "dog.png",
    }
    assert b"".join(guest.chunks) == dog and len(guest.chunks) == -(-len(dog) // wire.CHUNK) > 1
    guest.chunks.clear()
    told = guest.ask("get_picture", file="pictures/dog.png", width=300)
    data = b"".join(guest.chunks)
    assert (told["size"], told["media_type"], told["name"]) == (len(data), "image/jpeg", "dog.jpg")
    with Picture.open(BytesIO(data)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (512, 341))


@pytest.mark.parametrize(
    "file", ["../state/records.sqlite", "dog.png", "pictures/../own.json", "pictures/cat.png"]
)
def test_what_is_not_told_as_a_picture_is_none(guest: Guest, dog: bytes, file: str) -> None:
    assert guest.refused("get_picture", file=file).startswith("there is no picture ")
    assert guest.refused("get_picture", file=file, width=128).startswith("there is no picture ")


def test_only_so_many_pictures_are_on_their_way(guest: Guest, dog: bytes) -> None:
    ask = [
        json.dumps({"type": "get_picture", "id": id, "file": "pictures/dog.png"}) for id in range(FETCHED + 1)
    ]
    said = {told["re"]: told for told in guest.send(*ask)}
    assert [said[id]["type"] for id in range(FETCHED)] == ["fetched"] * FETCHED
    assert said[FETCHED]["text"] == f"{FETCHED} results are on their way already; wait for one of them"
    assert guest.ask("get_picture", file="pictures/dog.png", width=128)["type"] == "fetched"
    for _ in range(FETCHED):  # what was refused is not on its way
        guest.refused("get_picture", file="pictures/cat.png")
    assert guest.ask("get_picture", file="pictures/dog.png", width=128)["type"] == "fetched"


def test_whoever_is_gone_gets_no_picture(studio: Studio, dog: bytes) -> None:
    gone = Guest(studio)

    async def ask() -> None:
        await gone.session.hear(json.dumps({"type": "get_picture", "file": "pictures/dog.png"}))
        gone.close()
        await looked()

    asyncio.run(ask())
    assert gone.hear() == [] and gone.chunks == []


def test_results_are_told_shown_and_deleted(guest: Guest, other: Guest, studio: Studio) -> None:
    kept = [keep(studio.album, made(number)) for number in range(3)]
    told = guest.ask("list_results", limit=2)
    assert ([info["result"] for info in told["results"]], told["more"]) == ([kept[2], kept[1]], True)
    assert told["results"][0] == {
        "result": kept[2],
        "run": 1,
        "graph": "lake",
        "node": "noise",
        "made": 102.5,
        "seconds": 2.5,
        "width": 40,
        "height": 30,
    }
    told = guest.ask("list_results", graph="lake", before=kept[1])
    assert ([info["result"] for info in told["results"]], told["more"]) == ([kept[0]], False)
    assert guest.ask("get_result", result=kept[0], width=100)["media_type"] == "image/jpeg"
    assert b"".join(guest.chunks) == b"small 0"
    making = guest.ask("get_making", result=kept[0])
    assert (making["result"], making["content"]["nodes"]["noise"]["kind"]) == (kept[0], "capriccio.Noise")
    assert guest.ask("delete_result", result=kept[0])["type"] == "done"
    for each in (guest, other):
        assert [said["result"] for said in each.told("result_deleted")] == [kept[0]]
    assert guest.refused("get_result", result=kept[0]).startswith(f"there is no result {kept[0]}")


def test_giving_up_changes_is_answered_and_heard_by_all(guest: Guest, other: Guest) -> None:
    guest.ask("new_graph", graph="lake")
    guest.edit("lake", 0, add("a"))
    assert "lake was never saved" in guest.refused("revert_graph", graph="lake")
    guest.ask("save_graph", graph="lake")
    assert guest.ask("open_graph", graph="lake")["changed"] == 0
    other.ask("open_graph", graph="lake")
    guest.edit("lake", 1, add("b"))
    assert other.ask("open_graph", graph="lake")["changed"] > 0
    opened = guest.ask("revert_graph", graph="lake")
    assert (opened["type"], opened["revision"], opened["saved"]) == ("opened", 3, True)
    assert list(opened["content"]["nodes"]) == ["a"]
    (told,) = other.told("opened")
    assert told == opened | {"re": None}
    late = other.edit("lake", 2, put("a", seed=1))
    assert (late["revision"], late["text"]) == (
        3,
        "the changes of lake were given up meanwhile; look again, then repeat your change",
    )
    assert other.edit("lake", 3, put("a", seed=1))["revision"] == 4


def test_each_start_of_the_server_has_a_name_of_its_own(guest: Guest, other: Guest, tmp_path: Path) -> None:
    assert guest.welcome["server"] == other.welcome["server"] != ""
    (tmp_path / "another").mkdir()
    another = begun(tmp_path / "another")
    assert Guest(another).welcome["server"] != guest.welcome["server"]
    another.close()
