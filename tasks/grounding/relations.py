"""Relations between things, as “A is left of B”, “A lies between B and C”, “20 m from B”.

Of two sets of objects the mean of the centres and the middle of the box round all count. What is
only nearly so is borderline; contradicted is what is clearly the other way round.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from schemas.verdict import ClaimKind
from tasks.grounding.grammar import grammar
from tasks.grounding.meanings import Meaning, shown
from tasks.grounding.predicates import (
    Judged,
    best_of,
    borderline,
    contradicted,
    supported,
    unverifiable,
)
from tasks.grounding.truth import Flags, Floats, Graded, Truth

TOLERANCE: Final = 0.01  # of the side: centres nearer to each other than this are level
NEAR: Final = (
    0.05  # of the diagonal: a gap up to this, or up to the size of the larger one, is near
)
FAR: Final = 0.25  # of the diagonal: with a gap beyond this, and
FAR_SIZES: Final = 4.0  # beyond this many sizes of the larger one, nothing is “next to”
LARGER: Final = 1.25  # ratio of areas that nobody mistakes
EQUAL: Final = 1.3  # ratio of areas that everybody calls equal
UNEQUAL: Final = 1.9
PARALLEL: Final = 12.0  # degrees
NOT_PARALLEL: Final = 30.0
OUTSIDE: Final = 0.15  # of a box inside the other: nobody says inside or surrounded
WITHIN: Final = 0.6  # of a box inside the other: everybody says inside
ENDS: Final = 12  # readings of either side of “between” that are tried
PAIRS: Final = 40_000  # compared at most for one claim; beyond, it is left open

_COMPASS: Final = frozenset({"north_of", "south_of", "west_of", "east_of"})
_SIGNS: Final[dict[str, tuple[tuple[int, int], ...]]] = {  # (axis, sign of subject − object)
    "left_of": ((0, -1),), "west_of": ((0, -1),), "right_of": ((0, 1),), "east_of": ((0, 1),),
    "above": ((1, -1),), "north_of": ((1, -1),), "below": ((1, 1),), "south_of": ((1, 1),),
    "upper_left_of": ((0, -1), (1, -1)), "upper_right_of": ((0, 1), (1, -1)),
    "lower_left_of": ((0, -1), (1, 1)), "lower_right_of": ((0, 1), (1, 1)),
}  # fmt: skip
_OPPOSITE: Final = {
    "left_of": "right_of", "right_of": "left_of", "above": "below", "below": "above",
    "north_of": "south_of", "south_of": "north_of", "west_of": "east_of", "east_of": "west_of",
    "upper_left_of": "lower_right_of", "lower_right_of": "upper_left_of",
    "upper_right_of": "lower_left_of", "lower_left_of": "upper_right_of",
    "larger_than": "smaller_than", "smaller_than": "larger_than",
}  # fmt: skip
SIZES: Final = frozenset({"larger_than", "smaller_than", "of_equal_size"})


class Spots(NamedTuple):
    """Sets of objects to be compared: n sets of k objects in all, tile px."""

    boxes: Floats  # round each set, (n, 4)
    middles: Floats  # mean of the centres, middle of the box: (n, 2, 2)
    members: Floats  # boxes of the objects, (k, 4)
    starts: np.ndarray  # first object of each set, (n,)
    places: list[int]  # of the objects in the tile, (k,)


class Relation:
    """A relation of what it is said of to ``other``."""

    def __init__(self, relation: str, other: Meaning, start: int, end: int, words: str) -> None:
        """Claim ``relation``, a name of the word list, to ``other``."""
        self.kind = ClaimKind.SIZE if relation in SIZES else ClaimKind.RELATION
        self.relation, self.other, self.words = relation, other, words
        self.start, self.end = start, end

    def each(self, truth: Truth) -> Graded:
        """Return which objects stand in the relation to any reading of the other."""
        against = self._others()
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
        return Graded(sure.any(axis=1), sure.any(axis=1), maybe.any(axis=1))

    def judge(self, truth: Truth, places: Sequence[int]) -> Judged:
        """Say whether the objects at ``places`` stand in the relation."""
        if self.relation in _COMPASS and not truth.north_up:
            return unverifiable("north is not known")
        against = [group for group in self._others() if set(group) - set(places)]
        if self._is_open(truth) or not against or len(against) > PAIRS:
            return unverifiable("what it is compared with is not labelled")
        subject, others = spots(truth, [tuple(places)]), spots(truth, against)
        sure, false = compare(self.relation, subject, others, truth)
        best = int(sure[0].argmax()) if sure.any() else int((~false[0]).argmax())
        evidence = f"{_where(truth, places)}; {_where(truth, against[best])}"
        if sure.any():
            return supported(evidence, self.relation)
        if false.all():
            return contradicted(evidence, fix=self._mended(subject, others, truth))
        return borderline(evidence)

    def _others(self) -> list[tuple[int, ...]]:
        if self.other.names_objects:
            return [group for group in self.other.groups if group]
        singles = self.other.singles()
        every = tuple(self.other.graded.nominal.nonzero()[0].tolist())
        return [*((place,) for place in singles), *([every] if len(every) > 1 else [])]

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
        if ends is None or not ends:
            return truth.anything()
        sure, maybe = _between(truth, truth.centres, ends)
        return Graded(sure, sure, maybe)

    def judge(self, truth: Truth, places: Sequence[int]) -> Judged:
        """Say whether the objects at ``places`` lie between both."""
        evidence, ends = _where(truth, places), self._ends(places)
        if not ends:
            return unverifiable(evidence)
        sure, maybe = _between(truth, truth.place_of(places).middles[:1], ends)
        if sure.any():
            return supported(evidence)
        return borderline(evidence) if maybe.any() else contradicted(evidence)

    def _ends(self, places: Sequence[int]) -> list[tuple[tuple[int, ...], tuple[int, ...]]] | None:
        """Return the pairs of sets that may be meant, without ``places``; None where one is not known."""
        if not self.first.known or (self.second is not None and not self.second.known):
            return None
        one = _groups(self.first)
        two = _groups(self.second) if self.second is not None else one
        if self.second is None:
            one = two = [(place,) for group in one for place in group][:12]
        pairs = [(a, b) for a in one[:ENDS] for b in two[:ENDS] if a != b]
        return [(a, b) for a, b in pairs if not set(places) & {*a, *b}][: ENDS * 4]


class Distance:
    """“About 39 m from B”, in metres or px; without a second thing, between the objects themselves."""

    kind = ClaimKind.DISTANCE

    def __init__(
        self, metres: float, unit: str, other: Meaning | None, start: int, end: int
    ) -> None:
        """Claim a distance of ``metres`` (px where ``unit`` says so) to ``other``."""
        self.amount, self.unit, self.other = metres, unit, other
        self.start, self.end = start, end

    def each(self, truth: Truth) -> Graded:
        """Leave it open: distances do not tell which objects are meant."""
        return truth.anything()

    def judge(self, truth: Truth, places: Sequence[int]) -> Judged:
        """Say whether the distance is right: that of the gap, of the centres, or one between them."""
        scale = 1.0 if self.unit == "px" else truth.gsd
        if scale is None:
            return unverifiable("the ground sampling distance is not known")
        pairs = self._pairs(places)
        if not pairs:
            return unverifiable("what the distance is measured to is not labelled")
        return best_of([self._compared(truth, one, two, scale) for one, two in pairs])

    def _pairs(self, places: Sequence[int]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
        if self.other is None:
            own = list(places)
            return [((p,), (q,)) for p in own[:12] for q in own[:12] if p < q]
        if not self.other.known:
            return []
        others = _groups(self.other)[:40]
        return [(tuple(places), o) for o in others if not set(places) & set(o)]

    def _compared(
        self, truth: Truth, one: Sequence[int], two: Sequence[int], scale: float
    ) -> Judged:
        gap = truth.gap(one, two) * scale
        first, second = truth.place_of(one).centres, truth.place_of(two).centres
        apart = np.hypot(*(first[:, None] - second[None, :]).transpose(2, 0, 1)) * scale
        least, most = gap, float(apart.max())
        slack = 2 * scale + 0.2 * self.amount
        unit = "px" if self.unit == "px" else "m"
        evidence = f"gap {gap:.0f} {unit}, centres {float(apart.min()):.0f} {unit} apart"
        if least - slack <= self.amount <= most + slack:
            return supported(evidence, f"{gap:.0f} {unit}")
        slack = 4 * scale + 0.45 * self.amount
        if least - slack <= self.amount <= most + slack:
            return borderline(evidence, f"{gap:.0f} {unit}")
        return contradicted(evidence, f"{gap:.0f} {unit}")


def spots(truth: Truth, groups: Sequence[tuple[int, ...]]) -> Spots:
    """Return where each of ``groups`` is."""
    flat = [place for group in groups for place in group]
    starts = np.cumsum([0, *(len(group) for group in groups[:-1])])
    members, centres = truth.corners[flat], truth.centres[flat]
    sizes = np.array([len(group) for group in groups], dtype=float)
    boxes = np.concatenate(
        [
            np.minimum.reduceat(members[:, :2], starts, axis=0),
            np.maximum.reduceat(members[:, 2:], starts, axis=0),
        ],
        axis=1,
    )
    means = np.add.reduceat(centres, starts, axis=0) / sizes[:, None]
    middles = np.stack([means, (boxes[:, :2] + boxes[:, 2:]) / 2], axis=1)
    return Spots(boxes, middles, members, starts, flat)


def compare(relation: str, subject: Spots, other: Spots, truth: Truth) -> tuple[Flags, Flags]:
    """Return of which pairs (n, m) ``relation`` is surely true, and of which surely false."""
    diagonal = float(np.hypot(truth.width, truth.height))
    if relation in _SIGNS:
        sides = (truth.width, truth.height)
        found = [_ordered(subject, other, *along, sides[along[0]]) for along in _SIGNS[relation]]
        sure = np.logical_and.reduce([one for one, _ in found])
        return sure, np.logical_or.reduce([two for _, two in found])
    match relation:
        case "next_to":
            return _near(subject, other, diagonal)
        case "far_from":
            near, _ = _near(subject, other, diagonal)
            return _gaps(subject, other) > FAR * diagonal, near
        case "inside":
            return _inside(subject, other, TOLERANCE * diagonal)
        case "outside":
            sure, false = _inside(subject, other, 0.0)
            return _share(subject, other) <= OUTSIDE, sure
        case "perpendicular_to":
            parallel, apart = _parallel(_angles(truth, subject), _angles(truth, other))
            return apart & ~parallel, parallel
        case "surrounded_by":
            return _amid(subject, other)
        case "surrounding":
            sure, false = _amid(other, subject)
            return sure.T, false.T
        case "parallel_to":
            return _parallel(_angles(truth, subject), _angles(truth, other))
        case "larger_than":
            return _larger(_areas(truth, subject)[:, None], _areas(truth, other)[None, :])
        case "smaller_than":
            return _larger(_areas(truth, other)[None, :], _areas(truth, subject)[:, None])
        case "of_equal_size":
            ratio = _areas(truth, subject)[:, None] / _areas(truth, other)[None, :]
            ratio = np.maximum(ratio, 1 / ratio)
            return ratio <= EQUAL, ratio > UNEQUAL
    none = np.zeros((len(subject.boxes), len(other.boxes)), dtype=bool)
    return none, none


def turned(words: str) -> str | None:
    """Return ``words`` with every direction or comparison turned into its opposite, None without one."""
    opposites = grammar().opposites
    mended = [opposites.get(word.lower(), word) for word in words.split(" ")]
    text = " ".join(mended)
    return text if text != words else None


def _ordered(subject: Spots, other: Spots, axis: int, sign: int, side: int) -> tuple[Flags, Flags]:
    """Compare along ``axis``: sign −1 claims that the subject comes first."""
    apart = sign * (subject.middles[:, None] - other.middles[None, :])  # (n, m, 2, 2)
    tolerance = max(2.0, TOLERANCE * side)
    ahead, across = apart[..., axis], np.abs(apart[..., 1 - axis])
    near, far = (axis, axis + 2) if sign < 0 else (axis + 2, axis)
    one, two = subject.boxes[:, None], other.boxes[None, :]
    clear = sign * (one[..., far] - two[..., near]) >= 0
    sure = clear | ((ahead > tolerance).any(axis=-1) & (4 * ahead >= across).any(axis=-1))
    reaches_out = sign * (one[..., near] - two[..., near]) > tolerance
    beyond = sign * (one[..., far] - two[..., far]) > tolerance
    false = (ahead < -tolerance).all(axis=-1) & ~reaches_out & ~beyond
    return sure, false & ~sure


def _near(subject: Spots, other: Spots, diagonal: float) -> tuple[Flags, Flags]:
    gaps = _gaps(subject, other)
    size = np.maximum(_longest(subject)[:, None], _longest(other)[None, :])
    sure = gaps <= np.maximum(size, NEAR * diagonal)
    return sure, gaps > np.maximum(FAR * diagonal, FAR_SIZES * size)


def _inside(subject: Spots, other: Spots, tolerance: float) -> tuple[Flags, Flags]:
    return _share(subject, other) >= WITHIN, _gaps(subject, other) > tolerance


def _amid(subject: Spots, other: Spots) -> tuple[Flags, Flags]:
    """Compare with the box round all of the other set: among several things, or inside of one."""
    share = _share(subject, other)
    return share >= WITHIN, share <= OUTSIDE


def _share(subject: Spots, other: Spots) -> Floats:
    """Return the share of the box round each subject that lies in that round each other, (n, m)."""
    one, two = subject.boxes[:, None], other.boxes[None, :]
    sides = np.minimum(one[..., 2:], two[..., 2:]) - np.maximum(one[..., :2], two[..., :2])
    common = sides.clip(0).prod(axis=-1)
    return np.asarray(common / np.maximum((one[..., 2:] - one[..., :2]).prod(axis=-1), 1e-9))


def _parallel(one: Floats, two: Floats) -> tuple[Flags, Flags]:
    apart = np.abs(one[:, None] - two[None, :])
    apart = np.minimum(apart, 180 - apart)
    with np.errstate(invalid="ignore"):
        return apart <= PARALLEL, apart > NOT_PARALLEL


def _larger(one: Floats, two: Floats) -> tuple[Flags, Flags]:
    return one >= two, one * LARGER < two


def _gaps(subject: Spots, other: Spots) -> Floats:
    """Return the least distances between the boxes of all sets, px, (n, m); 0 where they meet."""
    a, b = subject.members[:, None, :], other.members[None, :, :]
    apart = np.maximum(a[..., :2] - b[..., 2:], b[..., :2] - a[..., 2:]).clip(0)
    gaps = np.hypot(apart[..., 0], apart[..., 1])
    gaps = np.minimum.reduceat(gaps, subject.starts, axis=0)
    return np.asarray(np.minimum.reduceat(gaps, other.starts, axis=1))


def _longest(sets: Spots) -> Floats:
    sides = (sets.members[:, 2:] - sets.members[:, :2]).max(axis=1)
    return np.asarray(np.maximum.reduceat(sides, sets.starts))


def _areas(truth: Truth, sets: Spots) -> Floats:
    """Return the mean area of each set, square px, (n,)."""
    sums = np.add.reduceat(truth.areas[sets.places], sets.starts)
    return np.asarray(np.maximum(sums / _sizes(sets), 1e-9))


def _angles(truth: Truth, sets: Spots) -> Floats:
    """Return the common angle of each set, by the mean of doubled angles, (n,); nan without one."""
    length, width, angle = truth.rectangles[sets.places].T
    elongated = length >= 1.3 * np.maximum(width, 1e-9)
    doubled = np.where(elongated, np.exp(2j * np.radians(angle)), np.nan)
    mean = np.add.reduceat(doubled, sets.starts) / _sizes(sets)
    common = np.degrees(np.angle(mean)) / 2 % 180
    with np.errstate(invalid="ignore"):
        return np.where(np.abs(mean) > 0.85, common, np.nan)


def _sizes(sets: Spots) -> Floats:
    return np.diff([*sets.starts, len(sets.places)]).astype(float)


def _between(
    truth: Truth, points: Floats, ends: Sequence[tuple[tuple[int, ...], tuple[int, ...]]]
) -> tuple[Flags, Flags]:
    """Say of each of ``points`` (n, 2) whether it surely, and possibly, lies between any two ends."""
    sure, maybe = np.zeros(len(points), dtype=bool), np.zeros(len(points), dtype=bool)
    for one, two in ends:
        start, end = truth.place_of(one).middles[1], truth.place_of(two).middles[1]
        line = end - start
        length = max(float(np.hypot(*line)), 1.0)
        offset = points - start
        along = offset @ line / length**2
        across = np.abs(offset[:, 0] * line[1] - offset[:, 1] * line[0]) / length
        sure |= (along >= 0.1) & (along <= 0.9) & (across <= 0.5 * length)
        maybe |= (along >= -0.15) & (along <= 1.15) & (across <= 1.2 * length)
    return sure, maybe


def _groups(meaning: Meaning) -> list[tuple[int, ...]]:
    if meaning.names_objects:
        return [group for group in meaning.groups if group]
    return [(place,) for place in meaning.singles()]


def _where(truth: Truth, places: Sequence[int]) -> str:
    x0, y0, x1, y1 = truth.place_of(places).box
    return f"{shown(truth.refs(places))} in ({x0:.0f}, {y0:.0f}, {x1:.0f}, {y1:.0f})"
