"""Graph files hold data from strangers, and are the same bytes for the same graph."""

import json
import math
import os
import re
import struct
import tracemalloc
import zlib
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, get_args

import pytest
from capriccio.core import (
    Frame,
    Graph,
    GraphFileError,
    Limits,
    Link,
    Note,
    Placed,
    graphfile,
    load,
    save,
)
from capriccio.core.graph import Mode
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from PIL import Image as Picture
from PIL.PngImagePlugin import PngInfo

GRAPH = Graph(
    {
        "sum": Placed("toy.Digits", mode="mute"),
        "b": Placed("toy.Number", {"value": 2.0}),
        "a": Placed("toy.Number", version=3),
    },
    (Link("b", "number", "sum", "items"), Link("a", "number", "sum", "items")),
    {"sum": (3, 4.5)},
    (Note("mind the « gap »", (1, 2)), Note("wide", (0, 0), (300, 40.5))),
    frames=(Frame("sums", (-20, -20), (640, 320)), Frame("", (0, 0), (1, 1))),
    collapsed=frozenset(["sum", "a"]),
)
WRITTEN = """{
  "format": "capriccio-graph",
  "version": 1,
  "nodes": {
    "a": {"kind": "toy.Number", "version": 3},
    "b": {"kind": "toy.Number", "version": 1, "params": {"value": 2.0}},
    "sum": {"kind": "toy.Digits", "version": 1, "mode": "mute"}
  },
  "links": [
    ["b.number", "sum.items"],
    ["a.number", "sum.items"]
  ],
  "layout": {
    "sum": [3.0, 4.5]
  },
  "notes": [
    {"text": "mind the « gap »", "position": [1.0, 2.0]},
    {"text": "wide", "position": [0.0, 0.0], "size": [300.0, 40.5]}
  ],
  "frames": [
    {"title": "sums", "position": [-20.0, -20.0], "size": [640.0, 320.0]},
    {"title": "", "position": [0.0, 0.0], "size": [1.0, 1.0]}
  ],
  "collapsed": [
    "a",
    "sum"
  ]
}
"""

OPEN = "open a graph file, or a PNG that SaveImage made"
NO_GRAPH = 'it is no graph file: "format" must be "capriccio-graph"'
NODES_MUST = 'it must be an object of nodes by name, such as {"photo": {"kind": "capriccio.LoadImage"}}'
KIND_MUST = 'it must be the id of a node, such as "capriccio.LoadImage"'

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
NAMES = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="./", min_codepoint=32),
    min_size=1,
    max_size=9,
)
SOCKETS = st.sampled_from(["a", "image", "_x1", "größe"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(1 - 2**53, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)
PARAMS = st.dictionaries(
    TEXTS, st.recursive(SCALARS, lambda x: st.lists(x) | st.dictionaries(TEXTS, x), max_leaves=4), max_size=3
)
MODES = st.sampled_from(get_args(Mode))
POSITIONS = st.tuples(*[st.floats(allow_nan=False, allow_infinity=False) | st.integers(-99, 99)] * 2)
SIDES = st.floats(1e-9, allow_infinity=False) | st.integers(1, 99)
SIZES = st.tuples(SIDES, SIDES)
PARTS = (
    st.dictionaries(
        NAMES,
        st.builds(Placed, st.text("a.B:", min_size=1), PARAMS, st.integers(1, 9), MODES),
        max_size=4,
    ),
    st.lists(st.builds(Link, NAMES, SOCKETS, NAMES, SOCKETS), max_size=6).map(tuple),
    st.dictionaries(TEXTS, POSITIONS, max_size=3),
    st.lists(st.builds(Note, TEXTS, POSITIONS, st.none() | SIZES), max_size=2).map(tuple),
    st.dictionaries(SOCKETS, st.builds("{}.{}".format, NAMES, SOCKETS), max_size=2),
)
LOOKS = {
    "frames": st.lists(st.builds(Frame, TEXTS, POSITIONS, SIZES), max_size=2).map(tuple),
    "collapsed": st.frozensets(TEXTS, max_size=3),
}
GRAPH_NAMES = st.sampled_from(["style", "Zwei 2", "_-", "größe", "n" * 64])
GRAPHS = st.builds(
    Graph, *PARTS, st.dictionaries(GRAPH_NAMES, st.builds(Graph, *PARTS, **LOOKS), max_size=2), **LOOKS
)


def head(**changes: Any) -> dict[str, Any]:
    return {"format": "capriccio-graph", "version": 1, "nodes": {}, "links": [], **changes}


def text_of(**changes: Any) -> bytes:
    return json.dumps(head(**changes)).encode()


@settings(deadline=None, max_examples=100)
@given(GRAPHS)
def test_a_graph_is_read_as_it_was_written_and_written_as_it_was_read(graph: Graph) -> None:
    text = graphfile.dump(graph)
    again = graphfile.parse(text.encode())
    assert again == graph
    assert again.meaning == graph.meaning
    assert graphfile.dump(again) == text


@settings(deadline=None, max_examples=30)
@given(GRAPHS, st.randoms(use_true_random=False))
def test_one_graph_is_one_text_in_whatever_order_it_was_made(graph: Graph, chance: Any) -> None:
    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            items = list(value.items())
            chance.shuffle(items)
            return {key: shuffled(item) for key, item in items}
        return [shuffled(item) for item in value] if isinstance(value, list) else value

    nodes = {name: replace(p, params=shuffled(dict(p.params))) for name, p in graph.nodes.items()}
    other = Graph(
        shuffled(nodes),
        graph.links,
        shuffled(dict(graph.layout)),
        graph.notes,
        shuffled(dict(graph.exposed)),
        shuffled(dict(graph.graphs)),
        frames=graph.frames,
        collapsed=frozenset(shuffled(list(graph.collapsed))),
    )
    assert graphfile.dump(other) == graphfile.dump(graph)


@settings(deadline=None, max_examples=200)
@given(st.integers(0, len(WRITTEN.encode()) - 1), st.binary(max_size=2))
@example(2, b"")
def test_a_damaged_file_gives_a_graph_or_a_graph_file_error(place: int, change: bytes) -> None:
    data = WRITTEN.encode()
    try:
        graph = graphfile.parse(data[:place] + change + data[place + 1 :])
    except GraphFileError as error:
        assert str(error)
    else:
        assert graphfile.parse(graphfile.dump(graph).encode()) == graph


def test_a_file_has_a_line_for_each_thing_and_its_keys_in_order(tmp_path: Path) -> None:
    save(GRAPH, tmp_path / "a.json")
    assert (tmp_path / "a.json").read_bytes() == WRITTEN.encode()
    save(load(tmp_path / "a.json"), tmp_path / "b.json")
    assert (tmp_path / "b.json").read_bytes() == WRITTEN.encode()


def test_an_empty_graph_is_a_file() -> None:
    text = graphfile.dump(Graph())
    assert json.loads(text) == head()
    assert graphfile.parse(text.encode()) == Graph()


def test_what_may_be_left_out_has_a_default() -> None:
    data = text_of(nodes={"a": {"kind": "toy.X"}}, notes=[{"text": ""}]).replace(b'"links": [], ', b"")
    assert graphfile.parse(data) == Graph({"a": Placed("toy.X", {}, 1)}, notes=(Note("", (0.0, 0.0)),))


def test_a_node_that_nobody_knows_survives_load_and_save(tmp_path: Path) -> None:
    params = {"nested": {"z": [1, 2.5, None], "a": {"deep": True}}}
    graph = Graph({"warp": Placed("brushes.Warp", params, 7)}, (Link("warp", "x", "warp", "y"),))
    save(graph, tmp_path / "a.json")
    read = load(tmp_path / "a.json")
    assert read.nodes == {"warp": Placed("brushes.Warp", params, 7)}
    assert read == graph


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", f"it is empty; {OPEN}"),
        (b" \n\t\n", f"it is empty; {OPEN}"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", f"it is a JPEG picture, which carries no graph; {OPEN}"),
        (b"\xff\xd8\xff" + b" " * 3_000_000, f"it is a JPEG picture, which carries no graph; {OPEN}"),
        (b"GIF89a\1\0", f"it is a GIF picture, which carries no graph; {OPEN}"),
        (b"RIFF\n\n\0\0WEBPVP8 ", f"it is a WebP picture, which carries no graph; {OPEN}"),
        (b"RIFF\n\n\0\0WAVE", f"it is no text (byte 7 is 0); {OPEN}"),
        (b"\x7fELF\2\1\1\0", f"it is no text (byte 8 is 0); {OPEN}"),
        (b"\0", f"it is no text (byte 1 is 0); {OPEN}"),
        (b"[]", f"{NO_GRAPH}, and it is []; {OPEN}"),
        (b"{}", f"{NO_GRAPH}, and it is missing; {OPEN}"),
        (text_of(format="comfy"), f'{NO_GRAPH}, and it is "comfy"; {OPEN}'),
        (text_of(format=None), f"{NO_GRAPH}, and it is null; {OPEN}"),
        (text_of(version=2, nodes=[]), f'"nodes" is []; {NODES_MUST}'),
        (text_of(version=0), '"version" is 0; it must be 1'),
        (text_of(version=True), '"version" is true; it must be 1'),
        (text_of(version=1.0), '"version" is 1.0; it must be 1'),
        (b'{"format": "capriccio-graph", "nodes": {}}', '"version" is missing; it must be 1'),
        (text_of(nodes=[]), f'"nodes" is []; {NODES_MUST}'),
        (b'{"format": "capriccio-graph", "version": 1}', f'"nodes" is missing; {NODES_MUST}'),
        (
            text_of(links={}),
            '"links" is {}; it must be a list of links, such as [["photo.image", "save.image"]]',
        ),
        (
            text_of(layout=[1]),
            '"layout" is [1]; it must be an object of positions by name, such as {"photo": [0, 260]}',
        ),
        (
            text_of(notes="x" * 200),
            f'"notes" is "{"x" * 99}...; it must be a list of notes, '
            'such as [{"text": "mind the gap", "position": [0, 260]}]',
        ),
        (
            text_of(lnks=[]),
            '"lnks" is unknown here; remove it, or use format, version, nodes, links, exposed, layout, '
            "notes, frames, collapsed and graphs; did you mean links?",
        ),
        (
            text_of(nodes={"a": []}),
            "node a: it is []; it must be an object with kind, version, mode and params",
        ),
        (text_of(nodes={"a": {}}), f'node a: "kind" is missing; {KIND_MUST}'),
        (text_of(nodes={"a": {"kind": ""}}), f'node a: "kind" is ""; {KIND_MUST}'),
        (text_of(nodes={"a": {"kind": 5}}), f'node a: "kind" is 5; {KIND_MUST}'),
        (
            text_of(nodes={"a": {"kind": "x", "code": "1"}}),
            'node a: "code" is unknown here; remove it, or use kind, version, mode and params; '
            "did you mean mode?",
        ),
        (
            text_of(nodes={"a": {"kind": "x", "version": True}}),
            'node a: "version" is true; it must be a whole number from 1',
        ),
        (
            text_of(nodes={"a": {"kind": "x", "version": 0}}),
            'node a: "version" is 0; it must be a whole number from 1',
        ),
        (
            text_of(nodes={"a": {"kind": "x", "mode": "off"}}),
            'node a: "mode" is "off"; it must be "on", "mute" or "bypass"',
        ),
        (
            text_of(nodes={"a": {"kind": "x", "params": []}}),
            'node a: "params" is []; it must be an object of settings by name, such as {"side": 256}',
        ),
        (
            text_of(layout={"a": [1, 2], "b": [1]}),
            "the layout of b is [1]; it must be two numbers, such as [0, 260]",
        ),
        (
            text_of(layout={"a": [True, 1]}),
            "the layout of a is [true, 1]; it must be two numbers, such as [0, 260]",
        ),
        (
            text_of(notes=[{"text": ""}, {"text": "", "x": 1}]),
            'note 2: "x" is unknown here; remove it, or use text, position and size',
        ),
        (text_of(notes=[{}]), 'note 1: "text" is missing; it must be a text of at most 10,000 characters'),
        (
            text_of(notes=[{"text": "", "position": None}]),
            'note 1: "position" is null; it must be two numbers, such as [0, 260]',
        ),
        (
            text_of(notes=[{"text": "", "size": [1, 0]}]),
            'note 1: "size" is [1, 0]; it must be two numbers above 0, such as [640, 320]',
        ),
        (
            text_of(frames={}),
            '"frames" is {}; it must be a list of frames, such as '
            '[{"title": "style", "position": [0, 0], "size": [640, 320]}]',
        ),
        (
            text_of(frames=[{"title": "a", "position": [0, 0], "size": [1, 1]}, {"title": "b"}]),
            'frame 2: "position" is missing; it must be two numbers, such as [0, 260]',
        ),
        (
            text_of(frames=[{"title": "a" * 201, "position": [0, 0], "size": [1, 1]}]),
            f'frame 1: "title" is "{"a" * 99}...; it must be a text of at most 200 characters',
        ),
        (
            text_of(frames=[{"title": "a", "position": [0, 0], "size": [-1, 1]}]),
            'frame 1: "size" is [-1, 1]; it must be two numbers above 0, such as [640, 320]',
        ),
        (
            text_of(frames=[{"title": "a", "position": [0, 0], "size": [1, 1], "color": "red"}]),
            'frame 1: "color" is unknown here; remove it, or use title, position and size',
        ),
        (
            text_of(collapsed="photo"),
            '"collapsed" is "photo"; it must be a list of names of nodes, such as ["photo"]',
        ),
        (text_of(collapsed=["a", 5]), "collapsed 2 is 5; it must be the name of a node"),
        (
            text_of(exposed=[]),
            '"exposed" is []; it must be an object of settings by name, such as {"strength": "dream.rate"}',
        ),
        (
            text_of(exposed={"a": "b.c", "strength": "dream"}),
            'what is exposed as strength is "dream"; it must be "node.setting"',
        ),
        (
            text_of(exposed={"strength": None}),
            'what is exposed as strength is null; it must be "node.setting"',
        ),
        (
            text_of(graphs=[]),
            '"graphs" is []; it must be an object of graphs by name, such as {"style": {"nodes": {}}}',
        ),
        (
            text_of(graphs={"style": []}),
            "graph style: it is []; it must be an object with nodes, links, exposed, layout, notes, "
            "frames and collapsed",
        ),
        (text_of(graphs={"style": {}}), f'graph style: "nodes" is missing; {NODES_MUST}'),
        (text_of(graphs={"style": {"nodes": 1}}), f'graph style: "nodes" is 1; {NODES_MUST}'),
        (
            text_of(graphs={"a": {"nodes": {}}, "b": {"nodes": {"c": {}}}}),
            f'graph b: node c: "kind" is missing; {KIND_MUST}',
        ),
        (
            text_of(graphs={"style": {"nodes": {}, "links": [["a", "b"]]}}),
            'graph style: link 1 is ["a", "b"]; it must be ["node.output", "node.input"]',
        ),
        (
            text_of(graphs={"style": {"nodes": {}, "exposed": {"1": "a.b"}}}),
            "graph style: a setting is exposed as '1'; "
            "use a letter or _, then letters, digits and _, at most 100 together",
        ),
        (
            text_of(graphs={"style": head()}),
            'graph style: "format" is unknown here; '
            "remove it, or use nodes, links, exposed, layout, notes, frames and collapsed",
        ),
        (
            text_of(graphs={"style": {"nodes": {}, "graphs": {}}}),
            'graph style: it brings along graphs itself; put them beside it, in "graphs" of the file',
        ),
        (
            b'{"a": 1,\n "a": 1}',
            "the key 'a' stands twice in one object; keep one (line 2, column 2)",
        ),
        (b'{"a": 1e999}', "the number 1e999 is too large (line 1, column 7)"),
        (b"\xe9", "it is not UTF-8 text (byte 1); save it as UTF-8"),
        (b"\xff\xfe{\0}\0", "it is text in UTF-16; save it as UTF-8"),
        (b"\xef\xbb\xbf{}", "it is text that begins with a byte order mark; save it as UTF-8 without one"),
        (b"hello", "it is not JSON: Expecting value at line 1, column 1"),
    ],
)
def test_what_is_no_graph_is_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(GraphFileError) as caught:
        graphfile.parse(data)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("name", ["", "a.b", "a/b", "a\n", "a\0", "n" * 101])
def test_a_name_that_links_could_not_be_written_with_is_refused(name: str) -> None:
    with pytest.raises(GraphFileError) as caught:
        graphfile.parse(text_of(nodes={name: {"kind": "toy.X"}}))
    assert str(caught.value) == f"a node is called {name!r}; use 1 to 100 characters without . and /"
    graphfile.parse(text_of(nodes={"n" * 100: {"kind": "toy.X"}, "what the « photo » shows": {"kind": "x"}}))


@pytest.mark.parametrize(
    "link",
    [
        ["a", "b.c"],
        ["a.b", "c"],
        ["a.b", ".c"],
        ["a.b", "b.1"],
        ["a.b", "b.c\n"],
        ["a.b"],
        ["a.b", "b.c", "d"],
        ["a.b", 1],
        "a.b",
        None,
    ],
)
def test_a_link_goes_from_an_output_to_an_input(link: Any) -> None:
    with pytest.raises(GraphFileError) as caught:
        graphfile.parse(text_of(links=[["a.b", "b.c"], link]))
    assert str(caught.value) == f'link 2 is {json.dumps(link)}; it must be ["node.output", "node.input"]'


@pytest.mark.parametrize("name", ["", "a b", "1a", "a-b", "a.b", "a\n", "a" * 101])
def test_what_could_be_no_socket_is_not_exposed(name: str) -> None:
    with pytest.raises(GraphFileError) as caught:
        graphfile.parse(text_of(exposed={name: "a.b"}))
    assert str(caught.value) == (
        f"a setting is exposed as {name!r}; "
        "use a letter or _, then letters, digits and _, at most 100 together"
    )
    names = {"a": "a.b", "_1": "a.b", "größe": "the « photo ».x", "a" * 100: "a.b"}
    assert graphfile.parse(text_of(exposed=names)).exposed == names


@pytest.mark.parametrize("socket", ["a", "a.", ".b", "a.b.c", "a.1", "a.b\n", f"{'n' * 100}.{'s' * 100}", 1])
def test_what_is_exposed_is_a_setting_of_a_node(socket: Any) -> None:
    with pytest.raises(GraphFileError) as caught:
        graphfile.parse(text_of(exposed={"x": socket}))
    shown = json.dumps(socket) if len(str(socket)) < 99 else f'"{str(socket)[:99]}...'
    assert str(caught.value) == f'what is exposed as x is {shown}; it must be "node.setting"'


@pytest.mark.parametrize("name", ["", "a/b", "../a", "a.b", " a", "-a", "a\n", "a" * 65])
def test_a_graph_in_a_file_has_a_name_that_a_saved_one_could_have(name: str) -> None:
    with pytest.raises(GraphFileError) as caught:
        graphfile.parse(text_of(graphs={name: {"nodes": {}}}))
    assert str(caught.value) == (
        f"a graph in it is called {name!r}; use 1 to 64 letters, digits, spaces, - and _"
    )
    assert set(graphfile.parse(text_of(graphs={"a" * 64: {"nodes": {}}, "Größe 2-_": {"nodes": {}}})).graphs)


COMPOSED = Graph(
    {"style": Placed("graph:style 2", {"strength": 2.0})},
    exposed={"strength": "style.strength", "again": "style.strength"},
    graphs={
        "style 2": Graph(
            {"b": Placed("toy.Number"), "a": Placed("graph:blur")},
            (Link("b", "number", "a", "items"),),
            {"a": (1, 2)},
            (Note("inside"),),
            {"strength": "b.value"},
            frames=(Frame("within", (0, 0), (10, 20)),),
            collapsed=frozenset("a"),
        ),
        "blur": Graph({"x": Placed("toy.Blur")}),
    },
)
COMPOSED_TEXT = """{
  "format": "capriccio-graph",
  "version": 1,
  "nodes": {
    "style": {"kind": "graph:style 2", "version": 1, "params": {"strength": 2.0}}
  },
  "links": [],
  "exposed": {
    "again": "style.strength",
    "strength": "style.strength"
  },
  "graphs": {
    "blur": {
      "nodes": {
        "x": {"kind": "toy.Blur", "version": 1}
      },
      "links": []
    },
    "style 2": {
      "nodes": {
        "a": {"kind": "graph:blur", "version": 1},
        "b": {"kind": "toy.Number", "version": 1}
      },
      "links": [
        ["b.number", "a.items"]
      ],
      "exposed": {
        "strength": "b.value"
      },
      "layout": {
        "a": [1.0, 2.0]
      },
      "notes": [
        {"text": "inside", "position": [0.0, 0.0]}
      ],
      "frames": [
        {"title": "within", "position": [0.0, 0.0], "size": [10.0, 20.0]}
      ],
      "collapsed": [
        "a"
      ]
    }
  }
}
"""


def test_the_example_of_a_graph_that_brings_one_along_is_written_as_it_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "graph-file.md").read_text()
    (example,) = re.findall(r"(?<=itself:\n\n```json\n).*?(?=```)", page, re.DOTALL)
    graph = graphfile.parse(example.encode())
    assert (graph.nodes["small"].graph, list(graph.graphs)) == ("thumbnail", ["thumbnail"])
    assert graphfile.dump(graph) == example


def test_graphs_in_a_file_have_a_line_for_each_thing_too(tmp_path: Path) -> None:
    save(COMPOSED, tmp_path / "a.json")
    assert (tmp_path / "a.json").read_text() == COMPOSED_TEXT
    assert load(tmp_path / "a.json") == COMPOSED


NEWER = (
    "it was made by a newer Capriccio (format 2, and this one reads 1), "
    "so it can be looked at but not changed, run or saved; update Capriccio"
)


def newer(**changes: Any) -> Graph:
    """What is understood of a file of the next version."""
    graph = graphfile.parse(text_of(version=2, **changes))
    assert graph.newer == NEWER
    return replace(graph, newer="")


def test_a_newer_file_is_read_and_says_why_it_can_only_be_looked_at() -> None:
    new = json.loads(COMPOSED_TEXT.replace('"version": 1,\n  "nodes"', '"version": 7,\n  "nodes"'))
    graph = graphfile.parse(json.dumps(new).encode())
    assert graph.newer == NEWER.replace("format 2", "format 7")
    assert replace(graph, newer="") == COMPOSED
    assert (newer(), graph != COMPOSED) == (Graph(), True)


@pytest.mark.parametrize(
    ("changes", "graph"),
    [
        ({"tapes": [1], "links": None, "layout": 3, "notes": {}, "exposed": "x", "graphs": []}, Graph()),
        (
            {"nodes": {"a": {"kind": "x", "shape": "round", "params": {"n": 1}}, "b": {"shape": 1}, "c": 5}},
            Graph({"a": Placed("x", {"n": 1})}),
        ),
        (
            {
                "nodes": {
                    "a": {"kind": "x", "mode": "solo", "version": "2.1", "params": [1]},
                    "a/b": {"kind": "x"},
                }
            },
            Graph({"a": Placed("x")}),
        ),
        ({"nodes": {"a\n": {"kind": "x"}, "b": {"kind": ""}, "c": {"kind": 1}}}, Graph()),
        (
            {"links": [["a.b", "c.d"], ["a.b", "c.d", {"color": "red"}], ["a", "b"], None]},
            Graph(links=(Link("a", "b", "c", "d"),)),
        ),
        (
            {"layout": {"a": [1, 2], "b": [1, 2, 3], "c": {"x": 1}}},
            Graph(layout={"a": (1.0, 2.0)}),
        ),
        (
            {"notes": [{"text": "a", "position": "left"}, {"markdown": "b"}, {"text": "c", "font": 1}, "d"]},
            Graph(notes=(Note("a"), Note("c"))),
        ),
        (
            {"frames": [1, {"title": "a", "position": [0, 0], "size": [1, 2], "color": 5}, {"title": "b"}]},
            Graph(frames=(Frame("a", (0.0, 0.0), (1.0, 2.0)),)),
        ),
        ({"collapsed": ["a", 5, {"node": "b"}], "frames": {}}, Graph(collapsed=frozenset("a"))),
        (
            {"exposed": {"a": "x.y", "b": {"socket": "x.y"}, "c d": "x.y", "e": "x"}},
            Graph(exposed={"a": "x.y"}),
        ),
        (
            {
                "graphs": {
                    "a": {"nodes": {"n": {"kind": "x", "new": 1}, "m": 0}, "graphs": {}, "new": 1},
                    "b": {"steps": []},
                    "a/b": {"nodes": {}},
                }
            },
            Graph(graphs={"a": Graph({"n": Placed("x")})}),
        ),
    ],
)
def test_what_is_not_understood_of_a_newer_file_is_left_out(changes: dict[str, Any], graph: Graph) -> None:
    assert newer(**changes) == graph


JSON = st.recursive(SCALARS, lambda x: st.lists(x) | st.dictionaries(TEXTS | SOCKETS, x), max_leaves=6)


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_whatever_a_newer_file_holds_it_can_be_looked_at(data: st.DataObject) -> None:
    content = json.loads(COMPOSED_TEXT)
    for _ in range(data.draw(st.integers(1, 4))):
        place = content
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            key = data.draw(st.sampled_from(keys)) if keys else None
            if key is None or not isinstance(place[key], dict | list) or data.draw(st.booleans()):
                break
            place = place[key]
        if isinstance(place, dict):
            place[data.draw(TEXTS) if key is None or data.draw(st.booleans()) else key] = data.draw(JSON)
        elif key is not None:
            place[key] = data.draw(JSON)
    nodes = content.get("nodes")
    head = {"format": "capriccio-graph", "version": 2, "nodes": nodes if isinstance(nodes, dict) else {}}
    graph = graphfile.parse(json.dumps({**content, **head}).encode())
    assert graph.newer == NEWER
    known = replace(graph, newer="")
    assert graphfile.parse(graphfile.dump(known).encode()) == known


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b'{"format": "capriccio-graph", "version": 2}', f'"nodes" is missing; {NODES_MUST}'),
        (text_of(version=2)[:-1], "it is not JSON: "),
        (text_of(version=2, x=json.loads("[" * 64 + "]" * 64)), "it is nested deeper than 64 levels"),
        (text_of(version=2, x="x" * 2_000_000), "it is larger than 2,000,000 bytes; "),
        (
            text_of(version=2, nodes={f"n{number}": {"kind": "toy.X"} for number in range(2001)}),
            "it holds 2,001 nodes and the limit is 2,000; ",
        ),
    ],
)
def test_a_newer_file_is_refused_for_what_no_version_may_hold(data: bytes, sentence: str) -> None:
    with pytest.raises(GraphFileError) as caught:
        graphfile.parse(data)
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize("graph", [Graph(newer=NEWER), Graph(graphs={"style": Graph(newer=NEWER)})])
def test_a_newer_graph_is_written_nowhere(tmp_path: Path, graph: Graph) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(text_of(version=2, more=True))
    for write in (lambda: save(graph, path), lambda: graphfile.dump(graph), lambda: small_png(graph)):
        with pytest.raises(GraphFileError) as caught:
            write()
        assert str(caught.value) == NEWER
    assert path.read_bytes() == text_of(version=2, more=True)


def test_a_file_is_read_up_to_two_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "big.json"
    data = text_of(notes=[])
    path.write_bytes(data + b" " * (2_000_000 - len(data)))
    assert load(path) == Graph()
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(GraphFileError) as caught:
        load(path)
    assert str(caught.value) == (
        "big.json: it is larger than 2,000,000 bytes; raise the limit if you trust it"
    )
    assert load(path, Limits(size=2_000_001)) == Graph()


def test_of_a_file_that_is_far_too_large_only_so_much_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    path.touch()
    os.truncate(path, 50_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(GraphFileError, match="it is no text"):
            load(path)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_a_graph_holds_up_to_two_thousand_nodes() -> None:
    def data(count: int) -> bytes:
        return text_of(nodes={f"n{number}": {"kind": "toy.X"} for number in range(count)})

    assert len(graphfile.parse(data(2000)).nodes) == 2000
    with pytest.raises(GraphFileError) as caught:
        graphfile.parse(data(2001))
    assert str(caught.value) == "it holds 2,001 nodes and the limit is 2,000; raise it if you trust the file"
    assert len(graphfile.parse(data(2001), Limits(nodes=2001)).nodes) == 2001


def test_the_nodes_of_all_graphs_in_a_file_count_together(tmp_path: Path) -> None:
    def nodes(count: int) -> dict[str, Any]:
        return {f"n{number}": {"kind": "toy.X"} for number in range(count)}

    graphs = {"a": {"nodes": nodes(600)}, "b": {"nodes": nodes(400)}}
    graph = graphfile.parse(text_of(nodes=nodes(1000), graphs=graphs))
    with pytest.raises(GraphFileError) as caught:
        graphfile.parse(text_of(nodes=nodes(1001), graphs=graphs))
    assert str(caught.value) == "it holds 2,001 nodes and the limit is 2,000; raise it if you trust the file"
    larger = graph.with_node("one more", Placed("toy.X"))
    save(larger, tmp_path / "a.json")
    assert load(tmp_path / "a.json", Limits(nodes=2001)) == larger


def test_a_file_is_nested_up_to_64_levels() -> None:
    def data(depth: int) -> bytes:
        value = json.loads("[" * (depth - 4) + "]" * (depth - 4))
        return text_of(nodes={"a": {"kind": "toy.X", "params": {"x": value}}})

    assert graphfile.parse(data(64)).nodes["a"].kind == "toy.X"
    with pytest.raises(GraphFileError) as caught:
        graphfile.parse(data(65))
    assert str(caught.value) == "it is nested deeper than 64 levels"
    assert graphfile.parse(data(65), Limits(depth=65)).nodes["a"].kind == "toy.X"


def test_a_graph_beyond_the_limits_can_be_saved_by_who_made_it(tmp_path: Path) -> None:
    graph = Graph({f"n{number}": Placed("toy.X", {"text": "x" * 900}) for number in range(2500)})
    save(graph, tmp_path / "a.json")
    assert load(tmp_path / "a.json", Limits(size=5_000_000, nodes=2500)) == graph


@pytest.mark.parametrize(
    ("graph", "sentence"),
    [
        (Graph({"a.b": Placed("toy.X")}), "a node is called 'a.b'; use 1 to 100 characters without . and /"),
        (Graph({"a": Placed("toy.X", {"x": 2**53})}), f"the whole number {2**53} is too large"),
        (Graph({"a": Placed("toy.X", {"x": math.nan})}), "the graph holds what no graph file can: "),
        (Graph({"a": Placed("toy.X", {"x": math.inf})}), "the graph holds what no graph file can: "),
        (Graph({"a": Placed("toy.X", {"x": Path("a")})}), "the graph holds what no graph file can: "),
        (Graph(layout={"a": (math.nan, 0)}), "the graph holds what no graph file can: "),
        (Graph({"a": Placed("toy.\ud800")}), "it is not UTF-8 text"),
        (Graph(links=(Link("a", "b c", "d", "e"),)), 'link 1 is ["a.b c", "d.e"]; it must be '),
        (Graph(exposed={"a b": "c.d"}), "a setting is exposed as 'a b'; use a letter or _"),
        (Graph(exposed={"a": "c"}), 'what is exposed as a is "c"; it must be "node.setting"'),
        (Graph(graphs={"a/b": Graph()}), "a graph in it is called 'a/b'; use 1 to 64 letters"),
        (Graph(graphs={"a": Graph(graphs={"b": Graph()})}), "graph a: it brings along graphs itself; "),
        (Graph(graphs={"a": Graph({"n": Placed("")})}), 'graph a: node n: "kind" is ""; '),
    ],
)
def test_what_could_not_be_read_again_is_not_written(tmp_path: Path, graph: Graph, sentence: str) -> None:
    path = tmp_path / "a.json"
    path.write_text("old")
    with pytest.raises(GraphFileError) as caught:
        save(graph, path)
    assert str(caught.value).startswith(sentence)
    assert path.read_text() == "old"


def test_a_path_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for path, reason in ((tmp_path / "no.json", "No such file or directory"), (tmp_path, "Is a directory")):
        with pytest.raises(GraphFileError) as caught:
            load(path)
        assert str(caught.value) == f"{path}: cannot be read: {reason}"


def small_png(graph: Graph | None) -> bytes:
    picture = Picture.new("RGB", (3, 2), "#e0b040")
    if graph is not None:
        return graphfile.png(picture, graph)
    file, info = BytesIO(), PngInfo()
    info.add_text("Comment", "made by hand")
    picture.save(file, "PNG", pnginfo=info)
    return file.getvalue()


def test_a_picture_carries_the_graph_that_made_it(tmp_path: Path) -> None:
    # Opened by what it holds, whatever its name says.
    path = tmp_path / "picture.json"
    path.write_bytes(small_png(GRAPH))
    assert load(path) == GRAPH
    with Picture.open(path) as picture:
        assert (picture.size, picture.getpixel((0, 0))) == ((3, 2), (0xE0, 0xB0, 0x40))


def test_a_picture_carries_a_graph_of_any_size_that_is_allowed(tmp_path: Path) -> None:
    graph = Graph({f"n{number}": Placed("toy.X", {"text": "é" * 450}) for number in range(1900)})
    (tmp_path / "a.png").write_bytes(small_png(graph))
    assert load(tmp_path / "a.png") == graph
    with pytest.raises(GraphFileError, match=r"^a\.png: it is larger than 1,000,000 bytes"):
        load(tmp_path / "a.png", Limits(size=1_000_000))


def test_a_picture_without_a_graph_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(small_png(None))
    with pytest.raises(GraphFileError) as caught:
        load(tmp_path / "a.png")
    assert str(caught.value) == f"a.png: it is a picture that carries no graph; {OPEN}"


@pytest.mark.parametrize("end", [8, 20, 30])
def test_a_picture_that_is_cut_short_says_so(tmp_path: Path, end: int) -> None:
    (tmp_path / "a.png").write_bytes(small_png(GRAPH)[:end])
    with pytest.raises(GraphFileError) as caught:
        load(tmp_path / "a.png")
    assert str(caught.value) == f"a.png: it is a PNG that is damaged or cut short; {OPEN}"


def test_a_picture_of_too_many_pixels_is_not_opened(tmp_path: Path) -> None:
    header = b"IHDR" + struct.pack(">IIBBBBB", 100_000, 100_000, 8, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    (tmp_path / "a.png").write_bytes(small_png(None)[:8] + chunk + small_png(None)[33:])
    with pytest.raises(GraphFileError) as caught:
        load(tmp_path / "a.png")
    assert str(caught.value) == f"a.png: it is a PNG with too many pixels; {OPEN}"


def test_an_empty_file_is_told_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.json").touch()
    with pytest.raises(GraphFileError) as caught:
        load(tmp_path / "a.json")
    assert str(caught.value) == f"a.json: it is empty; {OPEN}"


def test_a_picture_with_a_strange_text_in_the_place_of_a_graph_says_what_is_wrong(tmp_path: Path) -> None:
    file, info = BytesIO(), PngInfo()
    info.add_itxt(graphfile.PNG_KEY, "{")
    Picture.new("L", (1, 1)).save(file, "PNG", pnginfo=info)
    (tmp_path / "a.png").write_bytes(file.getvalue())
    with pytest.raises(GraphFileError, match=r"^a\.png: it is not JSON: "):
        load(tmp_path / "a.png")


@pytest.mark.parametrize(
    "damage",
    [
        lambda data, at: data[:at],
        lambda data, at: data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :],
        lambda data, at: data[:at] + b"\0\0" + data[at:],
    ],
    ids=["cut off", "changed", "shifted"],
)
def test_a_damaged_picture_gives_its_graph_or_a_graph_file_error(
    tmp_path: Path, damage: Callable[[bytes, int], bytes]
) -> None:
    data, path = small_png(Graph({"a": Placed("toy.X")})), tmp_path / "a.png"
    refused = 0
    for at in range(8, len(data)):
        path.write_bytes(damage(data, at))
        try:
            assert isinstance(load(path), Graph)
        except GraphFileError as error:
            assert re.match(r'a\.png: (it |the |node |a node |link |")', str(error))
            refused += 1
    assert refused > 20


def test_the_schema_describes_what_is_written_and_nothing_else() -> None:
    schema = graphfile.schema()
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    assert validator.is_valid(json.loads(WRITTEN))
    assert validator.is_valid(json.loads(COMPOSED_TEXT))
    for wrong in (
        head(exposed={"a b": "c.d"}),
        head(exposed={"a": "c"}),
        head(graphs={"a/b": {"nodes": {}}}),
        head(graphs={"a": {}}),
        head(graphs={"a": head()}),
        head(extra=1),
        head(version=2),
        head(nodes={"a": {}}),
        head(nodes={"a": {"kind": "x", "mode": "off"}}),
        head(links=[["a", "b"]]),
    ):
        assert not validator.is_valid(wrong)
