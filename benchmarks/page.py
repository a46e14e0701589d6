"""How quick the editor's page is, in a real browser with a real server and a real worker.

Ten nodes stream pictures that tell when they were made; 300 nodes are opened and panned. The
browser draws without a GPU, so all of it shares the cores of this machine; how quick an empty page
is in the same browser is told beside. Run it with ``make bench``; with ``--long`` memory is
watched for 20 minutes, and with ``--quick`` all is measured in short and told as JSON, for a test.
"""

import argparse
import asyncio
import gzip
import math
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from playwright.async_api import Browser

from .browser import Sight, browser, held, sight
from .clients import Client, client
from .figures import Figure, best, percentile, show, told
from .serving import Serving, serving

PLUGIN = Path(__file__).with_name("clockwork.py")
PAGE = Path(__file__).parents[1] / "server/editor_dist"
KB = 1000

LEAST_STREAMING = 50.0
"""Frames a second while ten nodes stream."""
LEAST_DRAWN = 8.0
"""Of the ten pictures a second that each of these sends, so many are drawn."""
MOST_OPENING = 2.5
"""Seconds until 300 nodes are on the screen."""
LEAST_PANNING = 45.0
"""Frames a second while 300 nodes are panned."""
MOST_OLD = 0.6
"""Seconds that what a slow page shows may be old."""
SLOWED = 6.0
MOST_BUNDLE = 250.0
"""KB of scripts and styles, compressed."""
MOST_GROWN = 20.0
"""MB in 20 minutes of streaming."""
LONG = 1200.0
"""Seconds of these."""
SLACK = 4.0
"""MB that memory may seem to grow by in a shorter time, as it is never quite the same."""
NODES, RATE, WIDTH = 10, 10.0, 256
MANY = 300


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    streamed: float = 10.0
    rounds: int = 5
    panned: float = 3.0
    watched: float = 60.0
    settled: float = 15.0


QUICK = Size(streamed=4.0, rounds=2, panned=2.0, watched=15.0, settled=5.0)


async def drawn(drawer: Client, graph: str, ops: Sequence[dict[str, Any]]) -> None:
    """Make a graph of these operations."""
    await drawer.is_ready.wait()
    await drawer.ask("new_graph", graph=graph)
    revision = 0
    for begin in range(0, len(ops), 100):
        said = await drawer.ask("edit", graph=graph, revision=revision, ops=ops[begin : begin + 100])
        revision = said["revision"]


async def ten(drawer: Client, graph: str, seconds: float) -> None:
    """Ten nodes that stream for so long."""
    params = {"steps": math.ceil(seconds * RATE), "rate": RATE, "size": WIDTH}
    ops = [
        {
            "op": "add",
            "node": f"clock {number}",
            "kind": "bench.Clock",
            "params": params,
            "position": [232 * (number % 5), 270 * (number // 5)],
        }
        for number in range(NODES)
    ]
    await drawn(drawer, graph, ops)


async def many(drawer: Client, graph: str, count: int = MANY) -> None:
    """Nodes with pictures in 20 columns, each linked to two of the column before."""
    rows = count // 20
    add = [
        {
            "op": "add",
            "node": f"still {number}",
            "kind": "bench.Still",
            "params": {"shift": number},
            "position": [280 * (number // rows), 290 * (number % rows)],
        }
        for number in range(count)
    ]
    link = [
        {
            "op": "link",
            "start": f"still {(number // rows - 1) * rows + (number + step) % rows}.image",
            "end": f"still {number}.{end}",
        }
        for number in range(rows, count)
        for step, end in enumerate("ab")
    ]
    await drawn(drawer, graph, [*add, *link])


@asynccontextmanager
async def streaming(sight: Sight, drawer: Client, seconds: float) -> AsyncIterator[str]:
    """Ten nodes that stream, all on the page, with pictures on all."""
    graph = f"ten {time.monotonic_ns()}"
    await ten(drawer, graph, seconds + 60)
    await sight.open(graph)
    await sight.ask(f"opened({graph!r}, {NODES})")
    await drawer.ask("run", graph=graph)
    await sight.ask(f"pictured({NODES})")
    await asyncio.sleep(1)
    yield graph
    reports = (await drawer.ask("open_graph", graph=graph))["nodes"]
    if any(report["state"] != "running" for report in reports):
        raise RuntimeError(f"a node stopped early: {reports}")
    await drawer.ask("cancel")


async def pace(sight: Sight, drawer: Client, size: Size) -> list[Figure]:
    """Frames a second while ten nodes stream, and whether their pictures are drawn."""
    await sight.page.goto("about:blank")
    ceiling = await sight.ask(f"empty({size.streamed / 2})")
    async with streaming(sight, drawer, size.streamed):
        told = await sight.ask(f"frames({size.streamed}, true)")
    if set(told["sizes"]) != {WIDTH}:
        raise RuntimeError(f"the pictures are {told['sizes']} pixels wide, not {WIDTH}")
    return [
        Figure("an empty page", ceiling, "frames/s"),
        Figure("ten nodes streaming", told["rate"], "frames/s", least=LEAST_STREAMING),
        Figure("ten nodes streaming, of an empty page", 100 * told["rate"] / ceiling, "%"),
        Figure("ten nodes streaming, 99 % of gaps within", told["late"], "ms"),
        Figure("pictures drawn of each node", told["changes"], "/s", least=LEAST_DRAWN),
        Figure("time taken to look at them", 100 * told["cost"], "%"),
    ]


async def age(sight: Sight, drawer: Client, size: Size) -> list[Figure]:
    """How old the pictures are that a slow page shows."""
    async with streaming(sight, drawer, 2 * size.streamed):
        quick = await sight.ask(f"ages({size.streamed / 2})")
        await sight.slow(SLOWED)
        await asyncio.sleep(1)
        told = await sight.ask(f"ages({size.streamed})")
        frames = await sight.ask(f"frames({size.streamed / 2}, false)")
        await sight.slow(1)
    return [
        Figure("pictures shown, age, median", statistics.median(quick) / 1000, "s"),
        Figure("pictures shown, unreadable", 100 * told.count(-1) / len(told), "%"),
        Figure("slowed 6 times: age, median", statistics.median(told) / 1000, "s"),
        Figure("slowed 6 times: age, 99 %", percentile(told, 0.99) / 1000, "s", most=MOST_OLD),
        Figure("slowed 6 times: age, oldest", max(told) / 1000, "s"),
        Figure("slowed 6 times", frames["rate"], "frames/s"),
    ]


async def opening(sight: Sight, drawer: Client, size: Size) -> list[Figure]:
    """How soon 300 nodes are on the screen, and how smoothly they are panned."""
    graph, small = f"many {time.monotonic_ns()}", f"small {time.monotonic_ns()}"
    await many(drawer, graph)
    await many(drawer, small, 20)
    await drawer.ask("save_graph", graph=graph, overwrite=True)
    await drawer.ask("save_graph", graph=small, overwrite=True)
    await drawer.ask("run", graph=graph)
    while (await drawer.ask("get_status"))["queue"]:
        await asyncio.sleep(0.2)
    told = (await drawer.ask("open_graph", graph=graph))["latest"]
    if told["state"] != "done":
        raise RuntimeError(f"the graph did not run: {told}")
    loaded, clicked, pictured = [], [], []
    for _ in range(size.rounds):
        await sight.open(graph)
        loaded.append(await sight.ask(f"opened({graph!r}, {MANY})"))
        pictured.append(await sight.ask(f"pictured({MANY})"))
        await sight.open(small)
        await sight.ask(f"opened({small!r}, 20)")
        await asyncio.sleep(1)
        clicked.append(await _clicked(sight, graph))
    await sight.open(graph)
    await sight.ask(f"pictured({MANY})")
    await asyncio.sleep(1)
    far = [await panned(sight, size.panned) for _ in range(size.rounds)]
    await sight.page.evaluate("() => document.activeElement?.blur()")
    await sight.page.mouse.move(700, 400)
    await sight.page.keyboard.press("0")
    await asyncio.sleep(1)
    seen = await sight.ask("cards()")
    near = [await panned(sight, size.panned) for _ in range(size.rounds)]
    return [
        Figure("300 nodes, opened by address", statistics.median(loaded) / 1000, "s", most=MOST_OPENING),
        Figure("300 nodes, with all pictures", statistics.median(pictured) / 1000, "s"),
        Figure("300 nodes, opened by a click", statistics.median(clicked) / 1000, "s", most=MOST_OPENING),
        Figure("300 nodes, panned, all seen", statistics.median(far), "frames/s", least=LEAST_PANNING),
        Figure(f"300 nodes, panned, {seen} seen", statistics.median(near), "frames/s", least=LEAST_PANNING),
    ]


async def _clicked(sight: Sight, graph: str) -> float:
    """Milliseconds from a click in the list of graphs until all cards are there."""
    page = sight.page
    await page.keyboard.press("Control+o")
    await page.locator("dialog[open]").get_by_role("searchbox").fill(graph)
    row = page.locator("dialog[open]").get_by_role("button", name=graph).first
    await row.wait_for()
    await page.evaluate(
        """() => addEventListener(
          "click", (event) => (window.clickedAt = event.timeStamp), { capture: true, once: true }
        )"""
    )
    waiting = asyncio.ensure_future(sight.ask(f"opened({graph!r}, {MANY})"))
    await row.click()
    ended: float = await waiting
    began: float = await page.evaluate("() => window.clickedAt")
    return ended - began


async def panned(sight: Sight, seconds: float) -> float:
    """Frames a second while the canvas is dragged to and fro by its ground."""
    mouse = sight.page.mouse
    x, y = await sight.page.evaluate(
        """() => {
          const { left, top, right, bottom } = document.querySelector(".react-flow").getBoundingClientRect();
          for (let y = top + 60; y < bottom - 60; y += 7)
            for (let x = left + 200; x < right - 200; x += 7)
              if (document.elementFromPoint(x, y)?.classList.contains("react-flow__pane")) return [x, y];
        }"""
    )
    await mouse.move(x, y)
    await mouse.down()
    counting = asyncio.ensure_future(sight.ask(f"frames({seconds}, false)"))
    step = 0
    began = time.monotonic()
    while not counting.done():
        step += 1
        await mouse.move(x + 120 * math.sin(step / 15), y + 60 * math.sin(step / 11))
        await asyncio.sleep(max(0.0, began + step / 60 - time.monotonic()))
    await mouse.move(x, y)  # as much is seen in the next round
    await mouse.up()
    rate: float = counting.result()["rate"]
    return rate


async def memory(sight: Sight, drawer: Client, size: Size) -> list[Figure]:
    """By how much memory grows while ten nodes stream."""
    allowed = max(MOST_GROWN * size.watched / LONG, SLACK)
    async with streaming(sight, drawer, size.settled + size.watched):
        await asyncio.sleep(size.settled)
        before = await _held(sight)
        await asyncio.sleep(size.watched)
        after = await _held(sight)
    minutes = f"in {size.watched / 60:g} minutes"
    return [
        Figure("memory of the page's scripts", after[0], "MB"),
        Figure(f"growth of these {minutes}", after[0] - before[0], "MB", most=allowed),
        Figure("memory of the browser", after[1], "MB"),
        Figure(f"growth of this {minutes}", after[1] - before[1], "MB"),
    ]


async def _held(sight: Sight) -> tuple[float, float]:
    """MB of the page's scripts, and of the browser: the median of a few, as it rises and falls."""
    heaps, all = [], []
    for _ in range(5):
        heaps.append(await sight.heap())
        await asyncio.sleep(1)
        all.append(held())
    return statistics.median(heaps), statistics.median(all)


def bundle() -> list[Figure]:
    """How large the page is that is handed out."""
    files = [path for path in PAGE.rglob("*") if path.suffix in (".js", ".css")]
    size = sum(len(gzip.compress(path.read_bytes())) for path in files)
    return [Figure("scripts and styles, compressed", size / KB, "KB", most=MOST_BUNDLE)]


Measure = Callable[[Sight, Client, Size], Awaitable[list[Figure]]]
MEASURES: dict[str, Measure] = {"pace": pace, "age": age, "opening": opening, "memory": memory}


async def measured(made: Browser, served: Serving, measure: Measure, size: Size) -> list[Figure]:
    """What one measure finds on a page of its own."""
    async with client(served) as drawer, sight(made, served) as seen:
        return await measure(seen, drawer, size)


async def main(words: Sequence[str]) -> int:
    """Print all figures; give 1 if one is beyond its bound."""
    parser = argparse.ArgumentParser(description="How quick the editor's page is.")
    parser.add_argument("measures", nargs="*", help=f"which of {', '.join(MEASURES)}; all unless told")
    parser.add_argument("--long", action="store_true", help="watch memory for 20 minutes")
    parser.add_argument("--quick", action="store_true", help="measure in short, and print JSON")
    wanted = parser.parse_args(words)
    size = QUICK if wanted.quick else Size(watched=LONG, settled=60.0) if wanted.long else Size()
    figures = bundle()
    good = wanted.quick or show(figures)
    with serving([PLUGIN]) as served:
        async with browser() as made:
            for name in wanted.measures or MEASURES:
                measure = partial(measured, made, served, MEASURES[name], size)
                figures += (new := await (best(measure) if wanted.quick else measure()))
                good &= wanted.quick or show(new)
    if wanted.quick:
        print(told(figures))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
