"""Patches of activations, and which of other patches are nearest to them.

Patches are never laid out all at once: a picture of 1024 pixels has 65,000 of them in ``relu3_1``,
of 2,304 numbers each, and their distances to as many others are four thousand million numbers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

AT_ONCE = 2**24
"""Numbers in what is laid out or compared at once, which are 64 MiB."""


@dataclass(frozen=True, eq=False)
class Patches:
    """The patches of one or several maps, without a copy of any."""

    groups: tuple[Tensor, ...]
    """Each [positions, channels] of all maps: activations first. A patch is normalised in each by itself."""
    places: Tensor
    """The positions [patches, size * size] of each patch."""

    def __len__(self) -> int:
        return len(self.places)

    @property
    def rows(self) -> Tensor:
        """The activations [positions, channels]."""
        return self.groups[0]

    @cached_property
    def length(self) -> int:
        """Numbers in one patch."""
        return self.places.shape[1] * sum(group.shape[1] for group in self.groups)

    def vectors(self, chosen: slice, weights: Sequence[float]) -> Tensor:
        """Some patches as rows [patches, length], of length 1 in each group before they are weighed."""
        places = self.places[chosen]
        parts = [
            weight * F.normalize(group[places].flatten(1), dim=1)
            for group, weight in zip(self.groups, weights, strict=True)
        ]
        return torch.cat(parts, 1)


def patches(maps: Sequence[Sequence[Tensor]], size: int, stride: int = 1) -> Patches:
    """Patches of ``size`` by ``size`` positions at every ``stride``-th place.

    ``maps`` holds the maps of each group, [channels, height, width]: as many in each, of the same sizes.
    Maps that are smaller than a patch give none.
    """
    places, before = [], 0
    for first in maps[0]:
        height, width = first.shape[-2:]
        all = torch.arange(before, before + height * width, device=first.device).view(height, width)
        if min(height, width) >= size:
            places.append(all.unfold(0, size, stride).unfold(1, size, stride).reshape(-1, size * size))
        before += height * width
    groups = tuple(torch.cat([each.flatten(1).T for each in group]) for group in maps)
    none = groups[0].new_empty((0, size * size), dtype=torch.int64)
    return Patches(groups, torch.cat([none, *places]))


def nearest(queries: Patches, candidates: Patches, weights: Sequence[float] = (1.0,)) -> Tensor:
    """For each query the candidate [queries] with which it correlates most, in all groups together.

    Normalised cross-correlation as in equation 3 of Li and Wand, "Combining Markov Random Fields and
    Convolutional Neural Networks for Image Synthesis" (2016); what further groups add is weighed.
    """
    count = len(queries)
    best = torch.full((count,), -torch.inf, device=queries.places.device)
    found = torch.zeros(count, dtype=torch.int64, device=best.device)
    ones = [1.0] * len(weights)
    for some in _portions(len(candidates), candidates.length):
        against = candidates.vectors(some, weights).T
        for part in _portions(count, max(queries.length, against.shape[1])):
            value, place = (queries.vectors(part, ones) @ against).max(1)
            better = value > best[part]
            best[part] = torch.where(better, value, best[part])
            found[part] = torch.where(better, place + some.start, found[part])
    return found


class Blend(NamedTuple):
    """What patches want together at each position, where they overlap.

    The sum over all patches of |patch - match|^2 is ``covers (rows - mean)^2`` summed, and ``rest``.
    """

    mean: Tensor
    """[positions, channels]."""
    covers: Tensor
    """How many patches cover a position [positions, 1]."""
    rest: Tensor
    energy: Tensor
    """The sum of all matches squared."""


def blended(queries: Patches, candidates: Patches, found: Tensor) -> Blend:
    """Put the candidates that were found in the places of the queries."""
    total = torch.zeros_like(queries.rows)
    count = total.new_zeros(len(total), 1)
    energy = total.new_zeros(())
    ones = count.new_ones(len(found), 1)
    for query, candidate in zip(queries.places.T, candidates.places[found].T, strict=True):
        match = candidates.rows[candidate]
        total.index_add_(0, query, match)
        count.index_add_(0, query, ones)
        energy += match.square().sum()
    mean = total / count.clamp_min(1)
    return Blend(mean, count, energy - (count * mean.square()).sum(), energy)


def _portions(count: int, length: int) -> Iterator[slice]:
    """Slices of so many things that each holds no more numbers than may be there at once."""
    some = max(1, min(AT_ONCE // max(1, length), 4096))
    return (slice(begin, min(begin + some, count)) for begin in range(0, count, some))
