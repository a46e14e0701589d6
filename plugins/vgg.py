"""VGG16 and VGG19 with their layers by the names that papers use.

Source: Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image
Recognition" (2015), configurations D and E, without the classifier.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from ..core import Backbone, InputError
from .vgg_weights import BLOCKS

Pooling = Literal["max", "average"]


class VGG(Backbone):
    """Layers ``conv1_1``, ``relu1_1``, ..., ``pool1``, ... as deep as the weights go."""

    def __init__(self, name: str, weights: Mapping[str, Tensor], *, pooling: Pooling, device: str) -> None:
        self.name = name
        self.device = device
        self._pool = F.max_pool2d if pooling == "max" else F.avg_pool2d
        self._weights = {
            key: value.to(
                device, memory_format=torch.channels_last if value.ndim == 4 else torch.preserve_format
            )
            for key, value in weights.items()
        }
        self.nbytes = sum(value.nbytes for value in self._weights.values())
        self._convolutions = [
            key[4:-7] for key in weights if key.startswith("conv") and key.endswith(".weight")
        ]
        self._convolutions.sort()
        self.layers = tuple(_names(self._convolutions))

    def activations(self, image: Tensor, layers: Collection[str]) -> dict[str, Tensor]:
        wanted = set(layers)
        if unknown := wanted.difference(self.layers):
            raise InputError(
                f"{self.name} has no layer {sorted(unknown)[0]}; it has {', '.join(self.layers)}"
            )
        image = image.to(self.device)
        x = ((image - self._weights["input.mean"]) / self._weights["input.std"])[None]
        x = x.contiguous(memory_format=torch.channels_last)
        found: dict[str, Tensor] = {}
        for layer in self.layers:
            if len(found) == len(wanted):
                break
            x = self._apply(layer, x, keep_input=f"conv{layer[4:]}" in found)
            if layer in wanted:
                found[layer] = x[0]
        return found

    def _apply(self, layer: str, x: Tensor, keep_input: bool) -> Tensor:
        if layer.startswith("pool"):
            if min(x.shape[-2:]) < 2:
                raise InputError(f"the picture is too small for {layer} of {self.name}; use a larger one")
            return self._pool(x, 2)
        if layer.startswith("relu"):
            return F.relu(x, inplace=not keep_input)
        padding = 1
        if layer == "conv1_1":
            # Zeros would stand for one colour, and draw a frame around the picture.
            x, padding = F.pad(x, (1, 1, 1, 1), mode="replicate"), 0
        return F.conv2d(x, self._weights[f"{layer}.weight"], self._weights[f"{layer}.bias"], padding=padding)


def _names(convolutions: Iterable[str]) -> Iterator[str]:
    """What the layers are called that belong to convolutions called ``1_1``, ``1_2``, ``2_1``, ..."""
    block = "1"
    for number in convolutions:
        if number[0] != block:
            yield f"pool{block}"
            block = number[0]
        yield from (f"conv{number}", f"relu{number}")
    yield f"pool{block}"


LAYERS = tuple(
    _names(f"{block}_{number}" for block, count in enumerate(BLOCKS[16], 1) for number in range(1, count + 1))
)
"""The layers of VGG16, which VGG19 has too."""
