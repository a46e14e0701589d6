"""Where the worker shows what nodes have so far: the latest of each, to those who watch."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, TypeAlias

from PIL import Image as Picture

from ..core import Cache, Graph
from ..core.cache import nbytes
from . import pipe, wire
from .pipe import Place
from .plain import finite, text

RATE = 15.0
"""Previews of a node a second, at most."""
PROGRESS_RATE = 10.0
"""Reports of progress a second, at most. Reading a loss makes a GPU wait, in this thread only."""
QUALITY = 80
KEPT = 1024**3
"""Bytes of work that can be shown or fetched later."""

_log = logging.getLogger("capriccio.server")
Render: TypeAlias = Callable[[Any], Picture.Image]


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


class Easel:
    """The latest work of each node, and one thread that shows it to those who watch.

    ``put`` costs the running node next to nothing: what nobody watches is never drawn, and of
    what comes faster than it can be shown only the latest is.
    """

    def __init__(self, send: Callable[[pipe.News], None]) -> None:
        self._send = send
        self._works = Cache(KEPT)
        self._watched: dict[int, dict[str, list[int]]] = {}
        self._waiting: dict[Place, set[int]] = {}
        """Widths at which the latest work of a node has yet to be shown."""
        self._due: dict[Place, float] = {}
        self._progress: dict[str, tuple[int, int, Mapping[str, Any]]] = {}
        """What was not told yet."""
        self._latest: dict[str, tuple[int, int, Mapping[str, Any]]] = {}
        self._progress_due = 0.0
        self._run = 0
        self._changed = threading.Condition()
        threading.Thread(target=self._show_all, name="easel", daemon=True).start()

    def put(self, graph: int, node: str, work: Work) -> None:
        """This is what a node has now."""
        with self._changed:
            self._works.put(_key(graph, node), work)
            widths = self._watched.get(graph, {}).get(node)
            if widths and work.shows:
                self._waiting[graph, node] = set(widths)
                self._changed.notify()

    def begin(self, run: int) -> None:
        """Another run begins: how far the nodes of the one before came is of no interest now."""
        with self._changed:
            self._run = run
            self._progress.clear()
            self._latest.clear()

    def progress(self, node: str, step: int, total: int, measures: Mapping[str, Any]) -> None:
        """So far a node has come."""
        with self._changed:
            self._progress[node] = self._latest[node] = step, total, measures
            self._changed.notify()

    def last(self, node: str) -> wire.NodeProgress:
        """How far a node came that is done; its progress is not told any more."""
        with self._changed:
            step, total, measures = self._latest.pop(node, (0, 0, {}))
            self._progress.pop(node, None)
        return wire.NodeProgress(step, total, _read(measures))

    def watch(self, graph: int, widths: Mapping[str, list[int]]) -> None:
        """Show these nodes of a graph, and no others; what is new among them at once."""
        with self._changed:
            before = self._watched.get(graph, {})
            self._watched[graph] = dict(widths)
            for node, wanted in widths.items():
                new = set(wanted) - set(before.get(node, ()))
                if new and self.work(graph, node):
                    self._waiting.setdefault((graph, node), set()).update(new)
                    self._due.pop((graph, node), None)
            self._changed.notify()

    def work(self, graph: int, node: str) -> Work | None:
        """The latest work of a node, unless too much has been made since."""
        found: Work | None = self._works.get(_key(graph, node))
        return found

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

    def _tell(self, run: int, progress: Mapping[str, tuple[int, int, Mapping[str, Any]]]) -> None:
        nodes = {
            node: wire.NodeProgress(step, total, _read(measures))
            for node, (step, total, measures) in progress.items()
        }
        self._send(pipe.Progress(run, nodes))

    def _show(self, place: Place, widths: set[int]) -> None:
        work = self.work(*place)
        output = work and work.shows
        if not work or not output:
            return
        picture = work.renders[output](work.outputs[output]).convert("RGB")
        for width in widths:
            small, data = jpeg(picture, width)
            self._send(
                pipe.Frame(*place, work.run, width, work.step, work.total, small.width, small.height, data)
            )


def jpeg(picture: Picture.Image, longest: int) -> tuple[Picture.Image, bytes]:
    """A picture with sides no longer than this, and its JPEG."""
    if max(picture.size) > longest:
        picture = picture.copy()
        picture.thumbnail((longest, longest), Picture.Resampling.BILINEAR, reducing_gap=2.0)
    file = BytesIO()
    picture.save(file, "JPEG", quality=QUALITY)
    return picture, file.getvalue()


def _read(measures: Mapping[str, Any]) -> dict[str, float | None]:
    return {text(str(name)): _number(value) for name, value in measures.items()}


def _number(value: Any) -> float | None:
    try:
        return finite(float(value))
    except Exception:  # a measure that is no number
        return None


def _key(graph: int, node: str) -> str:
    return f"{graph} {node}"
