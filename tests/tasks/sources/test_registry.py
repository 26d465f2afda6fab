"""Formats by name, and folders that are not what they were said to be."""

import pytest

from schemas.errors import SourceError, UnknownName
from tasks.sources.folder import SourceFolder
from tasks.sources.registry import check, recognise, source_named, sources
from tests.fixtures.scenes import coco_box, coco_image, quad, write_coco, write_dota, write_image


def test_every_module_with_a_source_is_a_format():
    assert {"dota", "coco"} <= set(sources())
    assert all(name == source.name and source.layout for name, source in sources().items())


def test_an_unknown_format_suggests_the_nearest():
    with pytest.raises(UnknownName, match="Did you mean “dota”"):
        source_named("dotta")


def test_formats_are_recognised_by_their_content(tmp_path):
    write_dota(tmp_path / "d", "P0001", lines=[quad(1, 1, 9, 9)])
    write_coco(tmp_path / "c", [coco_image(1)], [coco_box(1)])
    write_image(tmp_path / "n" / "a.png")
    found = [recognise(SourceFolder(str(tmp_path / name))) for name in "dcn"]
    assert found == [["dota"], ["coco"], ["image_folder"]]


def test_the_right_format_is_suggested(tmp_path):
    write_coco(tmp_path, [coco_image(1)], [coco_box(1)])
    with pytest.raises(SourceError, match=rf"looks like COCO: use --source coco={tmp_path}"):
        check(source_named("dota"), SourceFolder(str(tmp_path)))


def test_an_empty_folder_says_what_was_expected(tmp_path):
    with pytest.raises(SourceError, match=r"is empty\. DOTA is expected as: images/"):
        check(source_named("dota"), SourceFolder(str(tmp_path)))


def test_a_folder_that_is_no_format_says_what_was_expected(tmp_path):
    (tmp_path / "notes.md").write_text("nothing")
    with pytest.raises(SourceError, match=r"no COCO labels\. COCO is expected as: any \*\.json"):
        check(source_named("coco"), SourceFolder(str(tmp_path)))


def test_bare_images_are_suggested_as_an_image_folder(tmp_path):
    write_image(tmp_path / "a.png")
    with pytest.raises(SourceError, match="looks like image folder: use --source image_folder="):
        check(source_named("coco"), SourceFolder(str(tmp_path)))


def test_labels_without_any_image_can_be_read(tmp_path):
    write_coco(tmp_path, [coco_image(1)], [coco_box(1)], make_images=False)
    check(source_named("coco"), SourceFolder(str(tmp_path)))


def test_yolo_labels_are_not_taken_for_dota(tmp_path):
    write_image(tmp_path / "images" / "a.png")
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "a.txt").write_text("0 0.5 0.5 0.1 0.1\n")
    assert recognise(SourceFolder(str(tmp_path))) == ["yolo_obb"]
