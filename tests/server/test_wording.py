"""Refusals of messages that do not fit, as their author reads them."""

import pytest
from capriccio.server import wire

WATCH = '{"type": "watch", "graph": "lake", "node": "paint"'
SAID = {
    '{"type": "quux"}': "there is no quux for type; docs/protocol.md tells which there are",
    '{"type": "wach"}': "there is no wach for type; did you mean watch?",
    '{"id": 7}': "a message lacks type; add it",
    "[]": "a message is a list; it must be an object",
    "{": "a message must be JSON, and this ends too early",
    "{]": "a message must be JSON, and this is not: object keys must be strings (byte 1)",
    '{"type": "watch", "graph": "a/b", "node": "x"}': (
        "graph must be 1 to 64 letters, digits, spaces, - and _"
    ),
    '{"type": "watch", "graph": "a", "node": "x/"}': (
        "node must be the name of a node in a run, such as outer/inner"
    ),
    '{"type": "edit", "graph": "a", "revision": 0, "ops": [{"op": "remove", "node": "x/y"}]}': (
        "ops[0].node must be the name of a node: 1 to 100 characters without . and /"
    ),
    WATCH + ', "width": 3}': "width must be at least 16",
    WATCH + ', "width": 1e9}': "width is a number; it must be a whole number",
    WATCH + ', "width": "wide"}': "width is a text; it must be a whole number",
    WATCH + ', "hight": 512}': "a message has no hight; leave it out",
    '{"type": "cancel", "run": "x"}': "run is a text; it must be a whole number or null",
    '{"type": "edit", "graph": "a", "revision": 1, "ops": []}': "ops must have at least 1 items",
    '{"type": "edit", "graph": "a", "revision": 1, "ops": [{"op": "lnk"}]}': (
        "there is no lnk for ops[0].op; docs/protocol.md tells which there are"
    ),
    '{"type": "edit", "graph": "a", "revision": 1, "ops": [{"op": "link", "start": "x", "end": "y.a"}]}': (
        "ops[0].start must be written as node.output or node.input"
    ),
    '{"type": "fetch", "graph": "a", "node": "b", "format": "gif"}': (
        "format may not be 'gif'; see docs/protocol.schema.json"
    ),
    '{"type": "ack", "frames": [["a", "b"]]}': "frames[0] must have 3 items",
    '{"type": "begin_upload", "kind": "picture", "name": "a", "size": 99999999999, "sha256": "x"}': (
        "size must be at most 67108864"
    ),
    '{"type": "begin_upload", "kind": "picture", "name": "a", "size": 9, "sha256": "x"}': (
        "sha256 must be 64 hexadecimal digits"
    ),
}


@pytest.mark.parametrize("text", SAID)
def test_what_does_not_fit_is_told_with_its_place_and_what_would_do(text: str) -> None:
    with pytest.raises(wire.WireError) as refused:
        wire.read(text)
    assert str(refused.value) == SAID[text]
