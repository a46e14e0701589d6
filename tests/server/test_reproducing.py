"""A saved picture is made again from its record, or it is said what differs."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from capriccio.core import Catalog, Graph, Link, Placed, Workspace, plan, run, save
from capriccio.core.record import beside, dump, keep, read
from capriccio.server.results import keeping
from msgspec.structs import replace as changed
from PIL import Image as Picture
from PIL import ImageChops

from .conftest import Capriccio, Ended, graph_of

SAME = "the same picture, bit by bit"
PLUGIN = """
from capriccio.core import Image, hookimpl, node
import torch

@node("own.Grey")
def grey() -> Image:
    '''Give a grey picture.'''
    return torch.full((3, 16, 16), LEVEL)

@hookimpl
def register_nodes(register):
    register(grey)
"""


def photo(path: Path, level: int = 0) -> None:
    """A picture file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    gradient = Picture.linear_gradient("L")
    ImageChops.add(gradient, Picture.new("L", gradient.size, level)).save(path)


def edited(picture: Path, **parts: Any) -> Path:
    """The record beside a picture, changed."""
    record = changed(read(beside(picture)), **parts)
    beside(picture).write_text(dump(record))
    return beside(picture)


def with_facts(picture: Path, **facts: Any) -> Path:
    return edited(picture, facts=changed(read(picture).facts, **facts))


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with nothing in it."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def made(capriccio: Capriccio, tmp_path: Path) -> Callable[..., Path]:
    """Run a graph that saves a picture as ``made``; gives the file."""

    def make(graph: Graph, *words: object, name: str = "made.png") -> Path:
        folder = tmp_path / "work"
        folder.mkdir(exist_ok=True)
        save(graph, folder / "graph.json")
        ended = capriccio("run", folder / "graph.json", "--out", folder, "--device", "cpu", *words)
        assert ended.status == 0, ended.err
        return folder / name

    return make


NOISE = graph_of(
    {
        "noise": ("Noise", {"width": 24, "height": 16, "seed": 5}),
        "save": ("SaveImage", {"name": "made"}),
        "apart": ("Noise", {"width": 8192, "height": 8192}),
        "look": ("PreviewImage", {}),
    },
    ("noise.image", "save.image"),
    ("noise.image", "look.image"),
)
READING = graph_of(
    {
        "photo": ("LoadImage", {"file": "images/a.png"}),
        "small": ("ResizeImage", {"side": 32}),
        "save": ("SaveImage", {"name": "made"}),
    },
    ("photo.image", "small.image"),
    ("small.image", "save.image"),
)


@pytest.mark.parametrize("format, ending", [("png", "png"), ("jpeg", "jpg"), ("webp", "webp")])
def test_a_saved_picture_is_made_again_bit_by_bit(
    capriccio: Capriccio, made: Callable[..., Path], here: Path, format: str, ending: str
) -> None:
    graph = NOISE.without("apart").without("look").with_params("save", format=format, quality=40)
    path = made(graph, name=f"made.{ending}")
    before = path.read_bytes()
    ended = capriccio("reproduce", path)
    assert (ended.status, ended.out.splitlines()) == (0, [f"output/made.{ending}", SAME])
    assert (here / "output" / f"made.{ending}").read_bytes() == path.read_bytes() == before
    assert sorted(file.name for file in (here / "output").iterdir()) == [
        f"made.{ending}",
        f"made.{ending}.run.json",
    ]
    assert re.findall(r"^done (\w+)", ended.err, re.MULTILINE) == ["noise", "save"]


def test_a_picture_that_a_run_kept_is_made_again(
    capriccio: Capriccio, made: Callable[..., Path], tmp_path: Path
) -> None:
    path = made(NOISE, "--only", "look", name="look.png")
    ended = capriccio("reproduce", path, "--out", tmp_path / "work")
    assert (ended.status, ended.out.splitlines()) == (0, [str(tmp_path / "work" / "look-2.png"), SAME])


def test_a_record_alone_will_do(capriccio: Capriccio, made: Callable[..., Path]) -> None:
    path = made(NOISE, "--only", "save")
    assert capriccio("reproduce", beside(path)).out.endswith(f"{SAME}\n")
    path.unlink()
    assert capriccio("reproduce", beside(path)).out.endswith(f"{SAME}\n")
    graph = msgspec.to_builtins(read(beside(path)).graph)
    graph["nodes"]["noise"]["params"]["seed"] = 6
    ended = capriccio("reproduce", edited(path, graph=graph))
    assert (ended.status, ended.out.splitlines()[-1]) == (
        1,
        "another picture; how it differs cannot be told without made.png",
    )


def test_a_process_of_its_own_makes_the_same_with_as_many_threads(small: Path, tmp_path: Path) -> None:
    def capriccio(threads: int, *words: object) -> Ended:
        command = [sys.executable, "-m", "capriccio", *map(str, words)]
        environment = {
            **os.environ,
            "OMP_NUM_THREADS": str(threads),
            "CAPRICCIO_PLUGINS": str(tmp_path / "none"),
        }
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment)
        return Ended(done.returncode, done.stdout, done.stderr)

    assert capriccio(2, "run", small, "--out", "o", "--device", "cpu").status == 0
    record = read(tmp_path / "o" / "made.png")
    assert record.facts.seeds["noise.seed"] == 0
    ended = capriccio(1, "reproduce", "o/made.png", "--out", "o")
    assert (ended.status, ended.out) == (0, f"o/made-2.png\n{SAME}\n"), ended.err
    assert read(tmp_path / "o" / "made-2.png") == record
    assert str(tmp_path) not in dump(record)


def test_files_are_found_beside_the_picture_here_in_the_gallery_and_where_one_says(
    capriccio: Capriccio, made: Callable[..., Path], tmp_path: Path, here: Path
) -> None:
    photo(tmp_path / "work" / "images" / "a.png")
    path = made(READING)
    assert capriccio("reproduce", path).status == 0
    (tmp_path / "work" / "images").rename(tmp_path / "images")
    ended = capriccio("reproduce", path)
    assert (ended.status, ended.out) == (1, "")
    assert ended.err == (
        "photo.file is images/a.png, which is not here; name the folder that it is in with --pictures\n"
    )
    assert capriccio("reproduce", path, "--pictures", tmp_path).status == 0
    # The folder that it lies in will do as well, and what is called alike is passed over.
    photo(here / "images" / "a.png", 40)
    assert capriccio("reproduce", path, "--pictures", tmp_path / "images").out.endswith(f"{SAME}\n")
    (tmp_path / "images").rename(here / "images2")
    (here / "images2" / "a.png").rename(here / "a.png")
    assert capriccio("reproduce", path).status == 0


def test_a_picture_of_the_gallery_is_found(capriccio: Capriccio, made: Callable[..., Path]) -> None:
    gallery = Path(__file__).parents[2] / "graphs"
    path = made(READING.with_params("photo", file="images/photo_cat.jpg"), "--pictures", gallery)
    assert capriccio("reproduce", path).status == 0


def test_a_file_that_a_person_named_is_found_by_its_name(
    capriccio: Capriccio, made: Callable[..., Path], tmp_path: Path
) -> None:
    photo(tmp_path / "private" / "mine.png")
    path = made(READING, "--set", f"photo.file={tmp_path / 'private' / 'mine.png'}")
    assert "private" not in dump(read(path))
    assert capriccio("reproduce", path).status == 1
    assert capriccio("reproduce", path, "--pictures", tmp_path / "private").status == 0


def test_a_file_that_was_changed_is_named_and_how_far_the_pictures_are_apart(
    capriccio: Capriccio, made: Callable[..., Path], tmp_path: Path
) -> None:
    photo(tmp_path / "work" / "images" / "a.png")
    path = made(READING)
    photo(tmp_path / "work" / "images" / "a.png", 3)
    ended = capriccio("reproduce", path)
    assert ended.status == 1
    first, file, last = ended.out.splitlines()
    assert first == "photo.file: images/a.png does not hold what it held"
    assert file == "output/made.png"
    number = r"[\d.]+"
    much = rf"another picture: {number}% of its pixels differ, by at most [34] of 255; PSNR {number} dB"
    assert re.fullmatch(much, last)


def test_a_picture_that_was_painted_over_is_told_from_what_its_record_tells_of(
    capriccio: Capriccio, made: Callable[..., Path]
) -> None:
    path = made(NOISE, "--only", "save")
    record = read(path)
    with Picture.open(path) as picture:
        picture.putpixel((0, 0), (0, 0, 0))
        keep(picture, path, NOISE, record, overwrite=True)
    ended = capriccio("reproduce", path)
    assert (ended.status, ended.out.splitlines()) == (
        1,
        [
            "made.png has been changed since it was saved",
            "output/made.png",
            "the picture that was recorded, bit by bit, but made.png is another by now",
        ],
    )


def test_a_changed_seed_makes_another_picture(capriccio: Capriccio, made: Callable[..., Path]) -> None:
    path = made(NOISE, "--only", "save")
    graph = msgspec.to_builtins(read(path).graph)
    graph["nodes"]["noise"]["params"]["seed"] = 6
    ended = capriccio("reproduce", edited(path, graph=graph))
    first, _, last = ended.out.splitlines()
    assert ended.status == 1 and first == "noise.seed was 5 and is 6"
    assert last.startswith("another picture: 100.00% of its pixels differ, by at most 2")


def test_a_picture_of_another_size_is_told(capriccio: Capriccio, made: Callable[..., Path]) -> None:
    path = made(NOISE, "--only", "save")
    graph = msgspec.to_builtins(read(path).graph)
    graph["nodes"]["noise"]["params"]["width"] = 32
    ended = capriccio("reproduce", edited(path, graph=graph))
    assert ended.status == 1
    assert ended.out.splitlines()[-1] == (
        "another picture: it was 24 x 16 pixels (RGB) and is 32 x 16 pixels (RGB)"
    )


def test_versions_and_devices_that_differ_are_told_and_the_picture_is_made_all_the_same(
    capriccio: Capriccio, made: Callable[..., Path]
) -> None:
    path = made(NOISE, "--only", "save")
    versions = {**read(path).facts.versions, "torch": "1.0", "lucid": "0.3"}
    record = with_facts(path, versions=versions, device="cuda:77", processor="GPU")
    ended = capriccio("reproduce", record, "--device", "cpu")
    now = read(path).facts
    assert (ended.status, ended.out.splitlines()) == (
        0,
        [
            f"torch was 1.0 and is {now.versions['torch']}",
            "lucid was 0.3 and is not here",
            "device was cuda:77 and is cpu",
            f"processor was GPU and is {now.processor}",
            "output/made.png",
            SAME,
        ],
    )
    assert capriccio("reproduce", record).out.splitlines()[2].startswith("device was cuda:77 and is ")


def test_a_plugin_that_was_changed_is_named(
    capriccio: Capriccio, made: Callable[..., Path], tmp_path: Path
) -> None:
    plugin = tmp_path / "own.py"
    plugin.write_text(PLUGIN.replace("LEVEL", "0.5"))
    nodes = {"grey": Placed("own.Grey"), "save": Placed("capriccio.SaveImage", {"name": "made"})}
    path = made(Graph(nodes, (Link.between("grey.image", "save.image"),)), "--plugin", plugin)
    assert read(path).facts.nodes["own.Grey"].plugin == ""
    assert capriccio("reproduce", path, "--plugin", plugin).status == 0
    plugin.write_text(PLUGIN.replace("LEVEL", "0.25"))
    ended = capriccio("reproduce", path, "--plugin", plugin)
    first, _, last = ended.out.splitlines()
    assert ended.status == 1 and first == "the code of own.Grey is not what it was"
    assert last == "another picture: 100.00% of its pixels differ, by at most 64 of 255; PSNR 12.0 dB"
    ended = capriccio("reproduce", path)
    assert (ended.status, ended.out) == (1, "")
    assert ended.err == "grey: no plugin contributes own.Grey; is it installed?\n"


LISTED = graph_of(
    {
        "seeds": ("Numbers", {"values": "7, 8, 9"}),
        "noise": ("Noise", {"width": 16, "height": 16}),
        "save": ("SaveImage", {"name": "made"}),
        "second": ("Pick", {"index": 2}),
        "both": ("Collect", {}),
    },
    ("seeds.number", "noise.seed"),
    ("noise.image", "save.image"),
    ("noise.image", "second.items"),
    ("second.item", "both.items"),
    ("noise.image", "both.items"),
)


def test_every_item_of_a_list_is_made_again_by_itself(
    capriccio: Capriccio, made: Callable[..., Path], tmp_path: Path
) -> None:
    made(LISTED, "--only", "save")
    seen: set[str] = set()
    for number, seed in ((1, "7"), (2, "8"), (3, "9")):
        path = tmp_path / "work" / f"made_{number}.png"
        record = read(path)
        assert (record.index, record.labels, record.facts.seeds) == ([number - 1], {"seeds": seed}, {})
        seen.add(record.picture.sha256)
        ended = capriccio("reproduce", path)
        assert (ended.status, ended.out.splitlines()) == (0, [f"output/{path.name}", SAME])
    assert len(seen) == 3


def keep_all(graph: Graph, catalog: Catalog, out: Path, *wanted: str) -> list[Path]:
    """All pictures that a run of a graph keeps of the wanted nodes."""
    planned = plan(graph, catalog, Workspace(out=out, folders=(out,)), wanted=wanted)
    return [path for _, files in keeping(run(planned), planned, catalog) for path in files]


@pytest.mark.parametrize(
    "wanted, names",
    [
        ("noise", ["noise_1", "noise_2", "noise_3"]),
        ("second", ["second"]),
        ("both", ["both_1", "both_2", "both_3", "both_4"]),
    ],
)
def test_pictures_that_were_kept_of_lists_are_made_again(
    capriccio: Capriccio, catalog: Catalog, tmp_path: Path, wanted: str, names: list[str]
) -> None:
    paths = keep_all(LISTED, catalog, tmp_path, wanted)
    assert sorted(path.stem for path in paths) == names
    for path in paths:
        assert capriccio("reproduce", path).out.endswith(f"{path.name}\n{SAME}\n")


INNER = Graph(
    {
        "size": Placed("capriccio.GraphInput", {"type": "Number"}),
        "noise": Placed("capriccio.Noise", {"height": 16, "seed": 3}),
        "save": Placed("capriccio.SaveImage", {"name": "inner"}),
        "said": Placed("capriccio.GraphOutput"),
        "image": Placed("capriccio.GraphOutput"),
    },
    (
        Link.between("size.item", "noise.width"),
        Link.between("noise.image", "save.image"),
        Link.between("save.text", "said.item"),
        Link.between("noise.image", "image.item"),
    ),
    exposed={"seed": "noise.seed"},
)
OUTER = Graph(
    {
        "sizes": Placed("capriccio.Numbers", {"values": "16, 24"}),
        "fog": Placed("graph:inner", {"seed": 4}),
        "save": Placed("capriccio.SaveImage", {"name": "outer"}),
    },
    (Link.between("sizes.number", "fog.size"), Link.between("fog.image", "save.image")),
)


def test_pictures_out_of_a_saved_graph_are_made_again_without_its_file(
    capriccio: Capriccio, catalog: Catalog, tmp_path: Path
) -> None:
    save(INNER, tmp_path / "inner.json")
    paths = keep_all(OUTER, catalog, tmp_path, "fog", "save")
    (tmp_path / "inner.json").unlink()
    assert sorted(path.name for path in paths) == ["fog_image_1.png", "fog_image_2.png"]
    paths += [tmp_path / f"{name}_{number}.png" for name in ("inner", "outer") for number in (1, 2)]
    for path in paths:
        record = read(path)
        assert record.facts.seeds == {"fog/noise.seed": 4}
        assert record.drawn().graphs["inner"].nodes == INNER.nodes
        ended = capriccio("reproduce", path)
        assert (ended.status, ended.out.splitlines()) == (0, [f"output/{path.name}", SAME])
    assert read(tmp_path / "inner_2.png").node == "fog/save"


def test_real_weights_are_recorded_and_the_picture_made_again(
    capriccio: Capriccio, made: Callable[..., Path], tmp_path: Path
) -> None:
    photo(tmp_path / "work" / "images" / "a.png")
    graph = graph_of(
        {
            "photo": ("LoadImage", {"file": "images/a.png"}),
            "small": ("ResizeImage", {"side": 32}),
            "network": ("LoadNetwork", {"weights": "vgg16-hed"}),
            "layers": ("FeatureExtractor", {"layers": "relu2_1"}),
            "content": ("ContentLoss", {}),
            "noise": ("Noise", {"seed": 3}),
            "optimize": ("Optimize", {"steps": 3, "levels": 1}),
            "save": ("SaveImage", {"name": "made"}),
        },
        ("photo.image", "small.image"),
        ("small.image", "layers.image"),
        ("network.network", "layers.network"),
        ("layers.features", "content.features"),
        ("small.image", "noise.like"),
        ("noise.image", "optimize.init"),
        ("content.objective", "optimize.objectives"),
        ("optimize.image", "save.image"),
    )
    path = made(graph)
    weights = read(path).facts.depends["network"]
    assert weights["weights"] == "vgg16-hed" and len(weights["sha256"]) == 64
    assert capriccio("reproduce", path).status == 0
    record = with_facts(path, depends={"network": {**weights, "sha256": "0" * 64}})
    ended = capriccio("reproduce", record)
    assert ended.out.splitlines()[0] == f"network: sha256 was {'0' * 64} and is {weights['sha256']}"
    assert (ended.status, ended.out.splitlines()[-1]) == (0, SAME)


def test_a_picture_without_a_record_is_told(capriccio: Capriccio, tmp_path: Path) -> None:
    photo(tmp_path / "plain.jpg")
    ended = capriccio("reproduce", tmp_path / "plain.jpg")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err == (
        "plain.jpg carries no record of its making, and there is none beside it; "
        "name a picture that Capriccio has saved\n"
    )


@pytest.mark.parametrize(
    "content, said",
    [
        ("{}", '"format" must be "capriccio-run"'),
        ('{"format": "capriccio-run", "version": 1, "node": 5}', "Object missing required field `node`"),
        ("nonsense", "it is not JSON"),
    ],
)
def test_nonsense_is_told(capriccio: Capriccio, tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "bad.json").write_text(content)
    ended = capriccio("reproduce", tmp_path / "bad.json")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith("bad.json holds no record of a run that can be read: ")
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    "parts, said",
    [
        ({"node": "gone"}, "there is no node gone"),
        ({"node": "../../etc/passwd"}, "there is no node .."),
        ({"graph": {"format": "capriccio-graph", "version": 1}}, '"nodes" is missing'),
        ({"graph": {}}, "it is no graph file"),
        ({"index": [3]}, "save made no picture this time"),
    ],
)
def test_a_record_that_does_not_fit_its_graph_is_told(
    capriccio: Capriccio, made: Callable[..., Path], parts: dict[str, Any], said: str
) -> None:
    ended = capriccio("reproduce", edited(made(NOISE, "--only", "save"), **parts))
    assert ended.status == 1 and said in ended.err and "Traceback" not in ended.err


def test_no_record_reads_files_outside_the_folders(
    capriccio: Capriccio, made: Callable[..., Path], tmp_path: Path
) -> None:
    photo(tmp_path / "work" / "images" / "a.png")
    photo(tmp_path / "secret.png")
    path = made(READING)
    graph = msgspec.to_builtins(read(path).graph)
    for name in ("../secret.png", str(tmp_path / "secret.png")):
        graph["nodes"]["photo"]["params"]["file"] = name
        ended = capriccio("reproduce", edited(path, graph=graph))
        assert ended.status == 1 and "a graph may only name files below its own folder" in ended.err


def test_a_node_that_fails_makes_no_picture(
    capriccio: Capriccio, made: Callable[..., Path], tmp_path: Path
) -> None:
    photo(tmp_path / "work" / "images" / "a.png")
    path = made(READING)
    (tmp_path / "work" / "images" / "a.png").write_bytes(b"no picture")
    ended = capriccio("reproduce", path)
    assert ended.status == 1
    assert ended.out == "photo.file: images/a.png does not hold what it held\n"
    assert ended.err.endswith("save made no picture this time\n")
