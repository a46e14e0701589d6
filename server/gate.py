"""Who may come in: the checks of an HTTP request before anything else is done with it."""

from collections.abc import Collection
from dataclasses import dataclass
from http import HTTPStatus

from websockets.datastructures import Headers, MultipleValuesError

SOCKET = "/ws"
"""Where the websocket is."""


@dataclass(frozen=True)
class Gate:
    """The hosts by whose names this server may be called, such as ``127.0.0.1:8188``.

    A page of another site that reaches this machine, also by a name that leads here (DNS
    rebinding), sends another Host or another Origin.
    """

    hosts: Collection[str]
    proxied: Collection[str] = ()
    """Those of them that a proxy may go by, which may add TLS."""

    def refusal(self, path: str, headers: Headers) -> tuple[HTTPStatus, str] | None:
        """Why a request is refused, if it is."""
        try:
            host, origin = headers.get("Host"), headers.get("Origin")
        except MultipleValuesError:
            return HTTPStatus.BAD_REQUEST, "send one Host and one Origin"
        if host is None:
            return HTTPStatus.BAD_REQUEST, "send a Host"
        if host not in self.hosts:
            return HTTPStatus.MISDIRECTED_REQUEST, "this server goes by another name; see its --name"
        if path != SOCKET:
            return None
        if origin is None:
            # Browsers always send one with a websocket; without, it is no page.
            if "Cookie" in headers:
                return HTTPStatus.FORBIDDEN, "cookies without an Origin are not taken"
            return None
        scheme, _, place = origin.partition("://")
        if place not in {"http": self.hosts, "https": self.proxied}.get(scheme, ()):
            return HTTPStatus.FORBIDDEN, "pages of other sites may not connect"
        return None
