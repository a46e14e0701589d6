"""The cache keeps the results used last, within so many bytes; on disk, those that took long."""

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest
from capriccio.core import Cache, Level, Term
from capriccio.core.cache import WORTH, nbytes
from capriccio.core.store import Store


def sized(size: int) -> SimpleNamespace:
    return SimpleNamespace(nbytes=size)


def test_a_result_comes_back_as_it_is() -> None:
    cache, result = Cache(), [1.0]
    cache.put("a", result)
    cache.put("none", None)
    assert cache.get("a") is result
    assert cache.get("none", "missing") is None
    assert (cache.get("b"), cache.get("b", "missing")) == (None, "missing")
    assert ("a" in cache, "b" in cache, len(cache)) == (True, False, 2)


def test_the_result_used_longest_ago_makes_room() -> None:
    cache = Cache(100)
    for key in "abc":
        cache.put(key, sized(30))
    cache.get("a")
    cache.put("d", sized(30))
    assert [key for key in "abcd" if key in cache] == ["a", "c", "d"]
    assert cache.size == 90
    cache.put("e", sized(60))
    assert [key for key in "abcde" if key in cache] == ["d", "e"]
    assert cache.size == 90


def test_a_result_that_is_larger_than_the_cache_is_not_kept_and_costs_no_other() -> None:
    cache = Cache(100)
    cache.put("a", sized(100))
    cache.put("b", sized(101))
    assert (len(cache), cache.size, "a" in cache) == (1, 100, True)


def test_a_result_that_is_put_again_is_counted_once() -> None:
    cache = Cache(100)
    cache.put("a", sized(70))
    cache.put("a", sized(40))
    assert (len(cache), cache.size) == (1, 40)
    cache.put("a", sized(200))
    assert (len(cache), cache.size) == (0, 0)


def test_a_cache_of_no_bytes_keeps_nothing() -> None:
    cache = Cache(0)
    values: list[Any] = [1.0, "text", None, [], sized(1)]
    for value in values:
        cache.put(str(value), value)
    assert (len(cache), cache.size) == (0, 0)


def test_many_threads_may_share_a_cache() -> None:
    cache = Cache(1000)

    def use(number: int) -> None:
        for step in range(200):
            cache.put(f"{(number + step) % 50}", sized(step % 60))
            cache.get(f"{step % 50}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(use, range(4)))
    assert cache.size <= 1000
    assert cache.size == sum(cache.get(f"{key}", sized(0)).nbytes for key in range(50))


# --- On disk


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(tmp_path)) as made:
        yield made


class Halves(NamedTuple):
    whole: int
    rest: float


def test_a_result_that_took_long_outlives_the_cache(store: Store) -> None:
    Cache(store=store).put("aa", [1, 2.5], seconds=WORTH)
    cache = Cache(store=store)
    assert ("aa" in cache, len(cache)) == (True, 0)
    assert cache.get("aa") == [1, 2.5]
    assert len(cache) == 1
    assert cache.get("aa") is cache.get("aa")


def test_a_result_that_was_quick_to_make_is_kept_in_memory_only(store: Store) -> None:
    cache = Cache(store=store)
    cache.put("aa", 1, seconds=0.9 * WORTH)
    cache.put("ab", 2)
    assert (cache.get("aa"), cache.get("ab")) == (1, 2)
    assert ("aa" in store, "ab" in store) == (False, False)
    assert Cache(store=store).get("aa", "missing") == "missing"


def test_a_result_that_cannot_be_stored_is_kept_in_memory(store: Store) -> None:
    cache, result = Cache(store=store), SimpleNamespace()
    cache.put("aa", result, seconds=1.0)
    assert cache.get("aa") is result
    assert "aa" not in store


def test_what_memory_lets_go_is_still_on_disk(store: Store) -> None:
    cache = Cache(100, store)
    cache.put("aa", "a" * 40, seconds=1.0)
    cache.put("ab", "b" * 40, seconds=1.0)
    assert (len(cache), "aa" in cache) == (1, True)
    assert cache.get("aa") == "a" * 40
    assert cache.size <= 100
    without_memory = Cache(0, store)
    assert (without_memory.get("ab"), len(without_memory)) == ("b" * 40, 0)


def test_a_record_comes_back_from_disk_as_what_it_was(store: Store) -> None:
    Cache(store=store).put("aa", Halves(1, 0.5), seconds=1.0)
    cache = Cache(store=store)
    assert cache.get("aa", "missing") == "missing"
    found = cache.get("aa", record=Halves)
    assert (type(found), found) == (Halves, Halves(1, 0.5))
    assert cache.get("aa") is found


def test_none_comes_back_from_disk_as_a_result(store: Store) -> None:
    Cache(store=store).put("aa", None, seconds=1.0)
    assert Cache(store=store).get("aa", "missing") is None


# --- Sizes


@dataclass
class Pair:
    left: Any
    right: Any


@dataclass
class Unset:
    value: Any

    def __init__(self) -> None: ...


def closed_over(value: Any) -> Callable[..., Any]:
    return lambda *arguments: value


def not_yet_set() -> Callable[[], Any]:
    def again() -> Any:
        return late

    if threading.active_count() > 0:  # always, which no checker can tell
        return again
    late = 1
    return again


ARRAY = np.zeros(1000, np.float32)


@pytest.mark.parametrize(
    "value",
    [
        ARRAY,
        [ARRAY],
        (1, {"a": {"b": ARRAY}}),
        Pair(ARRAY, None),
        [ARRAY, ARRAY],
        closed_over(ARRAY),
        (Term("loss", closed_over(Pair(ARRAY, closed_over(ARRAY)))),),
    ],
    ids=["itself", "list", "mapping", "dataclass", "twice", "closure", "objective"],
)
def test_what_is_inside_a_result_counts(value: Any) -> None:
    assert 4000 <= nbytes(value) < 6000


@pytest.mark.parametrize(
    "value",
    [
        closed_over(Level),
        closed_over(np.ndarray),
        not_yet_set(),
        Unset(),
        SimpleNamespace(nbytes=lambda: 3),
        SimpleNamespace(nbytes=None),
    ],
    ids=["dataclass type", "type", "empty cell", "unset field", "method", "None"],
)
def test_what_does_not_tell_its_size_is_counted_as_python_does(value: Any) -> None:
    assert 0 < nbytes(value) < 10_000


def test_a_result_that_holds_itself_is_counted_once() -> None:
    value: list[Any] = [ARRAY]
    value.append(value)
    assert nbytes(value) == 4000 + sys.getsizeof(value)
