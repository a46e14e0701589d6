"""A real browser that looks at the editor's page, and what can be asked about it."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
from playwright.async_api import Browser, CDPSession, Page, async_playwright

from .serving import TOKEN, Serving

PROBE = Path(__file__).with_name("probe.js")
WIDE = 1600, 900
"""The window that shows ten nodes at a size for which they send 256 pixels."""
MB = 1e6


def chromium() -> str:
    """The browser on this machine."""
    found = shutil.which(os.environ.get("CAPRICCIO_CHROMIUM", "chromium"))
    if found is None:
        raise SystemExit("there is no chromium on this machine; install it, or name it in CAPRICCIO_CHROMIUM")
    return found


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """A headless Chromium, which draws without a GPU."""
    async with async_playwright() as playwright:
        made = await playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        try:
            yield made
        finally:
            await made.close()


@dataclass(frozen=True)
class Sight:
    """A page in a window, and the line to its innermost."""

    page: Page
    inside: CDPSession
    serving: Serving

    def address(self, graph: str) -> str:
        """Where this graph is opened."""
        return f"http://127.0.0.1:{self.serving.port}/#token={TOKEN}&graph={quote(graph)}"

    async def open(self, graph: str) -> None:
        """Open a graph from nothing."""
        await self.page.goto("about:blank")
        await self.page.goto(self.address(graph))

    async def ask(self, call: str) -> Any:
        """Evaluate a call of the probe."""
        return await self.page.evaluate(f"() => probe.{call}")

    async def slow(self, times: float) -> None:
        """Let the page compute so many times slower."""
        await self.inside.send("Emulation.setCPUThrottlingRate", {"rate": times})

    async def heap(self) -> float:
        """MB of what the page's scripts hold, after all garbage has been collected."""
        for _ in range(2):
            await self.inside.send("HeapProfiler.collectGarbage")
        told = await self.inside.send("Performance.getMetrics")
        found: float = next(each["value"] for each in told["metrics"] if each["name"] == "JSHeapUsedSize")
        return found / MB


@asynccontextmanager
async def sight(
    made: Browser, serving: Serving, size: tuple[int, int] = WIDE, theme: str = "dark"
) -> AsyncIterator[Sight]:
    """A window; what its page complains of is raised at the end."""
    context = await made.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="light" if theme == "light" else "dark"
    )
    try:
        page = await context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        await page.add_init_script(path=PROBE)
        inside = await context.new_cdp_session(page)
        await inside.send("Performance.enable")
        yield Sight(page, inside, serving)
        if complaints:
            raise RuntimeError("the page complains: " + "; ".join(complaints))
    finally:
        await context.close()


def held() -> float:
    """MB of memory that all processes of the browser hold, what they share counted once."""
    processes = [each for each in psutil.Process().children(recursive=True) if "chrom" in each.name().lower()]
    total = 0
    for process in processes:
        try:
            total += process.memory_full_info().pss
        except psutil.NoSuchProcess:
            continue
    return total / MB
