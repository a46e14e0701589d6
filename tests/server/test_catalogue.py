"""The page is told enough of each node to draw it, and to ask for no more than the node takes."""

import json
import math
import sys
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import msgspec
import pytest
from capriccio.core import (
    PALETTE,
    AnyNode,
    Catalog,
    Choice,
    Color,
    Image,
    ImageFile,
    InputError,
    LabelsFile,
    MaskFile,
    Names,
    Pattern,
    Range,
    Seed,
    Steps,
    Text,
    Widget,
    node,
)
from capriccio.core.params import REQUIRED, Live, Param, declared
from capriccio.plugins import BUILTIN
from capriccio.server import wire
from capriccio.server.catalogue import WHOLE, described, settings
from jsonschema import Draft202012Validator

CATALOG = Catalog.load(BUILTIN, installed=False)
NODES = CATALOG.nodes
PARAMS = {f"{node.id}.{param.name}": param for node in NODES.values() for param in node.params.values()}
IN_WORDS = {"capriccio.SaveImage.name", "capriccio.GraphInput.type"}
"""Settings whose patterns mean something else in JavaScript."""
PROBES: list[Any] = [
    *(0, 1, -1, 2, 3, 16, 10_000, WHOLE, WHOLE + 1, -WHOLE, -WHOLE - 1, 2**32, 10**400, -(10**400)),
    *(0.5, -0.5, 1.5, 0.001, 1e300, -1e300, 5e-324, sys.float_info.max, True, False, None),
    *("", "a", "a b", "A-b_1", "été", "../a", "a" * 61, "a\n", "#e0b040", "#E0B040\n", " #e0b040", "1"),
    *([], [1], ["a"], {}, {"a": 1}),
]
"""No whole number is written 1.0: to JSON Schema that is 1, and see below. NaN, infinity and halves of
characters are left out because JSON has no words for them."""
PLUGIN_PARAMS = [
    declared("x", hint, default)
    for hint, default in [
        (int, 0),
        (float, 0.0),
        (str, ""),
        (bool, False),
        (Seed, 0),
        (Color, "#000000"),
        (ImageFile, REQUIRED),
        (Annotated[int, Range(0.5, 9.5)], 1),
        (Annotated[int, Range(-3, 2**53 - 1)], 1),
        (Annotated[float, Range(-math.inf, 2)], 1.0),
        (Annotated[float, Range(0, 2**100)], 1.0),
        (Annotated[float, Range(0, 10**400)], 1.0),
        (Annotated[str, Pattern("a|a b|[^a]*", "a, or none")], "a"),
        (Annotated[str, Pattern(r"^[\x20-\x7e\n]{0,9}$", "short")], "a"),
        (Literal["a", "b"], "a"),
        (Literal["a", 1, True, None], "a"),
        (Literal[1, 2], 1),
        (Annotated[str, Choice(lambda: ["a", "a b", "a"])], "a"),
        (Annotated[str, Choice(lambda: ("a", "a b")), Pattern("[a-z]+", "small letters")], "a"),
    ]
]


class Brush(Enum):
    """What JSON cannot hold."""

    WET = "wet"


class Lazy(list[str]):
    """Options that are looked up too late."""

    def __iter__(self) -> Iterator[str]:
        raise OSError("the disk is gone")


def schema_of(hint: Any, default: Any) -> dict[str, Any]:
    """The schema of one setting."""
    schema = settings([declared("x", hint, default)])
    Draft202012Validator.check_schema(schema)
    made: dict[str, Any] = schema["properties"]["x"]
    return made


def fits(param: Param, value: Any) -> bool:
    return Draft202012Validator(settings([param])).is_valid({param.name: value})


def probes(param: Param) -> Iterator[Any]:
    """The values above, and those at and around the limits of this setting."""
    yield from PROBES
    yield from get_args(param.type)
    for limit in (param.range.low, param.range.high) if param.range else ():
        if abs(limit) < 1e300:
            near = (limit, limit - 1, limit + 1, limit * 0.999, limit * 1.001)
            yield from map(param.type, near)


@pytest.mark.parametrize("node", NODES.values(), ids=list(NODES))
def test_the_settings_of_every_node_are_a_schema_that_its_defaults_fit(node: AnyNode) -> None:
    schema = settings(list(node.params.values()))
    Draft202012Validator.check_schema(schema)
    assert list(schema["properties"]) == list(node.params)
    required = [name for name, param in node.params.items() if param.default is REQUIRED]
    assert schema.get("required", []) == required
    defaults = {name: each["default"] for name, each in schema["properties"].items() if "default" in each}
    assert list(defaults) == [name for name in node.params if name not in required]
    validator = Draft202012Validator(schema)
    validator.validate(defaults | dict.fromkeys(required, "a.png"))
    assert validator.is_valid(defaults) == (not required)
    assert not validator.is_valid(defaults | dict.fromkeys(required, "a.png") | {"no such setting": 1})


@pytest.mark.parametrize("name", PARAMS)
def test_a_schema_refuses_what_the_setting_refuses_and_nothing_else(name: str) -> None:
    param = PARAMS[name]
    apart = [value for value in probes(param) if fits(param, value) != (param.problem(value) is None)]
    if name in IN_WORDS:
        # A pattern that is told in words refuses nothing, so the schema takes more texts; never fewer.
        assert apart
        assert all(isinstance(value, str) and fits(param, value) for value in apart)
    else:
        assert apart == []


@pytest.mark.parametrize("param", PLUGIN_PARAMS, ids=lambda param: f"{param.type} {param.range}")
def test_the_schema_of_any_kind_of_setting_agrees_with_it(param: Param) -> None:
    Draft202012Validator.check_schema(settings([param]))
    assert [value for value in probes(param) if fits(param, value) != (param.problem(value) is None)] == []


@pytest.mark.parametrize("hint", [int, Annotated[int, Range(0, 2)], Literal[0, 1]])
def test_a_schema_cannot_tell_a_whole_number_with_a_point_from_one_without(hint: Any) -> None:
    # JavaScript writes both as 1, so the page sends none with a point.
    param = declared("x", hint, 0)
    assert fits(param, 1.0)
    assert param.problem(1.0) is not None


def test_a_schema_refuses_whole_numbers_that_no_graph_file_holds_whatever_the_range() -> None:
    # The setting itself sees none of them, for the file that has one cannot be read.
    param = declared("x", Annotated[int, Range(0.5, math.inf)], 1)
    assert fits(param, WHOLE) and param.problem(WHOLE) is None
    assert not fits(param, WHOLE + 1) and param.problem(WHOLE + 1) is None


@pytest.mark.parametrize("name", PARAMS)
def test_every_setting_says_how_it_is_drawn(name: str) -> None:
    schema = settings([PARAMS[name]])["properties"][PARAMS[name].name]
    drawn = "slider number switch text multiline choice names seed color image folder mask labels type"
    assert schema["x-widget"] in drawn.split()
    assert "title" not in schema


@pytest.mark.parametrize(
    ("hint", "default", "schema"),
    [
        (
            Annotated[float, Range(0.001, 1, "px", step=0.1, scale="log"), "How fast.", Live()],
            0.5,
            {
                "type": "number",
                "x-port": "Number",
                "x-widget": "slider",
                "minimum": 0.001,
                "maximum": 1.0,
                "x-unit": "px",
                "x-step": 0.1,
                "x-scale": "log",
                "default": 0.5,
                "description": "How fast.",
                "x-live": True,
            },
        ),
        (
            int,
            3,
            {
                "type": "integer",
                "x-port": "Number",
                "x-widget": "number",
                "minimum": -WHOLE,
                "maximum": WHOLE,
                "default": 3,
            },
        ),
        (bool, True, {"type": "boolean", "x-port": "Bool", "x-widget": "switch", "default": True}),
        (str, "", {"type": "string", "x-port": "Text", "x-widget": "text", "default": ""}),
        (
            Annotated[str, Widget("multiline")],
            "a",
            {"type": "string", "x-port": "Text", "x-widget": "multiline", "default": "a"},
        ),
        (Path, Path("a.txt"), {"type": "string", "x-port": "Text", "x-widget": "text", "default": "a.txt"}),
        (ImageFile, REQUIRED, {"type": "string", "x-port": "Text", "x-widget": "image"}),
        (MaskFile, REQUIRED, {"type": "string", "x-port": "Text", "x-widget": "mask"}),
        (
            LabelsFile,
            REQUIRED,
            {
                "type": "string",
                "x-port": "Text",
                "x-widget": "labels",
                "x-palette": [{"name": name, "color": color} for name, color in PALETTE],
            },
        ),
        (
            Seed,
            0,
            {
                "type": "integer",
                "x-port": "Number",
                "x-widget": "seed",
                "minimum": 0,
                "maximum": 2**32 - 1,
                "default": 0,
            },
        ),
        (
            Color,
            "#000000",
            {
                "type": "string",
                "x-port": "Text",
                "x-widget": "color",
                "pattern": r"^(?:#[0-9a-fA-F]{6})$(?!\n)",
                "x-note": "a colour such as #e0b040",
                "default": "#000000",
            },
        ),
        (
            Literal["oil", "ink"],
            "ink",
            {
                "type": "string",
                "x-port": "Text",
                "x-widget": "choice",
                "enum": ["oil", "ink"],
                "default": "ink",
            },
        ),
        (
            Literal["oil", 3],
            3,
            {
                "type": ["string", "integer"],
                "x-port": "Text",
                "x-widget": "choice",
                "enum": ["oil", 3],
                "default": 3,
            },
        ),
        (
            Annotated[str, Choice(lambda: ["b", "a", "b"])],
            "a",
            {"type": "string", "x-port": "Text", "x-widget": "choice", "enum": ["b", "a"], "default": "a"},
        ),
        (
            Annotated[str, Names(lambda: ["b", "a", "b"])],
            "a, c",
            {
                "type": "string",
                "x-port": "Text",
                "x-widget": "names",
                "x-names": ["b", "a"],
                "default": "a, c",
            },
        ),
    ],
)
def test_a_setting_is_told_by_its_type_its_limits_and_its_widget(
    hint: Any, default: Any, schema: dict[str, Any]
) -> None:
    assert schema_of(hint, default) == schema


def test_a_range_without_an_end_gives_no_slider() -> None:
    schema = schema_of(Annotated[float, Range(0.0, math.inf, step=math.nan)], 1.0)
    assert schema["x-widget"] == "number"
    assert (schema["minimum"], schema["maximum"]) == (0.0, sys.float_info.max)
    assert "x-step" not in schema


def offer(value: Any) -> Callable[[], Any]:
    return lambda: value


def fail() -> list[str]:
    raise InputError("no weights are on this machine")


def leave() -> list[str]:
    sys.exit("no driver")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (fail, "no weights are on this machine"),
        (lambda: [][0], "IndexError: list index out of range"),
        (leave, "SystemExit: no driver"),
        (offer(Lazy(["a"])), "OSError: the disk is gone"),
        (offer([]), "it offers nothing"),
        (offer(None), "it offers None; it must offer a list of texts"),
        (offer("abc"), "it offers 'abc'; it must offer a list of texts"),
        (offer(b"abc"), "it offers b'abc'; it must offer a list of texts"),
        (offer({"a": 1}), "it offers {'a': 1}; it must offer a list of texts"),
        (offer(["a", 1]), "it offers ['a', 1]; it must offer a list of texts"),
        (offer(["a", math.nan]), "it offers ['a', nan]; it must offer a list of texts"),
        (offer(["\ud800"]), r"it offers ['\ud800']; it must offer a list of texts"),
        (offer(range(1000)), "it offers range(0, 1000); it must offer a list of texts"),
    ],
)
def test_a_choice_that_offers_nothing_sensible_is_a_text_that_says_why(options: Any, why: str) -> None:
    schema = schema_of(Annotated[str, Choice(options)], "a")
    note = schema.pop("x-note")
    assert note.startswith(f"what there is to choose from cannot be told: {why}")
    assert schema == {"type": "string", "x-port": "Text", "x-widget": "text", "default": "a"}


@pytest.mark.parametrize("default", [1, math.nan, None, "\ud800", Brush.WET])
def test_a_default_that_no_graph_file_holds_is_no_default(default: Any) -> None:
    param = declared("x", Annotated[str, Choice(lambda: ["a"])], default)
    schema = settings([param])
    assert schema["required"] == ["x"]
    assert "default" not in schema["properties"]["x"]


def test_options_that_no_graph_file_holds_are_not_offered() -> None:
    hint: Any = Literal["dry", Brush.WET, b"wet", 2**60]
    assert schema_of(hint, "dry") == {
        "type": "string",
        "x-port": "Text",
        "x-widget": "choice",
        "enum": ["dry"],
        "default": "dry",
    }


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "#[0-9a-fA-F]{6}",
        "a+?b*c??d{2}e{2,}f{2,3}?",
        "(ab|(?:cd)+)?",
        "^[a-z]|[^a-z]$",
        r"\x41\u00e9\n\.\*\[\]\(\)\{\}\|\/",
        r"[\]\[\\\-\^.*+?(){}|$/ ]",
        "é ~-",
    ],
)
def test_a_pattern_that_javascript_reads_alike_is_given(expression: str) -> None:
    schema = schema_of(Annotated[str, Pattern(expression, "w"), Choice(lambda: ["a"])], "a")
    assert schema["pattern"] == rf"^(?:{expression})$(?!\n)"


@pytest.mark.parametrize(
    "expression",
    [
        *(r"\w+", r"\d", r"\s", r"\ba", r"\Ba", r"\Aa", r"a\Z", ".", r"\a", r"\0", r"(a)\1", r"\U0001f600"),
        *("(?i)a", "(?P<n>a)", "(?#no)a", "(?>a)", "(?=a)", "(?<!a)", "a*+", "a?+", "a{2}+", "a{,3}"),
        *("[]a]", "[^]a]", r"[\d]", r"[\w-]", "[[a]", "a]", "a}", "{", r"\-", r"\ ", "a$b", "a^b", "a\\"),
        r"\ud83d\ude00",
    ],
)
def test_a_pattern_that_javascript_reads_otherwise_is_told_in_words(expression: str) -> None:
    schema = schema_of(Annotated[str, Pattern(expression, "such as a"), Choice(lambda: ["a"])], "a")
    assert "pattern" not in schema
    assert schema["x-note"] == "such as a"


@node("strange.Everything", version=3, category="Odd", touches=["network", "files"])
def everything(
    first: Image,
    more: list[Image],
    last: Annotated[Text | None, Live()] = None,
    *,
    far: Annotated[float, Range(0, 10**30)] = 1.0,
    layer: Annotated[str, Choice(fail)] = "a",
) -> Steps[Image]:
    """Take it all."""
    return first
    yield


def test_a_node_is_told_with_its_inputs_outputs_and_what_it_touches() -> None:
    catalog = Catalog()
    catalog.nodes[everything.id] = everything
    *_, told = described(catalog).nodes
    assert (told.id, told.version, told.category, told.doc) == (
        "strange.Everything",
        3,
        "Odd",
        "Take it all.",
    )
    assert told.inputs == [
        wire.InputInfo("first", "Image", depth=0, generic=False, optional=False, live=False),
        wire.InputInfo("more", "Image", depth=1, generic=False, optional=False, live=False),
        wire.InputInfo("last", "Text", depth=0, generic=False, optional=True, live=True),
    ]
    assert told.outputs == [wire.OutputInfo("image", "Image", depth=0, generic=False)]
    assert list(told.settings["properties"]) == ["far", "layer"]
    assert told.streams
    assert told.touches == ["files", "network"]


def test_a_catalogue_can_be_sent_whatever_is_in_it() -> None:
    mixed = Catalog()
    mixed.nodes = {**NODES, everything.id: everything}
    mixed.failures = {"a": InputError("is old"), "b\udcff": KeyError("c\udcff")}
    told = described(mixed, ready=False)
    assert not told.ready
    assert [node.id for node in told.nodes] == list(mixed.nodes)
    assert told.failures == {"a": "is old", "b?": r"KeyError: 'c\udcff'"}
    read = json.loads(wire.written(told), parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    assert read == msgspec.to_builtins(told)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(told), type=wire.Catalogue) == told


def test_ports_are_told_with_their_colours_and_whether_they_can_be_watched() -> None:
    ports = {port.name: port for port in described(CATALOG).ports}
    assert list(ports) == list(CATALOG.port_types)
    assert ports["Image"] == wire.PortInfo("Image", "#e0b040", "A picture.", previews=True)
    assert not ports["Network"].previews
