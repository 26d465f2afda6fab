"""What is clearly true of things and what is clearly false; in between, None.

Every margin is wide on purpose: a statement is used only where no careful person would argue.
Lengths are shares of the tile's side unless they are said to be px.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from tests.truth.world import Thing, World, union

INNER: Final = 0.05  # so far inside a region is clearly in it
OUTER: Final = 0.2  # so far outside a region is clearly out of it
ALONG: Final = 12.0  # degrees off a course that is still it
ACROSS: Final = 40.0  # degrees from which it is another course
BIGGER: Final = 1.7  # ratio of areas from which one is larger
STRAIGHT: Final = 0.35  # of the spacing: how far from the line a thing of a row may stand
EVEN: Final = 1.5  # ratio of the widest to the narrowest spacing of a row

THIRD: Final = 1 / 3
REGIONS: Final[dict[str, tuple[float, float, float, float]]] = {
    "upper left": (0, 0, THIRD, THIRD),
    "upper centre": (THIRD, 0, 2 * THIRD, THIRD),
    "upper right": (2 * THIRD, 0, 1, THIRD),
    "centre left": (0, THIRD, THIRD, 2 * THIRD),
    "centre": (THIRD, THIRD, 2 * THIRD, 2 * THIRD),
    "centre right": (2 * THIRD, THIRD, 1, 2 * THIRD),
    "lower left": (0, 2 * THIRD, THIRD, 1),
    "lower centre": (THIRD, 2 * THIRD, 2 * THIRD, 1),
    "lower right": (2 * THIRD, 2 * THIRD, 1, 1),
    "left half": (0, 0, 0.5, 1),
    "right half": (0.5, 0, 1, 1),
    "upper half": (0, 0, 1, 0.5),
    "lower half": (0, 0.5, 1, 1),
    "left": (0, 0, THIRD, 1),
    "right": (2 * THIRD, 0, 1, 1),
    "top": (0, 0, 1, THIRD),
    "bottom": (0, 2 * THIRD, 1, 1),
}
HALVES: Final = 0.08  # halves are meant more exactly than thirds
OPPOSITE: Final = {
    "left": "right", "right": "left", "upper": "lower", "lower": "upper", "top": "bottom",
    "bottom": "top",
}  # fmt: skip
COURSES: Final = {
    "left to right": 0.0, "upper left to lower right": 45.0, "top to bottom": 90.0,
    "lower left to upper right": 135.0,
}  # fmt: skip


def mirrored(region: str) -> str:
    """Return the region on the other side; the centre has none and becomes the upper left."""
    swapped = " ".join(OPPOSITE.get(word, word) for word in region.split())
    return "upper left" if swapped == "centre" else swapped


def in_region(world: World, things: Sequence[Thing], region: str) -> bool | None:
    """Say whether the centres of all ``things`` are clearly in ``region``, or clearly all are not."""
    outer = HALVES if region.endswith("half") else OUTER
    places = np.stack([thing.centre for thing in things]) / (world.width, world.height)
    low, high = np.array(REGIONS[region][:2]), np.array(REGIONS[region][2:])
    inner_low = np.where(low > 0, low + INNER, low - 1)
    inner_high = np.where(high < 1, high - INNER, high + 1)
    if bool(((places >= inner_low) & (places <= inner_high)).all()):
        return True
    outside = (places < low - outer) | (places > high + outer)
    return False if bool(outside.any(axis=1).all()) else None


def beside(world: World, a: Sequence[Thing], b: Sequence[Thing], side: str) -> bool | None:
    """Say whether all of ``a`` clearly are on ``side`` of all of ``b``: left, right, above, below.

    True where a strip of 2 % of the tile lies between their boxes and the way from centre to centre
    leads off that side by at most 30°; False where that holds for the other side.
    """
    if side in ("right", "below"):
        return beside(world, b, a, {"right": "left", "below": "above"}[side])
    axis = 0 if side == "left" else 1
    if _before(world, a, b, axis):
        return True
    return False if _before(world, b, a, axis) else None


def _before(world: World, a: Sequence[Thing], b: Sequence[Thing], axis: int) -> bool:
    one, other = union(a), union(b)
    strip = 0.02 * (world.width, world.height)[axis]
    way = (other[:2] + other[2:] - one[:2] - one[2:]) / 2
    return bool(one[2 + axis] + strip < other[axis] and abs(way[1 - axis]) <= 0.58 * way[axis])


def within(a: Sequence[Thing], b: Thing) -> bool | None:
    """Say whether all of ``a`` clearly lie inside ``b``, or clearly all of them outside."""
    if all(thing.outline.within(b.outline) for thing in a):
        return True
    return False if all(thing.outline.distance(b.outline) > 5 for thing in a) else None


def between(world: World, a: Thing, b: Thing, c: Thing) -> bool | None:
    """Say whether ``a`` clearly lies between ``b`` and ``c``, on the way from one to the other."""
    way, own = c.centre - b.centre, a.centre - b.centre
    length = float(np.hypot(*way))
    if length < 0.1 * world.diagonal:
        return None
    share = float(own @ way) / length**2
    off = abs(float(way[0] * own[1] - way[1] * own[0])) / length**2
    if 0.3 <= share <= 0.7 and off <= 0.12:
        return True
    return False if not -0.1 <= share <= 1.1 or off >= 0.8 else None


def turned(angle: float, course: str) -> bool | None:
    """Say whether ``angle`` (degrees) is clearly ``course`` or clearly not."""
    off = abs((angle - COURSES[course] + 90) % 180 - 90)
    if off <= ALONG:
        return True
    return False if off >= ACROSS else None


def runs(things: Sequence[Thing], course: str) -> bool | None:
    """Say whether the longer sides of all ``things`` clearly run along ``course``."""
    found = {turned(thing.sides[2], course) if thing.elongated else None for thing in things}
    return found.pop() if len(found) == 1 else None


def row_angle(things: Sequence[Thing]) -> float | None:
    """Return the angle of the straight, even row that ``things`` form, None where they form none."""
    if len(things) < 3:
        return None
    places = np.stack([thing.centre for thing in things])
    middle = places - places.mean(axis=0)
    axis = np.linalg.svd(middle)[2][0]
    along = np.sort(middle @ axis)
    steps = [b - a for a, b in pairwise(along)]
    off = float(np.abs(middle @ np.array([-axis[1], axis[0]])).max())
    if off > STRAIGHT * min(steps) or max(steps) > EVEN * min(steps):
        return None
    return float(np.degrees(np.arctan2(axis[1], axis[0]))) % 180


def is_parallel(things: Sequence[Thing]) -> bool | None:
    """Say whether all ``things`` clearly lie parallel, or two of them clearly across each other."""
    if len(things) < 2 or not all(thing.elongated for thing in things):
        return None
    angles = np.array([thing.sides[2] for thing in things])
    off = np.abs((angles[:, None] - angles[None, :] + 90) % 180 - 90)
    if off.max() <= ALONG:
        return True
    return False if off.max() >= ACROSS else None


def is_larger(a: Thing, b: Thing) -> bool | None:
    """Say whether ``a`` is clearly larger than ``b``: 1.7 times its area; or clearly smaller."""
    if a.area >= BIGGER * b.area:
        return True
    return False if b.area >= BIGGER * a.area else None


def gap(a: Sequence[Thing], b: Sequence[Thing]) -> float:
    """Return the least distance between the outlines of ``a`` and those of ``b``, px."""
    return min(float(one.outline.distance(other.outline)) for one in a for other in b)
