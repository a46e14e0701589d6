"""Results outlive the process that made them, and whatever happens to their files is a miss at most."""

import logging
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch
from capriccio.core import Graph, Image, NodeFinished, Number, Preview, Steps, node, plan, run
from capriccio.core.cache import WORTH, Cache
from capriccio.core.store import Store
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

MISSING = object()


def key(number: int) -> str:
    return f"{number:02x}".rjust(4, "0")[::-1] * 16


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(tmp_path / "cache")) as made:
        yield made


def files(store: Store) -> list[Path]:
    return sorted(store.folder.glob("*/*.safetensors"))


def same(one: Any, other: Any) -> bool:
    """Whether two values are of the same types, bit for bit."""
    if type(one) is not type(other):
        return False
    if isinstance(one, Tensor):
        facts = [
            (each.dtype, each.shape, each.contiguous().reshape(-1).view(torch.uint8).tolist())
            for each in (one, other)
        ]
        return facts[0] == facts[1]
    if isinstance(one, dict):
        return list(one) == list(other) and same(list(one.values()), list(other.values()))
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return repr(one) == repr(other)


# --- What comes back

DTYPES = "float64 float32 float16 bfloat16 complex64 bool int64 int32 int16 int8 uint64 uint32 uint16 uint8"
DTYPES += " float8_e4m3fn float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz"


@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (5,), (2, 3, 4)], ids=str)
@pytest.mark.parametrize("dtype", DTYPES.split())
def test_a_tensor_comes_back_bit_for_bit(store: Store, dtype: str, shape: tuple[int, ...]) -> None:
    tensor = torch.randint(0, 2, shape).to(getattr(torch, dtype))
    assert store.put(key(1), tensor)
    assert same(store.get(key(1)), tensor)


def test_a_tensor_may_be_written_to_when_it_comes_back(store: Store) -> None:
    store.put(key(1), torch.zeros(3))
    store.get(key(1)).add_(1)
    assert store.get(key(1)).sum() == 0


def test_tensors_may_share_memory_and_lie_in_any_order(store: Store) -> None:
    whole = torch.arange(24.0).reshape(4, 6)
    value = [whole, whole, whole.T, whole[1:3, ::2], whole[2], whole[:1].expand(5, 6)]
    assert store.put(key(1), value)
    assert same(store.get(key(1)), value)


def test_views_that_conjugate_and_negate_are_stored_as_they_look(store: Store) -> None:
    value = torch.tensor([1 + 2j, 3 - 4j], dtype=torch.complex64).conj()
    assert store.put(key(1), [value, value.imag])
    found = store.get(key(1))
    assert found[0].tolist() == [1 - 2j, 3 + 4j]
    assert found[1].tolist() == [-2, 4]


def test_a_tensor_that_has_a_gradient_comes_back_without(store: Store) -> None:
    weight = torch.ones(3, requires_grad=True)
    assert store.put(key(1), [weight, weight * 2, torch.nn.Parameter(torch.zeros(2))])
    found = store.get(key(1))
    assert [each.requires_grad for each in found] == [False, False, False]
    assert same(found[1], torch.full((3,), 2.0))
    assert weight.requires_grad


def test_tensors_come_back_on_the_device_of_the_store(store: Store) -> None:
    value = {"image": torch.ones(3), "others": [torch.zeros(2)]}
    store.put(key(1), value)
    with closing(Store(store.folder, device="meta")) as other:
        found = other.get(key(1))
    assert (found["image"].device.type, found["others"][0].device.type) == ("meta", "meta")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no CUDA device")
def test_tensors_on_a_gpu_are_stored(tmp_path: Path) -> None:
    with closing(Store(tmp_path, device="cuda")) as store:
        tensor = torch.arange(6.0, device="cuda").reshape(2, 3).T
        assert store.put(key(1), tensor)
        found = store.get(key(1))
    assert found.device.type == "cuda"
    assert same(found.cpu(), tensor.cpu())


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@settings(deadline=None, max_examples=60)
@given(value=VALUES)
def test_what_is_no_tensor_comes_back_as_it_was(value: Any) -> None:
    with tempfile.TemporaryDirectory() as folder, closing(Store(Path(folder))) as store:
        assert store.put(key(1), value)
        assert same(store.get(key(1), MISSING), value)


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        -float("inf"),
        -0.0,
        2**63,
        -(2**64),
        10**4000,
        True,
        1,
        1.0,
        '\ud800\0ü"\\',
    ],
    ids=lambda value: repr(value)[:12],
)
def test_numbers_and_texts_survive_at_their_limits(store: Store, value: Any) -> None:
    assert store.put(key(1), value)
    assert same(store.get(key(1)), value)


class Pair(NamedTuple):
    image: Tensor
    score: float


class Swapped(NamedTuple):
    score: float
    image: Tensor


def test_a_record_comes_back_for_who_names_its_type(store: Store) -> None:
    pair = Pair(torch.ones(3), 0.5)
    assert store.put(key(1), pair)
    assert same(store.get(key(1), record=Pair), pair)


def test_a_result_of_another_shape_than_asked_for_is_a_miss_and_stays(store: Store) -> None:
    store.put(key(1), Pair(torch.ones(3), 0.5))
    store.put(key(2), (torch.ones(3), 0.5))
    assert store.get(key(1), MISSING) is MISSING
    assert store.get(key(1), MISSING, record=Swapped) is MISSING
    assert store.get(key(2), MISSING, record=Pair) is MISSING
    assert (key(1) in store, key(2) in store) == (True, True)


class Text(str): ...


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def circle() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


@pytest.mark.parametrize(
    "value",
    [
        lambda: torch.nn.Linear(2, 2),
        lambda: lambda image: image,
        lambda: object(),
        lambda: Path("a"),
        lambda: b"bytes",
        lambda: 1j,
        lambda: {1, 2},
        lambda: {1: "a"},
        lambda: Text("a"),
        lambda: torch.tensor(1.0).numpy(),
        lambda: torch.float32,
        lambda: [Pair(torch.ones(1), 0.5)],
        lambda: Pair(torch.ones(1), Pair(torch.ones(1), 0.5)),  # type: ignore[arg-type]  # pyright: ignore
        lambda: torch.eye(3).to_sparse(),
        lambda: torch.ones(3, device="meta"),
        lambda: torch.ones(3, dtype=torch.complex128),
        lambda: 10**5000,
        lambda: nested(1000),
        circle,
        lambda: ["x" * 2**24],
    ],
    ids="network function object path bytes complex set number-keys str-subclass numpy dtype records"
    " nested-record sparse meta complex128 long-int deep circle long-text".split(),
)
def test_anything_else_is_not_stored(store: Store, value: Callable[[], Any]) -> None:
    assert not store.put(key(1), value())
    assert (store.get(key(1), MISSING), files(store)) == (MISSING, [])


@pytest.mark.parametrize("name", ["", "a", "../../etc/passwd", "ABCD", "ab/cd", "a" * 129])
def test_a_key_that_could_name_another_file_is_refused(store: Store, name: str) -> None:
    assert not store.put(name, 1)
    assert (name in store, store.get(name, MISSING)) == (False, MISSING)


# --- Room


def picture(number: int, size: int = 10_000) -> Tensor:
    return torch.full((size,), number, dtype=torch.uint8)


def kept(store: Store, *numbers: int) -> list[int]:
    return [number for number in numbers if key(number) in store]


def test_the_entry_used_longest_ago_makes_room(tmp_path: Path) -> None:
    with closing(Store(tmp_path, limit=35_000)) as store:
        for number in (1, 2, 3):
            assert store.put(key(number), picture(number))
        store.get(key(1))
        assert store.put(key(4), picture(4))
        assert kept(store, 1, 2, 3, 4) == [1, 3, 4]
        assert [file.stem for file in files(store)] == sorted(key(number) for number in (1, 3, 4))
        assert store.put(key(5), picture(5, 20_000))
        assert kept(store, 1, 3, 4, 5) == [4, 5]


def test_the_order_of_use_survives_reopening_and_a_clock_that_is_set_back(tmp_path: Path) -> None:
    with closing(Store(tmp_path, limit=35_000)) as store:
        for number in (1, 2, 3):
            store.put(key(number), picture(number))
    with closing(Store(tmp_path, limit=35_000)) as store:
        store.get(key(1))
    with closing(Store(tmp_path, limit=35_000)) as store:
        store.put(key(4), picture(4))
        assert kept(store, 1, 2, 3, 4) == [1, 3, 4]


def test_a_value_that_is_larger_than_the_store_is_not_kept_and_costs_no_other(tmp_path: Path) -> None:
    with closing(Store(tmp_path, limit=35_000)) as store:
        store.put(key(1), picture(1))
        assert not store.put(key(2), picture(2, 34_990))
        assert not store.put(key(2), torch.zeros(1).expand(2**50))
        assert kept(store, 1, 2) == [1]


def test_a_smaller_limit_holds_from_the_next_entry_on(tmp_path: Path) -> None:
    with closing(Store(tmp_path)) as store:
        for number in range(5):
            store.put(key(number), picture(number))
    with closing(Store(tmp_path, limit=25_000)) as store:
        store.put(key(5), picture(5))
        assert kept(store, *range(6)) == [4, 5]
        assert len(files(store)) == 2


def test_an_entry_that_is_put_again_is_counted_once(tmp_path: Path) -> None:
    with closing(Store(tmp_path, limit=35_000)) as store:
        store.put(key(1), picture(1))
        for _ in range(5):
            store.put(key(2), picture(2))
        assert kept(store, 1, 2) == [1, 2]


# --- Damage


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of a few entries, to be copied and then damaged."""
    folder = tmp_path_factory.mktemp("shelf")
    with closing(Store(folder)) as store:
        for number in range(3):
            assert store.put(key(number), [picture(number, 200), number, "text"])
    return folder


def flip(file: Path, place: float, bit: int) -> None:
    data = bytearray(file.read_bytes())
    data[int(place * len(data))] ^= 1 << bit
    file.write_bytes(data)


PLACES = st.floats(0, 1, exclude_max=True)


@settings(deadline=None, max_examples=60)
@given(place=PLACES, bit=st.integers(0, 7))
def test_an_entry_with_a_flipped_bit_is_a_miss_and_is_removed(shelf: Path, place: float, bit: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(shelf, folder, dirs_exist_ok=True))
        with closing(Store(copy)) as store:
            file = next(copy.glob(f"*/{key(1)}.safetensors"))
            flip(file, place, bit)
            assert store.get(key(1), MISSING) is MISSING
            assert (key(1) in store, file.exists()) == (False, False)
            assert store.get(key(2))[1] == 2


@settings(deadline=None, max_examples=100)
@given(place=PLACES, bit=st.integers(0, 7))
def test_an_index_with_a_flipped_bit_gives_no_wrong_result_and_goes_on(
    shelf: Path, place: float, bit: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(shelf, folder, dirs_exist_ok=True))
        flip(copy / "index.sqlite", place, bit)
        with closing(Store(copy)) as store:
            for number in range(3):
                found = store.get(key(number), MISSING)
                assert found is MISSING or same(found, [picture(number, 200), number, "text"])
            assert store.put(key(4), 4.0) or store.put(key(4), 4.0)
            assert store.get(key(4)) == 4.0


@pytest.mark.parametrize("length", [0, 1, 7, 8, 100, -1])
def test_a_truncated_entry_is_a_miss_and_is_removed(store: Store, length: int) -> None:
    store.put(key(1), picture(1))
    [file] = files(store)
    file.write_bytes(file.read_bytes()[:length])
    assert store.get(key(1), MISSING) is MISSING
    assert (key(1) in store, files(store)) == (False, [])


def test_a_lost_entry_is_a_miss_and_can_be_put_again(store: Store) -> None:
    store.put(key(1), picture(1))
    files(store)[0].unlink()
    assert store.get(key(1), MISSING) is MISSING
    assert key(1) not in store
    assert store.put(key(1), picture(1))
    assert same(store.get(key(1)), picture(1))


def test_an_entry_in_place_of_another_is_a_miss(store: Store) -> None:
    store.put(key(1), picture(1))
    store.put(key(2), picture(2))
    one, two = sorted(files(store), key=lambda file: file.stem != key(1))
    shutil.copy(one, two)
    assert store.get(key(2), MISSING) is MISSING
    assert same(store.get(key(1)), picture(1))


RUINS: dict[str, bytes] = {"empty": b"", "text": b"this is no index " * 1000, "zeros": bytes(20_000)}


@pytest.mark.parametrize("ruin", RUINS.values(), ids=RUINS)
def test_a_ruined_index_is_made_anew_and_no_file_stays_uncounted(store: Store, ruin: bytes) -> None:
    store.put(key(1), picture(1))
    store.close()
    (store.folder / "index.sqlite").write_bytes(ruin)
    with closing(Store(store.folder)) as again:
        assert again.get(key(1), MISSING) is MISSING
        assert again.put(key(2), picture(2))
    with closing(Store(store.folder)) as again:
        assert same(again.get(key(2)), picture(2))
    if ruin:
        assert [file.stem for file in files(store)] == [key(2)]


def test_an_index_of_another_make_is_made_anew(store: Store) -> None:
    store.close()
    (store.folder / "index.sqlite").unlink()
    with closing(sqlite3.connect(store.folder / "index.sqlite")) as other:
        other.execute("CREATE TABLE entries (key, used, bytes, something)")
    with closing(Store(store.folder)) as again:
        assert again.put(key(2), picture(2))
        assert same(again.get(key(2)), picture(2))


def test_an_index_that_is_ruined_while_it_is_open_is_made_anew(store: Store) -> None:
    for number in range(3):
        store.put(key(number), picture(number))
    for file in store.folder.glob("index.sqlite*"):
        with file.open("r+b") as opened:
            opened.write(os.urandom(file.stat().st_size))
    for number in range(3):
        found = store.get(key(number), MISSING)
        assert found is MISSING or same(found, picture(number))
    assert any(store.put(key(4), picture(4)) for _ in range(3))
    assert same(store.get(key(4)), picture(4))


def test_a_folder_that_is_removed_while_it_is_open_is_made_anew(store: Store) -> None:
    store.put(key(1), picture(1))
    shutil.rmtree(store.folder)
    assert store.get(key(1), MISSING) is MISSING
    assert store.put(key(2), picture(2))
    with closing(Store(store.folder)) as other:
        assert same(other.get(key(2)), picture(2))


def test_an_index_that_another_process_has_made_anew_is_joined(store: Store) -> None:
    store.put(key(1), picture(1))
    for file in store.folder.glob("index.sqlite*"):
        file.unlink()
    with closing(Store(store.folder)) as other:
        assert other.get(key(1), MISSING) is MISSING
        assert store.put(key(2), picture(2))
        assert other.put(key(3), picture(3))
        assert same(other.get(key(2)), picture(2))
        assert same(store.get(key(3)), picture(3))
    assert len(files(store)) == 2


def test_what_dead_writers_left_is_removed_when_it_is_old(store: Store) -> None:
    store.put(key(1), picture(1))
    old, young = store.folder / "partial" / "old", store.folder / "partial" / "young"
    orphan = files(store)[0].with_stem(key(1)[:2] + "ff")
    for file in (old, young, orphan):
        file.write_bytes(b"half")
    hours_ago = time.time() - 2 * 3600
    for file in (old, orphan, *files(store)):
        os.utime(file, (hours_ago, hours_ago))
    store.close()
    with closing(Store(store.folder)) as again:
        assert (old.exists(), young.exists(), orphan.exists()) == (False, True, False)
        assert same(again.get(key(1)), picture(1))


def test_a_closed_store_knows_nothing_until_something_is_put(store: Store) -> None:
    store.put(key(1), 1)
    store.close()
    store.close()
    assert (key(1) in store, store.get(key(1), MISSING)) == (False, MISSING)
    assert store.put(key(2), 2)
    assert (store.get(key(1)), store.get(key(2))) == (1, 2)


# --- Disks


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    command = [mount or "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if mount is None or subprocess.run(command, capture_output=True, timeout=60).returncode:
        pytest.skip("this user may not mount a tmpfs")
    yield folder
    subprocess.run(["umount", str(folder)], check=True, timeout=60)


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [each for each in caplog.records if each.name == "capriccio.store"]


def test_a_full_disk_keeps_what_is_there_and_warns_once(
    small_disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(Store(small_disk / "cache")) as store:
        outcomes = [store.put(key(number), picture(number, 100_000)) for number in range(20)]
        assert outcomes[0] and not outcomes[-1]
        assert [same(store.get(key(number)), picture(number, 100_000)) for number in range(20)] == outcomes
        assert list((store.folder / "partial").iterdir()) == []
        assert len(warnings_of(caplog)) == 1
        files(store)[0].unlink()
        files(store)[0].unlink()
        assert store.put(key(30), picture(30, 100_000))


def test_a_disk_that_was_full_from_the_beginning_is_used_when_there_is_room(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    with pytest.raises(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    with closing(Store(small_disk / "cache")) as store:
        assert not store.put(key(1), picture(1))
        assert store.get(key(1), MISSING) is MISSING
        ballast.unlink()
        assert store.put(key(1), picture(1))
        assert same(store.get(key(1)), picture(1))


def test_a_disk_that_cannot_be_written_keeps_nothing(
    small_disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(Store(small_disk)) as store:
        store.put(key(1), 1)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True, timeout=60)
    for folder in (small_disk, small_disk / "new"):
        with closing(Store(folder)) as store:
            assert not store.put(key(2), 2)
            assert not store.put(key(3), 3)
            assert (key(2) in store, store.get(key(2), MISSING)) == (False, MISSING)
    assert len(warnings_of(caplog)) == 2


def test_a_folder_that_cannot_be_made_keeps_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("in the way")
    store = Store(tmp_path / "file" / "cache")
    assert [store.put(key(1), 1), store.put(key(1), 1)] == [False, False]
    assert (key(1) in store, store.get(key(1), MISSING)) == (False, MISSING)
    assert len(warnings_of(caplog)) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write into any folder")
def test_a_folder_that_may_not_be_written_keeps_nothing(tmp_path: Path) -> None:
    with closing(Store(tmp_path / "cache")) as store:
        store.put(key(1), 1)
        folders = [store.folder, *(path for path in store.folder.rglob("*") if path.is_dir())]
        for folder in folders:
            folder.chmod(0o500)
        try:
            assert not store.put(key(2), 2)
        finally:
            for folder in folders:
                folder.chmod(0o700)


# --- Several at once


def test_many_threads_may_share_a_store(tmp_path: Path) -> None:
    with closing(Store(tmp_path, limit=200_000)) as store:

        def use(seed: int) -> None:
            chance = random.Random(seed)
            for _ in range(60):
                number = chance.randrange(30)
                assert store.put(key(number), picture(number))
                other = chance.randrange(30)
                found = store.get(key(other), MISSING)
                assert found is MISSING or same(found, picture(other))

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(use, range(4)))
        assert len(files(store)) == len(kept(store, *range(30))) == 19


WRITER = """
import sys
from pathlib import Path
import torch
from capriccio.core.store import Store

folder, who, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
store = Store(folder)
for turn in range(10**6):
    number = turn % count
    key = f"{number:02x}".rjust(4, "0")[::-1] * 16
    assert store.put(key, [torch.full((50_000,), number, dtype=torch.uint8), number, who])
    print(turn, flush=True)
"""


@pytest.fixture
def writers(tmp_path: Path) -> Iterator[Callable[..., list[subprocess.Popen[str]]]]:
    """Start processes that write the same entries, over and over."""
    started: list[subprocess.Popen[str]] = []

    def start(number: int, count: int) -> list[subprocess.Popen[str]]:
        for who in range(number):
            command = [sys.executable, "-c", WRITER, str(tmp_path), str(who), str(count)]
            started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        return started

    yield start
    for process in started:
        process.kill()
        process.communicate(timeout=60)


def written(process: subprocess.Popen[str], turn: int) -> None:
    """Wait until a writer is so far."""
    assert process.stdout is not None
    while int(process.stdout.readline()) < turn:
        pass


def is_whole(found: Any, number: int) -> bool:
    return same(found[:2], [picture(number, 50_000), number]) and found[2] in range(3)


def test_after_writers_were_killed_every_entry_that_is_found_is_whole(
    tmp_path: Path, writers: Callable[..., list[subprocess.Popen[str]]]
) -> None:
    for process, turns in zip(writers(3, 100), (40, 90, 150), strict=True):
        written(process, turns)
        process.kill()
        process.wait(timeout=60)
    with closing(Store(tmp_path)) as store:
        found = {number: store.get(key(number)) for number in range(100) if key(number) in store}
        assert len(found) >= 90
        assert all(is_whole(value, number) for number, value in found.items() if value is not None)
        assert sum(value is None for value in found.values()) <= 3  # one for each that was killed
        assert store.put(key(1), picture(1))
        assert same(store.get(key(1)), picture(1))


def test_several_processes_may_write_and_read_the_same_entries_at_once(
    tmp_path: Path, writers: Callable[..., list[subprocess.Popen[str]]]
) -> None:
    with closing(Store(tmp_path)) as store:
        processes = writers(2, 5)
        for process in processes:
            written(process, 5)
        authors, turn, began = set[int](), 0, time.monotonic()
        while turn < 300 or (len(authors) < 2 and time.monotonic() < began + 60):
            number, turn = turn % 5, turn + 1
            assert key(number) in store
            found = store.get(key(number))
            assert is_whole(found, number)
            authors.add(found[2])
        assert [process.poll() for process in processes] == [None, None]
        assert authors == {0, 1}


def test_while_somebody_holds_the_index_entries_are_found_and_new_ones_wait(store: Store) -> None:
    store.put(key(1), 1)
    with (
        ThreadPoolExecutor(1) as pool,
        closing(sqlite3.connect(store.folder / "index.sqlite", isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        assert key(1) in store
        waiting = pool.submit(store.put, key(2), 2)
        time.sleep(0.2)
        assert not waiting.done()
        other.execute("ROLLBACK")
        assert waiting.result(timeout=60)
    assert (store.get(key(1)), store.get(key(2))) == (1, 2)


def test_what_another_process_adds_is_found(store: Store) -> None:
    assert store.get(key(1), MISSING) is MISSING
    with closing(Store(store.folder)) as other:
        other.put(key(1), 1)
    assert store.get(key(1)) == 1


# --- Runs


class Measured(NamedTuple):
    """A picture and how bright it is."""

    image: Image
    score: Number


RAN: list[str] = []


@node("toy.Paint")
def paint(*, value: float = 0.5) -> Image:
    """Take long to make a picture."""
    RAN.append("paint")
    time.sleep(1.2 * WORTH)
    return torch.full((3, 8, 8), value)


@node("toy.Measure")
def measure(image: Image) -> Steps[Measured]:
    """Take long to measure a picture."""
    RAN.append("measure")
    time.sleep(1.2 * WORTH)
    yield Preview(image, 1, 1)
    return Measured(image * 2, float(image.mean()))


@node("toy.Double")
def double(a: Number) -> Number:
    """Take no time to double a number."""
    RAN.append("double")
    return 2 * a


def test_after_a_restart_slow_nodes_come_from_disk_and_quick_ones_run_again(
    catalog_of: Callable[..., Any], drawn: Callable[..., Graph], tmp_path: Path
) -> None:
    RAN.clear()
    catalog = catalog_of(paint, measure, double)
    graph = drawn(
        "paint.image -> measure.image",
        "measure.score -> double.a",
        paint="toy.Paint",
        measure="toy.Measure",
        double="toy.Double",
    )

    def results() -> dict[str, tuple[Any, bool]]:
        with closing(Store(tmp_path / "cache")) as store:
            events = list(run(plan(graph, catalog), Cache(store=store)))
        return {
            event.name: (event.result, event.cached) for event in events if isinstance(event, NodeFinished)
        }

    first = results()
    assert RAN == ["paint", "measure", "double"]
    second = results()
    assert RAN == ["paint", "measure", "double", "double"]
    assert {name: cached for name, (_, cached) in second.items()} == {
        "paint": True,
        "measure": True,
        "double": False,
    }
    assert all(same(second[name][0], first[name][0]) for name in first)
