"""DIOR-RSVG: expressions, and splits by their numbers."""

import pytest

from schemas.vocabulary import FindingKind, Reason, Severity, Split
from tests.fixtures.formats import dior_rsvg
from tests.fixtures.voc import annotation, box, thing, write, write_list
from tests.tasks.sources._reading import kinds, read, recognised

FIRST, SECOND, THIRD = (f"JPEGImages/{stem}.jpg" for stem in ("00006", "00009", "00010"))


@pytest.fixture
def folder(tmp_path):
    """Return a small DIOR-RSVG."""
    dior_rsvg.make(tmp_path)
    return tmp_path


def test_every_object_is_an_expression_and_the_image_is_known_as_one_of_dior(folder):
    scenes, rejections, loose = read("dior_rsvg", folder)
    assert (rejections, loose) == ([], [])
    assert [len(scene.annotations) for scene in scenes.values()] == [1, 2, 1]
    (expression,) = scenes[FIRST].annotations
    assert expression.expression == "the ground track field on the left"
    assert expression.category == "ground track field"
    assert expression.polygon == ((8, 5), (30, 5), (30, 20), (8, 20))
    assert scenes[FIRST].aliases == ("dior/00006",)
    assert scenes[FIRST].classes == ()


def test_lists_hold_numbers_of_expressions_over_all_files(folder):
    scenes, _, _ = read("dior_rsvg", folder)
    assert [scenes[name].split for name in (FIRST, SECOND, THIRD)] == list(Split)


def test_an_image_with_expressions_in_two_splits_is_taken_as_the_stricter_one(folder):
    write_list(folder / "train.txt", 0, 1)
    write_list(folder / "test.txt", 2, 3)
    scenes, _, _ = read("dior_rsvg", folder)
    assert scenes[SECOND].split == Split.TEST
    assert kinds(scenes[SECOND]) == ["split_overlap"]


def test_objects_that_cannot_be_read_count_too(folder):
    objects = [
        thing("vehicle", box(1, 2, "x", 4), description="a vehicle"),
        thing("vehicle", box(1, 2, 3, 4)),
    ]
    write(folder / "Annotations" / "00009.xml", annotation("00009", objects))
    scenes, _, _ = read("dior_rsvg", folder)
    assert kinds(scenes[SECOND]) == ["blank_text", "malformed_line"]
    assert scenes[THIRD].split == Split.TEST


def test_objects_of_a_broken_file_count_too(folder):
    path = folder / "Annotations" / "00009.xml"
    path.write_text(path.read_text().removesuffix("</annotation>"))
    scenes, rejections, _ = read("dior_rsvg", folder)
    assert [one.reason for one in rejections] == [Reason.UNREADABLE_LABEL]
    assert scenes[THIRD].split == Split.TEST


def test_lists_of_more_expressions_than_there_are_give_no_split(folder):
    write_list(folder / "test.txt", 38319)
    scenes, _, loose = read("dior_rsvg", folder)
    assert {scene.split for scene in scenes.values()} == {None}
    assert [(one.kind, one.severity) for one in loose] == [
        (FindingKind.WRONG_REFERENCE, Severity.ERROR)
    ]


def test_lines_that_are_no_numbers_and_lists_that_are_no_text_are_findings(folder):
    write_list(folder / "train.txt", 0, "x", "-1", "9" * 5000, "")
    (folder / "val.txt").write_bytes(b"\xff")
    _, _, loose = read("dior_rsvg", folder)
    assert [(one.file, one.line) for one in loose] == [
        ("train.txt", 2), ("train.txt", 3), ("train.txt", 4), ("val.txt", 1)
    ]  # fmt: skip


def test_it_is_not_taken_for_dior(folder):
    assert recognised(folder) == ["dior_rsvg"]


def test_absent_images_and_labels_are_findings(folder):
    (folder / FIRST).unlink()
    (folder / "Annotations" / "00010.xml").unlink()
    scenes, _, _ = read("dior_rsvg", folder)
    assert (scenes["00006"].present, kinds(scenes["00006"])) == (False, ["label_without_image"])
    assert kinds(scenes[THIRD]) == ["image_without_label"]
