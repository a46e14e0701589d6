"""Files are written whole, or not at all."""

import errno
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from capriccio.core import InputError, durable


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "graph.json"
    durable.write(path, b"old")
    durable.write(path, b"new")
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["graph.json"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "graph.json"
    durable.write(path, b"old")
    with pytest.raises(OSError, match="full"), durable.replacing(path) as temporary:
        temporary.write_bytes(b"ne")
        raise OSError(errno.ENOSPC, "the disk is full")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["graph.json"]


def test_a_writer_gets_a_path_of_the_same_kind_in_the_same_folder(tmp_path: Path) -> None:
    with durable.replacing(tmp_path / f"{'n' * 250}.png") as temporary:
        assert (temporary.parent, temporary.suffix) == (tmp_path, ".png")
        temporary.write_bytes(b"picture")
    assert names(tmp_path) == [f"{'n' * 250}.png"]


def test_file_and_folder_reach_the_disk_in_that_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []

    def fsync(handle: int) -> None:
        folder = stat.S_ISDIR(os.fstat(handle).st_mode)
        there = "named" if (tmp_path / "a.bin").exists() else "unnamed"
        synced.append("folder" if folder else f"{there} file")

    monkeypatch.setattr(os, "fsync", fsync)
    durable.write(tmp_path / "a.bin", b"data")
    assert synced == ["unnamed file", "folder"]


def test_a_replaced_file_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "secret.json"
    path.write_bytes(b"old")
    path.chmod(0o640)
    durable.write(path, b"new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_bytes(b"old")
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    durable.write(tmp_path / "link.json", b"new")
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").read_bytes() == b"new"


@pytest.fixture(params=["links", "no links"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, on a file system with hard links and on one without."""

    def refuse(*paths: object) -> None:
        raise PermissionError(errno.EPERM, "no hard links here")

    if request.param == "no links":
        monkeypatch.setattr(os, "link", refuse)
    return tmp_path


def test_a_new_file_never_overwrites(folder: Path) -> None:
    used = [durable.write_new(folder / "out.png", data) for data in (b"1", b"2", b"3")]
    assert names(folder) == ["out-2.png", "out-3.png", "out.png"]
    assert [path.read_bytes() for path in used] == [b"1", b"2", b"3"]


def test_many_writers_of_one_name_lose_nothing(folder: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        used = list(pool.map(lambda n: durable.write_new(folder / "out.png", b"%d" % n), range(100)))
    assert [path.read_bytes() for path in used] == [b"%d" % n for n in range(100)]
    assert len(names(folder)) == 100


def test_a_new_file_in_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        durable.write_new(tmp_path / "gone" / "out.png", b"data")


def test_a_folder_is_made_and_tried_without_leaving_anything_there(tmp_path: Path) -> None:
    durable.check_folder(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"file cannot be written to: .*; choose another folder$"):
        durable.check_folder(tmp_path / "file")


def test_a_file_is_moved_to_a_name_that_is_free_and_to_no_other(tmp_path: Path) -> None:
    made, free, taken = (tmp_path / name for name in ("made", "free", "taken"))
    made.write_text("new")
    taken.write_text("old")
    assert not durable.move_new(made, taken)
    assert (made.read_text(), taken.read_text()) == ("new", "old")
    assert durable.move_new(made, free)
    assert names(tmp_path) == ["free", "taken"]
    assert free.read_text() == "new"
