"""A plan is checked whole, holds what is needed, and knows what each result depends on."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from capriccio.core import (
    Catalog,
    Context,
    Graph,
    GraphError,
    ImageFile,
    InputError,
    Link,
    Number,
    Placed,
    Plan,
    Problem,
    Text,
    Workspace,
    node,
    plan,
)
from capriccio.core.plan import Step

Drawn = Callable[..., Graph]


def order(made: Plan) -> list[str]:
    return [step.name for step in made.steps]


def keys(made: Plan) -> dict[str, str]:
    return {step.name: step.key for step in made.steps}


def problems(graph: Graph, catalog: Catalog, **more: Any) -> list[str]:
    with pytest.raises(GraphError) as caught:
        plan(graph, catalog, **more)
    said = [str(problem) for problem in caught.value.problems]
    assert str(caught.value) == "\n".join(said)
    return said


def links_of(step: Step) -> dict[str, list[tuple[str, str]]]:
    return {port: [read[:2] for read in found] for port, found in step.sources.items()}


def test_steps_follow_their_sources(catalog: Catalog, drawn: Drawn) -> None:
    graph = drawn(
        "sum.number -> end.a", "x.number -> sum.a", "y.number -> sum.b",
        end="toy.Say", sum="toy.Add", x=Placed("toy.Number", {"value": 2}), y="toy.Number",
    )  # fmt: skip
    made = plan(graph, catalog)
    assert order(made) == ["x", "y", "sum", "end"]
    assert made.wanted == ("end",)
    assert made.steps[0].params == {"value": 2.0}
    assert links_of(made.steps[2]) == {"a": [("x", "number")], "b": [("y", "number")]}


def test_an_input_of_many_links_keeps_their_order(catalog: Catalog, drawn: Drawn) -> None:
    links = ["b.number -> d.items", "a.number -> d.items", "c.rest -> d.items"]
    nodes = dict(a="toy.Number", b="toy.Number", c="toy.Split", d="toy.Digits")
    made = plan(drawn("a.number -> c.a", *links, **nodes), catalog)
    assert links_of(made.steps[-1]) == {"items": [("b", "number"), ("a", "number"), ("c", "rest")]}


@pytest.mark.parametrize(
    ("wanted", "planned"),
    [
        (["one"], ["a", "one"]),
        (["a"], ["a"]),
        (["two", "one", "two"], ["a", "b", "one", "two"]),
        ([], []),
        (None, ["a", "b", "c", "one", "two"]),
    ],
)
def test_only_what_the_wanted_nodes_need_is_planned(
    catalog: Catalog, drawn: Drawn, wanted: list[str] | None, planned: list[str]
) -> None:
    graph = drawn(
        "a.number -> one.a", "a.number -> two.a", "b.number -> two.b",
        a="toy.Number", b="toy.Number", c="toy.Number", one="toy.Add", two="toy.Add",
    )  # fmt: skip
    made = plan(graph, catalog, wanted=wanted)
    assert sorted(order(made)) == planned
    assert made.wanted == (("c", "one", "two") if wanted is None else tuple(dict.fromkeys(wanted)))


BROKEN = [
    "a: no plugin contributes toy.Nmber; did you mean toy.Number?",
    "b.value is 2000; it must lie between -1000.0 and 1000.0",
    "b: toy.Number has no setting valeu; did you mean value?",
    "c.a is not linked; it needs Number",
    "c: is version 4 of toy.Split, and here is version 1; update its plugin",
    "d.a takes one link, and 2 end here: b.number, b.number",
    "d: toy.Add has no input or setting c",
    "e.mood is 'sad'; choose one of calm, loud",
    "e.a is linked to gone.number, and there is no such node",
    "f.a takes Number, but e.text gives Text",
    "d: toy.Add has no output sum; it has number",
    "h.file must be chosen",
    "a link from b.number ends in lost, and there is no such node; remove the link",
    "x: the links go round in a circle: x -> y -> x; remove one of them",
    "z: the links go round in a circle: z -> z; remove one of them",
]


@pytest.fixture
def broken(drawn: Drawn) -> Graph:
    return drawn(
        "b.number -> d.a", "b.number -> d.a", "b.number -> d.c", "gone.number -> e.a", "e.text -> f.a",
        "d.sum -> g.a", "b.number -> lost.a", "x.number -> y.a", "y.number -> x.a", "z.number -> z.a",
        a="toy.Nmber",
        b=Placed("toy.Number", {"value": 2000, "valeu": 1}),
        c="toy.Split",
        c2=Placed("toy.Split", version=4),
        d="toy.Add",
        e=Placed("toy.Say", {"mood": "sad"}),
        f="toy.Add", g="toy.Add", h="toy.File", x="toy.Add", y="toy.Add", z="toy.Add", ok="toy.Number",
    )  # fmt: skip


def test_all_problems_are_named_at_once(catalog: Catalog, broken: Graph) -> None:
    expected = [text.replace("c: is version", "c2: is version") for text in BROKEN]
    assert problems(broken, catalog) == expected


def test_a_problem_knows_its_node_and_socket(catalog: Catalog, broken: Graph) -> None:
    with pytest.raises(GraphError) as caught:
        plan(broken, catalog)
    assert caught.value.problems[3] == Problem("is not linked; it needs Number", "c", "a")
    assert {problem.node for problem in caught.value.problems} == {*"abdefhxz", "c", "c2", ""}


def test_problems_elsewhere_do_not_stand_in_the_way(catalog: Catalog, broken: Graph) -> None:
    assert order(plan(broken, catalog, wanted=["ok"])) == ["ok"]
    assert problems(broken, catalog, wanted=["ok", "y", "c"]) == [BROKEN[3], BROKEN[13]]


def test_a_wanted_node_that_is_not_there_is_a_problem(catalog: Catalog, drawn: Drawn) -> None:
    graph = drawn(photo="toy.Number")
    assert problems(graph, catalog, wanted=["foto", "zzz"]) == [
        "there is no node foto; did you mean photo?",
        "there is no node zzz",
    ]


def test_a_circle_that_nothing_reads_is_found_beside_a_healthy_part(catalog: Catalog, drawn: Drawn) -> None:
    graph = drawn(
        "in.number -> p.a", "p.number -> q.a", "q.number -> r.a", "r.number -> p.b", "q.number -> s.a",
        "s.number -> t.a", "t.number -> s.b",
        **{"fine": "toy.Number", "in": "toy.Number"},
        **dict.fromkeys("pqrst", "toy.Add"),
    )  # fmt: skip
    assert problems(graph, catalog) == [
        "p: the links go round in a circle: p -> q -> r -> p; remove one of them",
        "s: the links go round in a circle: s -> t -> s; remove one of them",
    ]


def test_an_empty_graph_is_a_plan_of_nothing(catalog: Catalog) -> None:
    assert plan(Graph(), catalog).steps == ()


# Content keys.


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "a.txt").write_bytes(b"one")
    return Workspace(folders=(tmp_path,))


@pytest.fixture
def graph(drawn: Drawn) -> Graph:
    return drawn(
        "x.number -> d.items", "y.number -> d.items", "d.number -> end.a", "file.text -> w.a",
        x=Placed("toy.Number", {"value": 1.0}), y=Placed("toy.Number", {"value": 2.0}), d="toy.Digits",
        end="toy.Add", file=Placed("toy.File", {"file": "a.txt"}), w="toy.Write",
    )  # fmt: skip


@pytest.fixture
def files(catalog: Catalog) -> Catalog:
    """The catalog, and a node that reads texts."""

    @node("toy.Write")
    def write(a: Text) -> Text:
        return a

    catalog.nodes[write.id] = write
    return catalog


def test_equal_graphs_have_equal_keys_wherever_their_nodes_stand(
    graph: Graph, files: Catalog, workspace: Workspace
) -> None:
    moved = replace(
        graph,
        layout={"x": (1.0, 2.0)},
        nodes={name: graph.nodes[name] for name in reversed(list(graph.nodes))},
    )
    assert keys(plan(moved, files, workspace)) == keys(plan(graph, files, workspace))
    assert len(set(keys(plan(graph, files, workspace)).values())) == len(graph.nodes)


def changed(old: dict[str, str], new: dict[str, str]) -> set[str]:
    return {name for name in old if old[name] != new[name]}


def with_links(graph: Graph, *links: Link) -> Graph:
    return replace(graph, links=links)


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (lambda graph: graph.with_params("x", value=3.0), {"x", "d", "end"}),
        (lambda graph: graph.with_params("x", value=1), set()),
        (lambda graph: graph.with_params("end", by=0), set()),
        (lambda graph: graph.with_params("end", by=1), {"end"}),
        (lambda graph: with_links(graph, graph.links[1], graph.links[0], *graph.links[2:]), {"d", "end"}),
        (lambda graph: with_links(graph, *graph.links[::-1][:2], *graph.links[:2]), set()),
        (lambda graph: with_links(graph, *graph.links[1:]), {"d", "end"}),
        (lambda graph: with_links(graph, *graph.links, graph.links[0]), {"d", "end"}),
        (lambda graph: with_links(graph, *graph.links, Link("y", "number", "end", "b")), {"end"}),
    ],
)
def test_a_key_changes_with_what_the_result_depends_on(
    graph: Graph, files: Catalog, workspace: Workspace, change: Callable[[Graph], Graph], names: set[str]
) -> None:
    old = keys(plan(graph, files, workspace))
    assert changed(old, keys(plan(change(graph), files, workspace))) == names


def test_a_key_does_not_know_in_which_order_inputs_were_linked(catalog: Catalog, drawn: Drawn) -> None:
    links = ["x.number -> sum.a", "y.number -> sum.b"]
    nodes = dict(x="toy.Number", y=Placed("toy.Number", {"value": 1}), sum="toy.Add")
    one, same, other = (
        keys(plan(drawn(*each, **nodes), catalog))
        for each in (links, links[::-1], ["y.number -> sum.a", "x.number -> sum.b"])
    )
    assert (changed(one, same), changed(one, other)) == (set(), {"sum"})


def test_a_key_changes_with_the_version_of_a_node(graph: Graph, files: Catalog, workspace: Workspace) -> None:
    old = keys(plan(graph, files, workspace))
    files.nodes["toy.Digits"] = replace(files.nodes["toy.Digits"], version=2)
    assert changed(old, keys(plan(graph, files, workspace))) == {"d", "end"}


def test_a_key_knows_which_output_of_a_node_is_read(catalog: Catalog, drawn: Drawn) -> None:
    nodes = dict(x="toy.Number", s="toy.Split", end="toy.Add")
    one, other = (
        keys(plan(drawn("x.number -> s.a", f"s.{output} -> end.a", **nodes), catalog))
        for output in ("whole", "rest")
    )
    assert changed(one, other) == {"end"}


@pytest.mark.parametrize(("device", "names"), [("cuda:1", set[str]()), ("cpu", {"x"})])
def test_a_key_knows_the_kind_of_device_and_not_its_number(
    catalog: Catalog, drawn: Drawn, device: str, names: set[str]
) -> None:
    graph = drawn(x="toy.Number")
    old, new = (keys(plan(graph, catalog, Workspace(device))) for device in ("cuda:0", device))
    assert changed(old, new) == names


def test_a_key_changes_with_the_content_of_a_file_and_not_with_its_name(
    graph: Graph, files: Catalog, workspace: Workspace, tmp_path: Path
) -> None:
    old = keys(plan(graph, files, workspace))
    path = tmp_path / "a.txt"
    times = path.stat().st_atime_ns, path.stat().st_mtime_ns
    path.write_bytes(b"two")  # as long as before
    os.utime(path, ns=times)  # and as old
    assert changed(old, keys(plan(graph, files, workspace))) == {"file", "w"}
    (tmp_path / "b.txt").write_bytes(b"one")
    renamed = graph.with_params("file", file="b.txt")
    assert keys(plan(renamed, files, workspace)) == old


def test_a_node_that_is_not_cached_has_a_new_key_every_time(catalog: Catalog, drawn: Drawn) -> None:
    graph = drawn("x.number -> say.a", x="toy.Number", say="toy.Say")
    assert changed(keys(plan(graph, catalog)), keys(plan(graph, catalog))) == {"say"}


def test_a_node_may_say_what_else_its_result_depends_on(
    catalog_of: Callable[..., Catalog], drawn: Drawn, workspace: Workspace
) -> None:
    asked: list[tuple[str, str, int]] = []
    fact: list[Any] = [{"hash": "1"}]

    def depends(context: Context, *, size: int) -> Any:
        asked.append((context.node, context.device, size))
        return fact[0]

    @node("toy.Deep", depends=depends)
    def deep(*, size: int = 3, context: Context) -> Number:
        return size

    @node("toy.Next")
    def after(a: Number) -> Number:
        return a

    graph = drawn("deep.number -> after.a", deep="toy.Deep", after="toy.Next")
    old = keys(plan(graph, catalog_of(deep, after), workspace))
    assert asked == [("deep", "cpu", 3)]
    fact[0] = {"hash": "2"}
    assert changed(old, keys(plan(graph, catalog_of(deep, after), workspace))) == {"deep", "after"}


def test_a_fact_that_cannot_be_told_is_a_problem_of_its_node(
    catalog_of: Callable[..., Catalog], drawn: Drawn
) -> None:
    def depends(context: Context, *, mode: str) -> Any:
        if mode == "input":
            raise InputError("weights are missing")
        return object() if mode == "object" else dict[str, str]()["nothing"]

    @node("toy.Deep", depends=depends)
    def deep(*, mode: str = "input") -> Number:
        return 1.0

    graph = drawn(
        a="toy.Deep", b=Placed("toy.Deep", {"mode": "key"}), c=Placed("toy.Deep", {"mode": "object"})
    )
    assert problems(graph, catalog_of(deep)) == [
        "a: weights are missing",
        "b: KeyError: 'nothing'",
        "c: TypeError: Encoding objects of type object is unsupported",
    ]


def test_a_picture_that_cannot_be_had_is_a_problem_of_its_setting(
    catalog: Catalog, catalog_of: Callable[..., Catalog], drawn: Drawn, workspace: Workspace, tmp_path: Path
) -> None:
    @node("toy.Default")
    def default(*, file: ImageFile = Path("gone.png")) -> Number:
        return 1.0

    catalog.nodes[default.id] = default
    names = {"a": "", "b": "../a.txt", "c": "no.png", "d": "x" * 300, "e": "a\0", "f": "mine.png"}
    graph = drawn(
        **{name: Placed("toy.File", {"file": file}) for name, file in names.items()}, g="toy.Default"
    )
    workspace = replace(workspace, granted={"mine.png": Path("/gone.png")})
    assert problems(graph, catalog, workspace=workspace) == [
        "a.file names no picture; choose one",
        "b.file is ../a.txt; a graph may only name files below its own folder",
        "c.file is no.png, and there is no such file beside the graph; choose another",
        f"d.file is {'x' * 200}, and there is no such file beside the graph; choose another",
        "e.file is a\0, and there is no such file beside the graph; choose another",
        "f.file is /gone.png, and there is no such file; choose another",
        "g.file is gone.png, and there is no such file beside the graph; choose another",
    ]


def test_work_for_each_node_is_constant(catalog: Catalog) -> None:
    # Each reads the one before twice: a key that took in its sources whole would take 2 ** 500 steps.
    nodes = {"n0": Placed("toy.Number"), **{f"n{number}": Placed("toy.Add") for number in range(1, 500)}}
    links = [
        Link(f"n{number - 1}", "number", f"n{number}", port) for number in range(1, 500) for port in "ab"
    ]
    made = plan(Graph(nodes, tuple(links)), catalog)
    assert len(set(keys(made).values())) == 500
    assert {len(step.key) for step in made.steps} == {64}


def test_other_code_gives_other_keys(tmp_path: Path, drawn: Callable[..., Graph]) -> None:
    source = """
from capriccio.core import Number, hookimpl, node

@node("brush.One")
def one() -> Number:
    '''Give {0}.'''
    return {0}.0

@hookimpl
def register_nodes(register):
    register(one)
"""
    graph = drawn(one="brush.One")

    def key(value: int) -> str:
        (tmp_path / "brush.py").write_text(source.format(value))
        catalog = Catalog(tmp_path / "weights")
        catalog.add_file(tmp_path / "brush.py")
        return plan(graph, catalog).steps[0].key

    assert key(1) == key(1)
    assert key(1) != key(2)
