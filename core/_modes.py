"""What is left of a graph when muted nodes are out and bypassed ones pass on what they are given."""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import NamedTuple, TypeAlias

import networkx as nx

from .errors import GraphError, Problem
from .graph import Graph, Link
from .node import AnyNode, Input

MOST = 100_000
"""How many links bypassed nodes may pass on in all: a few in a row can double them each time."""


class Live(NamedTuple):
    """The part of a graph that can run, drawn as if nothing else had ever been there."""

    graph: Graph
    problems: list[Problem]
    """Inputs that bypassed nodes leave without what they need."""
    muted: dict[str, str]
    """The nodes that are out, each with the muted node that is to blame."""


def live(drawn: Graph, nodes: Mapping[str, AnyNode]) -> Live:
    """Leave out muted nodes and those that cannot do without them, and link past bypassed ones.

    A bypassed node gives what comes into its first input of that type that anything comes
    into. GraphError when bypassed nodes multiply links beyond measure.
    """
    if all(placed.mode == "on" for placed in drawn.nodes.values()):
        return Live(drawn, [], {})
    pipes = [_pipe(link, drawn, nodes) for link in drawn.links]
    lost, dry = _lost(drawn, pipes)
    left = {
        name: placed for name, placed in drawn.nodes.items() if placed.mode == "on" and (name, "") not in lost
    }
    # A link to or from a node that was never there stays: planning is to find it.
    reading = [
        pipe
        for pipe in pipes
        if pipe.start not in lost
        and (pipe.link.target in left or (pipe.link.target not in drawn.nodes and not pipe.passed))
    ]
    starts, circles = _starts(_chosen(pipes, lost))
    links = tuple(_links(reading, starts))
    problems = [problem for problem in dry if problem.node in left]
    problems += [
        Problem(f"gets nothing, as {circles[pipe.start]}", *pipe.link[2:])
        for pipe in reading
        if pipe.start in circles
    ]
    muted = {name: why.blamed for (name, output), why in lost.items() if why.muted and not output}
    return Live(replace(drawn, nodes=left, links=links), problems, muted)


_Point: TypeAlias = tuple[str, str]
"""Where a link starts or ends. A bypassed node has one point, (node, type), for all its inputs and
outputs of a type; any other node has one for each input, (node, input), and one to start at, (node, "")."""
_Starts: TypeAlias = list[tuple[str, str]]
"""Nodes and their outputs, in order."""


class _Pipe(NamedTuple):
    """A link as it was drawn, between points."""

    link: Link
    start: _Point
    end: _Point
    input: Input | None
    """Where it ends, if the catalog knows that."""
    rank: int
    """Of this input among those of its node."""
    passed: bool
    """It starts at a bypassed node."""
    passes: bool
    """It ends at a bypassed node."""


class _Loss(NamedTuple):
    """Why nothing comes from a point: a muted node, or a bypassed one that has nothing to give."""

    muted: bool
    blamed: str


def _pipe(link: Link, graph: Graph, nodes: Mapping[str, AnyNode]) -> _Pipe:
    source, target = graph.nodes.get(link.source), graph.nodes.get(link.target)
    giver = nodes.get(source.kind) if source else None
    taker = nodes.get(target.kind) if target else None
    output = giver.outputs.get(link.output) if giver else None
    input = taker.inputs.get(link.input) if taker else None
    passed = source is not None and source.mode == "bypass"
    passes = target is not None and target.mode == "bypass"
    # What is unknown has no type, and its name here is that of no other.
    given = (output.type.name if output else "unknown output") if passed else ""
    taken = (input.type.name if input else "unknown input") if passes else link.input
    rank = list(taker.inputs).index(link.input) if taker and input else 0
    return _Pipe(link, (link.source, given), (link.target, taken), input, rank, passed, passes)


def _lost(graph: Graph, pipes: list[_Pipe]) -> tuple[dict[_Point, _Loss], list[Problem]]:
    """The points that nothing comes from, and the inputs that bypassed nodes leave without what they need.

    A bypassed node's point is lost with the last that leads to it. Any other node is lost with
    the last that leads to an input it needs, if all of these are muted.
    """
    readers: dict[_Point, list[_Pipe]] = {}
    left: dict[_Point, int] = {}
    for pipe in pipes:
        readers.setdefault(pipe.start, []).append(pipe)
        left[pipe.end] = left.get(pipe.end, 0) + 1
    lost = {(name, ""): _Loss(True, name) for name, placed in graph.nodes.items() if placed.mode == "mute"}
    for pipe in pipes:
        if pipe.passed and pipe.start not in left:
            lost[pipe.start] = _Loss(False, pipe.link.source)
    why: dict[_Point, _Loss] = {}
    dry: list[Problem] = []
    waiting = deque(lost)
    while waiting:
        start = waiting.popleft()
        for pipe in readers.get(start, ()):
            left[pipe.end] -= 1
            if pipe.end not in why or (why[pipe.end].muted and not lost[start].muted):
                why[pipe.end] = lost[start]
            if left[pipe.end]:
                continue
            point = _falls(pipe, why[pipe.end])
            if point and point not in lost:
                lost[point] = why[pipe.end]
                waiting.append(point)
            elif not point and pipe.input and not pipe.input.optional:
                dry.append(_dry(pipe, pipe.input, why[pipe.end].blamed))
    return lost, dry


def _falls(last: _Pipe, why: _Loss) -> _Point | None:
    """What is lost with the last pipe that leads to a point."""
    if last.passes:
        return last.end
    needed = last.input is not None and not last.input.optional
    return (last.link.target, "") if needed and why.muted else None


def _dry(pipe: _Pipe, input: Input, blamed: str) -> Problem:
    text = f"gets nothing, as {blamed} is bypassed and has no input of type {input.type.name} to pass on"
    return Problem(f"{text}; switch it on, or link something else here", pipe.link.target, pipe.link.input)


def _chosen(pipes: list[_Pipe], lost: Collection[_Point]) -> dict[_Point, list[_Pipe]]:
    """For each bypassed point that is not lost, the pipes into its first input that anything comes into."""
    into: dict[_Point, list[_Pipe]] = {}
    for pipe in pipes:
        if pipe.passes and pipe.start not in lost:
            into.setdefault(pipe.end, []).append(pipe)
    return {point: _first(found) for point, found in into.items()}


def _first(pipes: list[_Pipe]) -> list[_Pipe]:
    rank = min(pipe.rank for pipe in pipes)
    found = [pipe for pipe in pipes if pipe.rank == rank]
    return found if _many(found[0]) else found[:1]


def _many(pipe: _Pipe) -> bool:
    return pipe.input is not None and pipe.input.many


def _starts(chosen: Mapping[_Point, list[_Pipe]]) -> tuple[dict[_Point, _Starts], dict[_Point, str]]:
    """What each bypassed point passes on, or which circle it comes to instead."""
    shape: nx.DiGraph[_Point] = nx.DiGraph()
    shape.add_edges_from((pipe.start, point) for point, into in chosen.items() for pipe in into)
    starts: dict[_Point, _Starts] = {}
    room = MOST
    try:
        for point in nx.topological_sort(shape):
            parts = [_part(pipe, starts) for pipe in chosen.get(point, ())]
            if len(parts) > 1:
                room -= sum(map(len, parts))
                _check_room(room, point[0])
                starts[point] = list(chain(*parts))
            elif parts:
                starts[point] = parts[0]  # the same list all along a row of nodes
    except nx.NetworkXUnfeasible:
        pass  # what is left goes round in circles
    back = {
        point: next(pipe.start for pipe in into if pipe.passed and pipe.start not in starts)
        for point, into in chosen.items()
        if point not in starts
    }
    return starts, _circles(back)


def _part(pipe: _Pipe, starts: Mapping[_Point, _Starts]) -> _Starts:
    """What comes through one pipe."""
    found = starts[pipe.start] if pipe.passed else [(pipe.link.source, pipe.link.output)]
    return found if _many(pipe) else found[:1]


def _links(pipes: Iterable[_Pipe], starts: Mapping[_Point, _Starts]) -> Iterator[Link]:
    """The links that stand for the drawn ones."""
    room = MOST
    for pipe in pipes:
        if not pipe.passed:
            yield pipe.link
        elif pipe.start in starts:
            part = _part(pipe, starts)
            room -= len(part)
            _check_room(room, pipe.link.target)
            yield from (Link(*start, *pipe.link[2:]) for start in part)


def _check_room(room: int, name: str) -> None:
    if room < 0:
        raise GraphError(
            [Problem(f"bypassed nodes pass on more than {MOST:,} links; switch some of them on", name)]
        )


def _circles(back: Mapping[_Point, _Point]) -> dict[_Point, str]:
    """For each point, the circle that one comes to by going from point to point."""
    found: dict[_Point, str] = {}
    for point in back:
        path: dict[_Point, None] = {}
        while point not in found and point not in path:
            path[point] = None
            point = back[point]
        if point in path:
            text = _circle([name for name, _ in list(path)[list(path).index(point) :]])
        else:
            text = found[point]
        found |= dict.fromkeys(path, text)
    return found


def _circle(backwards: list[str]) -> str:
    names = [*backwards[:1], *backwards[:0:-1], *backwards[:1]]
    shown = names if len(names) < 10 else [*names[:8], "...", names[-1]]
    return f"bypassed nodes go round in a circle: {' -> '.join(shown)}; remove one of the links"
