"""The types that travel along links.

At run time a port type is only a label, so that nothing here needs torch; a type
checker sees the real class. A plugin adds one with a line like those below and names
it in ``register_port_types``.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

if TYPE_CHECKING:
    from torch import Tensor
else:
    Tensor = Any

from .backbone import Backbone, FeatureMaps
from .errors import PluginError
from .objective import Term


@dataclass(frozen=True)
class PortType:
    """A kind of value. Two with one name are the same; the colour is the editor's."""

    name: str
    color: str = field(default="#888888", compare=False)
    doc: str = field(default="", compare=False)
    variable: bool = False
    """It stands for whatever type is linked: a TypeVar in a node's signature."""

    def __post_init__(self) -> None:
        if not (self.name.isidentifier() and self.name.isascii()):
            raise PluginError(
                f"a port type is called {self.name!r}; use letters, digits and _, for it names outputs"
            )


IMAGE = PortType("Image", "#e0b040", "A picture.")
MASK = PortType("Mask", "#b0b0b0", "Where something holds, from 0 (nowhere) to 1.")
LABELS = PortType("Labels", "#d08a4a", "Which of the palette's colours each place has, such as sky or sea.")
LATENT = PortType("Latent", "#7a6ff0", "A point in a generator's latent space.")
NETWORK = PortType("Network", "#4f9fd8", "A loaded network with named layers.")
FEATURES = PortType("Features", "#46b39d", "What the layers of a network make of a picture.")
OBJECTIVE = PortType("Objective", "#d0605e", "What an optimiser should make small.")
NUMBER = PortType("Number", "#9a9a9a", "A number.")
TEXT = PortType("Text", "#c58fd0", "A text.")
BOOL = PortType("Bool", "#8fae5d", "Yes or no.")

BUILTIN = (IMAGE, MASK, LABELS, LATENT, NETWORK, FEATURES, OBJECTIVE, NUMBER, TEXT, BOOL)

Image = Annotated[Tensor, IMAGE]
"""Float tensor [3, height, width], values 0 to 1, sRGB."""

Mask = Annotated[Tensor, MASK]
"""Float tensor [1, height, width], values 0 to 1."""

LabelMap = Annotated[Tensor, LABELS]
"""Int64 tensor [height, width], each a place in the palette; see palette.py. The type is called Labels."""

Latent = Annotated[Tensor, LATENT]
"""Float tensor [size]."""

Network = Annotated[Backbone, NETWORK]
"""A loaded network; see backbone.py."""

Features = Annotated[FeatureMaps, FEATURES]
"""Activations by layer, with the picture and the network that they come from."""

Objective = Annotated[tuple[Term, ...], OBJECTIVE]
"""A sum of terms; ``a + b`` adds two objectives. Lower is better."""

Number = Annotated[float, NUMBER]
"""A float."""

Text = Annotated[str, TEXT]
"""A str."""

Bool = Annotated[bool, BOOL]
"""A bool."""
