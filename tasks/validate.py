"""Stage validate: every sample meets the expectations of its table before it may be published."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Final

import pandas as pd

from schemas.errors import GateError
from schemas.expectations import ColumnExpectation, column_expectations
from schemas.release import Part
from schemas.sample import Rejection, Sample
from schemas.vocabulary import Reason
from tasks._stage import Context, stage
from tasks.quality.expectations import Asked, Unmet, unmet_table, unmet_values
from tasks.quality.frames import frames
from tasks.quality.rules import ROW_RULES, TABLE_RULES, SampleKey

ROWS: Final = 1000  # samples that are checked at once, so that memory does not grow with the shard
HOLDS: Final = ColumnExpectation(column="rule", kind="in_set", values=(True,))  # a rule of a row


@stage("validate", writes=Sample, scenes="verified", passes=True)
def validate_shard(
    context: Context, verified: Part, augmented: Part | None = None
) -> Iterator[Sample | Rejection]:
    """Check the samples of the shard against the expectations of their table and of its columns.

    ``augmented`` are turned ones among them. A row that fails is rejected. Raises GateError where
    the table as a whole fails.
    """
    parts = [part for part in (verified, augmented) if part is not None]
    keys = chain.from_iterable(context.rows(part, SampleKey) for part in parts)
    check_table(keys, sum(context.count(part) for part in parts))
    samples = chain.from_iterable(context.rows(part, Sample) for part in parts)
    while rows := list(islice(samples, ROWS)):
        context.candidates += len(rows)
        yield from validate_rows(rows)


def validate_rows(samples: Sequence[Sample]) -> Iterator[Sample | Rejection]:
    """Yield ``samples`` in order, those that fail as Rejections that name the expectation."""
    failed = failures(samples)
    for place, sample in enumerate(samples):
        yield _rejection(sample, failed[place]) if place in failed else sample


def failures(samples: Sequence[Sample]) -> dict[int, list[str]]:
    """Return what fails, for the place of each sample that does: columns in their order, then rules."""
    expectations = column_expectations(Sample)
    tables = frames(samples, expectations)
    asked = [Asked(each.name, each, tables[each.table][each.column]) for each in expectations]
    for rule in ROW_RULES:
        flags = pd.Series([rule.holds(sample) for sample in samples], dtype=object)
        asked.append(Asked(rule.name, HOLDS, flags))
    found: dict[int, list[str]] = {}
    for unmet in unmet_values(asked):
        for place, value in unmet.rows.items():
            found.setdefault(place, []).append(f"{unmet.name} (found: {value})")
    return found


def check_table(keys: Iterable[SampleKey], rows: int) -> None:
    """Check the table of ``keys``, of which verify and augment kept ``rows``.

    Raises GateError with a table of the rules that fail.
    """
    plain = [key.model_dump(mode="json") for key in keys]
    frame = pd.DataFrame(plain, columns=list(SampleKey.model_fields), dtype=object)
    unmet = unmet_table(frame, TABLE_RULES, rows=rows)
    if unmet:
        raise GateError(
            f"The samples table fails {len(unmet)} of {len(TABLE_RULES)} rules, so nothing is "
            f"published.\n{_table(unmet)}\nDelete the verify parts of this shard and build again; "
            "if it stays, please report it."
        )


def _table(unmet: Sequence[Unmet]) -> str:
    """Return ``unmet`` as lines: the rule, and what was found."""
    lines = [("rule", "found"), *((each.name, each.observed) for each in unmet)]
    width = max(len(name) for name, _ in lines)
    return "\n".join(f"  {name:<{width}}  {found}" for name, found in lines)


def _rejection(sample: Sample, failed: Sequence[str]) -> Rejection:
    origin = next(iter(sample.lineage.labels), None)
    return Rejection(
        stage="validate",
        subject="sample",
        subject_id=sample.id,
        source=sample.source,
        reason=Reason.FAILED_EXPECTATION,
        detail=f"{sample.lineage.form}, tile {sample.tile_id}: {'; '.join(failed)}",
        file=origin.file if origin else None,
        line=origin.line if origin else None,
        payload=sample.model_dump_json(),
        scene_id=sample.scene_id,
    )
