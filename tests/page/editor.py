"""The page as a person uses it: nodes, links, settings, runs."""

import base64
import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from .home import Content, Home, Nodes, eventually

Point = tuple[float, float]

# A file that is dropped: the browser makes it of what it is given.
DROP = """(target, [name, type, data, x, y]) => {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([bytes], name, { type }));
    for (const kind of ["dragenter", "dragover", "drop"]) {
        const at = { clientX: x, clientY: y, bubbles: true, cancelable: true };
        target.dispatchEvent(new DragEvent(kind, { dataTransfer, ...at }));
    }
}"""


class Editor:
    """One tab with the page."""

    def __init__(self, page: Page, home: Home) -> None:
        self.page = page
        self.home = home
        self.graph = ""
        page.set_default_timeout(20_000)

    # Graphs

    def open(self, graph: str) -> "Editor":
        """Load the page with this graph on the canvas."""
        self.graph = graph
        self.page.goto("about:blank")
        self.page.goto(self.home.address(graph))
        expect(self.canvas).to_have_attribute("aria-label", f"Canvas of {graph}")
        if self.palette.is_visible():
            noise = self.palette.get_by_role("button", name="Noise", exact=True)
            expect(noise).to_be_attached(timeout=60_000)  # the plugins may be loaded only now
        return self

    def begin(
        self,
        graph: str,
        nodes: Nodes,
        *links: tuple[str, str],
        **places: int,
    ) -> "Editor":
        """Make a graph, and open it."""
        with self.home.begin(graph, nodes, *links, **places):
            self.open(graph)
        for name in nodes:
            expect(self.node(name)).to_be_attached()
        return self

    @property
    def content(self) -> Content:
        """The graph as the server has it."""
        return self.home.content(self.graph)

    @property
    def links(self) -> set[tuple[str, str]]:
        """From output to input, as the server has them."""
        return {(start, end) for start, end in self.content["links"]}

    def params(self, node: str) -> dict[str, Any]:
        """Settings that differ from their defaults, as the server has them."""
        params: dict[str, Any] = self.content["nodes"][node].get("params", {})
        return params

    def becomes(self, **nodes: Mapping[str, Any]) -> None:
        """Wait until the server has such settings for these nodes."""

        def same() -> bool:
            for node, params in nodes.items():
                found = self.params(node)
                assert params.items() <= found.items(), f"{node} has {found}"
            return True

        eventually(same)

    def linked(self, *links: tuple[str, str]) -> None:
        """Wait until the server has exactly these links."""

        def same() -> bool:
            assert self.links == set(links)
            return True

        eventually(same)

    # What is on the page

    @property
    def canvas(self) -> Locator:
        return self.page.locator("main.canvas")

    @property
    def palette(self) -> Locator:
        return self.page.get_by_role("navigation", name="Nodes", exact=True)

    @property
    def inspector(self) -> Locator:
        return self.page.get_by_role("complementary", name="Inspector")

    @property
    def search(self) -> Locator:
        """The field of the search for a node to add."""
        return self.page.locator(".search").get_by_role("combobox")

    @property
    def dialog(self) -> Locator:
        return self.page.locator("dialog[open]")

    def nodes(self) -> Locator:
        return self.page.locator(".react-flow__node-card")

    def node(self, name: str) -> Locator:
        return self.page.locator(f'.react-flow__node-card[data-id="{name}"]')

    def link(self, start: str, end: str) -> Locator:
        return self.page.locator(f'.react-flow__edge[data-id="{start}/{end}"]')

    def socket(self, socket: str, side: str) -> Locator:
        """node.socket; side is "source" for one that gives, or "target"."""
        node, name = socket.rsplit(".", 1)
        return self.node(node).locator(f'.react-flow__handle.{side}[data-handleid="{name}"]')

    def state(self, node: str, words: str | re.Pattern[str], seconds: float = 30) -> None:
        """Wait until a node says so of itself."""
        expect(self.node(node).locator(".card-state")).to_contain_text(words, timeout=seconds * 1000)

    def says(self, words: str | re.Pattern[str], seconds: float = 20) -> None:
        """Wait for such a notice."""
        expect(self.page.locator(".notice", has_text=words).first).to_be_visible(timeout=seconds * 1000)

    @property
    def notices(self) -> list[str]:
        return self.page.locator(".notice p").all_inner_texts()

    def announced(self, words: str | re.Pattern[str]) -> None:
        """Wait until screen readers are told so."""
        expect(self.page.locator(".notices > .heard")).to_contain_text(words)

    def pixels(self, shown: Locator) -> Image.Image:
        """What is seen of an element."""
        return Image.open(BytesIO(shown.screenshot())).convert("RGB")

    def colours(self, shown: Locator) -> int:
        """How many different colours are in the middle of what is seen: one where nothing is drawn."""
        seen = self.pixels(shown)
        wide, high = seen.size
        middle = seen.crop((wide // 4, high // 4, 3 * wide // 4, 3 * high // 4))
        return len(middle.getcolors(1 << 20) or [])

    # The mouse

    def centre(self, shown: Locator) -> Point:
        """Of an element, on the screen."""
        box = shown.bounding_box()
        assert box, f"{shown} is not seen"
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def ground(self, across: float = 0.5, down: float = 0.5) -> Point:
        """A point of the canvas, as parts of its width and height."""
        box = self.canvas.bounding_box()
        assert box
        return box["x"] + across * box["width"], box["y"] + down * box["height"]

    def drag(self, start: Point, end: Point, *, keys: str = "", drop: bool = True) -> None:
        """Press, move, let go."""
        mouse = self.page.mouse
        if keys:
            self.page.keyboard.down(keys)
        mouse.move(*start)
        mouse.down()
        mouse.move(start[0] + 6, start[1] + 6, steps=2)
        mouse.move(*end, steps=6)
        if drop:
            mouse.up()
            if keys:
                self.page.keyboard.up(keys)

    def draw(self, start: str, end: str) -> None:
        """Draw a link with the mouse."""
        self.drag(self.centre(self.socket(start, "source")), self.centre(self.socket(end, "target")))

    def grip(self, node: str) -> Point:
        """Where a node can be dragged."""
        return self.centre(self.node(node).locator(".card-name"))

    def select(self, *nodes: str) -> None:
        """Select with the mouse; more than one with Ctrl."""
        for at, name in enumerate(nodes):
            head = self.node(name).locator(".card-name")
            head.click(modifiers=["Control"] if at else [])
            expect(self.node(name)).to_have_class(re.compile("selected"))

    def drop_file(self, name: str, type: str, data: bytes, on: Locator | None = None) -> None:
        """Drop a file, on the canvas unless told."""
        target = on or self.page.locator(".react-flow__pane")
        x, y = self.centre(target)
        target.evaluate(DROP, [name, type, base64.b64encode(data).decode(), x, y])

    # The keyboard, and what both do

    def press(self, *keys: str) -> None:
        for each in keys:
            self.page.keyboard.press(each)

    def command(self, name: str) -> None:
        """Do something by its name."""
        self.press("Control+k")
        field = self.page.get_by_role("combobox", name="Command, node, graph or kind")
        field.fill(name)
        expect(self.page.get_by_role("listbox", name="Commands").get_by_role("option").first).to_contain_text(
            name
        )
        field.press("Enter")

    def setting(self, name: str) -> Locator:
        """The field of a setting of the selected node."""
        return self.inspector.get_by_label(name, exact=True)

    def exactly(self, name: str) -> Locator:
        """The field beside a slider."""
        return self.inspector.get_by_role("spinbutton", name=f"{name}, exact")

    def enter(self, name: str, value: object) -> None:
        """Type a number for a setting of the selected node."""
        self.exactly(name).fill(str(value))
        self.exactly(name).press("Enter")

    def tool(self, name: str) -> Locator:
        """A button of the top bar."""
        return self.page.locator("header.top").get_by_role("button", name=name, exact=True)

    # Runs

    @property
    def status(self) -> Locator:
        """What the page says of the run."""
        return self.page.locator(".status-run")

    @property
    def last_run(self) -> int:
        """Its number; 0 for none."""
        found = re.search(r"run (\d+)", self.status.inner_text())
        return int(found[1]) if found else 0

    def run(self) -> int:
        """Press Run; give the run's number."""
        before = self.last_run
        self.tool("Run").click()
        eventually(lambda: self.last_run > before)
        return self.last_run

    def ended(self, how: str = "done", run: int | None = None, seconds: float = 60) -> None:
        """Wait until the last run has ended so."""
        number = run if run is not None else self.last_run
        expect(self.status).to_contain_text(f"run {number} {how}", timeout=seconds * 1000)
