"""What the server bears, measured in short; ``make load`` and ``make bench`` measure it at length."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    """What a process of clients has measured at a server, which is a process of its own."""
    command = [sys.executable, "-m", "benchmarks.quick"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


@pytest.mark.parametrize(
    "name",
    [
        "memory for each of 100 idle clients",
        "10 viewers of 3 nodes at 10 a second, delivered",
        "10 viewers of 3 nodes at 10 a second, p99",
        "crowd: growth of the server",
        "crowd: delivered to the worst of the fast",
        "crowd: first of the deaf cut off after",
        "crowd: last of the deaf cut off after",
        "crowd: the server stops within",
        "round trip under a convolution loop, p99",
        "round trip under a pure-Python loop, p99",
        "round trip under a C call that holds the interpreter lock, p99",
        "preview latency, of the peer's",
    ],
)
def test_the_server_bears_its_load(figures: dict[str, Any], name: str) -> None:
    value, bound, good = figures[name]
    assert bound
    assert good, f"{value} is not {bound}"
