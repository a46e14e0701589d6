"""Everything that can be wrong with a graph before it runs."""

from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from ._scope import Scope, bindings, socket
from .context import Workspace
from .errors import InputError, Problem
from .graph import GRAPH, Link, Placed
from .interface import graph_input, graph_output
from .node import AnyNode
from .params import REQUIRED, Param, did_you_mean
from .ports import PortType

_NOTHING_GIVES = "is a graph that gives nothing; put a GraphOutput into it"
_NOTHING_GIVEN = (
    "is an input of this graph, and nothing is given to it; give it something, or link its default"
)


def problems_of(
    scope: Scope, workspace: Workspace, needed: Collection[str], ports: Collection[str]
) -> list[Problem]:
    """All that keeps the needed nodes of a graph from running; ``ports`` are all port types."""
    problems: list[Problem] = []
    graph = scope.running.graph
    for name in needed:
        placed, node, links = graph.nodes[name], scope.node(name), scope.incoming.get(name, ())
        if node is None:
            problems.append(Problem(_unknown(placed.kind, scope), name))
        elif placed.version > node.version:
            here = f"and here is version {node.version}; update its plugin"
            problems.append(Problem(f"is version {placed.version} of {node.id}, {here}", name))
        else:
            if placed.graph is not None and not node.outputs:
                problems.append(Problem(_NOTHING_GIVES, name))
            problems += _settings(name, placed, node, scope.linked(name), workspace)
            problems += _inputs(name, node, links)
            if node is graph_input:
                problems += _type(name, placed, ports)
                if not links and name not in scope.given:
                    problems.append(Problem(_NOTHING_GIVEN, name))
        for link in links:
            problems += _link(link, scope, node)
    problems += [
        Problem(f"a link from {link.start} ends in {link.target}, and there is no such node; remove the link")
        for link in graph.links
        if link.target not in graph.nodes and (link.source in needed or len(needed) == len(graph.nodes))
    ]
    return problems


def interface_problems(scope: Scope) -> list[Problem]:
    """What is wrong with how a graph can be used as a node."""
    problems: list[Problem] = []
    nodes = scope.running.graph.nodes
    for kind, named in ((graph_input, scope.inputs), (graph_output, scope.outputs)):
        for name, placed in nodes.items():
            if placed.kind == kind.id and named[socket(name)] != name:
                text = f"and {named[socket(name)]} would be one socket, {socket(name)}; rename one of them"
                problems.append(Problem(text, name))
    for name, at in scope.graph.exposed.items():
        inner, _, setting = at.rpartition(".")
        there = scope.graph.nodes.get(inner)
        node = scope.kinds.get(there.kind) if there else None
        if name in scope.inputs:
            problems.append(Problem(f"is an input and an exposed setting, {at}; rename one of them", name))
        if there is None or (node and setting not in node.params):
            known = list(node.params) if node else list(scope.graph.nodes)
            hint = did_you_mean(setting if node else inner, known) or "; expose another, or none"
            problems.append(Problem(f"{name} is to be {at}, and there is no such setting{hint}"))
        elif node is graph_input:
            problems.append(Problem(f"{name} is to be {at}, which says what the graph is; expose another"))
    return problems


def _unknown(kind: str, scope: Scope) -> str:
    if kind in scope.broken:
        return scope.broken[kind]
    known = [each for each in scope.kinds if not each.startswith(GRAPH)]
    remedy = did_you_mean(kind, known) or "; is it installed?"
    return f"no plugin contributes {kind}{remedy}"


def _type(name: str, placed: Placed, ports: Collection[str]) -> Iterator[Problem]:
    given = placed.params.get("type", graph_input.params["type"].default)
    if isinstance(given, str) and given not in ports:
        hint = did_you_mean(given, list(ports)) or f"; choose one of {', '.join(ports)}"
        yield Problem(f"is {given[:60]}, which is no port type{hint}", name, "type")


def _settings(
    name: str, placed: Placed, node: AnyNode, linked: Collection[str], workspace: Workspace
) -> Iterator[Problem]:
    for key, value in placed.params.items():
        param = node.params.get(key)
        if param is None:
            hint = did_you_mean(key, list(node.params))
            yield Problem(f"{node.id} has no setting {key}{hint}", name)
        elif key not in linked and (problem := _setting(param, value, workspace)):
            yield Problem(problem, name, key)
    for key, param in node.params.items():
        if key in placed.params or key in linked:
            continue
        if param.default is REQUIRED:
            yield Problem("must be chosen", name, key)
        # Whether such a default works depends on the machine.
        elif (param.choice or param.type is Path) and (problem := _setting(param, param.default, workspace)):
            yield Problem(problem, name, key)


def _setting(param: Param, value: Any, workspace: Workspace) -> str | None:
    given = str(value) if isinstance(value, Path) else value
    problem = param.problem(given)
    if problem is None and param.type is Path:
        try:
            workspace.lookup(param, given)
        except InputError as error:
            return str(error)
    return problem


def _inputs(name: str, node: AnyNode, links: Collection[Link]) -> Iterator[Problem]:
    if not links and not node.inputs:
        return
    counts = Counter(link.input for link in links)
    for port, input in node.inputs.items():
        if not counts[port] and not input.optional:
            yield Problem(f"is not linked; it needs {input.type.name}", name, port)
    for port, count in counts.items():
        if count > 1 and not (port in node.inputs and node.inputs[port].many):
            starts = ", ".join(link.start for link in links if link.input == port)
            yield Problem(f"takes one link, and {count} end here: {starts}", name, port)


def _link(link: Link, scope: Scope, target: AnyNode | None) -> Iterator[Problem]:
    nodes = scope.running.graph.nodes
    if link.source not in nodes:
        yield Problem(f"is linked to {link.start}, and there is no such node", link.target, link.input)
        return
    source = scope.node(link.source)
    if target and link.input not in target.inputs and link.input not in target.params:
        hint = did_you_mean(link.input, [*target.inputs, *target.params])
        yield Problem(f"{target.id} has no input or setting {link.input}{hint}", link.target)
    elif target is graph_input and link.input in graph_input.params:
        yield Problem("says what the graph is, so it takes no link; remove the link", link.target, link.input)
    elif source and link.output not in source.outputs:
        hint = did_you_mean(link.output, list(source.outputs))
        outputs = ", ".join(source.outputs) or "no outputs"
        yield Problem(f"{source.id} has no output {link.output}; it has {outputs}{hint}", link.source)
    elif source and target:
        given, wanted = scope.types.get((link.source, link.output)), _wanted(link, scope, target)
        if given is None and _lacks(link.source, source, scope):
            text = (
                f"takes {link.start}, which gives nothing, as nothing is linked to it there; link something"
            )
            yield Problem(text, link.target, link.input)
        elif given and wanted and given != wanted:
            yield Problem(
                f"takes {wanted.name}, but {link.start} gives {given.name}", link.target, link.input
            )


def _lacks(name: str, node: AnyNode, scope: Scope) -> bool:
    """Whether nothing is linked to a generic node that could say what it gives."""
    linked = {link.input for link in scope.incoming.get(name, ())}
    return node.arranges and not any(
        input.type.variable and port in linked for port, input in node.inputs.items()
    )


def _wanted(link: Link, scope: Scope, target: AnyNode) -> PortType | None:
    """The type that the end of a link takes, if that is known."""
    if link.input in target.params:
        return target.params[link.input].port
    wanted = target.inputs[link.input].type
    if target is graph_input:
        return scope.types.get((link.target, "item"))
    return bindings(scope, link.target, target, scope.types).get(wanted.name) if wanted.variable else wanted
