"""FAIR1M: rings of points."""

import pytest

from schemas.vocabulary import Shape, Split
from tests.fixtures.formats import fair1m
from tests.fixtures.formats.fair1m import label, ring
from tests.fixtures.voc import write
from tests.tasks.sources._reading import kinds, read, recognised

IMAGE = "train/part1/images/0.tif"
QUAD = ((10, 5), (30, 10), (28, 20), (8, 15))


@pytest.fixture
def folder(tmp_path):
    """Return a small FAIR1M."""
    fair1m.make(tmp_path)
    return tmp_path


def put(folder, *objects):
    write(folder / "train" / "part1" / "labelXml" / "0.xml", label("0", *objects))


def test_a_closed_ring_of_five_points_is_an_oriented_box(folder):
    scenes, rejections, loose = read("fair1m", folder)
    assert (rejections, loose) == ([], [])
    scene = scenes[IMAGE]
    plane, ship = scene.annotations
    assert (plane.shape, plane.polygon) == (Shape.OBB, QUAD)
    assert (plane.category, ship.category) == ("Boeing 737", "ship")
    assert plane.origin.element == "objects/object[1]"
    assert (scene.width, scene.height, scene.split) == (48, 36, Split.TRAIN)
    assert len(scene.classes) >= 37
    assert kinds(scene) == []


def test_a_ring_that_is_not_closed_or_has_more_corners_is_kept(folder):
    open_ring = ring("Van", *QUAD).replace(
        "<point>10.000000,5.000000</point></points>", "</points>"
    )
    put(folder, open_ring, ring("Van", *QUAD, (9, 9)))
    first, second = read("fair1m", folder)[0][IMAGE].annotations
    assert (first.shape, first.polygon) == (Shape.OBB, QUAD)
    assert (second.shape, len(second.polygon)) == (Shape.POLYGON, 5)


@pytest.mark.parametrize(
    "odd",
    [
        ring("Van", (1, 1), (2, 2)), ring("Van", *QUAD, coordinate="geo"),
        ring("Van", *QUAD).replace("28.000000,20", "28;20"), ring("Van", *QUAD).replace("28.0", "x"),
        ring("", *QUAD),
    ],
)  # fmt: skip
def test_an_object_that_cannot_be_read_is_left_out(folder, odd):
    put(folder, odd)
    scene = read("fair1m", folder)[0][IMAGE]
    assert (scene.annotations, kinds(scene)) == ((), ["malformed_line"])


def test_it_is_recognised(folder):
    assert recognised(folder) == ["fair1m"]
