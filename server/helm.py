"""Steers a run by the names that clients know, those of nodes that are graphs among them."""

import threading
from collections.abc import Iterator, Mapping
from typing import Any

from ..core import CapriccioError, Catalog, Controls, Plan
from . import pipe
from .graphs import as_node


class Helm:
    """Takes orders for one run from the moment that it is asked for, from any thread."""

    def __init__(self, controls: Controls) -> None:
        self.controls = controls
        self._lock = threading.Lock()
        self._plan: Plan | None = None
        self._catalog: Catalog | None = None
        self._early: list[pipe.Change] = []
        """Changes that came before there was a plan."""
        self._names: dict[tuple[str, str], tuple[str, str]] = {}
        """For a setting of a node inside, the node of the graph itself that exposes it, and as what."""

    def take(self, plan: Plan, catalog: Catalog) -> None:
        """This is what is about to run."""
        with self._lock:
            self._plan, self._catalog = plan, catalog
            for name, group in plan.groups.items():
                if "/" not in name:
                    for exposed in group.exposed:
                        self._names |= {inner: (name, exposed) for inner in self._inside(plan, name, exposed)}
            early, self._early = self._early, []
        for order in early:
            self.obey(order)

    def obey(self, order: pipe.Cancel | pipe.Pause | pipe.Resume | pipe.Change) -> None:
        """Carry out what a client wants."""
        match order:
            case pipe.Cancel():
                self.controls.cancel()
            case pipe.Pause():
                self.controls.pause(order.node)
            case pipe.Resume():
                self.controls.resume(order.node)
            case pipe.Change():
                self._change(order)

    def outside(self, name: str, params: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Settings that were changed, as the graph itself has them: by node and setting."""
        found: dict[str, dict[str, Any]] = {}
        for setting, value in params.items():
            node, known_as = self._names.get((name, setting), (name, setting))
            found.setdefault(node, {})[known_as] = value
        return found

    def _change(self, order: pipe.Change) -> None:
        with self._lock:
            plan = self._plan
            if plan is None:
                self._early.append(order)
                return
        params = {**self._defaults(plan, order), **order.params}
        changes: dict[str, dict[str, Any]] = {}
        for setting, value in params.items():
            for name, inner in self._inside(plan, order.node, setting):
                changes.setdefault(name, {})[inner] = value
        live = {
            step.name: {
                setting: value
                for setting, value in changes[step.name].items()
                if (param := step.node.params.get(setting)) and param.live
            }
            for step in plan.steps
            if step.name in changes
        }
        for name, values in live.items():
            if values:
                self.controls.change(name, **values)

    def _defaults(self, plan: Plan, order: pipe.Change) -> dict[str, Any]:
        """Of the settings that are set back, where a graph that is a node has them."""
        placed = plan.graph.nodes.get(order.node)
        if not order.reset or placed is None or placed.graph is None or self._catalog is None:
            return {}
        try:
            params = as_node(placed.graph, plan.graph, self._catalog, plan.workspace.graph).params
        except CapriccioError:  # it was deleted meanwhile
            return {}
        return {name: params[name].default for name in order.reset if name in params}

    def _inside(self, plan: Plan, name: str, setting: str) -> Iterator[tuple[str, str]]:
        """The node, in however many graphs, that a setting is one of."""
        group = plan.groups.get(name)
        if group is None:
            yield name, setting
        elif setting in group.exposed:
            yield from self._inside(plan, *group.exposed[setting])
