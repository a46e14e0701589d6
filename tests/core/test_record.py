"""How a picture was made is told in it and beside it, and by that what differs is found."""

import getpass
import json
import platform
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
import pytest
from capriccio.core import (
    Catalog,
    Context,
    Graph,
    ImageFile,
    InputError,
    Number,
    Placed,
    Plan,
    Seed,
    Text,
    Workspace,
    node,
    plan,
)
from capriccio.core.context import file_digest
from capriccio.core.record import (
    Facts,
    FileFacts,
    NodeFacts,
    Pixels,
    RunRecord,
    beside,
    differences,
    dump,
    keep,
    parse,
    read,
    record_of,
    recorded,
)
from msgspec.structs import replace as changed
from PIL import Image as Picture

PICTURE = Picture.effect_noise((9, 7), 50).convert("RGB")
SHA = "0123456789abcdef" * 4


@node("toy.Dice")
def dice(*, seed: Seed = 0) -> Number:
    """Throw dice."""
    return float(seed)


@node("toy.Measure", version=3, depends=lambda context, **params: {"weights": "tiny", "sha256": SHA})
def measure(a: Number | None = None, *, file: ImageFile) -> Number:
    """Measure a picture."""
    return 1.0


@node("toy.Odd", depends=lambda context, **params: {"time": 2**60, (1, 2): b"key"})
def odd() -> Number:
    """Depend on what JSON has no words for."""
    return 1.0


@node("toy.Keep", cached=False)
def saver(a: Number | None = None, *, context: Context) -> Text:
    """Save a picture."""
    path = context.out / "kept.png"
    return str(keep(PICTURE, path, context.graph, context.record(PICTURE)))


@pytest.fixture
def toys(catalog_of: Callable[..., Catalog]) -> Catalog:
    return catalog_of(dice, measure, odd, saver)


@pytest.fixture
def planned(toys: Catalog, drawn: Callable[..., Graph], tmp_path: Path) -> Plan:
    """Dice that a measure reads, whose result is saved; beside that, dice that nobody reads."""
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.png").write_bytes(b"a")
    graph = drawn(
        "dice.number -> measure.a",
        "measure.number -> save.a",
        dice=Placed("toy.Dice", {"seed": 5}),
        measure=Placed("toy.Measure", {"file": "images/a.png"}),
        save="toy.Keep",
        apart=Placed("toy.Dice", {"seed": 9}),
    )
    return plan(graph, toys, Workspace(out=tmp_path / "output", folders=(tmp_path,)))


@pytest.fixture
def record(planned: Plan) -> RunRecord:
    return record_of(planned, "save", (2, 0), {"weight": "0.5", "layer": "relu1_1"}, PICTURE)


def test_a_record_tells_what_a_picture_depends_on(planned: Plan, record: RunRecord, tmp_path: Path) -> None:
    facts = record.facts
    assert (record.node, record.output, record.index) == ("save", "", [2, 0])
    assert list(record.labels.items()) == [("weight", "0.5"), ("layer", "relu1_1")]
    assert record.picture == Pixels.of(PICTURE)
    assert (record.picture.mode, record.picture.width, record.picture.height) == ("RGB", 9, 7)
    assert facts.seeds == {"dice.seed": 5}
    assert facts.depends == {"measure": {"weights": "tiny", "sha256": SHA}}
    digest = file_digest(tmp_path / "images" / "a.png")
    assert facts.files == {"measure.file": FileFacts("images/a.png", digest)}
    assert {kind: node.version for kind, node in facts.nodes.items()} == {
        "toy.Dice": 1,
        "toy.Measure": 3,
        "toy.Keep": 1,
    }
    assert facts.versions["torch"] == version("torch")
    assert set(facts.versions) == {"python", "capriccio", "torch", "torchvision", "numpy", "pillow"}
    assert facts.device == "cpu" and facts.processor and facts.threads == 1
    assert facts.system == f"{platform.system()} {platform.machine()}"


def test_a_record_holds_what_the_node_needs_of_the_graph_and_no_more(
    planned: Plan, record: RunRecord
) -> None:
    assert record.drawn() == planned.graph.without("apart")


def test_a_record_is_read_as_it_was_written(record: RunRecord) -> None:
    text = dump(record)
    assert parse(text.encode()) == record
    assert text.startswith('{\n  "format": "capriccio-run",\n  "version": 1,\n  "node": "save"')


def test_a_record_tells_nothing_of_the_machine_s_folders_and_people(
    record: RunRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = dump(record)
    for private in (str(tmp_path), str(Path.home()), str(Path.cwd()), platform.node()):
        assert private not in said
    assert not re.search(rf'[/"\\]{re.escape(getpass.getuser())}[/"\\]', said)


def test_the_same_run_is_recorded_in_the_same_words(planned: Plan, record: RunRecord) -> None:
    again = record_of(planned, "save", (2, 0), {"weight": "0.5", "layer": "relu1_1"}, PICTURE.copy())
    assert dump(again) == dump(record)


@pytest.mark.parametrize("format, ending", [("png", "png"), ("jpeg", "jpg"), ("webp", "webp")])
def test_a_picture_carries_the_record_that_lies_beside_it(
    record: RunRecord, tmp_path: Path, format: Any, ending: str
) -> None:
    record = changed(record, labels={"mood": 'für "Elise"\n\U0001f3b9'})
    path = keep(PICTURE, tmp_path / "deep" / f"a.{ending}", Graph(), record, format=format)
    assert beside(path).name == f"a.{ending}.run.json" and recorded(beside(path)) == path
    assert read(path) == read(beside(path)) == record
    aside = beside(path).rename(tmp_path / "aside.json")
    assert read(path) == read(aside) == record


@pytest.mark.parametrize("format, ending", [("jpeg", "jpg"), ("webp", "webp")])
def test_a_record_that_is_too_long_for_a_picture_lies_beside_it_only(
    record: RunRecord, tmp_path: Path, format: Any, ending: str
) -> None:
    record = changed(record, labels={str(number): "x" * 1000 for number in range(70)})
    path = keep(PICTURE, tmp_path / f"a.{ending}", Graph(), record, format=format)
    assert path.stat().st_size < 5000
    assert read(path) == record
    beside(path).unlink()
    with pytest.raises(InputError, match="carries no record"):
        read(path)


def test_a_picture_that_lost_its_record_is_told_by_the_one_beside_it(
    record: RunRecord, tmp_path: Path
) -> None:
    path = keep(PICTURE, tmp_path / "a.png", Graph(), record)
    PICTURE.save(path)
    assert read(path) == record
    beside(path).unlink()
    with pytest.raises(InputError) as raised:
        read(path)
    assert str(raised.value) == (
        "a.png carries no record of its making, and there is none beside it; "
        "name a picture that Capriccio has saved"
    )


def test_a_picture_and_its_record_are_counted_up_together(record: RunRecord, tmp_path: Path) -> None:
    beside(tmp_path / "a-2.png").write_text("of a picture that is gone")
    paths = [keep(PICTURE, tmp_path / "a.png", Graph(), changed(record, index=[n])) for n in range(3)]
    assert [path.name for path in paths] == ["a.png", "a-2.png", "a-3.png"]
    assert [parse(beside(path).read_bytes()).index for path in paths] == [[0], [1], [2]]
    keep(PICTURE, tmp_path / "a.png", Graph(), changed(record, index=[9]), overwrite=True)
    assert parse(beside(paths[0]).read_bytes()).index == read(paths[0]).index == [9]


def test_pictures_that_are_saved_side_by_side_each_keep_their_own_record(
    record: RunRecord, tmp_path: Path
) -> None:
    def save(number: int) -> Path:
        picture = Picture.new("RGB", (4, 4), (number, 0, 0))
        told = changed(record, index=[number], picture=Pixels.of(picture))
        return keep(picture, tmp_path / "a.png", Graph(), told)

    with ThreadPoolExecutor(8) as threads:
        paths = list(threads.map(save, range(40)))
    assert len(set(paths)) == 40 and len(list(tmp_path.glob("a*"))) == 80
    for number, path in enumerate(paths):
        with Picture.open(path) as picture:
            assert Pixels.of(picture) == read(path).picture == parse(beside(path).read_bytes()).picture
        assert read(path).index == [number]


def test_without_a_record_a_picture_is_saved_alone(tmp_path: Path) -> None:
    for format in ("png", "jpeg", "webp"):
        keep(PICTURE, tmp_path / f"a.{format}", Graph(), None, format=format)
    assert len(list(tmp_path.iterdir())) == 3


def test_a_saved_graph_that_has_gone_does_not_cost_the_picture(planned: Plan) -> None:
    graph = planned.graph.with_node("dice", Placed("graph:gone"))
    record = record_of(replace(planned, graph=graph), "save", (), {}, PICTURE)
    assert record.drawn() == graph.without("apart")


def test_graphs_in_the_graph_come_with_it(planned: Plan, tmp_path: Path) -> None:
    (tmp_path / "inner.json").write_text(json.dumps({**EMPTY, "notes": [{"text": "hello"}]}))
    graph = planned.graph.with_node("dice", Placed("graph:inner"))
    record = record_of(replace(planned, graph=graph), "save", (), {}, PICTURE)
    assert [note.text for note in record.drawn().graphs["inner"].notes] == ["hello"]


EMPTY: dict[str, Any] = {"format": "capriccio-graph", "version": 1, "nodes": {}, "links": []}


def test_what_json_has_no_words_for_is_told_by_a_digest(toys: Catalog, drawn: Callable[..., Graph]) -> None:
    planned = plan(drawn(odd="toy.Odd"), toys)
    record = record_of(planned, "odd", (), {"half \udcff": "\udcff" * 5000}, PICTURE, "number")
    assert list(record.facts.depends["odd"]) == ["sha256"]
    assert record.labels == {"half ?": "?" * 1000}
    assert parse(dump(record).encode()) == record


def edited(record: RunRecord, **parts: Any) -> bytes:
    """A record as a stranger may write it; a part that is None is left out."""
    content = {**msgspec.to_builtins(record), **parts}
    return json.dumps({key: value for key, value in content.items() if value is not None}).encode()


@pytest.mark.parametrize(
    "parts, said",
    [
        ({"format": "capriccio-graph"}, '"format" must be "capriccio-run"'),
        ({"format": None}, '"format" must be "capriccio-run"'),
        ({"version": 2}, "it has version 2 and this Capriccio reads 1; update Capriccio"),
        ({"version": True}, "Expected `int`, got `bool` - at `$.version`"),
        ({"node": None}, "Object missing required field `node`"),
        ({"node": 5}, "Expected `str`, got `int` - at `$.node`"),
        ({"node": "n" * 10_001}, "Expected `str` of length <= 10000 - at `$.node`"),
        ({"index": [-1]}, "Expected `int` >= 0 - at `$.index[0]`"),
        ({"index": [0] * 65}, "Expected `array` of length <= 64 - at `$.index`"),
        ({"evil": 1}, "Object contains unknown field `evil`"),
        ({"graph": []}, "Expected `object`, got `array` - at `$.graph`"),
    ],
)
def test_a_record_that_makes_no_sense_is_told_in_a_sentence(
    record: RunRecord, parts: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputError) as raised:
        parse(edited(record, **parts))
    assert str(raised.value) == f"holds no record of a run that can be read: {said}"


@pytest.mark.parametrize("threads", [-1, 100_000])
def test_no_record_asks_for_threads_without_end(record: RunRecord, threads: int) -> None:
    facts = {**msgspec.to_builtins(record.facts), "threads": threads}
    with pytest.raises(InputError, match=r"at `\$\.facts\.threads`$"):
        parse(edited(record, facts=facts))


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"\0", b"{" * 200, b'{"a":1,"a":2}', b"NaN", b" " * 4_000_001]
)
def test_what_is_no_record_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(data)
    with pytest.raises(InputError, match=r"^a\.json holds no record of a run that can be read: "):
        read(tmp_path / "a.json")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no\.png cannot be read: No such file or directory$"):
        read(tmp_path / "no.png")


FACTS = Facts(
    seeds={"dice.seed": 5},
    nodes={"toy.Dice": NodeFacts(1, SHA, "toys 1.0"), "toy.Keep": NodeFacts(1, SHA, "toys 1.0")},
    depends={"net": {"weights": "vgg19", "sha256": SHA}, "other": "plain"},
    files={"measure.file": FileFacts("a.png", SHA)},
    versions={"torch": "2.14.1", "numpy": "2.0"},
    device="cuda:0",
    processor="GPU",
    threads=4,
    system="Linux x86_64",
)


def test_where_nothing_has_changed_nothing_differs(record: RunRecord) -> None:
    assert differences(record.facts, record.facts) == differences(FACTS, FACTS) == []


def test_every_fact_that_differs_has_a_line() -> None:
    now = Facts(
        seeds={"dice.seed": 6},
        nodes={"toy.Dice": NodeFacts(2, SHA[::-1], "toys 1.1"), "toy.Keep": NodeFacts(1, SHA, "")},
        depends={"net": {"weights": "vgg16", "sha256": SHA}, "other": ["listed"]},
        files={"measure.file": FileFacts("a.png", SHA[::-1])},
        versions={"torch": "2.13.0"},
        device="cpu",
        processor="CPU",
        threads=2,
        system="Darwin arm64",
    )
    assert differences(FACTS, now) == [
        "torch was 2.14.1 and is 2.13.0",
        "numpy was 2.0 and is not here",
        "the version of toy.Dice was 1 and is 2",
        "the plugin of toy.Dice was toys 1.0 and is toys 1.1",
        "the code of toy.Dice is not what it was",
        "the plugin of toy.Keep was toys 1.0 and is a file",
        "net: weights was vgg19 and is vgg16",
        'what other depends on was plain and is ["listed"]',
        "measure.file: a.png does not hold what it held",
        "dice.seed was 5 and is 6",
        "device was cuda:0 and is cpu",
        "processor was GPU and is CPU",
        "threads was 4 and is 2",
        "system was Linux x86_64 and is Darwin arm64",
    ]


def test_no_text_of_a_stranger_moves_the_terminal() -> None:
    was = changed(FACTS, versions={"torch": "\x1b[2J\r\n" + "9" * 500}, depends={"n\x07": "\x9b"})
    lines = differences(was, changed(was, versions={"torch": "1"}, depends={"n\x07": ""}))
    assert lines[0].startswith("torch was ?[2J??999") and len(lines[0]) < 150
    assert all(line.isprintable() for line in lines)
