"""Lists on links: items that are read late, and what tells the items of a list apart."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass(frozen=True, eq=False)
class Lazy:
    """An item of a list that is loaded when a node reads it, and each time one does.

    A node that gives a list may give these among its items, or nothing else, so that a folder of
    a thousand pictures need not lie in memory.
    """

    load: Callable[[], Any] = field(repr=False)
    """Gives the value; called in the thread of the node that reads it."""
    key: Any
    """What the value depends on, JSON-able, such as a file's sha256. Equal keys, equal values."""
    label: str = ""
    """What people call it."""


Label: TypeAlias = Mapping[str, str]
"""What has led to an item, where that varied: {"layer": "relu4_1", "weight": "100"}.

The names are those of the nodes that gave lists, in the order in which they came in.
"""


@dataclass(frozen=True)
class Labels:
    """What a node is told, if it asks for it, of the items in its lists.

    ``labels["images"]`` are those of the input ``images``, one for each of its items in order.
    Write ``labels: Labels`` after the ``*``.
    """

    items: Mapping[str, tuple[Label, ...]] = field(default_factory=dict)

    def __getitem__(self, input: str) -> tuple[Label, ...]:
        return self.items.get(input, ())


def shown(value: Any) -> str:
    """How a plain value is written in a label."""
    if isinstance(value, float) and not isinstance(value, bool):
        return f"{value:.4g}"
    return str(value)


def loaded(value: Any) -> Any:
    """A value with all that is lazy in it read."""
    if isinstance(value, Lazy):
        return value.load()
    return [loaded(item) for item in value] if isinstance(value, list) else value
