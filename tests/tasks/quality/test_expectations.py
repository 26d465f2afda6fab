import pandas as pd
import pytest

from schemas.expectations import ColumnExpectation
from tasks.quality.expectations import unmet_columns, unmet_table
from tasks.quality.rules import TABLE_RULES, TableRule


def unmet(column, expectation):
    """Return the places in ``column`` that do not meet the expectation."""
    frame = pd.DataFrame({"column": pd.Series(column, dtype=object)})
    found = unmet_columns(frame, [ColumnExpectation(column="column", **expectation)])
    return {place for each in found for place in each.rows}


@pytest.mark.parametrize(
    ("values", "expectation", "wrong"),
    [
        (["a", None, "b"], {"kind": "not_null"}, {1}),
        (["a", "c", None], {"kind": "in_set", "values": ("a", "b")}, {1}),
        (["x1", "y1", None], {"kind": "matches", "pattern": "^x"}, {1}),
        ([0, 1, None, 11], {"kind": "between", "low": 1, "high": 10}, {0, 3}),
        (
            [0, 1, 10],
            {"kind": "between", "low": 0, "high": 10, "above": True, "below": True},
            {0, 2},
        ),
        (["", "ab", None], {"kind": "length", "low": 1}, {0}),
        ([[1.5], None], {"kind": "not_null"}, {1}),
        ([True, False], {"kind": "in_set", "values": (True,)}, {1}),
    ],
)
def test_rows_that_do_not_meet_an_expectation_are_named(values, expectation, wrong):
    assert unmet(values, expectation) == wrong


def test_the_name_and_the_value_found_are_told():
    frame = pd.DataFrame({"role": ["user", "system"]}, index=[4, 9])
    asked = ColumnExpectation(table="turns[]", column="role", kind="in_set", values=("user",))
    (found,) = unmet_columns(frame, [asked])
    assert (found.name, dict(found.rows)) == ("turns[].role is one of user", {9: "system"})


def test_an_empty_frame_meets_everything():
    assert unmet([], {"kind": "not_null"}) == set()


@pytest.mark.parametrize(
    ("keys", "rows", "failed"),
    [
        ([("a", "s", "train"), ("b", "s", "train")], 2, []),
        ([], 0, []),
        ([("a", "s", "train"), ("a", "t", "train")], 2, ["ids are unique"]),
        ([("a", "s", "train")], 2, ["as many rows as were handed on"]),
        (
            [("a", "s", "train"), ("b", "s", "val")],
            2,
            ["every scene is on one side of the split"],
        ),
    ],
)
def test_table_rules_are_told_apart(keys, rows, failed):
    frame = pd.DataFrame(keys, columns=["id", "scene_id", "split"], dtype=object)
    assert [each.name for each in unmet_table(frame, TABLE_RULES, rows=rows)] == failed


def test_rules_without_pairs_look_at_all_rows():
    frame = pd.DataFrame({"id": ["a", "a"], "scene_id": ["s", "s"], "split": ["train", "train"]})
    (found,) = unmet_table(frame, [TableRule("unique", "unique", column="id")], rows=2)
    assert found.observed == "2 rows"
