"""Write files so that a crash or a full disk leaves the old file or the new one, never half of one."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import InputError


def write(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path``, in place of what is there; it is on the disk when this returns."""
    with replacing(path) as temporary:
        temporary.write_bytes(data)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path to write to, in the same folder; the file there becomes ``path`` when the block ends well.

    A block that raises leaves ``path`` as it was, and no file beside it. The given path ends
    like ``path``, for writers that go by the suffix.
    """
    # A link stays a link: what it points at is replaced.
    target = path.resolve()
    with _temporary(target) as temporary:
        yield temporary
        if target.exists():
            shutil.copymode(target, temporary)
        move(temporary, target)


def move(made: Path, path: Path) -> None:
    """Put a finished file in place of ``path``, on the same disk."""
    _sync(made)
    os.replace(made, path)
    _sync_folder(path.parent)


def write_new(path: Path, data: bytes) -> Path:
    """Put ``data`` at ``path``, or at ``name-2.png``, ``name-3.png``... if that is taken; give the path used.

    Never overwrites, even when several processes write the same name at once.
    """
    with _temporary(path) as temporary:
        temporary.write_bytes(data)
        _sync(temporary)
        candidate, number = path, 1
        while not _claim(temporary, candidate):
            number += 1
            candidate = path.with_name(f"{path.stem}-{number}{path.suffix}")
    _sync_folder(path.parent)
    return candidate


def move_new(made: Path, path: Path) -> bool:
    """Give a finished file another name on the same disk, unless that is taken; give whether it was free."""
    _sync(made)
    if not _claim(made, path):
        return False
    made.unlink(missing_ok=True)
    _sync_folder(path.parent)
    return True


def _claim(made: Path, path: Path) -> bool:
    """Give a finished file the name ``path`` unless the name is taken, in one step."""
    try:
        os.link(made, path)
    except FileExistsError:
        return False
    except OSError:  # file systems without hard links say so in many ways
        return _claim_without_links(made, path)
    return True


def _claim_without_links(made: Path, path: Path) -> bool:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        return False
    try:
        os.replace(made, path)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return True


@contextmanager
def _temporary(path: Path) -> Iterator[Path]:
    # Not named after ``path``, whose name may be as long as a file system allows.
    temporary = path.with_name(f".{secrets.token_hex(8)}{path.suffix}")
    try:
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows opens no folders
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def check_folder(folder: Path) -> None:
    """Make a folder if need be, and see that files can be written there; InputError if they cannot."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _temporary(folder / "try") as temporary:
            temporary.touch()
    except OSError as error:
        raise InputError(f"{folder} cannot be written to: {error.strerror}; choose another folder") from error


def deliver(path: Path, data: bytes, *, overwrite: bool = False) -> Path:
    """Write what a person has asked for, in a folder that is made if need be; give the path used.

    InputError with a sentence when that place cannot be written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not overwrite:
            return write_new(path, data)
        write(path, data)
        return path
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}; choose another folder") from error
