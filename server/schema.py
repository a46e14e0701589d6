"""The JSON Schema of the wire, from which others may write clients."""

import inspect
from typing import Any

import msgspec

from . import wire


def schema() -> dict[str, Any]:
    """A text frame, as a JSON Schema; its ``$defs`` hold the metadata of binary frames as well.

    ``Request`` and ``Message`` are what a client and the server may send in a text frame, and
    ``Metadata`` what may stand in a binary one.
    """
    roots = [wire.AnyRequest, wire.AnyMessage, *wire.KINDS]
    (request, message, *frames), parts = msgspec.json.schema_components(roots)
    for part in parts.values():
        # Python 3.13 takes the indent from docstrings, and those before do not.
        part["description"] = inspect.cleandoc(part["description"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Capriccio's protocol, version {wire.PROTOCOL}",
        "anyOf": [{"$ref": "#/$defs/Request"}, {"$ref": "#/$defs/Message"}],
        "$defs": {"Request": request, "Message": message, "Metadata": {"anyOf": frames}, **parts},
    }
