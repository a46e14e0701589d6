"""Settings from the command line: --set node.setting=value, --set name=value and --seed."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..core import CapriccioError, Catalog, Graph, GraphError, InputError, Problem, Workspace
from ..core.params import Param
from .graphs import as_node
from .variation import Variation


def with_settings(
    graph: Graph, catalog: Catalog, workspace: Workspace, given: Iterable[str]
) -> tuple[Graph, Workspace]:
    """Change settings of a graph, and what its inputs get; files that are named may be anywhere."""
    problems: list[Problem] = []
    variation = Variation(graph, catalog, workspace)
    for text in given:
        try:
            _set(variation, text)
        except InputError as error:
            problems.append(Problem(f"--set {text}: {error}"))
    if problems:
        raise GraphError(problems)
    return variation.graph, variation.workspace


def _set(variation: Variation, text: str) -> None:
    node, _, rest = text.partition(".")  # names of nodes hold no dot, yet they may hold a =
    setting, equals, value = rest.partition("=")
    own = re.fullmatch(r"([A-Za-z_]\w*)=(.*)", text, re.DOTALL)
    if own and node not in variation.graph.nodes:
        _give(variation, own[1], own[2])
    elif equals and setting:
        variation.set(node, setting, _value(value, variation.param(node, setting)))
    else:
        raise InputError("write it as node.setting=value, or as name=value for an input of the graph")


def _give(variation: Variation, name: str, text: str) -> None:
    """Set what the graph itself has under a name: an exposed setting, or an input."""
    variation.check(name)
    if at := variation.exposed(name):
        variation.set(*at, _value(text, variation.param(*at)))
        return
    type = variation.type(name)
    if type == "Image":
        variation.give(name, Path(text).expanduser().resolve())
    else:
        variation.give(name, text if type == "Text" else _parsed(text))


def with_seed(graph: Graph, catalog: Catalog, workspace: Workspace, seed: int) -> Graph:
    """The same graph with every seed in it set to one number, those that graphs in it expose too."""
    for name, placed in graph.nodes.items():
        node = catalog.nodes.get(placed.kind)
        if placed.graph is not None:
            try:
                node = as_node(placed.graph, graph, catalog, workspace.graph)
            except CapriccioError:  # which planning tells
                continue
        for param in node.params.values() if node else ():
            if param.widget and param.widget.name == "seed":
                graph = graph.with_params(name, **{param.name: seed})
    return graph


def _value(text: str, param: Param | None) -> Any:
    """Text settings take the text as it is; what is no JSON is a text, and planning checks it."""
    if param and param.type is Path:
        return Path(text).expanduser().resolve()
    return text if param and param.type is str else _parsed(text)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
