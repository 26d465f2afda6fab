"""Sizes: large and small against the class, lengths in metres, “twice as long as”."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from schemas.verdict import ClaimKind
from tasks.grounding.meanings import Meaning
from tasks.grounding.predicates.comparing import Spots, areas, lengths, spots, widths
from tasks.grounding.predicates.judged import (
    Judged,
    best_of,
    borderline,
    contradicted,
    supported,
    unverifiable,
)
from tasks.grounding.reading.grammar import Bound
from tasks.grounding.truth import Floats, Graded, Truth

MEASURED: Final = 0.2  # relative error of a length that everybody accepts
MISMEASURED: Final = 0.33  # and that nobody accepts
LARGE: Final = (
    1.15  # of the median area of its class: a large one; below its inverse, nobody says so
)
COMPARED: Final = 3  # objects of a class from which “large” means something
TIMES: Final = (
    1.25,
    1.45,
)  # how far off a factor everybody accepts, and nobody does; squared for areas
BOUND: Final = 0.08  # of a bound such as “more than 100 m”: beyond that it is broken


class Size:
    """“Large” or “small” against others of the class in the tile; a vague word, rarely false."""

    kind = ClaimKind.SIZE

    def __init__(self, word: str, category: str, start: int, end: int) -> None:
        """Claim that things of ``category`` are large or small, as ``word`` says."""
        self.word, self.category, self.start, self.end = word, category, start, end

    def each(self, truth: Truth) -> Graded:
        """Return which objects are large or small among their class."""
        key = ("size", self.word, self.category)
        if key not in truth.known:
            truth.known[key] = self._found(truth)
        return truth.known[key]

    def judge(self, truth: Truth, places: Sequence[int]) -> Judged:
        """Say whether the objects are; false only where clearly the other way round, and not all."""
        graded, chosen = self.each(truth), list(places)
        median = self._median(truth)
        if median is None:
            return unverifiable("there is nothing of the class to compare with")
        ratio = float(truth.areas[chosen].mean() / median)
        evidence = f"{ratio:.2f} times the median area of the class here"
        if graded.sure[chosen].all():
            return supported(evidence, f"{ratio:.2f}")
        if not graded.maybe[chosen].any():
            return contradicted(evidence, f"{ratio:.2f}")
        return borderline(evidence, f"{ratio:.2f}")

    def _median(self, truth: Truth) -> float | None:
        nominal = truth.members(self.category).graded.nominal & ~truth.cut
        if nominal.sum() < COMPARED:
            return None
        found = truth.areas[nominal]
        return float(np.median(found)) if found.max() > 1.5 * found.min() else None

    def _found(self, truth: Truth) -> Graded:
        median = self._median(truth)
        if median is None:
            return truth.anything()
        ratio = truth.areas / median
        ratio = ratio if self.word == "large" else 1 / np.maximum(ratio, 1e-9)
        return Graded(ratio >= LARGE, ratio >= 1.0, (ratio >= 1 / LARGE) | truth.cut)


class Measure:
    """“About 44 m by 40 m”, “15 m long”: lengths in metres or px."""

    kind = ClaimKind.SIZE

    def __init__(
        self,
        amounts: tuple[float | None, float | None],
        unit: str,
        start: int,
        end: int,
        bound: Bound = "about",
    ) -> None:
        """Claim a length and a width in ``unit`` (m or px); None where nothing is said of it."""
        self.length, self.width = amounts
        self.unit, self.bound, self.start, self.end = unit, bound, start, end

    def each(self, truth: Truth) -> Graded:
        """Return which objects are so long and wide."""
        if self._scale(truth) is None:
            return truth.anything()
        found = [self.judge(truth, (place,)).outcome for place in range(len(truth.things))]
        sure = np.array([outcome == "supported" for outcome in found], dtype=bool)
        return Graded(sure, sure, np.array([o != "contradicted" for o in found], dtype=bool))

    def judge(self, truth: Truth, places: Sequence[int]) -> Judged:
        """Say whether the objects are so long and wide, within the tolerances of this module.

        A horizontal box tells the length only between its longer side and its diagonal.
        """
        scale = self._scale(truth)
        whole = [place for place in places if not truth.cut[place]]
        if scale is None or not whole:
            why = "no object is whole" if scale else "the ground sampling distance is not known"
            return unverifiable(why)
        ranges = [_extent(truth, place, scale) for place in whole]
        length = min(r[0] for r in ranges), max(r[1] for r in ranges)
        width = min(r[2] for r in ranges), max(r[3] for r in ranges)
        unit = "px" if self.unit == "px" else "m"
        evidence = f"{length[0]:.0f} to {length[1]:.0f} {unit} long, {width[0]:.0f} to {width[1]:.0f} {unit} wide"
        found = f"{length[0]:.0f} × {width[0]:.0f} {unit}"
        graded = [
            _measured(claimed, low, high, scale, self.bound)
            for claimed, (low, high) in ((self.length, length), (self.width, width))
            if claimed is not None
        ]
        if "contradicted" in graded:
            return contradicted(evidence, found)
        return (
            borderline(evidence, found) if "unverifiable" in graded else supported(evidence, found)
        )

    def _scale(self, truth: Truth) -> float | None:
        return 1.0 if self.unit == "px" else truth.gsd


class Times:
    """“Twice as long as B”, “half the size of B”, “as wide as B”."""

    kind = ClaimKind.SIZE

    def __init__(
        self, measure: str, factor: float, other: Meaning, start: int, end: int, bound: Bound
    ) -> None:
        """Claim ``factor`` times the length, width or area of ``other``, as ``measure`` says."""
        self.measure, self.factor, self.other = measure, factor, other
        self.bound, self.start, self.end = bound, start, end

    def each(self, truth: Truth) -> Graded:
        """Leave it open which objects are so large."""
        return truth.anything()

    def judge(self, truth: Truth, places: Sequence[int]) -> Judged:
        """Say whether the ratio is right, to any reading of the other."""
        against = [group for group in self.other.readings() if set(group) - set(places)]
        if not self.other.known or not against or truth.cut[list(places)].any():
            return unverifiable("what it is compared with is not certain")
        subject = spots(truth, [tuple(places)])
        return best_of([self._compared(truth, subject, spots(truth, [other])) for other in against])

    def _compared(self, truth: Truth, subject: Spots, other: Spots) -> Judged:
        measure = _MEASURES.get(self.measure, lengths)
        ratio = float(measure(truth, subject)[0] / measure(truth, other)[0])
        evidence = f"{ratio:.2f} times as much"
        off = max(ratio / self.factor, self.factor / max(ratio, 1e-9))
        right, wrong = TIMES if self.measure != "larger_than" else (TIMES[0] ** 2, TIMES[1] ** 2)
        if self.bound in {"more_than", "at_least"}:
            return _bounded(ratio >= self.factor * 0.95, ratio < self.factor * 0.87, evidence)
        if self.bound in {"less_than", "at_most"}:
            return _bounded(ratio <= self.factor * 1.05, ratio > self.factor * 1.15, evidence)
        return _bounded(off <= right, off > wrong, evidence)


def _bounded(right: bool, wrong: bool, evidence: str) -> Judged:
    if right:
        return supported(evidence)
    return contradicted(evidence) if wrong else borderline(evidence)


def _extent(truth: Truth, place: int, scale: float) -> tuple[float, float, float, float]:
    """Return least and most length, least and most width of an object, in px times ``scale``."""
    length, width, _ = truth.rectangles[place]
    if not truth.upright[place]:
        return length * scale, length * scale, width * scale, width * scale
    diagonal = float(np.hypot(length, width))
    return length * scale, diagonal * scale, 0.35 * width * scale, width * scale


def _measured(claimed: float, low: float, high: float, scale: float, bound: Bound) -> str:
    """Return what comes of a length that lies between ``low`` and ``high``."""
    if bound in {"less_than", "at_most"}:
        right, wrong = low <= claimed * (1 + BOUND / 2), low > claimed * (1 + BOUND) + 2 * scale
    elif bound in {"more_than", "at_least"}:
        right, wrong = high >= claimed * (1 - BOUND / 2), high < claimed * (1 - BOUND) - 2 * scale
    else:
        right = low * (1 - MEASURED) - 2 * scale <= claimed <= high * (1 + MEASURED) + 2 * scale
        least, most = low * (1 - MISMEASURED), high * (1 + MISMEASURED)
        wrong = not least - 3 * scale <= claimed <= most + 3 * scale
    if right:
        return "supported"
    return "contradicted" if wrong else "unverifiable"


_MEASURES: Final[dict[str, Callable[[Truth, Spots], Floats]]] = {
    "larger_than": areas, "longer_than": lengths, "wider_than": widths
}  # fmt: skip
