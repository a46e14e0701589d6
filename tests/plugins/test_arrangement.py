"""Pictures stand where what varied puts them."""

import random
from itertools import product

import pytest
from capriccio.plugins.arrangement import Arrangement, crossed, fitting, in_rows, varying

LAYERS, WEIGHTS = ("relu1_1", "relu2_1", "relu3_1"), ("1", "10")
GRID = [{"layer": layer, "weight": weight} for layer, weight in product(LAYERS, WEIGHTS)]


def test_what_is_the_same_for_all_items_is_no_label() -> None:
    assert varying([{"a": "1", "b": "2"}, {"a": "1", "b": "3"}]) == {"b": ("2", "3")}
    assert varying([{"a": "1"}]) == {}
    assert varying([]) == {}


def test_what_only_some_items_have_tells_them_apart() -> None:
    assert varying([{"a": "1"}, {}]) == {"a": ("1", None)}


def test_two_things_that_cross_make_rows_and_columns() -> None:
    assert crossed(varying(GRID)) == Arrangement(
        2, (0, 1, 2, 3, 4, 5), (), LAYERS, WEIGHTS, row_title="layer", title="weight"
    )


def test_items_find_their_places_whatever_their_order() -> None:
    shuffled = random.Random(0).sample(GRID, len(GRID))
    table = crossed(varying(shuffled))
    assert table is not None
    names = [(row, column) for row in table.row_heads for column in table.column_heads]
    assert [(shuffled[at]["layer"], shuffled[at]["weight"]) for at in table.order] == names
    assert table.row_heads == tuple(dict.fromkeys(label["layer"] for label in shuffled))


@pytest.mark.parametrize(
    "labels",
    [
        GRID[:-1],
        [*GRID, GRID[0]],
        [*GRID[:-1], GRID[0]],
        [*GRID[:-1], {"layer": "relu3_1"}],
        [{**label, "seed": str(seed)} for seed, label in enumerate(GRID)],
        GRID[:2],
        [{}, {}],
    ],
)
def test_anything_else_is_no_table(labels: list[dict[str, str]]) -> None:
    assert crossed(varying(labels)) is None


def test_one_thing_stands_below_each_picture_and_its_name_above_all() -> None:
    made = in_rows(3, 2, {"weight": ("1", None, "3")})
    assert made == Arrangement(2, (0, 1, 2), (("1",), ("",), ("3",)), title="weight")
    assert (made.rows, made.lines) == (2, 1)


def test_several_things_stand_below_each_picture_with_their_names() -> None:
    made = in_rows(2, 2, {"layer": ("relu1_1", "relu2_1"), "seed": ("7", None)})
    assert made.captions == (("layer relu1_1", "seed 7"), ("layer relu2_1",))
    assert made.title == "" and made.lines == 2


def test_very_many_things_share_the_last_line() -> None:
    made = in_rows(1, 1, {str(number): ("x",) for number in range(8)})
    assert made.captions == (("0 x", "1 x", "2 x", "3 x", "4 x", "5 x, 6 x, 7 x"),)


def test_pictures_without_labels_have_no_words() -> None:
    assert in_rows(2, 2, {}).words == ()
    assert in_rows(2, 2, {"weight": ("1", "2")}).bare == Arrangement(2, (0, 1))


@pytest.mark.parametrize(
    "count, columns",
    [(1, 1), (2, 2), (3, 3), (4, 2), (5, 3), (6, 3), (7, 4), (8, 4), (9, 3), (12, 4), (16, 4), (20, 5)],
)
def test_square_pictures_make_a_sheet_a_little_wider_than_high(count: int, columns: int) -> None:
    assert fitting(count, 1.0) == columns


def test_wide_pictures_stand_on_top_of_each_other_and_tall_ones_side_by_side() -> None:
    assert fitting(4, 8.0) == 1
    assert fitting(4, 1 / 8) == 4
