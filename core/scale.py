"""Pictures and features at another size. Imports torch: for nodes, not for the server."""

from collections.abc import Mapping

from torch import Tensor
from torch.nn.functional import interpolate

from .backbone import FeatureMaps
from .objective import Level

LEAST = 16
"""Pixels that a painting keeps on each side, however small the level."""


def resized(image: Tensor, height: int, width: int) -> Tensor:
    """An Image at another size, antialiased; the same one if it has that size already."""
    if image.shape[-2:] == (height, width):
        return image
    made = interpolate(image[None], size=(height, width), mode="bicubic", antialias=True, align_corners=False)
    return made[0].clamp(0, 1)


def maps_at(features: FeatureMaps, height: int, width: int) -> Mapping[str, Tensor]:
    """The activations that the same picture gives at another size."""
    if features.image.shape[-2:] == (height, width):
        return features.maps
    return features.backbone.activations(resized(features.image, height, width), tuple(features.maps))


def shrunk(image: Tensor, level: Level, scale: float = 1.0) -> tuple[int, int]:
    """Height and width of a painting at a level, so that its strokes keep their proportion to the picture."""
    height, width = (max(LEAST, round(side * level.scale * scale)) for side in image.shape[-2:])
    return height, width
