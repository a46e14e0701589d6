"""What is shown of what nodes make: only what is watched, only the latest, and not too often."""

import threading
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from queue import Empty, SimpleQueue
from typing import Any

import pytest
from capriccio.core import Graph
from capriccio.server import pipe, wire
from capriccio.server.easel import RATE, Easel, Work, jpeg
from capriccio.server.plain import measured
from capriccio.server.tally import Tally
from PIL import Image as Picture


def drawn(shade: int) -> Picture.Image:
    return Picture.new("RGB", (600, 300), (shade, shade, shade))


def work(shade: int, render: Callable[[Any], Picture.Image] = drawn, step: int = 1) -> Work:
    return Work(7, {"image": shade}, {"image": render}, Graph(), step, 9)


def far(step: int, measures: dict[str, Any]) -> Callable[[], wire.NodeProgress]:
    return lambda: wire.NodeProgress(step, 9, measured(measures))


class Sent:
    """What the easel has sent."""

    def __init__(self) -> None:
        self.messages: SimpleQueue[pipe.News] = SimpleQueue()

    def __call__(self, message: pipe.News) -> None:
        self.messages.put(message)

    def next(self, timeout: float = 5.0) -> Any:
        return self.messages.get(timeout=timeout)

    def none(self, timeout: float) -> bool:
        try:
            self.messages.get(timeout=timeout)
        except Empty:
            return True
        return False


@pytest.fixture
def sent() -> Sent:
    return Sent()


@pytest.fixture
def easel(sent: Sent) -> Iterator[Easel]:
    yield Easel(sent)


def shade_of(frame: pipe.Frame) -> int:
    with Picture.open(BytesIO(frame.data)) as picture:
        assert picture.format == "JPEG"
        assert picture.size == (frame.width, frame.height)
        value = picture.convert("L").getpixel((5, 5))
    assert isinstance(value, int)
    return value


def test_what_nobody_watches_is_never_drawn(easel: Easel, sent: Sent) -> None:
    calls: list[int] = []

    def render(shade: int) -> Picture.Image:
        calls.append(shade)
        return drawn(shade)

    easel.put(1, "paint", work(10, render))
    assert sent.none(0.2)
    assert calls == []


def test_what_is_watched_is_shown_no_larger_than_asked_for(easel: Easel, sent: Sent) -> None:
    easel.watch(1, {"paint": [512]})
    easel.put(1, "paint", work(40, step=3))
    frame = sent.next()
    assert (frame.graph, frame.node, frame.run, frame.asked) == (1, "paint", 7, 512)
    assert (frame.step, frame.total, frame.width, frame.height) == (3, 9, 512, 256)
    assert abs(shade_of(frame) - 40) <= 2


def test_what_is_there_already_is_shown_when_somebody_comes_to_watch(easel: Easel, sent: Sent) -> None:
    easel.put(1, "paint", work(80))
    easel.watch(1, {"paint": [1024, 128]})
    frames = {frame.asked: frame for frame in (sent.next(), sent.next())}
    assert {asked: frame.width for asked, frame in frames.items()} == {1024: 600, 128: 128}


def test_previews_of_a_node_come_at_most_so_many_times_a_second_and_the_last_one_comes(
    easel: Easel, sent: Sent
) -> None:
    easel.watch(1, {"paint": [128]})
    end = time.monotonic() + 1.0
    shade = 0
    while time.monotonic() < end:
        shade = (shade + 1) % 200
        easel.put(1, "paint", work(shade))
        time.sleep(0.001)
    easel.put(1, "paint", work(250))
    time.sleep(2.5 / RATE)
    frames = []
    while not sent.messages.empty():
        frames.append(sent.next())
    assert 5 <= len(frames) <= RATE + 2
    assert abs(shade_of(frames[-1]) - 250) <= 2


def test_a_node_waits_for_no_preview(easel: Easel, sent: Sent) -> None:
    hold, begun = threading.Event(), threading.Event()

    def slow(shade: int) -> Picture.Image:
        begun.set()
        hold.wait(5)
        return drawn(shade)

    easel.watch(1, {"paint": [128]})
    easel.put(1, "paint", work(1, slow))
    assert begun.wait(5)
    for shade in range(2, 100):
        easel.put(1, "paint", work(shade))
    assert sent.messages.empty()
    hold.set()
    assert [abs(shade_of(sent.next()) - shade) <= 2 for shade in (1, 99)] == [True, True]


def test_a_preview_that_cannot_be_drawn_is_left_out(easel: Easel, sent: Sent) -> None:
    def broken(shade: int) -> Picture.Image:
        raise ZeroDivisionError

    easel.watch(1, {"paint": [128], "other": [128]})
    easel.put(1, "paint", work(1, broken))
    easel.put(1, "other", work(9))
    assert sent.next().node == "other"


def test_of_progress_the_latest_is_told_with_its_numbers(easel: Easel, sent: Sent) -> None:
    class Loss:
        def __float__(self) -> float:
            return float("inf")

    easel.begin(7)
    easel.progress("paint", far(1, {"loss": 3}))
    first = sent.next()
    assert first.nodes["paint"].measures == {"loss": 3.0}
    for step in range(2, 6):
        easel.progress("paint", far(step, {"loss": Loss()}))
    told = sent.next()
    assert (told.run, told.nodes["paint"].step, told.nodes["paint"].measures) == (7, 5, {"loss": None})
    last = easel.last("paint")
    assert (last.step, last.total) == (5, 9)
    assert sent.none(0.2)


def test_a_picture_that_is_small_enough_stays_as_large_as_it_is() -> None:
    picture, data = jpeg(drawn(3), 1024)
    assert picture.size == (600, 300)
    with Picture.open(BytesIO(data)) as read:
        assert read.size == (600, 300)


def test_what_strangers_make_does_not_end_the_showing(easel: Easel, sent: Sent) -> None:
    def leave(shade: int) -> Picture.Image:
        raise SystemExit

    easel.watch(1, {"bad": [128], "empty": [128], "good": [128]})
    easel.progress("bad", far(1, {"loss": "low", "size": 4}))
    assert sent.next().nodes["bad"].measures == {"loss": None, "size": 4.0}
    easel.put(1, "bad", work(1, leave))
    easel.put(1, "empty", work(1, lambda shade: Picture.new("RGB", (0, 0))))
    easel.put(1, "good", work(9))
    assert sent.next().node == "good"


def test_another_run_knows_nothing_of_how_far_the_one_before_came(easel: Easel) -> None:
    easel.begin(1)
    easel.progress("paint", far(50, {"loss": 3}))
    easel.begin(2)
    assert easel.last("paint").total == 0


def order(run: int, node: str = "node", output: str = "image") -> pipe.Keep:
    return pipe.Keep(1, run, 5, node, output)


def shade(draw: Any) -> int:
    picture, _ = draw()
    found: int = picture.getpixel((0, 0))[0]
    return found


def test_what_a_node_has_is_held_whatever_comes_after_it(easel: Easel) -> None:
    easel.put(5, "node", work(10))
    held = easel.held(order(7))
    easel.put(5, "node", work(20))
    assert shade(held) == 10
    assert shade(easel.held(order(7))) == 20
    assert easel.held(order(8)) is None  # of that run nothing has come
    assert easel.held(order(7, "other")) is None
    assert easel.held(order(7, output="mask")) is None


def test_the_sheet_of_a_run_is_held_though_the_next_has_begun(easel: Easel) -> None:
    def put(run: int, *shades: int) -> None:
        blank = Work(run, {"image": None}, {"image": drawn}, Graph())
        places = [(number,) for number in range(len(shades))]
        easel.begin_items(5, "node", blank, Tally({place: {} for place in places}), places)
        for place, value in zip(places, shades, strict=True):
            made = Work(run, {"image": value}, {"image": drawn}, Graph())
            easel.put_item(5, "node", place, "done", made)

    put(7, 10, 20)
    held = easel.held(order(7))
    put(8, 100, 200)
    assert held
    sheets = held()[0], easel.sheet(5, "node")
    assert sheets[1]
    for picture, first, second in ((sheets[0], 10, 20), (sheets[1].picture(), 100, 200)):
        assert picture.getpixel((20, 20)) == (first,) * 3
        assert picture.getpixel((picture.width - 20, 20)) == (second,) * 3
    assert easel.held(order(7)) is None


def test_a_list_is_held_as_a_sheet(easel: Easel) -> None:
    easel.put(5, "node", Work(7, {"image": [10, 20, 30]}, {"image": drawn}, Graph()))
    held = easel.held(order(7))
    assert held
    assert held()[0].width > 600
