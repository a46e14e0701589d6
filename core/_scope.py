"""One graph read against what there is: its nodes, the graphs in it, what runs, the types of outputs."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

import networkx as nx

from ._current import current
from ._modes import Live, live
from .bundle import DEEPEST, Shelf, circle
from .catalog import Catalog
from .errors import CapriccioError, GraphError, Problem
from .graph import Graph, Link
from .interface import graph_input, graph_output
from .node import AnyNode, Input, Node, Output
from .params import Param
from .ports import PortType

_UNKNOWN = PortType("unknown")


@dataclass(frozen=True, eq=False)
class Scope:
    """A graph, as far as it can be known without running it."""

    graph: Graph
    """As it was drawn, its nodes brought to the versions that are here."""
    running: Live
    kinds: Mapping[str, AnyNode]
    """All kinds of nodes that can be placed in it, the graphs in it among them."""
    below: Mapping[str, "Scope"]
    """The graphs in it, by kind."""
    broken: Mapping[str, str]
    """Why a kind that is a graph cannot be had."""
    incoming: Mapping[str, list[Link]]
    """The links that end in each node, in order."""
    order: list[str]
    """Each node after those that it reads; without those in circles, and what comes after them."""
    whole: bool
    """No links go round in a circle."""
    types: Mapping[tuple[str, str], PortType] = field(default_factory=dict)
    """Of each output of each node that is in order, as far as it can be told."""

    given: frozenset[str] = frozenset()
    """The nodes at which something is given to the graph from outside."""
    fed: frozenset[tuple[str, str]] = frozenset()
    """Settings of nodes in it that links from outside end in."""

    def as_node(
        self, params: Mapping[str, Any], linked: Collection[str], *, everything: bool = False
    ) -> "Scope":
        """The graph as it is where it stands as a node with these settings and links.

        With ``everything``, all that it needs is taken as given.
        """
        nodes = dict(self.running.graph.nodes)
        for name, value in params.items():
            inner, _, setting = self.graph.exposed.get(name, "").rpartition(".")
            if inner in nodes:
                nodes[inner] = replace(nodes[inner], params={**nodes[inner].params, setting: value})
        fed = ((name, at.rpartition(".")) for name, at in self.graph.exposed.items() if name in linked)
        given = (
            name
            for socket, name in self.inputs.items()
            if socket in linked or (everything and not self.incoming.get(name))
        )
        return replace(
            self,
            running=self.running._replace(graph=replace(self.running.graph, nodes=nodes)),
            given=frozenset(given),
            fed=frozenset((inner, setting) for _, (inner, _, setting) in fed),
        )

    def linked(self, name: str) -> set[str]:
        """The inputs and settings of a node that links end in, those from outside included."""
        fed = {setting for node, setting in self.fed if node == name} if self.fed else set()
        return fed | {link.input for link in self.incoming.get(name, ())}

    def inner_wishes(self, name: str, needed: Collection[str], wishes: Collection[str]) -> list[str]:
        """What is wanted of a graph in this one: outputs that others read, and what is asked for itself."""
        outputs = self.below[self.running.graph.nodes[name].kind].outputs
        if name in wishes:
            found = dict.fromkeys(outputs.values())
        else:
            read = {
                link.output
                for link in self.running.graph.links
                if link.source == name and link.target in needed
            }
            found = {at: None for socket, at in outputs.items() if socket in read}
        inner = (wish.partition("/") for wish in wishes)
        return list(found | {rest: None for top, slash, rest in inner if top == name and slash})

    def node(self, name: str) -> AnyNode | None:
        """What a node is, if that is known."""
        return self.kinds.get(self.running.graph.nodes[name].kind)

    @property
    def inputs(self) -> dict[str, str]:
        """The nodes at which the graph takes something in, by socket."""
        return self._named(graph_input)

    @property
    def outputs(self) -> dict[str, str]:
        """The nodes at which the graph gives something out, by socket."""
        return self._named(graph_output)

    def needed(self, wanted: Iterable[str]) -> dict[str, None]:
        """The nodes that the wanted ones depend on, and these, in a stable order."""
        nodes = self.running.graph.nodes
        found = {name: None for name in wanted if name in nodes}
        waiting = list(found)
        while waiting:
            for link in self.read(waiting.pop()):
                if link.source in nodes and link.source not in found:
                    found[link.source] = None
                    waiting.append(link.source)
        return {name: None for name in nodes if name in found}

    def read(self, name: str) -> list[Link]:
        """The links that a node reads: none if something is given to it from outside."""
        return [] if name in self.given else self.incoming.get(name, [])

    def _named(self, kind: AnyNode) -> dict[str, str]:
        # By name, as a file has them: the order in which they were placed means nothing.
        nodes = sorted(self.running.graph.nodes.items(), key=lambda item: item[0])
        return {socket(name): name for name, placed in nodes if placed.kind == kind.id}


def socket(name: str) -> str:
    """What the socket of a graph is called after one of its nodes: that name without spaces and the like."""
    made = re.sub(r"\W", "_", name, flags=re.ASCII)
    return made if re.match(r"[A-Za-z_]", made) else f"_{made}"


class Reader:
    """Reads graphs, and those in them, each once."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._known: dict[Shelf, Scope | str] = {}
        self._open: dict[Shelf, str] = {}

    def read(self, graph: Graph, shelf: Shelf) -> Scope:
        """The graph and all in it; GraphError when it can only be looked at."""
        if graph.newer:
            raise GraphError([Problem(graph.newer)])
        graph = current(graph, self._catalog.nodes)
        below: dict[str, Scope] = {}
        broken: dict[str, str] = {}
        for placed in graph.nodes.values():
            if placed.graph is not None:
                found = self._below(placed.graph, shelf)
                if isinstance(found, Scope):
                    below[placed.kind] = found
                elif placed.mode != "mute":
                    broken[placed.kind] = found
        kinds: Mapping[str, AnyNode] = self._catalog.nodes
        if below:
            kinds = {**kinds, **{kind: interface(kind, scope) for kind, scope in below.items()}}
        running = live(graph, kinds)
        incoming: dict[str, list[Link]] = {}
        for link in running.graph.links:
            incoming.setdefault(link.target, []).append(link)
        scope = Scope(graph, running, kinds, below, broken, incoming, *_ordered(running.graph))
        return replace(scope, types=_types(scope))

    def _below(self, name: str, shelf: Shelf) -> Scope | str:
        """The graph that a node is; a sentence if it cannot be had."""
        try:
            graph, below = shelf.take(name)
        except CapriccioError as error:
            return str(error)
        if below in self._open:
            shelves = list(self._open)
            names = [self._open[each] for each in shelves[shelves.index(below) :]]
            return circle([*names, name])
        if len(self._open) >= DEEPEST:
            return f"is in graphs within graphs, more than {DEEPEST} deep; use fewer levels"
        if below not in self._known:
            self._open[below] = name
            try:
                self._known[below] = self.read(graph, below)
            except CapriccioError as error:
                self._known[below] = str(error)
            finally:
                del self._open[below]
        return self._known[below]


def interface(kind: str, scope: Scope) -> AnyNode:
    """A graph as a node: it can be linked and set like any other, and is never called."""
    inputs = {
        socket: _input(scope, name)
        for socket, name in scope.inputs.items()
        if socket not in scope.graph.exposed
    }
    params = {name: param for name, at in scope.graph.exposed.items() if (param := _exposed(scope, name, at))}
    outputs = {
        socket: Output(scope.types.get((name, "item"), _UNKNOWN)) for socket, name in scope.outputs.items()
    }
    return Node(kind, 1, "Graphs", _never, inputs, params, outputs, None, False, True, None, None)


def _never() -> NoReturn:
    raise AssertionError("planning puts the nodes of a graph in its place")


def _input(scope: Scope, name: str) -> Input:
    settings = scope.running.graph.nodes[name].params
    depth = int(settings.get("many") is True)
    return Input(_port(scope, name), depth, optional=bool(scope.incoming.get(name)))


def _port(scope: Scope, name: str) -> PortType:
    """The type that a GraphInput is set to."""
    named = scope.running.graph.nodes[name].params.get("type", graph_input.params["type"].default)
    return PortType(str(named)) if str(named).isidentifier() and str(named).isascii() else _UNKNOWN


def _exposed(scope: Scope, name: str, at: str) -> Param | None:
    """A setting of a node inside, as a setting of the whole."""
    inner, _, setting = at.rpartition(".")
    placed = scope.graph.nodes.get(inner)
    node = scope.kinds.get(placed.kind) if placed else None
    param = node.params.get(setting) if node else None
    if param is None or placed is None:
        return None
    value = placed.params.get(setting, param.default)
    fits = setting not in placed.params or param.problem(value) is None
    return replace(param, name=name, default=value if fits else param.default)


def _ordered(graph: Graph) -> tuple[list[str], bool]:
    """The nodes in order, and whether these are all."""
    shape: nx.DiGraph[str] = nx.DiGraph()
    shape.add_nodes_from(graph.nodes)
    shape.add_edges_from(
        (link.source, link.target)
        for link in graph.links
        if link.source in graph.nodes and link.target in graph.nodes
    )
    found: list[str] = []
    try:
        for name in nx.topological_sort(shape):  # one by one, so that what comes before a circle is kept
            found.append(name)
    except nx.NetworkXUnfeasible:
        return found, False
    return found, True


def _types(scope: Scope) -> dict[tuple[str, str], PortType]:
    """The type of each output; that of a generic node is that of what is linked to it first."""
    found: dict[tuple[str, str], PortType] = {}
    for name in scope.order:
        node = scope.node(name)
        if node is None:
            continue
        if node is graph_input:
            found[name, "item"] = _port(scope, name)
            continue
        bound = bindings(scope, name, node, found) if node.arranges else {}
        for output, given in node.outputs.items():
            made = bound.get(given.type.name) if given.type.variable else given.type
            if made and made is not _UNKNOWN:
                found[name, output] = made
    return found


def bindings(
    scope: Scope, name: str, node: AnyNode, types: Mapping[tuple[str, str], PortType]
) -> dict[str, PortType]:
    """What the type variables of a generic node stand for: for each the first type that is linked."""
    bound: dict[str, PortType] = {}
    for port, input in node.inputs.items():
        for link in scope.incoming.get(name, ()):
            given = types.get((link.source, link.output))
            if input.type.variable and link.input == port and given:
                bound.setdefault(input.type.name, given)
    return bound
