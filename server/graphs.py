"""Saved graphs as nodes: what they take, give and let be set."""

from collections.abc import Iterator, Mapping

from ..core import AnyNode, CapriccioError, Catalog, Graph, InputError, Placed
from ..core._scope import Reader
from ..core.bundle import Find, Shelf
from ..core.graph import GRAPH
from ..core.plan import Plan
from .results import type_of


def as_node(name: str, graph: Graph, catalog: Catalog, find: Find) -> AnyNode:
    """What a graph is as a node of another, whose own graphs count first; CapriccioError if it is none."""
    kind = GRAPH + name
    probe = Graph({"it": Placed(kind)}, graphs=graph.graphs)
    scope = Reader(catalog).read(probe, Shelf(probe, find))
    if kind in scope.broken:
        raise InputError(scope.broken[kind])
    return scope.kinds[kind]


def inputs_of(graph: Graph, catalog: Catalog, find: Find) -> dict[str, str]:
    """The nodes at which a graph takes something in, by the name of that input."""
    return Reader(catalog).read(graph, Shelf(graph, find)).inputs


def outputs_of(graph: Graph, catalog: Catalog, find: Find) -> dict[str, str]:
    """The nodes at which a graph gives something out, by the name of that output."""
    return Reader(catalog).read(graph, Shelf(graph, find)).outputs


def kinds_in(graph: Graph, find: Find) -> set[str]:
    """The kinds of all nodes of a graph and of the graphs in it, as far as these can be had."""
    return {placed.kind for each in _all(graph, Shelf(graph, find), set()) for placed in each.nodes.values()}


def _all(graph: Graph, shelf: Shelf, seen: set[Shelf]) -> Iterator[Graph]:
    waiting = [(graph, shelf)]
    while waiting:
        each, its = waiting.pop()
        if its in seen:
            continue
        seen.add(its)
        yield each
        for name in {placed.graph for placed in each.nodes.values() if placed.graph is not None}:
            try:
                waiting.append(its.take(name))
            except CapriccioError:
                continue  # planning tells it


def faces(plan: Plan) -> Mapping[str, list[str]]:
    """For a step, the nodes that are graphs and show what it shows: it makes their first output."""
    steps = {step.name: step for step in plan.steps}
    found: dict[str, list[str]] = {}
    for group, about in plan.groups.items():
        name = next(iter(about.outputs.values()), None)
        while name is not None and steps[name].node.arranges:
            reads = next(iter(steps[name].sources.values()), None)
            name = reads[0].source if reads else None
        if name is not None:
            found.setdefault(name, []).append(group)
    return found


def output_types(plan: Plan) -> dict[str, dict[str, str]]:
    """For each step, and each node that is a graph, the types of its outputs as far as it runs."""
    steps = {step.name: step for step in plan.steps}
    found = {
        name: {output: type_of(steps, name, output) for output in step.node.outputs}
        for name, step in steps.items()
    }
    for name, group in plan.groups.items():
        found[name] = {socket: type_of(steps, step, "item") for socket, step in group.outputs.items()}
    return found
