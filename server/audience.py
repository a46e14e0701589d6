"""Who has which graph open, and who watches which node: messages and previews go to them."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import msgspec

from . import pipe, wire
from .document import Document
from .outbox import Outbox

SIZES = (128, 256, wire.WIDTH, 1024, 2048, 4096, 8192)
"""Previews are made in these sizes, so that few are made however many watch."""

Watch: TypeAlias = Callable[[int, dict[str, list[int]]], None]


@dataclass(frozen=True)
class _Shown:
    """A preview as it goes to clients, and what it shows."""

    facts: pipe.Frame
    """Without its picture."""
    sequence: int
    packed: bytes


@dataclass(eq=False)
class _Row:
    """Those who have one graph open."""

    document: Document
    members: set[Outbox] = field(default_factory=set)
    watchers: dict[str, dict[Outbox, int]] = field(default_factory=lambda: defaultdict(dict))
    """By node: who watches it, and in which size."""
    shown: dict[tuple[str, int], _Shown] = field(default_factory=dict)
    """The last preview of a node in a size."""

    @property
    def widths(self) -> dict[str, list[int]]:
        return {node: sorted(set(by.values())) for node, by in self.watchers.items() if by}


def rounded(width: int) -> int:
    """The size in which a picture is made for who wants it no larger than so many pixels."""
    return next(size for size in SIZES if size >= width)


def within(name: str, node: str) -> bool:
    """Whether a name in a run is that of a node, or of one in the graph that the node is."""
    return name == node or name.startswith(f"{node}/")


class Audience:
    """All clients, by what they have open and watch."""

    def __init__(self, watch: Watch) -> None:
        self.everyone: set[Outbox] = set()
        self._watch = watch
        self._rows: dict[int, _Row] = {}

    def enter(self, document: Document, outbox: Outbox) -> None:
        """From now on this client hears of the graph."""
        self._rows.setdefault(document.number, _Row(document)).members.add(outbox)

    def leave(self, document: Document, outbox: Outbox) -> None:
        """This client closes the graph."""
        if row := self._rows.get(document.number):
            row.members.discard(outbox)
            for node in [node for node, by in row.watchers.items() if outbox in by]:
                self.unwatch(document, node, outbox)

    def forget(self, document: Document) -> None:
        """The graph is closed for good."""
        if row := self._rows.get(document.number):
            for outbox in {outbox for by in row.watchers.values() for outbox in by} | row.members:
                self.leave(document, outbox)
            self._rows.pop(document.number, None)

    def renamed(self, document: Document) -> None:
        """Previews that are on their way bear the old name, and will be acknowledged by it: wait for none."""
        if row := self._rows.get(document.number):
            row.shown.clear()
            for outbox in row.members:
                outbox.pardon(document.number)

    def gone(self, document: Document, node: str) -> None:
        """A node was taken away: another that gets its name has shown nothing yet."""
        if row := self._rows.get(document.number):
            row.shown = {place: shown for place, shown in row.shown.items() if not within(place[0], node)}

    def members(self, document: Document) -> set[Outbox]:
        """Those who have a graph open."""
        row = self._rows.get(document.number)
        return set(row.members) if row else set()

    def tell(
        self,
        document: Document,
        message: wire.AnyMessage,
        besides: Outbox | None = None,
        final: bool = False,
    ) -> None:
        """Tell all who have a graph open; what is final, makes progress that was not sent yet stale."""
        text = wire.written(message)
        for outbox in self.members(document):
            if final:
                outbox.drop(document.number)
            if outbox is not besides:
                outbox.put(text)

    def tell_all(self, message: wire.AnyMessage) -> None:
        """Tell everyone."""
        text = wire.written(message)
        for outbox in self.everyone:
            outbox.put(text)

    def update(self, document: Document, message: wire.Progress) -> None:
        """Tell all who have a graph open what only the latest of counts."""
        text = wire.written(message)
        for outbox in self.members(document):
            outbox.replace(document.number, text)

    def watch(self, document: Document, node: str, width: int, outbox: Outbox) -> None:
        """Show a node to a client, beginning with what there is."""
        row = self._rows[document.number]
        size = rounded(width)
        before = row.widths.get(node)
        if row.watchers[node].get(outbox) != size:
            outbox.unwatch((document.number, node))  # each size counts its previews by itself
        row.watchers[node][outbox] = size
        outbox.watch((document.number, node))
        if last := row.shown.get((node, size)):
            outbox.show((document.number, node), last.sequence, last.packed)
        if row.widths[node] != before:
            self._watch(document.number, row.widths)

    def unwatch(self, document: Document, node: str, outbox: Outbox) -> None:
        """Show a node no more."""
        outbox.unwatch((document.number, node))
        if not (row := self._rows.get(document.number)) or outbox not in row.watchers.get(node, {}):
            return
        before = row.widths
        del row.watchers[node][outbox]
        if not row.watchers[node]:
            del row.watchers[node]
        if row.widths != before:
            self._watch(document.number, row.widths)

    def watched(self) -> Mapping[int, dict[str, list[int]]]:
        """All that is watched, for a worker that has just begun."""
        return {number: row.widths for number, row in self._rows.items() if row.widths}

    def show(self, frame: pipe.Frame) -> None:
        """Show a preview to those who watch its node in its size."""
        if not (row := self._rows.get(frame.graph)):
            return
        last = row.shown.get((frame.node, frame.asked))
        bare = msgspec.structs.replace(frame, data=b"")
        if last and last.facts == bare and last.packed.endswith(frame.data):
            return  # it was drawn again for somebody who came late, and looks as before
        sequence = last.sequence + 1 if last else 1
        facts = wire.Preview(
            row.document.name,
            frame.node,
            frame.run,
            sequence,
            frame.step,
            frame.total,
            frame.width,
            frame.height,
            frame.columns,
            frame.cells,
        )
        packed = wire.packed(facts, frame.data)
        row.shown[frame.node, frame.asked] = _Shown(bare, sequence, packed)
        for outbox, size in row.watchers.get(frame.node, {}).items():
            if size == frame.asked:
                outbox.show((frame.graph, frame.node), sequence, packed)
