"""What a server bears: many clients that do nothing, many that watch, and some that do not read.

The server runs in a process of its own, on two cores or more, and so does its worker; the
clients share this process, and the moments at which nodes yield and clients receive are those of
one clock. Run it with ``make load``; it takes some seven minutes.
"""

import asyncio
import math
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from .clients import Client, Deaf, client, clients, deaf
from .figures import Figure, percentile, show
from .paintings import Painting, delivered, latencies, pace, painting
from .serving import Serving, serving

KIB = 1024
MOST_IDLE = 20.0
"""KiB for a client that does nothing."""
LEAST_SEEN = 99.0
"""% of all previews that 50 viewers get."""
MOST_LATE = 150.0
"""Milliseconds until 99 % of these are there."""
LEAST_FAST = 95.0
"""% of all previews that clients get that read, beside others that do not."""
MOST_GROWN = 20.0
"""MB that the server grows by meanwhile."""
CUT_OFF = 10.0, 13.0
"""Seconds from a deaf client's first send that stalls until it is cut off."""
MOST_STOPPING = 5.0
"""Seconds that the server takes to stop."""
MOST_SLOWED = 3.0
"""% fewer steps of a run because of its clients."""
DELAY = 0.2
"""Seconds that a slow client takes for a preview."""
CONVOLUTIONS = 24
"""So many take a core about as long as a step lasts at 15 steps a second."""


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    idle: int = 500
    viewers: int = 50
    viewed: float = 20.0
    """Seconds."""
    deaf: int = 2
    fast: int = 4
    crowded: float = 120.0
    """Seconds."""
    pairs: int = 5
    paired: float = 10.0
    """Seconds of each of two runs."""


@dataclass(frozen=True)
class Crowd:
    """Clients that read, one that is slow to, and some that do not."""

    fast: list[Client]
    slow: Client
    deaf: list[Deaf]

    async def watch(self, drawn: Painting) -> None:
        """All watch all nodes of a graph."""
        everyone: list[Client | Deaf] = [*self.deaf, self.slow, *self.fast]
        for each in everyone:
            await each.watch(drawn.graph, *drawn.nodes)


@asynccontextmanager
async def crowd(serving: Serving, size: Size) -> AsyncIterator[Crowd]:
    """Such clients, connected."""
    async with AsyncExitStack() as stack:
        quick = await stack.enter_async_context(clients(serving, size.fast))
        slow = await stack.enter_async_context(client(serving, DELAY))
        # Every other one acknowledges what it does not read.
        lost = [await stack.enter_async_context(deaf(serving, n % 2 == 0)) for n in range(size.deaf)]
        yield Crowd(quick, slow, lost)


async def idle(serving: Serving, size: Size = Size()) -> list[Figure]:
    """What a client costs that has a graph open and does nothing."""
    async with client(serving) as drawer:
        await drawer.is_ready.wait()
        graph = f"idle {time.monotonic_ns()}"
        await drawer.ask("new_graph", graph=graph)
        async with clients(serving, 5):
            pass  # what the first ones cost, is no cost of each
        await asyncio.sleep(0.5)
        before = serving.memory
        async with clients(serving, size.idle) as many:
            for each in many:
                await each.watch(graph)
            await asyncio.sleep(0.5)
            grown = serving.memory - before
    return [
        Figure(f"memory for each of {size.idle} idle clients", grown / size.idle / KIB, "KiB", most=MOST_IDLE)
    ]


async def viewers(serving: Serving, size: Size = Size()) -> list[Figure]:
    """Many watch three nodes that show ten pictures a second."""
    async with client(serving) as drawer, clients(serving, size.viewers) as many:
        drawn = await painting(serving, drawer, nodes=3, rate=10.0, seconds=size.viewed)
        for each in many:
            await each.watch(drawn.graph, *drawn.nodes)
        await drawer.ask("run", graph=drawn.graph)
        times = await drawn.times()
        await asyncio.sleep(0.5)
        late = [found for each in many for found in latencies(times, each)]
    name = f"{size.viewers} viewers of 3 nodes at 10 a second"
    return [
        Figure(f"{name}, delivered", delivered(times, many), "%", least=LEAST_SEEN),
        Figure(f"{name}, p99", percentile(late, 0.99), "ms", most=MOST_LATE),
        Figure(f"{name}, median", statistics.median(late), "ms"),
    ]


async def crowded(serving: Serving, size: Size = Size()) -> list[Figure]:
    """Some read, one is slow, and some are deaf: 60 previews a second for each of them."""
    async with client(serving) as drawer:
        drawn = await painting(serving, drawer, seconds=size.crowded)
        before = serving.memory
        async with crowd(serving, size) as group:
            await group.watch(drawn)
            await drawer.ask("run", graph=drawn.graph)
            watching = asyncio.ensure_future(_most(serving, drawn))
            times = await drawn.times()
            await asyncio.sleep(0.5)
            grown = await watching - before
            cut_off = await asyncio.wait_for(asyncio.gather(*(each.ended for each in group.deaf)), 30)
        late = [found for each in group.fast for found in latencies(times, each)]
    least, most = CUT_OFF
    return [
        Figure("crowd: growth of the server", grown / 1e6, "MB", most=MOST_GROWN),
        Figure(
            "crowd: delivered to the worst of the fast",
            min(delivered(times, [each]) for each in group.fast),
            "%",
            least=LEAST_FAST,
        ),
        Figure("crowd: p99 of the fast", percentile(late, 0.99), "ms"),
        Figure("crowd: delivered to the slow one", delivered(times, [group.slow]), "%"),
        Figure("crowd: first of the deaf cut off after", min(cut_off), "s", least=least, most=most),
        Figure("crowd: last of the deaf cut off after", max(cut_off), "s", least=least, most=most),
        Figure("crowd: steps of a node", pace(times), "a second"),
    ]


async def _most(serving: Serving, drawn: Painting) -> int:
    """The most memory that the server held while a graph ran."""
    most = serving.memory
    while not drawn.has_run:
        await asyncio.sleep(0.5)
        most = max(most, serving.memory)
    return most


async def slowed(serving: Serving, size: Size = Size()) -> list[Figure]:
    """What clients cost the run that they watch: each of several runs beside one that nobody watches.

    The first kind of run waits 67 ms for each step of its four nodes, as one on a GPU does. The
    second has one node that computes: a crowd then takes what it needs from the same cores.
    """
    figures = []
    for name, nodes, convolutions, bound in (
        ("that waits", 4, 0, MOST_SLOWED),
        ("that computes", 1, CONVOLUTIONS, math.inf),
    ):
        pairs = [await _pair(serving, size, nodes, convolutions) for _ in range(size.pairs)]
        alone, watched = (statistics.median(column) for column in zip(*pairs, strict=True))
        figures += [
            Figure(f"run {name}: alone", alone, "steps/s"),
            Figure(f"run {name}: watched by a crowd", watched, "steps/s"),
            Figure(f"run {name}: slower by", 100 * (1 - watched / alone), "%", most=bound),
        ]
    return figures


async def _pair(serving: Serving, size: Size, nodes: int, convolutions: int) -> tuple[float, float]:
    """Steps a second of a run that has no client, and of one with a crowd."""

    async def drawn_by(drawer: Client) -> Painting:
        return await painting(serving, drawer, nodes, seconds=size.paired, convolutions=convolutions)

    async with client(serving) as drawer:
        drawn = await drawn_by(drawer)
        await drawer.ask("run", graph=drawn.graph)
    alone = pace(await drawn.times())
    async with client(serving) as drawer, crowd(serving, size) as group:
        drawn = await drawn_by(drawer)
        await group.watch(drawn)
        await drawer.ask("run", graph=drawn.graph)
        return alone, pace(await drawn.times())


async def stopping(serving: Serving, size: Size = Size()) -> list[Figure]:
    """The server is told to stop while a run is on, and some do not read."""
    async with client(serving) as drawer, crowd(serving, size) as group:
        drawn = await painting(serving, drawer, seconds=60.0)
        await group.watch(drawn)
        await drawer.ask("run", graph=drawn.graph)
        await asyncio.sleep(1)  # by then, sends to the deaf stall
        seconds = await asyncio.to_thread(serving.stop)
    return [Figure("crowd: the server stops within", seconds, "s", most=MOST_STOPPING)]


def main() -> int:
    """Print all figures; give 1 if one is beyond its bound."""
    good = True
    for measure in (idle, viewers, crowded, slowed, stopping):
        with serving() as server:
            good &= show(asyncio.run(measure(server)))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
