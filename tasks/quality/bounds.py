"""Bounds of the columns of a table: what a release must reach, checked by Great Expectations."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from tasks.quality.library import NAME, great_expectations, suite, validated


@dataclass(frozen=True)
class Bound:
    """What every value of one column must be at least, or at most; null values do not count."""

    column: str
    limit: float
    note: str
    at_most: bool = False

    @property
    def name(self) -> str:
        """What is expected, such as “contradicted ≤ 10”."""
        return f"{self.column} {'≤' if self.at_most else '≥'} {self.limit:,.10g}"

    def broken(self, frame: pd.DataFrame) -> "pd.Series[bool]":
        """Say of each row of ``frame`` whether it is beyond the bound."""
        values = frame[self.column].astype(float)
        return values > self.limit if self.at_most else values < self.limit

    def worst(self, frame: pd.DataFrame) -> float:
        """Return the value that is farthest to the wrong side."""
        values = frame[self.column].astype(float)
        return float(values.max() if self.at_most else values.min())


@dataclass(frozen=True)
class Table:
    """A table of a release with its bounds; each of its columns has a value where it is bounded."""

    name: str
    title: str
    frame: pd.DataFrame
    bounds: tuple[Bound, ...]


@dataclass(frozen=True)
class Checked:
    """What Great Expectations says of one table."""

    table: Table
    suite: Any
    result: Any
    unmet: tuple[Bound, ...]


def check_tables(tables: Sequence[Table]) -> tuple[Checked, ...]:
    """Check every table against its bounds.

    Raises GateError where an expectation could not be checked at all.
    """
    return tuple(_checked(table) for table in tables)


def _checked(table: Table) -> Checked:
    asked = suite(table.name, [_expectation(bound) for bound in table.bounds])
    result = validated(table.frame, asked)
    for each in result.results:  # its renderers know no number of numpy's
        each.result["observed_value"] = float(each.result["observed_value"])
    failed = {each.expectation_config.meta[NAME] for each in result.results if not each.success}
    unmet = tuple(bound for bound in table.bounds if bound.name in failed)
    return Checked(table, asked, result, unmet)


def _expectation(bound: Bound) -> Any:
    """Return ``bound`` as an expectation that shows the least or greatest value it finds."""
    gx = great_expectations().expectations
    said = {"column": bound.column, "meta": {NAME: bound.name}, "notes": bound.note}
    if bound.at_most:
        return gx.ExpectColumnMaxToBeBetween(max_value=bound.limit, **said)
    return gx.ExpectColumnMinToBeBetween(min_value=bound.limit, **said)
