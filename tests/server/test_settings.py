"""Settings on the command line change a graph, and every mistake in them is told."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from capriccio.core import Catalog, Graph, GraphError, Link, Placed, Workspace, plan
from capriccio.server.settings import with_seed, with_settings

from .conftest import graph_of

GRAPH = graph_of(
    {
        "noise": ("Noise", {"seed": 1}),
        "more noise": ("Noise", {}),
        "photo": ("LoadImage", {"file": "a.png"}),
        "optimize": ("Optimize", {"seed": 2}),
        "save": ("SaveImage", {}),
        "a=b": ("TotalVariation", {}),
    }
)


def changed(catalog: Catalog, *given: str, graph: Graph = GRAPH) -> Graph:
    return with_settings(graph, catalog, Workspace(), given)[0]


@pytest.mark.parametrize(
    "text, value",
    [
        ("optimize.steps=7", 7),
        ("optimize.rate=1e-2", 0.01),
        ("optimize.rate=1", 1),
        ("optimize.optimizer=Adam", "Adam"),
        ("save.overwrite=true", True),
        ("save.name=2024", "2024"),  # a text, though it looks like a number
        ("save.name=a = b.c", "a = b.c"),
        ("save.name=", ""),
        ("save.unheard of=[1]", [1]),
        ("a=b.weight=3.5", 3.5),
    ],
)
def test_a_value_becomes_what_its_setting_takes(catalog: Catalog, text: str, value: Any) -> None:
    where, _, _ = text.rpartition("." + text.partition(".")[2])
    setting = text.partition(".")[2].partition("=")[0]
    made = changed(catalog, text).nodes[where].params[setting]
    assert made == value and type(made) is type(value)


def test_only_what_is_named_changes_and_the_last_word_counts(catalog: Catalog) -> None:
    made = changed(catalog, "optimize.steps=7", "noise.width=64", "optimize.steps=8")
    assert made.nodes["optimize"].params == {"seed": 2, "steps": 8}
    assert made.nodes["noise"].params == {"seed": 1, "width": 64}
    assert made.nodes["save"] == GRAPH.nodes["save"]
    assert changed(catalog) == GRAPH


def test_every_mistake_is_told_at_once(catalog: Catalog) -> None:
    mistakes = ("noise", "noise.seed", "seed=3", ".x=1", "nose.seed=1")
    with pytest.raises(GraphError) as error:
        changed(catalog, *mistakes)
    assert str(error.value).splitlines() == [
        "--set noise: write it as node.setting=value, or as name=value for an input of the graph",
        "--set noise.seed: write it as node.setting=value, or as name=value for an input of the graph",
        "--set seed=3: the graph has no input or exposed setting seed",
        "--set .x=1: there is no node ",
        "--set nose.seed=1: there is no node nose; did you mean noise?",
    ]


@pytest.mark.parametrize(
    "text, problem",
    [
        ("optimize.stepps=7", "has no setting stepps; did you mean steps?"),
        ("optimize.steps=many", "optimize.steps is 'many'; it must be a whole number"),
        ("optimize.rate=NaN", "optimize.rate is nan; it must be a finite number"),
        ("save.overwrite=yes", "save.overwrite is 'yes'; it must be true or false"),
        ("optimize.optimizer=adam", "optimize.optimizer is 'adam'; choose one of L-BFGS, Adam"),
    ],
)
def test_a_value_that_does_not_fit_is_told_when_the_graph_is_checked(
    catalog: Catalog, text: str, problem: str
) -> None:
    with pytest.raises(GraphError) as error:
        plan(changed(catalog, text), catalog)
    assert problem in str(error.value)


def test_a_setting_of_a_node_that_no_plugin_contributes_is_kept(catalog: Catalog) -> None:
    strange = Graph({"x": Placed("brushes.Warp")})
    assert changed(catalog, "x.amount=3", graph=strange).nodes["x"].params == {"amount": 3}


def test_a_picture_that_is_named_here_may_lie_anywhere(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Relative to where the command runs, not to the graph."""
    inside, outside = tmp_path / "graphs", tmp_path / "elsewhere"
    for folder in (inside, outside):
        folder.mkdir()
    (outside / "my photo.png").touch()
    monkeypatch.chdir(outside)
    graph = graph_of({"photo": ("LoadImage", {"file": "a.png"})})
    for text in (f"photo.file={outside / 'my photo.png'}", "photo.file=my photo.png"):
        made, workspace = with_settings(graph, catalog, Workspace(folders=(inside,)), [text])
        assert made.nodes["photo"].params["file"] == "my photo.png"  # what is saved tells no folders
        (step,) = plan(made, catalog, workspace).steps
        assert step.params["file"] == outside / "my photo.png"
    with pytest.raises(GraphError, match="no such file beside the graph"):
        plan(made, catalog, Workspace(folders=(inside,)))  # the graph file alone may not


def test_two_pictures_of_one_name_stay_two(catalog: Catalog, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.png", "one/a.png", "two/a.png")]
    for number, file in enumerate(files):
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(bytes([number]))
    nodes = {name: ("LoadImage", {"file": "a.png"}) for name in ("beside", "first", "second", "third")}
    given = [f"first.file={files[1]}", f"second.file={files[2]}", f"third.file={files[1]}"]
    made, workspace = with_settings(graph_of(nodes), catalog, Workspace(folders=(tmp_path,)), given)
    read = {step.name: step.params["file"] for step in plan(made, catalog, workspace).steps}
    assert read == {"beside": files[0], "first": files[1], "second": files[2], "third": files[1]}


@pytest.mark.parametrize("name", ["", ".", "no.png"])
def test_a_picture_that_is_no_file_is_told_when_the_graph_is_checked(catalog: Catalog, name: str) -> None:
    graph = graph_of({"photo": ("LoadImage", {"file": "a.png"})})
    made, workspace = with_settings(graph, catalog, Workspace(), [f"photo.file={name}"])
    with pytest.raises(GraphError, match=r"^photo\.file is /.*, and there is no such file; choose another$"):
        plan(made, catalog, workspace)


def test_one_seed_is_given_to_every_node_that_has_one(catalog: Catalog) -> None:
    graph = Graph({**GRAPH.nodes, "strange": Placed("brushes.Warp", {"seed": 5})}, GRAPH.links)
    made = with_seed(graph, catalog, Workspace(), 9)
    seeds = {name: placed.params.get("seed") for name, placed in made.nodes.items()}
    assert seeds == {
        "noise": 9,
        "more noise": 9,
        "photo": None,
        "optimize": 9,
        "save": None,
        "a=b": None,
        "strange": 5,
    }


def test_a_seed_out_of_range_is_told_when_the_graph_is_checked(catalog: Catalog) -> None:
    graph = Graph(
        {"noise": Placed("capriccio.Noise"), "look": Placed("capriccio.PreviewImage")},
        (Link.between("noise.image", "look.image"),),
    )
    with pytest.raises(GraphError, match=r"^noise\.seed is -1; it must lie between 0 and 4294967295$"):
        plan(with_seed(graph, catalog, Workspace(), -1), catalog)


def varied() -> Graph:
    """A graph with inputs and an exposed setting."""
    graph = graph_of(
        {
            "content": ("GraphInput", {}),
            "my style": ("GraphInput", {"type": "Text"}),
            "strength": ("GraphInput", {"type": "Number"}),
            "net": ("GraphInput", {"type": "Network"}),
            "photo": ("LoadImage", {"file": "a.png"}),
            "small": ("ResizeImage", {"side": 64}),
            "look": ("PreviewImage", {}),
        },
        ("photo.image", "small.image"),
        ("small.image", "content.default"),
        ("content.item", "look.image"),
    )
    return replace(graph, exposed={"side": "small.side", "file": "photo.file"})


def test_an_input_of_the_graph_gets_a_node_instead_of_what_was_linked_there(
    catalog: Catalog, tmp_path: Path
) -> None:
    (tmp_path / "b.c.png").touch()
    made, workspace = with_settings(
        varied(),
        catalog,
        Workspace(),
        [f"content={tmp_path / 'b.c.png'}", "strength=2.5", "my_style=a.b = 3"],
    )
    assert made.nodes["content given"] == Placed("capriccio.LoadImage", {"file": "b.c.png"})
    assert workspace.granted == {"b.c.png": tmp_path / "b.c.png"}
    assert made.nodes["strength given"] == Placed("capriccio.Number", {"value": 2.5})
    assert made.nodes["my style given"] == Placed("capriccio.Text", {"value": "a.b = 3"})
    assert not {"photo", "small"} & set(made.nodes)  # nothing else reads them
    assert [(link.start, link.end) for link in made.links] == [
        ("content.item", "look.image"),
        ("content given.image", "content.default"),
        ("strength given.number", "strength.default"),
        ("my style given.text", "my style.default"),
    ]


def test_what_is_read_elsewhere_too_stays_when_an_input_gets_something_else(
    catalog: Catalog, tmp_path: Path
) -> None:
    graph = varied().with_link(Link.between("photo.image", "look.image"))
    made = changed(catalog, f"content={tmp_path / 'b.png'}", graph=graph)
    assert "photo" in made.nodes and "small" not in made.nodes


def test_an_exposed_setting_is_set_by_its_name(catalog: Catalog, tmp_path: Path) -> None:
    made = changed(catalog, "side=32", f"file={tmp_path / 'x.png'}", graph=varied())
    assert made.nodes["small"].params == {"side": 32}
    assert made.nodes["photo"].params == {"file": "x.png"}


def test_mistakes_in_inputs_are_told_at_once(catalog: Catalog) -> None:
    with pytest.raises(GraphError) as error:
        changed(catalog, "contents=a.png", "strength=much", "net=vgg", "x=1", graph=varied())
    assert str(error.value).splitlines() == [
        "--set contents=a.png: the graph has no input or exposed setting contents; did you mean content?",
        "--set strength=much: strength is 'much'; it must be a finite number",
        "--set net=vgg: net takes Network, which cannot be written; link a node to its default",
        "--set x=1: the graph has no input or exposed setting x; "
        "it has side, file, content, my_style, net, strength",
    ]


def test_a_setting_of_a_graph_that_is_a_node_is_one_that_it_exposes(catalog: Catalog, tmp_path: Path) -> None:
    inner = graph_of(
        {"say": ("Text", {}), "noise": ("Noise", {}), "out": ("GraphOutput", {})}, ("say.text", "out.item")
    )
    inner = replace(inner, exposed={"words": "say.value", "chance": "noise.seed"})
    outer = Graph({"outer": Placed("graph:inner")}, graphs={"inner": inner})
    made = changed(catalog, "outer.words=007", graph=outer)
    assert made.nodes["outer"].params == {"words": "007"}  # a text, though it looks like a number
    with pytest.raises(GraphError, match=r"outer.*wrods; did you mean words"):
        plan(changed(catalog, "outer.wrods=007", graph=outer), catalog)
    assert with_seed(outer, catalog, Workspace(), 9).nodes["outer"].params == {"chance": 9}
