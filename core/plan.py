"""Check a graph against the catalog and put it in running order."""

import hashlib
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import networkx as nx

from ._check import problems_of
from ._modes import Live, live
from .catalog import Catalog
from .context import Context, Workspace, file_digest
from .errors import CapriccioError, GraphError, Problem
from .graph import Graph, Link
from .node import AnyNode
from .params import did_you_mean
from .weights import WeightsLibrary

NOTHING_LEFT = (
    "nothing is left to run: every node is muted or bypassed, or cannot do without one that is; switch one on"
)


class Step(msgspec.Struct, frozen=True, eq=False):
    """One node, ready to run."""

    name: str
    node: AnyNode
    params: dict[str, Any]
    """Every setting, as the node's function takes it."""
    sources: dict[str, list[tuple[str, str]]]
    """For each linked input, the nodes and outputs that it reads, in order."""
    key: str
    """Equal keys, equal results."""


@dataclass(frozen=True)
class Plan:
    """Steps in an order in which each follows its sources."""

    steps: tuple[Step, ...]
    wanted: tuple[str, ...]
    graph: Graph
    """As it was drawn, with its muted and bypassed nodes."""
    workspace: Workspace
    weights: WeightsLibrary

    def context(self, step: Step) -> Context:
        """What the step's node may ask about this run."""
        return Context(step.name, self.workspace.device, self.workspace.out, self.graph, self.weights)


def plan(
    graph: Graph,
    catalog: Catalog,
    workspace: Workspace | None = None,
    *,
    wanted: Collection[str] | None = None,
) -> Plan:
    """Check and order all that the wanted nodes need; raise GraphError naming every problem at once.

    By default all nodes are wanted that no other node reads.
    """
    workspace = workspace or Workspace()
    running = live(graph, catalog)
    everything = wanted is None
    wanted = _sinks(running.graph) if wanted is None else tuple(dict.fromkeys(wanted))
    problems = [problem for name in wanted for problem in _absent(name, graph, running)]
    if everything and graph.nodes and not running.graph.nodes:
        problems.append(Problem(NOTHING_LEFT))
    incoming = _incoming(running.graph)
    # What no wanted node reads is a circle, which has to be seen too.
    needed = dict.fromkeys(running.graph.nodes) if everything else _needed(running.graph, incoming, wanted)
    problems += _problems(running, catalog, workspace, needed, incoming)
    order, circles = _ordered(needed, incoming)
    if problems or circles:
        raise GraphError([*problems, *circles])
    return Plan(_steps(graph, catalog, workspace, order, incoming), wanted, graph, workspace, catalog.weights)


def _absent(name: str, drawn: Graph, running: Live) -> Iterator[Problem]:
    """Why a node that is wanted cannot be had."""
    if name not in drawn.nodes:
        yield Problem(f"there is no node {name}" + did_you_mean(name, list(drawn.nodes)))
    elif drawn.nodes[name].mode == "bypass":
        yield Problem("is bypassed, so it makes nothing; switch it on", name)
    elif running.muted.get(name) == name:
        yield Problem("is muted; unmute it", name)
    elif blamed := running.muted.get(name):
        yield Problem(f"cannot do without {blamed}, which is muted; unmute {blamed}", name)


def _problems(
    running: Live,
    catalog: Catalog,
    workspace: Workspace,
    needed: Collection[str],
    incoming: Mapping[str, list[Link]],
) -> list[Problem]:
    """What keeps the needed nodes from running, once for each place."""
    of_modes = [problem for problem in running.problems if problem.node in needed]
    told = {(problem.node, problem.socket) for problem in of_modes}
    found = problems_of(running.graph, catalog, workspace, needed, incoming)
    return [*of_modes, *(problem for problem in found if (problem.node, problem.socket) not in told)]


def _incoming(graph: Graph) -> dict[str, list[Link]]:
    """The links that end in each node, in order."""
    found: dict[str, list[Link]] = {}
    for link in graph.links:
        found.setdefault(link.target, []).append(link)
    return found


def _sinks(graph: Graph) -> tuple[str, ...]:
    read = {link.source for link in graph.links if link.target in graph.nodes and link.target != link.source}
    return tuple(name for name in graph.nodes if name not in read)


def _needed(graph: Graph, incoming: Mapping[str, list[Link]], wanted: Iterable[str]) -> dict[str, None]:
    """The nodes that the wanted ones depend on, and these, in a stable order."""
    found = {name: None for name in wanted if name in graph.nodes}
    waiting = list(found)
    while waiting:
        for link in incoming.get(waiting.pop(), ()):
            if link.source in graph.nodes and link.source not in found:
                found[link.source] = None
                waiting.append(link.source)
    return {name: None for name in graph.nodes if name in found}


def _ordered(
    needed: Mapping[str, None], incoming: Mapping[str, list[Link]]
) -> tuple[list[str], list[Problem]]:
    shape: nx.DiGraph[str] = nx.DiGraph()
    shape.add_nodes_from(needed)
    shape.add_edges_from(
        (link.source, name) for name in needed for link in incoming.get(name, ()) if link.source in needed
    )
    try:
        return list(nx.topological_sort(shape)), []
    except nx.NetworkXUnfeasible:
        return [], list(_circles(shape))


def _circles(shape: "nx.DiGraph[str]") -> Iterator[Problem]:
    """One circle for each group of nodes that can all reach each other."""
    home = {
        name: number for number, part in enumerate(nx.strongly_connected_components(shape)) for name in part
    }
    inside: dict[int, nx.DiGraph[str]] = {}
    for start, end in shape.edges:
        if home[start] == home[end]:
            inside.setdefault(home[start], nx.DiGraph()).add_edge(start, end)
    for part in inside.values():
        circle = [source for source, *_ in nx.find_cycle(part)]
        text = f"the links go round in a circle: {' -> '.join([*circle, circle[0]])}; remove one of them"
        yield Problem(text, circle[0])


def _steps(
    graph: Graph,
    catalog: Catalog,
    workspace: Workspace,
    order: Iterable[str],
    incoming: Mapping[str, list[Link]],
) -> tuple[Step, ...]:
    steps: dict[str, Step] = {}
    problems: list[Problem] = []
    for name in order:
        node = catalog.nodes[graph.nodes[name].kind]
        try:
            params, facts = _settled(node, graph.nodes[name].params, workspace)
            if node.depends:
                context = Context(name, workspace.device, workspace.out, graph, catalog.weights)
                facts.append(_plain(node.depends(context, **params)))
        except Exception as error:
            params, facts = {}, []
            problems.append(Problem(_said(error), name))
        if not node.cached:
            # It must differ every time, and so must all that reads it.
            facts.append(uuid.uuid4().hex)
        sources: dict[str, list[tuple[str, str]]] = {}
        for link in incoming.get(name, ()):
            sources.setdefault(link.input, []).append((link.source, link.output))
        read = [(port, [(steps[start].key, out) for start, out in sources[port]]) for port in sorted(sources)]
        device_class = workspace.device.partition(":")[0]
        parts = (node.id, node.version, catalog.code.get(node.id, ""), device_class, facts, read)
        key = hashlib.sha256(msgspec.msgpack.encode(parts)).hexdigest()
        steps[name] = Step(name, node, params, sources, key)
    if problems:
        raise GraphError(problems)
    return tuple(steps.values())


def _plain(fact: Any) -> Any:
    msgspec.msgpack.encode(fact)  # raises what the node's author needs to know
    return fact


def _said(error: Exception) -> str:
    return str(error) if isinstance(error, CapriccioError) else f"{type(error).__name__}: {error}"


def _settled(
    node: AnyNode, given: Mapping[str, Any], workspace: Workspace
) -> tuple[dict[str, Any], list[Any]]:
    """Every setting as the node's function takes it, and what of it goes into the key."""
    params: dict[str, Any] = {}
    facts: list[Any] = []
    for name, param in node.params.items():
        value = given.get(name, param.default)
        if param.type is Path:
            params[name] = workspace.find(str(value))
            facts.append(file_digest(params[name]))
        else:
            params[name] = param.cleaned(value)
            facts.append(params[name])
    return params, facts
