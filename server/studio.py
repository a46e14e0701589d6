"""All that the sessions of a server share."""

import secrets
from dataclasses import dataclass, field
from pathlib import Path

from .album import Album
from .covers import Covers
from .desk import Desk
from .library import Library
from .pictures import Pictures
from .records import Records
from .runs import Runs
from .uploads import Uploads


@dataclass(frozen=True)
class Folders:
    """Where a server keeps things."""

    library: Path
    gallery: Path
    out: Path
    state: Path
    """History, results, drafts and unfinished uploads."""


@dataclass
class Studio:
    """The library, the open graphs, the runs and their history, behind one token."""

    folders: Folders
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    start: str = field(default_factory=lambda: secrets.token_hex(8))
    """Of this start of the server, by which a page knows another one."""
    page: str = ""
    """The revision of the page that is handed out."""

    def __post_init__(self) -> None:
        state = self.folders.state
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.uploads = state / "uploads"
        Uploads.sweep(self.uploads)
        self.library = Library(self.folders.library, self.folders.gallery)
        self.records = Records(state / "records.sqlite")
        self.album = Album(state / "results.sqlite", state / "results")
        covers = Covers(self.library, self.album)
        self.pictures = Pictures(self.library, self.album, covers)
        self.runs = Runs(self.records, self.album)
        drafts = Library(state / "drafts", state / "no gallery")
        self.desk = Desk(self.library, drafts, self.records, self.album, covers, self.runs)

    def close(self) -> None:
        """Let go of the files that are open all the time."""
        self.records.close()
        self.album.close()
