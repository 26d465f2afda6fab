"""Compaction: many small segments become few large ones, and damaged ones are set aside."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from pydantic import Field

from schemas.record import Record
from tasks.model.answers.merging import GRACE, merge, replace
from tasks.model.answers.store import AnswerStore

LARGEST: Final = 64 * 2**20  # bytes of a merged segment
SMALL: Final = LARGEST // 2  # a larger one is left as it is


class Compaction(Record):
    """What a compaction did."""

    segments_before: int
    segments_after: int
    bytes_before: int
    bytes_after: int
    answers: int = Field(description="in the segments that were written anew")
    set_aside: tuple[str, ...] = Field(description="damaged files, now in answers/damaged")


def compact(
    answers: AnswerStore, grace: float = GRACE, sleep: Callable[[float], None] = time.sleep
) -> Compaction:
    """Merge the small segments of ``answers`` and move damaged ones to ``answers/damaged``.

    ``grace`` is the pause in seconds before anything is deleted. Raises StorageError; nothing is
    lost then, and the same call goes on from there.
    """
    answers.flush()
    answers.refresh()
    catalogue = answers.catalogue
    before = catalogue.segments()
    chosen = batches(before, catalogue.altered())
    merged = [merge(catalogue, batch, answers.new_name()) for batch in chosen]
    if merged:
        sleep(grace)
    aside = sorted(name for done in merged for name in replace(catalogue, done))
    answers.refresh()
    after = catalogue.segments()
    return Compaction(
        segments_before=len(before),
        segments_after=len(after),
        bytes_before=sum(before.values()),
        bytes_after=sum(after.values()),
        answers=sum(done.answers for done in merged),
        set_aside=tuple(aside),
    )


def batches(sizes: Mapping[str, int], altered: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Yield what is to be merged: small or damaged segments by name, at most ``LARGEST`` bytes.

    A single small and sound one stays as it is.
    """
    bad = set(altered)
    batch: list[str] = []
    total = 0
    for name in sorted(name for name, size in sizes.items() if size < SMALL or name in bad):
        if batch and total + sizes[name] > LARGEST:
            yield tuple(batch)
            batch, total = [], 0
        batch.append(name)
        total += sizes[name]
    if len(batch) > 1 or bad.intersection(batch):
        yield tuple(batch)
