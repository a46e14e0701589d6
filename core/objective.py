"""What an optimiser should make small, and how it is evaluated.

An objective is a tuple of terms, so objectives add by ``+``. All terms together cost one
forward pass per network, no deeper than the deepest layer that any of them reads.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from .backbone import Backbone

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Level:
    """One size at which a picture is worked on, coarse to fine."""

    height: int
    width: int
    scale: float = 1.0
    """1 is the full size. Style pictures shrink by it, so that strokes keep their proportion."""


Loss: TypeAlias = "Callable[[Tensor, Mapping[str, Tensor]], Tensor]"
"""From the picture [3, H, W] and the activations of a term's layers to a scalar.

It must not read a value back to the host (``float(x)``, ``if x > 0``): that would stall a GPU
at every step.
"""


@dataclass(frozen=True, eq=False)
class Term:
    """One summand of an objective."""

    name: str
    prepare: Callable[[Level], Loss]
    """Computes the targets for one size, once, and gives the loss against them."""
    backbone: Backbone | None = None
    layers: tuple[str, ...] = ()
    weight: float = 1.0


def scaled(objective: tuple[Term, ...], factor: float) -> tuple[Term, ...]:
    """The same objective, weighing ``factor`` times as much."""
    return tuple(replace(term, weight=term.weight * factor) for term in objective)


def prepared(objective: tuple[Term, ...], level: Level) -> "Callable[[Tensor], dict[str, Tensor]]":
    """Compute all targets for one size; give a function from a picture to its weighted losses.

    Losses come by the names of their terms; terms of one name are added. A loss gets the layers
    of its own term, whatever others want.
    """
    losses = [(term, term.prepare(level)) for term in objective]
    wanted: dict[Backbone, set[str]] = {}
    for term in objective:
        if term.backbone is not None and term.layers:
            wanted.setdefault(term.backbone, set()).update(term.layers)

    def evaluate(image: "Tensor") -> "dict[str, Tensor]":
        seen = {backbone: backbone.activations(image, layers) for backbone, layers in wanted.items()}
        parts: dict[str, Tensor] = {}
        for term, loss in losses:
            maps = {} if term.backbone is None else {x: seen[term.backbone][x] for x in term.layers}
            part = term.weight * loss(image, maps)
            parts[term.name] = parts[term.name] + part if term.name in parts else part
        return parts

    return evaluate
