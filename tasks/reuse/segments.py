"""Rows that are only ever added, in files of their own: any number of runs may write at once.

Nothing depends on them: a segment that is gone or torn is passed over, and what it told is found
out again. Where there are many, the next that is written holds what is of use of all of them.
"""

import logging
from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

import pyarrow as pa

from schemas.errors import DamagedPart, MissingFile
from schemas.record import Record
from tasks.storage.parts import PartWriter, read_batches
from tasks.storage.store import Store

log = logging.getLogger(__name__)

FOLDER: Final = "known"
MOST: Final = 8  # segments, from which they are put together

R = TypeVar("R", bound=Record)


class Segments:
    """The segments of one place below ``known/``, as they were when they were listed."""

    def __init__(self, store: Store, place: str, model: type[Record]) -> None:
        """List the segments at ``place``, which hold rows of ``model``."""
        self._store, self._place, self._model = store, f"{FOLDER}/{place}", model
        self.paths: Sequence[str] = [
            path for path in store.list(self._place) if path.endswith(".parquet")
        ]

    @property
    def are_many(self) -> bool:
        """Whether one more should take the place of all."""
        return len(self.paths) >= MOST

    def batches(self, path: str, model: type[Record] | None = None) -> list[pa.RecordBatch]:
        """Return the rows of one segment, with the columns of ``model``; none where it is lost."""
        try:
            return list(read_batches(self._store, path, model or self._model))
        except (MissingFile, DamagedPart) as error:
            log.info("%s is passed over: %s", path, error)
            return []

    def add(self, name: str, rows: Iterable[Record | pa.RecordBatch], *, instead: bool) -> None:
        """Write ``rows`` as the segment ``name``, ``instead`` of those that were listed."""
        path = f"{self._place}/{name}.parquet"
        with self._store.create(path) as file, PartWriter(file, self._model) as writer:
            for row in rows:
                if isinstance(row, pa.RecordBatch):
                    writer.write_batch(row)
                else:
                    writer.write(row)
        for old in self.paths if instead else ():
            if old != path:
                self._store.delete(old)
