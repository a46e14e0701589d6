"""What a graph gives, worked out as plainly as can be: the measure that the executor is held to.

It shares the declarations of nodes with the engine and nothing else. Values are nested Python lists,
a node's inputs are found by recursion, and a graph that is a node is worked out anew for each item.
"""

from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple, TypeAlias

from capriccio.core import AnyNode, Graph, Lazy, Link, Placed
from capriccio.core.node import Input
from capriccio.core.params import Param

INPUT, OUTPUT = "capriccio.GraphInput", "capriccio.GraphOutput"

Tree: TypeAlias = Any
"""A value, or a list of trees; a Bad stands where something could not be made."""
Outcome: TypeAlias = "Bad | dict[str, Tree]"
"""What came of one run of a node: its outputs by name."""
Runs: TypeAlias = Any
"""Lists as deep as a node is mapped, of Outcomes; a Bad stands where the items are not known either."""
Index: TypeAlias = tuple[int, ...]


@dataclass(frozen=True)
class Bad:
    """Something that could not be made."""

    how: frozenset[str]
    """"failed", "skipped", or both where either may be said of it."""


FAILED, SKIPPED = Bad(frozenset({"failed"})), Bad(frozenset({"skipped"}))
EITHER = Bad(FAILED.how | SKIPPED.how)
UNFIT = object()
"""Stands for a setting that does not fit."""


class Unplannable(Exception):
    """The graph cannot be run as it stands."""


class TooLarge(Exception):
    """The graph runs more often than a test has time for."""


class Sockets(NamedTuple):
    """What can be linked at a node."""

    inputs: Mapping[str, Input]
    params: Mapping[str, Param]
    outputs: Mapping[str, str]
    """The name of the type of each, or of a type variable."""

    def depth(self, port: str) -> int:
        """How deep a list an input or a setting wants."""
        return self.inputs[port].depth if port in self.inputs else 0


@dataclass(frozen=True)
class World:
    """All that can be placed."""

    nodes: Mapping[str, AnyNode]
    graphs: Mapping[str, Graph]
    _read: dict[str, "Live"] = field(default_factory=dict)

    def inner(self, placed: Placed) -> "Live | None":
        """The graph that a node is, if it is one."""
        if placed.graph is None:
            return None
        if placed.graph not in self._read:
            self._read[placed.graph] = Live(self.graphs[placed.graph], self)
        return self._read[placed.graph]

    def sockets(self, placed: Placed) -> Sockets:
        inner = self.inner(placed)
        if inner is not None:
            return inner.sockets
        node = self.nodes[placed.kind]
        return Sockets(node.inputs, node.params, {name: out.type.name for name, out in node.outputs.items()})


class Live:
    """A graph without its muted and bypassed nodes."""

    def __init__(self, drawn: Graph, world: World) -> None:
        self.drawn = drawn
        self.world = world
        self._known_out: dict[str, bool] = {}
        self.nodes = {
            name: placed
            for name, placed in drawn.nodes.items()
            if placed.mode == "on" and not self._out(name)
        }
        self.links = [
            Link(*start, link.target, link.input)
            for link in drawn.links
            if link.target in self.nodes
            for start in self._starts(link)
        ]

    def into(self, name: str, port: str | None = None) -> list[Link]:
        """The links that end in a node, or in one of its inputs or settings."""
        return [link for link in self.links if link.target == name and port in (None, link.input)]

    def socketed(self, name: str) -> Sockets:
        return self.world.sockets(self.drawn.nodes[name])

    @property
    def sinks(self) -> list[str]:
        """The nodes that no other node reads."""
        return [
            name for name in self.nodes if not any(link.source == name != link.target for link in self.links)
        ]

    def needed(self, wanted: list[str]) -> set[str]:
        """The nodes that some depend on, and these."""
        found = set(wanted)
        for name in wanted:
            found |= self.needed([link.source for link in self.into(name)])
        return found

    def read(self, name: str, wanted: list[str]) -> list[str]:
        """The outputs of a node that are read where some nodes are wanted; if it is one of them, all."""
        needed = self.needed(wanted)
        read = {link.output for link in self.links if link.source == name and link.target in needed}
        return [output for output in self.socketed(name).outputs if name in wanted or output in read]

    @cached_property
    def sockets(self) -> Sockets:
        """What can be linked where this graph is a node."""
        inputs = {
            name: Input(
                self.world.nodes[INPUT].inputs["default"].type,
                depth=int(placed.params.get("many", False)),
                optional=bool(self.into(name)),
            )
            for name, placed in self.nodes.items()
            if placed.kind == INPUT
        }
        for name, input in inputs.items():
            named = replace(input.type, name=self.nodes[name].params["type"], variable=False)
            inputs[name] = replace(input, type=named)
        params = {}
        for name, socket in self.drawn.exposed.items():
            node, _, setting = socket.rpartition(".")
            params[name] = self.socketed(node).params[setting]
        outputs = {
            name: self.type(name, "item") for name, placed in self.nodes.items() if placed.kind == OUTPUT
        }
        return Sockets(inputs, params, outputs)

    def type(self, name: str, output: str) -> str:
        """The name of the type of an output."""
        placed, sockets = self.nodes[name], self.socketed(name)
        if placed.kind == INPUT:
            return str(placed.params["type"])
        for port, input in sockets.inputs.items():
            if input.type.variable and input.type.name == sockets.outputs.get(output):
                for link in self.into(name, port):
                    return self.type(link.source, link.output)
        return sockets.outputs.get(output, "unknown")

    # Muted and bypassed nodes, as docs/graph-file.md has them.

    def _starts(self, link: Link) -> list[tuple[str, str]]:
        """The outputs that a drawn link stands for."""
        if self._out(link.source):
            return []
        found = [(link.source, link.output)]
        if self.drawn.nodes[link.source].mode == "bypass":
            found = self._past(link.source, link.output)
        many = self.socketed(link.target).depth(link.input) > 0
        return found if many else found[:1]

    def _past(self, name: str, output: str) -> list[tuple[str, str]]:
        """What a bypassed node gives."""
        for links in self._alike(name, output):
            if found := list(chain.from_iterable(map(self._starts, links))):
                return found
        return []

    def _alike(self, name: str, output: str) -> list[list[Link]]:
        """For each input of a bypassed node that has the type of an output, the links into it."""
        sockets = self.socketed(name)
        return [
            self._drawn_into(name, port)
            for port, input in sockets.inputs.items()
            if input.type.name == sockets.outputs.get(output)
        ]

    def _drawn_into(self, name: str, port: str) -> list[Link]:
        return [link for link in self.drawn.links if (link.target, link.input) == (name, port)]

    def _out(self, name: str) -> bool:
        """A node is muted, or cannot do without one that is."""
        if name not in self._known_out:
            mode = self.drawn.nodes[name].mode
            self._known_out[name] = mode == "mute" or (mode == "on" and self._cut(name))
        return self._known_out[name]

    def _cut(self, name: str) -> bool:
        return any(
            links and all(self._muted(link) for link in links)
            for port, input in self.socketed(name).inputs.items()
            if not input.optional
            for links in [self._drawn_into(name, port)]
        )

    def _muted(self, link: Link) -> bool:
        """Nothing comes along a link, and a muted node is to blame."""
        if self._out(link.source):
            return True
        if self.drawn.nodes[link.source].mode == "on":
            return False
        links = list(chain.from_iterable(self._alike(link.source, link.output)))
        return bool(links) and all(self._muted(link) for link in links)


def problems(live: Live, wanted: list[str]) -> Iterator[str]:
    """What keeps the nodes that are needed from being planned, and those in them."""
    for name in sorted(live.needed(wanted)):
        sockets = live.socketed(name)
        for port, input in sockets.inputs.items():
            links = live.into(name, port)
            if not links and not input.optional:
                yield f"{name}.{port} gets nothing"
            if len(links) > 1 and not input.many:
                yield f"{name}.{port} takes one link"
        for link in live.into(name):
            if link.output not in live.socketed(link.source).outputs:
                yield f"{link.start} is no output"
        inner = live.world.inner(live.nodes[name])
        if inner is not None:
            if not sockets.outputs:
                yield f"{name} gives nothing"
            yield from problems(inner, live.read(name, wanted))


class Given(NamedTuple):
    """What comes from outside into a graph that is a node."""

    depth: int
    tree: Tree = None


class Argument(NamedTuple):
    """What a link brings into a node."""

    port: str
    levels: int
    """Those of its lists that the node is mapped over."""
    depth: int
    """Of the list that one run of the node then gets."""
    tree: Tree


class Read(NamedTuple):
    """A node and what its links bring, to know which rules come into play."""

    path: str
    """Of the graphs that it is in."""
    placed: Placed
    sockets: Sockets
    arguments: list[Argument]


@dataclass
class Record:
    """What happened where."""

    failed: set[tuple[str, Index]] = field(default_factory=set)
    """Nodes, those in others as ``outer/inner``, and for which item of them; whole parts of lists as well."""
    idle: set[tuple[str, Index]] = field(default_factory=set)
    """Graphs that do not run there. What in them does not vary along a list may fail all the same."""
    ran: set[str] = field(default_factory=set)
    read: list[Read] = field(default_factory=list)
    causes: Counter[str] = field(default_factory=Counter)
    """Why things could not be made, and the like."""
    most: int = 3000
    runs: int = 0

    def count(self, name: str) -> None:
        self.ran.add(name)
        self.runs += 1
        if self.runs > self.most:
            raise TooLarge


class Scene:
    """One graph at one place, with what it is given there."""

    def __init__(
        self,
        live: Live,
        record: Record,
        wanted: list[str],
        inputs: Mapping[str, Given] | None = None,
        settings: Mapping[str, Given] | None = None,
        path: str = "",
        index: Index = (),
    ) -> None:
        self.live = live
        self.record = record
        self.wanted = wanted
        self.inputs = inputs or {}
        self.settings = settings or {}
        self.path = path
        self.index = index
        self._known: dict[str, Runs] = {}
        self._depths: dict[tuple[str, str], int] = {}

    # How deep the lists are, which can be told without running anything.

    def depth(self, name: str, output: str) -> int:
        """Of what an output gives."""
        if (name, output) not in self._depths:
            self._depths[name, output] = self._depth(name, output)
        return self._depths[name, output]

    def _depth(self, name: str, output: str) -> int:
        placed = self.live.nodes[name]
        if placed.kind == INPUT and name in self.inputs:
            return self.inputs[name].depth
        if placed.graph is None:
            return self.mapped(name) + self.live.world.nodes[placed.kind].outputs[output].depth
        sockets = self.live.socketed(name)
        given = {port: Given(sockets.depth(port)) for port in sockets.inputs if self.live.into(name, port)}
        return self.mapped(name) + self._inside(name, given, ()).depth(output, "item")

    def mapped(self, name: str) -> int:
        """How deep the lists are that a node is mapped over."""
        return max([0, *(self._levels(link) for link in self.live.into(name))])

    def _levels(self, link: Link) -> int:
        wanted = self.live.socketed(link.target).depth(link.input)
        return max(0, self.depth(link.source, link.output) - wanted)

    # What comes out.

    def tree(self, name: str, output: str) -> Tree:
        """What an output gives."""
        if self.live.nodes[name].kind == INPUT and name in self.inputs:
            return self.inputs[name].tree
        return picked(self.runs(name), output)

    def runs(self, name: str) -> Runs:
        """What comes of each run of a node."""
        if name not in self._known:
            arguments = [self._argument(link) for link in self.live.into(name)]
            node = Read(self.path, self.live.nodes[name], self.live.socketed(name), arguments)
            self.record.read.append(node)
            self._known[name] = self._mapped(name, self.mapped(name), arguments, ())
        return self._known[name]

    def _argument(self, link: Link) -> Argument:
        depth, levels = self.depth(link.source, link.output), self._levels(link)
        return Argument(link.input, levels, depth - levels, self.tree(link.source, link.output))

    def _mapped(self, name: str, levels: int, arguments: list[Argument], index: Index) -> Runs:
        """Go down the lists together, and run the node at the bottom."""
        if levels == 0:
            return self._told(name, index, self._once(name, arguments, index))
        lists = [argument.tree for argument in arguments if argument.levels > 0]
        known = [found for found in lists if not isinstance(found, Bad)]
        if self.live.nodes[name].graph and (len(known) < len(lists) or not all(known)):
            self.record.idle.add((self.path + name, self.index + index))
        unequal = len({len(found) for found in known}) > 1
        if len(known) < len(lists):
            return self._told(name, index, EITHER if unequal else SKIPPED)
        if unequal:
            self.record.causes["unequal lengths"] += 1
            return self._told(name, index, FAILED)
        self.record.causes["empty list"] += not lists[0]
        return [
            self._mapped(name, levels - 1, [_at(argument, i) for argument in arguments], (*index, i))
            for i in range(len(lists[0]))
        ]

    def _told(self, name: str, index: Index, outcome: Outcome) -> Outcome:
        if isinstance(outcome, Bad):
            self.record.causes["skipped"] += outcome is SKIPPED
            if "failed" in outcome.how:
                self.record.failed.add((self.path + name, self.index + index))
        return outcome

    def _once(self, name: str, arguments: list[Argument], index: Index) -> Outcome:
        """Run a node once, its lists as deep as it wants them."""
        self.record.count(self.path + name)
        sockets = self.live.socketed(name)
        given = {
            port: _joined([each for each in arguments if each.port == port], sockets.depth(port))
            for port in dict.fromkeys(argument.port for argument in arguments)
        }
        if self.live.nodes[name].graph is None:
            return self._called(name, given)
        depths = {port: Given(sockets.depth(port), tree) for port, tree in given.items()}
        inside = self._inside(name, depths, index)
        return {output: inside.tree(output, "item") for output in inside.wanted}

    # A graph as a node.

    def _inside(self, name: str, given: Mapping[str, Given], index: Index) -> "Scene":
        placed = self.live.nodes[name]
        inner = self.live.world.inner(placed)
        assert inner is not None
        constants = {key: Given(0, value) for key, value in placed.params.items()}
        handed = {
            key: self.settings[f"{name}.{key}"]
            for key in inner.drawn.exposed
            if f"{name}.{key}" in self.settings
        }
        values = {**constants, **given, **handed}
        settings = {socket: values[key] for key, socket in inner.drawn.exposed.items() if key in values}
        inputs = {key: found for key, found in given.items() if key in inner.sockets.inputs}
        wanted = self.live.read(name, self.wanted)
        return Scene(inner, self.record, wanted, inputs, settings, f"{self.path}{name}/", self.index + index)

    # A function as a node.

    def _called(self, name: str, given: Mapping[str, Tree]) -> Outcome:
        node = self.live.world.nodes[self.live.nodes[name].kind]
        inputs = {
            port: given.get(port) for port in node.inputs if port in given or node.inputs[port].optional
        }
        lacking = any(_lacks(tree, node.inputs[port]) for port, tree in inputs.items())
        settings, wrong = self._settled(name, node, given)
        lacking = lacking or any(isinstance(value, Bad) for value in settings.values())
        if lacking or wrong:
            self.record.causes["setting out of range"] += wrong
            return (EITHER if wrong else SKIPPED) if lacking else FAILED
        try:
            real = {
                port: tree if node.inputs[port].type.variable else loaded(tree)
                for port, tree in inputs.items()
            }
            result = _returned(node.function(**real, **settings))
        except Exception:
            self.record.causes["node raises"] += 1
            return FAILED
        outputs = {name: _skipping(tree) for name, tree in outputs_of(node, result).items()}
        left_out = any(map(bad, inputs.values())) and not any(map(bad, outputs.values()))
        self.record.causes["bad item left out"] += left_out
        return outputs

    def _settled(self, name: str, node: AnyNode, given: Mapping[str, Tree]) -> tuple[dict[str, Any], bool]:
        """The settings as the function takes them, and whether one of them is out of its range."""
        settings = {}
        for key, param in node.params.items():
            value = self.live.nodes[name].params.get(key, param.default)
            value = given.get(key, value)
            if f"{name}.{key}" in self.settings:
                value = self.settings[f"{name}.{key}"].tree
            settings[key] = value if isinstance(value, Bad) else _fitting(param, value)
        wrong = UNFIT in settings.values()
        return settings, wrong


def _at(argument: Argument, i: int) -> Argument:
    """One item of what is mapped over; what is not repeats."""
    if argument.levels == 0:
        return argument
    return argument._replace(levels=argument.levels - 1, tree=argument.tree[i])


def _joined(arguments: list[Argument], depth: int) -> Tree:
    """What one input gets: a single value, or one list of what all the links bring."""
    if depth == 0:
        return arguments[0].tree
    joined = []
    for argument in arguments:
        tree = argument.tree
        for _ in range(depth - argument.depth):
            tree = [tree]
        if isinstance(tree, Bad):
            return SKIPPED
        joined += tree
    return joined


def _lacks(tree: Tree, input: Input) -> bool:
    """A function cannot be called with this: a generic input may hold bad items, but has to be a list."""
    if not input.type.variable:
        return bad(tree)
    if input.depth == 0:
        return False
    if isinstance(tree, Bad):
        return True
    return any(_lacks(item, replace(input, depth=input.depth - 1)) for item in tree or ())


def bad(tree: Tree) -> bool:
    """Something in it could not be made."""
    return any(map(bad, tree)) if isinstance(tree, list) else isinstance(tree, Bad)


def _skipping(tree: Tree) -> Tree:
    """What a generic node was given that had failed, it skips."""
    if isinstance(tree, list):
        return [_skipping(item) for item in tree]
    return SKIPPED if isinstance(tree, Bad) else tree


def loaded(tree: Tree) -> Tree:
    """A tree with what is lazy in it read."""
    if isinstance(tree, list):
        return [loaded(item) for item in tree]
    return tree.load() if isinstance(tree, Lazy) else tree


def outputs_of(node: AnyNode, result: Any) -> dict[str, Tree]:
    """What a function returned, by output."""
    return {name: getattr(result, name) if node.record else result for name in node.outputs}


def _fitting(param: Param, value: Any) -> Any:
    """A value as a setting, if it can be one."""
    try:
        received = param.received(loaded(value))
    except Exception:
        return UNFIT
    return UNFIT if param.problem(received) else param.cleaned(received)


def _returned(result: Any) -> Any:
    """What a function returns, previews or not."""
    if not isinstance(result, Generator):
        return result
    while True:
        try:
            next(result)
        except StopIteration as stop:
            return stop.value


def picked(runs: Runs, output: str) -> Tree:
    """One output out of each run of a node."""
    if isinstance(runs, list):
        return [picked(each, output) for each in runs]
    return SKIPPED if isinstance(runs, Bad) else runs[output]


@dataclass(frozen=True)
class Answer:
    """What the wanted nodes of a graph give."""

    runs: dict[str, Runs]
    """By wanted node; those of a graph hold all its outputs."""
    levels: dict[str, int]
    """How deep the lists are that each of them is mapped over."""
    outputs: dict[str, list[str]]
    """Of each of them."""
    record: Record
    doubtful: bool
    """Something that nobody needs has a problem: whether the graph can be planned is not said."""


def interpreted(graph: Graph, nodes: Mapping[str, AnyNode]) -> Answer:
    """Work out a graph; raise Unplannable or TooLarge if that cannot be done."""
    world = World(nodes, graph.graphs)
    live = Live(graph, world)
    if not live.nodes:
        raise Unplannable("nothing is left to run")
    found = list(problems(live, live.sinks))
    found += [
        f"{name} has nothing to take" for name, input in live.sockets.inputs.items() if not input.optional
    ]
    if found:
        raise Unplannable("; ".join(found))
    doubtful = any(
        any(problems(Live(each, world), Live(each, world).sinks)) for each in graph.graphs.values()
    )
    scene = Scene(live, Record(), live.sinks)
    runs = {name: scene.runs(name) for name in live.sinks}
    levels = {name: scene.mapped(name) for name in live.sinks}
    outputs = {name: list(live.socketed(name).outputs) for name in live.sinks}
    return Answer(runs, levels, outputs, scene.record, doubtful)
