"""Open graphs: what is kept, who is told, and what is handed to a run."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from capriccio.core import Graph, Placed, graphfile, load
from capriccio.server import desk as desks
from capriccio.server import wire
from capriccio.server.outbox import Outbox
from capriccio.server.refusal import Refusal
from capriccio.server.studio import Folders, Studio


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    gallery = tmp_path / "gallery"
    gallery.mkdir()
    studio = Studio(Folders(tmp_path / "library", gallery, tmp_path / "out", tmp_path / "state"))
    yield studio
    studio.records.close()


def add(studio: Studio, graph: str, node: str, kind: str = "toy.A", by: Outbox | None = None) -> wire.Edited:
    document = studio.desk[graph]
    op = wire.AddNode(node=node, kind=kind)
    edit = wire.Edit(graph=graph, revision=document.revision, ops=[op])

    async def made() -> wire.Edited:
        return studio.desk.edit(edit, by or Outbox(lambda: None))

    return asyncio.run(made())


def test_a_graph_of_the_gallery_is_saved_into_the_library(studio: Studio) -> None:
    gallery = studio.folders.gallery
    (gallery / "lake.json").write_text('{"format": "capriccio-graph", "version": 1, "nodes": {}}')
    assert asyncio.run(studio.desk.open("lake")).saved
    add(studio, "lake", "a")
    assert asyncio.run(studio.desk.save(wire.SaveGraph(graph="lake"), Outbox(lambda: None))).graph == "lake"
    assert studio.desk["lake"].saved
    assert list(load(studio.folders.library / "lake.json").nodes) == ["a"]
    assert list(load(gallery / "lake.json").nodes) == []


def test_a_copy_is_saved_under_another_name_and_the_graph_itself_stays_unsaved(studio: Studio) -> None:
    asyncio.run(studio.desk.new("lake"))
    add(studio, "lake", "a")
    assert (
        asyncio.run(studio.desk.save(wire.SaveGraph(graph="lake", to="sea"), Outbox(lambda: None))).graph
        == "sea"
    )
    assert not studio.desk["lake"].saved
    assert list(load(studio.folders.library / "sea.json").nodes) == ["a"]
    with pytest.raises(Refusal, match="sea"):
        asyncio.run(studio.desk.save(wire.SaveGraph(graph="lake", to="sea"), Outbox(lambda: None)))
    asyncio.run(
        studio.desk.save(wire.SaveGraph(graph="lake", to="sea", overwrite=True), Outbox(lambda: None))
    )


def test_what_is_not_saved_outlives_the_server(studio: Studio) -> None:
    asyncio.run(studio.desk.new("lake"))
    add(studio, "lake", "a")
    asyncio.run(studio.desk.write_drafts())
    again = Studio(studio.folders)
    document = asyncio.run(again.desk.open("lake"))
    assert (document.saved, list(document.graph.nodes)) == (False, ["a"])
    asyncio.run(again.desk.save(wire.SaveGraph(graph="lake"), Outbox(lambda: None)))
    third = Studio(studio.folders)
    assert asyncio.run(third.desk.open("lake")).saved
    again.records.close()
    third.records.close()


def test_a_new_graph_needs_a_name_of_its_own(studio: Studio) -> None:
    asyncio.run(studio.desk.new("lake"))
    with pytest.raises(Refusal, match="there is a graph lake already"):
        asyncio.run(studio.desk.new("lake"))


def test_others_hear_of_an_edit_and_who_made_it_does_not_hear_it_twice(studio: Studio) -> None:
    document = asyncio.run(studio.desk.new("lake"))
    mine, other = Outbox(lambda: None), Outbox(lambda: None)
    for outbox in (mine, other):
        studio.runs.audience.enter(document, outbox)
    answer = add(studio, "lake", "a", by=mine)
    assert (answer.revision, mine.take()) == (1, None)
    assert json.loads(str(other.take()))["revision"] == 1


def test_renaming_follows_where_a_graph_is_open_and_deleting_closes_it(studio: Studio) -> None:
    studio.library.save("lake", Graph({"a": Placed("toy.A")}), False)
    document = asyncio.run(studio.desk.open("lake"))
    outbox = Outbox(lambda: None)
    studio.runs.audience.enter(document, outbox)
    asyncio.run(studio.desk.rename("lake", "sea"))
    said = json.loads(str(outbox.take()))
    assert (said["type"], said["graph"], said["to"]) == ("closed", "lake", "sea")
    assert studio.desk["sea"] is document
    asyncio.run(studio.desk.delete("sea"))
    assert json.loads(str(outbox.take())) == {"type": "closed", "re": None, "graph": "sea", "to": None}
    assert not studio.desk.holds(document)
    assert not studio.library.has("sea")


def test_a_kind_that_reaches_files_is_allowed_where_a_person_places_it_and_not_where_it_was_there(
    studio: Studio,
) -> None:
    info = wire.NodeInfo("toy.Reach", 1, "", "", [], [], {}, False, ["files"])
    studio.runs.kinds.renew(wire.Catalogue(ready=True, nodes=[info]))
    asyncio.run(studio.desk.new("own"))
    add(studio, "own", "reach", "toy.Reach")
    assert studio.records.allowed("own") == {"toy.Reach"}
    studio.library.save("foreign", Graph({"theirs": Placed("toy.Reach")}), False)
    asyncio.run(studio.desk.open("foreign"))
    add(studio, "foreign", "mine", "toy.Reach")
    assert studio.records.allowed("foreign") == set()


def test_graphs_that_nobody_looks_at_make_room(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desks, "MOST", 3)
    for name in "abcd":
        studio.library.save(name, Graph(), False)
    kept = asyncio.run(studio.desk.open("a"))
    studio.runs.audience.enter(kept, Outbox(lambda: None))
    for name in "bcd":
        asyncio.run(studio.desk.open(name))
    assert studio.desk.holds(kept)
    with pytest.raises(Refusal, match="b is not open"):
        _ = studio.desk["b"]


def test_what_the_gallery_brings_along_needs_no_consent(studio: Studio) -> None:
    node = '{"kind": "toy.Reach"}'
    content = f'{{"format": "capriccio-graph", "version": 1, "nodes": {{"reach": {node}}}}}'
    (studio.folders.gallery / "lake.json").write_text(content)
    asyncio.run(studio.desk.open("lake"))
    assert studio.records.allowed("lake") == {"toy.Reach"}


def test_what_was_allowed_to_a_graph_is_not_allowed_to_one_that_takes_its_name(studio: Studio) -> None:
    asyncio.run(studio.desk.new("own"))
    studio.records.allow("sea", ["toy.Reach"])
    studio.library.save("sea", Graph(), False)
    save = wire.SaveGraph(graph="own", to="sea", overwrite=True)
    asyncio.run(studio.desk.save(save, Outbox(lambda: None)))
    assert studio.records.allowed("sea") == set()


NEWER = b'{"format": "capriccio-graph", "version": 2, "nodes": {"a": {"kind": "toy.A"}}, "frames": 1}'
SAID = (
    "it was made by a newer Capriccio (format 2, and this one reads 1), "
    "so it can be looked at but not changed, run or saved; update Capriccio"
)
OUTBOX = Outbox(lambda: None)


def test_a_graph_of_a_newer_capriccio_is_opened_and_neither_changed_nor_saved(studio: Studio) -> None:
    studio.folders.library.mkdir()
    (studio.folders.library / "lake.json").write_bytes(NEWER)
    document = asyncio.run(studio.desk.open("lake"))
    assert studio.desk.read_only(document) == SAID
    assert list(document.content.nodes) == ["a"]
    for asked in (
        lambda: add(studio, "lake", "b"),
        lambda: asyncio.run(studio.desk.save(wire.SaveGraph(graph="lake"), OUTBOX)),
        lambda: asyncio.run(studio.desk.save(wire.SaveGraph(graph="lake", to="sea"), OUTBOX)),
    ):
        with pytest.raises(Refusal) as caught:
            asked()
        assert str(caught.value) == SAID
    with pytest.raises(Refusal) as caught:
        asyncio.run(studio.desk.duplicate("lake", "sea"))
    assert str(caught.value) == f"sea cannot be saved: {SAID}"
    with pytest.raises(Refusal) as caught:
        asyncio.run(studio.desk.export("lake"))
    assert str(caught.value) == f"lake cannot be exported: {SAID}"
    assert (studio.folders.library / "lake.json").read_bytes() == NEWER
    studio.desk.left(document)
    assert not studio.desk.holds(document)


def knowing(studio: Studio, **versions: int) -> None:
    """Let a worker have told of such kinds of toys."""
    nodes = [wire.NodeInfo(f"toy.{name}", at, "", "", [], [], {}, False, []) for name, at in versions.items()]
    studio.runs.kinds.renew(wire.Catalogue(ready=True, nodes=nodes))


def test_a_graph_with_nodes_of_newer_versions_can_only_be_looked_at(studio: Studio) -> None:
    nodes = {"old": Placed("toy.A"), "soft": Placed("toy.A", version=3), "toy": Placed("toy.C", version=9)}
    studio.library.save("lake", Graph(nodes), False)
    document = asyncio.run(studio.desk.open("lake"))
    assert studio.desk.read_only(document) == ""  # as no worker has told what there is
    knowing(studio, A=2, B=1)
    said = (
        "soft is version 3 of toy.A, and 2 is here, so the graph can be looked at but not changed or run; "
        "update Capriccio and its plugins"
    )
    assert studio.desk.read_only(document) == said
    with pytest.raises(Refusal) as caught:
        add(studio, "lake", "b")
    assert (str(caught.value), document.revision) == (said, 0)
    knowing(studio, A=2, C=8)
    assert studio.desk.read_only(document).startswith(
        "soft is version 3 of toy.A, and 2 is here (and 1 more like it), so "
    )
    knowing(studio, A=3, B=1)
    assert studio.desk.read_only(document) == ""
    assert add(studio, "lake", "b").revision == 1


def test_a_node_of_a_newer_version_is_not_added(studio: Studio) -> None:
    document = asyncio.run(studio.desk.new("lake"))
    knowing(studio, A=2)

    def edit(version: int) -> wire.Edited:
        ops: list[wire.Op] = [wire.AddNode(node="soft", kind="toy.A", version=version)]
        return studio.desk.edit(wire.Edit(graph="lake", revision=0, ops=ops), OUTBOX)

    with pytest.raises(Refusal) as caught:
        edit(3)
    assert str(caught.value) == (
        "soft would be version 3 of toy.A, and 2 is here; use that, or update Capriccio and its plugins"
    )

    async def added() -> wire.Edited:
        return edit(2)

    assert asyncio.run(added()).revision == 1
    assert studio.desk.read_only(document) == ""


def test_a_graph_is_exported_as_it_is_now_with_all_graphs_in_it_as_they_are_saved(studio: Studio) -> None:
    inner, shown = Graph({"a": Placed("toy.A")}), Graph({"b": Placed("graph:inner")})
    graphfile.save(Graph({"hidden": Placed("toy.B")}), studio.folders.gallery / "inner.json")
    graphfile.save(shown, studio.folders.gallery / "shown.json")
    studio.library.save("inner", inner, False)
    asyncio.run(studio.desk.open("inner"))
    add(studio, "inner", "more")  # which is not saved
    asyncio.run(studio.desk.new("lake"))
    add(studio, "lake", "x", "graph:shown")
    made = asyncio.run(studio.desk.export("lake"))
    assert (made.graph, made.revision) == ("lake", 1)
    graph = graphfile.parse(made.text.encode())
    assert graph == Graph(
        {"x": Placed("graph:shown")}, layout={"x": (0.0, 0.0)}, graphs={"shown": shown, "inner": inner}
    )
    assert graphfile.dump(graph) == made.text


def test_what_is_missing_in_an_export_is_told_with_its_node(studio: Studio) -> None:
    asyncio.run(studio.desk.new("lake"))
    add(studio, "lake", "style", "graph:style_as_a_node")
    add(studio, "lake", "odd", "graph:../a")
    with pytest.raises(Refusal) as caught:
        asyncio.run(studio.desk.export("lake"))
    assert str(caught.value) == (
        "lake cannot be exported: style: there is no graph style_as_a_node; choose another\n"
        "odd: '../a' cannot be the name of a graph; use 1 to 64 letters, digits, spaces, - and _"
    )
    studio.library.save("lake", Graph({"again": Placed("graph:lake")}), True)
    asyncio.run(studio.desk.new("sea"))
    add(studio, "sea", "in", "graph:lake")
    with pytest.raises(Refusal) as caught:
        asyncio.run(studio.desk.export("sea"))
    assert str(caught.value) == (
        "sea cannot be exported: in/again: the graphs go round in a circle: lake -> lake; "
        "take one of them out"
    )


def test_an_export_that_could_not_be_opened_is_refused(studio: Studio) -> None:
    half = Graph({f"n{number}": Placed("toy.A") for number in range(1000)})
    for name in ("one", "two"):
        studio.library.save(name, half.with_node(name, Placed("toy.B")), False)
    asyncio.run(studio.desk.new("lake"))
    add(studio, "lake", "a", "graph:one")
    assert asyncio.run(studio.desk.export("lake")).text
    add(studio, "lake", "b", "graph:two")
    with pytest.raises(Refusal) as caught:
        asyncio.run(studio.desk.export("lake"))
    assert str(caught.value) == (
        "lake cannot be exported: it holds 2,004 nodes and the limit is 2,000; raise it if you trust the file"
    )


def test_what_a_graph_of_the_gallery_brings_along_within_needs_no_consent_either(studio: Studio) -> None:
    graph = Graph({"a": Placed("graph:inner")}, graphs={"inner": Graph({"reach": Placed("toy.Reach")})})
    graphfile.save(graph, studio.folders.gallery / "lake.json")
    asyncio.run(studio.desk.open("lake"))
    assert studio.records.allowed("lake") == {"graph:inner", "toy.Reach"}


def test_a_new_graph_that_was_never_touched_is_forgotten_when_it_is_closed(studio: Studio) -> None:
    document = asyncio.run(studio.desk.new("lake"))
    studio.desk.left(document)
    assert not studio.desk.holds(document)
    document = asyncio.run(studio.desk.new("lake"))
    add(studio, "lake", "a")
    studio.desk.left(document)
    assert studio.desk.holds(document)


def test_what_is_edited_while_drafts_are_written_is_written_too(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desks, "DRAFT_AFTER", 0.02)
    file = studio.folders.state / "drafts" / "lake.json"

    def add(node: str, revision: int) -> None:
        edit = wire.Edit(graph="lake", revision=revision, ops=[wire.AddNode(node=node, kind="toy.A")])
        studio.desk.edit(edit, Outbox(lambda: None))

    async def edited() -> None:
        await studio.desk.new("lake")
        add("a", 0)
        while not file.exists():  # its writer is at the end of its work, and not yet done
            await asyncio.sleep(0)
        add("b", 1)
        end = asyncio.get_running_loop().time() + 10
        while set(load(file).nodes) != {"a", "b"}:
            assert asyncio.get_running_loop().time() < end
            await asyncio.sleep(0.01)

    asyncio.run(edited())


def test_a_draft_that_could_not_be_written_is_written_when_it_can_be_without_another_edit(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desks, "DRAFT_AFTER", 0.02)
    drafts = studio.folders.state / "drafts"

    async def edited() -> None:
        await studio.desk.new("lake")
        drafts.write_text("in the way")
        edit = wire.Edit(graph="lake", revision=0, ops=[wire.AddNode(node="a", kind="toy.A")])
        studio.desk.edit(edit, Outbox(lambda: None))
        await asyncio.sleep(0.2)
        drafts.unlink()
        end = asyncio.get_running_loop().time() + 10
        while not (drafts / "lake.json").exists():
            assert asyncio.get_running_loop().time() < end
            await asyncio.sleep(0.01)

    asyncio.run(edited())


def test_a_draft_that_cannot_be_written_is_tried_again(studio: Studio) -> None:
    asyncio.run(studio.desk.new("lake"))
    drafts = studio.folders.state / "drafts"
    drafts.write_text("in the way")

    async def edited() -> None:
        edit = wire.Edit(graph="lake", revision=0, ops=[wire.AddNode(node="a", kind="toy.A")])
        studio.desk.edit(edit, Outbox(lambda: None))
        await studio.desk.write_drafts()
        drafts.unlink()
        await studio.desk.write_drafts()

    asyncio.run(edited())
    assert list(load(drafts / "lake.json").nodes) == ["a"]
