"""Run a saved graph from Python."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image as Picture

from ..core import (
    Cache,
    CapriccioError,
    Catalog,
    Graph,
    InputError,
    NodeFailed,
    NodeFinished,
    NodeItem,
    Plan,
    Workspace,
    load,
    plan,
    run,
)
from ..core.device import choose
from ..core.lists import loaded
from .graphs import output_types, outputs_of
from .plain import error_line
from .variation import GIVERS, Variation


class Outputs(Mapping[str, Any]):
    """What a graph gave, by the names of its outputs: ``made["image"]`` or ``made.image``.

    Values are as nodes give them: an Image is a float tensor [3, height, width], of a list there is a list.
    """

    def __init__(self, values: Mapping[str, Any], renders: Mapping[str, Any]) -> None:
        self._values = values
        self._renders = renders

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._values:
            has = ", ".join(self._values) or "none"
            raise AttributeError(f"the graph has no output {name}; it has {has}")
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Outputs({', '.join(self._values)})"

    def pillow(self, name: str = "") -> Any:
        """An output as a Pillow picture, by default the first that is one; of a list, a list of them."""
        name = name or next(iter(self._renders), "")
        if name not in self._values or name not in self._renders:
            has = ", ".join(self._renders) or "none"
            raise InputError(f"{name or 'the graph'} gives no picture; those that do: {has}")
        return _drawn(self._values[name], self._renders[name])


class Script:
    """A saved graph that is called like a function, again and again: what is unchanged is not run again."""

    def __init__(self, graph: Graph, catalog: Catalog, workspace: Workspace) -> None:
        self.graph = graph
        self._catalog = catalog
        self._workspace = workspace
        self._cache = Cache()

    @classmethod
    def read(
        cls,
        file: Path | str,
        catalog: Catalog,
        *,
        device: str = "auto",
        out: Path | str = "output",
        folders: Iterable[Path | str] = (),
    ) -> "Script":
        """Read a graph file; pictures and graphs that it names lie beside it, or in other folders."""
        path = Path(file)
        places = (path.absolute().parent, *map(Path, folders))
        return cls(load(path), catalog, Workspace(choose(device), Path(out), places))

    @property
    def inputs(self) -> dict[str, str]:
        """The types that the graph takes, by the names of its inputs."""
        variation = Variation(self.graph, self._catalog, self._workspace)
        return {name: variation.type(name) for name in variation.inputs}

    @property
    def settings(self) -> dict[str, Any]:
        """The settings that the graph exposes, with the values that they have in the file."""
        found: dict[str, Any] = {}
        variation = Variation(self.graph, self._catalog, self._workspace)
        for name, at in self.graph.exposed.items():
            node, _, setting = at.rpartition(".")
            param = variation.param(node, setting)
            found[name] = self.graph.nodes[node].params.get(setting, param.default if param else None)
        return found

    def run(self, **given: Any) -> Outputs:
        """Run the graph with these inputs and settings, by name, and give its outputs.

        An Image is a Pillow picture, the path of a file, or a tensor; a list of pictures, files, numbers or
        texts makes the graph run for each of them, or is taken whole where a list is wanted.
        ``node.setting`` is a name too. A graph without outputs gives what those nodes
        make that no other reads. CapriccioError names the node that failed, if one did.
        """
        with ExitStack() as stack:
            variation = Variation(self.graph, self._catalog, self._workspace)
            values: dict[str, Any] = {}
            for name, value in given.items():
                values |= _give(variation, name, value, stack)
            planned = plan(variation.graph, self._catalog, variation.workspace, given=values)
            return self._outputs(planned, self._results(planned))

    def _results(self, planned: Plan) -> dict[str, Any]:
        """What the wanted nodes made, of lists all items."""
        found: dict[str, Any] = {}
        items: dict[str, dict[tuple[int, ...], Any]] = {}
        failed: list[NodeFailed] = []
        with closing(run(planned, self._cache)) as events:
            for event in events:
                match event:
                    case NodeItem(name=name, index=index, event=NodeFinished(result=result)):
                        items.setdefault(name, {})[index] = result
                    case NodeFinished(name=name, result=result):
                        whole = result if result is not None else _nested(items.pop(name, {}))
                        if name in planned.wanted:
                            found[name] = loaded(whole)
                    case NodeFailed(name=name) if name not in planned.groups:
                        failed.append(event)
                    case _:
                        pass
        if failed:
            lines = (f"{event.name}: {error_line(event.error)}" for event in failed)
            raise CapriccioError("\n".join(lines)) from failed[0].error
        return found

    def _outputs(self, planned: Plan, results: Mapping[str, Any]) -> Outputs:
        own = outputs_of(self.graph, self._catalog, self._workspace.graph)
        named = {socket: node for socket, node in own.items() if node in results}
        named = named or {name: name for name in planned.wanted if name in results}
        steps, types = {step.name: step for step in planned.steps}, output_types(planned)
        values, renders = {}, {}
        for name, node in named.items():
            values[name] = results[node]
            first, type = next(iter(types[node].items()), ("", ""))
            if steps[node].node.record and values[name] is not None:
                values[name] = getattr(values[name], first, values[name])
            if render := self._catalog.previews.get(type):
                renders[name] = render
        return Outputs(values, renders)


def _give(variation: Variation, name: str, value: Any, stack: ExitStack) -> dict[str, Any]:
    """Put a value into the graph; give those that cannot be written there, by name."""
    node, dot, setting = name.partition(".")
    if dot:
        variation.set(node, setting, value)
        return {}
    variation.check(name)
    if at := variation.exposed(name):
        variation.set(*at, Path(value) if _names_file(variation, at) else value)
        return {}
    each = value if isinstance(value, list) else [value]
    if variation.type(name) == "Image":
        each = [_file(item, name, stack) for item in each]
    if variation.type(name) in GIVERS and all(isinstance(item, str | int | float | Path) for item in each):
        variation.give(name, each if isinstance(value, list) else each[0])
        return {}
    if isinstance(value, list) and not variation.many(name):
        raise InputError(f"{name} takes no list of such values; call the graph once for each")
    return {name: value}


def _names_file(variation: Variation, at: tuple[str, str]) -> bool:
    param = variation.param(*at)
    return param is not None and param.names_file


def _file(value: Any, name: str, stack: ExitStack) -> Any:
    """A picture as the path of its file; what is neither of them, such as a tensor, as it is."""
    if isinstance(value, Picture.Image):
        return _written(value, name, stack)
    return Path(value).expanduser().resolve() if isinstance(value, str | Path) else value


def _written(picture: Picture.Image, name: str, stack: ExitStack) -> Path:
    """A picture as a file, so that it is known by its content."""
    folder = stack.enter_context(TemporaryDirectory())
    path = Path(folder) / f"{name}.png"
    picture.convert("RGB").save(path)
    return path


def _nested(items: Mapping[tuple[int, ...], Any]) -> Any:
    """Items by index as lists in lists."""
    if not items:
        return None
    if () in items:
        return items[()]
    rows: dict[int, dict[tuple[int, ...], Any]] = {}
    for (first, *rest), value in sorted(items.items(), key=lambda item: item[0]):
        rows.setdefault(first, {})[tuple(rest)] = value
    return [_nested(row) for row in rows.values()]


def _drawn(value: Any, render: Any) -> Any:
    if isinstance(value, list):
        return [_drawn(item, render) for item in value]
    return render(value)
