"""All that the sessions of a server share."""

import secrets
from dataclasses import dataclass, field
from pathlib import Path

from .desk import Desk
from .library import Library
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
    """History, drafts and unfinished uploads."""


@dataclass
class Studio:
    """The library, the open graphs, the runs and their history, behind one token."""

    folders: Folders
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    page: str = ""
    """The revision of the page that is handed out."""

    def __post_init__(self) -> None:
        state = self.folders.state
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.uploads = state / "uploads"
        Uploads.sweep(self.uploads)
        self.library = Library(self.folders.library, self.folders.gallery)
        self.records = Records(state / "records.sqlite")
        self.runs = Runs(self.records)
        self.desk = Desk(
            self.library, Library(state / "drafts", state / "no gallery"), self.records, self.runs
        )
