"""The settings of a node: a type, a default, a range, a unit, and the widget that the page draws."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from .errors import NodeError
from .ports import BOOL, NUMBER, TEXT, PortType


@dataclass(frozen=True)
class Range:
    """Inclusive bounds for a number, and how a slider should move.

    A logarithmic slider that begins at 0 has 0 as its first place, and small numbers next to it.
    """

    low: float
    high: float
    unit: str = ""
    step: float | None = None
    scale: Literal["linear", "log"] = "linear"


@dataclass(frozen=True)
class Pattern:
    """What a text must look like, as a regular expression for all of it and in words."""

    expression: str
    words: str


@dataclass(frozen=True)
class Choice:
    """A text out of a list that is only known once plugins are loaded (weights, classes)."""

    options: Callable[[], Sequence[str]]


@dataclass(frozen=True)
class Names:
    """A text of several names, separated by commas, which the page offers to be ticked off a list.

    Others are taken as well: which there are may depend on what is linked, such as the layers of a
    network, and is for the node to say.
    """

    options: Callable[[], Sequence[str]]


@dataclass(frozen=True)
class Live:
    """A setting that may be changed, or an input that may be renewed, while the run is on."""


@dataclass(frozen=True)
class Widget:
    """How the page should draw a setting when its type does not say so."""

    name: Literal["seed", "color", "image", "mask", "labels", "folder", "multiline", "type"]


Seed = Annotated[int, Range(0, 2**32 - 1), Widget("seed")]
"""Where a node's random numbers begin."""

Color = Annotated[str, Pattern("#[0-9a-fA-F]{6}", "a colour such as #e0b040"), Widget("color")]
"""An sRGB colour."""

ImageFile = Annotated[Path, Widget("image")]
"""A picture file. Graph files name it relative to their own folder, and nodes get its path."""

MaskFile = Annotated[Path, Widget("mask")]
"""A picture file that may be painted on the page, over the picture that is linked: white on black."""

LabelsFile = Annotated[Path, Widget("labels")]
"""The same in the flat colours of the palette; see palette.py."""

Folder = Annotated[Path, Widget("folder")]
"""A folder of pictures. Graph files name it relative to their own folder, and nodes get its path."""

REQUIRED: Any = object()
"""The default of a setting that has to be chosen."""

_TYPES = (int, float, bool, str, Path)
_WHOLE = Range(-(2**53) + 1, 2**53 - 1)
"""The whole numbers that a graph file can hold."""
_MISTYPED = {
    int: "a whole number",
    float: "a finite number",
    bool: "true or false",
    str: "a text",
    Path: "the name of a file",
}


@dataclass(frozen=True)
class Param:
    """One setting of a node."""

    name: str
    type: Any
    default: Any = REQUIRED
    range: Range | None = None
    pattern: Pattern | None = None
    choice: Choice | None = None
    names: Names | None = None
    widget: Widget | None = None
    doc: str = ""
    live: bool = False
    """It may be changed while the run is on."""

    @property
    def port(self) -> PortType:
        """What a link has to bring that ends in this setting.

        A whole number, such as a seed, comes as a Number, and a choice as a Text.
        """
        kinds = {type(option) for option in get_args(self.type)} if _is_choice(self.type) else {self.type}
        if kinds <= {int, float}:
            return NUMBER
        return BOOL if kinds == {bool} else TEXT

    @property
    def names_file(self) -> bool:
        """It names a file or a folder, whose content counts."""
        return self.type is Path

    def received(self, value: Any) -> Any:
        """What a link brought, as a graph file would write it; it may still have a problem."""
        if _is_choice(self.type):
            return next((option for option in get_args(self.type) if _is(option, value)), value)
        if self.type is int and isinstance(value, float) and value.is_integer():
            return int(value)
        return value

    def problem(self, value: Any) -> str | None:
        """Say what is wrong with a value of a graph file, if anything is."""
        wanted: Any = str if self.type is Path else self.type
        if _is_choice(wanted):
            return _choice_problem(value, get_args(wanted))
        number = _as_float(value) if wanted is float else value
        if type(number) is not wanted or not _can_be_written(number):
            return f"is {_shown(value)}; it must be {_MISTYPED[self.type]}"
        limits = self.range or (_WHOLE if wanted is int else None)
        if limits and not limits.low <= number <= limits.high:
            return f"is {_shown(value)}; it must lie between {limits.low} and {limits.high}"
        if self.pattern and not re.fullmatch(self.pattern.expression, value):
            return f"is {_shown(value)}; it must be {self.pattern.words}"
        return _choice_problem(value, self.choice.options()) if self.choice else None

    def cleaned(self, value: Any) -> Any:
        """The value as the node's function takes it. The value must have no problem."""
        return float(value) if self.type is float else value


def declared(name: str, hint: Any, default: Any) -> Param:
    """Read a setting from its annotation and default; raise NodeError where it makes no sense."""
    base, *extras = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    if base not in _TYPES and not _is_choice(base):
        raise NodeError(
            f"{name} is a {base}, which is no type for a setting; use int, float, bool, str, Literal, "
            "Seed, Color, ImageFile, MaskFile, LabelsFile or Folder, or put it before the * if it is an input"
        )
    found: dict[str, Any] = {_EXTRAS[type(extra)]: extra for extra in extras if type(extra) in _EXTRAS}
    live = any(isinstance(extra, Live) for extra in extras)
    if live and base is Path:
        raise NodeError(f"{name} is a file, which is looked up before a run; leave out Live()")
    param = Param(name, base, default, live=live, **found)
    for extra in extras:
        if base not in (fits := _FITS.get(type(extra), (base,))):
            words = " or ".join(fit.__name__ for fit in fits)
            raise NodeError(f"{name} is a {base}, and {type(extra).__name__} is for {words}")
    if default is REQUIRED:
        if base is not Path:
            raise NodeError(f"{name} has no default; give it one that works")
    # What a Choice offers may depend on plugins that are not loaded yet.
    elif param.choice is None and (problem := param.problem(str(default) if base is Path else default)):
        raise NodeError(f"the default of {name} {problem}")
    return param


_EXTRAS: dict[type, str] = {
    Range: "range",
    Pattern: "pattern",
    Choice: "choice",
    Names: "names",
    Widget: "widget",
    str: "doc",
}


_FITS: dict[type, tuple[type, ...]] = {Range: (int, float), Pattern: (str,), Choice: (str,), Names: (str,)}


def did_you_mean(given: str, known: Sequence[str]) -> str:
    """A hint for a misspelt name, or nothing."""
    near = get_close_matches(given, known, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _is(option: Any, value: Any) -> bool:
    """Whether a link that brings a value means an option; 2.0 means 2."""
    numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in (option, value))
    return bool(option == value) if numbers else str(option) == str(value)


def _is_choice(kind: Any) -> bool:
    return get_origin(kind) is Literal


def _choice_problem(value: Any, options: Sequence[Any]) -> str | None:
    if any(value == option and type(value) is type(option) for option in options):
        return None
    some = ", ".join(map(str, options[:12])) + (", ..." if len(options) > 12 else "")
    return f"is {_shown(value)}; choose one of {some}" + did_you_mean(
        _shown(value).strip("'"), [str(o) for o in options]
    )


def _as_float(value: Any) -> Any:
    """Where a float is wanted, a whole number will do."""
    if type(value) is not int:
        return value
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _can_be_written(value: Any) -> bool:
    """Whether a number is finite, and a text has no half characters."""
    if isinstance(value, str):
        return value.isascii() or value.encode(errors="ignore").decode() == value
    return math.isfinite(value) if isinstance(value, float) else True


def _shown(value: Any) -> str:
    try:
        text = repr(value)
    except ValueError:  # Python writes no more than some thousand digits
        text = "a number of very many digits"
    return text if len(text) <= 60 else text[:57] + "..."
