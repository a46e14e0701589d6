"""Patches are compared as a plain loop would compare them, in as many portions as memory asks for."""

from collections.abc import Callable

import pytest
import torch
from capriccio.plugins import patches as module
from capriccio.plugins.patches import blended, nearest, patches
from torch import Tensor


def plain(maps: Tensor, size: int) -> list[Tensor]:
    """All patches of maps [C, H, W], one after the other."""
    _, height, width = maps.shape
    return [
        maps[:, y : y + size, x : x + size] for y in range(height - size + 1) for x in range(width - size + 1)
    ]


def correlation(one: Tensor, other: Tensor) -> float:
    return float((one * other).sum() / one.norm() / other.norm())


@pytest.mark.parametrize("at_once", [2**24, 40])
def test_the_nearest_patch_is_the_one_with_which_a_patch_correlates_most(
    at_once: int, picture: Callable[..., Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AT_ONCE", at_once)
    here, there = picture(6, 7), picture(8, 5, seed=1)
    found = nearest(patches([[here]], 3), patches([[there]], 3))
    candidates = plain(there, 3)
    for patch, place in zip(plain(here, 3), found, strict=True):
        scores = [correlation(patch, other) for other in candidates]
        assert scores[int(place)] == pytest.approx(max(scores), abs=1e-6)


def test_patches_of_several_maps_and_at_every_second_place(picture: Callable[..., Tensor]) -> None:
    maps = [picture(8, 6), picture(2, 9, seed=1), picture(5, 5, seed=2)]
    found = patches([maps], 3, stride=2)
    assert len(found) == 3 * 2 + 0 + 2 * 2
    assert len(patches([[picture(2, 2)]], 3)) == 0
    torch.testing.assert_close(
        found.rows[found.places[7]].T.reshape(3, 3, 3), maps[2][:, 0:3, 2:5], rtol=0, atol=0
    )


def test_further_groups_decide_as_much_as_they_weigh() -> None:
    looks = torch.tensor([[[0.0, 1.0]], [[1.0, 0.0]]])  # two places, each in a channel of its own
    query, candidates = (patches([[looks], [means]], 1) for means in (looks.flip(2), looks))
    assert nearest(query, candidates, (1.0, 0.0)).tolist() == [0, 1], "they look alike"
    assert nearest(query, candidates, (1.0, 3.0)).tolist() == [1, 0], "they mean the same"


def test_a_blend_tells_the_distance_of_all_patches(picture: Callable[..., Tensor]) -> None:
    here, there = picture(6, 7), picture(8, 5, seed=1)
    queries, candidates = patches([[here]], 3), patches([[there]], 3)
    found = nearest(queries, candidates)
    blend = blended(queries, candidates, found)
    others = plain(there, 3)
    pairs = [(one, others[int(place)]) for one, place in zip(plain(here, 3), found, strict=True)]
    wanted = sum(float((one - other).square().sum()) for one, other in pairs)
    told = (blend.covers * (queries.rows - blend.mean).square()).sum() + blend.rest
    assert float(told) == pytest.approx(wanted, rel=1e-4)
    assert float(blend.energy) == pytest.approx(
        sum(float(other.square().sum()) for _, other in pairs), rel=1e-4
    )


def test_a_picture_finds_itself(picture: Callable[..., Tensor]) -> None:
    same = patches([[picture(9, 9)]], 3)
    found = nearest(same, same)
    assert found.tolist() == list(range(49))
    blend = blended(same, same, found)
    torch.testing.assert_close(blend.mean, same.rows)
    assert float(blend.rest) == pytest.approx(0, abs=1e-3)
