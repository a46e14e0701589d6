"""What the engine costs for nodes that do nothing, chained and side by side.

Each figure is the median of several runs and is printed with its ratio to a floor that is
measured in the same run: a Python loop that calls the same functions and keeps their results
in a dict. Run it with ``make bench``.
"""

import statistics
import sys
import time
from collections.abc import Callable

from capriccio.core import Cache, Catalog, Graph, Link, Number, Placed, node, plan, run

SIZES = (500, 5_000)
ROUNDS = 7
MOST = 60.0
"""Microseconds a node, planning included."""
MOST_UNCHANGED = 10.0
MOST_GROWTH = 1.3
"""How much more a node may cost in the larger graph."""


@node("bench.Start")
def start(*, value: float = 1.0) -> Number:
    """Give a number."""
    return value


@node("bench.Add")
def add(a: Number, *, by: float = 1.0) -> Number:
    """Add to a number."""
    return a + by


def chain(size: int) -> Graph:
    """Each node reads the one before it."""
    links = tuple(Link(f"n{i}", "number", f"n{i + 1}", "a") for i in range(size - 1))
    return Graph(_nodes(size), links)


def wide(size: int) -> Graph:
    """All nodes read the first one."""
    return Graph(_nodes(size), tuple(Link("n0", "number", f"n{i}", "a") for i in range(1, size)))


def _nodes(size: int) -> dict[str, Placed]:
    return {f"n{i}": Placed("bench.Add" if i else "bench.Start") for i in range(size)}


def measured(graph: Graph, catalog: Catalog) -> tuple[float, float, float, float]:
    """Seconds to plan, to run, to run again unchanged, and for the floor."""
    cache = Cache()
    began = time.perf_counter()
    planned = plan(graph, catalog)
    after_plan = time.perf_counter()
    for _ in run(planned, cache):
        pass
    after_run = time.perf_counter()
    for _ in run(planned, cache):
        pass
    after_again = time.perf_counter()
    results: dict[str, float] = {}
    for name in graph.nodes:
        results[name] = add.function(1.0) if results else start.function()
    floor = time.perf_counter() - after_again
    return after_plan - began, after_run - after_plan, after_again - after_run, floor


def medians(make: Callable[[int], Graph], size: int, catalog: Catalog) -> list[float]:
    """Microseconds a node, of the four things that are measured."""
    graph = make(size)
    rounds = [measured(graph, catalog) for _ in range(ROUNDS)]
    return [statistics.median(column) / size * 1e6 for column in zip(*rounds, strict=True)]


def main() -> int:
    """Print all figures; give 1 if one is beyond its bound."""
    catalog = Catalog()
    catalog.nodes |= {each.id: each for each in (start, add)}
    print("microseconds a node   plan    run  whole  to floor  unchanged  to floor")
    good = True
    for make in (chain, wide):
        whole: dict[int, float] = {}
        for size in SIZES:
            planning, running, again, floor = medians(make, size, catalog)
            whole[size] = planning + running
            print(
                f"{make.__name__:>8} of {size:>5} {planning:10.1f} {running:6.1f} {whole[size]:6.1f}"
                f" {whole[size] / floor:8.0f}x {again:10.1f} {again / floor:8.1f}x"
            )
            good &= whole[size] <= MOST and again <= MOST_UNCHANGED
        growth = whole[SIZES[1]] / whole[SIZES[0]]
        print(f"{make.__name__:>8}: a node costs {growth:.2f} times as much in the larger graph")
        good &= growth <= MOST_GROWTH
    print("within bounds" if good else f"OUT OF BOUNDS: {MOST}, {MOST_UNCHANGED} and {MOST_GROWTH}x")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
