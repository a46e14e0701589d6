"""What is sent first, what is dropped, and what waits for an acknowledgement."""

from collections.abc import Iterator

import pytest
from capriccio.server import wire
from capriccio.server.outbox import MOST, Outbox
from hypothesis import given
from hypothesis import strategies as st

PLACE = (1, "paint")


class Woken:
    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


@pytest.fixture
def woken() -> Woken:
    return Woken()


@pytest.fixture
def outbox(woken: Woken) -> Outbox:
    return Outbox(woken)


def all_of(outbox: Outbox) -> list[str | bytes]:
    return list(iter(outbox.take, None))


def test_control_messages_come_in_order_and_before_everything_else(outbox: Outbox) -> None:
    outbox.watch(PLACE)
    outbox.show(PLACE, 1, b"frame")
    outbox.transfer(iter([b"part", "end"]))
    outbox.replace("progress", "half")
    outbox.put("first")
    outbox.put("second")
    assert all_of(outbox) == ["first", "second", "half", b"frame", b"part", "end"]


def test_a_message_is_written_as_json(outbox: Outbox) -> None:
    outbox.put(wire.Pong(re=7))
    assert outbox.take() == '{"type":"pong","re":7}'


def test_of_previews_that_wait_the_latest_is_sent_and_the_others_are_counted(outbox: Outbox) -> None:
    outbox.watch(PLACE)
    for sequence in range(1, 6):
        outbox.show(PLACE, sequence, bytes([sequence]))
    assert all_of(outbox) == [bytes([5])]
    assert (outbox.channels[PLACE].sent, outbox.channels[PLACE].dropped) == (1, 4)


def test_two_previews_are_on_their_way_at_most(outbox: Outbox) -> None:
    outbox.watch(PLACE)
    sent = []
    for sequence in range(1, 6):
        outbox.show(PLACE, sequence, bytes([sequence]))
        sent += all_of(outbox)
    assert sent == [bytes([1]), bytes([2])]
    outbox.acknowledge(PLACE, 1)
    assert all_of(outbox) == [bytes([5])]
    outbox.acknowledge(PLACE, 5)  # stands for all before it
    outbox.show(PLACE, 6, bytes([6]))
    outbox.show(PLACE, 7, bytes([7]))
    assert all_of(outbox) == [bytes([7])]


def test_previews_of_nodes_take_turns(outbox: Outbox) -> None:
    for name in "abc":
        outbox.watch((1, name))
    sent = []
    for sequence in (1, 2):
        for name in "abc":
            outbox.show((1, name), sequence, f"{name}{sequence}".encode())
        sent.append(outbox.take())
    sent += all_of(outbox)
    assert sent == [b"a1", b"b2", b"c2", b"a2"]


def test_what_is_not_watched_is_not_sent(outbox: Outbox, woken: Woken) -> None:
    outbox.show(PLACE, 1, b"frame")
    outbox.watch(PLACE)
    outbox.show(PLACE, 2, b"frame")
    outbox.unwatch(PLACE)
    outbox.acknowledge(PLACE, 2)
    assert all_of(outbox) == []
    assert woken.times == 1


def test_of_progress_the_latest_counts(outbox: Outbox) -> None:
    outbox.replace(1, "a third")
    outbox.replace(2, "other")
    outbox.replace(1, "half")
    assert all_of(outbox) == ["other", "half"]


def test_too_many_control_messages_overflow_it_and_none_is_put_out_of_order(outbox: Outbox) -> None:
    for number in range(MOST):
        outbox.put(str(number))
    assert not outbox.overflown
    assert outbox.waiting == MOST
    outbox.put("one more")
    assert outbox.overflown
    assert all_of(outbox) == [str(number) for number in range(MOST)]


def test_the_parts_of_a_transfer_are_made_when_they_are_taken(outbox: Outbox) -> None:
    made: list[str] = []

    def parts() -> Iterator[str]:
        for name in "ab":
            made.append(name)
            yield name

    outbox.transfer(parts())
    assert made == []
    assert outbox.take() == "a"
    assert made == ["a"]
    outbox.put("now")
    assert all_of(outbox) == ["now", "b"]


@given(st.lists(st.sampled_from(["show", "take", "ack", "put"]), max_size=200))
def test_whatever_happens_control_is_complete_and_previews_only_go_forward(what: list[str]) -> None:
    outbox = Outbox(lambda: None)
    outbox.watch(PLACE)
    put: list[str] = []
    got: list[str] = []
    seen: list[int] = []
    sequence = 0

    def take() -> bool:
        frame = outbox.take()
        if isinstance(frame, bytes):
            seen.append(int(frame))
        elif frame is not None:
            got.append(frame)
        return frame is not None

    for action in what:
        if action == "show":
            sequence += 1
            outbox.show(PLACE, sequence, str(sequence).encode())
        elif action == "put":
            put.append(str(len(put)))
            outbox.put(put[-1])
        elif action == "ack" and seen:
            outbox.acknowledge(PLACE, seen[-1])
        else:
            take()
        assert len(outbox.channels[PLACE].unacknowledged) <= 2
    while take() or outbox.channels[PLACE].waiting:
        outbox.acknowledge(PLACE, seen[-1] if seen else 0)
    assert got == put
    assert seen == sorted(set(seen))
    assert (seen or [0])[-1] == sequence
    assert outbox.channels[PLACE].sent + outbox.channels[PLACE].dropped == sequence
