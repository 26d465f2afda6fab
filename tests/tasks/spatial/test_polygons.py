"""Areas, clips and rectangles of polygons."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.geometry import Window
from tasks.spatial.polygons import (
    area,
    box_of,
    centre,
    clip,
    is_self_crossing,
    least_rectangle,
    visible_fraction,
)
from tests.tasks._tiles import rectangle

numbers = st.floats(-300, 1300, allow_nan=False)
polygons = st.lists(st.tuples(numbers, numbers), min_size=3, max_size=8).map(tuple)
windows = st.tuples(
    st.integers(0, 500), st.integers(0, 500), st.integers(1, 600), st.integers(1, 600)
).map(lambda w: Window(x0=w[0], y0=w[1], x1=w[0] + w[2], y1=w[1] + w[3]))

SQUARE = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0))
BOW_TIE = ((0.0, 0.0), (10.0, 10.0), (10.0, 0.0), (0.0, 10.0))


@settings(deadline=None)
@given(polygons, windows)
def test_a_clip_is_inside_the_window_and_never_larger_than_the_polygon(polygon, window):
    clipped = clip(polygon, window)
    if clipped is None:
        return
    assert area(clipped) <= area(polygon) * (1 + 1e-6) + 1e-6
    x0, y0, x1, y1 = box_of(clipped)
    slack = 1e-6
    assert x0 >= window.x0 - slack
    assert y0 >= window.y0 - slack
    assert x1 <= window.x1 + slack
    assert y1 <= window.y1 + slack


@settings(deadline=None)
@given(polygons, windows)
def test_the_visible_fraction_is_a_fraction_and_agrees_with_the_clip(polygon, window):
    fraction = visible_fraction(polygon, window)
    assert 0 <= fraction <= 1
    if fraction > 1e-9 and area(polygon) > 1e-3:
        clipped = clip(polygon, window)
        assert clipped is not None
        assert area(clipped) <= fraction * area(polygon) * (1 + 1e-6) + 1e-6


@settings(deadline=None)
@given(polygons, windows)
def test_what_is_wholly_inside_is_kept_as_given(polygon, window):
    if is_self_crossing(polygon) or area(polygon) < 1:
        return
    x0, y0, x1, y1 = box_of(polygon)
    if x0 >= window.x0 and y0 >= window.y0 and x1 <= window.x1 and y1 <= window.y1:
        assert clip(polygon, window) == polygon
        assert visible_fraction(polygon, window) == pytest.approx(1)


def test_a_polygon_outside_has_no_clip():
    window = Window(x0=100, y0=100, x1=200, y1=200)
    assert clip(SQUARE, window) is None
    assert visible_fraction(SQUARE, window) == 0


def test_a_self_crossing_quad_stands_for_its_convex_hull():
    assert is_self_crossing(BOW_TIE)
    assert not is_self_crossing(SQUARE)
    assert area(BOW_TIE) == 100
    assert visible_fraction(BOW_TIE, Window(x0=0, y0=0, x1=5, y1=10)) == pytest.approx(0.5)
    clipped = clip(BOW_TIE, Window(x0=0, y0=0, x1=20, y1=20))
    assert clipped is not None
    assert not is_self_crossing(clipped)
    assert set(clipped) == set(SQUARE)


def test_a_closed_ring_is_no_crossing():
    closed = (*SQUARE, SQUARE[0])
    assert not is_self_crossing(closed)
    assert area(closed) == 100
    assert least_rectangle(closed)[:2] == pytest.approx((10, 10))


@pytest.mark.parametrize("flat", [((1.0, 1.0),) * 4, ((0.0, 0.0), (5.0, 5.0), (9.0, 9.0))])
def test_a_polygon_without_area_is_no_crash(flat):
    window = Window(x0=0, y0=0, x1=20, y1=20)
    assert area(flat) == 0
    assert not is_self_crossing(flat)
    assert clip(flat, window) is None
    assert visible_fraction(flat, window) == 0
    assert least_rectangle(flat)[1] == 0
    assert centre(flat)[0] == pytest.approx((box_of(flat)[0] + box_of(flat)[2]) / 2)


@settings(deadline=None)
@given(st.floats(10, 200), st.floats(0.1, 0.9), st.floats(0, 179.9), st.floats(0, 500), numbers)
def test_the_least_rectangle_of_a_rectangle_is_itself(length, ratio, angle, x, y):
    found_length, found_width, found_angle = least_rectangle(
        rectangle(x, y, length, length * ratio, angle)
    )
    assert found_length == pytest.approx(length, rel=1e-4)
    assert found_width == pytest.approx(length * ratio, rel=1e-4)
    assert 0 <= found_angle < 180
    turn = abs(found_angle - angle)
    assert min(turn, 180 - turn) < 0.1


def test_angles_grow_clockwise_because_y_points_down():
    downward = ((0.0, 0.0), (100.0, 100.0), (97.0, 103.0), (-3.0, 3.0))
    assert least_rectangle(downward)[2] == pytest.approx(45)
    assert math.dist(*downward[:2]) == pytest.approx(least_rectangle(downward)[0])
