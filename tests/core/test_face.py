"""What plugin authors and servers import is there, and brings no torch with it."""

import pkgutil
import subprocess
import sys

import capriccio.core
import capriccio.server
import pytest

SERVER = [f"capriccio.server.{module.name}" for module in pkgutil.iter_modules(capriccio.server.__path__)]
SERVER.remove("capriccio.server.worker")  # which only the worker's own process imports
SCRIPT = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
heavy = {name.partition(".")[0] for name in sys.modules} & {"torch", "torchvision"}
assert not heavy, heavy
"""


@pytest.mark.parametrize(
    "modules",
    [
        ["capriccio.core"],
        ["capriccio.core", *(name for name in SERVER if not name.endswith((".cli", ".__main__")))],
        ["capriccio.server.cli"],
    ],
    ids=["core", "server", "command line"],
)
def test_no_torch_is_imported_by(modules: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT, *modules], capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_face_is_all_there_and_in_order() -> None:
    face = capriccio.core.__all__
    assert all(hasattr(capriccio.core, name) for name in face)
    assert sorted(face) == sorted(set(face))
