"""What a person has painted is read as it was meant."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from capriccio.core import PALETTE, InputError
from capriccio.plugins.painted import in_colors, painted_labels, painted_mask
from PIL import Image as Picture
from PIL import ImageColor
from torch import Tensor

COLORS = [ImageColor.getrgb(swatch.color) for swatch in PALETTE]


@pytest.fixture
def image() -> Tensor:
    return torch.zeros(3, 12, 24)


def test_white_is_one_black_is_nothing_and_grey_lies_between(tmp_path: Path) -> None:
    picture = Picture.new("L", (3, 1))
    picture.putdata([255, 0, 51])
    picture.save(tmp_path / "mask.png")
    mask = painted_mask(mask=tmp_path / "mask.png")
    assert mask.dtype == torch.float32
    assert torch.allclose(mask, torch.tensor([[[1.0, 0.0, 0.2]]]))


def test_where_nothing_was_painted_the_mask_is_nothing(tmp_path: Path) -> None:
    picture = Picture.new("RGBA", (2, 2), (255, 255, 255, 0))
    picture.putpixel((1, 0), (255, 255, 255, 255))
    picture.save(tmp_path / "mask.png")
    assert painted_mask(mask=tmp_path / "mask.png").tolist() == [[[0.0, 1.0], [0.0, 0.0]]]


def test_a_mask_is_as_large_as_the_picture_beneath(tmp_path: Path, image: Tensor) -> None:
    Picture.new("RGB", (6, 6), "white").save(tmp_path / "mask.png")
    assert painted_mask(mask=tmp_path / "mask.png").shape == (1, 6, 6)
    mask = painted_mask(image, mask=tmp_path / "mask.png")
    assert mask.shape == (1, 12, 24)
    assert torch.allclose(mask, torch.ones(1))


def test_every_colour_of_the_palette_is_its_label(tmp_path: Path) -> None:
    picture = Picture.new("RGB", (len(COLORS), 2))
    picture.putdata(COLORS * 2)
    picture.save(tmp_path / "labels.png")
    labels = painted_labels(labels=tmp_path / "labels.png")
    assert (labels.dtype, labels.tolist()) == (torch.int64, [list(range(len(COLORS)))] * 2)
    assert in_colors(labels).tobytes() == picture.tobytes()


def test_other_colours_count_as_the_nearest_and_holes_as_the_first(tmp_path: Path) -> None:
    picture = Picture.new("RGBA", (4, 1))
    picture.putdata([(230, 40, 30, 255), (250, 250, 250, 255), (20, 0, 10, 255), (255, 255, 255, 0)])
    picture.save(tmp_path / "labels.png")
    names = [
        PALETTE[label].name for label in painted_labels(labels=tmp_path / "labels.png").flatten().tolist()
    ]
    assert names == ["red", "white", "black", "black"]


def test_labels_are_made_as_large_as_the_picture_beneath_and_are_never_mixed(
    tmp_path: Path, image: Tensor
) -> None:
    picture = Picture.new("RGB", (2, 1), COLORS[3])
    picture.putpixel((1, 0), COLORS[9])
    picture.save(tmp_path / "labels.png")
    labels = painted_labels(image, labels=tmp_path / "labels.png")
    assert labels.shape == (12, 24)
    assert labels[:, :12].eq(3).all() and labels[:, 12:].eq(9).all()


def test_a_large_map_is_read_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = Picture.effect_noise((50, 40), 90).convert("RGB")
    picture.save(tmp_path / "labels.png")
    whole = painted_labels(labels=tmp_path / "labels.png")
    monkeypatch.setattr("capriccio.plugins.painted._AT_ONCE", 120)
    assert torch.equal(painted_labels(labels=tmp_path / "labels.png"), whole)


def test_more_labels_than_colours_are_shown_all_the_same() -> None:
    assert in_colors(torch.tensor([[0, 12, 25]])).getpixel((2, 0)) == COLORS[1]


@pytest.mark.parametrize(
    "load", [lambda file: painted_mask(mask=file), lambda file: painted_labels(labels=file)]
)
def test_what_cannot_be_read_is_said_so(tmp_path: Path, load: Callable[[Path], Tensor]) -> None:
    (tmp_path / "a.png").write_text("no picture")
    with pytest.raises(InputError, match=r"^a\.png is no picture that can be read; use PNG, JPEG or WebP$"):
        load(tmp_path / "a.png")
    Picture.new("1", (8000, 7000)).save(tmp_path / "b.png")
    with pytest.raises(InputError, match=r"pixels, more than 50 Mpx; paint a smaller one$"):
        load(tmp_path / "b.png")
