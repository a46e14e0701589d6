"""The colours of label maps can be told apart, by eye and by name."""

import re
from itertools import combinations
from pathlib import Path

from capriccio.core import PALETTE

RGB = [tuple(bytes.fromhex(swatch.color[1:])) for swatch in PALETTE]


def test_there_are_twelve_colours_with_plain_names() -> None:
    assert len(PALETTE) == len({swatch.name for swatch in PALETTE}) == 12
    assert all(re.fullmatch("[a-z]+", swatch.name) for swatch in PALETTE)
    assert all(re.fullmatch("#[0-9a-f]{6}", swatch.color) for swatch in PALETTE)


def test_no_two_colours_are_near_each_other() -> None:
    far = min(
        sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) for one, other in combinations(RGB, 2)
    )
    assert far > 100**2


def test_the_place_of_a_colour_is_written_into_peoples_pictures() -> None:
    names = ["black", "white", "grey", "red", "orange", "yellow", "green", "lime", "cyan", "blue", "purple"]
    assert [swatch.name for swatch in PALETTE][: len(names) + 1] == [*names, "pink"]


def test_the_palette_is_told_to_who_writes_plugins() -> None:
    page = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text()
    told = re.findall(r"\| (\d+) \| ([a-z]+) `(#[0-9a-f]{6})`", page)
    assert sorted((int(label), name, color) for label, name, color in told) == [
        (label, *swatch) for label, swatch in enumerate(PALETTE)
    ]
