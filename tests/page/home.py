"""Where a page comes from: a server that can be killed and started again at the same address."""

import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ..server.conftest import TOKEN, Serving, Talk

Node = tuple[str, dict[str, Any]]
"""Its kind and its settings."""
Nodes = Mapping[str, Node]
Content = dict[str, Any]
"""A graph as its file holds it."""


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


class Home:
    """A server and its graphs."""

    def __init__(self, begin: Callable[..., Serving]) -> None:
        self._begin = begin
        self._serving: Serving | None = None
        self.port = free_port()

    @property
    def folder(self) -> Any:
        """In which it keeps all its things."""
        assert self._serving
        return self._serving.folder

    def start(self, **environment: str) -> None:
        """Start it, also after it was killed."""
        self._serving = self._begin(self.port, **environment)

    def ready(self) -> None:
        """Wait until its worker is."""
        with self.talk() as talk:
            talk.ready(120)

    def rest(self) -> None:
        """Stop all runs, and wait until they have ended."""
        with self.talk() as talk:
            talk.ask("cancel")
            eventually(lambda: not talk.ask("get_status")["queue"])

    def written(self, graph: str) -> None:
        """Wait until a graph that is not saved is on the disk, where a kill does not reach it."""
        eventually((self.folder / "state" / "drafts" / f"{graph}.json").is_file)

    @contextmanager
    def elsewhere(self) -> Iterator[None]:
        """For a while it is to be found at another address, where no page looks for it."""
        port, self.port = self.port, free_port()
        try:
            self.start()
            yield
            assert self._serving
            self._serving.stop()
        finally:
            self.kill()
            self.port = port

    def kill(self) -> None:
        """End it at once, as ``kill -9`` does."""
        if self._serving:
            self._serving.process.kill()
            self._serving.process.wait()
            self._serving = None

    def address(self, graph: str = "") -> str:
        """Of the page, with the token, and with the graph that it shall open."""
        return f"http://127.0.0.1:{self.port}/#token={TOKEN}" + (f"&graph={graph}" if graph else "")

    def talk(self, token: str = TOKEN) -> Talk:
        """A client besides the page."""
        return Talk(self.port, token)

    def begin(
        self, graph: str, nodes: Nodes, *links: tuple[str, str], across: int = 250, down: int = 0
    ) -> Talk:
        """Make a graph of nodes, by name: kind and settings. They stand in a row.

        An empty graph is there as long as somebody has it open, such as the client that is given back.
        """
        ops: list[dict[str, Any]] = [
            {"op": "add", "node": name, "kind": kind, "params": params, "position": [at * across, at * down]}
            for at, (name, (kind, params)) in enumerate(nodes.items())
        ]
        ops += [{"op": "link", "start": start, "end": end} for start, end in links]
        talk = self.talk()
        answer = talk.ask("new_graph", graph=graph)
        assert answer["type"] == "opened", answer
        if ops:
            answer = talk.ask("edit", graph=graph, revision=0, ops=ops)
            assert answer["type"] == "edited", answer
        return talk

    def change(self, graph: str, *ops: dict[str, Any]) -> None:
        """Change a graph behind the page's back."""
        with self.talk() as talk:
            revision = talk.ask("open_graph", graph=graph)["revision"]
            answer = talk.ask("edit", graph=graph, revision=revision, ops=list(ops))
            assert answer["type"] == "edited", answer

    def content(self, graph: str, token: str = TOKEN) -> Content:
        """The graph as the server has it."""
        with self.talk(token) as talk:
            content: Content = talk.ask("open_graph", graph=graph)["content"]
        return content

    def picture(self, graph: str, node: str) -> bytes:
        """What a node has made, as a PNG that carries the graph."""
        with self.talk() as talk:
            talk.ask("open_graph", graph=graph)
            assert talk.ask("fetch", graph=graph, node=node, format="png")["type"] == "fetched"
            return b"".join(data for kind, _, data in talk.frames if kind == 3)

    def graphs(self) -> dict[str, str]:
        """Where each graph lies, by name: in the library, the gallery, or unsaved."""
        with self.talk() as talk:
            return {each["name"]: each["source"] for each in talk.ask("list_graphs")["graphs"]}


def eventually(holds: Callable[[], object], seconds: float = 20.0, pause: float = 0.05) -> None:
    """Wait until something holds; it says so by a true value, and why not by failing an assertion.

    What is looked for in a graph may come only later, so a missing key is waited for too.
    """
    end = time.monotonic() + seconds
    while True:
        try:
            if holds():
                return
            said = "it never came to hold"
        except AssertionError as failure:
            said = str(failure)
        except LookupError as failure:
            said = f"there is no {failure}"
        if time.monotonic() > end:
            raise AssertionError(said)
        time.sleep(pause)
