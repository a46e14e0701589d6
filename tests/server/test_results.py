"""What a wanted node makes is kept as a file, under a name that is free."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import numpy as np
import pytest
import torch
from capriccio.core import (
    AnyNode,
    Catalog,
    Event,
    Graph,
    InputError,
    Lazy,
    Mask,
    NodeFinished,
    NodeItem,
    NodeListed,
    NodeQueued,
    NodeStarted,
    Number,
    Placed,
    Plan,
    Workspace,
    hookimpl,
    load,
    node,
    plan,
    run,
)
from capriccio.core.record import Pixels, beside, parse, read
from capriccio.plugins import BUILTIN
from capriccio.server.results import keeping
from PIL import Image as Picture

from .conftest import graph_of


def kept(event: NodeFinished, plan: Plan, catalog: Catalog) -> Path | None:
    """The first file that is kept of one event."""
    return next((file for _, files in keeping([event], plan, catalog) for file in files), None)


class Parts(NamedTuple):
    mask: Mask
    amount: Number


@node("own.Split", category="Own")
def split() -> Parts:
    """Give a mask and a number."""
    return Parts(torch.ones(1, 4, 6), 0.5)


@pytest.fixture
def own() -> Catalog:
    """A catalog of our own, with a stranger's node."""

    def register_nodes(register: Callable[[AnyNode], None]) -> None:
        register(split)
        register(pair)

    plugin = ModuleType("own")
    setattr(plugin, "register_nodes", hookimpl(register_nodes))  # noqa: B010
    catalog = Catalog.load(BUILTIN, installed=False)
    catalog.add(plugin, "own")
    return catalog


def finished(graph: Graph, catalog: Catalog, out: Path) -> tuple[Plan, NodeFinished]:
    """A plan of one node, and how it ends."""
    planned = plan(graph, catalog, Workspace(out=out))
    (event,) = (event for event in run(planned) if isinstance(event, NodeFinished))
    return planned, event


def shape(path: Path | None) -> tuple[int, ...]:
    assert path is not None
    with Picture.open(path) as picture:
        return np.asarray(picture).shape


def test_a_picture_is_written_under_the_name_of_its_node_with_its_graph(
    catalog: Catalog, tmp_path: Path
) -> None:
    graph = graph_of({"grey fog": ("Noise", {"contrast": 0.0, "width": 20, "height": 16})})
    planned, event = finished(graph, catalog, tmp_path / "deep" / "output")
    path = kept(event, planned, catalog)
    assert path and path == tmp_path / "deep" / "output" / "grey fog.png"
    assert shape(path) == (16, 20, 3)
    assert load(path) == graph


def test_what_was_kept_before_stays(catalog: Catalog, tmp_path: Path) -> None:
    planned, event = finished(graph_of({"a": ("Noise", {"width": 16, "height": 16})}), catalog, tmp_path)
    paths = [kept(event, planned, catalog) for _ in "123"]
    assert [path and path.name for path in paths] == ["a.png", "a-2.png", "a-3.png"]


def test_of_several_outputs_the_first_is_kept(own: Catalog, tmp_path: Path) -> None:
    planned, event = finished(Graph({"split": Placed("own.Split")}), own, tmp_path)
    assert shape(kept(event, planned, own)) == (4, 6)  # a mask is grey


def test_what_is_no_picture_is_not_kept(catalog: Catalog, tmp_path: Path) -> None:
    planned, event = finished(graph_of({"a": ("TotalVariation", {})}), catalog, tmp_path / "output")
    assert kept(event, planned, catalog) is None
    assert not (tmp_path / "output").exists()


def test_a_result_that_the_cache_has_let_go_is_not_kept(catalog: Catalog, tmp_path: Path) -> None:
    planned, _ = finished(graph_of({"a": ("Noise", {"width": 16, "height": 16})}), catalog, tmp_path)
    assert kept(NodeFinished("a", None, True, 0.0), planned, catalog) is None


@node("own.Pair")
def pair() -> list[Mask]:
    """Give two masks, of which one is read late."""
    return [torch.zeros(1, 4, 6), Lazy(lambda: torch.ones(1, 4, 6), 1)]  # type: ignore[list-item]


def test_a_kept_picture_has_a_record_that_names_its_output(catalog: Catalog, tmp_path: Path) -> None:
    planned, event = finished(graph_of({"a": ("Noise", {"width": 16, "height": 16})}), catalog, tmp_path)
    path = kept(event, planned, catalog)
    assert path
    record = read(path)
    assert parse(beside(path).read_bytes()) == record
    assert (record.node, record.output, record.index) == ("a", "image", [])
    with Picture.open(path) as picture:
        assert record.picture == Pixels.of(picture)


def test_every_item_is_kept_with_its_place_and_what_tells_it_apart(catalog: Catalog, tmp_path: Path) -> None:
    planned, event = finished(graph_of({"a": ("Noise", {"width": 16, "height": 16})}), catalog, tmp_path)
    ended = NodeFinished("a", event.result, False, 0.1)
    events: list[Event] = [
        NodeQueued("a"),
        NodeListed("a", {(0,): {"seed": "7"}, (1,): {"seed": "8"}}),
        NodeItem("a", (1,), NodeStarted("a")),
        NodeItem("a", (1,), ended),
        NodeItem("a", (0,), ended),
        NodeFinished("a", None, False, 0.2),
        NodeItem("b", (0,), NodeFinished("b", event.result, False, 0.1)),
    ]
    told = list(keeping(events, planned, catalog))
    assert [event for event, _ in told] == events
    assert [[path.name for path in files] for _, files in told] == [
        *([], [], []),
        ["a_2.png"],
        ["a_1.png"],
        *([], []),
    ]
    record = read(tmp_path / "a_2.png")
    assert (record.index, record.labels) == ([1], {"seed": "8"})


def test_of_a_list_every_picture_is_kept(own: Catalog, tmp_path: Path) -> None:
    planned, event = finished(Graph({"pair": Placed("own.Pair")}), own, tmp_path)
    ((_, files),) = keeping([event], planned, own)
    assert [path.name for path in files] == ["pair_1.png", "pair_2.png"]
    assert [read(path).index for path in files] == [[0], [1]]
    with Picture.open(files[1]) as picture:
        assert picture.getextrema() == (255, 255)


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(catalog: Catalog, tmp_path: Path) -> None:
    planned, event = finished(graph_of({"a": ("Noise", {"width": 16, "height": 16})}), catalog, tmp_path)
    (tmp_path / "file").touch()
    nowhere = replace(planned, workspace=Workspace(out=tmp_path / "file"))
    with pytest.raises(InputError, match=r"file/a\.png cannot be written: .*; choose another folder$"):
        kept(event, nowhere, catalog)
