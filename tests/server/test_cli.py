"""The command line: in this process where that will do, as a process of its own where it counts."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import torch
from capriccio.core import Catalog, Graph, Link, Placed, load, save
from capriccio.plugins.images import load_image, noise, resize_image
from PIL import Image as Picture
from torch import Tensor

from .conftest import SMALL, Capriccio, graph_of

SCRIPT = Path(sys.executable).with_name("capriccio")
GRAPHS = Path(__file__).parents[2] / "graphs"

PLUGIN = """
from capriccio.core import Number, Text, hookimpl, node

@node("own.Half", category="Own")
def half() -> Number:
    '''Give a half.'''
    return 0.5

@node("own.Fail", category="Own")
def fail() -> Number:
    '''Fail.'''
    raise ValueError("no [luck]")

@node("own.Say", category="Own")
def say(number: Number) -> Text:
    '''Say a number.'''
    return f"it is {number}"

@hookimpl
def register_nodes(register):
    for each in (half, fail, say):
        register(each)
"""


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


def events(out: str) -> list[dict[str, Any]]:
    """The events in lines of strict JSON."""
    return [json.loads(line, parse_constant=refuse) for line in out.splitlines()]


def names(folder: Path) -> list[str]:
    """The files in a folder, without the records beside pictures."""
    found = (path.name for path in folder.iterdir()) if folder.exists() else ()
    return sorted(name for name in found if not name.endswith(".run.json"))


def pixels(path: Path) -> bytes:
    with Picture.open(path) as picture:
        return picture.tobytes()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "output"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A single-file plugin."""
    (tmp_path / "own.py").write_text(PLUGIN)
    return tmp_path / "own.py"


@pytest.fixture
def strange(tmp_path: Path) -> Path:
    """A graph of that plugin's nodes, of which one fails."""
    nodes = {name: Placed(f"own.{name.title()}") for name in ("half", "fail", "say")}
    save(Graph(nodes, (Link.between("fail.number", "say.number"),)), tmp_path / "strange.json")
    return tmp_path / "strange.json"


def test_a_run_keeps_what_was_wanted_and_prints_only_where_it_lies(
    capriccio: Capriccio, small: Path, out: Path
) -> None:
    ended = capriccio("run", small, "--out", out, "--device", "cpu")
    assert ended.status == 0
    assert sorted(ended.out.splitlines()) == [str(out / "look.png"), str(out / "made.png")]
    assert names(out) == ["look.png", "made.png"]
    assert load(out / "made.png") == load(out / "look.png") == SMALL
    lines = [line.split() for line in ended.err.splitlines() if line.strip()]
    assert sorted(line[1] for line in lines) == sorted(SMALL.nodes)
    assert {line[0] for line in lines} == {"done"}


def test_the_picture_that_a_graph_made_runs_as_a_graph(capriccio: Capriccio, small: Path, out: Path) -> None:
    capriccio("run", small, "--out", out)
    assert capriccio("run", out / "made.png", "--out", out).status == 0
    assert names(out) == ["look-2.png", "look.png", "made-2.png", "made.png"]
    assert pixels(out / "made.png") == pixels(out / "made-2.png")


def test_json_has_a_line_for_each_event_and_ends_when_the_run_does(
    capriccio: Capriccio, small: Path, out: Path
) -> None:
    ended = capriccio("run", small, "--json", "--out", out)
    told = events(ended.out)
    assert ended.status == 0 and ended.err == ""
    assert [event["name"] for event in told if event["event"] == "NodeQueued"] == [
        event["name"] for event in told[: len(SMALL.nodes)]
    ]
    results = {event["name"]: event["result"] for event in told if event["event"] == "NodeFinished"}
    assert results == {
        "noise": None,
        "smooth": None,
        "optimize": None,
        "save": str(out / "made.png"),
        "look": str(out / "look.png"),
    }
    previews = [event for event in told if event["event"] == "NodePreviewed"]
    assert [(event["name"], event["step"], event["total"]) for event in previews] == [
        ("optimize", step, 4) for step in range(1, 5)
    ]
    assert previews[0]["measures"]["loss"] > previews[-1]["measures"]["loss"] > 0
    assert told[-1]["event"] == "RunFinished"
    assert (told[-1]["failed"], told[-1]["skipped"]) == ([], [])


def test_only_what_is_asked_for_is_run(capriccio: Capriccio, small: Path, out: Path) -> None:
    ended = capriccio("run", small, "--only", "look", "--out", out)
    assert (ended.status, ended.out) == (0, f"{out / 'look.png'}\n")
    assert names(out) == ["look.png"]
    ended = capriccio("run", small, "--only", "noise", "--only", "optimize", "--json", "--out", out)
    assert {event.get("name") for event in events(ended.out)} == {"noise", "smooth", "optimize", None}
    assert names(out) == ["look.png", "noise.png", "optimize.png"]
    ended = capriccio("run", small, "--only", "nose", "--out", out)
    assert (ended.status, ended.err) == (1, "there is no node nose; did you mean noise?\n")


def test_settings_change_what_is_made(capriccio: Capriccio, small: Path, out: Path) -> None:
    change = ("--set", "noise.width=20", "--set", "save.name=a b", "--set", "save.format=webp")
    assert capriccio("run", small, "--only", "save", "--out", out, *change).status == 0
    assert names(out) == ["a b.webp"]
    assert load_image(file=out / "a b.webp").shape == (3, 24, 20)


def test_a_picture_from_anywhere_can_be_put_into_a_graph(
    capriccio: Capriccio, tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [tmp_path / name for name in ("graphs", "elsewhere", "more")]
    for folder, shade in zip(folders, (0, 100, 200), strict=True):
        folder.mkdir()
        Picture.new("RGB", (4, 4), (shade,) * 3).save(folder / f"{folder.name}.png")
    graph = graph_of({"photo": ("LoadImage", {"file": "graphs.png"})})
    save(graph, folders[0] / "graph.json")
    monkeypatch.chdir(folders[1])
    file = "photo.file="
    given: list[tuple[str, ...]] = [
        (),
        ("--set", file + str(folders[1] / "elsewhere.png")),
        ("--set", file + "elsewhere.png"),
        ("--set", file + "../more/more.png"),
    ]
    shades = []
    for words in given:
        ended = capriccio("run", folders[0] / "graph.json", "--out", out, *words)
        assert ended.status == 0
        shades.append(pixels(Path(ended.out.strip()))[0])
    assert shades == [0, 100, 100, 200]
    save(graph_of({"photo": ("LoadImage", {"file": "more.png"})}), folders[0] / "graph.json")
    assert capriccio("check", folders[0] / "graph.json").status == 1
    assert capriccio("check", folders[0] / "graph.json", "--pictures", folders[2]).status == 0


def test_a_graph_from_a_stranger_reads_no_file_outside_of_its_folder(
    capriccio: Capriccio, tmp_path: Path
) -> None:
    Picture.new("RGB", (4, 4)).save(tmp_path / "secret.png")
    (tmp_path / "graphs").mkdir()
    for name in ("../secret.png", str(tmp_path / "secret.png")):
        save(graph_of({"photo": ("LoadImage", {"file": name})}), tmp_path / "graphs" / "graph.json")
        ended = capriccio("run", tmp_path / "graphs" / "graph.json")
        assert ended.status == 1
        assert ended.err.startswith(f"photo.file is {name}; a graph may only name files below its own")


def test_a_seed_is_given_to_every_node_and_makes_a_picture_that_can_be_made_again(
    capriccio: Capriccio, small: Path, out: Path
) -> None:
    for seed in (1, 1, 2):
        assert capriccio("run", small, "--seed", seed, "--out", out).status == 0
    made = [pixels(out / name) for name in ("made.png", "made-2.png", "made-3.png")]
    assert made[0] == made[1] != made[2]
    loaded = load(out / "made-3.png")
    assert {name: p.params["seed"] for name, p in loaded.nodes.items() if "seed" in p.params} == {
        "noise": 2,
        "optimize": 2,
    }
    assert (load_image(file=out / "look-3.png") - noise(width=32, height=24, seed=2)).abs().max() < 1 / 255


def test_a_node_that_fails_is_told_by_name_and_the_rest_goes_on(
    capriccio: Capriccio, strange: Path, own: Path, out: Path
) -> None:
    ended = capriccio("run", strange, "--plugin", own, "--out", out)
    assert ended.status == 1 and ended.out == ""
    failed = r"^failed fail  ValueError: no \[luck\] \(\w+\.py, line \d+\)$"
    assert re.search(failed, ended.err, re.MULTILINE)
    assert "skipped say  because fail failed" in ended.err.splitlines()
    assert any(line.startswith("done half") for line in ended.err.splitlines())
    last = events(capriccio("run", strange, "--plugin", own, "--json").out)[-1]
    assert (last["failed"], last["skipped"]) == (["fail"], ["say"])


def test_numbers_and_texts_of_wanted_nodes_are_told_in_json(
    capriccio: Capriccio, strange: Path, own: Path
) -> None:
    ended = capriccio("run", strange, "--plugin", own, "--only", "half", "--json")
    assert ended.status == 0
    assert events(ended.out)[-2]["result"] == 0.5


def test_a_plugin_that_is_named_and_fails_ends_the_command_with_the_reason(
    capriccio: Capriccio, small: Path, tmp_path: Path
) -> None:
    (tmp_path / "bad.py").write_text("1 / 0")
    for words in (("run", small), ("check", small), ("nodes",)):
        ended = capriccio(*words, "--plugin", tmp_path / "bad.py")
        assert ended.status == 1
        assert ended.err == "bad.py cannot be loaded: ZeroDivisionError: division by zero\n"
    ended = capriccio("nodes", "--plugin", tmp_path / "none.py")
    assert (ended.status, ended.err) == (1, f"{tmp_path / 'none.py'} is no file; name a .py file\n")
    ended = capriccio("doctor", "--plugin", tmp_path / "bad.py")
    assert ended.status == 1
    assert "bad.py: failed: bad.py cannot be loaded: ZeroDivisionError: division by zero" in ended.out
    assert "capriccio.plugins.images: loaded" in ended.out


def test_a_broken_plugin_in_the_folder_is_left_out_and_told(
    capriccio: Capriccio, small: Path, plugins: Path, out: Path
) -> None:
    (plugins / "bad.py").write_text("1 / 0")
    (plugins / "good.py").write_text(PLUGIN)
    ended = capriccio("run", small, "--only", "look", "--out", out)
    assert ended.status == 0 and ended.out.startswith(str(out))
    assert ended.err.startswith("plugin bad.py was left out: bad.py cannot be loaded: ZeroDivisionError")
    ended = capriccio("doctor")
    assert ended.status == 1
    assert "bad.py: failed: bad.py cannot be loaded: ZeroDivisionError: division by zero" in ended.out
    assert "good.py: loaded" in ended.out
    (plugins / "bad.py").unlink()
    assert capriccio("doctor").status == 0


@pytest.fixture
def varied(tmp_path: Path) -> Path:
    """A graph that smooths a picture in a graph that is a node, and again for each of some widths."""
    inner = graph_of(
        {
            "picture": ("GraphInput", {}),
            "resize": ("ResizeImage", {}),
            "image": ("GraphOutput", {}),
        },
        ("picture.item", "resize.image"),
        ("resize.image", "image.item"),
    )
    drawn = graph_of(
        {
            "content": ("GraphInput", {}),
            "noise": ("Noise", {"width": 32, "height": 24}),
            "sides": ("Numbers", {"values": "16, 20"}),
        },
        ("noise.image", "content.default"),
    )
    drawn = drawn.with_node("smaller", Placed("graph:smaller", {"side": 18}))
    for start, end in (("content.item", "smaller.picture"), ("sides.number", "smaller.side")):
        drawn = drawn.with_link(Link.between(start, end))
    drawn = replace(drawn, graphs={"smaller": replace(inner, exposed={"side": "resize.side"})})
    save(drawn, tmp_path / "varied.json")
    return tmp_path / "varied.json"


def sizes(folder: Path) -> dict[str, tuple[int, int]]:
    found = {}
    for name in names(folder):
        with Picture.open(folder / name) as picture:
            found[name] = picture.size
    return found


def test_of_a_node_that_has_items_each_picture_is_kept(capriccio: Capriccio, varied: Path, out: Path) -> None:
    ended = capriccio("run", varied, "--out", out)
    assert ended.status == 0
    kept = {"smaller_image_1.png": (16, 12), "smaller_image_2.png": (20, 15)}
    assert sizes(out) == kept
    assert sorted(ended.out.splitlines()) == [str(out / name) for name in kept]  # told as they are done
    assert any(line.startswith("done smaller  2 items, ") for line in ended.err.splitlines()), ended.err


def test_items_are_told_in_json(capriccio: Capriccio, varied: Path, out: Path) -> None:
    told = events(capriccio("run", varied, "--out", out, "--json").out)
    listed = [event for event in told if event["event"] == "NodeListed" and event["name"] == "smaller/resize"]
    assert [item["labels"] for item in listed[0]["items"]] == [{"sides": "16"}, {"sides": "20"}]
    results = {
        tuple(event["index"]): event["item"]["result"]
        for event in told
        if event["event"] == "NodeItem"
        and event["name"] == "smaller/image"
        and event["item"]["event"] == "NodeFinished"
    }
    assert results == {(0,): str(out / "smaller_image_1.png"), (1,): str(out / "smaller_image_2.png")}


def test_an_input_of_the_graph_gets_a_picture_by_its_name(
    capriccio: Capriccio, varied: Path, out: Path, tmp_path: Path
) -> None:
    Picture.new("RGB", (40, 40), (255, 0, 0)).save(tmp_path / "red.png")
    ended = capriccio("run", varied, "--out", out, "--set", f"content={tmp_path / 'red.png'}")
    assert ended.status == 0, ended.err
    assert sizes(out) == {"smaller_image_1.png": (16, 16), "smaller_image_2.png": (20, 20)}
    ended = capriccio("run", varied, "--out", out, "--set", "contents=x.png")
    assert (ended.status, ended.err) == (
        1,
        "--set contents=x.png: the graph has no input or exposed setting contents; did you mean content?\n",
    )


def test_check_counts_the_nodes_in_graphs_too(capriccio: Capriccio, varied: Path) -> None:
    assert capriccio("check", varied).out == "varied.json: 7 nodes, 3 of them in graphs, no problems\n"


def test_check_finds_nothing_wrong_with_a_sound_graph_and_runs_nothing(
    capriccio: Capriccio, small: Path, out: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    before = names(tmp_path)
    assert capriccio("check", small).out == "small.json: 5 nodes, no problems\n"
    assert capriccio("check", small, "--only", "look").out == "small.json: 2 nodes, no problems\n"
    assert names(tmp_path) == before


def test_check_lists_every_problem_at_once(capriccio: Capriccio, tmp_path: Path) -> None:
    graph = Graph(
        {
            "photo": Placed("capriccio.LoadImage", {"file": "none.png"}),
            "soft": Placed("capriccio.Noise", {"contrast": 3, "seeds": 1}),
            "warp": Placed("brushes.Warp"),
            "net": Placed("capriccio.LoadNetwork", {"weights": "vgg17"}),
            "save": Placed("capriccio.SaveImage", {"name": "../up"}),
            "extract": Placed("capriccio.FeatureExtractor"),
        }
    )
    save(graph, tmp_path / "bad.json")
    for command in ("check", "run"):
        ended = capriccio(command, tmp_path / "bad.json")
        assert (ended.status, ended.out) == (1, "")
        lines = ended.err.splitlines()
        assert "photo.file is none.png, and there is no such file beside the graph; choose another" in lines
        assert "soft.contrast is 3; it must lie between 0.0 and 1.0" in lines
        assert "soft: capriccio.Noise has no setting seeds; did you mean seed?" in lines
        assert "warp: no plugin contributes brushes.Warp; is it installed?" in lines
        assert "save.image is not linked; it needs Image" in lines
        assert "extract.image is not linked; it needs Image" in lines
        assert "extract.network is not linked; it needs Network" in lines
        assert any(line.startswith("save.name is '../up'; it must be a file name") for line in lines)


@pytest.mark.parametrize(
    "content, problem",
    [
        (None, "cannot be read: No such file or directory"),
        ("not json", "graph.json: it is not JSON: "),
        ("{}", 'graph.json: it is no graph file: "format" must be'),
    ],
)
def test_a_file_without_a_graph_is_refused_in_one_line(
    capriccio: Capriccio, tmp_path: Path, content: str | None, problem: str
) -> None:
    if content is not None:
        (tmp_path / "graph.json").write_text(content)
    for command in ("check", "run"):
        ended = capriccio(command, tmp_path / "graph.json")
        assert ended.status == 1 and ended.out == ""
        assert problem in ended.err and len(ended.err.splitlines()) == 1


@pytest.mark.parametrize("limit", [("--max-nodes", 4), ("--max-bytes", 100)])
def test_limits_on_graph_files_can_be_set(capriccio: Capriccio, small: Path, limit: tuple[str, int]) -> None:
    for command in ("check", "run"):
        ended = capriccio(command, small, *limit)
        assert ended.status == 1 and "limit" in ended.err
    assert capriccio("check", small, "--max-nodes", 5, "--max-bytes", 10_000).status == 0


def test_a_folder_that_cannot_be_written_is_told_before_anything_runs(
    capriccio: Capriccio, small: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    ended = capriccio("run", small, "--out", tmp_path / "file")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err == f"{tmp_path / 'file'} cannot be written to: File exists; choose another folder\n"


def test_the_version_is_told(capriccio: Capriccio) -> None:
    ended = capriccio("--version")
    assert (ended.status, ended.out) == (0, f"capriccio {version('capriccio')}\n")


def test_a_device_that_is_not_there_is_told_with_those_that_are(capriccio: Capriccio, small: Path) -> None:
    device = "cuda" if torch.backends.mps.is_available() else "mps"
    ended = capriccio("run", small, "--device", device)
    assert ended.status == 1
    assert ended.err.startswith(f"device is {device}, which this machine or this build of torch lacks; here:")


def test_nodes_are_listed_or_told_one_by_one(capriccio: Capriccio, own: Path, catalog: Catalog) -> None:
    listed = capriccio("nodes", "--plugin", own)
    assert listed.status == 0
    ids = [line.split()[0] for line in listed.out.splitlines()[1:]]
    assert sorted(ids) == sorted([*catalog.nodes, "own.Half", "own.Fail", "own.Say"])
    for name in ("Optimize", "capriccio.Optimize"):
        told = capriccio("nodes", name)
        assert told.status == 0 and told.out.startswith("capriccio.Optimize version 1, Optimize\n")
    for name, hint in (("Optimise", "Optimize"), ("capriccio.Nois", "capriccio.Noise")):
        ended = capriccio("nodes", name)
        assert (ended.status, ended.err) == (1, f"there is no node {name}; did you mean {hint}?\n")


def test_a_wrong_use_of_the_command_is_explained(capriccio: Capriccio, small: Path) -> None:
    ended = capriccio("run", small, "--colour")
    assert ended.status == 2 and "--colour" in ended.err
    assert "Run graphs of nodes" in capriccio().out + capriccio("--help").out
    for command in ("run", "check", "nodes", "doctor", "weights"):
        assert command in capriccio("--help").out


# From here on each test starts a process, which has to import torch: seconds.


@pytest.fixture
def process(tmp_path: Path, plugins: Path) -> Callable[..., "subprocess.Popen[str]"]:
    """The installed script, at work in a folder of its own."""

    def start(*words: object) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [str(SCRIPT), *map(str, words)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "OMP_NUM_THREADS": "1", "CAPRICCIO_PLUGINS": str(plugins), "COLUMNS": "200"},
        )

    return start


def test_a_process_ends_with_0_when_all_was_made(
    process: Callable[..., "subprocess.Popen[str]"], small: Path, tmp_path: Path
) -> None:
    out, err = (started := process("run", small, "--only", "save")).communicate(timeout=60)
    assert (started.returncode, out) == (0, "output/made.png\n")
    assert "Warning" not in err and names(tmp_path / "output") == ["made.png"]


def test_a_process_ends_with_1_and_a_sentence_when_a_graph_is_wrong(
    process: Callable[..., "subprocess.Popen[str]"], small: Path
) -> None:
    out, err = (started := process("check", small, "--set", "noise.contrast=7")).communicate(timeout=60)
    assert (started.returncode, out) == (1, "")
    assert err == "noise.contrast is 7; it must lie between 0.0 and 1.0\n"


def test_an_interrupt_ends_a_long_run_soon_and_leaves_only_whole_files(
    process: Callable[..., "subprocess.Popen[str]"], small: Path, out: Path
) -> None:
    called = time.monotonic()
    started = process("run", small, "--json", "--out", out, "--set", "optimize.steps=10000")
    assert started.stdout and started.stderr
    told: list[dict[str, Any]] = []
    while not (told and told[-1].get("step", 0) >= 50):
        line = started.stdout.readline()
        assert line, started.stderr.read()
        told += events(line)
    began = time.monotonic()
    started.send_signal(signal.SIGINT)
    rest, err = started.communicate(timeout=30)
    assert time.monotonic() - began < began - called  # sooner than it began, busy as the machine is
    assert started.returncode == 130
    assert err == "stopped\n"
    assert not [event for event in events(rest) if event["event"] == "RunFinished"]
    assert names(out) in ([], ["look.png"])  # with one core it may not have had its turn
    assert all(load(out / name).nodes["noise"] == SMALL.nodes["noise"] for name in names(out))


# And these need real weights.


def edges(image: Tensor) -> Tensor:
    """How steep the brightness of each pixel is."""
    grey = image.mean(0)
    across, down = grey[:-1, 1:] - grey[:-1, :-1], grey[1:, :-1] - grey[:-1, :-1]
    return (across.square() + down.square()).sqrt().flatten()


def test_a_photograph_is_painted_in_the_manner_of_a_painting(
    capriccio: Capriccio, catalog: Catalog, out: Path
) -> None:
    assert catalog.weights.has("vgg16-hed"), "run: capriccio weights fetch vgg16-hed"
    small = ("--set", "photo size.side=96", "--set", "painting size.side=128")
    short = ("--set", "optimize.levels=1", "--set", "optimize.steps=25")
    ended = capriccio("run", GRAPHS / "style_transfer.json", *small, *short, "--json", "--out", out)
    assert ended.status == 0, ended.err
    told = events(ended.out)
    losses = [event["measures"]["loss"] for event in told if event["event"] == "NodePreviewed"]
    assert losses[-1] < losses[0] / 4
    (path,) = (Path(event["result"]) for event in told if event.get("name") == "save" and "result" in event)
    painted = load_image(file=path)
    photo = resize_image(load_image(file=GRAPHS / "images" / "photo_summer_palace.jpg"), side=96)
    assert painted.shape == photo.shape
    assert (painted - photo).abs().mean() > 0.03
    assert torch.corrcoef(torch.stack([edges(painted), edges(photo)]))[0, 1] > 0.35
