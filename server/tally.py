"""How far a node has come that runs once for each item of a list."""

import threading
from collections.abc import Mapping
from typing import Any, TypeAlias

from ..core import Label, NodeFailed, NodeFinished, NodeItem, NodePreviewed, NodeSkipped, NodeStarted, Preview
from . import wire
from .plain import brief, count, error_line, measured

MOST = 50
"""Items that are told one by one, of those that run and of those that failed."""
VALUES = 64
"""Items whose values are told, if these are texts or numbers."""
LONGEST = 500
"""Characters of what an item failed of."""
Index: TypeAlias = tuple[int, ...]


class Tally:
    """Counts items. One thread tells it what happens, others ask how far it is."""

    def __init__(self, items: Mapping[Index, Label]) -> None:
        self.total = len(items)
        self._items = items
        self._lock = threading.Lock()
        self._on: dict[Index, Preview | None] = {}
        self._wrong: dict[Index, str] = {}
        self._values: dict[Index, Any] = {}
        self._done = self._cached = self._failed = self._skipped = 0

    def take(self, told: NodeItem) -> None:
        """Something has happened to an item."""
        index = told.index
        with self._lock:
            match told.event:
                case NodeStarted():
                    self._on[index] = None
                case NodePreviewed(preview=preview):
                    self._on[index] = preview
                case NodeFinished(result=result, cached=cached):
                    self._on.pop(index, None)
                    self._done += 1
                    self._cached += cached
                    if len(self._values) < VALUES:
                        self._values[index] = brief(result)
                case NodeFailed(error=error):
                    self._on.pop(index, None)
                    self._failed += 1
                    if len(self._wrong) < MOST:
                        said = error_line(error)
                        self._wrong[index] = said if len(said) <= LONGEST else f"{said[:LONGEST]}..."
                case NodeSkipped():
                    self._on.pop(index, None)
                    self._skipped += 1

    @property
    def over(self) -> int:
        """How many items have ended, well or not."""
        return self._done + self._failed + self._skipped

    def report(self) -> wire.ItemsReport:
        """How far the items are."""
        with self._lock:
            on = list(self._on.items())[:MOST]
            wrong = list(self._wrong.items())
            done, cached, failed, skipped = self._done, self._cached, self._failed, self._skipped
        running = [self._running(index, preview) for index, preview in on]
        broken = [wire.ItemReport(list(index), self.label(index), error=why) for index, why in wrong]
        return wire.ItemsReport(self.total, done, cached, failed, skipped, running, broken)

    def progress(self) -> wire.NodeProgress:
        """The same as the progress of the node."""
        return wire.NodeProgress(self.over, self.total, items=self.report())

    def value(self) -> str | int | float | None:
        """The texts or numbers that the items have made, the first few."""
        with self._lock:
            values = [value for _, value in sorted(self._values.items())]
        return brief(values) if values and any(value is not None for value in values) else None

    def label(self, index: Index) -> str:
        """What tells an item from the others."""
        return labelled(self._items.get(index, {}))

    def _running(self, index: Index, preview: Preview | None) -> wire.ItemReport:
        if preview is None:
            return wire.ItemReport(list(index), self.label(index))
        step, total = count(preview.step), count(preview.total)
        return wire.ItemReport(list(index), self.label(index), step, total, measured(preview.measures))


def called(index: Index, label: Label) -> str:
    """What people call an item: its number, and what led to it."""
    number = ".".join(str(place + 1) for place in index)
    return f"item {number} ({labelled(label)})" if label else f"item {number}"


def labelled(label: Label) -> str:
    """What led to an item, in a line."""
    return ", ".join(f"{name} {text}" for name, text in label.items())
