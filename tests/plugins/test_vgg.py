"""A VGG gives the activations that the papers speak of, and does no more work than needed."""

from collections.abc import Callable
from typing import Literal

import pytest
import torch
from capriccio.core import InputError
from capriccio.plugins.vgg import LAYERS, VGG, Pooling
from capriccio.plugins.vgg_weights import BLOCKS, Depth
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

Tensors = Callable[..., dict[str, Tensor]]
POOLINGS: dict[Pooling, Callable[[int], nn.Module]] = {"max": nn.MaxPool2d, "average": nn.AvgPool2d}


def reference(tensors: dict[str, Tensor], depth: Depth, pooling: Pooling) -> dict[str, nn.Module]:
    """The same network out of torch's own modules, by the paper's names."""
    layers: dict[str, nn.Module] = {}
    for block, count in enumerate(BLOCKS[depth], start=1):
        for number in range(1, count + 1):
            weight = tensors[f"conv{block}_{number}.weight"]
            # Differs from the paper in the first layer: its borders repeat and are not black.
            mode: Literal["zeros", "replicate"] = "zeros" if layers else "replicate"
            conv = nn.Conv2d(weight.shape[1], weight.shape[0], 3, padding=1, padding_mode=mode)
            bias = tensors[f"conv{block}_{number}.bias"]
            conv.load_state_dict({"weight": weight, "bias": bias})
            layers[f"conv{block}_{number}"] = conv
            layers[f"relu{block}_{number}"] = nn.ReLU()
        layers[f"pool{block}"] = POOLINGS[pooling](2)
    return layers


def test_layers_bear_the_names_of_the_papers(vgg: VGG) -> None:
    assert vgg.layers[:6] == ("conv1_1", "relu1_1", "conv1_2", "relu1_2", "pool1", "conv2_1")
    assert vgg.layers[-5:] == ("conv5_2", "relu5_2", "conv5_3", "relu5_3", "pool5")
    assert vgg.layers == LAYERS


@pytest.mark.parametrize("depth", [16, 19])
@pytest.mark.parametrize("pooling", POOLINGS)
def test_every_layer_equals_the_one_built_from_torch_modules(
    tensors: Tensors, picture: Callable[..., Tensor], depth: Depth, pooling: Pooling
) -> None:
    weights = tensors(depth)
    vgg = VGG("tiny", weights, pooling=pooling, device="cpu")
    layers = reference(weights, depth, pooling)
    assert vgg.layers == tuple(layers)
    found = vgg.activations(picture(37, 50), vgg.layers)
    x = ((picture(37, 50) - weights["input.mean"]) / weights["input.std"])[None]
    with torch.no_grad():
        for name, layer in layers.items():
            x = layer(x)
            torch.testing.assert_close(found[name], x[0], rtol=1e-4, atol=1e-5, msg=name)
    assert set(found) == set(layers)


def test_max_and_average_pooling_differ(tensors: Tensors, picture: Callable[..., Tensor]) -> None:
    deep = [VGG("t", tensors(), pooling=p, device="cpu").activations(picture(), ["pool1"]) for p in POOLINGS]
    assert (deep[0]["pool1"] > deep[1]["pool1"]).any() and (deep[0]["pool1"] >= deep[1]["pool1"]).all()


def test_work_ends_at_the_deepest_layer_that_is_wanted(
    tensors: Tensors, vgg: VGG, picture: Callable[..., Tensor]
) -> None:
    """Proved twice: a deeper layer without weights is not missed, and the arithmetic is just that."""
    shallow = {key: value for key, value in tensors().items() if key.startswith(("input", "conv1", "conv2"))}
    needed = [shallow[f"conv{name}.weight"] for name in ("1_1", "1_2", "2_1")]
    pixels = [32 * 48, 32 * 48, 16 * 24]
    with FlopCounterMode(display=False) as counter:
        found = vgg.activations(picture(32, 48), ["relu2_1", "conv1_1"])
    flops = sum(2 * weight.numel() * size for weight, size in zip(needed, pixels, strict=True))
    assert counter.get_total_flops() == flops
    short = VGG("short", shallow, pooling="max", device="cpu")
    assert torch.equal(short.activations(picture(32, 48), ["relu2_1"])["relu2_1"], found["relu2_1"])
    assert short.layers[-1] == "pool2"
    with FlopCounterMode(display=False) as counter:
        assert vgg.activations(picture(), []) == {}
    assert counter.get_total_flops() == 0


def test_what_a_convolution_gives_is_not_overwritten_by_the_relu_after_it(
    vgg: VGG, picture: Callable[..., Tensor]
) -> None:
    found = vgg.activations(picture(), vgg.layers)
    for layer in (layer for layer in vgg.layers if layer.startswith("conv")):
        assert found[layer].min() < 0, layer
        assert torch.equal(found[layer].relu(), found[f"relu{layer[4:]}"]), layer


def test_asking_for_more_layers_changes_none(vgg: VGG, picture: Callable[..., Tensor]) -> None:
    everything = vgg.activations(picture(), vgg.layers)
    for layer in vgg.layers:
        assert torch.equal(vgg.activations(picture(), [layer])[layer], everything[layer]), layer


def test_the_picture_gets_the_gradient_and_the_weights_stay_as_they_are(
    tensors: Tensors, picture: Callable[..., Tensor]
) -> None:
    weights = tensors()
    before = {key: value.clone() for key, value in weights.items()}
    vgg = VGG("tiny", weights, pooling="max", device="cpu")
    image = picture().requires_grad_()
    found = vgg.activations(image, ["conv1_1", "relu3_1", "relu5_1"])
    sum(maps.square().sum() for maps in found.values()).backward()  # type: ignore[union-attr]
    assert image.grad is not None and image.grad.abs().min(dim=0).values.count_nonzero() > 0.9 * 32 * 48
    assert all(torch.equal(weights[key], before[key]) and weights[key].grad is None for key in weights)


def test_the_gradient_is_the_slope_of_the_loss(tensors: Tensors, picture: Callable[..., Tensor]) -> None:
    doubles = {key: value.double() for key, value in tensors().items()}
    vgg = VGG("tiny", doubles, pooling="average", device="cpu")
    image = picture(8, 8).double().requires_grad_()

    def loss(image: Tensor) -> Tensor:
        return vgg.activations(image, ["relu3_1"])["relu3_1"].square().sum()

    assert torch.autograd.gradcheck(loss, image)


def test_the_borders_of_an_even_picture_look_like_its_middle(tensors: Tensors) -> None:
    vgg = VGG("tiny", tensors(), pooling="max", device="cpu")
    maps = vgg.activations(torch.full((3, 16, 16), 0.9), ["conv1_1"])["conv1_1"]
    assert torch.allclose(maps, maps[:, 8:9, 8:9].expand_as(maps), atol=1e-6)


def test_an_unknown_layer_comes_with_the_known_ones(vgg: VGG, picture: Callable[..., Tensor]) -> None:
    with pytest.raises(InputError, match=r"^tiny has no layer relu6_1; it has conv1_1, relu1_1, .*, pool5$"):
        vgg.activations(picture(), ["relu1_1", "relu6_1"])


@pytest.mark.parametrize("side, deepest, too_deep", [(1, "relu1_2", "pool1"), (16, "relu5_3", "pool5")])
def test_a_picture_too_small_for_a_layer_is_told_so(
    vgg: VGG, picture: Callable[..., Tensor], side: int, deepest: str, too_deep: str
) -> None:
    assert vgg.activations(picture(side, side), [deepest])[deepest].shape[-2:] == (1, 1)
    with pytest.raises(InputError, match=f"^the picture is too small for {too_deep} of tiny; use a larger"):
        vgg.activations(picture(side, 99), [too_deep])


def test_a_network_tells_the_memory_that_its_weights_take(tensors: Tensors, vgg: VGG) -> None:
    assert vgg.nbytes == 4 * sum(value.numel() for value in tensors().values())
