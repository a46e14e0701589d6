"""Pictures are made small as people see them, and once."""

import os
import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from capriccio.server import thumbnails as module
from capriccio.server.refusal import Refusal
from capriccio.server.thumbnails import Thumbnails
from PIL import Image as Picture


@pytest.fixture
def thumbnails() -> Thumbnails:
    return Thumbnails()


def seen(data: bytes) -> Picture.Image:
    picture = Picture.open(BytesIO(data))
    assert (picture.format, picture.mode) == ("JPEG", "RGB")
    return picture


def near(picture: Picture.Image, place: tuple[int, int], color: tuple[int, int, int]) -> bool:
    found = picture.getpixel(place)
    assert isinstance(found, tuple)
    return all(abs(a - b) < 12 for a, b in zip(found, color, strict=True))


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize(
    ("size", "small"), [((600, 300), (128, 64)), ((50, 400), (16, 128)), ((30, 20), (30, 20))]
)
def test_no_side_is_longer_than_asked_for(
    thumbnails: Thumbnails, tmp_path: Path, format: str, size: tuple[int, int], small: tuple[int, int]
) -> None:
    file = tmp_path / f"a.{format.lower()}"
    Picture.new("RGB", size, (200, 100, 50)).save(file, format)
    picture = seen(thumbnails.of(file, 128))
    assert picture.size == small
    assert near(picture, (5, 5), (200, 100, 50))


def test_a_picture_is_shown_upright_and_without_holes(thumbnails: Thumbnails, tmp_path: Path) -> None:
    exif = Picture.Exif()
    exif[0x0112] = 6
    Picture.new("RGB", (400, 200), (200, 100, 50)).save(tmp_path / "turned.jpg", exif=exif)
    assert seen(thumbnails.of(tmp_path / "turned.jpg", 100)).size == (50, 100)
    Picture.new("RGBA", (400, 200), (200, 100, 50, 0)).save(tmp_path / "holes.png")
    assert near(seen(thumbnails.of(tmp_path / "holes.png", 100)), (5, 5), (255, 255, 255))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_pictures_of_all_modes_are_shown(thumbnails: Thumbnails, tmp_path: Path, mode: str) -> None:
    file = tmp_path / ("a.jpg" if mode == "CMYK" else "a.png")
    Picture.new(mode, (300, 200)).save(file)
    assert seen(thumbnails.of(file, 100)).size == (100, 67)


def test_what_was_made_is_not_made_again_until_the_file_changes(
    thumbnails: Thumbnails, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.png"
    Picture.new("RGB", (300, 200), (200, 100, 50)).save(file)
    first = thumbnails.of(file, 100)
    facts = file.stat()
    assert thumbnails.of(file, 100) is first
    assert thumbnails.of(file, 50) != first
    Picture.new("RGB", (300, 200), (50, 100, 200)).save(file)
    os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns + 1))
    assert near(seen(thumbnails.of(file, 100)), (5, 5), (50, 100, 200))


def test_only_so_many_are_remembered(
    thumbnails: Thumbnails, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Picture.new("RGB", (300, 200)).save(tmp_path / "a.png")
    Picture.new("RGB", (300, 200)).save(tmp_path / "b.png")
    first = thumbnails.of(tmp_path / "a.png", 100)
    monkeypatch.setattr(module, "ROOM", len(first) + 1)
    thumbnails.of(tmp_path / "b.png", 100)
    assert thumbnails.of(tmp_path / "a.png", 100) is not first


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_decoded(
    thumbnails: Thumbnails, tmp_path: Path
) -> None:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    (tmp_path / "bomb.png").write_bytes(bomb)
    with pytest.raises(Refusal, match=r"^bomb\.png has too many pixels to be safe; use a smaller picture$"):
        thumbnails.of(tmp_path / "bomb.png", 128)


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_refused(thumbnails: Thumbnails, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.png").write_bytes(data)
    said = r"^a\.png is no picture that can be read; use a PNG, JPEG or WebP file$"
    with pytest.raises(Refusal, match=said):
        thumbnails.of(tmp_path / "a.png", 128)


def test_no_link_is_followed(thumbnails: Thumbnails, tmp_path: Path) -> None:
    Picture.new("RGB", (30, 20)).save(tmp_path / "a.png")
    (tmp_path / "b.png").symlink_to(tmp_path / "a.png")
    with pytest.raises(OSError):
        thumbnails.of(tmp_path / "b.png", 128)
