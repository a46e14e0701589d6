"""A saved graph is called from Python like a function."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import capriccio
import pytest
import torch
from capriccio.core import CapriccioError, Graph, GraphError, InputError, Link, Placed, save
from capriccio.server.script import Script
from PIL import Image as Picture

pytestmark = pytest.mark.usefixtures("plugins")


def smoothing() -> Graph:
    """Makes a picture smaller, and tells a number that it was given."""
    return Graph(
        {
            "content": Placed("capriccio.GraphInput"),
            "noise": Placed("capriccio.Noise", {"width": 32, "height": 32}),
            "times": Placed("capriccio.GraphInput", {"type": "Number"}),
            "three": Placed("capriccio.Number", {"value": 3.0}),
            "small": Placed("capriccio.ResizeImage", {"side": 16}),
            "sum": Placed("capriccio.Math", {"expression": "a * 2"}),
            "image": Placed("capriccio.GraphOutput"),
            "double": Placed("capriccio.GraphOutput"),
        },
        tuple(
            Link.between(*each)
            for each in (
                ("noise.image", "content.default"),
                ("content.item", "small.image"),
                ("small.image", "image.item"),
                ("three.number", "times.default"),
                ("times.item", "sum.a"),
                ("sum.number", "double.item"),
            )
        ),
        exposed={"side": "small.side"},
    )


@pytest.fixture
def script(tmp_path: Path) -> Script:
    save(smoothing(), tmp_path / "smoothing.json")
    return capriccio.load(tmp_path / "smoothing.json", device="cpu", out=tmp_path / "out")


def test_a_graph_runs_as_it_is_saved(script: Script) -> None:
    made = script.run()
    assert dict(made).keys() == {"image", "double"}
    assert made.image.shape == (3, 16, 16) and made["image"] is made.image
    assert made.double == 6.0
    assert made.pillow().size == (16, 16)


def test_the_inputs_and_settings_of_a_graph_are_told(script: Script) -> None:
    assert script.inputs == {"content": "Image", "times": "Number"}
    assert script.settings == {"side": 16}


def test_a_picture_comes_as_such_or_as_a_file_or_as_a_tensor(script: Script, tmp_path: Path) -> None:
    red = Picture.new("RGB", (64, 32), (255, 0, 0))
    red.save(tmp_path / "red.png")
    for given in (red, tmp_path / "red.png", str(tmp_path / "red.png")):
        made = script.run(content=given)
        assert made.image.shape == (3, 8, 16)
        assert made.pillow("image").getpixel((3, 3)) == (255, 0, 0)
    tensor = torch.zeros(3, 32, 64)
    assert torch.equal(script.run(content=tensor).image, torch.zeros(3, 8, 16))


def test_numbers_and_exposed_settings_are_given_by_name(script: Script) -> None:
    made = script.run(times=5, side=24)
    assert (made.double, tuple(made.image.shape)) == (10.0, (3, 24, 24))
    assert script.run(**{"small.side": 20}).image.shape == (3, 20, 20)


def test_a_list_makes_the_graph_run_for_each_of_its_items(script: Script, tmp_path: Path) -> None:
    pictures = [Picture.new("RGB", (32, 32), (shade,) * 3) for shade in (0, 255)]
    made = script.run(content=pictures, times=[1, 2, 3])
    assert [float(each.mean()) for each in made.image] == [0.0, 1.0]
    assert [each.size for each in made.pillow("image")] == [(16, 16)] * 2
    assert made.double == [2.0, 4.0, 6.0]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"contents": 1}, "the graph has no input or exposed setting contents; did you mean content?"),
        ({"x": 1}, "the graph has no input or exposed setting x; it has side, content, times"),
        (
            {"content": [torch.zeros(3, 9, 9)]},
            "content takes no list of such values; call the graph once for each",
        ),
        ({"times": "many"}, "times is 'many'; it must be a finite number"),
        ({"tiny.size": 3}, "there is no node tiny"),
    ],
)
def test_what_cannot_be_given_is_told(script: Script, given: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as error:
        script.run(**given)
    assert str(error.value) == said


def test_a_setting_that_does_not_fit_is_told_before_anything_runs(script: Script) -> None:
    with pytest.raises(GraphError, match=r"^small\.side is 0; it must lie between"):
        script.run(side=0)


def test_an_output_that_is_not_there_or_is_no_picture_is_told(script: Script) -> None:
    made = script.run()
    with pytest.raises(AttributeError, match=r"^the graph has no output picure; it has double, image$"):
        _ = made.picure
    with pytest.raises(InputError, match=r"^double gives no picture; those that do: image$"):
        made.pillow("double")


def test_the_node_that_failed_is_named(script: Script, tmp_path: Path) -> None:
    (tmp_path / "no.png").write_text("no picture")
    with pytest.raises(CapriccioError, match=r"^content given: ") as error:
        script.run(content=tmp_path / "no.png")
    assert error.value.__cause__ is not None


def test_a_graph_in_the_same_folder_is_a_node(script: Script, tmp_path: Path) -> None:
    nodes = {"inner": Placed("graph:smoothing", {"side": 18}), "out": Placed("capriccio.GraphOutput")}
    save(Graph(nodes, (Link.between("inner.image", "out.item"),)), tmp_path / "outer.json")
    assert capriccio.load(tmp_path / "outer.json", device="cpu").run().out.shape == (3, 18, 18)


def test_a_graph_without_outputs_gives_what_nobody_reads(tmp_path: Path) -> None:
    save(Graph({"noise": Placed("capriccio.Noise", {"width": 20, "height": 16})}), tmp_path / "noise.json")
    made = capriccio.load(tmp_path / "noise.json", device="cpu").run()
    assert list(made) == ["noise"] and made.noise.shape == (3, 16, 20)


def test_the_package_alone_imports_next_to_nothing() -> None:
    code = "import sys, capriccio; assert capriccio.load; print({'torch', 'typer', 'PIL'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "set()\n", done.stderr
