"""Margins of the yardstick: what is clearly true, what clearly false, and what neither."""

import numpy as np
import pytest

from tests.tasks._tiles import rectangle, thing, tile_of
from tests.truth.clear import (
    REGIONS,
    beside,
    between,
    gap,
    in_region,
    is_larger,
    is_parallel,
    mirrored,
    row_angle,
    runs,
    within,
)
from tests.truth.world import world_of


def world(*shapes, gsd=0.5):
    """Return the world of upright or turned rectangles (x, y, length, width, angle) in 900×600 px."""
    things = [thing(n, "ship", rectangle(*shape)) for n, shape in enumerate(shapes, start=1)]
    return world_of(tile_of(things, gsd=gsd))


def things(*shapes):
    return world(*shapes).things


def test_a_thing_is_measured_along_its_own_sides():
    (ship,) = things((450, 300, 80, 20, 30))
    assert ship.sides == pytest.approx((80, 20, 30), abs=1e-6)
    assert ship.area == pytest.approx(1600)
    assert np.allclose(ship.centre, (450, 300))


@pytest.mark.parametrize(
    ("x", "y", "region", "clear"),
    [
        (100, 80, "upper left", True),
        (290, 80, "upper left", None),  # near the line
        (420, 80, "upper left", None),  # people call that upper left too
        (600, 80, "upper left", False),
        (450, 300, "centre", True),
        (450, 300, "upper half", None),
        (450, 200, "upper half", True),
        (450, 380, "upper half", False),
        (880, 590, "lower right", True),
    ],
)
def test_regions_have_a_doubtful_band(x, y, region, clear):
    one = world((x, y, 20, 10))
    assert in_region(one, one.things, region) is clear


def test_several_things_are_in_a_region_when_all_are_and_out_of_it_when_none_is():
    one = world((100, 80, 20, 10), (150, 90, 20, 10), (800, 500, 20, 10))
    assert in_region(one, one.things[:2], "upper left") is True
    assert in_region(one, one.things, "upper left") is None
    assert in_region(one, one.things[2:], "upper left") is False


def test_every_region_has_another_one_across():
    assert all(mirrored(region) in REGIONS and mirrored(region) != region for region in REGIONS)


def test_sides_are_clear_only_off_the_diagonal():
    one = world((100, 300, 40, 10), (500, 320, 40, 10), (400, 600, 40, 10), (130, 300, 40, 10))
    left, right, low, close = one.things
    assert beside(one, [left], [right], "left") is True
    assert beside(one, [left], [right], "right") is False
    assert beside(one, [left], [low], "left") is None
    assert beside(one, [left], [close], "left") is None
    assert beside(one, [left], [right], "above") is None


def test_inside_is_all_of_it():
    outer, inner, edge, far = things(
        (450, 300, 300, 200), (450, 300, 40, 20), (600, 300, 40, 20), (50, 50, 40, 20)
    )
    assert within([inner], outer) is True
    assert within([edge], outer) is None
    assert within([far], outer) is False


def test_between_is_on_the_way():
    one = world((100, 300, 20, 10), (800, 300, 20, 10), (450, 320, 20, 10), (450, 590, 20, 10))
    a, b, middle, off = one.things
    assert between(one, middle, a, b) is True
    assert between(one, off, a, b) is None
    assert between(one, a, middle, b) is False


def test_a_course_is_clear_within_12_degrees_and_clearly_wrong_from_40():
    for angle, clear in ((8, True), (25, None), (60, False), (172, True)):
        assert runs(things((450, 300, 80, 20, angle)), "left to right") is clear
    assert runs(things((450, 300, 30, 20, 0)), "left to right") is None  # hardly longer than wide


def test_a_row_is_straight_and_even():
    even = things(*((100 + 60 * n, 300, 40, 10, 90) for n in range(5)))
    assert row_angle(even) == pytest.approx(0, abs=1e-6) or row_angle(even) == pytest.approx(180)
    assert (
        row_angle(things(*((100 + 60 * n, 300 + 40 * (n % 2), 40, 10, 90) for n in range(5))))
        is None
    )
    assert row_angle(things(*((100 + 20 * n * n, 300, 40, 10, 90) for n in range(5)))) is None


def test_parallel_sizes_and_gaps():
    one, other, across = things((100, 300, 80, 20, 0), (100, 360, 80, 20, 5), (400, 300, 40, 8, 90))
    assert is_parallel([one, other]) is True
    assert is_parallel([one, across]) is False
    assert is_larger(one, across) is True
    assert is_larger(one, other) is None
    assert gap([one], [across]) == pytest.approx(256, abs=0.5)
