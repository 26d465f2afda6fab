"""Expectations of ours as Great Expectations objects, and what these say of a frame."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import pandas as pd

from schemas.expectations import ColumnExpectation
from tasks.quality.library import NAME, all_meet, great_expectations, suite, validated
from tasks.quality.rules import TableRule

VALUE: Final = "value"  # the one column of the frames that are checked


class Asked(NamedTuple):
    """Something that values must be, and those values: their index is the place of the row."""

    name: str
    expectation: ColumnExpectation
    values: "pd.Series[Any]"

    @property
    def check(self) -> ColumnExpectation:
        """The expectation without its place: the same for all columns of which the same is asked."""
        return self.expectation.model_copy(update={"table": "", "column": VALUE})


class Unmet(NamedTuple):
    """An expectation that a frame does not meet."""

    name: str
    rows: Mapping[int, str]  # index of the row → the value found there
    observed: str  # of the table as a whole


def unmet_values(asked: Sequence[Asked]) -> tuple[Unmet, ...]:
    """Return which of ``asked`` do not hold, in their order.

    An expectation costs Great Expectations milliseconds however few the values, and more where the
    wrong ones are wanted. So columns of which the same is asked are checked as one column first, and
    only where that fails each by itself.
    """
    groups: dict[ColumnExpectation, list[Asked]] = {}
    for each in asked:
        groups.setdefault(each.check, []).append(each)
    found: dict[str, Unmet] = {}
    for check, group in groups.items():
        together = pd.concat([each.values for each in group], ignore_index=True)
        if all_meet(together.to_frame(VALUE), _expectation(check, check.name)):
            continue
        for each in group:
            frame = each.values.to_frame(VALUE)
            found |= {unmet.name: unmet for unmet in _unmet(frame, _expectation(check, each.name))}
    return tuple(found[each.name] for each in asked if each.name in found)


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
        found += _unmet(table, expectation)
    return tuple(found)


def _expectation(each: ColumnExpectation, name: str) -> Any:
    """Return ``each`` as an expectation of Great Expectations that is called ``name``."""
    gx = great_expectations().expectations
    where = {"column": each.column, "meta": {NAME: name}}
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


def _unmet(frame: pd.DataFrame, asked: Any) -> tuple[Unmet, ...]:
    """Return ``asked`` where it does not hold of ``frame``."""
    places = frame.index.to_list()
    results = validated(frame, suite("asked", [asked])).results
    return tuple(_failed(result, places) for result in results if not result.success)


def _failed(result: Any, places: Sequence[int]) -> Unmet:
    """Return the failure ``result``."""
    indexes = result.result.get("unexpected_index_list") or ()
    values = result.result.get("unexpected_list") or ()
    rows: dict[int, str] = {}
    for index, value in zip(indexes, values, strict=False):
        rows.setdefault(places[index], str(value)[:80])
    observed = result.result.get("observed_value", f"{len(rows)} rows")
    return Unmet(str(result.expectation_config.meta[NAME]), rows, str(observed))
