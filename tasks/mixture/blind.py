"""The blind baseline: every template of question gets its most frequent answer in train."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.mixture import BlindKind
from schemas.vocabulary import Split
from tasks.mixture.columns import KINDS, SPLITS, Codes, Columns, Hashes, Mask

TRAIN: Final = SPLITS.index(Split.TRAIN)
TEST: Final = SPLITS.index(Split.TEST)


@dataclass(frozen=True)
class Asked:
    """The short answers of one source and kind; ``place`` says which rows of the columns they are."""

    source: str
    kind: BlindKind
    place: NDArray[np.int64]
    template: Codes  # 0, 1, 2 …
    answer: Codes
    split: NDArray[np.int8]
    draw: Hashes

    def __len__(self) -> int:
        return len(self.place)

    @property
    def train(self) -> Mask:
        """Which rows are in train."""
        return np.equal(self.split, TRAIN)

    @property
    def test(self) -> Mask:
        """Which rows are in test."""
        return np.equal(self.split, TEST)


def asked(columns: Columns, kind: BlindKind, chosen: Mask | None = None) -> Iterator[Asked]:
    """Yield the rows of ``kind`` that are ``chosen``, source by source."""
    wanted = columns.kind == KINDS.index(kind)
    rows = np.flatnonzero(wanted if chosen is None else wanted & chosen)
    for code, source in enumerate(columns.sources):
        place = rows[columns.source[rows] == code]
        if not len(place):
            continue
        templates = np.unique(columns.template[place], return_inverse=True)[1]
        yield Asked(
            source, kind, place, templates.astype(np.int32), columns.answer[place],
            columns.split[place], columns.draw[place],
        )  # fmt: skip


def predicted(rows: Asked, fitted_on: Mask, support: int = 1) -> Codes:
    """Return the answer that a model fitted on some of ``rows`` gives to each of them.

    Templates with fewer than ``support`` rows to fit on share the most frequent answer of them all;
    of answers that are equally frequent the first in the alphabet is taken. -1 without any row.
    """
    count = int(rows.template.max(initial=-1)) + 1
    template, answer = rows.template[fitted_on], rows.answer[fitted_on]
    if not len(template):
        return np.full(len(rows), -1, np.int32)
    frequent = np.bincount(template, minlength=count) >= support
    best = np.full(count, _most_frequent(answer), np.int32)
    mine = frequent[template]
    ids, answers = _best(template[mine], answer[mine])
    best[ids] = answers
    return best[rows.template]


def accuracy(rows: Asked, fitted_on: Mask, measured_on: Mask) -> float | None:
    """Return the share of rows that the blind model gets right; None without rows to measure."""
    if not measured_on.any() or not fitted_on.any():
        return None
    right = predicted(rows, fitted_on) == rows.answer
    return float(right[measured_on].mean())


def _best(template: Codes, answer: Codes) -> tuple[Codes, Codes]:
    """Return each template with its most frequent answer."""
    if not len(template):
        return template, answer
    size = np.int64(answer.max()) + 1
    pairs, counts = np.unique(template.astype(np.int64) * size + answer, return_counts=True)
    templates, answers = pairs // size, pairs % size
    order = np.lexsort((answers, -counts, templates))
    ids, first = np.unique(templates[order], return_index=True)
    return ids.astype(np.int32), answers[order][first].astype(np.int32)


def _most_frequent(answer: Codes) -> int:
    return int(np.bincount(answer).argmax())
