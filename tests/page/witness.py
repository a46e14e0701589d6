"""What a page must not do, whatever is tested: complain in the console, or talk with other machines."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page, Request, WebSocket

OURS = {"127.0.0.1", "localhost"}


class Witness:
    """Keeps what the console says and what is asked of other machines."""

    def __init__(self) -> None:
        self._seen: list[str] = []
        self._allowed: list[str] = []

    def watch(self, context: BrowserContext) -> None:
        """Look at all pages of a context."""
        context.on("console", self._console)
        context.on("request", self._request)
        context.on("page", self._page)

    def allow(self, pattern: str) -> None:
        """Let the console say what fits this; for tests that break something on purpose."""
        self._allowed.append(pattern)

    def judge(self) -> None:
        """Fail for what was seen."""
        seen = [each for each in self._seen if not any(re.search(one, each) for one in self._allowed)]
        assert not seen, "\n".join(seen)

    def _page(self, page: Page) -> None:
        page.on("pageerror", self._error)
        page.on("websocket", self._socket)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._seen.append(f"console {message.type}: {message.text}")

    def _error(self, error: Error) -> None:
        self._seen.append(f"error: {error.stack or error.message}")

    def _request(self, request: Request) -> None:
        self._ask(request.url)

    def _socket(self, socket: WebSocket) -> None:
        self._ask(socket.url)

    def _ask(self, url: str) -> None:
        place = urlsplit(url)
        if place.scheme not in {"blob", "about"} and place.hostname not in OURS:
            self._seen.append(f"asked another machine: {url}")
