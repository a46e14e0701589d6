"""A result as the bytes of a safetensors file, and back.

The tensors are numbered; the structure around them goes into the file's metadata as JSON.
"""

import json
from collections.abc import Mapping
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

UNREADABLE = object()

_FORMAT = "capriccio-result-1"
_DEEPEST = 16
_LARGEST_STRUCTURE = 2**24
"""Characters; a safetensors header ends at 100 MB, and JSON may grow when it is put into it."""
_DTYPES: tuple[torch.dtype, ...] = (torch.bool, torch.complex64)
_DTYPES += (torch.float64, torch.float32, torch.float16, torch.bfloat16)
_DTYPES += (torch.int64, torch.int32, torch.int16, torch.int8)
_DTYPES += (torch.uint64, torch.uint32, torch.uint16, torch.uint8)
_DTYPES += (torch.float8_e4m3fn, torch.float8_e4m3fnuz, torch.float8_e5m2, torch.float8_e5m2fnuz)


class _Unfit(Exception):
    """A value of a kind that is not stored."""


class _Fields(dict[str, Any]):
    """What a NamedTuple held, by field."""


def packed(value: Any, limit: int) -> bytes | None:
    """A result as a safetensors file; None when it holds what cannot be stored, or is too large."""
    tensors: list[Tensor] = []
    try:
        structure = json.dumps(_outlined(value, tensors))
        if len(structure) > _LARGEST_STRUCTURE or sum(_nbytes(tensor) for tensor in tensors) > limit:
            return None
        return save({str(i): _plain(tensor) for i, tensor in enumerate(tensors)}, {_FORMAT: structure})
    # A very long int has no text; a dtype may be newer than safetensors.
    except (_Unfit, ValueError, LookupError, AttributeError, SafetensorError):
        return None


def _outlined(value: Any, tensors: list[Tensor]) -> Any:
    """The JSON that stands for a result; its tensors are put aside, in order."""
    if isinstance(value, tuple) and (names := getattr(value, "_fields", None)) is not None:
        fields = zip(names, value, strict=True)
        return {"record": {name: _outline(field, tensors, 1) for name, field in fields}}
    return _outline(value, tensors, 0)


def _outline(value: Any, tensors: list[Tensor], depth: int) -> Any:
    # Subclasses would come back as something else.
    kind = type(value)
    if value is None or kind in (bool, int, float, str):
        return value
    if kind in (Tensor, torch.nn.Parameter) and _fits(value):
        tensors.append(value)
        return {"tensor": len(tensors) - 1}
    if depth < _DEEPEST and kind in (list, tuple):
        return {kind.__name__: [_outline(item, tensors, depth + 1) for item in value]}
    if depth < _DEEPEST and kind is dict and all(type(key) is str for key in value):
        return {"dict": {key: _outline(item, tensors, depth + 1) for key, item in value.items()}}
    raise _Unfit


def _fits(tensor: Tensor) -> bool:
    return tensor.layout is torch.strided and tensor.dtype in _DTYPES and not tensor.is_meta


def _nbytes(tensor: Tensor) -> int:
    return tensor.numel() * tensor.element_size()


def _plain(tensor: Tensor) -> Tensor:
    """A tensor with memory of its own, as safetensors wants it."""
    here = tensor.detach().to("cpu").resolve_conj().resolve_neg()
    return here.clone(memory_format=torch.contiguous_format)


def unpacked(data: bytes, device: str) -> Any:
    """The result in a file, its tensors on ``device``; UNREADABLE when this version cannot read it."""
    try:
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
        structure = json.loads(header["__metadata__"][_FORMAT])
        tensors = {name: tensor.to(device) for name, tensor in load(data).items()}
        return _built(structure, tensors)
    except (MemoryError, RuntimeError):  # no room just now, here or on the device
        raise
    except Exception:  # another version may have written anything
        return UNREADABLE


def _built(structure: Any, tensors: Mapping[str, Tensor]) -> Any:
    match structure:
        case {"tensor": int(number)}:
            return tensors[str(number)]
        case {"list": list(items)}:
            return [_built(item, tensors) for item in items]
        case {"tuple": list(items)}:
            return tuple(_built(item, tensors) for item in items)
        case {"dict": dict(items)}:
            return {key: _built(item, tensors) for key, item in items.items()}
        case {"record": dict(items)}:
            return _Fields({key: _built(item, tensors) for key, item in items.items()})
        case dict() | list():
            raise ValueError(structure)
    return structure


def fitting(value: Any, record: type | None, default: Any) -> Any:
    """The value as the NamedTuple asked for, or as it is if none is; ``default`` when it is not that."""
    if record is None:
        return default if isinstance(value, _Fields) else value
    if isinstance(value, _Fields) and tuple(value) == getattr(record, "_fields", None):
        return record(**value)
    return default
