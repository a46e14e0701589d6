"""Every part of a picture becomes like some part of a painting, and keeps to what it means."""

from collections.abc import Callable

import pytest
import torch
from capriccio.core import InputError, Level, Loss, Objective, prepared
from capriccio.plugins import mrf
from capriccio.plugins import patches as module
from capriccio.plugins.lbfgs import LBFGS
from capriccio.plugins.mrf import mrf_loss, semantic_style
from torch import Tensor

from .conftest import Pyramid

FULL = Level(32, 48)
LAYERS = ("full", "half")


def value(objective: Objective, image: Tensor) -> float:
    (part,) = prepared(objective, Level(image.shape[1], image.shape[2]))(image).values()
    return float(part)


def loss_of(objective: Objective, level: Level = FULL) -> Loss:
    (loss,) = prepared(objective, level).losses
    return loss


def labels(*columns: int, height: int = 32, width: int = 48) -> Tensor:
    """A map of columns that are equally wide."""
    wide = torch.tensor(columns).repeat_interleave(width // len(columns))
    return wide.expand(height, width).clone()


def pieces(maps: Tensor) -> list[Tensor]:
    """All patches of 3 x 3 positions."""
    _, height, width = maps.shape
    return [maps[:, y : y + 3, x : x + 3] for y in range(height - 2) for x in range(width - 2)]


def stripes(height: int = 32, width: int = 48, period: int = 4) -> Tensor:
    """Horizontal lines, in grey."""
    lines = ((torch.arange(height) % period) < period // 2).float()
    return lines[None, :, None].expand(3, height, width).clone()


def worked(objective: Objective, image: Tensor, steps: int = 40) -> Tensor:
    """The picture after some steps towards an objective."""
    evaluate = prepared(objective, Level(image.shape[1], image.shape[2]))
    picture = image.clone().requires_grad_()
    mover = LBFGS([picture])
    for _ in range(steps):
        (picture.grad,) = torch.autograd.grad(sum(evaluate(picture).values(), torch.zeros(())), picture)
        mover.step()
        with torch.no_grad():
            picture.clamp_(0, 1)
    return picture.detach()


def test_a_picture_made_of_its_own_patches_has_no_loss(picture: Callable[..., Tensor]) -> None:
    painting = picture(40, 60)
    objective = mrf_loss(Pyramid().features(painting, *LAYERS))
    other = value(objective, picture(seed=1))
    assert other > 1e-3
    assert value(objective, painting) == pytest.approx(0, abs=1e-5)
    assert value(objective, painting[:, 4:36, 8:56]) == pytest.approx(0, abs=1e-5)
    assert value(objective, painting[:, 5:37, 9:57]) < 0.5 * other, "it lies between the places of half"


def test_a_loss_does_not_depend_on_how_large_activations_are(picture: Callable[..., Tensor]) -> None:
    quiet, loud = (
        value(mrf_loss(Pyramid(gain).features(picture(), *LAYERS)), picture(seed=1)) for gain in (1e-2, 1e2)
    )
    assert loud == pytest.approx(quiet, rel=1e-3)


def test_the_gradient_is_that_of_the_distance_to_the_patches_that_were_found(
    picture: Callable[..., Tensor],
) -> None:
    style, image = picture(16, 18), picture(8, 9, seed=1)
    loss = loss_of(mrf_loss(Pyramid().features(style, "full")), Level(8, 9))
    maps = Pyramid().activations(image.requires_grad_(), ("full",))
    (slope,) = torch.autograd.grad(loss(image, maps), maps["full"], retain_graph=True)
    there = pieces(Pyramid().activations(style, ("full",))["full"])
    here = pieces(maps["full"])
    matches = [
        max(there, key=lambda other: float((one * other).sum() / other.norm()))
        for one in pieces(maps["full"].detach())
    ]
    away = torch.stack([(one - match).square().sum() for one, match in zip(here, matches, strict=True)])
    plain = away.sum() / torch.stack(matches).square().sum()
    (wanted,) = torch.autograd.grad(plain, maps["full"])
    torch.testing.assert_close(slope, wanted, rtol=1e-3, atol=1e-6)


def test_nearest_patches_are_looked_for_now_and_then(
    picture: Callable[..., Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0

    def counted(*given: object) -> Tensor:
        nonlocal looks
        looks += 1
        return found(*given)  # type: ignore[arg-type]

    found = module.nearest
    monkeypatch.setattr(mrf, "nearest", counted)
    loss = loss_of(mrf_loss(Pyramid().features(picture(), *LAYERS), refresh=5))
    for _ in range(11):
        loss(picture(), Pyramid().activations(picture(), LAYERS))
    assert looks == 3 * len(LAYERS)


def test_turned_copies_find_what_is_turned() -> None:
    features = Pyramid().features(stripes(48, 48), "full")
    upright = stripes(48, 48).transpose(1, 2).contiguous()
    plain, turned = (value(mrf_loss(features, rotations=count), upright) for count in (0, 6))
    assert plain > 0.3
    assert turned < 0.05 * plain


def test_stretched_copies_find_what_is_larger() -> None:
    features = Pyramid().features(stripes(64, 64, period=8), "full")
    larger = torch.nn.functional.interpolate(
        stripes(64, 64, period=8)[None], scale_factor=1.21, mode="bicubic"
    )[0]
    plain, stretched = (
        value(mrf_loss(features, scales=count, patch=7), larger.clamp(0, 1)) for count in (0, 2)
    )
    assert stretched < 0.7 * plain


def test_labels_say_which_texture_comes_where(picture: Callable[..., Tensor]) -> None:
    lines, posts = stripes(32, 24), stripes(24, 32).transpose(1, 2)
    features = Pyramid().features(torch.cat([lines, posts], 2), "full")
    start = 0.3 + 0.4 * picture(seed=3)

    def shares(meaning: float) -> tuple[float, float]:
        """How much of the left is posts, and of the right lines."""
        objective = semantic_style(features, labels(3, 9), labels(9, 3), meaning=meaning, refresh=1)
        made = worked(objective, start)
        across, down = made.diff(dim=2).abs(), made.diff(dim=1).abs()
        left = float(across[:, :, 2:20].mean() / (across[:, :, 2:20].mean() + down[:, :, 2:20].mean()))
        right = float(down[:, :, 28:].mean() / (across[:, :, 28:].mean() + down[:, :, 28:].mean()))
        return left, right

    assert min(shares(5.0)) > 0.85
    assert min(shares(0.0)) < 0.75, "without labels it is chance"


def test_a_map_with_a_label_that_the_painting_lacks_is_refused(picture: Callable[..., Tensor]) -> None:
    features = Pyramid().features(picture(), "full")
    message = r"^the new map has orange and cyan, and the painting's map has only red and blue; paint "
    with pytest.raises(InputError, match=message):
        semantic_style(features, labels(3, 9), labels(3, 4, 8))


def test_maps_of_other_sizes_fit(picture: Callable[..., Tensor]) -> None:
    features = Pyramid().features(picture(), *LAYERS)
    small = semantic_style(features, labels(3, 9, height=7, width=10), labels(9, 3, height=61, width=90))
    assert 0 < value(small, picture(seed=1)) < 5


def test_pictures_without_a_patch_are_refused_with_the_remedy(picture: Callable[..., Tensor]) -> None:
    features = Pyramid().features(picture(), "quarter")
    message = "quarter sees a picture as 2 x 2 positions, which hold no patch of 3 x 3; use larger pictures, "
    with pytest.raises(InputError, match=message):
        value(mrf_loss(features), picture(8, 8))
    with pytest.raises(InputError, match="as 4 x 4 positions, which hold no patch of 7 x 7"):
        prepared(mrf_loss(Pyramid().features(picture(16, 16), "quarter"), patch=7), FULL)


def test_the_painting_shrinks_with_the_level(picture: Callable[..., Tensor]) -> None:
    backbone = Pyramid()
    objective = mrf_loss(backbone.features(picture(40, 60), "full"))
    backbone.targets.clear()
    prepared(objective, Level(64, 64, 0.5))
    assert backbone.targets == [(20, 30)]
