"""What an edit may say, and what it makes of a graph."""

import json
import math
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ..core import Frame, Graph, Limits, Link, Note, Placed, graphfile, strictjson
from ..core.graph import Mode
from ..core.params import did_you_mean
from . import wire
from .refusal import Refusal

NODES = Limits().nodes
LINKS = 10_000
EXPOSED = 1_000
PARAMS = 64 * 1024
"""Bytes of the settings of a node, as JSON."""

_LONGEST = 200  # characters of a link's end, in messages and in files
_DEPTH = Limits().depth - 3  # of settings, which lie in a node, among the nodes, in a file
_NODE = re.compile(graphfile.NAME)
_SOCKET = re.compile(graphfile.SOCKET)
_EXPOSED = re.compile(graphfile.EXPOSED)


def check(op: wire.Op) -> None:
    """Refuse what no graph file can hold."""
    match op:
        case wire.AddNode(node=node, position=position, params=params):
            _check_name(node)
            _check_position(node, position)
            _check_params(node, params)
        case wire.RenameNode(to=to):
            _check_name(to)
        case wire.MoveNode(node=node, position=position):
            _check_position(node, position)
        case wire.SetParams(node=node, params=params):
            _check_params(node, params)
        case wire.AddLink(start=start, end=end) | wire.RemoveLink(start=start, end=end):
            for socket in (start, end):
                if not _SOCKET.match(socket) or len(socket) > _LONGEST:
                    raise Refusal(f"a link at {socket[:80]!r}; write it as node.output or node.input")
        case wire.ExposeSetting(name=name, socket=at):
            if not _EXPOSED.fullmatch(name):
                raise Refusal(
                    f"a setting cannot be exposed as {name[:80]!r}; use 1 to 100 letters, digits and _, "
                    "and begin with no digit"
                )
            if at is not None and (not _SOCKET.match(at) or len(at) > _LONGEST):
                raise Refusal(f"{name} cannot stand for {at[:80]!r}; write it as node.setting")
        case wire.SetNotes(notes=notes):
            for note in notes:
                _check_position("a note", note.position)
                _check_size("a note", note.size or (1.0, 1.0))
                _json("a note", note.text)
        case wire.SetFrames(frames=frames):
            for frame in frames:
                _check_position("a frame", frame.position)
                _check_size("a frame", frame.size)
                _json("the title of a frame", frame.title)


def _check_name(node: str) -> None:
    if not _NODE.fullmatch(node):
        raise Refusal(f"a node cannot be called {node[:80]!r}; use 1 to 100 characters without . and /")


def _check_position(what: str, position: tuple[float, float]) -> None:
    if not all(map(math.isfinite, position)):
        raise Refusal(f"{what} cannot stand at {position}; use finite numbers")


def _check_size(what: str, size: tuple[float, float]) -> None:
    if not all(math.isfinite(side) and side > 0 for side in size):
        raise Refusal(f"{what} cannot have the size {size}; use finite numbers above 0")


def _check_params(node: str, params: dict[str, Any]) -> None:
    size = len(_json(f"the settings of {node}", params))
    if size > PARAMS:
        raise Refusal(f"the settings of {node} are {size:,} bytes as JSON; use at most {PARAMS:,}")


def _json(what: str, value: Any) -> bytes:
    try:
        data = json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
        strictjson.parse(data, depth=_DEPTH)
    except (TypeError, ValueError, RecursionError) as error:
        raise Refusal(f"{what} cannot be kept: {error}; use what JSON can hold") from error
    return data


def edited(graph: Graph, ops: Iterable[wire.Op]) -> Graph:
    """The graph after these operations; Refusal where one of them does not fit."""
    sketch = Sketch(graph)
    for op in ops:
        sketch.change(op)
    return sketch.graph()


class Sketch:
    """A graph in pieces, of which each operation touches few: an edit may have thousands."""

    def __init__(self, graph: Graph) -> None:
        self._before = graph
        self._nodes = dict(graph.nodes)
        self._layout = dict(graph.layout)
        self._notes = graph.notes
        self._frames = graph.frames
        self._collapsed = set(graph.collapsed)
        self._exposed = {name: socket.rpartition(".")[::2] for name, socket in graph.exposed.items()}
        """Of each setting that is exposed, its node and what it is called there."""
        self._inner = sum(len(inner.nodes) for inner in graph.graphs.values())
        """Nodes of the graphs that it brings along."""
        self._links: list[Link | None] = list(graph.links)
        """In order; None where one was."""
        self._places: dict[Link, int] = {}
        """Where each stands in that list."""
        self._at: dict[str, set[int]] = {}
        """Which of them begin or end at a node."""
        for place, link in enumerate(graph.links):
            self._note(link, place)

    def graph(self) -> Graph:
        """The whole again."""
        links = tuple(link for link in self._links if link is not None)
        exposed = {name: f"{node}.{setting}" for name, (node, setting) in self._exposed.items()}
        return replace(
            self._before,
            nodes=self._nodes,
            links=links,
            layout=self._layout,
            notes=self._notes,
            exposed=exposed,
            frames=self._frames,
            collapsed=frozenset(self._collapsed),
        )

    def change(self, op: wire.Op) -> None:
        """Do one operation."""
        match op:
            case wire.AddNode():
                self._add(op)
            case wire.RemoveNode(node=node):
                self._remove(node)
            case wire.MoveNode(node=node, position=position):
                self._placed(node)
                self._layout[node] = position
            case wire.SetParams(node=node, params=params, reset=reset):
                self._set(node, params, reset)
            case wire.MuteNode(node=node, on=on):
                self._switch(node, "mute", on)
            case wire.BypassNode(node=node, on=on):
                self._switch(node, "bypass", on)
            case wire.RenameNode(node=node, to=to):
                self._rename(node, to)
            case wire.AddLink(start=start, end=end):
                self._link(Link.between(start, end))
            case wire.RemoveLink(start=start, end=end):
                if (link := Link.between(start, end)) not in self._places:
                    raise Refusal(f"there is no link from {start} to {end}; look again")
                self._unlink(self._places[link])
            case wire.ExposeSetting(name=name, socket=socket):
                self._expose(name, socket)
            case wire.SetNotes(notes=notes):
                self._notes = tuple(Note(note.text, note.position, note.size) for note in notes)
            case wire.SetFrames(frames=frames):
                self._frames = tuple(Frame(frame.title, frame.position, frame.size) for frame in frames)
            case wire.CollapseNode(node=node, on=on):
                self._placed(node)
                (self._collapsed.add if on else self._collapsed.discard)(node)

    def _add(self, op: wire.AddNode) -> None:
        self._refuse_known(op.node)
        if len(self._nodes) + self._inner >= NODES:
            raise Refusal(f"{op.node} would be more than {NODES:,} nodes; make another graph")
        self._nodes[op.node] = Placed(op.kind, op.params, op.version)
        self._layout[op.node] = op.position
        self._collapsed.discard(op.node)

    def _remove(self, node: str) -> None:
        self._placed(node)
        for place in list(self._at.get(node, ())):
            self._unlink(place)
        del self._nodes[node]
        self._layout.pop(node, None)
        self._collapsed.discard(node)
        self._exposed = {name: at for name, at in self._exposed.items() if at[0] != node}

    def _set(self, node: str, params: dict[str, Any], reset: list[str]) -> None:
        placed = self._placed(node)
        left = {key: value for key, value in placed.params.items() if key not in reset}
        if placed.params:  # they may be too large together
            _check_params(node, {**left, **params})
        self._nodes[node] = replace(placed, params={**left, **params})

    def _switch(self, node: str, mode: Mode, on: bool) -> None:
        """To end one mode is not to end the other."""
        placed = self._placed(node)
        self._nodes[node] = replace(placed, mode=mode if on else "on" if placed.mode == mode else placed.mode)

    def _rename(self, node: str, to: str) -> None:
        placed = self._placed(node)
        self._refuse_known(to)
        for name, (inner, setting) in self._exposed.items():
            if inner == node:
                if len(to) + 1 + len(setting) > _LONGEST:
                    raise Refusal(f"{to} is too long a name beside {setting}; use a shorter one")
                self._exposed[name] = to, setting
        for place in sorted(self._at.get(node, ())):
            link = self._unlink(place)
            source, target = (to if name == node else name for name in (link.source, link.target))
            link = Link(source, link.output, target, link.input)
            if max(len(link.start), len(link.end)) > _LONGEST:
                raise Refusal(
                    f"{to} is too long a name beside {link.output} or {link.input}; use a shorter one"
                )
            self._links[place] = link
            self._note(link, place)
        del self._nodes[node]
        self._nodes[to] = placed
        # These may be left over from a node that is gone.
        self._layout.pop(to, None)
        self._collapsed.discard(to)
        if node in self._layout:
            self._layout[to] = self._layout.pop(node)
        if node in self._collapsed:
            self._collapsed.remove(node)
            self._collapsed.add(to)

    def _expose(self, name: str, socket: str | None) -> None:
        if socket is None:
            if name not in self._exposed:
                hint = did_you_mean(name, list(self._exposed)) or "; look again"
                raise Refusal(f"no setting is exposed as {name}{hint}")
            del self._exposed[name]
            return
        node, _, setting = socket.rpartition(".")
        self._placed(node)
        if len(self._exposed) >= EXPOSED and name not in self._exposed:
            raise Refusal(f"{name} would be more than {EXPOSED:,} exposed settings; take others back first")
        self._exposed[name] = node, setting

    def _link(self, link: Link) -> None:
        self._placed(link.source)
        self._placed(link.target)
        if link.source == link.target:
            raise Refusal(
                f"{link.start} cannot be linked to {link.end}, as both are of one node; choose another"
            )
        if link in self._places:
            raise Refusal(f"{link.start} is linked to {link.end} already; once is enough")
        if len(self._places) >= LINKS:
            raise Refusal(
                f"{link.start} to {link.end} would be more than {LINKS:,} links; make another graph"
            )
        self._links.append(link)
        self._note(link, len(self._links) - 1)

    def _unlink(self, place: int) -> Link:
        link = self._links[place]
        assert link is not None
        self._links[place] = None
        del self._places[link]
        for node in (link.source, link.target):
            self._at[node].discard(place)
        return link

    def _note(self, link: Link, place: int) -> None:
        self._places[link] = place
        for node in (link.source, link.target):
            self._at.setdefault(node, set()).add(place)

    def _placed(self, node: str) -> Placed:
        if node not in self._nodes:
            hint = did_you_mean(node, list(self._nodes)) or "; look again"
            raise Refusal(f"there is no node {node}{hint}")
        return self._nodes[node]

    def _refuse_known(self, node: str) -> None:
        if node in self._nodes:
            raise Refusal(f"there is a node {node} already; choose another name")
