"""Sheets hold every picture as it is, and say what varied."""

from collections.abc import Callable, Sequence
from itertools import pairwise, product
from typing import Any

import pytest
import torch
from capriccio.core import InputError, Label, Labels
from capriccio.plugins.sheets import compare_images, image_grid
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

LAYERS, WEIGHTS = ("relu1_1", "relu2_1"), ("1", "10", "100")
GRID = [{"layer": layer, "weight": weight} for layer, weight in product(LAYERS, WEIGHTS)]


def told(labels: Sequence[Label]) -> Labels:
    return Labels({"images": tuple(labels)})


def plain(count: int, height: int = 64, width: int = 80) -> list[Tensor]:
    """Pictures of one colour each, none of them grey."""
    return [
        torch.tensor([place / count, 1.0, 0.5]).view(3, 1, 1).expand(3, height, width)
        for place in range(count)
    ]


def place(sheet: Tensor, image: Tensor) -> tuple[int, int, int, int]:
    """Where a picture of one colour is: its top, left, height and width."""
    rows, columns = torch.where((sheet == image[:, :1, :1]).all(0))
    top, left = int(rows.min()), int(columns.min())
    return top, left, int(rows.max()) - top + 1, int(columns.max()) - left + 1


def places(sheet: Tensor, images: Sequence[Tensor]) -> list[tuple[int, int]]:
    """The row and the column of each picture, counted from 0."""
    corners = [place(sheet, image)[:2] for image in images]
    tops, lefts = ([*dict.fromkeys(sorted(side))] for side in zip(*corners, strict=True))
    return [(tops.index(top), lefts.index(left)) for top, left in corners]


def colours(image: Tensor) -> set[tuple[float, ...]]:
    return {tuple(colour) for colour in image.flatten(1).T.tolist()}


def said(call: Callable[[], Any]) -> str:
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value)


def test_every_pixel_of_every_picture_is_there(picture: Callable[..., Tensor]) -> None:
    images = [picture(32, 48, seed=seed) for seed in range(4)]
    sheet = image_grid(images, gap=0, captions=False, labels=Labels())
    assert torch.equal(sheet, torch.cat([torch.cat(images[:2], 2), torch.cat(images[2:], 2)], 1))


def test_one_picture_is_a_sheet(picture: Callable[..., Tensor]) -> None:
    image = picture()
    sheet = image_grid([image], gap=5, background="#ff0000", labels=told([{"layer": "relu1_1"}]))
    assert sheet.shape == (3, 32 + 10, 48 + 10)
    assert torch.equal(sheet[:, 5:-5, 5:-5], image)
    assert colours(sheet[:, :5]) == {(1.0, 0.0, 0.0)}


def test_two_things_that_varied_become_rows_and_columns() -> None:
    images = plain(6)
    sheet = image_grid(images, labels=told(GRID))
    assert places(sheet, images) == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]


def test_rows_and_columns_do_not_depend_on_the_order_of_the_list() -> None:
    images, order = plain(6), [0, 4, 2, 3, 1, 5]
    shuffled = image_grid(
        [images[at] for at in order], captions=False, labels=told([GRID[at] for at in order])
    )
    found = places(shuffled, images)
    assert all((found[a][0] == found[b][0]) == (a // 3 == b // 3) for a, b in product(range(6), repeat=2))
    assert all((found[a][1] == found[b][1]) == (a % 3 == b % 3) for a, b in product(range(6), repeat=2))


def test_a_given_number_of_columns_keeps_the_order_of_the_list() -> None:
    images = plain(6)
    sheet = image_grid(images, columns=4, labels=told(GRID[::-1]))
    assert places(sheet, images) == [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0), (1, 1)]


def test_more_columns_than_pictures_leave_no_empty_places() -> None:
    images = plain(2)
    assert image_grid(images, columns=100, gap=0, labels=Labels()).shape == (3, 64, 160)


def test_headings_stand_above_and_at_the_left() -> None:
    images = plain(6)
    sheet = image_grid(images, gap=0, labels=told(GRID))
    top, left, *_ = place(sheet, images[0])
    bottom, right = top + 2 * 64, left + 3 * 80
    written = (sheet != 1).any(0)
    for column in range(3):
        assert written[:top, left + column * 80 : left + (column + 1) * 80].any()
    for row in range(2):
        assert written[top + row * 64 : top + (row + 1) * 64, :left].any()
    assert not written[:top, :left].any() and not written[bottom:].any() and not written[:, right:].any()


@pytest.mark.parametrize("labels", [[{"weight": str(n)} for n in range(4)], [*GRID[:3], {"seed": "1"}]])
def test_captions_stand_below_each_picture(labels: list[Label]) -> None:
    images = plain(4)
    sheet = image_grid(images, columns=2, labels=told(labels))
    for image in images:
        top, left, height, width = place(sheet, image)
        assert (sheet[:, top + height : top + height + 12, left : left + width] != 1).any()


def test_what_did_not_vary_is_not_written() -> None:
    images = plain(4)
    same = image_grid(images, labels=told([{"layer": "relu1_1"}] * 4))
    assert torch.equal(same, image_grid(images, labels=Labels()))


def test_captions_can_be_left_out_and_rows_and_columns_stay() -> None:
    images = plain(6)
    sheet = image_grid(images, captions=False, gap=0, labels=told(GRID))
    assert sheet.shape == (3, 2 * 64, 3 * 80)
    assert places(sheet, images) == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]


@pytest.mark.parametrize("background", ["#ffffff", "#000000", "#777777", "#b00000", "#ffff00", "#0000ff"])
def test_words_can_be_read_on_any_background(background: str) -> None:
    images = plain(2)
    labels = told([{"weight": "1"}, {"weight": "2"}])
    words = image_grid(images, background=background, letters=40, labels=labels)
    ground = words[:, 0, 0]
    inks = map(torch.tensor, colours(words))
    strongest = max(contrast(ink, ground) for ink in inks if ink.max() == ink.min())
    assert strongest > 4.3


def contrast(one: Tensor, other: Tensor) -> float:
    """Of two colours, as in WCAG 2."""

    def luminance(colour: Tensor) -> float:
        linear = torch.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)
        return float((linear * torch.tensor([0.2126, 0.7152, 0.0722])).sum())

    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_long_labels_never_touch_each_other_or_the_pictures() -> None:
    images = plain(4)
    labels = [{"file": f"a name that is much too long for its place {number}"} for number in range(4)]
    sheet = image_grid(images, columns=4, gap=0, labels=told(labels))
    lefts = [place(sheet, image)[1] for image in images]
    for image in images:
        assert place(sheet, image)[2:] == (64, 80)
    for left, right in pairwise(lefts):
        seam = (left + 80 + right) // 2
        below = sheet[:, place(sheet, images[0])[0] + 64 :, seam - 1 : seam + 1]
        assert (below == 1).all()


def test_smaller_pictures_stand_in_the_middle_of_places_for_the_largest() -> None:
    images = [plain(3, *size)[at] for at, size in enumerate([(20, 60), (40, 30), (10, 10)])]
    sheet = image_grid(images, columns=3, gap=2, labels=Labels())
    assert sheet.shape == (3, 40 + 4, 3 * 60 + 2 * 2 + 4)
    assert place(sheet, images[0]) == (12, 2, 20, 60)
    assert place(sheet, images[1]) == (2, 64 + 15, 40, 30)
    assert place(sheet, images[2]) == (17, 126 + 25, 10, 10)


words = st.text(max_size=20) | st.just("a name that is much too long for its place")


@settings(max_examples=60, deadline=None)
@given(
    sizes=st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60)), min_size=1, max_size=6),
    names=st.lists(words, max_size=8, unique=True),
    columns=st.integers(0, 8),
    gap=st.integers(0, 40),
    letters=st.integers(0, 60),
    data=st.data(),
)
def test_every_picture_is_whole_whatever_is_written(
    sizes: list[tuple[int, int]], names: list[str], columns: int, gap: int, letters: int, data: st.DataObject
) -> None:
    table = len(sizes) in (4, 6) and data.draw(st.booleans())
    rows = ["", "second row"] if table else []
    labels = [
        {"rows\n": rows[at % 2], "": str(at // 2)} if table else {name: data.draw(words) for name in names}
        for at in range(len(sizes))
    ]
    images = [plain(len(sizes), *size)[at] for at, size in enumerate(sizes)]
    sheet = image_grid(images, columns=columns, gap=gap, letters=letters, labels=told(labels))
    assert [place(sheet, image)[2:] for image in images] == sizes
    for image in images:
        top, left, height, width = place(sheet, image)
        assert torch.equal(sheet[:, top : top + height, left : left + width], image)


def test_letters_grow_with_the_pictures_unless_they_are_set() -> None:
    labels = told([{"weight": "1"}, {"weight": "2"}])
    extra = [
        image_grid(plain(2, size, size), gap=0, letters=letters, labels=labels).shape[1] - size
        for size, letters in ((64, 0), (512, 0), (64, 40), (512, 40))
    ]
    assert extra[0] < extra[1] and extra[2] == extra[3]


def test_an_empty_list_makes_no_sheet() -> None:
    assert said(lambda: image_grid([], labels=Labels())) == (
        "the list holds no picture; a sheet needs at least one"
    )


def test_a_sheet_that_could_not_be_loaded_again_is_refused() -> None:
    large = torch.zeros(1).expand(3, 8192, 8192)
    assert said(lambda: image_grid([large] * 3, gap=0, labels=Labels())) == (
        "it would be 24576 x 8192 pixels, and 16384 a side and 178 Mpx are possible; "
        "resize the pictures, or give fewer"
    )
    assert said(lambda: image_grid([large] * 4, gap=0, labels=Labels())).startswith(
        "it would be 16384 x 16384 pixels"
    )
    assert said(
        lambda: compare_images(large[:, :32, :].expand(3, 32, 8192).repeat(1, 1, 2), plain(1)[0])
    ) == (
        "it would be 32768 x 32 pixels, and 16384 a side and 178 Mpx are possible; "
        "resize the pictures, or give fewer"
    )


def test_two_pictures_stand_side_by_side(picture: Callable[..., Tensor]) -> None:
    a, b = picture(seed=1), picture(seed=2)
    assert torch.equal(compare_images(a, b), torch.cat([a, b], 2))


def test_a_split_shows_the_left_of_one_and_the_right_of_the_other(picture: Callable[..., Tensor]) -> None:
    a, b = picture(seed=1), picture(seed=2)
    made = compare_images(a, b, mode="split", position=0.25)
    assert torch.equal(made[:, :, :10], a[:, :, :10]) and torch.equal(made[:, :, 14:], b[:, :, 14:])
    assert (made[:, :, 11:13] == 1).all()
    assert torch.equal(compare_images(a, b, mode="split", position=1.0), a)
    assert torch.equal(compare_images(a, b, mode="split", position=0.0), b)


def test_a_difference_is_black_where_pictures_are_alike(picture: Callable[..., Tensor]) -> None:
    a = picture()
    b = a.clone()
    b[:, 5, 7] = (a[:, 5, 7] + 0.5) % 1.0
    made = compare_images(a, b, mode="difference")
    assert (made > 0).any(0).nonzero().tolist() == [[5, 7]]
    twice = compare_images(a, b, mode="difference", gain=2.0)
    assert torch.equal(twice, (2 * made).clamp(0, 1))
    assert compare_images(a, a, mode="difference", gain=100.0).max() == 0


@pytest.mark.parametrize("mode", ["side by side", "split", "difference"])
def test_a_picture_of_another_size_is_resized_to_the_first(picture: Callable[..., Tensor], mode: Any) -> None:
    made = compare_images(picture(32, 48), picture(100, 70), mode=mode)
    assert made.shape == (3, 32, 96 if mode == "side by side" else 48)
    assert 0 <= made.min() and made.max() <= 1
