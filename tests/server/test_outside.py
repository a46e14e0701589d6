"""A client that knows only docs/protocol.md: the command line of the websockets library."""

import hashlib
import itertools
import json
import queue
import re
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import pytest
from capriccio.core.graphfile import parse
from PIL import Image as Picture

ROOT = Path(__file__).parents[2]


class Line:
    """``python -m websockets ADDRESS``: one message a line on standard input, and on standard output."""

    def __init__(self, address: str) -> None:
        command = [sys.executable, "-m", "websockets", address]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdin and self.process.stdout
        self._in: IO[str] = self.process.stdin
        self._out: IO[str] = self.process.stdout
        self._said: queue.SimpleQueue[str | bytes] = queue.SimpleQueue()
        self._ids = itertools.count(1)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()
        self._in.close()
        self._out.close()

    def _read(self) -> None:
        for line in self._out:
            if found := re.search(r"< \(binary\) ([0-9a-f]*)", line):
                self._said.put(bytes.fromhex(found[1]))
            elif found := re.search(r"< (\{.*\})", line):
                self._said.put(found[1])

    def ask(self, type: str, **facts: Any) -> int:
        id = next(self._ids)
        self._in.write(json.dumps({"type": type, "id": id, **facts}) + "\n")
        self._in.flush()
        return id

    def next(self, timeout: float) -> str | bytes:
        return self._said.get(timeout=timeout)


def unpacked(frame: bytes) -> tuple[int, dict[str, Any], bytes]:
    kind, version, length = struct.unpack_from(">BBH", frame)
    assert version == 1
    return kind, json.loads(frame[4 : 4 + length]), frame[4 + length :]


class Outsider:
    """Runs the style transfer and writes down what happens."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.steps: list[int] = []
        self.picture = bytearray()

    def until(self, wanted: Callable[[dict[str, Any]], bool], timeout: float = 120) -> dict[str, Any]:
        end = time.monotonic() + timeout
        while True:
            frame = self.line.next(end - time.monotonic())
            if isinstance(frame, bytes):
                self.look(*unpacked(frame))
                continue
            said: dict[str, Any] = json.loads(frame)
            assert said["type"] != "refused", said
            if wanted(said):
                return said

    def look(self, kind: int, facts: dict[str, Any], data: bytes) -> None:
        if kind == 3:
            assert facts["offset"] == len(self.picture)
            self.picture += data
            return
        assert Picture.open(BytesIO(data)).size == (facts["width"], facts["height"])
        self.steps.append(facts["step"])
        self.line.ask("ack", frames=[[facts["graph"], facts["node"], facts["sequence"]]])

    def answer(self, id: int) -> dict[str, Any]:
        return self.until(lambda said: said.get("re") == id)

    def over(self, run: int) -> str:
        ends = ("done", "failed", "cancelled", "refused")
        said = self.until(
            lambda said: (
                said["type"] == "run" and said["info"]["run"] == run and said["info"]["state"] in ends
            )
        )
        assert not said["info"]["problems"], said
        return str(said["info"]["state"])


@pytest.fixture
def line(serve: Callable[..., Any]) -> Iterator[Line]:
    server = serve("--port", "0")
    token = server.said.partition("#token=")[2].strip()
    line = Line(f"ws://127.0.0.1:{server.port}/ws")
    line.ask("hello", token=token, protocol=1)
    yield line
    line.close()


def test_it_runs_the_style_transfer_changes_a_weight_cancels_runs_again_and_gets_the_picture(
    line: Line,
) -> None:
    outsider = Outsider(line)
    graph = "style_transfer"
    opened = outsider.answer(line.ask("open_graph", graph=graph))
    # Small, so that it takes no minute: 2 levels of 30 steps at 192 pixels.
    small = [
        {"op": "set", "node": node, "params": params}
        for node, params in (
            ("photo size", {"side": 192}),
            ("optimize", {"steps": 30, "levels": 2}),
        )
        if node in opened["content"]["nodes"]
    ]
    edited = outsider.answer(line.ask("edit", graph=graph, revision=opened["revision"], ops=small))
    outsider.answer(line.ask("watch", graph=graph, node="optimize"))
    run = outsider.answer(line.ask("run", graph=graph))["run"]
    while len(outsider.steps) < 3:
        outsider.until(lambda said: said["type"] == "progress")
    weight = {"op": "set", "node": "style", "params": {"weight": 100.0}}
    line.ask("edit", graph=graph, revision=edited["revision"], ops=[weight])
    tuned = outsider.until(lambda said: said["type"] == "tuned")
    assert (tuned["node"], tuned["reached"], tuned["problem"]) == ("style", ["optimize"], "")
    outsider.answer(line.ask("cancel", run=run))
    assert outsider.over(run) == "cancelled"

    outsider.steps.clear()
    run = outsider.answer(line.ask("run", graph=graph))["run"]
    assert outsider.over(run) == "done"
    assert len(outsider.steps) >= 20
    assert outsider.steps == sorted(outsider.steps)

    fetched = outsider.answer(line.ask("fetch", graph=graph, node="optimize", format="png"))
    assert hashlib.sha256(outsider.picture).hexdigest() == fetched["sha256"]
    picture = Picture.open(BytesIO(outsider.picture))
    assert picture.format == "PNG"
    assert max(picture.size) == 192
    assert parse(picture.info["capriccio-graph"].encode()).nodes["style"].params["weight"] == 100.0


def test_the_example_in_the_protocol_works_as_it_stands(serve: Callable[..., Any], tmp_path: Path) -> None:
    example = (ROOT / "docs" / "protocol.md").read_text().rpartition("```python\n")[2].partition("```")[0]
    server = serve("--port", "0")
    smaller = [
        {"op": "set", "node": "photo size", "params": {"side": 160}},
        {"op": "set", "node": "optimize", "params": {"steps": 20, "levels": 2}},
    ]
    with server.talk() as talk:  # the example itself is for a longer evening
        opened = talk.ask("open_graph", graph="style_transfer")
        ops = [op for op in smaller if op["node"] in opened["content"]["nodes"]]
        talk.ask("edit", graph="style_transfer", revision=opened["revision"], ops=ops)
        done = subprocess.run(
            [sys.executable, "-c", example, server.said.removeprefix("open ").strip(), "made.png"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=180,
        )
    assert (done.returncode, done.stderr) == (0, "")
    assert "the new weight has reached optimize" in done.stdout
    assert done.stdout.count("bytes of JPEG") >= 10
    with Picture.open(tmp_path / "made.png") as picture:
        picture.load()
        assert max(picture.size) == 160
