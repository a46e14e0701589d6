"""The graph as the user drew it. It knows nothing of what its nodes do."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeAlias

import msgspec

from .errors import GraphError, Problem

Mode: TypeAlias = Literal["on", "mute", "bypass"]
"""A muted node's results are not wanted; a bypassed one passes on what it is given."""
GRAPH = "graph:"
"""The kind of a node that is a saved graph begins so, and goes on with that graph's name."""


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
    mode: Mode = "on"

    @property
    def graph(self) -> str | None:
        """The name of the saved graph that the node is, if it is one."""
        return self.kind.removeprefix(GRAPH) if self.kind.startswith(GRAPH) else None


@dataclass(frozen=True)
class Note:
    """A text on the canvas."""

    text: str
    position: tuple[float, float] = (0.0, 0.0)
    size: tuple[float, float] | None = None


@dataclass(frozen=True)
class Frame:
    """A rectangle with a title, behind the nodes on the canvas."""

    title: str
    position: tuple[float, float]
    size: tuple[float, float]


@dataclass(frozen=True, eq=False)
class Graph:
    """Nodes by name, and the links between them; apart from these, where they stand."""

    nodes: Mapping[str, Placed] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    layout: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    exposed: Mapping[str, str] = field(default_factory=dict)
    """Settings that the graph has where it is a node, by name: ``node.setting``, whose ranges they have."""
    graphs: Mapping[str, "Graph"] = field(default_factory=dict)
    """Graphs that it brings along for those of its nodes that are graphs; they count before saved ones."""
    newer: str = ""
    """Why it can only be looked at, if a newer Capriccio made it."""
    frames: tuple[Frame, ...] = ()
    collapsed: frozenset[str] = frozenset()
    """The names of nodes that are drawn small."""

    @cached_property
    def meaning(self) -> str:
        """A digest of what the graph computes; equal wherever its nodes stand.

        The order of links counts only among those that end in the same input.
        """
        nodes = {name: (p.kind, p.version, p.mode, dict(p.params)) for name, p in self.nodes.items()}
        links = sorted(self.links, key=lambda link: (link.target, link.input))
        graphs = {name: graph.meaning for name, graph in self.graphs.items()}
        parts = (nodes, links, dict(self.exposed), graphs)
        return hashlib.sha256(msgspec.json.encode(parts, order="deterministic")).hexdigest()

    def __eq__(self, other: object) -> bool:
        """Graphs are equal that mean the same and look the same."""
        if not isinstance(other, Graph):
            return NotImplemented
        return self._all == other._all

    @property
    def _all(self) -> tuple[Any, ...]:
        looks = self.layout, self.notes, self.frames, self.collapsed
        return self.meaning, looks, self.graphs, self.newer

    def __hash__(self) -> int:
        return hash(self.meaning)

    def with_node(self, name: str, placed: Placed, at: tuple[float, float] | None = None) -> "Graph":
        """The same graph with one more node, or with another in the place of the one of that name."""
        graph = replace(self, nodes={**self.nodes, name: placed})
        return graph if at is None else graph.moved(name, at)

    def without(self, name: str) -> "Graph":
        """The same graph without a node and the links at it."""
        nodes = {other: placed for other, placed in self.nodes.items() if other != name}
        links = tuple(link for link in self.links if name not in (link.source, link.target))
        layout = {other: at for other, at in self.layout.items() if other != name}
        exposed = {each: socket for each, socket in self.exposed.items() if socket.rpartition(".")[0] != name}
        collapsed = self.collapsed - {name}
        return replace(self, nodes=nodes, links=links, layout=layout, exposed=exposed, collapsed=collapsed)

    def renamed(self, old: str, new: str) -> "Graph":
        """The same graph with another name for a node; GraphError if another node has it already."""
        if new != old and new in self.nodes:
            raise GraphError(
                [Problem(f"cannot be called {new}, as another node is; choose a free name", old)]
            )

        def name(given: str) -> str:
            return new if given == old else given

        nodes = {name(each): placed for each, placed in self.nodes.items()}
        links = tuple(
            link._replace(source=name(link.source), target=name(link.target)) for link in self.links
        )
        # These may be left over from a node that is gone.
        layout = {name(each): at for each, at in self.layout.items() if each != new or old == new}
        collapsed = frozenset(name(each) for each in self.collapsed if each != new or old == new)
        exposed = {
            each: f"{name(node)}.{setting}"
            for each, (node, _, setting) in ((x, y.rpartition(".")) for x, y in self.exposed.items())
        }
        return replace(self, nodes=nodes, links=links, layout=layout, exposed=exposed, collapsed=collapsed)

    def moved(self, name: str, at: tuple[float, float]) -> "Graph":
        """The same graph with a node at another place."""
        return replace(self, layout={**self.layout, name: at})

    def with_collapsed(self, name: str, on: bool = True) -> "Graph":
        """The same graph with a node drawn small, or in full again."""
        return replace(self, collapsed=self.collapsed | {name} if on else self.collapsed - {name})

    def with_link(self, link: Link) -> "Graph":
        """The same graph with one more link, the last of those that end in its input."""
        return replace(self, links=(*self.links, link))

    def without_link(self, link: Link) -> "Graph":
        """The same graph without a link; of several that are alike, without the last."""
        links = list(reversed(self.links))
        if link in links:
            links.remove(link)
        return replace(self, links=tuple(reversed(links)))

    def with_mode(self, name: str, mode: Mode) -> "Graph":
        """The same graph with a node switched on, muted or bypassed."""
        return self.with_node(name, replace(self.nodes[name], mode=mode))

    def with_exposed(self, name: str, socket: str | None) -> "Graph":
        """The same graph with ``node.setting`` exposed under a name, or no more if None is given."""
        exposed = {each: at for each, at in self.exposed.items() if each != name}
        return replace(self, exposed=exposed if socket is None else {**exposed, name: socket})

    def with_params(self, name: str, /, **params: Any) -> "Graph":
        """The same graph with some settings of one node changed."""
        placed = self.nodes[name]
        return self.with_node(name, replace(placed, params={**placed.params, **params}))

    def without_params(self, name: str, *keys: str) -> "Graph":
        """The same graph with some settings of one node back at their defaults."""
        placed = self.nodes[name]
        kept = {key: value for key, value in placed.params.items() if key not in keys}
        return self.with_node(name, replace(placed, params=kept))
