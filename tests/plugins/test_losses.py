"""Losses are zero at what they ask for, positive elsewhere, and mean the same at every size."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from capriccio.core import Features, InputError, Level, Objective, prepared
from capriccio.core.scale import resized
from capriccio.plugins.losses import content_loss, gram, gram_loss, total_variation, weighted_objective
from torch import Tensor

from .conftest import Pyramid

FULL = Level(32, 48)
LAYERS = ("full", "quarter")
LOSSES: list[Callable[..., Objective]] = [content_loss, gram_loss]


def value(objective: Objective, image: Tensor, level: Level | None = None) -> float:
    """All losses of a picture, added up."""
    level = level or Level(image.shape[1], image.shape[2])
    return sum(part.item() for part in prepared(objective, level)(image).values())


@pytest.fixture
def features(picture: Callable[..., Tensor]) -> Features:
    return Pyramid().features(picture(), *LAYERS)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_loss_is_zero_at_its_target_and_positive_elsewhere(
    loss: Callable[..., Objective], features: Features, picture: Callable[..., Tensor]
) -> None:
    objective = loss(features, weight=1.0)
    assert value(objective, picture()) == pytest.approx(0, abs=1e-9)
    assert value(objective, picture(seed=1)) > 1e-3
    assert value(objective, torch.zeros(3, 32, 48)) == pytest.approx(1)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_gradient_step_makes_a_loss_smaller(
    loss: Callable[..., Objective], features: Features, picture: Callable[..., Tensor]
) -> None:
    evaluate = prepared(loss(features, weight=1.0), FULL)
    image = picture(seed=1).requires_grad_()
    (before,) = evaluate(image).values()
    (slope,) = torch.autograd.grad(before, image)
    (after,) = evaluate(image - 1e-3 * slope / slope.norm()).values()
    assert after < before


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("gain", [1e-3, 1e3])
def test_a_loss_does_not_depend_on_how_large_activations_are(
    loss: Callable[..., Objective], gain: float, features: Features, picture: Callable[..., Tensor]
) -> None:
    loud = Pyramid(gain).features(picture(), *LAYERS)
    other = picture(seed=1)
    assert value(loss(loud), other) == pytest.approx(value(loss(features), other), rel=1e-4)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_loss_does_not_depend_on_the_size_of_the_pictures(
    loss: Callable[..., Objective], picture: Callable[..., Tensor]
) -> None:
    def of(factor: int) -> float:
        target, other = (
            picture(seed=seed).repeat_interleave(factor, 1).repeat_interleave(factor, 2) for seed in (0, 1)
        )
        return value(loss(Pyramid().features(target, "full")), other)

    assert of(4) == pytest.approx(of(1), rel=1e-4)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_weight_multiplies_a_loss(
    loss: Callable[..., Objective], features: Features, picture: Callable[..., Tensor]
) -> None:
    one = value(loss(features, weight=1.0), picture(seed=1))
    assert value(loss(features, weight=7.0), picture(seed=1)) == pytest.approx(7 * one)
    assert value(loss(features, weight=0.0), picture(seed=1)) == 0


@pytest.mark.parametrize("loss", LOSSES)
def test_a_loss_is_the_mean_over_its_layers(
    loss: Callable[..., Objective], picture: Callable[..., Tensor]
) -> None:
    single = [value(loss(Pyramid().features(picture(), name)), picture(seed=1)) for name in LAYERS]
    both = value(loss(Pyramid().features(picture(), *LAYERS)), picture(seed=1))
    assert both == pytest.approx(sum(single) / 2)
    assert single[0] != pytest.approx(single[1], rel=0.01)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("level", [Level(32, 48, 1.0), Level(16, 24, 0.5)])
def test_the_target_is_met_at_every_level(
    loss: Callable[..., Objective], level: Level, features: Features, picture: Callable[..., Tensor]
) -> None:
    small = resized(picture(), level.height, level.width)
    assert value(loss(features), small, level) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_blank_target_gives_a_finite_loss(
    loss: Callable[..., Objective], picture: Callable[..., Tensor]
) -> None:
    blank = Pyramid().features(torch.zeros(3, 32, 48), *LAYERS)
    assert torch.isfinite(torch.tensor(value(loss(blank), picture())))


def test_gram_is_the_mean_product_of_two_channels(picture: Callable[..., Tensor]) -> None:
    maps = torch.cat([picture(5, 7), -picture(5, 7, seed=1)[:1]])
    naive = [
        [sum(float(a[y, x] * b[y, x]) for y in range(5) for x in range(7)) / 35 for b in maps] for a in maps
    ]
    torch.testing.assert_close(gram(maps), torch.tensor(naive))
    channels_last = maps[None].contiguous(memory_format=torch.channels_last)[0]
    torch.testing.assert_close(gram(channels_last), torch.tensor(naive))


def test_style_does_not_care_where_things_are(picture: Callable[..., Tensor]) -> None:
    features = Pyramid().features(picture(), "full")
    moved = picture().roll((10, 20), (1, 2)).flip(1)
    assert value(gram_loss(features), moved) == pytest.approx(0, abs=1e-6)
    assert value(content_loss(features), moved) > 1e-3


def test_style_may_come_from_a_picture_of_any_size_and_shape(picture: Callable[..., Tensor]) -> None:
    wide = Pyramid().features(picture(20, 90), *LAYERS)
    assert 0 < value(gram_loss(wide, weight=1.0), picture()) < 10


def test_style_pictures_shrink_with_the_level_but_not_below_16_pixels(
    picture: Callable[..., Tensor],
) -> None:
    backbone = Pyramid()
    objective = gram_loss(backbone.features(picture(40, 100), "full"))
    backbone.targets.clear()
    for scale in (1.0, 0.5, 0.1):
        prepared(objective, Level(64, 64, scale))
    assert backbone.targets == [(20, 50), (16, 16)]  # the full size is known already


@pytest.mark.parametrize("height, width", [(48, 32), (32, 32), (32, 54)])
def test_content_of_other_proportions_is_refused(features: Features, height: int, width: int) -> None:
    message = rf"the content is 48 x 32 pixels, and the picture to be made is {width} x {height}, of other"
    with pytest.raises(InputError, match=f"^{message} proportions; start from the content, or crop"):
        prepared(content_loss(features), Level(height, width))


@pytest.mark.parametrize("height, width", [(16, 24), (33, 48), (32, 46)])
def test_content_of_nearly_the_same_proportions_is_taken(
    features: Features, height: int, width: int, picture: Callable[..., Tensor]
) -> None:
    assert value(content_loss(features), picture(height, width)) < 1


def test_an_even_picture_has_no_variation_and_a_checkered_one_the_most() -> None:
    rows, columns = torch.arange(8)[:, None], torch.arange(8)
    checkered = ((rows + columns) % 2).float().expand(3, 8, 8)
    objective = total_variation(weight=1.0)
    assert value(objective, torch.full((3, 8, 8), 0.7)) == 0
    assert value(objective, checkered) == pytest.approx(200)
    ramp = (torch.arange(10) / 10).expand(3, 10, 10)
    assert value(objective, ramp) == pytest.approx(1)  # steps of 0.1 in one of two directions


@pytest.mark.parametrize("size", [(1, 8), (8, 1), (1, 1)])
def test_the_variation_of_a_line_and_of_a_point_is_a_number(size: tuple[int, int]) -> None:
    image = torch.rand(3, *size).requires_grad_()
    (loss,) = prepared(total_variation(weight=1.0), Level(*size))(image).values()
    (slope,) = torch.autograd.grad(loss, image)
    assert torch.isfinite(loss) and torch.isfinite(slope).all()


def test_objectives_add_and_scale(features: Features, picture: Callable[..., Tensor]) -> None:
    both = weighted_objective([content_loss(features), total_variation()], weight=3.0)
    image = picture(seed=1)
    parts = [value(content_loss(features), image), value(total_variation(), image)]
    assert value(both, image) == pytest.approx(3 * sum(parts))
    assert [term.name for term in both] == ["content", "smoothness"]
    assert weighted_objective([], weight=2.0) == ()


def test_terms_of_one_name_are_shown_as_one(features: Features, picture: Callable[..., Tensor]) -> None:
    style: Any = gram_loss(features, weight=1.0)
    (part,) = prepared(style + style, FULL)(picture(seed=1)).values()
    assert part.item() == pytest.approx(2 * value(style, picture(seed=1)))


def test_a_loss_reads_no_value_back_to_the_host() -> None:
    """On the meta device nothing has a value, so reading one raises."""
    features = Pyramid(device="meta").features(torch.empty(3, 32, 48, device="meta"), *LAYERS)
    objective = content_loss(features) + gram_loss(features) + total_variation()
    for level in (FULL, Level(16, 24, 0.5)):
        parts = prepared(objective, level)(torch.empty(3, level.height, level.width, device="meta"))
        assert all(part.shape == () for part in parts.values())
        with pytest.raises(RuntimeError):
            float(parts["style"])


def test_a_mask_says_where_a_style_counts(picture: Callable[..., Tensor]) -> None:
    painting = picture(16, 24)
    half = torch.cat(
        [torch.ones(1, 8, 6), torch.zeros(1, 8, 6)], 2
    )  # maps and masks fit pictures of any size
    objective = gram_loss(Pyramid().features(painting, "full", "half"), half)
    there, elsewhere = (
        torch.cat(pair, 2) for pair in ((painting, picture(16, 24, 1)), (picture(16, 24, 1), painting))
    )
    assert value(objective, there) == pytest.approx(0, abs=1e-8)
    assert value(objective, elsewhere) > 1e-3


def test_two_masks_paint_two_styles_side_by_side(picture: Callable[..., Tensor]) -> None:
    left = torch.cat([torch.ones(1, 16, 24), torch.zeros(1, 16, 24)], 2)
    styles = [Pyramid().features(picture(16, 24, seed), "full", "half") for seed in (0, 1)]
    both = gram_loss(styles[0], left) + gram_loss(styles[1], 1 - left)
    assert value(both, torch.cat([style.image for style in styles], 2)) == pytest.approx(0, abs=1e-8)


def test_a_painting_seen_larger_has_larger_strokes(picture: Callable[..., Tensor]) -> None:
    backbone = Pyramid()
    objective = gram_loss(backbone.features(picture(16, 24), "full"), scale=2.0)
    backbone.targets.clear()
    prepared(objective, Level(64, 96, 0.75))
    assert backbone.targets == [(24, 36)]
