"""Where tensors live."""

import pytest
from capriccio.core.device import choose
from capriccio.core.errors import InputError


def test_the_processor_is_always_there() -> None:
    assert choose("cpu") == "cpu"
    assert choose("auto") in ("cpu", "cuda", "mps")


@pytest.mark.parametrize("kind", ["gpu", "", "cuda:", "cuda:x", "cuda:-1", "cpu:0", "cuda:0:1"])
def test_a_device_that_nobody_knows_is_told_with_those_that_there_are(kind: str) -> None:
    with pytest.raises(InputError, match="choose one of auto, cpu, cuda, mps, or cuda:0, cuda:1"):
        choose(kind)


def test_a_gpu_that_is_not_there_is_told() -> None:
    with pytest.raises(InputError, match="device is cuda:99, which this machine"):
        choose("cuda:99")
