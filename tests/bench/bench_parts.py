"""MB/s of tiles written as a part, against a plain pyarrow loop that writes the same columns.

Ours starts from Tile records; the plain loop is spared that and starts from rows that are plain
dicts already. Both write the same file, byte for byte, in rounds that alternate.
"""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.arrow import arrow_schema
from schemas.params import TileParams
from schemas.tile import Tile
from schemas.vocabulary import Split
from tasks.storage.parts import GROUP_BYTES, PartWriter, parquet_options
from tasks.tile import placed_in, planned, tile_id
from tests.bench.scenes import scene

TILES, SIDE, OBJECTS, PICTURE_BYTES, ROUNDS = 120, 5000, 1000, 300_000, 25
PARAMS = TileParams()


def tiles(folder: Path) -> list[Tile]:
    """Return tiles of a crowded scene, with noise of a usual size for pictures."""
    one = scene(folder, 0, SIDE, OBJECTS)
    windows = planned(one, PARAMS)
    objects = [placed_in(one.annotations, window, PARAMS.min_visible) for window in windows]  # type: ignore[arg-type]
    rng = np.random.default_rng(0)
    made = []
    for number in range(TILES):
        picture = rng.bytes(PICTURE_BYTES)
        made.append(
            Tile(
                id=tile_id(one.scene, windows[number % len(windows)], PARAMS),
                scene=one.scene,
                window=windows[number % len(windows)],
                split=Split.TRAIN,
                component="c" * 20,
                image_sha256=hashlib.sha256(picture).hexdigest(),
                objects=objects[number % len(windows)],
                image=picture,
            )
        )
    return made


def ours(path: Path, rows: Sequence[Tile]) -> None:
    """Write ``rows`` the way the stages do."""
    with path.open("wb") as file, PartWriter(file, Tile) as writer:
        for row in rows:
            writer.write(row)


def plain(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Write the same columns in the same groups with nothing but pyarrow."""
    schema = arrow_schema(Tile)
    group = -(-GROUP_BYTES // PICTURE_BYTES)
    with (
        path.open("wb") as file,
        pq.ParquetWriter(file, schema, **parquet_options(schema)) as writer,
    ):
        for start in range(0, len(rows), group):
            writer.write_batch(
                pa.RecordBatch.from_pylist(list(rows[start : start + group]), schema)
            )


def seconds(work: Callable[[], None]) -> float:
    """Return how long ``work`` takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> None:
    """Run the benchmark."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        rows = tiles(folder)
        dicts = [row.model_dump(mode="python") for row in rows]
        mine, theirs = folder / "ours.parquet", folder / "plain.parquet"
        ours(mine, rows)
        plain(theirs, dicts)
        same = mine.read_bytes() == theirs.read_bytes()
        rounds = [
            (seconds(lambda: ours(mine, rows)), seconds(lambda: plain(theirs, dicts)))
            for _ in range(ROUNDS)
        ]
        size = mine.stat().st_size / 1e6
    objects = sum(len(row.objects) for row in rows) / len(rows)
    ours_s, plain_s = (median(times) for times in zip(*rounds, strict=True))
    ratio = median(b / a for a, b in rounds)
    print(f"{len(rows)} tiles of {objects:.0f} objects, {size:.0f} MB, same bytes: {same}")
    print(
        f"{'':8} {'MB/s':>8}\n{'ours':8} {size / ours_s:8.0f}\n{'pyarrow':8} {size / plain_s:8.0f}"
    )
    figures = {
        "mb_per_s": round(size / ours_s), "pyarrow_mb_per_s": round(size / plain_s),
        "ratio": round(ratio, 2), "same_bytes": same,
    }  # fmt: skip
    print(json.dumps({"bench": "parts", **figures}))


if __name__ == "__main__":
    main()
