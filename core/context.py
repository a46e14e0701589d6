"""Where a graph runs: its device, the folders it reads from, the folder it writes to."""

import hashlib
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from PIL import Image as Picture

from .errors import InputError
from .graph import Graph
from .graphfile import GRAPH_NAME, load
from .lists import Label
from .params import Param, did_you_mean
from .weights import WeightsLibrary

if TYPE_CHECKING:
    from .record import RunRecord

Record: TypeAlias = "Callable[[Picture.Image], RunRecord | None]"
"""Gives the record of how a picture was made, or None outside a run."""
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp"})
"""How the names of picture files end."""
_TICK = 2_000_000_000
"""Nanoseconds within which two changes of a file may carry one time."""


@dataclass(frozen=True)
class Workspace:
    """What a run may touch. Graph files name pictures only below ``folders``."""

    device: str = "cpu"
    out: Path = Path("output")
    folders: tuple[Path, ...] = ()
    granted: Mapping[str, Path] = field(default_factory=dict)
    """Files elsewhere that the person at the keyboard, not a graph file, has named; by the name that
    stands for each in the graph, which is saved and passed on and must not tell where they lie."""

    def find(self, name: str) -> Path:
        """The picture file that a graph names; InputError when there is none it may read."""
        if not name:
            raise InputError("names no picture; choose one")
        return self._find(name, "file", Path.is_file)

    def find_folder(self, name: str) -> Path:
        """The folder of pictures that a graph names; InputError when there is none it may read.

        The graph's own folder is none: it holds more than the graph was meant to show.
        """
        if not Path(name).parts:
            raise InputError("names no folder; choose one below that of the graph")
        return self._find(name, "folder", Path.is_dir)

    def lookup(self, param: Param, name: str) -> Path:
        """The file or folder that a setting names; InputError when there is none it may read."""
        folder = param.widget is not None and param.widget.name == "folder"
        return self.find_folder(name) if folder else self.find(name)

    def graph(self, name: str) -> Graph:
        """The saved graph of this name; InputError when there is none."""
        if not re.fullmatch(GRAPH_NAME, name):
            said = "cannot be the name of a graph; use 1 to 64 letters, digits, spaces, - and _"
            raise InputError(f"{name[:80]!r} {said}")
        for folder in self.folders:
            if found := _found(folder.resolve(), Path(f"{name}.json"), Path.is_file):
                return load(found)
        paths = [path for folder in self.folders for path in folder.glob("*.json")]
        known = sorted({path.stem for path in paths} - {name})  # such as a link that leads elsewhere
        remedy = did_you_mean(name, known) or "; save it there, or choose another"
        raise InputError(f"there is no graph {name} beside the graph{remedy}")

    def _find(self, name: str, kind: str, fits: Callable[[Path], bool]) -> Path:
        given, shown = Path(name), name[:200]
        if granted := self.granted.get(name):
            if fits(granted):
                return granted
            raise InputError(f"is {granted}, and there is no such {kind}; choose another")
        if given.is_absolute() or ".." in given.parts:
            raise InputError(f"is {shown}; a graph may only name {kind}s below its own folder")
        for folder in self.folders:
            if found := _found(folder.resolve(), given, fits):
                return found
        raise InputError(f"is {shown}, and there is no such {kind} beside the graph; choose another")


def _unrecorded(picture: Picture.Image) -> None:
    """Outside a run nothing is known of how a picture was made."""


@dataclass(frozen=True)
class Context:
    """What a node is told about the run that it is part of, if it asks for it."""

    node: str = ""
    device: str = "cpu"
    out: Path = Path("output")
    graph: Graph = field(default_factory=Graph)
    weights: WeightsLibrary = field(default_factory=WeightsLibrary)
    index: tuple[int, ...] = ()
    """Which item of a list the node runs for: its place, from 0, at each level; empty if there is no list."""
    labels: Label = field(default_factory=dict)
    """What tells that item from the others."""
    record: Record = field(default=_unrecorded, compare=False)
    """Gives the record of how a picture was made; it is saved with the picture. See record.py."""


def file_digest(path: Path) -> str:
    """sha256 of a file's content, remembered for as long as the file stays the same."""
    facts = path.stat()
    if abs(time.time_ns() - facts.st_ctime_ns) < _TICK:
        # Changed so lately that its clock may not tell it from what is written to it next.
        return _digest.__wrapped__(path)
    return _digest(path, facts.st_ctime_ns, facts.st_mtime_ns, facts.st_size, facts.st_ino)


def pictures_in(folder: Path) -> list[Path]:
    """The picture files directly in a folder, by name; none that a link leads to outside of it."""
    root = folder.resolve()
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in PICTURES and _found(root, Path(path.name), Path.is_file)
    )


def folder_digest(folder: Path) -> str:
    """A digest of the names and the content of the pictures in a folder."""
    digest = hashlib.sha256()
    for path in pictures_in(folder):
        digest.update(f"{file_digest(path)} {path.name}\0".encode(errors="surrogateescape"))
    return digest.hexdigest()


def _found(root: Path, given: Path, fits: Callable[[Path], bool]) -> Path | None:
    """The file or folder of that name below a folder, unless it leads out of there."""
    try:
        found = (root / given).resolve()
        return found if found.is_relative_to(root) and fits(found) else None
    except (OSError, ValueError, RuntimeError):
        return None  # such as a name that is too long, or links that go round in a circle


@lru_cache(maxsize=4096)
def _digest(path: Path, *facts: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
