"""The list of nodes on a terminal leaves nothing out that a person needs to use one."""

from io import StringIO
from typing import Annotated, Literal

import pytest
from capriccio.core import AnyNode, Catalog, Image, Range, Seed, node
from capriccio.server.nodes import show, show_all
from rich.console import Console


@node("own.Paint", version=3, category="Own [x]")
def paint(
    image: Image,
    more: list[Image],
    mask: Image | None = None,
    *,
    strength: Annotated[float, Range(0.0, 2.5, unit="px"), "How [much]."] = 1.0,
    how: Literal["wet", "dry"] = "dry",
    seed: Seed = 0,
) -> Image:
    """Paint [over] a picture.

    With a [/brush].
    """
    return image


def told(node: AnyNode) -> list[list[str]]:
    console = Console(file=StringIO(), width=200)
    show(node, console)
    assert isinstance(console.file, StringIO)
    lines = console.file.getvalue().splitlines()
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in lines if line.strip()]


def test_a_node_is_told_with_all_that_it_takes_and_gives() -> None:
    assert told(paint) == [
        ["own.Paint version 3, Own [x]"],
        ["Paint [over] a picture."],
        ["With a [/brush]."],
        ["input", "image", "Image"],
        ["input", "more", "list of Image"],
        ["input", "mask", "Image", "optional"],
        ["setting", "strength", "float 0..2.5 px = 1.0", "Number", "How [much]."],
        ["setting", "how", "wet | dry = dry", "Text"],
        ["setting", "seed", "int 0..4294967295 = 0", "Number"],
        ["output", "image", "Image"],
        ["A setting takes a link too, of the type behind it."],
    ]


def test_lists_and_whatever_comes_are_told(catalog: Catalog) -> None:
    assert ["input", "items", "list of any type (Item)"] in told(catalog.nodes["capriccio.Collect"])
    assert ["output", "number", "list of Number"] in told(catalog.nodes["capriccio.Numbers"])
    assert ["input", "lists", "list of lists of any type (Item)"] in told(catalog.nodes["capriccio.Flatten"])


def test_every_built_in_node_can_be_told(catalog: Catalog) -> None:
    for each in catalog.nodes.values():
        lines = [" ".join(line) for line in told(each)]
        assert lines[0].startswith(f"{each.id} version {each.version}, {each.category}")
        for name in (*each.inputs, *each.params, *each.outputs):
            assert any(name in line.split() for line in lines), name
        for param in each.params.values():
            assert any(param.doc in line for line in lines)


@pytest.mark.parametrize("width", [60, 80, 200])
def test_the_list_has_every_id_whole_in_every_width_and_sorted_by_category(
    catalog: Catalog, width: int
) -> None:
    console = Console(file=StringIO(), width=width)
    show_all(catalog, console)
    assert isinstance(console.file, StringIO)
    text = console.file.getvalue()
    ids = [line.split()[0] for line in text.splitlines() if line.startswith("capriccio.")]
    assert sorted(ids) == sorted(catalog.nodes)
    assert ids == sorted(ids, key=lambda id: (catalog.nodes[id].category, id))


def test_the_list_tells_what_each_node_takes_gives_and_does(catalog: Catalog) -> None:
    console = Console(file=StringIO(), width=300)
    show_all(catalog, console)
    assert isinstance(console.file, StringIO)
    lines = console.file.getvalue().splitlines()
    for each in catalog.nodes.values():
        (line,) = (line for line in lines if line.split()[0] == each.id)
        assert each.doc.partition("\n")[0] in line
        for name in (*each.inputs, *each.outputs):
            assert name in line
