"""Make steps of the nodes of a graph, with those of the graphs in it in their places."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, count
from typing import Any, NamedTuple

from ._key import key, settled
from ._scope import Scope
from ._step import Group, Read, Step
from .catalog import Catalog
from .context import Context, Workspace
from .errors import CapriccioError, GraphError, Problem
from .graph import Graph, Placed
from .interface import graph_input, graph_output
from .node import AnyNode, Input, Node, Output
from .ports import PortType


class _View(NamedTuple):
    """An output, as the nodes of one graph see it."""

    source: str
    output: str
    axes: tuple[int, ...]
    """The lists that the graph itself goes through and that this varies with, in order."""
    depth: int
    """How deep a list it is for the nodes there."""


class _Frame(NamedTuple):
    """What a graph gets where it is a node."""

    fresh: tuple[int, ...] = ()
    """The lists that it goes through by itself."""
    given: Mapping[str, list[_View]] = {}
    """What comes in, by the node that takes it in."""
    fed: Mapping[tuple[str, str], list[_View]] = {}
    """What comes into settings of nodes inside."""
    gates: Sequence[_View] = ()
    """What has to have as many items, with all axes that it has inside."""

    @property
    def forced(self) -> tuple[int, ...]:
        """The lists that each output goes through, though nothing inside may."""
        return _union(gate.axes for gate in self.gates if set(gate.axes) & set(self.fresh))


class Builder:
    """Collects steps, each after its sources."""

    def __init__(self, catalog: Catalog, workspace: Workspace, drawn: Graph) -> None:
        self._catalog = catalog
        self._workspace = workspace
        self._drawn = drawn
        self._steps: dict[str, Step] = {}
        self._groups: dict[str, Group] = {}
        self._axes = count()
        self._values: Mapping[str, Any] = {}
        self._problems: list[Problem] = []

    def build(
        self, scope: Scope, wishes: Sequence[str], values: Mapping[str, Any]
    ) -> tuple[tuple[Step, ...], dict[str, Group], tuple[str, ...]]:
        """The steps of a graph that is sound, its groups, and the steps that are wanted.

        ``values`` are for the nodes at which the graph takes something in.
        """
        self._values = values
        self._scope(scope, "", wishes, _Frame())
        if self._problems:
            raise GraphError(self._problems)
        roots = chain.from_iterable(self._roots(name) for name in wishes)
        return tuple(self._steps.values()), self._groups, tuple(dict.fromkeys(roots))

    def _roots(self, name: str) -> Iterable[str]:
        return self._groups[name].outputs.values() if name in self._groups else (name,)

    def _scope(
        self, scope: Scope, prefix: str, wishes: Sequence[str], frame: _Frame
    ) -> dict[tuple[str, str], _View]:
        """The steps of what is wanted of a graph; gives what its nodes give."""
        seen: dict[tuple[str, str], _View] = {}
        nodes = scope.running.graph.nodes
        needed = scope.needed(wish.partition("/")[0] for wish in wishes)
        for name in scope.order if len(needed) == len(nodes) else [x for x in scope.order if x in needed]:
            placed, node = nodes[name], scope.kinds[nodes[name].kind]
            views: dict[str, list[_View]] = {}
            for link in scope.read(name):
                views.setdefault(link.input, []).append(seen[link.source, link.output])
            for (inner, setting), fed in frame.fed.items():
                if inner == name:
                    views[setting] = fed
            if placed.kind in scope.below:
                below = scope.below[placed.kind].as_node(placed.params, views)
                inside = scope.inner_wishes(name, needed, wishes)
                given = self._group(below, prefix + name, node, inside, views)
            elif node is graph_input:
                given = self._input(prefix, name, placed, views, frame)
            else:
                forced = frame.forced if node is graph_output else ()
                gates = frame.gates if node is graph_output else ()
                given = self._step(prefix + name, node, placed.params, views, forced, gates)
            seen.update(((name, output), view) for output, view in given.items())
        return seen

    def _group(
        self,
        below: Scope,
        name: str,
        node: AnyNode,
        wishes: Sequence[str],
        views: Mapping[str, list[_View]],
    ) -> dict[str, _View]:
        """The steps of a graph that is a node; gives its outputs."""
        come = [(view, _levels(node, port, view)) for port, found in views.items() for view in found]
        fresh = tuple(next(self._axes) for _ in range(max((levels for _, levels in come), default=0)))
        gates = [
            view._replace(axes=(*view.axes, *fresh[:levels])) for view, levels in come if levels or view.axes
        ]
        given = {at: views[socket] for socket, at in below.inputs.items() if socket in views}
        frame = _Frame(fresh, given, {}, gates)
        fed: dict[tuple[str, str], list[_View]] = {}
        for port, at in below.graph.exposed.items():
            if port in views:
                inner, _, setting = at.rpartition(".")
                # No node's name holds a dot.
                made = self._step(f"{name}/{at}", graph_input, {}, {"default": views[port]}, (), gates, fresh)
                fed[inner, setting] = [made["item"]]
        self._groups[name] = Group({}, _exposed(below, name))
        seen = self._scope(below, f"{name}/", wishes, frame._replace(fed=fed))
        found = {socket: at for socket, at in below.outputs.items() if (at, "item") in seen}
        outputs = {socket: f"{name}/{at}" for socket, at in found.items()}
        self._groups[name] = Group(outputs, self._groups[name].exposed)
        return {socket: _outside(seen[at, "item"], fresh) for socket, at in found.items()}

    def _input(
        self, prefix: str, name: str, placed: Placed, views: Mapping[str, list[_View]], frame: _Frame
    ) -> dict[str, _View]:
        """A node at which a graph takes something in."""
        depth = int(placed.params.get("many") is True)
        if not prefix and name in self._values:
            return self._step(name, _constant(self._values[name], depth), {}, {})
        port = graph_input.inputs["default"].type
        node = replace(
            graph_input, inputs={"default": Input(port, depth, True)}, outputs={"item": Output(port, depth)}
        )
        if name in frame.given:
            found = {"default": frame.given[name]}
            return self._step(prefix + name, node, placed.params, found, (), frame.gates, frame.fresh)
        return self._step(prefix + name, node, placed.params, views)

    def _step(
        self,
        name: str,
        node: AnyNode,
        given: Mapping[str, Any],
        views: Mapping[str, list[_View]],
        forced: Iterable[int] = (),
        gates: Sequence[_View] = (),
        fresh: tuple[int, ...] = (),
    ) -> dict[str, _View]:
        """One step; gives its outputs. What it goes through by itself are the ``fresh`` axes, if any."""
        varied = [view.axes for found in views.values() for view in found if view.axes]
        around = _union([forced, *varied]) if varied or forced else ()
        own = 0
        for port, found in views.items():
            for view in found:
                if view.depth:
                    own = max(own, _levels(node, port, view))
        ports = [port for port in chain(node.inputs, node.params) if port in views]
        sources = {port: [_read(node, port, view, around) for view in views[port]] for port in ports}
        names = (*around, *fresh[:own])
        counted = [_gate(view, names) for view in gates]
        self._steps[name] = self._made(
            name, node, given, sources, len(around) + own, [read for read in counted if read.picks]
        )
        if fresh:
            return {output: _View(name, output, names, it.depth) for output, it in node.outputs.items()}
        return {output: _View(name, output, around, own + it.depth) for output, it in node.outputs.items()}

    def _made(
        self,
        name: str,
        node: AnyNode,
        given: Mapping[str, Any],
        sources: dict[str, list[Read]],
        axes: int,
        gates: list[Read],
    ) -> Step:
        linked = sources.keys() & node.params.keys() if sources else ()
        late = any(node.params[port].names_file for port in linked) or (bool(node.depends) and bool(linked))
        code = self._catalog.code.get(node.id, "")
        try:
            found = settled(node, given, linked, self._workspace, lambda: self._context(name), code)
        except Exception as error:
            said = str(error) if isinstance(error, CapriccioError) else f"{type(error).__name__}: {error}"
            self._problems.append(Problem(said, name))
            return Step(name, node, {}, sources, axes, gates, b"", "", late, None, {})
        # What links bring to a late step is put in place of these.
        params = (
            {**found.params, **{port: given[port] for port in linked if port in given}}
            if late
            else found.params
        )
        fixed = not (axes or late or node.arranges or node.labels)
        known = self._key(found.stem, sources) if fixed else ""
        return Step(
            name, node, params, sources, axes, gates, found.stem, known, late, found.depends, found.files
        )

    def _context(self, name: str) -> Context:
        return Context(name, self._workspace.device, self._workspace.out, self._drawn, self._catalog.weights)

    def _key(self, stem: bytes, sources: Mapping[str, list[Read]]) -> str:
        """The key of a step that runs once; empty if it reads what only a run can tell."""
        reads: list[Any] = []
        for port, found in sources.items():
            keys: list[tuple[str, str]] = []
            for read in found:
                source = self._steps[read.source]
                if not source.key or read.rest or source.node.outputs[read.output].depth:
                    return ""
                keys.append((source.key, read.output))
            reads.append((port, keys))
        return key(stem, reads)


def _union(axes: Iterable[Iterable[int]]) -> tuple[int, ...]:
    found = {axis for each in axes for axis in each}
    return tuple(sorted(found)) if found else ()


def _levels(node: AnyNode, port: str, view: _View) -> int:
    """How many lists a node goes through for what comes in there."""
    return max(0, view.depth - (node.inputs[port].depth if port in node.inputs else 0))


def _read(node: AnyNode, port: str, view: _View, around: tuple[int, ...]) -> Read:
    if not (view.depth or view.axes):
        return Read(view.source, view.output, (), 0)
    levels = _levels(node, port, view)
    picks = (*(around.index(axis) for axis in view.axes), *range(len(around), len(around) + levels))
    return Read(view.source, view.output, picks, view.depth - levels)


def _gate(view: _View, names: tuple[int, ...]) -> Read:
    """What a step has to keep step with, as far as it goes through the same lists."""
    picks: list[int] = []
    for axis in view.axes:
        if axis not in names:
            break
        picks.append(names.index(axis))
    return Read(view.source, view.output, tuple(picks), 0)


def _outside(view: _View, fresh: tuple[int, ...]) -> _View:
    """An output of a graph, as the graph around it sees it."""
    axes = tuple(axis for axis in view.axes if axis not in fresh)
    return _View(view.source, view.output, axes, len(view.axes) - len(axes) + view.depth)


def _exposed(scope: Scope, name: str) -> dict[str, tuple[str, str]]:
    found = ((each, at.rpartition(".")) for each, at in scope.graph.exposed.items())
    return {each: (f"{name}/{inner}", setting) for each, (inner, _, setting) in found}


def _constant(value: Any, depth: int) -> AnyNode:
    """A node that gives a value from outside, of which nothing is known."""

    def given() -> Any:
        return value

    outputs = {"item": Output(PortType("Given"), depth)}
    return Node(
        graph_input.id, 1, graph_input.category, given, {}, {}, outputs, None, False, False, None, None
    )
