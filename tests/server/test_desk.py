"""Open graphs: what is kept, who is told, and what is handed to a run."""

import asyncio
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from capriccio.core import Graph, Note, Placed, graphfile, load
from capriccio.server import desk as desks
from capriccio.server import wire
from capriccio.server.outbox import Outbox
from capriccio.server.refusal import Refusal
from capriccio.server.studio import Folders, Studio

from .test_album import keep, made


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    gallery = tmp_path / "gallery"
    gallery.mkdir()
    studio = Studio(Folders(tmp_path / "library", gallery, tmp_path / "out", tmp_path / "state"))
    yield studio
    studio.close()


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
    again.close()
    third.close()


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
    asyncio.run(studio.desk.duplicate("lake", "pond"))
    assert studio.records.allowed("pond") == {"toy.Reach"}, "a copy of it is begun from a template"


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


def outbox_of(studio: Studio, name: str) -> Outbox:
    outbox = Outbox(lambda: None)
    studio.runs.audience.enter(studio.desk[name], outbox)
    return outbox


def revert(studio: Studio, name: str, by: Outbox = OUTBOX) -> wire.Opened:
    return asyncio.run(studio.desk.revert(name, by))


def test_changes_that_are_not_saved_can_be_given_up(studio: Studio) -> None:
    studio.library.save("lake", Graph({"a": Placed("toy.A")}), False)
    document = asyncio.run(studio.desk.open("lake"))
    add(studio, "lake", "b")
    asyncio.run(studio.desk.write_drafts())
    mine, other = outbox_of(studio, "lake"), outbox_of(studio, "lake")
    opened = revert(studio, "lake", mine)
    assert (opened.revision, opened.saved, opened.changed, list(opened.content.nodes)) == (
        2,
        True,
        0.0,
        ["a"],
    )
    assert document.graph == load(studio.folders.library / "lake.json")
    assert json.loads(str(other.take())) == json.loads(wire.written(opened))
    assert mine.take() is None
    assert list((studio.folders.state / "drafts").glob("*.json")) == []
    assert asyncio.run(Studio(studio.folders).desk.open("lake")).saved


def test_changes_that_are_on_no_disk_yet_are_given_up_too(studio: Studio) -> None:
    studio.library.save("lake", Graph({"a": Placed("toy.A")}), False)
    asyncio.run(studio.desk.open("lake"))
    add(studio, "lake", "b")
    revert(studio, "lake")
    asyncio.run(studio.desk.write_drafts())
    assert not (studio.folders.state / "drafts" / "lake.json").exists()


def test_changes_of_the_gallery_are_given_up_as_well_and_need_no_consent(studio: Studio) -> None:
    graphfile.save(Graph({"reach": Placed("toy.Reach")}), studio.folders.gallery / "shown.json")
    asyncio.run(studio.desk.open("shown"))
    add(studio, "shown", "b")
    asyncio.run(studio.desk.write_drafts())
    again = Studio(studio.folders)
    assert not asyncio.run(again.desk.open("shown")).saved
    again.records.forgotten("shown")
    opened = revert(again, "shown")
    assert (opened.saved, list(opened.content.nodes)) == (True, ["reach"])
    assert again.records.allowed("shown") == {"toy.Reach"}
    again.close()


def test_what_was_never_saved_cannot_be_given_up(studio: Studio) -> None:
    asyncio.run(studio.desk.new("lake"))
    add(studio, "lake", "a")
    said = "lake was never saved, so there is nothing to go back to; save or delete it"
    with pytest.raises(Refusal) as caught:
        revert(studio, "lake")
    assert str(caught.value) == said
    assert list(studio.desk["lake"].graph.nodes) == ["a"]


def test_a_node_that_is_given_up_has_nothing_to_show(studio: Studio) -> None:
    studio.library.save("lake", Graph({"a": Placed("toy.A")}), False)
    document = asyncio.run(studio.desk.open("lake"))
    add(studio, "lake", "b")
    studio.runs.reports[document.number] = {name: wire.NodeReport(name, "done") for name in "ab"}
    assert [report.node for report in revert(studio, "lake").nodes] == ["a"]


def test_it_is_told_since_when_a_graph_has_changes_that_are_not_saved(studio: Studio) -> None:
    begun = time.time()
    studio.library.save("lake", Graph(), False)
    document = asyncio.run(studio.desk.open("lake"))
    assert studio.desk.opened(document).changed == 0.0
    add(studio, "lake", "a")
    first = studio.desk.opened(document).changed
    assert begun <= first <= time.time()
    add(studio, "lake", "b")
    assert studio.desk.opened(document).changed > first
    asyncio.run(studio.desk.write_drafts())
    os.utime(studio.folders.state / "drafts" / "lake.json", (5.0, 7.5))
    again = Studio(studio.folders)
    found = asyncio.run(again.desk.open("lake"))
    assert again.desk.opened(found).changed == 7.5
    asyncio.run(again.desk.save(wire.SaveGraph(graph="lake"), OUTBOX))
    assert again.desk.opened(found).changed == 0.0
    again.close()


def test_a_list_of_graphs_tells_what_each_says_and_whether_there_is_a_picture_of_it(studio: Studio) -> None:
    noted = Graph(notes=(Note("A lake."),))
    studio.library.save("saved", noted, False)
    graphfile.save(noted, studio.folders.gallery / "shown.json")
    graphfile.save(noted, studio.folders.gallery / "bare.json")
    (studio.folders.gallery / "covers").mkdir()
    (studio.folders.gallery / "covers" / "shown.jpg").touch()
    document = asyncio.run(studio.desk.new("new"))
    document.apply(0, [wire.SetNotes([graphfile.FileNote("A sea.")])])
    keep(studio.album, made(1, "saved"))
    found = {info.name: (info.source, info.text, info.cover) for info in studio.desk.graphs()}
    assert found == {
        "bare": ("gallery", "A lake.", False),
        "new": ("unsaved", "A sea.", False),
        "saved": ("library", "A lake.", True),
        "shown": ("gallery", "A lake.", True),
    }


def test_results_follow_a_graph_and_are_of_no_other_of_its_name(studio: Studio) -> None:
    studio.library.save("lake", Graph(), False)
    keep(studio.album, made(1))
    asyncio.run(studio.desk.rename("lake", "sea"))
    assert studio.album.graphs() == {"sea"}
    asyncio.run(studio.desk.delete("sea"))
    assert studio.album.graphs() == set()
    assert len(studio.album.results("sea", None, 10)[0]) == 1


def test_what_is_of_the_gallery_again_keeps_its_results(studio: Studio) -> None:
    graphfile.save(Graph(), studio.folders.gallery / "shown.json")
    studio.library.save("shown", Graph({"a": Placed("toy.A")}), False)
    keep(studio.album, made(1, "shown"))
    asyncio.run(studio.desk.delete("shown"))
    assert studio.album.graphs() == {"shown"}
