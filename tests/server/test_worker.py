"""The worker: what nodes do to it costs their run, and no more. Real processes, real kills."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from capriccio.server import pipe
from capriccio.server.serve import Address, Server
from capriccio.server.studio import Folders, Studio

from .conftest import TOKEN, Talk

DEADLY = {
    "Vanish": "ended with status 4",
    "Abort": "was ended by SIGABRT",
    "Segfault": "was ended by SIGSEGV",
    "Kill": "was ended by SIGKILL",
}


@pytest.fixture
def talk(serving: Any) -> Any:
    with serving.talk() as talk:
        yield talk


def fresh(name: str) -> str:
    """A name that no graph of this server has."""
    return f"{name} {time.monotonic_ns()}"


def test_the_server_is_ready_within_a_second_and_small_and_has_no_torch(
    serve: Callable[..., Any],
) -> None:
    took: list[float] = []
    while True:  # on a machine that others use too, the best tells what it can do
        began = time.monotonic()
        server = serve()
        took.append(time.monotonic() - began)
        if took[-1] < 1.0 or len(took) == 20:
            break
        server.stop()
    process = psutil.Process(server.process.pid)
    memory = process.memory_info().rss
    loaded = {Path(found.path).name for found in process.memory_maps()}
    assert memory < 80e6
    assert not [name for name in loaded if "torch" in name]
    assert min(took) < 1.0
    with server.talk() as talk:
        assert talk.welcome["workers"][0]["state"] in ("starting", "ready")


def test_the_worker_gives_way_to_others_and_goes_first_when_memory_runs_out(talk: Any) -> None:
    worker = psutil.Process(talk.pid)
    assert worker.nice() == 10
    assert Path(f"/proc/{worker.pid}/oom_score_adj").read_text() == "700\n"


def test_the_worker_tells_what_nodes_there_are(talk: Any) -> None:
    catalogue = talk.ask("get_catalogue")
    nodes = {info["id"]: info for info in catalogue["nodes"]}
    assert catalogue["ready"]
    assert {"capriccio.Optimize", "toys.Paint"} <= set(nodes)
    assert nodes["capriccio.Optimize"]["settings"]["properties"]["rate"]["x-live"] is True
    assert next(port for port in catalogue["ports"] if port["name"] == "Image")["previews"]


@pytest.mark.parametrize("kind", DEADLY)
def test_a_node_that_ends_the_worker_costs_its_run_only(serving: Any, talk: Any, kind: str) -> None:
    deadly, after = fresh(kind), fresh("after")
    talk.open(deadly, bad=(f"toys.{kind}", {}))
    talk.open(after, good=("toys.Slow", {"number": 2.0}))
    before = talk.pid
    first = talk.ask("run", graph=deadly)["run"]
    second = talk.ask("run", graph=after)["run"]
    info = talk.ended(first)
    lost = time.monotonic()
    assert (info["state"], info["failed"]) == ("failed", ["bad"])
    report = next(
        said["info"]
        for said in talk.heard
        if said["type"] == "node" and said["run"] == first and said["info"]["state"] == "failed"
    )
    assert report["node"] == "bad"
    assert report["error"].startswith(f"the worker {DEADLY[kind]} while this node ran")
    assert talk.ended(second)["state"] == "done"
    assert time.monotonic() - lost < 5
    assert serving.process.poll() is None
    assert talk.pid != before


@pytest.mark.parametrize(
    ("kind", "error"),
    [("Raise", "ValueError: it is Monday (toys.py, line "), ("Exit", "SystemExit: 3 (toys.py, line ")],
)
def test_a_node_that_raises_or_exits_fails_alone(talk: Any, kind: str, error: str) -> None:
    graph = fresh(kind)
    talk.open(graph, bad=(f"toys.{kind}", {}), good=("toys.Slow", {"seconds": 0.0}))
    before = talk.pid
    run = talk.ask("run", graph=graph)["run"]
    assert talk.ended(run)["failed"] == ["bad"]
    reports = {
        said["info"]["node"]: said["info"]
        for said in talk.heard
        if said["type"] == "node" and said["run"] == run
    }
    assert reports["bad"]["error"].startswith(error)
    assert reports["good"]["state"] == "done"
    assert talk.pid == before


def test_a_node_that_takes_all_memory_costs_its_run_only(serve: Callable[..., Any]) -> None:
    server = serve("--memory", "4")
    with server.talk() as talk:
        talk.open("hog", bad=("toys.Hog", {}))
        talk.open("after", good=("toys.Slow", {}))
        info = talk.run("hog", timeout=120)
        assert (info["state"], info["failed"]) == ("failed", ["bad"])
        assert talk.run("after")["state"] == "done"
    assert server.process.poll() is None


def test_after_a_death_what_was_done_comes_from_the_disk(talk: Any) -> None:
    graph = fresh("again")
    talk.open(graph, good=("toys.Slow", {"seconds": 0.5, "number": 3.0}))
    assert talk.run(graph)["state"] == "done"
    os.kill(talk.pid, signal.SIGKILL)
    talk.until(lambda said: said["type"] == "worker" and said["info"]["state"] == "ready")
    run = talk.ask("run", graph=graph)["run"]
    assert talk.ended(run)["state"] == "done"
    done = [said["info"] for said in talk.heard if said["type"] == "node" and said["run"] == run]
    assert [(info["state"], info["cached"]) for info in done] == [("done", True)]


def test_a_worker_that_is_killed_is_back_in_less_than_five_seconds(talk: Any) -> None:
    took = []
    for _ in range(5):
        began = time.monotonic()
        os.kill(talk.pid, signal.SIGKILL)
        talk.until(lambda said: said["type"] == "worker" and said["info"]["state"] == "ready")
        took.append(time.monotonic() - began)
    assert sorted(took)[2] < 1.0
    assert max(took) < 5.0


def test_a_node_that_yields_is_cancelled_within_a_step_and_200_ms(talk: Any) -> None:
    graph = fresh("cancel")
    talk.open(graph, paint=("toys.Paint", {"steps": 10_000, "pause": 0.05}))
    before = talk.pid
    for _ in range(5):
        run = talk.ask("run", graph=graph)["run"]
        talk.node("paint", "running")
        time.sleep(0.2)
        began = time.monotonic()
        talk.ask("cancel", run=run)
        assert talk.ended(run)["state"] == "cancelled"
        assert time.monotonic() - began < 0.05 + 0.2
    assert talk.pid == before


@pytest.mark.parametrize(("kind", "low", "high"), [("Sleep", 1.9, 3.5), ("Stubborn", 4.9, 7.0)])
def test_a_node_that_never_yields_is_ended_by_force(talk: Any, kind: str, low: float, high: float) -> None:
    graph, other = fresh(kind), fresh("other")
    talk.open(graph, bad=(f"toys.{kind}", {}))
    talk.open(other, good=("toys.Paint", {"steps": 3, "shade": 0.5}))
    fresh_run = talk.run(other)
    assert fresh_run["state"] == "done"
    expected = talk.ask("fetch", graph=other, node="good", format="npy")["sha256"]
    run = talk.ask("run", graph=graph)["run"]
    talk.node("bad", "running")
    time.sleep(0.3)
    began = time.monotonic()
    talk.ask("cancel", run=run)
    assert talk.ended(run)["state"] == "cancelled"
    assert low < time.monotonic() - began < high
    assert talk.run(other)["state"] == "done"
    assert talk.ask("fetch", graph=other, node="good", format="npy")["sha256"] == expected


def test_runs_wait_in_a_queue_that_can_be_sorted_and_cancelled(talk: Any) -> None:
    graph = fresh("queue")
    talk.open(graph, paint=("toys.Paint", {"steps": 10_000}))
    runs = [talk.ask("run", graph=graph)["run"] for _ in range(4)]
    urgent = talk.ask("run", graph=graph, first=True)["run"]
    assert [info["run"] for info in talk.ask("get_status")["queue"]] == [runs[0], urgent, *runs[1:]]
    talk.ask("reorder", runs=[runs[3], urgent])
    waiting = [info["run"] for info in talk.ask("get_status")["queue"]]
    assert waiting == [runs[0], runs[3], urgent, runs[1], runs[2]]
    assert "does not wait" in talk.ask("reorder", runs=[runs[0]])["text"]
    talk.ask("cancel", run=urgent)
    assert talk.ended(urgent)["state"] == "cancelled"
    talk.ask("cancel")
    assert talk.ended(runs[0])["state"] == "cancelled"
    assert talk.ask("get_status")["queue"] == []
    states = {info["run"]: info["state"] for info in talk.ask("get_history", graph=graph)["runs"]}
    assert states == dict.fromkeys([*runs, urgent], "cancelled")


def test_a_run_is_paused_and_goes_on(talk: Any) -> None:
    graph = fresh("pause")
    talk.open(graph, paint=("toys.Paint", {"steps": 60}))
    run = talk.ask("run", graph=graph)["run"]
    talk.until(lambda said: said["type"] == "progress")
    talk.ask("pause", run=run)
    time.sleep(0.3)
    while _pending(talk):
        pass
    time.sleep(0.5)
    assert _pending(talk) is None  # no progress is told while it is held
    talk.ask("resume", run=run)
    assert talk.ended(run)["state"] == "done"


def _pending(talk: Any) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] | None = talk.listen(0.05)
        return found
    except TimeoutError:
        return None


def test_a_live_setting_reaches_the_node_that_runs(talk: Any) -> None:
    graph = fresh("live")
    revision = talk.open(graph, paint=("toys.Paint", {"steps": 200}))
    run = talk.ask("run", graph=graph)["run"]
    talk.until(lambda said: said["type"] == "progress")
    change = {"op": "set", "node": "paint", "params": {"shade": 0.75}}
    talk.ask("edit", graph=graph, revision=revision, ops=[change])
    tuned = talk.until(lambda said: said["type"] == "tuned")
    assert (tuned["node"], tuned["params"], tuned["reached"]) == ("paint", {"shade": 0.75}, ["paint"])
    talk.until(
        lambda said: said["type"] == "progress" and said["nodes"]["paint"]["measures"]["shade"] == 0.75
    )
    talk.ask("cancel", run=run)


def test_a_run_is_restarted_with_the_graph_as_it_is_now(talk: Any) -> None:
    graph = fresh("restart")
    revision = talk.open(graph, slow=("toys.Slow", {"seconds": 0.3}), paint=("toys.Paint", {"steps": 10_000}))
    run = talk.ask("run", graph=graph)["run"]
    talk.node("slow", "done")
    shorter = {"op": "set", "node": "paint", "params": {"steps": 3}}
    talk.ask("edit", graph=graph, revision=revision, ops=[shorter])
    again = talk.ask("restart", run=run)["run"]
    assert talk.ended(run)["state"] == "cancelled"
    assert talk.ended(again)["state"] == "done"
    reports = [said["info"] for said in talk.heard if said["type"] == "node" and said["run"] == again]
    assert [info["cached"] for info in reports if info["node"] == "slow"] == [True]


def test_a_node_that_reaches_files_is_asked_about_first_where_a_graph_brought_it(
    serve: Callable[..., Any], tmp_path: Path
) -> None:
    touched = tmp_path / "touched"
    library = tmp_path / "library"
    library.mkdir()
    node = '{"kind": "toys.Reach"}'
    content = f'{{"format": "capriccio-graph", "version": 1, "nodes": {{"reach": {node}}}}}'
    (library / "foreign.json").write_text(content)
    server = serve(TOYS_REACH=str(touched))
    with server.talk() as talk:
        talk.ask("open_graph", graph="foreign")
        info = talk.run("foreign")
        assert (info["state"], info["needs"]) == ("refused", ["toys.Reach"])
        assert not touched.exists()
        talk.ask("allow", graph="foreign", kinds=["toys.Reach"])
        assert talk.run("foreign")["state"] == "done"
        assert touched.exists()
        touched.unlink()
        talk.open("own", reach=("toys.Reach", {}))
        assert talk.run("own")["state"] == "done"


def test_the_worker_dies_with_the_server(serve: Callable[..., Any]) -> None:
    server = serve()
    with server.talk() as talk:
        talk.open("busy", bad=("toys.Stubborn", {}))
        talk.ask("run", graph="busy")
        talk.node("bad", "running")
        worker = psutil.Process(talk.pid)
        server.process.kill()
        worker.wait(5)


def test_a_node_with_a_live_setting_stays_done_when_it_is_changed_in_mid_run(talk: Any) -> None:
    graph = fresh("tuned")
    revision = talk.open(
        graph,
        noise=("capriccio.Noise", {"width": 32, "height": 32}),
        smooth=("capriccio.TotalVariation", {}),
        optimize=("capriccio.Optimize", {"steps": 5_000, "levels": 1, "optimizer": "Adam"}),
    )
    links = (("noise.image", "optimize.init"), ("smooth.objective", "optimize.objectives"))
    ops: list[dict[str, Any]] = [{"op": "link", "start": start, "end": end} for start, end in links]
    revision = talk.ask("edit", graph=graph, revision=revision, ops=ops)["revision"]
    run = talk.ask("run", graph=graph)["run"]
    talk.until(lambda said: said["type"] == "progress")
    weight = {"op": "set", "node": "smooth", "params": {"weight": 7.0}}
    talk.ask("edit", graph=graph, revision=revision, ops=[weight])
    assert talk.until(lambda said: said["type"] == "tuned")["reached"] == ["optimize"]
    talk.ask("cancel", run=run)
    talk.ended(run)
    states = [said["info"] for said in talk.heard if said["type"] == "node" and said["run"] == run]
    assert {info["state"] for info in states if info["node"] == "smooth"} == {"queued", "running", "done"}
    opened = talk.ask("open_graph", graph=graph)
    assert {info["node"]: info["state"] for info in opened["nodes"]}["smooth"] == "done"
    assert (opened["latest"]["run"], opened["latest"]["state"]) == (run, "cancelled")


def test_what_failed_is_told_apart_from_what_was_skipped(talk: Any) -> None:
    graph = fresh("failed")
    revision = talk.open(graph, bad=("toys.Spoil", {}), look=("capriccio.PreviewImage", {}))
    link = {"op": "link", "start": "bad.image", "end": "look.image"}
    talk.ask("edit", graph=graph, revision=revision, ops=[link])
    info = talk.run(graph)
    assert (info["failed"], info["skipped"]) == (["bad"], ["look"])


def test_the_history_tells_of_a_run_that_is_on(talk: Any) -> None:
    graph = fresh("history")
    talk.open(graph, paint=("toys.Paint", {"steps": 10_000}))
    run = talk.ask("run", graph=graph)["run"]
    talk.node("paint", "running")
    (info,) = talk.ask("get_history", graph=graph)["runs"]
    assert (info["run"], info["state"], info["device"]) == (run, "running", "cpu")
    talk.ask("cancel", run=run)


def test_who_looks_again_sees_the_last_preview_once(serving: Any, talk: Any) -> None:
    graph = fresh("last")
    talk.open(graph, paint=("toys.Paint", {"steps": 3}))
    talk.ask("watch", graph=graph, node="paint")
    talk.run(graph)
    time.sleep(0.5)  # until the last one is drawn, which may be after the run
    with serving.talk() as late:
        late.ask("open_graph", graph=graph)
        late.ask("watch", graph=graph, node="paint")
        time.sleep(0.5)
        late.ask("ping")
        assert len(late.frames) == 1


def test_a_device_that_is_not_there_is_told_and_nothing_waits_for_it(serve: Callable[..., Any]) -> None:
    server = serve("--device", "cuda:77")
    with server.talk() as talk:
        # --device cpu comes first on the command line of these tests: two workers, of which one works
        talk.until(lambda said: said["type"] == "worker" and said["info"]["state"] == "lost", 60)
        workers = {info["device"]: info for info in talk.ask("get_status")["workers"]}
        assert workers["cuda:77"]["text"].startswith("could not begin: device is cuda:77, which this machine")
        talk.open("small", good=("toys.Slow", {}))
        assert talk.run("small")["state"] == "done"


def test_where_no_worker_can_begin_runs_and_checks_are_refused_with_the_reason(tmp_path: Path) -> None:
    async def asked() -> list[dict[str, Any]]:
        folders = Folders(tmp_path / "l", tmp_path / "g", tmp_path / "o", tmp_path / "s")
        server = Server(Studio(folders, TOKEN), Address(port=0))
        setup = pipe.Setup((), "", (), "gpu", (), str(tmp_path / "o"), str(tmp_path / "c"))
        await server.start([setup], ())
        said = await asyncio.to_thread(hopeless, server.port)
        await server.stop()
        return said

    def hopeless(port: int) -> list[dict[str, Any]]:
        with Talk(port) as talk:
            talk.open("small", good=("toys.Slow", {}))
            check = talk.ask("check", timeout=90, graph="small")  # asked before the worker has tried
            return [check, *(talk.ask(request, graph="small") for request in ("check", "run"))]

    for answer in asyncio.run(asked()):
        assert answer["type"] == "refused"
        assert "device is gpu; choose one of" in answer["text"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [("Scalar", 1.5), ("Huge", None), ("Half", "?"), ("Long", "x" * 10_000 + "...")],
)
def test_what_a_node_makes_is_told_in_plain_values_whatever_it_is(talk: Any, kind: str, value: Any) -> None:
    graph = fresh("odd")
    talk.open(graph, odd=(f"toys.{kind}", {}))
    run = talk.ask("run", graph=graph)["run"]
    assert talk.ended(run)["state"] == "done"
    reports = [said["info"] for said in talk.heard if said["type"] == "node" and said["run"] == run]
    assert (reports[-1]["state"], reports[-1]["value"]) == ("done", value)


def test_odd_measures_end_neither_the_run_nor_the_previews(talk: Any) -> None:
    graph = fresh("odd")
    talk.open(graph, odd=("toys.Odd", {}))
    talk.ask("watch", graph=graph, node="odd")
    assert talk.run(graph)["state"] == "done"
    talk.frames.clear()
    paint = fresh("after")
    talk.open(paint, paint=("toys.Paint", {"steps": 5}))
    talk.ask("watch", graph=paint, node="paint")
    talk.run(paint)
    time.sleep(0.3)
    talk.ask("ping")
    assert talk.frames


def test_a_node_that_interrupts_fails_by_name(talk: Any) -> None:
    graph = fresh("interrupt")
    talk.open(graph, bad=("toys.Interrupt", {}))
    info = talk.run(graph)
    assert (info["state"], info["failed"]) == ("failed", ["bad"])
    assert talk.run(graph)["state"] == "failed"


def test_pauses_of_a_run_and_of_its_node_end_each_by_itself(talk: Any) -> None:
    graph = fresh("pauses")
    talk.open(graph, paint=("toys.Paint", {"steps": 10_000}))
    run = talk.ask("run", graph=graph)["run"]
    talk.until(lambda said: said["type"] == "progress")

    def states() -> tuple[str, str]:
        opened = talk.ask("open_graph", graph=graph)
        return opened["latest"]["state"], opened["nodes"][0]["state"]

    talk.ask("pause", run=run, node="paint")
    talk.ask("pause", run=run)
    assert states() == ("paused", "paused")
    talk.ask("resume", run=run)
    assert states() == ("running", "paused")
    talk.ask("resume", run=run, node="paint")
    assert states() == ("running", "running")
    talk.until(lambda said: said["type"] == "progress")
    talk.ask("cancel", run=run)


def test_a_restart_that_cannot_be_leaves_the_run_on(talk: Any) -> None:
    graph = fresh("restart")
    revision = talk.open(graph, paint=("toys.Paint", {"steps": 10_000}))
    run = talk.ask("run", graph=graph, only=["paint"])["run"]
    talk.node("paint", "running")
    rename = {"op": "rename", "node": "paint", "to": "other"}
    talk.ask("edit", graph=graph, revision=revision, ops=[rename])
    assert "there is no node paint" in talk.ask("restart", run=run)["text"]
    (info,) = talk.ask("get_status")["queue"]
    assert (info["run"], info["state"]) == (run, "running")
    talk.ask("cancel", run=run)


def test_two_workers_run_two_graphs_at_once_and_one_graph_once_at_a_time(serve: Callable[..., Any]) -> None:
    server = serve("--device", "cpu")
    with server.talk() as talk:
        while [info["state"] for info in talk.ask("get_status")["workers"]] != ["ready", "ready"]:
            time.sleep(0.1)
        for name in ("one", "two"):
            talk.open(name, paint=("toys.Paint", {"steps": 10_000}))
        first, again = (talk.ask("run", graph="one")["run"] for _ in range(2))
        other = talk.ask("run", graph="two")["run"]
        queue = {info["run"]: info["state"] for info in talk.ask("get_status")["queue"]}
        assert queue == {first: "running", other: "running", again: "queued"}
        talk.ask("cancel", run=first)
        assert talk.ended(first)["state"] == "cancelled"
        talk.until(lambda said: said["type"] == "run" and said["info"]["run"] == again)
        assert {info["run"] for info in talk.ask("get_status")["queue"]} == {again, other}


def test_a_plugin_that_ends_every_worker_is_told_and_runs_are_refused(
    serve: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "deadly.py").write_text("import os\nos._exit(9)\n")
    server = serve("--plugin", str(tmp_path / "deadly.py"))
    with server.talk() as talk:
        talk.open("small", good=("toys.Slow", {}))
        end = time.monotonic() + 60
        while (answer := talk.ask("run", graph="small"))["type"] != "refused":
            assert time.monotonic() < end
            time.sleep(0.2)
        assert answer["text"] == "the worker ended with status 9; see to it, and start the server again"


def test_a_fork_server_that_cannot_begin_is_told(tmp_path: Path) -> None:
    (tmp_path / "deadly.py").write_text("import os\nos._exit(9)\n")
    script = """
import asyncio, sys
from pathlib import Path
from capriccio.server import pipe
from capriccio.server.seat import Seat

async def main():
    setup = pipe.Setup((), "", (), "cpu", (), "out", "cache")
    ended = asyncio.get_running_loop().create_future()
    seat = Seat(setup, ("deadly",), print, lambda seat, how: ended.done() or ended.set_result(how))
    seat.open()
    print(await asyncio.wait_for(ended, 60))
    await seat.close()

asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout.startswith("could not be started: "), done.stderr
