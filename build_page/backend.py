"""The build backend (PEP 517 and 660): that of setuptools, with the page made first."""

import shlex
from tempfile import TemporaryDirectory
from typing import Any

from setuptools import build_meta
from setuptools.build_meta import (
    build_sdist,
    get_requires_for_build_sdist,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

from . import page

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]
Settings = dict[str, Any] | None


def get_requires_for_build_wheel(config_settings: Settings = None) -> list[str]:
    """What to install for ``build_wheel``: with the page to be made and no npm here, Node.js too."""
    return [*build_meta.get_requires_for_build_wheel(config_settings), *page.requirements()]


def get_requires_for_build_editable(config_settings: Settings = None) -> list[str]:
    """The same for ``build_editable``."""
    return [*build_meta.get_requires_for_build_editable(config_settings), *page.requirements()]


def build_wheel(
    wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None
) -> str:
    """Make the page and the wheel; give the wheel's name."""
    _make_page()
    # setuptools packs all that lies in its build folder, also the scripts of earlier pages,
    # whose names differ: so each wheel gets a folder of its own.
    with TemporaryDirectory() as folder:
        settings = dict(config_settings or {})
        given = settings.get("--build-option", [])
        options = shlex.split(given) if isinstance(given, str) else given
        settings["--build-option"] = [*options, "build", "--build-base", folder]
        return build_meta.build_wheel(wheel_directory, settings, metadata_directory)


def build_editable(
    wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None
) -> str:
    """Make the page and the wheel that leads to this folder; give the wheel's name."""
    _make_page()
    return build_meta.build_editable(wheel_directory, config_settings, metadata_directory)


def _make_page() -> None:
    try:
        page.make()
    except page.PageError as error:
        raise SystemExit(str(error)) from error  # a front end shows that without a traceback
