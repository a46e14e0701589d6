"""Results by what made them, so that an unchanged node is not run again."""

import sys
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from threading import Lock
from types import CellType
from typing import Any

DEFAULT_BYTES = 2 * 1024**3


class Cache:
    """The most recently used results that fit into so many bytes. Several threads may share one."""

    def __init__(self, limit: int = DEFAULT_BYTES) -> None:
        self.limit = limit
        self.size = 0
        self._results: OrderedDict[str, tuple[Any, int]] = OrderedDict()
        self._lock = Lock()

    def __contains__(self, key: str) -> bool:
        return key in self._results

    def __len__(self) -> int:
        return len(self._results)

    def get(self, key: str, default: Any = None) -> Any:
        """The result made by ``key``; it becomes the most recent one."""
        with self._lock:
            if key not in self._results:
                return default
            self._results.move_to_end(key)
            return self._results[key][0]

    def put(self, key: str, result: Any) -> None:
        """Keep a result, and let the oldest go where there is no room. One too large is not kept."""
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
