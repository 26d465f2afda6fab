"""The tables of one part while it is made: every row goes to its table, at the place of its scene."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TypeAlias

import pyarrow as pa

from schemas.arrow import arrow_schema
from schemas.errors import DamagedPart, MissingFile
from schemas.record import Record
from schemas.release import Part
from schemas.sample import Rejection
from schemas.scene import Finding
from tasks.reuse.merging import Merging, Read
from tasks.reuse.parts import BESIDE
from tasks.reuse.scenes import Scenes, Table
from tasks.reuse.shelf import Places, Shelf
from tasks.reuse.work import Work
from tasks.storage.parts import PartRuns, PartWriter, open_runs
from tasks.storage.runs import Run
from tasks.storage.store import Store

Row: TypeAlias = Record | Rejection | Finding | pa.RecordBatch


class LostEarlierPart(Exception):
    """A part that rows were to be taken over from cannot be read to its end."""


class Tables:
    """The kept rows, rejections and findings of a part; each file opens when its first row comes."""

    def __init__(
        self, stack: ExitStack, store: Store, part: Part, writes: type[Record], work: Work,
        *, passes: bool,
    ) -> None:  # fmt: skip
        """Write the tables of ``part`` until ``stack`` ends; the file of the kept rows ends last.

        With ``passes`` rows may come in any order, else those that are kept come scene by scene.
        """
        self._stack, self._store, self._part, self._work = stack, store, part, work
        self._earlier: dict[tuple[int, Table], PartRuns] = {}
        self.kept = self._merging(writes, "rows", shelved=passes)
        self.kept.open()  # a part has this file, also where there is nothing in it
        self._beside = {
            model: self._merging(model, table, shelved=True) for model, table in BESIDE.items()
        }
        self._all: dict[Table, Merging] = {
            "rows": self.kept,
            **{BESIDE[model]: merging for model, merging in self._beside.items()},
        }

    def write(self, row: Record, place: int) -> None:
        """Append a row of the scene at ``place``."""
        self._beside.get(type(row), self.kept).put(row, place)

    def write_batch(self, batch: pa.RecordBatch, model: type[Record], places: Places) -> None:
        """Append rows of ``model``, which are of the scenes at ``places``."""
        self._beside.get(model, self.kept).put_batch(batch, places)

    def model_of(self, batch: pa.RecordBatch) -> type[Record]:
        """Return the record whose columns ``batch`` has."""
        for model in (self.kept.model, *BESIDE):
            if batch.schema.equals(arrow_schema(model)):
                return model
        raise TypeError(
            f"Stage {self._part.stage} yielded a batch with the columns {batch.schema.names}, which "
            f"are neither those of {self.kept.model.__name__} nor of a Rejection or Finding."
        )

    def finish(self) -> None:
        """Write what was put aside, and what is taken over."""
        for merging in self._all.values():
            merging.finish()

    def count(self, table: Table) -> int:
        """Return how many rows ``table`` has."""
        return int(self._all[table].counts.sum())

    def taken(self, table: Table) -> int:
        """Return how many rows of ``table`` were taken over."""
        return self.count(table) - self._all[table].made

    def scenes(self) -> Scenes:
        """Return the scenes of the part, after all is written."""
        counts = {table: merging.counts for table, merging in self._all.items()}
        return Scenes(self._work.ids, self._work.made_of, self._work.identities, counts)

    def _merging(self, model: type[Record], table: Table, *, shelved: bool) -> Merging:
        path = self._part.path if table == "rows" else self._part.beside(table)
        shelf = self._stack.enter_context(Shelf(model)) if shelved else None

        def opened() -> PartWriter:
            file = self._stack.enter_context(self._store.create(path))
            return self._stack.enter_context(PartWriter(file, model))

        return Merging(
            self._part.stage, model, lambda place: self._work.taken(table, place),
            len(self._work.ids), self._reader(model, table), opened, shelf,
        )  # fmt: skip

    def _reader(self, model: type[Record], table: Table) -> Read:
        def read(number: int, run: Run) -> Iterator[pa.RecordBatch]:
            part = self._work.earlier[number].part
            path = part.path if table == "rows" else part.beside(table)
            try:
                if (number, table) not in self._earlier:
                    opened = self._stack.enter_context(open_runs(self._store, path, model))
                    self._earlier[number, table] = opened
                yield from self._earlier[number, table].read(*run)
            except (DamagedPart, MissingFile) as error:
                raise LostEarlierPart(str(error)) from error

        return read
