"""Load networks, and see what their layers make of a picture."""

from collections.abc import Callable
from typing import Annotated

import torch
from safetensors.torch import load_file

from ..core import (
    AnyNode,
    Context,
    FeatureMaps,
    Features,
    Image,
    InputError,
    Names,
    Network,
    Weights,
    WeightsError,
    hookimpl,
    node,
)
from .vgg import LAYERS, VGG, Pooling
from .vgg_weights import RECORDS

BEST = "best available"


def _chosen(context: Context, weights: str) -> str:
    if weights != BEST:
        _check_architecture(weights, context.weights.architecture(weights))
        return weights
    found = next((record.name for record in RECORDS if context.weights.has(record.name)), None)
    if found is None:
        raise WeightsError("no weights are on this machine; run: capriccio weights fetch vgg16-hed")
    return found


def _check_architecture(weights: str, architecture: str) -> None:
    known = sorted({record.architecture for record in RECORDS})
    if architecture not in known:
        raise WeightsError(
            f"{weights} is for {architecture}, and LoadNetwork reads {' and '.join(known)}; choose others"
        )


def _depends(context: Context, *, weights: str, pooling: Pooling) -> dict[str, str]:
    name = _chosen(context, weights)
    return {"weights": name, "sha256": context.weights.digest(name)}


@node("capriccio.LoadNetwork", category="Networks", depends=_depends)
def load_network(
    *,
    weights: Annotated[str, "Names of weights; `capriccio weights list` shows them."] = BEST,
    pooling: Annotated[
        Pooling, "Gatys et al. found average pooling smoother; it depends on the weights."
    ] = "max",
    context: Context,
) -> Network:
    """Load a network that was trained to see."""
    name = _chosen(context, weights)
    tensors = load_file(context.weights.path(name))
    return VGG(name, tensors, pooling=pooling, device=context.device)


@node("capriccio.FeatureExtractor", category="Networks")
def feature_extractor(
    image: Image,
    network: Network,
    *,
    layers: Annotated[str, Names(lambda: LAYERS), "Names of layers, separated by commas."] = "relu4_2",
) -> Features:
    """Give what layers of a network make of a picture."""
    names = tuple(dict.fromkeys(name.strip() for name in layers.split(",") if name.strip()))
    if not names:
        raise InputError(f"no layer is named; {network.name} has {', '.join(network.layers)}")
    image = image.to(network.device)
    with torch.no_grad():
        return FeatureMaps(network, image, network.activations(image, names))


@hookimpl
def register_nodes(register: Callable[[AnyNode], None]) -> None:
    register(load_network)
    register(feature_extractor)


@hookimpl
def register_weights(register: Callable[[Weights], None]) -> None:
    for record in RECORDS:
        register(record)
