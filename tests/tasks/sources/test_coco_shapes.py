"""COCO's boxes, rings and masks: what becomes of each."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as coco_mask

from schemas.vocabulary import FindingKind, Shape
from tasks.sources.coco_file import CocoAnnotation, Rle
from tasks.sources.coco_shapes import _unpacked, shape_of
from tasks.spatial.polygons import area, box_of
from tests.fixtures.scenes import coco_box
from tests.tasks.sources._coco import BOX, only, scene_of


@pytest.fixture
def scene(tmp_path):
    """Return the one scene that COCO reads with these annotations."""
    return lambda *annotations, **options: scene_of(tmp_path, *annotations, **options)


def test_a_ring_that_is_the_box_is_a_box(scene):
    ring = [10, 10, 30, 10, 30, 25, 10, 25]
    assert only(scene(coco_box(1, segmentation=[ring]))).shape == Shape.HBB
    assert only(scene(coco_box(1, segmentation=[[*ring, 10, 10]]))).polygon == BOX


def test_a_ring_is_kept_as_a_polygon(scene):
    found = only(scene(coco_box(1, segmentation=[[10, 10, 30, 12.5, 20, 25]])))
    assert (found.shape, found.polygon) == (Shape.POLYGON, ((10, 10), (30, 12.5), (20, 25)))


def test_a_ring_without_a_box_is_enough(scene):
    row = scene({"image_id": 1, "category_id": 2, "segmentation": [[1, 1, 9, 1, 5, 7]]})
    assert only(row).polygon == ((1, 1), (9, 1), (5, 7))


def test_a_ring_of_two_corners_falls_back_to_the_box(scene):
    assert only(scene(coco_box(1, segmentation=[[10, 10, 30, 25]]))).polygon == BOX


def test_an_object_in_pieces_is_its_box(scene):
    pieces = [[10, 10, 20, 10, 10, 25], [25, 25, 30, 20, 30, 25]]
    found = only(scene(coco_box(1, segmentation=pieces)))
    assert (found.shape, found.polygon) == (Shape.HBB, BOX)
    row = scene({"image_id": 1, "category_id": 1, "segmentation": pieces})
    assert box_of(only(row).polygon) == (10, 10, 30, 25)


def masked(size=(80, 120)):
    pixels = np.zeros(size, np.uint8, order="F")
    pixels[10:25, 10:30] = 1
    pixels[10:15, 10:15] = 0
    return pixels


def runs_of(pixels):
    flat = pixels.flatten(order="F")
    changes = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff([0, *changes, flat.size]).tolist()
    return runs if flat[0] == 0 else [0, *runs]


@given(st.lists(st.integers(0, 400), min_size=1, max_size=30))
def test_compressed_runs_are_read_like_pycocotools_reads_them(runs):
    packed = coco_mask.frPyObjects({"size": [sum(runs), 1], "counts": runs}, sum(runs), 1)
    assert _unpacked(packed["counts"].decode()) == runs


@pytest.mark.parametrize("packed", [True, False])
def test_a_mask_is_its_outline(scene, packed):
    pixels = masked()
    counts = coco_mask.encode(pixels)["counts"].decode() if packed else runs_of(pixels)
    segmentation = {"size": [80, 120], "counts": counts}
    found = only(scene(coco_box(1, segmentation=segmentation, iscrowd=1)))
    assert (found.shape, found.crowd) == (Shape.MASK, True)
    assert (area(found.polygon), box_of(found.polygon)) == (pixels.sum(), (10, 10, 30, 25))


def test_a_mask_in_pieces_is_the_box_round_them(scene):
    pixels = masked()
    pixels[60:70, 100:110] = 1
    found = only(scene(coco_box(1, segmentation={"size": [80, 120], "counts": runs_of(pixels)})))
    assert found.polygon == ((110, 10), (110, 70), (10, 70), (10, 10))


@given(st.lists(st.tuples(*[st.integers(0, 30)] * 4), min_size=1, max_size=4))
def test_the_outline_of_any_mask_lies_round_its_pixels(rectangles):
    pixels = np.zeros((64, 64), np.uint8, order="F")
    for x, y, width, height in rectangles:
        pixels[y : y + height + 1, x : x + width + 1] = 1
    rle = Rle(size=pixels.shape, counts=coco_mask.encode(pixels)["counts"].decode())
    annotation = CocoAnnotation(image_id="1", category_id="1", segmentation=rle)
    shape, polygon = shape_of(annotation)
    rows, columns = np.nonzero(pixels)
    wanted = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert shape == Shape.MASK
    assert np.allclose(box_of(polygon), wanted, atol=0.5)


@pytest.mark.parametrize(
    "segmentation",
    [
        {"size": [80, 120], "counts": [5, 5]}, {"size": [80, 120], "counts": [-5, 9605]},
        {"size": [80, 120], "counts": "~~~"}, {"size": [80, 120], "counts": "é"},
        {"size": [80, 120], "counts": "PPP"}, {"size": [80, 120], "counts": ""},
        {"size": [0, 120], "counts": []}, {"size": [80, 120], "counts": [9600]},
        {"size": [90_000, 90_000], "counts": "x"}, {"counts": [1]}, "mask", [[1, 2, "x", 4, 5, 6]],
        [[1, 2, 3, 4, 5, 6, 7]], [{"a": 1}], [[1e300, 0, 1, 1, 2, 2]],
    ],
)  # fmt: skip
def test_a_broken_segmentation_is_a_finding_that_names_its_element(scene, segmentation):
    broken = {"image_id": 1, "category_id": 1, "segmentation": segmentation}
    row = scene(coco_box(1), broken)
    assert len(row.annotations) == 1
    assert [(f.kind, f.element) for f in row.findings] == [
        (FindingKind.MALFORMED_LINE, "annotations[1]")
    ]


def test_a_mask_too_large_to_decode_is_its_box(scene):
    mask = {"size": [90_000, 90_000], "counts": "x"}
    assert only(scene(coco_box(1, segmentation=mask))).polygon == BOX
