"""Pictures from files are upright and have no holes."""

import pytest
from capriccio.core.pictures import TURNS, flattened, upright
from PIL import Image as Picture


@pytest.mark.parametrize("orientation", [1, *TURNS])
def test_a_picture_is_turned_the_way_its_camera_was_held(orientation: int) -> None:
    picture = Picture.new("RGB", (3, 2))
    picture.putpixel((0, 0), (255, 0, 0))
    picture.getexif()[0x0112] = orientation
    turned = upright(picture)
    assert turned.size == ((2, 3) if orientation >= 5 else (3, 2))
    width, height = turned.size
    corners = [(0, 0), (0, 0), (width - 1, 0), (width - 1, height - 1), (0, height - 1)]
    corners += [(0, 0), (width - 1, 0), (width - 1, height - 1), (0, height - 1)]
    assert turned.getpixel(corners[orientation]) == (255, 0, 0)


def test_what_is_transparent_shows_the_background() -> None:
    holes = Picture.new("RGBA", (2, 1), (10, 20, 30, 255))
    holes.putpixel((1, 0), (10, 20, 30, 0))
    flat = flattened(holes, "#ff8000")
    assert (flat.mode, flat.getpixel((0, 0)), flat.getpixel((1, 0))) == ("RGB", (10, 20, 30), (255, 128, 0))


@pytest.mark.parametrize(
    ("mode", "value", "seen"),
    [
        ("L", 200, (200,) * 3),
        ("1", 255, (255,) * 3),
        ("I;16", 0x8000, (128,) * 3),
        ("CMYK", (0, 0, 0, 0), (255,) * 3),
    ],
)
def test_whatever_comes_in_rgb_goes_out(
    mode: str, value: int | tuple[int, ...], seen: tuple[int, ...]
) -> None:
    assert flattened(Picture.new(mode, (1, 1), value), "#000000").getpixel((0, 0)) == seen
