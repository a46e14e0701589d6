"""Where the worker shows what nodes have so far: the latest of each, to those who watch."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from typing import Any, TypeAlias

from PIL import Image as Picture

from ..core import Cache, Graph
from ..core.cache import nbytes
from ..core.lists import loaded
from . import pipe, wire
from .pipe import Place
from .sheet import Index, Sheet, State
from .tally import Tally

RATE = 15.0
"""Previews of a node a second, at most."""
PROGRESS_RATE = 4.0
"""Reports of progress a second, at most. Reading a loss makes a GPU wait, in this thread only."""
QUALITY = 80
KEPT = 1024**3
"""Bytes of work that can be shown or fetched later."""
ITEMS_KEPT = 512 * 1024**2
"""The same of the items of lists."""
MOST_ROLLS = 40
"""Nodes whose items are shown: a sheet holds some megabytes."""

_log = logging.getLogger("capriccio.server")
Render: TypeAlias = Callable[[Any], Picture.Image]
Draw: TypeAlias = Callable[[], tuple[Picture.Image, Graph]]
"""Draws a picture, and gives the graph that made it."""


@dataclass(frozen=True, eq=False)
class Work:
    """What a node has so far."""

    run: int
    outputs: Mapping[str, Any]
    """Values by output; of the first output alone while the node runs."""
    renders: Mapping[str, Render]
    """How each output is shown, of those that can be."""
    drawn: Graph
    step: int = 1
    total: int = 1

    @property
    def nbytes(self) -> int:
        """How much memory it holds."""
        return nbytes(self.outputs)

    @property
    def shows(self) -> str | None:
        """The output that previews show: the first, if it can be shown."""
        first = next(iter(self.outputs), None)
        return first if first in self.renders else None

    def picture(self) -> Picture.Image | None:
        """What previews show of it; of a list, which it must not be, its first item."""
        if (output := self.shows) is None:
            return None
        _, value = next(items(self.outputs[output]), ((), None))
        return None if value is None else self.renders[output](loaded(value)).convert("RGB")


Tell: TypeAlias = Callable[[], wire.NodeProgress]
"""Tells how far a node has come; asked only when somebody is to hear it."""


class WorkSheet(Sheet):
    """The contact sheet of a node, and what is the same for all its items."""

    def __init__(self, places: Sequence[Index], work: Work) -> None:
        super().__init__(places)
        self.work = work
        """What the node has made, or for a node that runs once for each item, no more than its outputs."""


@dataclass(eq=False)
class _Roll:
    """The items of a node, and what of them is not on the sheet yet."""

    tally: Tally
    sheet: "WorkSheet"
    unpainted: dict[Index, None] = field(default_factory=dict)
    unmarked: dict[Index, State] = field(default_factory=dict)


class Easel:
    """The latest work of each node, and one thread that shows it to those who watch.

    ``put`` costs the running node next to nothing: what nobody watches is never drawn, and of
    what comes faster than it can be shown only the latest is.
    """

    def __init__(self, send: Callable[[pipe.News], None]) -> None:
        self._send = send
        self._works = Cache(KEPT)
        self._items = Cache(ITEMS_KEPT)
        self._rolls: dict[Place, _Roll] = {}
        self._lists: dict[Place, WorkSheet] = {}
        """What was drawn last of nodes that give lists themselves."""
        self._drawing = threading.RLock()
        self._watched: dict[int, dict[str, list[int]]] = {}
        self._waiting: dict[Place, set[int]] = {}
        """Widths at which the latest work of a node has yet to be shown."""
        self._due: dict[Place, float] = {}
        self._progress: dict[str, Tell] = {}
        """What was not told yet."""
        self._latest: dict[str, Tell] = {}
        self._progress_due = 0.0
        self._run = 0
        self._changed = threading.Condition()
        threading.Thread(target=self._show_all, name="easel", daemon=True).start()

    def put(self, graph: int, node: str, work: Work) -> None:
        """This is what a node has now."""
        with self._changed:
            self._works.put(_key(graph, node), work)
            if (roll := self._rolls.get((graph, node))) and roll.sheet.work.run != work.run:
                del self._rolls[graph, node]
            if work.shows:
                self._show_soon((graph, node))

    def begin_items(self, graph: int, node: str, work: Work, tally: Tally, places: Sequence[Index]) -> None:
        """A node is about to run once for each of these places; it is shown as a contact sheet."""
        with self._changed:
            self._rolls.pop((graph, node), None)
            self._rolls[graph, node] = _Roll(tally, WorkSheet(places, work))
            if len(self._rolls) > MOST_ROLLS:
                del self._rolls[next(iter(self._rolls))]
            if work.shows:
                self._show_soon((graph, node))

    def put_item(self, graph: int, node: str, index: Index, state: State, work: Work | None) -> None:
        """So it is with an item of a node, and this is what it has now, if that is new."""
        with self._changed:
            if work:
                self._items.put(_key(graph, node, index), work)
            roll = self._rolls.get((graph, node))
            if roll and roll.sheet.work.shows and index in roll.sheet:
                roll.unmarked[index] = state
                if work:
                    roll.unpainted[index] = None
                self._show_soon((graph, node))

    def _show_soon(self, place: Place) -> None:
        widths = self._watched.get(place[0], {}).get(place[1])
        if widths:
            self._waiting[place] = set(widths)
            self._changed.notify()

    def begin(self, run: int) -> None:
        """Another run begins: how far the nodes of the one before came is of no interest now."""
        with self._changed:
            self._run = run
            self._progress.clear()
            self._latest.clear()

    def progress(self, node: str, tell: Tell) -> None:
        """A node has come further."""
        with self._changed:
            known = node in self._progress
            self._progress[node] = self._latest[node] = tell
            if not known:
                self._changed.notify()

    def last(self, node: str) -> wire.NodeProgress:
        """How far a node came that is done; its progress is not told any more."""
        with self._changed:
            tell = self._latest.pop(node, None)
            self._progress.pop(node, None)
        return tell() if tell else wire.NodeProgress(0, 0)

    def watch(self, graph: int, widths: Mapping[str, list[int]]) -> None:
        """Show these nodes of a graph, and no others; what is new among them at once."""
        with self._changed:
            before = self._watched.get(graph, {})
            self._watched[graph] = dict(widths)
            for node, wanted in widths.items():
                new = set(wanted) - set(before.get(node, ()))
                if new and ((graph, node) in self._rolls or self.work(graph, node)):
                    self._waiting.setdefault((graph, node), set()).update(new)
                    self._due.pop((graph, node), None)
            self._changed.notify()

    def work(self, graph: int, node: str) -> Work | None:
        """The latest work of a node, unless too much has been made since."""
        found: Work | None = self._works.get(_key(graph, node))
        return found

    def item(self, graph: int, node: str, index: Index) -> Work | None:
        """The latest work of one item of a node, unless too much has been made since."""
        found: Work | None = self._items.get(_key(graph, node, index))
        roll = self._rolls.get((graph, node))
        return found if found and roll and found.run == roll.sheet.work.run else None

    def has_items(self, graph: int, node: str) -> bool:
        """Whether the node has run once for each item of a list."""
        return (graph, node) in self._rolls

    def sheet(self, graph: int, node: str) -> WorkSheet | None:
        """The contact sheet of a node that has items, up to date; None for one that has none."""
        place = graph, node
        with self._drawing:
            if (roll := self._rolls.get(place)) is None:
                return self._listed(place)
            return self._painted(place, roll) if roll.sheet.work.shows else None

    def held(self, order: pipe.Keep) -> Draw | None:
        """Draws what a node has now, and not what it has by then; None for what is no picture of that run."""
        place = order.graph, order.node
        with self._changed:
            roll, work = self._rolls.get(place), self.work(*place)
            shown = roll.sheet.work if roll else work
            if shown is None or shown.run != order.run or order.output not in shown.renders:
                return None
            if roll is None:
                return partial(_drawn, shown, order.output)
            if order.output != shown.shows:
                return None
            return partial(self._sheet_drawn, place, roll, self._unpainted(place, roll))

    def _sheet_drawn(
        self, place: Place, roll: _Roll, works: Mapping[Index, Work | None]
    ) -> tuple[Picture.Image, Graph]:
        with self._drawing:
            sheet = self._painted(place, roll, works)
            return sheet.picture(), sheet.work.drawn

    def _unpainted(self, place: Place, roll: _Roll) -> dict[Index, Work | None]:
        """What items have that is not on the sheet yet."""
        return {index: self._items.get(_key(*place, index)) for index in roll.unpainted}

    def _painted(
        self, place: Place, roll: _Roll, works: Mapping[Index, Work | None] | None = None
    ) -> WorkSheet:
        """The sheet of a roll, up to date; of a run that is over, with what its items had at its end."""
        with self._changed:
            found = self._unpainted(place, roll) if works is None else works
            new = {index: work for index, work in found.items() if index in roll.unpainted}
            roll.unpainted = {index: None for index in roll.unpainted if index not in new}
            unmarked, roll.unmarked = roll.unmarked, {}
        for index, work in new.items():
            _paint(roll.sheet, index, work)
        for index, state in unmarked.items():
            roll.sheet.mark(index, state)
        return roll.sheet

    def _listed(self, place: Place) -> WorkSheet | None:
        """The sheet of a node that has run once and gives a list."""
        work = self.work(*place)
        output = work.shows if work else None
        if work is None or output is None or not isinstance(work.outputs[output], list):
            self._lists.pop(place, None)
            return None
        known = self._lists.get(place)
        if known and known.work is work:
            return known
        sheet = _sheet_of(work, output)
        self._lists.pop(place, None)
        self._lists[place] = sheet
        if len(self._lists) > MOST_ROLLS:
            del self._lists[next(iter(self._lists))]
        return sheet

    def _show_all(self) -> None:
        while True:
            with self._changed:
                while (patience := self._patience()) > 0:
                    self._changed.wait(None if patience == float("inf") else patience)
                job = self._next()
            try:
                job()
            except BaseException:  # what is drawn here is made by strangers, and none of it is worth a run
                _log.exception("a preview cannot be drawn")

    def _patience(self) -> float:
        """Seconds until there is something to do."""
        times = [self._due.get(place, 0.0) for place in self._waiting]
        if self._progress:
            times.append(self._progress_due)
        return min(times, default=float("inf")) - time.monotonic()

    def _next(self) -> Callable[[], None]:
        now = time.monotonic()
        for place in self._waiting:
            if (due := self._due.get(place, 0.0)) <= now:
                widths = self._waiting.pop(place)
                # One preview that is late must not make all later ones late.
                self._due[place] = (due if now - due < 1 / RATE else now) + 1 / RATE
                return lambda: self._show(place, widths)
        self._progress_due = now + 1 / PROGRESS_RATE
        progress, self._progress = self._progress, {}
        run = self._run
        return lambda: self._tell(run, progress)

    def _tell(self, run: int, progress: Mapping[str, Tell]) -> None:
        self._send(pipe.Progress(run, {node: tell() for node, tell in progress.items()}))

    def _show(self, place: Place, widths: set[int]) -> None:
        for frame in self._frames(place, widths):
            self._send(frame)

    def _frames(self, place: Place, widths: set[int]) -> Iterator[pipe.Frame]:
        with self._drawing:
            sheet = self.sheet(*place)
            work, roll = self.work(*place), self._rolls.get(place) if sheet else None
            picture = sheet.picture() if sheet else work.picture() if work else None
        if picture is None:
            return
        run, step, total = (work.run, work.step, work.total) if work else (0, 1, 1)
        if roll:
            run, step, total = roll.sheet.work.run, roll.tally.over, roll.tally.total
        columns, cells = (sheet.columns, [list(index) for index in sheet.cells]) if sheet else (0, [])
        for width in widths:
            small, data = jpeg(picture, width)
            yield pipe.Frame(*place, run, width, step, total, small.width, small.height, data, columns, cells)


def _drawn(work: Work, output: str) -> tuple[Picture.Image, Graph]:
    """The picture of an output; of a list, its contact sheet."""
    value = work.outputs[output]
    if isinstance(value, list):
        return _sheet_of(work, output).picture(), work.drawn
    return work.renders[output](loaded(value)), work.drawn


def _sheet_of(work: Work, output: str) -> WorkSheet:
    """The sheet of an output that is a list."""
    found = dict(items(work.outputs[output]))
    sheet = WorkSheet(list(found), work)
    for index in sheet.cells:
        _paint(sheet, index, Work(work.run, {output: found[index]}, work.renders, work.drawn))
    return sheet


def items(value: Any, place: Index = ()) -> Iterator[tuple[Index, Any]]:
    """What is in a list, and in the lists in it, each with its place; without what could not be made."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from items(item, (*place, number))
    elif value is not None:
        yield place, value


def _paint(sheet: Sheet, index: Index, work: Work | None) -> None:
    """Put an item on the sheet, if it is still there and can be drawn."""
    try:
        if work and (picture := work.picture()):
            sheet.paint(index, picture)
    except Exception:  # one that cannot be drawn does not keep the others from being shown
        _log.exception("an item cannot be drawn")
        sheet.mark(index, "failed")


def jpeg(picture: Picture.Image, longest: int) -> tuple[Picture.Image, bytes]:
    """A picture with sides no longer than this, and its JPEG."""
    if max(picture.size) > longest:
        picture = picture.copy()
        picture.thumbnail((longest, longest), Picture.Resampling.BILINEAR, reducing_gap=2.0)
    file = BytesIO()
    picture.save(file, "JPEG", quality=QUALITY)
    return picture, file.getvalue()


def _key(graph: int, node: str, index: Index | None = None) -> str:
    return f"{graph} {node}" if index is None else f"{graph} {node} {index}"
