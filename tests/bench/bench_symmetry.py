"""How many samples verification tells the same of when they are turned: by form and by symmetry.

Run: python -m tests.bench.bench_symmetry [FOLDER [SOURCE]]. By default the demo's scenes are painted
and its chain is run up to verify; every sample is turned all seven ways. Real labels are measured in
the same way: /data/dota dota.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from schemas.params import BuildParams, SourceSpec
from schemas.release import Located, Part
from schemas.sample import Sample
from schemas.symmetry import TURNS, SymmetryRow
from schemas.tile import TileOutline
from tasks._stage import Where
from tasks.adapt import adapt_shard
from tasks.converse import converse_shard
from tasks.demo.paint import paint_scenes
from tasks.describe import describe_shard
from tasks.identify import identify_scenes
from tasks.mend import mend_shard
from tasks.scan import scan_source
from tasks.sources.dota import V1_0
from tasks.storage.parts import read_rows
from tasks.storage.store import Store
from tasks.symmetry.agreement import agreements
from tasks.synthesize import synthesize_shard
from tasks.tile import tile_shard
from tasks.verify import verify_shard
from tests.fixtures.ingesting import ingested_parts


def main(folder: str | None, source: str) -> None:
    """Measure and print; the last line is JSON."""
    with TemporaryDirectory() as name:
        classes = V1_0 if folder is None else ()  # as the demo states them
        folder = folder or str(Path(name, "scenes"))
        if classes:
            paint_scenes(Path(folder))
        spec = SourceSpec(name=source, path=folder, classes=classes)
        params = BuildParams(sources=(spec,), shards=4)
        root = str(Path(name, "root"))
        parts = list(verified(root, params))
        start = time.perf_counter()
        rows = [row for tiles, samples in parts for row in turned(Store(root), tiles, samples)]
        seconds = time.perf_counter() - start
    print(json.dumps({"bench": "symmetry", "source": source, **figures(rows, seconds)}))


def verified(root: str, params: BuildParams) -> Iterator[tuple[Part, Part]]:
    """Run the chain up to verify without Prefect; yield the parts of tiles and samples by shard."""
    scanned = scan_source.fn(root, params.sources[0], params.shards)
    scenes = ingested_parts(root, scanned, params.ingest)
    teacher = params.teacher
    placed = identify_scenes.fn(root, scenes, params.split, Located(parts=scanned)).placed
    for part, scan, place in zip(scenes, scanned, placed, strict=True):
        where = Where(root=root, shard=part.shard)
        tiles = tile_shard.fn(where, part, place, params.tile, Located(parts=(scan,)))
        adapted = adapt_shard.fn(where, tiles, params.adapt)
        described = describe_shard.fn(where, tiles, teacher)
        written = synthesize_shard.fn(where, tiles, described, teacher)
        said = converse_shard.fn(where, tiles, described, written, teacher, params.dialogue)
        wrote = (described, written, said)
        mended = mend_shard.fn(where, tiles, *wrote, teacher, params.dialogue)
        yield tiles, verify_shard.fn(where, tiles, adapted, *wrote, mended)


def turned(store: Store, tiles: Part, samples: Part) -> Iterator[SymmetryRow]:
    """Yield the rows of every sample of a shard."""
    by_tile: dict[str, list[Sample]] = {}
    for sample in read_rows(store, samples.path, Sample):
        by_tile.setdefault(sample.tile_id, []).append(sample)
    for tile in read_rows(store, tiles.path, TileOutline):
        yield from agreements(tile, by_tile.get(tile.id, ()))


def figures(rows: list[SymmetryRow], seconds: float) -> dict[str, object]:
    """Print a table by form, symmetry and outcome, and what differs; return the figures."""
    outcomes = Counter(row.outcome for row in rows)
    for name, keys in (("form", sorted({row.form for row in rows})), ("symmetry", TURNS)):
        print(f"{name:<22}{'agree':>8}{'differ':>8}{'unturned':>10}")
        for key in keys:
            found = Counter(row.outcome for row in rows if getattr(row, name) == key)
            print(f"{key:<22}{found['agree']:>8}{found['differ']:>8}{found['unturned']:>10}")
    for row in rows:
        if row.outcome != "agree":
            print(f"{row.outcome} {row.form} {row.sample} {row.symmetry}: {row.detail}")
    compared = outcomes["agree"] + outcomes["differ"]
    return {
        "samples": len({row.sample for row in rows}),
        "with_claims": len({row.sample for row in rows if row.claims}),
        "claims": sum(row.claims for row in rows) // len(TURNS),
        "turned": compared,
        "agree": outcomes["agree"],
        "differ": outcomes["differ"],
        "unturned": outcomes["unturned"],
        "agreement": round(outcomes["agree"] / compared, 4) if compared else None,
        "seconds": round(seconds, 2),
        "turns_per_second": round(len(rows) / seconds),
    }


if __name__ == "__main__":
    given = sys.argv[1:3]
    main(given[0] if given else None, given[1] if len(given) > 1 else "dota")
