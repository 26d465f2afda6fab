"""Valid samples made by hand, as the columns that the mixture reads."""

import random
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from schemas.arrow import arrow_schema
from schemas.record import content_id
from schemas.sample import Sample
from tasks.mixture import Gathering

CLASSES = ("ship", "bridge", "ground track field", "storage tank", "basketball court",
           "tennis court", "airplane", "baseball diamond", "harbor", "vehicle", "crossroad",
           "T junction", "parking lot")  # fmt: skip


@dataclass(frozen=True)
class Row:
    """What the mixture reads of a sample."""

    id: str
    source: str = "rsivqa"
    task: str = "vqa"
    split: str = "train"
    tile: str = "tile"
    question: str = "Is there a ship?"
    answer: str = "Yes"
    form: str = "question"
    licence: str | None = None
    file: str | None = "a.txt"


def batch(rows):
    """Return ``rows`` with the columns of Sample that are read, as types of that record."""
    schema, lineage = arrow_schema(Sample), arrow_schema(Sample).field("lineage").type
    wanted = ("form", "licence", "labels")
    fields = [
        *(schema.field(name) for name in ("id", "task", "source", "split", "tile_id", "turns")),
        pa.field("lineage", pa.struct([lineage.field(name) for name in wanted])),
    ]
    plain = [
        {
            "id": row.id, "task": row.task, "source": row.source, "split": row.split,
            "tile_id": row.tile,
            "turns": [
                {"role": "user", "content": row.question},
                {"role": "assistant", "content": row.answer},
            ],
            "lineage": {
                "form": row.form, "licence": row.licence,
                "labels": [{"file": row.file, "line": 3, "element": None}] if row.file else [],
            },
        }
        for row in rows
    ]  # fmt: skip
    return pa.RecordBatch.from_pylist(plain, pa.schema(fields))


def columns(rows, seed=0, size=1000):
    """Return ``rows`` as the mixture sees them."""
    gathering = Gathering(seed)
    for start in range(0, len(rows), size):
        gathering.add(batch(rows[start : start + size]))
    return gathering.finish()


def published(rows, choice):
    """Return those of ``rows`` that are chosen."""
    return [rows[place] for place in np.flatnonzero(choice.chosen)]


def hrrsd(images=700, seed=0, few=2):
    """Return RSIVQA-HRRSD-shaped rows: thirteen classes asked of every image, few of them there."""
    draw, rows = random.Random(seed), []
    weights = [13 - number for number in range(13)]
    for image in range(images):
        there = set(draw.choices(CLASSES, weights, k=draw.randint(1, few)))
        split = draw.choices(("train", "val", "test"), (8, 1, 1))[0]
        rows += [
            Row(
                id=content_id(seed, image, name), split=split, tile=content_id(seed, image),
                question=f"Does this picture contain {name}? Answer yes or no.",
                answer="Yes" if name in there else "No",
            )
            for name in CLASSES
        ]  # fmt: skip
    return rows
