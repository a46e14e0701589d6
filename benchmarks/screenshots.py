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

STROKES: dict[str, list[list[tuple[float, float]]]] = {
    "9": [[(0.06, y), (0.94, y)] for y in (0.08, 0.2)],
    "7": [[(0.06, y), (0.94, y)] for y in (0.84, 0.94)],
    "4": [[(0.3, 0.2), (0.22, 0.5), (0.2, 0.74)], [(0.3, 0.2), (0.38, 0.5), (0.4, 0.74)]],
}
"""By the key of a class, strokes through places of the picture, each from 0 to 1."""

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


async def finished(seen: Sight) -> None:
    """The same when all is made."""
    await seen.page.locator(".status-run").get_by_text("done").wait_for(timeout=600_000)


async def comparing(seen: Sight) -> None:
    """What was made, beside what it was made of."""
    page = seen.page
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
    stage = page.locator("dialog[open]").get_by_role("application")
    await stage.wait_for()
    box = await stage.bounding_box()
    if box is None:
        raise RuntimeError("the painter shows no picture")
    for key, strokes in STROKES.items():
        await page.keyboard.press(key)
        for stroke in strokes:
            places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
            await page.mouse.move(*places[0])
            await page.mouse.down()
            for place in places[1:]:
                await page.mouse.move(*place, steps=8)
            await page.mouse.up()


async def narrow(seen: Sight) -> None:
    """A small window."""
    await seen.page.set_viewport_size({"width": 800, "height": 720})
    await seen.open(GRAPH)
    await seen.page.locator(".react-flow__node-card").first.wait_for()
    await seen.page.keyboard.press("1")


STATES: dict[str, State] = {
    each.__name__: each for each in (templates, editing, running, finished, comparing, painting, narrow)
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
    await drawer.ask("run", graph=MAP, only=["photo"])
    if said["type"] != "edited":
        raise RuntimeError(f"the map cannot be drawn: {said}")


async def main(words: Sequence[str]) -> int:
    """Take all pictures."""
    folder = Path(words[0] if words else "output")
    folder.mkdir(parents=True, exist_ok=True)
    # With results of its own, else nothing is left to run.
    with serving([], ["--cache", "cache"]) as served:
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
