"""Show pictures and save them."""

from collections.abc import Callable
from typing import Annotated

from ..core import AnyNode, Context, Image, Pattern, Range, Text, hookimpl, node
from ..core.record import Format, keep
from .images import to_picture

FileName = Annotated[
    str, Pattern(r"\w[\w \-]{0,59}", "a file name of at most 60 letters, digits, spaces, - and _")
]


@node("capriccio.PreviewImage", category="Output")
def preview_image(image: Image) -> Image:
    """Show a picture, and pass it on."""
    return image


@node("capriccio.SaveImage", category="Output", cached=False, touches=["files"])
def save_image(
    image: Image,
    *,
    name: Annotated[FileName, "Without its ending."] = "picture",
    format: Format = "png",
    quality: Annotated[int, Range(1, 100, unit="%"), "Of JPEG and WebP."] = 92,
    overwrite: Annotated[bool, "Replace an earlier file instead of counting up."] = False,
    context: Context,
) -> Text:
    """Save a picture in the output folder; gives the file's path.

    Of a list each item gets a file, with its place in the list at the end of the name: ``picture_3.png``.
    Every picture carries the record of how it was made, by which ``capriccio reproduce`` makes it again,
    and the same record lies beside it. A PNG also carries the graph, so that opening it opens the graph.
    """
    picture = to_picture(image)
    places = "".join(f"_{place + 1}" for place in context.index)
    path = context.out / f"{name}{places}.{'jpg' if format == 'jpeg' else format}"
    record = context.record(picture)
    made = keep(picture, path, context.graph, record, format=format, quality=quality, overwrite=overwrite)
    return str(made)


@hookimpl
def register_nodes(register: Callable[[AnyNode], None]) -> None:
    register(preview_image)
    register(save_image)
