"""A command line in this process, and graphs that need no weights."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from capriccio.core import Catalog, Graph, Link, Placed, save
from capriccio.plugins import BUILTIN
from capriccio.server.cli import main


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
