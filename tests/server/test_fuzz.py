"""Frames and messages as nobody should send them: each is answered, and the server goes on."""

import asyncio
import json
import random
import re
import struct
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from capriccio.server import wire
from capriccio.server.outbox import Outbox
from capriccio.server.session import Session, Unwelcome
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed

from .conftest import TOKEN, Talk
from .test_client import BINARY, CLOSE, PING, PONG, TEXT, Line, framed
from .test_session import REQUESTS, add, begun, looked

# Frames.


def chunk(metadata: bytes, *, kind: int = 2, version: int = 1, length: int | None = None) -> bytes:
    """A binary frame that may lie about itself."""
    head = struct.pack(">BBH", kind, version, len(metadata) if length is None else length)
    return framed(BINARY, head + metadata)


def text(content: str | bytes) -> bytes:
    return framed(TEXT, content.encode() if isinstance(content, str) else content)


DEEP = "[" * 20_000 + "]" * 20_000
EDIT = (
    '{"type": "edit", "graph": "lake", "revision": 0, "ops": [{"op": "add", "node": "a", "kind": "b", %s}]}'
)
ANSWERED = 0
"""Not a close code: the connection stays, and the frame is answered."""
FRAMES: dict[str, tuple[bytes, int]] = {
    "text that is no UTF-8": (text(b"\xff\xfe{}"), 1007),
    "a text that ends within a character": (text(b'{"type": "\xe2\x82'), 1007),
    "a surrogate in UTF-8": (text(b'"\xed\xa0\x80"'), 1007),
    "a frame without a mask": (framed(TEXT, b"{}", masked=False), 1002),
    "a reserved bit": (framed(TEXT, b"{}", reserved=4), 1002),
    "all reserved bits": (framed(BINARY, b"", reserved=7), 1002),
    "a reserved opcode": (framed(3, b""), 1002),
    "a reserved opcode of control": (framed(11, b""), 1002),
    "a ping in parts": (framed(PING, b"", last=False), 1002),
    "a ping of 126 bytes": (framed(PING, b"a" * 126), 1002),
    "a close of one byte": (framed(CLOSE, b"\x03"), 1002),
    "a close with a code that is none": (framed(CLOSE, struct.pack(">H", 999)), 1002),
    "a close with a code that is never sent": (framed(CLOSE, struct.pack(">H", 1005)), 1002),
    "a close with a reason that is no UTF-8": (framed(CLOSE, struct.pack(">H", 1000) + b"\xff"), 1007),
    "a text within a text": (framed(TEXT, b"{", last=False) + text("{}"), 1002),
    "the rest of nothing": (framed(0, b"{}"), 1002),
    "a length beyond 63 bits": (bytes([BINARY | 128, 127 | 128]) + b"\xff" * 8, 1009),
    "a text in 5,000 parts": (framed(TEXT, b" ", last=False) + framed(0, b" ", last=False) * 5000, 1009),
    "HTTP where frames should be": (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 1002),
    "an empty text": (text(""), ANSWERED),
    "an empty binary frame": (framed(BINARY, b""), ANSWERED),
    "half a header": (framed(BINARY, b"\x02\x01\0"), ANSWERED),
    "the wrong kind": (chunk(b'{"upload": 1, "offset": 0}', kind=1), ANSWERED),
    "the wrong version": (chunk(b'{"upload": 1, "offset": 0}', version=9), ANSWERED),
    "metadata beyond the frame": (chunk(b'{"upload": 1, "offset": 0}', length=65535), ANSWERED),
    "metadata that is no JSON": (chunk(b"\0\xff\0\xff"), ANSWERED),
    "metadata nested deeply": (chunk(b"[" * 60_000), ANSWERED),
    "metadata nested deeply where a number is due": (chunk(b'{"upload": ' + b"[" * 60_000), ANSWERED),
    "metadata with something unknown": (chunk(b'{"upload": 1, "offset": 0, "path": "/x"}'), ANSWERED),
    "metadata without an offset": (chunk(b'{"upload": 1}'), ANSWERED),
    "metadata with a number beyond all": (
        chunk(b'{"upload": 1, "offset": ' + b"9" * 5000 + b"}"),
        ANSWERED,
    ),
    "JSON nested deeply": (text(DEEP), ANSWERED),
    "JSON nested deeply beside a request": (
        text('{"type": "ping", "id": 1, "more": ' + DEEP + "}"),
        ANSWERED,
    ),
    "settings nested deeply": (text(EDIT % f'"params": {{"a": {DEEP}}}'), ANSWERED),
    "NaN": (text(EDIT % '"params": {"a": NaN}'), ANSWERED),
    "infinity": (text(EDIT % '"position": [1e999, -1e999]'), ANSWERED),
    "an integer of 4,000 digits": (text(EDIT % f'"params": {{"a": {"9" * 4000}}}'), ANSWERED),
    "an id of 30 digits": (text('{"type": "ping", "id": ' + "9" * 30 + "}"), ANSWERED),
    "a key that stands twice": (text('{"type": "ping", "type": "get_status", "id": 1, "id": 2}'), ANSWERED),
    "half a character": (text('{"type": "open_graph", "graph": "\\ud800"}'), ANSWERED),
    "half a character in a setting": (text(EDIT % '"params": {"a": "\\udfff"}'), ANSWERED),
    "NUL in a name": (text('{"type": "open_graph", "graph": "a\\u0000b"}'), ANSWERED),
    "a byte order mark": (text('\ufeff{"type": "ping"}'), ANSWERED),
    "two messages in one": (text('{"type": "ping"}{"type": "ping"}'), ANSWERED),
    "a list": (text("[1, 2, 3]"), ANSWERED),
    "60,000 spaces": (text(" " * 60_000), ANSWERED),
}
HARMFUL = re.compile(
    rf'Traceback|File "|\.py\b|{re.escape(str(Path(__file__).parents[2]))}|/tmp/|/root/|/home/|site-packages'
)
"""What tells of the server's inside."""


@pytest.fixture(scope="module")
def witness(serving: Any) -> Iterator[Talk]:
    """Another client, who does as it should."""
    with serving.talk(ping_interval=None) as talk:  # its pings would disturb the dice of hypothesis
        yield talk


def answers_within_a_second(witness: Talk) -> bool:
    for _ in range(3):  # on a machine that others use too, the best tells what it can do
        began = time.monotonic()
        assert witness.ask("ping", timeout=5)["type"] == "pong"
        if time.monotonic() - began < 1:
            return True
    return False


@pytest.mark.parametrize("case", FRAMES)
def test_a_frame_that_is_malformed_costs_its_sender_at_most_the_connection(
    serving: Any, witness: Talk, case: str
) -> None:
    data, code = FRAMES[case]
    with Line(serving.port) as line:
        line.send(data)
        assert answers_within_a_second(witness)
        if code:
            line.send(framed(PING, b""))
            heard = line.rest()
            assert int.from_bytes(heard[-1][1][:2], "big") == code
        else:
            line.send(framed(PING, b"done"))
            heard = [line.hear()]
            while heard[-1] not in ((PONG, b"done"), (0, b"")):
                heard.append(line.hear())
            assert heard[-1][0] == PONG
            line.say({"type": "ping", "id": 5})
            while json.loads((frame := line.hear())[1])["re"] != 5:
                heard.append(frame)
            assert [frame for frame in heard if frame[0] == TEXT]
    assert not any(HARMFUL.search(payload.decode(errors="replace")) for _, payload in heard)
    assert serving.process.poll() is None


@pytest.mark.parametrize(
    "data", [b"", b"\x82", b"\x82\xfe", b"\x81\xff" + b"\0" * 10, b"\x01\x85\0\0\0\0hello"]
)
def test_a_frame_without_an_end_keeps_nobody_waiting(serving: Any, witness: Talk, data: bytes) -> None:
    with Line(serving.port) as line:
        line.send(data)
        assert answers_within_a_second(witness)
    assert answers_within_a_second(witness)  # the line was cut within the frame


# Messages.

VALID: list[str | bytes] = [
    *(json.dumps({"type": type, "id": 5, **facts}) for type, (facts, _) in REQUESTS.items()),
    *(
        json.dumps({"type": "edit", "id": 6, "graph": "lake", "revision": 1, "ops": [op]})
        for op in (
            {"op": "add", "node": "b", "kind": "x", "position": [1, 2], "params": {"a": [1, {"b": None}]}},
            {"op": "remove", "node": "noise"},
            {"op": "move", "node": "noise", "position": [1.5, -2e3]},
            {"op": "link", "start": "noise.image", "end": "more.image"},
            {"op": "unlink", "start": "noise.image", "end": "more.image"},
            {"op": "set", "node": "noise", "params": {"seed": 5}, "reset": ["width"]},
            {"op": "mute", "node": "noise", "on": True},
            {"op": "bypass", "node": "noise", "on": False},
            {"op": "rename", "node": "noise", "to": "sound"},
            {"op": "notes", "notes": [{"text": "a note", "position": [0, 0]}]},
        )
    ),
    wire.packed(wire.UploadChunk(1, 0), b"abc"),
    wire.packed(wire.UploadChunk(1, 3), b"0123456789" * 10),
]
NASTY: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        -1,
        1,
        2**31,
        2**53 - 1,
        2**53,
        2**63,
        2**64,
        10**40,
        -(10**40),
        0.5,
        1e308,
        -0.0,
    ),
    *("", "lake", "noise", "a" * 300, "../lake", "/etc/passwd", "\0", "\n", "\u202e", "\U0001d49c", "\u212a"),
    *("type", "id", "op", "ping", "hello", TOKEN, [], {}, [[]], [None], {"": None}, {"a": {"a": {}}}, [1, 2]),
    *([["lake", "noise", 1]] * 3, ["noise"] * 50, {"op": "set"}, [{"op": "remove", "node": "noise"}] * 5),
]
PIECES = [
    *('"', "{", "}", "[", "]", ",", ":", "null", "NaN", "Infinity", "-", "1e999", "0x1", "9" * 400, "01"),
    *(
        "\\",
        "\\u0000",
        '"\\ud800"',
        '"\\udc00\\ud800"',
        '"id"',
        '"type"',
        '"graph"',
        "/*",
        "\ufeff",
        "\0",
        "\x7f",
    ),
    *("[" * 2000, '{"a":' * 500, '"' + "a" * 2000 + '"', " ", "\n", "é", "\U0001f600", "true", "1", '"lake"'),
]
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


def bytewise(frame: str | bytes, where: int, what: int) -> str | bytes:
    """Another byte, one more, or one fewer."""
    data = bytearray(frame.encode(errors="replace") if isinstance(frame, str) else frame)
    at, byte = where % (len(data) + 1), what % 256
    data[at : at + what // 256 % 3] = bytes([byte] * (what // 1024 % 3))
    return data.decode(errors="replace") if isinstance(frame, str) else bytes(data)


def tokenwise(frame: str | bytes, where: int, what: int) -> str | bytes:
    """Another token in place of one, behind one, or one twice."""
    if isinstance(frame, bytes):
        return frame[: where % (len(frame) + 1)] * (1 + what % 2) + frame[what % (len(frame) + 1) :]
    tokens = _TOKEN.findall(frame) or [""]
    at, piece = where % len(tokens), PIECES[what % len(PIECES)]
    tokens[at : at + 1] = [[piece], [tokens[at], piece], [tokens[at]] * 2, []][what // 64 % 4]
    return " ".join(tokens)


def valuewise(frame: str | bytes, where: int, what: int) -> str | bytes:
    """Another value somewhere, or another key, or one fewer."""
    try:
        content = json.loads(frame)
    except (ValueError, RecursionError):
        return tokenwise(frame, where, what)
    places = list(_places(content))
    if not places:
        return json.dumps(NASTY[what % len(NASTY)])
    holder, key = places[where % len(places)]
    if what // 64 % 4 == 0 and isinstance(holder, dict):
        moved = holder.pop(key)
        if what % 2:
            holder[str(NASTY[what % len(NASTY)])] = moved
    else:
        holder[key] = NASTY[what % len(NASTY)]
    return json.dumps(content)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    for key, item in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield value, key
        yield from _places(item)


Mutation = Callable[[str | bytes, int, int], str | bytes]
MUTATIONS: list[Mutation] = [bytewise, tokenwise, valuewise]
Recipe = tuple[int, list[tuple[int, int, int]]]


def mutated(recipe: Recipe) -> str | bytes:
    """A message that was right once."""
    number, changes = recipe
    frame = VALID[number]
    for kind, where, what in changes:
        frame = MUTATIONS[kind](frame, where, what)
    return frame


any_number = st.integers(0, 2**16 - 1)
recipes = st.tuples(
    st.integers(0, len(VALID) - 1),
    st.lists(st.tuples(st.integers(0, len(MUTATIONS) - 1), any_number, any_number), min_size=1, max_size=3),
)
PORTION, EXAMPLES = 80, 250
MESSAGES = PORTION * EXAMPLES
sent: list[int] = []


def heard(outbox: Outbox, folder: str) -> list[wire.AnyMessage]:
    """What has come; all of it is of the protocol and tells nothing of the server's inside."""
    messages = []
    while (frame := outbox.take()) is not None:
        assert isinstance(frame, str)
        messages.append(msgspec.json.decode(frame, type=wire.AnyMessage))
        assert "Traceback" not in frame and folder not in frame
    return messages


async def told(session: Session, outbox: Outbox, frame: str | bytes, folder: str) -> None:
    """Send a frame; it is answered as it should be."""
    counts = await session.hear(frame)
    await looked()
    answers = heard(outbox, folder)
    if isinstance(frame, bytes):
        assert counts and len(answers) <= 1
        return
    try:
        request = wire.read(frame)
    except wire.WireError:
        assert counts and [type(answer) for answer in answers] == [wire.Refused]
        return
    assert counts != isinstance(request, wire.Ack)
    if not isinstance(request, wire.Ack | wire.CheckGraph | wire.DescribeGraph):  # checks wait for a worker
        assert [answer.re for answer in answers].count(request.id) >= 1


async def prepared(session: Session, outbox: Outbox, folder: str) -> None:
    """Let a session have a graph, so that there is something to break."""
    before: list[dict[str, Any]] = [
        {"type": "hello", "token": TOKEN},
        {"type": "new_graph", "graph": "lake"},
        {"type": "edit", "graph": "lake", "revision": 0, "ops": [add("noise"), add("more")]},
        {"type": "begin_upload", "kind": "graph", "name": "sent", "size": 103, "sha256": "0" * 64},
    ]
    for request in before:
        await session.hear(json.dumps(request))
    assert not [answer for answer in heard(outbox, folder) if isinstance(answer, wire.Refused)]


@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(st.lists(recipes, min_size=PORTION, max_size=PORTION))
def send_mutated(portion: list[Recipe]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        studio = begun(Path(folder))
        outbox = Outbox(lambda: None)

        async def talk() -> None:
            with closing(Session(studio, outbox)) as session:
                await prepared(session, outbox, folder)
                for recipe in portion:
                    await told(session, outbox, mutated(recipe), folder)
                    sent.append(recipe[0])
                await told(session, outbox, '{"type": "ping", "id": 1}', folder)

        asyncio.run(talk())
        studio.close()


def test_20_000_mutated_messages_are_answered_or_refused_and_break_nothing() -> None:
    sent.clear()
    send_mutated()
    assert len(sent) >= MESSAGES >= 20_000
    assert set(sent) == set(range(len(VALID)))


def test_mutated_messages_before_hello_open_no_door(tmp_path: Path) -> None:
    studio = begun(tmp_path)
    dice = random.Random(1)
    welcomed = 0
    for _ in range(2000):
        outbox = Outbox(lambda: None)
        session = Session(studio, outbox)
        frame = mutated(recipe(dice))
        with suppress(Unwelcome):
            asyncio.run(session.hear(frame))
        answers = heard(outbox, str(tmp_path))
        assert all(isinstance(answer, wire.Refused | wire.Welcome) for answer in answers)
        if session.welcome:
            hello = wire.read(str(frame))
            assert isinstance(hello, wire.Hello) and hello.token == TOKEN
            welcomed += 1
        session.close()
    assert welcomed  # a few are not wrong enough
    studio.close()


def recipe(dice: random.Random) -> Recipe:
    changes = [
        (dice.randrange(3), dice.randrange(2**16), dice.randrange(2**16)) for _ in range(dice.randint(1, 3))
    ]
    return dice.randrange(len(VALID)), changes


def test_1_000_mutated_messages_over_a_socket_keep_nobody_waiting(serving: Any, witness: Talk) -> None:
    dice = random.Random(2)
    for _ in range(5):  # a connection for each 200, as no more are let through at once
        with serving.talk() as talk:
            talk.ask("new_graph", graph="lake")
            talk.ask("edit", graph="lake", revision=0, ops=[add("noise"), add("more")])
            for number in range(200):
                talk.socket.send(mutated(recipe(dice)))
                if number % 50 == 49:
                    assert answers_within_a_second(witness)
            assert talk.ask("ping")["type"] == "pong"
            for said in talk.heard:
                assert not HARMFUL.search(json.dumps(said))
    with suppress(ConnectionClosed):
        witness.ask("cancel")
    assert serving.process.poll() is None
    assert (serving.folder / "stderr").read_text() == ""
