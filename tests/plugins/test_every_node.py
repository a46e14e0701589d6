"""The same questions to every node that comes with Capriccio."""

from collections.abc import Callable, Generator
from itertools import islice
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import msgspec
import pytest
import torch
from capriccio.core import (
    AnyNode,
    Backbone,
    Catalog,
    Context,
    FeatureMaps,
    InputError,
    Labels,
    Lazy,
    PortType,
    Preview,
    Term,
)
from capriccio.core.lists import loaded
from capriccio.core.params import REQUIRED
from capriccio.plugins import BUILTIN
from capriccio.plugins.images import to_picture
from capriccio.plugins.losses import gram_loss
from capriccio.plugins.networks import feature_extractor
from capriccio.plugins.vgg import VGG
from torch import Tensor

CORE = {"capriccio.GraphInput", "capriccio.GraphOutput"}
"""The ends of graphs that are nodes, which planning takes the place of."""
NODES = {id: node for id, node in Catalog.load(BUILTIN, installed=False).nodes.items() if id not in CORE}
IN_FILES = {
    "capriccio.Bool",
    "capriccio.Choices",
    "capriccio.Collect",
    "capriccio.CompareImages",
    "capriccio.ContentLoss",
    "capriccio.Count",
    "capriccio.Cross",
    "capriccio.FeatureExtractor",
    "capriccio.Flatten",
    "capriccio.Graft",
    "capriccio.GramLoss",
    "capriccio.GuidedGramLoss",
    "capriccio.ImageFolder",
    "capriccio.ImageGrid",
    "capriccio.KeepColors",
    "capriccio.LoadImage",
    "capriccio.LoadNetwork",
    "capriccio.MRFLoss",
    "capriccio.Math",
    "capriccio.Noise",
    "capriccio.Number",
    "capriccio.Numbers",
    "capriccio.Optimize",
    "capriccio.PaintedLabels",
    "capriccio.PaintedMask",
    "capriccio.Pick",
    "capriccio.PreviewImage",
    "capriccio.Repeat",
    "capriccio.ResizeImage",
    "capriccio.SaveImage",
    "capriccio.SemanticMap",
    "capriccio.SemanticStyle",
    "capriccio.Seed",
    "capriccio.Slice",
    "capriccio.Text",
    "capriccio.TotalVariation",
    "capriccio.WeightedObjective",
}
"""People's files name these."""

CATEGORIES = {"Graphs", "Images", "Lists", "Networks", "Objectives", "Optimize", "Output", "Values"}
BANDS = {"Image": 3, "Mask": 1}
SELF_EVIDENT = {"file", "background", "width", "height", "seed", "format"}
"""Settings whose names say all."""
AS_LINKED = {("capriccio.Pick", "index")}
"""Settings of which only those values work that fit what is linked."""


class Anything:
    """What a generic node is given: something that it cannot look into."""


TYPES: dict[str, Any] = {
    "Image": Tensor,
    "Mask": Tensor,
    "Labels": Tensor,
    "Network": Backbone,
    "Features": FeatureMaps,
    "Objective": tuple,
    "Number": float,
    "Text": str,
    "Bool": bool,
}

every_node = pytest.mark.parametrize("node", NODES.values(), ids=list(NODES))


@pytest.fixture
def given(vgg: VGG, picture: Callable[..., Tensor], tmp_path: Path, context: Context) -> dict[str, Any]:
    """Something to give to each type of input, to a setting without default, and to who asks for context."""
    features = feature_extractor(picture(), vgg, layers="relu1_1, relu3_1")
    to_picture(picture()).save(tmp_path / "a.png")
    to_picture(picture(seed=1)).save(tmp_path / "b.png")
    return {
        "Image": picture(seed=1),
        "Mask": torch.rand(1, 32, 48, generator=torch.Generator().manual_seed(0)),
        "Labels": torch.arange(3).repeat_interleave(16).expand(32, 48).clone(),
        "Network": vgg,
        "Features": features,
        "Objective": gram_loss(features),
        "Number": 2.0,
        "Text": "relu1_1",
        "Bool": True,
        "anything": Anything(),
        "file": tmp_path / "a.png",
        "mask": tmp_path / "a.png",
        "labels": tmp_path / "a.png",
        "folder": tmp_path,
        "context": context,
    }


def arguments(node: AnyNode, given: dict[str, Any], **params: Any) -> dict[str, Any]:
    made: dict[str, Any] = {name: given[name] for name, p in node.params.items() if p.default is REQUIRED}
    for name, input in node.inputs.items():
        made[name] = given["anything" if input.type.variable else input.type.name]
        for _ in range(input.depth):
            made[name] = [made[name]] * 2
    if node.context:
        made[node.context] = given["context"]
    if node.labels:
        made[node.labels] = Labels()
    return {**made, **params}


def outcome(made: Any) -> Any:
    """What a node gives: what its steps end with, if it yields any."""
    while isinstance(made, Generator):
        try:
            next(made)
        except StopIteration as stop:
            return stop.value
    return made


def items(node: AnyNode, made: Any) -> list[tuple[PortType, Any]]:
    """Each single value that a node gave, and the type that it declares."""
    values = dict(zip(node.outputs, made if node.record else [made], strict=False))
    found: list[tuple[PortType, Any]] = []
    for name, output in node.outputs.items():
        level = [values[name]]
        for _ in range(output.depth):
            assert all(type(each) is list for each in level), name
            level = [item for each in level for item in each]
        found += [(output.type, loaded(item)) for item in level]
    return found


def begin(made: Any) -> Any:
    """Like the outcome, but of a node that yields previews the first one."""
    return next(made).value if isinstance(made, Generator) else made


def pixels(value: Any) -> Any:
    """What of a value can be compared."""
    match value:
        case Tensor():
            return value.tolist()
        case FeatureMaps(maps=maps):
            return {name: layer.tolist() for name, layer in maps.items()}
        case list():
            return [pixels(item) for item in value]
        case Lazy():
            return value.key
        case tuple() if hasattr(value, "_fields"):
            return [pixels(field) for field in value]
        case tuple():
            return [(term.name, term.layers, term.weight) for term in value]
        case Backbone():
            return value.layers
        case _:
            return value


def test_ids_that_stand_in_files_are_still_there() -> None:
    assert NODES.keys() >= IN_FILES
    assert NODES.keys() <= IN_FILES, "name the new node in IN_FILES, so that it stays"


@every_node
def test_its_help_begins_with_one_sentence_on_a_line(node: AnyNode) -> None:
    first = node.doc.partition("\n")[0]
    assert first.endswith(".") and first[0].isupper() and 20 < len(first) < 100
    assert node.doc.partition("\n")[2].partition("\n")[0] == ""


@every_node
def test_it_stands_in_a_category_of_the_menu(node: AnyNode) -> None:
    assert node.category in CATEGORIES


@every_node
def test_its_settings_are_explained(node: AnyNode) -> None:
    silent = {param.name for param in node.params.values() if not param.doc}
    assert silent <= SELF_EVIDENT
    for param in node.params.values():
        assert not param.doc or (param.doc.endswith(".") and not param.doc[0].islower())


@every_node
def test_its_numbers_are_bounded(node: AnyNode) -> None:
    for param in node.params.values():
        if param.type in (int, float):
            assert param.range is not None, param.name
            assert param.problem(param.type(param.range.low)) is None
            assert param.problem(param.range.high + 1) and param.problem(param.range.low - 1)


@every_node
def test_it_works_with_its_defaults_and_gives_what_it_declares(node: AnyNode, given: dict[str, Any]) -> None:
    short = {"steps": 2} if node.streams else {}
    made = outcome(node(**arguments(node, given, **short)))
    found = items(node, made)
    assert found
    for port, value in found:
        assert isinstance(value, Anything if port.variable else TYPES[port.name])
        if isinstance(value, Tensor):
            assert not value.requires_grad
        if isinstance(value, Tensor) and port.name in BANDS:
            assert value.dtype == torch.float32 and value.shape[0] == BANDS[port.name]
            assert 0 <= value.min() and value.max() <= 1
        if isinstance(value, tuple):
            assert all(isinstance(term, Term) for term in value)


@every_node
def test_it_works_at_both_ends_of_every_setting(node: AnyNode, given: dict[str, Any]) -> None:
    for param in node.params.values():
        values: tuple[Any, ...] = get_args(param.type) if get_origin(param.type) is Literal else ()
        if param.range and param.range.unit != "px":  # 8192 px take too long for a test
            values = tuple(param.type(end) for end in (param.range.low, param.range.high))
        elif param.range:
            values = (int(param.range.low),)
        for value in values:
            assert param.problem(value) is None
            if (node.id, param.name) in AS_LINKED:
                with pytest.raises(InputError):
                    node(**arguments(node, given, **{param.name: value}))
                continue
            made = begin(node(**arguments(node, given, **{param.name: value})))
            if isinstance(made, Tensor):
                assert torch.isfinite(made).all(), (param.name, value)


@every_node
def test_it_gives_the_same_again_and_leaves_its_inputs_alone(node: AnyNode, given: dict[str, Any]) -> None:
    short = {"steps": 2} if node.streams else {}
    before = {name: pixels(value) for name, value in given.items()}
    one, two = (pixels(outcome(node(**arguments(node, given, **short)))) for _ in "12")
    assert one == two or not node.cached
    assert {name: pixels(value) for name, value in given.items()} == before


@pytest.mark.parametrize("id", [id for id, node in NODES.items() if node.arranges])
def test_a_generic_node_gives_the_very_things_that_it_was_given(id: str, given: dict[str, Any]) -> None:
    node = NODES[id]
    made = node(**arguments(node, given))
    assert all(value is given["anything"] for port, value in items(node, made) if port.variable)


@every_node
def test_its_optional_inputs_may_be_left_out(node: AnyNode, given: dict[str, Any]) -> None:
    without = arguments(node, given)
    for name in [name for name, input in node.inputs.items() if input.optional]:
        del without[name]
        assert begin(node(**without)) is not None


@every_node
def test_it_can_be_told_to_the_page(node: AnyNode) -> None:
    """Defaults, options and bounds are plain values."""
    for param in node.params.values():
        plain = {"name": param.name, "doc": param.doc, "range": param.range, "widget": param.widget}
        default = None if param.default is REQUIRED else param.default
        options = get_args(param.type) if get_origin(param.type) is Literal else ()
        assert msgspec.json.encode({**plain, "default": default, "options": options})


@pytest.mark.parametrize("id", [id for id, node in NODES.items() if node.streams])
def test_a_node_that_shows_its_work_counts_its_steps_and_stops_when_closed(
    id: str, given: dict[str, Any]
) -> None:
    steps = NODES[id](**arguments(NODES[id], given, steps=100))
    first = list(islice(steps, 3))
    assert all(isinstance(preview, Preview) for preview in first)
    assert [preview.step for preview in first] == [1, 2, 3]
    assert len({preview.total for preview in first}) == 1 and first[0].total >= 100
    steps.close()
    assert next(steps, None) is None


def test_whatever_makes_a_picture_can_be_shown() -> None:
    previews = Catalog.load(BUILTIN, installed=False).previews
    made = {output.type.name for node in NODES.values() for output in node.outputs.values()}
    shown = made & {"Image", "Mask", "Labels"}
    assert len(shown) == 3 and shown <= previews.keys()


def test_every_plugin_contributes_something() -> None:
    alone = [Catalog.load([name], installed=False) for name in BUILTIN]
    assert all(catalog.nodes.keys() > CORE for catalog in alone)
    assert sum(len(catalog.nodes) - len(CORE) for catalog in alone) == len(NODES)
