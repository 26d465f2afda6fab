"""How fast and in what memory samples are chosen among: balance, caps, images, temperature.

Run: python -m tests.bench.bench_mixture [ROWS]. ROWS valid samples in eight shards, RSVQA-shaped
questions and RSIVQA-HRRSD-shaped presence questions half and half, are mixed from disk to disk in a
process of its own. Ends with one JSON line.
"""

import argparse
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa

from schemas.arrow import arrow_schema, to_batch
from schemas.mixture import BlindRow, MixtureParams, MixtureRule
from schemas.record import content_id
from schemas.release import Part
from schemas.sample import Sample
from schemas.vocabulary import TaskType
from tasks.mix import mix_samples
from tasks.storage.parts import PartWriter, read_rows
from tasks.storage.store import Store
from tests.bench.labels import pair
from tests.bench.memory import peak_mb
from tests.tasks.mixture._rows import Row, hrrsd
from tests.tasks.test_mix import sample

SHARDS, DISTINCT, AN_IMAGE = 8, 8192, 13
PARAMS = MixtureParams(
    rules=(MixtureRule(source="rsvqa", task=TaskType.VQA, weight=0.8),),
    temperature=0.9, per_image=10,
)  # fmt: skip


def samples() -> list[Sample]:
    """Return ``DISTINCT`` samples, half of them of each shape."""
    draw, half = random.Random(0), DISTINCT // 2
    asked = [pair(draw) for _ in range(half)]
    rsvqa = [
        Row(id=f"{n}", source="rsvqa", tile=f"{n}", question=question, answer=answer,
            split=draw.choices(("train", "val", "test"), (8, 1, 1))[0], licence="CC-BY-4.0")
        for n, (question, answer, _) in enumerate(asked)
    ]  # fmt: skip
    return [sample(row) for row in (*rsvqa, *hrrsd(half // AN_IMAGE + 1)[:half])]


def validated(root: str, rows: int) -> tuple[Part, ...]:
    """Write ``rows`` samples as validated parts, the same ones again and again under new ids."""
    batch = to_batch(samples(), Sample)
    return tuple(_part(root, batch, shard, rows // SHARDS) for shard in range(SHARDS))


def _part(root: str, batch: pa.RecordBatch, shard: int, rows: int) -> Part:
    counts = {"candidates": rows, "rows": rows, "rejections": 0, "findings": 0}
    part = Part(stage="validate", shard=shard, key=f"{rows:020d}", made=True, **counts)
    with Store(root).create(part.path) as file, PartWriter(file, Sample) as writer:
        for piece in _batches(batch, shard, rows):
            writer.write_batch(piece)
        writer.footer = dict(counts)
    return part


def _batches(batch: pa.RecordBatch, shard: int, rows: int) -> Iterator[pa.RecordBatch]:
    schema = arrow_schema(Sample)
    for start in range(0, rows, batch.num_rows):
        numbers = range(start, start + batch.num_rows)
        new = {
            "id": [content_id(shard, n) for n in numbers],
            "tile_id": [content_id("tile", shard, n // AN_IMAGE) for n in numbers],
        }
        columns = [
            pa.array(new[field.name], pa.string()) if field.name in new else batch[field.name]
            for field in schema
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=schema).slice(0, rows - start)


def mix(root: str, rows: int) -> dict[str, float]:
    """Mix the parts of ``rows`` samples below ``root``; return the figures."""
    parts = tuple(
        Part(stage="validate", shard=shard, key=f"{rows // SHARDS:020d}", made=False,
             candidates=rows // SHARDS, rows=rows // SHARDS, rejections=0, findings=0)
        for shard in range(SHARDS)
    )  # fmt: skip
    start = time.perf_counter()
    mixed = mix_samples.fn(root, parts, PARAMS)
    seconds = time.perf_counter() - start
    start = time.perf_counter()
    mix_samples.fn(root, parts, PARAMS)
    again = time.perf_counter() - start
    blind = {
        row.source: row
        for row in read_rows(Store(root), mixed.blind.path, BlindRow)
        if row.kind == "presence"
    }
    return {
        "rows": sum(part.candidates for part in mixed.chosen),
        "published": sum(part.rows for part in mixed.chosen),
        "seconds": round(seconds, 1),
        "again_seconds": round(again, 1),
        "rows_per_second": round(rows / seconds),
        "blind_before": round(blind["rsivqa"].before or 0, 4),
        "blind_after": round(blind["rsivqa"].after or 0, 4),
        "peak_mb": peak_mb(),
    }


def main() -> None:
    """Run the benchmark, or its measured half."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--root", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.root:
        print(json.dumps(mix(args.root, args.rows)))
        return
    with TemporaryDirectory() as root:
        validated(root, args.rows)
        size = sum(path.stat().st_size for path in Path(root).rglob("*.parquet")) // 2**20
        print(f"{args.rows} samples in {SHARDS} parts, {size} MB")
        command = [sys.executable, "-m", "tests.bench.bench_mixture", str(args.rows)]
        printed = subprocess.run([*command, "--root", root], capture_output=True, check=True).stdout
    print(json.dumps({"bench": "mixture", **json.loads(printed.decode().splitlines()[-1])}))


if __name__ == "__main__":
    main()
