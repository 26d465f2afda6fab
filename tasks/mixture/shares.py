"""How many samples of each source and task type are published: weights, caps, temperature, total."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.mixture import EVERY, MixtureParams, MixtureRule
from schemas.vocabulary import TaskType

TINY = 1e-9  # what a share may lack to count as whole


@dataclass(frozen=True)
class Group:
    """One source and task type: how many samples could be published."""

    source: str
    task: TaskType
    available: int


def rule_of(params: MixtureParams, source: str, task: TaskType) -> MixtureRule:
    """Return the first rule of ``params`` that fits, or the one that changes nothing."""
    for rule in params.rules:
        if rule.source in {EVERY, source} and rule.task in {None, task}:
            return rule
    return MixtureRule()


def shares(groups: Sequence[Group], params: MixtureParams) -> list[int]:
    """Return how many samples of each of ``groups`` are published, never more than it has.

    With n samples that its cap allows, a group gets s · (weight · n)^temperature, where s is the
    largest that every group can give. A total below that lowers s; one above it is filled up from
    the groups that have more, in the same proportions.
    """
    rules = [rule_of(params, group.source, group.task) for group in groups]
    most = np.array([_capped(g, rule) for g, rule in zip(groups, rules, strict=True)], np.int64)
    weights = np.array([rule.weight for rule in rules])
    temperature = 1.0 if params.temperature is None else params.temperature
    wanted = np.where(most > 0, (weights * np.maximum(most, 1)) ** temperature, 0.0)
    if params.total is not None:
        return _to_total(wanted, most, min(params.total, int(most.sum())))
    some = most > 0
    scale = (most[some] / wanted[some]).min(initial=np.inf)
    return [int(w * scale * (1 + TINY) + TINY) if w else 0 for w in wanted]


def _capped(group: Group, rule: MixtureRule) -> int:
    return group.available if rule.cap is None else min(group.available, rule.cap)


def _to_total(wanted: NDArray[np.float64], most: NDArray[np.int64], total: int) -> list[int]:
    """Divide ``total`` in proportion to ``wanted``, what a group lacks going to the others."""
    given = np.zeros(len(most))
    open_ = most > 0
    while open_.any():
        left = total - given[~open_].sum()
        given[open_] = left * wanted[open_] / wanted[open_].sum()
        full = open_ & (given >= most)
        if not full.any():
            break
        given[full] = most[full]
        open_ &= ~full
    whole = np.minimum(np.floor(given * (1 + TINY)), most).astype(np.int64)
    rest = np.argsort(whole - given, kind="stable")  # largest remainder first
    rest = rest[whole[rest] < most[rest]][: max(0, total - int(whole.sum()))]
    whole[rest] += 1
    return [int(number) for number in whole]
