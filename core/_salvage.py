"""What can be read of a file of a newer format."""

from typing import Annotated, Any, get_args, get_origin

import msgspec


def salvaged(value: Any, kind: Any) -> Any:
    """As much of a value of a newer format as fits here; ValidationError when too little does."""
    base = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    if isinstance(value, list) and get_origin(base) is list:
        (items,) = get_args(base)
        value = [kept for item in value for kept in _kept(item, items)]
    elif isinstance(value, dict) and get_origin(base) is dict:
        keys, items = get_args(base)
        value = {key: kept for key in value if _kept(key, keys) for kept in _kept(value[key], items)}
    elif isinstance(value, dict) and isinstance(base, type) and issubclass(base, msgspec.Struct):
        known = [field for field in msgspec.structs.fields(base) if field.name in value]
        value = {field.name: kept for field in known for kept in _kept(value[field.name], field.type)}
    msgspec.convert(value, kind, strict=True)
    return value


def _kept(value: Any, kind: Any) -> list[Any]:
    """What is salvaged of a value; nothing where too little fits."""
    try:
        return [salvaged(value, kind)]
    except msgspec.ValidationError:
        return []
