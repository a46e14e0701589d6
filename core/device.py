"""Where tensors live."""

from .errors import InputError

KINDS = ("auto", "cpu", "cuda", "mps")


def choose(kind: str = "auto") -> str:
    """The device to use, as torch names it; ``auto`` takes the fastest that is there.

    One of several GPUs goes by its number: ``cuda:1``.
    """
    import torch  # here, since it costs seconds and most commands do without

    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if kind == "auto":
        return next(name for name, found in there.items() if found)
    name, colon, number = kind.partition(":")
    if name not in there or (colon and not (name == "cuda" and number.isdecimal())):
        raise InputError(f"device is {kind}; choose one of {', '.join(KINDS)}, or cuda:0, cuda:1, ...")
    if not there[name] or (number and int(number) >= torch.cuda.device_count()):
        usable = ", ".join(name for name, found in there.items() if found)
        raise InputError(f"device is {kind}, which this machine or this build of torch lacks; here: {usable}")
    return kind
