"""L-BFGS is the textbook's, and needs neither a line search nor the host."""

from collections.abc import Callable

import pytest
import torch
from capriccio.plugins.lbfgs import LBFGS
from torch import Tensor

Loss = Callable[[Tensor], Tensor]


def descend(optimizer: torch.optim.Optimizer, point: Tensor, loss: Loss, steps: int) -> float:
    """The loss after so many steps."""
    for _ in range(steps):
        (point.grad,) = torch.autograd.grad(loss(point), point)
        optimizer.step()
    return loss(point).item()


def started(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64, requires_grad=True)


def quadratic(size: int = 30) -> Loss:
    """One of condition 100, which is 0 where it is least."""
    random = torch.Generator().manual_seed(0)
    turn: Tensor = torch.linalg.qr(torch.randn(size, size, generator=random, dtype=torch.float64))[0]
    matrix: Tensor = turn @ torch.diag(torch.logspace(0, 2, size, dtype=torch.float64)) @ turn.T
    least = torch.randn(size, generator=random, dtype=torch.float64)
    return lambda point: torch.dot(point - least, matrix @ (point - least)) / 2


def rosenbrock(point: Tensor) -> Tensor:
    x, y = point[0], point[1]
    return (1 - x).square() + 100 * (y - x.square()).square()


def test_it_goes_where_that_of_torch_goes() -> None:
    """With its first step scaled as there, and no bound on a step."""
    loss = quadratic()
    ours, theirs = (torch.ones(30, dtype=torch.float64, requires_grad=True) for _ in "12")
    mine = LBFGS([ours], history=20, reach=1e9, first=1 / 30)
    other = torch.optim.LBFGS([theirs], lr=1, max_iter=1, history_size=20, tolerance_change=0)

    def closure() -> float:
        (theirs.grad,) = torch.autograd.grad(loss(theirs), theirs)
        return loss(theirs).item()

    for _ in range(50):
        descend(mine, ours, loss, 1)
        other.step(closure)  # type: ignore[no-untyped-call]
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-9)
    assert loss(ours) < 1e-6


@pytest.mark.parametrize("start", [(-1.2, 1.0), (0.0, 0.0), (2.0, 2.0)])
@pytest.mark.parametrize("rate", [0.02, 0.1])
def test_it_ends_lower_than_adam_after_as_many_steps(start: tuple[float, float], rate: float) -> None:
    point, other = started(*start), started(*start)
    adam = torch.optim.Adam([other], lr=rate)
    assert descend(LBFGS([point]), point, rosenbrock, 100) < 1e-6 < descend(adam, other, rosenbrock, 100)


def test_a_longer_memory_helps_and_history_bounds_it() -> None:
    loss = quadratic()
    ends = []
    for history in (1, 5, 20):
        point = torch.ones(30, dtype=torch.float64, requires_grad=True)
        ends.append(descend(LBFGS([point], history=history), point, loss, 60))
    assert ends[2] < ends[1] < ends[0]


def test_the_first_step_changes_pixels_by_what_was_asked_for_on_average() -> None:
    point = started(0.5, 0.5, 0.5)
    point.grad = torch.tensor([1e6, -2e6, 0.0], dtype=torch.float64)
    LBFGS([point], first=0.03).step()
    assert (point.detach() - 0.5).abs().mean().item() == pytest.approx(0.03)
    assert point[0] < 0.5 < point[1]


def test_no_step_changes_a_pixel_by_more_than_its_reach() -> None:
    loss = quadratic()
    point = torch.full((30,), 5.0, dtype=torch.float64, requires_grad=True)
    optimizer, largest = LBFGS([point], reach=0.05), 0.0
    for _ in range(30):
        before = point.detach().clone()
        descend(optimizer, point, loss, 1)
        largest = max(largest, (point.detach() - before).abs().max().item())
    assert largest == pytest.approx(0.05)


def test_a_pair_of_bad_curvature_is_given_no_weight() -> None:
    point = started(0.5, 0.5)
    optimizer = LBFGS([point], first=0.01, reach=1.0)
    point.grad = torch.tensor([1.0, 1.0], dtype=torch.float64)
    optimizer.step()
    point.grad = torch.tensor([3.0, 2.0], dtype=torch.float64)  # it grew on the way down
    before = point.detach().clone()
    optimizer.step()
    torch.testing.assert_close(point.detach(), before - 0.01 * point.grad)


def test_it_leaves_a_place_of_bad_curvature_and_finds_the_valley() -> None:
    point = started(0.01, -0.02)
    assert descend(LBFGS([point]), point, lambda p: (p**4 - p**2).sum(), 60) == pytest.approx(-0.5)
    assert point.tolist() == pytest.approx([0.5**0.5, -(0.5**0.5)])


@pytest.mark.parametrize("gradient", [0.0, 1.0])
def test_a_picture_that_cannot_move_stays_finite(gradient: float) -> None:
    point = torch.zeros(3, requires_grad=True)
    optimizer = LBFGS([point])
    for _ in range(5):
        point.grad = torch.full((3,), gradient)
        optimizer.step()
        with torch.no_grad():
            point.clamp_(0, 1)  # it wants to go below 0
    assert point.tolist() == [0, 0, 0]


def test_it_can_forget_what_it_has_learnt_of_another_loss() -> None:
    here, there = started(0.2, 0.9), started(0.2, 0.9)
    used, new = LBFGS([here]), LBFGS([there])
    descend(used, here, rosenbrock, 10)
    with torch.no_grad():
        there.copy_(here)
    used.forget()
    loss: Loss = lambda point: (point - 3).square().sum()  # noqa: E731
    assert descend(used, here, loss, 5) == descend(new, there, loss, 5)


def test_clamping_between_steps_ends_at_the_best_picture_within_the_bounds() -> None:
    wanted, slopes = torch.linspace(-0.5, 1.5, 20), torch.logspace(0, 1, 20)
    point = torch.full((20,), 0.5, requires_grad=True)
    optimizer = LBFGS([point])
    for _ in range(150):
        descend(optimizer, point, lambda p: (slopes * (p - wanted).square()).sum(), 1)
        with torch.no_grad():
            point.clamp_(0, 1)
    assert point.tolist() == pytest.approx(wanted.clamp(0, 1).tolist(), abs=0.02)


def test_it_reads_no_value_back_to_the_host() -> None:
    """On the meta device nothing has a value, so reading one raises."""
    point = torch.ones(3, 8, 8, device="meta", requires_grad=True)
    optimizer = LBFGS([point], history=3)
    for _ in range(5):
        point.grad = torch.ones(3, 8, 8, device="meta")
        optimizer.step()
    other = torch.optim.LBFGS([point])
    with pytest.raises(RuntimeError):
        other.step(lambda: point.sum())  # type: ignore[no-untyped-call]
