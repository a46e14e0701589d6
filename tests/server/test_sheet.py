"""A contact sheet shows each item in a cell of its own, and how it is with it."""

import pytest
from capriccio.server.sheet import EMPTY, GAP, GROUND, MOST, OUTLINES, Index, Sheet, State
from PIL import Image as Picture

RED, BLUE = (255, 0, 0), (0, 0, 255)


def flat(count: int) -> list[Index]:
    return [(number,) for number in range(count)]


def small(color: tuple[int, int, int], size: tuple[int, int] = (20, 10)) -> Picture.Image:
    return Picture.new("RGB", size, color)


@pytest.mark.parametrize(("count", "columns"), [(1, 1), (2, 2), (4, 2), (5, 3), (16, 4), (64, 8), (1000, 8)])
def test_there_are_about_as_many_columns_as_rows(count: int, columns: int) -> None:
    assert Sheet(flat(count)).columns == columns


def test_each_list_in_a_list_is_a_row_if_they_are_of_one_length() -> None:
    assert Sheet([(row, column) for row in range(2) for column in range(5)]).columns == 5
    assert Sheet([(0, 0), (0, 1), (0, 2), (1, 0)]).columns == 2
    assert Sheet([(row, column) for row in range(2) for column in range(20)]).columns == 7


def test_of_many_items_the_first_are_shown_and_the_others_counted() -> None:
    assert Sheet(flat(MOST)).cells == tuple(flat(MOST))
    sheet = Sheet(flat(1000))
    assert sheet.cells == tuple(flat(MOST - 1))
    assert (62,) in sheet and (63,) not in sheet
    sheet.paint((0,), small(RED, (256, 256)))
    picture = sheet.picture()
    cell = picture.crop(
        (picture.width - GAP - 256, picture.height - GAP - 256, picture.width, picture.height)
    )
    assert len(set(cell.convert("RGB").tobytes())) > 6  # something is written there


def test_cells_are_empty_until_they_are_painted() -> None:
    sheet = Sheet(flat(3))
    sheet.paint((1,), small(RED))
    picture = sheet.picture()
    assert picture.size == (2 * 20 + 3 * GAP, 2 * 10 + 3 * GAP)
    assert picture.getpixel((GAP, GAP)) == EMPTY
    assert picture.getpixel((20 + 2 * GAP, GAP)) == RED
    assert picture.getpixel((GAP, 10 + 2 * GAP)) == EMPTY
    assert picture.getpixel((20 + 2 * GAP, 10 + 2 * GAP)) == GROUND  # there is no fourth item


@pytest.mark.parametrize(("count", "side"), [(4, 512), (9, 384), (10, 256)])
def test_cells_are_small_and_larger_where_there_are_few(count: int, side: int) -> None:
    sheet = Sheet(flat(count))
    sheet.paint((0,), small(RED, (4000, 2000)))
    columns = sheet.columns
    assert sheet.picture().width == columns * side + (columns + 1) * GAP


def test_pictures_of_other_sizes_are_put_into_the_middle_of_their_cells() -> None:
    sheet = Sheet(flat(2))
    sheet.paint((0,), small(RED, (40, 20)))
    sheet.paint((1,), small(BLUE, (20, 40)))
    picture = sheet.picture()
    left = 40 + 2 * GAP
    assert picture.getpixel((left, GAP)) == EMPTY
    assert picture.getpixel((left + 20, GAP + 10)) == BLUE


@pytest.mark.parametrize("state", ["running", "failed"])
def test_an_item_that_runs_or_has_failed_is_outlined(state: State) -> None:
    sheet = Sheet(flat(2))
    sheet.mark((0,), state)
    sheet.paint((1,), small(RED))
    assert sheet.picture().getpixel((GAP - 1, GAP)) == OUTLINES[state]
    sheet.mark((0,), "done")
    assert sheet.picture().getpixel((GAP - 1, GAP)) == GROUND


def test_an_item_that_failed_before_it_had_a_picture_is_crossed_out() -> None:
    sheet = Sheet(flat(2))
    sheet.paint((1,), small(RED))
    sheet.mark((0,), "failed")
    picture = sheet.picture()
    assert picture.getpixel((GAP, GAP)) == picture.getpixel((GAP + 19, GAP)) == OUTLINES["failed"]


def test_a_sheet_of_nothing_is_a_picture_all_the_same() -> None:
    assert Sheet([]).picture().size == (512 + 2 * GAP, 512 + 2 * GAP)
