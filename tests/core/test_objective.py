"""Objectives add and scale, and cost one forward pass per network."""

from collections.abc import Collection, Mapping

import pytest
import torch
from capriccio.core import Backbone, Level, Loss, Term, prepared, scaled
from torch import Tensor

LEVEL = Level(4, 5, 0.5)
IMAGE = torch.full((3, 4, 5), 0.5)


class Counting(Backbone):
    """A network whose layers double a picture, and which remembers what it was asked for."""

    device = "cpu"
    nbytes = 0

    def __init__(self, name: str = "counting") -> None:
        self.name = name
        self.layers = ("one", "two", "three")
        self.asked: list[set[str]] = []

    def activations(self, image: Tensor, layers: Collection[str]) -> dict[str, Tensor]:
        self.asked.append(set(layers))
        return {layer: image * 2 ** (self.layers.index(layer) + 1) for layer in layers}


def term(name: str, backbone: Backbone | None = None, *layers: str, weight: float = 1.0) -> Term:
    """The mean of all that the loss is given: of the picture, if it is given no layers."""

    def loss(image: Tensor, maps: Mapping[str, Tensor]) -> Tensor:
        return torch.stack([each.mean() for each in maps.values()] or [image.mean()]).sum()

    return Term(name, lambda level: loss, backbone, layers, weight)


def values(objective: tuple[Term, ...]) -> dict[str, float]:
    return {name: float(value) for name, value in prepared(objective, LEVEL)(IMAGE).items()}


def test_objectives_add_and_scale() -> None:
    one, two = (term("one"),), (term("two", weight=3.0),)
    assert values(one + two) == {"one": 0.5, "two": 1.5}
    assert values(scaled(one + two, 2.0)) == {"one": 1.0, "two": 3.0}
    assert values(scaled(scaled(two, 2.0), 5.0)) == {"two": 15.0}
    assert values(two) == {"two": 1.5}
    assert values(()) == {}


def test_terms_of_one_name_are_added() -> None:
    assert values((term("style"), term("content"), term("style", weight=2.0))) == {
        "style": 1.5,
        "content": 0.5,
    }


def test_a_network_runs_once_for_all_that_want_it_and_only_over_what_they_want() -> None:
    one, other = Counting(), Counting("other")
    objective = (term("a", one, "one"), term("b", one, "one", "two"), term("c", other, "three"), term("d"))
    evaluate = prepared(objective, LEVEL)
    assert (one.asked, other.asked) == ([], [])
    evaluate(IMAGE)
    evaluate(IMAGE)
    assert one.asked == [{"one", "two"}] * 2
    assert other.asked == [{"three"}] * 2


def test_a_loss_sees_the_layers_of_its_own_term_whoever_else_wants_more() -> None:
    network = Counting()
    assert values((term("a", network, "one"), term("b", network, "two", "three"))) == {
        "a": pytest.approx(1.0),
        "b": pytest.approx(6.0),
    }


def test_a_network_of_which_no_layer_is_wanted_does_not_run() -> None:
    network = Counting()
    assert values((term("a", network),)) == {"a": 0.5}
    assert network.asked == []


def test_targets_are_computed_once_for_each_level() -> None:
    seen: list[Level] = []

    def prepare(level: Level) -> Loss:
        seen.append(level)
        return lambda image, maps: image.sum()

    objective = (Term("a", prepare),)
    for level in (LEVEL, Level(8, 10)):
        evaluate = prepared(objective, level)
        for _ in range(3):
            evaluate(IMAGE)
    assert seen == [LEVEL, Level(8, 10, 1.0)]


def test_weights_can_be_changed_and_the_targets_stay() -> None:
    made: list[str] = []
    network = Counting()

    def told(name: str, *layers: str, weight: float = 1.0) -> Term:
        def prepare(level: Level) -> Loss:
            made.append(f"{name} {level.height}")
            return term(name, network, *layers).prepare(level)

        return Term(name, prepare, network, layers, weight)

    evaluate = prepared((told("a", "one"), told("b", "two"), told("b", "two")), LEVEL)
    other = evaluate.reweighed((told("a", "one", weight=3.0), told("b", "two", weight=0.5), told("b", "two")))
    assert made == ["a 4", "b 4", "b 4"]
    assert {name: float(part) for name, part in other(IMAGE).items()} == {"a": 3.0, "b": 3.0}
    assert {name: float(part) for name, part in evaluate(IMAGE).items()} == {"a": 1.0, "b": 4.0}


def test_a_term_that_was_not_there_before_gets_its_targets() -> None:
    one, other = Counting(), Counting("other")
    evaluate = prepared((term("a", one, "one"), term("b")), LEVEL)
    for changed in ((term("a", one, "two"),), (term("a", other, "two"), term("b"), term("c"))):
        new = {name: float(part) for name, part in evaluate.reweighed(changed)(IMAGE).items()}
        assert new == values(changed)


def test_gradients_flow_to_the_picture() -> None:
    image = IMAGE.clone().requires_grad_()
    (loss,) = prepared((term("a", Counting(), "one", weight=30.0),), LEVEL)(image).values()
    (gradient,) = torch.autograd.grad(loss, image)
    torch.testing.assert_close(gradient, torch.full_like(IMAGE, 30 * 2 / IMAGE.numel()))
