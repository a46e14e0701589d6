"""Results on disk, so that a worker that is started again need not make them again.

Each is one safetensors file, whose metadata holds the structure around the tensors as JSON; an
SQLite index knows their sizes and sha256, and which was used last. Nothing is pickled. Nothing is
waited for to reach the disk either: an entry that was lost or torn is found out and is a miss.
Several threads and processes may share a folder. Open a Store after a fork, not before.
"""

import hashlib
import logging
import os
import re
import secrets
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Any

from filelock import FileLock

from ._packing import UNREADABLE, fitting, packed, unpacked

DEFAULT_BYTES = 4 * 1024**3

_LEFTOVER = 3600.0
"""Seconds after which a file that no entry speaks of belongs to no writer that is still alive."""
_WAIT = 5.0
"""Seconds to wait for another process, which holds the index for milliseconds."""
_KEY = re.compile(r"[0-9a-f]{2,128}")
_log = logging.getLogger("capriccio.store")


class Store:
    """The most recently used results that fit into so many bytes of a folder.

    It holds tensors, numbers, texts, None, and lists, tuples and dicts of these; a NamedTuple
    of them too, if it is the result itself. Whatever else goes wrong, it only forgets.
    """

    def __init__(self, folder: Path, limit: int = DEFAULT_BYTES, device: str = "cpu") -> None:
        self.folder = folder
        self.limit = limit
        self.device = device
        self._index = _Index(folder / "index.sqlite")
        self._warned = False
        try:
            self._open()
        except (OSError, sqlite3.Error) as error:
            self._warn(error)

    def __contains__(self, key: str) -> bool:
        """Whether there is an entry, which may still turn out to be damaged."""
        try:
            return self._index.sha256(key) is not None
        except (OSError, sqlite3.Error) as error:
            self._bear(error)
            return False

    def get(self, key: str, default: Any = None, record: type | None = None) -> Any:
        """The result made by ``key``, its tensors on ``device``; it becomes the most recent one.

        ``record`` is the NamedTuple that it was, if any; a result of another shape is a miss. An
        entry that is not whole is a miss too, and is removed.
        """
        try:
            if self._index.sha256(key) is None:
                return default
            value = self._read(key)
            if value is UNREADABLE:  # or another process is just writing it anew
                value = self._read_alone(key)
            if value is not UNREADABLE:
                self._index.touch(key)
                return fitting(value, record, default)
        except (OSError, sqlite3.Error, MemoryError, RuntimeError) as error:
            self._bear(error)
        return default

    def put(self, key: str, value: Any) -> bool:
        """Keep a result, and let the oldest go where there is no room; whether it is kept.

        Tensors are kept detached and contiguous. A key is made of 2 to 128 digits of 0-9a-f.
        """
        if not _KEY.fullmatch(key):
            return False
        try:
            if not self._index.is_current:
                self._open()
            data = packed(value, self.limit)
            if data is None or len(data) > self.limit:
                return False
            self._write(key, data)
            return True
        except (OSError, sqlite3.Error, MemoryError, RuntimeError) as error:
            self._bear(error)
            return False

    def close(self) -> None:
        """Let the index go; the entries stay. A later ``put`` opens it again."""
        self._index.close()

    def _open(self) -> None:
        (self.folder / "partial").mkdir(parents=True, exist_ok=True)
        is_new = self._index.open()
        _remove((self.folder / "partial").iterdir(), _LEFTOVER)
        known = self._index.keys()
        strangers = (file for file in self.folder.glob("??/*.safetensors") if file.stem not in known)
        _remove(strangers, 0.0 if is_new else _LEFTOVER)

    def _file(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.safetensors"

    def _write(self, key: str, data: bytes) -> None:
        self._file(key).parent.mkdir(parents=True, exist_ok=True)
        partial = self.folder / "partial" / secrets.token_hex(8)
        try:
            partial.write_bytes(data)
            self._enter(key, partial, len(data), hashlib.sha256(data).hexdigest())
        finally:
            partial.unlink(missing_ok=True)

    def _enter(self, key: str, partial: Path, size: int, sha256: str) -> None:
        """Put a written file in its place, and into the index, in one step for all who look at both."""
        try:
            with self._index.changing():
                os.replace(partial, self._file(key))
                self._index.add(key, size, sha256)
                for old in self._index.surplus(self.limit):
                    self._index.remove(old)
                    self._file(old).unlink(missing_ok=True)
        except BaseException:
            if not partial.exists():  # it is in its place, where nobody would count it
                self._file(key).unlink(missing_ok=True)
            raise

    def _read(self, key: str) -> Any:
        """The result that an entry holds, or UNREADABLE."""
        try:
            data = self._file(key).read_bytes()
        except OSError:
            return UNREADABLE
        whole = hashlib.sha256(data).hexdigest() == self._index.sha256(key)
        return unpacked(data, self.device) if whole else UNREADABLE

    def _read_alone(self, key: str) -> Any:
        """Read an entry while nobody may change it, and remove it if it is not whole even then."""
        with self._index.changing():
            value = self._read(key)
            if value is UNREADABLE:
                self._index.remove(key)
                self._file(key).unlink(missing_ok=True)
            return value

    def _bear(self, error: Exception) -> None:
        """Go on after an error; a damaged index is made anew."""
        if isinstance(error, sqlite3.Error) and _is_damage(error):
            try:
                self._open()
            except (OSError, sqlite3.Error) as another:
                error = another
            else:
                return
        self._warn(error)

    def _warn(self, error: Exception) -> None:
        if not self._warned:
            self._warned = True
            _log.warning(
                "%s: not every result can be kept or found there (%s); is there room, and may you write?",
                self.folder,
                error,
            )


def _remove(files: Iterable[Path], age: float) -> None:
    """Remove those of the files that were written so many seconds ago."""
    for file in files:
        with suppress(OSError):  # somebody else was quicker
            if file.stat().st_mtime <= time.time() - age:
                file.unlink()


# --- The index

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS entries (
        key TEXT PRIMARY KEY NOT NULL CHECK (length(key) >= 2 AND key NOT GLOB '*[^0-9a-f]*'),
        bytes INTEGER NOT NULL CHECK (typeof(bytes) = 'integer' AND bytes >= 0),
        sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
        used INTEGER NOT NULL CHECK (typeof(used) = 'integer')
    ) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS by_use ON entries (used, bytes)",
    # Something is written each time, for a damaged header may forbid just that.
    "PRAGMA user_version = 1",
)
_OUTSIDE = {
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
}
"""What can go wrong around an index that is whole.

SQLITE_READONLY is not among them: a damaged header makes SQLite say so, and where the disk is
what cannot be written, nothing can be removed either.
"""
_NOW = "(SELECT COALESCE(MAX(used), 0) + 1 FROM entries)"
"""A count, since clocks are set back."""


class _Index:
    """Which entries there are, and in which order they were used. Closed, it knows of none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = RLock()
        self._connection: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None

    @property
    def is_current(self) -> bool:
        """Whether it is open, and its file still lies there: nobody has removed or replaced it."""
        try:
            return self._connection is not None and self._identity == _identity(self._path)
        except OSError:
            return False

    def open(self) -> bool:
        """Open it, and make it anew if it is damaged; whether it is new."""
        with self._lock, FileLock(self._path.with_suffix(".lock"), timeout=_WAIT):
            self.close()
            is_new = not self._path.exists()
            try:
                self._connect()
            except sqlite3.Error as error:
                if not _is_damage(error):
                    raise
                _log.warning("%s: damaged (%s), so what was kept is forgotten", self._path, error)
                for suffix in ("-wal", "-shm", ""):
                    Path(f"{self._path}{suffix}").unlink(missing_ok=True)
                self._connect()
                is_new = True
            self._identity = _identity(self._path)
            return is_new

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Let no other thread or process change the index; a block that raises changes nothing in it."""
        with self._lock:
            if self._connection is None:
                raise OSError(f"{self._path} is closed")
            self._ask("BEGIN IMMEDIATE")
            try:
                yield
                self._ask("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # it may have been rolled back already
                    self._ask("ROLLBACK")
                raise

    def keys(self) -> set[str]:
        return {key for (key,) in self._ask("SELECT key FROM entries")}

    def sha256(self, key: str) -> str | None:
        for (sha256,) in self._ask("SELECT sha256 FROM entries WHERE key = ?", key):
            return str(sha256)
        return None

    def add(self, key: str, size: int, sha256: str) -> None:
        self._ask(f"REPLACE INTO entries VALUES (?, ?, ?, {_NOW})", key, size, sha256)

    def touch(self, key: str) -> None:
        """Make an entry the most recent one, if the index can be written just now."""
        with suppress(sqlite3.Error):
            self._ask(f"UPDATE entries SET used = {_NOW} WHERE key = ?", key)

    def remove(self, key: str) -> None:
        self._ask("DELETE FROM entries WHERE key = ?", key)

    def surplus(self, limit: int) -> list[str]:
        """The entries used longest ago, without which the others fit into so many bytes."""
        [(total,)] = self._ask("SELECT TOTAL(bytes) FROM entries")
        if total <= limit:
            return []
        recent = "SELECT key, SUM(bytes) OVER (ORDER BY used DESC) AS so_far FROM entries"
        return [key for (key,) in self._ask(f"SELECT key FROM ({recent}) WHERE so_far > ?", limit)]

    def _ask(self, sql: str, *values: Any) -> list[Any]:
        with self._lock:
            return [] if self._connection is None else _answer(self._connection, sql, *values)

    def _connect(self) -> None:
        connection = sqlite3.connect(self._path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
        try:
            _answer(connection, "PRAGMA journal_mode = WAL")
            _answer(connection, "PRAGMA synchronous = OFF")
            for statement in _SCHEMA:
                _answer(connection, statement)
            _answer(connection, "SELECT key, bytes, sha256, used FROM entries LIMIT 0")
            [(verdict,)] = _answer(connection, "PRAGMA integrity_check(1)")
            if verdict != "ok":
                raise sqlite3.DatabaseError(verdict)
        except BaseException:
            connection.close()
            raise
        self._connection = connection


def _answer(connection: sqlite3.Connection, sql: str, *values: Any) -> list[Any]:
    try:
        return connection.execute(sql, values).fetchall()
    except UnicodeDecodeError as error:  # the damage is in a text, or is quoted in a message
        raise sqlite3.DatabaseError(str(error)) from error


def _identity(path: Path) -> tuple[int, int]:
    facts = path.stat()
    return facts.st_dev, facts.st_ino


def _is_damage(error: sqlite3.Error) -> bool:
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
    return code & 0xFF not in _OUTSIDE
