"""What the documents say is true."""

import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest
from capriccio.core import Catalog, graphfile, hooks
from capriccio.server import schema

DOCS = Path(__file__).parents[1] / "docs"
HOOKS = [
    name for name, value in vars(hooks).items() if inspect.isfunction(value) and name.startswith("register_")
]


@pytest.mark.parametrize(
    ("file", "made"), [("graph.schema.json", graphfile.schema()), ("protocol.schema.json", schema.schema())]
)
def test_the_published_schema_is_the_one_that_the_code_gives(file: str, made: dict[str, Any]) -> None:
    assert (DOCS / file).read_text() == json.dumps(made, indent=2) + "\n", "run: make schema"


def test_the_example_of_a_graph_file_can_be_read() -> None:
    (example, *_) = re.findall(r"```json\n(.*?)```", (DOCS / "graph-file.md").read_text(), re.DOTALL)
    graph = graphfile.parse(example.encode())
    assert list(graph.nodes) == ["photo", "small", "save"]
    assert len(graph.links) == 2


def test_there_are_hooks() -> None:
    assert len(HOOKS) == 4


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_documented_with_an_example(hook: str) -> None:
    _, heading, rest = (DOCS / "plugins.md").read_text().partition(f"## {hook}\n")
    assert heading
    assert f"@hookimpl\ndef {hook}(register):" in rest.partition("\n## ")[0]


def test_the_examples_of_the_plugin_guide_make_one_plugin_that_loads(tmp_path: Path) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", (DOCS / "plugins.md").read_text(), re.DOTALL | re.MULTILINE)
    file = tmp_path / "brushes.py"
    file.write_text("\n".join(blocks))
    catalog = Catalog.load(installed=False, files=[file], weights=tmp_path)
    assert set(catalog.nodes) - set(Catalog().nodes) == {"brushes.Negative"}
    assert "Palette" in catalog.port_types
    assert catalog.previews["Palette"](["#ff0000", "#0000ff"]).size == (128, 64)
    assert list(catalog.weights.records) == ["brushes-small"]


def test_the_examples_of_the_node_guide_are_nodes() -> None:
    prelude = (
        "from collections.abc import Mapping\nfrom torch import Tensor\n"
        "from torch.nn.functional import avg_pool2d\n"
        "from capriccio.core import *\n"
    )
    blocks = re.findall(r"^```python\n(.*?)^```", (DOCS / "nodes.md").read_text(), re.DOTALL | re.MULTILINE)
    names: dict[str, object] = {}
    exec(prelude + "\n".join(blocks), names)
    assert {"between", "soften", "drift", "grey", "brightness", "every_second", "fade"} <= set(names)
