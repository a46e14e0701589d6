"""The page's files: what is handed out, with which headers, and that it is nothing else."""

import gzip
import shutil
import socket
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
from capriccio.server.serve import PAGE
from capriccio.server.site import TYPES, UNMADE, Site, answer
from websockets.datastructures import Headers
from websockets.http11 import Response

from .conftest import Serving, Talk
from .test_client import opened
from .test_serve import Reply, exchange, request

ROOT = Path(__file__).parents[2]
GUARDED = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A page beside something that is none of it."""
    page = tmp_path / "page"
    (page / "assets").mkdir(parents=True)
    (page / "index.html").write_text("<!doctype html>")
    (page / "assets" / "editor.js").write_text("let a = 1;\n" * 100)
    (page / "assets" / "words.json").write_text("{}")
    (page / "picture.png").write_bytes(b"\x89PNG")
    (page / "secret.py").write_text("secret")
    (page / ".hidden").write_text("secret")
    (page / ".sources").write_text("secret")
    (tmp_path / "outside.html").write_text("secret")
    return page


def got(site: Site, path: str, *headers: tuple[str, str]) -> Response:
    return site.answer(path, Headers(headers))


def test_a_file_goes_by_its_path_and_has_its_type(folder: Path) -> None:
    site = Site(folder)
    script = got(site, "/assets/editor.js")
    assert (script.status_code, script.body) == (200, b"let a = 1;\n" * 100)
    assert script.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert script.headers["Content-Length"] == str(len(script.body))
    assert got(site, "/picture.png").headers["Content-Type"] == "image/png"
    assert got(site, "/assets/words.json").headers["Content-Type"] == "application/json"
    for path in ("/", "/index.html", "/?a=b"):
        assert got(site, path).body == b"<!doctype html>"


@pytest.mark.parametrize(
    "path",
    [
        *("/secret.py", "/.hidden", "/.sources", "/assets", "/assets/"),
        *("/../outside.html", "/outside.html", "", "*"),
    ],
)
def test_what_is_no_file_of_the_page_is_not_found(folder: Path, path: str) -> None:
    missing = got(Site(folder), path)
    assert (missing.status_code, missing.body) == (404, b"there is nothing here\n")


def test_a_file_is_as_it_was_when_the_server_started(folder: Path) -> None:
    site = Site(folder)
    (folder / "index.html").write_text("changed")
    (folder / "late.html").write_text("late")
    assert got(site, "/").body == b"<!doctype html>"
    assert got(site, "/late.html").status_code == 404


def test_a_file_that_a_browser_has_is_not_sent_again(folder: Path) -> None:
    site = Site(folder)
    etag = got(site, "/").headers["ETag"]
    for known in (etag, f'"other", {etag}', f'{etag}, W/"x"'):
        again = got(site, "/", ("If-None-Match", known))
        assert (again.status_code, again.body, again.headers["ETag"]) == (304, b"", etag)
    assert got(site, "/", ("If-None-Match", '"other"')).status_code == 200
    twice = got(site, "/", ("If-None-Match", '"other"'), ("If-None-Match", etag))
    assert twice.status_code == 304
    assert got(site, "/assets/editor.js").headers["ETag"] != etag


@pytest.mark.parametrize("accepted", ["gzip", "deflate, gzip;q=0.5, br", "br,gzip"])
def test_a_file_is_sent_compressed_to_who_takes_that(folder: Path, accepted: str) -> None:
    site = Site(folder)
    plain, zipped = (
        got(site, "/assets/editor.js"),
        got(site, "/assets/editor.js", ("Accept-Encoding", accepted)),
    )
    assert gzip.decompress(zipped.body) == plain.body
    assert len(zipped.body) < len(plain.body) / 4
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert zipped.headers["Content-Length"] == str(len(zipped.body))
    assert plain.headers["Vary"] == zipped.headers["Vary"] == "Accept-Encoding"
    assert "Content-Encoding" not in plain.headers
    assert got(site, "/", ("Accept-Encoding", "br"), ("Accept-Encoding", "gzip")).status_code == 200


def test_only_files_whose_names_tell_their_content_are_kept_without_asking(folder: Path) -> None:
    site = Site(folder)
    for path in ("/", "/index.html", "/picture.png", "/?a=/assets/editor.js"):
        assert got(site, path).headers["Cache-Control"] == "no-cache"
    for path in ("/assets/editor.js", "/assets/words.json?a"):
        assert got(site, path).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Cache-Control" not in got(site, "/assets/none.js").headers


def test_every_answer_is_guarded(folder: Path) -> None:
    site = Site(folder)
    etag = got(site, "/").headers["ETag"]
    answers = [got(site, "/"), got(site, "/none"), got(site, "/", ("If-None-Match", etag))]
    for each in [*answers, answer(HTTPStatus.FORBIDDEN, "no", Allow="GET")]:
        assert {name: each.headers[name] for name in GUARDED} == GUARDED


def test_the_revision_is_another_when_any_file_is(folder: Path) -> None:
    first = Site(folder).revision
    assert Site(folder).revision == first
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n")
    second = Site(folder).revision
    (folder / "picture.png").rename(folder / "image.png")
    assert len({first, second, Site(folder).revision}) == 3


def test_where_no_page_is_made_that_is_said(tmp_path: Path) -> None:
    site = Site(tmp_path / "none")
    for path in ("/", "/?a"):
        told = got(site, path)
        assert (told.status_code, told.body.decode()) == (503, f"{UNMADE}\n")
        assert told.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert got(site, "/index.html").status_code == got(site, "/assets/editor.js").status_code == 404
    assert site.revision


def test_a_server_without_a_page_says_so_and_talks(serve: Callable[..., Serving], tmp_path: Path) -> None:
    installed = tmp_path / "installed" / "capriccio"
    for name in ("core", "plugins", "server", "graphs"):
        shutil.copytree(
            ROOT / name, installed / name, ignore=shutil.ignore_patterns("editor*", "__pycache__")
        )
    for name in ("__init__.py", "__main__.py"):
        shutil.copy(ROOT / name, installed)
    server = serve(PYTHONPATH=str(installed.parent))
    assert (server.folder / "stderr").read_text() == f"{UNMADE}\n"
    page = fetched(server.port, "/")
    assert (page.status, page.body.decode(), page.is_guarded) == (503, f"{UNMADE}\n", True)
    with server.talk() as talk:
        assert talk.welcome["type"] == "welcome"
    assert server.stop() == 0


# The page itself, over a socket.


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with opened(tmp_path_factory.mktemp("opened")) as port:
        yield port


def fetched(port: int, path: str, *headers: tuple[str, str]) -> Reply:
    return exchange(port, request(port, f"GET {path} HTTP/1.1", *headers))


def test_the_page_is_there_with_all_that_it_asks_for(port: int) -> None:
    page = fetched(port, "/")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.is_guarded
    for path in PAGE.rglob("*"):
        if path.suffix in TYPES:
            file = fetched(port, "/" + path.relative_to(PAGE).as_posix())
            assert (file.status, file.body) == (200, path.read_bytes())
            assert file.headers["content-type"] == TYPES[path.suffix]
            assert file.is_guarded
    assert b"<script>" not in page.body and b"style=" not in page.body  # which its policy forbids


def test_the_page_knows_which_revision_the_server_hands_out(port: int) -> None:
    with Talk(port) as talk:
        assert talk.welcome["page"] == Site(PAGE).revision


def test_headers_that_come_twice_are_taken_together(port: int) -> None:
    etag = fetched(port, "/").headers["etag"]
    assert fetched(port, "/", ("If-None-Match", '"a"'), ("If-None-Match", etag)).status == 304
    assert fetched(port, "/", ("Accept-Encoding", "br"), ("Accept-Encoding", "gzip")).status == 200


def test_many_files_are_fetched_at_once(port: int) -> None:
    lines = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(50)]
    for line in lines:
        line.sendall(request(port, "GET / HTTP/1.1"))
    assert [line.recv(12) for line in lines] == [b"HTTP/1.1 200"] * 50
    for line in lines:
        line.close()


PATHS = [
    *("/../serve.py", "/../../pyproject.toml", "/../../../../../../etc/passwd", "/..", "/../", "/.", "/./"),
    *(
        "/./index.html",
        "/../editor_dist/index.html",
        "/icon.svg/..",
        "/icon.svg/../icon.svg",
        "/x/../index.html",
    ),
    *("/%2e%2e/serve.py", "/%2e%2e%2fserve.py", "/..%2fserve.py", "/%2E%2E/serve.py", "/%252e%252e/serve.py"),
    *("/..%5cserve.py", "/..\\serve.py", "\\..\\serve.py", "/..%c0%afserve.py", "/%c0%ae%c0%ae/serve.py"),
    *("/%uff0e%uff0e/serve.py", "/..;/serve.py", "/..../serve.py", "/.../serve.py", "/....//serve.py"),
    *(
        "//",
        "//etc/passwd",
        "///etc/passwd",
        "//evil.example/",
        "//index.html",
        "/index.html/",
        "/icon.svg//",
    ),
    *("/etc/passwd", "/proc/self/environ", str(PAGE.parent / "serve.py"), "file:///etc/passwd", "etc/passwd"),
    *("C:\\windows\\win.ini", "/C:/windows/win.ini", "http://evil.example/", "http://127.0.0.1:PORT/", "*"),
    *(
        "/\0",
        "/index.html\0",
        "/index.html\0.png",
        "/%00",
        "/index.html%00.png",
        "/icon.svg%00",
        "/index.html%20",
    ),
    *(
        "/serve.py",
        "/__init__.py",
        "/server/serve.py",
        "/.git/config",
        "/.env",
        "/.sources",
        "/state/records.sqlite",
    ),
    *(
        "/editor_dist",
        "/editor_dist/",
        "/editor_dist/index.html",
        "/INDEX.HTML",
        "/Icon.svg",
        "/index.htm",
        "/index.html.",
        "/index",
    ),
    *(
        "/index.html;a",
        "/index.html#a",
        "/icon.svg:a",
        "/icon.svg::$DATA",
        "/~root/",
        "/icon.svg~",
        "/icon.svg.bak",
    ),
    *("/ws/../index.html", "/ws/..", "/ws%2f", "/ws;", "/WS", "/ws#", "/ws/index.html", "//ws", "/./ws"),
    *("/" + "a" * 8000, "/" + "../" * 2600 + "etc/passwd", "/" + "%2e%2e/" * 1000, "/" + "a/" * 4000),
    *("/?/../serve.py", "/?file=../serve.py", "/?\0", "/?" + "a" * 8000, "/index.html?../../etc/passwd"),
]


def test_no_path_leads_to_anything_but_the_pages_own_files(port: int) -> None:
    assert len(PATHS) >= 60
    own = {path.read_bytes() for path in PAGE.rglob("*") if path.suffix in TYPES}
    served = []
    for path in PATHS:
        found = exchange(port, request(port, f"GET {path} HTTP/1.1"))
        assert found.status in (0, 200, 404), path[:40]
        assert found.body in own if found.status == 200 else b"import" not in found.body
        if found.status == 200:
            served.append(path)
    assert all(path.partition("?")[0] in ("/", "/index.html") for path in served), served
    assert fetched(port, "/").status == 200
