"""Networks with named layers, and what their layers make of a picture."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


class Backbone(ABC):
    """A frozen network that gives the activations of layers by name."""

    name: str
    """What was loaded, for messages and reports."""

    layers: tuple[str, ...]
    """Names of the layers, the first one nearest to the picture."""

    device: str
    """Where its weights lie, as torch names it."""

    nbytes: int
    """How much memory its weights take."""

    @abstractmethod
    def activations(self, image: "Tensor", layers: Collection[str]) -> "dict[str, Tensor]":
        """Run once over an Image [3, H, W], no deeper than the deepest layer asked for.

        Gives [channels, height, width] for each layer. Normalisation is the network's own
        affair: the picture goes in with values 0 to 1. Gradients flow to the picture only.
        """


@dataclass(frozen=True, eq=False)
class FeatureMaps:
    """What some layers of a network make of a picture."""

    backbone: Backbone
    image: "Tensor"
    maps: "Mapping[str, Tensor]"
    """Activations [channels, height, width] by layer."""
