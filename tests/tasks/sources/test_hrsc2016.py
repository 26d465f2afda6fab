"""HRSC2016: ships by centre, size and angle."""

import pytest

from schemas.vocabulary import Shape, Split
from tests.fixtures.formats import hrsc2016
from tests.fixtures.formats.hrsc2016 import label, ship
from tests.fixtures.voc import write
from tests.tasks.sources._reading import kinds, read, recognised

PLACE = "FullDataSet/AllImages"
FIRST, SECOND, THIRD = (f"{PLACE}/10000000{number}.bmp" for number in (1, 2, 3))


@pytest.fixture
def folder(tmp_path):
    """Return a small HRSC2016."""
    hrsc2016.make(tmp_path)
    return tmp_path


def put(folder, *ships, **more):
    write(
        folder / "FullDataSet" / "Annotations" / "100000001.xml",
        label("100000001", *ships, **more),
    )


def test_every_image_has_its_ships_its_size_and_its_split(folder):
    scenes, rejections, loose = read("hrsc2016", folder)
    assert (rejections, loose) == ([], [])
    assert [scenes[name].split for name in (FIRST, SECOND, THIRD)] == list(Split)
    scene = scenes[FIRST]
    assert (scene.width, scene.height, scene.gsd) == (48, 36, 1.07)
    assert {one.category for one in scene.annotations} == {"ship"}
    assert {one.shape for one in scene.annotations} == {Shape.OBB}
    assert [one.difficult for one in scenes[SECOND].annotations] == [0, 1]
    assert (set(scenes[THIRD].classes), kinds(scenes[THIRD])) == ({"ship"}, ["empty_label"])


def test_angles_are_radians_clockwise_as_seen(folder):
    put(folder, ship(582.9349, 353.2006, 778.1303, 174.2541, -0.2144308))
    (polygon,) = (one.polygon for one in read("hrsc2016", folder)[0][FIRST].annotations)
    bow = [sum(axis) / 2 for axis in zip(polygon[1], polygon[2], strict=True)]
    assert bow == pytest.approx([963.1, 270.4], abs=0.1)  # the published header is at 964, 290


def test_upright_boxes_are_used_where_there_is_no_angle(folder):
    text = label("100000001", ship(20, 15, 16, 6, 0)).replace("mbox_cx", "unknown")
    write(folder / "FullDataSet" / "Annotations" / "100000001.xml", text)
    (one,) = read("hrsc2016", folder)[0][FIRST].annotations
    assert (one.shape, one.polygon[0]) == (Shape.HBB, (15, 10))


@pytest.mark.parametrize("angle", ["", "x", "nan", "1e400"])
def test_a_ship_without_a_number_is_left_out(folder, angle):
    put(folder, ship(20, 15, 16, 6, angle))
    scene = read("hrsc2016", folder)[0][FIRST]
    assert (scene.annotations, kinds(scene)) == ((), ["malformed_line"])


def test_an_image_that_was_not_labelled_says_nothing_of_absence(folder):
    put(folder, annotated=0)
    assert read("hrsc2016", folder)[0][FIRST].classes == ()


def test_it_is_recognised(folder):
    assert recognised(folder) == ["hrsc2016"]
