"""Runs whose nodes show pictures, and what of these came to clients, and when."""

import asyncio
import itertools
import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .clients import Client
from .serving import Serving

_numbers = itertools.count(1)

Times = Mapping[str, Sequence[int]]
"""For each node when it yielded each step, in ns of the monotonic clock."""


@dataclass(frozen=True)
class Painting:
    """A graph of nodes that show pictures at a pace."""

    graph: str
    logs: Mapping[str, Path]

    @property
    def nodes(self) -> list[str]:
        """Names of its nodes."""
        return list(self.logs)

    @property
    def has_run(self) -> bool:
        """All its nodes have ended."""
        return all(log.exists() for log in self.logs.values())

    async def times(self) -> Times:
        """Wait until it has run, and tell when its nodes yielded what."""
        while not self.has_run:
            await asyncio.sleep(0.1)
        return {node: json.loads(log.read_text()) for node, log in self.logs.items()}


async def painting(
    serving: Serving,
    drawer: Client,
    nodes: int = 4,
    rate: float = 15.0,
    seconds: float = 10.0,
    convolutions: int = 0,
) -> Painting:
    """Draw one; it has not begun to run.

    With ``convolutions``, nodes compute so many for each step and do not wait.
    """
    graph = f"painting {next(_numbers)}"
    logs = {f"paint{number}": serving.folder / f"{graph} {number}.json" for number in range(nodes)}
    params = {
        "steps": round(seconds * rate),
        "pause": 0.0 if convolutions else 1 / rate,
        "convolutions": convolutions,
    }
    await drawer.is_ready.wait()
    await drawer.ask("new_graph", graph=graph)
    ops = [
        {"op": "add", "node": node, "kind": "bench.Paint", "params": {**params, "log": str(log)}}
        for node, log in logs.items()
    ]
    await drawer.ask("edit", graph=graph, revision=0, ops=ops)
    return Painting(graph, logs)


def latencies(times: Times, client: Client) -> list[float]:
    """For each preview that came to a client, milliseconds since its node yielded it."""
    return [(seen - times[node][step - 1]) / 1e6 for (node, step), seen in client.seen.items()]


def delivered(times: Times, clients: Sequence[Client]) -> float:
    """How much of what the nodes yielded came to these clients, in %."""
    yielded = sum(map(len, times.values())) * len(clients)
    return 100 * sum(len(client.seen) for client in clients) / yielded


def pace(times: Times) -> float:
    """Steps a second of a node."""
    return statistics.mean((len(each) - 1) / (each[-1] - each[0]) * 1e9 for each in times.values())
