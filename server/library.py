"""The graphs that a person has saved, over those of the gallery, which stays as it is.

Names come from clients. None of them leads out of the two folders, and no symbolic link in them
is followed; the folders themselves were chosen by the person at the keyboard.
"""

import os
import re
import secrets
import shutil
import stat
import threading
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from itertools import count
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from ..core import Graph, GraphFileError, Limits, durable, graphfile
from ..core.params import did_you_mean
from . import wire
from .refusal import Refusal

Source: TypeAlias = Literal["library", "gallery"]
Suffix: TypeAlias = Literal[".png", ".jpg", ".webp"]
PICTURES = "pictures"
"""The folder of uploaded pictures, in the folder of the library."""
COVERS = "covers"
"""The folder of pictures that stand for graphs, in the folder of the gallery."""
LONGEST = 64
"""Characters of a name."""
BYTES = 200
"""Of a name as UTF-8. File systems take 255, and a number and a suffix may follow."""

_TEXT = 300
"""Characters of a graph's first note that a list of graphs shows."""
_NAME = re.compile(r"\w[\w -]*")
_DEVICES = re.compile(r"con|prn|aux|nul|(?:com|lpt)[0-9¹²³]")  # whatever their suffix is, on Windows
_GRAPH = ".json"
_LIMITS = Limits()
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def named(name: str) -> str:
    """A name as it is used here, in one of the ways in which Unicode may write it; or Refusal."""
    made = unicodedata.normalize("NFC", name)
    if not _NAME.fullmatch(made) or len(made) > LONGEST:
        raise Refusal(
            f"{name[:80]!r} cannot be a name; use 1 to {LONGEST} letters, digits, spaces, - and _, "
            "and begin with none of the last two but _"
        )
    if len(made.encode()) > BYTES:
        raise Refusal(f"{name} is longer than {BYTES} bytes, too long for the name of a file; shorten it")
    if _DEVICES.fullmatch(made.rstrip().casefold()):
        raise Refusal(f"{name} cannot be a name, as Windows keeps it for a device; choose another name")
    return made


def numbered(name: str) -> Iterator[str]:
    """The name, then "name 2", "name 3" and so on, none of them too long."""
    yield name
    for number in count(2):
        tail = f" {number}"
        yield name[: LONGEST - len(tail)] + tail


class Library:
    """Graphs by name: NAME.json in a folder of the person's own, or else in the gallery.

    Threads may share it. Every method raises Refusal where it cannot do what it is asked, and has
    then changed nothing.
    """

    def __init__(self, folder: Path, gallery: Path) -> None:
        self.folders = folder, gallery
        """Where graphs find their pictures."""
        self.reserved: Callable[[], Iterable[str]] = tuple
        """Gives the names of graphs that are not saved yet; nothing else may be called so."""
        self._folder = folder
        self._gallery = gallery
        self._counted: dict[Path, _Counted] = {}
        self._writing = threading.RLock()

    def graphs(self) -> list[wire.GraphInfo]:
        """All graphs by name, without files that hold none."""
        found = self._files()
        # Made anew each time, so that it forgets files that are gone.
        self._counted = all_counted = {path: self._count(path) for path in found.values()}
        return [
            wire.GraphInfo(name, self._source(path), known.nodes, known.modified / 1e9, text=known.text)
            for name, path in sorted(found.items())
            if (known := all_counted[path]).nodes is not None
        ]

    def load(self, name: str) -> Graph:
        """Read a graph. Nothing in it is run."""
        name = named(name)
        return _read(self._file(name))

    def has(self, name: str) -> bool:
        """Whether there is such a graph, here or in the gallery."""
        name = named(name)
        return name in self._files()

    def free(self, name: str) -> bool:
        """Whether nothing goes by a name, or by nearly the same: here, in the gallery, or unsaved."""
        name = named(name)
        return _alike(name + _GRAPH) not in self._keys()

    def source(self, name: str) -> Source:
        """Where a graph is read from."""
        return self._source(self._file(named(name)))

    def modified(self, name: str) -> float:
        """When a graph was written, in seconds since 1970."""
        path = self._file(named(name))
        with _telling(f"{path.name} cannot be found"):
            return path.lstat().st_mtime

    def save(self, name: str, graph: Graph, overwrite: bool) -> None:
        """Write a graph; it is on the disk when this returns. None is replaced unless that is wanted."""
        name = named(name)
        data = _written(name, graph)
        with self._writing, _telling(f"{name} cannot be saved"):
            self._folder.mkdir(0o700, parents=True, exist_ok=True)
            there = _files(self._folder).get(name)
            if there is None:
                self._write_new(name, data)
            elif overwrite:
                if newer := _read(there).newer:  # it holds more than anybody here has seen
                    raise Refusal(f"{name} cannot be replaced: {newer}")
                _replace(there, data)
            else:
                raise _taken(name, "choose another name, or say that it shall be replaced")

    def save_new(self, name: str, graph: Graph) -> str:
        """Write a graph under a name that is free here and in the gallery, counting up; gives the name."""
        name = named(name)
        with self._writing:
            taken = self._keys()
            free = next(made for made in numbered(name) if _alike(made + _GRAPH) not in taken)
            self.save(free, graph, overwrite=False)
        return free

    def rename(self, name: str, to: str) -> None:
        """Give a graph of the library another name, which nobody has."""
        name, to = named(name), named(to)
        with self._writing, _telling(f"{name} cannot be renamed"):
            path, new = self._own(name, "renamed"), self._folder / (to + _GRAPH)
            if name == to:
                raise Refusal(f"{name} is called so already; choose another name")
            self._refuse_taken(to, but=path.name)
            if _alike(path.name) == _alike(new.name):  # where case does not count, they are one file
                durable.move(path, new)
            elif not durable.move_new(path, new):
                raise _taken(to)

    def duplicate(self, name: str, to: str) -> None:
        """Copy a graph, of the gallery too, under a name that nobody has."""
        name, to = named(name), named(to)
        with self._writing:
            graph = self.load(name)
            self._refuse_taken(to)
            self.save(to, graph, overwrite=False)

    def delete(self, name: str) -> None:
        """Delete a graph of the library. One of the gallery that it hid is seen again."""
        name = named(name)
        with self._writing, _telling(f"{name} cannot be deleted"):
            self._own(name, "deleted").unlink()

    def pictures(self) -> list[str]:
        """What graphs may call pictures: those of the library and those of the gallery. No links."""
        return sorted(self._picture_files())

    def picture(self, file: str) -> Path:
        """Where a picture lies that ``pictures`` tells; Refusal for all else, whatever it is called."""
        if (found := self._picture_files().get(file)) is None:
            raise Refusal(f"there is no picture {file[:80]!r}; choose one that list_pictures tells")
        return found

    def covers(self) -> dict[str, Path]:
        """The pictures that stand for graphs of the gallery, by the names of these."""
        pictures = _entries(self._gallery / COVERS)
        names = {name: f"{name}.jpg" for name, path in self._files().items() if path.parent == self._gallery}
        return {
            name: self._gallery / COVERS / file
            for name, file in names.items()
            if file in pictures and _is_picture(pictures[file])
        }

    def keep_picture(self, name: str, file: Path, suffix: Suffix) -> str:
        """Move a finished file among the pictures, under a name that is free; gives what graphs call it."""
        name = named(name)
        if suffix not in (".png", ".jpg", ".webp"):
            raise Refusal(f"{name} is of the kind {suffix[:10]!r}; send a PNG, JPEG or WebP picture")
        with _telling(f"the picture {name} cannot be kept"):
            pictures = self._pictures()
            if not stat.S_ISREG(file.lstat().st_mode):
                raise Refusal(f"the picture {name} has not arrived as a file; send it again")
            made = pictures / f".{secrets.token_hex(8)}{suffix}"
            try:
                shutil.move(file, made)  # uploads may lie on another disk
                paths = (pictures / (free + suffix) for free in numbered(name))
                return f"{PICTURES}/{next(path for path in paths if durable.move_new(made, path)).name}"
            finally:
                made.unlink(missing_ok=True)

    def _picture_files(self) -> dict[str, Path]:
        """All pictures by what graphs call them; of two, that of the library."""
        found: dict[str, Path] = {}
        for root in reversed(self.folders):
            for folder in _entries(root).values():
                shown = root != self._gallery or folder.name != COVERS
                if shown and folder.is_dir(follow_symlinks=False) and _tells(folder.name):
                    for file in filter(_is_picture, _entries(root / folder.name).values()):
                        found[f"{folder.name}/{file.name}"] = root / folder.name / file.name
        return found

    def _files(self) -> dict[str, Path]:
        return _files(self._gallery) | _files(self._folder)

    def _source(self, path: Path) -> Source:
        return "library" if path.parent == self._folder else "gallery"

    def _file(self, name: str) -> Path:
        found = self._files()
        if name not in found:
            raise Refusal(f"there is no graph {name}{did_you_mean(name, list(found)) or '; choose another'}")
        return found[name]

    def _keys(self) -> set[str]:
        found = {_alike(entry) for folder in self.folders for entry in _entries(folder)}
        return found | self._reserved()

    def _reserved(self) -> set[str]:
        return {_alike(name + _GRAPH) for name in self.reserved()}

    def _own(self, name: str, what: str) -> Path:
        """The file of a graph of the library; a file that holds none is somebody else's."""
        path = self._file(name)
        if self._source(path) == "gallery":
            raise Refusal(
                f"{name} belongs to the gallery and cannot be {what}; duplicate it to have your own"
            )
        _read(path)
        return path

    def _refuse_taken(self, name: str, but: str = "") -> None:
        if name in _files(self._gallery):
            raise Refusal(f"the gallery has a graph {name}; choose another name")
        if _alike(name + _GRAPH) in self._reserved() - {_alike(but)}:
            raise _taken(name)
        _refuse_alike(name, (entry for entry in _entries(self._folder) if entry != but))

    def _write_new(self, name: str, data: bytes) -> None:
        _refuse_alike(name, _entries(self._folder))
        path = self._folder / (name + _GRAPH)
        used = durable.write_new(path, data)
        if used != path:  # another server was faster, or the disk holds these names for one
            used.unlink()
            raise _taken(name)

    def _pictures(self) -> Path:
        pictures = self._folder / PICTURES
        pictures.parent.mkdir(0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            pictures.mkdir(0o700)
        if not stat.S_ISDIR(pictures.lstat().st_mode):
            raise Refusal(f"{PICTURES} in the library is no folder but a link or a file; move it elsewhere")
        return pictures

    def _count(self, path: Path) -> "_Counted":
        try:
            facts = path.lstat()
        except OSError:  # it has gone since the folder was read
            return _Counted()
        known = self._counted.get(path)
        if known and known[:3] == (facts.st_mtime_ns, facts.st_size, facts.st_ino):
            return known
        return _Counted(facts.st_mtime_ns, facts.st_size, facts.st_ino, *_told(path))


class _Counted(NamedTuple):
    """What is told of a file, if it holds a graph, and what tells that it has not changed since."""

    modified: int = 0
    size: int = 0
    inode: int = 0
    nodes: int | None = None
    text: str = ""


def opened(path: Path) -> BufferedReader:
    """A file in one of the folders, to be read; no link is followed. Refusal, or OSError, if it is none."""
    file = open(os.open(path, os.O_RDONLY | _NO_LINKS), "rb")
    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        return file
    file.close()
    raise Refusal(f"{path.name} is no file; move it elsewhere")


def opening(graph: Graph) -> str:
    """The beginning of a graph's first note, which says what the graph is."""
    return graph.notes[0].text[:_TEXT] if graph.notes else ""


def _files(folder: Path) -> dict[str, Path]:
    """The files in a folder that may hold graphs, by their names."""
    found: dict[str, Path] = {}
    # What is written in the usual way comes last and so comes first.
    for entry in sorted(_entries(folder).values(), key=lambda entry: _usual(entry.name)):
        stem, suffix = os.path.splitext(entry.name)
        if suffix == _GRAPH and _fits(stem) and entry.is_file(follow_symlinks=False):
            found[unicodedata.normalize("NFC", stem)] = folder / entry.name
    return found


def _entries(folder: Path) -> dict[str, os.DirEntry[str]]:
    """All that lies in a folder, by the names that it has there; nothing if there is no folder yet."""
    try:
        with os.scandir(folder) as entries:
            return {entry.name: entry for entry in entries}
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise Refusal(f"the folder {folder.name} cannot be read: {error.strerror}; see to it") from error


def _is_picture(entry: "os.DirEntry[str]") -> bool:
    known = entry.name.lower().endswith((".png", ".jpg", ".jpeg", ".webp"))
    return known and _tells(entry.name) and entry.is_file(follow_symlinks=False)


def _tells(name: str) -> bool:
    """Whether a name can be told to others: not all that disks hold is text."""
    return name.encode(errors="replace").decode() == name


def _usual(text: str) -> bool:
    return unicodedata.is_normalized("NFC", text)


def _fits(name: str) -> bool:
    try:
        return bool(named(name))
    except Refusal:
        return False


def _alike(entry: str) -> str:
    """The same for all names that some disk holds for one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", entry).casefold())


def _refuse_alike(name: str, entries: Iterable[str]) -> None:
    """Refuse a name when a file of the library goes by it, or by one that some disk holds for the same."""
    for entry in entries:
        if _alike(entry) == _alike(name + _GRAPH):
            raise Refusal(f"the library holds {entry[:80]} already; choose another name than {name}")


def _taken(name: str, remedy: str = "choose another name") -> Refusal:
    return Refusal(f"there is a graph {name} already; {remedy}")


def _told(path: Path) -> tuple[int | None, str]:
    """How many nodes a file holds, and what it says first; None if it holds no graph."""
    try:
        graph = _read(path)
    except Refusal:
        return None, ""
    return len(graph.nodes), opening(graph)


def _read(path: Path) -> Graph:
    with _telling(f"{path.name} holds no graph that can be read", "mend the file or move it elsewhere"):
        with opened(path) as file:
            return graphfile.parse(file.read(_LIMITS.size + 1), _LIMITS)


def _written(name: str, graph: Graph) -> bytes:
    """What is written of a graph; it can be read again, or this raises."""
    if graph.newer:
        raise Refusal(f"{name} cannot be saved: {graph.newer}")
    with _telling(f"{name} cannot be saved", "take away what it says"):
        data = graphfile.dump(graph).encode(errors="surrogatepass")  # which reading refuses
        graphfile.parse(data, _LIMITS)
        return data


def _replace(path: Path, data: bytes) -> None:
    """Put data in place of a file, never through a link that somebody puts there meanwhile."""
    made = durable.write_new(path.with_name(f".{secrets.token_hex(8)}{path.suffix}"), data)
    try:
        durable.move(made, path)
    finally:
        made.unlink(missing_ok=True)


@contextmanager
def _telling(what: str, remedy: str = "see that the disk has room and may be written to") -> Iterator[None]:
    """Make what goes wrong with files a sentence for the client."""
    try:
        yield
    except GraphFileError as error:
        raise Refusal(f"{what}: {error}; {remedy}") from error
    except OSError as error:
        raise Refusal(f"{what}: {error.strerror or error}; {remedy}") from error
