"""Pictures of the editor's page in its main states and both themes, to be looked at.

    python -m benchmarks.screenshots [FOLDER]

A real server runs the gallery's style transfer; the pictures lie in FOLDER, or in ``output/``.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from .browser import Sight, browser, sight
from .clients import Client, client
from .serving import serving

SIZE = 1280, 720
MAP = "screenshot map"
GRAPH = "style_transfer"

THEME = "(theme) => (document.documentElement.dataset.theme = theme)"

State = Callable[[Sight], Awaitable[None]]


async def templates(seen: Sight) -> None:
    """A new tab."""
    await seen.page.evaluate("() => sessionStorage.clear()")
    await seen.page.goto("about:blank")
    await seen.page.goto(seen.address("").partition("&graph=")[0])
    await seen.page.locator(".template-cover img").first.wait_for()


async def editing(seen: Sight) -> None:
    """A graph, and the settings of a node."""
    await seen.open(GRAPH)
    await seen.page.locator(".react-flow__node-card[data-id='style'] .card-name").click()


async def running(seen: Sight) -> None:
    """The same while it runs."""
    page = seen.page
    await editing(seen)
    await page.locator(".react-flow__node-card[data-id='optimize'] .card-name").click()
    await page.keyboard.press("Control+Enter")
    await page.wait_for_function(
        "() => document.querySelector('[data-id=optimize] canvas.preview')?.width > 1", timeout=60_000
    )
    await asyncio.sleep(4)


async def comparing(seen: Sight) -> None:
    """What was made, beside what it was made of."""
    page = seen.page
    await page.locator(".status-run").get_by_text("done").wait_for(timeout=300_000)
    await page.locator("[data-id='optimize'] .card-picture").click()
    dialog = page.locator("dialog[open]")
    await dialog.get_by_label("Compare with").select_option(label="photo size")
    await dialog.get_by_role("slider").wait_for()
    await asyncio.sleep(1)


async def painting(seen: Sight) -> None:
    """A semantic map over the picture that it is for."""
    page = seen.page
    await seen.open(MAP)
    await page.locator(".react-flow__node-card[data-id='map'] .card-name").click()
    await page.get_by_role("button", name="Paint… labels").click()
    await page.locator("dialog[open]").get_by_role("application").wait_for()
    await asyncio.sleep(1)


async def narrow(seen: Sight) -> None:
    """A small window."""
    await seen.open(GRAPH)
    await seen.page.set_viewport_size({"width": 800, "height": 720})
    await seen.page.keyboard.press("1")


STATES: dict[str, State] = {
    each.__name__: each for each in (templates, editing, running, comparing, painting, narrow)
}


async def painted(drawer: Client) -> None:
    """A graph with a semantic map to paint."""
    await drawer.is_ready.wait()
    await drawer.ask("new_graph", graph=MAP)
    photo = {"file": "images/photo_summer_palace.jpg"}
    ops: list[dict[str, Any]] = [
        {"op": "add", "node": "photo", "kind": "capriccio.LoadImage", "params": photo, "position": [0, 0]},
        {"op": "add", "node": "map", "kind": "capriccio.PaintedLabels", "params": {}, "position": [280, 0]},
        {"op": "link", "start": "photo.image", "end": "map.image"},
    ]
    said = await drawer.ask("edit", graph=MAP, revision=0, ops=ops)
    await drawer.ask("run", graph=MAP)
    if said["type"] != "edited":
        raise RuntimeError(f"the map cannot be drawn: {said}")


async def main(words: Sequence[str]) -> int:
    """Take all pictures."""
    folder = Path(words[0] if words else "output")
    folder.mkdir(parents=True, exist_ok=True)
    with serving([]) as served:
        async with browser() as made, client(served) as drawer:
            await painted(drawer)
            async with sight(made, served, SIZE) as seen:
                await seen.page.goto(f"http://127.0.0.1:{served.port}/")
                for name, state in STATES.items():
                    await state(seen)
                    for theme in ("dark", "light"):
                        await seen.page.evaluate(THEME, theme)
                        await asyncio.sleep(1)
                        path = folder / f"page_{name}_{theme}.png"
                        await seen.page.screenshot(path=path)
                        print(path, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
