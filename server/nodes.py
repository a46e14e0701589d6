"""Show on a terminal which nodes there are, and how to use one."""

from typing import Literal, get_args, get_origin

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..core import AnyNode, Catalog
from ..core.node import Input, Output
from ..core.params import REQUIRED, Param


def show_all(catalog: Catalog, console: Console) -> None:
    """Every node by category, with the first line of its help."""
    table = Table(box=None, pad_edge=False)
    table.add_column("node", no_wrap=True)  # an id cut short is of no use
    for title in ("inputs", "gives", "what it does"):
        table.add_column(title)
    for node in sorted(catalog.nodes.values(), key=lambda node: (node.category, node.id)):
        inputs = ", ".join(node.inputs)
        table.add_row(node.id, inputs, ", ".join(node.outputs), escape(node.doc.partition("\n")[0]))
    console.print(table)


def show(node: AnyNode, console: Console) -> None:
    """One node: its help, inputs, settings and outputs."""
    console.print(
        f"[bold]{node.id}[/] version {node.version}, {escape(node.category)}\n\n{escape(node.doc)}\n"
    )
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for name, input in node.inputs.items():
        table.add_row("input", name, _type(input), "", "optional" if input.optional else "")
    for param in node.params.values():
        table.add_row("setting", param.name, escape(_values(param)), param.port.name, escape(param.doc))
    for name, output in node.outputs.items():
        table.add_row("output", name, _type(output), "", "")
    console.print(table)
    if node.params:
        console.print("\nA setting takes a link too, of the type behind it.")


def _type(socket: Input | Output) -> str:
    """What travels there: ``list of Image``, or ``any type`` and what it is called."""
    name = f"any type ({socket.type.name})" if socket.type.variable else socket.type.name
    return {0: "", 1: "list of "}.get(socket.depth, "list of lists of ") + name


def _values(param: Param) -> str:
    default = "" if param.default is REQUIRED else f" = {param.default}"
    if get_origin(param.type) is Literal:
        return " | ".join(map(str, get_args(param.type))) + default
    limits = (
        f" {param.range.low:.10g}..{param.range.high:.10g} {param.range.unit}".rstrip() if param.range else ""
    )
    return f"{param.type.__name__.lower()}{limits}{default}"
