"""Pictures are loaded as they look, or refused in a sentence."""

import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
import torch
from capriccio.core import Catalog, Graph, InputError, Placed, Workspace, plan
from capriccio.plugins.images import load_image, noise, resize_image, to_image, to_picture
from PIL import Image as Picture
from PIL import ImageCms, ImageOps
from torch import Tensor

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
ORIENTATION = 0x0112


def colours(image: Tensor) -> Any:
    """Rows of 8-bit colours."""
    return (image * 255).round().to(torch.uint8).permute(1, 2, 0).tolist()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG of a few bytes; decoding it would fail."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def jpeg_that_claims(width: int, height: int, file: Path) -> bytes:
    Picture.new("RGB", (8, 8)).save(file, "JPEG")
    data = bytearray(file.read_bytes())
    start = data.index(b"\xff\xc0") + 5
    data[start : start + 4] = struct.pack(">HH", height, width)
    return bytes(data)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "picture"


@pytest.fixture
def photo() -> Picture.Image:
    pixels = np.random.default_rng(0).integers(0, 255, (20, 30, 3), dtype=np.uint8)
    return Picture.fromarray(pixels)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_a_picture_comes_as_its_pixels_whatever_its_name(
    file: Path, photo: Picture.Image, format: str
) -> None:
    photo.save(file, format)
    image = load_image(file=file)
    assert image.shape == (3, 20, 30) and image.dtype == torch.float32
    with Picture.open(file) as saved:
        assert colours(image) == np.asarray(saved.convert("RGB")).tolist()


@pytest.mark.parametrize("format", ["GIF", "BMP", "TIFF", "PPM", "ICO"])
def test_other_formats_are_refused_with_the_ones_that_would_do(
    file: Path, photo: Picture.Image, format: str
) -> None:
    photo.save(file, format)
    with pytest.raises(InputError, match=r"^picture is no picture that can be read; use PNG, JPEG or WebP$"):
        load_image(file=file)


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n", b"<svg/>", b"%PDF-1.7"])
def test_what_is_no_picture_is_refused(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    with pytest.raises(InputError, match=r"^picture (is no picture that can|cannot) be read"):
        load_image(file=file)


@pytest.mark.parametrize(
    "width, height, reason",
    [
        (9000, 9000, "has 9000 x 9000 pixels, more than 50 Mpx; use a smaller one or raise the limit"),
        (11_000, 11_000, "has too many pixels"),  # where Pillow warns
        (2**31 - 1, 2**31 - 1, "has too many pixels"),  # where Pillow raises
    ],
)
def test_a_huge_png_is_refused_before_it_is_decoded(file: Path, width: int, height: int, reason: str) -> None:
    file.write_bytes(png_that_claims(width, height))
    began = time.perf_counter()
    with pytest.raises(InputError, match=f"^picture {reason}"):
        load_image(file=file, limit=50)
    assert time.perf_counter() - began < 1


def test_a_huge_jpeg_is_refused_before_it_is_decoded(file: Path) -> None:
    file.write_bytes(jpeg_that_claims(65_500, 65_500, file))
    with pytest.raises(InputError, match="has too many pixels"):
        load_image(file=file)


def test_the_limit_on_pixels_can_be_moved(file: Path) -> None:
    Picture.new("RGB", (1001, 1000)).save(file, "PNG")
    assert load_image(file=file, limit=2).shape == (3, 1000, 1001)
    with pytest.raises(InputError, match="has 1001 x 1000 pixels, more than 1 Mpx"):
        load_image(file=file, limit=1)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_the_way_its_camera_was_held(
    file: Path, photo: Picture.Image, orientation: int, format: str
) -> None:
    exif = Picture.Exif()
    exif[ORIENTATION] = orientation
    photo.save(file, format, exif=exif)
    with Picture.open(file) as saved:
        upright = ImageOps.exif_transpose(saved).convert("RGB")
    assert colours(load_image(file=file)) == np.asarray(upright).tolist()
    assert load_image(file=file).shape[-2:] == ((20, 30) if orientation < 5 else (30, 20))


def test_orientation_6_puts_what_was_left_on_top(file: Path) -> None:
    exif = Picture.Exif()
    exif[ORIENTATION] = 6
    lying = Picture.new("RGB", (2, 1), RED)
    lying.putpixel((1, 0), BLUE)
    lying.save(file, "PNG", exif=exif)
    assert colours(load_image(file=file)) == [[[*RED]], [[*BLUE]]]


def test_an_orientation_that_stands_behind_the_pixels_is_seen(file: Path, photo: Picture.Image) -> None:
    photo.save(file, "PNG")
    exif = Picture.Exif()
    exif[ORIENTATION] = 3
    data, end = file.read_bytes(), chunk(b"IEND", b"")
    file.write_bytes(data.removesuffix(end) + chunk(b"eXIf", exif.tobytes().removeprefix(b"Exif\0\0")) + end)
    assert colours(load_image(file=file)) == np.asarray(photo)[::-1, ::-1].tolist()


def test_an_orientation_that_does_not_exist_is_ignored(file: Path, photo: Picture.Image) -> None:
    exif = Picture.Exif()
    exif[ORIENTATION] = 99
    photo.save(file, "PNG", exif=exif)
    assert colours(load_image(file=file)) == np.asarray(photo).tolist()


@pytest.mark.parametrize("format", ["PNG", "WEBP"])
def test_what_is_transparent_shows_the_background(file: Path, format: str) -> None:
    glass = Picture.new("RGBA", (3, 1), (*RED, 255))
    glass.putpixel((1, 0), (*RED, 0))
    glass.putpixel((2, 0), (*RED, 128))
    glass.save(file, format, lossless=True)
    (row,) = colours(load_image(file=file, background="#0000ff"))
    assert row == [[*RED], [*BLUE], [128, 0, 127]]
    (row,) = colours(load_image(file=file, background="#ffffff"))
    assert row[1] == [*WHITE]


def _palette() -> tuple[Picture.Image, dict[str, Any]]:
    picture = Picture.new("P", (2, 1))
    picture.putpalette([*RED, *GREEN])
    picture.putpixel((1, 0), 1)
    return picture, {"transparency": 1}


def _grey_with_a_clear_shade() -> tuple[Picture.Image, dict[str, Any]]:
    picture = Picture.new("L", (2, 1), 77)
    picture.putpixel((1, 0), 9)
    return picture, {"transparency": 9}


def _colour_with_a_clear_one() -> tuple[Picture.Image, dict[str, Any]]:
    picture = Picture.new("RGB", (2, 1), RED)
    picture.putpixel((1, 0), GREEN)
    return picture, {"transparency": GREEN}


def _grey_and_alpha() -> tuple[Picture.Image, dict[str, Any]]:
    picture = Picture.new("LA", (2, 1), (77, 255))
    picture.putpixel((1, 0), (9, 0))
    return picture, {}


@pytest.mark.parametrize(
    "make, left",
    [
        (_palette, RED),
        (_grey_with_a_clear_shade, (77, 77, 77)),
        (_colour_with_a_clear_one, RED),
        (_grey_and_alpha, (77, 77, 77)),
    ],
)
def test_every_kind_of_transparency_is_seen(
    file: Path, make: Callable[[], tuple[Picture.Image, dict[str, Any]]], left: tuple[int, ...]
) -> None:
    picture, options = make()
    picture.save(file, "PNG", **options)
    assert colours(load_image(file=file, background="#0000ff")) == [[[*left], [*BLUE]]]


def test_a_palette_without_transparency_gives_its_colours(file: Path) -> None:
    _palette()[0].save(file, "PNG")
    assert colours(load_image(file=file)) == [[[*RED], [*GREEN]]]


@pytest.mark.parametrize("mode, dark", [("1", 0), ("L", 77)])
def test_grey_gives_three_equal_channels(file: Path, mode: str, dark: int) -> None:
    picture = Picture.new(mode, (2, 1), 255)
    picture.putpixel((0, 0), dark)
    picture.save(file, "PNG")
    assert colours(load_image(file=file)) == [[[dark] * 3, [255] * 3]]


@pytest.mark.parametrize("orientation", [1, 3])
def test_16_bits_of_grey_are_scaled_and_not_clipped(file: Path, orientation: int) -> None:
    exif = Picture.Exif()
    exif[ORIENTATION] = orientation
    shades = np.array([[0, 0x4000, 0x8080, 0xFFFF]], dtype=np.uint16)
    Picture.fromarray(shades).save(file, "PNG", exif=exif)
    row = [[0] * 3, [64] * 3, [128] * 3, [255] * 3]
    assert colours(load_image(file=file)) == [row if orientation == 1 else row[::-1]]


def test_a_cmyk_jpeg_gets_the_colours_that_it_was_made_from(file: Path) -> None:
    Picture.new("RGB", (16, 16), (200, 40, 90)).convert("CMYK").save(file, "JPEG", quality=100)
    image = load_image(file=file) * 255
    assert image.mean(dim=(1, 2)).tolist() == pytest.approx([200, 40, 90], abs=4)


def test_a_colour_profile_and_a_text_do_no_harm(file: Path, photo: Picture.Image) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    photo.save(file, "PNG", icc_profile=profile)
    assert colours(load_image(file=file)) == np.asarray(photo).tolist()


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_numbers_mean_the_colours_that_their_profile_says(file: Path, format: str) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"????").replace(b"gXYZ", b"rXYZ").replace(b"????", b"gXYZ")
    red = Picture.new("RGB", (8, 8), (230, 20, 20))
    red.save(file, format, icc_profile=swapped)
    r, g, b = (load_image(file=file) * 255).mean(dim=(1, 2)).tolist()
    assert g > 200 and r < 60 and b < 60
    red.save(file, format, icc_profile=b"no profile at all")
    r, g, b = (load_image(file=file) * 255).mean(dim=(1, 2)).tolist()
    assert r > 200 and g < 60 and b < 60


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_a_truncated_file_is_refused(file: Path, photo: Picture.Image, format: str, part: float) -> None:
    photo.resize((200, 200)).save(file, format)
    data = file.read_bytes()
    file.write_bytes(data[: int(part * len(data))])
    with pytest.raises(InputError, match=r"^picture (cannot be read, it may be damaged: |is no picture)"):
        load_image(file=file)


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow about damaged EXIF data
@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_a_damaged_file_is_read_or_refused_and_nothing_else(
    file: Path, photo: Picture.Image, format: str
) -> None:
    exif = Picture.Exif()
    exif[ORIENTATION] = 6
    exif[0x010E] = "a description"
    exif[0x8769] = {0x9003: "2020:01:01 00:00:00"}
    photo.save(file, format, exif=exif)
    data, random = file.read_bytes(), Random(1)
    refused = 0
    for _ in range(300):
        damaged = bytearray(data)
        for _ in range(random.choice([1, 2, 5])):
            damaged[random.randrange(len(data))] = random.choice([0, 1, 127, 255, random.randrange(256)])
        file.write_bytes(damaged)
        try:
            assert load_image(file=file, limit=1).shape[0] == 3
        except InputError:
            refused += 1
    assert refused


def test_exif_data_that_cannot_be_written_again_does_no_harm(file: Path, photo: Picture.Image) -> None:
    """Some cameras write such data, which ImageOps.exif_transpose then fails on."""
    exif = Picture.Exif()
    exif[ORIENTATION] = 3
    exif[0x0128] = 2
    data = bytearray(exif.tobytes())
    data[data.index(b"\x01\x28\x00\x03") + 3] = 2  # a number that calls itself a text
    photo.save(file, "JPEG", exif=bytes(data))
    with Picture.open(file) as saved:
        turned = np.asarray(saved.transpose(Picture.Transpose.ROTATE_180))
    assert colours(load_image(file=file)) == turned.tolist()


def test_a_plan_depends_on_what_a_picture_holds_and_not_on_its_name(
    tmp_path: Path, catalog: Catalog, photo: Picture.Image
) -> None:
    def key(name: str, picture: Picture.Image) -> str:
        picture.save(tmp_path / name, "PNG")
        graph = Graph({"load": Placed("capriccio.LoadImage", {"file": name})})
        return plan(graph, catalog, Workspace(folders=(tmp_path,))).steps[0].key

    first = key("a.png", photo)
    assert key("b.png", photo) == first
    assert key("a.png", photo.transpose(Picture.Transpose.ROTATE_180)) != first


@pytest.mark.parametrize(
    "measure, size",
    [("longer", (40, 60)), ("shorter", (60, 90)), ("width", (40, 60)), ("height", (60, 90))],
)
@pytest.mark.parametrize("turned", [False, True])
def test_resizing_keeps_the_proportions(
    picture: Callable[..., Tensor], measure: str, size: tuple[int, int], turned: bool
) -> None:
    image = picture(20, 30)
    if turned:
        image, size = image.transpose(1, 2), (size[1], size[0])
        measure = {"width": "height", "height": "width"}.get(measure, measure)
    made = resize_image(image, side=60, measure=measure)  # type: ignore[arg-type]
    assert made.shape == (3, *size)
    assert 0 <= made.min() and made.max() <= 1


def test_resizing_to_the_same_size_changes_nothing(picture: Callable[..., Tensor]) -> None:
    assert torch.equal(resize_image(picture(20, 30), side=30), picture(20, 30))


def test_resizing_there_and_back_gives_the_picture_again(picture: Callable[..., Tensor]) -> None:
    smooth = resize_image(picture(8, 12), side=48)
    back = resize_image(resize_image(smooth, side=96), side=48)
    assert (back - smooth).abs().max() < 0.03


def test_making_a_picture_small_averages_instead_of_skipping() -> None:
    stripes = torch.zeros(3, 64, 64)
    stripes[:, :, ::4] = 1
    assert (resize_image(stripes, side=16) - 0.25).abs().max() < 0.1


@pytest.mark.parametrize("size, made", [((1, 1), (16, 16)), ((1, 500), (1, 16)), ((500, 1), (16, 1))])
def test_the_thinnest_picture_keeps_a_pixel(size: tuple[int, int], made: tuple[int, int]) -> None:
    assert resize_image(torch.rand(3, *size), side=16).shape == (3, *made)


def test_a_side_that_would_get_far_too_long_is_refused() -> None:
    with pytest.raises(InputError, match=r"^the picture would be 409600 x 8192 pixels; choose a smaller"):
        resize_image(torch.rand(3, 10, 500), side=8192, measure="height")


def test_noise_of_one_seed_is_one_picture() -> None:
    first = noise(width=20, height=16, seed=7)
    assert first.shape == (3, 16, 20)
    assert torch.equal(noise(width=20, height=16, seed=7), first)
    assert not torch.equal(noise(width=20, height=16, seed=8), first)
    assert torch.equal(noise(torch.zeros(3, 16, 20), width=99, height=99, seed=7), first)


def test_noise_lies_around_middle_grey_and_reaches_as_far_as_its_contrast() -> None:
    made = noise(width=100, height=100, contrast=0.4, seed=2**32 - 1)
    assert 0.3 <= made.min() < 0.301 and 0.699 < made.max() <= 0.7
    assert made.mean().item() == pytest.approx(0.5, abs=0.01)
    assert torch.equal(noise(width=20, height=16, contrast=0.0), torch.full((3, 16, 20), 0.5))


def test_a_picture_goes_to_pillow_and_back_unchanged(photo: Picture.Image) -> None:
    assert np.array_equal(np.asarray(to_picture(to_image(photo))), np.asarray(photo))


def test_values_outside_of_0_to_1_are_clipped_when_a_picture_is_shown() -> None:
    image = torch.tensor([-1.0, 0.5, 2.0]).reshape(1, 1, 3).expand(3, 1, 3).requires_grad_()
    assert np.asarray(to_picture(image)).tolist() == [[[0] * 3, [128] * 3, [255] * 3]]


def test_a_mask_is_shown_in_grey() -> None:
    shown = to_picture(torch.tensor([[[0.0, 1.0]]]))
    assert shown.mode == "L" and np.asarray(shown).tolist() == [[0, 255]]
