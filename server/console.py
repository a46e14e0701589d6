"""What a run looks like in a terminal, and as lines of JSON."""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from ..core import (
    Event,
    NodeChanged,
    NodeFailed,
    NodeFinished,
    NodePreviewed,
    NodeSkipped,
    NodeStarted,
    RunFinished,
)
from .plain import error_line, finite, plain

REFRESH = 0.1
"""Seconds between two looks at the numbers of a node: each look makes a GPU wait."""

Show = Callable[[Event], None]


def print_json(event: Event) -> None:
    """One event as one line of JSON on standard output."""
    print(json.dumps(as_json(event)), flush=True)


def as_json(event: Event) -> dict[str, Any]:
    """An event in plain values: a picture is left out, a text or number that a node gives is kept.

    A number that is not finite becomes None.
    """
    said: dict[str, Any] = {"event": type(event).__name__}
    match event:
        case NodePreviewed(name=name, preview=preview):
            measures = {key: finite(float(value)) for key, value in preview.measures.items()}
            said |= {"name": name, "step": preview.step, "total": preview.total, "measures": measures}
        case NodeFinished(name=name, result=result, cached=cached, seconds=seconds):
            said |= {"name": name, "result": plain(result), "cached": cached, "seconds": round(seconds, 3)}
        case NodeFailed(name=name, error=error, seconds=seconds):
            said |= {"name": name, "error": error_line(error), "seconds": round(seconds, 3)}
        case NodeSkipped(name=name, failed=failed):
            said |= {"name": name, "failed": failed}
        case NodeChanged(name=name, params=params, reached=reached, problem=problem, remade=remade):
            values = {key: plain(value) for key, value in params.items()}
            said |= {"name": name, "params": values, "reached": list(reached), "problem": problem}
            said |= {"remade": list(remade)}
        case RunFinished(seconds=seconds, failed=failed, skipped=skipped):
            said |= {"seconds": round(seconds, 3), "failed": list(failed), "skipped": list(skipped)}
        case _:
            said["name"] = event.name
    return said


class Bars:
    """A progress bar for each running node, and a line for each that ends."""

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
            case NodeFinished(name=name, result=result, cached=cached, seconds=seconds):
                said = "unchanged" if cached else f"{seconds:.1f} s"
                value = plain(result)
                self._end(name, "[green]done[/]", said if value is None else f"{said}  {escape(str(value))}")
            case NodeFailed(name=name, error=error):
                self._end(name, "[red]failed[/]", escape(error_line(error)))
            case NodeSkipped(name=name, failed=failed):
                self._end(name, "[yellow]skipped[/]", escape(f"because {failed} failed"))
            case _:
                pass

    def _advance(self, name: str, step: int, total: int, measures: dict[str, Any]) -> None:
        now = time.monotonic()
        if step < total and now - self._shown.get(name, 0.0) < REFRESH:
            return
        self._shown[name] = now
        key = next(iter(measures), "")
        measure = f"{key} {float(measures[key]):.4g}" if key else ""
        self._progress.update(self._tasks[name], completed=step, total=total, measure=measure)

    def _end(self, name: str, state: str, detail: str) -> None:
        if (task := self._tasks.pop(name, None)) is not None:  # the first task is 0
            self._progress.remove_task(task)
        self.console.print(f"{state} {escape(name)}  {detail}")


def complain(text: str) -> None:
    """Tell what is wrong on standard error."""
    print(text, file=sys.stderr)
