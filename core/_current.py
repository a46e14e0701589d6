"""Nodes of older versions, brought to those that are here."""

import copy
from collections.abc import Mapping
from dataclasses import replace

from .errors import CapriccioError, GraphError, NodeError, Problem
from .graph import Graph, Link, Placed
from .node import AnyNode, Migration, Saved


def current(graph: Graph, nodes: Mapping[str, AnyNode]) -> Graph:
    """The same graph with no node older than the version that is here; itself if there is none.

    Settings are migrated; links and exposed settings follow where something is called otherwise now.
    Nodes that are newer than those here stay as they are. Raises GraphError with every migration
    that fails.
    """
    problems: list[Problem] = []
    made = _current(graph, nodes, problems, "")
    graphs = {name: _current(inner, nodes, problems, name) for name, inner in graph.graphs.items()}
    if problems:
        raise GraphError(problems)
    if all(graphs[name] is inner for name, inner in graph.graphs.items()):
        return made
    return replace(made, graphs=graphs)


def _current(graph: Graph, nodes: Mapping[str, AnyNode], problems: list[Problem], inside: str) -> Graph:
    found: dict[str, Saved] = {}
    for name, placed in graph.nodes.items():
        node = nodes.get(placed.kind)
        if node is not None and placed.version < node.version:
            try:
                found[name] = _migrated(placed, node)
            except NodeError as error:
                said = f"{name}: {error}"
                problems.append(
                    Problem(f"in the graph {inside}, {said}") if inside else Problem(str(error), name)
                )
    return _with(graph, found, nodes) if found else graph


def _migrated(placed: Placed, node: AnyNode) -> Saved:
    """What the version that is here takes, and what of it went by other names in the file."""
    saved = Saved(copy.deepcopy(dict(placed.params)))
    for version, migration in sorted(node.migrations.items()):
        if version >= placed.version:
            try:
                saved = _step(migration, saved)
            except Exception as error:
                said = str(error) if isinstance(error, CapriccioError) else f"{type(error).__name__}: {error}"
                raise NodeError(
                    f"cannot be brought from version {version} of {node.id} to {version + 1}: {said}; "
                    "set it anew, or ask who made that node"
                ) from error
    return saved


def _step(migration: Migration, saved: Saved) -> Saved:
    made = migration(Saved(saved.params))
    if not isinstance(made, Saved):
        raise NodeError(f"its migration gives {type(made).__name__} and must give Saved")
    return replace(made, params=dict(made.params)).after(saved)


def _with(graph: Graph, found: Mapping[str, Saved], nodes: Mapping[str, AnyNode]) -> Graph:
    """A graph with these of its nodes as they are saved in the versions that are here."""

    def input(node: str, socket: str) -> str:
        return found[node].inputs.get(socket, socket) if node in found else socket

    def link(old: Link) -> Link:
        outputs = found[old.source].outputs if old.source in found else {}
        return old._replace(output=outputs.get(old.output, old.output), input=input(old.target, old.input))

    def placed(name: str, old: Placed) -> Placed:
        if name not in found:
            return old
        return replace(old, params=found[name].params, version=nodes[old.kind].version)

    def exposed(socket: str) -> str:
        node, _, setting = socket.rpartition(".")
        return f"{node}.{input(node, setting)}"

    return replace(
        graph,
        nodes={name: placed(name, old) for name, old in graph.nodes.items()},
        links=tuple(map(link, graph.links)),
        exposed={name: exposed(socket) for name, socket in graph.exposed.items()},
    )
