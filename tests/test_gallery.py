"""The graphs that come with Capriccio are sound."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
from capriccio.core import Catalog, Workspace, graphfile, load, plan
from capriccio.plugins import BUILTIN

ROOT = Path(__file__).parents[1]
GRAPHS = sorted((ROOT / "graphs").glob("*.json"))


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.load(BUILTIN, installed=False)


def test_the_gallery_holds_graphs() -> None:
    names = {path.stem for path in GRAPHS}
    assert {"style_transfer", "content_reconstruction", "style_reconstruction"} <= names


@pytest.mark.parametrize("path", GRAPHS, ids=lambda path: path.stem)
def test_a_gallery_graph_fits_the_published_schema(path: Path) -> None:
    schema = json.loads((ROOT / "docs" / "graph.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(json.loads(path.read_text()))


@pytest.mark.parametrize("path", GRAPHS, ids=lambda path: path.stem)
def test_a_gallery_graph_can_be_planned(path: Path, catalog: Catalog) -> None:
    graph = load(path)
    planned = plan(graph, catalog, Workspace(folders=(path.parent,)))
    assert len(planned.steps) == len(graph.nodes)


@pytest.mark.parametrize("path", GRAPHS, ids=lambda path: path.stem)
def test_a_gallery_graph_is_written_as_capriccio_writes_it_and_says_where_its_nodes_stand(path: Path) -> None:
    graph = load(path)
    assert path.read_text() == graphfile.dump(graph)
    assert set(graph.layout) == set(graph.nodes)
    assert graph.notes


def test_every_picture_of_the_gallery_has_its_source_told() -> None:
    told = (ROOT / "graphs" / "images" / "SOURCES.md").read_text()
    pictures = {path.stem for path in (ROOT / "graphs" / "images").glob("*.*")} - {"SOURCES"}
    assert pictures
    assert {name for name in pictures if not re.search(rf"\b{name}\b", told)} == set()
