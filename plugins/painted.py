"""Masks and label maps that a person has painted."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
from PIL import Image as Picture
from PIL import ImageColor
from torch import Tensor

from ..core import (
    PALETTE,
    AnyNode,
    Image,
    LabelMap,
    LabelsFile,
    Mask,
    MaskFile,
    PortType,
    hookimpl,
    node,
)
from ..core.pictures import flattened, upright
from ..core.ports import LABELS
from ..core.scale import resized
from .images import opened

LIMIT = 50
"""Megapixels of a painted picture, at most."""
_COLORS = np.array([ImageColor.getrgb(swatch.color) for swatch in PALETTE], dtype=np.int32)
_AT_ONCE = 2**20
"""Pixels that are compared with all colours at once."""


@node("capriccio.PaintedMask", category="Images")
def painted_mask(
    image: Image | None = None,
    *,
    mask: Annotated[MaskFile, "A picture: white is 1, black is 0, and grey lies between."],
) -> Mask:
    """Give a mask that was painted, as large as the picture beneath if one is linked.

    What is transparent, where nothing was painted, is 0.
    """
    grey = _painted(mask, "#000000").convert("L")
    values = torch.from_numpy(np.array(grey, dtype=np.uint8))[None].float() / 255
    return values if image is None else resized(values, *image.shape[-2:])


@node("capriccio.PaintedLabels", category="Images")
def painted_labels(
    image: Image | None = None,
    *,
    labels: Annotated[
        LabelsFile, "A picture in the flat colours of the palette; others count as the nearest."
    ],
) -> LabelMap:
    """Give a label map that was painted, as large as the picture beneath if one is linked.

    A label is the place of its colour in the palette, from 0, which is black. What is transparent,
    where nothing was painted, is 0 too.
    """
    colors = _painted(labels, PALETTE[0].color)
    if image is not None:
        height, width = image.shape[-2:]
        colors = colors.resize((width, height), Picture.Resampling.NEAREST)
    return torch.from_numpy(_nearest(np.asarray(colors)))


def labelled(image: Tensor) -> Tensor:
    """The label map [H, W] of an Image whose colours are those of the palette, or near to them."""
    pixels = (image.detach() * 255).round().permute(1, 2, 0).cpu().numpy()
    return torch.from_numpy(_nearest(pixels)).to(image.device)


def in_colors(labels: Tensor) -> Picture.Image:
    """A picture of a label map [H, W] in the colours of the palette, which begin again after the last."""
    places = labels.detach().cpu().numpy() % len(PALETTE)
    return Picture.fromarray(_COLORS.astype(np.uint8)[places])


def _painted(file: Path, background: str) -> Picture.Image:
    with opened(file, LIMIT, "paint a smaller one") as picture:
        return flattened(upright(picture), background)


def _nearest(pixels: Any) -> Any:
    """For each pixel of an array [H, W, 3] the place of the nearest colour in the palette."""
    height, width = pixels.shape[:2]
    found = np.empty((height, width), dtype=np.int64)
    rows = max(1, _AT_ONCE // width)
    for top in range(0, height, rows):
        part = pixels[top : top + rows].astype(np.int32)
        distances = [np.square(part - color).sum(-1) for color in _COLORS]
        found[top : top + rows] = np.argmin(distances, axis=0)
    return found


@hookimpl
def register_nodes(register: Callable[[AnyNode], None]) -> None:
    register(painted_mask)
    register(painted_labels)


@hookimpl
def register_previews(register: Callable[[PortType, Callable[[Any], Picture.Image]], None]) -> None:
    register(LABELS, in_colors)
