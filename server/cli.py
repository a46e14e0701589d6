"""The command line: the one place that knows core, plugins and server."""

import os
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, closing, nullcontext
from importlib import metadata
from pathlib import Path
from typing import Annotated, Literal

import platformdirs
import typer
from msgspec import structs
from rich.console import Console

from ..core import (
    CapriccioError,
    Catalog,
    Event,
    Limits,
    NodeFinished,
    NodeItem,
    Plan,
    PluginError,
    RunFinished,
    Workspace,
    durable,
    load,
    plan,
    run,
)
from ..core.device import choose
from ..core.params import did_you_mean
from ..core.weights import cache_folder
from ..plugins import BUILTIN
from . import doctor as doctoring
from . import nodes as showing
from .console import Bars, complain, print_json
from .reproducing import Reproduction
from .results import keeping
from .serve import PAGE, Address
from .serving import Wanted, serve
from .settings import with_seed, with_settings
from .site import UNMADE
from .studio import Folders
from .weights import commands

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

GraphPath = Annotated[Path, typer.Argument(metavar="GRAPH", help="A graph file, or a PNG that carries one.")]
Settings = Annotated[
    list[str],
    typer.Option(
        "--set",
        metavar="NODE.SETTING=VALUE",
        help="Change a setting; with NAME=VALUE, one that the graph exposes, or what an input of it gets.",
    ),
]
Only = Annotated[list[str], typer.Option("--only", metavar="NODE", help="Run only what this node needs.")]
Device = Annotated[Literal["auto", "cpu", "cuda", "mps"], typer.Option(help="Where to compute.")]
Out = Annotated[Path, typer.Option(help="The folder that pictures are saved in.")]
Pictures = Annotated[list[Path], typer.Option(help="One more folder to find pictures in.")]
Plugins = Annotated[list[Path], typer.Option("--plugin", metavar="FILE", help="Load a single-file plugin.")]
MaxNodes = Annotated[int, typer.Option(help="How many nodes a graph file may hold.")]
MaxBytes = Annotated[int, typer.Option(help="How large a graph file may be.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="0 takes any that is free.")]
Names = Annotated[list[str], typer.Option("--name", help="One more name that clients may call this host by.")]
Devices = Annotated[list[str], typer.Option("--device", help="One worker for each: auto, cpu, cuda:0, ...")]
LibraryPath = Annotated[
    Path | None,
    typer.Option("--library", help="Your graphs and pictures.", show_default="in your data folder"),
]
StatePath = Annotated[
    Path | None,
    typer.Option("--state", help="History, drafts and uploads.", show_default="your state folder"),
]
CachePath = Annotated[
    Path | None,
    typer.Option("--cache", help="Results to use again.", show_default="in your cache folder"),
]
Memory = Annotated[float, typer.Option(min=0, help="GB that a worker may use; 0 for all there are.")]
GALLERY = Path(__file__).parents[1] / "graphs"
LIMITS = Limits()
INTERRUPTED = 130


def _tell_version(wanted: bool) -> None:
    if wanted:
        print(f"capriccio {metadata.version('capriccio')}")
        raise typer.Exit()


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Tell the version.", callback=_tell_version, is_eager=True)
    ] = False,
) -> None:
    """Run graphs of nodes that make pictures."""


@app.command("run")
def run_command(
    graph: GraphPath,
    settings: Settings = [],  # noqa: B006, typer wants the default
    only: Only = [],  # noqa: B006
    out: Out = Path("output"),
    device: Device = "auto",
    seed: Annotated[int | None, typer.Option(help="Set every seed in the graph to this.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one event a line as JSON.")] = False,
    pictures: Pictures = [],  # noqa: B006
    plugin: Plugins = [],  # noqa: B006
    max_nodes: MaxNodes = LIMITS.nodes,
    max_bytes: MaxBytes = LIMITS.size,
) -> None:
    """Run a graph and keep what it makes. Exit with 0 only if everything wanted was made."""
    limits = Limits(max_bytes, max_nodes, LIMITS.depth)
    catalog = catalog_with(plugin)
    workspace = Workspace(choose(device), out, (graph.absolute().parent, *pictures))
    drawn = load(graph, limits)
    if seed is not None:
        drawn = with_seed(drawn, catalog, workspace, seed)
    drawn, workspace = with_settings(drawn, catalog, workspace, settings)
    planned = plan(drawn, catalog, workspace, wanted=only or None)
    durable.check_folder(out)  # now, and not when all the work is done
    shown: AbstractContextManager[Callable[[Event], None]] = nullcontext(print_json) if as_json else Bars()
    with shown as show, closing(run(planned)) as events:
        files, whole = _follow(events, show, planned, catalog)
    for path in files if not as_json else ():
        print(path)
    raise typer.Exit(0 if whole else 1)


@app.command("reproduce")
def reproduce_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A saved picture, or the record beside it.")],
    out: Out = Path("output"),
    device: Annotated[
        Literal["auto", "cpu", "cuda", "mps"] | None,
        typer.Option(help="Where to compute.", show_default="as it was"),
    ] = None,
    pictures: Pictures = [],  # noqa: B006
    plugin: Plugins = [],  # noqa: B006
) -> None:
    """Make a saved picture again. Exit with 0 only if it is the same, bit by bit."""
    folders = (*pictures, file.absolute().parent, Path.cwd(), GALLERY)
    again = Reproduction.of(file, catalog_with(plugin), folders, device)
    for line in again.differences():
        print(line, flush=True)
    durable.check_folder(out)
    with Bars() as show:
        made = again.made(out, show)
    unlikeness = again.unlikeness(made)
    print(made)
    print(unlikeness or "the same picture, bit by bit")
    raise typer.Exit(1 if unlikeness else 0)


@app.command("serve")
def serve_command(
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Port = 8188,
    allow_remote: Annotated[bool, typer.Option(help="Let other machines connect.")] = False,
    name: Names = [],  # noqa: B006
    connections: Annotated[int, typer.Option(min=1, help="How many clients may connect.")] = 64,
    device: Devices = ["auto"],  # noqa: B006
    memory: Memory = 0.0,
    library: LibraryPath = None,
    state: StatePath = None,
    cache: CachePath = None,
    out: Out = Path("output"),
    plugin: Plugins = [],  # noqa: B006
) -> None:
    """Open graphs in a browser, run them, and show what their nodes make meanwhile."""
    folders = Folders(
        library=(library or platformdirs.user_data_path("capriccio") / "library").absolute(),
        gallery=GALLERY,
        out=out.absolute(),
        state=(state or platformdirs.user_state_path("capriccio")).absolute(),
    )
    wanted = Wanted(
        Address(host, port, tuple(name), connections),
        folders,
        device,
        (cache or cache_folder() / "results").absolute(),
        _plugin_folder(),
        [path.absolute() for path in plugin],
        int(memory * 1e9),
        allow_remote,
    )
    if not (PAGE / "index.html").is_file():
        complain(UNMADE)
    # Workers begin as copies of a process that has these loaded.
    serve(wanted, BUILTIN, (*BUILTIN, __name__))


@app.command("check")
def check_command(
    graph: GraphPath,
    settings: Settings = [],  # noqa: B006
    only: Only = [],  # noqa: B006
    pictures: Pictures = [],  # noqa: B006
    plugin: Plugins = [],  # noqa: B006
    max_nodes: MaxNodes = LIMITS.nodes,
    max_bytes: MaxBytes = LIMITS.size,
) -> None:
    """Find everything that keeps a graph from running, without running any of it."""
    catalog = catalog_with(plugin)
    workspace = Workspace(folders=(graph.absolute().parent, *pictures))
    drawn = load(graph, Limits(max_bytes, max_nodes, LIMITS.depth))
    drawn, workspace = with_settings(drawn, catalog, workspace, settings)
    planned = plan(drawn, catalog, workspace, wanted=only or None)
    # No node's name holds a dot: such a step stands for a link into a graph.
    names = [*planned.groups, *(step.name for step in planned.steps if "." not in step.name)]
    inside = sum("/" in name for name in names)
    print(f"{graph.name}: {len(names)} nodes{f', {inside} of them in graphs' if inside else ''}, no problems")


@app.command("nodes")
def nodes_command(
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="Such as capriccio.Optimize or Optimize.")
    ] = "",
    plugin: Plugins = [],  # noqa: B006
) -> None:
    """List the nodes that there are, or tell all about one."""
    catalog, console = catalog_with(plugin), Console(highlight=False)
    if not name:
        showing.show_all(catalog, console)
        return
    found = [node for node in catalog.nodes.values() if name in (node.id, node.id.partition(".")[2])]
    for node in found:
        showing.show(node, console)
    if not found:
        known = [part for id in catalog.nodes for part in (id, id.partition(".")[2])]
        raise CapriccioError(f"there is no node {name}{did_you_mean(name, known)}")


@app.command("doctor")
def doctor_command(plugin: Plugins = []) -> None:  # noqa: B006
    """Tell versions, devices, weights and plugins, and why one failed to load."""
    catalog = _load(())
    for path in plugin:
        try:
            catalog.add_file(path)
        except PluginError as error:
            catalog.failures[path.name] = error
    raise typer.Exit(0 if doctoring.report(catalog, _plugin_folder()) else 1)


app.add_typer(commands(lambda: catalog_with(()).weights), name="weights")


def main() -> None:
    """Run the command line; an error that we raised on purpose is told in a sentence."""
    try:
        app()
    except CapriccioError as error:
        complain(str(error))
        raise SystemExit(1) from error
    except SystemExit as end:
        if end.code == INTERRUPTED:  # typer has caught a KeyboardInterrupt, and said nothing
            complain("stopped")
        raise


def _follow(
    events: Iterable[Event], show: Callable[[Event], None], planned: Plan, catalog: Catalog
) -> tuple[list[Path], bool]:
    """Show each event; give the files that were made, and whether every wanted node was.

    Of a wanted node that gives pictures, the event tells the files that they were kept in.
    """
    files: list[Path] = []
    whole = False
    for event, made in keeping(events, planned, catalog):
        if made:
            event = _telling(event, made)
        inner = event.event if isinstance(event, NodeItem) else event
        if isinstance(inner, NodeFinished) and inner.name in planned.wanted:
            files += made or ([Path(inner.result)] if isinstance(inner.result, str) else [])
        elif isinstance(event, RunFinished):
            whole = not event.failed and not event.skipped
        show(event)
    return files, whole


def _telling(event: Event, files: list[Path]) -> Event:
    """The event with the files, instead of what is in them."""
    if isinstance(event, NodeItem):
        return structs.replace(event, event=_telling(event.event, files))
    names = [str(path) for path in files]
    return structs.replace(event, result=names if len(names) > 1 else names[0])


def catalog_with(files: Iterable[Path]) -> Catalog:
    """All that is built in, installed, in the user's plugin folder and in these files."""
    catalog = _load(files)
    for name, error in catalog.failures.items():
        complain(f"plugin {name} was left out: {error}")
    return catalog


def _load(files: Iterable[Path]) -> Catalog:
    return Catalog.load(BUILTIN, folder=_plugin_folder(), files=tuple(files))


def _plugin_folder() -> Path:
    """Where a user puts single-file plugins."""
    given = os.environ.get("CAPRICCIO_PLUGINS")
    return Path(given) if given else platformdirs.user_data_path("capriccio") / "plugins"
