"""Anyone can write a client from the schema."""

from typing import Any, get_args

import msgspec
import pytest
from capriccio.core.graphfile import FileGraph, GraphFile
from capriccio.server import wire
from capriccio.server.schema import schema
from jsonschema import Draft202012Validator

SCHEMA = schema()
VALIDATOR = Draft202012Validator(SCHEMA)


def of(name: str) -> Draft202012Validator:
    """What checks one part of the schema."""
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]})


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("struct", [*get_args(wire.AnyRequest), *get_args(wire.AnyMessage), *wire.KINDS])
def test_every_message_is_described(struct: type[msgspec.Struct]) -> None:
    description = SCHEMA["$defs"][struct.__name__]["description"]
    assert description
    assert "\n " not in description  # as Python 3.13 has it, and those before do not


@pytest.mark.parametrize(
    "request_",
    [
        {"type": "hello", "token": "a"},
        {"type": "edit", "id": 1, "graph": "a", "revision": 0, "ops": [{"op": "remove", "node": "b"}]},
        {"type": "cancel", "run": None},
        {"type": "export", "graph": "a"},
        {
            "type": "edit",
            "graph": "a",
            "revision": 0,
            "ops": [
                {"op": "expose", "name": "größe_2", "socket": "a b.size"},
                {"op": "expose", "name": "b", "socket": None},
                {"op": "expose", "name": "c"},
                {"op": "add", "node": "s", "kind": "graph:style as a node"},
            ],
        },
    ],
)
def test_a_request_that_the_server_reads_fits_the_schema(request_: dict[str, Any]) -> None:
    wire.read(msgspec.json.encode(request_).decode())
    VALIDATOR.validate(request_)
    of("Request").validate(request_)
    assert not of("Message").is_valid(request_)


@pytest.mark.parametrize(
    "request_",
    [
        {"type": "hello"},
        {"type": "helo", "token": "a"},
        {"type": "hello", "token": "a", "colour": 1},
        {"type": "open_graph", "graph": "../a"},
        {"type": "open_graph", "graph": "a\n"},
        {"type": "edit", "graph": "a", "revision": 0, "ops": []},
        {"type": "edit", "graph": "a", "revision": 0, "ops": [{"op": "expose", "name": "a b"}]},
        {"type": "edit", "graph": "a", "revision": 0, "ops": [{"op": "expose", "name": "1"}]},
        {"type": "edit", "graph": "a", "revision": 0, "ops": [{"op": "expose", "name": "a", "socket": "b"}]},
        {"type": "edit", "graph": "a", "revision": 2**53, "ops": [{"op": "remove", "node": "b"}]},
    ],
)
def test_a_request_that_the_server_refuses_does_not_fit_the_schema(request_: dict[str, Any]) -> None:
    with pytest.raises(wire.WireError):
        wire.read(msgspec.json.encode(request_).decode())
    assert not VALIDATOR.is_valid(request_)


@pytest.mark.parametrize(
    "message",
    [
        wire.Done(re=3),
        wire.Refused(text="no"),
        wire.Catalogue(ready=True),
        wire.Node(graph="a", run=1, info=wire.NodeReport("n", "running", measures={"loss": None})),
        wire.Run(info=wire.RunInfo(1, "a", 2, "refused", problems=[wire.Problem("it is empty")])),
        wire.Edited(graph="a", revision=2, ops=[wire.MoveNode("n", (1.0, 2.0)), wire.ExposeSetting("a")]),
        wire.Exported(graph="a", revision=2, text="{}"),
        wire.Opened(
            graph="a",
            revision=0,
            content=GraphFile("capriccio-graph", 1, {}, exposed={"a": "b.c"}, graphs={"i": FileGraph({})}),
            saved=True,
            changed=0.0,
            runs=[],
            latest=None,
            nodes=[],
            read_only="it is newer",
        ),
    ],
)
def test_what_the_server_sends_fits_the_schema(message: wire.AnyMessage) -> None:
    sent = msgspec.json.decode(wire.written(message))
    VALIDATOR.validate(sent)
    of("Message").validate(sent)
    assert not of("Request").is_valid(sent)


@pytest.mark.parametrize(
    "metadata",
    [wire.Preview("a", "n", 1, 2, 3, 4, 5, 6), wire.UploadChunk(1, 0), wire.ResultChunk(1, 0)],
)
def test_the_metadata_of_frames_fits_the_schema(metadata: wire.Metadata) -> None:
    sent = msgspec.to_builtins(metadata)
    of("Metadata").validate(sent)
    of(type(metadata).__name__).validate(sent)
