"""Relations between things, as “A is left of B”, “A is larger than B”, “A lies between B and C”."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from schemas.verdict import ClaimKind
from tasks.grounding.meanings import Meaning, shown
from tasks.grounding.predicates.comparing import Spots, compare, spots
from tasks.grounding.predicates.judged import (
    Judged,
    borderline,
    contradicted,
    supported,
    unverifiable,
)
from tasks.grounding.reading.grammar import grammar
from tasks.grounding.truth import Flags, Floats, Graded, Truth

ENDS: Final = 12  # readings of either side of “between” that are tried
PAIRS: Final = 40_000  # compared at most for one claim; beyond, it is left open
BETWEEN: Final = (0.1, 0.9, 0.5)  # surely: along the line, and off it, as shares of its length
MAYBE_BETWEEN: Final = (-0.15, 1.15, 1.2)
SIZES: Final = frozenset(
    {"larger_than", "smaller_than", "longer_than", "shorter_than", "wider_than", "narrower_than",
     "of_equal_size", "of_equal_length"}
)  # fmt: skip
EQUALS: Final = {"larger_than": "of_equal_size", "longer_than": "of_equal_length"}
_COMPASS: Final = frozenset({"north_of", "south_of", "west_of", "east_of"})
_OPPOSITE: Final = {
    "left_of": "right_of", "right_of": "left_of", "above": "below", "below": "above",
    "north_of": "south_of", "south_of": "north_of", "west_of": "east_of", "east_of": "west_of",
    "upper_left_of": "lower_right_of", "lower_right_of": "upper_left_of",
    "upper_right_of": "lower_left_of", "lower_left_of": "upper_right_of",
    "larger_than": "smaller_than", "smaller_than": "larger_than",
}  # fmt: skip

Ends = list[tuple[tuple[int, ...], tuple[int, ...]]]


class Relation:
    """A relation of what it is said of to ``other``."""

    def __init__(self, relation: str, other: Meaning, start: int, end: int, words: str) -> None:
        """Claim ``relation``, a name of the word list, to ``other``."""
        self.kind = ClaimKind.SIZE if relation in SIZES else ClaimKind.RELATION
        self.relation, self.other, self.words = relation, other, words
        self.start, self.end = start, end

    def each(self, truth: Truth) -> Graded:
        """Return which objects stand in the relation to any reading of the other."""
        against = self.other.readings()
        count = len(truth.things)
        if self._is_open(truth) or not against or count * len(against) > PAIRS:
            return truth.anything()
        key = ("relation", self.relation, tuple(against))
        if key not in truth.known:
            truth.known[key] = self._found(truth, against)
        return truth.known[key]

    def _found(self, truth: Truth, against: Sequence[tuple[int, ...]]) -> Graded:
        count = len(truth.things)
        subjects = spots(truth, [(place,) for place in range(count)])
        sure, false = compare(self.relation, subjects, spots(truth, against), truth)
        itself = np.zeros((count, len(against)), dtype=bool)
        for column, group in enumerate(against):
            itself[list(group), column] = True
        sure, maybe = sure & ~itself, ~false & ~itself
        some, any_may = np.asarray(sure.any(axis=1)), np.asarray(maybe.any(axis=1))
        return Graded(some, some, any_may)

    def judge(self, truth: Truth, places: Sequence[int]) -> Judged:
        """Say whether the objects at ``places`` stand in the relation."""
        if self.relation in _COMPASS and not truth.north_up:
            return unverifiable("north is not known")
        against = [group for group in self.other.readings() if set(group) - set(places)]
        if self._is_open(truth) or not against or len(against) > PAIRS:
            return unverifiable("what it is compared with is not labelled")
        subject, others = spots(truth, [tuple(places)]), spots(truth, against)
        sure, false = compare(self.relation, subject, others, truth)
        best = int(sure[0].argmax()) if sure.any() else int((~false[0]).argmax())
        evidence = f"{where(truth, places)}; {where(truth, against[best])}"
        if sure.any():
            return supported(evidence, self.relation)
        if false.all():
            return contradicted(evidence, fix=self._mended(subject, others, truth))
        return borderline(evidence)

    def _is_open(self, truth: Truth) -> bool:
        return not self.other.known or (self.relation in _COMPASS and not truth.north_up)

    def _mended(self, subject: Spots, others: Spots, truth: Truth) -> str | None:
        """Return the words for the opposite, where that is surely true."""
        opposite = _OPPOSITE.get(self.relation)
        if opposite is None or not compare(opposite, subject, others, truth)[0].all():
            return None
        return turned(self.words)


class Between:
    """“Between A and B”, or “between the As”."""

    kind = ClaimKind.RELATION

    def __init__(self, first: Meaning, second: Meaning | None, start: int, end: int) -> None:
        """Claim a place between ``first`` and ``second``, or among the objects of ``first``."""
        self.first, self.second, self.start, self.end = first, second, start, end

    def each(self, truth: Truth) -> Graded:
        """Return which objects lie between any readings of both."""
        ends = self._ends(())
        if not ends:
            return truth.anything()
        sure, maybe = _between(truth, truth.centres, ends)
        return Graded(sure, sure, maybe)

    def judge(self, truth: Truth, places: Sequence[int]) -> Judged:
        """Say whether the objects at ``places`` lie between both."""
        evidence, ends = where(truth, places), self._ends(places)
        if not ends:
            return unverifiable("what it is between is not certain")
        sure, maybe = _between(truth, truth.place_of(places).middles[1:], ends)
        if sure.any():
            return supported(evidence)
        return borderline(evidence) if maybe.any() else contradicted(evidence)

    def _ends(self, places: Sequence[int]) -> Ends | None:
        """Return the pairs of things that may be meant; None where that is open."""
        if not self.first.known or (self.second is not None and not self.second.known):
            return None
        if self.second is not None:
            return [
                (one, two)
                for one in self.first.choices()[:ENDS]
                for two in self.second.choices()[:ENDS]
                if one != two and set(one) != set(places) and set(two) != set(places)
            ]
        among = self.first.groups[0] if self.first.groups else self.first.singles()
        others = [place for place in among if place not in places]
        if len(others) < 2 or len(others) > ENDS:
            return None
        return [((a,), (b,)) for n, a in enumerate(others) for b in others[n + 1 :]]


class Flanking:
    """“A and B flank C”, “two As stand on either side of C”: C lies between them."""

    kind = ClaimKind.RELATION

    def __init__(self, middle: Meaning, start: int, end: int) -> None:
        """Claim that ``middle`` is between those of whom it is said."""
        self.middle, self.start, self.end = middle, start, end

    def each(self, truth: Truth) -> Graded:
        """Leave it open: one object flanks nothing."""
        return truth.anything()

    def judge(self, truth: Truth, places: Sequence[int]) -> Judged:
        """Say whether what is in the middle lies between any two of the objects at ``places``."""
        middles = [group for group in self.middle.choices()[:ENDS] if not set(group) & set(places)]
        if not self.middle.known or not middles or not 1 < len(places) <= ENDS:
            return unverifiable("what is flanked is not certain")
        found = [Between(_meant(truth, places), None, self.start, self.end).judge(truth, group)
                 for group in middles]  # fmt: skip
        order = ("supported", "unverifiable", "contradicted")
        return min(found, key=lambda judged: order.index(judged.outcome))


def _meant(truth: Truth, places: Sequence[int]) -> Meaning:
    return Meaning(truth.only(places), [tuple(places)])


def turned(words: str) -> str | None:
    """Return ``words`` with every direction or comparison turned into its opposite, None without one."""
    opposites = grammar().opposites
    mended = [opposites.get(word.lower(), word) for word in words.split(" ")]
    text = " ".join(mended)
    return text if text != words else None


def where(truth: Truth, places: Sequence[int]) -> str:
    """Return the objects at ``places`` and the box round them, for evidence."""
    x0, y0, x1, y1 = truth.place_of(places).box
    return f"{shown(truth.refs(places))} in ({x0:.0f}, {y0:.0f}, {x1:.0f}, {y1:.0f})"


def _between(truth: Truth, points: Floats, ends: Ends) -> tuple[Flags, Flags]:
    """Say of each of ``points`` (n, 2) whether it surely, and possibly, lies between any two ends."""
    sure, maybe = np.zeros(len(points), dtype=bool), np.zeros(len(points), dtype=bool)
    for one, two in ends:
        start, end = truth.place_of(one).middles[1], truth.place_of(two).middles[1]
        line = end - start
        length = max(float(np.hypot(*line)), 1.0)
        offset = points - start
        along = offset @ line / length**2
        across = np.abs(offset[:, 0] * line[1] - offset[:, 1] * line[0]) / length**2
        for held, (least, most, off) in ((sure, BETWEEN), (maybe, MAYBE_BETWEEN)):
            np.logical_or(held, (along >= least) & (along <= most) & (across <= off), out=held)
    return sure, maybe
