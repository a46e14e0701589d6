"""All that the loaded plugins contribute."""

import hashlib
import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy
from PIL import Image as Picture

from . import hooks, ports
from .errors import PluginError
from .interface import graph_input, graph_output
from .node import AnyNode, Node
from .ports import PortType
from .weights import WeightsLibrary, weights_folder


class Catalog:
    """Nodes, port types, preview renderers and weights, by name.

    A plugin that is installed but cannot be loaded is kept in ``failures`` with the reason,
    and the others are loaded all the same.
    """

    def __init__(self, weights: Path | None = None) -> None:
        self.nodes: dict[str, AnyNode] = {each.id: each for each in (graph_input, graph_output)}
        self.port_types: dict[str, PortType] = {port.name: port for port in ports.BUILTIN}
        self.previews: dict[str, Callable[[Any], Picture.Image]] = {}
        self.weights = WeightsLibrary(weights or weights_folder())
        self.code: dict[str, str] = dict.fromkeys(self.nodes, "")
        """For each node, a digest of the file that it comes from: other code, other results."""
        self.plugins: list[str] = []
        self.failures: dict[str, BaseException] = {}
        self._manager = pluggy.PluginManager("capriccio")
        self._manager.add_hookspecs(hooks)

    @classmethod
    def load(
        cls,
        builtins: Iterable[str] = (),
        *,
        installed: bool = True,
        folder: Path | None = None,
        files: Sequence[Path] = (),
        weights: Path | None = None,
    ) -> "Catalog":
        """Load the built-in plugins, the installed ones, those of a folder and single files."""
        catalog = cls(weights)
        for name in builtins:
            catalog.add(importlib.import_module(name), name)
        for point in entry_points(group="capriccio") if installed else ():
            catalog._attempt(point.name, point.load)
        for path in sorted(folder.glob("*.py")) if folder and folder.is_dir() else ():
            catalog._attempt(path.name, partial(_module, path))
        for path in files:
            catalog.add_file(path)
        return catalog

    def add(self, plugin: ModuleType, name: str) -> None:
        """Add one plugin, whole or not at all; raise PluginError when it does not fit."""
        if self._manager.has_plugin(name) or self._manager.is_registered(plugin):
            raise PluginError(f"plugin {name}: it, or another of that name, is loaded already; rename one")
        before = self._contents()
        try:
            self._manager.register(plugin, name)
            self._manager.check_pending()
            self._collect(plugin)
            self._check_ports()
        except (Exception, SystemExit) as error:
            self._restore(before)
            if self._manager.is_registered(plugin):
                self._manager.unregister(plugin)
            reason = error if isinstance(error, PluginError) else f"{type(error).__name__}: {error}"
            raise PluginError(f"plugin {name}: {reason}") from error
        digest = _digest(plugin)
        self.code |= {id: digest for id in self.nodes if id not in self.code}
        self.plugins.append(name)

    def add_file(self, path: Path) -> None:
        """Add a single-file plugin; raise PluginError when it cannot be loaded or does not fit."""
        self.add(_module(path), path.name)

    def _attempt(self, name: str, load: Callable[[], ModuleType]) -> None:
        try:
            self.add(load(), name)
        except (Exception, SystemExit) as error:
            self.failures[name] = error

    def _collect(self, plugin: ModuleType) -> None:
        registers = {
            "register_port_types": self._register_port_type,
            "register_nodes": self._register_node,
            "register_previews": self._register_preview,
            "register_weights": self.weights.add,
        }
        others = [other for other in self._manager.get_plugins() if other is not plugin]
        for hook, register in registers.items():
            self._manager.subset_hook_caller(hook, others)(register=register)

    def _register_node(self, node: AnyNode) -> None:
        if not isinstance(node, Node):
            raise PluginError(f"{node!r} is no node; decorate it with @node(...)")
        if node.id in self.nodes:
            raise PluginError(f"another plugin contributes {node.id} already; give one of them another id")
        self.nodes[node.id] = node

    def _register_port_type(self, port: PortType) -> None:
        if port.name in self.port_types:
            raise PluginError(f"there is a port type {port.name} already; import that one")
        self.port_types[port.name] = port

    def _register_preview(self, port: PortType, render: Callable[[Any], Picture.Image]) -> None:
        if port.name in self.previews:
            raise PluginError(f"another plugin shows {port.name} already")
        self.previews[port.name] = render

    def _check_ports(self) -> None:
        for node in self.nodes.values():
            used = [input.type for input in node.inputs.values()]
            for port in (*used, *(output.type for output in node.outputs.values())):
                if not port.variable and port.name not in self.port_types:
                    raise PluginError(
                        f"{node.id} uses the port type {port.name}; name it in register_port_types"
                    )

    def _contents(self) -> tuple[dict[str, Any], ...]:
        return dict(self.nodes), dict(self.port_types), dict(self.previews), dict(self.weights.records)

    def _restore(self, contents: tuple[dict[str, Any], ...]) -> None:
        self.nodes, self.port_types, self.previews, records = contents
        self.weights = WeightsLibrary(self.weights.folder, records.values())


def _digest(plugin: ModuleType) -> str:
    try:
        return hashlib.sha256(Path(plugin.__file__ or "").read_bytes()).hexdigest()
    except (AttributeError, OSError):  # it comes from no file, or from an archive
        return ""


def _module(path: Path) -> ModuleType:
    """Import a single-file plugin under a name that no other file can have."""
    if not path.is_file():
        raise PluginError(f"{path} is no file; name a .py file")
    name = f"capriccio_plugin_{path.stem}_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:8]}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise PluginError(f"{path} is no Python file; its name must end in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up there
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise PluginError(f"{path.name} cannot be loaded: {type(error).__name__}: {error}") from error
    return module
