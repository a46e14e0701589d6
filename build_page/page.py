"""The editor's page: whether it is made of the sources that are there, and making it."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock

from . import npm

SERVER = Path(__file__).parents[1] / "server"
SOURCE = SERVER / "editor"
MADE = SERVER / "editor_dist"
STAMP = ".sources"
"""In the page, the digest of the sources that it was made of.

Times do not do: a checkout, an unpacked archive and a copy all set them anew. Within the page,
the stamp travels with it into a source archive, and is never there without it.
"""
SHOWN = 30
"""Lines of the end of what npm says that an error shows."""
REMEDY = f"Install {npm.NODE}, if that is what is missing, or set PAGE_SKIP=1 to go on without the page."


class PageError(Exception):
    """The page cannot be made."""


def is_skipped() -> bool:
    """Whether the environment says that no page is to be made."""
    return os.environ.get("PAGE_SKIP", "") not in ("", "0")


def is_current() -> bool:
    """Whether the page is there, and made of the sources as they are now."""
    return (MADE / "index.html").is_file() and _told(MADE / STAMP) == _digest(sources())


def requirements() -> list[str]:
    """The Python packages that making the page takes."""
    return [] if is_skipped() or is_current() or npm.of_machine() else [npm.WHEEL]


def sources() -> Iterator[Path]:
    """All files that the page may be made of."""
    for folder, folders, files in os.walk(SOURCE):
        folders[:] = [name for name in folders if name != "node_modules"]
        yield from (Path(folder) / name for name in files)


def make() -> None:
    """Make the page, unless it is current or not wanted; PageError where that fails."""
    if is_skipped():
        print("the page is not made, since PAGE_SKIP is set")
    elif not is_current():
        with _alone():
            if not is_current():  # who had the lock before may have made it
                _make()


def test() -> bool:
    """Run the tests of the page's sources; give whether they pass."""
    with _alone():
        _fetch_packages()
    return _npm().run(SOURCE, "test", is_shown=True).returncode == 0


def _make() -> None:
    print("making the page", flush=True)
    digest = _digest(sources())  # as it is before: what changes meanwhile is made the next time
    _fetch_packages()
    # Made beside the old page, so that no half of one is ever served or packed.
    new, old = SERVER / ".editor_dist.new", SERVER / ".editor_dist.old"
    shutil.rmtree(new, ignore_errors=True)
    _run("run", "build", "--", "--outDir", str(new), "--emptyOutDir")
    if not (new / "index.html").is_file():
        raise PageError(f"npm run build left no index.html in {new}")
    (new / STAMP).write_text(digest)
    shutil.rmtree(old, ignore_errors=True)
    if MADE.exists():
        MADE.rename(old)
    new.rename(MADE)
    shutil.rmtree(old, ignore_errors=True)


def _fetch_packages() -> None:
    """Fetch what the sources are made with, where the lock file is another than at the last time."""
    stamp = SOURCE / "node_modules" / STAMP
    digest = _digest(SOURCE / name for name in ("package.json", "package-lock.json"))
    if _told(stamp) != digest:
        # NODE_ENV=production, or omit=dev in the user's configuration, would leave the tools out.
        _run("ci", "--include=dev")
        stamp.parent.mkdir(exist_ok=True)
        stamp.write_text(digest)


def _run(*words: str) -> None:
    done = _npm().run(SOURCE, *words)
    if done.returncode:
        end = "\n".join(f"    {line}" for line in done.stdout.splitlines()[-SHOWN:])
        command = " ".join(("npm", *words[:2]))
        raise PageError(
            f"the page cannot be made: {command} failed in {SOURCE} with {done.returncode}. "
            f"The end of what it said:\n\n{end}\n\n{REMEDY}"
        )


def _npm() -> npm.Npm:
    found = npm.found()
    if found is None:
        raise PageError(f"the page cannot be made: no npm was found that has {npm.NODE}.\n{REMEDY}")
    return found


def _alone() -> FileLock:
    """Keeps other builds of this tree out, which would change the same folders."""
    return FileLock(SERVER / ".editor_dist.lock")


def _told(stamp: Path) -> str:
    return stamp.read_text() if stamp.is_file() else ""


def _digest(files: Iterator[Path]) -> str:
    """A name for these files, their places and their contents."""
    digest = hashlib.sha256()
    for path in sorted(files):
        place, data = path.relative_to(SOURCE).as_posix(), path.read_bytes()
        digest.update(f"{place}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()
