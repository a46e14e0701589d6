"""What outlives the server beside graphs: which runs there were, and what a person has allowed."""

import logging
import sqlite3
import threading
from collections.abc import Iterable
from pathlib import Path

import msgspec

from . import wire
from .database import opened

KEPT = 10_000
"""Runs that are remembered."""
LOST = wire.Problem("the server ended while it ran; run it again")

_log = logging.getLogger("capriccio.server")
_VERSION = 1
_TABLES = """
CREATE TABLE runs (run INTEGER PRIMARY KEY, graph TEXT NOT NULL, state TEXT NOT NULL, info TEXT NOT NULL);
CREATE INDEX runs_of_graph ON runs (graph, run);
CREATE TABLE allowed (graph TEXT, kind TEXT, PRIMARY KEY (graph, kind)) WITHOUT ROWID;
CREATE TABLE numbers (last INTEGER NOT NULL);
INSERT INTO numbers VALUES (0);
"""
_decoder = msgspec.json.Decoder(wire.RunInfo)


class Records:
    """The history of runs, and the kinds of nodes that may reach files and networks, by graph.

    Threads may share it. A write is not forced to the disk: a crash of the machine, unlike one
    of the server, may lose the last ones.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._base = opened(path, _TABLES, _VERSION).base
        with self._lock, self._base:
            self._end_lost_runs()

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._base.close()

    def next_run(self) -> int:
        """A number for a run that none has had, also before a restart."""
        with self._lock, self._base:
            last = "max(last, (SELECT coalesce(max(run), 0) FROM runs))"
            self._base.execute(f"UPDATE numbers SET last = {last} + 1")
            (number,) = self._base.execute("SELECT last FROM numbers").fetchone()
            return int(number)

    def add(self, info: wire.RunInfo) -> None:
        """Keep a run, in place of what was known of it; the oldest are forgotten.

        Where the disk is full it is not kept: no run should fail for that.
        """
        oldest = f"SELECT run FROM runs ORDER BY run DESC LIMIT 1 OFFSET {KEPT}"
        try:
            with self._lock, self._base:
                self._put(info)
                self._base.execute(f"DELETE FROM runs WHERE run <= ({oldest})")
        except sqlite3.Error as error:
            _log.warning("run %s is not in the history: %s", info.run, error)

    def runs(self, graph: str | None, limit: int) -> list[wire.RunInfo]:
        """Runs of a graph, or of all, the newest first."""
        where, values = ("WHERE graph = ?", (graph,)) if graph is not None else ("", ())
        with self._lock:
            found = self._base.execute(
                f"SELECT graph, info FROM runs {where} ORDER BY run DESC LIMIT ?", (*values, max(0, limit))
            ).fetchall()
        return [info for name, text in found if (info := _read(name, text))]

    def allowed(self, graph: str) -> frozenset[str]:
        """Kinds of nodes that a person has allowed in a graph."""
        with self._lock:
            found = self._base.execute("SELECT kind FROM allowed WHERE graph = ?", (graph,)).fetchall()
        return frozenset(kind for (kind,) in found)

    def allow(self, graph: str, kinds: Iterable[str]) -> None:
        """A person has allowed kinds of nodes in a graph."""
        with self._lock, self._base:
            rows = [(graph, kind) for kind in kinds]
            self._base.executemany("INSERT OR IGNORE INTO allowed VALUES (?, ?)", rows)

    def renamed(self, graph: str, to: str) -> None:
        """A graph goes by another name; what is known of it goes along."""
        if graph == to:
            return
        with self._lock, self._base:
            self._forget(to)
            for table in ("runs", "allowed"):
                self._base.execute(f"UPDATE {table} SET graph = ? WHERE graph = ?", (to, graph))

    def forgotten(self, graph: str) -> None:
        """A graph is gone. Another that gets its name inherits nothing."""
        with self._lock, self._base:
            self._forget(graph)

    def _forget(self, graph: str) -> None:
        for table in ("runs", "allowed"):
            self._base.execute(f"DELETE FROM {table} WHERE graph = ?", (graph,))

    def _put(self, info: wire.RunInfo) -> None:
        row = info.run, info.graph, info.state, msgspec.json.encode(info).decode()
        self._base.execute("INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?)", row)

    def _end_lost_runs(self) -> None:
        found = self._base.execute(
            "SELECT graph, info FROM runs WHERE state IN ('queued', 'running', 'paused')"
        ).fetchall()
        for info in (_read(*row) for row in found):
            if info:
                self._put(msgspec.structs.replace(info, state="failed", problems=[*info.problems, LOST]))


def _read(graph: str, text: str) -> wire.RunInfo | None:
    """A run, by the name that its graph has now; None for one that this version cannot read."""
    try:
        return msgspec.structs.replace(_decoder.decode(text), graph=graph)
    except msgspec.DecodeError:
        return None
