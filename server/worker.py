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
from pathlib import Path
from queue import SimpleQueue

import msgspec

from ..core import (
    Cache,
    CapriccioError,
    Catalog,
    Controls,
    GraphError,
    Plan,
    RunFinished,
    Workspace,
    plan,
    run,
)
from ..core.device import choose
from ..core.graphfile import parse
from ..core.store import Store
from . import pipe, wire
from .catalogue import described, told
from .easel import Draw, Easel
from .encoding import MEDIA, encoded, file_name, pictured
from .ends import ends, telling
from .graphs import as_node
from .helm import Helm
from .plain import error_line, text
from .story import Story

NICE = 10
LAST = 19
"""How nice the thread is that encodes pictures for nobody who waits."""
OOM_SCORE = 700
"""When memory runs out, the kernel takes the worker before the server and most else."""
WAITING = 64
"""Pictures that may wait to be encoded: each holds memory that the next run may need."""
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


def _yield_to_all() -> None:
    """Let the threads of nodes and previews go before this one; each has its own place on Linux."""
    try:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LAST)
    except (OSError, AttributeError):
        pass


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
        self._helms: dict[int, Helm] = {}
        self._calls: dict[int, Calls] = {}
        self._answers = ThreadPoolExecutor(2, thread_name_prefix="answer")
        self._keeps = ThreadPoolExecutor(1, thread_name_prefix="keep", initializer=_yield_to_all)
        self._room = threading.Semaphore(WAITING)
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
                self._calls[number] = Calls(number, self._line)
                self._helms[number] = Helm(Controls(began=self._calls[number]))
                self._starts.put(order)
            case pipe.Watch():
                self._easel.watch(order.graph, order.widths)
            case pipe.Describe():
                self._answers.submit(self._describe, order)
            case pipe.Check():
                self._answers.submit(self._check, order)
            case pipe.Fetch():
                self._answers.submit(self._fetch, order)
            case pipe.Keep() if self._room.acquire(blocking=False):
                # What is there now, whatever the next run puts in its place.
                self._keeps.submit(self._keep, order, self._easel.held(order))
            case pipe.Keep():
                self._line.send(pipe.Kept(order.ask, text=f"{WAITING} pictures wait to be kept already"))
            case _ if helm := self._helms.get(order.run):
                helm.obey(order)

    def _run_all(self) -> None:
        while True:
            start = self._starts.get()
            self._easel.begin(start.run)
            try:
                self._run(start)
            except BaseException as error:  # whatever a node or plugin raises, the next run must go on
                self._line.send(pipe.Broken(start.run, error_line(error)))
            finally:
                del self._helms[start.run], self._calls[start.run]

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
        helm = self._helms[start.run]
        helm.take(planned, self._catalog)
        self._calls[start.run].items = frozenset(step.name for step in planned.steps if step.axes)
        story = Story(start, planned, self._catalog, self._easel, self._line.send, helm)
        found = ends(planned, start.only, story.renders)
        planned = telling(planned, found, story.renders)
        with closing(run(planned, self._cache, controls=helm.controls)) as events:
            for event in events:
                if isinstance(event, RunFinished):
                    ended = pipe.Ended(
                        start.run, event.seconds, False, list(event.failed), list(event.skipped)
                    )
                story.tell(event)
        done = [end for end in found if end.node in story.done]
        self._line.send(msgspec.structs.replace(ended, ends=done))

    def _describe(self, order: pipe.Describe) -> None:
        try:
            found = told(as_node(order.name, parse(order.content), self._catalog, self._workspace.graph))
            self._line.send(pipe.Described(order.ask, found))
        except BaseException as error:  # it is a plugin's code that tells what there is to choose from
            self._line.send(pipe.Described(order.ask, text=error_line(error)))

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
            data = encoded(order, self._easel)
        except BaseException as error:  # it may be a plugin's code that draws the picture
            self._line.send(pipe.Sent(order.ask, text=error_line(error)))
            return
        for start in range(0, len(data), wire.CHUNK):
            self._line.send(pipe.Chunk(order.ask, data[start : start + wire.CHUNK]))
        digest = hashlib.sha256(data).hexdigest()
        self._line.send(pipe.Sent(order.ask, digest, MEDIA[order.format], file_name(order)))

    def _keep(self, order: pipe.Keep, draw: Draw | None) -> None:
        try:
            data, kept = pictured(order, draw)
        except BaseException as error:  # it may be a plugin's code that draws the picture
            self._line.send(pipe.Kept(order.ask, text=error_line(error)))
            return
        finally:
            self._room.release()
        for start in range(0, len(data), wire.CHUNK):
            self._line.send(pipe.Chunk(order.ask, data[start : start + wire.CHUNK]))
        self._line.send(kept)


class Calls:
    """Tells the server which nodes are about to be called; of one that has items the first time only."""

    def __init__(self, run: int, line: Line) -> None:
        self.items: frozenset[str] = frozenset()
        """The nodes that run once for each item of a list."""
        self._run = run
        self._line = line
        self._told: set[str] = set()

    def __call__(self, name: str) -> None:
        if name in self._told:
            return
        if name in self.items:
            self._told.add(name)
        self._line.send(pipe.Began(self._run, name))


def _reaching(planned: Plan) -> set[str]:
    """The kinds of nodes in a plan that reach files or networks."""
    return {step.node.id for step in planned.steps if step.node.touches}


def _problems(error: GraphError) -> list[wire.Problem]:
    return [wire.Problem(text(str(problem)), problem.node, problem.socket) for problem in error.problems]
