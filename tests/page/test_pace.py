"""How quick the page is, measured in short; ``python -m benchmarks.page`` measures it at length."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def figures(page_is_made: None) -> dict[str, Any]:
    """What a browser shows of ten nodes that stream."""
    command = [sys.executable, "-m", "benchmarks.page", "pace", "--quick"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


@pytest.mark.parametrize(
    "name", ["scripts and styles, compressed", "ten nodes streaming", "pictures drawn of each node"]
)
def test_the_page_keeps_up(figures: dict[str, Any], name: str) -> None:
    value, bound, good = figures[name]
    assert bound
    assert good, f"{value} is not {bound}"
