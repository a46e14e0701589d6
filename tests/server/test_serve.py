"""The server at its door: real processes, real sockets, bytes as they come."""

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from capriccio.core import Graph, Placed, save
from PIL import Image as Picture

from .test_library import ATTACKS, tree

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
AGREED = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # what RFC 6455 answers to that key
SAFETY = {
    "content-security-policy": "default-src 'self'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


@dataclass(frozen=True)
class Reply:
    """What came back: status 0 when nothing did and the line was cut."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def is_guarded(self) -> bool:
        """It has the headers that keep a browser from doing anything with it."""
        return all(self.headers.get(name, "").startswith(value) for name, value in SAFETY.items())


def exchange(port: int, data: bytes, timeout: float = 10) -> Reply:
    """Send bytes; read until the server closes, or has let a websocket in."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as line:
        received = b""
        try:
            line.sendall(data)
            while part := line.recv(65536):
                received += part
                if received.startswith(b"HTTP/1.1 101"):
                    break
        except ConnectionResetError:
            pass  # it was cut while we still sent
    return reply(received)


def reply(received: bytes) -> Reply:
    """An answer as it came."""
    if not received:
        return Reply(0, {}, b"")
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    parts = (line.partition(": ") for line in lines)
    return Reply(int(first.split(" ")[1]), {name.lower(): value for name, _, value in parts}, body)


def request(
    port: int,
    line: str = "GET /ws HTTP/1.1",
    *more: tuple[str, str],
    without: str = "",
    **changed: str,
) -> bytes:
    """A handshake that is right but for what is told; PORT stands for the port."""
    headers = {
        "Host": "127.0.0.1:PORT",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": KEY,
        "Sec-WebSocket-Version": "13",
    }
    headers |= {name.replace("_", "-"): value for name, value in changed.items()}
    lines = [f"{name}: {value}" for name, value in [*headers.items(), *more] if name != without]
    return "\r\n".join([line, *lines, "", ""]).replace("PORT", str(port)).encode("latin-1")


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Origin", "http://127.0.0.1:PORT")],
        [("Origin", "http://localhost:PORT")],
        [("Origin", "http://127.0.0.1:PORT"), ("Cookie", "other=site")],
    ],
)
@pytest.mark.parametrize("host", ["127.0.0.1:PORT", "localhost:PORT"])
def test_the_servers_own_page_and_programs_come_in(
    serving: Any, headers: list[tuple[str, str]], host: str
) -> None:
    answer = exchange(serving.port, request(serving.port, "GET /ws HTTP/1.1", *headers, Host=host))
    assert (answer.status, answer.headers["sec-websocket-accept"]) == (101, AGREED)


@pytest.mark.parametrize(
    "offered",
    [
        "permessage-deflate",
        "permessage-deflate; client_max_window_bits; server_no_context_takeover",
        "permessage-deflate; =;;",
        "x-webkit-deflate-frame, permessage-deflate",
    ],
)
def test_compression_is_not_agreed_to(serving: Any, offered: str) -> None:
    data = request(
        serving.port,
        "GET /ws HTTP/1.1",
        ("Sec-WebSocket-Extensions", offered),
        ("Sec-WebSocket-Protocol", "chat"),
    )
    answer = exchange(serving.port, data)
    assert answer.status == 101
    assert not {"sec-websocket-extensions", "sec-websocket-protocol"} & set(answer.headers)


Bad = Callable[[int], bytes]
ORIGIN = ("Origin", "http://127.0.0.1:PORT")
BAD: dict[str, tuple[int, Bad]] = {
    "no host": (400, lambda port: request(port, without="Host")),
    "two hosts": (400, lambda port: request(port, "GET /ws HTTP/1.1", ("Host", "127.0.0.1:PORT"))),
    "two origins": (400, lambda port: request(port, "GET /ws HTTP/1.1", ORIGIN, ORIGIN)),
    "no key": (400, lambda port: request(port, without="Sec-WebSocket-Key")),
    "a key that is none": (400, lambda port: request(port, Sec_WebSocket_Key="short")),
    "two keys": (400, lambda port: request(port, "GET /ws HTTP/1.1", ("Sec-WebSocket-Key", KEY))),
    "no version": (400, lambda port: request(port, without="Sec-WebSocket-Version")),
    "an old version": (400, lambda port: request(port, Sec_WebSocket_Version="8")),
    "a connection header that is none": (400, lambda port: request(port, Connection="@@,,;")),
    "another origin": (
        403,
        lambda port: request(port, "GET /ws HTTP/1.1", ("Origin", "http://evil.example")),
    ),
    "another port's origin": (
        403,
        lambda port: request(port, "GET /ws HTTP/1.1", ("Origin", "http://127.0.0.1:1")),
    ),
    "origin null": (403, lambda port: request(port, "GET /ws HTTP/1.1", ("Origin", "null"))),
    "an empty origin": (403, lambda port: request(port, "GET /ws HTTP/1.1", ("Origin", ""))),
    "a cookie without an origin": (403, lambda port: request(port, "GET /ws HTTP/1.1", ("Cookie", "a=b"))),
    "another path": (404, lambda port: request(port, "GET /socket HTTP/1.1")),
    "the token in the address": (404, lambda port: request(port, "GET /ws?token=aaaa HTTP/1.1")),
    "a whole address as path": (404, lambda port: request(port, "GET http://127.0.0.1:PORT/ws HTTP/1.1")),
    "POST": (405, lambda port: request(port, "POST /ws HTTP/1.1")),
    "POST of a page": (405, lambda port: request(port, "POST / HTTP/1.1")),
    "CONNECT": (405, lambda port: request(port, "CONNECT evil.example:80 HTTP/1.1")),
    "TRACE": (405, lambda port: request(port, "TRACE / HTTP/1.1")),
    "a name that leads here (DNS rebinding)": (421, lambda port: request(port, Host="evil.example:PORT")),
    "a host without its port": (421, lambda port: request(port, Host="127.0.0.1")),
    "a host in capitals": (421, lambda port: request(port, Host="LOCALHOST:PORT")),
    "no upgrade": (426, lambda port: request(port, without="Upgrade")),
    "an upgrade to something else": (426, lambda port: request(port, Upgrade="h2c")),
    "no connection header": (426, lambda port: request(port, without="Connection")),
    "HTTP/1.0": (505, lambda port: request(port, "GET /ws HTTP/1.0")),
}
UNREADABLE: dict[str, tuple[int, Bad]] = {
    "a path without end": (414, lambda port: request(port, f"GET /{'a' * 9000} HTTP/1.1")),
    "a header without end": (431, lambda port: request(port, "GET /ws HTTP/1.1", ("X", "a" * 9000))),
    "headers without end": (431, lambda port: request(port, "GET /ws HTTP/1.1", *[("X", "a")] * 200)),
    "HTTP/2.0": (0, lambda port: request(port, "GET /ws HTTP/2.0")),
    "HTTP/0.9": (0, lambda port: b"GET /\r\n\r\n"),
    "TLS": (0, lambda port: b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
    "a body": (0, lambda port: request(port, "GET /ws HTTP/1.1", ("Content-Length", "5")) + b"hello"),
    "a body in chunks": (0, lambda port: request(port, "GET /ws HTTP/1.1", ("Transfer-Encoding", "chunked"))),
    "a path beyond ASCII": (0, lambda port: request(port, "GET /\xe9 HTTP/1.1")),
    "a header's name with a space": (0, lambda port: request(port, "GET /ws HTTP/1.1", ("X Y", "a"))),
    "a header in two lines": (0, lambda port: request(port, "GET /ws HTTP/1.1", ("X", "a\r\n b"))),
    "NUL in a header": (0, lambda port: request(port, "GET /ws HTTP/1.1", ("X", "a\0b"))),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_handshake_is_refused_with_its_status_and_a_guarded_answer(serving: Any, case: str) -> None:
    status, made = BAD[case]
    answer = exchange(serving.port, made(serving.port))
    assert answer.status == status
    assert answer.is_guarded
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert b"Traceback" not in answer.body and b"/work" not in answer.body
    assert exchange(serving.port, request(serving.port)).status == 101


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_is_no_request_at_all_is_cut_off_or_told_what_is_too_long(serving: Any, case: str) -> None:
    status, made = UNREADABLE[case]
    answer = exchange(serving.port, made(serving.port))
    assert answer.status == status
    assert b"Traceback" not in answer.body
    assert exchange(serving.port, request(serving.port)).status == 101


@pytest.fixture
def held() -> Iterator[list[socket.socket]]:
    """Lines that stay open until the test is over."""
    lines: list[socket.socket] = []
    yield lines
    for line in lines:
        line.close()


def test_only_so_many_clients_connect_also_when_all_come_at_once(
    serve: Callable[..., Any], held: list[socket.socket]
) -> None:
    port = serve("--connections", "3").port
    for _ in range(20):
        held.append(socket.create_connection(("127.0.0.1", port), timeout=10))
    for line in held:
        line.sendall(request(port))
    answers = [reply(line.recv(65536)) for line in held]
    assert sorted(answer.status for answer in answers) == [101] * 3 + [503] * 17
    full = next(answer for answer in answers if answer.status == 503)
    assert full.headers["retry-after"] == "5" and full.is_guarded
    assert exchange(port, request(port, "GET / HTTP/1.1")).status == 200  # the page is there all the same
    next(line for line, answer in zip(held, answers, strict=True) if answer.status == 101).close()
    last = [exchange(port, request(port)).status for _ in range(20)]
    assert 101 in last  # as soon as one has gone


def test_two_servers_do_not_let_each_others_pages_in(serving: Any, serve: Callable[..., Any]) -> None:
    other = serve()
    origin = ("Origin", f"http://127.0.0.1:{other.port}")
    assert exchange(serving.port, request(serving.port, "GET /ws HTTP/1.1", origin)).status == 403
    assert exchange(other.port, request(other.port, "GET /ws HTTP/1.1", origin)).status == 101


# Names and paths from clients.

SECRET = "the secret outside"
KEPT = ("state", "stderr", "out")
NAMES = [name for name in ATTACKS if len(name) < 1000 and name != "\ud800"]
"""Those that fit into a message; for half characters and endless texts see test_fuzz.py."""


@pytest.fixture(scope="module")
def house(serving: Any) -> Path:
    """The folder that the server lives in, with things that are none of its clients' business."""
    folder: Path = serving.folder
    outside = folder / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text(SECRET)
    Picture.new("RGB", (8, 8), "red").save(outside / "secret.png")
    secret = Graph({"secret": Placed("capriccio.Text", {"text": SECRET})})
    save(secret, outside / "secret.json")
    save(secret, folder / "secret.json")
    library = folder / "library"
    library.mkdir(exist_ok=True)
    Picture.new("RGB", (8, 8), "green").save(library / "own.png")
    (library / "link.png").symlink_to(outside / "secret.png")
    (library / "link.json").symlink_to(outside / "secret.json")
    (library / "folder").symlink_to(outside)
    (library / "circle.png").symlink_to(library / "circle.png")
    save(Graph(), library / "own.json")
    return folder


def quiet(folder: Path) -> dict[str, Any]:
    """All files there, but for the state that the server keeps, what it says and what it makes."""
    return {name: what for name, what in tree(folder).items() if name.split("/")[0] not in KEPT}


NAMED: dict[str, Callable[[str], dict[str, Any]]] = {
    "new_graph": lambda name: {"graph": name},
    "open_graph": lambda name: {"graph": name},
    "close_graph": lambda name: {"graph": name},
    "save_graph": lambda name: {"graph": "own", "to": name, "overwrite": True},
    "rename_graph": lambda name: {"graph": "own", "to": name},
    "duplicate_graph": lambda name: {"graph": "own", "to": name},
    "delete_graph": lambda name: {"graph": name},
    "begin_upload": lambda name: {"kind": "graph", "name": name, "size": 1, "sha256": "0" * 64},
    "edit": lambda name: {"graph": name, "revision": 0, "ops": [{"op": "remove", "node": "a"}]},
    "check": lambda name: {"graph": name},
    "run": lambda name: {"graph": name},
    "allow": lambda name: {"graph": name, "kinds": ["a"]},
    "watch": lambda name: {"graph": name, "node": "a"},
    "fetch": lambda name: {"graph": name, "node": "a"},
    "get_history": lambda name: {"graph": name},
}
OLD = ("rename_graph", "duplicate_graph", "save_graph")


def test_no_name_from_a_client_leads_out_of_the_library(serving: Any, house: Path) -> None:
    assert len(NAMES) >= 60
    before = quiet(house)
    with serving.talk() as talk:
        talk.ask("open_graph", graph="own")
        for count, name in enumerate(NAMES):
            if count % 12 == 11:  # more at once than a client may send
                talk.__exit__()
                talk = serving.talk()
                talk.ask("open_graph", graph="own")
            told = [talk.send(type, **facts(name)) for type, facts in NAMED.items()]
            told += [talk.send(type, **NAMED[type]("own") | {"graph": name, "to": "new"}) for type in OLD]
            answers = [talk.until(lambda said, id=id: said.get("re") == id) for id in told]
            assert {answer["type"] for answer in answers} == {"refused"}, name[:40]
            assert SECRET not in json.dumps(answers)
    assert quiet(house) == before


@pytest.mark.parametrize("name", ["link", "folder", "secret", "circle"])
def test_a_link_in_the_library_is_no_graph(serving: Any, house: Path, name: str) -> None:
    before = quiet(house)
    with serving.talk() as talk:
        assert "there is no graph" in talk.ask("open_graph", graph=name)["text"]
        assert "there is no graph" in talk.ask("delete_graph", graph=name)["text"]
        assert name not in [info["name"] for info in talk.ask("list_graphs")["graphs"]]
    assert quiet(house) == before


def test_nothing_is_written_through_a_link(serving: Any, house: Path) -> None:
    before = quiet(house)
    with serving.talk() as talk:
        assert talk.ask("duplicate_graph", graph="own", to="link")["type"] == "refused"
        assert talk.ask("new_graph", graph="begun")["type"] == "opened"
        assert talk.ask("save_graph", graph="begun", to="link", overwrite=True)["type"] == "refused"
    assert quiet(house) == before


FILES = [
    *("../outside/secret.png", "../../etc/passwd", "../../../../../../etc/passwd", "..", "../..", ".", "/"),
    *("link.png", "folder/secret.png", "circle.png", "folder", "folder/../link.png", "./link.png", "./../x"),
    *("/etc/passwd", "//etc/passwd", "/proc/self/environ", "/dev/zero", "/dev/stdin", "file:///etc/passwd"),
    *(
        "http://127.0.0.1/x.png",
        "C:\\secret.png",
        "\\\\host\\share\\x.png",
        "..\\outside\\secret.png",
        "~/x.png",
    ),
    *("%2e%2e/outside/secret.png", "own.png/../../outside/secret.png", "own.png\0.txt", "\0", ""),
    *("a" * 300, "a/" * 2000, "\u2025/outside/secret.png", "..\u2215outside\u2215secret.png", "$HOME/x.png"),
    *("own.json", "secret.txt", "OUTSIDE", " ../outside/secret.png", "..;/outside/secret.png", "...//x.png"),
    *("pictures/../../outside/secret.png", "folder/./secret.png", "folder//secret.png", "FOLDER/secret.png"),
    *("../state/records.sqlite", "../stderr", "../library/link.png", "library/../../stderr", "|id", "`id`"),
    *("images/../../server/page/index.html", "images/../__init__.py", "\u200b../outside/secret.png", "NUL"),
    *("~root/.bashrc", "-", "--help", "own.png?", "own.png#", ".own.png", "own.png ", "own.png:stream"),
]


def test_no_setting_of_a_graph_reads_a_file_outside_the_library(serving: Any, house: Path) -> None:
    assert len(FILES) >= 60
    before = quiet(house)
    with serving.talk() as talk:
        nodes: dict[str, Any] = {
            f"load {number}": ("capriccio.LoadImage", {"file": file}) for number, file in enumerate(FILES)
        }
        talk.open("thief", own=("capriccio.LoadImage", {"file": "own.png"}), **nodes)
        problems: dict[str, str] = {}
        for problem in talk.ask("check", graph="thief")["problems"]:
            problems[problem["node"]] = problem["text"]
        for node in list(nodes)[::7]:
            assert talk.run("thief", only=[node])["state"] in ("refused", "failed"), nodes[node]
        assert talk.run("thief", only=["own"])["state"] == "done"
        leaking = {node: nodes[node][1]["file"] for node in nodes if node not in problems}
        for node in leaking:
            assert talk.run("thief", only=[node])["failed"] == [node], leaking[node]
            assert talk.ask("fetch", graph="thief", node=node)["type"] == "refused"
    assert all("Traceback" not in text for text in problems.values())
    assert quiet(house) == before


def test_what_saves_pictures_writes_into_its_folder_only(serving: Any, house: Path) -> None:
    before = quiet(house)
    names = ["../escaped", "/tmp/escaped", "a/b", "..", "", "a\0b", "../../escaped.png", "C:\\x", "a" * 300]
    with serving.talk() as talk:
        nodes: dict[str, Any] = {
            f"save {number}": ("capriccio.SaveImage", {"name": name}) for number, name in enumerate(names)
        }
        revision = talk.open("writer", slow=("toys.Slow", {"seconds": 0.0}), **nodes)
        links = [{"op": "link", "start": "slow.image", "end": f"{node}.image"} for node in nodes]
        assert talk.ask("edit", graph="writer", revision=revision, ops=links)["type"] == "edited"
        for node in nodes:
            assert talk.run("writer", only=[node])["state"] in ("done", "failed", "refused")
    assert quiet(house) == before
    made = [path for path in (house / "out").rglob("*")] if (house / "out").exists() else []
    assert all(path.parent == house / "out" for path in made)


def test_opening_a_graph_runs_nothing(serving: Any, house: Path) -> None:
    deadly = Graph({"bad": Placed("toys.Kill"), "far": Placed("toys.Reach")})
    save(deadly, house / "library" / "deadly.json")
    with serving.talk() as talk:
        before = talk.pid
        assert talk.ask("open_graph", graph="deadly")["runs"] == []
        talk.ask("watch", graph="deadly", node="bad")
        talk.ask("check", graph="deadly")
        status = talk.ask("get_status")
        assert (status["workers"][0]["pid"], status["queue"]) == (before, [])
        assert talk.ask("get_history", graph="deadly")["runs"] == []
