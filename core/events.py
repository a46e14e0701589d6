"""What happens while a plan runs, in the words of the engine.

Every planned node ends with exactly one of NodeFinished, NodeFailed and NodeSkipped, unless
the run is cancelled. NodeChanged may speak of any node at any time.

A node that runs once for each item of a list tells of each in a NodeItem, and ends when all of
them have. A node that is a graph tells of itself too, and shows what the node shows that its first
output comes from; those inside are called ``outer/inner``.
"""

from typing import Any, TypeAlias

import msgspec

from .lists import Label
from .node import Preview


class NodeQueued(msgspec.Struct, frozen=True):
    """A node will run when what it needs is there."""

    name: str


class NodeStarted(msgspec.Struct, frozen=True):
    """A node has begun."""

    name: str


class NodePreviewed(msgspec.Struct, frozen=True):
    """A node shows its work so far."""

    name: str
    preview: Preview


class NodeFinished(msgspec.Struct, frozen=True):
    """A node is done."""

    name: str
    result: Any
    """What its function returned; None for a node without outputs, for one that told of each item, and
    for an unchanged one whose result nobody needs and the cache has let go. A generic node, which only
    puts things in order, tells what it gives if it is wanted or an output of a graph, as nested lists."""
    cached: bool
    """It is unchanged and was not run again."""
    seconds: float


class NodeFailed(msgspec.Struct, frozen=True):
    """A node raised; what depends on it will not run."""

    name: str
    error: BaseException
    seconds: float


class NodeSkipped(msgspec.Struct, frozen=True):
    """A node was not run, because one that it depends on failed."""

    name: str
    failed: str


class NodeListed(msgspec.Struct, frozen=True):
    """It is known for which items a node runs."""

    name: str
    items: dict[tuple[int, ...], Label]
    """By index: what tells an item from the others."""


class NodeItem(msgspec.Struct, frozen=True):
    """Something happens to one item of a node that runs once for each."""

    name: str
    index: tuple[int, ...]
    """Its place in the list, from 0; in a list of lists, first that of its list."""
    event: "NodeStarted | NodePreviewed | NodeFinished | NodeFailed | NodeSkipped"


class NodeChanged(msgspec.Struct, frozen=True):
    """A node was asked to take other settings while the run was on."""

    name: str
    params: dict[str, Any]
    reached: tuple[str, ...] = ()
    """The running nodes that are handed something when they are next asked on."""
    problem: str = ""
    """Why nothing was changed, if so."""
    remade: dict[str, Any] = {}
    """The new results of the nodes that had ended and were made again."""


class RunFinished(msgspec.Struct, frozen=True):
    """Nothing is left to do."""

    seconds: float
    failed: tuple[str, ...]
    skipped: tuple[str, ...]


Event: TypeAlias = (
    NodeQueued
    | NodeStarted
    | NodePreviewed
    | NodeFinished
    | NodeFailed
    | NodeSkipped
    | NodeListed
    | NodeItem
    | NodeChanged
    | RunFinished
)
