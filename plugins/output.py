"""Show pictures and save them."""

from collections.abc import Callable
from io import BytesIO
from typing import Annotated, Literal

from PIL import Image as Picture

from ..core import AnyNode, Context, Image, Pattern, Range, Text, durable, hookimpl, node
from ..core.graphfile import png
from .images import to_picture

FileName = Annotated[
    str, Pattern(r"\w[\w \-]{0,59}", "a file name of at most 60 letters, digits, spaces, - and _")
]
Format = Literal["png", "jpeg", "webp"]


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

    A PNG carries the graph that made it, so that opening the picture opens the graph.
    """
    picture = to_picture(image)
    data = png(picture, context.graph) if format == "png" else _encoded(picture, format, quality)
    path = context.out / f"{name}.{'jpg' if format == 'jpeg' else format}"
    return str(durable.deliver(path, data, overwrite=overwrite))


def _encoded(picture: Picture.Image, format: Format, quality: int) -> bytes:
    file = BytesIO()
    picture.save(file, format.upper(), quality=quality)
    return file.getvalue()


@hookimpl
def register_nodes(register: Callable[[AnyNode], None]) -> None:
    register(preview_image)
    register(save_image)
