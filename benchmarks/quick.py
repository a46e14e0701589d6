"""The benchmarks of the server with smaller numbers, for a machine that others use too: JSON on stdout.

What misses its bound is measured again, up to three times in all, and the last time counts.
"""

import asyncio
import sys

from . import latency, load
from .figures import Figure, best, told
from .serving import Serving, serving

LOAD = load.Size(idle=100, viewers=10, viewed=3.0, deaf=1, fast=2, crowded=2.0)
LATENCY = latency.Size(frames=60, trips=300)


async def measured(serving: Serving) -> list[Figure]:
    """All figures."""
    figures = await best(lambda: load.idle(serving, LOAD))
    crowd = asyncio.ensure_future(best(lambda: load.crowded(serving, LOAD)))
    # Its run comes first in the queue; the others are measured while the deaf wait to be cut off.
    await asyncio.sleep(1)
    figures += await best(lambda: latency.answers(serving, LATENCY))
    figures += await best(lambda: latency.previews(serving, LATENCY))
    figures += await best(lambda: load.viewers(serving, LOAD))
    figures += await crowd
    return figures + await load.stopping(serving, LOAD)


def main() -> int:
    """Print each figure with its bounds, and whether it is within them."""
    with serving() as server:
        figures = asyncio.run(measured(server))
    print(told(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
