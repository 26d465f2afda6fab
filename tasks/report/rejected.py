"""A few rejections of each stage and reason: what a page shows where it cannot show them all."""

from collections.abc import Iterator
from typing import Final

import pyarrow.compute as pc
from pydantic import Field

from schemas.arrow import from_batch
from schemas.record import Record
from schemas.release import ReleasePart
from schemas.vocabulary import Reason
from tasks.storage.published import read_table
from tasks.storage.releases import release_path
from tasks.storage.store import Store

EACH: Final = 5


class RejectionLine(Record):
    """One row per rejection that is shown: all but its payload."""

    stage: str
    reason: Reason
    subject: str
    subject_id: str
    source: str
    file: str | None = Field(None, description="path relative to the source folder")
    line: int | None = None
    detail: str


def few_rejections(
    store: Store, version: str, tables: tuple[ReleasePart, ...], each: int = EACH
) -> tuple[RejectionLine, ...]:
    """Return at most ``each`` rejections of each file and reason, one file in memory at a time."""
    paths = [release_path(version, part.path) for part in tables if part.table == "rejections"]
    return tuple(line for path in sorted(paths) for line in _few(store, path, each))


def _few(store: Store, path: str, each: int) -> Iterator[RejectionLine]:
    rows = read_table(store, path, list(RejectionLine.model_fields))
    for reason in sorted(pc.unique(rows["reason"]).to_pylist()):
        for batch in rows.filter(pc.equal(rows["reason"], reason)).slice(0, each).to_batches():
            yield from from_batch(batch, RejectionLine)
