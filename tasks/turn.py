"""Stage symmetry: some samples of a shard are turned all seven ways, verified again and compared."""

from collections.abc import Collection, Iterator
from heapq import nsmallest
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from schemas.arrow import from_batch
from schemas.record import Record, content_id
from schemas.release import Part
from schemas.sample import Sample
from schemas.symmetry import SymmetryParams, SymmetryRow
from schemas.tile import TileOutline
from tasks._stage import Context, stage
from tasks.symmetry.agreement import agreements

R = TypeVar("R", Sample, TileOutline)


class _Key(Record):
    """The column by which samples are drawn."""

    id: str


@stage("symmetry", writes=SymmetryRow, words=("tasks.lexicon", "tasks.grounding", "tasks.symmetry"))
def turn_shard(
    context: Context, tiles: Part, verified: Part, params: SymmetryParams
) -> Iterator[SymmetryRow]:
    """Turn samples drawn by seed; one row for each of them and each symmetry.

    One tile is in memory at a time, and the samples that were drawn.
    """
    keys = context.rows(verified, _Key) if params.samples else ()
    drawn = nsmallest(params.samples, keys, key=lambda key: content_id(params.seed, key.id))
    by_tile: dict[str, list[Sample]] = {}
    for sample in _rows(context, verified, Sample, {key.id for key in drawn}):
        by_tile.setdefault(sample.tile_id, []).append(sample)
    for tile in _rows(context, tiles, TileOutline, by_tile):
        for row in agreements(tile, by_tile[tile.id]):
            context.candidates += 1
            yield row


def _rows(context: Context, part: Part, model: type[R], ids: Collection[str]) -> Iterator[R]:
    """Yield the rows ``ids`` of ``part``; no other is decoded."""
    wanted = pa.array(sorted(ids), pa.string())
    for batch in context.batches(part, model) if ids else ():
        yield from from_batch(batch.filter(pc.is_in(batch["id"], value_set=wanted)), model)
