"""DIOR: upright and oriented boxes, and the spellings of its classes."""

import pytest

from schemas.vocabulary import Shape, Split
from tests.fixtures.formats import dior
from tests.fixtures.formats.dior import ORIENTED, UPRIGHT
from tests.fixtures.voc import annotation, tags, thing, write
from tests.tasks.sources._reading import kinds, read, recognised

IMAGE = "JPEGImages-trainval/00001.jpg"


@pytest.fixture
def folder(tmp_path):
    """Return a small DIOR."""
    dior.make(tmp_path)
    return tmp_path


def test_oriented_boxes_are_used_where_both_are_there(folder):
    scenes, rejections, loose = read("dior", folder)
    assert (rejections, loose) == ([], [])
    assert [scene.split for scene in scenes.values()] == [Split.TEST, Split.TRAIN, Split.VAL]
    (course,) = scenes[IMAGE].annotations
    assert course.shape == Shape.OBB
    assert course.polygon == ((10, 5), (30, 10), (28, 20), (8, 15))
    assert course.origin.file == f"{ORIENTED}/00001.xml"
    assert kinds(scenes[IMAGE]) == []


def test_upright_boxes_are_used_where_there_are_no_oriented_ones(folder):
    for path in (folder / ORIENTED).iterdir():
        path.unlink()
    scene = read("dior", folder)[0][IMAGE]
    assert scene.annotations[0].shape == Shape.HBB
    assert scene.annotations[0].origin.file == f"{UPRIGHT}/00001.xml"
    assert recognised(folder) == ["dior"]


def test_an_image_with_upright_boxes_only_is_noted(folder):
    (folder / ORIENTED / "00001.xml").unlink()
    scenes, _, _ = read("dior", folder)
    assert kinds(scenes[IMAGE]) == ["missing_pair"]
    assert scenes[IMAGE].annotations[0].shape == Shape.HBB


def test_spellings_of_classes_are_understood(folder):
    scenes, _, _ = read("dior", folder)
    seen = {one.category_as_given: one.category for s in scenes.values() for one in s.annotations}
    assert seen == {
        "golffield": "golf course",
        "Expressway-Service-area": "expressway service area",
        "ship": "ship",
    }


def test_an_oriented_box_without_a_corner_is_left_out(folder):
    robndbox = tags(robndbox=tags(x_left_top=1, y_left_top=2))
    write(folder / ORIENTED / "00001.xml", annotation("00001", [thing("dam", robndbox)], "DIOR"))
    scene = read("dior", folder)[0][IMAGE]
    assert (scene.annotations, kinds(scene)) == ((), ["malformed_line"])
    assert "x_right_top" in scene.findings[0].detail


def test_it_is_recognised(folder):
    assert recognised(folder) == ["dior"]
