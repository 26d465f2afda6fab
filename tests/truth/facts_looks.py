"""Facts of looks: colour, size, orientation, arrangement."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from math import hypot
from typing import Final

import numpy as np

from tests.truth.clear import COURSES, is_larger, is_parallel, row_angle, runs, turned
from tests.truth.colours import COLOURS, colour_of, has_colour
from tests.truth.fact import Fact, Kind, Scenery
from tests.truth.naming import coloured, course, names, number, with_article
from tests.truth.world import Thing

ALIKE: Final = 0.06  # by how much lengths of a group may differ that are given as one
STRETCH: Final = 2.5  # factor that makes a length clearly wrong
MOST: Final = (0.75, 0.95)  # share of a class that is clearly “most” of it
FEW: Final = 0.25  # share up to which it clearly is not
SPREAD: Final = 0.55  # share of width and of height over which things are clearly scattered

ORDERS: Final = {
    "row": ("in a straight row", "lined up in a single line", "arranged in one row"),
    "scattered": ("scattered over the whole scene", "spread out across the image"),
    "parallel": ("parallel to one another", "aligned in parallel"),
    "crossed": ("perpendicular to one another", "at right angles to each other"),
}
DISORDER: Final = {"row": "scattered", "scattered": "row", "parallel": "crossed"}


def looks(scenery: Scenery) -> Iterator[Fact]:
    """Yield facts of each class as a whole."""
    for _, things in scenery.classes:
        yield from _colours(scenery, things)
        yield from _most(scenery, things)
        yield from _lengths(scenery, things)
        yield from _courses(scenery, things)
        yield from _rows(scenery, things)
        yield from _orders(scenery, things)
    yield from _sizes(scenery)


def _colours(scenery: Scenery, things: tuple[Thing, ...]) -> Iterator[Fact]:
    world, draw = scenery.world, scenery.draw
    colour = colour_of(world, things[0])
    if colour is None or not has_colour(world, things, colour):
        return
    others = [one for one in COLOURS if has_colour(world, things, one) is False]
    if not others:
        return
    wrong, said = draw.choice(others), names(things, draw)
    slots = said | coloured(colour)
    yield Fact(Kind.COLOUR, "colour", slots, coloured(wrong))
    if all(thing.sure for thing in things):
        true, false = (_coloured(len(things), one, said, draw) for one in (colour, wrong))
        yield Fact(Kind.COLOUR, "colour_np", said | {"some_colour": true}, {"some_colour": false})
    if len(things) > 1 and all(thing.sure for thing in things):
        counted = slots | {"n": number(len(things), draw)}
        yield Fact(Kind.ANAPHORA, "ana_colour", counted, {"colour": wrong})


def _coloured(count: int, colour: str, said: dict[str, str], draw: random.Random) -> str:
    """Return “a red ship” or “two red ships”."""
    if count == 1:
        return f"{with_article(colour)} {said['c']}"
    return f"{number(count, draw)} {colour} {said['cs']}"


def _most(scenery: Scenery, things: tuple[Thing, ...]) -> Iterator[Fact]:
    found = [colour_of(scenery.world, thing) for thing in things]
    counts = Counter(found)
    colour, n = counts.most_common(1)[0]
    if colour is None or len(things) < 4 or not MOST[0] <= n / len(things) <= MOST[1]:
        return
    others = [
        one for one in COLOURS
        if one != colour
        and sum(has_colour(scenery.world, (t,), one) is not False for t in things) <= FEW * len(things)
    ]  # fmt: skip
    slots = names(things, scenery.draw) | {"colour": colour}
    if others:
        yield Fact(Kind.COLOUR, "colour_most", slots, {"colour": scenery.draw.choice(others)})


def _lengths(scenery: Scenery, things: tuple[Thing, ...]) -> Iterator[Fact]:
    world, draw = scenery.world, scenery.draw
    lengths = [thing.length for thing in things]
    alike = max(lengths) <= (1 + ALIKE) * min(lengths)
    if world.gsd is None or not alike or not all(t.sure and t.elongated for t in things):
        return
    metres = world.gsd * sum(lengths) / len(lengths)
    wrong = metres * STRETCH if draw.random() < 0.5 else metres / STRETCH
    slots = names(things, draw) | {"m": _rounded(metres)}
    yield Fact(Kind.SIZE, "size_metric", slots, {"m": _rounded(wrong)})


def _rounded(metres: float) -> str:
    return f"{metres:.1f}" if metres < 8 else f"{metres:.0f}"


def _sizes(scenery: Scenery) -> Iterator[Fact]:
    """Yield which of two single things is larger."""
    single = [things for _, things in scenery.classes if len(things) == 1 and things[0].sure]
    for (one,), (other,) in combinations(single, 2):
        larger = is_larger(one, other)
        if larger is None:
            continue
        big, small = (one, other) if larger else (other, one)
        np_big, np_small = (names((t,), scenery.draw)["np"] for t in (big, small))
        first, second = sorted((np_big, np_small))
        slots = {"np": np_big, "other": np_small, "first": first, "second": second}
        yield Fact(Kind.SIZE, "size_two", slots, {"np": np_small, "other": np_big})


def _courses(scenery: Scenery, things: tuple[Thing, ...]) -> Iterator[Fact]:
    world, draw = scenery.world, scenery.draw
    true = [name for name in COURSES if runs(things, name)]
    false = [name for name in COURSES if runs(things, name) is False]
    if not true or not false or not all(thing.sure for thing in things):
        return
    said = names(things, draw)
    right, wrong = (
        course(draw.choice(found), draw, north_up=world.north_up) for found in (true, false)
    )
    yield Fact(Kind.ORIENTATION, "orientation", said | {"course": right}, {"course": wrong})


def _rows(scenery: Scenery, things: tuple[Thing, ...]) -> Iterator[Fact]:
    world, draw, angle = scenery.world, scenery.draw, row_angle(things)
    if angle is None:
        return
    true = [name for name in COURSES if turned(angle, name)]
    false = [name for name in COURSES if turned(angle, name) is False]
    if not true or not false:
        return
    right, wrong = (
        course(draw.choice(found), draw, north_up=world.north_up) for found in (true, false)
    )
    slots = names(things, draw) | {"course": right}
    yield Fact(Kind.ORIENTATION, "row_course", slots, {"course": wrong})


def _orders(scenery: Scenery, things: tuple[Thing, ...]) -> Iterator[Fact]:
    draw = scenery.draw
    found = []
    if len(things) >= 4 and row_angle(things) is not None:
        found.append("row")
    if len(things) >= 3 and is_parallel(things):
        found.append("parallel")
    if len(things) >= 5 and _is_scattered(scenery, things):
        found.append("scattered")
    for order in found:
        slots = names(things, draw) | {"order": draw.choice(ORDERS[order])}
        wrong = {"order": draw.choice(ORDERS[DISORDER[order]])}
        yield Fact(Kind.ARRANGEMENT, "arrangement", slots, wrong)


def _is_scattered(scenery: Scenery, things: Sequence[Thing]) -> bool:
    """Say whether things stand over most of the scene, in no line and turned every way."""
    world = scenery.world
    places = np.stack([thing.centre for thing in things]) / (world.width, world.height)
    wide, high = places.max(axis=0) - places.min(axis=0)
    middle = (places - places.mean(axis=0)) * (world.width, world.height)
    least = float(np.linalg.svd(middle, compute_uv=False)[-1]) / len(things) ** 0.5
    return wide >= SPREAD and high >= SPREAD and least >= 0.12 * hypot(world.width, world.height)
