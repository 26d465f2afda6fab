"""The choice: licence, then balance, then images, then shares; a sample's fate depends on its draw.

Nothing is drawn twice: a sample's place in the draw is a hash of its id and the seed, and each step
keeps the first ones, so a few more samples change the fate of few.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.mixture import MixtureParams
from tasks.licences import allows_commercial
from tasks.mixture.balance import (
    FEWEST,
    balanced,
    is_biased,
    majority_share,
    ranks,
    settled,
)
from tasks.mixture.blind import asked
from tasks.mixture.columns import TASKS, Columns, Mask
from tasks.mixture.fates import Fate
from tasks.mixture.shares import Group, shares

PRESENCE: Final = "presence"


@dataclass(frozen=True)
class Choice:
    """One entry per valid sample."""

    fate: NDArray[np.int8]
    percent: NDArray[np.int8]
    """What the fate rests on, in whole percent: of unbalanced samples, how many of their template
    and split have the same answer; of those over the share, how many of their group are kept."""

    @property
    def chosen(self) -> Mask:
        """Which samples are published."""
        return np.equal(self.fate, Fate.CHOSEN)


def choose(columns: Columns, params: MixtureParams) -> Choice:
    """Decide which of the valid samples are published."""
    choice = Choice(np.zeros(len(columns), np.int8), np.zeros(len(columns), np.int8))
    if params.commercial:
        _keep_commercial(columns, choice)
    before = _presence_sizes(columns, choice)
    _balance(columns, choice, params)
    if params.per_image is not None:
        _thin_images(columns, choice, params.per_image)
    _keep_shares(columns, choice, params)
    _settle(columns, choice, params, before)
    return choice


def _keep_commercial(columns: Columns, choice: Choice) -> None:
    allowed = np.array([allows_commercial(text) is True for text in columns.licences], bool)
    choice.fate[~allowed[columns.licence]] = Fate.LICENCE


def _presence_sizes(columns: Columns, choice: Choice) -> dict[str, int]:
    return {rows.source: len(rows) for rows in asked(columns, PRESENCE, choice.chosen)}


def _balance(columns: Columns, choice: Choice, params: MixtureParams) -> None:
    for rows in asked(columns, PRESENCE, choice.chosen):
        if not is_biased(rows, params.balance):
            continue
        out = ~balanced(rows, params.balance)
        choice.fate[rows.place[out]] = Fate.UNBALANCED
        choice.percent[rows.place[out]] = _percent(majority_share(rows)[out])


def _thin_images(columns: Columns, choice: Choice, most: int) -> None:
    rows = np.flatnonzero(choice.chosen)
    over = ranks(columns.image[rows], columns.draw[rows]) >= most
    choice.fate[rows[over]] = Fate.CROWDED


def _keep_shares(columns: Columns, choice: Choice, params: MixtureParams) -> None:
    rows = np.flatnonzero(choice.chosen)
    codes, group, sizes = np.unique(columns.group[rows], return_inverse=True, return_counts=True)
    groups = [
        Group(columns.sources[code // len(TASKS)], TASKS[code % len(TASKS)], int(size))
        for code, size in zip(codes, sizes, strict=True)
    ]
    kept = np.array(shares(groups, params), np.int64)
    if (kept == sizes).all():
        return
    over = ranks(group, columns.draw[rows]) >= kept[group]
    choice.fate[rows[over]] = Fate.OVER_SHARE
    choice.percent[rows[over]] = _percent(kept / sizes)[group[over]]


def _settle(
    columns: Columns, choice: Choice, params: MixtureParams, before: dict[str, int]
) -> None:
    """See to it that the balance holds for what is left after images and shares."""
    if params.balance >= 1:
        return
    for rows in asked(columns, PRESENCE, choice.chosen):
        if before[rows.source] < FEWEST:
            continue
        out = ~settled(rows, np.ones(len(rows), bool), params.balance)
        choice.fate[rows.place[out]] = Fate.UNBALANCED
        choice.percent[rows.place[out]] = _percent(majority_share(rows)[out])


def _percent(share: NDArray[np.float64]) -> NDArray[np.int8]:
    return np.rint(100 * share).astype(np.int8)
