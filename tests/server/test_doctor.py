"""The doctor tells what there is, and why a plugin failed."""

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from capriccio.core import Catalog
from capriccio.plugins import BUILTIN
from capriccio.server.doctor import PACKAGES, report


@pytest.fixture
def told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Any]:
    """Whether all is well, and the report, with such plugins in the user's folder."""
    monkeypatch.setenv("COLUMNS", "500")

    def make(**plugins: str) -> tuple[bool, str]:
        for name, source in plugins.items():
            (tmp_path / f"{name}.py").write_text(source)
        catalog = Catalog.load(BUILTIN, installed=False, folder=tmp_path, weights=tmp_path / "weights")
        return report(catalog, tmp_path), capsys.readouterr().out

    return make


def test_a_healthy_machine_is_told_with_its_versions_devices_and_plugins(told: Callable[..., Any]) -> None:
    well, text = told()
    assert well
    for package in PACKAGES:
        assert version(package) in next(line for line in text.splitlines() if line.startswith(package))
    assert any(line.split()[0] == "devices" and "cpu" in line for line in text.splitlines())
    assert all(f"{name}: loaded" in text for name in BUILTIN)
    assert f"nodes {len(Catalog.load(BUILTIN, installed=False).nodes)}" in " ".join(text.split())


def test_weights_are_told_with_their_folder_and_whether_they_are_here(
    told: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "some.bin").write_bytes(bytes(3_000_000))
    _, text = told()
    assert f"3 MB in {tmp_path / 'weights'}" in text
    assert "vgg16-hed: not fetched" in text


@pytest.mark.parametrize(
    "source, reason",
    [
        ("1 / 0", "broken.py cannot be loaded: ZeroDivisionError: division by zero"),
        ("def (", "broken.py cannot be loaded: SyntaxError: "),
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("raise SystemExit('[/bold] [i]stop')", "SystemExit: [/bold] [i]stop"),
    ],
)
def test_a_broken_plugin_is_told_with_the_reason_and_the_others_are_loaded(
    told: Callable[..., Any], source: str, reason: str
) -> None:
    well, text = told(broken=source, good="")
    assert not well
    (line,) = (line for line in text.splitlines() if "broken.py: failed" in line)
    assert reason in line
    assert "good.py: loaded" in text and f"{BUILTIN[0]}: loaded" in text


def test_a_plugin_folder_that_is_not_there_is_no_illness(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "500")
    nowhere = tmp_path / "nowhere"
    assert report(Catalog.load(BUILTIN, installed=False, folder=nowhere), nowhere)
    assert f"{nowhere} (not there)" in capsys.readouterr().out
