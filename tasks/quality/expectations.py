"""Expectations of ours as Great Expectations objects, and what these say of a frame."""

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, NamedTuple

import pandas as pd

from schemas.expectations import ColumnExpectation
from tasks.quality.frames import RULE
from tasks.quality.library import NAME, great_expectations, suite, validated
from tasks.quality.rules import RowRule, TableRule


class Unmet(NamedTuple):
    """An expectation that a frame does not meet."""

    name: str
    rows: Mapping[int, str]  # index of the row → the value found there
    observed: str  # of the table as a whole


def unmet_columns(
    frame: pd.DataFrame, expectations: Sequence[ColumnExpectation], rules: Sequence[RowRule] = ()
) -> tuple[Unmet, ...]:
    """Return what rows of ``frame`` do not meet, of one table's ``expectations`` and of ``rules``."""
    gx = great_expectations().expectations
    flags = (
        gx.ExpectColumnValuesToBeInSet(
            column=f"{RULE}{rule.name}", value_set=[True], meta={NAME: rule.name}
        )
        for rule in rules
    )
    return _unmet(frame, [*(_column(gx, each) for each in expectations), *flags])


def unmet_table(frame: pd.DataFrame, rules: Sequence[TableRule], *, rows: int) -> tuple[Unmet, ...]:
    """Return what the table of keys ``frame`` does not meet; it should have ``rows`` rows."""
    found: list[Unmet] = []
    gx = great_expectations().expectations
    for rule in rules:
        table = frame[list(rule.pairs)].drop_duplicates() if rule.pairs else frame
        if rule.kind == "rows":
            expectation = gx.ExpectTableRowCountToEqual(value=rows, meta={NAME: rule.name})
        else:
            expectation = gx.ExpectColumnValuesToBeUnique(
                column=rule.column, meta={NAME: rule.name}
            )
        found += _unmet(table, [expectation])
    return tuple(found)


def _column(gx: ModuleType, each: ColumnExpectation) -> Any:
    """Return ``each`` as an expectation of Great Expectations."""
    where = {"column": each.column, "meta": {NAME: each.name}}
    limits = {"min_value": each.low, "max_value": each.high}
    match each.kind:
        case "not_null":
            return gx.ExpectColumnValuesToNotBeNull(**where)
        case "in_set":
            return gx.ExpectColumnValuesToBeInSet(**where, value_set=list(each.values))
        case "matches":
            return gx.ExpectColumnValuesToMatchRegex(**where, regex=each.pattern)
        case "between":
            strict = {"strict_min": each.above, "strict_max": each.below}
            return gx.ExpectColumnValuesToBeBetween(**where, **limits, **strict)
        case "length":
            return gx.ExpectColumnValueLengthsToBeBetween(**where, **limits)


def _unmet(frame: pd.DataFrame, asked: Sequence[Any]) -> tuple[Unmet, ...]:
    """Return which of ``asked`` do not hold of ``frame``, in their order."""
    results = validated(frame, suite("asked", asked)).results
    order = {each.meta[NAME]: place for place, each in enumerate(asked)}
    places = frame.index.to_list()
    failed = [_failed(result, places) for result in results if not result.success]
    return tuple(sorted(failed, key=lambda unmet: order[unmet.name]))


def _failed(result: Any, places: Sequence[int]) -> Unmet:
    """Return the failure ``result``."""
    indexes = result.result.get("unexpected_index_list") or ()
    values = result.result.get("unexpected_list") or ()
    rows: dict[int, str] = {}
    for index, value in zip(indexes, values, strict=False):
        rows.setdefault(places[index], str(value)[:80])
    observed = result.result.get("observed_value", f"{len(rows)} rows")
    return Unmet(str(result.expectation_config.meta[NAME]), rows, str(observed))
