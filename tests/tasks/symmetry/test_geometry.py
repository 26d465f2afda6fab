"""The eight symmetries are a group, and points, boxes and the ground follow it exactly."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.symmetry import Symmetry
from tasks.symmetry.geometry import (
    SIDES,
    Size,
    after,
    inverse,
    mirrors,
    swaps_axes,
    turn_box,
    turn_point,
    turn_polygon,
    turn_side,
    turn_size,
    turn_transform,
    turn_vector,
)

SYMMETRIES = st.sampled_from(Symmetry)
SIZES = st.builds(Size, st.integers(1, 5000), st.integers(1, 5000))
QUARTERS = st.integers(-400, 24_000).map(lambda n: n / 4)  # of a px, also outside the frame
POINTS = st.tuples(QUARTERS, QUARTERS)


def test_the_corners_go_where_the_names_say():
    corner, size = (0.0, 0.0), Size(7, 4)  # the upper left one
    assert {one: turn_point(corner, size, one) for one in Symmetry} == {
        Symmetry.SAME: (0, 0), Symmetry.TURN_90: (4, 0), Symmetry.TURN_180: (7, 4),
        Symmetry.TURN_270: (0, 7), Symmetry.MIRROR: (7, 0), Symmetry.FLIP: (0, 4),
        Symmetry.TRANSPOSE: (0, 0), Symmetry.TRANSVERSE: (4, 7),
    }  # fmt: skip


def test_sides_go_with_the_corners():
    assert [turn_side(side, Symmetry.TURN_90) for side in SIDES] == ["up", "right", "down", "left"]
    assert [turn_side(side, Symmetry.MIRROR) for side in SIDES] == ["right", "up", "left", "down"]
    assert [turn_side(side, Symmetry.TRANSVERSE) for side in SIDES] == [
        "down", "right", "up", "left",
    ]  # fmt: skip


@settings(deadline=None)
@given(SYMMETRIES, SYMMETRIES, SIZES, POINTS)
def test_one_symmetry_after_another_is_the_one_that_does_both(first, second, size, point):
    once = turn_point(point, size, first)
    both = turn_point(once, turn_size(size, first), second)
    assert both == turn_point(point, size, after(second, first))
    assert turn_size(turn_size(size, first), second) == turn_size(size, after(second, first))


@settings(deadline=None)
@given(SYMMETRIES, SYMMETRIES, SYMMETRIES)
def test_they_are_a_group(one, two, three):
    assert after(three, after(two, one)) is after(after(three, two), one)
    assert after(inverse(one), one) is after(one, inverse(one)) is Symmetry.SAME
    assert after(one, Symmetry.SAME) is after(Symmetry.SAME, one) is one


def test_half_of_them_swap_the_axes_and_half_of_them_mirror():
    assert sum(map(swaps_axes, Symmetry)) == sum(map(mirrors, Symmetry)) == 4
    assert [one for one in Symmetry if mirrors(one)] == list(Symmetry)[4:]
    for one in Symmetry:
        for other in Symmetry:
            assert mirrors(after(one, other)) is (mirrors(one) != mirrors(other))


@settings(deadline=None)
@given(SYMMETRIES, SIZES, st.lists(POINTS, min_size=3, max_size=6))
def test_turned_back_a_polygon_is_the_one_that_was_given(symmetry, size, points):
    turned = turn_polygon(tuple(points), size, symmetry)
    assert turn_polygon(turned, turn_size(size, symmetry), inverse(symmetry)) == tuple(points)


@settings(deadline=None)
@given(SYMMETRIES, SIZES, POINTS, POINTS)
def test_a_box_is_that_round_its_turned_corners_and_keeps_its_area(symmetry, size, one, other):
    x0, x1 = sorted((one[0], other[0]))
    y0, y1 = sorted((one[1], other[1]))
    corners = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    xs, ys = zip(*turn_polygon(corners, size, symmetry), strict=True)
    box = turn_box((x0, y0, x1, y1), size, symmetry)
    assert box == (min(xs), min(ys), max(xs), max(ys))
    assert (box[2] - box[0]) * (box[3] - box[1]) == (x1 - x0) * (y1 - y0)


@settings(deadline=None)
@given(SYMMETRIES, SIZES, POINTS, st.tuples(QUARTERS, QUARTERS))
def test_a_turned_point_is_over_the_same_ground(symmetry, size, point, corner):
    transform = (0.5, 0.0, 500_000.0, 0.0, -0.5, 4_100_000.0)
    turned = turn_transform(transform, corner, size, symmetry)
    u, v = turn_point(point, size, symmetry)
    x, y = point[0] + corner[0], point[1] + corner[1]
    ground = [affine @ at for affine, at in ((_matrix(turned), (u, v, 1)), (_matrix(transform), (x, y, 1)))]  # fmt: skip
    assert ground[0] == pytest.approx(ground[1], abs=1e-6)


def _matrix(transform):
    return np.array(transform).reshape(2, 3)


@settings(deadline=None)
@given(SYMMETRIES, st.tuples(st.sampled_from((-1, 0, 1)), st.sampled_from((-1, 0, 1))))
def test_a_direction_is_the_way_from_one_turned_point_to_another(symmetry, vector):
    size = Size(9, 5)
    (x0, y0), (x1, y1) = (turn_point(p, size, symmetry) for p in ((4, 2), (4 + vector[0], 2 + vector[1])))  # fmt: skip
    assert turn_vector(vector, symmetry) == (x1 - x0, y1 - y0)
