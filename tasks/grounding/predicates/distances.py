"""Distances: “39 m from B”, “A and B are less than 20 m apart”, “nearer to A than to B”.

A distance is right where it is that of the gap, of the centres, or one between both.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from schemas.verdict import ClaimKind
from tasks.grounding.meanings import Meaning
from tasks.grounding.predicates.judged import (
    Judged,
    best_of,
    borderline,
    contradicted,
    supported,
    unverifiable,
)
from tasks.grounding.predicates.relations import where
from tasks.grounding.reading.grammar import Bound
from tasks.grounding.reading.regions import Region
from tasks.grounding.truth import Floats, Graded, Truth

OFF: Final = 0.2  # relative error that everybody accepts, and two px
WRONG: Final = 0.45  # and that nobody accepts, and four px
BOUND: Final = 0.1  # of a bound such as “less than 20 m”: beyond that it is broken
NEARER: Final = 1.15  # ratio of distances that nobody mistakes
NEAREST: Final = 1.3  # ratio of distances of which the larger is clearly not the least
MANY: Final = 300  # objects among which the nearest is looked for
OTHERS: Final = 40  # readings of the other side that are tried
OWN: Final = 12  # objects whose distances from each other are tried

Pair = tuple[tuple[int, ...], tuple[int, ...]]


class Distance:
    """“About 39 m from B”, in metres or px; without a second thing, between the objects themselves."""

    kind = ClaimKind.DISTANCE

    def __init__(
        self,
        amount: float,
        unit: str,
        other: Meaning | Region | None,
        start: int,
        end: int,
        bound: Bound = "about",
    ) -> None:
        """Claim a distance of ``amount`` metres (px where ``unit`` says so) to ``other``.

        A region is an edge of the picture; ``bound`` says “less than” and the like.
        """
        self.amount, self.unit, self.other, self.bound = amount, unit, other, bound
        self.start, self.end = start, end

    def each(self, truth: Truth) -> Graded:
        """Return which objects are so far from any reading of the other."""
        if (
            not isinstance(self.other, Meaning)
            or not self.other.known
            or self._scale(truth) is None
        ):
            return truth.anything()
        found = [self.judge(truth, (place,)).outcome for place in range(len(truth.things[:OTHERS]))]
        if len(found) < len(truth.things):
            return truth.anything()
        sure = np.array([outcome == "supported" for outcome in found], dtype=bool)
        maybe = np.array([outcome != "contradicted" for outcome in found], dtype=bool)
        return Graded(sure, sure, maybe)

    def judge(self, truth: Truth, places: Sequence[int]) -> Judged:
        """Say whether the distance is right."""
        scale = self._scale(truth)
        if scale is None:
            return unverifiable("the ground sampling distance is not known")
        if isinstance(self.other, Region):
            least, most = _to_edge(truth, places, self.other)
            return self._judged(least * scale, most * scale, scale)
        pairs = self._pairs(places)
        if not pairs:
            return unverifiable("what the distance is measured to is not labelled")
        return best_of([self._between(truth, one, two, scale) for one, two in pairs])

    def _scale(self, truth: Truth) -> float | None:
        return 1.0 if self.unit == "px" else truth.gsd

    def _pairs(self, places: Sequence[int]) -> list[Pair]:
        if self.other is None:
            own = list(places)[:OWN]
            return [((p,), (q,)) for p in own for q in own if p < q]
        if not isinstance(self.other, Meaning) or not self.other.known:
            return []
        others = self.other.choices()[:OTHERS]
        return [(tuple(places), o) for o in others if not set(places) & set(o)]

    def _between(
        self, truth: Truth, one: Sequence[int], two: Sequence[int], scale: float
    ) -> Judged:
        first, second = truth.place_of(one).centres, truth.place_of(two).centres
        apart = np.hypot(*(first[:, None] - second[None, :]).transpose(2, 0, 1)) * scale
        least, most = truth.gap(one, two) * scale, float(apart.max())
        judged = self._judged(least, most, scale)
        if judged.outcome != "contradicted":
            return judged
        boxed = _box_gap(truth.place_of(one).boxes, truth.place_of(two).boxes) * scale
        by_boxes = self._judged(min(boxed, least), most, scale)
        return judged if by_boxes.outcome == "contradicted" else borderline(judged.evidence)

    def _judged(self, least: float, most: float, scale: float) -> Judged:
        unit = "px" if self.unit == "px" else "m"
        evidence, found = f"{least:.0f} to {most:.0f} {unit} apart", f"{least:.0f} {unit}"
        if self.bound in {"less_than", "at_most"}:
            right = least <= self.amount * (1 + BOUND / 2)
            wrong = least > self.amount * (1 + BOUND) + 2 * scale
        elif self.bound in {"more_than", "at_least"}:
            right = most >= self.amount * (1 - BOUND / 2)
            wrong = most < self.amount * (1 - BOUND) - 2 * scale
        else:
            near, far = 2 * scale + OFF * self.amount, 4 * scale + WRONG * self.amount
            right = least - near <= self.amount <= most + near
            wrong = not least - far <= self.amount <= most + far
        if right:
            return supported(evidence, found)
        return contradicted(evidence, found) if wrong else borderline(evidence, found)


def _box_gap(one: Floats, two: Floats) -> float:
    """Return the least gap between boxes (n, 4) and (m, 4), px: who measures along a side says so."""
    apart = np.maximum(one[:, None, :2] - two[None, :, 2:], two[None, :, :2] - one[:, None, 2:])
    return float(np.hypot(*np.maximum(apart, 0).transpose(2, 0, 1)).min())


class Nearer:
    """“Nearer to A than to B”; of places in the picture: “nearer to the left edge than A”."""

    kind = ClaimKind.DISTANCE

    def __init__(
        self,
        target: Meaning | Region | None,
        than: Meaning | Region | None,
        start: int,
        end: int,
        *,
        farther: bool,
    ) -> None:
        """Claim to be nearer to ``target`` than to ``than``, or farther from it.

        None means each other. With a region and things, it is compared how near those are to it.
        """
        self.target, self.than, self.farther = target, than, farther
        self.start, self.end = start, end

    def each(self, truth: Truth) -> Graded:
        """Return which objects are nearer; none of those that are compared with."""
        if self.target is None or self.than is None or len(truth.things) > OTHERS:
            return truth.anything()
        own = {p for group in _choices(self.than) if not isinstance(group, Region) for p in group}
        found = [
            "contradicted" if place in own and isinstance(self.target, Region)
            else self.judge(truth, (place,)).outcome
            for place in range(len(truth.things))
        ]  # fmt: skip
        sure = np.array([outcome == "supported" for outcome in found], dtype=bool)
        maybe = np.array([outcome != "contradicted" for outcome in found], dtype=bool)
        return Graded(sure, sure, maybe)

    def judge(self, truth: Truth, places: Sequence[int]) -> Judged:
        """Say whether the objects at ``places`` are nearer; by the gap and by the centres."""
        sides = (self.target, self.than)
        if any(isinstance(side, Meaning) and not side.known for side in sides):
            return unverifiable("what is compared is not labelled")
        found = [
            self._compared(truth, places, one, two)
            for one in _choices(self.target)
            for two in _choices(self.than)
            if isinstance(two, Region) or not two or set(two) - set(places)
        ]
        return best_of(found) if found else unverifiable("what is compared is not certain")

    def _compared(
        self,
        truth: Truth,
        places: Sequence[int],
        target: tuple[int, ...] | Region,
        than: tuple[int, ...] | Region,
    ) -> Judged:
        if isinstance(target, Region) and not isinstance(than, Region):
            near, far = _to_edge(truth, places, target), _to_edge(truth, than, target)
        else:
            near, far = _way(truth, places, target), _way(truth, places, than)
        if self.farther:
            near, far = far, near
        evidence = f"{where(truth, places)}: {near[0]:.0f} px against {far[0]:.0f} px"
        if near[0] <= far[0] or near[1] <= far[1]:
            return supported(evidence)
        wrong = all(a > NEARER * b + 2 for a, b in zip(near, far, strict=True))
        return contradicted(evidence) if wrong else borderline(evidence)


class Nearest:
    """“Nearest to B”: of all labelled objects, or of those of a class."""

    kind = ClaimKind.DISTANCE

    def __init__(self, target: Meaning, category: str, start: int, end: int) -> None:
        """Claim that nothing of ``category`` is nearer to ``target``."""
        self.target, self.category, self.start, self.end = target, category, start, end

    def each(self, truth: Truth) -> Graded:
        """Return which objects are the nearest."""
        if not self.target.known or len(truth.things) > OTHERS:
            return truth.anything()
        found = [self.judge(truth, (place,)).outcome for place in range(len(truth.things))]
        sure = np.array([outcome == "supported" for outcome in found], dtype=bool)
        maybe = np.array([outcome != "contradicted" for outcome in found], dtype=bool)
        return Graded(sure, sure, maybe)

    def judge(self, truth: Truth, places: Sequence[int]) -> Judged:
        """Say whether nothing is nearer, by the gap or by the centres."""
        peers = truth.members(self.category).graded.nominal.nonzero()[0].tolist()
        targets = [one for one in self.target.choices()[:OTHERS] if not set(one) & set(places)]
        if not self.target.known or not targets or len(peers) > MANY:
            return unverifiable("what it is nearest to is not labelled")
        return best_of([self._against(truth, places, target, peers) for target in targets])

    def _against(
        self, truth: Truth, places: Sequence[int], target: tuple[int, ...], peers: Sequence[int]
    ) -> Judged:
        own = _way(truth, places, target)
        singles = (p for p in peers if not truth.things[p].crowd)
        rivals = [p for p in singles if p not in target and p not in places]
        others = [_way(truth, (rival,), target) for rival in rivals]
        least = [min((other[n] for other in others), default=own[n]) for n in (0, 1)]
        evidence = f"{own[0]:.0f} px, the nearest other {least[0]:.0f} px away"
        if own[0] <= least[0] or own[1] <= least[1]:
            return supported(evidence)
        wrong = all(a > NEAREST * b + 2 for a, b in zip(own, least, strict=True))
        return contradicted(evidence) if wrong else borderline(evidence)


def _choices(side: Meaning | Region | None) -> list[tuple[int, ...] | Region]:
    if side is None:
        return [()]
    return [side] if isinstance(side, Region) else list(side.choices()[:OTHERS])


def _way(truth: Truth, one: Sequence[int], two: tuple[int, ...] | Region) -> tuple[float, float]:
    """Return the gap and the way between the middles of two sets, px; of no second, of the first."""
    if isinstance(two, Region):
        return _to_edge(truth, one, two)
    if not two:
        own = list(one)[:OWN]
        pairs = [_way(truth, (a,), (b,)) for a in own for b in own if a < b] or [(0.0, 0.0)]
        return min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)
    first, second = truth.place_of(one).middles[1], truth.place_of(two).middles[1]
    return truth.gap(one, two), float(np.hypot(*(first - second)))


def _to_edge(truth: Truth, places: Sequence[int], region: Region) -> tuple[float, float]:
    """Return how far a set is from the edges or the corner that ``region`` names: from its nearest
    side, and from its middle, px. The middle of the picture is a point.
    """
    place = truth.place_of(places)
    near, middle = np.zeros(2), np.zeros(2)
    for axis, third, side in ((0, region.column, truth.width), (1, region.row, truth.height)):
        if third is None:
            continue
        point = {"first": 0.0, "middle": side / 2, "last": float(side)}[third]
        low, high = place.box[axis], place.box[axis + 2]
        near[axis] = max(0.0, low - point, point - high)
        middle[axis] = abs((low + high) / 2 - point)
    return float(np.hypot(*near)), float(np.hypot(*middle))


def nearness(truth: Truth, region: Region) -> Floats:
    """Return how far the middle of each object is from what ``region`` names, px, (n,)."""
    away = np.zeros((len(truth.things), 2))
    for axis, third, side in ((0, region.column, truth.width), (1, region.row, truth.height)):
        if third is not None:
            point = {"first": 0.0, "middle": side / 2, "last": float(side)}[third]
            away[:, axis] = np.abs(truth.centres[:, axis] - point)
    return np.asarray(np.hypot(away[:, 0], away[:, 1]))
