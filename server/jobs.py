"""One run of a graph, as the server knows it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import msgspec

from . import wire
from .audience import within
from .document import Document


@dataclass(eq=False)
class Job:
    """A run: where it stands, and what is held."""

    info: wire.RunInfo
    document: Document
    content: bytes
    began: float = 0.0
    cancelled: bool = False
    paused: set[str | None] = field(default_factory=set)
    """Nodes that are held; None stands for the whole run. Each pause ends by itself."""

    @property
    def number(self) -> int:
        return self.info.run

    @property
    def told(self) -> wire.RunInfo:
        """How it is, with the name that its graph has now."""
        return msgspec.structs.replace(self.info, graph=self.document.name)

    def set(self, **facts: Any) -> None:
        """It has come to another state."""
        self.info = msgspec.structs.replace(self.told, **facts)

    def state(self, node: str) -> wire.NodeState:
        """Whether a node that was called is held."""
        held = None in self.paused or any(name and within(node, name) for name in self.paused)
        return "paused" if held else "running"


def blamed(how: str, node: str, inside: Collection[str]) -> str:
    """Why a node failed that ran when its worker ended."""
    others = ", ".join(name for name in inside if name != node)
    beside = f"; {others} ran beside it, and any of them may be the cause" if others else ""
    return f"the worker {how} while this node ran{beside}. Another worker takes the next run"
