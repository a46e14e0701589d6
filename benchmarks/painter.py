"""A plugin for the benchmarks: a node that shows pictures at a pace, and writes down when."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import torch
from capriccio.core import AnyNode, Image, Preview, Range, Steps, hookimpl, node

# A run takes as many nodes side by side as there are cores; the load is to be the same everywhere.
os.cpu_count = lambda: 4


@node("bench.Paint", cached=False)
def paint(
    *,
    steps: Annotated[int, Range(1, 1_000_000)] = 100,
    pause: Annotated[float, Range(0.0, 10.0, unit="s")] = 0.1,
    convolutions: Annotated[int, Range(0, 10_000)] = 0,
    log: str = "",
) -> Steps[Image]:
    """Show a picture of 512 px again and again; each step waits, as for a GPU, or keeps one core busy.

    The moments at which it yielded, in ns of the monotonic clock, are in the file ``log`` afterwards.
    """
    torch.set_num_threads(1)
    drawn = torch.Generator().manual_seed(0)
    coarse = torch.rand(1, 3, 64, 64, generator=drawn)
    picture = torch.nn.functional.interpolate(coarse, (512, 512), mode="bicubic")[0]
    picture = (picture + 0.02 * torch.rand(3, 512, 512, generator=drawn)).clamp(0, 1)
    image, weights = torch.rand(1, 32, 128, 128), torch.rand(32, 32, 3, 3)
    times: list[int] = []
    try:
        for step in range(1, steps + 1):
            times.append(time.monotonic_ns())
            yield Preview(picture, step, steps)
            time.sleep(pause)
            for _ in range(convolutions):
                torch.nn.functional.conv2d(image, weights, padding=1)
    finally:
        part = Path(f"{log}.part")
        part.write_text(json.dumps(times))
        part.replace(log)
    return picture


@hookimpl
def register_nodes(register: Callable[[AnyNode], None]) -> None:
    register(paint)
