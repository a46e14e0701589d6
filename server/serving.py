"""The command ``capriccio serve``: check what was asked for, and serve until told to stop."""

import asyncio
import ipaddress
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from ..core import CapriccioError
from . import pipe
from .serve import Address, Server
from .studio import Folders, Studio

REMOTE = """\
{host} can be reached from other machines. Whoever learns the token can then run nodes here, see
what they make and fill this disk, and the token travels unencrypted. If you want that, put a
proxy with TLS before this server, tell it by --name what the proxy is called, and add --allow-remote."""


SHORTEST, LONGEST = 32, 200
"""Characters of a token that a person has chosen."""


@dataclass(frozen=True)
class Wanted:
    """What the command line asks for."""

    address: Address
    folders: Folders
    devices: Sequence[str]
    cache: Path
    plugin_folder: Path
    plugin_files: Sequence[Path]
    memory: int
    """Bytes for each worker; 0 for as many as there are."""
    allow_remote: bool


def serve(wanted: Wanted, builtins: tuple[str, ...], preload: Sequence[str]) -> None:
    """Serve until SIGINT or SIGTERM; CapriccioError where that cannot be done."""
    _check_host(wanted.address.host, wanted.allow_remote)
    token = _token()
    state = wanted.folders.state
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CapriccioError(
            f"cannot keep the state in {state}: {error.strerror}; choose another --state"
        ) from error
    try:
        with FileLock(state / "server.lock", timeout=0):
            asyncio.run(_serve(wanted, token, builtins, preload))
    except Timeout:
        raise CapriccioError(
            f"another server keeps its state in {state}; stop that one, or give this one another --state"
        ) from None


async def _serve(wanted: Wanted, token: str, builtins: tuple[str, ...], preload: Sequence[str]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    studio = Studio(wanted.folders)
    if token:
        studio.token = token
    server = Server(studio, wanted.address)
    try:
        await server.start(_setups(wanted, builtins), preload)
    except OSError as error:
        place = f"{wanted.address.host}:{wanted.address.port}"
        raise CapriccioError(f"cannot listen at {place}: {error.strerror}; choose another --port") from error
    host = f"[{wanted.address.host}]" if ":" in wanted.address.host else wanted.address.host
    print(f"open http://{host}:{server.port}/#token={studio.token}", flush=True)
    await stop.wait()
    print("stopping", file=sys.stderr)
    await server.stop()


def _setups(wanted: Wanted, builtins: tuple[str, ...]) -> list[pipe.Setup]:
    folders = wanted.folders
    return [
        pipe.Setup(
            builtins=builtins,
            plugin_folder=str(wanted.plugin_folder),
            plugin_files=tuple(map(str, wanted.plugin_files)),
            device=device,
            folders=(str(folders.library), str(folders.gallery)),
            out=str(folders.out),
            cache=str(wanted.cache),
            memory=wanted.memory,
        )
        for device in wanted.devices
    ]


def _token() -> str:
    """The token that a person has chosen, if any; what nodes start does not inherit it."""
    token = os.environ.pop("CAPRICCIO_TOKEN", "")
    if token and not SHORTEST <= len(token) <= LONGEST:
        raise CapriccioError(
            f"CAPRICCIO_TOKEN has {len(token)} characters; use {SHORTEST} to {LONGEST} random ones"
        )
    return token


def _check_host(host: str, allow_remote: bool) -> None:
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost"
    if not loopback and not allow_remote:
        raise CapriccioError(REMOTE.format(host=host))
