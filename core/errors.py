"""Every error that Capriccio raises on purpose.

CapriccioError
    GraphError        a graph cannot be run as it stands; it lists every problem
    GraphFileError    a file holds no graph that can be read
    NodeError         a node is declared wrongly, so its author must act
    PluginError       a plugin cannot be loaded, or two contribute the same thing
    WeightsError      the weights of a network cannot be had
    ItemsError        some items of a list failed in a node
    InputError        a node was given something that it cannot work with
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class CapriccioError(Exception):
    """Base class for errors raised by Capriccio."""


@dataclass(frozen=True)
class Problem:
    """One thing that keeps a graph from running, and where it is."""

    text: str
    node: str = ""
    socket: str = ""

    def __str__(self) -> str:
        if self.socket:  # what is said of it begins with a verb
            return f"{self.node}.{self.socket} {self.text}"
        return f"{self.node}: {self.text}" if self.node else self.text


class GraphError(CapriccioError):
    """A graph cannot be run as it stands."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


class GraphFileError(CapriccioError):
    """A file holds no graph that can be read."""


class NodeError(CapriccioError):
    """A node is declared wrongly."""


class PluginError(CapriccioError):
    """A plugin cannot be loaded, or two plugins contribute the same thing."""


class WeightsError(CapriccioError):
    """The weights of a network cannot be had."""


class InputError(CapriccioError):
    """A node was given something that it cannot work with."""


class ItemsError(CapriccioError):
    """Some items of a list failed in a node that runs once for each."""

    def __init__(self, failed: Mapping[str, BaseException], total: int) -> None:
        alike: dict[str, list[str]] = {}
        for item, error in failed.items():
            alike.setdefault(str(error) or type(error).__name__, []).append(item)
        told = [f"{_first(items)}: {said}" for said, items in alike.items()]
        left = len(told) - 8
        more = [f"and {left} other error{'s' * (left > 1)}"] if left > 0 else []
        super().__init__(f"{len(failed)} of {total} items failed: {'; '.join([*told[:8], *more])}")
        self.failed = dict(failed)


def _first(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{items[0]} and {len(items) - 1} more"
