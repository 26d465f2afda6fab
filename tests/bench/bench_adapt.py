"""How many samples a second adapt writes, of objects and of labels in words, and in what memory.

Run: python -m tests.bench.bench_adapt [TILES] [--rows ROWS]. Labels are RSVQA-shaped: ROWS questions
are written as a part of tiles and adapted from disk to disk by the stage, in one process, in two at
once with half of them each, and ten times as many for memory; each in a process of its own. The
baseline makes the same samples as Draft records one at a time and writes them as a part.
"""

import argparse
import json
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from prompts import load_phrasings
from schemas.label_params import LabelParams
from schemas.params import AdaptParams
from schemas.sample import Draft, Lineage
from schemas.scene import QuestionAnswerAnnotation
from schemas.tile import LabelledTile, TileOutline
from schemas.turn import Turn
from schemas.vocabulary import Origin, TaskType
from tasks._stage import Where
from tasks.adapt import FORMS, adapt, adapt_shard
from tasks.labels import load_how
from tasks.labels.answers import normalised
from tasks.labels.how import How
from tasks.labels.questions import read_question
from tasks.labels.sheet import draft_id
from tasks.storage.parts import read_rows, write_rows
from tasks.storage.store import Store
from tests.bench.labels import PARAMS, QUESTIONS, part_of, tiles_part
from tests.bench.memory import peak_mb
from tests.tasks._tiles import dense_tile, random_tile

CLASSES = ("large vehicle", "small vehicle", "plane", "ship", "storage tank", "bridge")
EXHAUSTIVE = (*CLASSES, "helicopter", "harbour", "tennis court", "swimming pool", "roundabout")
BASELINE_ROWS, TENFOLD = 20_000, 10


def objects(count: int) -> dict[str, float]:
    """Adapt ``count`` seeded tiles of 1 to 120 objects, then one of 600; return the figures."""
    draw = random.Random(0)
    tiles = [
        random_tile(seed, draw.randint(1, 120), draw.sample(CLASSES, 4), exhaustive=EXHAUSTIVE)
        for seed in range(count)
    ]
    phrasings = {form: load_phrasings(form) for form in FORMS}
    list(adapt(tiles[0], AdaptParams(), phrasings))  # caches of English words
    forms: Counter[str] = Counter()
    start = time.perf_counter()
    for tile in tiles:
        forms.update(_forms(tile, phrasings))
    seconds = time.perf_counter() - start
    start = time.perf_counter()
    _forms(dense_tile(), phrasings)
    dense = time.perf_counter() - start
    drafts = sum(forms[form] for form in FORMS)
    number = sum(len(tile.objects) for tile in tiles)
    print(f"{count} tiles, {number} objects: {drafts} samples in {seconds:.2f} s")
    print(", ".join(f"{form} {forms[form]}" for form in (*FORMS, "rejected")))
    return {
        "tiles": count,
        "objects": number,
        "samples": drafts,
        "rejected": forms["rejected"],
        "samples_per_second": round(drafts / seconds, 1),
        "tiles_per_second": round(count / seconds, 1),
        "tile_of_600_seconds": round(dense, 3),
        "peak_mb": peak_mb(),
    }


def labels(rows: int) -> dict[str, float]:
    """Adapt ``rows`` questions in one process, in two, ten times as many; return the figures."""
    with TemporaryDirectory() as root:
        (alone,) = _run(root, [("columns", rows)])
        pair = _run(root, [("columns", rows // 2)] * 2)
        (tenfold,) = _run(root, [("columns", rows * TENFOLD)])
        (plain,) = _run(root, [("records", min(rows, BASELINE_ROWS))])
    together = sum(one["samples"] for one in pair) / max(one["seconds"] for one in pair)
    figures = {
        "label_rows": rows,
        "label_samples": alone["samples"],
        "label_rejected": alone["rejected"],
        "one_process_samples_per_second": round(alone["samples"] / alone["seconds"]),
        "two_processes_samples_per_second": round(together),
        "records_samples_per_second": round(plain["samples"] / plain["seconds"]),
        "label_peak_mb": alone["peak_mb"],
        "tenfold_rows": rows * TENFOLD,
        "tenfold_samples_per_second": round(tenfold["samples"] / tenfold["seconds"]),
        "tenfold_peak_mb": tenfold["peak_mb"],
        "tenfold_memory": round(tenfold["peak_mb"] / alone["peak_mb"], 3),
    }
    figures["columns_against_records"] = round(
        figures["one_process_samples_per_second"] / figures["records_samples_per_second"], 1
    )
    print(
        f"{rows} questions: {figures['one_process_samples_per_second']} samples/s in one process, "
        f"{figures['two_processes_samples_per_second']} in two, "
        f"{figures['records_samples_per_second']} as records one at a time; peak "
        f"{alone['peak_mb']} MB, {tenfold['peak_mb']} MB with {rows * TENFOLD} questions"
    )
    return figures


def columns(root: Path, shard: int, rows: int) -> dict[str, float]:
    """Adapt ``rows`` questions as the stage does, from part to part."""
    where, store = Where(root=str(root), shard=shard), Store(str(root))
    adapt_shard.fn(where, tiles_part(root, shard, QUESTIONS), PARAMS)  # imports, phrasings
    source = part_of(shard, rows)
    start = time.perf_counter()
    part = adapt_shard.fn(where, source, PARAMS)
    seconds = time.perf_counter() - start
    for path in (source.path, part.path, part.beside("rejections")):
        store.delete(path)
    return {"samples": part.rows, "rejected": part.rejections, "seconds": seconds}


def source(root: Path, shard: int, rows: int) -> dict[str, float]:
    """Write the tiles that are adapted, so that no memory for it counts as adaption's."""
    return {"tiles": tiles_part(root, shard, rows).rows}


def records(root: Path, shard: int, rows: int) -> dict[str, float]:
    """Make the same samples as records, one at a time; what is rejected is left out."""
    store, source = Store(str(root)), part_of(shard, rows)
    how = load_how(LabelParams(), 0)
    start = time.perf_counter()
    tiles = read_rows(store, source.path, LabelledTile)
    drafts = (draft for tile in tiles for draft in _tile_drafts(tile, how))
    samples = write_rows(store, "drafts.parquet", Draft, drafts)
    return {"samples": samples, "rejected": 0, "seconds": time.perf_counter() - start}


def _tile_drafts(tile: LabelledTile, how: How) -> list[Draft]:
    asked: dict[str, list[QuestionAnswerAnnotation]] = {}
    for label in tile.labels:
        asked.setdefault(read_question(label.question).key, []).append(label)
    same = {key: {normalised(one.answer).text for one in found} for key, found in asked.items()}
    return [_draft(tile, found[0], how) for key, found in asked.items() if len(same[key]) == 1]


def _draft(tile: LabelledTile, label: QuestionAnswerAnnotation, how: How) -> Draft:
    question, answer = read_question(label.question), normalised(label.answer)
    clauses = how.words.plain("question", answer.kind)
    texts = (f"{question.text} {clauses[how.draw(label.id) % len(clauses)]}", answer.text)
    lineage = Lineage(
        origin=Origin.ADAPTED, stage="adapt", form="question", labels=(label.origin,),
        prompt="phrasings/question", prompt_fingerprint=how.words.files["question"].fingerprint,
        seed=how.seed, licence=tile.scene.licence, attribution=tile.scene.attribution,
        original=f"{label.question}\n{label.answer}",
    )  # fmt: skip
    return Draft(
        id=draft_id(tile.id, TaskType.VQA, texts), task=TaskType.VQA, source=tile.scene.source,
        split=tile.split, scene_id=tile.scene.id, tile_id=tile.id,
        turns=(Turn(role="user", content=texts[0]), Turn(role="assistant", content=texts[1])),
        objects=(), lineage=lineage,
    )  # fmt: skip


def _run(root: str, jobs: list[tuple[str, int]]) -> list[dict[str, float]]:
    """Write the tiles of ``jobs``, then run these at once; return what they print."""
    _started(root, [("source", rows) for _, rows in jobs])
    return _started(root, jobs)


def _started(root: str, jobs: list[tuple[str, int]]) -> list[dict[str, float]]:
    """Run ``jobs`` at once, each in a process of its own."""
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.bench.bench_adapt", "--job", job, "--rows", str(rows),
             "--root", root, "--shard", str(shard)],
            stdout=subprocess.PIPE, text=True,
        )
        for shard, (job, rows) in enumerate(jobs)
    ]  # fmt: skip
    printed = [process.communicate()[0] for process in started]
    return [json.loads(text.splitlines()[-1]) for text in printed]


def _forms(tile: TileOutline, phrasings: dict[str, object]) -> list[str]:
    rows = adapt(tile, AdaptParams(), phrasings)  # type: ignore[arg-type]
    return [row.lineage.form if isinstance(row, Draft) else "rejected" for row in rows]


def main() -> None:
    """Run the benchmark, or one of its jobs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tiles", nargs="?", type=int, default=100)
    parser.add_argument("--rows", type=int, default=50_000, help="questions; 1000000 for the issue")
    parser.add_argument("--job", choices=["source", "columns", "records"], help=argparse.SUPPRESS)
    parser.add_argument("--root", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--shard", type=int, default=0, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.job:
        work = {"source": source, "columns": columns, "records": records}[args.job]
        figures = work(args.root, args.shard, args.rows)
        print(json.dumps({**figures, "peak_mb": peak_mb()}))
        return
    print(json.dumps({"bench": "adapt", **objects(args.tiles), **labels(args.rows)}))


if __name__ == "__main__":
    main()
