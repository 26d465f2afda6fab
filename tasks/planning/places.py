"""Tiles in their parts: how many objects each has, and the few that are read whole."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow.parquet as pq

from schemas.arrow import arrow_schema, from_batch
from schemas.release import Part
from schemas.tile import Tile
from tasks.storage.store import Store

BATCH_ROWS: Final = 16  # pictures in memory at once


@dataclass(frozen=True)
class Place:
    """Where a tile stands, and how many of its objects are to be described."""

    tile_id: str
    part: str
    row: int
    objects: int
    bare: bool  # a tile of a scene of which nothing is labelled


def places(store: Store, parts: Sequence[Part]) -> Iterator[Place]:
    """Yield the place of every tile of ``parts``; neither pictures nor polygons are read."""
    for part in parts:
        with store.open(part.path) as file:
            columns = ["id", "objects.list.element.described", "scene.bare"]
            row = 0
            for batch in pq.ParquetFile(file).iter_batches(columns=columns):
                for found in batch.to_pylist():
                    objects = sum(thing["described"] for thing in found["objects"])
                    bare = found["scene"]["bare"]
                    yield Place(found["id"], part.path, row, objects, bare)
                    row += 1


def tiles_at(store: Store, wanted: Collection[Place]) -> Iterator[tuple[Place, Tile]]:
    """Yield the tiles at ``wanted``, part by part; only the row groups that hold them are read."""
    for part in sorted({place.part for place in wanted}):
        rows = {place.row: place for place in wanted if place.part == part}
        with store.open(part) as file:
            yield from _read(pq.ParquetFile(file), rows)


def _read(parquet: pq.ParquetFile, rows: dict[int, Place]) -> Iterator[tuple[Place, Tile]]:
    start = 0
    for group in range(parquet.num_row_groups):
        end = start + parquet.metadata.row_group(group).num_rows
        inside = {row - start: place for row, place in rows.items() if start <= row < end}
        start = end
        if inside:
            yield from _of_group(parquet, group, inside)


def _of_group(
    parquet: pq.ParquetFile, group: int, rows: dict[int, Place]
) -> Iterator[tuple[Place, Tile]]:
    names, first = arrow_schema(Tile).names, 0
    for batch in parquet.iter_batches(BATCH_ROWS, row_groups=[group], columns=names):
        for row in range(first, first + batch.num_rows):
            if row in rows:
                one = batch.slice(row - first, 1).select(names)
                yield rows[row], next(from_batch(one, Tile))
        first += batch.num_rows
