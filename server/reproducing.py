"""Make a picture again from its record, and say what differs."""

import functools
import math
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec.structs import replace as replaced
from PIL import Image as Picture
from PIL import ImageChops, ImageStat

from ..core import (
    CapriccioError,
    Catalog,
    Event,
    InputError,
    NodeFinished,
    NodeItem,
    Plan,
    Workspace,
    plan,
    run,
)
from ..core.context import file_digest, folder_digest
from ..core.device import choose
from ..core.record import Pixels, RunRecord, deliver, differences, facts_of, one_line, read, recorded
from .results import keeping


@dataclass(frozen=True)
class Reproduction:
    """A picture that is to be made again, and the plan to make it by."""

    original: Path
    """The picture; it may be gone, when only its record is left."""
    record: RunRecord
    plan: Plan
    catalog: Catalog

    @classmethod
    def of(cls, file: Path, catalog: Catalog, folders: Sequence[Path], device: str | None) -> "Reproduction":
        """Plan what the record in a picture, or in a file, tells of; CapriccioError if that cannot be.

        Picture files are looked for in the folders. The device is by default the recorded one, or
        the best if that is not here. From now on torch uses as many threads as then.
        """
        record = read(file)
        graph = record.drawn()
        workspace = Workspace(
            choose(device) if device else _device(record.facts.device), folders=tuple(folders)
        )
        workspace = replace(workspace, granted=dict(_unchanged(record, folders)))
        if missing := list(_missing(record, workspace)):
            raise InputError("\n".join(missing))
        torch = sys.modules.get("torch")  # the plugins have loaded it
        if torch and record.facts.threads:
            torch.set_num_threads(record.facts.threads)
        planned = plan(graph, catalog, workspace, wanted=[record.node])
        return cls(recorded(file), record, planned, catalog)

    def differences(self) -> list[str]:
        """What is not as it was when the picture was made, in a line each."""
        lines = differences(self.record.facts, facts_of(self.plan, self.record.node))
        if self._is_changed():
            lines.append(f"{self.original.name} has been changed since it was saved")
        return lines

    def made(self, out: Path, show: Callable[[Event], None]) -> Path:
        """Run what the picture needs, keep what comes out in a folder, and give that file."""
        with TemporaryDirectory() as folder:
            planned = replace(self.plan, workspace=replace(self.plan.workspace, out=Path(folder)))
            with closing(run(planned)) as events:
                for event, _ in keeping(events, planned, self.catalog):
                    show(replaced(event, result=None) if isinstance(event, NodeFinished) else event)
                    if self._ends(event):
                        break
            for path in Path(folder).iterdir():
                with suppress(InputError):
                    record = read(path)
                    if path == recorded(path) and _place(record) == _place(self.record):
                        return deliver(out / path.name, path.read_bytes(), record)
        raise CapriccioError(f"{one_line(self.record.node)} made no picture this time")

    def unlikeness(self, made: Path) -> str:
        """How another picture differs from the original; nothing when it is the same, bit by bit."""
        again = read(made).picture
        if not self.original.is_file():
            if again == self.record.picture:
                return ""
            return f"another picture; how it differs cannot be told without {self.original.name}"
        if self._is_changed() and again == self.record.picture:
            return f"the picture that was recorded, bit by bit, but {self.original.name} is another by now"
        return _unlikeness(_opened(self.original), _opened(made))

    def _ends(self, event: Event) -> bool:
        """Whether the picture is there."""
        index: tuple[int, ...] = ()
        if isinstance(event, NodeItem):
            index, event = event.index, event.event
        if not (isinstance(event, NodeFinished) and event.name == self.record.node):
            return False
        return tuple(self.record.index)[: len(index)] == index

    def _is_changed(self) -> bool:
        """Whether the original is not what was recorded; of a JPEG or WebP that cannot be told."""
        if not self.original.is_file():
            return False
        picture = _opened(self.original)
        return picture.format == "PNG" and Pixels.of(picture) != self.record.picture


def _unchanged(record: RunRecord, folders: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """Where the files lie that hold what they held, in whichever folder and in which folder of it."""
    for fact in record.facts.files.values():
        for folder in folders:
            for name in (fact.name, Path(fact.name).name):
                if path := _with_digest(Workspace(folders=(folder,)), name, fact.sha256):
                    yield fact.name, path


def _with_digest(workspace: Workspace, name: str, sha256: str) -> Path | None:
    for find, digest in ((workspace.find, file_digest), (workspace.find_folder, folder_digest)):
        with suppress(InputError, OSError):
            path = find(name)
            if digest(path) == sha256:
                return path
    return None


def _missing(record: RunRecord, workspace: Workspace) -> Iterator[str]:
    """Where a file is read that is not here."""
    for socket, fact in record.facts.files.items():
        if not (_is_there(workspace.find, fact.name) or _is_there(workspace.find_folder, fact.name)):
            name = one_line(f"{socket} is {fact.name}")
            yield f"{name}, which is not here; name the folder that it is in with --pictures"


def _is_there(find: Callable[[str], Path], name: str) -> bool:
    try:
        find(name)
    except InputError:
        return False
    return True


def _device(recorded: str) -> str:
    try:
        return choose(recorded)
    except InputError:
        return choose()


def _place(record: RunRecord) -> tuple[str, str, list[int]]:
    """What tells a picture from the others of one run."""
    return record.node, record.output, record.index


def _opened(path: Path) -> Picture.Image:
    try:
        with Picture.open(path, formats=("PNG", "JPEG", "WEBP")) as picture:
            picture.load()
            return picture
    except (OSError, SyntaxError, ValueError, Picture.DecompressionBombError) as error:
        raise InputError(f"{path.name} cannot be read, it may be damaged: {error}") from error


def _unlikeness(was: Picture.Image, now: Picture.Image) -> str:
    if was.size != now.size or was.mode != now.mode:
        sizes = [f"{each.width} x {each.height} pixels ({each.mode})" for each in (was, now)]
        return f"another picture: it was {sizes[0]} and is {sizes[1]}"
    # With Pillow, for NumPy would make every start of the program a tenth longer.
    gaps = ImageChops.difference(was, now)
    bands = gaps.split()
    most = functools.reduce(ImageChops.lighter, bands)
    same = most.histogram()[0]
    pixels = was.width * was.height
    if same == pixels:
        return ""
    error = statistics.mean(ImageStat.Stat(gaps).sum2) / pixels
    psnr = 20 * math.log10(255) - 10 * math.log10(error)
    much = f"by at most {most.getextrema()[1]} of 255; PSNR {psnr:.1f} dB"
    return f"another picture: {1 - same / pixels:.2%} of its pixels differ, {much}"
