"""The command ``capriccio serve``: what it refuses, how it ends, and that it keeps its token to itself."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import psutil
import pytest
from filelock import FileLock
from websockets.exceptions import ConnectionClosed

from .conftest import TOKEN, Capriccio, Serving, Talk, started
from .test_serve import exchange, request


@pytest.fixture
def refused(capriccio: Capriccio, tmp_path: Path) -> Callable[..., str]:
    """What the command says when it will not serve."""

    def serve(*words: object) -> str:
        folders = (
            "--library",
            tmp_path / "library",
            "--state",
            tmp_path / "state",
            "--out",
            tmp_path / "out",
        )
        ended = capriccio("serve", "--port", 0, *folders, *words)
        assert (ended.status, ended.out) == (1, "")
        assert "Traceback" not in ended.err
        return ended.err

    return serve


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "8.8.8.8", "example.org", "127.0.0.1.nip.io"])
def test_an_address_that_others_reach_has_to_be_wanted(refused: Callable[..., str], host: str) -> None:
    said = refused("--host", host)
    assert f"{host} can be reached from other machines. Whoever learns the token can then run nodes" in said
    assert "the token travels unencrypted" in said and "add --allow-remote" in said


def test_an_address_that_others_reach_is_served_when_it_is_wanted(serve: Callable[..., Serving]) -> None:
    server = serve("--host", "0.0.0.0", "--allow-remote", "--name", "art.example")
    assert server.said.startswith("open http://0.0.0.0:")
    for name in ("127.0.0.1", "localhost", "0.0.0.0", "art.example"):
        origin = ("Origin", f"http://{name}:{server.port}")
        ask = request(server.port, "GET /ws HTTP/1.1", origin, Host=f"{name}:{server.port}")
        assert exchange(server.port, ask).status == 101
    assert exchange(server.port, request(server.port, Host="evil.example:PORT")).status == 421


@pytest.mark.parametrize("host", ["127.0.0.2", "localhost"])
def test_this_machines_own_addresses_need_no_consent(serve: Callable[..., Serving], host: str) -> None:
    server = serve("--host", host)
    assert server.said.startswith(f"open http://{host}:")


def test_a_port_that_is_taken_is_told(refused: Callable[..., str]) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        said = refused("--port", port)
    assert f"cannot listen at 127.0.0.1:{port}: " in said and "; choose another --port" in said


def test_an_address_that_this_machine_does_not_have_is_told(refused: Callable[..., str]) -> None:
    assert "cannot listen at 192.0.2.1:0: " in refused("--host", "192.0.2.1", "--allow-remote")


def test_a_state_folder_has_one_server(serve: Callable[..., Serving], capriccio: Capriccio) -> None:
    server = serve()
    state = server.folder / "state"
    ended = capriccio("serve", "--port", 0, "--state", state)
    assert ended.status == 1
    assert f"another server keeps its state in {state}; stop that one, or give this one another" in ended.err
    with server.talk() as talk:
        assert talk.ask("ping")["type"] == "pong"


def test_a_state_folder_that_cannot_be_is_told(refused: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "cannot keep the state in" in refused("--state", tmp_path / "file" / "state")


@pytest.mark.parametrize("token", ["x", "a" * 31, "a" * 201])
def test_a_token_that_can_be_guessed_or_never_be_sent_is_told(
    refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("CAPRICCIO_TOKEN", token)
    said = refused()
    assert f"CAPRICCIO_TOKEN has {len(token)} characters; use 32 to 200 random ones" in said
    assert "aaaa" not in said


def test_each_server_makes_its_own_token_of_256_bits(tmp_path: Path) -> None:
    tokens = set()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        server = started(tmp_path / name, CAPRICCIO_TOKEN="")
        server.process.kill()
        server.process.wait()
        found = re.fullmatch(r"open http://127\.0\.0\.1:\d+/#token=([\w-]{43})\n", server.said)
        assert found, server.said
        tokens.add(found[1])
    assert len(tokens) == 2


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Serving]:
    """A server with its worker, in a process group of its own as a terminal makes it."""
    command = [sys.executable, "-m", "capriccio", "serve", "--port", "0", "--device", "cpu"]
    with (tmp_path / "stderr").open("w") as stderr:
        process = subprocess.Popen(
            [*command, "--library", "library", "--state", "state", "--out", "out"],
            cwd=tmp_path,
            env={**os.environ, "CAPRICCIO_TOKEN": TOKEN, "CAPRICCIO_PLUGINS": str(tmp_path / "plugins")},
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            start_new_session=True,
        )
    assert process.stdout
    with process.stdout as out:
        said = out.readline()
    yield Serving(process, int(said.split(":")[2].split("/")[0]), tmp_path, said)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_and_all_that_it_started(terminal: Serving, number: signal.Signals) -> None:
    talks = [terminal.talk() for _ in range(3)]
    talks[0].open("unsaved", noise=("capriccio.Noise", {}))
    talks[0].ready()
    others = psutil.Process(terminal.process.pid).children(recursive=True)
    assert len(others) >= 2  # the fork server and the worker
    if number == signal.SIGINT:
        os.killpg(terminal.process.pid, number)
    else:
        terminal.process.send_signal(number)
    assert terminal.process.wait(5) == 0
    _, left = psutil.wait_procs(others, 5)
    assert left == []
    for talk in talks:
        with pytest.raises(ConnectionClosed) as ended:
            talk.until(lambda said: False, 5)
        assert ended.value.rcvd and ended.value.rcvd.code == 1001
        talk.__exit__()
    assert (terminal.folder / "stderr").read_text() == "stopping\n"
    assert (terminal.folder / "state").stat().st_mode & 0o077 == 0
    with FileLock(terminal.folder / "state" / "server.lock", timeout=0):
        assert (terminal.folder / "state" / "drafts" / "unsaved.json").exists()


def test_the_token_is_in_no_log_and_in_no_file(serve: Callable[..., Serving]) -> None:
    server = serve()
    port = server.port
    for path in (f"/?token={TOKEN}", f"/ws?token={TOKEN}", f"/{TOKEN}"):
        exchange(port, request(port, f"GET {path} HTTP/1.1", ("X-Token", TOKEN), ("Cookie", TOKEN)))
    exchange(port, request(port, Host=TOKEN))
    exchange(port, request(port, "GET /ws HTTP/1.1", ("Origin", f"http://{TOKEN}")))
    exchange(port, request(port, Sec_WebSocket_Key=TOKEN))
    for text in (json.dumps({"type": "hello", "token": f"{TOKEN}x"}), f"{TOKEN}", f'{{"token": "{TOKEN}"'):
        with Talk(port, token="") as stranger:
            stranger.socket.send(text)
            with suppress(ConnectionClosed, TimeoutError):
                stranger.until(lambda said: False, 0.2)
            assert TOKEN not in json.dumps(stranger.heard)
    with server.talk() as talk:
        talk.ready()
        talk.ask("hello", token=TOKEN)
        talk.open("lake", bad=("toys.Raise", {}), small=("capriccio.Noise", {"width": 32, "height": 32}))
        assert talk.run("lake")["state"] == "failed"
        assert talk.run("lake", only=["small"])["state"] == "done"
        talk.ask("save_graph", graph="lake")
        worker = psutil.Process(talk.pid)
        assert TOKEN not in worker.environ().values()
        talk.socket.send(b"\xff")
        assert TOKEN not in json.dumps(talk.heard)
    assert server.stop() == 0
    for kept in server.folder.rglob("*"):
        assert TOKEN not in str(kept)
        assert not kept.is_file() or TOKEN.encode() not in kept.read_bytes()
    assert server.said.count(TOKEN) == 1  # on purpose, for the person at the keyboard
