"""A plugin for the tests of the page: settings that no built-in node has, and texts that are no HTML."""

import time
from collections.abc import Callable
from typing import Annotated

import torch
from capriccio.core import AnyNode, Choice, Image, hookimpl, node


@node("page.Classes")
def classes(
    *,
    name: Annotated[str, Choice(lambda: [f"class {number}" for number in range(1000)])] = "class 0",
) -> Image:
    """Give a picture of one of a thousand classes."""
    return torch.full((3, 16, 16), int(name.split()[1]) / 1000)


@node("page.Markup")
def markup(*, text: Annotated[str, "<img src=x onerror=alert(1)> of a setting."] = "plain") -> Image:
    """Show <b>bold</b> <script>document.title = "taken"</script>.

    And <img src=x onerror="document.title = 'taken'">.
    """
    return torch.zeros(3, 16, 16)


@node("page.Complain")
def complain(*, text: str = "no") -> Image:
    """Raise with a text."""
    raise ValueError(text)


@node("page.Ponder")
def ponder(image: Image) -> Image:
    """Think about a picture for so long that the result is kept on disk."""
    time.sleep(0.3)
    return image


@hookimpl
def register_nodes(register: Callable[[AnyNode], None]) -> None:
    for each in (classes, markup, complain, ponder):
        register(each)
