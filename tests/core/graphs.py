"""Random graphs of toy nodes: with lists, graphs in graphs, settings fed by links, mutes and bypasses."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar

from capriccio.core import (
    AnyNode,
    Bool,
    Catalog,
    Graph,
    InputError,
    Lazy,
    Link,
    Number,
    Pattern,
    Placed,
    Preview,
    Range,
    Seed,
    Steps,
    Text,
    node,
)
from capriccio.core.graph import GRAPH, Mode
from capriccio.core.interface import graph_input, graph_output
from capriccio.core.params import Param
from hypothesis import strategies as st

Item = TypeVar("Item")
A = TypeVar("A")
B = TypeVar("B")
Drawn = TypeVar("Drawn")


# Nodes that give something from nothing.


@node("toy.Number")
def number(*, value: Annotated[float, Range(-100.0, 100.0)] = 1.0) -> Number:
    """Give a number."""
    return value


@node("toy.Numbers")
def numbers(*, count: Annotated[int, Range(0, 3)] = 2, start: float = 0.0) -> list[Number]:
    """Count on from a number."""
    return [start + step for step in range(count)]


@node("toy.Ragged")
def ragged(*, shape: Annotated[str, Pattern("[0-3]*", "digits up to 3")] = "22") -> list[list[Number]]:
    """Give lists of the lengths that the digits say."""
    return [[10.0 * row + column for column in range(int(digit))] for row, digit in enumerate(shape)]


@node("toy.Shelf")
def shelf(*, count: Annotated[int, Range(0, 3)] = 2, torn: int = -1) -> list[Text]:
    """Give texts that are read late, and of which one cannot be."""
    return [Lazy(lambda at=at: _page(at, torn), ["page", at, torn], f"page {at}") for at in range(count)]  # type: ignore[misc]


def _page(at: int, torn: int) -> str:
    if at == torn:
        raise InputError(f"page {at} is torn")
    return f"p{at}"


@node("toy.Text")
def text(*, text: str = "calm") -> Text:
    """Give a text."""
    return text


@node("toy.Dice")
def dice(*, seed: Seed = 1, sides: Literal[2, 3] = 3) -> Number:
    """Throw."""
    return float(seed * 7 % sides)


# Nodes that take one thing at a time.


@node("toy.Add")
def add(a: Number, b: Number | None = None, *, by: Annotated[float, Range(-50.0, 50.0)] = 0.0) -> Number:
    """Add numbers."""
    return a + (0 if b is None else 3 * b) + by


@node("toy.Fussy")
def fussy(a: Number, *, hates: Annotated[int, Range(0, 4)] = 2) -> Number:
    """Fail for one number in three."""
    if int(a) % 3 == hates:
        raise InputError(f"it hates {a}")
    return a + 1


@node("toy.Ladder")
def ladder(a: Number, *, stumbles: bool = True) -> list[Number]:
    """Give as many numbers as the number says, up to 3."""
    if stumbles and a < 0:
        raise InputError("it fell")
    return [a + step for step in range(int(abs(a)) % 4)]


class Halves(NamedTuple):
    """Outputs of unlike depth."""

    whole: Number
    parts: list[Number]


@node("toy.Split")
def split(a: Number) -> Halves:
    """Give a number and its parts."""
    return Halves(a, [a, -a])


@node("toy.Walk")
def walk(a: Number, *, steps: Annotated[int, Range(1, 2)] = 2) -> Steps[Number]:
    """Go on from a number, step by step."""
    for step in range(steps):
        yield Preview(a + step, step + 1, steps)
    if int(a) % 5 == 4:
        raise InputError("it stumbled")
    return a + steps


@node("toy.Say")
def say(b: Text, a: Number | None = None, *, mood: Literal["calm", "loud"] = "calm") -> Text:
    """Say what there is."""
    return f"{a}{b}" + ("!" if mood == "loud" else "")


@node("toy.Odd")
def odd(a: Number) -> Bool:
    """Whether a number is odd."""
    return int(a) % 2 == 1


@node("toy.Choose")
def choose(a: Number, b: Number, *, first: bool = True) -> Number:
    """Give one of two."""
    return a if first else b


# Nodes that take lists whole.


@node("toy.Total")
def total(items: list[Number], *, weight: Annotated[float, Range(0.0, 3.0)] = 1.0) -> Number:
    """Add up; the order counts."""
    return sum((place * item for place, item in enumerate(items, 2)), 0.0) * weight


@node("toy.Positive")
def positive(items: list[Number], more: list[Number] | None = None) -> list[Number]:
    """Keep some of the items."""
    return [item for item in items if item > 0] + (more or [])


@node("toy.Beginnings")
def beginnings(items: list[Text]) -> list[list[Text]]:
    """Give all beginnings of a list."""
    return [items[:end] for end in range(len(items))]


@node("toy.Print")
def printed(rows: list[list[Number]], *, bold: bool = False) -> Text:
    """Write a list of lists."""
    return f"*{rows}*" if bold else str(rows)


@node("toy.Show")
def show(items: list[Text], *, title: str = "") -> None:
    """Give nothing."""
    if len(items) == 3:
        raise InputError("three are too many")


# Nodes that put things in order, of whatever type they are.


class Pairs(NamedTuple, Generic[A, B]):
    """Lists in step."""

    a: list[A]
    b: list[B]


@node("toy.Cross")
def cross(a: list[A], b: list[B]) -> Pairs[A, B]:
    """Give every combination."""
    return Pairs([x for x in a for _ in b], [y for _ in a for y in b])


@node("toy.Collect")
def collect(items: list[Item]) -> list[Item]:
    """Make one list of all."""
    return items


@node("toy.Flatten")
def flatten(items: list[list[Item]]) -> list[Item]:
    """Make one list of lists."""
    return [item for row in items for item in row]


@node("toy.Graft")
def graft(items: list[Item]) -> list[list[Item]]:
    """Make a list of each item."""
    return [[item] for item in items]


@node("toy.Pick")
def pick(items: list[Item], *, index: Annotated[int, Range(0, 3)] = 0) -> Item:
    """Give one of many."""
    if index >= len(items):
        raise InputError(f"there is no item {index}")
    return items[index]


@node("toy.Repeat")
def repeat(item: Item, *, times: Annotated[int, Range(0, 3)] = 2) -> list[Item]:
    """Give one thing many times."""
    return [item] * times


@node("toy.Sift")
def sift(items: list[Item], keep: list[Bool]) -> list[Item]:
    """Keep the items that stand where there is a yes."""
    return [item for item, kept in zip(items, keep, strict=False) if kept]


class Swapped(NamedTuple, Generic[A, B]):
    """Two things, the other way round."""

    a: B
    b: A


@node("toy.Swap")
def swap(a: A, b: B) -> Swapped[A, B]:
    """Give the second for the first."""
    return Swapped(b, a)


TOYS: tuple[AnyNode, ...] = (
    *(number, numbers, ragged, shelf, text, dice),
    *(add, fussy, ladder, split, walk, say, odd, choose),
    *(total, positive, beginnings, printed, show),
    *(cross, collect, flatten, graft, pick, repeat, sift, swap),
)


def toy_catalog() -> Catalog:
    """All of the nodes above, and those that a graph begins and ends with."""
    catalog = Catalog(Path("weights"))
    catalog.nodes |= {toy.id: toy for toy in (*TOYS, graph_input, graph_output)}
    return catalog


# How they are drawn.


class Port(NamedTuple):
    """An input or an output, as far as drawing has to know it."""

    type: str
    depth: int
    needed: bool = True


class Start(NamedTuple):
    """An output that links can begin at."""

    node: str
    output: str
    type: str
    depth: int


@dataclass(frozen=True)
class Kind:
    """Something that can be placed."""

    id: str
    inputs: Mapping[str, Port]
    params: Mapping[str, Param]
    outputs: Mapping[str, Port]

    @property
    def graph(self) -> bool:
        return self.id.startswith(GRAPH)

    @classmethod
    def of(cls, toy: AnyNode) -> "Kind":
        inputs = {
            name: Port(each.type.name, each.depth, not each.optional) for name, each in toy.inputs.items()
        }
        outputs = {name: Port(each.type.name, each.depth) for name, each in toy.outputs.items()}
        return cls(toy.id, inputs, toy.params, outputs)


SOURCES = [Kind.of(each) for each in (number, numbers, numbers, numbers, ragged, shelf, shelf, text, dice)]
OFTEN = (add, fussy, fussy, total, total, printed, say, show, choose, collect, pick, sift)
OTHERS = [Kind.of(each) for each in (*TOYS[6:], *OFTEN)]
ROOTS = {"Number": [Kind.of(numbers)], "Text": [Kind.of(shelf)], "Bool": [Kind.of(numbers), Kind.of(odd)]}
"""What gives something of each type."""
ROW = [Kind.of(each) for each in (numbers, fussy, pick)]
"""So often some items fail and are left out."""
VALUES: Mapping[type, st.SearchStrategy[Any]] = {
    int: st.integers(0, 3),
    float: st.integers(-3, 3).map(float),
    bool: st.booleans(),
}
TEXTS = ("2", "22", "203", "calm", "loud", "")
LENGTHS = ("count", "times")
DEEPEST = 3
"""Of the lists that links bring."""


class Pencil:
    """Draws one graph, node by node."""

    def __init__(self, draw: st.DrawFn, kinds: list[Kind], length: int, prefix: str, wild: bool) -> None:
        self._draw = draw
        self._kinds = kinds
        self._length = length
        self._prefix = prefix
        self._wild = wild
        self.nodes: dict[str, Placed] = {}
        self.links: list[Link] = []
        self.starts: list[Start] = []
        self._needed: dict[str, set[str]] = {}
        """The inputs that nodes cannot do without."""
        self.settings: dict[str, Param] = {}
        """Those that are not linked, by ``node.setting``."""

    def add(self) -> None:
        """Draw one more node, or some in a row, and the links into it."""
        if self._chance(15):
            self._place_row(ROW)
        kinds = [kind for kind in self._kinds if self._has_all(kind)]
        kind = self._one(kinds if self.starts and not self._chance(20) else SOURCES)
        self.place(f"{self._prefix}{len(self.nodes)}", kind)

    def add_graph(self, name: str, kind: Kind) -> None:
        """Draw a node that is a graph, and what it needs."""
        for wanted in kind.inputs.values():
            if wanted.needed and not self._candidates(wanted, None):
                self._place_row(ROOTS[wanted.type])
        self.place(name, kind)

    def _place_row(self, kinds: list[Kind]) -> None:
        for kind in kinds:
            self.place(f"{self._prefix}{len(self.nodes)}", kind, row=True)

    def place(self, name: str, kind: Kind, row: bool = False) -> None:
        """Draw a node and the links into it; in a row, they come from the last node."""
        inputs = self._inputs(kind, row)
        settings, params = self._settings(name, kind)
        reads = [*inputs, *settings]
        self.links += [Link(start.node, start.output, name, port) for port, start in reads]
        types = {kind.inputs[port].type for port, _ in inputs}
        passes = bool(types) and all(port.type in types for port in kind.outputs.values())
        many = len({port for port, _ in inputs}) < len(inputs)
        self.nodes[name] = Placed(kind.id, params, mode="on" if row else self._mode(passes, many))
        self._needed[name] = {port for port, wanted in kind.inputs.items() if wanted.needed}
        bound = {kind.inputs[port].type: start.type for port, start in reversed(inputs)}
        levels = [
            start.depth - (kind.inputs[port].depth if port in kind.inputs else 0) for port, start in reads
        ]
        for output, given in kind.outputs.items():
            depth = max([0, *levels]) + given.depth
            if depth <= DEEPEST:
                self.starts.append(Start(name, output, bound.get(given.type, given.type), depth))

    def _inputs(self, kind: Kind, row: bool) -> list[tuple[str, Start]]:
        """What is linked to the inputs of a node."""
        bound: dict[str, str] = {}
        links: list[tuple[str, Start]] = []
        for port, wanted in kind.inputs.items():
            if wanted.needed or not self._chance(50):
                used = [start for _, start in links]
                found = self.starts[-1:] if row else self._into(wanted, bound.get(wanted.type), used)
                links += [(port, start) for start in found]
                for start in found:
                    bound.setdefault(wanted.type, start.type)
        return links

    def _settings(self, name: str, kind: Kind) -> tuple[list[tuple[str, Start]], dict[str, Any]]:
        """What is linked to the settings of a node, and what others are set to."""
        links: list[tuple[str, Start]] = []
        params: dict[str, Any] = {}
        for key, param in kind.params.items():
            found = self._candidates(Port(param.port.name, 0), None)
            if found and self._chance(40 if kind.graph else 20):
                links.append((key, self._one(found)))
                continue
            self.settings[f"{name}.{key}"] = param
            if self._chance(40) or key in LENGTHS:
                params[key] = self.value(key, param)
        return links, params

    def begin(self, name: str, placed: Placed, type: str, depth: int) -> None:
        """Draw an input of the graph; what it has as default has been linked."""
        self.nodes[name] = placed
        self._needed[name] = {"default"}
        self.starts.append(Start(name, "item", type, depth))

    def end(self, name: str, start: Start) -> None:
        """Draw an output of the graph."""
        self.nodes[name] = Placed("capriccio.GraphOutput")
        self._needed[name] = {"item"}
        self.links.append(Link(start.node, start.output, name, "item"))

    def value(self, key: str, param: Param) -> Any:
        """A value for a setting, such that lists often have one length."""
        if key in LENGTHS and self._chance(80):
            return self._length
        if param.pattern:
            return self._one(["22", "203", "1", "", "0", "33"])
        if param.type is str:
            return self._one(TEXTS)
        value = self._draw(VALUES[param.type]) if param.type in VALUES else param.default
        return param.default if param.problem(value) else value

    def _mode(self, passes: bool, many: bool) -> Mode:
        """Rather not bypassed where nothing of the type comes in: then the graph cannot be planned."""
        if not self._wild or self._chance(40 if many else 65):
            return "on"
        return "bypass" if passes else "mute" if self._chance(20) else "on"

    def mute(self) -> None:
        """Mute some of the nodes that others can do without.

        Not an input of the graph, without which no link to it outside makes sense.
        """
        for name, placed in self.nodes.items():
            links = [link for link in self.links if link.source == name]
            if placed.kind == graph_input.id:
                continue
            if self._wild and links and not any(map(self._needs, links)) and self._chance(40):
                self.nodes[name] = replace(placed, mode="mute")

    def _needs(self, link: Link) -> bool:
        alike = [each for each in self.links if (each.target, each.input) == (link.target, link.input)]
        return link.input in self._needed[link.target] and {each.source for each in alike} == {link.source}

    def _has_all(self, kind: Kind) -> bool:
        return all(self._candidates(port, None) for port in kind.inputs.values() if port.needed)

    def _into(self, wanted: Port, type: str | None, used: Collection[Start]) -> list[Start]:
        """What is linked to an input: to one that takes lists sometimes many, and rather not all the same."""
        found = self._candidates(wanted, type)
        fresh = [start for start in found if start not in used]
        if not found:
            return []
        first = self._one(fresh or found)
        number = self._one([0, 0, 1, 2]) if wanted.depth else 0
        alike = [each for each in found if each.type == first.type]
        return [first, *(self._one(alike) for _ in range(number))]

    def _candidates(self, wanted: Port, type: str | None) -> list[Start]:
        variable = wanted.type not in ROOTS
        found = [
            start
            for start in self.starts
            if start.depth - wanted.depth < DEEPEST
            and (type is None or start.type == type)
            and (variable or start.type == wanted.type)
        ]
        return found[-4:] if found and self._chance(50) else found

    def _one(self, things: "list[Drawn] | tuple[Drawn, ...]") -> Drawn:
        return self._draw(st.sampled_from(things))

    def _chance(self, percent: int) -> bool:
        """Yes, so often; rather no where an example is made smaller."""
        return self._draw(st.integers(0, 99)) >= 100 - percent


@dataclass
class Library:
    """The graphs that nodes can be."""

    graphs: dict[str, Graph] = field(default_factory=dict)
    kinds: list[Kind] = field(default_factory=list)


def _add_graph(draw: st.DrawFn, library: Library, length: int, wild: bool) -> None:
    """Draw a graph that is to be a node, perhaps with others in it."""
    name = "ABC"[len(library.graphs)]
    pencil = Pencil(draw, [*OTHERS, *library.kinds], length, name.lower(), wild)
    inputs: dict[str, Port] = {}
    for at in range(draw(st.integers(1, 3))):
        port = f"x{at}"
        inputs[port] = _graph_input(draw, pencil, port)
    for _ in range(draw(st.integers(1, 3))):
        pencil.add()
    if library.kinds:
        pencil.add_graph("inner", library.kinds[0])
    for _ in range(draw(st.integers(0, 1))):
        pencil.add()
    outputs: dict[str, Port] = {}
    for at in range(draw(st.integers(1, 2))):
        start = draw(st.sampled_from(pencil.starts[-3:]))
        pencil.end(f"y{at}", start)
        outputs[f"y{at}"] = Port(start.type, start.depth)
    pencil.mute()
    free = sorted(pencil.settings)
    sockets = draw(st.lists(st.sampled_from(free), max_size=3, unique=True)) if free else []
    exposed = {f"s{at}": socket for at, socket in enumerate(sockets)}
    library.graphs[name] = Graph(pencil.nodes, tuple(pencil.links), exposed=exposed)
    params = {key: pencil.settings[socket] for key, socket in exposed.items()}
    library.kinds.append(Kind(GRAPH + name, inputs, params, outputs))


def _graph_input(draw: st.DrawFn, pencil: Pencil, name: str) -> Port:
    type = draw(st.sampled_from(["Number", "Number", "Number", "Text", "Bool"]))
    many = draw(st.integers(0, 2)) == 2
    placed = Placed("capriccio.GraphInput", {"type": type, "many": many})
    defaults = [
        start
        for start in pencil.starts
        if start.type == type and start.depth >= many and start.node[0] != "x"
    ]
    if type == "Number" and draw(st.integers(0, 1)) == 1:
        root = f"d{name}"
        pencil.place(root, Kind.of(numbers if many else draw(st.sampled_from([number, numbers]))))
        pencil.nodes[root] = Placed(pencil.nodes[root].kind, pencil.nodes[root].params)
        defaults = [start for start in pencil.starts if start.node == root]
    needed = True
    if defaults and draw(st.integers(0, 1)) == 1:
        start: Start = draw(st.sampled_from(defaults))
        pencil.links.append(Link(start.node, start.output, name, "default"))
        needed = False
    pencil.begin(name, placed, type, int(many))
    return Port(type, int(many), needed)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """A graph of a dozen nodes or so, that can nearly always be planned."""
    library = Library()
    length = draw(st.sampled_from([2, 2, 2, 3, 1, 0]))
    wild = draw(st.sampled_from([False, True, True]))
    for _ in range(draw(st.sampled_from([0, 2, 2, 1]))):
        _add_graph(draw, library, length, wild)
    pencil = Pencil(draw, [*OTHERS, *library.kinds * 10], length, "n", wild)
    for _ in range(draw(st.integers(4, 7))):
        pencil.add()
    if library.kinds:
        pencil.add_graph("g", library.kinds[-1])
    for _ in range(draw(st.integers(2, 6))):
        pencil.add()
    pencil.mute()
    return Graph(pencil.nodes, tuple(pencil.links), graphs=library.graphs)
