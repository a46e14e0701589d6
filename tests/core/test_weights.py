"""What is known of weights, and what is on this machine."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from capriccio.core.errors import PluginError, WeightsError
from capriccio.core.fetch import fetch
from capriccio.core.weights import Download, LocalFile, PyPIWheel, Weights, WeightsLibrary, weights_folder
from safetensors.numpy import load_file, save_file

SHAPES = {"a.weight": (2, 3)}


def made(path: Path, value: float = 1.0) -> Path:
    save_file({"a.weight": np.full((2, 3), value, np.float32)}, path)
    return path


@pytest.fixture
def record(tmp_path: Path) -> Weights:
    source = LocalFile(made(tmp_path / "source.safetensors"))
    return Weights("tiny-1", "tiny", source, "MIT", load_file, SHAPES, "For tests.", load_file)


@pytest.fixture
def library(tmp_path: Path, record: Weights) -> WeightsLibrary:
    other = Weights(
        "net-2", "net16", Download("https://example.invalid/n", "0" * 8), "MIT", load_file, SHAPES
    )
    return WeightsLibrary(tmp_path / "weights", [other, record])


def test_a_library_knows_its_records_in_order(library: WeightsLibrary) -> None:
    assert list(library.records) == [entry.name for entry in library] == ["net-2", "tiny-1"]
    assert library.available("net") == ["net-2"]
    assert library.architecture("net-2") == "net16"


def test_weights_that_are_not_here_come_with_the_command_that_fetches_them(library: WeightsLibrary) -> None:
    assert not library.has("tiny-1")
    for ask in (library.path, library.digest):
        with pytest.raises(WeightsError, match=r"^tiny-1 is not on .*; run: capriccio weights fetch tiny-1$"):
            ask("tiny-1")


def test_an_unknown_name_comes_with_the_known_ones(library: WeightsLibrary) -> None:
    assert not library.has("tyni-1")
    for ask in (library.path, library.digest, library.record, library.architecture):
        with pytest.raises(WeightsError, match=r"tyni-1; did you mean tiny-1\? Known: net-2, tiny-1"):
            ask("tyni-1")
    with pytest.raises(WeightsError, match=r"zzz\. Known"):
        library.path("zzz")


def test_fetched_weights_are_here_and_come_first(library: WeightsLibrary, record: Weights) -> None:
    path = fetch(record, library.folder)
    assert library.has("tiny-1")
    assert library.path("tiny-1") == path
    assert library.available() == ["tiny-1", "net-2"]
    assert [(entry.size, entry.here) for entry in library] == [(None, False), (path.stat().st_size, True)]


def test_the_digest_follows_the_content(library: WeightsLibrary, record: Weights, tmp_path: Path) -> None:
    def digest(record: Weights) -> str:
        fetch(record, library.folder)
        return WeightsLibrary(library.folder, [record]).digest("tiny-1")

    same, other = made(tmp_path / "same.safetensors"), made(tmp_path / "other.safetensors", 2.0)
    first = digest(record)
    assert digest(replace(record, source=LocalFile(same))) == first
    assert digest(replace(record, source=LocalFile(other))) != first
    assert digest(replace(record, architecture="another")) != first


@pytest.mark.parametrize("whole", [0, 20, -1])
def test_a_damaged_file_counts_as_missing(library: WeightsLibrary, record: Weights, whole: int) -> None:
    path = fetch(record, library.folder)
    path.write_bytes(path.read_bytes()[:whole])
    assert not library.has("tiny-1")
    fetch(record, library.folder)
    assert library.has("tiny-1")


def test_a_record_with_another_source_is_not_the_one_that_is_here(
    library: WeightsLibrary, record: Weights
) -> None:
    fetch(record, library.folder)
    changed = replace(record, source=Download("https://example.invalid/new", "1" * 64))
    assert not WeightsLibrary(library.folder, [changed]).has("tiny-1")


def test_two_records_of_one_name_are_refused(library: WeightsLibrary) -> None:
    twin = Weights("tiny-1", "tiny", Download("https://example.invalid/t", "2" * 8), "MIT", load_file, SHAPES)
    with pytest.raises(PluginError, match=r"tiny-1: .*source.safetensors and https://example\.invalid/t"):
        library.add(twin)


def test_a_record_that_cannot_be_right_is_refused(record: Weights) -> None:
    with pytest.raises(PluginError, match="https only"):
        Download("http://example.invalid/n", "0" * 8)
    with pytest.raises(PluginError, match="https only"):
        Download("file:///n", "0" * 8)
    with pytest.raises(PluginError, match="sha256 is '1234567'; it must be 8 to 64"):
        Download("https://example.invalid/n", "1234567")
    with pytest.raises(PluginError, match="64 to 64"):
        PyPIWheel("tiny", "1", "12345678", "w.bin", 1)
    with pytest.raises(PluginError, match="a name is made of"):
        replace(record, name="../up")


def test_own_weights_join_the_library_under_a_name(library: WeightsLibrary, tmp_path: Path) -> None:
    file = made(tmp_path / "mine.safetensors", 3.0)
    fetch(library.own("mine", file, "tiny", "CC0-1.0"), library.own_folder)
    fetch(library.own("mine", file, "tiny", "CC0-1.0"), library.own_folder)  # again does no harm
    file.unlink()
    assert library.has("mine") and library.available("tiny") == ["mine", "tiny-1"]
    assert load_file(library.path("mine"))["a.weight"][0, 0] == 3.0
    (entry,) = (entry for entry in library if entry.own)
    assert (entry.name, entry.architecture, entry.licence, entry.here) == ("mine", "tiny", "CC0-1.0", True)
    with pytest.raises(WeightsError, match="mine is your own"):
        library.record("mine")


def test_own_weights_are_refused_where_they_do_not_fit(library: WeightsLibrary, tmp_path: Path) -> None:
    file = made(tmp_path / "mine.safetensors")
    with pytest.raises(WeightsError, match=r"^mine: no plugin reads files for vgg99; .* tiny$"):
        library.own("mine", file, "vgg99")
    with pytest.raises(WeightsError, match=r"^Mine!: a name is made of"):
        library.own("Mine!", file, "tiny")
    with pytest.raises(WeightsError, match=r"^tiny-1: there are weights of this name"):
        library.own("tiny-1", file, "tiny")
    fetch(library.own("mine", file, "tiny"), library.own_folder)
    with pytest.raises(WeightsError, match=r"^mine: there are weights of this name"):
        library.own("mine", made(tmp_path / "another.safetensors"), "tiny")


def test_the_environment_names_the_cache_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CAPRICCIO_CACHE", str(tmp_path))
    assert WeightsLibrary().folder == weights_folder() == tmp_path / "weights"
    monkeypatch.delenv("CAPRICCIO_CACHE")
    assert weights_folder().parts[-2:] == ("capriccio", "weights")


def test_knowing_and_fetching_weights_takes_no_torch() -> None:
    check = "import sys, capriccio.core.fetch, capriccio.core.weights as w; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True)
