"""Reads the rows of a release that a sheet shows: its samples, and the tiles that they are about."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import Field

from schemas.arrow import arrow_schema, from_batch
from schemas.errors import DamagedPart
from schemas.geometry import Window
from schemas.image_row import EncodedImage, ImageObject
from schemas.record import Record
from schemas.review import ReviewSheet
from schemas.sample import Sample
from tasks.storage.published import find_rows, read_table
from tasks.storage.releases import release_path
from tasks.storage.store import Store


class TileRow(Record):
    """What a sheet needs of a row of the images table."""

    image: EncodedImage
    tile_id: str
    scene: str
    window: Window
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    gsd: float | None
    objects: tuple[ImageObject, ...]


def sheet_samples(store: Store, sheet: ReviewSheet) -> dict[str, Sample]:
    """Return the samples of ``sheet`` by id; raises DamagedPart where one is not in its file."""
    ids: dict[str, set[str]] = {}
    for one in sheet.samples:
        ids.setdefault(one.part, set()).add(one.id)
    found: dict[str, Sample] = {}
    for part, wanted in sorted(ids.items()):
        path = release_path(sheet.version, part)
        rows = {row.id: row for row in find_rows(store, path, Sample, "id", wanted)}
        _check(store, path, wanted - rows.keys())
        found |= rows
    return found


def sheet_tiles(
    store: Store, sheet: ReviewSheet, samples: Mapping[str, Sample]
) -> Iterator[TileRow]:
    """Yield the tiles of ``samples``; of a file only those row groups are read that hold one.

    Raises DamagedPart where a tile is not in the file that belongs to its samples.
    """
    ids: dict[str, set[str]] = {}
    for one in sheet.samples:
        sample = samples[one.id]
        folder = f"images/split={sample.split}/source={sample.source}"
        part = f"{folder}/{PurePosixPath(one.part).name}"
        ids.setdefault(part, set()).add(sample.tile_id)
    for part, wanted in sorted(ids.items()):
        path = release_path(sheet.version, part)
        left = set(wanted)
        for row in _rows(store, path, wanted):
            left.discard(row.tile_id)
            yield row
        _check(store, path, left)


def _rows(store: Store, path: str, wanted: set[str]) -> Iterator[TileRow]:
    names, values = arrow_schema(TileRow).names, pa.array(sorted(wanted))
    groups = _groups(store, path, wanted)
    with store.open(path) as file:
        parquet = pq.ParquetFile(file)
        for group in groups:
            rows = parquet.read_row_group(group, columns=names)
            here = rows.filter(pc.is_in(rows["tile_id"], values)).select(names)
            for batch in here.to_batches(max_chunksize=8):
                yield from from_batch(batch, TileRow)


def _groups(store: Store, path: str, wanted: set[str]) -> list[int]:
    """Return the row groups of the file at ``path`` that hold one of the ``wanted`` tiles."""
    ids = read_table(store, path, ["tile_id"])["tile_id"].to_pylist()
    with store.open(path) as file:
        metadata = pq.read_metadata(file)
    found, start = [], 0
    for group in range(metadata.num_row_groups):
        end = start + metadata.row_group(group).num_rows
        found += [group] if wanted.intersection(ids[start:end]) else []
        start = end
    return found


def _check(store: Store, path: str, missing: set[str]) -> None:
    if missing:
        raise DamagedPart(
            f"{store.url(path)} lacks {min(missing)}, which the release counts. “rs-gpt4v verify” "
            "says what else is wrong with it."
        )
