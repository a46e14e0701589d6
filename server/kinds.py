"""What the server knows of the kinds of nodes that there are: what the worker's catalogue says."""

from collections.abc import Iterable
from typing import Any

from . import wire


class Kinds:
    """All kinds of nodes. Before a worker has begun for the first time, there are none."""

    def __init__(self) -> None:
        self.catalogue = wire.Catalogue(ready=False)
        self._infos: dict[str, wire.NodeInfo] = {}

    def renew(self, catalogue: wire.Catalogue) -> bool:
        """Take another catalogue; give whether it differs."""
        if catalogue == self.catalogue:
            return False
        self.catalogue = catalogue
        self._infos = {info.id: info for info in catalogue.nodes}
        return True

    def touching(self, kinds: Iterable[str]) -> set[str]:
        """Those of them that reach files or networks."""
        return {kind for kind in kinds if kind in self._infos and self._infos[kind].touches}

    def live(self, kind: str, params: dict[str, Any]) -> dict[str, Any]:
        """Those settings that may change while a node runs."""
        about = self._properties(kind)
        return {name: value for name, value in params.items() if about.get(name, {}).get("x-live")}

    def defaults(self, kind: str, names: Iterable[str]) -> dict[str, Any]:
        """The defaults of some settings."""
        about = self._properties(kind)
        return {name: about[name]["default"] for name in names if "default" in about.get(name, {})}

    def _properties(self, kind: str) -> dict[str, Any]:
        info = self._infos.get(kind)
        properties: dict[str, Any] = info.settings.get("properties", {}) if info else {}
        return properties
