"""Rows, clusters and cells: how the objects of one class stand together.

Every object is in exactly one group: a row where it is in one, else a cluster, else with the others
of its class in the same grid cell, else alone.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import Final, Literal

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from schemas.facts import GroupFact, ObjectFact
from schemas.geometry import Point
from tasks.spatial.grid import cell_of
from tasks.spatial.polygons import direction, shape_of

LEAST: Final = 4  # objects in a row or a cluster
NEIGHBOURS: Final = 8
TURN: Final = 15.0  # degrees: how far a row may bend from one object to the next
SPACING: Final = 1.5  # a step is at most this many times the step before, or its inverse
REACH: Final = 4.0  # a step is at most this many lengths of the objects
STRAIGHT: Final = 0.5  # centres leave the line by at most this share of the objects' width
LINK: Final = 1.0  # gap in a cluster, in lengths of the objects
SPREAD: Final = 0.6  # of the picture's side: what is wider is no cluster but all over the place

_Kind = Literal["row", "cluster", "cell", "single"]


def groups(objects: Sequence[ObjectFact], width: float, height: float) -> tuple[GroupFact, ...]:
    """Divide ``objects`` of a picture of ``width`` × ``height`` px into groups of one class each.

    Ordered by the first object of each group, as given.
    """
    place = {fact.ref: index for index, fact in enumerate(objects)}
    found = [
        group
        for category in sorted({fact.category for fact in objects})
        for group in _of_class([f for f in objects if f.category == category], width, height)
    ]
    return tuple(sorted(found, key=lambda group: place[group.refs[0]]))


def _of_class(objects: Sequence[ObjectFact], width: float, height: float) -> Iterator[GroupFact]:
    rows = _rows(objects)
    for row in rows:
        first, last = _centre(row[0]), _centre(row[-1])
        yield _group("row", row, width, height, direction(last[0] - first[0], last[1] - first[1]))
    taken = {fact.ref for row in rows for fact in row}
    left = [fact for fact in objects if fact.ref not in taken]
    for cluster in _clusters(left, width, height):
        yield _group("cluster", cluster, width, height)
        taken |= {fact.ref for fact in cluster}
    yield from _cells([fact for fact in left if fact.ref not in taken], width, height)


def _cells(objects: Sequence[ObjectFact], width: float, height: float) -> Iterator[GroupFact]:
    for cell in sorted({fact.cell for fact in objects}):
        members = [fact for fact in objects if fact.cell == cell]
        group = _group("cell" if len(members) > 1 else "single", members, width, height)
        yield group.model_copy(update={"cell": cell})


def _group(
    kind: _Kind,
    members: Sequence[ObjectFact],
    width: float,
    height: float,
    angle: float | None = None,
) -> GroupFact:
    xs0, ys0, xs1, ys1 = zip(*(fact.box for fact in members), strict=True)
    box = (min(xs0), min(ys0), max(xs1), max(ys1))
    return GroupFact(
        kind=kind,
        category=members[0].category,
        refs=tuple(fact.ref for fact in members),
        cell=cell_of(((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), width, height),
        box=box,
        angle=None if angle is None else round(angle, 1) % 180,
    )


def _rows(objects: Sequence[ObjectFact]) -> list[list[ObjectFact]]:
    """Return disjoint rows, the longest first, each from left to right (or top to bottom)."""
    if len(objects) < LEAST:
        return []
    chains = _chains(objects)
    chains.sort(key=lambda chain: (-len(chain), _length(chain, objects), chain))
    taken: set[int] = set()
    rows = []
    for chain in chains:
        free = _until_taken(chain, taken)
        row = [objects[index] for index in free]
        if len(row) >= LEAST and _is_straight(row):
            taken.update(free)
            rows.append(row if _centre(row[0]) <= _centre(row[-1]) else row[::-1])
    return rows


def _chains(objects: Sequence[ObjectFact]) -> list[list[int]]:
    """Follow every step between neighbours for as long as a like step continues it."""
    centres = [_centre(fact) for fact in objects]
    near = _near(centres)
    steps = [
        (i, j)
        for i in range(len(objects))
        for j in near[i]
        if math.dist(centres[i], centres[j]) <= REACH * min(objects[i].length, objects[j].length)
    ]
    allowed = set(steps)
    following = {
        step: _next(step, [k for k in near[step[1]] if (step[1], k) in allowed], centres)
        for step in steps
    }
    begun = {(j, k) for (_, j), k in following.items() if k is not None}
    return [_follow(step, following) for step in steps if step not in begun]


def _next(step: tuple[int, int], options: Sequence[int], centres: Sequence[Point]) -> int | None:
    """Return the object that continues ``step`` best, None where none does."""
    before, at = centres[step[0]], centres[step[1]]
    size = math.dist(before, at)
    best: tuple[float, int] | None = None
    for option in options:
        ahead = centres[option]
        length = math.dist(at, ahead)
        if option in step or not (size / SPACING <= length <= size * SPACING):
            continue
        along = (at[0] - before[0]) * (ahead[0] - at[0]) + (at[1] - before[1]) * (ahead[1] - at[1])
        if along < math.cos(math.radians(TURN)) * size * length:
            continue
        miss = math.dist(ahead, (2 * at[0] - before[0], 2 * at[1] - before[1]))
        best = min(best, (miss, option)) if best else (miss, option)
    return best[1] if best else None


def _follow(step: tuple[int, int], following: dict[tuple[int, int], int | None]) -> list[int]:
    chain = list(step)
    seen = set(step)
    while (after := following[chain[-2], chain[-1]]) is not None and after not in seen:
        chain.append(after)
        seen.add(after)
    return chain


def _until_taken(chain: Sequence[int], taken: set[int]) -> list[int]:
    """Return the longest run of ``chain`` that no earlier row has used."""
    runs: list[list[int]] = [[]]
    for index in chain:
        if index in taken:
            runs.append([])
        else:
            runs[-1].append(index)
    return max(runs, key=len)


def _is_straight(row: Sequence[ObjectFact]) -> bool:
    """Say whether all centres are near the line from the first to the last."""
    (x0, y0), (x1, y1) = _centre(row[0]), _centre(row[-1])
    length = math.dist((x0, y0), (x1, y1))
    if length == 0:
        return False
    allowed = STRAIGHT * median(fact.width for fact in row)
    return all(
        abs((x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)) / length <= allowed
        for x, y in map(_centre, row)
    )


def _clusters(objects: Sequence[ObjectFact], width: float, height: float) -> list[list[ObjectFact]]:
    """Return the sets of objects linked by gaps of at most one object's length."""
    if len(objects) < LEAST:
        return []
    shapes = np.array([shape_of(fact.polygon) for fact in objects])
    reach = LINK * median(fact.length for fact in objects)
    one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=reach)
    links = coo_array((np.ones(len(one)), (one, other)), shape=(len(objects), len(objects)))
    _, labels = connected_components(links, directed=False)
    sets: dict[int, list[ObjectFact]] = {}
    for fact, label in zip(objects, labels.tolist(), strict=True):
        sets.setdefault(label, []).append(fact)
    return [s for s in sets.values() if len(s) >= LEAST and _is_compact(s, width, height)]


def _is_compact(members: Sequence[ObjectFact], width: float, height: float) -> bool:
    across = max(f.box[2] for f in members) - min(f.box[0] for f in members)
    down = max(f.box[3] for f in members) - min(f.box[1] for f in members)
    return across <= SPREAD * width and down <= SPREAD * height


def _near(centres: Sequence[Point]) -> list[list[int]]:
    """Return for each centre the indices of its nearest others, nearest first."""
    wanted = min(len(centres), NEIGHBOURS + 1)
    _, near = cKDTree(centres).query(centres, k=wanted)
    return [[j for j in row if j != i] for i, row in enumerate(near.tolist())]


def _length(chain: Sequence[int], objects: Sequence[ObjectFact]) -> float:
    return sum(math.dist(_centre(objects[i]), _centre(objects[j])) for i, j in pairwise(chain))


def _centre(fact: ObjectFact) -> Point:
    x0, y0, x1, y1 = fact.box
    return (x0 + x1) / 2, (y0 + y1) / 2
