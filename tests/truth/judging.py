"""Whether what a slot of a sentence states is clearly true of its tile, or clearly false."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from statistics import median
from typing import Final

import numpy as np

from tests.truth.clear import BIGGER, COURSES, beside, gap, in_region, runs, turned
from tests.truth.colours import has_colour
from tests.truth.fact import Kind
from tests.truth.reading import Slot, class_in, class_of, number_of
from tests.truth.world import Thing, World, union

CLOSE: Final = 1.25  # ratio up to which a length or a distance is right
WRONG: Final = 1.9  # ratio from which it is wrong
BARELY: Final = 2.0  # px
LONGER: Final = 1.35  # ratio of the sides from which it is clear which is the longer one
STEEP: Final = 60.0  # degrees from which such a thing runs across
STRETCHED: Final = 4.0  # ratio of the spreads along and across from which things form a row
_COURSES: Final = {
    "west to east": "left to right", "north to south": "top to bottom",
    "the upper left to the lower right": "upper left to lower right",
    "the lower left to the upper right": "lower left to upper right",
}  # fmt: skip


def judge(slot: Slot, world: World, words: str | None = None) -> bool | None:
    """Say whether the slot, or ``words`` in its place, is clearly true or clearly false."""
    said = slot if words is None else replace(slot, words=words)
    try:
        things = [world.by_ref[ref] for ref in said.refs]
        others = [world.by_ref[ref] for ref in said.others]
    except KeyError:
        return None
    if said.kind is Kind.ABSENCE:
        return _absent(said, world)
    return _JUDGES[said.kind](said, world, things, others) if things else None


def _count(slot: Slot, _world: World, things: Sequence[Thing], _others: object) -> bool:
    return number_of(slot.words) == len(things)


def _class(slot: Slot, _world: World, things: Sequence[Thing], _others: object) -> bool | None:
    same = {thing.category == class_of(slot.words) for thing in things}
    return same.pop() if len(same) == 1 else None


def _colour(slot: Slot, world: World, things: Sequence[Thing], _others: object) -> bool | None:
    return has_colour(world, things, slot.words)


def _position(slot: Slot, world: World, things: Sequence[Thing], _others: object) -> bool | None:
    """A group is where its middle is; it is elsewhere only if all of it is."""
    clear = in_region(world, things, slot.words)
    if clear is not None:
        return clear
    corners = np.concatenate([thing.corners for thing in things])
    middle = Thing("middle", things[0].category, corners)
    if in_region(world, (middle,), slot.words):
        return True
    return False if _beyond(world, middle, slot.words) else None


def _beyond(world: World, thing: Thing, region: str) -> bool:
    """Say whether ``region`` is a half and ``thing`` lies wholly in the other one."""
    x, y = world.width / 2, world.height / 2
    x0, y0, x1, y1 = thing.box
    return {
        "left half": x0 > x, "right half": x1 < x, "upper half": y0 > y, "lower half": y1 < y,
    }.get(region, False)  # fmt: skip


def _relation(
    slot: Slot, world: World, things: Sequence[Thing], others: Sequence[Thing]
) -> bool | None:
    """Things that all lie on the other side are not on this one, however near they are."""
    side = slot.words.removeprefix("to the ").removesuffix(" of")
    if {id(thing) for thing in things} & {id(thing) for thing in others}:
        return None
    clear = beside(world, things, others, side)
    axis, sign = {"left": (0, 1), "right": (0, -1), "above": (1, 1), "below": (1, -1)}[side]
    ours = [sign * float(thing.centre[axis]) for thing in things]
    theirs = [sign * float(thing.centre[axis]) for thing in others]
    return False if clear is None and min(ours) > max(theirs) + BARELY else clear


def _course(slot: Slot, _world: World, things: Sequence[Thing], _others: object) -> bool | None:
    course = _COURSES.get(slot.words, slot.words)
    if not slot.of_row:
        clear = runs(things, course)
        return False if clear is None and all(_runs_across(t, course) for t in things) else clear
    angle = _axis(things)
    return None if angle is None else turned(angle, course)


def _runs_across(thing: Thing, course: str) -> bool:
    """Say whether ``thing``, though hardly longer than wide, runs clearly across ``course``."""
    length, width, angle = thing.sides
    off = abs((angle - COURSES[course] + 90) % 180 - 90)
    return not thing.upright and length >= LONGER * width and off >= STEEP


def _axis(things: Sequence[Thing]) -> float | None:
    """Return the angle along which ``things`` stand, None where they form no line."""
    if len(things) < 3:
        return None
    places = np.stack([thing.centre for thing in things])
    _, spread, axes = np.linalg.svd(places - places.mean(axis=0))
    if spread[0] < STRETCHED * spread[1]:
        return None
    return float(np.degrees(np.arctan2(axes[0][1], axes[0][0]))) % 180


def _length(slot: Slot, world: World, things: Sequence[Thing], _others: object) -> bool | None:
    if world.gsd is None:
        return None
    ratios = [_ratio(float(slot.words), world.gsd * thing.length) for thing in things]
    if max(ratios) <= CLOSE:
        return True
    return False if min(ratios) >= WRONG else None


def _distance(
    slot: Slot, world: World, things: Sequence[Thing], others: Sequence[Thing]
) -> bool | None:
    if world.gsd is None:
        return None
    least = world.gsd * min(gap(things, others), _between_boxes(things, others))
    centres = np.stack([t.centre for t in things])[:, None] - np.stack([t.centre for t in others])
    most = world.gsd * float(np.hypot(*centres.T).max())
    said = float(slot.words)
    if least > 0 and _ratio(said, least) <= CLOSE:
        return True
    return False if said * WRONG < least or said > WRONG * most else None


def _between_boxes(things: Sequence[Thing], others: Sequence[Thing]) -> float:
    """Return the distance of two groups along x or along y, whichever is more, px."""
    one, other = union(things), union(others)
    return float(max(*(one[:2] - other[2:]), *(other[:2] - one[2:]), 0))


def _ratio(one: float, other: float) -> float:
    return max(one, other) / max(min(one, other), 1e-6)


def _rank(slot: Slot, world: World, things: Sequence[Thing], _others: object) -> bool | None:
    rest = [t.area for t in world.by_class[things[0].category] if t not in things]
    if len(things) != 1 or not rest:
        return None
    ratio = things[0].area / median(rest)
    if slot.words == "smaller":
        ratio = 1 / ratio
    if ratio >= 1.2:
        return True
    return False if ratio <= 1 / BIGGER else None


def _absent(slot: Slot, world: World) -> bool | None:
    named = class_in(slot.words)
    category = class_of(named[0]) if named else ""
    if category in world.by_class:
        return False if any(thing.sure for thing in world.by_class[category]) else None
    return True if category in world.closed else None


_JUDGES: Final[Mapping[Kind, Callable[..., bool | None]]] = {
    Kind.COUNT_ONE: _count, Kind.COUNT_MANY: _count, Kind.CLASS: _class, Kind.COLOUR: _colour,
    Kind.POSITION: _position, Kind.RELATION: _relation, Kind.ORIENTATION: _course,
    Kind.SIZE: _length, Kind.DISTANCE: _distance, Kind.SUPERLATIVE: _rank,
}  # fmt: skip
