"""What happens while a plan runs, in the words of the engine.

Every planned node ends with exactly one of NodeFinished, NodeFailed and NodeSkipped, unless
the run is cancelled. NodeChanged may speak of any node at any time.
"""

from typing import Any, TypeAlias

import msgspec

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
    """What its function returned; None for a node without outputs, and for an unchanged one whose
    result nobody needs and the cache has let go."""
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
    | NodeChanged
    | RunFinished
)
