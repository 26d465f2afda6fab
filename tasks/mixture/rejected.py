"""Samples that are not published, as rejections: what, why, and what to do."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from schemas.arrow import arrow_schema
from schemas.mixture import MixtureParams
from schemas.sample import Rejection
from schemas.vocabulary import Reason, TaskType
from tasks.mixture.columns import first_pair
from tasks.mixture.fates import Fate
from tasks.mixture.questions import read_question
from tasks.mixture.shares import rule_of

STAGE: Final = "mix"
NAMES: Final = (
    "id", "source", "split", "task", "scene_id", "turns", "lineage.form", "lineage.licence",
    "lineage.labels",
)  # fmt: skip
"""The columns of the samples that are read."""

_REASONS: Final = {
    Fate.LICENCE: Reason.LICENCE,
    Fate.UNBALANCED: Reason.UNBALANCED,
    Fate.CROWDED: Reason.OVER_QUOTA,
    Fate.OVER_SHARE: Reason.OVER_QUOTA,
}


def rejections(
    batch: pa.RecordBatch,
    fate: NDArray[np.int8],
    percent: NDArray[np.int8],
    params: MixtureParams,
) -> pa.RecordBatch:
    """Return a Rejection for every row of ``batch``; none of its samples is published."""
    schema, count = arrow_schema(Rejection), batch.num_rows
    file, line = _first_label(batch.column("lineage").field("labels"))
    columns = {
        "stage": pa.repeat(STAGE, count),
        "subject": pa.repeat("sample", count),
        "subject_id": batch.column("id"),
        "source": batch.column("source"),
        "reason": pa.array([_REASONS[Fate(one)].value for one in fate], pa.string()),
        "detail": pa.array(_details(batch, fate, percent, params), pa.string()),
        "file": file,
        "line": line,
        "payload": pa.repeat("", count),
        "scene_id": batch.column("scene_id"),
    }
    return pa.RecordBatch.from_arrays([columns[field.name] for field in schema], schema=schema)


def _details(
    batch: pa.RecordBatch,
    fate: NDArray[np.int8],
    percent: NDArray[np.int8],
    params: MixtureParams,
) -> list[str]:
    lineage = batch.column("lineage")
    questions, _ = first_pair(batch.column("turns"))
    forms = lineage.field("form").to_pylist()
    licences = lineage.field("licence").to_pylist()
    rows = zip(
        fate.tolist(), percent.tolist(), batch.column("source").to_pylist(),
        batch.column("task").to_pylist(), batch.column("split").to_pylist(),
        forms, licences, questions, strict=True,
    )  # fmt: skip
    found = []
    for why, share, source, task, split, form, licence, question in rows:
        match Fate(why):
            case Fate.LICENCE:
                found.append(_licence(source, licence))
            case Fate.UNBALANCED:
                template = read_question(question, form).template
                found.append(_unbalanced(source, split, template, share, params.balance))
            case Fate.CROWDED:
                found.append(_crowded(source, params))
            case _:
                found.append(_over_share(source, task, share, params))
    return found


@lru_cache(1024)
def _licence(source: str, licence: str | None) -> str:
    said = f"The licence of {source}, “{licence}”," if licence else f"The licence of {source}"
    return (
        f"{said} is not known to allow commercial use. Leave out mixture.commercial, or state the "
        "source's “licence” where it allows it."
    )


@lru_cache(1 << 16)
def _unbalanced(source: str, split: str, template: str, share: int, limit: float) -> str:
    return (
        (
            f"Of the questions “{template}” of {source} in {split}, {share} % have this answer, so "
            f"that a model that sees no picture would be right; {100 * limit:.0f} % of the presence questions "
            "of a source may be. Add images with the other answer, or raise mixture.balance."
        )
        .replace("%", " %")
        .replace("  %", " %")
    )


@lru_cache(1024)
def _crowded(source: str, params: MixtureParams) -> str:
    return (
        f"Its image, of {source}, has more samples than the {params.per_image} that "
        "mixture.per_image allows. Raise it to publish more."
    )


@lru_cache(1024)
def _over_share(source: str, task: str, share: int, params: MixtureParams) -> str:
    rule = rule_of(params, source, TaskType(task))
    named = {"cap": rule.cap, "temperature": params.temperature, "total": params.total}
    set_ = [f"weight {rule.weight:g}", *(f"{k} {v:,}" for k, v in named.items() if v is not None)]
    return (
        f"The mixture takes {share} % of the {task} samples of {source} ({', '.join(set_)}). "
        "Change mixture.rules, temperature or total to publish more."
    )


def _first_label(labels: pa.ListArray) -> tuple[pa.Array, pa.Array]:
    """Return file and line of the first label of each row, null where it has none."""
    offsets: Sequence[int] = labels.offsets
    at = pc.if_else(pc.equal(labels.value_lengths(), 0), None, pc.cast(offsets[:-1], pa.int32()))
    return labels.values.field("file").take(at), labels.values.field("line").take(at)
