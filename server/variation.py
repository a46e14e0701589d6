"""A graph with other settings and inputs than its file has, as scripts and the command line want it."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from itertools import chain, count
from pathlib import Path
from typing import Any, NamedTuple

from ..core import CapriccioError, Catalog, Graph, InputError, Link, Placed, Workspace
from ..core.interface import graph_input
from ..core.params import Param, did_you_mean
from .graphs import as_node, inputs_of


class _Giver(NamedTuple):
    """A node that gives a plain value."""

    kind: str
    setting: str
    output: str


GIVERS = {
    "Image": _Giver("capriccio.LoadImage", "file", "image"),
    "Number": _Giver("capriccio.Number", "value", "number"),
    "Text": _Giver("capriccio.Text", "value", "text"),
    "Bool": _Giver("capriccio.Bool", "value", "bool"),
}
"""By type, what is linked to an input of the graph to give it something."""
COLLECT = "capriccio.Collect"
LONGEST = 100
"""Characters of a node's name."""


class Variation:
    """Changes a graph step by step; files that are named may be read wherever they are."""

    def __init__(self, graph: Graph, catalog: Catalog, workspace: Workspace) -> None:
        self.graph = graph
        self.workspace = workspace
        self._drawn = graph
        self._catalog = catalog

    @cached_property
    def inputs(self) -> dict[str, str]:
        """The nodes at which the graph takes something in, by the name of that input."""
        found = inputs_of(self._drawn, self._catalog, self.workspace.graph)
        return {name: node for name, node in found.items() if name not in self._drawn.exposed}

    def param(self, node: str, setting: str) -> Param | None:
        """What is known of a setting."""
        placed = self.graph.nodes.get(node)
        kind = self._catalog.nodes.get(placed.kind) if placed else None
        if placed and placed.graph is not None:
            try:
                kind = as_node(placed.graph, self.graph, self._catalog, self.workspace.graph)
            except CapriccioError:  # which planning tells
                return None
        return kind.params.get(setting) if kind else None

    def set(self, node: str, setting: str, value: Any) -> None:
        """Change a setting of a node; InputError if there is no such node."""
        if node not in self.graph.nodes:
            raise InputError(f"there is no node {node}{did_you_mean(node, list(self.graph.nodes))}")
        if isinstance(value, Path):
            value = self._granted(value)
        self.graph = self.graph.with_params(node, **{setting: value})

    def exposed(self, name: str) -> tuple[str, str] | None:
        """The node and the setting that the graph itself has under a name."""
        node, _, setting = self._drawn.exposed.get(name, "").rpartition(".")
        return (node, setting) if node else None

    def type(self, name: str) -> str:
        """What an input of the graph takes."""
        params = self.graph.nodes[self.inputs[name]].params
        return str(params.get("type", graph_input.params["type"].default))

    def check(self, name: str) -> None:
        """Raise InputError if the graph has neither an input nor an exposed setting of that name."""
        known = [*self._drawn.exposed, *self.inputs]
        if name not in known:
            has = f"; it has {', '.join(known)}" if known else ""
            raise InputError(
                f"the graph has no input or exposed setting {name}{did_you_mean(name, known) or has}"
            )

    def many(self, name: str) -> bool:
        """Whether an input of the graph takes a list whole."""
        return self.graph.nodes[self.inputs[name]].params.get("many") is True

    def give(self, name: str, value: Any) -> None:
        """Give an input of the graph a value, the Path of a picture, or a list, instead of its default."""
        node = self.inputs[name]
        self._unlink(node)
        if isinstance(value, list):
            list_node = self._placed(node, COLLECT, {})
            for item in value:
                self._link(*self._giver(name, item), list_node, "items")
            self._link(list_node, "item", node, "default")
        else:
            self._link(*self._giver(name, value), node, "default")

    def _giver(self, name: str, value: Any) -> tuple[str, str]:
        """A node that gives a plain value, and its output."""
        type, node = self.type(name), self.inputs[name]
        giver = GIVERS.get(type)
        kind = self._catalog.nodes.get(giver.kind) if giver else None
        if giver is None or kind is None:
            raise InputError(f"{name} takes {type}, which cannot be written; link a node to its default")
        if isinstance(value, Path):
            value = self._granted(value)
        if problem := kind.params[giver.setting].problem(value):
            raise InputError(f"{name} {problem}")
        return self._placed(node, giver.kind, {giver.setting: value}), giver.output

    def _placed(self, node: str, kind: str, params: dict[str, Any]) -> str:
        """Place a node that gives something to this one; give its name."""
        made = next(free for free in _names(node) if free not in self.graph.nodes)
        version = self._catalog.nodes[kind].version
        self.graph = self.graph.with_node(made, Placed(kind, params, version))
        return made

    def _link(self, source: str, output: str, target: str, input: str) -> None:
        self.graph = self.graph.with_link(Link(source, output, target, input))

    def _unlink(self, node: str) -> None:
        """Let nothing come into an input, and take away what was there for nothing else."""
        gone = [link for link in self.graph.links if (link.target, link.input) == (node, "default")]
        for link in gone:
            self.graph = self.graph.without_link(link)
        waiting = [link.source for link in gone]
        while waiting:
            name = waiting.pop()
            if name in self.graph.nodes and not any(link.source == name for link in self.graph.links):
                waiting += [link.source for link in self.graph.links if link.target == name]
                self.graph = self.graph.without(name)

    def _granted(self, path: Path) -> str:
        """A name for a file that stands for no other in the graph."""
        taken = [value for placed in self.graph.nodes.values() for value in placed.params.values()]
        known = self.workspace.granted
        names = chain([path.name], (f"{path.stem}-{number}{path.suffix}" for number in count(2)))
        alias = next(name for name in names if known.get(name) == path or name not in taken)
        self.workspace = replace(self.workspace, granted={**known, alias: path})
        return alias


def _names(node: str) -> Iterator[str]:
    yield f"{node[: LONGEST - 6]} given"
    for number in count(2):
        yield f"{node[: LONGEST - 16]} given {number}"
