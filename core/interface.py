"""Where a graph that is used as a node begins and ends."""

from typing import Annotated, TypeVar

from .node import node
from .params import Pattern, Widget

Item = TypeVar("Item")
PortName = Annotated[str, Pattern(r"[A-Za-z_]\w*", "the name of a port type, such as Image"), Widget("type")]


@node("capriccio.GraphInput", category="Graphs")
def graph_input(
    default: Item | None = None,
    *,
    type: Annotated[PortName, "What it takes, such as Image or Number."] = "Image",
    many: Annotated[bool, "Take a list whole, instead of running the graph for each of its items."] = False,
) -> Item:
    """Take something in where this graph is used as a node; the input is called after this node.

    What is linked to ``default`` is taken where nothing else is given, as when the graph runs alone.
    """
    return default  # type: ignore[return-value]  # planning sees to it that there is something


@node("capriccio.GraphOutput", category="Graphs")
def graph_output(item: Item) -> Item:
    """Give something out where this graph is used as a node; the output is called after this node."""
    return item
