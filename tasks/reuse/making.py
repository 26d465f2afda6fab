"""Making a part: its rows are streamed into its tables, the file of the kept rows appears last."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Final, Protocol

import numpy as np
import pyarrow as pa
from pydantic import JsonValue

from schemas.record import Record
from schemas.release import Part
from tasks.reuse.context import Context
from tasks.reuse.parts import check_counts
from tasks.reuse.scenes import TABLES, Scenes, scenes_id, write_scenes
from tasks.reuse.shelf import Places
from tasks.reuse.tables import Row, Tables
from tasks.reuse.work import Work

WHOLE: Final = Work([""], [""], [""], [None], ())
"""The work on a part whose rows are made all together: one scene stands for all."""


class Placing(Protocol):
    """Says where the scene of a row stands among those of the work."""

    def place(self, row: Record) -> int:
        """Return the place of the scene of ``row``."""
        ...

    def batch_places(self, batch: pa.RecordBatch, model: type[Record]) -> Places:
        """Return the places of the scenes of the rows of ``batch``."""
        ...


class Together:
    """Places all rows at the one place of ``WHOLE``."""

    def place(self, row: Record) -> int:  # noqa: ARG002  # of no row it says anything else
        """Return 0."""
        return 0

    def batch_places(self, batch: pa.RecordBatch, model: type[Record]) -> Places:  # noqa: ARG002
        """Return 0 for each row."""
        return np.zeros(batch.num_rows, np.int64)


def make_whole(
    context: Context, bare: Part, writes: type[Record], rows: Iterator[Row],
    scenes: Scenes | None = None,
) -> Part:  # fmt: skip
    """Write ``rows``, in their order, as the part ``bare``; ``scenes`` says of which they are."""
    with ExitStack() as stack:
        tables = Tables(stack, context.store, bare, writes, WHOLE, passes=False)
        _fill(tables, rows, Together())
        tables.finish()
        return _counted(context, tables, bare, scenes)


def make_by_scene(
    context: Context, bare: Part, writes: type[Record], rows: Iterator[Row], work: Work,
    placing: Placing, *, passes: bool,
) -> Part:  # fmt: skip
    """Write ``rows``, which are those of the scenes to make, among those that are taken over.

    Raises LostEarlierPart where what is to be taken over cannot be read.
    """
    with ExitStack() as stack:
        tables = Tables(stack, context.store, bare, writes, work, passes=passes)
        _fill(tables, rows, placing)
        tables.finish()
        context.candidates += tables.taken("rows") + tables.taken("rejections")
        return _counted(context, tables, bare, tables.scenes())


def _fill(tables: Tables, rows: Iterator[Row], placing: Placing) -> None:
    for row in rows:
        if not isinstance(row, pa.RecordBatch):
            tables.write(row, placing.place(row))
            continue
        model = tables.model_of(row)
        if row.num_rows:
            tables.write_batch(row, model, placing.batch_places(row, model))


def _counted(context: Context, tables: Tables, bare: Part, scenes: Scenes | None) -> Part:
    """Return the part with its counts, which go into its file too. Raises AccountingError."""
    counts: dict[str, JsonValue] = {
        "candidates": context.candidates,
        **{table: tables.count(table) for table in TABLES},
    }
    if scenes is not None:
        counts["scenes"] = scenes_id(scenes.ids)
    part = bare.model_copy(update={**counts, "made": True, "calls": context.calls})
    check_counts(part)
    tables.kept.writer.footer = counts
    if scenes is not None:
        write_scenes(context.store, part, scenes)
    return part
