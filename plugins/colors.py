"""The colours of one picture for another."""

from collections.abc import Callable
from typing import Annotated, Literal, TypeAlias

import torch
from torch import Tensor

from ..core import AnyNode, Image, Range, hookimpl, node
from ..core.scale import resized

By: TypeAlias = Literal["YIQ", "Lab", "histogram"]

_YIQ = ((0.299, 0.587, 0.114), (0.596, -0.274, -0.322), (0.211, -0.523, 0.312))
"""Luminance and two colour differences of NTSC, from R'G'B'."""
_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
"""IEC 61966-2-1, from linear sRGB."""
_WHITE = (0.95047, 1.0, 1.08883)
"""D65, in XYZ."""
_KNEE = 6 / 29
"""Below its cube CIE 1976 L*a*b* is linear."""


@node("capriccio.KeepColors", category="Images")
def keep_colors(
    image: Image,
    colors: Image,
    *,
    by: Annotated[By, "YIQ and Lab take colours place by place, histogram as a whole."] = "YIQ",
    strength: Annotated[float, Range(0.0, 1.0), "0 leaves the picture as it is."] = 1.0,
) -> Image:
    """Give a picture the colours of another: a photograph that was painted keeps its own.

    YIQ and Lab keep the lightness of the picture, and take both other channels from the same place of
    ``colors``. Histogram moves the mean and the covariance of its colours to those of ``colors``: put
    it before the style, on the painting. Both ways are those of Gatys et al., "Preserving Color in
    Neural Artistic Style Transfer" (2016).
    """
    height, width = image.shape[-2:]
    given = colors.to(image.device)
    if by == "histogram":
        made = _moved(image, given)
    else:
        apart, together = (_to_yiq, _from_yiq) if by == "YIQ" else (_to_lab, _from_lab)
        made = together(torch.cat([apart(image)[:1], apart(resized(given, height, width))[1:]]))
    return torch.lerp(image, made.clamp(0, 1), strength)


def _moved(image: Tensor, colors: Tensor) -> Tensor:
    """A linear map of colours that gives those of a picture the mean and covariance of another's."""
    (mean, spread), (wanted, span) = (_moments(each) for each in (image, colors))
    turn: Tensor = _root(span) @ torch.linalg.inv(_root(spread))
    return (turn @ (image.flatten(1) - mean) + wanted).reshape(image.shape)


def _moments(image: Tensor) -> tuple[Tensor, Tensor]:
    pixels = image.flatten(1)
    mean = pixels.mean(1, keepdim=True)
    away = pixels - mean
    # A picture of one colour has no spread, and must not make the other infinitely colourful.
    return mean, away @ away.T / pixels.shape[1] + 1e-4 * torch.eye(3, device=image.device)


def _root(spread: Tensor) -> Tensor:
    """The symmetric square root of a covariance."""
    values, vectors = torch.linalg.eigh(spread)
    root: Tensor = vectors @ torch.diag(values.clamp_min(1e-12).sqrt()) @ vectors.T
    return root


def _mixed(image: Tensor, matrix: Tensor) -> Tensor:
    return torch.einsum("ij,jhw->ihw", matrix, image)


def _to_yiq(image: Tensor) -> Tensor:
    return _mixed(image, image.new_tensor(_YIQ))


def _from_yiq(image: Tensor) -> Tensor:
    return _mixed(image, torch.linalg.inv(image.new_tensor(_YIQ)))


def _to_lab(image: Tensor) -> Tensor:
    linear = torch.where(image <= 0.04045, image / 12.92, ((image + 0.055) / 1.055) ** 2.4)
    x, y, z = _mixed(linear, image.new_tensor(_XYZ)) / image.new_tensor(_WHITE)[:, None, None]
    x, y, z = (
        torch.where(value > _KNEE**3, value.clamp_min(1e-9) ** (1 / 3), value / (3 * _KNEE**2) + 4 / 29)
        for value in (x, y, z)
    )
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def _from_lab(lab: Tensor) -> Tensor:
    y = (lab[0] + 16) / 116
    cubes = torch.stack([y + lab[1] / 500, y, y - lab[2] / 200])
    values = torch.where(cubes > _KNEE, cubes**3, 3 * _KNEE**2 * (cubes - 4 / 29))
    white = lab.new_tensor(_WHITE)[:, None, None]
    linear = _mixed(values * white, torch.linalg.inv(lab.new_tensor(_XYZ))).clamp(0, 1)
    return torch.where(
        linear <= 0.0031308, 12.92 * linear, 1.055 * linear.clamp_min(1e-9) ** (1 / 2.4) - 0.055
    )


@hookimpl
def register_nodes(register: Callable[[AnyNode], None]) -> None:
    register(keep_colors)
