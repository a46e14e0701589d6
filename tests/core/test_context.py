"""Graph files name pictures below their own folder, and none elsewhere."""

import hashlib
import os
import time
from pathlib import Path
from typing import Any

import pytest
from capriccio.core import Context, Graph, InputError, Workspace
from capriccio.core.context import file_digest


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


def test_a_context_can_be_made_for_a_node_that_is_called_by_hand() -> None:
    context = Context()
    assert (context.node, context.device, context.graph) == ("", "cpu", Graph())
