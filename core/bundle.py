"""Graphs within graphs: where their names lead, and how all of them become one file."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import TypeAlias

from .errors import CapriccioError, GraphError, Problem
from .graph import GRAPH, Graph
from .graphfile import GRAPH_NAME

Find: TypeAlias = Callable[[str], Graph]
"""Gives the saved graph of a name, or raises a CapriccioError that says there is none."""
DEEPEST = 64
"""Graphs within graphs, at most."""
_LONGEST = 64


class Shelf:
    """What the nodes of one graph mean by the names of graphs.

    First come the graphs that it brings along, then those that came with whoever brought it along,
    then saved ones. Asked twice for the same, it gives the very same, so that what was made of a
    graph can be remembered by its shelf.
    """

    def __init__(self, graph: Graph, find: Find, outer: "Shelf | None" = None) -> None:
        self._graph = graph
        self._find = find
        self._outer = outer
        self._brought: dict[str, tuple[Graph, Shelf]] = {}
        self._saved: dict[str, tuple[Graph, Shelf]] = {} if outer is None else outer._saved

    def take(self, name: str) -> "tuple[Graph, Shelf]":
        """The graph of a name, and the shelf for what is in it; what ``find`` raises if there is none."""
        if name in self._brought:
            return self._brought[name]
        if name in self._graph.graphs:
            inner = self._graph.graphs[name]
            return self._brought.setdefault(name, (inner, Shelf(inner, self._find, self)))
        if self._outer:
            return self._outer.take(name)
        if name not in self._saved:
            self._saved[name] = self._found(name)
        return self._saved[name]

    def _found(self, name: str) -> "tuple[Graph, Shelf]":
        if not re.fullmatch(GRAPH_NAME, name):  # it may come from a stranger, and be made a path
            said = f"{name[:80]!r} cannot be the name of a graph; use 1 to {_LONGEST} letters, digits, "
            raise GraphError([Problem(said + "spaces, - and _")])
        graph = self._find(name)
        shelf = Shelf(graph, self._find)
        shelf._saved = self._saved
        return graph, shelf


def circle(names: Sequence[str]) -> str:
    """Say that graphs are in each other; the first of the names is also the last."""
    return f"the graphs go round in a circle: {' -> '.join(names)}; take one of them out"


def bundled(graph: Graph, find: Find) -> Graph:
    """The same graph with all the graphs in it, so that it needs no other file.

    Those are flat: none brings along others. Of different graphs of one name all but the first get
    a number. Raises GraphError with every graph that cannot be had and the node that wants it; one
    that only muted nodes want may be missing.
    """
    shelf = Shelf(graph, find)
    reading = _Reading()
    reading.digest(graph, shelf, "")
    return _packed(graph, shelf, reading.below)


class _Reading:
    """Finds all graphs in one, and tells which mean the same."""

    def __init__(self) -> None:
        self.below: dict[Shelf, dict[str, _Inner]] = {}
        """What the names in a graph lead to, by the shelf of that graph."""
        self._known: dict[Shelf, str | GraphError] = {}
        self._open: dict[Shelf, str] = {}

    def digest(self, graph: Graph, shelf: Shelf, place: str) -> str:
        """What a graph means, with all in it. Who uses it stands at this place."""
        if graph.newer:
            raise GraphError([Problem(graph.newer, place)])
        inner: dict[str, _Inner] = {}
        problems: dict[Problem, None] = {}
        for node, placed in graph.nodes.items():
            if placed.graph is not None and placed.graph not in inner:
                try:
                    if found := self._inner(placed.graph, shelf, _within(place, node), placed.mode == "mute"):
                        inner[placed.graph] = found
                except GraphError as error:
                    problems |= dict.fromkeys(error.problems)
        if problems:
            raise GraphError(list(problems))
        self.below[shelf] = inner
        return _referring(graph, {name: digest for name, (_, _, digest) in inner.items()}).meaning

    def _inner(self, name: str, shelf: Shelf, place: str, muted: bool) -> "_Inner | None":
        try:
            graph, below = shelf.take(name)
        except CapriccioError as error:
            if muted:
                return None
            raise GraphError([Problem(str(error), place)]) from error
        if below in self._open:
            shelves = list(self._open)
            names = [self._open[each] for each in shelves[shelves.index(below) :]]
            raise GraphError([Problem(circle([*names, name]), place)])
        if len(self._open) >= DEEPEST:
            said = f"is in graphs within graphs, more than {DEEPEST} deep; use fewer levels"
            raise GraphError([Problem(said, place)])
        if below not in self._known:
            self._open[below] = name
            try:
                self._known[below] = self.digest(graph, below, place)
            except GraphError as error:
                self._known[below] = error
            finally:
                del self._open[below]
        known = self._known[below]
        if isinstance(known, GraphError):
            raise known
        return graph, below, known


_Inner: TypeAlias = tuple[Graph, Shelf, str]


def _packed(graph: Graph, shelf: Shelf, below: Mapping[Shelf, Mapping[str, _Inner]]) -> Graph:
    """One flat graph; those nearest to the top are named first, and so keep their names."""
    names: dict[tuple[str, str], str] = {}
    """What a graph is called in the whole, by its own name and what it means."""
    packed: dict[str, Graph] = {}
    waiting = [("", graph, shelf)]
    for here, each, its in waiting:
        called: dict[str, str] = {}
        for name, (inner, inners, digest) in sorted(below[its].items(), key=lambda item: item[0]):
            if (name, digest) not in names:
                taken = set(names.values())
                names[name, digest] = next(free for free in _numbered(name) if free not in taken)
                waiting.append((names[name, digest], inner, inners))
            called[name] = names[name, digest]
        packed[here] = _referring(each, called)
    top = packed.pop("")
    return replace(top, graphs=packed)


def _referring(graph: Graph, names: Mapping[str, str]) -> Graph:
    """A graph without those that it brings along, whose nodes mean others by other names."""
    kinds = {GRAPH + old: GRAPH + new for old, new in names.items()}
    nodes = {
        node: replace(placed, kind=kinds.get(placed.kind, placed.kind))
        for node, placed in graph.nodes.items()
    }
    return replace(graph, nodes=nodes, graphs={})


def _numbered(name: str) -> Iterator[str]:
    yield name
    for number in count(2):
        tail = f" {number}"
        yield name[: _LONGEST - len(tail)] + tail


def _within(place: str, node: str) -> str:
    return f"{place}/{node}" if place else node
