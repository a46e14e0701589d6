"""Small pictures and small networks, so that tests of nodes take no time."""

from collections.abc import Callable, Collection
from pathlib import Path

import pytest
import torch
from capriccio.core import Backbone, Catalog, Context, FeatureMaps, LocalFile, Weights, WeightsLibrary
from capriccio.core.fetch import fetch
from capriccio.plugins import BUILTIN
from capriccio.plugins.vgg import VGG
from capriccio.plugins.vgg_weights import BLOCKS, Depth
from safetensors.numpy import load_file
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional as F


class Pyramid(Backbone):
    """Layers ``full``, ``half`` and ``quarter``: the picture and its square, pooled; it counts its passes."""

    def __init__(self, gain: float = 1.0, device: str = "cpu") -> None:
        self.name, self.device, self.nbytes = "pyramid", device, 0
        self.layers = ("full", "half", "quarter")
        self.passes: list[tuple[tuple[int, ...], frozenset[str]]] = []
        """Size and layers of each pass that a gradient flows through."""
        self.targets: list[tuple[int, ...]] = []
        """Size of each other pass."""
        self._gain = gain

    def activations(self, image: Tensor, layers: Collection[str]) -> dict[str, Tensor]:
        size = tuple(image.shape[-2:])
        if image.requires_grad:
            self.passes.append((size, frozenset(layers)))
        else:
            self.targets.append(size)
        full = self._gain * torch.cat([image, image.square()])
        pooled = {layer: F.avg_pool2d(full, 2**number) for number, layer in enumerate(self.layers)}
        return {layer: pooled[layer] for layer in layers}

    def features(self, image: Tensor, *layers: str) -> FeatureMaps:
        """What a FeatureExtractor would give."""
        return FeatureMaps(self, image, self.activations(image, layers))


def vgg_tensors(depth: Depth = 16, seed: int = 0) -> dict[str, Tensor]:
    """Random weights of a VGG with few channels."""
    random = torch.Generator().manual_seed(seed)
    tensors = {"input.mean": torch.full((3, 1, 1), 0.4), "input.std": torch.full((3, 1, 1), 0.3)}
    inputs = 3
    for block, count in enumerate(BLOCKS[depth], start=1):
        for number in range(1, count + 1):
            outputs = 4 + 2 * block
            spread = (2 / (9 * inputs)) ** 0.5
            name = f"conv{block}_{number}"
            tensors[f"{name}.weight"] = spread * torch.randn(outputs, inputs, 3, 3, generator=random)
            tensors[f"{name}.bias"] = 0.1 * torch.randn(outputs, generator=random)
            inputs = outputs
    return tensors


@pytest.fixture
def tensors() -> Callable[..., dict[str, Tensor]]:
    return vgg_tensors


@pytest.fixture
def vgg() -> VGG:
    return VGG("tiny", vgg_tensors(), pooling="max", device="cpu")


@pytest.fixture
def picture() -> Callable[..., Tensor]:
    """A picture by size: smooth shapes with some noise, the same for the same seed."""

    def make(height: int = 32, width: int = 48, seed: int = 0) -> Tensor:
        random = torch.Generator().manual_seed(seed)
        coarse = torch.rand(1, 3, 4, 4, generator=random)
        smooth = F.interpolate(coarse, size=(height, width), mode="bilinear", align_corners=True)[0]
        return (0.8 * smooth + 0.2 * torch.rand(3, height, width, generator=random)).clamp(0, 1)

    return make


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return Catalog.load(BUILTIN, installed=False)


@pytest.fixture
def library(tmp_path: Path) -> Callable[..., WeightsLibrary]:
    """A library of tiny networks, by name and seed, each of which is on this machine."""

    def make(**seeds: int) -> WeightsLibrary:
        made = WeightsLibrary(tmp_path / "weights")
        for name, seed in seeds.items():
            tensors = vgg_tensors(seed=seed)
            source = tmp_path / f"{name}-{seed}.safetensors"
            save_file(tensors, source)
            shapes = {key: tuple(value.shape) for key, value in tensors.items()}
            record = Weights(name.replace("_", "-"), "vgg16", LocalFile(source), "MIT", load_file, shapes)
            made.add(record)
            fetch(record, made.folder)
        return made

    return make


@pytest.fixture
def context(tmp_path: Path, library: Callable[..., WeightsLibrary]) -> Context:
    """Where a node runs that asks for it."""
    return Context("node", "cpu", tmp_path / "output", weights=library(vgg16_hed=0))
