"""What the engine costs for the items of a list, when the node that is run for each does nothing.

Each figure is the median of several runs and is printed with its ratio to a floor that is
measured in the same run: a Python loop that calls the same functions and keeps their results
in a dict. Run it with ``make bench``. With ``--quick`` it measures lists of 1,000 items three times
and gives the best as JSON, for a machine that others use too.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Annotated, NamedTuple

from capriccio.core import Cache, Catalog, Graph, Link, Number, Placed, Range, node, plan, run

SIZE = 1_000
ROUNDS = 7
MOST = 100.0
"""Microseconds an item, planning included."""
MOST_UNCHANGED = 50.0
MOST_GROWTH = 1.5
"""How much more an item may cost in a list ten times as long."""


@node("bench.Numbers")
def numbers(*, count: Annotated[int, Range(0, 1_000_000)] = SIZE) -> list[Number]:
    """Give so many numbers."""
    return [float(place) for place in range(count)]


@node("bench.Add")
def add(a: Number, b: Number | None = None, *, by: float = 1.0) -> Number:
    """Add to a number."""
    return a + (b or 0.0) + by


@node("bench.Total")
def total(items: list[Number]) -> Number:
    """Add numbers."""
    return sum(items)


class Shape(NamedTuple):
    """A graph, and how many times a node is run for an item in it."""

    graph: Graph
    mapped: int


def single(size: int) -> Shape:
    """One node that is run once for each item."""
    return Shape(Graph(_nodes(size, "add"), _links("list.number -> add.a")), 1)


def chain(size: int) -> Shape:
    """Three such nodes, one after the other, and one that takes the whole list."""
    nodes = {**_nodes(size, "one", "two", "three"), "all": Placed("bench.Total")}
    links = _links(
        "list.number -> one.a", "one.number -> two.a", "two.number -> three.a", "three.number -> all.items"
    )
    return Shape(Graph(nodes, links), 3)


def step(size: int) -> Shape:
    """Two lists in step, of which one is made first, and a setting that is linked."""
    links = _links(
        "list.number -> first.a", "list.number -> add.a", "first.number -> add.b", "list.number -> add.by"
    )
    return Shape(Graph(_nodes(size, "first", "add"), links), 2)


def inside(size: int) -> Shape:
    """A graph that is run once for each item."""
    inner = Graph(
        {
            "x": Placed("capriccio.GraphInput", {"type": "Number"}),
            "add": Placed("bench.Add"),
            "y": Placed("capriccio.GraphOutput"),
        },
        _links("x.item -> add.a", "add.number -> y.item"),
    )
    nodes = {"list": Placed("bench.Numbers", {"count": size}), "outer": Placed("graph:inner")}
    # What hands on is run for each item too.
    return Shape(Graph(nodes, _links("list.number -> outer.x"), graphs={"inner": inner}), 3)


SHAPES: tuple[Callable[[int], Shape], ...] = (single, chain, step, inside)


class Costs(NamedTuple):
    """Seconds, or microseconds an item."""

    whole: float
    unchanged: float
    floor: float


def bench_catalog() -> Catalog:
    """A catalog of the nodes above."""
    catalog = Catalog()
    catalog.nodes |= {each.id: each for each in (numbers, add, total)}
    return catalog


def measured(shape: Shape, size: int, catalog: Catalog) -> Costs:
    """Seconds to plan and run, to do so again unchanged, and for the floor."""
    cache = Cache()
    began = time.perf_counter()
    for _ in run(plan(shape.graph, catalog), cache):
        pass
    after_run = time.perf_counter()
    for _ in run(plan(shape.graph, catalog), cache):
        pass
    after_again = time.perf_counter()
    results: dict[tuple[int, int], float] = {}
    for place, value in enumerate(numbers(count=size)):
        for number in range(shape.mapped):
            results[number, place] = add.function(value)
    floor = time.perf_counter() - after_again
    return Costs(after_run - began, after_again - after_run, floor)


def costs(
    make: Callable[[int], Shape],
    size: int,
    catalog: Catalog,
    rounds: int = ROUNDS,
    typical: Callable[[Sequence[float]], float] = statistics.median,
) -> Costs:
    """Microseconds for each run of a node for an item."""
    shape = make(size)
    found = [measured(shape, size, catalog) for _ in range(rounds)]
    runs = size * shape.mapped
    return Costs(*(typical(column) / runs * 1e6 for column in zip(*found, strict=True)))


def main() -> int:
    """Print all figures; give 1 if one is beyond its bound."""
    catalog = bench_catalog()
    print("microseconds an item      whole  to floor  unchanged  to floor")
    good = True
    for make in SHAPES:
        whole: dict[int, float] = {}
        for size in (SIZE, 10 * SIZE):
            cost = costs(make, size, catalog)
            whole[size] = cost.whole
            print(
                f"{make.__name__:>8} of {size:>6} {cost.whole:13.1f} {cost.whole / cost.floor:8.0f}x"
                f" {cost.unchanged:10.1f} {cost.unchanged / cost.floor:8.1f}x"
            )
            good &= cost.whole <= MOST and cost.unchanged <= MOST_UNCHANGED
        growth = whole[10 * SIZE] / whole[SIZE]
        print(f"{make.__name__:>8}: an item costs {growth:.2f} times as much in the longer list")
        good &= growth <= MOST_GROWTH
    print("within bounds" if good else f"OUT OF BOUNDS: {MOST}, {MOST_UNCHANGED} and {MOST_GROWTH}x")
    return 0 if good else 1


def quick() -> int:
    """Print as JSON what each shape costs at best, whole and unchanged, and the bounds."""
    catalog = bench_catalog()
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for make in SHAPES:
        cost = costs(make, SIZE, catalog, 3, min)
        found[make.__name__] = {"whole": (cost.whole, MOST), "unchanged": (cost.unchanged, MOST_UNCHANGED)}
    json.dump(found, sys.stdout)
    return 0


def _nodes(size: int, *names: str) -> dict[str, Placed]:
    return {"list": Placed("bench.Numbers", {"count": size}), **{name: Placed("bench.Add") for name in names}}


def _links(*links: str) -> tuple[Link, ...]:
    return tuple(Link.between(*link.split(" -> ")) for link in links)


if __name__ == "__main__":
    sys.exit(quick() if sys.argv[1:] == ["--quick"] else main())
