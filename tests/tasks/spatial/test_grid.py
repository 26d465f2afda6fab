"""Cells of the 3×3 grid."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.spatial.grid import CELLS, cell_of, cell_with_margin

shares = st.floats(0, 1, exclude_max=True)


@pytest.mark.parametrize(
    ("point", "cell"),
    [
        ((1, 1), "upper left"),
        ((450, 10), "upper centre"),
        ((899, 0), "upper right"),
        ((10, 300), "centre left"),
        ((450, 300), "centre"),
        ((899, 599), "lower right"),
        ((900, 600), "lower right"),
        ((-5, 700), "lower left"),
    ],
)
def test_points_lie_in_the_cell_that_words_say(point, cell):
    assert cell_of(point, 900, 600) == cell


@settings(deadline=None)
@given(shares, shares, st.integers(10, 5000), st.integers(10, 5000))
def test_a_cell_with_margin_is_the_cell(x, y, width, height):
    sure = cell_with_margin((x * width, y * height), width, height)
    assert sure in (None, cell_of((x * width, y * height), width, height))


@settings(deadline=None)
@given(st.floats(-0.039, 0.039), shares, st.sampled_from([1 / 3, 2 / 3]))
def test_near_a_grid_line_no_cell_is_sure(away, other, line):
    assert cell_with_margin(((line + away) * 900, other * 600), 900, 600) is None
    assert cell_with_margin((other * 900, (line + away) * 600), 900, 600) is None


def test_all_nine_cells_are_reached():
    found = {cell_of((x, y), 9, 9) for x in (1, 4, 7) for y in (1, 4, 7)}
    assert found == set(CELLS)
