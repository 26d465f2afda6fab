"""Bounds as expectations: the least and the greatest value of a column."""

import pandas as pd
import pytest

from tasks.quality.bounds import Bound, Table, check_tables

FRAME = pd.DataFrame({"share": [0.5, 1.0, None], "rate": [3, 12, 7], "name": ["a", "b", "c"]})


def unmet(*bounds, frame=FRAME):
    (checked,) = check_tables([Table("table", "Table", frame, bounds)])
    return [bound.name for bound in checked.unmet]


def test_bounds_that_hold_are_met():
    assert unmet(Bound("share", 0.5, ""), Bound("rate", 12, "", at_most=True)) == []


def test_what_is_beyond_is_named_in_order():
    below, above = Bound("share", 0.6, ""), Bound("rate", 11, "", at_most=True)
    assert unmet(above, below) == ["rate ≤ 11", "share ≥ 0.6"]


def test_rows_beyond_a_bound_and_the_worst_of_them_are_found():
    below, above = Bound("share", 0.6, ""), Bound("rate", 5, "", at_most=True)
    assert list(FRAME[below.broken(FRAME)].name) == ["a"]
    assert list(FRAME[above.broken(FRAME)].name) == ["b", "c"]
    assert (below.worst(FRAME), above.worst(FRAME)) == (0.5, 12)


@pytest.mark.parametrize(("value", "met"), [(1, True), (0.999999, False)])
def test_one_row_is_a_table_too(value, met):
    assert (unmet(Bound("x", 1, ""), frame=pd.DataFrame([{"x": value}])) == []) is met


def test_what_was_observed_is_in_the_result():
    (checked,) = check_tables([Table("t", "T", FRAME, (Bound("rate", 5, "", at_most=True),))])
    (result,) = checked.result.results
    assert result.result["observed_value"] == 12
