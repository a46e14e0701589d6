"""Make lists, and put them in order.

A node that wants one item runs once for each item of a list, so these are how sweeps, grids and
batches begin.
"""

import math
import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar

from ..core import (
    AnyNode,
    Color,
    Folder,
    Image,
    InputError,
    Lazy,
    Number,
    Range,
    Seed,
    Text,
    Widget,
    hookimpl,
    node,
)
from ..core.context import file_digest, pictures_in
from .images import Megapixels, load_image

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
Item = TypeVar("Item")

SEEDS = 2**32
MOST = 100_000
"""Combinations that Cross gives; each may be a run of many nodes."""

Many = Range(1, 10_000)
Place = Range(-1_000_000, 1_000_000)
Order = Literal["name", "oldest first", "newest first"]
End = Annotated[float, Range(-1e15, 1e15)]


@node("capriccio.Numbers", category="Lists")
def numbers(
    *,
    values: Annotated[
        str, "The numbers themselves, such as 1, 10, 100; they count instead of the range."
    ] = "",
    start: Annotated[End, "The first number of the range."] = 1.0,
    stop: Annotated[End, "The last number of the range."] = 5.0,
    count: Annotated[int, Many, "How many numbers there are in the range; if 1, it is start."] = 5,
    scale: Annotated[
        Literal["linear", "log"], "Equal steps (linear), or equal factors, as 1, 10, 100 (log)."
    ] = "linear",
) -> list[Number]:
    """Give several numbers: evenly from start to stop, or whichever are written out.

    Written numbers are separated by commas, semicolons, blanks or lines.
    """
    if values.strip():
        return _written(values)
    if scale == "log" and min(start, stop) <= 0:
        raise InputError(
            f"the range goes from {start:g} to {stop:g}, and a log scale has only numbers above 0; "
            "begin and end above 0, or use the linear scale"
        )
    between = _between_log if scale == "log" else _between_linear
    # The ends are exact, whatever rounding does in between.
    inner = [between(start, stop, place, count - 1) for place in range(1, count - 1)]
    return [start, *inner, stop][:count]


@node("capriccio.Choices", category="Lists")
def choices(
    *,
    texts: Annotated[
        str, Widget("multiline"), "Separated by commas, or by semicolons or lines if they hold commas."
    ] = "relu1_1, relu2_1, relu3_1, relu4_1",
) -> list[Text]:
    """Give several texts, such as the names of layers.

    On several lines, each line is a text. On one line, semicolons separate texts, or commas if there
    is no semicolon: ``relu1_1, relu2_1`` gives two texts, and ``relu1_1, relu2_1; relu4_1`` gives
    ``relu1_1, relu2_1`` and ``relu4_1``. Blanks around texts, and empty texts, are left out.
    """
    lines = _parts(texts, "\n")
    if len(lines) == 1:
        lines = _parts(texts, ";" if ";" in texts else ",")
    if not lines:
        raise InputError("texts has nothing in it; write some, separated by commas or on lines of their own")
    return lines


@node("capriccio.ImageFolder", category="Lists")
def image_folder(
    *,
    folder: Annotated[Folder, "Its pictures are given, and not those of folders in it."],
    pattern: Annotated[str, "Which names are wanted; * stands for any letters, ? for one."] = "*",
    order: Annotated[Literal["name", "oldest first", "newest first"], "By name, 2 comes before 10."] = "name",
    most: Annotated[int, Many, "How many pictures at most: the first ones."] = 1000,
    background: Color = "#ffffff",
    limit: Megapixels = 50,
) -> list[Image]:
    """Give the pictures of a folder: PNG, JPEG and WebP, each read when it is needed.

    Pictures are known by the ends of their names. Hidden files are left out, and so are links to what
    lies outside the folder. What is transparent shows the background.
    """
    found = [file for file in _pictures(folder, order) if fnmatchcase(file.name.lower(), pattern.lower())]
    if not found:
        named = "" if pattern == "*" else f" whose name is like {pattern}"
        raise InputError(
            f"{folder.resolve().name} holds no picture{named}; put PNG, JPEG or WebP files in it"
        )
    items: list[Any] = [_late(file, background, limit) for file in found[:most]]
    return items


class Crossed(NamedTuple, Generic[A, B, C]):
    """Lists in step, as long as each other."""

    a: list[A]
    b: list[B]
    c: list[C]


@node("capriccio.Cross", category="Lists")
def cross(a: list[A], b: list[B], c: list[C] | None = None) -> Crossed[A, B, C]:
    """Give every combination of the items of two or three lists.

    The outputs are in step: what reads a and b runs once for each combination, with those of the last
    list next to each other. Without a list c, the output c is empty.
    """
    sizes = [len(each) for each in (a, b, c) if each is not None]
    if (total := math.prod(sizes)) > MOST:
        raise InputError(
            f"{' x '.join(map(str, sizes))} items make {total} combinations; {MOST} are possible"
        )
    if c is None:
        return Crossed([x for x in a for _ in b], [y for _ in a for y in b], [])
    combinations = [(x, y, z) for x in a for y in b for z in c]
    return Crossed(
        [x for x, _, _ in combinations], [y for _, y, _ in combinations], [z for _, _, z in combinations]
    )


class Repeated(NamedTuple, Generic[Item]):
    """The same item several times, and a seed for each."""

    item: list[Item]
    seed: list[Number]


@node("capriccio.Repeat", category="Lists")
def repeat(
    item: Item,
    *,
    count: Annotated[int, Many, "How many times."] = 4,
    seed: Annotated[Seed, "The first seed; each further one is larger by 1."] = 0,
) -> Repeated[Item]:
    """Give an item several times, with another seed each time.

    Link both outputs to a node, so that each of its runs begins with other random numbers. After
    the largest seed comes 0.
    """
    return Repeated([item] * count, [float((seed + place) % SEEDS) for place in range(count)])


@node("capriccio.Pick", category="Lists")
def pick(
    items: list[Item],
    *,
    index: Annotated[int, Place, "1 is the first item, 2 the second; -1 is the last."] = 1,
) -> Item:
    """Give one item of a list; what nobody else reads of the others is not made."""
    if not 1 <= abs(index) <= len(items):
        raise InputError(f"there is no item {index}; {_extent(len(items))}")
    return items[index - 1 if index > 0 else index]


@node("capriccio.Slice", category="Lists")
def part(
    items: list[Item],
    *,
    first: Annotated[int, Place, "1 is the first item of the list; -1 is its last."] = 1,
    last: Annotated[int, Place, "The last item that is wanted; -1 is the last of the list."] = -1,
    step: Annotated[int, Many, "1 gives each item in between, 2 every second one."] = 1,
) -> list[Item]:
    """Give a part of a list, from one item to another, both included.

    What lies beyond the ends of the list is left out, so the part may be empty.
    """
    begin, end = (place if place >= 0 else len(items) + 1 + place for place in (first, last))
    return items[max(begin, 1) - 1 : max(end, 0) : step]


@node("capriccio.Collect", category="Lists")
def collect(items: list[Item]) -> list[Item]:
    """Gather whatever is linked, single items and lists, into one list.

    They come in the order of the links.
    """
    return list(items)


@node("capriccio.Flatten", category="Lists")
def flatten(lists: list[list[Item]]) -> list[Item]:
    """Make one list out of a list of lists."""
    return [item for items in lists for item in items]


@node("capriccio.Graft", category="Lists")
def graft(item: Item) -> list[Item]:
    """Put each item into a list of its own.

    A node that takes whole lists then runs once for each item.
    """
    return [item]


@node("capriccio.Count", category="Lists")
def count_items(items: list[Item]) -> Number:
    """Count the items of a list; they need not be made for that."""
    return float(len(items))


def _written(values: str) -> list[float]:
    """Numbers, each of them read by itself, so that another value beside it changes nothing."""
    found = [_number(word) for word in re.split(r"[\s,;]+", values) if word]
    if not found:
        raise InputError(f"values is {values.strip()[:60]}, without a number; write some, such as 1, 10, 100")
    return found


def _number(word: str) -> float:
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", word):
        shown = word if len(word) <= 40 else word[:39] + "…"
        raise InputError(f"values has {shown}, which is no number; write numbers such as 1, 0.5, 1e-3")
    if math.isinf(value := float(word)):
        raise InputError(f"values has {word[:40]}, which is too large; the largest number is about 1.8e308")
    return value


def _between_linear(start: float, stop: float, place: int, steps: int) -> float:
    return start + (stop - start) * place / steps


def _between_log(start: float, stop: float, place: int, steps: int) -> float:
    # Rounded, so that 10 is 10 and not 9.999999999999998.
    return float(f"{start * (stop / start) ** (place / steps):.12g}")


def _parts(text: str, separator: str) -> list[str]:
    return [part.strip() for part in text.split(separator) if part.strip()]


def _extent(length: int) -> str:
    """Which items a list has, for who asked for another one."""
    if not length:
        return "the list is empty"
    return f"the list has {length}: 1 to {length}, or -1 to -{length} from the end"


def _pictures(folder: Path, order: Order) -> list[Path]:
    root = folder.resolve()
    try:
        found = [file for file in pictures_in(root) if not file.name.startswith(".")]
        found.sort(key=_by_name)
        if order != "name":
            found.sort(key=lambda file: file.stat().st_mtime_ns, reverse=order == "newest first")
    except OSError as error:
        raise InputError(f"{root.name} cannot be read: {error.strerror}; choose another folder") from error
    return found


def _by_name(file: Path) -> tuple[list[tuple[int, str]], str]:
    """As people sort: 2 before 10, whatever the case."""
    # A number sorts by its length, then by its digits; so no text is too long to be one.
    words = re.split(r"([0-9]+)", file.stem.casefold())
    places = [word.lstrip("0") if word.isdecimal() else word for word in words]
    return [
        (len(word) if old.isdecimal() else 0, word) for old, word in zip(words, places, strict=True)
    ], file.name


def _late(file: Path, background: str, limit: int) -> Lazy:
    """A picture that is read when a node reads it."""
    try:
        digest = file_digest(file)
    except OSError as error:
        raise InputError(
            f"{file.name} cannot be read: {error.strerror}; take it out of the folder"
        ) from error
    return Lazy(partial(_load, file, digest, background, limit), [digest, background, limit], file.stem)


def _load(file: Path, digest: str, background: str, limit: int) -> Image:
    image = load_image(file=file, background=background, limit=limit)
    # Else what another picture makes would be kept as if this one had made it.
    if file_digest(file) != digest:
        raise InputError(f"{file.name} has changed since the run began; run it again")
    return image


@hookimpl
def register_nodes(register: Callable[[AnyNode], None]) -> None:
    arranging = (cross, repeat, pick, part, collect, flatten, graft, count_items)
    for each in (numbers, choices, image_folder, *arranging):
        register(each)
