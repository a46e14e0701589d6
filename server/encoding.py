"""What a node has made, as a file for who fetches it."""

from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image as Picture

from ..core import CapriccioError, Graph, graphfile
from ..core.lists import loaded
from ..core.record import Pixels
from . import pipe, wire
from .easel import Draw, Easel, Work, jpeg

MEDIA = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp", "npy": "application/octet-stream"}


def encoded(order: pipe.Fetch, easel: Easel) -> bytes:
    """The file; CapriccioError where there is none to be had."""
    if not order.item and order.format != "npy" and (sheet := easel.sheet(order.graph, order.node)):
        if order.output in ("", sheet.work.shows):
            return _file(sheet.picture(), order.format, sheet.work.drawn)
    work, place = _work(order, easel)
    output = order.output or next(iter(work.outputs), "")
    if output not in work.outputs:
        has = ", ".join(work.outputs) or "none"
        raise CapriccioError(f"{order.node} has no output {output}; it has {has}")
    name, value = f"{order.node}.{output}", loaded(_picked(work.outputs[output], place, order))
    if isinstance(value, list):
        raise CapriccioError(f"{name} is a list; say in item which of its items, counted from 0")
    if not hasattr(value, "detach") and output not in work.renders:
        raise CapriccioError(f"{name} is neither a picture nor an array, so there is nothing to fetch")
    if order.format == "npy":
        return _array(value, name)
    if output not in work.renders:
        raise CapriccioError(f"{name} is no picture; ask for npy")
    return _file(work.renders[output](value), order.format, work.drawn)


def pictured(order: pipe.Keep, draw: Draw | None) -> tuple[bytes, pipe.Kept]:
    """A PNG to keep, which carries its graph, and what is kept with it; CapriccioError if there is none."""
    if draw is None:
        raise CapriccioError(f"{order.node} has no picture of this run")
    picture, drawn = draw()
    pixels = Pixels.of(picture)
    _, small = jpeg(picture.convert("RGB"), wire.THUMBNAIL)
    content = graphfile.dump(drawn)
    kept = pipe.Kept(order.ask, pixels.width, pixels.height, pixels.sha256, drawn.meaning, content, small)
    return graphfile.png(picture, drawn), kept


def file_name(order: pipe.Fetch) -> str:
    """What the file is called; people count items from 1."""
    parts = [*order.node.split("/"), *(str(number + 1) for number in order.item)]
    return f"{'_'.join(parts)}.{'jpg' if order.format == 'jpeg' else order.format}"


def _work(order: pipe.Fetch, easel: Easel) -> tuple[Work, tuple[int, ...]]:
    """What the node made, and the place in it that is left to be looked up."""
    place = tuple(order.item)
    if not easel.has_items(order.graph, order.node):
        if work := easel.work(order.graph, order.node):
            return work, place
        raise CapriccioError(f"nothing that {order.node} made is here any more; run the graph again")
    if not place:
        raise CapriccioError(f"{order.node} has items; say in item which one, counted from 0")
    for length in range(len(place), 0, -1):
        if work := easel.item(order.graph, order.node, place[:length]):
            return work, place[length:]
    raise CapriccioError(f"{_item(order)} is not here, or not any more; run the graph again")


def _picked(value: Any, place: tuple[int, ...], order: pipe.Fetch) -> Any:
    for number in place:
        if not isinstance(value, list) or number >= len(value):
            raise CapriccioError(f"there is no {_item(order)}; choose another")
        value = value[number]
    return value


def _item(order: pipe.Fetch) -> str:
    return f"item {'.'.join(str(number + 1) for number in order.item)} of {order.node}"


def _file(picture: Picture.Image, format: wire.Format, drawn: Graph) -> bytes:
    """A picture as a file; a PNG carries the graph that made it."""
    if format == "png":
        return graphfile.png(picture, drawn)
    file = BytesIO()
    picture.convert("RGB").save(file, format.upper(), quality=92)
    return file.getvalue()


def _array(value: Any, name: str) -> bytes:
    """A tensor as a NumPy file."""
    if not hasattr(value, "detach"):
        raise CapriccioError(f"{name} is no array; ask for png")
    file = BytesIO()
    np.save(file, value.detach().float().cpu().numpy(), allow_pickle=False)
    return file.getvalue()
