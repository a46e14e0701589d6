"""Keep what a run makes of the nodes that are wanted."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ..core import Catalog, Event, Label, NodeFinished, NodeItem, NodeListed, Plan
from ..core.lists import loaded
from ..core.plan import Step
from ..core.record import keep, record_of


def keeping(events: Iterable[Event], plan: Plan, catalog: Catalog) -> Iterator[tuple[Event, list[Path]]]:
    """Give each event with the files that were written of it: those of the pictures of wanted nodes.

    Of a node that runs once for each item of a list, or that gives a list, each picture gets a file. A
    node that writes files itself, such as SaveImage, gives a text and needs no help.
    """
    labels: dict[str, Mapping[tuple[int, ...], Label]] = {}
    for event in events:
        files: list[Path] = []
        match event:
            case NodeListed():
                labels[event.name] = event.items
            case NodeItem(index=index, event=NodeFinished() as finished):
                files = _kept(finished, plan, catalog, index, labels.get(event.name, {}).get(index, {}))
            case NodeFinished() if event.name not in labels:  # whose items have been told one by one
                files = _kept(event, plan, catalog)
        yield event, files


def _kept(
    event: NodeFinished,
    plan: Plan,
    catalog: Catalog,
    index: tuple[int, ...] = (),
    labels: Label | None = None,
) -> list[Path]:
    if event.name not in plan.wanted or event.result is None:
        return []
    steps = {step.name: step for step in plan.steps}
    node = steps[event.name].node
    output = next(iter(node.outputs), "")
    render = catalog.previews.get(type_of(steps, event.name, output)) if output else None
    if render is None:
        return []
    value = loaded(event.result[0] if node.record else event.result)
    files = []
    for place, item in _items(value, index):
        picture = render(item)
        record = record_of(plan, event.name, place, labels or {}, picture, output)
        name = "_".join([*event.name.split("/"), *(str(number + 1) for number in place)])
        files.append(keep(picture, plan.workspace.out / f"{name}.png", plan.graph, record))
    return files


def _items(value: Any, place: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], Any]]:
    """What is in a list, and in the lists in it, each with its place; without what could not be made."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _items(item, (*place, number))
    elif value is not None:
        yield place, value


def type_of(steps: Mapping[str, Step], name: str, output: str) -> str:
    """The type of an output; that of a generic node is that of what it reads."""
    node = steps[name].node
    given = node.outputs[output].type
    while given.variable:
        ports = [port for port, input in node.inputs.items() if input.type == given]
        reads = [read for port in ports for read in steps[name].sources.get(port, ())]
        if not reads:
            return str(steps[name].params.get("type", given.name))
        name, output = reads[0].source, reads[0].output
        node = steps[name].node
        given = node.outputs[output].type
    return given.name
