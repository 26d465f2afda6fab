"""Runs of rows of a part, read by their places: only the row groups that hold some are read."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

import pyarrow as pa
import pyarrow.parquet as pq

Run = tuple[int, int]
"""First row, and the row after the last."""


class RowRuns:
    """The rows of one open part; the row group that was read last is kept."""

    def __init__(self, parquet: pq.ParquetFile, columns: Sequence[str]) -> None:
        """Read ``columns`` of ``parquet``; nothing is read yet."""
        self._parquet, self._columns = parquet, list(columns)
        groups = range(parquet.num_row_groups)
        counts = (parquet.metadata.row_group(group).num_rows for group in groups)
        self._starts = list(accumulate(counts, initial=0))
        self._group = -1
        self._batches: list[pa.RecordBatch] = []

    def read(self, start: int, stop: int) -> Iterator[pa.RecordBatch]:
        """Yield the rows from ``start`` to ``stop``, in slices of what was read."""
        while start < stop:
            group = bisect_right(self._starts, start) - 1
            end = min(stop, self._starts[group + 1])
            yield from self._sliced(group, start, end)
            start = end

    def _sliced(self, group: int, start: int, stop: int) -> Iterator[pa.RecordBatch]:
        first = self._starts[group]
        for batch in self._batches_of(group):
            low, high = max(start, first), min(stop, first + batch.num_rows)
            if low < high:
                yield batch.slice(low - first, high - low)
            first += batch.num_rows

    def _batches_of(self, group: int) -> list[pa.RecordBatch]:
        if group != self._group:
            table = self._parquet.read_row_group(group, columns=self._columns)
            self._batches = table.select(self._columns).combine_chunks().to_batches()
            self._group = group
        return self._batches


def merged(runs: Iterable[Run]) -> Iterator[Run]:
    """Yield ``runs`` with neighbours as one; those of no row are left out."""
    open_: Run | None = None
    for start, stop in runs:
        if start == stop:
            continue
        if open_ is not None and open_[1] == start:
            open_ = open_[0], stop
            continue
        if open_ is not None:
            yield open_
        open_ = start, stop
    if open_ is not None:
        yield open_
