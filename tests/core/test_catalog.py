"""Plugins are loaded from wherever they are, and each whole or not at all."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from capriccio.core import (
    Catalog,
    Graph,
    NodeFinished,
    Placed,
    PluginError,
    PortType,
    WeightsError,
    hookimpl,
    plan,
    run,
)
from capriccio.core.ports import BUILTIN, IMAGE
from PIL import Image as Picture

ENDS = {"capriccio.GraphInput", "capriccio.GraphOutput"}
NODE = """
from capriccio.core import *

@node("{id}")
def give(*, value: float = 1.0) -> Number:
    '''Give a number.'''
    return value

@hookimpl
def register_nodes(register):
    register(give)
"""
ALL = """
from typing import Annotated
from PIL import Image as Picture
from capriccio.core import *

HEAT = PortType("Heat", "#ff0000", "How warm it is.")
Heat = Annotated[float, HEAT]

@node("brushes.Warm")
def warm(*, value: float = 1.0) -> Heat:
    '''Warm.'''
    return value

def picture(value):
    return Picture.new("RGB", (int(value), 1))

@hookimpl
def register_nodes(register):
    register(warm)

@hookimpl
def register_port_types(register):
    register(HEAT)

@hookimpl
def register_previews(register):
    register(HEAT, picture)

@hookimpl
def register_weights(register):
    register(Weights("brushes-net", "vgg16", "MIT", Download("https://example.org/a.bin", "0" * 64),
        convert=lambda path: {}, shapes={}))
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the import path; what is imported from it is forgotten afterwards."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def written(path: Path, source: str, id: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source.replace("{id}", id))
    return path


def installed(folder: Path, distribution: str, **points: str) -> None:
    """What an installer leaves behind for a distribution with these entry points."""
    info = folder / f"{distribution}-1.0.dist-info"
    written(info / "METADATA", f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
    lines = [f"{name} = {target}" for name, target in points.items()]
    written(info / "entry_points.txt", "\n".join(["[capriccio]", *lines]))


def contributed(catalog: Catalog) -> set[str]:
    """The nodes that come from plugins."""
    return set(catalog.nodes) - ENDS


def test_every_hook_of_a_module_is_heard(folder: Path) -> None:
    written(folder / "toy_brushes.py", ALL)
    catalog = Catalog.load(["toy_brushes"], installed=False)
    assert catalog.plugins == ["toy_brushes"]
    assert catalog.port_types["Heat"].doc == "How warm it is."
    assert catalog.previews["Heat"](3.0).size == (3, 1)
    assert catalog.weights.record("brushes-net").architecture == "vgg16"
    graph = Graph({"a": Placed("brushes.Warm", {"value": 2})})
    assert [event.result for event in run(plan(graph, catalog)) if isinstance(event, NodeFinished)] == [2.0]


def test_a_catalog_begins_with_the_built_in_port_types_and_the_ends_of_a_graph(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path)
    assert set(catalog.port_types.values()) == set(BUILTIN)
    assert set(catalog.nodes) == ENDS
    assert (catalog.previews, catalog.plugins, catalog.failures) == ({}, [], {})
    assert catalog.weights.folder == tmp_path


def test_installed_plugins_are_found_by_their_entry_point(folder: Path) -> None:
    written(folder / "toy_pkg" / "__init__.py", "")
    written(folder / "toy_pkg" / "nodes.py", NODE, "installed.Give")
    installed(folder, "capriccio-toys", toys="toy_pkg.nodes")
    catalog = Catalog.load()
    assert catalog.plugins == ["toys"]
    assert "installed.Give" in catalog.nodes
    assert Catalog.load(installed=False).plugins == []


def test_single_files_are_loaded_from_a_folder_and_by_name(folder: Path) -> None:
    written(folder / "plugins" / "b.py", NODE, "b.Give")
    written(folder / "plugins" / "a.py", NODE, "a.Give")
    written(folder / "plugins" / "notes.txt", "no plugin")
    named = written(folder / "c.py", NODE, "c.Give")
    catalog = Catalog.load(installed=False, folder=folder / "plugins", files=[named])
    assert catalog.plugins == ["a.py", "b.py", "c.py"]
    assert contributed(catalog) == {"a.Give", "b.Give", "c.Give"}
    assert Catalog.load(installed=False, folder=folder / "none").plugins == []


def test_a_single_file_may_hold_dataclasses_and_types_as_texts(folder: Path) -> None:
    source = "from __future__ import annotations\nfrom dataclasses import dataclass\n" + NODE
    source += "\n@dataclass\nclass Mine:\n    value: ClassVar[int] = 1\n"
    named = written(folder / "d.py", source, "d.Give")
    assert "d.Give" in Catalog.load(installed=False, files=[named]).nodes


BROKEN = {
    "syntax": ("def", "cannot be loaded: SyntaxError"),
    "raises": ("raise RuntimeError('no GPU')", "cannot be loaded: RuntimeError: no GPU"),
    "missing": ("import not_there_at_all", "cannot be loaded: ModuleNotFoundError"),
    "exits": ("import sys\nsys.exit(3)", "cannot be loaded: SystemExit: 3"),
    "hook raises": (ALL.replace("register(warm)", "register(warm); 1 / 0"), "ZeroDivisionError"),
    "hook exits": (ALL.replace("register(warm)", "register(warm); raise SystemExit(4)"), "SystemExit: 4"),
    "late hook": (ALL.replace("convert=", "surprise="), "TypeError"),
    "unknown hook": (ALL + "\n@hookimpl\ndef register_brushes(register): ...\n", "unknown hook"),
    "odd hook": (ALL.replace("register_previews(register)", "register_previews(x)"), "PluginValidationError"),
    "no node": (
        ALL.replace("register(warm)", "register(warm.function)"),
        "is no node; decorate it with @node",
    ),
    "no port type": (
        ALL.replace("register(HEAT)", "pass"),
        "brushes.Warm uses the port type Heat; name it in register_port_types",
    ),
    "wrong node": (NODE, "{id}: an id looks like plugin.Name"),
    "taken node": (
        ALL.replace("brushes.Warm", "good.Give"),
        "another plugin contributes good.Give already; give one of them another id",
    ),
    "taken port type": (
        ALL.replace('"Heat"', '"Image"'),
        "there is a port type Image already; import that one",
    ),
    "taken preview": (
        ALL + "\n@hookimpl(specname='register_previews')\ndef more(register): register(HEAT, picture)\n",
        "another plugin shows Heat already",
    ),
}


@pytest.mark.parametrize(("source", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_plugin_is_kept_with_its_reason_and_leaves_nothing_behind(
    folder: Path, source: str, reason: str
) -> None:
    plugins = folder / "plugins"
    written(plugins / "a_good.py", NODE, "good.Give")
    (plugins / "broken.py").write_text(source)
    written(plugins / "z_last.py", NODE, "last.Give")
    catalog = Catalog.load(installed=False, folder=plugins)
    assert list(catalog.failures) == ["broken.py"]
    assert isinstance(catalog.failures["broken.py"], PluginError)
    assert reason in str(catalog.failures["broken.py"])
    assert catalog.plugins == ["a_good.py", "z_last.py"]
    assert contributed(catalog) == {"good.Give", "last.Give"}
    assert set(catalog.port_types.values()) == set(BUILTIN)
    assert catalog.previews == {}
    with pytest.raises(WeightsError):
        catalog.weights.record("brushes-net")


def test_a_broken_plugin_can_be_mended_and_added(folder: Path) -> None:
    catalog = Catalog(folder)
    plugin = ModuleType("plugin")
    vars(plugin)["register_previews"] = hookimpl(lambda register: register(IMAGE, 1 / 0))
    with pytest.raises(PluginError, match=r"^plugin mine: ZeroDivisionError: division by zero$"):
        catalog.add(plugin, "mine")
    vars(plugin)["register_previews"] = register_previews
    catalog.add(plugin, "mine")
    assert (catalog.plugins, set(catalog.previews)) == (["mine"], {"Image"})


@hookimpl
def register_previews(register: Callable[[PortType, Callable[[object], Picture.Image]], None]) -> None:
    register(IMAGE, lambda value: Picture.new("RGB", (1, 1)))


def test_a_plugin_that_is_named_and_broken_stops_the_loading(folder: Path) -> None:
    with pytest.raises(PluginError, match=r"^bad\.py cannot be loaded: RuntimeError: no$"):
        Catalog.load(installed=False, files=[written(folder / "bad.py", "raise RuntimeError('no')")])
    with pytest.raises(PluginError, match=r"gone\.py is no file; name a \.py file$"):
        Catalog.load(installed=False, files=[folder / "gone.py"])
    with pytest.raises(PluginError, match=r"a\.txt is no Python file; its name must end in \.py$"):
        Catalog.load(installed=False, files=[written(folder / "a.txt", "")])


def test_an_installed_plugin_that_is_broken_does_not_stop_the_others(folder: Path) -> None:
    written(folder / "toy_bad.py", "import not_there_at_all")
    written(folder / "toy_good.py", NODE, "good.Give")
    installed(folder, "capriccio-toys", a_bad="toy_bad", b_gone="toy_gone", c_good="toy_good")
    catalog = Catalog.load()
    assert catalog.plugins == ["c_good"]
    assert {name: type(error) for name, error in catalog.failures.items()} == {
        "a_bad": ModuleNotFoundError,
        "b_gone": ModuleNotFoundError,
    }


def test_one_plugin_or_two_of_one_name_are_loaded_once(folder: Path) -> None:
    one = written(folder / "one" / "same.py", NODE, "one.Give")
    two = written(folder / "two" / "same.py", NODE, "two.Give")
    with pytest.raises(PluginError) as caught:
        Catalog.load(installed=False, files=[one, two])
    text = "it, or another of that name, is loaded already; rename one"
    assert str(caught.value) == f"plugin same.py: {text}"
    written(folder / "toy_twice.py", ALL)
    catalog = Catalog.load(["toy_twice"], installed=False)
    for name in ("toy_twice", "another name"):
        with pytest.raises(PluginError, match=text):
            catalog.add(sys.modules["toy_twice"], name)
    assert (catalog.plugins, contributed(catalog)) == (["toy_twice"], {"brushes.Warm"})


def test_an_interrupt_is_no_broken_plugin(folder: Path) -> None:
    written(folder / "plugins" / "stop.py", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        Catalog.load(installed=False, folder=folder / "plugins")
