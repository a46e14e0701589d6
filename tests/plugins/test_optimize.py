"""Optimize makes the loss fall, shows how, and does no more work than it must."""

from collections.abc import Callable
from itertools import islice, pairwise
from typing import Any, Literal, TypeAlias

import pytest
import torch
from capriccio.core import (
    Catalog,
    Controls,
    Graph,
    InputError,
    Level,
    Link,
    Loss,
    NodeChanged,
    NodePreviewed,
    Objective,
    Placed,
    Preview,
    Steps,
    Term,
    plan,
    prepared,
    run,
)
from capriccio.core.scale import resized
from capriccio.plugins.losses import content_loss, gram_loss, total_variation
from capriccio.plugins.networks import feature_extractor
from capriccio.plugins.optimize import CHECK_EVERY, optimize
from capriccio.plugins.vgg import VGG
from torch import Tensor

from .conftest import Pyramid

Make: TypeAlias = Callable[..., Tensor]
OPTIMIZERS: tuple[Literal["L-BFGS", "Adam"], ...] = ("L-BFGS", "Adam")


def followed(node: Steps[Tensor]) -> tuple[list[Preview], Tensor]:
    """All previews, and the result."""
    previews: list[Preview] = []
    while True:
        try:
            previews.append(next(node))
        except StopIteration as stop:
            return previews, stop.value


def result(node: Steps[Tensor]) -> Tensor:
    return followed(node)[1]


def loss(preview: Preview) -> float:
    return float(preview.measures["loss"])


@pytest.fixture
def objective(picture: Make, vgg: VGG) -> Objective:
    """What the picture of seed 1 shows, in the manner of the picture of seed 2."""
    content = feature_extractor(picture(seed=1), vgg, layers="relu2_1")
    style = feature_extractor(picture(40, 40, seed=2), vgg, layers="relu1_1, relu3_1")
    return content_loss(content, weight=1.0) + gram_loss(style, weight=2.0) + total_variation(weight=0.01)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("levels", [1, 2])
def test_the_loss_falls_to_a_fraction(
    optimizer: Literal["L-BFGS", "Adam"], levels: int, objective: Objective, picture: Make
) -> None:
    init = picture(seed=3)
    previews, made = followed(optimize([objective], init, optimizer=optimizer, steps=40, levels=levels))
    assert loss(previews[-1]) < 0.4 * loss(previews[0])
    assert made.shape == init.shape
    assert 0 <= made.min() and made.max() <= 1
    assert not made.requires_grad
    assert torch.equal(previews[-1].value, made)
    assert torch.equal(init, picture(seed=3))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_picture_is_rebuilt_from_what_a_layer_saw(
    optimizer: Literal["L-BFGS", "Adam"], picture: Make
) -> None:
    wanted = content_loss(Pyramid().features(picture(seed=1), "full"))
    made = result(optimize([wanted], picture(seed=2), optimizer=optimizer, steps=150, levels=1, rate=0.04))
    assert (made - picture(seed=1)).abs().mean() < 0.01 < (picture(seed=2) - picture(seed=1)).abs().mean()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_one_seed_gives_one_picture(
    optimizer: Literal["L-BFGS", "Adam"], objective: Objective, picture: Make
) -> None:
    def made(seed: int) -> bytes:
        node = optimize([objective], picture(), optimizer=optimizer, steps=5, levels=2, noise=0.5, seed=seed)
        return result(node).numpy().tobytes()

    assert made(1) == made(1)
    assert made(1) != made(2)


def test_the_seed_does_not_matter_where_there_is_no_noise(objective: Objective, picture: Make) -> None:
    one, two = (result(optimize([objective], picture(), steps=3, noise=0.0, seed=seed)) for seed in (1, 2))
    assert torch.equal(one, two)


def test_all_noise_forgets_the_picture_it_is_given(picture: Make) -> None:
    goal = gram_loss(Pyramid().features(picture(), "full")) + total_variation()

    def made(noise: float, seed: int) -> Tensor:
        return result(optimize([goal], picture(seed=seed), steps=3, levels=2, noise=noise))

    assert torch.equal(made(1.0, 1), made(1.0, 2))
    assert not torch.equal(made(0.9, 1), made(0.9, 2))


def test_without_noise_work_begins_at_the_picture_it_is_given(picture: Make) -> None:
    wanted = content_loss(Pyramid().features(picture(), "full"))
    (first, *_), _ = followed(optimize([wanted], picture(), steps=2, levels=1, noise=0.0))
    assert loss(first) == pytest.approx(0, abs=1e-9)


def test_levels_grow_by_the_root_of_two_to_the_full_size(picture: Make) -> None:
    previews, _ = followed(optimize([total_variation()], picture(80, 121), steps=2, levels=3))
    sizes = [tuple(preview.value.shape[1:]) for preview in previews]
    assert sizes == [(40, 60)] * 2 + [(57, 86)] * 2 + [(80, 121)] * 2
    assert [(preview.step, preview.total) for preview in previews] == [(n, 6) for n in range(1, 7)]


@pytest.mark.parametrize("size", [(40, 90), (31, 31), (5, 70), (1, 1)])
def test_no_level_is_too_small_to_see_anything_and_none_is_larger_than_the_picture(
    size: tuple[int, int], picture: Make
) -> None:
    previews, made = followed(optimize([total_variation()], picture(*size), steps=1, levels=8))
    assert made.shape == (3, *size)
    assert len(previews) == 8
    for preview in previews:
        height, width = preview.value.shape[1:]
        assert min(height, width) >= min(32, *size) and height <= size[0] and width <= size[1]


def test_a_later_level_goes_on_with_what_the_one_before_has_made(picture: Make) -> None:
    wanted = content_loss(Pyramid().features(picture(64, 64, seed=1), "full"))
    previews, _ = followed(optimize([wanted], picture(64, 64, seed=2), steps=30, levels=2))
    assert loss(previews[30]) < 0.3 * loss(previews[0])


def test_previews_tell_each_loss_and_their_sum(objective: Objective, picture: Make) -> None:
    for preview in optimize([objective], picture(), steps=3, levels=1):
        measures = {name: float(value) for name, value in preview.measures.items()}
        assert list(measures) == ["loss", "content", "style", "smoothness"]
        assert measures.pop("loss") == pytest.approx(sum(measures.values()))
        assert not any(torch.as_tensor(value).requires_grad for value in preview.measures.values())


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_preview_is_not_painted_over_by_later_steps(
    optimizer: Literal["L-BFGS", "Adam"], objective: Objective, picture: Make
) -> None:
    kept: list[tuple[Preview, Tensor, float]] = []
    for preview in optimize([objective], picture(), optimizer=optimizer, steps=4, levels=2):
        kept.append((preview, preview.value.clone(), loss(preview)))
    assert all(torch.equal(preview.value, then) and loss(preview) == was for preview, then, was in kept)
    assert len({was for *_, was in kept}) == 8


def test_several_objectives_cost_one_pass_through_each_network_a_step(picture: Make) -> None:
    one, two = Pyramid(), Pyramid(gain=2.0)
    objectives = [
        content_loss(one.features(picture(64, 64), "half")),
        gram_loss(one.features(picture(64, 64, seed=1), "full", "half")),
        gram_loss(two.features(picture(64, 64, seed=2), "quarter")) + total_variation(),
    ]
    followed(optimize(objectives, picture(64, 64), steps=3, levels=2))
    sizes = [(45, 45)] * 3 + [(64, 64)] * 3
    assert one.passes == [(size, frozenset({"full", "half"})) for size in sizes]
    assert two.passes == [(size, frozenset({"quarter"})) for size in sizes]


def test_targets_are_computed_once_for_each_level(picture: Make) -> None:
    backbone, sizes = Pyramid(), []

    def prepare(level: Level) -> Loss:
        sizes.append((level.height, level.width))
        return lambda image, maps: image.square().mean()

    content = content_loss(backbone.features(picture(64, 64), "full"))
    style = gram_loss(backbone.features(picture(80, 80), "full"))
    backbone.targets.clear()
    followed(optimize([content, style, (Term("own", prepare),)], picture(64, 64), steps=4, levels=3))
    assert sizes == [(32, 32), (45, 45), (64, 64)]
    # At the full size the features that came in are the targets.
    assert backbone.targets == [(32, 32), (40, 40), (45, 45), (57, 57)]


@pytest.mark.parametrize("steps", [3, CHECK_EVERY])
@pytest.mark.parametrize("wrong", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_is_named(steps: int, wrong: float, picture: Make) -> None:
    def prepare(level: Level) -> Loss:
        return lambda image, maps: image.sum() * wrong

    objectives = [total_variation(), (Term("guide", prepare),)]
    with pytest.raises(InputError, match=f"^guide is (nan|inf) at step {steps}; lower its"):
        followed(optimize(objectives, picture(), steps=steps, levels=1))


def test_a_loss_that_stops_being_a_number_does_not_run_to_the_end(picture: Make) -> None:
    def prepare(level: Level) -> Loss:
        return lambda image, maps: (image.sum() - 1e9).sqrt()

    node = optimize([(Term("root", prepare),)], picture(), steps=10 * CHECK_EVERY, levels=1)
    seen: list[int] = []
    with pytest.raises(InputError, match=f"^root is nan at step {CHECK_EVERY}; "):
        seen.extend(preview.step for preview in node)
    assert len(seen) < CHECK_EVERY


@pytest.mark.parametrize("objectives", [[], [()]])
def test_nothing_to_work_towards_is_told(objectives: list[Objective], picture: Make) -> None:
    with pytest.raises(InputError, match=r"^there is nothing to work towards; link an objective"):
        followed(optimize(objectives, picture()))


def test_content_of_other_proportions_is_refused_at_once(picture: Make) -> None:
    wanted = content_loss(Pyramid().features(picture(64, 32), "full"))
    with pytest.raises(InputError, match="of other proportions"):
        next(optimize([wanted], picture(32, 64)))


def test_closing_early_stops_the_work(picture: Make) -> None:
    backbone = Pyramid()
    node = optimize([content_loss(backbone.features(picture(), "full"))], picture(seed=1), steps=1000)
    list(islice(node, 3))
    node.close()
    assert next(node, None) is None
    assert len(backbone.passes) == 3


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_no_step_reads_a_value_back_to_the_host(
    optimizer: Literal["L-BFGS", "Adam"], tensors: Callable[..., dict[str, Tensor]], picture: Make
) -> None:
    """On the meta device nothing has a value, so reading one raises, as the check at the end does."""
    vgg = VGG("tiny", tensors(), pooling="max", device="meta")
    features = feature_extractor(picture(64, 64), vgg, layers="relu1_1, relu3_1")
    objectives: list[Any] = [content_loss(features), gram_loss(features), total_variation()]
    steps = (CHECK_EVERY - 1) // 2
    node = optimize(objectives, picture(64, 64), optimizer=optimizer, steps=steps, levels=2, noise=0.5)
    previews = list(islice(node, 2 * steps - 1))
    assert [preview.step for preview in previews] == list(range(1, 2 * steps))
    assert previews[-1].value.device.type == "meta"
    with pytest.raises(RuntimeError, match="meta"):
        next(node)


def test_the_picture_does_not_depend_on_the_grad_mode_of_the_caller(picture: Make) -> None:
    wanted = content_loss(Pyramid().features(picture(seed=1), "full"))
    plain = result(optimize([wanted], picture(), steps=2))
    with torch.no_grad():
        assert torch.equal(result(optimize([wanted], picture(), steps=2)), plain)


# Changes while it works.


def after(node: Steps[Tensor], steps: int, changed: dict[str, Any]) -> tuple[Preview, Preview]:
    """The preview after so many steps, and the next one, before which something has changed."""
    *_, last = islice(node, steps)
    return last, node.send(changed)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("steps", [1, 2, 3])
def test_a_changed_weight_counts_at_the_next_step_and_at_the_next_level(
    optimizer: Literal["L-BFGS", "Adam"], steps: int, picture: Make
) -> None:
    content = content_loss(Pyramid().features(picture(64, 64, seed=1), "full"))

    def started() -> Steps[Tensor]:
        objectives = [content, total_variation(weight=0.1)]
        return optimize(objectives, picture(64, 64), optimizer=optimizer, steps=3, levels=2)

    changed = {"objectives": [content, total_variation(weight=0.3)]}
    (_, new), (_, old) = after(made := started(), steps, changed), after(started(), steps, {})
    assert float(new.measures["smoothness"]) == pytest.approx(3 * float(old.measures["smoothness"]))
    assert float(new.measures["content"]) == pytest.approx(float(old.measures["content"]))
    assert loss(new) > loss(old)
    for last, following in pairwise([new, *made]):
        there = resized(last.value, *following.value.shape[1:])
        (expected,) = prepared(total_variation(weight=0.3), Level(64, 64))(there).values()
        assert float(following.measures["smoothness"]) == pytest.approx(float(expected), rel=1e-4)


def test_a_changed_weight_computes_no_target_again(picture: Make) -> None:
    backbone = Pyramid()
    content, style = backbone.features(picture(64, 64), "half"), backbone.features(picture(80, 80), "full")
    backbone.targets.clear()
    node = optimize([content_loss(content), gram_loss(style)], picture(64, 64), steps=3, levels=2)
    next(node)
    before = list(backbone.targets)
    node.send({"objectives": [content_loss(content, weight=9.0), gram_loss(style, weight=0.0)]})
    assert backbone.targets == before != []


def test_the_memory_of_the_old_curves_is_lost_with_a_changed_weight(picture: Make) -> None:
    content = content_loss(Pyramid().features(picture(seed=1), "full"))
    changed = [content, total_variation(weight=5.0)]
    last, new = after(optimize([content], picture(), steps=20, levels=1), 10, {"objectives": changed})
    fresh = next(optimize(changed, last.value, steps=20, levels=1))
    assert torch.equal(new.value, fresh.value)


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_a_changed_rate_counts_at_the_next_step_and_at_the_next_level(steps: int, picture: Make) -> None:
    wanted = content_loss(Pyramid().features(picture(64, 64, seed=1), "full"))

    def moved(rate: float) -> Tensor:
        inside = 0.3 + 0.4 * picture(64, 64)  # where nothing is clamped
        node = optimize([wanted], inside, optimizer="Adam", steps=3, levels=2, rate=0.002)
        last, new = after(node, steps, {"rate": rate})
        move: Tensor = new.value - resized(last.value, *new.value.shape[1:])
        return move

    torch.testing.assert_close(moved(0.006), 3 * moved(0.002), rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_only_adam_has_a_rate(optimizer: Literal["L-BFGS", "Adam"], picture: Make) -> None:
    def made(rate: float) -> Tensor:
        node = optimize([total_variation()], picture(), optimizer=optimizer, steps=4, levels=1)
        shown: Tensor = after(node, 2, {"rate": rate})[1].value
        return shown

    assert torch.equal(made(0.5), made(0.01)) == (optimizer == "L-BFGS")


def test_without_objectives_it_cannot_go_on(picture: Make) -> None:
    with pytest.raises(InputError, match=r"^there is nothing to work towards"):
        after(optimize([total_variation()], picture(), steps=9), 1, {"objectives": [()]})


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_no_change_reads_a_value_back_to_the_host(
    optimizer: Literal["L-BFGS", "Adam"], tensors: Callable[..., dict[str, Tensor]], picture: Make
) -> None:
    """On the meta device nothing has a value, so reading one raises."""
    vgg = VGG("tiny", tensors(), pooling="max", device="meta")
    features = feature_extractor(picture(64, 64), vgg, layers="relu1_1, relu3_1")
    steps = (CHECK_EVERY - 1) // 2
    node = optimize([content_loss(features)], picture(64, 64), optimizer=optimizer, steps=steps, levels=2)
    preview = next(node)
    for number in range(2 * steps - 2):
        objectives = [content_loss(features, weight=number), total_variation()]
        preview = node.send({"objectives": objectives, "rate": 0.1 + number / 100})
    assert (preview.step, preview.value.device.type) == (2 * steps - 1, "meta")


def test_in_a_run_the_weight_of_a_loss_node_reaches_the_optimiser_at_work(catalog: Catalog) -> None:
    nodes = {
        "noise": Placed("capriccio.Noise", {"width": 32, "height": 32}),
        "smooth": Placed("capriccio.TotalVariation", {"weight": 1.0}),
        "sum": Placed("capriccio.WeightedObjective", {"weight": 2.0}),
        "paint": Placed("capriccio.Optimize", {"steps": 12, "levels": 1}),
    }
    links = ("noise.image paint.init", "smooth.objective sum.objectives", "sum.objective paint.objectives")
    graph = Graph(nodes, tuple(Link.between(*link.split()) for link in links))
    controls, previews, told = Controls(), [], []
    for event in run(plan(graph, catalog), controls=controls):
        if isinstance(event, NodePreviewed):
            previews.append(event.preview)
            if event.preview.step == 4:
                controls.change("smooth", weight=10.0)
        told += [event] if isinstance(event, NodeChanged) else []
    assert [(event.reached, list(event.remade)) for event in told] == [(("paint",), ["smooth", "sum"])]
    (variation, *_), level = total_variation(weight=1.0), Level(32, 32)
    weights = [
        float(new.measures["smoothness"]) / float(variation.prepare(level)(old.value, {}))
        for old, new in pairwise(previews)
    ]
    at = [weight > 10 for weight in weights].index(True)
    assert weights == [pytest.approx(2.0, rel=1e-3)] * at + [pytest.approx(20.0, rel=1e-3)] * (11 - at)
    assert 3 <= at <= 6  # it may be one step ahead of what we saw, and has begun another
