"""A plugin of nodes that behave badly, each in its own way, and of some that are easy to measure."""

import ctypes
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
from capriccio.core import AnyNode, Image, Live, Number, Preview, Range, Steps, Text, hookimpl, node

Seconds = Annotated[float, Range(0.0, 600.0, unit="s")]


@node("toys.Raise")
def fail() -> Number:
    """Raise."""
    raise ValueError("it is Monday")


@node("toys.Spoil")
def spoil() -> Image:
    """Raise where a picture was due."""
    raise ValueError("the paint is dry")


@node("toys.Exit")
def leave() -> Number:
    """Call sys.exit."""
    sys.exit(3)


@node("toys.Interrupt")
def interrupt() -> Number:
    """Raise what Ctrl-C does."""
    raise KeyboardInterrupt


@node("toys.Scalar")
def scalar() -> Number:
    """Give a number of NumPy's."""
    return np.float64(1.5)


@node("toys.Huge")
def huge() -> Number:
    """Give a number that JavaScript does not know."""
    return float("inf")


@node("toys.Half")
def half() -> Text:
    """Give a text that is none."""
    return "\ud800"


@node("toys.Long")
def long() -> Text:
    """Give a text that nobody reads."""
    return "x" * 1_000_000


@node("toys.Odd", cached=False)
def odd() -> Steps[Image]:
    """Yield previews with things in them that are no numbers."""
    for step in range(3):
        picture = torch.zeros(3, 16, 16)
        yield Preview(picture, np.int64(step), 3, {"loss": "low", "ten": 10})  # type: ignore[arg-type, dict-item]
        time.sleep(0.15)
    return torch.zeros(3, 16, 16)


@node("toys.Vanish")
def vanish() -> Number:
    """Call os._exit."""
    os._exit(4)


@node("toys.Abort")
def abort() -> Number:
    """Abort."""
    os.abort()


@node("toys.Segfault")
def segfault() -> Number:
    """Read where nothing is."""
    ctypes.string_at(0)
    return 0.0


@node("toys.Kill")
def kill() -> Number:
    """Be killed."""
    os.kill(os.getpid(), signal.SIGKILL)
    return 0.0


@node("toys.Hog")
def hog() -> Number:
    """Take all memory there is."""
    held = []
    while True:
        held.append(torch.ones(2**25))


@node("toys.Slow")
def slow(*, seconds: Seconds = 0.2, number: float = 1.0) -> Image:
    """Take a while, and give a picture."""
    time.sleep(seconds)
    return torch.full((3, 16, 16), number / 10)


@node("toys.Fragile")
def fragile(*, number: float = 0.0) -> Image:
    """Raise for 2, and give a picture for all else."""
    if number == 2:
        raise ValueError("two is too much")
    return torch.full((3, 24, 32), number / 10)


@node("toys.Stubborn", cached=False)
def stubborn(*, seconds: Seconds = 600.0) -> Number:
    """Never yield, and do not hear SIGTERM."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    ctypes.CDLL(None).signal(signal.SIGTERM, 1)  # SIG_IGN, from a thread
    time.sleep(seconds)
    return seconds


@node("toys.Sleep", cached=False)
def sleep(*, seconds: Seconds = 600.0) -> Number:
    """Never yield."""
    time.sleep(seconds)
    return seconds


@node("toys.Loop", cached=False)
def loop(*, seconds: Seconds = 5.0) -> Steps[Number]:
    """Loop in Python, which holds the interpreter lock most of the time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for _ in range(100_000):
            pass
        yield Preview(None, 1, 1)
    return seconds


@node("toys.Hold", cached=False)
def hold(*, seconds: Seconds = 5.0) -> Steps[Number]:
    """Stay in a C call that keeps the interpreter lock."""
    usleep = ctypes.PyDLL(None).usleep
    for step in range(round(seconds)):
        usleep(999_999)
        yield Preview(None, step + 1, round(seconds))
    return seconds


@node("toys.Convolve", cached=False)
def convolve(*, seconds: Seconds = 5.0) -> Steps[Number]:
    """Keep all cores busy."""
    end = time.monotonic() + seconds
    image, weights = torch.rand(1, 32, 256, 256), torch.rand(32, 32, 3, 3)
    while time.monotonic() < end:
        torch.nn.functional.conv2d(image, weights, padding=1)
        yield Preview(None, 1, 1)
    return seconds


@node("toys.Paint", cached=False)
def paint(
    *,
    steps: Annotated[int, Range(1, 1_000_000)] = 100,
    pause: Seconds = 0.02,
    side: Annotated[int, Range(16, 4096, unit="px")] = 64,
    shade: Annotated[float, Range(0.0, 1.0), Live()] = 0.0,
) -> Steps[Image]:
    """Show as many pictures as fast as told, and write down when each was made, if told where."""
    times: list[int] = []
    drawn = torch.Generator().manual_seed(0)
    picture = torch.rand(3, side // 8, side // 8, generator=drawn)
    picture = torch.nn.functional.interpolate(picture[None], (side, side), mode="bicubic")[0].clamp(0, 1)
    picture = (picture + 0.02 * torch.rand(3, side, side, generator=drawn)).clamp(0, 1)
    for step in range(1, steps + 1):
        time.sleep(pause)
        times.append(time.monotonic_ns())
        changed = yield Preview(picture, step, steps, {"shade": shade})
        shade = (changed or {}).get("shade", shade)
    if log := os.environ.get("TOYS_LOG"):
        Path(log).write_text(json.dumps(times))
    return picture * shade


@node("toys.Reach", touches=["files"])
def reach() -> Number:
    """Touch a file outside the library."""
    Path(os.environ["TOYS_REACH"]).write_text("touched")
    return 1.0


@hookimpl
def register_nodes(register: Callable[[AnyNode], None]) -> None:
    for each in (
        fail,
        spoil,
        interrupt,
        scalar,
        huge,
        half,
        long,
        odd,
        leave,
        vanish,
        abort,
        segfault,
        kill,
        hog,
        slow,
        fragile,
        stubborn,
        sleep,
        loop,
        hold,
        convolve,
        paint,
        reach,
    ):
        register(each)
