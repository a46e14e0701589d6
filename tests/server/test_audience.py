"""Who hears and sees what."""

import json

import msgspec
import pytest
from capriccio.core import Graph
from capriccio.server import pipe, wire
from capriccio.server.audience import Audience
from capriccio.server.document import Document
from capriccio.server.outbox import Outbox


class Asked(list[tuple[int, dict[str, list[int]]]]):
    """What the workers were told to show."""

    def __call__(self, graph: int, widths: dict[str, list[int]]) -> None:
        self.append((graph, widths))


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def audience(asked: Asked) -> Audience:
    return Audience(asked)


@pytest.fixture
def document() -> Document:
    return Document("lake", Graph(), saved=True)


def client(audience: Audience, *documents: Document) -> Outbox:
    outbox = Outbox(lambda: None)
    audience.everyone.add(outbox)
    for document in documents:
        audience.enter(document, outbox)
    return outbox


def frame(document: Document, step: int, asked: int = 512) -> pipe.Frame:
    return pipe.Frame(document.number, "paint", 3, asked, step, 9, 400, 300, b"jpeg%d" % step)


def seen(outbox: Outbox) -> list[tuple[int, bytes]]:
    found = []
    while packed := outbox.take():
        assert isinstance(packed, bytes)
        facts, data = wire.unpacked(packed, wire.Preview)
        assert (facts.graph, facts.node, facts.run) == ("lake", "paint", 3)
        found.append((facts.sequence, bytes(data)))
        outbox.acknowledge((1, "paint"), facts.sequence)
    return found


def test_those_who_have_a_graph_open_hear_of_it(audience: Audience, document: Document) -> None:
    inside, outside = client(audience, document), client(audience)
    audience.tell(document, wire.Closed(graph="lake"))
    assert json.loads(str(inside.take()))["type"] == "closed"
    assert outside.take() is None
    audience.tell_all(wire.Queue(runs=[]))
    assert inside.take() == outside.take() is not None
    audience.leave(document, inside)
    audience.tell(document, wire.Closed(graph="lake"))
    assert inside.take() is None


def test_workers_are_asked_for_what_is_watched_and_once_for_each_size(
    audience: Audience, document: Document, asked: Asked
) -> None:
    first, second = client(audience, document), client(audience, document)
    audience.watch(document, "paint", 500, first)
    audience.watch(document, "paint", 512, second)
    assert asked == [(document.number, {"paint": [512]})]
    audience.watch(document, "paint", 900, second)
    assert asked[-1] == (document.number, {"paint": [512, 1024]})
    audience.unwatch(document, "paint", first)
    assert asked[-1] == (document.number, {"paint": [1024]})
    audience.leave(document, second)
    assert asked[-1] == (document.number, {})
    assert audience.watched() == {}


def test_a_preview_goes_to_those_who_watch_its_node_in_its_size(
    audience: Audience, document: Document
) -> None:
    small, large, other = (client(audience, document) for _ in range(3))
    audience.watch(document, "paint", 512, small)
    audience.watch(document, "paint", 1000, large)
    audience.watch(document, "other", 512, other)
    audience.show(frame(document, 1))
    audience.show(frame(document, 1, 1024))
    audience.show(frame(document, 2))
    assert seen(small) == [(2, b"jpeg2")]
    assert seen(large) == [(1, b"jpeg1")]
    assert seen(other) == []


def test_who_comes_late_sees_the_last_preview(audience: Audience, document: Document) -> None:
    audience.watch(document, "paint", 512, client(audience, document))
    for step in (1, 2, 3):
        audience.show(frame(document, step))
    late = client(audience, document)
    audience.watch(document, "paint", 512, late)
    assert seen(late) == [(3, b"jpeg3")]


def test_of_progress_only_the_latest_waits(audience: Audience, document: Document) -> None:
    slow = client(audience, document)
    for step in range(5):
        told = wire.Progress(graph="lake", run=3, nodes={"paint": wire.NodeProgress(step, 5)})
        audience.update(document, told)
    assert json.loads(str(slow.take()))["nodes"]["paint"]["step"] == 4
    assert slow.take() is None


def test_a_graph_that_is_closed_for_good_is_shown_to_nobody(audience: Audience, document: Document) -> None:
    outbox = client(audience, document)
    audience.watch(document, "paint", 512, outbox)
    audience.forget(document)
    audience.show(frame(document, 1))
    audience.tell(document, wire.Closed(graph="lake"))
    assert outbox.take() is None


def test_a_preview_that_was_drawn_again_and_looks_as_before_is_not_sent_again(
    audience: Audience, document: Document
) -> None:
    outbox = client(audience, document)
    audience.watch(document, "paint", 512, outbox)
    for _ in range(2):
        audience.show(frame(document, 1))
    assert seen(outbox) == [(1, b"jpeg1")]
    audience.show(msgspec.structs.replace(frame(document, 1), data=b"other"))
    assert seen(outbox) == [(2, b"other")]


def test_previews_go_on_after_a_graph_was_renamed_while_some_were_on_their_way(
    audience: Audience, document: Document
) -> None:
    outbox = client(audience, document)
    audience.watch(document, "paint", 512, outbox)
    for step in (1, 2, 3):
        audience.show(frame(document, step))
        outbox.take()  # and acknowledged by a name that is not known any more
    document.name = "sea"
    audience.renamed(document)
    audience.show(frame(document, 4))
    packed = outbox.take()
    assert isinstance(packed, bytes)
    assert wire.unpacked(packed, wire.Preview)[0].graph == "sea"


def test_progress_that_was_not_sent_yet_does_not_come_after_the_end(
    audience: Audience, document: Document
) -> None:
    outbox = client(audience, document)
    audience.update(document, wire.Progress(graph="lake", run=3, nodes={}))
    report = wire.NodeReport("paint", "done")
    audience.tell(document, wire.Node(graph="lake", run=3, info=report), final=True)
    assert json.loads(str(outbox.take()))["type"] == "node"
    assert outbox.take() is None


def test_nothing_is_left_of_a_graph_that_is_closed_for_good(
    audience: Audience, document: Document, asked: Asked
) -> None:
    outbox = client(audience, document)
    audience.watch(document, "paint", 512, outbox)
    audience.forget(document)
    assert outbox.channels == {}
    assert asked[-1] == (document.number, {})
