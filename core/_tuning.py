"""Give nodes other settings while a run is on."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ._crew import Crew, Raised
from ._items import Row, Task, checked_setting, flat
from ._ledger import Ledger
from .errors import InputError, Problem
from .events import NodeChanged
from .params import did_you_mean
from .plan import Step


def changed(ledger: Ledger, crew: Crew, name: str, params: dict[str, Any]) -> NodeChanged:
    """Let a node have other settings from now on, and tell what came of it.

    What has ended and is made quickly is made again, and goes on to the live inputs of those that run.
    """
    row = ledger.row(name)
    if row is None:
        hint = did_you_mean(name, ledger.names)
        return NodeChanged(name, params, problem=str(Problem(f"no node {name} is part of this run{hint}")))
    if problems := _problems(row.step, params):
        return NodeChanged(name, params, problem="\n".join(map(str, problems)))
    if _is_over(row):
        return NodeChanged(name, params)
    before = ledger.plan, ledger.settings
    values = _set(ledger, row.step, params)
    below = _downstream(row)
    remade: dict[Task, Any] = {}
    handed: dict[Task, dict[str, Any]] = {}
    for each in below:
        if not (crew.runs(each) or _can_remake(each)):
            continue  # what it read may be gone
        try:
            new = values if each.row is row else _renewed(ledger, each, remade)
        except InputError as error:  # where it arrives, it does not fit
            ledger.plan, ledger.settings = before
            return NodeChanged(name, params, problem=str(Problem(str(error), each.step.name)))
        if new and crew.runs(each):
            handed[each] = new
        elif new:
            outcome = crew.work(each, ledger.arguments(each, remade))
            if isinstance(outcome, Raised):
                ledger.plan, ledger.settings = before
                return NodeChanged(name, params, problem=_refusal(outcome))
            remade[each] = outcome.result
    for each in below:
        each.influenced = True
    ledger.results.update((task, result) for task, result in remade.items() if task in ledger.results)
    told = {task.step.name: result for task, result in remade.items() if not task.step.axes}
    return NodeChanged(name, params, _hand_on(ledger, crew, handed), remade=told)


def _hand_on(ledger: Ledger, crew: Crew, handed: Mapping[Task, dict[str, Any]]) -> tuple[str, ...]:
    """Give running tasks what is new to them; the names of those that take it up on their way."""
    reached: dict[str, None] = {}
    for task, new in handed.items():
        if task.step.node.streams:
            crew.hand(task, new)
            reached[task.step.name] = None
        else:
            ledger.outdated.add(task)
    return tuple(reached)


def _problems(step: Step, params: Mapping[str, Any]) -> list[Problem]:
    """All that keeps settings of a node from being changed now."""
    problems: list[Problem] = []
    for key, value in params.items():
        param = step.node.params.get(key)
        if param is None:
            hint = did_you_mean(key, list(step.node.params))
            problems.append(Problem(f"{step.node.id} has no setting {key}{hint}", step.name))
        elif key in step.sources:
            read = step.sources[key][0]
            text = f"is linked to {read.source}.{read.output}; change that, or remove the link"
            problems.append(Problem(text, step.name, key))
        elif not param.live:
            problems.append(Problem("cannot be changed while the run is on; run again", step.name, key))
        elif problem := param.problem(value):
            problems.append(Problem(problem, step.name, key))
    return problems


def _is_over(row: Row) -> bool:
    """Whether nothing of a step will begin, take a change or be made again."""
    if row.open and not row.gone:
        return False
    return all(
        task.state in ("idle", "failed", "skipped") or (task.state == "done" and not _can_remake(task))
        for task in row.tasks.values()
    )


def _can_remake(task: Task) -> bool:
    """Whether the task has given a result, and can give another."""
    return task.state == "done" and task.step.node.remakable


def _set(ledger: Ledger, step: Step, params: Mapping[str, Any]) -> dict[str, Any]:
    """Note other settings of a step; gives them as its function takes them."""
    cleaned = {key: step.node.params[key].cleaned(value) for key, value in params.items()}
    ledger.settings = {**ledger.settings, step.name: {**ledger.settings.get(step.name, {}), **cleaned}}
    if step.name in ledger.plan.graph.nodes:
        ledger.plan = replace(ledger.plan, graph=ledger.plan.graph.with_params(step.name, **params))
    return cleaned


def _downstream(row: Row) -> list[Task]:
    """The tasks of a step that are wanted, and all that depend on them, in order."""
    found = {task for task in row.tasks.values() if task.state != "idle"}
    waiting = list(found)
    while waiting:
        fresh = set(waiting.pop().readers) - found
        found |= fresh
        waiting += fresh
    return sorted(found, key=lambda task: (task.row.number, task.index))


def _renewed(ledger: Ledger, task: Task, newer: Mapping[Task, Any]) -> dict[str, Any]:
    """Those live inputs of a task that read one of some new results, as its function takes them."""
    node = task.step.node
    ports = [
        port
        for port, trees in task.reads.items()
        if (node.inputs[port].live if port in node.inputs else node.params[port].live)
        and any(leaf.task in newer for tree in trees for leaf in flat(tree))
    ]
    arguments = ledger.arguments(task, newer) if ports else {}
    return {
        port: arguments[port] if port in node.inputs else checked_setting(task.step, port, arguments[port])
        for port in ports
    }


def _refusal(outcome: Raised) -> str:
    if isinstance(outcome.error, KeyboardInterrupt):
        raise outcome.error
    name = outcome.task.step.name
    return str(Problem(f"was made again and raised, so nothing is changed: {outcome.error!r}", name))
