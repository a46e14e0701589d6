"""What a run looks like in a terminal, and as lines of JSON."""

import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from ..core import (
    Event,
    ItemsError,
    Label,
    NodeChanged,
    NodeFailed,
    NodeFinished,
    NodeItem,
    NodeListed,
    NodePreviewed,
    NodeSkipped,
    NodeStarted,
    RunFinished,
)
from .plain import brief, error_line, finite, plain
from .tally import Index, called

REFRESH = 0.1
"""Seconds between two looks at the numbers of a node: each look makes a GPU wait."""
MOST = 20
"""Failed items of a node that have a line each."""

Show = Callable[[Event], None]


def print_json(event: Event) -> None:
    """One event as one line of JSON on standard output."""
    print(json.dumps(as_json(event)), flush=True)


def as_json(event: Event) -> dict[str, Any]:
    """An event in plain values: a picture is left out; a text, a number or a list of these is kept.

    A number that is not finite becomes None.
    """
    said: dict[str, Any] = {"event": type(event).__name__}
    match event:
        case NodePreviewed(name=name, preview=preview):
            measures = {key: finite(float(value)) for key, value in preview.measures.items()}
            said |= {"name": name, "step": preview.step, "total": preview.total, "measures": measures}
        case NodeFinished(name=name, result=result, cached=cached, seconds=seconds):
            said |= {"name": name, "result": _plain(result), "cached": cached, "seconds": round(seconds, 3)}
        case NodeFailed(name=name, error=error, seconds=seconds):
            said |= {"name": name, "error": error_line(error), "seconds": round(seconds, 3)}
        case NodeSkipped(name=name, failed=failed):
            said |= {"name": name, "failed": failed}
        case NodeChanged(name=name, params=params, reached=reached, problem=problem, remade=remade):
            values = {key: plain(value) for key, value in params.items()}
            said |= {"name": name, "params": values, "reached": list(reached), "problem": problem}
            said |= {"remade": list(remade)}
        case NodeListed(name=name, items=items):
            listed = [{"index": list(index), "labels": dict(labels)} for index, labels in items.items()]
            said |= {"name": name, "items": listed}
        case NodeItem(name=name, index=index, event=inner):
            said |= {"name": name, "index": list(index), "item": as_json(inner)}
        case RunFinished(seconds=seconds, failed=failed, skipped=skipped):
            said |= {"seconds": round(seconds, 3), "failed": list(failed), "skipped": list(skipped)}
        case _:
            said["name"] = event.name
    return said


def _plain(result: Any) -> Any:
    """A result in plain values; None for a list if anything in it is no text and no number."""
    if not isinstance(result, list):
        return plain(result)
    items = [_plain(item) for item in result]
    return None if None in items else items


@dataclass
class _Items:
    """How far a node is that runs once for each item of a list."""

    labels: Mapping[Index, Label]
    over: int = 0
    cached: int = 0
    failed: int = 0

    def words(self, seconds: float) -> str:
        """How many there were, and how long they took."""
        known = f" ({self.cached} unchanged)" if self.cached else ""
        return f"{len(self.labels)} items{known}, {seconds:.1f} s"


class Bars:
    """A progress bar for each running node, and a line for each that ends.

    Of what is in graphs that are nodes there is a line only for what fails.
    """

    def __init__(self) -> None:
        self.console = Console(stderr=True, highlight=False)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[measure]}"),
            TimeElapsedColumn(),
            console=self.console,
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}
        self._shown: dict[str, float] = {}
        self._items: dict[str, _Items] = {}

    def __enter__(self) -> Show:
        self._progress.start()
        return self._show

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def _show(self, event: Event) -> None:
        match event:
            case NodeStarted(name=name):
                self._tasks[name] = self._progress.add_task(escape(name), total=None, measure="")
            case NodePreviewed(name=name, preview=preview):
                self._advance(name, preview.step, preview.total, dict(preview.measures))
            case NodeListed(name=name, items=labels):
                self._items[name] = _Items(labels)
            case NodeItem():
                self._take_item(event)
            case NodeFinished(name=name, result=result, cached=cached, seconds=seconds):
                items = self._items.get(name)
                told = items.words(seconds) if items else f"{seconds:.1f} s"
                said = "unchanged" if cached else told
                value = brief(result)
                self._end(name, "[green]done[/]", said if value is None else f"{said}  {escape(str(value))}")
            case NodeFailed(name=name, error=ItemsError() as error):
                said = f"{len(error.failed)} of {len(self._items[name].labels)} items failed"
                self._end(name, "[red]failed[/]", said)
            case NodeFailed(name=name, error=error):
                self._end(name, "[red]failed[/]", escape(error_line(error)))
            case NodeSkipped(name=name, failed=failed):
                self._end(name, "[yellow]skipped[/]", escape(f"because {failed} failed"))
            case _:
                pass

    def _take_item(self, told: NodeItem) -> None:
        name, items = told.name, self._items[told.name]
        match told.event:
            case NodePreviewed(preview=preview):
                self._advance(name, items.over, len(items.labels), dict(preview.measures))
                return
            case NodeStarted():
                return
            case NodeFinished(cached=cached):
                items.cached += cached
            case NodeFailed(error=error):
                items.failed += 1
                if items.failed <= MOST:
                    item = called(told.index, items.labels.get(told.index, {}))
                    self.console.print(
                        f"[red]failed[/] {escape(name)}, {escape(item)}  {escape(error_line(error))}"
                    )
            case _:
                pass
        items.over += 1
        if (task := self._tasks.get(name)) is not None:
            self._progress.update(task, completed=items.over, total=len(items.labels))

    def _advance(self, name: str, step: int, total: int, measures: dict[str, Any]) -> None:
        now = time.monotonic()
        if step < total and now - self._shown.get(name, 0.0) < REFRESH:
            return
        self._shown[name] = now
        key = next(iter(measures), "")
        measure = f"{key} {float(measures[key]):.4g}" if key else ""
        if (task := self._tasks.get(name)) is not None:
            self._progress.update(task, completed=step, total=total, measure=measure)

    def _end(self, name: str, state: str, detail: str) -> None:
        if (task := self._tasks.pop(name, None)) is not None:  # the first task is 0
            self._progress.remove_task(task)
        if "/" not in name or "failed" in state:
            self.console.print(f"{state} {escape(name)}  {detail}")


def complain(text: str) -> None:
    """Tell what is wrong on standard error."""
    print(text, file=sys.stderr)
