"""Losses of patches: every part of a picture like some part of a painting."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor
from torch.nn import functional as F

from ..core import (
    AnyNode,
    Features,
    InputError,
    LabelMap,
    Level,
    Loss,
    Objective,
    Range,
    Term,
    hookimpl,
    node,
)
from ..core.scale import LEAST, resized, shrunk
from .losses import Scale, Weight, pooled
from .patches import Blend, Patches, blended, nearest, patches
from .regions import coverage, shared_labels

TURN = 15
"""Degrees between two turned copies of a painting."""
STRETCH = 1.1
"""How much larger each stretched copy is than the one before."""
Size = Annotated[int, Range(1, 7, unit="positions"), "Side of a patch, in positions of each layer."]
Stride = Annotated[int, Range(1, 8, unit="positions"), "Between patches of the painting; 2 takes a quarter."]
Rotations = Annotated[int, Range(0, 6), "Copies of the painting turned to each side, by 15 degrees each."]
Scales = Annotated[int, Range(0, 4), "Copies that are larger, and smaller, by a tenth each."]
Refresh = Annotated[int, Range(1, 1000, unit="steps", scale="log"), "Between looks for the nearest patches."]


@node("capriccio.MRFLoss", category="Objectives")
def mrf_loss(
    features: Features,
    *,
    patch: Size = 3,
    stride: Stride = 1,
    rotations: Rotations = 0,
    scales: Scales = 0,
    scale: Scale = 1.0,
    refresh: Refresh = 10,
    weight: Weight = 1.0,
) -> Objective:
    """Make every patch of the picture like that patch of a painting which is nearest to it.

    This keeps shapes and parts of things, such as windows and wheels, where a GramLoss keeps textures:
    Li and Wand, "Combining Markov Random Fields and Convolutional Neural Networks for Image
    Synthesis" (2016), equation 2. They use ``relu3_1`` and ``relu4_1``, with the content at ``relu4_2``.
    Colours are not held by these layers: a GramLoss at ``relu1_1`` and ``relu2_1`` beside it does.
    Distances are divided by the energy of the patches that were found, and averaged over the layers.
    """
    look = _Look(patch, stride, rotations, scales, scale, refresh)

    def prepare(level: Level) -> Loss:
        return _Matching(_copies(features, level, look, None), look, None)

    return (Term("patches", prepare, features.backbone, tuple(features.maps), weight),)


@node("capriccio.SemanticStyle", category="Objectives")
def semantic_style(
    features: Features,
    style_labels: LabelMap,
    labels: LabelMap,
    *,
    meaning: Annotated[
        float, Range(0.0, 100.0), "How much labels count beside looks; 0 leaves them out."
    ] = 3.0,
    patch: Size = 3,
    stride: Stride = 1,
    rotations: Rotations = 0,
    scales: Scales = 0,
    scale: Scale = 1.0,
    refresh: Refresh = 10,
    weight: Weight = 1.0,
) -> Objective:
    """Make every patch like the nearest patch of a painting that means the same.

    ``style_labels`` say what is where in the painting, and ``labels`` what shall be where in the
    picture, so that a doodle becomes a painting; both fit pictures of any size. Each label is a
    channel that is appended to the normalised patch: Champandard, "Semantic Style Transfer and
    Turning Two-Bit Doodles into Fine Artworks" (2016). Differs in that labels are normalised too, so
    that ``meaning`` is the same at every layer.
    """
    names = shared_labels(style_labels, labels)
    look = _Look(patch, stride, rotations, scales, scale, refresh, meaning)
    wanted = coverage(labels, names)

    def prepare(level: Level) -> Loss:
        copies = _copies(features, level, look, coverage(style_labels, names))
        return _Matching(copies, look, wanted)

    return (Term("patches", prepare, features.backbone, tuple(features.maps), weight),)


@dataclass(frozen=True)
class _Look:
    """How patches are taken and compared."""

    size: int
    stride: int
    rotations: int
    scales: int
    scale: float
    refresh: int
    meaning: float = 0.0


class _Matching:
    """A loss that looks for the nearest patches now and then, and between pulls towards them."""

    def __init__(self, candidates: Mapping[str, Patches], look: _Look, labels: Tensor | None) -> None:
        self._candidates = candidates
        self._look = look
        self._labels = labels
        self._weights = (1.0,) if labels is None else (1.0, look.meaning)
        self._blends: dict[str, Blend] = {}
        self._step = 0

    def __call__(self, image: Tensor, maps: Mapping[str, Tensor]) -> Tensor:
        if self._step % self._look.refresh == 0:
            self._blends = {layer: self._matched(layer, maps[layer].detach()) for layer in self._candidates}
        self._step += 1
        return torch.stack([_distance(maps[layer], blend) for layer, blend in self._blends.items()]).mean()

    def _matched(self, layer: str, found: Tensor) -> Blend:
        groups = [[found]]
        if self._labels is not None:
            groups.append([pooled(self._labels, found)])
        queries = patches(groups, self._look.size)
        if not len(queries):
            raise InputError(_too_small(self._look.size, layer, found))
        candidates = self._candidates[layer]
        return blended(queries, candidates, nearest(queries, candidates, self._weights))


def _distance(found: Tensor, blend: Blend) -> Tensor:
    rows = found.flatten(1).T
    return ((blend.covers * (rows - blend.mean).square()).sum() + blend.rest) / blend.energy.clamp_min(1e-12)


def _copies(features: Features, level: Level, look: _Look, labels: Tensor | None) -> dict[str, Patches]:
    """The patches of the painting and of its turned and stretched copies, by layer."""
    layers = tuple(features.maps)
    height, width = shrunk(features.image, level, look.scale)
    seen: dict[str, list[Tensor]] = {layer: [] for layer in layers}
    meant: dict[str, list[Tensor]] = {layer: [] for layer in layers}
    for image, means in _variants(features.image, labels, height, width, look):
        for layer, found in features.backbone.activations(image, layers).items():
            seen[layer].append(found)
            if means is not None:
                meant[layer].append(pooled(means, found))
    copies = {
        layer: patches(
            [seen[layer], meant[layer]] if labels is not None else [seen[layer]], look.size, look.stride
        )
        for layer in layers
    }
    for layer, all in copies.items():
        if not len(all):
            raise InputError(_too_small(look.size, layer, seen[layer][0]))
    return copies


def _variants(
    image: Tensor, labels: Tensor | None, height: int, width: int, look: _Look
) -> Iterator[tuple[Tensor, Tensor | None]]:
    """The painting, turned and stretched in every way, with its labels."""
    for scale in range(-look.scales, look.scales + 1):
        size = [max(LEAST, round(side * STRETCH**scale)) for side in (height, width)]
        picture = resized(image, *size)
        means = None if labels is None else pooled(labels, picture)
        for turn in range(-look.rotations, look.rotations + 1):
            angle = math.radians(turn * TURN)
            yield _turned(picture, angle), None if means is None else _turned(means, angle)


def _turned(image: Tensor, angle: float) -> Tensor:
    """A picture turned within its frame; the corners are filled by what lies beside them, mirrored."""
    if not angle:
        return image
    height, width = image.shape[-2:]
    cos, sin = math.cos(angle), math.sin(angle)
    turn = image.new_tensor([[[cos, -sin * height / width, 0], [sin * width / height, cos, 0]]])
    grid = F.affine_grid(turn, [1, len(image), height, width], align_corners=False)
    return F.grid_sample(image[None], grid, padding_mode="reflection", align_corners=False)[0]


def _too_small(size: int, layer: str, found: Tensor) -> str:
    height, width = found.shape[-2:]
    return (
        f"{layer} sees a picture as {width} x {height} positions, which hold no patch of {size} x {size}; "
        "use larger pictures, fewer levels or smaller patches"
    )


@hookimpl
def register_nodes(register: Callable[[AnyNode], None]) -> None:
    register(mrf_loss)
    register(semantic_style)
