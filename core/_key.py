"""Keys of results: equal keys, equal results. Tensors are never hashed."""

import hashlib
import uuid
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

import msgspec

from .context import Context, Workspace, file_digest, folder_digest, pictures_in
from .node import AnyNode

encoded = msgspec.msgpack.encode


class Settled(NamedTuple):
    """The settings of a node, looked up."""

    params: dict[str, Any]
    stem: bytes
    depends: Any
    files: dict[str, tuple[str, str]]


def settled(
    node: AnyNode,
    given: Mapping[str, Any],
    linked: Collection[str],
    workspace: Workspace,
    context: Callable[[], Context],
    code: str,
) -> Settled:
    """Every setting as the node's function takes it, and what of it goes into the key.

    Of those that are linked nothing is known yet.
    """
    params: dict[str, Any] = {}
    facts: list[Any] = []
    files: dict[str, tuple[str, str]] = {}
    for name, param in node.params.items():
        value = given.get(name, param.default)
        if name in linked:
            facts.append(None)
        elif param.names_file:
            params[name] = path = workspace.lookup(param, str(value))
            if path.is_dir():
                # A node may go by their age.
                ages = [picture.stat().st_mtime_ns for picture in pictures_in(path)]
                files[name] = str(value), folder_digest(path)
                facts.append([files[name][1], ages])
            else:
                files[name] = str(value), file_digest(path)
                facts.append(files[name][1])
        else:
            params[name] = param.cleaned(value)
            facts.append(params[name])
    depends = None
    if node.depends and not linked:
        depends = node.depends(context(), **params)
        facts.append(depends)
    if not node.cached:
        # It must differ every time, and so must all that reads it.
        facts.append(uuid.uuid4().hex)
    device_class = workspace.device.partition(":")[0]
    stem = encoded((node.id, node.version, code, device_class, facts))  # raises what its author needs to know
    return Settled(params, stem, depends, files)


def key(stem: bytes, reads: Any) -> str:
    """The key of a result: what is read comes as the keys of the values, in lists as they are read."""
    return hashlib.sha256(stem + encoded(reads)).hexdigest()
