"""A step's runs, one for each item, and the values that go between them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from ._key import key
from ._step import Read, Step
from .errors import InputError, NodeError
from .lists import Label, Labels, Lazy, loaded, shown

Index: TypeAlias = tuple[int, ...]
State: TypeAlias = Literal["idle", "waiting", "done", "failed", "skipped"]
PLAIN = (bool, int, float, str)
"""Values that are known by themselves, whatever made them."""
_NO_LABEL: Label = {}
# Most rows and tasks have none of these, and to make each its own costs more than all else.
_NO_COUNTS: dict[Index, int] = {}
_NO_TREES: dict[str, "Tree"] = {}
_NOBODY: list["Task"] = []
_NOTHING_GONE: Mapping[Index, str] = {}


class Leaf:
    """A single value, made or not: where it comes from, and its key.

    A generic node is handed these in the place of values.
    """

    __slots__ = ("at", "key", "labels", "output", "task")

    def __init__(self, task: "Task", output: str, at: Index, key: Any, labels: Label) -> None:
        self.task = task
        self.output = output
        self.at = at
        self.key = key
        self.labels = labels

    def value(self, results: Mapping["Task", Any]) -> Any:
        """The value, once its task has a result."""
        found = output_of(self.task.step, results[self.task], self.output)
        for place in self.at:
            found = found[place]
        return found


Tree: TypeAlias = "Leaf | list[Tree]"
"""A value, or a list of them, or a list of such lists."""


class Gone(Exception):
    """What is asked for will never be there, since a step failed."""

    def __init__(self, blamed: str) -> None:
        super().__init__(blamed)
        self.blamed = blamed


class Unknown(Exception):
    """What is asked for cannot be told before something has happened at a place in a row."""

    def __init__(self, row: "Row", place: Index) -> None:
        super().__init__()
        self.row = row
        self.place = place


class Task:
    """One run of a step."""

    __slots__ = (
        "blamed",
        "index",
        "influenced",
        "key",
        "labels",
        "params",
        "readers",
        "reads",
        "row",
        "sources",
        "state",
        "step",
        "trees",
        "unread",
        "waiting",
    )

    def __init__(self, row: "Row", index: Index, reads: dict[str, list[Tree]]) -> None:
        self.row = row
        self.step = row.step
        self.index = index
        self.reads = reads
        """What it reads at each link, by input or setting."""
        self.params: dict[str, Any] | None = None
        """Settings that could not be known before; None if the step's hold."""
        self.state: State = "idle"
        self.blamed = ""
        """The step that is to blame, if it cannot run."""
        self.trees: dict[str, Tree] = _NO_TREES
        """What each output gives, as soon as that is known."""
        self.sources: Sequence[Task] = ()
        """The tasks that it reads, each once; only once it is wanted."""
        self.readers: list[Task] = _NOBODY
        """Those that want to read it."""
        self.waiting = 0
        """How many of its sources are not done."""
        self.unread = 0
        """How many of its readers have yet to."""
        self.influenced = False
        """Its result is not what its key says, since a setting was changed meanwhile."""
        self.labels = _labels(row.step, reads) if reads else _NO_LABEL
        self.key = ""

    def seal(self, stem: bytes) -> None:
        """Give it its key, now that all it reads has one."""
        step = self.step
        if step.key:
            self.key = step.key
        else:
            reads: list[Any] = [(port, [_keys(tree) for tree in trees]) for port, trees in self.reads.items()]
            if step.node.labels:
                told = list_labels(self).items
                reads.append([(port, [list(each.items()) for each in told[port]]) for port in told])
            self.key = key(stem, reads)

    def tree(self, output: str) -> "Tree | None":
        """What an output gives, if that is known: a single value is as soon as it has a key."""
        found = self.trees.get(output)
        if found is not None or self.step.node.outputs[output].depth:
            return found
        # A generic node that fails gives no stand-in but itself, so that only who reads this item is lost.
        if not self.step.node.arranges or self.state in ("failed", "skipped"):
            found = Leaf(self, output, (), (self.key, output), self.labels)
            self.grow(output, found)
        return found

    def grow(self, output: str, tree: Tree) -> None:
        """Note what an output gives."""
        if not self.trees:
            self.trees = {}
        self.trees[output] = tree

    def leaves(self) -> Iterator[Leaf]:
        """All single values that it reads."""
        for trees in self.reads.values():
            for tree in trees:
                if type(tree) is Leaf:
                    yield tree
                else:
                    yield from flat(tree)


class Row:
    """All runs of a step: one, or as many as it has items, as far as they are known."""

    __slots__ = (
        "begun",
        "counts",
        "error",
        "gone",
        "idle",
        "lets_go",
        "number",
        "open",
        "over",
        "step",
        "tasks",
        "unready",
    )

    def __init__(self, step: Step, number: int) -> None:
        self.step = step
        self.number = number
        self.tasks: dict[Index, Task] = {}
        self.counts: dict[Index, int] = {} if step.axes else _NO_COUNTS
        """How many items there are below a place."""
        self.gone: Mapping[Index, str] = _NOTHING_GONE
        """Places where nothing will ever be, and the step that is to blame."""
        self.error: BaseException | None = None
        """Why it cannot go through its lists, if so."""
        self.begun = False
        """Somebody wants to know what is in it."""
        self.idle = 0
        """Tasks that may still be wanted."""
        self.open = 1
        """Places of which it is not known yet what is there."""
        self.unready = 0
        """Those who read it and may still want any of its tasks."""
        self.lets_go = False
        """It will ask for nothing more."""
        self.over = 0
        """Tasks that have ended."""

    def lose(self, place: Index, blamed: str) -> None:
        """Nothing will ever be at a place."""
        self.gone = {**self.gone, place: blamed}
        self.open -= 1

    def tree(self, output: str, place: Index) -> Tree:
        """What an output gives at a place; raises Unknown or Gone."""
        axes = self.step.axes
        if len(place) < axes:
            return [self.tree(output, (*place, item)) for item in range(self.count(output, place))]
        task = self._task(place[:axes])
        found = self._found(task, output)
        for item in place[axes:]:
            assert isinstance(found, list)
            found = found[item]
        return found

    def count(self, output: str, place: Index) -> int:
        """How many items an output has at a place; raises Unknown or Gone."""
        axes = self.step.axes
        if len(place) < axes:
            if place in self.counts:
                return self.counts[place]
            self._check(place)
            raise Unknown(self, place)
        found = self._found(self._task(place[:axes]), output)
        for item in place[axes:]:
            assert isinstance(found, list)
            found = found[item]
        assert isinstance(found, list)
        return len(found)

    def _task(self, index: Index) -> Task:
        task = self.tasks.get(index)
        if task is None:
            self._check(index)
            raise Unknown(self, index)
        return task

    def _found(self, task: Task, output: str) -> Tree:
        if (tree := task.tree(output)) is not None:
            return tree
        if task.state in ("failed", "skipped"):
            raise Gone(task.blamed)
        raise Unknown(self, task.index)

    def _check(self, place: Index) -> None:
        if self.gone:
            for length in range(len(place) + 1):
                if place[:length] in self.gone:
                    raise Gone(self.gone[place[:length]])


def picked(read: Read, index: Index) -> Index:
    """The place in its source that a read leads to from an index of the reader."""
    return tuple([index[pick] for pick in read.picks])


def flat(tree: Tree) -> Iterator[Leaf]:
    """All single values in a tree, in order."""
    if isinstance(tree, Leaf):
        yield tree
    else:
        for each in tree:
            yield from flat(each)


def filled(tree: Tree, results: Mapping[Task, Any]) -> Any:
    """A tree with values in the place of its leaves."""
    if type(tree) is Leaf:
        return tree.value(results)
    return [filled(each, results) for each in tree]  # type: ignore[union-attr]


def gathered(depth: int, rests: Iterable[int], values: Iterable[Any]) -> Any:
    """What comes to an input: a value, or the lists of all links one after the other."""
    if depth == 0:
        (value,) = values
        return value
    made: list[Any] = []
    for rest, value in zip(rests, values, strict=True):
        wrapped = value
        for _ in range(depth - rest):
            wrapped = [wrapped]
        made += wrapped
    return made


def output_of(step: Step, result: Any, output: str) -> Any:
    """One output of a result."""
    return getattr(result, output) if step.node.record else result


def grown(task: Task, result: Any) -> None:
    """Note what lists are in a result, and how their items are called and known."""
    node = task.step.node
    several = len(node.outputs) > 1
    for output, it in node.outputs.items():
        value = output_of(task.step, result, output)
        if node.arranges and it.type.variable:
            task.grow(output, _arranged(task, output, value, it.depth))
        elif it.depth or node.arranges:
            name = task.step.name.rpartition("/")[2] + (f".{output}" if several else "")
            task.grow(output, _listed(task, output, value, it.depth, (), name))


def _arranged(task: Task, output: str, value: Any, depth: int) -> Tree:
    """What a generic node gives: stand-ins that it was given, in lists."""
    if depth and isinstance(value, list | tuple):
        return [_arranged(task, output, item, depth - 1) for item in value]
    if depth or not isinstance(value, Leaf):
        wanted = "a list" if depth else "one of the items that it was given"
        raise NodeError(
            f"{task.step.node.id} gave {type(value).__name__} for {output}; it must give {wanted}"
        )
    return value


def _listed(task: Task, output: str, value: Any, depth: int, at: Index, name: str) -> Tree:
    if depth:
        if not isinstance(value, list | tuple):
            given = type(value).__name__
            raise NodeError(f"{task.step.node.id} gave {given} for {output}; it must give a list")
        return [
            _listed(task, output, item, depth - 1, (*at, place), name) for place, item in enumerate(value)
        ]
    known: Any = (task.key, output, at)
    label = str(at[-1] + 1) if at else ""
    if type(value) in PLAIN:
        known, label = ("=", type(value).__name__, value), shown(value)
    elif isinstance(value, Lazy):
        known, label = ("lazy", value.key), value.label or label
    labels = {**task.labels, name: label} if at else task.labels
    return Leaf(task, output, at, known, labels)


def _keys(tree: Tree) -> Any:
    return tree.key if type(tree) is Leaf else [_keys(each) for each in tree]  # type: ignore[union-attr]


def _labels(step: Step, reads: Mapping[str, list[Tree]]) -> Label:
    """What tells one item from the others: of what it reads, all that goes for the whole of that."""
    found: dict[str, str] = {}
    for trees in reads.values():
        for tree in trees:
            if type(tree) is Leaf:
                more: Label = tree.labels
            else:
                more = _common(flat(tree)) if step.axes else _NO_LABEL
            if more:
                found |= {name: text for name, text in more.items() if name not in found}
    return found or _NO_LABEL


def _common(leaves: Iterable[Leaf]) -> dict[str, str]:
    """The labels that all of them have."""
    common: dict[str, str] | None = None
    for leaf in leaves:
        if common is None:
            common = dict(leaf.labels)
        else:
            common = {name: text for name, text in common.items() if leaf.labels.get(name) == text}
        if not common:
            return {}
    return common or {}


def list_labels(task: Task) -> Labels:
    """The labels of the items in each of a task's lists."""
    inputs = task.step.node.inputs
    return Labels(
        {
            port: tuple(leaf.labels for tree in trees for leaf in flat(tree))
            for port, trees in task.reads.items()
            if port in inputs and inputs[port].depth
        }
    )


def prepared(step: Step, arguments: dict[str, Any]) -> dict[str, Any]:
    """Arguments as the function takes them: what is lazy is read, and what links bring to settings checked.

    Called in the thread that runs the node.
    """
    if not step.sources:
        return arguments
    made = dict(arguments)
    for port in step.sources:
        if port not in step.node.params:
            made[port] = loaded(made[port])
        elif not step.late:  # or it has been checked, as its key needed it
            made[port] = checked_setting(step, port, made[port])
    return made


def checked_setting(step: Step, name: str, value: Any) -> Any:
    """What a link brought to a setting; InputError if it is none of its values."""
    param = step.node.params[name]
    received = param.received(loaded(value))
    if problem := param.problem(received):
        raise InputError(f"{name} {problem}; it comes from {_start(step, name)}")
    return param.cleaned(received)


def _start(step: Step, port: str) -> str:
    read = step.sources[port][0]
    group, _, inner = read.source.rpartition("/")
    # No node's name holds a dot; this one stands for a setting of a node in a graph.
    return f"a link into {group}" if "." in inner else f"{read.source}.{read.output}"
