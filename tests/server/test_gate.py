"""Who may come in, by plain calls; test_serve.py knocks at a real door."""

from http import HTTPStatus

import pytest
from capriccio.server.gate import Gate
from websockets.datastructures import Headers

GATE = Gate(frozenset({"127.0.0.1:8188", "localhost:8188", "[::1]:8188"}))
OWN = "http://127.0.0.1:8188"


def refusal(path: str, *headers: tuple[str, str]) -> HTTPStatus | None:
    """The status that such a request is refused with, if it is."""
    refused = GATE.refusal(path, Headers(headers))
    return refused[0] if refused else None


@pytest.mark.parametrize("path", ["/", "/ws", "/page.js", "/nothing"])
@pytest.mark.parametrize("host", ["127.0.0.1:8188", "localhost:8188", "[::1]:8188"])
def test_who_calls_the_server_by_its_name_comes_in(path: str, host: str) -> None:
    assert refusal(path, ("Host", host)) is None


@pytest.mark.parametrize("origin", [OWN, "http://localhost:8188", "http://[::1]:8188"])
def test_the_servers_own_page_comes_in_with_its_cookies_too(origin: str) -> None:
    assert refusal("/ws", ("Host", "localhost:8188"), ("Origin", origin)) is None
    assert refusal("/ws", ("Host", "localhost:8188"), ("Origin", origin), ("Cookie", "a=b")) is None


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8188",
        "127.0.0.1",
        "127.0.0.1:8189",
        "127.0.0.1:08188",
        "127.0.0.1:8188.",
        "127.0.0.1.evil.example:8188",
        "127.0.0.1:8188@evil.example",
        "127.0.0.2:8188",
        "2130706433:8188",
        "0x7f.1:8188",
        "LOCALHOST:8188",
        "localhost.:8188",
        "localhost:8188, localhost:8188",
        "::1:8188",
        "",
    ],
)
@pytest.mark.parametrize("path", ["/", "/ws"])
def test_a_host_that_is_not_exactly_the_servers_is_refused(path: str, host: str) -> None:
    assert refusal(path, ("Host", host)) == HTTPStatus.MISDIRECTED_REQUEST


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "http://evil.example",
        "http://evil.example:8188",
        "https://127.0.0.1:8188",
        "http://127.0.0.1",
        "http://127.0.0.1:8188/",
        "http://127.0.0.1:81880",
        "http://127.0.0.1:8188.evil.example",
        "http://LOCALHOST:8188",
        "127.0.0.1:8188",
        "file://",
    ],
)
def test_a_page_of_another_site_is_refused(origin: str) -> None:
    host = ("Host", "127.0.0.1:8188")
    assert refusal("/ws", host, ("Origin", origin)) == HTTPStatus.FORBIDDEN
    assert refusal("/", host, ("Origin", origin)) is None  # its files are no secret


def test_cookies_without_an_origin_are_refused_as_no_browser_sends_such() -> None:
    host = ("Host", "127.0.0.1:8188")
    assert refusal("/ws", host, ("Cookie", "a=b")) == HTTPStatus.FORBIDDEN
    assert refusal("/ws", host) is None


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Origin", OWN)],
        [("Host", "127.0.0.1:8188"), ("Host", "127.0.0.1:8188")],
        [("Host", "127.0.0.1:8188"), ("host", "evil.example")],
        [("Host", "127.0.0.1:8188"), ("Origin", OWN), ("Origin", OWN)],
    ],
)
def test_a_request_without_one_host_or_with_two_of_anything_is_refused(
    headers: list[tuple[str, str]],
) -> None:
    assert refusal("/ws", *headers) == HTTPStatus.BAD_REQUEST


def test_a_page_that_comes_through_a_proxy_may_have_tls() -> None:
    gate = Gate({"127.0.0.1:8188", "art.example"}, {"art.example"})
    for origin in ("https://art.example", "http://art.example"):
        assert gate.refusal("/ws", Headers([("Host", "art.example"), ("Origin", origin)])) is None
    refused = gate.refusal("/ws", Headers([("Host", "art.example"), ("Origin", "https://127.0.0.1:8188")]))
    assert refused and refused[0] == HTTPStatus.FORBIDDEN


def test_a_refusal_tells_nothing_of_what_would_do() -> None:
    refused = GATE.refusal("/ws", Headers([("Host", "evil.example")]))
    assert refused and "8188" not in refused[1] and "evil" not in refused[1]
