"""Geometry of two sets of objects: which lies left of, near, inside, across or is larger than which.

Of two sets of objects the mean of the centres and the middle of the box round all count. What is
only nearly so is borderline; false is what is clearly the other way round.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from tasks.grounding.truth import Flags, Floats, Truth

TOLERANCE: Final = 0.01  # of the side: centres nearer to each other than this are level
NEAR: Final = 0.05  # of the diagonal: a gap up to this, the smaller one or half the larger is near
FAR: Final = 0.25  # of the diagonal: with a gap beyond this, and
FAR_SIZES: Final = 2.5  # beyond this many sizes of the larger one, nothing is “next to”
LARGER: Final = 1.25  # ratio of areas that nobody mistakes
LONGER: Final = 1.12  # ratio of lengths that nobody mistakes
EQUAL: Final = 1.3  # ratio of areas that everybody calls equal
UNEQUAL: Final = 1.9
PARALLEL: Final = 12.0  # degrees
NOT_PARALLEL: Final = 30.0
OUTSIDE: Final = 0.15  # of a box inside the other: nobody says inside or surrounded
WITHIN: Final = 0.6  # of a box inside the other: everybody says inside

SIGNS: Final[dict[str, tuple[tuple[int, int], ...]]] = {  # (axis, sign of subject − object)
    "left_of": ((0, -1),), "west_of": ((0, -1),), "right_of": ((0, 1),), "east_of": ((0, 1),),
    "above": ((1, -1),), "north_of": ((1, -1),), "below": ((1, 1),), "south_of": ((1, 1),),
    "upper_left_of": ((0, -1), (1, -1)), "upper_right_of": ((0, 1), (1, -1)),
    "lower_left_of": ((0, -1), (1, 1)), "lower_right_of": ((0, 1), (1, 1)),
}  # fmt: skip

Pairs = tuple[Flags, Flags]  # of which pairs (n, m) something is surely true, and surely false


class Spots(NamedTuple):
    """Sets of objects to be compared: n sets of k objects in all, tile px."""

    boxes: Floats  # round each set, (n, 4)
    middles: Floats  # mean of the centres, middle of the box: (n, 2, 2)
    members: Floats  # boxes of the objects, (k, 4)
    starts: np.ndarray  # first object of each set, (n,)
    places: list[int]  # of the objects in the tile, (k,)


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


def compare(relation: str, subject: Spots, other: Spots, truth: Truth) -> Pairs:
    """Return of which pairs (n, m) ``relation`` is surely true, and of which surely false."""
    if relation in SIGNS:
        sides = (truth.width, truth.height)
        found = [_ordered(subject, other, *along, sides[along[0]]) for along in SIGNS[relation]]
        sure = np.logical_and.reduce([one for one, _ in found])
        return sure, np.logical_or.reduce([two for _, two in found])
    if relation in _COMPARED:
        return _COMPARED[relation](subject, other, truth)
    none = np.zeros((len(subject.boxes), len(other.boxes)), dtype=bool)
    return none, none


def gaps(subject: Spots, other: Spots) -> Floats:
    """Return the least distances between the boxes of all sets, px, (n, m); 0 where they meet."""
    a, b = subject.members[:, None, :], other.members[None, :, :]
    apart = np.maximum(a[..., :2] - b[..., 2:], b[..., :2] - a[..., 2:]).clip(0)
    found = np.hypot(apart[..., 0], apart[..., 1])
    found = np.minimum.reduceat(found, subject.starts, axis=0)
    return np.asarray(np.minimum.reduceat(found, other.starts, axis=1))


def _ordered(subject: Spots, other: Spots, axis: int, sign: int, side: int) -> Pairs:
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


def _near(subject: Spots, other: Spots, truth: Truth) -> Pairs:
    diagonal, apart = _diagonal(truth), gaps(subject, other)
    one, two = _longest(subject)[:, None], _longest(other)[None, :]
    size, small = np.maximum(one, two), np.minimum(one, two)
    sure = apart <= np.maximum(np.maximum(small, size / 2), NEAR * diagonal)
    return sure, apart > np.maximum(FAR * diagonal, FAR_SIZES * size)


def _far(subject: Spots, other: Spots, truth: Truth) -> Pairs:
    near, _ = _near(subject, other, truth)
    return gaps(subject, other) > FAR * _diagonal(truth), near


def _inside(subject: Spots, other: Spots, truth: Truth) -> Pairs:
    apart = gaps(subject, other) > TOLERANCE * _diagonal(truth)
    share = _share(subject, other)
    return share >= WITHIN, apart | (_share(other, subject).T >= WITHIN) & (share < WITHIN)


def _outside(subject: Spots, other: Spots, _: Truth) -> Pairs:
    share = _share(subject, other)
    return share <= OUTSIDE, share >= WITHIN


def _amid(subject: Spots, other: Spots, _: Truth) -> Pairs:
    """Compare with the box round all of the other set: among several things, or inside of one."""
    share = _share(subject, other)
    return share >= WITHIN, share <= OUTSIDE


def _around(subject: Spots, other: Spots, truth: Truth) -> Pairs:
    sure, false = _amid(other, subject, truth)
    return sure.T, false.T | (_share(subject, other) >= WITHIN) & ~sure.T


def _parallel(subject: Spots, other: Spots, truth: Truth) -> Pairs:
    apart = np.abs(_angles(truth, subject)[:, None] - _angles(truth, other)[None, :])
    apart = np.minimum(apart, 180 - apart)
    with np.errstate(invalid="ignore"):
        return apart <= PARALLEL, apart > NOT_PARALLEL


def _across(subject: Spots, other: Spots, truth: Truth) -> Pairs:
    parallel, apart = _parallel(subject, other, truth)
    return apart & ~parallel, parallel


def _exceeding(measure: Callable[[Truth, Spots], Floats], margin: float, sign: int) -> "_Compared":
    """Return the comparison of which has more of a measure; with ``sign`` −1, of which has less."""

    def compared(subject: Spots, other: Spots, truth: Truth) -> Pairs:
        one, two = measure(truth, subject)[:, None], measure(truth, other)[None, :]
        if sign < 0:
            one, two = two, one
        return one >= two, one * margin < two

    return compared


def _equal(measure: Callable[[Truth, Spots], Floats]) -> "_Compared":
    def compared(subject: Spots, other: Spots, truth: Truth) -> Pairs:
        ratio = measure(truth, subject)[:, None] / measure(truth, other)[None, :]
        ratio = np.maximum(ratio, 1 / ratio)
        return ratio <= EQUAL, ratio > UNEQUAL

    return compared


def _share(subject: Spots, other: Spots) -> Floats:
    """Return the share of the box round each subject that lies in that round each other, (n, m)."""
    one, two = subject.boxes[:, None], other.boxes[None, :]
    sides = np.minimum(one[..., 2:], two[..., 2:]) - np.maximum(one[..., :2], two[..., :2])
    common = sides.clip(0).prod(axis=-1)
    return np.asarray(common / np.maximum((one[..., 2:] - one[..., :2]).prod(axis=-1), 1e-9))


def _longest(sets: Spots) -> Floats:
    sides = (sets.members[:, 2:] - sets.members[:, :2]).max(axis=1)
    return np.asarray(np.maximum.reduceat(sides, sets.starts))


def areas(truth: Truth, sets: Spots) -> Floats:
    """Return the mean area of each set, square px, (n,)."""
    return _mean(truth.areas, sets)


def lengths(truth: Truth, sets: Spots) -> Floats:
    """Return the mean length of each set, px, (n,)."""
    return _mean(truth.rectangles[:, 0], sets)


def widths(truth: Truth, sets: Spots) -> Floats:
    """Return the mean width of each set, px, (n,)."""
    return _mean(truth.rectangles[:, 1], sets)


def _mean(values: Floats, sets: Spots) -> Floats:
    sums = np.add.reduceat(values[sets.places], sets.starts)
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


def _diagonal(truth: Truth) -> float:
    return float(np.hypot(truth.width, truth.height))


_Compared = Callable[[Spots, Spots, Truth], Pairs]
_COMPARED: Final[Mapping[str, _Compared]] = {
    "next_to": _near, "far_from": _far, "inside": _inside, "outside": _outside,
    "surrounded_by": _amid, "surrounding": _around, "parallel_to": _parallel,
    "perpendicular_to": _across,
    "larger_than": _exceeding(areas, LARGER, 1), "smaller_than": _exceeding(areas, LARGER, -1),
    "longer_than": _exceeding(lengths, LONGER, 1), "shorter_than": _exceeding(lengths, LONGER, -1),
    "wider_than": _exceeding(widths, LONGER, 1), "narrower_than": _exceeding(widths, LONGER, -1),
    "of_equal_size": _equal(areas), "of_equal_length": _equal(lengths),
}  # fmt: skip
