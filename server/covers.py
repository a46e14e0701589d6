"""The pictures that stand for graphs."""

from pathlib import Path

from .album import Album
from .library import Library


class Covers:
    """Of a graph of the gallery its own, if it has one; of all others their newest result."""

    def __init__(self, library: Library, album: Album) -> None:
        self._library = library
        self._album = album

    def names(self) -> set[str]:
        """The graphs that have one."""
        return self._library.covers().keys() | self._album.graphs()

    def of(self, graph: str) -> Path | bytes | None:
        """A picture file, or a small JPEG; None if there is none."""
        return self._library.covers().get(graph) or self._album.newest(graph)
