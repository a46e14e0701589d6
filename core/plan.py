"""Check a graph against the catalog and put it, with the graphs in it, in running order."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import networkx as nx

from ._build import Builder
from ._check import interface_problems, problems_of
from ._key import settled
from ._scope import Reader, Scope
from ._step import Group, Step
from .bundle import Shelf
from .catalog import Catalog
from .context import Context, Workspace
from .errors import GraphError, Problem
from .graph import Graph
from .lists import Label
from .params import did_you_mean
from .record import record_of
from .weights import WeightsLibrary

__all__ = ["Group", "Plan", "Step", "plan"]

NOTHING_LEFT = (
    "nothing is left to run: every node is muted or bypassed, or cannot do without one that is; switch one on"
)
MOST = 20_000
"""Nodes of a graph with those of all graphs in it: a few levels could stand for any number."""


@dataclass(frozen=True)
class Plan:
    """Steps in an order in which each follows its sources."""

    steps: tuple[Step, ...]
    wanted: tuple[str, ...]
    """The steps whose results are wanted; of a node that is a graph, its outputs."""
    graph: Graph
    """As it was drawn, with its muted and bypassed nodes."""
    workspace: Workspace
    weights: WeightsLibrary
    code: Mapping[str, str] = field(default_factory=dict)
    """For each kind of node, a digest of the file that it comes from."""
    groups: Mapping[str, Group] = field(default_factory=dict)
    """The nodes that are graphs, each after those that it is in."""

    def context(self, step: Step, index: tuple[int, ...] = (), labels: Label | None = None) -> Context:
        """What the step's node may ask about this run."""
        labels = labels or {}
        return Context(
            step.name,
            self.workspace.device,
            self.workspace.out,
            self.graph,
            self.weights,
            index,
            labels,
            partial(record_of, self, step.name, index, labels),
        )

    def late(self, step: Step, linked: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
        """The settings of a step that depends on what links bring to them, and what its key begins with."""
        given = {**step.params, **linked}
        context = Context(step.name, self.workspace.device, self.workspace.out, self.graph, self.weights)
        code = self.code.get(step.node.id, "")
        made = settled(step.node, given, (), self.workspace, lambda: context, code)
        return made.params, made.stem


def plan(
    graph: Graph,
    catalog: Catalog,
    workspace: Workspace | None = None,
    *,
    wanted: Collection[str] | None = None,
    given: Mapping[str, Any] | None = None,
) -> Plan:
    """Check and order all that the wanted nodes need; raise GraphError naming every problem at once.

    By default all nodes are wanted that no other node reads; ``outer/inner`` is a node in a graph
    that is a node. ``given`` are values for the graph's own inputs, by name.
    """
    workspace, given = workspace or Workspace(), given or {}
    scope = Reader(catalog).read(graph, Shelf(graph, workspace.graph))
    scope = replace(scope, given=frozenset(scope.inputs[name] for name in given if name in scope.inputs))
    checker = _Checker(catalog, workspace)
    problems = [_no_input(name, scope) for name in given if name not in scope.inputs]
    checker.check(scope, "", wanted)
    if problems := [*problems, *checker.problems]:
        raise GraphError(problems)
    builder = Builder(catalog, workspace, scope.graph)
    wishes = tuple(dict.fromkeys(_sinks(scope.running.graph) if wanted is None else wanted))
    steps, groups, roots = builder.build(
        scope, wishes, {scope.inputs[name]: value for name, value in given.items()}
    )
    return Plan(steps, roots, scope.graph, workspace, catalog.weights, catalog.code, groups)


def _no_input(name: str, scope: Scope) -> Problem:
    known = ", ".join(scope.inputs) or "none"
    return Problem(f"{name} is given, and the graph has no such input; it has {known}")


class _Checker:
    """Finds all that is wrong in a graph and those in it, as far as it is needed."""

    def __init__(self, catalog: Catalog, workspace: Workspace) -> None:
        self.problems: list[Problem] = []
        self._catalog = catalog
        self._workspace = workspace
        self._left = MOST

    def check(self, scope: Scope, prefix: str, wanted: Collection[str] | None) -> None:
        """Check what the wanted nodes of a graph need; all if none are named."""
        running = scope.running.graph
        everything = wanted is None
        wishes = _sinks(running) if wanted is None else tuple(dict.fromkeys(wanted))
        found = [problem for name in wishes for problem in _absent(name, scope)]
        if everything and scope.graph.nodes and not running.nodes:
            found.append(Problem(NOTHING_LEFT))
        # What no wanted node reads is a circle, which has to be seen too.
        tops = [name.partition("/")[0] for name in wishes]
        needed = dict.fromkeys(running.nodes) if everything else scope.needed(tops)
        self._left -= len(needed)
        if self._left < 0:
            text = f"is more than {MOST:,} nodes with those of the graphs in it; use fewer"
            raise GraphError([Problem(text, prefix.rstrip("/")) if prefix else Problem(f"the graph {text}")])
        found += self._own(scope, needed)
        found += interface_problems(scope)
        if not scope.whole:
            found += _circles(scope, needed)
        self.problems += [_within(prefix, problem) for problem in found]
        for name in needed:
            if inner := scope.below.get(running.nodes[name].kind):
                known = scope.kinds[running.nodes[name].kind].params
                params = {
                    key: value
                    for key, value in running.nodes[name].params.items()
                    if key in known and known[key].problem(value) is None  # or it has been told already
                }
                inside = inner.as_node(params, scope.linked(name), everything=True)
                self.check(inside, f"{prefix}{name}/", scope.inner_wishes(name, needed, wishes))

    def _own(self, scope: Scope, needed: Collection[str]) -> list[Problem]:
        """What keeps the needed nodes from running, once for each place."""
        of_modes = [problem for problem in scope.running.problems if problem.node in needed]
        told = {(problem.node, problem.socket) for problem in of_modes}
        found = problems_of(scope, self._workspace, needed, self._catalog.port_types)
        return [*of_modes, *(problem for problem in found if (problem.node, problem.socket) not in told)]


def _within(prefix: str, problem: Problem) -> Problem:
    if not prefix:
        return problem
    return replace(problem, node=prefix + problem.node if problem.node else prefix.rstrip("/"))


def _absent(name: str, scope: Scope) -> Iterator[Problem]:
    """Why a node that is wanted cannot be had."""
    top, _, inner = name.partition("/")
    drawn = scope.graph.nodes
    if top not in drawn:
        yield Problem(f"there is no node {top}" + did_you_mean(top, list(drawn)))
    elif drawn[top].mode == "bypass":
        yield Problem("is bypassed, so it makes nothing; switch it on", top)
    elif scope.running.muted.get(top) == top:
        yield Problem("is muted; unmute it", top)
    elif blamed := scope.running.muted.get(top):
        yield Problem(f"cannot do without {blamed}, which is muted; unmute {blamed}", top)
    elif inner and drawn[top].graph is None:
        yield Problem(f"is no graph, so there is no node {name[:200]}; choose another", top)


def _sinks(graph: Graph) -> tuple[str, ...]:
    read = {link.source for link in graph.links if link.target in graph.nodes and link.target != link.source}
    return tuple(name for name in graph.nodes if name not in read)


def _circles(scope: Scope, needed: Mapping[str, None]) -> Iterator[Problem]:
    """One circle for each group of nodes that can all reach each other."""
    shape: nx.DiGraph[str] = nx.DiGraph()
    shape.add_nodes_from(needed)
    shape.add_edges_from(
        (link.source, name)
        for name in needed
        for link in scope.incoming.get(name, ())
        if link.source in needed
    )
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
