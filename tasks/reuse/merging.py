"""One table of a part: rows that are made now, among those that are taken over, scene by scene."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from schemas.errors import AccountingError
from schemas.record import Record
from tasks.reuse.shelf import Places, Shelf
from tasks.storage.parts import PartWriter
from tasks.storage.runs import Run, merged

AT_ONCE: Final = 1024  # scenes whose rows are taken over before the next ones are looked at


@dataclass(frozen=True)
class Taken:
    """Where rows are taken over from: the number of an earlier part, and a run of its rows."""

    part: int
    run: Run


Read = Callable[[int, Run], Iterator[pa.RecordBatch]]
"""Reads a run of rows of an earlier part, by its number."""


class Merging:
    """Writes the rows of one table, scenes in order: the rows of each come from one place."""

    def __init__(
        self, stage: str, model: type[Record], taken: Callable[[int], Taken | None],
        scenes: int, read: Read, opened: Callable[[], PartWriter], shelf: Shelf | None,
    ) -> None:  # fmt: skip
        """``taken`` says of the place of each of ``scenes`` where its rows are, None: made now.

        ``opened`` opens the table, which is not there where it has no rows. Rows that are made must
        come in the order of the scenes, unless there is a ``shelf``.
        """
        self.model, self._stage, self._scenes = model, stage, scenes
        self._taken, self._read, self._opened, self._shelf = taken, read, opened, shelf
        self._writer: PartWriter | None = None
        self._place = 0  # of the scene whose rows are written next
        self.counts: NDArray[np.int64] = np.zeros(scenes, np.int64)
        self.made = 0

    @property
    def writer(self) -> PartWriter:
        """The open table."""
        return self._writer or self.open()

    def open(self) -> PartWriter:
        """Open the table, and return it."""
        self._writer = self._opened()
        return self._writer

    def put(self, row: Record, place: int) -> None:
        """Add a row of the scene at ``place``."""
        self.made += 1
        self.counts[place] += 1
        if self._shelf is not None:
            self._shelf.put(row, place)
            return
        self._go_to(place)
        self.writer.write(row)

    def put_batch(self, batch: pa.RecordBatch, places: Places) -> None:
        """Add the rows of ``batch``, which are of the scenes at ``places``."""
        self.made += batch.num_rows
        np.add.at(self.counts, places, 1)
        if self._shelf is not None:
            self._shelf.put_batch(batch, places)
            return
        starts = np.flatnonzero(np.diff(places, prepend=-1)).tolist()
        for start, end in zip(starts, [*starts[1:], batch.num_rows], strict=True):
            self._go_to(int(places[start]))
            self.writer.write_batch(batch.slice(start, end - start))

    def finish(self) -> None:
        """Write what is on the shelf, and what is taken over after the last row that was made."""
        for place, batch in self._shelf.taken() if self._shelf is not None else ():
            self._go_to(place)
            self.writer.write_batch(batch)
        self._go_to(self._scenes)

    def _go_to(self, place: int) -> None:
        """Take over the rows of the scenes before ``place``."""
        if place < self._place:
            raise AccountingError(
                f"Stage {self._stage} yields {self.model.__name__} rows of a scene after rows of later "
                "ones. This is a defect; please report it."
            )
        if place == self._place:
            return
        for start in range(self._place, place, AT_ONCE):
            self._take_over(range(start, min(place, start + AT_ONCE)))
        self._place = place

    def _take_over(self, places: range) -> None:
        found = [taken for place in places if (taken := self._taken_over(place))]
        for part, some in groupby(found, key=lambda taken: taken.part):
            for run in merged(taken.run for taken in some):
                for batch in self._read(part, run):
                    self.writer.write_batch(batch)

    def _taken_over(self, place: int) -> Taken | None:
        taken = self._taken(place)
        if taken is not None:
            self.counts[place] = taken.run[1] - taken.run[0]
        return taken
