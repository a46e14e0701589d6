"""Pictures from files, as people see them: upright, in sRGB, and without holes."""

from io import BytesIO

import numpy as np
from PIL import ExifTags, ImageCms, ImageColor
from PIL import Image as Picture

FORMATS = ("PNG", "JPEG", "WEBP")
"""The formats that are read."""
TURNS = {
    2: Picture.Transpose.FLIP_LEFT_RIGHT,
    3: Picture.Transpose.ROTATE_180,
    4: Picture.Transpose.FLIP_TOP_BOTTOM,
    5: Picture.Transpose.TRANSPOSE,
    6: Picture.Transpose.ROTATE_270,
    7: Picture.Transpose.TRANSVERSE,
    8: Picture.Transpose.ROTATE_90,
}
"""What to do for each orientation that EXIF knows."""


def upright(picture: Picture.Image) -> Picture.Image:
    """Turned the way its camera was held."""
    # ImageOps.exif_transpose would write the EXIF data anew, and fail for what some cameras put there.
    turn = TURNS.get(picture.getexif().get(ExifTags.Base.Orientation, 1))
    return picture if turn is None else picture.transpose(turn)


def flattened(picture: Picture.Image, background: str) -> Picture.Image:
    """RGB in sRGB, whatever came in; what is transparent shows the background."""
    if picture.mode.startswith("I"):  # 16 bits of grey, which Pillow would clip and not scale
        picture = Picture.fromarray((np.asarray(picture, dtype=np.uint32) >> 8).astype(np.uint8))
    if not picture.has_transparency_data:
        return _in_srgb(picture).convert("RGB")
    ground = Picture.new("RGBA", picture.size, ImageColor.getrgb(background))
    return Picture.alpha_composite(ground, picture.convert("RGBA")).convert("RGB")


def _in_srgb(picture: Picture.Image) -> Picture.Image:
    """The same colours in sRGB, if the picture says what its numbers mean; many cameras use wider ranges."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "CMYK", "L"):
        return picture
    try:
        own = ImageCms.ImageCmsProfile(BytesIO(profile))
        made = ImageCms.profileToProfile(picture, own, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return picture  # a profile that nobody can read says nothing
    return picture if made is None else made
