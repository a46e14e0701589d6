"""Graphs by name, in a folder that no name leads out of."""

import os
import stat
import sys
import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from capriccio.core import Graph, Note, Placed, Workspace, graphfile, load, save
from capriccio.server.library import Library
from capriccio.server.refusal import Refusal

ONE = Graph({"noise": Placed("capriccio.Noise", {"width": 32})}, layout={"noise": (1.0, 2.0)})
TWO = Graph({"noise": Placed("capriccio.Noise"), "look": Placed("capriccio.PreviewImage")})
SECRET = Graph({"secret": Placed("capriccio.Text", {"text": "hidden"})})

_watching: list[list[str]] = []
_TOUCHING = ("open", "os.", "shutil.", "pathlib.")


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if _watching and event.startswith(_TOUCHING):
        _watching[-1].append(f"{event} {arguments}")


sys.addaudithook(_note)  # which stays for good, so it looks only when it is asked to


@contextmanager
def touched() -> Iterator[list[str]]:
    """What is done to files and folders meanwhile."""
    _watching.append([])
    try:
        yield _watching[-1]
    finally:
        _watching.pop()


def tree(folder: Path) -> dict[str, tuple[int, str | bytes]]:
    """All that lies below a folder: kind and content."""
    found: dict[str, tuple[int, str | bytes]] = {}
    for path in sorted(folder.rglob("*")):
        kind = stat.S_IFMT(path.lstat().st_mode)
        content = os.readlink(path) if kind == stat.S_IFLNK else b""
        found[str(path.relative_to(folder))] = kind, path.read_bytes() if kind == stat.S_IFREG else content
    return found


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """A library with one graph, over a gallery with one, beside what is none of its business."""
    (tmp_path / "gallery").mkdir()
    save(TWO, tmp_path / "gallery" / "shown.json")
    (tmp_path / "outside" / "pictures").mkdir(parents=True)
    save(SECRET, tmp_path / "outside" / "secret.json")
    save(SECRET, tmp_path / "secret.json")
    made = Library(tmp_path / "library", tmp_path / "gallery")
    made.save("own", ONE, overwrite=False)
    return made


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A file that has arrived."""
    (tmp_path / "arrived").write_bytes(b"a picture")
    return tmp_path / "arrived"


ATTACKS = [
    *("", " ", "-", ".", "..", "...", "../secret", "../outside/secret", "..\\secret", "a/../../secret"),
    *("/etc/passwd", "/", "\\", "//host/share", "\\\\host\\share", "C:secret", "C:\\secret", "c:/secret"),
    *("secret\0", "\0", "own\0.json", "a/b", "a\\b", "pictures/a", "./own", "own/", "own/.", "~", "~root/a"),
    *("%2e%2e%2fsecret", "%2e%2e/secret", "..%2fsecret", "%00", "..%c0%afsecret", "$HOME", "${HOME}", "`id`"),
    *("\uff0e\uff0e\uff0fsecret", "\u2024\u2024/secret", "\u2025/secret", "..\u2215secret", "..\u2044secret"),
    *(
        "..\uff3csecret",
        "own\u202ejson",
        "\u200bown",
        "own\ufeff",
        "e\u0301\u0301",
        "\ud800",
        "own\u0000json",
    ),
    *("own.", "own.json", "own..", " own", "own\n", "own\r\n", "\nown", "own\t", "own\x7f", "own\x1b[2J"),
    *("a" * 65, "a" * 100_000, "\U0001d49c" * 64, "e\u0301" * 65, "own:stream", "own::$DATA", "own*", "own?"),
    *(
        "CON",
        "con",
        "nul",
        "Aux",
        "PRN",
        "com1",
        "LPT9",
        "com\u00b9",
        "NUL ",
        "con    ",
        "<own>",
        '"own"',
        "|own",
    ),
    *(".hidden", ".git", "-rf", "--help", "own;rm", "own&", "own'", "own@{0}"),
]
METHODS: dict[str, Callable[[Library, str, Path], object]] = {
    "load": lambda library, name, picture: library.load(name),
    "has": lambda library, name, picture: library.has(name),
    "free": lambda library, name, picture: library.free(name),
    "source": lambda library, name, picture: library.source(name),
    "save": lambda library, name, picture: library.save(name, ONE, overwrite=False),
    "overwrite": lambda library, name, picture: library.save(name, ONE, overwrite=True),
    "save_new": lambda library, name, picture: library.save_new(name, ONE),
    "rename": lambda library, name, picture: library.rename(name, "new"),
    "rename to": lambda library, name, picture: library.rename("own", name),
    "duplicate": lambda library, name, picture: library.duplicate(name, "new"),
    "duplicate to": lambda library, name, picture: library.duplicate("own", name),
    "delete": lambda library, name, picture: library.delete(name),
    "modified": lambda library, name, picture: library.modified(name),
    "keep_picture": lambda library, name, picture: library.keep_picture(name, picture, ".png"),
}


@pytest.mark.parametrize("name", ATTACKS, ids=lambda name: ascii(name[:20]))
def test_a_name_that_is_none_is_refused_before_any_file_is_touched(
    library: Library, tmp_path: Path, picture: Path, name: str
) -> None:
    before = tree(tmp_path)
    for method in METHODS.values():
        with touched() as events, pytest.raises(Refusal):
            method(library, name, picture)
        assert events == []
    assert tree(tmp_path) == before


def test_there_are_attacks_enough() -> None:
    assert len(set(ATTACKS)) >= 60


def test_a_refused_name_is_told_with_the_remedy(library: Library) -> None:
    with pytest.raises(Refusal, match=r"'\.\./secret' cannot be a name; use 1 to 64 letters, digits, spaces"):
        library.load("../secret")
    with pytest.raises(Refusal, match="CON cannot be a name, as Windows keeps it"):
        library.load("CON")
    with pytest.raises(Refusal, match="longer than 200 bytes"):
        library.load("\U0001d49c" * 64)


@pytest.mark.parametrize(
    "name", ["a", "_", "Ü 1", "9", "a-b_c d", "é" * 64, "\u3042", "console", "com", "lpt10", "own "]
)
def test_other_names_are_names(library: Library, name: str) -> None:
    library.save(name, TWO, overwrite=False)
    assert library.load(name) == TWO


def test_a_folder_is_made_at_the_first_write_for_its_owner_only(tmp_path: Path) -> None:
    library = Library(tmp_path / "some" / "where", tmp_path / "no gallery")
    assert library.graphs() == []
    assert not library.has("a")
    assert not (tmp_path / "some").exists()
    library.save("a", ONE, overwrite=False)
    assert stat.S_IMODE((tmp_path / "some" / "where").stat().st_mode) == 0o700
    assert load(tmp_path / "some" / "where" / "a.json") == ONE


def test_all_graphs_are_listed_by_name(library: Library, tmp_path: Path) -> None:
    library.save("zebra", TWO, overwrite=False)
    assert [(info.name, info.source, info.nodes) for info in library.graphs()] == [
        ("own", "library", 1),
        ("shown", "gallery", 2),
        ("zebra", "library", 2),
    ]
    modified = (tmp_path / "library" / "own.json").stat().st_mtime
    assert library.graphs()[0].modified == pytest.approx(modified, abs=1e-3)


def test_a_graph_of_the_library_hides_that_of_the_gallery_until_it_is_deleted(library: Library) -> None:
    library.save("shown", ONE, overwrite=False)
    assert (library.load("shown"), library.source("shown")) == (ONE, "library")
    assert [info.source for info in library.graphs()] == ["library", "library"]
    library.delete("shown")
    assert (library.load("shown"), library.source("shown")) == (TWO, "gallery")


def test_files_that_hold_no_graph_are_left_out_and_left_alone(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "library"
    for name, text in {"torn": '{"format": "capriccio-g', "package": '{"name": "x"}', "empty": ""}.items():
        (folder / f"{name}.json").write_text(text)
    (folder / "large.json").write_bytes(b" " * 2_000_001)
    (folder / "notes.txt").write_text("x")
    (folder / ".hidden.json").write_text(graphfile.dump(ONE))
    (folder / "folder.json").mkdir()
    os.mkfifo(folder / "pipe.json")
    assert [info.name for info in library.graphs()] == ["own", "shown"]
    before = tree(tmp_path)
    for name in ("torn", "package", "empty", "large"):
        for attempt in (
            lambda name: library.load(name),
            lambda name: library.save(name, ONE, overwrite=True),
            lambda name: library.delete(name),
            lambda name: library.rename(name, "new"),
            lambda name: library.duplicate(name, "new"),
        ):
            with pytest.raises(Refusal, match=f"{name}.json holds no graph that can be read: it is"):
                attempt(name)
    for name in ("folder", "pipe"):
        with pytest.raises(Refusal, match="there is no graph"):
            library.load(name)
        with pytest.raises(Refusal, match="already"):
            library.save(name, ONE, overwrite=True)
    assert tree(tmp_path) == before


def test_a_listing_reads_only_files_that_have_changed(library: Library, tmp_path: Path) -> None:
    for number in range(100):
        save(ONE, tmp_path / "library" / f"g{number}.json")
    assert len(library.graphs()) == 102
    library.save("g7", TWO, overwrite=True)
    (tmp_path / "library" / "g8.json").unlink()
    with touched() as events:
        listed = {info.name: info.nodes for info in library.graphs()}
    assert (len(listed), listed["g7"], listed["g6"]) == (101, 2, 1)
    opened = [event for event in events if event.startswith("open") and ".json" in event]
    assert len(opened) == 1
    assert "g7.json" in opened[0]


def test_a_graph_is_replaced_only_on_demand(library: Library) -> None:
    with pytest.raises(Refusal, match="there is a graph own already; choose another name, or say"):
        library.save("own", TWO, overwrite=False)
    assert library.load("own") == ONE
    library.save("own", TWO, overwrite=True)
    assert library.load("own") == TWO


def test_a_graph_that_could_not_be_read_again_is_not_saved(library: Library, tmp_path: Path) -> None:
    before = tree(tmp_path)
    for graph in (
        Graph({"a": Placed("x", {"value": float("nan")})}),
        Graph({"a": Placed("x", {"path": Path()})}),
        Graph({"a": Placed("x", {"text": "x" * 2_000_001})}),
        Graph({"a/b": Placed("x")}),
        Graph({"a": Placed("x", {"text": "\ud800"})}),
    ):
        with pytest.raises(Refusal, match="big cannot be saved: "):
            library.save("big", graph, overwrite=False)
        with pytest.raises(Refusal, match="own cannot be saved: "):
            library.save("own", graph, overwrite=True)
    assert tree(tmp_path) == before


NEWER = b'{"format": "capriccio-graph", "version": 2, "nodes": {"a": {"kind": "x"}}, "frames": 1}'
SAID = (
    "it was made by a newer Capriccio (format 2, and this one reads 1), "
    "so it can be looked at but not changed, run or saved; update Capriccio"
)


def test_a_file_of_a_newer_capriccio_is_read_moved_and_deleted_but_never_written(
    library: Library, tmp_path: Path
) -> None:
    path = tmp_path / "library" / "new.json"
    path.write_bytes(NEWER)
    assert library.load("new") == Graph({"a": Placed("x")}, newer=SAID)
    assert ("new", 1) in [(info.name, info.nodes) for info in library.graphs()]
    for refused, text in (
        (lambda: library.save("new", ONE, True), f"new cannot be replaced: {SAID}"),
        (lambda: library.save("copy", library.load("new"), False), f"copy cannot be saved: {SAID}"),
        (lambda: library.save_new("copy", library.load("new")), f"copy cannot be saved: {SAID}"),
        (lambda: library.duplicate("new", "copy"), f"copy cannot be saved: {SAID}"),
    ):
        with pytest.raises(Refusal) as caught:
            refused()
        assert str(caught.value) == text
    assert path.read_bytes() == NEWER
    library.rename("new", "newer")
    assert (tmp_path / "library" / "newer.json").read_bytes() == NEWER
    library.delete("newer")
    assert not library.has("newer")


def test_a_graph_is_renamed(library: Library) -> None:
    library.rename("own", "other")
    assert library.load("other") == ONE
    assert [info.name for info in library.graphs()] == ["other", "shown"]


def test_a_rename_takes_no_name_that_somebody_has(library: Library, tmp_path: Path) -> None:
    library.save("other", TWO, overwrite=False)
    before = tree(tmp_path)
    for to, why in {
        "other": "holds other.json already",
        "shown": "the gallery has",
        "own": "called so",
    }.items():
        with pytest.raises(Refusal, match=why):
            library.rename("own", to)
    with pytest.raises(Refusal, match="there is no graph nothing; choose another"):
        library.rename("nothing", "new")
    assert tree(tmp_path) == before


def test_a_name_may_change_its_case(library: Library) -> None:
    library.rename("own", "OWN")
    assert [info.name for info in library.graphs()] == ["OWN", "shown"]
    assert library.load("OWN") == ONE


def test_graphs_are_duplicated(library: Library) -> None:
    library.duplicate("own", "copy")
    library.duplicate("shown", "mine")
    assert (library.load("copy"), library.load("mine")) == (ONE, TWO)
    for to in ("own", "shown", "mine"):
        with pytest.raises(Refusal, match="choose another name"):
            library.duplicate("shown", to)


def test_the_gallery_stays_as_it_is(library: Library, tmp_path: Path) -> None:
    before = tree(tmp_path)
    with pytest.raises(Refusal, match="shown belongs to the gallery and cannot be deleted; duplicate it"):
        library.delete("shown")
    with pytest.raises(Refusal, match="shown belongs to the gallery and cannot be renamed; duplicate it"):
        library.rename("shown", "new")
    assert tree(tmp_path) == before


def test_a_graph_that_is_missing_is_told_with_one_that_is_like_it(library: Library) -> None:
    for attempt in (library.load, library.source, library.delete):
        with pytest.raises(Refusal, match="there is no graph shownn; did you mean shown"):
            attempt("shownn")


def test_a_new_graph_counts_up_to_a_name_that_is_free(library: Library) -> None:
    assert library.save_new("new", ONE) == "new"
    assert library.save_new("new", ONE) == "new 2"
    assert library.save_new("NEW", ONE) == "NEW 3"
    assert library.save_new("shown", ONE) == "shown 2"
    assert library.save_new("x" * 64, ONE) == "x" * 64
    assert library.save_new("x" * 64, ONE) == "x" * 62 + " 2"
    assert not library.free("shown")
    assert not library.free("New 2")
    assert library.free("new 4")


def test_threads_that_save_at_once_get_names_of_their_own(library: Library) -> None:
    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(lambda _: library.save_new("new", ONE), range(24)))
    assert sorted(names) == sorted(["new", *(f"new {number}" for number in range(2, 25))])


def test_names_that_differ_in_case_only_never_replace_each_other(library: Library, tmp_path: Path) -> None:
    before = tree(tmp_path)
    attempts: list[Callable[[], object]] = [
        lambda: library.save("Own", TWO, overwrite=False),
        lambda: library.save("OWN", TWO, overwrite=True),
        lambda: library.duplicate("shown", "oWn"),
    ]
    for attempt in attempts:
        with pytest.raises(Refusal, match=r"the library holds own\.json already; choose another name than"):
            attempt()
    with pytest.raises(Refusal, match="did you mean own"):
        library.load("Own")
    assert tree(tmp_path) == before


def test_two_ways_of_writing_a_name_are_one_name(library: Library, tmp_path: Path) -> None:
    # Hangul, as its parts are letters, and so are allowed in names.
    composed, parts = "\uac00", unicodedata.normalize("NFD", "\uac00")
    assert composed != parts
    library.save(parts, ONE, overwrite=False)
    assert library.load(composed) == ONE
    assert library.has(parts)
    with pytest.raises(Refusal, match="already"):
        library.save(composed, TWO, overwrite=False)
    library.save(parts, TWO, overwrite=True)
    assert [info.name for info in library.graphs()] == ["own", "shown", composed]
    assert (tmp_path / "library" / f"{composed}.json").is_file()


def test_a_file_whose_name_is_decomposed_is_found_and_replaced_where_it_is(
    library: Library, tmp_path: Path
) -> None:
    save(ONE, tmp_path / "library" / "caf\u0065\u0301.json")
    assert library.load("caf\u00e9") == ONE
    library.save("caf\u00e9", TWO, overwrite=True)
    assert library.load("caf\u00e9") == TWO
    assert [info.name for info in library.graphs()] == ["caf\u00e9", "own", "shown"]
    library.delete("caf\u00e9")
    assert not library.has("caf\u00e9")


def test_of_two_files_with_one_name_that_counts_which_is_written_in_the_usual_way(tmp_path: Path) -> None:
    for order in (1, -1):
        folder = tmp_path / str(order)
        folder.mkdir()
        for name, graph in [("caf\u0065\u0301", ONE), ("caf\u00e9", TWO)][::order]:
            save(graph, folder / f"{name}.json")
        assert Library(folder, tmp_path / "no gallery").load("caf\u00e9") == TWO


def test_a_link_in_place_of_a_graph_is_never_followed(library: Library, tmp_path: Path) -> None:
    for name, target in {
        "file": tmp_path / "outside" / "secret.json",
        "folder": tmp_path / "outside",
        "nothing": tmp_path / "outside" / "new.json",
        "loop": tmp_path / "library" / "loop.json",
        "beside": Path("own.json"),
    }.items():
        (tmp_path / "library" / f"{name}.json").symlink_to(target)
    before = tree(tmp_path)
    assert [info.name for info in library.graphs()] == ["own", "shown"]
    for name in ("file", "folder", "nothing", "loop", "beside"):
        assert not library.has(name)
        assert not library.free(name)
        for attempt in (
            library.load,
            library.source,
            library.delete,
            lambda name: library.save(name, ONE, overwrite=False),
            lambda name: library.save(name, ONE, overwrite=True),
            lambda name: library.rename(name, "new"),
            lambda name: library.rename("own", name),
            lambda name: library.duplicate(name, "new"),
            lambda name: library.duplicate("own", name),
        ):
            with pytest.raises(Refusal, match=r"there is no graph|already"):
                attempt(name)
    assert tree(tmp_path) == before


def test_a_link_in_the_gallery_is_never_followed(library: Library, tmp_path: Path) -> None:
    (tmp_path / "gallery" / "leak.json").symlink_to(tmp_path / "secret.json")
    assert not library.has("leak")
    with pytest.raises(Refusal):
        library.duplicate("leak", "mine")


def test_the_folder_itself_may_be_reached_by_a_link(library: Library, tmp_path: Path) -> None:
    (tmp_path / "chosen").symlink_to(tmp_path / "library")
    chosen = Library(tmp_path / "chosen", tmp_path / "gallery")
    chosen.save("more", TWO, overwrite=False)
    chosen.rename("more", "much more")
    assert library.load("much more") == TWO


def test_a_picture_is_kept_under_a_name_that_is_free(library: Library, tmp_path: Path) -> None:
    made = []
    for number in range(3):
        (tmp_path / "arrived").write_bytes(b"%d" % number)
        made.append(library.keep_picture("my dog", tmp_path / "arrived", ".jpg"))
    assert made == ["pictures/my dog.jpg", "pictures/my dog 2.jpg", "pictures/my dog 3.jpg"]
    assert [(tmp_path / "library" / name).read_bytes() for name in made] == [b"0", b"1", b"2"]
    assert sorted(path.name for path in (tmp_path / "library" / "pictures").iterdir()) == [
        "my dog 2.jpg",
        "my dog 3.jpg",
        "my dog.jpg",
    ]
    assert not (tmp_path / "arrived").exists()


def test_a_picture_is_found_by_the_name_that_graphs_use(library: Library, picture: Path) -> None:
    name = library.keep_picture("dog", picture, ".png")
    assert Workspace(folders=library.folders).find(name).read_bytes() == b"a picture"


def test_pictures_are_not_kept_through_links(library: Library, tmp_path: Path, picture: Path) -> None:
    (tmp_path / "library" / "pictures").symlink_to(tmp_path / "outside" / "pictures")
    before = tree(tmp_path)
    with pytest.raises(Refusal, match="pictures in the library is no folder but a link or a file"):
        library.keep_picture("dog", picture, ".png")
    assert tree(tmp_path) == before
    (tmp_path / "library" / "pictures").unlink()
    (tmp_path / "library" / "pictures").mkdir()
    (tmp_path / "library" / "pictures" / "dog.png").symlink_to(tmp_path / "outside" / "new.png")
    assert library.keep_picture("dog", picture, ".png") == "pictures/dog 2.png"
    assert not (tmp_path / "outside" / "new.png").exists()


def test_a_picture_that_is_a_link_is_not_moved(library: Library, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "secret.json")
    with pytest.raises(Refusal, match="has not arrived as a file"):
        library.keep_picture("dog", tmp_path / "link", ".png")
    with pytest.raises(Refusal, match="cannot be kept: No such file"):
        library.keep_picture("dog", tmp_path / "missing", ".png")


@pytest.mark.parametrize("suffix", ["", ".json", "/../../x", ".PNG", ".png/"])
def test_a_picture_has_one_of_three_suffixes(library: Library, picture: Path, suffix: str) -> None:
    with pytest.raises(Refusal, match="send a PNG, JPEG or WebP picture"):
        library.keep_picture("dog", picture, suffix)  # type: ignore[arg-type]
    assert picture.exists()


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path, picture: Path) -> None:
    (tmp_path / "file").write_text("x")
    library = Library(tmp_path / "file", tmp_path / "no gallery")
    for attempt in (
        library.graphs,
        lambda: library.load("a"),
        lambda: library.save("a", ONE, overwrite=False),
        lambda: library.keep_picture("a", picture, ".png"),
    ):
        with pytest.raises(Refusal, match=r"Not a directory|File exists"):
            attempt()


def test_nothing_is_left_behind_by_writing(library: Library, tmp_path: Path, picture: Path) -> None:
    library.save("own", TWO, overwrite=True)
    library.rename("own", "other")
    library.duplicate("other", "third")
    library.keep_picture("dog", picture, ".webp")
    assert sorted(tree(tmp_path / "library")) == ["other.json", "pictures", "pictures/dog.webp", "third.json"]


def test_a_list_of_graphs_tells_what_each_says_first(library: Library, tmp_path: Path) -> None:
    library.save("noted", Graph(notes=(Note("A lake." * 100), Note("Another."))), overwrite=False)
    found = {info.name: info.text for info in library.graphs()}
    assert found == {"noted": ("A lake." * 100)[:300], "own": "", "shown": ""}


def test_it_is_known_when_a_graph_was_written(library: Library, tmp_path: Path) -> None:
    os.utime(tmp_path / "library" / "own.json", (5.0, 7.5))
    assert library.modified("own") == 7.5


def test_covers_are_those_of_graphs_that_are_of_the_gallery(library: Library, tmp_path: Path) -> None:
    assert library.covers() == {}
    folder = tmp_path / "gallery" / "covers"
    folder.mkdir()
    for name in ("shown", "own", "stray"):
        (folder / f"{name}.jpg").touch()
    assert library.covers() == {"shown": folder / "shown.jpg"}
    assert library.pictures() == []  # which graphs may load, and people choose from
    (folder / "shown.jpg").unlink()
    (folder / "shown.jpg").symlink_to(tmp_path / "secret.json")
    assert library.covers() == {}


def test_a_picture_is_found_by_what_graphs_call_it(library: Library, tmp_path: Path) -> None:
    for folder in ("gallery/images", "library/images"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "dog.png").touch()
    (tmp_path / "gallery" / "images" / "cat.JPG").touch()
    assert library.pictures() == ["images/cat.JPG", "images/dog.png"]
    assert library.picture("images/dog.png") == tmp_path / "library" / "images" / "dog.png"
    assert library.picture("images/cat.JPG") == tmp_path / "gallery" / "images" / "cat.JPG"
    with pytest.raises(
        Refusal, match=r"there is no picture 'images/bird\.png'; choose one that list_pictures tells"
    ):
        library.picture("images/bird.png")
