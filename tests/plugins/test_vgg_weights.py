"""VGG weights come out right from every layout that they are published in."""

import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt
import pytest
import torch
from capriccio.core.errors import WeightsError
from capriccio.core.fetch import fetch
from capriccio.core.weights import LocalFile, Weights, WeightsLibrary
from capriccio.plugins.vgg_weights import RECORDS, Depth, convolutions, from_hed, vgg_shapes
from safetensors.numpy import load_file, save_file
from torch import Tensor, nn
from torchvision.models.vgg import cfgs, make_layers

LIBRARY = WeightsLibrary(None, RECORDS)


def from_file(name: str, file: Path) -> Weights:
    """A record, with a file of ours in place of its own source."""
    return replace(LIBRARY.records[name], source=LocalFile(file))


def torchvision_tensors(depth: Depth) -> dict[str, Tensor]:
    features = make_layers(cfgs[{16: "D", 19: "E"}[depth]])
    tensors = {f"features.{key}": value for key, value in features.state_dict().items()}
    return {**tensors, "classifier.0.weight": torch.zeros(2, 2), "classifier.0.bias": torch.zeros(2)}


@pytest.mark.parametrize("depth", [16, 19])
def test_the_layers_are_those_of_torchvision(depth: Depth) -> None:
    features = make_layers(cfgs[{16: "D", 19: "E"}[depth]])
    places = {i: m.weight.shape for i, m in enumerate(features) if isinstance(m, nn.Conv2d)}
    assert {c.place: (c.outputs, c.inputs, 3, 3) for c in convolutions(depth)} == places
    assert len(vgg_shapes(depth)) == 2 * (depth - 3) + 2


@pytest.mark.parametrize("depth", [16, 19])
def test_torchvision_weights_get_our_names(depth: Depth, tmp_path: Path) -> None:
    tensors = torchvision_tensors(depth)
    torch.save(tensors, tmp_path / "vgg.pth")
    found = load_file(fetch(from_file(f"vgg{depth}", tmp_path / "vgg.pth"), tmp_path / "w"))
    assert {name: array.shape for name, array in found.items()} == vgg_shapes(depth)
    for layer in convolutions(depth):
        for kind in ("weight", "bias"):
            expected = tensors[f"features.{layer.place}.{kind}"].numpy()
            assert np.array_equal(found[f"{layer.name}.{kind}"], expected)
    assert found["input.mean"].ravel() == pytest.approx([0.485, 0.456, 0.406])
    assert found["input.std"].ravel() == pytest.approx([0.229, 0.224, 0.225])


def small_hed(file: Path) -> dict[str, npt.NDArray[np.float32]]:
    """A file laid out like HED's, with few channels; gives its kernels by our names."""
    random = np.random.default_rng(0)
    kernels: dict[str, npt.NDArray[np.float32]] = {}
    with h5py.File(file, "w") as h5:
        for layer in convolutions(16):
            inputs = 3 if layer.inputs == 3 else layer.inputs // 64
            kernel = random.random((3, 3, inputs, layer.outputs // 64 + 1)).astype(np.float32)
            suffix = f"_{layer.number - 1}" if layer.number > 1 else ""
            place = f"block{layer.block}/layers/conv2d{suffix}/vars"
            h5[f"{place}/0"] = kernels[layer.name] = kernel
            h5[f"{place}/1"] = kernel[0, 0, 0]
    return kernels


def test_hed_kernels_are_turned_to_out_in_height_width(tmp_path: Path) -> None:
    kernels = small_hed(tmp_path / "hed.h5")
    found = from_hed(tmp_path / "hed.h5")
    assert found.keys() == vgg_shapes(16).keys()
    for name, kernel in list(kernels.items())[1:]:
        assert np.array_equal(found[f"{name}.weight"].transpose(2, 3, 1, 0), kernel)
    for name, kernel in kernels.items():
        assert np.array_equal(found[f"{name}.bias"], kernel[0, 0, 0])


def test_hed_sees_an_rgb_image_as_it_saw_bgr(tmp_path: Path) -> None:
    kernel = small_hed(tmp_path / "hed.h5")["conv1_1"]
    found = from_hed(tmp_path / "hed.h5")
    image = np.random.default_rng(1).random((3, 3, 3))  # [rgb, height, width]
    caffe = (image * 255 - np.array([123.68, 116.779, 103.939]).reshape(3, 1, 1))[::-1]
    wanted = np.einsum("chw,hwco->o", caffe, kernel)
    ours = (image - found["input.mean"]) / found["input.std"]
    assert np.einsum("chw,ochw->o", ours, found["conv1_1.weight"]) == pytest.approx(wanted, rel=1e-4)


@pytest.mark.parametrize("names", ["ours", "torchvision's"])
def test_own_weights_may_use_either_names(names: str, tmp_path: Path) -> None:
    tensors = {key: value.numpy() for key, value in torchvision_tensors(16).items()}
    if names == "ours":
        ours = [
            (f"{c.name}.{kind}", f"features.{c.place}.{kind}")
            for c in convolutions(16)
            for kind in ("weight", "bias")
        ]
        tensors = {our: tensors[their] for our, their in ours}
        tensors["input.mean"] = np.full((3, 1, 1), 0.5, np.float32)
    save_file(tensors, tmp_path / "mine.safetensors")
    library = WeightsLibrary(tmp_path / "w", RECORDS)
    record = library.own("mine", tmp_path / "mine.safetensors", "vgg16")
    found = load_file(fetch(record, library.own_folder))
    assert library.available("vgg")[0] == "mine"
    assert found["input.mean"][0] == pytest.approx(0.5 if names == "ours" else 0.485)
    assert np.abs(found["conv5_3.weight"]).max() > 0


def test_own_weights_of_another_depth_are_refused(tmp_path: Path) -> None:
    save_file(
        {key: value.numpy() for key, value in torchvision_tensors(19).items()}, tmp_path / "mine.safetensors"
    )
    library = WeightsLibrary(tmp_path / "w", RECORDS)
    with pytest.raises(
        WeightsError, match=r"does not fit vgg16: conv4_1\.weight is .* and \d+ more; is it for"
    ):
        fetch(library.own("mine", tmp_path / "mine.safetensors", "vgg16"), library.own_folder)


class Payload:
    """Makes a file when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Path.touch, (self.marker,)


@pytest.mark.parametrize("kind", ["torch's zip", "plain pickle"])
def test_a_pickle_that_would_run_code_is_refused_unrun(kind: str, tmp_path: Path) -> None:
    marker, file = tmp_path / "ran", tmp_path / "evil.pth"
    if kind == "plain pickle":
        file.write_bytes(pickle.dumps({"features.0.weight": Payload(marker)}, protocol=2))
        pickle.loads(file.read_bytes())
    else:
        torch.save({"features.0.weight": Payload(marker)}, file)
        torch.load(file, weights_only=False)
    marker.unlink()  # so the payload works
    with pytest.raises(WeightsError, match=r"^vgg19: .* other than tensors, and nothing in it was run"):
        fetch(from_file("vgg19", file), tmp_path / "w")
    assert not marker.exists()
    assert not list((tmp_path / "w").glob("*.safetensors"))


def test_the_real_hed_weights_are_those_of_a_trained_network() -> None:
    found = load_file(LIBRARY.path("vgg16-hed"))  # which tells how to fetch them, should they be missing
    assert {name: array.shape for name, array in found.items()} == vgg_shapes(16)
    weights = [array for name, array in found.items() if name.endswith(".weight")]
    assert all(0.003 < array.std() < 0.3 for array in weights)
