"""Where things are in a picture, and styles that stay within their regions."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Literal

import torch
from torch import Tensor

from ..core import (
    PALETTE,
    AnyNode,
    Features,
    Image,
    InputError,
    LabelMap,
    Level,
    Loss,
    Objective,
    Range,
    Seed,
    Term,
    hookimpl,
    node,
)
from ..core.scale import maps_at, resized, shrunk
from .losses import Scale, Weight, energy, gram
from .painted import labelled

SEEN = 128
"""Pixels of the longer side of the picture in which k-means looks for groups."""
ROUNDS = 30
"""Of k-means, which has settled by then."""


@node("capriccio.SemanticMap", category="Images")
def semantic_map(
    image: Image,
    like: Image | None = None,
    *,
    by: Annotated[
        Literal["palette", "k-means"], "Colours of the palette, or groups of the colours that are there."
    ] = "palette",
    groups: Annotated[int, Range(2, len(PALETTE)), "For k-means."] = 4,
    seed: Seed = 0,
) -> LabelMap:
    """Label each pixel by its colour.

    A picture of flat colours is read by the palette, as if it had been painted on the page. K-means
    finds groups of like colours, the darkest first; with ``like`` it takes those of that picture, so
    that a label means the same in both.
    """
    if by == "palette":
        return labelled(image)
    centres = _groups(image if like is None else like, groups, seed)
    distances = [(image - centre[:, None, None]).square().sum(0) for centre in centres.to(image.device)]
    return torch.stack(distances).argmin(0)


@node("capriccio.GuidedGramLoss", category="Objectives")
def guided_gram_loss(
    features: Features,
    style_labels: LabelMap,
    labels: LabelMap,
    *,
    scale: Scale = 1.0,
    weight: Weight = 25.0,
) -> Objective:
    """Paint each region in the manner of that region of a painting which has the same label.

    For each label sum (G - A)^2 / sum A^2 over the Gram matrices of its region alone, weighed by its
    share of the picture and averaged over the layers: the guided Gram matrices of Gatys et al.,
    "Controlling Perceptual Factors in Neural Style Transfer" (2017), equation 4, with the energies of
    GramLoss. Both label maps fit pictures of any size.
    """
    names = shared_labels(style_labels, labels)
    there, here = (coverage(each, names)[:, None] for each in (style_labels, labels))
    shares = here.mean((1, 2, 3))

    def prepare(level: Level) -> Loss:
        seen = maps_at(features, *shrunk(features.image, level, scale))
        targets = {layer: [gram(maps, part) for part in there] for layer, maps in seen.items()}
        energies = {layer: [energy(target) for target in targets[layer]] for layer in targets}

        def loss(image: Tensor, maps: Mapping[str, Tensor]) -> Tensor:
            parts = []
            for layer, wanted in targets.items():
                grams = [gram(maps[layer], part) for part in here]
                parts += [
                    share * (found - target).square().sum() / much
                    for share, found, target, much in zip(shares, grams, wanted, energies[layer], strict=True)
                ]
            return torch.stack(parts).sum() / len(targets)

        return loss

    return (Term("style by region", prepare, features.backbone, tuple(features.maps), weight),)


def coverage(labels: Tensor, names: Sequence[int]) -> Tensor:
    """Where each of the labels is [labels, height, width], as 0 and 1."""
    return torch.stack([labels == name for name in names]).float()


def shared_labels(style: Tensor, new: Tensor) -> list[int]:
    """The labels of a new map, all of which the map of a painting must have."""
    wanted, there = (sorted(set(labels.flatten().tolist())) for labels in (new, style))
    if missing := [label for label in wanted if label not in there]:
        raise InputError(
            f"the new map has {_called(missing)}, and the painting's map has only {_called(there)}; "
            "paint what is missing into the painting's map, or leave it out of the new one"
        )
    return wanted


def _called(labels: Sequence[int]) -> str:
    names = [PALETTE[label].name if label < len(PALETTE) else f"label {label}" for label in labels]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _groups(image: Tensor, count: int, seed: int) -> Tensor:
    """The mean colours [groups, 3] of as many groups, the darkest first.

    Lloyd's algorithm from a beginning by k-means++ (Arthur and Vassilvitskii, 2007).
    """
    height, width = image.shape[-2:]
    scale = min(1.0, SEEN / max(height, width))
    small = resized(image, max(1, round(height * scale)), max(1, round(width * scale)))
    pixels = small.flatten(1).T.cpu()
    random = torch.Generator().manual_seed(seed)
    centres = pixels[torch.randint(len(pixels), (1,), generator=random)]
    for _ in range(count - 1):
        far = torch.cdist(pixels, centres).amin(1).square() + 1e-12
        centres = torch.cat([centres, pixels[torch.multinomial(far, 1, generator=random)]])
    for _ in range(ROUNDS):
        near = torch.cdist(pixels, centres).argmin(1)
        found = [pixels[near == place] for place in range(count)]
        # A group that has lost all its pixels stays where it is.
        centres = torch.stack(
            [some.mean(0) if len(some) else old for some, old in zip(found, centres, strict=True)]
        )
    return centres[centres.sum(1).argsort()]


@hookimpl
def register_nodes(register: Callable[[AnyNode], None]) -> None:
    register(semantic_map)
    register(guided_gram_loss)
