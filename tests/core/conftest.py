"""Tiny nodes, and short ways to draw a graph of them."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Annotated, Literal, NamedTuple

import pytest
from capriccio.core import (
    AnyNode,
    Catalog,
    Graph,
    ImageFile,
    InputError,
    Link,
    Number,
    Placed,
    PortType,
    Preview,
    Range,
    Steps,
    Text,
    hookimpl,
    node,
)
from capriccio.core.ports import BUILTIN


class Halves(NamedTuple):
    """Two outputs."""

    whole: Number
    rest: Number


@node("toy.Number")
def number(*, value: Annotated[float, Range(-1000.0, 1000.0)] = 0.0) -> Number:
    """Give a number."""
    return value


@node("toy.Add", version=2)
def add(a: Number, b: Number | None = None, *, by: int = 0) -> Number:
    """Add two numbers, of which one may be missing."""
    return a + (b or 0) + by


@node("toy.Digits")
def digits(items: list[Number]) -> Number:
    """Write numbers one after the other."""
    return float("".join(str(int(item)) for item in items))


@node("toy.Split")
def split(a: Number) -> Halves:
    """Give the whole part of a number, and the rest."""
    return Halves(a // 1, a % 1)


@node("toy.Fail")
def fail(a: Number | None = None) -> Number:
    """Fail."""
    raise InputError("it is Monday")


@node("toy.Count")
def count(a: Number | None = None, *, to: Annotated[int, Range(1, 100)] = 3) -> Steps[Number]:
    """Count."""
    for step in range(1, to + 1):
        yield Preview(float(step), step, to)
    return float(to)


@node("toy.Say", cached=False)
def say(a: Number, *, mood: Literal["calm", "loud"] = "calm") -> Text:
    """Say a number."""
    return f"{a}{'!' if mood == 'loud' else ''}"


@node("toy.File")
def file(*, file: ImageFile) -> Text:
    """Give the name of a file."""
    return file.name


@pytest.fixture
def catalog_of(tmp_path: Path) -> Callable[..., Catalog]:
    """A catalog of the nodes that are given, and of their port types."""

    def made(*nodes: AnyNode) -> Catalog:
        @hookimpl
        def register_nodes(register: Callable[[AnyNode], None]) -> None:
            for each in nodes:
                register(each)

        @hookimpl
        def register_port_types(register: Callable[[PortType], None]) -> None:
            inputs = {input.type for each in nodes for input in each.inputs.values()}
            outputs = {port for each in nodes for port in each.outputs.values()}
            for port in (inputs | outputs) - set(BUILTIN):
                register(port)

        plugin = ModuleType("toys")
        vars(plugin).update(register_nodes=register_nodes, register_port_types=register_port_types)
        catalog = Catalog(tmp_path / "weights")
        catalog.add(plugin, "toys")
        return catalog

    return made


@pytest.fixture
def catalog(catalog_of: Callable[..., Catalog]) -> Catalog:
    """A catalog of the nodes above."""
    return catalog_of(number, add, digits, split, fail, count, say, file)


@pytest.fixture
def drawn() -> Callable[..., Graph]:
    """Draw a graph: ``drawn("a.number -> b.a", a="toy.Number", b=Placed("toy.Add"))``."""

    def made(*links: str, **nodes: str | Placed) -> Graph:
        placed = {name: Placed(kind) if isinstance(kind, str) else kind for name, kind in nodes.items()}
        return Graph(placed, tuple(Link.between(*link.split(" -> ")) for link in links))

    return made
