"""Records as flat pandas frames: one for the rows and one for each list of records in them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import pandas as pd
from pydantic import JsonValue

from schemas.expectations import ColumnExpectation
from schemas.record import Record

Row = Mapping[str, JsonValue]


def frames(
    rows: Sequence[Record], expectations: Iterable[ColumnExpectation]
) -> dict[str, pd.DataFrame]:
    """Return a frame for each table that ``expectations`` speak of, with the columns they need.

    The index of every frame is the place in ``rows``; a list's frame repeats it for each element.
    """
    wanted: dict[str, dict[str, None]] = {}
    for expectation in expectations:
        wanted.setdefault(expectation.table, {})[expectation.column] = None
    plain: list[Row] = [row.model_dump(mode="json") for row in rows]
    return {table: _frame(plain, table, list(columns)) for table, columns in wanted.items()}


def _frame(rows: Sequence[Row], table: str, columns: Sequence[str]) -> pd.DataFrame:
    index: list[int] = []
    values: dict[str, list[JsonValue]] = {column: [] for column in columns}
    for place, row in enumerate(rows):
        for element in _elements(row, table):
            index.append(place)
            for column, listed in values.items():
                listed.append(_value(element, column))
    series = {name: pd.Series(v, index=index, dtype=object) for name, v in values.items()}
    return pd.DataFrame(series, index=pd.Index(index, dtype="int64"))


def _elements(row: Row, table: str) -> Iterator[Row]:
    """Yield the elements of the list at ``table``, a path such as ``lineage.spans[]``."""
    if not table:
        yield row
        return
    path, _, rest = table.partition("[]")
    found = _value(row, path)
    for element in found if isinstance(found, list) else ():
        if isinstance(element, dict):
            yield from _elements(element, rest.lstrip("."))


def _value(row: Row, column: str) -> JsonValue:
    value: JsonValue = dict(row)
    for name in column.split("."):
        if isinstance(value, list) and name == "length":
            return len(value)
        value = value.get(name) if isinstance(value, dict) else None
    return value
