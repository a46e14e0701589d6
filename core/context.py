"""Where a graph runs: its device, the folders it reads from, the folder it writes to."""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from .errors import InputError
from .graph import Graph
from .weights import WeightsLibrary

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
        given, shown = Path(name), name[:200]
        if granted := self.granted.get(name):
            if granted.is_file():
                return granted
            raise InputError(f"is {granted}, and there is no such file; choose another")
        if given.is_absolute() or ".." in given.parts:
            raise InputError(f"is {shown}; a graph may only name files below its own folder")
        for folder in self.folders:
            if found := _found(folder.resolve(), given):
                return found
        raise InputError(f"is {shown}, and there is no such file beside the graph; choose another")


@dataclass(frozen=True)
class Context:
    """What a node is told about the run that it is part of, if it asks for it."""

    node: str = ""
    device: str = "cpu"
    out: Path = Path("output")
    graph: Graph = field(default_factory=Graph)
    weights: WeightsLibrary = field(default_factory=WeightsLibrary)


def file_digest(path: Path) -> str:
    """sha256 of a file's content, remembered for as long as the file stays the same."""
    facts = path.stat()
    if abs(time.time_ns() - facts.st_ctime_ns) < _TICK:
        # Changed so lately that its clock may not tell it from what is written to it next.
        return _digest.__wrapped__(path)
    return _digest(path, facts.st_ctime_ns, facts.st_mtime_ns, facts.st_size, facts.st_ino)


def _found(root: Path, given: Path) -> Path | None:
    """The file of that name below a folder, unless it leads out of there."""
    try:
        found = (root / given).resolve()
        return found if found.is_relative_to(root) and found.is_file() else None
    except (OSError, ValueError, RuntimeError):
        return None  # such as a name that is too long, or links that go round in a circle


@lru_cache(maxsize=4096)
def _digest(path: Path, *facts: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
