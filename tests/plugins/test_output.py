"""Pictures are saved whole, under a name of their own, with what made them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import torch
from capriccio.core import (
    Catalog,
    Context,
    Graph,
    GraphError,
    InputError,
    Link,
    NodeFinished,
    Note,
    Placed,
    Workspace,
    load,
    plan,
    run,
)
from capriccio.core.record import Pixels, beside, parse, read
from capriccio.plugins.images import load_image, noise, to_picture
from capriccio.plugins.output import preview_image, save_image
from PIL import Image as Picture
from torch import Tensor

GRAPH = Graph(
    {"näme 1": Placed("capriccio.Noise", {"seed": 3}), "save": Placed("capriccio.SaveImage")},
    (Link.between("näme 1.image", "save.image"),),
    {"save": (1.5, -2.0)},
    (Note("für Elise", (0.0, 1.0)),),
)


@pytest.fixture
def context(tmp_path: Path) -> Context:
    return Context("save", out=tmp_path / "deep" / "output", graph=GRAPH)


def test_a_preview_passes_its_picture_on(picture: Callable[..., Tensor]) -> None:
    image = picture()
    assert preview_image(image) is image


def test_a_png_holds_the_exact_picture_and_its_graph(
    picture: Callable[..., Tensor], context: Context
) -> None:
    path = Path(save_image(picture(), name="a", context=context))
    assert path == context.out / "a.png"
    with Picture.open(path) as saved:
        assert np.array_equal(np.asarray(saved), np.asarray(to_picture(picture())))
    assert torch.equal(load_image(file=path), (picture() * 255).round() / 255)
    assert load(path) == GRAPH


@pytest.mark.parametrize("format, ending", [("jpeg", "jpg"), ("webp", "webp")])
def test_other_formats_come_close_and_quality_costs_bytes(
    picture: Callable[..., Tensor], context: Context, format: Literal["jpeg", "webp"], ending: str
) -> None:
    paths = [
        Path(save_image(picture(64, 96), name="a", format=format, quality=quality, context=context))
        for quality in (10, 95)
    ]
    assert [path.name for path in paths] == [f"a.{ending}", f"a-2.{ending}"]
    with Picture.open(paths[1]) as saved:
        assert saved.format == format.upper()
    errors = [(load_image(file=path) - picture(64, 96)).abs().mean().item() for path in paths]
    assert errors[1] < errors[0] < 0.1
    assert paths[0].stat().st_size < paths[1].stat().st_size


def test_an_earlier_file_is_never_lost_unless_told(picture: Callable[..., Tensor], context: Context) -> None:
    first = save_image(picture(seed=0), context=context)
    second = save_image(picture(seed=1), context=context)
    kept = Path(first).read_bytes()
    assert first != second and load_image(file=Path(second)).sum() != load_image(file=Path(first)).sum()
    assert save_image(picture(seed=2), overwrite=True, context=context) == first
    assert Path(first).read_bytes() != kept
    assert sorted(path.name for path in context.out.iterdir()) == ["picture-2.png", "picture.png"]


@pytest.mark.parametrize(
    "name", ["../a", "a/b", "/a", "..", ".", "a.png", ".a", "", "a\0", "a\n", "C:a", "a\\b", "a" * 61]
)
def test_a_name_cannot_leave_the_folder(name: str, catalog: Catalog) -> None:
    problem = catalog.nodes["capriccio.SaveImage"].params["name"].problem(name)
    assert problem and "must be a file name of at most 60 letters, digits, spaces, - and _" in problem
    graph = Graph(
        {"noise": Placed("capriccio.Noise"), "save": Placed("capriccio.SaveImage", {"name": name})},
        (Link.between("noise.image", "save.image"),),
    )
    with pytest.raises(GraphError, match=r"^save\.name is "):
        plan(graph, catalog)


@pytest.mark.parametrize("name", ["a", "a b-c_9", "Ölbild", "画" * 60, "𐐐" * 60])
def test_every_name_that_passes_can_be_written(
    name: str, catalog: Catalog, picture: Callable[..., Tensor], context: Context
) -> None:
    assert catalog.nodes["capriccio.SaveImage"].params["name"].problem(name) is None
    for _ in "12":
        save_image(picture(), name=name, context=context)
    assert len(list(context.out.iterdir())) == 2


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(
    picture: Callable[..., Tensor], tmp_path: Path, context: Context, overwrite: bool
) -> None:
    (tmp_path / "file").touch()
    nowhere = replace(context, out=tmp_path / "file" / "output")
    with pytest.raises(InputError, match=r"picture\.png cannot be written: .*; choose another folder$"):
        save_image(picture(), overwrite=overwrite, context=nowhere)
    assert [path.name for path in tmp_path.iterdir() if path.name != "weights"] == ["file"]


def test_a_saved_graph_makes_the_same_picture_again(tmp_path: Path, catalog: Catalog) -> None:
    paths: list[Path] = []
    graph = GRAPH
    for _ in "12":
        planned = plan(graph, catalog, Workspace(out=tmp_path))
        paths += [
            Path(event.result)
            for event in run(planned)
            if isinstance(event, NodeFinished) and event.name == "save"
        ]
        graph = load(paths[-1])
    assert paths[0].read_bytes() == paths[1].read_bytes()


def saved(graph: Graph, catalog: Catalog, out: Path) -> Path:
    """The file that the node ``save`` of a graph writes."""
    events = run(plan(graph, catalog, Workspace(out=out)))
    (path,) = (event.result for event in events if isinstance(event, NodeFinished) and event.name == "save")
    return Path(path)


@pytest.mark.parametrize("format", ["png", "jpeg", "webp"])
def test_a_run_leaves_a_record_in_every_picture_and_beside_it(
    format: str, tmp_path: Path, catalog: Catalog
) -> None:
    path = saved(GRAPH.with_params("save", format=format), catalog, tmp_path)
    record = read(path)
    assert parse(beside(path).read_bytes()) == record
    assert (record.node, record.output, record.index, record.labels) == ("save", "", [], {})
    assert record.picture == Pixels.of(to_picture(noise(seed=3)))
    assert record.facts.seeds == {"näme 1.seed": 3}
    assert record.drawn() == replace(GRAPH.with_params("save", format=format), layout={"save": (1.5, -2.0)})
    assert record.facts.nodes["capriccio.Noise"].plugin == f"capriccio {version('capriccio')}"
    assert record.facts.nodes["capriccio.Noise"].code == catalog.code["capriccio.Noise"]


def test_a_picture_that_carries_its_record_is_still_the_exact_picture(
    tmp_path: Path, catalog: Catalog
) -> None:
    path = saved(GRAPH, catalog, tmp_path)
    assert torch.equal(load_image(file=path), (noise(seed=3) * 255).round() / 255)
    assert load(path) == GRAPH


def test_each_item_of_a_list_gets_a_file_with_its_place_in_the_name(
    picture: Callable[..., Tensor], context: Context
) -> None:
    def save(place: tuple[int, ...], overwrite: bool) -> str:
        item = replace(context, index=place)
        return Path(save_image(picture(seed=sum(place)), overwrite=overwrite, context=item)).name

    places = [(0,), (1,), (0, 11), (2, 0)]
    names = ["picture_1.png", "picture_2.png", "picture_1_12.png", "picture_3_1.png"]
    with ThreadPoolExecutor(4) as threads:
        for _ in "12":
            assert list(threads.map(lambda place: save(place, True), places)) == names
    assert save((1,), False) == "picture_2-2.png"
    assert len(list(context.out.iterdir())) == 5
