"""A browser, servers with the page in processes of their own, and what must hold of every page."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from capriccio.server.serve import PAGE
from playwright.sync_api import Browser, expect, sync_playwright

from ..server.conftest import Serving, started
from .editor import Editor
from .home import Home
from .witness import Witness

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
ODDITIES = Path(__file__).with_name("oddities.py")
expect.set_options(timeout=20_000)  # a machine may be slow, or have much to do besides


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where the browser is. Without one these tests fail; they are never skipped."""
    named = os.environ.get("CAPRICCIO_CHROMIUM")
    found = next(filter(None, map(shutil.which, [named] if named else BROWSERS)), None)
    if found is None:
        tried = named or ", ".join(BROWSERS)
        pytest.fail(
            f"there is no browser ({tried}); install Chromium, or name one in CAPRICCIO_CHROMIUM", False
        )
    return found


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """One browser for the tests of a file; each has a context of its own in it.

    Not one for all: while Playwright is there it has an event loop running, and tests of other folders
    begin loops of their own.
    """
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[*sandbox, *QUIET])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def page_is_made() -> None:
    """These tests look at the page as it is delivered, so it has to be made."""
    if not (PAGE / "index.html").is_file():
        pytest.fail("the editor's page is not made, or not here; run: make page", False)


def serving(folder: Path, *options: str, **environment: str) -> Serving:
    """A server with the odd nodes of these tests too, in a folder that may hold what another left."""
    return started(folder, "--plugin", str(ODDITIES), *options, **environment)


@pytest.fixture(scope="session")
def shared_home(page_is_made: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """The server that most tests share, with its worker ready. Each test has graphs of its own names."""
    folder = tmp_path_factory.mktemp("home")
    home = Home(lambda port: serving(folder, "--port", str(port)))
    home.start()
    home.ready()
    yield home
    home.kill()


@pytest.fixture
def home(shared_home: Home) -> Iterator[Home]:
    """The same; no run of a test, not even of one that has failed, is in the way of the next."""
    yield shared_home
    shared_home.rest()


@pytest.fixture
def own_home(page_is_made: None, tmp_path: Path) -> Iterator[Home]:
    """A server of the test's own, which it may kill."""
    home = Home(lambda port, **environment: serving(tmp_path, "--port", str(port), **environment))
    home.start()
    home.ready()
    yield home
    home.kill()


@pytest.fixture
def witness() -> Iterator[Witness]:
    """Sees what the browser complains of, and whom it asks; the test fails for it."""
    witness = Witness()
    yield witness
    witness.judge()


@pytest.fixture
def tab(browser: Browser, witness: Witness) -> Iterator[Callable[..., Editor]]:
    """Open one more tab, in the context of the first."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
    witness.watch(context)

    def another(home: Home) -> Editor:
        return Editor(context.new_page(), home)

    yield another
    context.close()


@pytest.fixture
def editor(tab: Callable[[Home], Editor], home: Home) -> Editor:
    """A page of the shared server."""
    return tab(home)
