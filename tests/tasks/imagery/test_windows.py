"""Windows cover the scene, have one size, and cut no object everywhere."""

import math
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.geometry import Box
from tasks.imagery.windows import windows, windows_for

sides = st.integers(1, 2500)
sizes = st.integers(64, 1024)
shares = st.floats(0, 0.6)


@st.composite
def scenes(draw: st.DrawFn) -> tuple[int, int, int, int, list[Box]]:
    """Width, height, size, overlap, and boxes that may leave the scene."""
    size = draw(sizes)
    width, height = draw(st.integers(1, 6 * size)), draw(st.integers(1, 6 * size))
    numbers = st.floats(-100, 6 * size, allow_nan=False)
    lengths = st.floats(0.1, 1.5 * size)
    box = st.tuples(numbers, numbers, lengths, lengths)
    boxes = [(x, y, x + w, y + h) for x, y, w, h in draw(st.lists(box, max_size=12))]
    return width, height, size, int(size * draw(shares)), boxes


@settings(deadline=None)
@given(sides, sides, sizes, shares)
def test_every_pixel_is_in_a_window(width: int, height: int, size: int, share: float) -> None:
    found = windows(width, height, size, int(size * share))
    columns = {(w.x0, w.x1) for w in found}
    rows = {(w.y0, w.y1) for w in found}
    assert len(found) == len(set(found)) == len(columns) * len(rows)
    for spans, length in ((columns, width), (rows, height)):
        reached = 0
        for start, end in sorted(spans):
            assert start <= reached
            reached = end
        assert reached == length


@settings(deadline=None)
@given(sides, sides, sizes, shares)
def test_every_window_is_as_large_as_a_tile_or_the_scene(
    width: int, height: int, size: int, share: float
) -> None:
    for window in windows(width, height, size, int(size * share)):
        assert (window.width, window.height) == (min(size, width), min(size, height))


@settings(deadline=None)
@given(sides, sides, sizes, shares)
def test_neighbours_overlap_by_at_least_the_overlap(
    width: int, height: int, size: int, share: float
) -> None:
    overlap = int(size * share)
    starts = sorted({w.x0 for w in windows(width, height, size, overlap)})
    assert all(b - a <= size - overlap for a, b in pairwise(starts))
    assert all(b - a == size - overlap for a, b in pairwise(starts[:-1]))


def test_a_scene_up_to_the_tile_size_passes_whole() -> None:
    (only,) = windows(1024, 700, 1024, 256)
    assert (only.x0, only.y0, only.x1, only.y1) == (0, 0, 1024, 700)


def test_windows_come_row_by_row_and_the_last_is_moved_inward() -> None:
    found = [(w.x0, w.y0) for w in windows(2000, 1100, 1024, 256)]
    assert found == [(0, 0), (768, 0), (976, 0), (0, 76), (768, 76), (976, 76)]


def test_a_scene_that_the_grid_meets_exactly_has_no_window_too_many() -> None:
    assert [w.x0 for w in windows(1024 + 768, 10, 1024, 256)] == [0, 768]


@settings(deadline=None)
@given(scenes())
def test_every_object_that_fits_in_a_tile_is_whole_in_one(
    scene: tuple[int, int, int, int, list[Box]],
) -> None:
    width, height, size, overlap, boxes = scene
    found = windows_for(width, height, boxes, size, overlap)
    assert set(windows(width, height, size, overlap)) <= set(found)
    assert list(found) == sorted(set(found), key=lambda w: (w.y0, w.x0))
    for window in found:
        assert (window.width, window.height) == (min(size, width), min(size, height))
        assert window.x1 <= width
        assert window.y1 <= height
    for box in boxes:
        x0, y0 = max(0, math.floor(box[0])), max(0, math.floor(box[1]))
        x1, y1 = min(width, math.ceil(box[2])), min(height, math.ceil(box[3]))
        if 0 < x1 - x0 <= size and 0 < y1 - y0 <= size:
            assert any(w.x0 <= x0 and x1 <= w.x1 and w.y0 <= y0 and y1 <= w.y1 for w in found)


@settings(deadline=None)
@given(scenes())
def test_there_is_at_most_one_more_window_per_object(
    scene: tuple[int, int, int, int, list[Box]],
) -> None:
    width, height, size, overlap, boxes = scene
    more = len(windows_for(width, height, boxes, size, overlap))
    assert more <= len(windows(width, height, size, overlap)) + len(boxes)


def test_an_object_longer_than_the_overlap_gets_a_window_centred_on_it() -> None:
    own = set(windows_for(4000, 1024, [(700, 100, 1300, 200)], 1024, 256)) - set(
        windows(4000, 1024, 1024, 256)
    )
    assert [(w.x0, w.x1) for w in own] == [(488, 1512)]


def test_objects_that_fit_into_one_tile_share_a_window() -> None:
    boxes = [(700.0, y, 1300.0, y + 20.0) for y in (100.0, 300.0, 500.0)]
    assert len(windows_for(4000, 1024, boxes, 1024, 256)) == 1 + len(windows(4000, 1024, 1024, 256))


def test_an_object_larger_than_a_tile_gets_no_window_of_its_own() -> None:
    box = (100.0, 100.0, 1200.0, 200.0)
    assert windows_for(4000, 1024, [box], 1024, 256) == windows(4000, 1024, 1024, 256)


def test_a_box_outside_the_scene_does_not_count() -> None:
    assert len(windows_for(500, 500, [(700.0, 0.0, 720.0, 20.0)], 256, 0)) == 4
