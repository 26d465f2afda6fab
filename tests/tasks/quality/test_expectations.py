import pandas as pd
import pytest

from schemas.errors import GateError
from schemas.expectations import ColumnExpectation
from tasks.quality.expectations import Asked, unmet_table, unmet_values
from tasks.quality.rules import TABLE_RULES, TableRule


def unmet(column, expectation):
    """Return the places in ``column`` that do not meet the expectation."""
    found = unmet_values([asked(column, **expectation)])
    return {place for each in found for place in each.rows}


def asked(found, index=None, /, **expectation):
    """Return that ``found`` are asked to be so; their index says where they stand."""
    expectation = ColumnExpectation(**{"column": "column"} | expectation)
    return Asked(expectation.name, expectation, pd.Series(found, index, dtype=object))


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
    role = asked(
        ["user", "system"], [4, 9], table="turns[]", column="role", kind="in_set", values=("user",)
    )
    (found,) = unmet_values([role])
    assert (found.name, dict(found.rows)) == ("turns[].role is one of user", {9: "system"})


def test_columns_of_which_the_same_is_asked_are_told_apart():
    between = {"kind": "between", "low": 0}
    first, second, third = (
        asked([1, -2], [0, 1], column="a", **between),
        asked([3], [0], column="b", **between),
        asked([-5, 6, -7], [0, 1, 1], table="t[]", column="c", **between),
    )
    other = asked(["x", None], [0, 1], column="d", kind="not_null")
    found = unmet_values([other, third, second, first])
    assert [(each.name, dict(each.rows)) for each in found] == [
        ("d is not null", {1: "None"}),
        ("t[].c is ≥ 0", {0: "-5", 1: "-7"}),
        ("a is ≥ 0", {1: "-2"}),
    ]


def test_what_cannot_be_checked_is_an_error_that_names_it():
    with pytest.raises(GateError, match="“column is ≥ 0” could not be checked"):
        unmet_values([asked(["x"], kind="between", low=0)])


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
