"""Change a picture until it meets its objectives."""

import math
from collections.abc import Callable, Sequence
from typing import Annotated, Literal

import torch
from torch import Tensor

from ..core import (
    AnyNode,
    Image,
    InputError,
    Level,
    Live,
    Objective,
    Prepared,
    Preview,
    Range,
    Seed,
    Steps,
    hookimpl,
    node,
    prepared,
)
from ..core.scale import resized
from .lbfgs import LBFGS

CHECK_EVERY = 20
"""Steps between two looks at whether the loss is a number: each look makes a GPU wait."""


@node("capriccio.Optimize", category="Optimize")
def optimize(
    objectives: Annotated[list[Objective], Live()],
    init: Image,
    *,
    optimizer: Annotated[Literal["L-BFGS", "Adam"], "L-BFGS needs about half the steps."] = "L-BFGS",
    steps: Annotated[int, Range(1, 10_000, unit="steps", scale="log"), "At each size."] = 60,
    levels: Annotated[int, Range(1, 8), "Sizes to work at, each 1.41 times the one before."] = 3,
    rate: Annotated[
        float, Range(1e-4, 1.0, scale="log"), Live(), "How far Adam goes at first; L-BFGS does without."
    ] = 0.04,
    noise: Annotated[float, Range(0.0, 1.0), "How much of the beginning is noise: 1 is nothing else."] = 0.0,
    seed: Seed = 0,
) -> Steps[Image]:
    """Change a picture step by step until it meets all objectives as well as it can.

    Work begins small, where large shapes are cheap, and goes on at each larger size with what it
    has. ``init`` gives the beginning and the full size. All objectives together cost one pass
    through each network a step. Their weights, and the rate, may be changed while it works.
    """
    terms = _sum(objectives)
    devices = [term.backbone.device for term in terms if term.backbone]
    init = init.to(devices[0]) if devices else init
    sizes = _sizes(init, levels)
    picture = _mixed(resized(init, sizes[0].height, sizes[0].width), noise, seed)
    for number, level in enumerate(sizes):
        picture = resized(picture, level.height, level.width).detach().clone().requires_grad_()
        evaluate = prepared(terms, level)
        mover = LBFGS([picture]) if optimizer == "L-BFGS" else _Adam(picture, rate, steps)
        for step in range(number * steps, (number + 1) * steps):
            parts = _step(evaluate, picture, mover)
            if (step + 1) % CHECK_EVERY == 0 or step + 1 == steps * levels:
                _check(parts, step + 1)
            changed = (yield Preview(picture.detach().clone(), step + 1, steps * levels, parts)) or {}
            if "objectives" in changed:
                terms = _sum(changed["objectives"])
                evaluate = evaluate.reweighed(terms)
            if isinstance(mover, _Adam):
                mover.rate = rate = changed.get("rate", rate)
            elif "objectives" in changed:
                mover.forget()  # how the old loss curves says nothing of the new one
    return picture.detach()


class _Adam:
    """Adam whose rate falls to a twentieth along half a cosine; it may be changed between steps."""

    def __init__(self, picture: Tensor, rate: float, steps: int) -> None:
        self.rate = rate
        self._adam = torch.optim.Adam([picture], lr=rate)
        self._steps = steps
        self._done = 0

    def step(self) -> None:
        """Move the picture once, by the gradient that it carries."""
        left = (1 + math.cos(math.pi * self._done / self._steps)) / 2
        self._adam.param_groups[0]["lr"] = self.rate * (0.05 + 0.95 * left)
        self._adam.step()
        self._done += 1


def _sum(objectives: Sequence[Objective]) -> Objective:
    if terms := sum(objectives, ()):
        return terms
    raise InputError("there is nothing to work towards; link an objective, such as a GramLoss")


def _sizes(image: Tensor, levels: int) -> list[Level]:
    height, width = image.shape[-2:]
    scales = [2 ** (-0.5 * (levels - 1 - number)) for number in range(levels)]
    # Below 32 pixels deep layers have nothing left to see.
    least = 32 / min(height, width)
    return [Level(round(height * s), round(width * s), s) for s in (min(1.0, max(x, least)) for x in scales)]


def _mixed(image: Tensor, amount: float, seed: int) -> Tensor:
    drawn = torch.rand(image.shape, generator=torch.Generator().manual_seed(seed)).to(image.device)
    return torch.lerp(image, drawn, amount)


def _step(evaluate: Prepared, picture: Tensor, mover: LBFGS | _Adam) -> dict[str, Tensor]:
    """Move the picture once; give the losses before, of which none has been read yet."""
    with torch.enable_grad():
        parts = evaluate(picture)
        loss = torch.stack(list(parts.values())).sum()
        (picture.grad,) = torch.autograd.grad(loss, picture)
    mover.step()
    with torch.no_grad():
        picture.clamp_(0, 1)  # between steps, so that L-BFGS learns where pictures end
    return {"loss": loss.detach(), **{name: part.detach() for name, part in parts.items()}}


def _check(parts: dict[str, Tensor], step: int) -> None:
    wrong = [name for name, part in parts.items() if not torch.isfinite(part)]
    if wrong:
        raise InputError(
            f"{wrong[-1]} is {float(parts[wrong[-1]])} at step {step}; lower its weight or the rate"
        )


@hookimpl
def register_nodes(register: Callable[[AnyNode], None]) -> None:
    register(optimize)
