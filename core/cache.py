"""Results by what made them, so that an unchanged node is not run again."""

import sys
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from threading import Lock
from types import CellType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .store import Store

DEFAULT_BYTES = 2 * 1024**3
WORTH = 0.1
"""Seconds of work from which a result is kept on disk too.

To write a picture of 512 by 512 takes some 10 ms, and to read it 2: for what is quickly made,
that is not worth the room.
"""

_MISSING = object()


class Cache:
    """The most recently used results that fit into so many bytes. Several threads may share one.

    With a ``store``, results that took long lie on disk too, and outlive this process. ``limit``,
    ``size`` and ``len`` speak of what is in memory.
    """

    def __init__(self, limit: int = DEFAULT_BYTES, store: "Store | None" = None) -> None:
        self.limit = limit
        self.store = store
        self.size = 0
        self._results: OrderedDict[str, tuple[Any, int]] = OrderedDict()
        self._lock = Lock()

    def __contains__(self, key: str) -> bool:
        return key in self._results or (self.store is not None and key in self.store)

    def __len__(self) -> int:
        return len(self._results)

    def get(self, key: str, default: Any = None, record: type | None = None) -> Any:
        """The result made by ``key``; it becomes the most recent one.

        ``record`` is the NamedTuple that the result is, if it is one: the disk does not know it.
        """
        with self._lock:
            if key in self._results:
                self._results.move_to_end(key)
                return self._results[key][0]
        if self.store is None:
            return default
        result = self.store.get(key, _MISSING, record)
        if result is _MISSING:
            return default
        self._keep(key, result)
        return result

    def put(self, key: str, result: Any, seconds: float = 0.0) -> None:
        """Keep a result, and let the oldest go where there is no room. One too large is not kept.

        ``seconds`` is how long it took to make.
        """
        self._keep(key, result)
        if self.store is not None and seconds >= WORTH:
            self.store.put(key, result)

    def _keep(self, key: str, result: Any) -> None:
        size = nbytes(result)
        with self._lock:
            self._drop(key)
            if size > self.limit:
                return
            self._results[key] = (result, size)
            self.size += size
            while self.size > self.limit:
                self._drop(next(iter(self._results)))

    def _drop(self, key: str) -> None:
        if key in self._results:
            self.size -= self._results.pop(key)[1]


def nbytes(value: Any) -> int:
    """About how many bytes a result holds: what says so itself (``nbytes``), and what is inside."""
    total, waiting, seen = 0, [value], set[int]()
    while waiting:
        item = waiting.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        if isinstance(size := getattr(item, "nbytes", None), int):
            total += size
            continue
        total += sys.getsizeof(item)
        waiting += _inside(item)
    return total


def _inside(item: Any) -> list[Any]:
    if isinstance(item, Mapping):
        return list(item.values())
    if isinstance(item, list | tuple | set | frozenset):
        return list(item)
    if is_dataclass(item) and not isinstance(item, type):
        return [getattr(item, field.name, None) for field in fields(item)]
    # A function holds what it closes over: the targets of a loss, for one.
    return [_content(cell) for cell in getattr(item, "__closure__", None) or ()]


def _content(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # what it names has not been set yet
        return None
