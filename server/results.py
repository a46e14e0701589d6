"""Keep what a run made of the nodes that were wanted."""

from pathlib import Path

from ..core import Catalog, NodeFinished, Plan, durable
from ..core.graphfile import png


def kept(event: NodeFinished, plan: Plan, catalog: Catalog) -> Path | None:
    """Write the picture of a wanted node's first output; None when the node gives no picture.

    A node that writes files itself, such as SaveImage, gives a text and needs no help.
    """
    step = next(step for step in plan.steps if step.name == event.name)
    port = next(iter(step.node.outputs.values()), None)
    render = catalog.previews.get(port.name) if port else None
    if render is None or event.result is None:
        return None
    value = event.result[0] if step.node.record else event.result
    path = plan.workspace.out / f"{event.name}.png"
    return durable.deliver(path, png(render(value), plan.graph))
