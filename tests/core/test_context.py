"""Graph files name pictures below their own folder, and none elsewhere."""

import hashlib
import os
import time
from pathlib import Path
from typing import Any

import pytest
from capriccio.core import Context, Graph, GraphFileError, InputError, Placed, Workspace, save
from capriccio.core.context import file_digest, folder_digest, pictures_in
from PIL import Image as Picture


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Two folders with pictures, beside a secret."""
    one, two = tmp_path / "one", tmp_path / "two"
    (one / "sub").mkdir(parents=True)
    two.mkdir()
    (tmp_path / "secret.png").write_bytes(b"secret")
    (one / "sub" / "a.png").write_bytes(b"a")
    (one / "both.png").write_bytes(b"1")
    (two / "both.png").write_bytes(b"2")
    (two / "b.png").write_bytes(b"b")
    (one / "escape.png").symlink_to(tmp_path / "secret.png")
    (one / "out").symlink_to(tmp_path)
    (one / "round.png").symlink_to(one / "round.png")
    return one, two


@pytest.mark.parametrize(
    ("name", "content"), [("sub/a.png", b"a"), ("./b.png", b"b"), ("both.png", b"1"), ("sub//a.png", b"a")]
)
def test_a_picture_is_found_in_the_first_folder_that_has_it(
    folders: tuple[Path, Path], name: str, content: bytes
) -> None:
    assert Workspace(folders=folders).find(name).read_bytes() == content


@pytest.mark.parametrize(
    "name",
    [
        *("../secret.png", "sub/../../secret.png", "/etc/hostname", "escape.png", "out/secret.png"),
        *("no.png", "sub", "round.png", "", ".", "a\0b", "n" * 5000, "n/" * 5000),
    ],
)
def test_no_other_file_is_found(folders: tuple[Path, Path], name: str) -> None:
    with pytest.raises(InputError):
        Workspace(folders=folders).find(name)


def test_without_folders_nothing_is_found() -> None:
    with pytest.raises(InputError, match="no such file beside the graph"):
        Workspace().find("pyproject.toml")


def test_a_file_that_a_person_has_named_is_found_wherever_it_is(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    secret = tmp_path / "secret.png"
    workspace = Workspace(folders=folders, granted={"mine.png": secret})
    assert workspace.find("mine.png") == secret
    for name in ("../secret.png", str(secret)):
        with pytest.raises(InputError, match="below its own folder"):
            workspace.find(name)
    secret.unlink()
    with pytest.raises(InputError, match="there is no such file; choose another"):
        workspace.find("mine.png")


def test_a_digest_follows_what_a_file_holds_though_clocks_of_file_systems_tick_slowly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, stat = tmp_path / "a.png", os.stat
    path.write_bytes(b"0")
    first = stat(path)
    monkeypatch.setattr(os, "stat", lambda at, **more: first if at == path else stat(at, **more))
    digests = []
    for content in (b"1", b"2", b"1"):
        path.write_bytes(content)
        digests.append(file_digest(path))
    assert digests == [hashlib.sha256(content).hexdigest() for content in (b"1", b"2", b"1")]


def test_a_digest_is_remembered_for_as_long_as_the_file_stays_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"1")
    now = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now + 60_000_000_000)
    read: list[Path] = []
    opened = Path.open

    def noted(self: Path, mode: str) -> Any:
        read.append(self)
        return opened(self, mode)

    monkeypatch.setattr(Path, "open", noted)
    assert file_digest(path) == file_digest(path) == hashlib.sha256(b"1").hexdigest()
    assert read == [path]


@pytest.mark.parametrize("name", ["sub", "./sub", "sub/", "sub//."])
def test_a_folder_of_pictures_is_found_below_the_graph_s_own(folders: tuple[Path, Path], name: str) -> None:
    assert Workspace(folders=folders[::-1]).find_folder(name) == folders[0] / "sub"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "names no folder; choose one below that of the graph"),
        (".", "names no folder; choose one below that of the graph"),
        ("..", "is ..; a graph may only name folders below its own folder"),
        ("sub/../../two", "is sub/../../two; a graph may only name folders below its own folder"),
        ("/etc", "is /etc; a graph may only name folders below its own folder"),
        ("out", "is out, and there is no such folder beside the graph; choose another"),
        ("both.png", "is both.png, and there is no such folder beside the graph; choose another"),
        ("no", "is no, and there is no such folder beside the graph; choose another"),
    ],
)
def test_no_other_folder_is_found(folders: tuple[Path, Path], name: str, said: str) -> None:
    with pytest.raises(InputError) as raised:
        Workspace(folders=folders).find_folder(name)
    assert str(raised.value) == said


def test_a_folder_that_a_person_has_named_is_found_wherever_it_is(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    workspace = Workspace(folders=folders[:1], granted={"mine": folders[1], "file": tmp_path / "secret.png"})
    assert workspace.find_folder("mine") == folders[1]
    for find, name in ((workspace.find, "mine"), (workspace.find_folder, "file")):
        with pytest.raises(InputError, match=r"there is no such (file|folder); choose another$"):
            find(name)


def test_the_pictures_of_a_folder_are_those_that_lie_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "deep.png").mkdir(parents=True)
    for name in ("b.png", "a.JPG", "c.jpeg", "d.webp", "e.txt", "f", "../outside.png"):
        (folder / name).write_bytes(name.encode())
    (folder / "g.png").symlink_to(folder / "b.png")
    (folder / "h.png").symlink_to(tmp_path / "outside.png")
    (folder / "i.png").symlink_to(folder / "i.png")
    assert [path.name for path in pictures_in(folder)] == ["a.JPG", "b.png", "c.jpeg", "d.webp", "g.png"]


def test_the_digest_of_a_folder_follows_names_and_content_of_its_pictures(tmp_path: Path) -> None:
    first = folder_digest(tmp_path)
    (tmp_path / "a.txt").write_bytes(b"1")
    assert folder_digest(tmp_path) == first
    digests = [first]
    for name, content in (("a.png", b"1"), ("a.png", b"2"), ("b.png", b"1")):
        (tmp_path / name).write_bytes(content)
        digests.append(folder_digest(tmp_path))
    (tmp_path / "b.png").rename(tmp_path / "c.png")
    digests.append(folder_digest(tmp_path))
    assert len(set(digests)) == 5 == len(digests)
    (tmp_path / "c.png").rename(tmp_path / "b.png")
    assert folder_digest(tmp_path) == digests[3]


def test_a_saved_graph_is_found_in_the_first_folder_that_has_it(folders: tuple[Path, Path]) -> None:
    for number, folder in enumerate(folders):
        save(Graph({f"from {number}": Placed("toy.Add")}), folder / "style 2-b_ä.json")
    save(Graph(), folders[1] / "other.json")
    workspace = Workspace(folders=folders)
    assert list(workspace.graph("style 2-b_ä").nodes) == ["from 0"]
    assert workspace.graph("other") == Graph()


@pytest.mark.parametrize("name", ["", ".", "..", "../a", "a/b", "a.json", "-a", " a", "a\n", "a\0", "a" * 65])
def test_no_name_of_a_graph_is_a_path(folders: tuple[Path, Path], name: str) -> None:
    with pytest.raises(InputError) as raised:
        Workspace(folders=folders).graph(name)
    shown = repr(name[:80])
    assert str(raised.value) == (
        f"{shown} cannot be the name of a graph; use 1 to 64 letters, digits, spaces, - and _"
    )


def test_a_graph_that_is_not_there_is_told_with_one_that_is_called_alike(folders: tuple[Path, Path]) -> None:
    save(Graph(), folders[1] / "style.json")
    save(Graph(), folders[0].parent / "secret.json")
    (folders[0] / "secret.json").symlink_to(folders[0].parent / "secret.json")
    for name, remedy in (
        ("stile", "did you mean style?"),
        ("secret", "save it there, or choose another"),
        ("zzz", "save it there, or choose another"),
    ):
        with pytest.raises(InputError) as raised:
            Workspace(folders=folders).graph(name)
        assert str(raised.value) == f"there is no graph {name} beside the graph; {remedy}"


def test_a_saved_graph_that_cannot_be_read_is_told(folders: tuple[Path, Path]) -> None:
    (folders[0] / "bad.json").write_text("{}")
    with pytest.raises(GraphFileError, match=r"^bad\.json: it is no graph file"):
        Workspace(folders=folders).graph("bad")


def test_a_context_can_be_made_for_a_node_that_is_called_by_hand() -> None:
    context = Context()
    assert (context.node, context.device, context.graph) == ("", "cpu", Graph())
    assert (context.index, context.labels) == ((), {})
    assert context.record(Picture.new("RGB", (1, 1))) is None
