"""Rows that come in another order than that in which they are written, put aside until the end."""

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from schemas.arrow import arrow_schema, to_batch
from schemas.errors import StorageError
from schemas.record import Record

GATHERED: Final = 256  # records that are converted at once
HELD: Final = 16 << 20  # bytes of rows in memory, beyond which all lie in a temporary file

Places = NDArray[np.int64]


class Shelf:
    """Rows of one table, each with the place of its scene; given back scene by scene.

    Rows of one scene come back in the order in which they were put here.
    """

    def __init__(self, model: type[Record]) -> None:
        """Take rows of ``model``."""
        self._model = model
        self._records: list[Record] = []
        self._places: list[int] = []
        self._pieces: list[tuple[int, int, int, int]] = []  # place, batch, first row, rows
        self._batches: list[pa.RecordBatch] = []
        self._bytes = 0
        self._spill: _Spill | None = None

    def put(self, row: Record, place: int) -> None:
        """Put one row aside."""
        self._records.append(row)
        self._places.append(place)
        if len(self._records) >= GATHERED:
            self._convert()

    def put_batch(self, batch: pa.RecordBatch, places: Places) -> None:
        """Put the rows of ``batch`` aside; ``places`` are those of their scenes."""
        self._convert()
        if batch.num_rows:
            self._add(batch, places)

    def taken(self) -> Iterator[tuple[int, pa.RecordBatch]]:
        """Yield all rows with the places of their scenes, which ascend."""
        self._convert()
        for place, number, start, rows in sorted(self._pieces, key=lambda piece: piece[0]):
            batch = self._spill.batch(number) if self._spill else self._batches[number]
            yield place, batch.slice(start, rows)

    def __enter__(self) -> Self:
        """Return the shelf."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Remove what lies in a temporary file."""
        if self._spill:
            self._spill.close()

    def _convert(self) -> None:
        if self._records:
            rows, places = self._records, np.array(self._places, np.int64)
            self._records, self._places = [], []
            self._add(to_batch(rows, self._model), places)

    def _add(self, batch: pa.RecordBatch, places: Places) -> None:
        starts = np.flatnonzero(np.diff(places, prepend=-1)).tolist()
        ends = [*starts[1:], len(places)]
        number = self._spill.count if self._spill else len(self._batches)
        self._pieces += [
            (int(places[start]), number, start, end - start)
            for start, end in zip(starts, ends, strict=True)
        ]
        if self._spill:
            self._spill.add(batch)
            return
        self._batches.append(batch)
        self._bytes += batch.nbytes
        if self._bytes > HELD:
            self._spill = _Spill(arrow_schema(self._model))
            for held in self._batches:
                self._spill.add(held)
            self._batches = []


class _Spill:
    """Record batches in a temporary file: a mapped one would count as memory of this process."""

    def __init__(self, schema: pa.Schema) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="rs-gpt4v-")
        self._path = Path(self._folder.name) / "rows"
        self._writer = pa.ipc.new_file(str(self._path), schema)
        self._reader: pa.ipc.RecordBatchFileReader | None = None
        self._last: tuple[int, pa.RecordBatch] | None = None
        self.count = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Append ``batch``. Raises StorageError where there is no room."""
        try:
            self._writer.write_batch(batch)
        except OSError as error:
            raise StorageError(
                f"Cannot put rows aside in {tempfile.gettempdir()}: {error}. Free some room there, "
                "or set TMPDIR to a folder with more."
            ) from error
        self.count += 1

    def batch(self, number: int) -> pa.RecordBatch:
        """Return a batch; after the first call nothing is appended."""
        if self._reader is None:
            self._writer.close()
            self._reader = pa.ipc.open_file(pa.OSFile(str(self._path)))
        if self._last is None or self._last[0] != number:
            self._last = number, self._reader.get_batch(number)
        return self._last[1]

    def close(self) -> None:
        """Remove the file."""
        with suppress(OSError, pa.ArrowException):
            self._writer.close()
        self._reader = self._last = None
        self._folder.cleanup()
