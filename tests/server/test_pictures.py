"""Who wants to look at pictures gets those that there are, and nothing else of the disk."""

from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
from capriccio.core import Graph, save
from capriccio.server import fetching, wire
from capriccio.server.album import Album
from capriccio.server.covers import Covers
from capriccio.server.library import Library
from capriccio.server.pictures import Pictures
from capriccio.server.refusal import Refusal
from PIL import Image as Picture

from .test_album import keep, made
from .test_library import ATTACKS


@pytest.fixture
def library(tmp_path: Path) -> Library:
    for folder in ("library/pictures", "gallery/images", "gallery/covers"):
        (tmp_path / folder).mkdir(parents=True)
    return Library(tmp_path / "library", tmp_path / "gallery")


@pytest.fixture
def album(tmp_path: Path) -> Iterator[Album]:
    with closing(Album(tmp_path / "results.sqlite", tmp_path / "results")) as album:
        yield album


@pytest.fixture
def pictures(library: Library, album: Album) -> Pictures:
    return Pictures(library, album, Covers(library, album))


def read(parcel: fetching.Parcel) -> bytes:
    with parcel.file as file:
        return file.read()


def size(data: bytes) -> tuple[int, int]:
    with Picture.open(BytesIO(data)) as picture:
        return picture.size


def test_a_picture_comes_as_it_is_or_small(pictures: Pictures, tmp_path: Path) -> None:
    Picture.new("RGB", (1000, 500)).save(tmp_path / "library" / "pictures" / "dog.png")
    whole = pictures.get(wire.GetPicture(file="pictures/dog.png"))
    assert (whole.media_type, whole.name) == ("image/png", "dog.png")
    assert read(whole) == (tmp_path / "library" / "pictures" / "dog.png").read_bytes()
    small = pictures.get(wire.GetPicture(file="pictures/dog.png", width=200))
    assert (small.media_type, small.name, size(read(small))) == ("image/jpeg", "dog.jpg", (256, 128))


def test_of_two_pictures_of_one_name_the_librarys_is_meant(pictures: Pictures, tmp_path: Path) -> None:
    for number, folder in enumerate(("library", "gallery"), 1):
        (tmp_path / folder / "images").mkdir(exist_ok=True)
        Picture.new("RGB", (number, 9)).save(tmp_path / folder / "images" / "dog.png")
    assert size(read(pictures.get(wire.GetPicture(file="images/dog.png")))) == (1, 9)


def test_a_large_picture_is_not_held_in_memory(
    pictures: Pictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "IN_MEMORY", 100)
    Picture.new("RGB", (200, 100)).save(tmp_path / "library" / "pictures" / "dog.png")
    parcel = pictures.get(wire.GetPicture(file="pictures/dog.png"))
    (tmp_path / "library" / "pictures" / "dog.png").unlink()  # which disturbs nobody who has it already
    assert not isinstance(parcel.file, BytesIO)
    assert size(read(parcel)) == (200, 100)


@pytest.mark.parametrize(
    "name", [*ATTACKS, "dog.png", "pictures/../../secret.png", "covers/shown.jpg", "state/a.png"]
)
def test_nothing_but_pictures_can_be_had(pictures: Pictures, tmp_path: Path, name: str) -> None:
    Picture.new("RGB", (2, 2)).save(tmp_path / "secret.png")
    Picture.new("RGB", (2, 2)).save(tmp_path / "gallery" / "covers" / "shown.jpg")
    (tmp_path / "library" / "pictures" / "link.png").symlink_to(tmp_path / "secret.png")
    for file in (name, f"pictures/{name}", "pictures/link.png"):
        for width in (None, 200):
            with pytest.raises(Refusal, match="there is no picture"):
                pictures.get(wire.GetPicture(file=file, width=width))


def test_a_graph_of_the_gallery_has_its_own_cover_until_it_is_somebodys_own(
    pictures: Pictures, album: Album, library: Library, tmp_path: Path
) -> None:
    save(Graph(), tmp_path / "gallery" / "shown.json")
    Picture.new("RGB", (640, 400)).save(tmp_path / "gallery" / "covers" / "shown.jpg")
    Picture.new("RGB", (640, 400)).save(tmp_path / "gallery" / "covers" / "stray.jpg")
    covers = Covers(library, album)
    keep(album, made(1, "shown"))
    cover = pictures.get(wire.GetCover(graph="shown"))
    assert (cover.media_type, cover.name, size(read(cover))) == ("image/jpeg", "shown.jpg", (320, 200))
    assert covers.names() == {"shown"}
    library.save("shown", Graph(), False)
    assert read(pictures.get(wire.GetCover(graph="shown"))) == b"small 1"


def test_the_cover_of_any_other_graph_is_its_newest_result(
    pictures: Pictures, album: Album, library: Library
) -> None:
    library.save("lake", Graph(), False)
    with pytest.raises(Refusal, match="there is no picture of lake yet; run it, and its result will be one"):
        pictures.get(wire.GetCover(graph="lake"))
    keep(album, made(1))
    keep(album, made(2))
    assert read(pictures.get(wire.GetCover(graph="lake"))) == b"small 2"
    with pytest.raises(Refusal, match="there is no graph nowhere"):
        pictures.get(wire.GetCover(graph="nowhere"))


def test_a_result_comes_small_or_as_it_was_made(pictures: Pictures, album: Album) -> None:
    kept = album.keep(made(1), BytesIO(b"a PNG"))
    assert kept
    number = kept.info.result
    for width, data, name in (
        (64, b"small 1", f"lake_noise_{number}.jpg"),
        (256, b"small 1", f"lake_noise_{number}.jpg"),
        (257, b"a PNG", f"lake_noise_{number}.png"),
        (None, b"a PNG", f"lake_noise_{number}.png"),
    ):
        parcel = pictures.get(wire.GetResult(result=number, width=width))
        assert (parcel.name, read(parcel)) == (name, data)
    with pytest.raises(Refusal, match="there is no result 99, or not any more; choose another"):
        pictures.get(wire.GetResult(result=99))
    album.file(number).path.unlink()
    with pytest.raises(
        Refusal, match="the picture cannot be read: No such file or directory; see that its file"
    ):
        pictures.get(wire.GetResult(result=number))
