"""What an optimiser should make small, and how it is evaluated.

An objective is a tuple of terms, so objectives add by ``+``. All terms together cost one
forward pass per network, no deeper than the deepest layer that any of them reads.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
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


@dataclass(frozen=True, eq=False)
class Prepared:
    """An objective for one size: a function from a picture to its weighted losses.

    Losses come by the names of their terms; terms of one name are added. A loss gets the layers
    of its own term, whatever others want.
    """

    level: Level
    objective: tuple[Term, ...]
    losses: tuple[Loss, ...]
    """One against the targets of each term."""

    def __call__(self, image: "Tensor") -> "dict[str, Tensor]":
        """The loss of each name, as scalars that have not been read back to the host."""
        seen = {backbone: backbone.activations(image, layers) for backbone, layers in self._wanted.items()}
        parts: dict[str, Tensor] = {}
        for term, loss in zip(self.objective, self.losses, strict=True):
            maps = {} if term.backbone is None else {x: seen[term.backbone][x] for x in term.layers}
            part = term.weight * loss(image, maps)
            parts[term.name] = parts[term.name] + part if term.name in parts else part
        return parts

    def reweighed(self, objective: tuple[Term, ...]) -> "Prepared":
        """The same with the weights of another objective.

        Targets are kept of each term that stands in the same place and has the same name, network
        and layers; those of any other are computed.
        """
        losses = [
            self.losses[place]
            if place < len(self.losses) and _alike(term, self.objective[place])
            else term.prepare(self.level)
            for place, term in enumerate(objective)
        ]
        return replace(self, objective=objective, losses=tuple(losses))

    @cached_property
    def _wanted(self) -> dict[Backbone, set[str]]:
        wanted: dict[Backbone, set[str]] = {}
        for term in self.objective:
            if term.backbone is not None and term.layers:
                wanted.setdefault(term.backbone, set()).update(term.layers)
        return wanted


def prepared(objective: tuple[Term, ...], level: Level) -> Prepared:
    """Compute all targets for one size."""
    return Prepared(level, objective, tuple(term.prepare(level) for term in objective))


def _alike(one: Term, other: Term) -> bool:
    return (one.name, one.backbone, one.layers) == (other.name, other.backbone, other.layers)
