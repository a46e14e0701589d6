"""The graph as the user drew it. It knows nothing of what its nodes do."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import msgspec


class Link(NamedTuple):
    """From a node's output to another node's input."""

    source: str
    output: str
    target: str
    input: str

    @classmethod
    def between(cls, start: str, end: str) -> "Link":
        """A link from ``node.output`` to ``node.input``."""
        return cls(*start.rsplit(".", 1), *end.rsplit(".", 1))

    @property
    def start(self) -> str:
        """``node.output``."""
        return f"{self.source}.{self.output}"

    @property
    def end(self) -> str:
        """``node.input``."""
        return f"{self.target}.{self.input}"


@dataclass(frozen=True)
class Placed:
    """A node on the canvas, with the settings that differ from its defaults."""

    kind: str
    params: Mapping[str, Any] = field(default_factory=dict)
    version: int = 1


@dataclass(frozen=True)
class Note:
    """A text on the canvas."""

    text: str
    position: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, eq=False)
class Graph:
    """Nodes by name, and the links between them; apart from these, where they stand."""

    nodes: Mapping[str, Placed] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    layout: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()

    @cached_property
    def meaning(self) -> str:
        """A digest of what the graph computes; equal wherever its nodes stand.

        The order of links counts only among those that end in the same input.
        """
        nodes = {name: (p.kind, p.version, dict(p.params)) for name, p in self.nodes.items()}
        links = sorted(self.links, key=lambda link: (link.target, link.input))
        return hashlib.sha256(msgspec.json.encode((nodes, links), order="deterministic")).hexdigest()

    def __eq__(self, other: object) -> bool:
        """Graphs are equal that mean the same and look the same."""
        if not isinstance(other, Graph):
            return NotImplemented
        return (self.meaning, self.layout, self.notes) == (other.meaning, other.layout, other.notes)

    def __hash__(self) -> int:
        return hash(self.meaning)

    def with_params(self, name: str, /, **params: Any) -> "Graph":
        """The same graph with some settings of one node changed."""
        placed = self.nodes[name]
        changed = replace(placed, params={**placed.params, **params})
        return replace(self, nodes={**self.nodes, name: changed})
