"""What plugin authors and servers import. Nothing here imports torch."""

from .backbone import Backbone, FeatureMaps
from .cache import Cache
from .catalog import Catalog
from .context import Context, Workspace
from .controls import Controls
from .errors import (
    CapriccioError,
    GraphError,
    GraphFileError,
    InputError,
    ItemsError,
    NodeError,
    PluginError,
    Problem,
    WeightsError,
)
from .events import (
    Event,
    NodeChanged,
    NodeFailed,
    NodeFinished,
    NodeItem,
    NodeListed,
    NodePreviewed,
    NodeQueued,
    NodeSkipped,
    NodeStarted,
    RunFinished,
)
from .executor import run
from .graph import Graph, Link, Note, Placed
from .graphfile import Limits, load, save
from .hooks import hookimpl
from .lists import Label, Labels, Lazy
from .node import AnyNode, Node, Preview, Saved, Steps, node
from .objective import Level, Loss, Prepared, Term, prepared, scaled
from .params import Choice, Color, Folder, ImageFile, Live, Pattern, Range, Seed, Widget
from .plan import Plan, plan
from .ports import Bool, Features, Image, Latent, Mask, Network, Number, Objective, PortType, Text
from .weights import Download, LocalFile, PyPIWheel, Weights, WeightsLibrary

__all__ = [
    "AnyNode",
    "Backbone",
    "Bool",
    "Cache",
    "CapriccioError",
    "Catalog",
    "Choice",
    "Color",
    "Context",
    "Controls",
    "Download",
    "Event",
    "FeatureMaps",
    "Features",
    "Folder",
    "Graph",
    "GraphError",
    "GraphFileError",
    "Image",
    "ImageFile",
    "InputError",
    "ItemsError",
    "Label",
    "Labels",
    "Latent",
    "Lazy",
    "Level",
    "Limits",
    "Link",
    "Live",
    "LocalFile",
    "Loss",
    "Mask",
    "Network",
    "Node",
    "NodeChanged",
    "NodeError",
    "NodeFailed",
    "NodeFinished",
    "NodeItem",
    "NodeListed",
    "NodePreviewed",
    "NodeQueued",
    "NodeSkipped",
    "NodeStarted",
    "Note",
    "Number",
    "Objective",
    "Pattern",
    "Placed",
    "Plan",
    "PluginError",
    "PortType",
    "Prepared",
    "Preview",
    "Problem",
    "PyPIWheel",
    "Range",
    "RunFinished",
    "Saved",
    "Seed",
    "Steps",
    "Term",
    "Text",
    "Weights",
    "WeightsError",
    "WeightsLibrary",
    "Widget",
    "Workspace",
    "hookimpl",
    "load",
    "node",
    "plan",
    "prepared",
    "run",
    "save",
    "scaled",
]
