"""A server in a process of its own, in an empty folder."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

TOKEN = "b" * 43
PLUGINS = (Path(__file__).with_name("painter.py"), Path(__file__).parents[1] / "tests/server/toys.py")


@dataclass(frozen=True)
class Serving:
    """A server that runs."""

    process: "subprocess.Popen[str]"
    port: int
    folder: Path

    @property
    def memory(self) -> int:
        """Bytes of memory that it holds (RSS), without its worker."""
        held: int = psutil.Process(self.process.pid).memory_info().rss
        return held

    def stop(self) -> float:
        """Tell it to stop; give the seconds that it took."""
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(30)
        return time.monotonic() - began


@contextmanager
def serving(plugins: Sequence[Path] = PLUGINS, options: Sequence[str] = ()) -> Iterator[Serving]:
    """Start a server, and end it."""
    with TemporaryDirectory(prefix="capriccio-") as name:
        folder = Path(name)
        command = [sys.executable, "-m", "capriccio", "serve", "--port", "0", "--device", "cpu"]
        places = ["--library", "library", "--state", "state", "--out", "out", "--connections", "1000"]
        words = [word for path in plugins for word in ("--plugin", str(path))]
        with (folder / "stderr").open("w") as stderr:
            process = subprocess.Popen(
                [*command, *places, *words, *options],
                cwd=folder,
                env={**os.environ, "CAPRICCIO_TOKEN": TOKEN, "CAPRICCIO_PLUGINS": str(folder / "plugins")},
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )
        try:
            assert process.stdout
            with process.stdout as out:
                found = re.search(r":(\d+)/#token=", out.readline())
            if not found:
                raise RuntimeError((folder / "stderr").read_text())
            yield Serving(process, int(found[1]), folder)
        finally:
            process.kill()
            process.wait()
