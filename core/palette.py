"""The flat colours in which label maps are painted: always the same, so that two maps agree."""

from typing import NamedTuple


class Swatch(NamedTuple):
    """A colour, and what people call it."""

    name: str
    color: str


PALETTE = (
    Swatch("black", "#000000"),
    Swatch("white", "#ffffff"),
    Swatch("grey", "#808080"),
    Swatch("red", "#e02020"),
    Swatch("orange", "#ff9010"),
    Swatch("yellow", "#ffe840"),
    Swatch("green", "#208830"),
    Swatch("lime", "#80e040"),
    Swatch("cyan", "#30c8e8"),
    Swatch("blue", "#2040d0"),
    Swatch("purple", "#8020a0"),
    Swatch("pink", "#ff80c8"),
)
"""A label is a place in it, from 0. Never change the order: people's pictures are read by it."""
