"""Everything that can be wrong with a graph before it runs."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from .catalog import Catalog
from .context import Workspace
from .errors import InputError, Problem
from .graph import Graph, Link, Placed
from .node import AnyNode
from .params import REQUIRED, Param, did_you_mean


def problems_of(
    graph: Graph,
    catalog: Catalog,
    workspace: Workspace,
    needed: Collection[str],
    incoming: Mapping[str, list[Link]],
) -> list[Problem]:
    """All that keeps the needed nodes from running."""
    problems: list[Problem] = []
    for name in needed:
        placed = graph.nodes[name]
        node = catalog.nodes.get(placed.kind)
        if node is None:
            remedy = did_you_mean(placed.kind, list(catalog.nodes)) or "; is it installed?"
            problems.append(Problem(f"no plugin contributes {placed.kind}{remedy}", name))
        elif placed.version > node.version:
            here = f"and here is version {node.version}; update its plugin"
            text = f"is version {placed.version} of {node.id}, {here}"
            problems.append(Problem(text, name))
        else:
            problems += _settings(name, placed, node, workspace)
            problems += _inputs(name, node, incoming.get(name, ()))
        for link in incoming.get(name, ()):
            problems += _link(link, graph, catalog, node)
    problems += [
        Problem(f"a link from {link.start} ends in {link.target}, and there is no such node; remove the link")
        for link in graph.links
        if link.target not in graph.nodes and (link.source in needed or len(needed) == len(graph.nodes))
    ]
    return problems


def _settings(name: str, placed: Placed, node: AnyNode, workspace: Workspace) -> Iterator[Problem]:
    for key, value in placed.params.items():
        param = node.params.get(key)
        if param is None:
            hint = did_you_mean(key, list(node.params))
            yield Problem(f"{node.id} has no setting {key}{hint}", name)
        elif problem := _setting(param, value, workspace):
            yield Problem(problem, name, key)
    for key, param in node.params.items():
        if key in placed.params:
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
            workspace.find(given)
        except InputError as error:
            return str(error)
    return problem


def _inputs(name: str, node: AnyNode, links: Collection[Link]) -> Iterator[Problem]:
    if not node.inputs and not links:
        return
    counts = Counter(link.input for link in links)
    for port, input in node.inputs.items():
        if not counts[port] and not input.optional:
            yield Problem(f"is not linked; it needs {input.type.name}", name, port)
        if counts[port] > 1 and not input.many:
            starts = ", ".join(link.start for link in links if link.input == port)
            yield Problem(f"takes one link, and {counts[port]} end here: {starts}", name, port)


def _link(link: Link, graph: Graph, catalog: Catalog, target: AnyNode | None) -> Iterator[Problem]:
    if link.source not in graph.nodes:
        yield Problem(f"is linked to {link.start}, and there is no such node", link.target, link.input)
        return
    source = catalog.nodes.get(graph.nodes[link.source].kind)
    if target and link.input not in target.inputs:
        hint = did_you_mean(link.input, list(target.inputs))
        yield Problem(f"{target.id} has no input {link.input}{hint}", link.target)
    elif source and link.output not in source.outputs:
        hint = did_you_mean(link.output, list(source.outputs))
        outputs = ", ".join(source.outputs) or "no outputs"
        yield Problem(f"{source.id} has no output {link.output}; it has {outputs}{hint}", link.source)
    elif source and target:
        given, wanted = source.outputs[link.output], target.inputs[link.input].type
        if given != wanted:
            text = f"takes {wanted.name}, but {link.start} gives {given.name}"
            yield Problem(text, link.target, link.input)
