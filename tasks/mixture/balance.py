"""The balance of answers: of presence questions, those that a blind model gets right are thinned out.

In train they are thinned template by template, so that nothing is learned from the question alone;
in val and test until the model of what is left in train gets no more right than the limit.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tasks.mixture.blind import TRAIN, Asked, accuracy, predicted
from tasks.mixture.columns import SPLITS, Hashes, Mask

FEWEST: Final = 100  # presence questions of a source; fewer say nothing about it
SUPPORT: Final = 5  # rows of a template in train; rarer ones are balanced together


def is_biased(rows: Asked, limit: float) -> bool:
    """Say whether a blind model gets more than ``limit`` of ``rows`` right; too few are left alone.

    Without rows in test it is measured where it was fitted.
    """
    if limit >= 1 or len(rows) < FEWEST:
        return False
    found = accuracy(rows, rows.train, rows.test)
    if found is None and rows.train.any():
        right = predicted(rows, rows.train, SUPPORT) == rows.answer
        found = float(right[rows.train].mean())
    return found is not None and found > limit


def balanced(rows: Asked, limit: float) -> Mask:
    """Return which of ``rows`` to keep so that a blind model gets at most ``limit`` of them right."""
    keep = np.ones(len(rows), bool)
    right = predicted(rows, rows.train, SUPPORT) == rows.answer
    for split in range(len(SPLITS)):
        _thin(rows, keep, rows.split == split, right, limit)
    return settled(rows, keep, limit)


def settled(rows: Asked, keep: Mask, limit: float) -> Mask:
    """Thin out val and test of ``rows`` for the model of what is kept in train; return ``keep``."""
    right = predicted(rows, keep & rows.train) == rows.answer
    for split in range(len(SPLITS)):
        if split != TRAIN:
            _thin(rows, keep, keep & (rows.split == split), right, limit)
    return keep


def majority_share(rows: Asked) -> NDArray[np.float64]:
    """Return, for each row, how many of its template and split have its answer, 0 to 1."""
    group = rows.template.astype(np.int64) * len(SPLITS) + rows.split
    pair = group * (np.int64(rows.answer.max(initial=0)) + 1) + rows.answer
    return _sizes(pair) / _sizes(group)


def ranks(group: NDArray[np.integer[Any]], draw: Hashes) -> NDArray[np.int64]:
    """Return the place of each row in the draw within its group, from 0."""
    order = np.lexsort((draw, group))
    ordered = group[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(group) else order
    sizes = np.diff(np.r_[starts, len(group)])
    found = np.empty(len(group), np.int64)
    found[order] = np.arange(len(group)) - np.repeat(starts, sizes)
    return found


def _thin(rows: Asked, keep: Mask, among: Mask, right: Mask, limit: float) -> None:
    """Take rows that are ``right`` out of ``keep`` until they are at most ``limit`` of ``among``.

    Each template keeps as many of them as it has others; what the limit allows beyond is drawn from
    what is left of all templates.
    """
    good, wrong = np.flatnonzero(among & right), np.flatnonzero(among & ~right)
    allowed = int(limit / (1 - limit) * len(wrong) + 1e-9)
    if len(good) <= allowed:
        return
    others = np.bincount(rows.template[wrong], minlength=int(rows.template.max()) + 1)
    template, draw = rows.template[good], rows.draw[good]
    own = ranks(template, draw) < others[template]
    beyond = good[~own]
    spare = beyond[np.argsort(rows.draw[beyond], kind="stable")][max(0, allowed - own.sum()) :]
    keep[spare] = False


def _sizes(group: NDArray[np.int64]) -> NDArray[np.int64]:
    _, inverse, counts = np.unique(group, return_inverse=True, return_counts=True)
    return counts[inverse]
