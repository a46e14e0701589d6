"""The graphs that come with Capriccio are sound."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
from capriccio.core import (
    Cache,
    Catalog,
    Event,
    Graph,
    NodeFinished,
    NodeItem,
    RunFinished,
    Workspace,
    graphfile,
    load,
    plan,
    run,
)
from capriccio.plugins import BUILTIN
from PIL import Image as Picture

ROOT = Path(__file__).parents[1]
GRAPHS = sorted((ROOT / "graphs").glob("*.json"))


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.load(BUILTIN, installed=False)


def test_the_gallery_holds_graphs() -> None:
    names = {path.stem for path in GRAPHS}
    assert {"style_transfer", "content_reconstruction", "style_reconstruction"} <= names
    assert {"trade_off_grid", "style_as_a_node", "two_styles"} <= names


@pytest.mark.parametrize("path", GRAPHS, ids=lambda path: path.stem)
def test_a_gallery_graph_fits_the_published_schema(path: Path) -> None:
    schema = json.loads((ROOT / "docs" / "graph.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(json.loads(path.read_text()))


@pytest.mark.parametrize("path", GRAPHS, ids=lambda path: path.stem)
def test_a_gallery_graph_can_be_planned(path: Path, catalog: Catalog) -> None:
    graph = load(path)
    planned = plan(graph, catalog, Workspace(folders=(path.parent,)))
    tops = {step.name.partition("/")[0] for step in planned.steps}
    assert tops == set(graph.nodes)


@pytest.mark.parametrize("path", GRAPHS, ids=lambda path: path.stem)
def test_a_gallery_graph_is_written_as_capriccio_writes_it_and_says_where_its_nodes_stand(path: Path) -> None:
    graph = load(path)
    assert path.read_text() == graphfile.dump(graph)
    assert set(graph.layout) == set(graph.nodes)
    assert graph.notes


@pytest.mark.parametrize("path", GRAPHS, ids=lambda path: path.stem)
def test_a_gallery_graph_says_what_it_shows_and_has_a_small_cover(path: Path) -> None:
    said = load(path).notes[0].text
    assert 20 < len(said) and said.endswith(".")
    cover = path.parent / "covers" / f"{path.stem}.jpg"
    assert cover.stat().st_size < 25_000
    with Picture.open(cover) as picture:
        assert (picture.format, picture.size) == ("JPEG", (320, 200))


def events_of(graph: Graph, catalog: Catalog, out: Path, cache: Cache) -> list[Event]:
    workspace = Workspace(out=out, folders=(ROOT / "graphs",))
    events = list(run(plan(graph, catalog, workspace), cache))
    assert isinstance(events[-1], RunFinished) and not events[-1].failed
    return events


def made(events: list[Event], name: str) -> list[tuple[int, ...]]:
    """The items of a node that were not known already."""
    items = [event for event in events if isinstance(event, NodeItem) and event.name == name]
    ends = [(item.index, item.event) for item in items]
    return [index for index, event in ends if isinstance(event, NodeFinished) and not event.cached]


def test_the_grid_is_made_by_one_node_and_a_change_of_one_number_makes_one_column_again(
    catalog: Catalog, tmp_path: Path
) -> None:
    graph = load(ROOT / "graphs" / "trade_off_grid.json").with_params("optimize", steps=1, levels=1)
    for name in ("photo size", "painting size"):
        graph = graph.with_params(name, side=48)
    cache = Cache()
    first = events_of(graph, catalog, tmp_path, cache)
    assert len(made(first, "optimize")) == 16
    other = events_of(graph.with_params("balance", values="1, 5, 25, 100"), catalog, tmp_path, cache)
    assert sorted(made(other, "optimize")) == [(3,), (7,), (11,), (15,)]
    again = events_of(graph, catalog, tmp_path, cache)
    assert made(again, "optimize") == []
    pictures = sorted(tmp_path.glob("*.png"))
    assert [path.name for path in pictures] == [
        "trade_off_grid-2.png",
        "trade_off_grid-3.png",
        "trade_off_grid.png",
    ]
    with Picture.open(pictures[2]) as one, Picture.open(pictures[1]) as two:
        assert one.tobytes() == two.tobytes()
        assert one.width > 4 * 48 and one.height > 4 * 32


def test_a_saved_style_is_used_twice(catalog: Catalog, tmp_path: Path) -> None:
    graph = load(ROOT / "graphs" / "two_styles.json")
    for name in ("photo size", "oil size", "print size"):
        graph = graph.with_params(name, side=48)
    for name in ("after van Gogh", "after Hokusai"):
        graph = graph.with_params(name, steps=1)
    events = events_of(graph, catalog, tmp_path, Cache())
    ended = [event.name for event in events if isinstance(event, NodeFinished)]
    assert {"after van Gogh/optimize", "after van Gogh", "after Hokusai/style", "after Hokusai"} <= set(ended)
    with Picture.open(tmp_path / "two_styles.png") as picture:
        assert picture.width == 96


def test_every_picture_of_the_gallery_has_its_source_told() -> None:
    told = (ROOT / "graphs" / "images" / "SOURCES.md").read_text()
    pictures = {path.stem for path in (ROOT / "graphs" / "images").glob("*.*")} - {"SOURCES"}
    assert pictures
    assert {name for name in pictures if not re.search(rf"\b{name}\b", told)} == set()
