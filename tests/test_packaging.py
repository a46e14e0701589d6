"""What is on disk reaches the wheel."""

import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("core", "plugins", "server", "graphs")
GALLERY = [path.relative_to(ROOT) for path in sorted((ROOT / "graphs").rglob("*")) if path.is_file()]
SHOWN = [path for path in GALLERY if path.suffix in {".json", ".jpg", ".png", ".webp"}]


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def modules() -> set[Path]:
    found = {path.relative_to(ROOT) for top in FOLDERS for path in (ROOT / top).rglob("*.py")}
    return {path for path in found if "node_modules" not in path.parts}


def test_every_package_is_listed(project: dict[str, Any]) -> None:
    packages = project["tool"]["setuptools"]["packages"]
    found = {".".join(("capriccio", *path.parent.parts)) for path in modules()}
    assert {"capriccio.core", "capriccio.plugins", "capriccio.server"} <= found <= set(packages)
    assert len(packages) == len(set(packages))
    for name in packages:
        assert (ROOT / Path(*name.split(".")[1:])).is_dir(), name


def test_every_graph_and_picture_of_the_gallery_is_package_data(project: dict[str, Any]) -> None:
    patterns = project["tool"]["setuptools"]["package-data"]["capriccio.graphs"]
    names = [path.relative_to("graphs").as_posix() for path in SHOWN]
    assert len(names) > 10
    assert [name for name in names if not any(fnmatch(name, pattern) for pattern in patterns)] == []


@pytest.mark.skipif(
    find_spec("pip") is None or find_spec("setuptools") is None, reason="there is nothing to build with"
)
def test_a_wheel_holds_all_of_it(tmp_path: Path) -> None:
    source, wheels = tmp_path / "source", tmp_path / "wheels"
    source.mkdir()
    for name in FOLDERS:
        shutil.copytree(
            ROOT / name, source / name, ignore=shutil.ignore_patterns("node_modules", "__pycache__")
        )
    for name in ("pyproject.toml", "README.md", "LICENSE", "__init__.py", "py.typed"):
        shutil.copy(ROOT / name, source)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    done = subprocess.run(
        [*command, "--wheel-dir", wheels, source], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = wheels.glob("capriccio-*.whl")
    with ZipFile(wheel) as archive:
        held = set(archive.namelist())
    wanted = {Path("__init__.py"), Path("py.typed"), *modules(), *SHOWN}
    assert {f"capriccio/{path.as_posix()}" for path in wanted} - held == set()
    assert [name for name in held if "/tests/" in name or name.startswith("tests/")] == []
