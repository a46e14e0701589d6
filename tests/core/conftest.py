"""Tiny nodes, and short ways to draw a graph of them."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar

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


A = TypeVar("A")
B = TypeVar("B")
Item = TypeVar("Item")


@node("toy.Text")
def text(*, text: str = "calm") -> Text:
    """Give a text."""
    return text


@node("toy.Numbers")
def numbers(*, values: str = "1 2 3") -> list[Number]:
    """Give the numbers that are written out."""
    return [float(word) for word in values.split()]


@node("toy.Texts")
def texts(*, texts: str = "low high") -> list[Text]:
    """Give the words of a text."""
    return list(texts.split())


@node("toy.Ladder")
def ladder(a: Number) -> list[Number]:
    """Give as many numbers as the number says."""
    return [a * 10 + step for step in range(int(a))]


@node("toy.Total")
def total(items: list[Number]) -> Number:
    """Add all numbers of a list."""
    return float(sum(items))


class Crossed(NamedTuple, Generic[A, B]):
    """Two lists in step."""

    a: list[A]
    b: list[B]


@node("toy.Cross")
def cross(a: list[A], b: list[B]) -> Crossed[A, B]:
    """Give every combination."""
    return Crossed([x for x in a for _ in b], [y for _ in a for y in b])


@node("toy.Pick")
def pick(items: list[Item], *, place: int = 0) -> Item:
    """Give one item."""
    return items[place]


@node("toy.Collect")
def collect(items: list[Item]) -> list[Item]:
    """Gather into one list."""
    return items


@node("toy.Reverse")
def reverse(items: list[Item]) -> list[Item]:
    """Give the last item first."""
    return items[::-1]


@node("toy.Flatten")
def flatten(lists: list[list[Item]]) -> list[Item]:
    """Make one list out of a list of lists."""
    return [item for items in lists for item in items]


@node("toy.Graft")
def graft(item: Item) -> list[Item]:
    """Put each item into a list of its own."""
    return [item]


@pytest.fixture
def calls() -> list[Any]:
    """What each call of toy.Work was given, in order."""
    return []


@pytest.fixture
def listing(catalog_of: Callable[..., Catalog], calls: list[Any]) -> Catalog:
    """A catalog of all nodes here, and of toy.Work, which notes its calls and fails for 13."""

    @node("toy.Work")
    def work(
        a: Number, b: Number | None = None, *, by: Annotated[float, Range(-100.0, 100.0)] = 0.0
    ) -> Number:
        """Add two numbers, of which one may be missing."""
        calls.append(a if b is None else (a, b))
        if a == 13:
            raise InputError("13 brings bad luck")
        return a + (b or 0) + by

    return catalog_of(
        number, add, digits, split, fail, count, say, file, text, numbers, texts, ladder, total,
        cross, pick, collect, reverse, flatten, graft, work,
    )  # fmt: skip


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
            outputs = {output.type for each in nodes for output in each.outputs.values()}
            for port in (inputs | outputs) - set(BUILTIN):
                if not port.variable:
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
