"""Lists hold what was asked for, in the order that was asked for."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from capriccio.core import InputError, Lazy
from capriccio.plugins.images import load_image, to_picture
from capriccio.plugins.lists import (
    choices,
    collect,
    count_items,
    cross,
    flatten,
    graft,
    image_folder,
    numbers,
    part,
    pick,
    repeat,
)
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor


class Thing:
    """An item that nobody can look into."""


def things(count: int) -> list[Any]:
    return [Thing() for _ in range(count)]


def said(call: Callable[[], Any]) -> str:
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value)


def test_a_range_has_equal_steps() -> None:
    assert numbers() == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert numbers(start=0.0, stop=1.0, count=11) == [place / 10 for place in range(11)]
    assert numbers(start=1.0, stop=-1.0, count=3) == [1.0, 0.0, -1.0]


def test_a_logarithmic_range_has_equal_factors_and_round_numbers() -> None:
    assert numbers(start=1.0, stop=1000.0, count=4, scale="log") == [1.0, 10.0, 100.0, 1000.0]
    assert numbers(start=1.0, stop=0.001, count=4, scale="log") == [1.0, 0.1, 0.01, 0.001]


@pytest.mark.parametrize("scale", ["linear", "log"])
@given(start=st.floats(1e-9, 1e15), stop=st.floats(1e-9, 1e15), count=st.integers(2, 50))
def test_a_range_ends_exactly_where_it_should(scale: Any, start: float, stop: float, count: int) -> None:
    made = numbers(start=start, stop=stop, count=count, scale=scale)
    assert (made[0], made[-1], len(made)) == (start, stop, count)
    low, high = sorted([start, stop])
    assert all(low * (1 - 1e-9) <= value <= high * (1 + 1e-9) for value in made)


def test_a_range_of_one_is_its_start() -> None:
    assert numbers(start=3.0, stop=9.0, count=1) == [3.0]
    assert numbers(start=3.0, stop=9.0, count=1, scale="log") == [3.0]


@pytest.mark.parametrize("start, stop", [(0.0, 1.0), (1.0, -2.0)])
def test_a_logarithmic_range_has_no_zero(start: float, stop: float) -> None:
    assert said(lambda: numbers(start=start, stop=stop, scale="log")) == (
        f"the range goes from {start:g} to {stop:g}, and a log scale has only numbers above 0; "
        "begin and end above 0, or use the linear scale"
    )


@pytest.mark.parametrize(
    "values", ["1, 10, 100", "1 10 100", "1;10;100", "\n1\n10\n100,\n", ",1,,10.0, +1e2,"]
)
def test_written_numbers_count_instead_of_the_range(values: str) -> None:
    assert numbers(values=values, start=5.0, scale="log", stop=-1.0) == [1.0, 10.0, 100.0]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20), st.data())
def test_written_numbers_are_exact_and_changing_one_leaves_the_others(
    values: list[float], data: st.DataObject
) -> None:
    assert numbers(values=", ".join(map(repr, values))) == values
    place = data.draw(st.integers(0, len(values) - 1))
    changed = [*values[:place], 0.123, *values[place + 1 :]]
    assert numbers(values=", ".join(map(repr, changed))) == changed


@pytest.mark.parametrize("word", ["ten", "nan", "inf", "1_000", "0x10", "1.2.3", "--1", "1e", "٣"])
def test_what_is_no_number_is_named(word: str) -> None:
    assert said(lambda: numbers(values=f"1, {word}, 3")) == (
        f"values has {word}, which is no number; write numbers such as 1, 0.5, 1e-3"
    )


def test_odd_values_are_named_in_short_sentences() -> None:
    assert said(lambda: numbers(values="1e999")) == (
        "values has 1e999, which is too large; the largest number is about 1.8e308"
    )
    assert said(lambda: numbers(values=" , ; ")) == (
        "values is , ;, without a number; write some, such as 1, 10, 100"
    )
    assert said(lambda: numbers(values="y" * 10_000)) == (
        f"values has {'y' * 39}…, which is no number; write numbers such as 1, 0.5, 1e-3"
    )


@pytest.mark.parametrize(
    "texts, items",
    [
        ("relu1_1, relu2_1", ["relu1_1", "relu2_1"]),
        (" relu1_1 ,, relu2_1 , \n", ["relu1_1", "relu2_1"]),
        ("relu1_1, relu2_1\nrelu3_1", ["relu1_1, relu2_1", "relu3_1"]),
        ("\n a; b \r\n\n c, d \n", ["a; b", "c, d"]),
        ("relu1_1, relu2_1; relu3_1", ["relu1_1, relu2_1", "relu3_1"]),
        ("relu1_1, relu2_1;", ["relu1_1, relu2_1"]),
        ("one", ["one"]),
        ("same, same", ["same", "same"]),
    ],
)
def test_texts_are_separated_by_lines_else_by_semicolons_else_by_commas(texts: str, items: list[str]) -> None:
    assert choices(texts=texts) == items


@pytest.mark.parametrize("texts", ["", " \n ", ", ,", ";"])
def test_no_text_at_all_is_an_error(texts: str) -> None:
    assert said(lambda: choices(texts=texts)) == (
        "texts has nothing in it; write some, separated by commas or on lines of their own"
    )


@pytest.fixture
def folder(tmp_path: Path, picture: Callable[..., Tensor]) -> Path:
    """A folder with pictures, and with what is none of them."""
    made = tmp_path / "photos"
    (made / "deeper.png").mkdir(parents=True)
    for seed, name in enumerate(["b 10.png", "b 2.png", "A 3.jpg", "b 02.webp", "c.JPEG"]):
        to_picture(picture(seed=seed)).save(made / name)
    to_picture(picture()).save(made / ".hidden.png")
    to_picture(picture()).save(made / "deeper.png" / "inside.png")
    to_picture(picture()).save(tmp_path / "outside.png")
    (made / "outside.png").symlink_to(tmp_path / "outside.png")
    (made / "circle.png").symlink_to(made / "circle.png")
    (made / "gone.png").symlink_to(made / "nothing.png")
    (made / "notes.txt").write_text("no picture")
    return made


def names(items: list[Any]) -> list[str]:
    return [item.label for item in items]


def test_a_folder_gives_its_pictures_in_the_order_that_people_expect(folder: Path) -> None:
    assert names(image_folder(folder=folder)) == ["A 3", "b 02", "b 2", "b 10", "c"]


def test_a_folder_gives_pictures_by_their_age(folder: Path) -> None:
    for age, name in enumerate(["c.JPEG", "b 2.png", "b 02.webp", "A 3.jpg", "b 10.png"]):
        os.utime(folder / name, (1_000_000 + age, 1_000_000 + age))
    oldest = ["c", "b 2", "b 02", "A 3", "b 10"]
    assert names(image_folder(folder=folder, order="oldest first")) == oldest
    assert names(image_folder(folder=folder, order="newest first")) == oldest[::-1]


def test_a_folder_gives_only_so_many_pictures_and_only_those_of_a_pattern(folder: Path) -> None:
    assert names(image_folder(folder=folder, most=2)) == ["A 3", "b 02"]
    assert names(image_folder(folder=folder, pattern="B*.PNG")) == ["b 2", "b 10"]
    assert names(image_folder(folder=folder, pattern="b ?.*")) == ["b 2"]


def test_a_link_to_another_picture_of_the_folder_is_one_of_its_pictures(folder: Path) -> None:
    (folder / "again.png").symlink_to(folder / "b 2.png")
    assert "again" in names(image_folder(folder=folder))


def test_a_folder_that_is_itself_a_link_is_read(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    assert len(image_folder(folder=tmp_path / "link")) == 5


def test_names_of_many_digits_are_put_in_order(folder: Path) -> None:
    for name in ("0" * 200, "9" * 200, "1" + "0" * 200):
        (folder / f"{name}.png").write_bytes((folder / "b 2.png").read_bytes())
    assert names(image_folder(folder=folder))[:3] == ["0" * 200, "9" * 200, "1" + "0" * 200]


def test_pictures_are_read_late_and_as_load_image_reads_them(folder: Path) -> None:
    items: list[Any] = image_folder(folder=folder)
    assert all(isinstance(item, Lazy) for item in items)
    assert torch.equal(items[2].load(), load_image(file=folder / "b 2.png"))


def test_the_key_of_a_picture_is_its_content_and_how_it_is_read(folder: Path) -> None:
    first: list[Any] = image_folder(folder=folder)
    (folder / "b 2.png").rename(folder / "b 11.png")
    moved: list[Any] = image_folder(folder=folder)
    assert names(moved) == ["A 3", "b 02", "b 10", "b 11", "c"]
    assert sorted(item.key for item in first) == sorted(item.key for item in moved)
    black: list[Any] = image_folder(folder=folder, background="#000000")
    smaller: list[Any] = image_folder(folder=folder, limit=1)
    assert len({repr(item.key) for item in (*first, *black, *smaller)}) == 15


def test_a_damaged_picture_fails_alone_when_it_is_read(folder: Path) -> None:
    (folder / "b 2.png").write_bytes(b"no picture")
    items: list[Any] = image_folder(folder=folder)
    assert said(items[2].load) == "b 2.png is no picture that can be read; use PNG, JPEG or WebP"
    assert items[3].load().shape == (3, 32, 48)


def test_a_picture_that_changes_during_a_run_is_not_taken_for_the_one_before(folder: Path) -> None:
    items: list[Any] = image_folder(folder=folder)
    (folder / "b 2.png").write_bytes((folder / "b 10.png").read_bytes())
    assert said(items[2].load) == "b 2.png has changed since the run began; run it again"


def test_a_folder_without_pictures_is_an_error(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert said(lambda: image_folder(folder=tmp_path / "empty")) == (
        "empty holds no picture; put PNG, JPEG or WebP files in it"
    )
    assert said(lambda: image_folder(folder=folder, pattern="z*")) == (
        "photos holds no picture whose name is like z*; put PNG, JPEG or WebP files in it"
    )
    assert said(lambda: image_folder(folder=tmp_path / "missing")) == (
        "missing cannot be read: No such file or directory; choose another folder"
    )


def test_every_combination_of_two_lists_is_made_with_the_last_one_next_to_each_other() -> None:
    (x, y), (p, q, r) = things(2), things(3)
    made: Any = cross([x, y], [p, q, r])
    assert made.a == [x, x, x, y, y, y]
    assert made.b == [p, q, r, p, q, r]
    assert made.c == []


def test_every_combination_of_three_lists_is_made() -> None:
    numbers, texts, switches = [1, 2], ["x", "y"], [True, False]
    made = cross(numbers, texts, switches)
    assert list(zip(made.a, made.b, made.c, strict=True)) == [
        (a, b, c) for a in (1, 2) for b in ("x", "y") for c in (True, False)
    ]


def test_nothing_combined_with_something_is_nothing() -> None:
    assert cross([], things(3)) == ([], [], [])
    assert cross(things(3), things(2), []) == ([], [], [])


def test_more_combinations_than_anyone_can_run_are_refused() -> None:
    assert said(lambda: cross([1] * 1000, [2] * 500)) == (
        "1000 x 500 items make 500000 combinations; 100000 are possible"
    )


def test_a_repeated_item_comes_with_seeds_that_count_up() -> None:
    (item,) = things(1)
    made = repeat(item, count=3, seed=7)
    assert made.item == [item, item, item]
    assert made.seed == [7.0, 8.0, 9.0]


def test_after_the_largest_seed_comes_0() -> None:
    assert repeat("x", count=3, seed=2**32 - 2).seed == [2**32 - 2, 2**32 - 1, 0]


@pytest.mark.parametrize("index, place", [(1, 0), (3, 2), (-1, 2), (-3, 0)])
def test_an_item_is_picked_as_people_count(index: int, place: int) -> None:
    items = things(3)
    assert pick(items, index=index) is items[place]


@pytest.mark.parametrize("index", [0, 4, -4])
def test_an_item_that_is_not_there_cannot_be_picked(index: int) -> None:
    assert said(lambda: pick(things(3), index=index)) == (
        f"there is no item {index}; the list has 3: 1 to 3, or -1 to -3 from the end"
    )


def test_nothing_can_be_picked_from_an_empty_list() -> None:
    assert said(lambda: pick([], index=1)) == "there is no item 1; the list is empty"


@pytest.mark.parametrize(
    "settings, wanted",
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"first": 2, "last": 4}, [2, 3, 4]),
        ({"first": -2}, [4, 5]),
        ({"last": -2}, [1, 2, 3, 4]),
        ({"step": 2}, [1, 3, 5]),
        ({"first": 2, "step": 3}, [2, 5]),
        ({"first": 0, "last": 99}, [1, 2, 3, 4, 5]),
        ({"first": -99, "last": 1}, [1]),
        ({"first": 6}, []),
        ({"last": 0}, []),
        ({"last": -99}, []),
        ({"first": 4, "last": 2}, []),
    ],
)
def test_a_part_of_a_list_includes_both_its_ends(settings: dict[str, int], wanted: list[int]) -> None:
    assert part([1, 2, 3, 4, 5], **settings) == wanted


def test_lists_are_gathered_nested_flattened_and_counted() -> None:
    items = things(3)
    assert collect(items) == items and collect(items) is not items
    assert graft(items[0]) == [items[0]]
    assert flatten([items[:1], [], items[1:]]) == items
    assert flatten([]) == []
    assert count_items(items) == 3.0 and count_items([]) == 0.0
