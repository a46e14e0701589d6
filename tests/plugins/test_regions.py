"""Labels are read from colours, and styles stay within the regions of their label."""

from collections.abc import Callable

import pytest
import torch
from capriccio.core import PALETTE, InputError, Level, Objective, prepared
from capriccio.plugins.losses import gram_loss
from capriccio.plugins.painted import in_colors
from capriccio.plugins.regions import guided_gram_loss, semantic_map
from PIL import ImageColor
from torch import Tensor

from .conftest import Pyramid

LAYERS = ("full", "half")


def value(objective: Objective, image: Tensor) -> float:
    (part,) = prepared(objective, Level(image.shape[1], image.shape[2]))(image).values()
    return float(part)


def halves(left: int, right: int, height: int = 32, width: int = 48) -> Tensor:
    made = torch.full((height, width), left)
    made[:, width // 2 :] = right
    return made


def colored(labels: Tensor) -> Tensor:
    """A picture of a label map."""
    colors = torch.tensor([ImageColor.getrgb(swatch.color) for swatch in PALETTE]) / 255
    return colors[labels].permute(2, 0, 1)


def test_a_picture_of_flat_colours_is_read_by_the_palette() -> None:
    labels = torch.arange(len(PALETTE)).repeat(3, 2)
    noise = 0.02 * torch.randn(3, *labels.shape, generator=torch.Generator().manual_seed(0))
    assert torch.equal(semantic_map((colored(labels) + noise).clamp(0, 1)), labels)
    assert in_colors(labels).getpixel((9, 0)) == ImageColor.getrgb(PALETTE[9].color)


def test_k_means_finds_the_groups_of_colours_that_are_there_the_darkest_first() -> None:
    wanted = torch.tensor([[2, 0, 1]]).repeat_interleave(20, 0).repeat_interleave(15, 1)
    colors = torch.tensor([[0.1, 0.2, 0.1], [0.6, 0.3, 0.2], [0.8, 0.9, 0.9]])
    image = colors[wanted].permute(2, 0, 1)
    noisy = (image + 0.03 * torch.randn(image.shape, generator=torch.Generator().manual_seed(0))).clamp(0, 1)
    for seed in range(5):
        assert torch.equal(semantic_map(noisy, by="k-means", groups=3, seed=seed), wanted)


def test_groups_may_be_those_of_another_picture(picture: Callable[..., Tensor]) -> None:
    dark = colored(torch.zeros(16, 16, dtype=torch.int64))
    both = colored(halves(0, 1, 16, 16))
    assert (semantic_map(dark, both, by="k-means", groups=2) == 0).all()
    assert (semantic_map(1 - dark, both, by="k-means", groups=2) == 1).all()


def test_more_groups_than_colours_are_no_fault() -> None:
    found = semantic_map(colored(halves(3, 9)), by="k-means", groups=6)
    assert len(set(found.flatten().tolist())) == 2


def test_the_same_seed_gives_the_same_groups(picture: Callable[..., Tensor]) -> None:
    one, two = (semantic_map(picture(), by="k-means", groups=5, seed=3) for _ in range(2))
    assert torch.equal(one, two)


def test_a_picture_in_its_own_regions_has_no_loss(picture: Callable[..., Tensor]) -> None:
    features = Pyramid().features(picture(), *LAYERS)
    objective = guided_gram_loss(features, halves(3, 9), halves(3, 9))
    assert value(objective, picture()) == pytest.approx(0, abs=1e-8)
    assert value(objective, picture(seed=1)) > 1e-3


def test_one_region_is_the_plain_loss(picture: Callable[..., Tensor]) -> None:
    features = Pyramid().features(picture(), *LAYERS)
    whole = halves(3, 3)
    guided = value(guided_gram_loss(features, whole, whole), picture(seed=1))
    assert guided == pytest.approx(value(gram_loss(features), picture(seed=1)), rel=1e-3)


def test_regions_that_changed_places_take_their_styles_along(picture: Callable[..., Tensor]) -> None:
    features = Pyramid().features(picture(), *LAYERS)
    objective = guided_gram_loss(features, halves(3, 9), halves(9, 3))
    moved = torch.cat([picture()[:, :, 24:], picture()[:, :, :24]], 2)
    assert value(objective, moved) == pytest.approx(0, abs=1e-8)
    assert value(objective, picture()) > 1e-3


def test_a_region_that_the_painting_lacks_is_named(picture: Callable[..., Tensor]) -> None:
    features = Pyramid().features(picture(), *LAYERS)
    with pytest.raises(
        InputError, match=r"^the new map has lime, and the painting's map has only red and blue"
    ):
        guided_gram_loss(features, halves(3, 9), halves(3, 7))
