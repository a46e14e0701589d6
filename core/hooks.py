"""The hooks that a plugin may implement, each with an example in docs/plugins.md."""

from collections.abc import Callable
from typing import Any

import pluggy
from PIL import Image as Picture

from .node import AnyNode
from .ports import PortType
from .weights import Weights

hookspec = pluggy.HookspecMarker("capriccio")
hookimpl = pluggy.HookimplMarker("capriccio")


@hookspec
def register_nodes(register: Callable[[AnyNode], None]) -> None:
    """Call ``register(node)`` once for each node that this plugin contributes."""


@hookspec
def register_port_types(register: Callable[[PortType], None]) -> None:
    """Call ``register(port_type)`` once for each port type that this plugin adds."""


@hookspec
def register_previews(register: Callable[[PortType, Callable[[Any], Picture.Image]], None]) -> None:
    """Call ``register(port_type, render)`` for each port type that this plugin can show.

    ``render`` takes a value of that type and gives a Pillow picture.
    """


@hookspec
def register_weights(register: Callable[[Weights], None]) -> None:
    """Call ``register(weights)`` once for each set of weights that this plugin knows of."""
