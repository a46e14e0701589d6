"""The page's files, held in memory and served by GET."""

import gzip
import hashlib
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from websockets.datastructures import Headers
from websockets.http11 import Response

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
SAFETY = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Headers of every answer: the page runs its own scripts only, and nothing frames it.

Pictures may also be blobs, which the page makes of what comes over its socket.
"""
NAMED = "/assets/"
"""Below this, the name of a file holds a digest of it: what a browser has by that name stays right."""
UNMADE = (
    "the editor's page was left out of this installation: install again without PAGE_SKIP, or, in a clone, "
    "run: make page. Other clients can connect all the same."
)


@dataclass(frozen=True)
class Asset:
    """One file."""

    type: str
    data: bytes
    zipped: bytes
    etag: str


class Site:
    """All files below a folder, as they were when the server started."""

    def __init__(self, folder: Path) -> None:
        self._assets = {
            "/" + path.relative_to(folder).as_posix(): _asset(path)
            for path in sorted(folder.rglob("*"))
            if path.suffix in TYPES and path.is_file()
        }
        if "/index.html" in self._assets:
            self._assets["/"] = self._assets["/index.html"]

    @property
    def revision(self) -> str:
        """A name for all these files: another one, if any of them differs."""
        told = "".join(f"{path} {asset.etag}\n" for path, asset in self._assets.items())
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def answer(self, path: str, headers: Headers) -> Response:
        """The file of this path, or 404; 503 for a page that is not made."""
        path = path.partition("?")[0]
        asset = self._assets.get(path)
        if asset is None:
            if path == "/":
                return answer(HTTPStatus.SERVICE_UNAVAILABLE, UNMADE)
            return answer(HTTPStatus.NOT_FOUND, "there is nothing here")
        if asset.etag in _listed(headers, "If-None-Match"):
            return answer(HTTPStatus.NOT_MODIFIED, "", ETag=asset.etag)
        zipped = "gzip" in _listed(headers, "Accept-Encoding")
        keep = "public, max-age=31536000, immutable" if path.startswith(NAMED) else "no-cache"
        more = {"ETag": asset.etag, "Cache-Control": keep, "Vary": "Accept-Encoding"}
        if zipped:
            more["Content-Encoding"] = "gzip"
        return _response(HTTPStatus.OK, asset.type, asset.zipped if zipped else asset.data, more)


def answer(status: HTTPStatus, text: str, **more: str) -> Response:
    """A short answer in plain text."""
    return _response(status, "text/plain; charset=utf-8", f"{text}\n".encode() if text else b"", more)


def _response(status: HTTPStatus, type: str, body: bytes, more: dict[str, str]) -> Response:
    headers = Headers({"Content-Type": type, "Content-Length": str(len(body)), "Connection": "close"})
    headers.update(SAFETY | more)
    return Response(status.value, status.phrase, headers, body)


def _listed(headers: Headers, name: str) -> set[str]:
    """The values of a header that may come more than once, without their weights."""
    return {value.partition(";")[0].strip() for line in headers.get_all(name) for value in line.split(",")}


def _asset(path: Path) -> Asset:
    data = path.read_bytes()
    etag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    return Asset(TYPES[path.suffix], data, gzip.compress(data, mtime=0), etag)
