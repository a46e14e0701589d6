"""The commands ``capriccio weights ...``: see, fetch, find and add the weights of networks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from ..core.errors import WeightsError
from ..core.weights import Weights, WeightsLibrary

Names = Annotated[list[str], typer.Argument(help="Names from the list.")]
Name = Annotated[str, typer.Argument(help="A name from the list.")]
NewName = Annotated[str, typer.Argument(help="The name that graphs will use.")]
OwnFile = Annotated[Path, typer.Argument(help="A safetensors file.", exists=True, dir_okay=False)]
Architecture = Annotated[str, typer.Option(help="Which network the file is for, such as vgg16.")]
Licence = Annotated[str, typer.Option(help="The licence of the file, for the list.")]


def commands(library: Callable[[], WeightsLibrary]) -> typer.Typer:
    """The commands, about the library that ``library()`` gives when one of them runs."""
    app = typer.Typer(help="See, fetch and add the weights of networks.", no_args_is_help=True)

    @app.command("list")
    def list_() -> None:
        """Show all weights, and which are on this machine."""
        Console().print(_table(library()))

    @app.command("fetch")
    def fetch_(names: Names) -> None:
        """Fetch weights, unless they are on this machine already."""
        failed = [name for name in names if not _fetched(library(), name)]
        if failed:
            raise typer.Exit(1)

    @app.command()
    def path(name: Name) -> None:
        """Print where the file of these weights lies."""
        with _told():
            typer.echo(library().path(name))

    @app.command()
    def add(
        name: NewName, file: OwnFile, architecture: Architecture, licence: Licence = "not stated"
    ) -> None:
        """Add a safetensors file of your own under a name; the file itself stays as it is."""
        from ..core.fetch import fetch  # which brings NumPy, and the server starts without it

        with _told():
            known = library()
            fetch(known.own(name, file, architecture, licence), known.own_folder)
            typer.echo(f"{name} is ready, for {architecture}")

    return app


@contextmanager
def _told() -> Iterator[None]:
    """End with a message when the weights cannot be had."""
    try:
        yield
    except WeightsError as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from error


def _table(library: WeightsLibrary) -> Table:
    table = Table(caption=f"in {library.folder}", caption_justify="left")
    table.add_column("Name", no_wrap=True)
    table.add_column("Architecture", no_wrap=True)
    table.add_column("Licence", overflow="fold")
    table.add_column("Size", no_wrap=True, justify="right")
    table.add_column("On this machine", no_wrap=True)
    for entry in library:
        size = "?" if entry.size is None else decimal(entry.size)
        here = "yes, your own" if entry.own else "yes" if entry.here else "no"
        table.add_row(entry.name, entry.architecture, entry.licence, size, here)
    return table


def _fetched(library: WeightsLibrary, name: str) -> bool:
    """Fetch one set of weights and say how that went."""
    try:
        if not library.has(name):
            _fetch_with_bar(library.record(name), library.folder)
        typer.echo(f"{name} is on this machine: {library.path(name)}")
    except WeightsError as error:
        typer.echo(error, err=True)
        return False
    return True


def _fetch_with_bar(record: Weights, folder: Path) -> None:
    from ..core.fetch import fetch  # which brings NumPy, and the server starts without it

    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(record.name, total=None)
        fetch(record, folder, lambda done, total: bar.update(task, completed=done, total=total))
