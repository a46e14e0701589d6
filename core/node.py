"""Turn a typed function into a node."""

import inspect
import re
from collections.abc import Callable, Collection, Generator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Generic,
    Literal,
    ParamSpec,
    SupportsFloat,
    TypeAlias,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from .context import Context
from .errors import NodeError
from .params import REQUIRED, Live, Param, declared
from .ports import PortType

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Preview:
    """How far a node has come, and what it has so far."""

    value: Any
    """A value of the node's first output; None when there is nothing new to see."""
    step: int
    total: int
    measures: Mapping[str, SupportsFloat] = field(default_factory=dict)
    """Numbers worth watching, such as the loss; tensors are read only by who shows them."""


Steps: TypeAlias = Generator[Preview, Mapping[str, Any] | None, T]
"""The return type of a node that yields previews and returns a result.

What a ``yield`` gives back are the live settings and inputs that have changed since the one before, by
name and as the function takes them; None when none has.
"""

Touch: TypeAlias = Literal["files", "network"]
"""Something outside the library."""


@dataclass(frozen=True)
class Input:
    """Where a link may end."""

    type: PortType
    many: bool = False
    """It takes any number of links, in order, as a list."""
    optional: bool = False
    live: bool = False
    """It may be renewed while the run is on."""


@dataclass(frozen=True)
class Node(Generic[P, T]):
    """A function with typed inputs, settings and outputs."""

    id: str
    version: int
    category: str
    function: Callable[P, T]
    inputs: dict[str, Input]
    params: dict[str, Param]
    outputs: dict[str, PortType]
    record: type | None
    """The NamedTuple in which it gives its outputs, if not one alone."""
    streams: bool
    """It yields previews."""
    cached: bool
    """An unchanged node need not run again."""
    depends: Callable[..., Any] | None
    """What else the result depends on; see ``node``."""
    context: str | None
    """The name of the argument that takes the Context."""
    touches: frozenset[Touch] = frozenset()
    """What of the world outside the library it reaches; see ``node``."""

    @cached_property
    def remakable(self) -> bool:
        """It is made again when something live changes, though it has ended.

        Such a node is cheap, so its result is not worth a place in the cache.
        """
        live = (each.live for part in (self.params, self.inputs) for each in part.values())
        return not self.streams and any(live)

    @property
    def doc(self) -> str:
        """The function's docstring: the node's help page."""
        return inspect.getdoc(self.function) or ""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call the function that was decorated."""
        return self.function(*args, **kwargs)


AnyNode: TypeAlias = Node[..., Any]


def node(
    id: str,
    *,
    version: int = 1,
    category: str = "",
    cached: bool = True,
    depends: Callable[..., Any] | None = None,
    touches: Collection[Touch] = (),
) -> Callable[[Callable[P, T]], Node[P, T]]:
    """Declare a node: arguments before the ``*`` are inputs, those after it are settings.

    ``id`` is ``plugin.Name``; it is written into people's files, so never change it. Raise
    ``version`` when the same settings make something else than before. A node with
    ``cached=False`` runs every time, as one that writes files must. ``depends`` is called
    when a graph is planned, with the node's Context and its settings by name, and gives
    anything JSON-able that the result depends on besides them. ``touches`` says what of the
    world outside the library the node reaches, ``"files"`` or ``"network"``; the server asks
    before such a node of a stranger's graph runs.
    """

    def declare(function: Callable[P, T]) -> Node[P, T]:
        try:
            return _declared(function, id, version, category, cached, depends, touches)
        except NodeError as error:
            raise NodeError(f"{id}: {error}") from error

    return declare


def _declared(
    function: Callable[P, T],
    id: str,
    version: int,
    category: str,
    cached: bool,
    depends: Callable[..., Any] | None,
    touches: Collection[Touch],
) -> Node[P, T]:
    if not re.fullmatch(r"[A-Za-z][\w-]*\.[A-Za-z]\w*", id):
        raise NodeError("an id looks like plugin.Name")
    if not set(touches) <= set(get_args(Touch)):
        raise NodeError(f"touches is {touches!r}; give a list with {_TOUCHES}, or leave it out")
    hints = _hints(function)
    inputs: dict[str, Input] = {}
    params: dict[str, Param] = {}
    context: str | None = None
    for name, argument in inspect.signature(function).parameters.items():
        if name not in hints:
            raise NodeError(f"{name} has no type; annotate it")
        if hints[name] is Context:
            context = name
        elif argument.kind is argument.KEYWORD_ONLY:
            default = REQUIRED if argument.default is argument.empty else argument.default
            params[name] = declared(name, hints[name], default)
        elif argument.kind is argument.POSITIONAL_OR_KEYWORD:
            inputs[name] = _input(name, hints[name], argument.default)
        else:
            raise NodeError(f"{name} is a * or / argument; name each input and setting")
    returned = hints.get("return", REQUIRED)
    streams = get_origin(returned) is Generator
    plain: Callable[..., Any] = function
    if inspect.isgeneratorfunction(plain) and not streams:
        raise NodeError("it yields, so its result must be Steps[...]")
    result = get_args(returned)[2] if streams else returned
    record, outputs = _outputs(result)
    return Node(
        id,
        version,
        category,
        function,
        inputs,
        params,
        outputs,
        record,
        streams,
        cached,
        depends,
        context,
        frozenset(touches),
    )


_TOUCHES = " or ".join(f'"{each}"' for each in get_args(Touch))


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return get_type_hints(function, include_extras=True)
    except Exception as error:  # a type may be any expression, if it is written as a text
        raise NodeError(f"its types cannot be read: {error}") from error


def _input(name: str, hint: Any, default: Any) -> Input:
    hint, outside = _without_live(hint)
    optional = get_origin(hint) in (Union, UnionType)
    if optional:
        choices = [choice for choice in get_args(hint) if choice is not NoneType]
        if len(choices) != 1 or default is not None:
            raise NodeError(f"{name} may be left out only as `{name}: TYPE | None = None`")
        hint = choices[0]
    elif default is not inspect.Parameter.empty:
        raise NodeError(f"{name} is an input and takes no default; write `| None = None`, or put it after *")
    hint, inside = _without_live(hint)
    many = get_origin(hint) is list
    return Input(_port(name, get_args(hint)[0] if many else hint), many, optional, outside or inside)


def _without_live(hint: Any) -> tuple[Any, bool]:
    """A type without its Live(), and whether it had one."""
    if get_origin(hint) is not Annotated:
        return hint, False
    base, *extras = get_args(hint)
    kept = [extra for extra in extras if not isinstance(extra, Live)]
    return Annotated[base, *kept] if kept else base, len(kept) < len(extras)


def _outputs(hint: Any) -> tuple[type | None, dict[str, PortType]]:
    if hint is REQUIRED:
        raise NodeError("its result has no type; annotate it")
    if hint is NoneType:
        return None, {}
    if isinstance(hint, type) and issubclass(hint, tuple) and hasattr(hint, "_fields"):
        return hint, {name: _port(name, field) for name, field in _hints(hint).items()}
    port = _port("the result", hint)
    return None, {port.name.lower(): port}


def _port(name: str, hint: Any) -> PortType:
    for extra in get_args(hint)[1:] if get_origin(hint) is Annotated else ():
        if isinstance(extra, PortType):
            return extra
    raise NodeError(f"{name} is a {hint}, which is no port type; use Image, Latent, ...")
