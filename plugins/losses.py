"""What a picture should be like: content, style, smoothness.

Each loss is divided by the energy of its target, so that weights mean the same at every size
and for every network. This differs from Gatys et al., whose weights depend on both.
"""

from collections.abc import Callable, Mapping
from typing import Annotated

import torch
from torch import Tensor
from torch.nn import functional as F

from ..core import (
    AnyNode,
    Features,
    InputError,
    Level,
    Live,
    Loss,
    Mask,
    Objective,
    Range,
    Term,
    hookimpl,
    node,
    scaled,
)
from ..core.scale import maps_at, shrunk

Scale = Annotated[
    float, Range(0.25, 4.0, scale="log"), "How large the painting is seen; its strokes grow with it."
]
Weight = Annotated[float, Range(0.0, 1e6, scale="log"), Live(), "How much this counts."]


@node("capriccio.ContentLoss", category="Objectives")
def content_loss(features: Features, *, weight: Weight = 1.0) -> Objective:
    """Keep what the layers see in a picture, and where they see it.

    For each layer sum (F - P)^2 / sum P^2, averaged over the layers: equation 1 of Gatys, Ecker
    and Bethge, "Image Style Transfer Using Convolutional Neural Networks" (2016).
    """

    def prepare(level: Level) -> Loss:
        _check_proportions(features.image, level)
        targets = maps_at(features, level.height, level.width)
        energies = {layer: energy(target) for layer, target in targets.items()}

        def loss(image: Tensor, maps: Mapping[str, Tensor]) -> Tensor:
            parts = [(maps[layer] - targets[layer]).square().sum() / energies[layer] for layer in targets]
            return torch.stack(parts).mean()

        return loss

    return (Term("content", prepare, features.backbone, tuple(features.maps), weight),)


@node("capriccio.GramLoss", category="Objectives")
def gram_loss(
    features: Features, mask: Mask | None = None, *, scale: Scale = 1.0, weight: Weight = 25.0
) -> Objective:
    """Paint in the manner of a picture: colours, textures and strokes, wherever they stand.

    For each layer sum (G - A)^2 / sum A^2 over the Gram matrices, averaged over the layers:
    equations 3 to 5 of Gatys, Ecker and Bethge (2016), with Gram matrices divided by the number
    of positions, so that pictures of any size can be compared. A mask tells where to paint so,
    for several styles in one picture; it fits pictures of any size.
    """

    def prepare(level: Level) -> Loss:
        seen = maps_at(features, *shrunk(features.image, level, scale))
        targets = {layer: gram(maps) for layer, maps in seen.items()}
        energies = {layer: energy(target) for layer, target in targets.items()}

        def loss(image: Tensor, maps: Mapping[str, Tensor]) -> Tensor:
            parts = [
                (gram(maps[layer], mask) - targets[layer]).square().sum() / energies[layer]
                for layer in targets
            ]
            return torch.stack(parts).mean()

        return loss

    return (Term("style", prepare, features.backbone, tuple(features.maps), weight),)


@node("capriccio.TotalVariation", category="Objectives")
def total_variation(*, weight: Weight = 0.3) -> Objective:
    """Keep neighbouring pixels alike, which removes grain.

    The mean squared difference of neighbours, in units of 0.1 of the range from black to white.
    """

    def loss(image: Tensor, maps: Mapping[str, Tensor]) -> Tensor:
        return 100 * (_mean_square(image.diff(dim=1)) + _mean_square(image.diff(dim=2)))

    return (Term("smoothness", lambda level: loss, weight=weight),)


@node("capriccio.WeightedObjective", category="Objectives")
def weighted_objective(objectives: Annotated[list[Objective], Live()], *, weight: Weight = 1.0) -> Objective:
    """Add objectives up and weigh the sum."""
    return scaled(sum(objectives, ()), weight)


def gram(maps: Tensor, region: Tensor | None = None) -> Tensor:
    """Correlations [C, C] between the channels of activations [C, H, W], averaged over positions.

    A region [1, height, width] of any size tells how much each position counts.
    """
    rows = maps.permute(1, 2, 0).reshape(-1, maps.shape[0])  # free of copies for channels_last
    if region is None:
        return rows.T @ rows / rows.shape[0]
    part = pooled(region, maps).reshape(-1, 1)
    return (rows * part).T @ rows / part.sum().clamp_min(1e-6)


def pooled(regions: Tensor, like: Tensor) -> Tensor:
    """How much of each position of some activations each of the regions [regions, height, width] covers."""
    height, width = like.shape[-2:]
    return F.adaptive_avg_pool2d(regions.to(like.device), (height, width))


def _mean_square(values: Tensor) -> Tensor:
    # The mean of none, in a picture of one row, would be no number.
    return values.square().sum() / max(1, values.numel())


def energy(target: Tensor) -> Tensor:
    """What a distance from a target is divided by: the sum of its squares."""
    # A blank target has none, and must not make the loss infinite.
    return target.square().sum().clamp_min(1e-12)


def _check_proportions(image: Tensor, level: Level) -> None:
    height, width = image.shape[-2:]
    if abs(height / width * level.width / level.height - 1) > 0.1:
        raise InputError(
            f"the content is {width} x {height} pixels, and the picture to be made is "
            f"{level.width} x {level.height}, of other proportions; "
            "start from the content, or crop one of them"
        )


@hookimpl
def register_nodes(register: Callable[[AnyNode], None]) -> None:
    for each in (content_loss, gram_loss, total_variation, weighted_objective):
        register(each)
