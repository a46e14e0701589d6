"""What a plan is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from .node import AnyNode


class Read(NamedTuple):
    """What a step reads at one link, for each of its items.

    A step runs once for each index, a tuple with a number for each of its axes. What it reads for one
    is found below the place in its source that these numbers lead to.
    """

    source: str
    output: str
    picks: tuple[int, ...]
    """Which numbers of the reader's index lead there, in order."""
    rest: int
    """How deep a list is found there; 0 for a single value."""


class Step(msgspec.Struct, frozen=True, eq=False):
    """One node, ready to run."""

    name: str
    node: AnyNode
    params: dict[str, Any]
    """Every setting, as the node's function takes it; those that a link gives are replaced by it."""
    sources: dict[str, list[Read]]
    """For each linked input or setting, what it reads, in order."""
    axes: int
    """How many lists it goes through, one in the other: 0 if it runs once."""
    gates: list[Read]
    """What else has to have as many items, since the graph that it is in goes through it."""
    stem: bytes
    """What its keys begin with: all that its results depend on besides what it reads."""
    key: str
    """Equal keys, equal results; empty if only a run can tell."""
    late: bool
    """Its settings hold something that only a link tells, and that its key needs, such as a file."""
    depends: Any
    """What else its result depends on, as its node says."""
    files: dict[str, tuple[str, str]]
    """For each setting that names a file or a folder: that name, and the sha256 of the content."""


@dataclass(frozen=True)
class Group:
    """A node that is a graph: what stands for it among the steps."""

    outputs: Mapping[str, str]
    """The steps that give its outputs, by socket; only those that are needed."""
    exposed: Mapping[str, tuple[str, str]]
    """Its settings: for each the node inside, with its whole name, and that node's setting."""
