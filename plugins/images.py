"""Load, make and change pictures."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import torch
from PIL import Image as Picture
from PIL import UnidentifiedImageError
from torch import Tensor

from ..core import (
    AnyNode,
    Color,
    Image,
    ImageFile,
    InputError,
    PortType,
    Range,
    Seed,
    hookimpl,
    node,
)
from ..core.pictures import FORMATS, flattened, upright
from ..core.ports import IMAGE, MASK
from ..core.scale import resized

Megapixels = Annotated[int, Range(1, 178, unit="Mpx"), "Larger pictures are refused before they are decoded."]
"""Pillow itself refuses what is larger than 178."""
Pixels = Range(16, 8192, unit="px", scale="log")
LONGEST = 16_384  # px, of a side that follows from the proportions


@node("capriccio.LoadImage", category="Images")
def load_image(*, file: ImageFile, background: Color = "#ffffff", limit: Megapixels = 50) -> Image:
    """Load a picture: PNG, JPEG or WebP, turned the way its camera was held.

    What is transparent shows the background.
    """
    with opened(file, limit) as picture:
        return to_image(flattened(upright(picture), background))


@node("capriccio.ResizeImage", category="Images")
def resize_image(
    image: Image,
    *,
    side: Annotated[int, Pixels, "Length of the side that is measured."] = 384,
    measure: Annotated[Literal["longer", "shorter", "width", "height"], "Which side."] = "longer",
) -> Image:
    """Resize a picture, antialiased, keeping its proportions. No side gets longer than 16384 px."""
    height, width = image.shape[-2:]
    sides = {"longer": max(height, width), "shorter": min(height, width), "width": width, "height": height}
    factor = side / sides[measure]
    height, width = (max(1, round(length * factor)) for length in (height, width))
    if max(height, width) > LONGEST:
        raise InputError(f"the picture would be {width} x {height} pixels; choose a smaller side")
    return resized(image, height, width)


@node("capriccio.Noise", category="Images")
def noise(
    like: Image | None = None,
    *,
    width: Annotated[int, Pixels] = 256,
    height: Annotated[int, Pixels] = 256,
    contrast: Annotated[float, Range(0.0, 1.0), "0 is even grey, 1 goes from black to white."] = 1.0,
    seed: Seed = 0,
) -> Image:
    """Even noise around middle grey, as large as ``like`` if that is linked."""
    if like is not None:
        height, width = like.shape[-2:]
    # Drawn on the CPU, so that one seed gives one picture on every device.
    drawn = torch.rand(3, height, width, generator=torch.Generator().manual_seed(seed))
    return 0.5 + contrast * (drawn - 0.5)


@contextmanager
def opened(
    file: Path, limit: int, remedy: str = "use a smaller one or raise the limit"
) -> Iterator[Picture.Image]:
    """A picture file, if it has no more than so many megapixels; InputError where it cannot be read."""
    try:
        with Picture.open(file, formats=FORMATS) as picture:
            if picture.width * picture.height > limit * 1_000_000:
                size = f"{picture.width} x {picture.height}"
                raise InputError(f"{file.name} has {size} pixels, more than {limit} Mpx; {remedy}")
            yield picture
    except UnidentifiedImageError:
        raise InputError(f"{file.name} is no picture that can be read; use PNG, JPEG or WebP") from None
    except (Picture.DecompressionBombError, Picture.DecompressionBombWarning) as error:
        raise InputError(f"{file.name} has too many pixels to be safe; use a smaller one") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise InputError(f"{file.name} cannot be read, it may be damaged: {error}") from error


def to_image(picture: Picture.Image) -> Tensor:
    """An Image [3, H, W] from an RGB picture."""
    return torch.from_numpy(np.array(picture, dtype=np.uint8)).permute(2, 0, 1).float() / 255


def to_picture(image: Tensor) -> Picture.Image:
    """A Pillow picture from an Image [3, H, W] or a Mask [1, H, W], rounded to 8 bits."""
    # In place where that is possible, and band by band: three times as fast as in one go, or more.
    pixels = image.detach().mul(255).round_().clamp_(0, 255).to(torch.uint8).cpu().numpy()
    bands = [Picture.fromarray(band) for band in pixels]
    return bands[0] if len(bands) == 1 else Picture.merge("RGB", bands)


@hookimpl
def register_nodes(register: Callable[[AnyNode], None]) -> None:
    for each in (load_image, resize_image, noise):
        register(each)


@hookimpl
def register_previews(register: Callable[[PortType, Callable[[Any], Picture.Image]], None]) -> None:
    register(IMAGE, to_picture)
    register(MASK, to_picture)
