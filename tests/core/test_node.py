"""A node is a typed function."""

from collections.abc import Generator
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

import pytest
from capriccio.core import (
    Context,
    Image,
    Labels,
    Live,
    Mask,
    NodeError,
    Number,
    PortType,
    Preview,
    Range,
    Seed,
    Steps,
    Text,
    node,
)
from capriccio.core.node import Input, Output, Saved
from capriccio.core.ports import IMAGE, MASK, NUMBER, TEXT


class Cut(NamedTuple):
    image: Image
    mask: Mask


@node("toy.All", version=3, category="Toys")
def everything(
    image: Image,
    others: list[Image],
    mask: Mask | None = None,
    *,
    size: Annotated[int, Range(1, 9, unit="px")] = 3,
    seed: Seed = 0,
    mode: Literal["a", "b"] = "a",
    context: Context,
) -> Steps[Cut]:
    """Do it all.

    And more.
    """
    yield Preview(None, 1, 1)
    return Cut(image, image)


def test_the_signature_says_it_all() -> None:
    assert (everything.id, everything.version, everything.category) == ("toy.All", 3, "Toys")
    assert everything.inputs == {
        "image": Input(IMAGE),
        "others": Input(IMAGE, 1),
        "mask": Input(MASK, optional=True),
    }
    assert list(everything.params) == ["size", "seed", "mode"]
    assert everything.outputs == {"image": Output(IMAGE), "mask": Output(MASK)}
    assert (everything.streams, everything.cached, everything.context) == (True, True, "context")
    assert everything.doc == "Do it all.\n\nAnd more."


def test_a_node_is_called_as_the_function_it_is() -> None:
    @node("toy.Double")
    def double(a: Number, *, times: int = 2) -> Number:
        return a * times

    assert (double(2.0), double(2.0, times=5)) == (4.0, 10.0)
    assert (double.version, double.streams, double.doc) == (1, False, "")
    assert double.outputs == {"number": Output(NUMBER)}


def test_an_output_is_named_by_its_port_type() -> None:
    heat = PortType("HeatMap")

    @node("toy.Heat")
    def warm() -> Annotated[float, heat]:
        return 1.0

    assert warm.outputs == {"heatmap": Output(heat)}


def test_inputs_and_outputs_may_be_lists_of_lists() -> None:
    class Parts(NamedTuple):
        rows: list[list[Number]]
        last: Number

    @node("toy.Rows")
    def rows(a: list[Number], b: list[list[Text]], c: list[Mask] | None = None) -> Parts:
        return Parts([a], a[-1])

    @node("toy.List")
    def all_of(a: Number) -> list[Number]:
        return [a]

    assert rows.inputs == {"a": Input(NUMBER, 1), "b": Input(TEXT, 2), "c": Input(MASK, 1, optional=True)}
    assert [each.many for each in (*rows.inputs.values(), Input(TEXT))] == [True, True, True, False]
    assert rows.outputs == {"rows": Output(NUMBER, 2), "last": Output(NUMBER)}
    assert all_of.outputs == {"number": Output(NUMBER, 1)}


Item = TypeVar("Item")
Other = TypeVar("Other")


def test_a_node_of_any_type_only_arranges_what_it_is_given() -> None:
    @node("toy.Reversed")
    def turned(items: list[Item], *, labels: Labels) -> list[Item]:
        return items[::-1]

    (input,), (output,) = turned.inputs.values(), turned.outputs.values()
    assert (input.type, input.depth) == (output.type, output.depth)
    assert (input.type.name, input.type.variable, list(turned.outputs)) == ("Item", True, ["item"])
    assert (turned.arranges, turned.labels, everything.arranges, everything.labels) == (
        True,
        "labels",
        False,
        None,
    )


def test_a_node_may_give_nothing() -> None:
    @node("toy.Quiet")
    def quiet(a: Text) -> None: ...

    @node("toy.QuietSteps")
    def quiet_steps(a: Text) -> Steps[None]:
        yield Preview(None, 1, 1)

    assert (quiet.outputs, quiet_steps.outputs) == ({}, {})
    assert quiet.inputs == {"a": Input(TEXT)}


def test_inputs_and_settings_may_be_live() -> None:
    @node("toy.Live")
    def alive(
        a: Annotated[Number, Live()],
        b: Annotated[list[Number], Live()],
        c: Annotated[Number, Live()] | None = None,
        d: Annotated[list[Number] | None, Live()] = None,
        e: Number | None = None,
        *,
        rate: Annotated[float, Range(0.0, 1.0), Live(), "How fast."] = 0.5,
        way: Literal["up", "down"] = "up",
    ) -> Number:
        return a

    assert alive.inputs == {
        "a": Input(NUMBER, live=True),
        "b": Input(NUMBER, 1, live=True),
        "c": Input(NUMBER, optional=True, live=True),
        "d": Input(NUMBER, 1, optional=True, live=True),
        "e": Input(NUMBER, optional=True),
    }
    assert {name: param.live for name, param in alive.params.items()} == {"rate": True, "way": False}
    assert (alive.remakable, everything.remakable) == (True, False)


def test_a_node_that_yields_previews_is_told_what_has_changed_and_need_not_listen() -> None:
    @node("toy.Listen")
    def listen(a: Annotated[Number, Live()]) -> Steps[Number]:
        changed = yield Preview(a, 1, 2)
        yield Preview(changed, 2, 2)
        return a

    @node("toy.Deaf")
    def deaf(a: Annotated[Number, Live()]) -> Generator[Preview, None, Number]:
        yield Preview(a, 1, 2)
        return a

    steps = listen(1.0)
    next(steps)
    assert steps.send({"a": 2.0}).value == {"a": 2.0}
    assert (listen.streams, deaf.streams) == (True, True)
    assert (listen.remakable, deaf.remakable) == (False, False)
    assert deaf.outputs == {"number": Output(NUMBER)}


def test_a_node_says_what_of_the_world_it_reaches() -> None:
    @node("toy.Post", touches=["network", "files"])
    def post(a: Text) -> None: ...

    assert post.touches == {"files", "network"}
    assert everything.touches == frozenset()


@pytest.mark.parametrize("touches", [["disk"], "files", {"files", "Network"}])
def test_what_it_reaches_is_one_of_the_words_for_it(touches: Any) -> None:
    with pytest.raises(NodeError) as caught:
        node("toy.Post", touches=touches)(everything.function)
    assert str(caught.value) == (
        f'toy.Post: touches is {touches!r}; give a list with "files" or "network", or leave it out'
    )


def test_a_node_says_how_to_go_on_from_older_files() -> None:
    def from_1(saved: Saved) -> Saved:
        return saved.renamed("speed", "rate")

    def from_2(saved: Saved) -> Saved:
        return saved

    moved = node("toy.Move", version=3, migrations={2: from_2, 1: from_1})(everything.function)
    assert list(moved.migrations.items()) == [(1, from_1), (2, from_2)]
    assert everything.migrations == {}


@pytest.mark.parametrize("version", [3, 4, 0, -1, "1", True, 1.0])
def test_a_migration_is_from_a_version_before_this_one(version: Any) -> None:
    with pytest.raises(NodeError) as caught:
        node("toy.Move", version=3, migrations={version: lambda saved: saved})(everything.function)
    assert str(caught.value) == (
        f"toy.Move: it migrates files of version {version!r} and is at version 3 itself; "
        "give migrations from older versions only"
    )


def test_what_is_saved_is_changed_by_making_it_anew() -> None:
    saved = Saved({"speed": 1, "size": 2})
    assert saved.renamed("speed", "rate") == Saved({"rate": 1, "size": 2}, {"speed": "rate"})
    assert saved.renamed("image", "content") == Saved(saved.params, {"image": "content"})
    assert saved.output_renamed("image", "picture") == Saved(saved.params, {}, {"image": "picture"})
    assert saved.with_params(size=3, way="up").params == {"speed": 1, "size": 3, "way": "up"}
    assert saved.without_params("size", "nothing").params == {"speed": 1}
    assert saved == Saved({"speed": 1, "size": 2})


def test_what_is_renamed_twice_has_gone_from_the_first_name_to_the_last() -> None:
    assert Saved().renamed("a", "b").renamed("b", "c").inputs == {"a": "c"}
    assert Saved().output_renamed("a", "b").output_renamed("b", "c").outputs == {"a": "c"}
    swapped = Saved().renamed("a", "c").renamed("b", "a").renamed("c", "b")
    assert swapped.inputs == {"a": "b", "b": "a"}
    assert Saved().renamed("b", "c").after(Saved().renamed("a", "b")).inputs == {"a": "c"}


@pytest.mark.parametrize("id", ["Nodot", "toy.", ".Toy", "toy.a.b", "toy.Gram Loss", "toy.A\n", "1.A"])
def test_an_id_has_a_plugin_and_a_name(id: str) -> None:
    with pytest.raises(NodeError) as caught:
        node(id)(lambda: None)
    assert str(caught.value) == f"{id}: an id looks like plugin.Name"


class Odd(NamedTuple):
    number: int


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("def f(a) -> Image: ...", "a has no type; annotate it"),
        ("def f(a: Image): ...", "its result has no type; annotate it"),
        (
            "def f(a: int) -> Image: ...",
            "a is a <class 'int'>, which is no port type; use Image, Latent, ...",
        ),
        (
            "def f() -> int: ...",
            "the result is a <class 'int'>, which is no port type; use Image, Latent, ...",
        ),
        ("def f() -> Odd: ...", "number is a <class 'int'>, which is no port type; use Image, Latent, ..."),
        ("def f(a: 'Nope') -> Image: ...", "its types cannot be read: name 'Nope' is not defined"),
        ("def f(a: 'Image.x') -> Image: ...", "its types cannot be read: "),
        ("def f(a: 'Image[') -> Image: ...", "its types cannot be read: "),
        (
            "def f(a: Image = 1) -> Image: ...",
            "a is an input and takes no default; write `| None = None`, or put it after *",
        ),
        (
            "def f(a: Image | None) -> Image: ...",
            "a may be left out only as `a: TYPE | None = None`",
        ),
        (
            "def f(a: Image | Mask | None = None) -> Image: ...",
            "a may be left out only as `a: TYPE | None = None`",
        ),
        ("def f(*a: Image) -> Image: ...", "a is a * or / argument; name each input and setting"),
        ("def f(a: Image, /) -> Image: ...", "a is a * or / argument; name each input and setting"),
        ("def f(**a: int) -> Image: ...", "a is a * or / argument; name each input and setting"),
        ("def f(*, a: int) -> Image: ...", "a has no default; give it one that works"),
        ("def f(a: list[Item]) -> Other: ...", "it gives Other, and no input says what that is"),
        ("def f() -> Image: yield", "it yields, so its result must be Steps[...]"),
    ],
)
def test_a_node_that_is_declared_wrongly_says_how_to_mend_it(source: str, sentence: str) -> None:
    made: dict[str, Any] = dict(globals())
    exec(source, made)
    with pytest.raises(NodeError) as caught:
        node("toy.F")(made["f"])
    assert str(caught.value).startswith(f"toy.F: {sentence}")
