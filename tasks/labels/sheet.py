"""What is written: drafts and rejections of a batch, collected column by column."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate
from typing import Any, Final, NamedTuple

import numpy as np
import orjson
import pyarrow as pa

from schemas.arrow import arrow_schema
from schemas.geometry import Box, Polygon
from schemas.record import ID_LENGTH
from schemas.sample import Draft, Rejection
from schemas.turn import SpanKind
from schemas.vocabulary import Origin, Reason, TaskType
from tasks.labels.columns import Image, Labels
from tasks.labels.how import PHRASED_BY, How

STAGE: Final = "adapt"


class Thing(NamedTuple):
    """An object that a draft speaks of."""

    ref: str
    annotation_id: str
    category: str
    polygon: Polygon  # scene px
    box: Box


class Mark(NamedTuple):
    """A span of a turn."""

    turn: int
    start: int
    end: int
    refs: tuple[str, ...]
    kind: SpanKind


@dataclass(frozen=True)
class Adapted:
    """What became of the labels of a batch of tiles."""

    drafts: pa.RecordBatch
    rows: tuple[int, ...]  # for each draft, its tile's row in the batch
    rejections: pa.RecordBatch
    candidates: int


class Sheet:
    """Collects columns; the drafts of a tile come together, tiles in the order of the batch."""

    def __init__(self, labels: Labels, how: How) -> None:
        """Collect what becomes of ``labels``."""
        self._labels, self._how = labels, how
        self._drafts: list[tuple[int, str, str, str, str | None]] = []  # row, id, task, form, given
        self._given: set[str] = set()
        self._turns: list[str] = []
        self._turn_counts: list[int] = []
        self._origins: list[int] = []
        self._origin_counts: list[int] = []
        self._things: list[Thing] = []
        self._thing_counts: list[int] = []
        self._marks: list[Mark] = []
        self._mark_counts: list[int] = []
        self._rejected: list[tuple[Image, str, int, str, str, str]] = []
        self.candidates = 0

    def sample(
        self,
        image: Image,
        task: TaskType,
        form: str,
        labels: Sequence[int],
        turns: Sequence[str],
        original: str | None,
        things: Sequence[Thing] = (),
        marks: Sequence[Mark] = (),
    ) -> None:
        """Add a draft; ``labels`` are places in the columns, ``turns`` begin with the user's.

        A text that another label of the image gave already is rejected.
        """
        key = draft_id(image.id, task, turns)
        if key in self._given:
            detail = f"gives the same text as another label, sample {key}"
            self.reject(image, form, labels[0], Reason.REPEATED_LABEL, detail, "\n".join(turns))
            return
        self._given.add(key)
        self._drafts.append((image.row, key, task, form, original))
        self._turns += turns
        self._turn_counts.append(len(turns))
        self._origins += labels
        self._origin_counts.append(len(labels))
        self._things += things
        self._thing_counts.append(len(things))
        self._marks += marks
        self._mark_counts.append(len(marks))

    def reject(
        self, image: Image, form: str, label: int, reason: Reason, detail: str, payload: str
    ) -> None:
        """Add a rejection of the label at place ``label``."""
        self._rejected.append((image, form, label, reason.value, detail, payload))

    def finish(self) -> Adapted:
        """Return all that was collected, as record batches."""
        return Adapted(
            drafts=self._draft_batch(),
            rows=tuple(draft[0] for draft in self._drafts),
            rejections=self._rejection_batch(),
            candidates=self.candidates,
        )

    def _draft_batch(self) -> pa.RecordBatch:
        schema = arrow_schema(Draft)
        rows, ids, tasks, forms, originals = _columns(self._drafts, 5)
        batch, scene = self._labels.batch, self._labels.batch.column("scene")
        at = pa.array(rows, pa.int32())
        count = len(rows)
        lineage = schema.field("lineage").type
        return _batch(
            schema,
            count,
            {
                "id": pa.array(ids, pa.string()),
                "task": pa.array(tasks, pa.string()),
                "source": scene.field("source").take(at),
                "split": batch.column("split").take(at),
                "scene_id": scene.field("id").take(at),
                "tile_id": batch.column("id").take(at),
                "turns": self._turn_lists(schema.field("turns").type),
                "objects": self._thing_lists(schema.field("objects").type),
                "lineage": _struct(
                    lineage,
                    count,
                    self._lineage(lineage, forms)
                    | {
                        "original": pa.array(originals, pa.string()),
                        "licence": scene.field("licence").take(at),
                        "attribution": scene.field("attribution").take(at),
                    },
                ),
            },
        )

    def _lineage(self, kind: pa.StructType, forms: Sequence[str]) -> dict[str, pa.Array]:
        count, words = len(forms), self._how.words
        origins = self._labels.flat.field("origin").take(pa.array(self._origins, pa.int64()))
        files = [PHRASED_BY[form] for form in forms]
        prints = {name: phrasings.fingerprint for name, phrasings in words.files.items()}
        return {
            "origin": pa.repeat(Origin.ADAPTED.value, count),
            "stage": pa.repeat(STAGE, count),
            "form": pa.array(forms, pa.string()),
            "labels": _lists(kind.field("labels").type, self._origin_counts, origins),
            "prompt": pa.array([f"phrasings/{file}" for file in files], pa.string()),
            "prompt_fingerprint": pa.array([prints[file] for file in files], pa.string()),
            "seed": pa.repeat(pa.scalar(self._how.seed, pa.int64()), count),
            "spans": self._mark_lists(kind.field("spans").type),
        }

    def _turn_lists(self, kind: pa.ListType) -> pa.ListArray:
        pairs = len(self._turns) // 2
        roles = pa.array(["user", "assistant"]).take(pa.array(np.tile([0, 1], pairs)))
        columns = {"role": roles, "content": pa.array(self._turns, pa.string())}
        values = _struct(kind.value_type, len(self._turns), columns)
        return _lists(kind, self._turn_counts, values)

    def _thing_lists(self, kind: pa.ListType) -> pa.ListArray:
        return _tuples(kind, self._thing_counts, self._things, Thing._fields)

    def _mark_lists(self, kind: pa.ListType) -> pa.ListArray:
        return _tuples(kind, self._mark_counts, self._marks, Mark._fields)

    def _rejection_batch(self) -> pa.RecordBatch:
        schema = arrow_schema(Rejection)
        images, forms, places, reasons, details, payloads = _columns(self._rejected, 6)
        count = len(images)
        origins = self._labels.flat.field("origin").take(pa.array(places, pa.int64()))
        said = zip(images, forms, places, details, strict=True)
        ids = self._labels.ids
        return _batch(
            schema,
            count,
            {
                "stage": pa.repeat(STAGE, count),
                "subject": pa.repeat("sample", count),
                "subject_id": pa.array(
                    [
                        attempt_id(i.id, f, ids[p])
                        for i, f, p in zip(images, forms, places, strict=True)
                    ],
                    pa.string(),
                ),
                "source": pa.array([image.source for image in images], pa.string()),
                "reason": pa.array(reasons, pa.string()),
                "detail": pa.array([_detail(*one) for one in said], pa.string()),
                "file": origins.field("file"),
                "line": origins.field("line"),
                "payload": pa.array(payloads, pa.string()),
                "scene_id": pa.array([image.scene_id for image in images], pa.string()),
            },
        )


def draft_id(tile_id: str, task: str, turns: Sequence[str]) -> str:
    """Return ``content_id(tile_id, task, turns)``, several times as fast; the user begins."""
    said = [{"content": t, "role": "assistant" if n % 2 else "user"} for n, t in enumerate(turns)]
    return sha256(orjson.dumps([tile_id, task, said])).hexdigest()[:ID_LENGTH]


def attempt_id(tile_id: str, form: str, label_id: str) -> str:
    """Return ``content_id(tile_id, form, label_id)``: what was tried, as there is no text."""
    return sha256(orjson.dumps([tile_id, form, label_id])).hexdigest()[:ID_LENGTH]


def _detail(image: Image, form: str, _place: int, detail: str) -> str:
    return f"{form}, tile {image.id} of {image.name}: {detail}"


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> tuple[list[Any], ...]:
    return tuple([row[number] for row in rows] for number in range(width))


def _lists(kind: pa.ListType, counts: Sequence[int], values: pa.Array) -> pa.ListArray:
    offsets = pa.array(list(accumulate(counts, initial=0)), pa.int32())
    return pa.ListArray.from_arrays(offsets, values, type=kind)


def _tuples(
    kind: pa.ListType, counts: Sequence[int], rows: Sequence[tuple[Any, ...]], names: Sequence[str]
) -> pa.ListArray:
    """Return lists of structs of ``rows``; most batches have none at all."""
    columns = zip(names, _columns(rows, len(names)), strict=True)
    types = kind.value_type
    given = {name: pa.array(column, types.field(name).type) for name, column in columns}
    return _lists(kind, counts, _struct(types, len(rows), given))


def _struct(kind: pa.StructType, count: int, given: dict[str, pa.Array]) -> pa.StructArray:
    fields = [kind.field(number) for number in range(kind.num_fields)]
    arrays = [given[f.name] if f.name in given else _absent(f, count) for f in fields]
    return pa.StructArray.from_arrays(arrays, fields=fields)


def _batch(schema: pa.Schema, count: int, given: dict[str, pa.Array]) -> pa.RecordBatch:
    arrays = [given[f.name] if f.name in given else _absent(f, count) for f in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _absent(field: pa.Field, count: int) -> pa.Array:
    """Return the column of a field that drafts of labels leave at its default, none."""
    if pa.types.is_struct(field.type) and field.nullable:
        return pa.array([None] * count, field.type)  # pa.nulls has nulls in fields that allow none
    if field.nullable:
        return pa.nulls(count, field.type)
    if pa.types.is_list(field.type):
        return _lists(field.type, [0] * count, pa.array([], field.type.value_type))
    raise TypeError(f"drafts of labels have no “{field.name}”")
