"""MB/s of parts written to and read from a bucket, against plain pyarrow with s3fs; explain's bytes.

Both write the same groups with the same options, and the same bytes must come of it; rounds
alternate. Then a release of PARTS files a table is made, and one row of it explained through a proxy
that counts. Run: python -m tests.bench.storage.parts
"""

import json
import time
from collections.abc import Callable
from statistics import median

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from s3fs import S3FileSystem

from schemas.arrow import arrow_schema
from schemas.tile import Tile
from tasks.explain import explain
from tasks.storage.parts import by_group, parquet_options
from tasks.storage.published import read_table, write_groups
from tasks.storage.store import Store
from tests.bench.storage.connected import BUCKET, Connected, connected
from tests.fixtures.release import make_build
from tests.fixtures.s3 import KEY, SECRET

ROUNDS, PICTURES, PICTURE_BYTES, TEXTS = 7, 300, 300_000, 200_000


def main() -> None:
    """Run the benchmark."""
    with connected() as there:
        figures: dict[str, float | bool] = {}
        for name, table, group in (("pictures", pictures(), 55), ("text", texts(), 2000)):
            figures |= compared(there, name, table, group)
        figures |= explained(there)
    for name, figure in figures.items():
        print(f"{name}: {figure}")
    print(json.dumps({"bench": "storage", **figures}))


def pictures() -> pa.Table:
    """Return rows with pictures, as noise of a usual size."""
    rng = np.random.default_rng(0)
    content = [rng.bytes(PICTURE_BYTES) for _ in range(PICTURES)]
    names = [f"{n:020x}" for n in range(PICTURES)]
    schema = pa.schema([arrow_schema(Tile).field("id"), arrow_schema(Tile).field("image")])
    return pa.table([pa.array(names), pa.array(content, pa.binary())], schema=schema)


def texts() -> pa.Table:
    """Return rows of ids and sentences."""
    rng = np.random.default_rng(0)
    words = np.array([f"word{n}" for n in range(5000)])
    lines = [" ".join(row) for row in words[rng.integers(0, 5000, (TEXTS, 40))]]
    names = [f"{n * 7919:020x}" for n in range(TEXTS)]
    return pa.table({"id": names, "text": lines})


def compared(there: Connected, name: str, table: pa.Table, group: int) -> dict[str, float | bool]:
    """Return MB/s of both, and the ratio of ours to theirs, writing and reading."""
    store, options = Store(f"s3://{BUCKET}/ours"), parquet_options(table.schema)
    fs = S3FileSystem(key=KEY, secret=SECRET, endpoint_url=there.server.url)
    theirs = f"{BUCKET}/plain/{name}.parquet"
    groups = [table.slice(start, group) for start in range(0, len(table), group)]

    def write_ours() -> None:
        write_groups(store, f"{name}.parquet", table.schema, groups)

    def write_plain() -> None:
        with pq.ParquetWriter(theirs, table.schema, filesystem=fs, **options) as writer:
            for each in groups:
                writer.write_table(each, row_group_size=len(each))

    def read_ours() -> None:
        assert len(read_table(store, f"{name}.parquet")) == len(table)

    def stream_ours() -> None:
        with store.open(f"{name}.parquet") as file:
            rows = sum(len(batch) for batch in by_group(pq.ParquetFile(file), 64))
        assert rows == len(table)

    def read_plain() -> None:
        assert len(pq.read_table(theirs, filesystem=fs)) == len(table)

    def stream_plain() -> None:
        with pq.ParquetFile(theirs, filesystem=fs) as parquet:
            rows = sum(len(batch) for batch in parquet.iter_batches(batch_size=64))
        assert rows == len(table)

    figures: dict[str, float | bool] = {}
    for verb, ours, plain in (
        ("write", write_ours, write_plain),
        ("read", read_ours, read_plain),
        ("stream", stream_ours, stream_plain),
    ):
        rounds = [(seconds(ours), seconds(plain)) for _ in range(ROUNDS)]
        size = store.size(f"{name}.parquet") / 1e6
        figures[f"{name}_{verb}_mb_per_s"] = round(size / median(a for a, _ in rounds), 1)
        figures[f"{name}_{verb}_plain_mb_per_s"] = round(size / median(b for _, b in rounds), 1)
        figures[f"{name}_{verb}_ratio"] = round(median(b / a for a, b in rounds), 2)
    figures[f"{name}_same_bytes"] = store.read(f"{name}.parquet") == fs.cat_file(theirs)
    return figures


def explained(there: Connected) -> dict[str, float | bool]:
    """Return what explain asks of a bucket for one generated sample: requests and bytes."""
    root = f"s3://{BUCKET}/explained"
    made = make_build(root, tiles=40)
    manifest = made.release("v1")
    part = next(part for part in manifest.parts if "task=detailed" in part.path)
    wanted = read_table(made.store, f"releases/v1/{part.path}", ["id"])["id"][0].as_py()
    there.lead(there.proxy.url)
    there.proxy.reset()
    found = explain(Store(root), wanted)
    assert found.answer is not None
    there.lead(there.server.url)
    return {
        "explain_bytes": there.proxy.down,
        "explain_requests": there.proxy.requests.total(),
        "explain_release_bytes": sum(part.bytes for part in manifest.parts),
    }


def seconds(work: Callable[[], None]) -> float:
    """Return how long ``work`` takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
