"""Pictures for who wants to look at them: those that graphs load, their covers, and results."""

from pathlib import Path

from . import wire
from .album import Album
from .audience import rounded
from .covers import Covers
from .fetching import Parcel, jpeg, parcel
from .library import Library
from .refusal import Refusal
from .thumbnails import Thumbnails

Look = wire.GetPicture | wire.GetCover | wire.GetResult


class Pictures:
    """Gives pictures, large or small. It reads files, so ask it in a thread."""

    def __init__(self, library: Library, album: Album, covers: Covers) -> None:
        self._library = library
        self._album = album
        self._covers = covers
        self._thumbnails = Thumbnails()

    def get(self, request: Look) -> Parcel:
        """What is asked for; Refusal where there is no such picture, or none that can be read."""
        try:
            match request:
                case wire.GetPicture():
                    return self._picture(self._library.picture(request.file), request.width)
                case wire.GetCover():
                    return self._cover(request.graph)
                case wire.GetResult():
                    return self._result(request.result, request.width)
        except OSError as error:
            why = error.strerror or error
            raise Refusal(f"the picture cannot be read: {why}; see that its file is there") from error

    def _picture(self, path: Path, width: int | None) -> Parcel:
        if width is None:
            return parcel(path, path.name)
        return jpeg(self._thumbnails.of(path, rounded(width)), path.name)

    def _cover(self, graph: str) -> Parcel:
        found = self._covers.of(graph)
        if isinstance(found, Path):
            found = self._thumbnails.of(found, wire.COVER)
        if found is None:
            if graph not in self._library.reserved():
                self._library.source(graph)  # which refuses what is no graph at all
            raise Refusal(f"there is no picture of {graph} yet; run it, and its result will be one")
        return jpeg(found, graph)

    def _result(self, result: int, width: int | None) -> Parcel:
        path, name = self._album.file(result)
        if width is not None and width <= wire.THUMBNAIL:
            return jpeg(self._album.small(result), name)
        return parcel(path, name)
