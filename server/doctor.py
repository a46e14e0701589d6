"""What a person needs to know when something does not work."""

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..core import Catalog
from ..core.device import KINDS, choose
from ..core.errors import InputError
from .plain import error_line

PACKAGES = ("capriccio", "torch", "torchvision", "networkx", "pluggy", "pillow", "numpy", "safetensors")


def report(catalog: Catalog, plugins: Path) -> bool:
    """Print versions, devices, weights and plugins; give whether all is well."""
    console = Console(highlight=False)
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_row("python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    for package in PACKAGES:
        table.add_row(package, _version(package))
    table.add_row("devices", ", ".join(kind for kind in KINDS[1:] if _there(kind)))
    folder = catalog.weights.folder
    table.add_row("weights", escape(f"{_size(folder) / 1e6:.0f} MB in {folder}"))
    for entry in catalog.weights:
        table.add_row("", f"{entry.name}: {'here' if entry.here else 'not fetched'}")
    table.add_row("plugin folder", escape(f"{plugins}{'' if plugins.is_dir() else ' (not there)'}"))
    for name in catalog.plugins:
        table.add_row("plugin", escape(f"{name}: loaded"))
    for name, error in catalog.failures.items():
        table.add_row("plugin", escape(f"{name}: failed: {error_line(error)}"))
    table.add_row("nodes", str(len(catalog.nodes)))
    console.print(table)
    return not catalog.failures


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _there(kind: str) -> bool:
    try:
        return choose(kind) == kind
    except InputError:
        return False


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
