"""Networks are found on this machine, and give features by layer."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from capriccio.core import (
    Catalog,
    Context,
    Download,
    FeatureMaps,
    Graph,
    GraphError,
    InputError,
    Placed,
    Weights,
    WeightsError,
    WeightsLibrary,
    plan,
)
from capriccio.plugins.networks import feature_extractor, load_network
from capriccio.plugins.vgg import VGG
from safetensors.numpy import load_file
from torch import Tensor

Library = Callable[..., WeightsLibrary]


def absent(name: str, architecture: str) -> Weights:
    """Weights that are known, and not on this machine."""
    source = Download("https://example.invalid/w", "0" * 8)
    return Weights(name, architecture, source, "MIT", load_file, {"a": (1,)})


@pytest.mark.parametrize(
    "here, best",
    [
        (["vgg16_hed"], "vgg16-hed"),
        (["vgg16_hed", "vgg16"], "vgg16"),
        (["vgg16_hed", "vgg16", "vgg19"], "vgg19"),
    ],
)
def test_the_best_weights_on_this_machine_are_taken(
    context: Context, library: Library, here: list[str], best: str
) -> None:
    weights = library(**dict.fromkeys(here, 1))
    assert load_network(context=replace(context, weights=weights)).name == best
    named = load_network(weights="vgg16-hed", context=replace(context, weights=weights))
    assert named.name == "vgg16-hed"


def test_what_is_known_but_not_here_is_passed_over(context: Context, library: Library) -> None:
    weights = library(vgg16_hed=1)
    weights.add(absent("vgg19", "vgg19"))
    assert load_network(context=replace(context, weights=weights)).name == "vgg16-hed"
    with pytest.raises(WeightsError, match=r"^vgg19 is not on .*; run: capriccio weights fetch vgg19$"):
        load_network(weights="vgg19", context=replace(context, weights=weights))


def test_a_machine_without_weights_is_told_which_command_would_do(context: Context, library: Library) -> None:
    message = "no weights are on this machine; run: capriccio weights fetch vgg16-hed"
    with pytest.raises(WeightsError, match=f"^{message}$"):
        load_network(context=replace(context, weights=library()))


def test_a_plan_tells_of_missing_and_misspelt_weights_before_anything_runs(
    catalog: Catalog, library: Library
) -> None:
    without = Catalog(library().folder)
    without.nodes = catalog.nodes
    with pytest.raises(GraphError, match=r"^net: no weights are on this machine; run: capriccio weights"):
        plan(Graph({"net": Placed("capriccio.LoadNetwork")}), without)
    without.weights.add(absent("vgg19", "vgg19"))
    with pytest.raises(GraphError, match=r"^net: no weights are called vgg91; did you mean vgg19\?"):
        plan(Graph({"net": Placed("capriccio.LoadNetwork", {"weights": "vgg91"})}), without)


def test_weights_for_another_kind_of_network_are_refused(context: Context, library: Library) -> None:
    weights = library(vgg16_hed=1)
    weights.add(absent("faces", "dcgan"))
    with pytest.raises(WeightsError, match=r"^faces is for dcgan, and LoadNetwork reads vgg16 and vgg19"):
        load_network(weights="faces", context=replace(context, weights=weights))


def test_a_plan_depends_on_which_weights_are_the_best_here(catalog: Catalog, library: Library) -> None:
    def key(weights: WeightsLibrary, **params: str) -> str:
        known = Catalog()
        known.nodes, known.weights = catalog.nodes, weights
        return plan(Graph({"net": Placed("capriccio.LoadNetwork", params)}), known).steps[0].key

    first = key(library(vgg16_hed=1))
    assert key(library(vgg16_hed=1)) == first
    assert key(library(vgg16_hed=1, vgg19=2)) != first
    assert key(library(vgg16_hed=2)) != first
    average, maximum = (key(library(vgg16_hed=1), pooling=pooling) for pooling in ("average", "max"))
    assert average != maximum


@pytest.mark.parametrize("pooling", ["max", "average"])
def test_a_network_is_loaded_with_its_weights_and_its_pooling(
    context: Context, tensors: Callable[..., dict[str, Tensor]], picture: Callable[..., Tensor], pooling: str
) -> None:
    loaded = load_network(pooling=pooling, context=context)  # type: ignore[arg-type]
    built = VGG("tiny", tensors(), pooling=pooling, device="cpu")  # type: ignore[arg-type]
    deep = [network.activations(picture(), ["pool3"])["pool3"] for network in (loaded, built)]
    assert torch.equal(*deep)
    assert loaded.device == "cpu"


def test_features_are_what_the_layers_give_with_the_network_and_the_picture(
    vgg: VGG, picture: Callable[..., Tensor]
) -> None:
    found = feature_extractor(picture(), vgg, layers="relu3_1,conv1_1 , relu3_1,")
    assert isinstance(found, FeatureMaps)
    assert found.backbone is vgg and torch.equal(found.image, picture())
    wanted = vgg.activations(picture(), ["conv1_1", "relu3_1"])
    assert {name: maps.tolist() for name, maps in found.maps.items()} == {
        name: maps.tolist() for name, maps in wanted.items()
    }


def test_features_carry_no_gradient(vgg: VGG, picture: Callable[..., Tensor]) -> None:
    found = feature_extractor(picture().requires_grad_(), vgg, layers="relu1_1")
    assert not found.maps["relu1_1"].requires_grad


@pytest.mark.parametrize("layers", ["", " , "])
def test_naming_no_layer_comes_with_those_that_there_are(
    vgg: VGG, picture: Callable[..., Tensor], layers: str
) -> None:
    with pytest.raises(InputError, match=r"^no layer is named; tiny has conv1_1, relu1_1"):
        feature_extractor(picture(), vgg, layers=layers)


def test_a_layer_that_is_not_there_is_named(vgg: VGG, picture: Callable[..., Tensor]) -> None:
    with pytest.raises(InputError, match=r"^tiny has no layer relu9_9; it has conv1_1"):
        feature_extractor(picture(), vgg, layers="relu1_1, relu9_9")
