"""The server's SQLite files: opened with their tables, or put aside where they cannot be read."""

import os
import sqlite3
from pathlib import Path
from typing import NamedTuple

_UNREADABLE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class Database(NamedTuple):
    """A file that is open, and whether nothing that was known before is in it."""

    base: sqlite3.Connection
    new: bool


def opened(path: Path, tables: str, version: int) -> Database:
    """The file, with all its tables; one that cannot be read, or is none of ours, is put aside.

    Threads may share the connection behind a lock. It writes ahead (WAL), and does not wait for the disk.
    """
    path.parent.mkdir(0o700, parents=True, exist_ok=True)
    new = not path.exists()
    try:
        base = _connected(path, tables, version)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF not in _UNREADABLE:
            raise
        base = None
    if base is not None:
        return Database(base, new)
    for ending in ("", "-wal", "-shm"):
        left = Path(f"{path}{ending}")
        if left.exists():
            os.replace(left, f"{path}.broken{ending}")
    base = _connected(path, tables, version)
    if base is None:
        raise sqlite3.DatabaseError(f"{path} cannot be begun anew")
    return Database(base, True)


def _connected(path: Path, tables: str, version: int) -> sqlite3.Connection | None:
    """The file, or None when it is damaged or none of ours."""
    base = sqlite3.connect(path, check_same_thread=False)
    try:
        base.execute("PRAGMA journal_mode = WAL")
        base.execute("PRAGMA synchronous = NORMAL")
        whole = base.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
        if whole and _has_tables(base, tables, version):
            return base
    except BaseException:
        base.close()
        raise
    base.close()
    return None


def _has_tables(base: sqlite3.Connection, tables: str, version: int) -> bool:
    """Whether the tables are there, or could be made in a file that is new."""
    (found,) = base.execute("PRAGMA user_version").fetchone()
    (count,) = base.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if found == 0 and count == 0:
        base.executescript(f"BEGIN IMMEDIATE; {tables} PRAGMA user_version = {version}; COMMIT;")
        return True
    return bool(found == version)
