"""Pictures that runs have made are kept, and none without its file."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from capriccio.core import Graph, Note, Placed, graphfile
from capriccio.server import album as albums
from capriccio.server.album import Album, Made
from capriccio.server.refusal import Refusal

GRAPH = Graph({"noise": Placed("capriccio.Noise", {"width": 32})})


@pytest.fixture
def album(tmp_path: Path) -> Iterator[Album]:
    with closing(begun(tmp_path)) as made:
        yield made


def begun(folder: Path) -> Album:
    return Album(folder / "results.sqlite", folder / "results")


def made(number: int, graph: str = "lake", node: str = "noise", **facts: Any) -> Made:
    """Whatever run made it, it shows the number."""
    known = {
        "run": 1,
        "revision": 3,
        "made": 100.5 + number,
        "seconds": 2.5,
        "width": 40,
        "height": 30,
        "pixels": f"{number:064x}",
        "meaning": GRAPH.meaning,
        "content": graphfile.dump(GRAPH),
        "small": b"small %d" % number,
    }
    return Made(**{**known, "graph": graph, "node": node, **facts})


def keep(album: Album, each: Made, size: int = 10) -> int:
    kept = album.keep(each, BytesIO(bytes(size)))
    assert kept
    return kept.info.result


def numbers(album: Album, graph: str | None = None, before: int | None = None, limit: int = 50) -> list[int]:
    return [info.result for info in album.results(graph, before, limit)[0]]


def files(folder: Path) -> list[Path]:
    return sorted((folder / "results").iterdir())


def test_a_picture_is_kept_whole(tmp_path: Path) -> None:
    with closing(begun(tmp_path)) as album:
        kept = album.keep(made(1, node="outer/inner"), BytesIO(b"a picture"))
    assert kept and kept.gone == []
    info = kept.info
    assert (info.run, info.graph, info.node, info.made, info.seconds) == (
        1,
        "lake",
        "outer/inner",
        101.5,
        2.5,
    )
    assert (info.width, info.height) == (40, 30)
    with closing(begun(tmp_path)) as album:
        assert album.results(None, None, 10) == ([info], False)
        path, name = album.file(info.result)
        assert (path.read_bytes(), name) == (b"a picture", f"lake_outer_inner_{info.result}.png")
        assert album.small(info.result) == b"small 1"
        assert graphfile.parse(graphfile.dump(GRAPH).encode()) == GRAPH
        assert album.making(info.result).nodes["noise"].params == {"width": 32}


def test_the_newest_come_first_in_portions(album: Album) -> None:
    kept = [keep(album, made(number, "ab"[number % 2])) for number in range(5)]
    assert numbers(album) == kept[::-1]
    assert album.results(None, None, 2) == (album.results(None, None, 50)[0][:2], True)
    assert numbers(album, before=kept[3], limit=2) == [kept[2], kept[1]]
    assert album.results(None, kept[1], 1) == (album.results(None, None, 50)[0][4:], False)
    assert numbers(album, "b") == [kept[3], kept[1]]
    assert numbers(album, "b", kept[3]) == [kept[1]]
    assert album.results("c", None, 10) == ([], False)


def test_the_same_picture_again_is_not_kept_twice(album: Album, tmp_path: Path) -> None:
    keep(album, made(1))
    assert album.keep(made(1, run=2, revision=4), BytesIO(b"with another layout")) is None
    assert len(files(tmp_path)) == 1
    for other in (made(1, node="other"), made(1, "sea"), made(1, meaning="another"), made(2), made(1)):
        keep(album, other)  # the last is the same as one before, yet not as the newest
    assert len(files(tmp_path)) == 6


def test_how_it_was_made_is_kept_once_for_all_pictures_of_it(album: Album, tmp_path: Path) -> None:
    other = graphfile.dump(Graph({"noise": Placed("capriccio.Noise")}, notes=(Note("another"),)))
    kept = [keep(album, made(number)) for number in range(3)]
    kept.append(keep(album, made(3, content=other)))

    def count() -> int:
        with closing(sqlite3.connect(tmp_path / "results.sqlite")) as base:
            (found,) = base.execute("SELECT count(*) FROM makings").fetchone()
            return int(found)

    assert count() == 2
    assert album.making(kept[3]).notes[0].text == "another"
    album.delete(kept[3])
    assert count() == 1
    for result in kept[:3]:
        album.delete(result)
    assert count() == 0


def test_what_is_deleted_is_gone_for_good(album: Album, tmp_path: Path) -> None:
    one, two = keep(album, made(1)), keep(album, made(2))
    album.delete(one)
    assert numbers(album) == [two]
    assert len(files(tmp_path)) == 1
    for ask in (album.file, album.small, album.making, album.delete):
        with pytest.raises(Refusal, match=f"there is no result {one}, or not any more; choose another"):
            ask(one)
    album.delete(two)
    assert keep(album, made(3)) > two  # a number is never given twice


def test_the_oldest_go_when_there_are_too_many(
    album: Album, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(albums, "MOST", 3)
    kept = [keep(album, made(number)) for number in range(3)]
    fourth = album.keep(made(3), BytesIO(b"x"))
    assert fourth and fourth.gone == kept[:1]
    assert numbers(album) == [fourth.info.result, kept[2], kept[1]]
    assert len(files(tmp_path)) == 3


def test_the_oldest_go_when_they_take_too_much_room(
    album: Album, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(albums, "ROOM", 100)
    kept = [keep(album, made(number), 40) for number in range(2)]
    third = album.keep(made(2), BytesIO(bytes(61)))
    assert third and sorted(third.gone) == kept
    assert album.keep(made(3), BytesIO(bytes(101))) is None
    assert [path.stat().st_size for path in files(tmp_path)] == [61]


def test_pictures_follow_their_graph_when_it_is_renamed(album: Album) -> None:
    kept = [keep(album, made(number, name)) for number, name in enumerate(["lake", "sea", "lake"])]
    album.renamed("lake", "pond")
    assert (numbers(album, "pond"), numbers(album, "lake")) == ([kept[2], kept[0]], [])
    assert album.newest("pond") == b"small 2"
    assert album.graphs() == {"pond", "sea"}
    album.renamed("pond", "pond")
    assert numbers(album, "pond") == [kept[2], kept[0]]


def test_pictures_of_a_graph_that_is_gone_stay_and_are_of_no_other_of_its_name(album: Album) -> None:
    old = keep(album, made(1))
    album.forgotten("lake")
    assert (numbers(album, "lake"), album.newest("lake"), album.graphs()) == ([old], None, set())
    new = keep(album, made(1))
    assert album.newest("lake") == b"small 1"
    album.renamed("lake", "pond")
    assert (numbers(album, "lake"), numbers(album, "pond")) == ([old], [new])


def test_after_a_crash_there_is_no_file_too_many_and_no_picture_without_its_file(tmp_path: Path) -> None:
    with closing(begun(tmp_path)) as album:
        kept = [keep(album, made(number)) for number in range(3)]
        lost = album.file(kept[1]).path
    lost.unlink()
    folder = tmp_path / "results"
    strays = [folder / f"{'a' * 32}.png", folder / f".{'b' * 16}.png"]
    for path in (*strays, folder / "holiday.png", folder / "notes.txt"):
        path.write_bytes(b"x")
    with closing(begun(tmp_path)) as album:
        assert numbers(album) == [kept[2], kept[0]]
        assert not any(path.exists() for path in strays)
        # What somebody else has put there is theirs.
        assert {path.name for path in folder.iterdir()} == {
            "holiday.png",
            "notes.txt",
            album.file(kept[0]).path.name,
            album.file(kept[2]).path.name,
        }


def test_a_picture_that_the_database_does_not_take_leaves_no_file(
    album: Album, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(album, made(1))
    with closing(sqlite3.connect(tmp_path / "results.sqlite")) as base:
        base.execute("CREATE TRIGGER full BEFORE INSERT ON results BEGIN SELECT RAISE(ABORT, 'full'); END")
    with pytest.raises(sqlite3.Error, match="full"):
        album.keep(made(2), BytesIO(b"x"))
    assert len(files(tmp_path)) == len(numbers(album)) == 1


@pytest.mark.parametrize("damage", ["deleted", "damaged"])
def test_pictures_of_which_nothing_is_known_any_more_are_put_aside(tmp_path: Path, damage: str) -> None:
    for number in range(2):
        with closing(begun(tmp_path)) as album:
            keep(album, made(number), 20)
        if damage == "deleted":
            for path in tmp_path.glob("results.sqlite*"):
                path.unlink()
        else:
            (tmp_path / "results.sqlite").write_bytes(b"no database at all" * 1000)
    with closing(begun(tmp_path)) as album:
        assert numbers(album) == []
        assert keep(album, made(3))
    for name in ("results.lost", "results.lost1"):
        assert [path.stat().st_size for path in (tmp_path / name).iterdir()] == [20]
