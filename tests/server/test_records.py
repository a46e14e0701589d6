"""What outlives the server beside graphs."""

import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from capriccio.server import wire
from capriccio.server.records import KEPT, Records


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "records.sqlite"


@pytest.fixture
def records(path: Path) -> Iterator[Records]:
    with closing(Records(path)) as made:
        yield made


def info(run: int, graph: str = "a", state: wire.RunState = "done", revision: int = 3) -> wire.RunInfo:
    return wire.RunInfo(
        run, graph, revision, state, queued=1.5, problems=[wire.Problem("oh", "noise", "image")]
    )


def numbers(runs: list[wire.RunInfo]) -> list[int]:
    return [run.run for run in runs]


def test_a_run_is_kept_whole(path: Path) -> None:
    with closing(Records(path)) as records:
        records.add(info(7, "my graph"))
    with closing(Records(path)) as records:
        assert records.runs(None, 10) == [info(7, "my graph")]


def test_a_run_takes_the_place_of_what_was_known_of_it(records: Records) -> None:
    records.add(info(1, state="running"))
    records.add(info(1, state="done"))
    assert records.runs(None, 10) == [info(1, state="done")]


def test_the_newest_runs_come_first(records: Records) -> None:
    for number in (2, 1, 4, 3):
        records.add(info(number, "ab"[number % 2]))
    assert numbers(records.runs(None, 10)) == [4, 3, 2, 1]
    assert numbers(records.runs(None, 2)) == [4, 3]
    assert numbers(records.runs("a", 10)) == [4, 2]
    assert records.runs("c", 10) == []
    assert records.runs(None, 0) == records.runs(None, -1) == []


def test_the_oldest_runs_are_forgotten(records: Records) -> None:
    for number in range(1, KEPT + 4):
        records.add(info(number))
    kept = numbers(records.runs(None, 2 * KEPT))
    assert (len(kept), kept[0], kept[-1]) == (KEPT, KEPT + 3, 4)


def test_numbers_go_on_after_a_restart(path: Path) -> None:
    with closing(Records(path)) as records:
        assert [records.next_run() for _ in range(3)] == [1, 2, 3]
        records.add(info(10))
        assert records.next_run() == 11
        records.forgotten("a")
    with closing(Records(path)) as records:
        assert records.next_run() == 12


def test_runs_of_a_server_that_ended_have_failed(path: Path) -> None:
    states: list[wire.RunState] = ["queued", "running", "paused", "done", "failed", "cancelled", "refused"]
    with closing(Records(path)) as records:
        for number, state in enumerate(states, 1):
            records.add(info(number, state=state))
    with closing(Records(path)) as records:
        runs = records.runs(None, 10)[::-1]
    assert [run.state for run in runs] == ["failed"] * 3 + states[3:]
    for run in runs[:3]:
        assert [problem.text for problem in run.problems] == [
            "oh",
            "the server ended while it ran; run it again",
        ]
    assert all(len(run.problems) == 1 for run in runs[3:])


def test_consent_is_kept_by_graph(path: Path) -> None:
    with closing(Records(path)) as records:
        records.allow("a", ["own.Read", "own.Fetch"])
        records.allow("a", ["own.Read"])
        records.allow("b", [])
    with closing(Records(path)) as records:
        assert records.allowed("a") == {"own.Read", "own.Fetch"}
        assert records.allowed("b") == records.allowed("A") == frozenset()


def test_what_is_known_of_a_graph_goes_along_with_its_name(records: Records) -> None:
    records.allow("a", ["own.Read"])
    records.allow("b", ["own.Fetch"])
    records.add(info(1, "a"))
    records.add(info(2, "b"))
    records.renamed("a", "b")
    assert records.allowed("b") == {"own.Read"}
    assert records.allowed("a") == frozenset()
    assert records.runs("b", 10) == [info(1, "b")]
    assert records.runs("a", 10) == []
    records.renamed("b", "b")
    assert records.allowed("b") == {"own.Read"}


def test_a_graph_inherits_nothing_from_another_of_its_name(records: Records) -> None:
    records.allow("a", ["own.Read"])
    records.add(info(1, "a"))
    records.add(info(2, "b"))
    records.forgotten("a")
    assert records.allowed("a") == frozenset()
    assert numbers(records.runs(None, 10)) == [2]


@pytest.mark.parametrize("damage", ["text", "head", "middle", "foreign", "newer"])
def test_a_file_that_cannot_be_read_is_put_aside(path: Path, damage: str) -> None:
    with closing(Records(path)) as records:
        for number in range(1, 200):
            records.add(info(number, "some graph"))
    if damage == "text":
        path.write_text("this is no database, whatever its name says" * 100)
    elif damage in ("head", "middle"):
        with path.open("rb+") as file:
            file.seek(0 if damage == "head" else 4096)
            file.write(os.urandom(16384 if damage == "middle" else 64))
    else:
        statement = {
            "foreign": "PRAGMA user_version = 0",
            "newer": "PRAGMA user_version = 99",
        }[damage]
        with closing(sqlite3.connect(path)) as base:
            base.execute(statement)
    before = path.read_bytes()
    with closing(Records(path)) as records:
        assert records.runs(None, 10) == []
        assert records.next_run() == 1
    assert path.with_name("records.sqlite.broken").read_bytes() == before
    with closing(Records(path)) as records:
        assert records.next_run() == 2


@pytest.mark.parametrize("place", [0, 20, 100, 4096])
def test_after_a_crash_that_damaged_the_file_all_runs_are_there_or_none(
    path: Path, tmp_path: Path, place: int
) -> None:
    crashed = tmp_path / "crashed" / path.name
    crashed.parent.mkdir()
    with closing(Records(path)) as records:
        for number in range(1, 100):
            records.add(info(number))
        for ending in ("", "-wal", "-shm"):  # as a crash leaves them
            shutil.copy(f"{path}{ending}", f"{crashed}{ending}")
    crashed.write_bytes(b"damaged " * 1000 if place == 0 else crashed.read_bytes()[:place])
    for _ in range(2):
        with closing(Records(crashed)) as records:
            found = numbers(records.runs("a", 200))
            assert found in ([], list(range(99, 0, -1)))
            records.add(info(1000, "new"))
            assert records.runs("new", 10) == [info(1000, "new")]


def test_what_cannot_be_opened_is_not_taken_for_damaged(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(sqlite3.OperationalError):
        Records(path)
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_run_that_this_version_cannot_read_is_left_out(path: Path) -> None:
    with closing(Records(path)) as records:
        records.add(info(1))
        records.add(info(2))
        with closing(sqlite3.connect(path)) as base, base:
            base.execute("UPDATE runs SET info = '{}', state = 'running' WHERE run = 1")
    with closing(Records(path)) as records:
        assert numbers(records.runs(None, 10)) == [2]


def test_threads_may_share_it(records: Records) -> None:
    given: list[int] = []

    def work() -> None:
        for _ in range(50):
            number = records.next_run()
            records.add(info(number))
            given.append(number)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(given) == list(range(1, 201))
    assert len(records.runs(None, 500)) == 200


def test_writing_does_not_wait_for_the_disk(path: Path, records: Records) -> None:
    with closing(sqlite3.connect(path)) as base:
        assert base.execute("PRAGMA journal_mode").fetchone() == ("wal",)
