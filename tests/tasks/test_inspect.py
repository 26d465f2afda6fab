"""Every layout is recognised as what it is; a first look counts what is there."""

import json

import pytest

from schemas.errors import SourceError, UnknownName
from tasks.inspect import Count, inspect_folder, known_formats
from tasks.sources.folder import IMAGE_SUFFIXES, SourceFolder
from tasks.sources.registry import recognise, sources
from tests.fixtures.formats import formats
from tests.fixtures.karpathy import entry, write_karpathy
from tests.fixtures.scenes import quad, write_dota, write_image

FORMATS = formats()


@pytest.mark.parametrize("name", FORMATS)
def test_every_fixture_is_recognised_as_its_own_format_and_no_other(tmp_path, name):
    FORMATS[name].make(tmp_path)
    assert recognise(SourceFolder(str(tmp_path))) == [name]


@pytest.mark.parametrize("name", FORMATS)
def test_every_fixture_is_recognised_in_a_sub_folder_too(tmp_path, name):
    FORMATS[name].make(tmp_path / "set")
    assert recognise(SourceFolder(str(tmp_path))) == [name]


@pytest.mark.parametrize("name", sorted({*FORMATS} - {"image_folder"}))
def test_labels_are_recognised_and_read_without_their_images(tmp_path, name):
    FORMATS[name].make(tmp_path)
    for path in tmp_path.rglob("*"):
        if path.suffix.lower() in IMAGE_SUFFIXES:
            path.unlink()
    assert recognise(SourceFolder(str(tmp_path))) == [name]
    contents = one(tmp_path).contents
    assert (contents.present, contents.failure) == (0, None)
    assert contents.absent > 0


@pytest.mark.parametrize("name", FORMATS)
def test_every_fixture_is_counted_without_a_failure(tmp_path, name):
    FORMATS[name].make(tmp_path)
    (found,) = inspect_folder(str(tmp_path))
    assert (found.format.name, found.contents.failure) == (name, None)
    assert found.contents.label_count > 0
    assert found.source == f"{name}={tmp_path}"


def test_every_format_has_a_fixture():
    assert set(FORMATS) == set(sources())


def test_every_format_says_what_it_expects_and_whom_to_cite():
    for known in known_formats():
        assert known.title, known.name
        assert known.layout.endswith("."), known.name
        assert known.citation, known.name


def one(path, name=None):
    (found,) = inspect_folder(str(path), name)
    return found


def test_images_labels_splits_and_classes_are_counted(tmp_path):
    write_dota(tmp_path, "a", lines=[quad(1, 1, 9, 9), quad(20, 1, 29, 9, "ship")], split="train")
    write_dota(tmp_path, "b", lines=[quad(1, 1, 9, 9)], split="val")
    contents = one(tmp_path).contents
    assert (contents.present, contents.absent, contents.labelled) == (2, 0, 2)
    assert contents.labels == (Count(name="object", count=3),)
    assert contents.splits == (Count(name="train", count=1), Count(name="val", count=1))
    assert contents.classes == (Count(name="plane", count=2), Count(name="ship", count=1))
    assert contents.oddities == ()


def test_oddities_are_counted_by_kind_with_the_first_three(tmp_path):
    entries = [entry(f"{number}.jpg") for number in range(5)]
    write_karpathy(tmp_path, [*entries, entry("a.jpg", sentences=["", "a road ."])])
    for number in range(5):
        (tmp_path / "images" / f"{number}.jpg").unlink()
    contents = one(tmp_path).contents
    assert (contents.present, contents.absent) == (1, 5)
    blank, missing = contents.oddities
    assert (blank.kind, blank.count) == ("blank_text", 1)
    assert (missing.kind, missing.count, len(missing.first)) == ("label_without_image", 5, 3)
    assert missing.first[0].element == "images[0]"
    assert missing.first[0].remedy


def test_what_is_worst_comes_first(tmp_path):
    write_dota(tmp_path, "a", lines=[quad(1, 1, 9, 9, "spaceship"), "1 2 3"])
    write_dota(tmp_path, "b").parent.parent.joinpath("labelTxt/b.txt").write_bytes(b"\xff\xfe")
    assert [kind.kind for kind in one(tmp_path).contents.oddities] == [
        "unreadable_label", "malformed_line", "unknown_class",
    ]  # fmt: skip


def test_links_that_leave_the_folder_are_told(tmp_path):
    write_dota(tmp_path / "set", "a", lines=[quad(1, 1, 9, 9)])
    (tmp_path / "set" / "b.png").symlink_to("/etc/hostname")
    (kind,) = one(tmp_path / "set").contents.oddities
    assert (kind.kind, kind.first[0].file) == ("unsafe_path", "b.png")


def test_a_folder_of_data_sets_is_looked_at_one_by_one(tmp_path):
    for name in ("dota", "rsicd", "image_folder"):
        FORMATS[name].make(tmp_path / f"my_{name}")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "readme.txt").write_text("Read me.")
    found = inspect_folder(str(tmp_path))
    assert [(i.path, i.format.name if i.format else None) for i in found] == [
        (f"{tmp_path}/my_dota", "dota"),
        (f"{tmp_path}/my_image_folder", "image_folder"),
        (f"{tmp_path}/my_rsicd", "rsicd"),
        (f"{tmp_path}/notes", None),
    ]


def test_one_data_set_in_a_sub_folder_is_one_source(tmp_path):
    FORMATS["rsicd"].make(tmp_path / "inner")
    found = one(tmp_path)
    assert (found.path, found.format.name) == (str(tmp_path), "rsicd")


def test_of_several_formats_the_one_with_most_labels_is_taken(tmp_path):
    FORMATS["rsicd"].make(tmp_path)
    write_dota(tmp_path, "a", lines=[quad(1, 1, 9, 9)])
    found = one(tmp_path)
    assert [(c.name, c.labels) for c in found.candidates] == [("rsicd", 15), ("dota", 1)]
    assert found.format.name == "rsicd"
    assert one(tmp_path, "dota").format.name == "dota"


def test_a_folder_in_no_known_format_has_its_files_counted(tmp_path):
    (tmp_path / "a.xyz").write_text("?")
    (tmp_path / "README").write_text("?")
    found = one(tmp_path)
    assert (found.format, found.source) == (None, None)
    assert {(c.name, c.count) for c in found.files} == {(".xyz", 1), ("without suffix", 1)}


def test_files_that_an_image_folder_leaves_unread_are_counted(tmp_path):
    write_image(tmp_path / "P0224.png", (32, 32))
    (tmp_path / "P0224.json").write_text(json.dumps({"caption": "?"}))
    found = one(tmp_path)
    assert (found.format.name, found.files) == ("image_folder", (Count(name=".json", count=1),))


def test_what_cannot_be_read_as_the_format_asked_for_is_a_failure(tmp_path):
    FORMATS["rsicd"].make(tmp_path)
    found = one(tmp_path, "dota")
    assert "This looks like RSICD" in found.contents.failure


def test_an_unknown_format_and_a_missing_folder_are_refused(tmp_path):
    tmp_path.joinpath("a.png").touch()
    with pytest.raises(UnknownName, match="Did you mean “rsicd”"):
        inspect_folder(str(tmp_path), "rsicdd")
    with pytest.raises(SourceError, match="There is no source folder"):
        inspect_folder(str(tmp_path / "nowhere"))
