"""The quickest way that a picture can take to a client: what the server is measured against.

A process that has nothing else to do draws a picture, encodes it and sends it down a websocket, at
the pace of a node that shows its steps. It keeps no worker apart, has one client, and asks for no
token.
"""

import asyncio
import statistics
import struct
import subprocess
import sys
import time

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

SIDE = 512
PAUSE = 1 / 15
"""Seconds between two pictures."""
MOMENT = struct.Struct(">Q")


async def latency(frames: int) -> float:
    """Milliseconds that a picture is on its way, in the median of so many."""
    command = [sys.executable, "-m", __spec__.name, str(frames)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            port = int(await asyncio.to_thread(process.stdout.readline))
            async with connect(f"ws://127.0.0.1:{port}", compression=None, max_size=None) as line:
                took = [time.monotonic_ns() - _moment(frame) async for frame in line]
        finally:
            process.kill()
    return statistics.median(took) / 1e6


def _moment(frame: str | bytes) -> int:
    assert isinstance(frame, bytes)
    (moment,) = MOMENT.unpack_from(frame)
    return int(moment)


async def _serve(frames: int) -> None:
    # Here, for the process that asks has no need of torch.
    import torch
    from capriccio.plugins.images import to_picture
    from capriccio.server.easel import jpeg

    from .clockwork import painted

    torch.set_num_threads(1)
    picture = painted(SIDE)
    done = asyncio.Event()

    async def show(line: ServerConnection) -> None:
        for _ in range(frames):
            moment = MOMENT.pack(time.monotonic_ns())
            await line.send(moment + jpeg(to_picture(picture), SIDE)[1])
            await asyncio.sleep(PAUSE)
        done.set()

    async with serve(show, "127.0.0.1", 0, compression=None) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await done.wait()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
