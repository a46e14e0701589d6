"""What a client asks and cannot have."""

from ..core import CapriccioError


class Refusal(CapriccioError):
    """A request cannot be granted; the sentence goes to the client, and nothing has changed."""

    def __init__(self, text: str, revision: int | None = None) -> None:
        super().__init__(text)
        self.revision = revision
        """The newer revision, where an edit came too late."""
