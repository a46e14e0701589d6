"""Pictures and graphs arrive in chunks and are kept, or leave nothing behind."""

import hashlib
import os
import resource
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Literal

import pytest
from capriccio.core import Graph, Placed, Workspace, graphfile
from capriccio.server import wire
from capriccio.server.library import Library
from capriccio.server.refusal import Refusal
from capriccio.server.uploads import Uploads
from PIL import Image as Picture

from .test_library import ATTACKS, tree

GRAPH = Graph({"noise": Placed("capriccio.Noise", {"width": 32})})


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library", tmp_path / "gallery")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "uploads"


@pytest.fixture
def uploads(library: Library, folder: Path) -> Iterator[Uploads]:
    with closing(Uploads(library, folder)) as made:
        yield made


def picture(format: str = "PNG", size: tuple[int, int] = (20, 10), **options: object) -> bytes:
    file = BytesIO()
    Picture.effect_noise(size, 50).convert("RGB").save(file, format, **options)
    return file.getvalue()


def asked(data: bytes, name: str = "dog", kind: Literal["picture", "graph"] = "picture") -> wire.BeginUpload:
    return wire.BeginUpload(kind=kind, name=name, size=len(data), sha256=hashlib.sha256(data).hexdigest())


def send(uploads: Uploads, number: int, data: bytes, size: int = wire.CHUNK) -> None:
    for offset in range(0, len(data), size):
        uploads.chunk(wire.UploadChunk(number, offset), memoryview(data)[offset : offset + size])


def upload(
    uploads: Uploads, data: bytes, name: str = "dog", kind: Literal["picture", "graph"] = "picture"
) -> wire.Uploaded:
    number = uploads.begin(asked(data, name, kind)).upload
    send(uploads, number, data)
    return uploads.end(wire.EndUpload(upload=number))


@pytest.mark.parametrize(("format", "suffix"), [("PNG", "png"), ("JPEG", "jpg"), ("WEBP", "webp")])
def test_a_picture_is_kept_by_what_it_is(
    uploads: Uploads, library: Library, folder: Path, format: str, suffix: str
) -> None:
    data = picture(format)
    assert upload(uploads, data) == wire.Uploaded(file=f"pictures/dog.{suffix}", width=20, height=10)
    assert Workspace(folders=library.folders).find(f"pictures/dog.{suffix}").read_bytes() == data
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_as_wide_as_it_is_shown(uploads: Uploads, format: str) -> None:
    exif = Picture.Exif()
    exif[0x0112] = 6
    made = upload(uploads, picture(format, exif=exif))
    assert (made.width, made.height) == (10, 20)


def test_a_picture_takes_no_name_that_is_taken(uploads: Uploads) -> None:
    assert upload(uploads, picture()).file == "pictures/dog.png"
    assert upload(uploads, picture()).file == "pictures/dog 2.png"


def test_an_upload_comes_in_many_chunks(uploads: Uploads, library: Library) -> None:
    data = picture(size=(400, 400))
    number = uploads.begin(asked(data)).upload
    send(uploads, number, data, 1000)
    file = uploads.end(wire.EndUpload(upload=number)).file
    assert Workspace(folders=library.folders).find(file).read_bytes() == data


def test_a_graph_is_kept_under_a_name_that_is_free(uploads: Uploads, library: Library) -> None:
    data = graphfile.dump(GRAPH).encode()
    assert upload(uploads, data, "new", "graph") == wire.Uploaded(graph="new")
    assert upload(uploads, data, "new", "graph") == wire.Uploaded(graph="new 2")
    assert library.load("new 2") == GRAPH


def test_a_picture_may_carry_a_graph(uploads: Uploads, library: Library) -> None:
    data = graphfile.png(Picture.new("RGB", (4, 4)), GRAPH)
    assert upload(uploads, data, "carried", "graph").graph == "carried"
    assert library.load("carried") == GRAPH


def test_what_holds_no_graph_is_refused_and_dropped(uploads: Uploads, library: Library, folder: Path) -> None:
    for data in (b"{}", picture(), picture("JPEG"), b"\x89PNG\r\n\x1a\n", b"\0" * 100, b'{"a":' * 1000):
        with pytest.raises(Refusal, match=r"^new: it is") as refused:
            upload(uploads, data, "new", "graph")
        assert "upload-" not in str(refused.value)
    assert library.graphs() == []
    assert list(folder.iterdir()) == []


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int) -> bytes:
    """A small file that says it were a large picture."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(
    "data",
    [
        b"no picture",
        b"GIF89a" + b"\0" * 50,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%!PS-Adobe-3.0 EPSF-3.0",
        graphfile.dump(GRAPH).encode(),
        picture("GIF"),
        picture("BMP"),
        picture("TIFF"),
        picture()[:-20],
        picture()[:60],
        picture()[:100] + b"\xff" + picture()[101:],
        picture("WEBP")[:40],
        picture("JPEG")[:20],
        b"\x89PNG\r\n\x1a\n" + b"\xff" * 100,
        b"\xff\xd8\xff" + b"\xff" * 100,
        b"RIFF\xff\xff\xff\xffWEBPVP8 " + b"\xff" * 100,
        png(0, 0),
    ],
    ids=lambda data: ascii(data[:12]),
)
def test_what_is_no_picture_is_refused_and_dropped(
    uploads: Uploads, tmp_path: Path, folder: Path, data: bytes
) -> None:
    with pytest.raises(Refusal, match="dog is no picture that can be read; send a PNG, JPEG or WebP file"):
        upload(uploads, data)
    assert not (tmp_path / "library").exists()
    assert list(folder.iterdir()) == []


def test_a_picture_with_too_many_pixels_is_refused(uploads: Uploads) -> None:
    with pytest.raises(Refusal, match="too many pixels to be safe"):
        upload(uploads, png(60_000, 60_000))


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_large_picture_is_kept_without_decoding_it(uploads: Uploads) -> None:
    assert upload(uploads, png(17_800, 10_000)).width == 17_800
    with pytest.raises(Refusal, match="17801 x 10000 pixels; use a picture of at most 178 Mpx"):
        upload(uploads, png(17_801, 10_000))


def test_chunks_come_in_order(uploads: Uploads) -> None:
    data = picture()
    number = uploads.begin(asked(data)).upload
    send(uploads, number, data[:100])
    for offset in (0, 99, 101, 2**50):
        with pytest.raises(Refusal, match=f"a chunk at {offset} came where 100 is next; send that"):
            uploads.chunk(wire.UploadChunk(number, offset), memoryview(b"x"))
    uploads.chunk(wire.UploadChunk(number, 100), memoryview(data)[100:])
    assert uploads.end(wire.EndUpload(upload=number)).file


def test_chunks_are_small_and_no_more_comes_than_was_announced(uploads: Uploads) -> None:
    data = os.urandom(wire.CHUNK + 10)
    number = uploads.begin(asked(data)).upload
    with pytest.raises(Refusal, match="a chunk of 262,154 bytes; send at most 262,144"):
        uploads.chunk(wire.UploadChunk(number, 0), memoryview(data))
    send(uploads, number, data[: wire.CHUNK])
    with pytest.raises(Refusal, match="more than the 262,154 bytes that were announced"):
        uploads.chunk(wire.UploadChunk(number, wire.CHUNK), memoryview(data)[:11])


def test_an_upload_that_is_ended_early_or_grows_too_long_makes_room_for_others(uploads: Uploads) -> None:
    data = picture()
    for _ in range(3):
        early, long = (uploads.begin(asked(data)).upload for _ in range(2))
        send(uploads, early, data[:50])
        with pytest.raises(Refusal, match=r"dog: ended when 50 of .* bytes had come; begin again"):
            uploads.end(wire.EndUpload(upload=early))
        send(uploads, long, data)
        with pytest.raises(Refusal, match="that were announced; begin again"):
            uploads.chunk(wire.UploadChunk(long, len(data)), memoryview(b"x"))


def test_an_upload_that_was_changed_on_its_way_is_dropped(
    uploads: Uploads, tmp_path: Path, folder: Path
) -> None:
    data = picture()
    number = uploads.begin(asked(data)).upload
    send(uploads, number, data[:-1] + b"x")
    with pytest.raises(Refusal, match="dog has not arrived as it was sent"):
        uploads.end(wire.EndUpload(upload=number))
    with pytest.raises(Refusal, match=f"there is no upload {number}; begin one"):
        uploads.end(wire.EndUpload(upload=number))
    assert sorted(tree(tmp_path)) == ["uploads"]
    assert list(folder.iterdir()) == []


def test_two_uploads_may_be_open_and_only_so_many_bytes(uploads: Uploads) -> None:
    def begin(size: int) -> int:
        request = wire.BeginUpload(kind="picture", name="dog", size=size, sha256="0" * 64)
        return uploads.begin(request).upload

    assert begin(wire.UPLOAD - 10) != begin(10)
    with pytest.raises(Refusal, match="2 uploads are open; end one first"):
        begin(1)
    uploads.close()
    begin(wire.UPLOAD - 10)
    with pytest.raises(Refusal, match="uploads of more than 67,108,864 bytes at once"):
        begin(11)
    for size in (0, -1, wire.UPLOAD + 1):
        with pytest.raises(Refusal, match="send 1 to 67,108,864"):
            begin(size)


@pytest.mark.parametrize("use", ["chunk", "end"])
def test_an_upload_that_was_not_begun_is_refused(uploads: Uploads, use: str) -> None:
    attempts: dict[str, Callable[[], object]] = {
        "chunk": lambda: uploads.chunk(wire.UploadChunk(7, 0), memoryview(b"x")),
        "end": lambda: uploads.end(wire.EndUpload(upload=7)),
    }
    with pytest.raises(Refusal, match="there is no upload 7; begin one"):
        attempts[use]()


def test_connections_do_not_see_each_others_uploads(library: Library, folder: Path) -> None:
    with closing(Uploads(library, folder)) as one, closing(Uploads(library, folder)) as other:
        first = one.begin(asked(picture()))
        with pytest.raises(Refusal, match="there is no upload"):
            other.end(wire.EndUpload(upload=first.upload))


def test_closing_removes_what_is_not_finished(uploads: Uploads, folder: Path) -> None:
    number = uploads.begin(asked(picture())).upload
    uploads.begin(asked(picture()))
    send(uploads, number, picture()[:10])
    assert len(list(folder.iterdir())) == 2
    uploads.close()
    uploads.close()
    assert list(folder.iterdir()) == []


def test_only_its_owner_may_read_an_upload(uploads: Uploads, folder: Path) -> None:
    uploads.begin(asked(picture()))
    (file,) = folder.iterdir()
    assert (file.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)


def test_what_a_dead_server_left_is_swept_away_after_a_day(
    uploads: Uploads, folder: Path, tmp_path: Path
) -> None:
    Uploads.sweep(folder)
    assert not folder.exists()
    for _ in range(2):
        uploads.begin(asked(picture()))
    old, new = folder.iterdir()
    (folder / "other").write_text("somebody else's")
    (tmp_path / "outside").write_text("x")
    (folder / "upload-link").symlink_to(tmp_path / "outside")
    long_ago = time.time() - 25 * 3600
    for path in (old, folder / "other", tmp_path / "outside"):
        os.utime(path, (long_ago, long_ago))
    os.utime(folder / "upload-link", (long_ago, long_ago), follow_symlinks=False)
    Uploads.sweep(folder)
    assert sorted(folder.iterdir()) == sorted([new, folder / "other", folder / "upload-link"])
    assert (tmp_path / "outside").exists()


@pytest.mark.parametrize("name", ATTACKS, ids=lambda name: ascii(name[:20]))
def test_no_upload_is_begun_under_a_name_that_is_none(uploads: Uploads, tmp_path: Path, name: str) -> None:
    for request in (asked(b"x", name, "picture"), asked(b"x", name, "graph")):
        with pytest.raises(Refusal):
            uploads.begin(request)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_used_is_told(library: Library, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(Refusal, match=r"dog cannot be kept: (Not a directory|File exists); see to the disk"):
        Uploads(library, tmp_path / "file").begin(asked(picture()))


def test_a_full_disk_leaves_the_upload_as_it_was(uploads: Uploads, folder: Path) -> None:
    data = picture(size=(100, 100))
    number = uploads.begin(asked(data)).upload
    send(uploads, number, data[:1000])
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1500, before[1]))
    try:
        with pytest.raises(Refusal, match="dog cannot be kept: File too large; see to the disk"):
            uploads.chunk(wire.UploadChunk(number, 1000), memoryview(data)[1000:])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [file.stat().st_size for file in folder.iterdir()] == [1000]
    uploads.chunk(wire.UploadChunk(number, 1000), memoryview(data)[1000:])
    assert uploads.end(wire.EndUpload(upload=number)).width == 100
