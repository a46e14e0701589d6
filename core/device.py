"""Where tensors live."""

from .errors import InputError

KINDS = ("auto", "cpu", "cuda", "mps")


def choose(kind: str = "auto") -> str:
    """The device to use, as torch names it; ``auto`` takes the fastest that is there."""
    import torch  # here, since it costs seconds and most commands do without

    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if kind == "auto":
        return next(name for name, found in there.items() if found)
    if kind not in there:
        raise InputError(f"device is {kind}; choose one of {', '.join(KINDS)}")
    if not there[kind]:
        usable = ", ".join(name for name, found in there.items() if found)
        raise InputError(f"device is {kind}, which this machine or this build of torch lacks; here: {usable}")
    return kind
