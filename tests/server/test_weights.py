"""The commands that see, fetch, find and add weights."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import typer
from capriccio.core.weights import Download, LocalFile, Weights, WeightsLibrary
from capriccio.server.weights import commands
from safetensors.numpy import load_file, save_file
from typer.testing import CliRunner


@pytest.fixture
def file(tmp_path: Path) -> Path:
    save_file({"a": np.ones(2, np.float32)}, tmp_path / "source.safetensors")
    return tmp_path / "source.safetensors"


@pytest.fixture
def app(tmp_path: Path, file: Path) -> typer.Typer:
    far = Weights("far", "farnet", Download("https://example.invalid/f", "0" * 8, 2000), "CC0", load_file, {})
    near = Weights("near", "tinynet", LocalFile(file), "MIT", load_file, {"a": (2,)}, adopt=load_file)
    return commands(lambda: WeightsLibrary(tmp_path / "weights", [far, near]))


def run(app: typer.Typer, *words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(word) for word in words])
    return result.exit_code, result.output


def rows(app: typer.Typer) -> list[list[str]]:
    lines = run(app, "list")[1].splitlines()
    return [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines if "│" in line]


def test_the_list_tells_what_is_here(app: typer.Typer) -> None:
    assert rows(app) == [["far", "farnet", "CC0", "2.0 kB", "no"], ["near", "tinynet", "MIT", "?", "no"]]
    run(app, "fetch", "near")
    assert [row[-1] for row in rows(app)] == ["no", "yes"]


def test_fetching_ends_with_the_file_and_doing_it_again_does_no_harm(
    app: typer.Typer, tmp_path: Path
) -> None:
    for _ in "12":
        status, output = run(app, "fetch", "near")
        assert status == 0
        assert f"near is on this machine: {tmp_path / 'weights' / 'near.safetensors'}" in output
    assert run(app, "path", "near") == (0, f"{tmp_path / 'weights' / 'near.safetensors'}\n")


def test_what_cannot_be_fetched_is_told_and_the_rest_is_fetched(app: typer.Typer) -> None:
    status, output = run(app, "fetch", "neer", "near")
    assert status == 1
    assert "no weights are called neer; did you mean near?" in output
    assert "near is on this machine" in output


def test_a_path_that_is_not_there_comes_with_the_command_that_would_do(app: typer.Typer) -> None:
    assert run(app, "path", "near") == (
        1,
        "near is not on this machine; run: capriccio weights fetch near\n",
    )


def test_own_weights_are_added_under_a_name(app: typer.Typer, file: Path) -> None:
    status, output = run(app, "add", "mine", file, "--architecture", "tinynet")
    assert (status, output) == (0, "mine is ready, for tinynet\n")
    assert rows(app)[-1][0:3] == ["mine", "tinynet", "not stated"]
    assert rows(app)[-1][-1] == "yes, your own"
    assert run(app, "fetch", "mine")[0] == 0


def test_own_weights_that_do_not_fit_are_refused(app: typer.Typer, tmp_path: Path) -> None:
    save_file({"a": np.ones(3, np.float32)}, tmp_path / "long.safetensors")
    status, output = run(app, "add", "mine", tmp_path / "long.safetensors", "--architecture", "tinynet")
    assert status == 1
    assert "mine: long.safetensors does not fit tinynet: a has the shape (3,); it must be (2,)" in output


def test_the_commands_take_no_torch() -> None:
    check = "import sys, capriccio.server.weights as w; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True)
