"""The ends of a graph: the nodes that a run is for, and where the picture of each is found."""

from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import replace
from typing import Any

from ..core.plan import Group, Plan, Step
from . import pipe

MOST = 32
"""Pictures that are kept of one run."""


def ends(plan: Plan, only: Container[str], renders: Mapping[str, Collection[str]]) -> list[pipe.End]:
    """The wanted nodes that give a picture, or save one; ``renders`` are the outputs that can be shown.

    A node that saves what it is given, and gives a text, is an end with the picture that it is given.
    """
    steps = {step.name: step for step in plan.steps}
    graphs = {step: name for name, group in plan.groups.items() for step in group.outputs.values()}
    names = dict.fromkeys(name if name in only else graphs.get(name, name) for name in plan.wanted)
    found = (_end(name, steps, plan.groups, renders) for name in names)
    return [end for end in found if end][:MOST]


def telling(plan: Plan, found: Iterable[pipe.End], renders: Mapping[str, Collection[str]]) -> Plan:
    """The same plan, which tells also what is to be seen: ends at generic nodes, and each node's picture.

    Nothing else would want the picture of a node whose successors are known from an earlier run. What
    was quickly made is not kept on disk: it is made again, in a moment; and so, slowly, is what the disk
    has given up for want of room. Of lists that is too much to ask.
    """
    arranging = {step.name for step in plan.steps if step.node.arranges}
    ended = [end.source for end in found if end.source in arranging]
    seen = [step.name for step in plan.steps if not step.axes and _shows(step, renders)]
    return replace(plan, wanted=tuple(dict.fromkeys((*plan.wanted, *ended, *seen))))


def _shows(step: Step, renders: Mapping[str, Collection[str]]) -> bool:
    return not step.node.arranges and next(iter(step.node.outputs), "") in renders[step.name]


def _end(
    name: str, steps: Mapping[str, Step], groups: Mapping[str, Group], renders: Mapping[str, Collection[str]]
) -> pipe.End | None:
    outputs: Collection[Any] = groups[name].outputs if name in groups else steps[name].node.outputs
    first = next(iter(outputs), "")
    if first in renders[name]:
        return pipe.End(name, name, first)
    step = steps.get(name)
    if step is None or "files" not in step.node.touches:
        return None
    for port in step.node.inputs:
        for read in step.sources.get(port, ()):
            if read.output in renders[read.source] and _tells(steps[read.source], read.output):
                return pipe.End(name, read.source, read.output)
    return None


def _tells(step: Step, output: str) -> bool:
    """Whether a step's result is told, if it is wanted; what generic nodes do with lists is not kept."""
    return not step.node.arranges or (step.axes == 0 and step.node.outputs[output].depth == 0)
