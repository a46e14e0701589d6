"""L-BFGS that decides on the device.

torch.optim.LBFGS reads several numbers back to the host at every step, which stalls a GPU.
"""

from collections import deque
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor


class LBFGS(torch.optim.Optimizer):
    """Limited-memory BFGS without line search: Nocedal and Wright, "Numerical Optimization", 7.4.

    One picture, one gradient and one update a step. The difference of pictures is taken where
    they really were, so they may be clamped between steps. No step changes a pixel by more than
    ``reach``, which stands in for the line search.
    """

    def __init__(
        self, params: Iterable[Tensor], history: int = 20, reach: float = 0.1, first: float = 0.01
    ) -> None:
        super().__init__(params, {})
        (self._picture,) = self.param_groups[0]["params"]
        self._pairs: deque[tuple[Tensor, Tensor, Tensor]] = deque(maxlen=history)
        self._reach = reach
        self._first = first
        self._last: tuple[Tensor, Tensor] | None = None
        self._scale = torch.zeros(())

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """Move the picture once, by the gradient that it carries."""
        picture, gradient = self._picture, self._picture.grad
        self._remember(picture, gradient)
        step = self._direction(gradient)
        step *= (self._reach / step.abs().amax().clamp_min(1e-12)).clamp_max(1.0)
        picture += step

    def forget(self) -> None:
        """Begin anew, as one must when the gradient is that of another loss."""
        self._pairs.clear()
        self._last = None

    def _remember(self, picture: Tensor, gradient: Tensor) -> None:
        if self._last is None:
            # No curvature is known yet: change pixels by a little on average.
            self._scale = self._first / gradient.abs().mean().clamp_min(1e-20)
        else:
            s, y = picture - self._last[0], gradient - self._last[1]
            curvature = (s * y).sum()
            good = curvature > 1e-10 * y.square().sum() ** 0.5 * s.square().sum() ** 0.5
            # A pair that must not be used gets the weight 0; skipping it would need the host.
            self._pairs.append((s, y, torch.where(good, 1 / curvature, 0.0)))
            self._scale = torch.where(good, curvature / y.square().sum(), self._scale)
        self._last = picture.clone(), gradient.clone()

    def _direction(self, gradient: Tensor) -> Tensor:
        """Algorithm 7.4, the two-loop recursion; ``rho`` as there."""
        q = -gradient
        alphas: list[Tensor] = []
        for s, y, rho in reversed(self._pairs):
            alphas.append(rho * (s * q).sum())
            q = q - alphas[-1] * y
        r = q * self._scale
        for (s, y, rho), alpha in zip(self._pairs, reversed(alphas), strict=True):
            r = r + (alpha - rho * (y * r).sum()) * s
        return r
