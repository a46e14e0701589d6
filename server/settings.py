"""Settings from the command line: --set node.setting=value and --seed."""

import json
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain, count
from pathlib import Path
from typing import Any

from ..core import Catalog, Graph, GraphError, Problem, Workspace
from ..core.params import Param, did_you_mean


def with_settings(
    graph: Graph, catalog: Catalog, workspace: Workspace, given: Iterable[str]
) -> tuple[Graph, Workspace]:
    """Change settings of a graph; files that are named may be read wherever they are."""
    problems: list[Problem] = []
    for text in given:
        name, _, rest = text.partition(".")  # names of nodes hold no dot, yet they may hold a =
        setting, equals, value = rest.partition("=")
        if not (equals and setting):
            problems.append(Problem(f"--set {text}: write it as node.setting=value"))
        elif name not in graph.nodes:
            problems.append(
                Problem(f"--set {text}: there is no node {name}{did_you_mean(name, list(graph.nodes))}")
            )
        else:
            node = catalog.nodes.get(graph.nodes[name].kind)
            made = _value(value, node.params.get(setting) if node else None)
            if isinstance(made, Path):
                alias = _alias(made, graph, workspace)
                workspace = replace(workspace, granted={**workspace.granted, alias: made})
                made = alias
            graph = graph.with_params(name, **{setting: made})
    if problems:
        raise GraphError(problems)
    return graph, workspace


def _alias(path: Path, graph: Graph, workspace: Workspace) -> str:
    """A name for a file that stands for no other in the graph."""
    taken = [value for placed in graph.nodes.values() for value in placed.params.values()]
    names = chain([path.name], (f"{path.stem}-{number}{path.suffix}" for number in count(2)))
    return next(name for name in names if workspace.granted.get(name) == path or name not in taken)


def with_seed(graph: Graph, catalog: Catalog, seed: int) -> Graph:
    """The same graph with every seed in it set to one number."""
    for name, placed in graph.nodes.items():
        node = catalog.nodes.get(placed.kind)
        for param in node.params.values() if node else ():
            if param.widget and param.widget.name == "seed":
                graph = graph.with_params(name, **{param.name: seed})
    return graph


def _value(text: str, param: Param | None) -> Any:
    """Text settings take the text as it is; what is no JSON is a text, and planning checks it."""
    if param and param.type is Path:
        return Path(text).expanduser().resolve()
    if param and param.type is str:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
