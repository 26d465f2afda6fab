"""Facts of places: position, relations, superlatives, distances, what a pronoun stands for."""

from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import Final

import numpy as np

from tests.truth.clear import REGIONS, beside, between, gap, in_region, is_larger, mirrored, within
from tests.truth.colours import COLOURS, colour_of, has_colour
from tests.truth.fact import Fact, Kind, Scenery
from tests.truth.naming import BEARINGS, coloured, names, place, side
from tests.truth.world import Thing, World

SIDES: Final = {"left": "right", "right": "left", "above": "below", "below": "above"}
APART: Final = 1.3  # ratio of the way between centres to the gap up to which both are one distance
OFF: Final = 4.0  # factor that makes a distance clearly wrong
FAR: Final = 0.45  # of the diagonal
NEAR: Final = 0.035
AROUND: Final = 0.2  # up to which all of a group are where its nearest one is
EXTREME: Final = 0.1  # of the side: how far ahead of the next the leftmost one is
EXTREMES: Final = {"leftmost": (0, 1), "rightmost": (0, -1), "topmost": (1, 1), "lowest": (1, -1)}


def places(scenery: Scenery) -> Iterator[Fact]:
    """Yield facts of each class by itself."""
    for category, things in scenery.classes:
        yield from _positions(scenery, things)
        if scenery.world.countable(category) and len(things) > 1:
            yield from _largest(scenery, things)
            yield from _extremes(scenery, things)
        if scenery.world.countable(category) and len(things) == 2:
            yield from _apart(scenery, things)


def relations(scenery: Scenery) -> Iterator[Fact]:
    """Yield facts of two or three classes."""
    whole = [things for _, things in scenery.classes if all(thing.sure for thing in things)]
    for some, others in permutations(whole, 2):
        yield from _sides(scenery, some, others)
        yield from _inside(scenery, some, others)
        if len(some) == 1:
            yield from _distances(scenery, some, others)
    single = [things[0] for things in whole if len(things) == 1]
    for a, b, c in permutations(single, 3):
        yield from _between(scenery, (a, b, c))
    for two in (things for things in whole if len(things) == 2):
        yield from _between_two(scenery, single, two)
    yield from _largest_class(scenery, whole)


def regions_of(world: World, things: Sequence[Thing]) -> list[str]:
    """Return the regions in which all ``things`` clearly are."""
    return [name for name in REGIONS if in_region(world, things, name)]


def elsewhere(scenery: Scenery, things: Sequence[Thing], right: str) -> str | None:
    """Return a region in which none of ``things`` is, the one across from ``right`` if it can be."""
    across = mirrored(right)
    if in_region(scenery.world, things, across) is False:
        return across
    false = [name for name in REGIONS if in_region(scenery.world, things, name) is False]
    return scenery.draw.choice(false) if false else None


def _positions(scenery: Scenery, things: tuple[Thing, ...]) -> Iterator[Fact]:
    world, draw = scenery.world, scenery.draw
    true = regions_of(world, things)
    if not true or not all(thing.sure for thing in things):
        return
    region = draw.choice(true)
    other = elsewhere(scenery, things, region)
    if other is None:
        return
    right, wrong = (place(one, draw, north_up=world.north_up) for one in (region, other))
    slots = names(things, draw) | {"where": right}
    yield Fact(Kind.POSITION, "position", slots, {"where": wrong})
    yield Fact(Kind.ANAPHORA, "ana_one", slots, {"where": wrong})


def _sides(scenery: Scenery, some: tuple[Thing, ...], others: tuple[Thing, ...]) -> Iterator[Fact]:
    world, draw = scenery.world, scenery.draw
    for name, across in SIDES.items():
        if not beside(world, some, others, name):
            continue
        said = names(some, draw)
        slots = said | {
            "other": names(others, draw)["np"], "side": side(name, draw, north_up=world.north_up),
            "bearing": BEARINGS[name],
        }  # fmt: skip
        wrong = {"side": side(across, draw, north_up=world.north_up), "bearing": BEARINGS[across]}
        yield Fact(Kind.RELATION, "relation", slots, wrong)


def _inside(scenery: Scenery, some: tuple[Thing, ...], others: tuple[Thing, ...]) -> Iterator[Fact]:
    if len(others) != 1 or not within(some, others[0]):
        return
    said, other = names(some, scenery.draw), names(others, scenery.draw)
    slots = said | {"other": other["np"], "inside": scenery.draw.choice(("inside", "within"))}
    swapped = {"np": other["np"], "some": other["some"], "other": said["np"], "is": "is", "s": "s"}
    yield Fact(Kind.RELATION, "inside", slots, swapped)


def _between(scenery: Scenery, three: tuple[Thing, Thing, Thing]) -> Iterator[Fact]:
    a, b, c = three
    if b.ref > c.ref or not between(scenery.world, a, b, c):
        return
    if between(scenery.world, b, a, c) is not False:
        return
    said = [names((thing,), scenery.draw)["np"] for thing in three]
    slots = {"np": said[0], "b": said[1], "c": said[2]}
    yield Fact(Kind.RELATION, "between", slots, {"np": said[1], "b": said[0]})


def _between_two(
    scenery: Scenery, single: Sequence[Thing], two: tuple[Thing, ...]
) -> Iterator[Fact]:
    """Yield which thing is between two of a class, and which is not."""
    draw, both = scenery.draw, f"the two {names(two, scenery.draw)['cs']}"
    held = {thing.ref: between(scenery.world, thing, *two) for thing in single}
    out = [thing for thing in single if held[thing.ref] is False]
    for thing in (one for one in single if held[one.ref]):
        if out:
            slots = names((thing,), draw) | {"two": both}
            wrong = names((draw.choice(out),), draw)["np"]
            yield Fact(Kind.RELATION, "between_two", slots, {"np": wrong})


def _largest(scenery: Scenery, things: tuple[Thing, ...]) -> Iterator[Fact]:
    world, draw = scenery.world, scenery.draw
    first, *rest = sorted(things, key=lambda thing: -thing.area)
    if not all(is_larger(first, other) for other in rest):
        return
    true = regions_of(world, (first,))
    if not true:
        return
    region = draw.choice(true)
    false = [
        name for name in REGIONS
        if in_region(world, (first,), name) is False
        and any(in_region(world, (other,), name) for other in rest)
    ]  # fmt: skip
    if not false:
        return
    right, wrong = (
        place(one, draw, north_up=world.north_up) for one in (region, draw.choice(false))
    )
    slots = names(things, draw) | {"most": draw.choice(("largest", "biggest")), "where": right}
    yield Fact(Kind.SUPERLATIVE, "superlative_where", slots, {"where": wrong})
    if len(things) == 2 and in_region(world, rest, region) is False:
        yield from _two(scenery, slots, region, rest[0])


def _two(scenery: Scenery, slots: dict[str, str], region: str, smaller: Thing) -> Iterator[Fact]:
    """Yield where the larger and the smaller of two are, and the same the wrong way round."""
    other = mirrored(region)
    if not in_region(scenery.world, (smaller,), other):
        return
    there = place(other, scenery.draw, north_up=scenery.world.north_up)
    both = slots | {"there": there}
    yield Fact(Kind.ANAPHORA, "ana_two", both, {"where": there, "there": slots["where"]})


def _extremes(scenery: Scenery, things: tuple[Thing, ...]) -> Iterator[Fact]:
    """Yield the colour of the leftmost one, and so on, where another has another colour."""
    world, draw = scenery.world, scenery.draw
    for most, (axis, sign) in EXTREMES.items():
        first, second, *_ = sorted(things, key=lambda t: sign * float(t.centre[axis]))
        ahead = abs(float(first.centre[axis] - second.centre[axis]))
        colour = colour_of(world, first)
        if ahead < EXTREME * (world.width, world.height)[axis] or colour is None:
            continue
        seen = {colour_of(world, thing) for thing in things}
        false = [one for one in COLOURS if has_colour(world, (first,), one) is False]
        others = [one for one in false if one in seen] or false
        if others:
            slots = names(things, draw) | {"most": most} | coloured(colour)
            wrong = coloured(draw.choice(others))
            yield Fact(Kind.SUPERLATIVE, "superlative_colour", slots, wrong)


def _largest_class(scenery: Scenery, whole: Sequence[tuple[Thing, ...]]) -> Iterator[Fact]:
    """Yield of which class the largest thing of all is."""
    everything = sorted(scenery.world.things, key=lambda thing: -thing.area)
    first = everything[0]
    others = [t for t in whole if t[0].category != first.category]
    if not first.sure or len(others) != len(scenery.world.by_class) - 1 or not others:
        return
    if all(is_larger(first, thing) for group in others for thing in group):
        right = names((first,), scenery.draw)["a_c"]
        wrong = names(scenery.draw.choice(others), scenery.draw)["a_c"]
        yield Fact(Kind.SUPERLATIVE, "superlative_class", {"a_c": right}, {"a_c": wrong})


def _distances(
    scenery: Scenery, some: tuple[Thing, ...], others: tuple[Thing, ...]
) -> Iterator[Fact]:
    world, draw = scenery.world, scenery.draw
    slots = names(some, draw) | {"other": names(others, draw)["np"]}
    if len(others) == 1 and (metres := _metres(scenery, some[0], others[0])):
        wrong = metres * OFF if draw.random() < 0.5 else metres / OFF
        yield Fact(Kind.DISTANCE, "distance", slots | {"m": f"{metres:.0f}"}, {"m": f"{wrong:.0f}"})
    between_them = gap(some, others)
    near, far = draw.choice(("right next to", "adjacent to", "close to")), "far away from"
    if between_them >= FAR * world.diagonal:
        yield Fact(Kind.DISTANCE, "near_far", slots | {"near": far}, {"near": near})
    elif 0 < between_them <= NEAR * world.diagonal and all(
        gap(some, (other,)) <= AROUND * world.diagonal for other in others
    ):
        yield Fact(Kind.DISTANCE, "near_far", slots | {"near": near}, {"near": far})


def _apart(scenery: Scenery, two: tuple[Thing, ...]) -> Iterator[Fact]:
    if metres := _metres(scenery, *two):
        wrong = metres * OFF if scenery.draw.random() < 0.5 else metres / OFF
        slots = names(two, scenery.draw) | {"m": f"{metres:.0f}"}
        yield Fact(Kind.DISTANCE, "two_apart", slots, {"m": f"{wrong:.0f}"})


def _metres(scenery: Scenery, one: Thing, other: Thing) -> float | None:
    """Return the distance of two things in metres, None where it depends on how it is taken."""
    between_them = gap((one,), (other,))
    centres = float(np.hypot(*(one.centre - other.centre)))
    if not scenery.world.gsd or between_them <= 10 or centres > APART * between_them:
        return None
    return scenery.world.gsd * (between_them + centres) / 2
