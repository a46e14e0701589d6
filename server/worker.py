"""The worker process: it has torch and the plugins, and runs whole graphs for the server.

Only a process started for it imports this file; see process.py. One thread reads what the
server wants, one runs graphs, one shows previews, and a few answer questions meanwhile.
"""

import ctypes
import faulthandler
import hashlib
import os
import resource
import signal
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from io import BytesIO
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np

from ..core import (
    Cache,
    CapriccioError,
    Catalog,
    Controls,
    Event,
    Graph,
    GraphError,
    NodeChanged,
    NodeFailed,
    NodeFinished,
    NodePreviewed,
    NodeQueued,
    NodeSkipped,
    Plan,
    RunFinished,
    Workspace,
    plan,
    run,
)
from ..core.device import choose
from ..core.graphfile import parse, png
from ..core.store import Store
from . import pipe, wire
from .catalogue import described
from .easel import Easel, Work
from .plain import error_line, plain, text

NICE = 10
OOM_SCORE = 700
"""When memory runs out, the kernel takes the worker before the server and most else."""
MEDIA = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp", "npy": "application/octet-stream"}
_DEATH_SIGNAL = 1  # prctl's PR_SET_PDEATHSIG


def work(connection: socket.socket, setup: pipe.Setup) -> None:
    """Be the worker at this end of the connection, until the other end is closed."""
    _yield_to_others(setup.memory)
    line = Line(connection)
    try:
        worker = Worker(line, setup)
    except Exception as error:
        line.send(pipe.Unready(error_line(error)))
        return
    worker.serve()


def _yield_to_others(memory: int) -> None:
    """Let the server and the person at the machine go first, and die with the server."""
    os.nice(NICE)
    try:
        Path("/proc/self/oom_score_adj").write_text(str(OOM_SCORE))
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
    except (OSError, AttributeError):
        pass  # these two are Linux's
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which then ends this process
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory:
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    faulthandler.enable()


class Line:
    """The way back to the server, for all threads."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    def send(self, message: pipe.News) -> None:
        """Send a message; it is on its way when this returns, whatever happens to this process."""
        data = pipe.packed(message)
        try:
            with self._lock:
                self._connection.sendall(data)
        except OSError:
            os._exit(0)  # nobody is left to work for

    def orders(self) -> Iterator[pipe.Order]:
        """What the server wants, one after the other."""
        with self._connection.makefile("rb") as file:
            while head := file.read(pipe.LENGTH.size):
                (length,) = pipe.LENGTH.unpack(head)
                yield pipe.orders.decode(file.read(length))


class Worker:
    """Runs one graph at a time, and answers questions meanwhile."""

    def __init__(self, line: Line, setup: pipe.Setup) -> None:
        self._line = line
        self._easel = Easel(self._line.send)
        self._starts: SimpleQueue[pipe.Start] = SimpleQueue()
        self._controls: dict[int, Controls] = {}
        self._answers = ThreadPoolExecutor(2, thread_name_prefix="answer")
        self._catalog = Catalog.load(setup.builtins, folder=Path(setup.plugin_folder))
        for path in map(Path, setup.plugin_files):
            try:
                self._catalog.add_file(path)
            except CapriccioError as error:
                self._catalog.failures[path.name] = error
        self._workspace = Workspace(choose(setup.device), Path(setup.out), tuple(map(Path, setup.folders)))
        self._cache = Cache(store=Store(Path(setup.cache), device=self._workspace.device))

    def serve(self) -> None:
        """Do what the server wants until it goes away."""
        threading.Thread(target=self._run_all, name="runs", daemon=True).start()
        self._line.send(pipe.Ready(self._workspace.device, described(self._catalog)))
        for order in self._line.orders():
            self._obey(order)
        os._exit(0)  # a node that never ends must not keep this process

    def _obey(self, order: pipe.Order) -> None:
        match order:
            case pipe.Start(run=number):
                self._controls[number] = Controls(
                    began=lambda name: self._line.send(pipe.Began(number, name))
                )
                self._starts.put(order)
            case pipe.Watch():
                self._easel.watch(order.graph, order.widths)
            case pipe.Check():
                self._answers.submit(self._check, order)
            case pipe.Fetch():
                self._answers.submit(self._fetch, order)
            case _ if controls := self._controls.get(order.run):
                _steer(controls, order)

    def _run_all(self) -> None:
        while True:
            start = self._starts.get()
            self._easel.begin(start.run)
            try:
                self._run(start)
            except BaseException as error:  # whatever a node or plugin raises, the next run must go on
                self._line.send(pipe.Broken(start.run, error_line(error)))
            finally:
                del self._controls[start.run]

    def _run(self, start: pipe.Start) -> None:
        graph = parse(start.content)
        try:
            planned = plan(graph, self._catalog, self._workspace, wanted=start.only or None)
        except GraphError as error:
            self._line.send(pipe.Rejected(start.run, _problems(error), []))
            return
        if needs := sorted(_reaching(planned) - set(start.allowed)):
            self._line.send(pipe.Rejected(start.run, [], needs))
            return
        ended = pipe.Ended(start.run, 0.0, True, [], [])
        story = Story(start, planned, self._catalog, self._easel, self._line)
        with closing(run(planned, self._cache, controls=self._controls[start.run])) as events:
            for event in events:
                if isinstance(event, RunFinished):
                    ended = pipe.Ended(
                        start.run, event.seconds, False, list(event.failed), list(event.skipped)
                    )
                story.tell(event)
        self._line.send(ended)

    def _check(self, order: pipe.Check) -> None:
        try:
            plan(parse(order.content), self._catalog, self._workspace)
            problems = []
        except GraphError as error:
            problems = _problems(error)
        except BaseException as error:  # it is a plugin's code that looks at the settings
            problems = [wire.Problem(error_line(error))]
        self._line.send(pipe.Answer(order.ask, problems))

    def _fetch(self, order: pipe.Fetch) -> None:
        try:
            data = self._encoded(order)
        except BaseException as error:  # it may be a plugin's code that draws the picture
            self._line.send(pipe.Sent(order.ask, text=error_line(error)))
            return
        for start in range(0, len(data), wire.CHUNK):
            self._line.send(pipe.Chunk(order.ask, data[start : start + wire.CHUNK]))
        name = f"{order.node}.{'jpg' if order.format == 'jpeg' else order.format}"
        digest = hashlib.sha256(data).hexdigest()
        self._line.send(pipe.Sent(order.ask, digest, MEDIA[order.format], name))

    def _encoded(self, order: pipe.Fetch) -> bytes:
        work = self._easel.work(order.graph, order.node)
        if work is None:
            raise CapriccioError(f"nothing that {order.node} made is here any more; run the graph again")
        output = order.output or next(iter(work.outputs), "")
        if output not in work.outputs:
            has = ", ".join(work.outputs) or "none"
            raise CapriccioError(f"{order.node} has no output {output}; it has {has}")
        name, value = f"{order.node}.{output}", work.outputs[output]
        if not hasattr(value, "detach") and output not in work.renders:
            raise CapriccioError(f"{name} is neither a picture nor an array, so there is nothing to fetch")
        if order.format == "npy":
            return _array(value, name)
        if output not in work.renders:
            raise CapriccioError(f"{name} is no picture; ask for npy")
        picture = work.renders[output](value)
        if order.format == "png":
            return png(picture, work.drawn)
        file = BytesIO()
        picture.convert("RGB").save(file, order.format.upper(), quality=92)
        return file.getvalue()


class Story:
    """Tells the server, and shows on the easel, what happens in one run."""

    def __init__(self, start: pipe.Start, planned: Plan, catalog: Catalog, easel: Easel, line: Line) -> None:
        self._run = start.run
        self._graph = start.graph
        self._drawn: Graph = planned.graph
        self._nodes = {step.name: step.node for step in planned.steps}
        self._renders = {
            name: {
                output: catalog.previews[port.name]
                for output, port in node.outputs.items()
                if port.name in catalog.previews
            }
            for name, node in self._nodes.items()
        }
        """How each output of each node is shown, of those that can be."""
        self._easel = easel
        self._line = line
        self._over: set[str] = set()
        """Nodes that have ended."""

    def tell(self, event: Event) -> None:
        """Pass one event on."""
        match event:
            case NodeQueued(name=name):
                self._report(wire.NodeReport(name, "queued"))
            case NodePreviewed(name=name, preview=preview):
                step, total = _count(preview.step), _count(preview.total)
                self._put(name, preview.value, step, total)
                self._easel.progress(name, step, total, preview.measures)
            case NodeFinished(name=name, result=result, cached=cached, seconds=seconds):
                last = self._easel.last(name)
                if result is not None:
                    self._put(name, result, last.step or 1, last.total or 1)
                self._report(
                    wire.NodeReport(
                        name,
                        "done",
                        last.step,
                        last.total,
                        last.measures,
                        cached=cached,
                        seconds=seconds,
                        value=plain(result),
                    )
                )
            case NodeFailed(name=name, error=error, seconds=seconds):
                last = self._easel.last(name)
                said = error_line(error)
                self._report(
                    wire.NodeReport(
                        name, "failed", last.step, last.total, last.measures, seconds=seconds, error=said
                    )
                )
            case NodeSkipped(name=name, failed=failed):
                self._report(wire.NodeReport(name, "skipped", error=f"{failed} failed"))
            case NodeChanged():
                self._tune(event)
            case _:
                pass

    def _tune(self, event: NodeChanged) -> None:
        """Settings were changed in mid-run; what was made again is shown."""
        told = pipe.Tuned(self._run, event.name, dict(event.params), list(event.reached), event.problem)
        self._line.send(told)
        taken = event.reached or event.remade or event.name not in self._over
        if taken and not event.problem:
            self._drawn = self._drawn.with_params(event.name, **event.params)
        for name, value in event.remade.items():
            self._put(name, value)

    def _put(self, name: str, value: Any, step: int = 1, total: int = 1) -> None:
        node = self._nodes[name]
        if value is None or not node.outputs:
            return
        if node.record and isinstance(value, node.record):
            outputs = {output: getattr(value, output) for output in node.outputs}
        else:
            outputs = {next(iter(node.outputs)): value}
        work = Work(self._run, outputs, self._renders[name], self._drawn, step, total)
        self._easel.put(self._graph, name, work)

    def _report(self, report: wire.NodeReport) -> None:
        if report.state != "queued":
            self._over.add(report.node)
        self._line.send(pipe.Node(self._run, report))


def _count(given: Any) -> int:
    """A number of steps, which a stranger's node may give as anything."""
    try:
        return max(0, int(given))
    except Exception:
        return 0


def _steer(controls: Controls, order: pipe.Cancel | pipe.Pause | pipe.Resume | pipe.Change) -> None:
    match order:
        case pipe.Cancel():
            controls.cancel()
        case pipe.Pause():
            controls.pause(order.node)
        case pipe.Resume():
            controls.resume(order.node)
        case pipe.Change():
            controls.change(order.node, **order.params)


def _reaching(planned: Plan) -> set[str]:
    """The kinds of nodes in a plan that reach files or networks."""
    return {step.node.id for step in planned.steps if step.node.touches}


def _problems(error: GraphError) -> list[wire.Problem]:
    return [wire.Problem(text(str(problem)), problem.node, problem.socket) for problem in error.problems]


def _array(value: Any, name: str) -> bytes:
    """A tensor as a NumPy file."""
    if not hasattr(value, "detach"):
        raise CapriccioError(f"{name} is no array; ask for png")
    file = BytesIO()
    np.save(file, value.detach().float().cpu().numpy(), allow_pickle=False)
    return file.getvalue()
