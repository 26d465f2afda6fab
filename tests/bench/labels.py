"""Questions shaped like RSVQA's: about a hundred an image, from templates, short answers."""

import random
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from schemas.arrow import arrow_schema, to_batch
from schemas.geometry import Window
from schemas.params import AdaptParams
from schemas.record import content_id
from schemas.release import Part
from schemas.scene import LabelOrigin, QuestionAnswerAnnotation, Scene
from schemas.tile import Tile
from schemas.vocabulary import Split
from tasks.storage.parts import PartWriter
from tasks.storage.store import Store

QUESTIONS, SIDE, DISTINCT = 100, 512, 256
PARAMS = AdaptParams()
THINGS = ("building", "road", "commercial building", "residential area", "parking", "water area",
          "grass area", "orchard", "wood area", "square building", "farmland", "pitch", "forest",
          "small road", "medium building", "large place of worship", "school", "river")  # fmt: skip
SIDES = ("on the left of", "on the right of", "next to", "at the top of", "at the bottom of")


def pair(draw: random.Random) -> tuple[str, str, str]:
    """Return a question, its answer and its type."""
    one, other, near = draw.choice(THINGS), draw.choice(THINGS), draw.choice(THINGS)
    side, yes = draw.choice(SIDES), draw.choice(("yes", "no"))
    kind = draw.choice(("presence", "comp", "count", "area"))
    if kind == "presence":
        return f"Is there a {one} {side} a {other}?", yes, kind
    if kind == "comp":
        return f"Are there more {one}s than {other}s {side} the {near}?", yes, kind
    if kind == "count":
        return f"What is the number of {one}s {side} a {other}?", str(draw.randint(0, 300)), kind
    return f"What is the area covered by {one}s {side} a {other}?", f"{draw.randint(0, 9)}m2", kind


def question(draw: random.Random, image: int, number: int) -> QuestionAnswerAnnotation:
    """Return question ``number`` of an image."""
    asked, answer, kind = pair(draw)
    return QuestionAnswerAnnotation(
        id=content_id(image, number), question=asked, answer=answer, question_type=kind,
        origin=LabelOrigin(
            file="USGS_split_train_questions.json",
            element=f"questions[{image * QUESTIONS + number}]",
        ),
    )  # fmt: skip


def tile(image: int) -> Tile:
    """Return an image with its questions, the same for the same number."""
    draw = random.Random(image)
    scene = Scene(
        id=content_id("scene", image), source="rsvqa", name=f"Data/{image}.tif",
        uri=f"Data/{image}.tif", sha256="0" * 64, perceptual_hash="0" * 16, width=SIDE,
        height=SIDE, bands=3, gsd=0.15,
    )  # fmt: skip
    return Tile(
        id=content_id("tile", image), scene=scene, window=Window(x0=0, y0=0, x1=SIDE, y1=SIDE),
        split=Split.TRAIN, component=scene.id, image_sha256="1" * 64, objects=(),
        labels=tuple(question(draw, image, number) for number in range(QUESTIONS)), image=b"jpeg",
    )  # fmt: skip


def part_of(shard: int, rows: int) -> Part:
    """Return the part of tiles with ``rows`` questions."""
    count = max(1, rows // QUESTIONS)
    return Part(stage="tile", shard=shard, key=f"{rows:020d}", candidates=count, rows=count,
                rejections=0, findings=0, made=True)  # fmt: skip


def tiles_part(root: Path, shard: int, rows: int) -> Part:
    """Write that part; its first ``DISTINCT`` images come again and again under other ids."""
    part = part_of(shard, rows)
    count = part.rows
    with Store(str(root)).create(part.path) as file, PartWriter(file, Tile) as writer:
        for batch in _batches(shard, count):
            writer.write_batch(batch)
        writer.footer = {"candidates": count, "rows": count, "rejections": 0, "findings": 0}
    return part


def _batches(shard: int, count: int) -> Iterator[pa.RecordBatch]:
    first = shard * DISTINCT
    batch = to_batch([tile(first + n) for n in range(min(DISTINCT, count))], Tile)
    ids = batch.schema.get_field_index("id")
    for start in range(0, count, DISTINCT):
        new = pa.array([content_id("tile", shard, start + n) for n in range(batch.num_rows)])
        yield batch.set_column(ids, arrow_schema(Tile).field("id"), new).slice(0, count - start)
