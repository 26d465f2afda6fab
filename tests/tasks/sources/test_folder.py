"""Source folders: names below them, and nothing else."""

import os

import fsspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import SourceError, UnreadableText, UnsafePath
from schemas.vocabulary import Split
from tasks.sources.folder import SourceFolder, split_of_folders, split_word, why_unsafe
from tests.fixtures.scenes import write_image


def test_names_are_sorted_and_relative_with_slashes(tmp_path):
    for name in ("b.png", "a/c.png", "a/b.PNG", "notes.txt"):
        write_image(tmp_path / "a" / "x.png")
        (tmp_path / name).write_bytes(b"x")
    folder = SourceFolder(str(tmp_path))
    assert folder.names == ("a/b.PNG", "a/c.png", "a/x.png", "b.png", "notes.txt")
    assert folder.images() == ["a/b.PNG", "a/c.png", "a/x.png", "b.png"]


def test_hidden_files_are_left_out(tmp_path):
    (tmp_path / "__MACOSX").mkdir()
    for name in (".DS_Store", "._P1.png", "__MACOSX/P1.png", "P1.png"):
        (tmp_path / name).write_bytes(b"x")
    assert SourceFolder(str(tmp_path)).names == ("P1.png",)


def test_a_folder_that_is_not_there_names_the_nearest_that_is(tmp_path):
    with pytest.raises(SourceError, match=rf"no source folder .*{tmp_path.name} exists"):
        SourceFolder(str(tmp_path / "no" / "such"))


def test_a_file_is_no_source_folder(tmp_path):
    with pytest.raises(SourceError, match="is a file, but a folder"):
        SourceFolder(str(write_image(tmp_path / "a.png")))


def test_an_unknown_protocol_is_a_source_error():
    with pytest.raises(SourceError, match="Cannot open"):
        SourceFolder("nosuch://bucket/x")


@pytest.mark.parametrize(
    "name", ["../x.png", "a/../../x.png", "a\\..\\x.png", "/etc/passwd", "C:\\x"]
)
def test_names_that_lead_outside_are_refused(tmp_path, name):
    write_image(tmp_path / "x.png")
    with pytest.raises(UnsafePath):
        SourceFolder(str(tmp_path)).read(name)


def test_a_link_out_of_the_folder_is_refused_and_not_read(tmp_path):
    outside = write_image(tmp_path / "outside.png")
    root = tmp_path / "root"
    write_image(root / "own.png")
    (root / "link.png").symlink_to(outside)
    folder = SourceFolder(str(root))
    assert folder.names == ("own.png",)
    assert [refusal.name for refusal in folder.refused] == ["link.png"]
    with pytest.raises(UnsafePath):
        folder.read("link.png")


def test_a_linked_folder_outside_is_refused(tmp_path):
    write_image(tmp_path / "elsewhere" / "a.png")
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "images").symlink_to(tmp_path / "elsewhere")
    folder = SourceFolder(str(tmp_path / "root"))
    assert (folder.names, folder.refused[0].name) == ((), "images")


def test_a_link_within_the_folder_is_read(tmp_path):
    write_image(tmp_path / "a.png")
    (tmp_path / "b.png").symlink_to("a.png")
    assert SourceFolder(str(tmp_path)).names == ("a.png", "b.png")


def test_links_to_nothing_pipes_and_names_that_are_not_utf8_are_refused(tmp_path):
    (tmp_path / "gone.png").symlink_to("nowhere.png")
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / os.fsdecode(b"\xff.png")).write_bytes(b"x")
    folder = SourceFolder(str(tmp_path))
    assert folder.names == ()
    assert [refusal.name for refusal in folder.refused] == ["\\udcff.png", "gone.png", "pipe.png"]


def test_the_root_itself_may_be_a_link(tmp_path):
    write_image(tmp_path / "real" / "a.png")
    (tmp_path / "link").symlink_to("real")
    assert SourceFolder(str(tmp_path / "link")).names == ("a.png",)


def test_a_remote_folder_reads_the_same(tmp_path):
    files = fsspec.filesystem("memory")
    files.pipe({"/scenes/images/a.png": b"abc", "/scenes/labelTxt/a.txt": b"\xef\xbb\xbfx\r\ny"})
    folder = SourceFolder("memory://scenes")
    assert folder.names == ("images/a.png", "labelTxt/a.txt")
    assert (folder.size("images/a.png"), folder.read("images/a.png")) == (3, b"abc")
    assert folder.address("images/a.png") == "memory://scenes/images/a.png"
    assert folder.lines("labelTxt/a.txt") == ["x", "y"]


def test_an_empty_remote_place_is_a_source_error():
    with pytest.raises(SourceError, match="nothing below"):
        SourceFolder("memory://no-such-place")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_end_in_any_way_and_only_there(tmp_path, newline):
    (tmp_path / "a.txt").write_bytes(f"one\x0b1{newline}two\u2028".encode())
    assert SourceFolder(str(tmp_path)).lines("a.txt") == ["one\x0b1", "two\u2028"]


def test_text_that_is_not_utf8_names_its_line(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"one\ntwo \xe9\n")
    with pytest.raises(UnreadableText, match=r"a\.txt, line 2 is not UTF-8") as caught:
        SourceFolder(str(tmp_path)).lines("a.txt")
    assert caught.value.line == 2


@pytest.mark.parametrize(
    ("word", "split"),
    [
        ("train", Split.TRAIN), ("train2017", Split.TRAIN), ("DOTA-v1.5_val", Split.VAL),
        ("validation", Split.VAL), ("Test", Split.TEST), ("instances_test", Split.TEST),
        ("trainset", Split.TRAIN), ("train_station", None), ("images", None), ("contest", None),
    ],
)  # fmt: skip
def test_words_that_name_a_split(word, split):
    assert split_word(word) == split


def test_only_folders_tell_the_split_of_a_file():
    assert split_of_folders("val/images/train.png") == Split.VAL
    assert split_of_folders("images/train.png") is None


@given(st.lists(st.sampled_from(["..", "a", ".", "b c", ""]), min_size=1).map("/".join))
def test_no_name_that_climbs_is_safe(name):
    climbs = ".." in name.split("/")
    assert not (climbs and why_unsafe(name) is None)
