"""The pictures that runs have made, kept until newer ones need the room."""

import hashlib
import logging
import re
import secrets
import shutil
import threading
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import IO, Any, NamedTuple

import msgspec

from ..core import durable, graphfile
from . import wire
from .database import opened
from .refusal import Refusal

MOST = 500
"""Pictures that are kept."""
ROOM = 1_000_000_000
"""Bytes of them, at most."""

_log = logging.getLogger("capriccio.server")
_VERSION = 1
_TABLES = """
CREATE TABLE makings (making TEXT PRIMARY KEY, content TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE results (
    result INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL, graph TEXT NOT NULL, node TEXT NOT NULL, revision INTEGER NOT NULL,
    made REAL NOT NULL, seconds REAL NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
    pixels TEXT NOT NULL, meaning TEXT NOT NULL, making TEXT NOT NULL,
    file TEXT NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL,
    past INTEGER NOT NULL DEFAULT 0, small BLOB NOT NULL
);
CREATE INDEX results_of_graph ON results (graph, result);
"""
_INFO = "result, run, graph, node, made, seconds, width, height"
_OURS = re.compile(r"\.?[0-9a-f]+\.png")
_decoder = msgspec.json.Decoder(graphfile.GraphFile)


class Made(NamedTuple):
    """A picture that a run has made, and how."""

    run: int
    graph: str
    node: str
    revision: int
    made: float
    seconds: float
    width: int
    height: int
    pixels: str
    """A digest of what it shows."""
    meaning: str
    """What the graph that made it means."""
    content: str
    """That graph, as the text of a graph file."""
    small: bytes
    """A JPEG of it for lists."""


class Kept(NamedTuple):
    """A picture that is kept, and the numbers of those that had to go for it."""

    info: wire.ResultInfo
    gone: list[int]


class File(NamedTuple):
    """Where a picture lies, and what it is called for people."""

    path: Path
    name: str


class Album:
    """Pictures by number: files in a folder, and what is known of them in a database beside it.

    Threads may share it. A file is on the disk before the database knows of it, and the database
    has forgotten it before it is deleted; so after a crash there may be files too many, which are
    swept at the start, and no picture without its file.
    """

    def __init__(self, path: Path, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._base, new = opened(path, _TABLES, _VERSION)
        self._base.execute("PRAGMA synchronous = FULL")
        if new:
            _put_aside(folder)
        with self._lock:
            self._sweep()

    def close(self) -> None:
        """Let go of the database."""
        with self._lock:
            self._base.close()

    def keep(self, made: Made, file: IO[bytes]) -> Kept | None:
        """Keep a PNG; None if it is too large, or just what the graph has made of this node before.

        OSError or sqlite3.Error where the disk does not take it.
        """
        size, sha256 = _measured(file)
        if size > ROOM or self._is_known(made):
            return None
        self._folder.mkdir(0o700, parents=True, exist_ok=True)
        path = self._folder / f"{secrets.token_hex(16)}.png"
        with durable.replacing(path) as temporary, temporary.open("wb") as target:
            shutil.copyfileobj(file, target)
        try:
            with self._lock, self._base:
                number = self._put(made, path.name, size, sha256)
                surplus = self._surplus()
                self._drop(surplus)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        for name in surplus.values():
            self._unlink(name)
        info = wire.ResultInfo(
            number, made.run, made.graph, made.node, made.made, made.seconds, made.width, made.height
        )
        return Kept(info, list(surplus))

    def results(
        self, graph: str | None, before: int | None, limit: int
    ) -> tuple[list[wire.ResultInfo], bool]:
        """Pictures of a graph, or of all, the newest first, and whether there are older ones."""
        where = {"graph = ?": graph, "result < ?": before}
        where = {condition: value for condition, value in where.items() if value is not None}
        condition = f"WHERE {' AND '.join(where)}" if where else ""
        with self._lock:
            found = self._base.execute(
                f"SELECT {_INFO} FROM results {condition} ORDER BY result DESC LIMIT ?",
                (*where.values(), limit + 1),
            ).fetchall()
        return [wire.ResultInfo(*row) for row in found[:limit]], len(found) > limit

    def file(self, result: int) -> File:
        """The PNG of a picture."""
        graph, node, file = self._row(result, "graph, node, file")
        return File(self._folder / file, f"{graph}_{node.replace('/', '_')}_{result}.png")

    def small(self, result: int) -> bytes:
        """The small JPEG of a picture."""
        (small,) = self._row(result, "small")
        return bytes(small)

    def making(self, result: int) -> graphfile.GraphFile:
        """The graph that made a picture, as it was then."""
        (content,) = self._row(result, "(SELECT content FROM makings WHERE making = results.making)")
        try:
            return _decoder.decode(content)
        except msgspec.DecodeError as error:
            raise Refusal(f"the graph of result {result} cannot be read here: {error}") from error

    def delete(self, result: int) -> None:
        """Delete a picture for good."""
        (file,) = self._row(result, "file")
        with self._lock, self._base:
            self._drop({result: file})
        self._unlink(file)

    def newest(self, graph: str) -> bytes | None:
        """The small JPEG of the newest picture of the graph that has this name now."""
        with self._lock:
            found = self._base.execute(
                "SELECT small FROM results WHERE graph = ? AND NOT past ORDER BY result DESC LIMIT 1",
                (graph,),
            ).fetchone()
        return bytes(found[0]) if found else None

    def graphs(self) -> set[str]:
        """The names of graphs of which there are pictures."""
        with self._lock:
            found = self._base.execute("SELECT DISTINCT graph FROM results WHERE NOT past").fetchall()
        return {graph for (graph,) in found}

    def renamed(self, graph: str, to: str) -> None:
        """A graph goes by another name; its pictures follow."""
        if graph != to:
            self.forgotten(to)
            with self._lock, self._base:
                self._base.execute("UPDATE results SET graph = ? WHERE graph = ? AND NOT past", (to, graph))

    def forgotten(self, graph: str) -> None:
        """A graph is gone. Its pictures stay, and are none of another that gets its name."""
        with self._lock, self._base:
            self._base.execute("UPDATE results SET past = 1 WHERE graph = ?", (graph,))

    def _is_known(self, made: Made) -> bool:
        with self._lock:
            found = self._base.execute(
                "SELECT pixels, meaning FROM results WHERE graph = ? AND node = ? AND NOT past "
                "ORDER BY result DESC LIMIT 1",
                (made.graph, made.node),
            ).fetchone()
        return bool(found == (made.pixels, made.meaning))

    def _put(self, made: Made, file: str, size: int, sha256: str) -> int:
        making = hashlib.sha256(made.content.encode()).hexdigest()
        self._base.execute("INSERT OR IGNORE INTO makings VALUES (?, ?)", (making, made.content))
        facts = {
            **{name: value for name, value in made._asdict().items() if name != "content"},
            **{"making": making, "file": file, "size": size, "sha256": sha256},
        }
        columns, values = ", ".join(facts), ", ".join("?" * len(facts))
        cursor = self._base.execute(
            f"INSERT INTO results ({columns}) VALUES ({values})", tuple(facts.values())
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def _surplus(self) -> dict[int, str]:
        """The oldest, as far as there are too many or they take too much room, with their files."""
        surplus: dict[int, str] = {}
        room = ROOM
        rows = self._base.execute("SELECT result, file, size FROM results ORDER BY result DESC").fetchall()
        for place, (result, file, size) in enumerate(rows):
            room -= size
            if place >= MOST or room < 0:
                surplus[result] = file
        return surplus

    def _drop(self, results: Iterable[int]) -> None:
        self._base.executemany("DELETE FROM results WHERE result = ?", [(result,) for result in results])
        self._base.execute("DELETE FROM makings WHERE making NOT IN (SELECT making FROM results)")

    def _unlink(self, file: str) -> None:
        try:
            (self._folder / file).unlink(missing_ok=True)
        except OSError as error:  # it is swept at the next start
            _log.warning("the picture %s cannot be deleted: %s", file, error)

    def _row(self, result: int, columns: str) -> tuple[Any, ...]:
        with self._lock:
            row = self._base.execute(f"SELECT {columns} FROM results WHERE result = ?", (result,)).fetchone()
        if row is None:
            raise Refusal(f"there is no result {result}, or not any more; choose another")
        found: tuple[Any, ...] = row
        return found

    def _sweep(self) -> None:
        """Make files and database agree, whatever a crash has left."""
        there = {path.name for path in _ours(self._folder)}
        known = dict(self._base.execute("SELECT result, file FROM results").fetchall())
        with self._base:
            self._drop([result for result, file in known.items() if file not in there])
        for name in there - set(known.values()):
            self._unlink(name)


def _measured(file: IO[bytes]) -> tuple[int, str]:
    """The size and the sha256 of a file, which can be read from its beginning then."""
    size, digest = 0, hashlib.sha256()
    file.seek(0)
    while part := file.read(wire.CHUNK):
        size += len(part)
        digest.update(part)
    file.seek(0)
    return size, digest.hexdigest()


def _ours(folder: Path) -> list[Path]:
    """The files in a folder that an album has put there, whole or in part."""
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if _OURS.fullmatch(path.name) and path.is_file()]


def _put_aside(folder: Path) -> None:
    """Pictures of which nothing is known any more are a person's all the same."""
    if _ours(folder):
        free = (folder.with_name(f"{folder.name}.lost{number or ''}") for number in count())
        folder.rename(next(path for path in free if not path.exists()))
