"""``python -m build_page`` makes the page where it is not current; with ``test``, runs its tests too."""

import importlib
import subprocess
import sys

from . import npm, page


def main(words: list[str]) -> str | int:
    """Do that; give the exit status, or what went wrong."""
    is_test = words == ["test"]
    if words and not is_test:
        return f"there is no {' '.join(words)}; say nothing, or test"
    try:
        if not page.is_skipped() and (is_test or not page.is_current()):
            _provide_npm()
        page.make()
        return 0 if not is_test or page.is_skipped() or page.test() else 1
    except page.PageError as error:
        return str(error)


def _provide_npm() -> None:
    """Where npm is missing, do what pip does for the build backend: install the package that has it."""
    if npm.found() is None:
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", npm.WHEEL], check=True)
        importlib.invalidate_caches()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
