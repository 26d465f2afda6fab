"""What the mixture did, as rows: counts by group and split, and the blind baseline by kind."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.mixture import BlindRow, MixtureParams, MixtureRow, Verdict
from tasks.mixture.balance import FEWEST
from tasks.mixture.blind import Asked, accuracy, asked
from tasks.mixture.choose import PRESENCE, Choice
from tasks.mixture.columns import KINDS, SPLITS, TASKS, Columns, Mask
from tasks.mixture.fates import Fate
from tasks.mixture.shares import rule_of

SLACK: Final = 1e-9


def mixture_rows(columns: Columns, choice: Choice, params: MixtureParams) -> Iterator[MixtureRow]:
    """Yield what each step left of every source, task type and split, in this order."""
    cell = columns.group.astype(np.int64) * len(SPLITS) + columns.split
    steps = (
        np.ones(len(columns), bool),
        choice.fate != Fate.LICENCE,
        (choice.fate != Fate.LICENCE) & (choice.fate != Fate.UNBALANCED),
        choice.chosen,
    )
    cells, place = np.unique(cell, return_inverse=True)
    counts = [np.bincount(place[step], minlength=len(cells)) for step in steps]
    for number, code in enumerate(cells):
        group, split = divmod(int(code), len(SPLITS))
        source, task = columns.sources[group // len(TASKS)], TASKS[group % len(TASKS)]
        rule = rule_of(params, source, task)
        candidates, licensed, left, published = (int(count[number]) for count in counts)
        yield MixtureRow(
            source=source, task=task, split=SPLITS[split], candidates=candidates,
            licensed=licensed, balanced=left, published=published, weight=rule.weight,
            cap=rule.cap,
        )  # fmt: skip


def blind_rows(columns: Columns, choice: Choice, params: MixtureParams) -> Iterator[BlindRow]:
    """Yield the blind baseline of every source and kind of short answer, kind by kind.

    Before is measured on what the licence filter left.
    """
    licensed = choice.fate != Fate.LICENCE
    for kind in KINDS:
        limit = params.balance if kind == PRESENCE and params.balance < 1 else None
        for rows in asked(columns, kind, licensed):
            yield _blind_row(columns, rows, choice.chosen[rows.place], limit)


def _blind_row(columns: Columns, rows: Asked, kept: Mask, limit: float | None) -> BlindRow:
    train, test = kept & rows.train, kept & rows.test
    after = accuracy(rows, train, test)
    top, share = _top(columns, rows.answer[kept])
    return BlindRow(
        source=rows.source,
        kind=rows.kind,
        train=int(train.sum()),
        test=int(test.sum()),
        templates=len(np.unique(rows.template[train])),
        before=accuracy(rows, rows.train, rows.test),
        after=after,
        top_answer=top,
        top_share=share,
        limit=limit,
        verdict=_verdict(len(rows), after, limit),
    )


def _verdict(rows: int, after: float | None, limit: float | None) -> Verdict:
    if rows < FEWEST or after is None:
        return "too_few"
    return "passed" if limit is None or after <= limit + SLACK else "failed"


def _top(columns: Columns, answer: NDArray[np.int32]) -> tuple[str | None, float | None]:
    if not len(answer):
        return None, None
    counts = np.bincount(answer)
    best = int(counts.argmax())
    return columns.answers[best], float(counts[best] / len(answer))
