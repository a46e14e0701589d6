"""The page and the server speak of the same messages."""

import re
from pathlib import Path
from types import UnionType
from typing import get_args

import msgspec
import pytest
from capriccio.core.graphfile import FileNode, GraphFile
from capriccio.server import wire
from capriccio.server.typescript import COLUMNS, written

FILE = Path(__file__).parents[2] / "server" / "editor" / "wire.ts"
TEXT = written()
BODIES = dict(re.findall(r"^export interface (\w+) \{\n(.*?)^\}$", TEXT, re.DOTALL | re.MULTILINE))
UNIONS = {
    "Op": wire.Op,
    "AnyRequest": wire.AnyRequest,
    "AnyMessage": wire.AnyMessage,
    "Metadata": wire.Metadata,
}
STRUCTS = [struct for union in UNIONS.values() for struct in get_args(union)]


def fields(struct: type[msgspec.Struct]) -> list[str]:
    """The lines of an interface, without comments."""
    return [
        line.strip() for line in BODIES[struct.__name__].splitlines() if not line.lstrip().startswith("/")
    ]


def test_the_types_of_the_page_are_those_that_the_code_gives() -> None:
    assert FILE.read_text(encoding="utf-8") == TEXT, "run: make schema"


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda struct: struct.__name__)
def test_every_message_is_an_interface_with_its_tag_and_all_its_fields(struct: type[msgspec.Struct]) -> None:
    config = struct.__struct_config__
    names = [re.match(r"\w+", line)[0] for line in fields(struct)]  # type: ignore[index]
    assert names == ([config.tag_field] if config.tag_field else []) + list(struct.__struct_fields__)
    if config.tag_field:
        assert fields(struct)[0] == f'{config.tag_field}: "{config.tag}";'


def test_nothing_is_declared_twice() -> None:
    names = re.findall(r"^export \w+ (\w+)", TEXT, re.MULTILINE)
    assert len(names) == len(set(names))
    assert {"FileGraph", "FileNode", "FileNote", "GraphFile", "RunInfo", "Problem"} <= set(names)
    assert not {"Operation", "Request", "Message"} & set(names)  # which no client can meet


@pytest.mark.parametrize("name", UNIONS)
def test_the_unions_have_their_members_in_order(name: str) -> None:
    (found,) = re.findall(rf"^export type {name} =(.*?);", TEXT, re.DOTALL | re.MULTILINE)
    union: UnionType = UNIONS[name]
    assert re.findall(r"\w+", found) == [struct.__name__ for struct in get_args(union)]


@pytest.mark.parametrize("struct", [*get_args(wire.AnyRequest), *get_args(wire.Op), wire.UploadChunk])
def test_a_client_may_leave_out_what_has_a_default(struct: type[msgspec.Struct]) -> None:
    left_out = {line.partition("?")[0] for line in fields(struct) if "?:" in line}
    defaults = {field.name for field in msgspec.structs.fields(struct) if not field.required}
    assert left_out == defaults


@pytest.mark.parametrize("struct", [*get_args(wire.AnyMessage), wire.Preview, wire.ResultChunk])
def test_the_server_leaves_nothing_out(struct: type[msgspec.Struct]) -> None:
    assert "?:" not in BODIES[struct.__name__]


def test_nodes_of_a_graph_leave_out_their_defaults_wherever_they_go() -> None:
    defaults = [field.name for field in msgspec.structs.fields(FileNode) if not field.required]
    assert re.findall(r"(\w+)\?:", BODIES["FileNode"]) == defaults
    assert re.findall(r"(\w+)\?:", BODIES["GraphFile"]) == []


@pytest.mark.parametrize(
    ("struct", "line"),
    [
        (wire.SaveGraph, "to?: string | null;"),
        (wire.Ack, "frames: [string, string, number][];"),
        (wire.Edit, "ops: Op[];"),
        (wire.FetchResult, "format?: Format;"),
        (wire.BeginUpload, 'kind: "graph" | "picture";'),
        (wire.SetParams, "params?: Record<string, unknown>;"),
        (wire.RunInfo, "state: RunState;"),
        (wire.NodeReport, "measures: Record<string, number | null>;"),
        (wire.NodeReport, "value: string | number | null;"),
        (wire.Opened, "content: GraphFile;"),
        (wire.ExposeSetting, "socket?: string | null;"),
        (GraphFile, "graphs: Record<string, FileGraph>;"),
        (GraphFile, "exposed: Record<string, string>;"),
        (wire.Status, "sent: Record<string, Record<string, number>>;"),
        (wire.Catalogue, "ready: boolean;"),
    ],
)
def test_a_field_has_the_type_that_its_json_has(struct: type[msgspec.Struct], line: str) -> None:
    assert line in fields(struct)


def test_docstrings_and_descriptions_are_comments() -> None:
    assert "/** Put a node elsewhere on the canvas. */\nexport interface MoveNode {" in TEXT
    assert "/**\n * Change settings of a node; those named in `reset` get their defaults back.\n *\n" in TEXT
    assert "  /** Pixels of the longer side. */\n  width?: number;" in TEXT


@pytest.mark.parametrize("name", ["PROTOCOL", "CHUNK", "TEXT", "UPLOAD", "WIDTH"])
def test_the_limits_are_constants(name: str) -> None:
    assert f"export const {name} = {getattr(wire, name)};" in TEXT


def test_the_kinds_of_frames_are_constants() -> None:
    (found,) = re.findall(r"^export const KINDS = \{(.*?)\} as const;", TEXT, re.DOTALL | re.MULTILINE)
    numbers = {name: int(number) for name, number in re.findall(r"(\w+): (\d+)", found)}
    assert numbers == {kind.__name__: number for kind, number in wire.KINDS.items()}


def test_no_line_of_code_is_too_long() -> None:
    code = [line for line in TEXT.splitlines() if not line.lstrip().startswith(("/", "*"))]
    assert max(map(len, code)) <= COLUMNS
