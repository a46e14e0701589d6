"""The formulas of ``capriccio.Math``: read, never run as code.

    sum      = product (("+" | "-") product)*
    product  = signed (("*" | "/" | "//" | "%") signed)*
    signed   = ("-" | "+") signed | power
    power    = atom ("**" signed)?
    atom     = number | name | name "(" sum ("," sum)* ")" | "(" sum ")"

As in Python, ``-2 ** 2`` is -4 and ``2 ** 3 ** 2`` is 512. All numbers are floats, so none grows
without end, and what would be infinite or no number is an error.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn, TypeAlias

from ..core import InputError

LETTERS = ("a", "b", "c")
CONSTANTS = {"pi": math.pi, "e": math.e}
LONGEST = 500
DEEPEST = 40

Values: TypeAlias = Mapping[str, float]
Formula: TypeAlias = Callable[[Values], float]


@dataclass(frozen=True)
class Function:
    """What can be called by name."""

    call: Callable[..., float]
    takes: tuple[str, ...] = ("x",)
    more: bool = False
    """It takes any number of numbers, but at least one."""
    wants: str = ""
    """What it can work with, if that is not every number."""


def _clamp(x: float, low: float, high: float) -> float:
    if low > high:
        raise ValueError
    return min(max(x, low), high)


def _lerp(a: float, b: float, t: float) -> float:
    return (1 - t) * a + t * b


FUNCTIONS = {
    "min": Function(lambda *x: min(x), more=True),
    "max": Function(lambda *x: max(x), more=True),
    "abs": Function(math.fabs),
    "round": Function(round),
    "floor": Function(math.floor),
    "ceil": Function(math.ceil),
    "sqrt": Function(math.sqrt, wants="a number from 0 up"),
    "exp": Function(math.exp),
    "log": Function(math.log, wants="a number above 0"),
    "log2": Function(math.log2, wants="a number above 0"),
    "log10": Function(math.log10, wants="a number above 0"),
    "sin": Function(math.sin),
    "cos": Function(math.cos),
    "tan": Function(math.tan),
    "clamp": Function(_clamp, ("x", "low", "high"), wants="a low below its high"),
    "lerp": Function(_lerp, ("a", "b", "t")),
}
OPERATORS: dict[str, Callable[[float, float], float]] = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "//": lambda x, y: x // y,
    "%": lambda x, y: x % y,
    "**": math.pow,
}

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z_0-9]*)|(?P<sign>\*\*|//|.))",
    re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """A piece of the text; its column counts from 1, and the last one is empty."""

    kind: str
    text: str
    column: int

    def __str__(self) -> str:
        if not self.text:
            return f"ends at column {self.column}"
        shown = self.text if self.text.isprintable() else f"U+{ord(self.text):04X}"
        return f"has {shown if len(shown) <= 30 else shown[:29] + '…'} at column {self.column}"


def evaluated(text: str, values: Values) -> float:
    """The value of an expression; an InputError that names the place where it has none."""
    letters, formula = _read(text)
    for letter, column in letters.items():
        if letter not in values:
            raise InputError(
                f"expression has {letter} at column {column}, and nothing is linked to {letter}; "
                "link a number, or leave it out"
            )
    for letter, value in values.items():
        if not math.isfinite(value):
            raise InputError(f"{letter} is {value}; it must be a finite number")
    return formula(values)


@lru_cache(maxsize=64)
def _read(text: str) -> tuple[dict[str, int], Formula]:
    """The letters in it, each with the column where it stands first, and what to do with them."""
    if len(text) > LONGEST:
        raise InputError(f"expression has {len(text)} characters; write at most {LONGEST}, or use two nodes")
    if not text.strip():
        raise InputError("expression is empty; write one, such as a * b")
    parser = _Parser(text)
    formula = parser.sum()
    if parser.here.text == ")":
        parser.fail("which closes nothing; take it out, or open it before")
    if parser.here.text:
        parser.miss("an operator should be")
    return parser.letters, formula


def _tokens(text: str) -> list[Token]:
    found = [
        Token(match.lastgroup or "", match[match.lastgroup or 0], match.start(match.lastgroup or 0) + 1)
        for match in _TOKEN.finditer(text.rstrip())
    ]
    return [*found, Token("end", "", len(text) + 1)]


class _Parser:
    """Goes through the tokens once, a method for each rule of the grammar."""

    def __init__(self, text: str) -> None:
        self.letters: dict[str, int] = {}
        self._tokens = iter(_tokens(text))
        self._depth = 0
        self.here = next(self._tokens)

    def fail(self, why: str) -> NoReturn:
        """Say what stands here, and why it cannot; ``why`` begins with which or where."""
        raise InputError(f"expression {self.here}, {why}")

    def miss(self, wanted: str) -> NoReturn:
        """Say what should stand here."""
        self.fail(f"where {wanted}{_HINTS.get(self.here.text, '')}")

    def sum(self) -> Formula:
        return self._chain(self._product, "+", "-")

    def _product(self) -> Formula:
        return self._chain(self._signed, "*", "/", "//", "%")

    def _chain(self, part: Callable[[], Formula], *signs: str) -> Formula:
        # One formula for all of it, since a long sum must not become a deep one.
        first, rest = part(), list[tuple[Token, Formula]]()
        while self.here.text in signs:
            rest.append((self._take(), part()))
        if not rest:
            return first

        def formula(values: Values) -> float:
            value = first(values)
            for sign, other in rest:
                value = _operated(sign, value, other(values))
            return value

        return formula

    def _signed(self) -> Formula:
        self._depth += 1
        if self._depth > DEEPEST:
            self.fail(f"which is too deep inside; nest at most {DEEPEST} levels, or use two nodes")
        if self.here.text in ("+", "-"):
            minus, part = self._take().text == "-", self._signed()
            formula: Formula = (lambda values: -part(values)) if minus else part
        else:
            formula = self._power()
        self._depth -= 1
        return formula

    def _power(self) -> Formula:
        base = self._atom()
        if self.here.text != "**":
            return base
        sign, exponent = self._take(), self._signed()
        return lambda values: _operated(sign, base(values), exponent(values))

    def _atom(self) -> Formula:
        if self.here.kind == "number":
            value = float(self.here.text)
            if math.isinf(value):
                self.fail("which is too large; the largest number is about 1.8e308")
            self._take()
            return lambda values: value
        if self.here.kind == "name":
            return self._named()
        if self.here.text == "(":
            self._take()
            inside = self.sum()
            self._close("an operator")
            return inside
        self.miss("a number, a letter or ( should be")

    def _named(self) -> Formula:
        name = self.here.text
        if name in LETTERS:
            self.letters.setdefault(name, self.here.column)
            self._take()
            return lambda values: values[name]
        if name in CONSTANTS:
            self._take()
            return lambda values: CONSTANTS[name]
        if name in FUNCTIONS:
            return self._call(self._take(), FUNCTIONS[name])
        known = ", ".join((*LETTERS, *CONSTANTS, *FUNCTIONS))
        self.fail(f"which means nothing here; there are {known}")

    def _call(self, name: Token, function: Function) -> Formula:
        if self.here.text != "(":
            self.miss(f"( should be; write {_pattern(name.text)}")
        self._take()
        parts = [self.sum()]
        while self.here.text == ",":
            self._take()
            parts.append(self.sum())
        self._close("a comma, an operator")
        if len(parts) != len(function.takes) and not function.more:
            wanted = f"it takes {len(function.takes)}: {_pattern(name.text)}"
            raise InputError(f"expression {name} with {len(parts)} numbers; {wanted}")
        return lambda values: _called(name, function, [part(values) for part in parts])

    def _close(self, others: str) -> None:
        if self.here.text != ")":
            self.miss(f"{others} or ) should be")
        self._take()

    def _take(self) -> Token:
        taken, self.here = self.here, next(self._tokens, self.here)
        return taken


_HINTS = {
    "^": "; a power is written **",
    ",": "; numbers are written with a point, and only functions take several",
    "\N{MULTIPLICATION SIGN}": "; write *",
    "\N{MIDDLE DOT}": "; write *",
    "\N{DIVISION SIGN}": "; write /",
    ":": "; write /",
    "\N{MINUS SIGN}": "; write the short -",
    "[": "; write (",
    "{": "; write (",
}
"""What people write instead."""


def _pattern(name: str) -> str:
    """How a function is written."""
    function = FUNCTIONS[name]
    return f"{name}({', '.join(function.takes)}{', ...' if function.more else ''})"


def _operated(sign: Token, x: float, y: float) -> float:
    try:
        value = OPERATORS[sign.text](x, y)
    except OverflowError:
        value = math.inf
    except ZeroDivisionError:
        raise InputError(f"expression {sign}, which divides {x:g} by 0; divide by something else") from None
    except ValueError:  # only powers: 0 ** -1, and roots of what is negative
        shown = f"{_within(x)} ** {_within(y)}"
        raise InputError(f"expression {sign}, and {shown} has no value; change one of them") from None
    return _finite(sign, value, f"{_within(x)} {sign.text} {_within(y)}")


def _called(name: Token, function: Function, given: list[float]) -> float:
    shown = f"{name.text}({', '.join(f'{each:g}' for each in given[:5])}{', ...' if len(given) > 5 else ''})"
    try:
        value = float(function.call(*given))
    except OverflowError:
        value = math.inf
    except ValueError:
        raise InputError(f"expression {name}, and {shown} has no value; it takes {function.wants}") from None
    return _finite(name, value, shown)


def _within(x: float) -> str:
    return f"({x:g})" if x < 0 else f"{x:g}"


def _finite(place: Token, value: float, shown: str) -> float:
    if not math.isfinite(value):
        raise InputError(f"expression {place}, and {shown} is too large; use smaller numbers")
    return value
