"""What the page takes an operation to do at once is what the server then does."""

import json
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest
from capriccio.core import graphfile
from capriccio.core.graph import Graph
from capriccio.server import wire
from capriccio.server.edits import check, edited
from capriccio.server.refusal import Refusal

from build_page import npm

EDITOR = Path(__file__).parents[2] / "server/editor"
CASES = 400


@pytest.fixture(scope="module")
def page_ops(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page's own code for operations, as a script for Node.js."""
    folder = tmp_path_factory.mktemp("agreement")
    found = npm.found()
    assert found, f"there is no Node.js; {npm.NODE} is wanted"
    words = ["exec", "--offline", "--", "vite", "build", "--ssr", "src/graph/agreement.ts", "--outDir"]
    made = found.run(EDITOR, *words, str(folder), "--emptyOutDir")
    assert made.returncode == 0, made.stdout
    return folder / "agreement.js"


def asked(script: Path, question: object) -> Any:
    found = npm.found()
    assert found
    ended = subprocess.run(
        [found.node / "node", script], input=json.dumps(question), capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def read(content: dict[str, Any]) -> Graph:
    file = {"format": graphfile.FORMAT, "version": graphfile.VERSION, **content}
    return graphfile.parse(json.dumps(file).encode())


def of_server(case: dict[str, Any]) -> Graph | None:
    """What the server makes of it; None where it refuses."""
    try:
        ops = msgspec.convert(case["ops"], list[wire.Op])
        for op in ops:
            check(op)
        return edited(read(case["content"]), ops)
    except Refusal:
        return None


def test_page_and_server_agree_on_what_operations_make_of_graphs(page_ops: Path) -> None:
    cases = asked(page_ops, CASES)
    refused = 0
    for case, of_page in zip(cases, asked(page_ops, cases), strict=True):
        graph = of_server(case)
        if graph is None:
            refused += 1
            assert isinstance(of_page, str), f"only the server refuses {case['ops']}"
        else:
            assert not isinstance(of_page, str), f"only the page refuses {case['ops']}: {of_page}"
            assert read(of_page) == graph, case["ops"]
    assert 0 < refused < CASES / 2
