"""A picture gets the colours of another, and keeps its own lightness."""

from collections.abc import Callable

import pytest
import torch
from capriccio.plugins.colors import By, _to_lab, keep_colors
from torch import Tensor

LUMA = torch.tensor([0.299, 0.587, 0.114])[:, None, None]
WAYS: tuple[By, ...] = ("YIQ", "Lab", "histogram")


def luma(image: Tensor) -> Tensor:
    return (LUMA * image).sum(0)


@pytest.mark.parametrize("by", WAYS)
def test_a_picture_that_gets_its_own_colours_stays_as_it_is(by: By, picture: Callable[..., Tensor]) -> None:
    torch.testing.assert_close(keep_colors(picture(), picture(), by=by), picture(), rtol=0, atol=2e-3)


@pytest.mark.parametrize("by", WAYS)
def test_strength_goes_from_the_picture_to_all_of_it(by: By, picture: Callable[..., Tensor]) -> None:
    image, colors = picture(), picture(40, 20, seed=1)
    none, half, all = (keep_colors(image, colors, by=by, strength=strength) for strength in (0.0, 0.5, 1.0))
    torch.testing.assert_close(none, image)
    torch.testing.assert_close(half, (image + all) / 2, rtol=0, atol=1e-5)


def test_yiq_keeps_the_luminance_and_takes_the_colours_from_the_same_place() -> None:
    image = torch.linspace(0.3, 0.7, 48).expand(3, 32, 48)
    colors = torch.full((3, 64, 96), 0.5)
    colors[0, :, :48] += 0.1  # the left is red
    made = keep_colors(image, colors, by="YIQ")
    torch.testing.assert_close(luma(made), luma(image), rtol=0, atol=2e-3)
    left, right = (made[0] - made[1])[:, :20], (made[0] - made[1])[:, 28:]
    assert float(left.mean()) == pytest.approx(0.1, abs=5e-3)
    assert float(right.abs().mean()) < 5e-3


def test_lab_is_that_of_the_standard() -> None:
    """Red, green and blue in CIE L*a*b* under D65, as published for sRGB."""
    found = _to_lab(torch.eye(3)[:, :, None])[:, :, 0].T
    wanted = torch.tensor([[53.24, 80.09, 67.20], [87.73, -86.18, 83.18], [32.30, 79.19, -107.86]])
    torch.testing.assert_close(found, wanted, rtol=0, atol=0.05)


def test_lab_keeps_the_lightness(picture: Callable[..., Tensor]) -> None:
    grey = torch.linspace(0.35, 0.65, 48).expand(3, 32, 48)
    colors = 0.5 + 0.1 * (picture() - 0.5)
    made = keep_colors(grey, colors, by="Lab")
    again = keep_colors(made, grey, by="Lab")
    torch.testing.assert_close(again, grey, rtol=0, atol=1e-2)


def test_a_histogram_moves_mean_and_covariance(picture: Callable[..., Tensor]) -> None:
    image, colors = picture(), 0.4 + 0.2 * picture(20, 30, seed=1)
    made = keep_colors(image, colors, by="histogram").flatten(1)
    torch.testing.assert_close(made.mean(1), colors.flatten(1).mean(1), rtol=0, atol=5e-3)
    torch.testing.assert_close(made.cov(), colors.flatten(1).cov(), rtol=0.05, atol=5e-4)


def test_a_picture_of_one_colour_gives_no_other_colours_than_its_own(picture: Callable[..., Tensor]) -> None:
    flat = torch.tensor([0.2, 0.4, 0.6])[:, None, None].expand(3, 16, 16)
    made = keep_colors(picture(), flat, by="histogram")
    assert (made - flat[:, :1, :1]).abs().max() < 0.05
    assert torch.isfinite(keep_colors(flat, picture(), by="histogram")).all()
