"""A plugin for the benchmarks of the page: pictures that tell when they were made."""

import os
import time
from collections.abc import Callable
from typing import Annotated

import torch
from capriccio.core import AnyNode, Image, Preview, Range, Steps, hookimpl, node

# A run takes as many nodes side by side as there are cores; here all are to stream at once.
os.cpu_count = lambda: 16

BITS = 16
"""Of the milliseconds since 1970 that a picture tells."""


def painted(size: int) -> torch.Tensor:
    """A picture with as much in it as a painting has."""
    drawn = torch.Generator().manual_seed(0)
    coarse = torch.rand(1, 3, size // 8, size // 8, generator=drawn)
    picture = torch.nn.functional.interpolate(coarse, (size, size), mode="bicubic")[0]
    return (picture + 0.02 * torch.rand(3, size, size, generator=drawn)).clamp(0, 1)


def stamped(picture: torch.Tensor, milliseconds: int) -> torch.Tensor:
    """The picture with the time at its top: a row of bits as squares, and below it the same inverted."""
    side = picture.shape[-1] // BITS
    bits = torch.tensor([float(milliseconds >> bit & 1) for bit in range(BITS)]).repeat_interleave(side)
    made = picture.clone()
    made[:, :side, : len(bits)] = bits
    made[:, side : 2 * side, : len(bits)] = 1 - bits
    return made


@node("bench.Clock", cached=False)
def clock(
    *,
    steps: Annotated[int, Range(1, 1_000_000)] = 100,
    rate: Annotated[float, Range(0.1, 100.0, unit="/s")] = 10.0,
    size: Annotated[int, Range(64, 1024, unit="px")] = 256,
) -> Steps[Image]:
    """Show so many pictures a second, each with the time at which it was made."""
    torch.set_num_threads(1)
    picture = painted(size)
    due = time.monotonic()
    for step in range(1, steps + 1):
        made = stamped(torch.roll(picture, 4 * step, 2), time.time_ns() // 1_000_000)
        yield Preview(made, step, steps, {"loss": 1 / step})
        now = time.monotonic()
        due = max(due + 1 / rate, now)
        time.sleep(due - now)
    return picture


@node("bench.Still")
def still(
    a: Image | None = None, b: Image | None = None, *, shift: Annotated[int, Range(0, 4096)] = 0
) -> Image:
    """Show a picture, or the mean of others."""
    given = [each for each in (a, b) if each is not None] or [painted(256)]
    return torch.roll(torch.stack(given).mean(0), shift, 2)


@hookimpl
def register_nodes(register: Callable[[AnyNode], None]) -> None:
    for each in (clock, still):
        register(each)
