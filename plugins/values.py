"""Single values, to be linked to settings, and sums with them."""

from collections.abc import Callable
from typing import Annotated

from ..core import AnyNode, Bool, Live, Number, Range, Seed, Text, Widget, hookimpl, node
from .expression import evaluated

Letter = Annotated[Number | None, Live()]


@node("capriccio.Number", category="Values")
def number(*, value: Annotated[float, Range(-1e15, 1e15), Live(), "The number."] = 0.0) -> Number:
    """Give one number, for as many settings as are linked to it."""
    return value


@node("capriccio.Text", category="Values")
def text(*, value: Annotated[str, Widget("multiline"), Live(), "The text."] = "") -> Text:
    """Give one text, for as many settings as are linked to it."""
    return value


@node("capriccio.Bool", category="Values")
def yes_or_no(*, value: Annotated[bool, Live(), "On or off."] = True) -> Bool:
    """Give yes or no, for as many switches as are linked to it."""
    return value


@node("capriccio.Seed", category="Values")
def one_seed(*, seed: Seed = 0) -> Number:
    """Give one seed, so that all nodes linked to it change together."""
    return float(seed)


@node("capriccio.Math", category="Values")
def calculated(
    a: Letter = None,
    b: Letter = None,
    c: Letter = None,
    *,
    expression: Annotated[
        str, Live(), "Of a, b and c, such as a * b, (a + b) / 2 or lerp(a, b, 0.3)."
    ] = "(1 + sqrt(5)) / 2",
) -> Number:
    """Calculate with the numbers that are linked to a, b and c.

    There are ``+ - * / // % **`` and parentheses, ``pi`` and ``e``, and the functions ``min``,
    ``max``, ``abs``, ``round``, ``floor``, ``ceil``, ``sqrt``, ``exp``, ``log`` (natural), ``log2``,
    ``log10``, ``sin``, ``cos``, ``tan`` (of radians), ``clamp(x, low, high)`` and ``lerp(a, b, t)``.
    All is as in Python; ``round`` of a half gives the even neighbour.
    """
    linked = {"a": a, "b": b, "c": c}
    return evaluated(expression, {letter: value for letter, value in linked.items() if value is not None})


@hookimpl
def register_nodes(register: Callable[[AnyNode], None]) -> None:
    for each in (number, text, yes_or_no, one_seed, calculated):
        register(each)
