"""A stratified random sample, and totals with their errors from it (Cochran, Sampling Techniques)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from schemas.record import content_id

T = TypeVar("T")
Figures = NDArray[np.float64]

EACH: Final = 3  # drawn from a stratum, about: two are needed for an error, three make it steadier
CONFIDENCE: Final = 0.95


@dataclass(frozen=True)
class Stratum(Generic[T]):
    """Members that are alike in size: how many there are, and those that were drawn."""

    members: int
    drawn: tuple[T, ...]


def drawn_strata(
    members: Sequence[T], sample: int, size: Callable[[T], float], name: Callable[[T], str]
) -> tuple[Stratum[T], ...]:
    """Divide ``members`` by ``size`` into strata of about equal sums, and draw ``sample`` of them.

    Equal sums with equal draws are near the best allocation where the spread grows with the size
    (Cochran 1977, 5A.8). Those are drawn whose hash comes first, so the same members always give
    the same sample, and a new member changes at most one of those drawn. ``name`` must be unique.
    At least two are drawn from each stratum, or all.
    """
    if len(members) <= sample:
        return (Stratum(len(members), tuple(members)),) if members else ()
    ordered = sorted(members, key=lambda member: (size(member), name(member)))
    parts = _divided(ordered, max(1, sample // EACH), size)
    shares = _shares([len(part) for part in parts], sample)
    return tuple(
        Stratum(len(part), _drawn(part, share, name))
        for part, share in zip(parts, shares, strict=True)
    )


def totals(strata: Sequence[tuple[int, Figures]]) -> tuple[Figures, Figures]:
    """Return the totals of all columns, and half of their 95 % confidence intervals.

    ``strata`` are the number of members and the figures of those drawn, one row each. Total: sum of
    N·mean; variance: sum of N²·(1 − n/N)·s²/n (Cochran 1977, 5.9 and 5.12), interval by Student's t
    with as many degrees of freedom as members drawn beyond one in each stratum.
    """
    total = sum(members * figures.mean(axis=0) for members, figures in strata)
    variance = sum(_variance(members, figures) for members, figures in strata)
    freedom = sum(len(figures) - 1 for members, figures in strata if len(figures) < members)
    factor = stdtrit(freedom, (1 + CONFIDENCE) / 2) if freedom else 0.0
    return np.asarray(total), np.asarray(np.sqrt(variance) * factor)


def _variance(members: int, figures: Figures) -> Figures:
    count = len(figures)
    if count in {members, 1}:
        return np.zeros(figures.shape[1])
    spread: Figures = figures.var(axis=0, ddof=1)
    return members**2 * (1 - count / members) * spread / count


def _divided(ordered: Sequence[T], parts: int, size: Callable[[T], float]) -> list[list[T]]:
    """Cut ``ordered`` into at most ``parts`` runs of about equal sums, each of two or more."""
    sums = list(accumulate(size(member) for member in ordered))
    runs: list[list[T]] = [[]]
    for member, until in zip(ordered, sums, strict=True):
        full = until - size(member) / 2 > sums[-1] * len(runs) / parts
        if full and len(runs[-1]) >= 2 and len(runs) < parts:
            runs.append([])
        runs[-1].append(member)
    if len(runs) > 1 and len(runs[-1]) < 2:
        runs[-2] += runs.pop()
    return runs


def _shares(sizes: Sequence[int], sample: int) -> list[int]:
    """Return how many to draw from each stratum: as equal as their sizes allow, ``sample`` in all."""
    shares = [min(size, 2) for size in sizes]
    while sum(shares) < min(sample, sum(sizes)):
        open_ = [n for n, size in enumerate(sizes) if shares[n] < size]
        shares[min(open_, key=lambda n: shares[n])] += 1
    return shares


def _drawn(members: Sequence[T], count: int, name: Callable[[T], str]) -> tuple[T, ...]:
    by_hash = sorted(members, key=lambda member: content_id("drawn", name(member)))
    return tuple(by_hash[:count])
