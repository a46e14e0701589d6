"""A graph that is open, and how edits of several people come together in it."""

import hashlib
import json
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count, islice
from typing import Any, TypeAlias

import msgspec

from ..core import Graph, Limits, Link, graphfile
from . import wire
from .edits import check, edited
from .refusal import Refusal

REMEMBERED = 1_000
"""Edits that others may not know of yet, at most, and still be merged with."""
TOUCHED = 50_000
"""Things that these may touch, all together."""
BYTES = Limits().size
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

    @property
    def size(self) -> int:
        """How much is remembered."""
        return len(self.changed) + len(self.needed) + len(self.referred)

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

    def __init__(self, name: str, graph: Graph, saved: bool, changed: float = 0.0) -> None:
        self.number = next(_numbers)
        """Which no other has, whatever they are called."""
        self.name = name
        self.graph = graph
        self.saved = saved
        """All changes are in the library."""
        self.changed = changed or time.time()
        """When it was changed last, in seconds since 1970, if not all changes are saved."""
        self.revision = 0
        self._edits: deque[tuple[object, _Touches]] = deque()
        """Who made each of the last edits, and what it touched."""
        self._touched = 0
        self._reverted = 0
        """The revision before which nothing counts any more."""
        self._size = len(_written(graph))
        """Characters of its file, at most."""

    @property
    def content(self) -> graphfile.GraphFile:
        """The graph as it is sent and saved; of one that can only be looked at, what is known of it."""
        return msgspec.json.decode(_written(self.graph), type=graphfile.GraphFile)

    def check_node(self, name: str) -> None:
        """Refuse the name of a node in a run that none can have: ``outer/inner`` is one in a graph."""
        top, _, inner = name.partition("/")
        placed = self.graph.nodes.get(top)
        if placed is None:
            raise Refusal(f"there is no node {top} in {self.name}")
        if inner and placed.graph is None:
            raise Refusal(f"{top} is no graph, so there is no node {name} in {self.name}")

    def apply(self, revision: int, ops: Sequence[wire.Op], author: object = None) -> int:
        """Change the graph by all these operations, or raise Refusal; gives the new revision.

        ``revision`` is the one that the author knew. What an author has done before it knows too,
        though it may not have been told the revision of that yet.
        """
        if self.graph.newer:
            raise Refusal(self.graph.newer)
        if not ops:
            raise Refusal("an edit without any change; name one")
        for op in ops:
            check(op)
        unknown = self._unknown(revision, author)
        touches = _touched(ops)
        if done := list(dict.fromkeys(text for edit in unknown for text in touches.against(edit))):
            raise Refusal(f"{_listed(done)} meanwhile; look again, then repeat your change", self.revision)
        try:
            graph = edited(self.graph, ops)
        except Refusal as refusal:
            raise Refusal(str(refusal), self.revision if unknown else None) from None
        self._check_size(graph, ops)
        self.graph, self.saved, self.revision = graph, False, self.revision + 1
        self.changed = time.time()
        self._remember(author, touches)
        return self.revision

    def revert(self, graph: Graph) -> None:
        """Be as it was saved. Edits that do not know of that are refused."""
        self.graph, self.saved, self.revision = graph, True, self.revision + 1
        self._reverted = self.revision
        self._edits.clear()
        self._touched = 0
        self._size = len(_written(graph))

    def _check_size(self, graph: Graph, ops: Sequence[wire.Op]) -> None:
        """Refuse what no graph file may hold. To write one each time would cost too much."""
        size = self._size + 2 * len(msgspec.json.encode(ops))
        if size > BYTES and (size := len(graphfile.dump(graph))) > BYTES:
            raise Refusal(f"{self.name} would be larger than {BYTES:,} bytes; make another graph")
        self._size = size

    def _remember(self, author: object, touches: _Touches) -> None:
        self._edits.append((author, touches))
        self._touched += touches.size
        while len(self._edits) > REMEMBERED or (self._touched > TOUCHED and len(self._edits) > 1):
            self._touched -= self._edits.popleft()[1].size

    def _unknown(self, revision: int, author: object) -> list[_Touches]:
        """The edits of others since a revision."""
        behind = self.revision - revision
        if behind < 0:
            raise Refusal(
                f"revision {revision} of {self.name} has not been made yet, the latest is {self.revision}; "
                "open the graph again",
                self.revision,
            )
        if revision < self._reverted:
            raise Refusal(
                f"the changes of {self.name} were given up meanwhile; look again, then repeat your change",
                self.revision,
            )
        if behind > len(self._edits):
            raise Refusal(
                f"revision {revision} of {self.name} is too many edits old; open the graph again",
                self.revision,
            )
        recent = islice(self._edits, len(self._edits) - behind, None)
        return [touches for by, touches in recent if by is None or by is not author]


def _written(graph: Graph) -> str:
    return graphfile.dump(replace(graph, newer=""))


def _listed(texts: list[str]) -> str:
    *most, last = texts if len(texts) <= 3 else [*texts[:3], f"{len(texts) - 3} more changes were made"]
    return f"{', '.join(most)} and {last}" if most else last


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
        case wire.ExposeSetting(name=name, socket=socket):
            node, _, setting = (socket or "").rpartition(".")
            text = f"{name} was exposed" if socket else f"{name} was exposed no more"
            changed["exposed", name] = _Change(text, _digest([was(node), setting]))
            if socket:
                _refer(was(node), text, touches)
        case wire.SetNotes(notes=notes):
            value = _digest([[note.text, note.position, note.size] for note in notes])
            changed["notes",] = _Change("the notes were changed", value)
        case wire.SetFrames(frames=frames):
            value = _digest([[frame.title, frame.position, frame.size] for frame in frames])
            changed["frames",] = _Change("the frames were changed", value)
        case wire.CollapseNode(node=node, on=on):
            text = f"{was(node)} was {'collapsed' if on else 'opened out'}"
            changed["collapsed", was(node)] = _Change(text, _digest([on]))
            touches.referred |= dict.fromkeys([("node", was(node)), ("name", was(node))])


def _refer(node: str, text: str, touches: _Touches) -> None:
    """An operation changes something about a node, and so wants it to be there by its name."""
    touches.needed["node", node] = text
    touches.referred |= dict.fromkeys([("node", node), ("name", node)])


def _digest(value: Any) -> bytes:
    return hashlib.blake2b(json.dumps(value, sort_keys=True).encode(), digest_size=16).digest()
