"""What can be said of things, and what comes of it: the seam between reading and judging.

A predicate is asked in two ways. ``each`` says of which objects of a tile it is true, for what is
counted (“two planes in the upper left”); ``judge`` says whether it is true of the objects that are
meant (“they stand in the upper left”).
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from schemas.verdict import ClaimKind, Outcome
from tasks.grounding.truth import Graded, Truth


class Judged(NamedTuple):
    """What came of a claim, why, and what would be true in its place."""

    outcome: Outcome
    evidence: str
    found: str | None = None
    margin: float | None = None
    borderline: bool = False
    fix: str | None = None  # words that make it true in the place of the predicate's own


class Predicate(Protocol):
    """One thing that a text says of things; ``start`` ≤ character < ``end`` of its words."""

    kind: ClaimKind
    start: int
    end: int

    def each(self, truth: Truth) -> Graded:
        """Return of which objects of the tile this is true."""

    def judge(self, truth: Truth, places: Sequence[int]) -> Judged:
        """Say whether this is true of the objects at ``places``, at least one."""


def supported(evidence: str, found: str | None = None, margin: float | None = None) -> Judged:
    """Return that the claim is true."""
    return Judged("supported", evidence, found, margin)


def contradicted(
    evidence: str, found: str | None = None, margin: float | None = None, fix: str | None = None
) -> Judged:
    """Return that the claim is false; ``fix`` are words that make it true."""
    return Judged("contradicted", evidence, found, margin, fix=fix)


def borderline(evidence: str, found: str | None = None, margin: float | None = 0.0) -> Judged:
    """Return that the claim lies between clearly true and clearly false."""
    return Judged("unverifiable", evidence, found, margin, borderline=True)


def unverifiable(evidence: str) -> Judged:
    """Return that nothing tells whether the claim is true."""
    return Judged("unverifiable", evidence)


def best_of(readings: Sequence[Judged]) -> Judged:
    """Return what comes of a claim of which it is open which reading is meant: false only if all are."""
    for outcome in ("supported", "unverifiable"):
        for judged in readings:
            if judged.outcome == outcome:
                return judged
    return readings[0]
