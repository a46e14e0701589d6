"""Every error that Capriccio raises on purpose.

CapriccioError
    GraphError        a graph cannot be run as it stands; it lists every problem
    GraphFileError    a file holds no graph that can be read
    NodeError         a node is declared wrongly, so its author must act
    PluginError       a plugin cannot be loaded, or two contribute the same thing
    WeightsError      the weights of a network cannot be had
    InputError        a node was given something that it cannot work with
"""

from collections.abc import Sequence
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
