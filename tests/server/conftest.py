"""A command line in this process, servers in their own, and graphs that need no weights."""

import itertools
import json
import os
import re
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from capriccio.core import Catalog, Graph, Link, Placed, save
from capriccio.plugins import BUILTIN
from capriccio.server.cli import main
from websockets.sync.client import connect


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    status: int | str | None
    out: str
    err: str


Capriccio = Callable[..., Ended]


def graph_of(nodes: dict[str, tuple[str, dict[str, Any]]], *links: tuple[str, str]) -> Graph:
    """A graph of built-in nodes, by name: kind without ``capriccio.``, settings."""
    placed = {name: Placed(f"capriccio.{kind}", params) for name, (kind, params) in nodes.items()}
    return Graph(placed, tuple(Link.between(*link) for link in links))


SMALL = graph_of(
    {
        "noise": ("Noise", {"width": 32, "height": 24}),
        "smooth": ("TotalVariation", {"weight": 1.0}),
        "optimize": ("Optimize", {"steps": 4, "levels": 1}),
        "save": ("SaveImage", {"name": "made"}),
        "look": ("PreviewImage", {}),
    },
    ("noise.image", "optimize.init"),
    ("smooth.objective", "optimize.objectives"),
    ("optimize.image", "save.image"),
    ("noise.image", "look.image"),
)
"""A picture is smoothed and saved; beside that, its beginning is looked at."""


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return Catalog.load(BUILTIN, installed=False)


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's plugin folder, empty."""
    folder = tmp_path / "plugins"
    folder.mkdir()
    monkeypatch.setenv("CAPRICCIO_PLUGINS", str(folder))
    return folder


@pytest.fixture
def capriccio(
    plugins: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Capriccio:
    """The command ``capriccio``, in this process."""
    monkeypatch.setenv("COLUMNS", "500")  # no line is broken

    def command(*words: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["capriccio", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capsys.readouterr()
        return Ended(end.value.code, out, err)

    return command


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The file of a small graph."""
    save(SMALL, tmp_path / "small.json")
    return tmp_path / "small.json"


TOYS = Path(__file__).parent / "toys.py"
TOKEN = "a" * 43


class Talk:
    """A client: it asks, and keeps what comes until somebody wants it."""

    def __init__(self, port: int, token: str = TOKEN, **options: Any) -> None:
        self._stack = ExitStack()
        self.socket = self._stack.enter_context(connect(f"ws://127.0.0.1:{port}/ws", **options))
        self.frames: list[tuple[int, dict[str, Any], bytes]] = []
        self.heard: list[dict[str, Any]] = []
        self._ids = itertools.count(1)
        self.welcome = self.ask("hello", token=token) if token else {}

    def __enter__(self) -> "Talk":
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def send(self, type: str, **facts: Any) -> int:
        """Send a request; give its id."""
        id = next(self._ids)
        self.socket.send(json.dumps({"type": type, "id": id, **facts}))
        return id

    def ask(self, type: str, *, timeout: float = 20, **facts: Any) -> dict[str, Any]:
        """Send a request and wait for its answer."""
        id = self.send(type, **facts)
        return self.until(lambda said: said.get("re") == id, timeout)

    def until(
        self, wanted: Callable[[dict[str, Any]], bool], timeout: float = 20, ack: bool = True
    ) -> dict[str, Any]:
        """Listen until such a message comes; previews are acknowledged meanwhile."""
        end = time.monotonic() + timeout
        while True:
            said = self.listen(end - time.monotonic(), ack)
            if said is not None and wanted(said):
                return said

    def listen(self, timeout: float, ack: bool = True) -> dict[str, Any] | None:
        """The next message; None for a binary frame, which is kept."""
        frame = self.socket.recv(timeout=max(0.0, timeout))
        if isinstance(frame, str):
            said: dict[str, Any] = json.loads(frame)
            self.heard.append(said)
            return said
        kind, version, length = struct.unpack_from(">BBH", frame)
        assert version == 1
        facts = json.loads(frame[4 : 4 + length])
        self.frames.append((kind, facts, frame[4 + length :]))
        if kind == 1 and ack:
            self.send("ack", frames=[[facts["graph"], facts["node"], facts["sequence"]]])
        return None

    @property
    def pid(self) -> int:
        """Of the worker."""
        (worker,) = self.ask("get_status")["workers"]
        assert isinstance(worker["pid"], int)
        return worker["pid"]

    def ready(self, timeout: float = 60) -> None:
        """Wait until the worker is."""
        if self.ask("get_status")["workers"][0]["state"] != "ready":
            self.until(lambda said: said["type"] == "worker" and said["info"]["state"] == "ready", timeout)

    def open(self, name: str, **nodes: tuple[str, dict[str, Any]]) -> int:
        """Begin a graph of such nodes, by name: kind and settings; give its revision."""
        assert self.ask("new_graph", graph=name)["type"] == "opened"
        ops = [
            {"op": "add", "node": node, "kind": kind, "params": params}
            for node, (kind, params) in nodes.items()
        ]
        revision: int = self.ask("edit", graph=name, revision=0, ops=ops)["revision"]
        return revision

    def ended(self, run: int, timeout: float = 60) -> dict[str, Any]:
        """Wait until a run is over; it may be already."""
        over = {"done", "failed", "cancelled", "refused"}

        def ends(said: dict[str, Any]) -> bool:
            return said["type"] == "run" and said["info"]["run"] == run and said["info"]["state"] in over

        told = next(filter(ends, self.heard), None) or self.until(ends, timeout)
        info = told["info"]
        assert isinstance(info, dict)
        return info

    def run(self, graph: str, timeout: float = 60, **facts: Any) -> dict[str, Any]:
        """Run a graph to its end."""
        return self.ended(self.ask("run", graph=graph, **facts)["run"], timeout)

    def node(self, name: str, *states: str, timeout: float = 30) -> dict[str, Any]:
        """Wait until a node is in one of these states."""
        info = self.until(
            lambda said: (
                said["type"] == "node" and said["info"]["node"] == name and said["info"]["state"] in states
            ),
            timeout,
        )["info"]
        assert isinstance(info, dict)
        return info


@dataclass(frozen=True)
class Serving:
    """A server in a process of its own."""

    process: "subprocess.Popen[str]"
    port: int
    folder: Path
    said: str

    def talk(self, **options: Any) -> Talk:
        """One more client."""
        return Talk(self.port, **options)

    def stop(self, timeout: float = 10) -> int:
        """Tell it to stop, and wait until it has."""
        self.process.terminate()
        return self.process.wait(timeout)


def started(folder: Path, *options: str, **environment: str) -> Serving:
    """Start a server that keeps all its things in a folder."""
    command = [sys.executable, "-m", "capriccio", "serve", "--port", "0", "--device", "cpu"]
    places = ["--library", "library", "--state", "state", "--cache", "cache", "--out", "out"]
    variables = {
        "CAPRICCIO_TOKEN": TOKEN,
        "CAPRICCIO_PLUGINS": str(folder / "plugins"),
        "OMP_NUM_THREADS": "1",
    }
    with (folder / "stderr").open("w") as stderr:
        process = subprocess.Popen(
            [*command, *places, "--plugin", str(TOYS), *options],
            cwd=folder,
            env={**os.environ, **variables, **environment},
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
    assert process.stdout is not None
    with process.stdout as out:
        said = out.readline()
    found = re.search(r":(\d+)/#token=", said)
    assert found, (said, (folder / "stderr").read_text())
    return Serving(process, int(found[1]), folder, said)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Serving]]:
    """Start servers, and end them after the test."""
    running: list[Serving] = []

    def start(*options: str, **environment: str) -> Serving:
        running.append(started(tmp_path, *options, **environment))
        return running[-1]

    yield start
    for each in running:
        if each.process.poll() is None:
            each.process.kill()
        each.process.wait()


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server for all tests of a file, with its worker ready."""
    server = started(tmp_path_factory.mktemp("serving"))
    with server.talk() as talk:
        talk.ready(120)
    yield server
    server.process.kill()
    server.process.wait()
