"""What a connection may do, and when it is ended: real sockets, a server without a worker."""

import asyncio
import json
import os
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from capriccio.server import client as clients
from capriccio.server import outbox, wire
from capriccio.server.client import Allowance
from capriccio.server.serve import LARGEST, Address, Server
from capriccio.server.studio import Folders, Studio
from websockets.exceptions import ConnectionClosed
from websockets.frames import Close

from .conftest import TOKEN, Talk
from .test_serve import request

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


@contextmanager
def opened(folder: Path, **options: Any) -> Iterator[int]:
    """A server on a port of its own, in a thread of its own, with no worker."""
    started = threading.Event()
    told: list[Any] = []

    async def serve() -> None:
        gallery = folder / "gallery"
        gallery.mkdir(parents=True, exist_ok=True)
        studio = Studio(Folders(folder / "library", gallery, folder / "out", folder / "state"), TOKEN)
        server, stop = Server(studio, Address(port=0, **options)), asyncio.Event()
        await server.start([], [])
        told.extend([server.port, asyncio.get_running_loop(), stop])
        started.set()
        await stop.wait()
        await server.stop()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert started.wait(10)
    port, loop, stop = told
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with opened(tmp_path_factory.mktemp("opened")) as port:
        yield port


def framed(
    opcode: int, payload: bytes, *, last: bool = True, reserved: int = 0, masked: bool = True
) -> bytes:
    """A frame as a client sends it, or as it must not."""
    first, size = opcode | reserved << 4 | last << 7, len(payload)
    if size < 126:
        head = bytes([first, size | masked << 7])
    elif size < 2**16:
        head = struct.pack(">BBH", first, 126 | masked << 7, size)
    else:
        head = struct.pack(">BBQ", first, 127 | masked << 7, size)
    return head + bytes(4 * masked) + payload  # a mask of zeros changes nothing


class Line:
    """A websocket whose every byte is ours."""

    def __init__(self, port: int, token: str = TOKEN, room: int = 0) -> None:
        self.socket = socket.socket()
        if room:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        self.socket.settimeout(10)
        self.socket.connect(("127.0.0.1", port))
        self.socket.sendall(request(port))
        self._file = self.socket.makefile("rb")
        assert self._file.readline().startswith(b"HTTP/1.1 101")
        while self._file.readline() != b"\r\n":
            pass
        if token:
            self.say({"type": "hello", "token": token})
            assert json.loads(self.hear()[1])["type"] == "welcome"

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()
        self.socket.close()

    def send(self, data: bytes) -> None:
        """Send bytes; the server may have cut the line already."""
        with suppress(OSError):
            self.socket.sendall(data)

    def say(self, facts: dict[str, Any]) -> None:
        self.send(framed(TEXT, json.dumps(facts).encode()))

    def hear(self) -> tuple[int, bytes]:
        """A frame: its opcode and its bytes; opcode 0 when the line is cut."""
        try:
            head = self._file.read(2)
            if len(head) < 2:
                return 0, b""
            size = head[1]
            if size == 126:
                (size,) = struct.unpack(">H", self._file.read(2))
            elif size == 127:
                (size,) = struct.unpack(">Q", self._file.read(8))
            return head[0] & 15, self._file.read(size)
        except ConnectionResetError:
            return 0, b""

    def rest(self) -> list[tuple[int, bytes]]:
        """All frames to the close, which is answered, or until the line is cut."""
        frames = []
        while (frame := self.hear())[0]:
            frames.append(frame)
            if frame[0] == CLOSE:
                self.send(framed(CLOSE, frame[1][:2]))
                break
        return frames

    def closed(self) -> tuple[int, str]:
        """The code and the reason that the server closes with; 1006 when it cuts the line."""
        for opcode, payload in self.rest():
            if opcode == CLOSE:
                return int.from_bytes(payload[:2], "big"), payload[2:].decode()
        return 1006, ""


def closing(talk: Talk, seconds: float = 10) -> Close:
    """How the server ends this connection."""
    with pytest.raises(ConnectionClosed) as ended:
        talk.until(lambda said: False, seconds)
    assert ended.value.rcvd, "the line was cut"
    return ended.value.rcvd


def greeting(port: int, **facts: Any) -> Close:
    with Talk(port, token="") as talk:
        talk.send("hello", **facts)
        return closing(talk)


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "a", TOKEN.upper(), "é" * 43, "a" * 200])
def test_a_wrong_token_ends_the_connection(port: int, token: str) -> None:
    assert greeting(port, token=token) == Close(
        1008, "the token is wrong; use the address that the server printed when it started"
    )


@pytest.mark.parametrize("protocol", [0, 2, -1, 10**30])
def test_another_protocol_ends_the_connection(port: int, protocol: int) -> None:
    ended = greeting(port, token=TOKEN, protocol=protocol)
    assert ended.code == 1008
    assert ended.reason.startswith("protocol ") and "is not spoken here; reload, or use 1" in ended.reason


@pytest.mark.parametrize("type", ["ping", "get_status", "list_graphs", "get_catalogue", "get_history"])
def test_what_comes_before_hello_ends_the_connection(port: int, type: str) -> None:
    with Talk(port, token="") as talk:
        talk.send(type)
        assert closing(talk) == Close(1008, "say hello first, with the token")
        assert [said for said in talk.heard if said["type"] != "refused"] == []


def test_a_chunk_before_hello_ends_the_connection(port: int) -> None:
    with Talk(port, token="") as talk:
        talk.socket.send(wire.packed(wire.UploadChunk(1, 0), b"x"))
        assert closing(talk) == Close(1008, "say hello first, with the token")


def test_nothing_is_told_to_who_has_not_shown_the_token(port: int) -> None:
    with Talk(port, token="") as stranger, Talk(port) as talk:
        assert talk.ask("new_graph", graph="unheard of")["type"] == "opened"
        stranger.socket.send("{")
        said = stranger.listen(5)
        assert said is not None and said["type"] == "refused"
        assert len(stranger.heard) == 1


def test_a_second_hello_is_refused_and_changes_nothing(port: int) -> None:
    with Talk(port) as talk:
        assert talk.ask("hello", token=TOKEN)["text"] == "hello was said already"
        assert talk.ask("hello", token="wrong")["text"] == "hello was said already"
        assert talk.ask("ping")["type"] == "pong"


def test_no_token_within_the_time_ends_the_connection(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert clients.SILENT == 10
    with Talk(port) as known, Talk(port, token="") as silent:
        monkeypatch.setattr(clients, "SILENT", 0.3)
        assert closing(silent) == Close(1008, "no token has come within 0 seconds")
        assert known.ask("ping")["type"] == "pong"


def test_an_allowance_fills_up_again_and_no_further() -> None:
    allowance = Allowance(200.0, 400.0, 0.0)
    assert all(allowance.spend(0.0) for _ in range(400))
    assert not allowance.spend(0.0)
    allowance = Allowance(200.0, 400.0, 0.0)
    assert all(allowance.spend(second / 200) for second in range(2000))  # as fast as it may
    assert sum(allowance.spend(100.0) for _ in range(1000)) == 400


def test_a_burst_of_400_messages_is_answered(port: int) -> None:
    with Talk(port) as talk:
        ids = [talk.send("ping") for _ in range(399)]  # and hello
        talk.until(lambda said: said.get("re") == ids[-1])
        assert sum(said["type"] == "pong" for said in talk.heard) == 399


@pytest.mark.parametrize("kind", ["pings", "nonsense", "chunks"])
def test_more_than_a_burst_ends_the_connection_and_no_other(port: int, kind: str) -> None:
    sent: dict[str, str | bytes] = {
        "pings": '{"type": "ping"}',
        "nonsense": "x",
        "chunks": wire.packed(wire.UploadChunk(1, 0), b"x"),
    }
    data = sent[kind]
    opcode, payload = (TEXT, data.encode()) if isinstance(data, str) else (BINARY, data)
    with Talk(port) as other, Line(port) as line:
        line.send(framed(opcode, payload) * 1500)
        *heard, (last, reason) = line.rest()
        assert (last, reason) == (CLOSE, (1008).to_bytes(2, "big") + b"more than 200 messages a second")
        assert 400 <= len(heard) < 1000
        assert other.ask("ping")["type"] == "pong"


def test_acknowledgements_are_not_counted(port: int) -> None:
    with Talk(port) as talk:
        for number in range(2000):
            talk.socket.send(json.dumps({"type": "ack", "frames": [["lake", "optimize", number]]}))
        assert talk.ask("ping")["type"] == "pong"
        assert [said["type"] for said in talk.heard if said["type"] != "graphs"] == ["welcome", "pong"]


def padded(size: int, filling: str = "x") -> str:
    """A message of so many bytes."""
    empty = json.dumps({"type": "allow", "id": 1, "graph": "lake", "kinds": [""]})
    letters = (size - len(empty)) // len(filling.encode())
    text = empty.replace('""', f'"{filling * letters}"')
    return text + " " * (size - len(text.encode()))


@pytest.mark.parametrize("filling", ["x", "é", "\U0001d49c"])
def test_a_text_frame_holds_64_kib_and_no_more(port: int, filling: str) -> None:
    with Talk(port) as talk:
        most = padded(wire.TEXT, filling)
        talk.socket.send(most)
        assert (
            "must have at most 200 characters" in talk.until(lambda said: said["type"] == "refused")["text"]
        )
        talk.socket.send(most + " ")
        assert closing(talk) == Close(1009, "a text frame is at most 65536 bytes")


def test_a_text_in_parts_is_no_larger(port: int) -> None:
    with Line(port) as line:
        line.send(framed(TEXT, b" " * 60_000, last=False) + framed(0, b" " * 60_000))
        assert line.closed() == (1009, "a text frame is at most 65536 bytes")


def test_a_binary_frame_holds_a_chunk_and_its_header_and_no_more(port: int) -> None:
    with Talk(port) as talk:
        talk.socket.send(wire.packed(wire.UploadChunk(2**53 - 1, 2**53 - 1), os.urandom(wire.CHUNK)))
        assert talk.until(lambda said: said["type"] == "refused")["text"].startswith("there is no upload")
        talk.socket.send(bytes(LARGEST + 1))
        assert closing(talk).code == 1009
    with Line(port) as line:
        line.send(framed(BINARY, b"", last=True)[:1] + struct.pack(">BQ", 127 | 128, 2**62))
        assert line.closed()[0] == 1009  # before any of it has come


def test_a_client_that_goes_without_a_word_is_forgotten(port: int) -> None:
    with Talk(port) as talk:
        before = talk.ask("get_status")["clients"]
        with Line(port) as line:
            assert talk.ask("get_status")["clients"] == before + 1
            line.say({"type": "new_graph", "graph": "left behind"})
            add = {"op": "add", "node": "a", "kind": "x"}
            line.say({"type": "edit", "graph": "left behind", "revision": 0, "ops": [add]})
            line.say({"type": "close_graph", "graph": "none"})
            while json.loads(line.hear()[1])["type"] != "refused":
                pass
        end = time.monotonic() + 5
        while talk.ask("get_status")["clients"] != before:
            assert time.monotonic() < end
            time.sleep(0.01)
        assert talk.ask("open_graph", graph="left behind")["type"] == "opened"


def overwhelm(talk: Talk, line: Line, graph: str) -> int:
    """Let a client that does not read hear 5 MB of a graph; gives how many clients there were."""
    talk.ask("new_graph", graph=graph)
    line.say({"type": "open_graph", "graph": graph})
    while json.loads(line.hear()[1])["type"] != "opened":
        pass
    before: int = talk.ask("get_status")["clients"]
    talk.ask("edit", graph=graph, revision=0, ops=[{"op": "add", "node": "a", "kind": "x"}])
    for number in range(100):
        ops = [{"op": "set", "node": "a", "params": {"text": f"{number}" + "x" * 50_000}}]
        assert talk.ask("edit", graph=graph, revision=number + 1, ops=ops)["type"] == "edited"
    return before


def test_a_client_that_does_not_read_is_cut_off_and_keeps_nobody_waiting(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert clients.STALLED == 10
    monkeypatch.setattr(clients, "STALLED", 0.5)
    with Talk(port) as talk, Line(port, room=4096) as deaf:
        before = overwhelm(talk, deaf, "loud")
        end = time.monotonic() + 8
        while talk.ask("get_status")["clients"] == before:
            assert time.monotonic() < end, "it is still there"
            time.sleep(0.05)


def test_a_client_that_lets_too_much_pile_up_is_cut_off(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert outbox.MOST == 2000
    monkeypatch.setattr(outbox, "MOST", 20)
    with Talk(port) as talk, Line(port, room=4096) as slow:
        before = overwhelm(talk, slow, "long")
        assert talk.ask("get_status")["clients"] == before - 1


def test_a_client_that_pings_and_does_not_read_is_cut_off(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "HELD", 200_000)
    pings = framed(PING, b"a" * 125) * 500
    with Line(port, token="", room=4096) as line, Talk(port) as talk:
        end = time.monotonic() + 20
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            while time.monotonic() < end:
                line.socket.sendall(pings)
        assert talk.ask("ping")["type"] == "pong"


def test_pings_of_the_protocol_are_answered(port: int) -> None:
    with Line(port) as line:
        line.send(framed(PING, b"there?"))
        while (heard := line.hear())[0] != PONG:
            assert heard[0]
        assert heard[1] == b"there?"
