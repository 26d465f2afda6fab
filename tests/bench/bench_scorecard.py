"""How fast and in what memory a release is scored: counted, compared, judged, with its Data Docs.

Run: python -m tests.bench.bench_scorecard [ROWS]. ROWS samples and ten times as many, with their
tiles, are written as the tables of two releases and scored, each in a process of its own. Ends with
one JSON line.
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

from schemas.arrow import to_batch
from schemas.gate import GateParams
from schemas.geometry import Window
from schemas.image_row import EncodedImage, ImageObject, ImageRow
from schemas.record import content_id
from schemas.release import ReleasePart
from schemas.sample import Lineage, Sample, SampleObject
from schemas.turn import Span, Turn
from schemas.verdict import ClaimKind, Verdict
from schemas.vocabulary import Origin, Split, TaskType
from tasks.storage.layout import IMAGES, SAMPLES
from tasks.storage.published import write_table
from tasks.storage.store import Store
from tests.bench.memory import peak_mb

PARTS, DISTINCT, AN_IMAGE, VERSION = 8, 2048, 13, "bench"
MIXTURE = {  # rows of a hundred, and question–answer pairs, words, objects and claims of each
    TaskType.VQA: (55, 1, 9, 3, 4),
    TaskType.REGION_CAPTION: (25, 1, 35, 2, 9),
    TaskType.DIALOGUE: (10, 4, 16, 8, 14),
    TaskType.DETAILED_DESCRIPTION: (5, 1, 180, 20, 40),
    TaskType.CAPTION: (5, 1, 14, 0, 0),
}
WORDS = (
    "a", "the", "two", "white", "grey", "small", "large", "vehicle", "plane", "ship", "tank", "row",
    "of", "in", "left", "right", "upper", "lower", "centre", "part", "image", "stands", "lies",
    "near", "beside", "above", "below", "runs", "from", "top", "to", "bottom", "parked", "grass",
)  # fmt: skip
KINDS = (ClaimKind.CLASS, ClaimKind.COUNT, ClaimKind.POSITION, ClaimKind.RELATION, ClaimKind.COLOUR)
CLASSES = ("small vehicle", "plane", "ship", "storage tank", "harbour")


def write_release(root: str, rows: int) -> tuple[ReleasePart, ...]:
    """Write the tables of a release of about ``rows`` samples."""
    store = Store(root)
    made = [
        _samples(store, task, table, part, rows * share // 100 // PARTS)
        for task, (share, *_) in MIXTURE.items()
        for table in [_distinct(task)]
        for part in range(PARTS)
    ]
    return (*made, *(_images(store, part, rows // AN_IMAGE // PARTS) for part in range(PARTS)))


def _distinct(task: TaskType) -> pa.Table:
    draw = random.Random(f"{task}")
    return pa.Table.from_batches([to_batch([_sample(draw, task) for _ in range(DISTINCT)], Sample)])


def _samples(store: Store, task: TaskType, table: pa.Table, part: int, rows: int) -> ReleasePart:
    path = f"samples/task={task}/split=train/source=dota/part-{part:05d}.parquet"
    return write_table(store, VERSION, path, "samples", SAMPLES, _renamed(table, path, rows))


def _renamed(table: pa.Table, path: str, rows: int) -> Iterator[pa.Table]:
    """Yield ``rows`` rows: those of ``table`` again and again, under new ids."""
    for start in range(0, rows, table.num_rows):
        ids = pa.array([content_id(path, start + n) for n in range(table.num_rows)])
        yield table.set_column(0, table.schema.field("id"), ids).slice(0, rows - start)


def _sample(draw: random.Random, task: TaskType) -> Sample:
    _, pairs, words, objects, claims = MIXTURE[task]
    refs = [f"o{n}" for n in range(1, objects + 1)]
    length = 2 * pairs
    return Sample(
        id="", task=task, source="dota", split=Split.TRAIN, scene_id="s", tile_id="t",
        window=Window(x0=0, y0=0, x1=800, y1=800),
        turns=tuple(
            Turn(role=("user", "assistant")[n % 2], content=_text(draw, words if n % 2 else 11))
            for n in range(length)
        ),
        objects=tuple(
            SampleObject(ref=ref, annotation_id=ref, category="plane",
                         polygon=((0, 0), (9, 0), (9, 9)), box=(0, 0, 9, 9))
            for ref in refs
        ),
        lineage=Lineage(
            origin=Origin.GENERATED, stage="describe", form=str(task), labels=(), prompt="p",
            prompt_fingerprint="f", seed=0,
            spans=tuple(
                Span(turn=draw.randrange(length), start=0, end=1,
                     refs=tuple(draw.sample(refs, draw.randint(1, len(refs)))))
                for _ in range(min(objects, 6))
            ),
            verdicts=tuple(_verdict(draw, length) for _ in range(claims)),
        ),
    )  # fmt: skip


def _text(draw: random.Random, words: int) -> str:
    return " ".join(draw.choices(WORDS, k=max(1, words + draw.randint(-3, 3)))) + "."


def _verdict(draw: random.Random, length: int) -> Verdict:
    outcome = draw.choices(("supported", "contradicted", "unverifiable"), (960, 4, 36))[0]
    return Verdict(
        claim=_text(draw, 4), kind=draw.choice(KINDS), outcome=outcome, evidence=_text(draw, 8),
        turn=draw.randrange(1, length, 2), refs=(f"o{draw.randint(1, 3)}",),
    )  # fmt: skip


def _images(store: Store, part: int, rows: int) -> ReleasePart:
    path = f"images/split=train/source=dota/part-{part:05d}.parquet"
    table = pa.Table.from_batches([to_batch([_image(random.Random(part))], ImageRow)])
    piece = pa.concat_tables([table] * 512).combine_chunks()
    groups = (piece.slice(0, rows - start) for start in range(0, rows, piece.num_rows))
    return write_table(store, VERSION, path, "images", IMAGES, groups)


def _image(draw: random.Random) -> ImageRow:
    boxes = [(x, y, x + draw.randint(4, 90), y + draw.randint(4, 90)) for x, y in [(10, 10)] * 24]
    return ImageRow(
        image=EncodedImage(bytes=b"", path="t.jpg"), tile_id="t", scene_id="s", scene="s.png",
        source="dota", split=Split.TRAIN, component="c", window=Window(x0=0, y0=0, x1=800, y1=800),
        width=800, height=800, samples=(),
        objects=tuple(
            ImageObject(ref=f"o{n}", category=draw.choice(CLASSES), described=True, box=box,
                        polygon=((box[0], box[1]), (box[2], box[1]), (box[2], box[3])))
            for n, box in enumerate(boxes, start=1)
        ),
    )  # fmt: skip


def measured(root: str, tables: tuple[ReleasePart, ...]) -> dict[str, float]:
    """Score the release below ``root``; return the figures."""
    from tasks.lexicon.lexicon import english
    from tasks.quality.library import load
    from tasks.score import score

    english()
    load()
    before = peak_mb()
    start = time.perf_counter()
    found = score(Store(root), VERSION, "2026-01-01T00:00:00Z", tables, (), GateParams())
    seconds = time.perf_counter() - start
    rows = sum(part.rows for part in tables if part.table == "samples")
    return {
        "rows": rows,
        "seconds": round(seconds, 1),
        "rows_per_second": round(rows / seconds),
        "expectations": found.gate.expectations,
        "peak_mb": peak_mb(),
        "above_imports_mb": peak_mb() - before,
    }


def main() -> None:
    """Run the benchmark, or its measured half."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="?", type=int, default=100_000)
    parser.add_argument("--root", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.root:
        lines = (Path(args.root) / "tables.json").read_text().splitlines()
        tables = tuple(ReleasePart.model_validate_json(line) for line in lines)
        print(json.dumps(measured(args.root, tables)))
        return
    runs = [_run(args.rows), _run(10 * args.rows)]
    growth = round(runs[1]["peak_mb"] / runs[0]["peak_mb"], 3)
    print(json.dumps({"bench": "scorecard", "runs": runs, "memory_ratio": growth}))


def _run(rows: int) -> dict[str, float]:
    with TemporaryDirectory() as root:
        tables = write_release(root, rows)
        lines = [part.model_dump_json() for part in tables]
        (Path(root) / "tables.json").write_text("\n".join(lines))
        size = sum(part.bytes for part in tables) // 2**20
        command = [sys.executable, "-m", "tests.bench.bench_scorecard", str(rows), "--root", root]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    line = done.stdout.strip().splitlines()[-1]
    print(f"{rows:,} samples, {size} MB: {line}", flush=True)
    figures: dict[str, float] = json.loads(line)
    return figures


if __name__ == "__main__":
    main()
