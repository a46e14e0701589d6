"""How long a preview is on its way to a client, and how long a client waits for an answer.

A preview of 512 px travels from the node that yields it, through its encoding, the worker's
pipe and the server, to a client on the same machine. Machines differ, and so do their hours:
beside it, the same picture takes the quickest way there is. Answers, to pings and edits in turn,
are waited for while a node keeps the worker as busy as can be. Run it with ``make bench``.
"""

import asyncio
import statistics
import sys
import time
from dataclasses import dataclass

from . import peer
from .clients import Client, client
from .figures import Figure, percentile, show
from .paintings import latencies, painting
from .serving import Serving, serving

MOST = 1.75
"""Times as long as with the peer until a preview is there, in the median."""
MOST_WAITED = 50.0
"""Milliseconds that 99 % of all requests wait for their answers, at most."""
LOADS = {
    "Convolve": "a convolution loop",
    "Loop": "a pure-Python loop",
    "Hold": "a C call that holds the interpreter lock",
}
PAUSE = 0.005
"""Seconds between an answer and the next request; a client may send 200 a second."""


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    frames: int = 600
    trips: int = 1_500


async def previews(serving: Serving, size: Size = Size()) -> list[Figure]:
    """The latency of previews, beside that of the peer before and after."""
    before = await peer.latency(size.frames // 2)
    async with client(serving) as viewer:
        drawn = await painting(serving, viewer, nodes=1, seconds=size.frames / 15)
        await viewer.watch(drawn.graph, *drawn.nodes)
        await viewer.ask("run", graph=drawn.graph)
        times = await drawn.times()
        await asyncio.sleep(0.2)
        found = latencies(times, viewer)
    floor = (before + await peer.latency(size.frames // 2)) / 2
    return [
        Figure("preview latency, of the peer's", statistics.median(found) / floor, "times", most=MOST),
        Figure("preview latency, median", statistics.median(found), "ms"),
        Figure("the peer's latency, median", floor, "ms"),
        Figure("preview latency, p99", percentile(found, 0.99), "ms"),
        Figure("previews delivered", 100 * len(found) / size.frames, "%"),
    ]


async def answers(serving: Serving, size: Size = Size()) -> list[Figure]:
    """The latency of control messages under each load."""
    figures = []
    async with client(serving) as asker:
        for kind, load in LOADS.items():
            graph = await _busy(asker, kind)
            found = [await _trip(asker, graph, number) for number in range(size.trips)]
            await asker.ask("cancel")
            figures += [
                Figure(f"round trip under {load}, p99", percentile(found, 0.99), "ms", most=MOST_WAITED),
                Figure(f"round trip under {load}, median", statistics.median(found), "ms"),
            ]
    return figures


async def _busy(asker: Client, kind: str) -> str:
    """Run a node that does nothing else for minutes; give the graph that it is in, when it is at it."""
    graph = f"{kind} {time.monotonic_ns()}"
    await asker.is_ready.wait()
    await asker.ask("new_graph", graph=graph)
    node = {"op": "add", "node": "busy", "kind": f"toys.{kind}", "params": {"seconds": 300.0}}
    await asker.ask("edit", graph=graph, revision=0, ops=[node])
    await asker.ask("run", graph=graph)
    while [report["state"] for report in (await asker.ask("open_graph", graph=graph))["nodes"]] != [
        "running"
    ]:
        await asyncio.sleep(0.1)
    return graph


async def _trip(asker: Client, graph: str, number: int) -> float:
    """Milliseconds until the answer to a request."""
    await asyncio.sleep(PAUSE)
    move = {"op": "move", "node": "busy", "position": [number, 0]}
    began = time.monotonic()
    if number % 2:
        await asker.ask("ping")
    else:
        await asker.ask("edit", graph=graph, revision=1 + number // 2, ops=[move])
    return 1_000 * (time.monotonic() - began)


def main() -> int:
    """Print all figures; give 1 if one is beyond its bound."""
    good = True
    for measure in (previews, answers):
        with serving() as server:
            good &= show(asyncio.run(measure(server)))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
