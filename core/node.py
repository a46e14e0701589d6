"""Turn a typed function into a node."""

import inspect
import re
from collections.abc import Callable, Collection, Generator, Mapping
from dataclasses import dataclass, field, replace
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
from .lists import Labels
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
    depth: int = 0
    """How deep the list is that it takes: 1 for a list, 2 for a list of lists, 0 for a single value."""
    optional: bool = False
    live: bool = False
    """It may be renewed while the run is on."""

    @property
    def many(self) -> bool:
        """It takes any number of links, in order, as a list."""
        return self.depth > 0


@dataclass(frozen=True)
class Output:
    """Where a link may begin."""

    type: PortType
    depth: int = 0
    """How deep the list is that it gives; 0 for a single value."""


@dataclass(frozen=True)
class Saved:
    """A node as a file holds it, on its way from an older version to the next."""

    params: Mapping[str, Any] = field(default_factory=dict)
    """The settings that differed from the defaults of that version."""
    inputs: Mapping[str, str] = field(default_factory=dict)
    """Which inputs and settings are called what now, by what they were called: links follow."""
    outputs: Mapping[str, str] = field(default_factory=dict)
    """The same for outputs."""

    def renamed(self, old: str, new: str) -> "Saved":
        """Call an input or a setting something else; its value and what is linked to it come along."""
        params = {new if key == old else key: value for key, value in self.params.items()}
        return replace(self, params=params, inputs=_then(self.inputs, {old: new}))

    def output_renamed(self, old: str, new: str) -> "Saved":
        """Call an output something else; what is linked to it comes along."""
        return replace(self, outputs=_then(self.outputs, {old: new}))

    def with_params(self, **params: Any) -> "Saved":
        """Set some settings."""
        return replace(self, params={**self.params, **params})

    def without_params(self, *keys: str) -> "Saved":
        """Give up some settings, or set them back to their defaults."""
        return replace(self, params={key: value for key, value in self.params.items() if key not in keys})

    def after(self, earlier: "Saved") -> "Saved":
        """The same, when what was renamed goes by the names before an earlier step."""
        inputs, outputs = _then(earlier.inputs, self.inputs), _then(earlier.outputs, self.outputs)
        return replace(self, inputs=inputs, outputs=outputs)


def _then(first: Mapping[str, str], second: Mapping[str, str]) -> dict[str, str]:
    """What things are called after two renamings, one after the other."""
    renamed = {old: second.get(new, new) for old, new in first.items()}
    return {**{old: new for old, new in second.items() if old not in first.values()}, **renamed}


Migration: TypeAlias = Callable[[Saved], Saved]
"""Makes of what a file of one version holds what the next version takes."""


@dataclass(frozen=True)
class Node(Generic[P, T]):
    """A function with typed inputs, settings and outputs."""

    id: str
    version: int
    category: str
    function: Callable[P, T]
    inputs: dict[str, Input]
    params: dict[str, Param]
    outputs: dict[str, Output]
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
    labels: str | None = None
    """The name of the argument that takes the Labels."""
    migrations: Mapping[int, Migration] = field(default_factory=dict)
    """How to go on from files of older versions; see ``node``."""

    @cached_property
    def arranges(self) -> bool:
        """It only puts into another order what it is given, of whatever type that is.

        Such a node is handed stand-ins for the values, long before these are made, and gives them
        back. So it costs nothing, and what it leaves out need not be made.
        """
        return any(input.type.variable for input in self.inputs.values())

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
    migrations: Mapping[int, Migration] | None = None,
) -> Callable[[Callable[P, T]], Node[P, T]]:
    """Declare a node: arguments before the ``*`` are inputs, those after it are settings.

    ``id`` is ``plugin.Name``; it is written into people's files, so never change it. Raise
    ``version`` when the same settings make something else than before. A node with
    ``cached=False`` runs every time, as one that writes files must. ``depends`` is called
    when a graph is planned, with the node's Context and its settings by name, and gives
    anything JSON-able that the result depends on besides them. ``touches`` says what of the
    world outside the library the node reaches, ``"files"`` or ``"network"``; the server asks
    before such a node of a stranger's graph runs. ``migrations`` say, by version, how what a
    file of that version holds becomes what the next version takes; where nothing has to
    change, none is needed.
    """

    def declare(function: Callable[P, T]) -> Node[P, T]:
        try:
            made = _declared(function, id, version, category, cached, depends, touches)
            return replace(made, migrations=_migrations(migrations or {}, version))
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
    labels: str | None = None
    for name, argument in inspect.signature(function).parameters.items():
        if name not in hints:
            raise NodeError(f"{name} has no type; annotate it")
        if hints[name] is Context:
            context = name
        elif hints[name] is Labels:
            labels = name
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
    bound = {input.type for input in inputs.values()}
    for output in outputs.values():
        if output.type.variable and output.type not in bound:
            raise NodeError(f"it gives {output.type.name}, and no input says what that is")
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
        labels,
    )


def _migrations(migrations: Mapping[int, Migration], version: int) -> dict[int, Migration]:
    for old in migrations:
        if type(old) is not int or not 1 <= old < version:
            raise NodeError(
                f"it migrates files of version {old!r} and is at version {version} itself; "
                "give migrations from older versions only"
            )
    return dict(sorted(migrations.items()))


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
    item, depth = _unlisted(hint)
    return Input(_port(name, item), depth, optional, outside or inside)


def _unlisted(hint: Any) -> tuple[Any, int]:
    """What a list holds, and how deep in it."""
    depth = 0
    while get_origin(hint) is list:
        (hint,) = get_args(hint)
        depth += 1
    return hint, depth


def _without_live(hint: Any) -> tuple[Any, bool]:
    """A type without its Live(), and whether it had one."""
    if get_origin(hint) is not Annotated:
        return hint, False
    base, *extras = get_args(hint)
    kept = [extra for extra in extras if not isinstance(extra, Live)]
    return Annotated[base, *kept] if kept else base, len(kept) < len(extras)


def _outputs(hint: Any) -> tuple[type | None, dict[str, Output]]:
    if hint is REQUIRED:
        raise NodeError("its result has no type; annotate it")
    if hint is NoneType:
        return None, {}
    record = get_origin(hint) or hint  # a NamedTuple may be generic
    if isinstance(record, type) and issubclass(record, tuple) and hasattr(record, "_fields"):
        return record, {name: _output(name, field) for name, field in _hints(record).items()}
    output = _output("the result", hint)
    return None, {output.type.name.lower(): output}


def _output(name: str, hint: Any) -> Output:
    item, depth = _unlisted(hint)
    return Output(_port(name, item), depth)


def _port(name: str, hint: Any) -> PortType:
    if isinstance(hint, TypeVar):
        return PortType(hint.__name__, doc="Any type.", variable=True)
    for extra in get_args(hint)[1:] if get_origin(hint) is Annotated else ():
        if isinstance(extra, PortType):
            return extra
    raise NodeError(f"{name} is a {hint}, which is no port type; use Image, Latent, ...")
