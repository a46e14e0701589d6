"""A graph that is open, and how edits of several people come together in it."""

import hashlib
import json
import math
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count, islice
from typing import Any, TypeAlias

import msgspec

from ..core import Graph, Limits, Link, Note, Placed, graphfile, strictjson
from ..core.graph import Mode
from ..core.params import did_you_mean
from . import wire
from .refusal import Refusal

REMEMBERED = 1_000
"""Edits that others may not know of yet, at most, and still be merged with."""
NODES = Limits().nodes
LINKS = 10_000
PARAMS = 64 * 1024
"""Bytes of the settings of a node, as JSON."""

_LONGEST = 200  # characters of a link's end, in messages and in files
_DEPTH = Limits().depth - 3  # of settings, which lie in a node, among the nodes, in a file
_NODE = re.compile(graphfile.NAME)
_SOCKET = re.compile(graphfile.SOCKET)
_numbers = count(1)

Touch: TypeAlias = tuple[str, ...]
"""Something that two edits may both change: ("param", "style", "weight")."""


@dataclass(frozen=True)
class _Change:
    """What became of something, for others who wanted to change it."""

    text: str
    value: bytes = b""
    """A digest of what it is now; two changes to the same are none against each other."""

    def against(self, other: "_Change") -> bool:
        return not self.value or self.value != other.value


@dataclass
class _Touches:
    """What an edit changes, and what must stay as it is for that."""

    changed: dict[Touch, _Change] = field(default_factory=dict)
    needed: dict[Touch, str] = field(default_factory=dict)
    """By what must not go: what was done to it."""
    referred: dict[Touch, None] = field(default_factory=dict)
    """What the edit itself speaks of, by its name then."""

    def against(self, earlier: "_Touches") -> Iterator[str]:
        """What the earlier edit, unknown to this one, has done to what this one touches."""
        for touch, change in self.changed.items():
            if (done := earlier.changed.get(touch)) and done.against(change):
                yield done.text
            if touch in earlier.needed:
                yield earlier.needed[touch]
        for touch in self.referred:
            if touch in earlier.changed:
                yield earlier.changed[touch].text


class Document:
    """An open graph. Each edit makes its next revision.

    An edit that does not know the latest revision is merged with what it does not know, unless
    both touch the same: then it is refused, with the latest revision.
    """

    def __init__(self, name: str, graph: Graph, saved: bool) -> None:
        self.number = next(_numbers)
        """Which no other has, whatever they are called."""
        self.name = name
        self.graph = graph
        self.saved = saved
        """All changes are in the library."""
        self.revision = 0
        self._edits: deque[_Touches] = deque(maxlen=REMEMBERED)

    @property
    def content(self) -> graphfile.GraphFile:
        """The graph as it is sent and saved."""
        return msgspec.json.decode(graphfile.dump(self.graph), type=graphfile.GraphFile)

    def apply(self, revision: int, ops: Sequence[wire.Op]) -> int:
        """Change the graph by all these operations, or raise Refusal; gives the new revision.

        ``revision`` is the one that whoever made the edit knew.
        """
        if not ops:
            raise Refusal("an edit without any change; name one")
        for op in ops:
            _check(op)
        unknown = self._unknown(revision)
        touches = _touched(ops)
        if done := list(dict.fromkeys(text for edit in unknown for text in touches.against(edit))):
            raise Refusal(f"{_listed(done)} meanwhile; look again, then repeat your change", self.revision)
        graph = self.graph
        try:
            for op in ops:
                graph = _changed(graph, op)
        except Refusal as refusal:
            raise Refusal(str(refusal), self.revision if unknown else None) from None
        self.graph, self.saved, self.revision = graph, False, self.revision + 1
        self._edits.append(touches)
        return self.revision

    def _unknown(self, revision: int) -> list[_Touches]:
        """The edits since a revision."""
        behind = self.revision - revision
        if behind < 0:
            raise Refusal(
                f"revision {revision} of {self.name} has not been made yet, the latest is {self.revision}; "
                "open the graph again",
                self.revision,
            )
        if behind > len(self._edits):
            raise Refusal(
                f"revision {revision} of {self.name} is more than {REMEMBERED} edits old; "
                "open the graph again",
                self.revision,
            )
        return list(islice(self._edits, len(self._edits) - behind, None))


def _listed(texts: list[str]) -> str:
    more = f", and {len(texts) - 3} more" if len(texts) > 3 else ""
    return ", ".join(texts[:3]) + more


# What edits touch.


def _touched(ops: Sequence[wire.Op]) -> _Touches:
    touches = _Touches()
    before: dict[str, str] = {}
    """What nodes were called before this edit, of those that it renames."""

    def was(name: str) -> str:
        return before.get(name, name)

    for op in ops:
        _touch(op, touches, was)
        if isinstance(op, wire.RenameNode):
            before[op.to] = before.pop(op.node, op.node)
    return touches


def _touch(op: wire.Op, touches: _Touches, was: Callable[[str], str]) -> None:
    """Note what an operation touches. Nodes go by the names that they had before the edit."""
    changed = touches.changed
    match op:
        case wire.AddNode(node=node):
            changed["node", node] = _Change(f"{node} was added")
        case wire.RemoveNode(node=node):
            changed["node", was(node)] = _Change(f"{was(node)} was removed")
            touches.referred["name", was(node)] = None
        case wire.RenameNode(node=node, to=to):
            text = f"{was(node)} was renamed to {to}"
            changed["name", was(node)] = changed["node", to] = _Change(text)
            _refer(was(node), text, touches)
        case wire.MoveNode(node=node):
            touches.referred |= dict.fromkeys([("node", was(node)), ("name", was(node))])
        case wire.SetParams(node=node, params=params, reset=reset):
            for key in (*reset, *params):
                text = f"{was(node)}.{key} was changed"
                value = _digest(["to", params[key]] if key in params else ["default"])
                changed["param", was(node), key] = _Change(text, value)
                _refer(was(node), text, touches)
        case wire.MuteNode(node=node, on=on) | wire.BypassNode(node=node, on=on):
            text = f"{was(node)} was muted, bypassed or switched on"
            changed["mode", was(node)] = _Change(text, _digest([type(op).__name__, on]))
            _refer(was(node), text, touches)
        case wire.AddLink(start=start, end=end) | wire.RemoveLink(start=start, end=end):
            link = Link.between(start, end)
            link = link._replace(source=was(link.source), target=was(link.target))
            drawn = isinstance(op, wire.AddLink)
            text = f"the link from {link.start} to {link.end} was {'drawn' if drawn else 'taken away'}"
            changed["link", *link] = _Change(text)
            if drawn:  # it may be the only one that the input takes, and is the last of them if not
                changed["end", link.end] = _Change(text)
            for node in (link.source, link.target):
                _refer(node, text, touches)
        case wire.SetNotes(notes=notes):
            value = _digest([[note.text, note.position] for note in notes])
            changed["notes",] = _Change("the notes were changed", value)


def _refer(node: str, text: str, touches: _Touches) -> None:
    """An operation changes something about a node, and so wants it to be there by its name."""
    touches.needed["node", node] = text
    touches.referred |= dict.fromkeys([("node", node), ("name", node)])


def _digest(value: Any) -> bytes:
    return hashlib.blake2b(json.dumps(value, sort_keys=True).encode(), digest_size=16).digest()


# What edits may say, whatever the graph.


def _check(op: wire.Op) -> None:
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
        case wire.SetNotes(notes=notes):
            for note in notes:
                _check_position("a note", note.position)
                _json("a note", note.text)


def _check_name(node: str) -> None:
    if not _NODE.fullmatch(node):
        raise Refusal(f"a node cannot be called {node[:80]!r}; use 1 to 100 characters without . and /")


def _check_position(what: str, position: tuple[float, float]) -> None:
    if not all(map(math.isfinite, position)):
        raise Refusal(f"{what} cannot stand at {position}; use finite numbers")


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


# What edits do.


def _changed(graph: Graph, op: wire.Op) -> Graph:
    """The graph after an operation."""
    match op:
        case wire.AddNode(node=node, kind=kind, position=position, params=params, version=version):
            _refuse_known(graph, node)
            if len(graph.nodes) >= NODES:
                raise Refusal(f"{node} would be more than {NODES:,} nodes; make another graph")
            return graph.with_node(node, Placed(kind, params, version), position)
        case wire.RemoveNode(node=node):
            _placed(graph, node)
            return graph.without(node)
        case wire.MoveNode(node=node, position=position):
            _placed(graph, node)
            return graph.moved(node, position)
        case wire.SetParams(node=node, params=params, reset=reset):
            placed = _placed(graph, node)
            graph = graph.without_params(node, *reset).with_params(node, **params)
            if placed.params:  # they may be too large together
                _check_params(node, dict(graph.nodes[node].params))
            return graph
        case wire.MuteNode(node=node, on=on):
            return graph.with_mode(node, _mode(_placed(graph, node), "mute", on))
        case wire.BypassNode(node=node, on=on):
            return graph.with_mode(node, _mode(_placed(graph, node), "bypass", on))
        case wire.RenameNode(node=node, to=to):
            return _renamed(graph, node, to)
        case wire.AddLink(start=start, end=end):
            return _linked(graph, Link.between(start, end))
        case wire.RemoveLink(start=start, end=end):
            if (link := Link.between(start, end)) not in graph.links:
                raise Refusal(f"there is no link from {start} to {end}; look again")
            return graph.without_link(link)
        case wire.SetNotes(notes=notes):
            return replace(graph, notes=tuple(Note(note.text, note.position) for note in notes))


def _placed(graph: Graph, node: str) -> Placed:
    if node not in graph.nodes:
        hint = did_you_mean(node, list(graph.nodes)) or "; look again"
        raise Refusal(f"there is no node {node}{hint}")
    return graph.nodes[node]


def _refuse_known(graph: Graph, node: str) -> None:
    if node in graph.nodes:
        raise Refusal(f"there is a node {node} already; choose another name")


def _mode(placed: Placed, mode: Mode, on: bool) -> Mode:
    """To end one mode is not to end the other."""
    return mode if on else "on" if placed.mode == mode else placed.mode


def _renamed(graph: Graph, node: str, to: str) -> Graph:
    _placed(graph, node)
    _refuse_known(graph, to)
    graph = graph.renamed(node, to)
    for link in graph.links:
        if to in (link.source, link.target) and max(len(link.start), len(link.end)) > _LONGEST:
            raise Refusal(f"{to} is too long a name beside {link.output} or {link.input}; use a shorter one")
    return graph


def _linked(graph: Graph, link: Link) -> Graph:
    _placed(graph, link.source)
    _placed(graph, link.target)
    if link.source == link.target:
        raise Refusal(f"{link.start} cannot be linked to {link.end}, as both are of one node; choose another")
    if link in graph.links:
        raise Refusal(f"{link.start} is linked to {link.end} already; once is enough")
    if len(graph.links) >= LINKS:
        raise Refusal(f"{link.start} to {link.end} would be more than {LINKS:,} links; make another graph")
    return graph.with_link(link)
