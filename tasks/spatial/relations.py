"""Relations between the objects of a tile, each stated only where a margin leaves no doubt.

Every object is compared with its few nearest neighbours, found by spatial indexes, so that 600
objects cost 600 × NEIGHBOURS comparisons and not 600².
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from schemas.facts import ObjectFact, RelationFact, RelationKind
from schemas.geometry import Box
from tasks.spatial.polygons import shape_of

NEIGHBOURS: Final = 3
ALL_PAIRS_UP_TO: Final = 8  # in a small scene every pair may be worth a word
MIN_GAP: Final = 2.0  # px: a smaller gap is within the error of the labels
NEAREST_FACTOR: Final = 1.25  # the second nearest is at least this much farther away
NEXT_TO: Final = 0.5  # of the shorter side of the smaller object
OVERLAP: Final = 0.5  # of the smaller extent on the other axis
DOMINANCE: Final = 2.0  # one offset of the centres against the other
# A horizontal box holds much that is not inside the thing itself, except for these.
ENCLOSING: Final = frozenset({"ground track field", "stadium", "parking lot"})


def relations(objects: Sequence[ObjectFact], gsd: float | None = None) -> tuple[RelationFact, ...]:
    """Return the relations of each object to its neighbours, in the order of ``objects``.

    ``nearest``: the gap to every other object is clearly larger. ``left_of`` and the like: the boxes
    are apart on that axis, and overlap on the other or lie clearly more that way than the other.
    ``next_to``: the gap is small against both. ``inside``: the polygon lies within the other.
    Labels that stand for crowds take no part. ``gsd`` (m per px) adds margins in metres.
    """
    single = [fact for fact in objects if not fact.crowd]
    if len(single) < 2:
        return ()
    shapes = np.array([shape_of(fact.polygon) for fact in single])
    found = {
        *_inside(single, shapes),
        *_nearest(single, shapes),
        *_beside(single, shapes),
    }
    ordered = sorted(found)
    return tuple(
        RelationFact(
            subject=single[i].ref,
            relation=kind,
            object=single[j].ref,
            margin=round(margin, 1),
            margin_m=None if gsd is None else round(margin * gsd, 1),
        )
        for i, j, kind, margin in ordered
    )


def direction_of(subject: Box, other: Box) -> tuple[RelationKind, float] | None:
    """Return how ``subject`` lies to ``other`` and the gap in px, None where it is not clear."""
    horizontal, vertical = _gap(subject, other, 0), _gap(subject, other, 1)
    dx, dy = (_middle(subject, axis) - _middle(other, axis) for axis in (0, 1))
    if horizontal >= MIN_GAP and (
        _overlap(subject, other, 1) >= OVERLAP or abs(dx) >= DOMINANCE * abs(dy)
    ):
        return ("left_of" if dx < 0 else "right_of"), horizontal
    if vertical >= MIN_GAP and (
        _overlap(subject, other, 0) >= OVERLAP or abs(dy) >= DOMINANCE * abs(dx)
    ):
        return ("above" if dy < 0 else "below"), vertical
    return None


_Found = tuple[int, int, RelationKind, float]


def _inside(objects: Sequence[ObjectFact], shapes: NDArray[np.object_]) -> Iterator[_Found]:
    tree = shapely.STRtree(shapely.buffer(shapes, 1.0, join_style="mitre"))
    inner, outer = tree.query(shapes, predicate="within")
    for i, j in zip(inner.tolist(), outer.tolist(), strict=True):
        holds = objects[j].category in ENCLOSING or not _is_upright(objects[j])
        if i != j and holds and shapes[i].area < 0.9 * shapes[j].area:
            yield i, j, "inside", 0.0


def _nearest(objects: Sequence[ObjectFact], shapes: NDArray[np.object_]) -> Iterator[_Found]:
    tree = shapely.STRtree(shapes)
    pairs, gaps = tree.query_nearest(
        shapes, exclusive=True, all_matches=False, return_distance=True
    )
    reach = gaps * NEAREST_FACTOR + MIN_GAP
    who, _ = tree.query(shapes[pairs[0]], predicate="dwithin", distance=reach)
    within = np.bincount(who, minlength=len(gaps))  # itself, its nearest and any rival
    for place, (i, j) in enumerate(pairs.T.tolist()):
        if within[place] <= 2 and objects[i].ref != objects[j].ref:
            yield i, j, "nearest", float(gaps[place])


def _beside(objects: Sequence[ObjectFact], shapes: NDArray[np.object_]) -> Iterator[_Found]:
    """Yield directions and ``next_to`` between neighbours that do not overlap."""
    pairs = _neighbours(objects)
    gaps = shapely.distance(shapes[pairs[:, 0]], shapes[pairs[:, 1]])
    for (i, j), gap in zip(pairs.tolist(), gaps.tolist(), strict=True):
        found = direction_of(objects[i].box, objects[j].box)
        if found:
            yield i, j, *found
        if 0 < gap <= NEXT_TO * min(objects[i].width, objects[j].width):
            yield i, j, "next_to", gap


def _neighbours(objects: Sequence[ObjectFact]) -> NDArray[np.int64]:
    """Return pairs (object, neighbour) by distance of the centres, shape (pairs, 2)."""
    count = len(objects)
    wanted = count if count <= ALL_PAIRS_UP_TO else NEIGHBOURS + 1
    centres = np.array([[_middle(fact.box, axis) for axis in (0, 1)] for fact in objects])
    _, near = cKDTree(centres).query(centres, k=wanted)
    pairs = np.column_stack([np.repeat(np.arange(count), wanted), near.ravel()])
    return np.asarray(pairs[pairs[:, 0] != pairs[:, 1]])


def _is_upright(fact: ObjectFact) -> bool:
    """Say whether the polygon is no more than its box."""
    x0, y0, x1, y1 = fact.box
    return bool(shape_of(fact.polygon).area > 0.98 * (x1 - x0) * (y1 - y0))


def _middle(box: Box, axis: int) -> float:
    return (box[axis] + box[axis + 2]) / 2


def _gap(a: Box, b: Box, axis: int) -> float:
    return max(a[axis] - b[axis + 2], b[axis] - a[axis + 2])


def _overlap(a: Box, b: Box, axis: int) -> float:
    """Return the common extent on ``axis`` as a share of the smaller extent."""
    smaller = min(a[axis + 2] - a[axis], b[axis + 2] - b[axis])
    return -_gap(a, b, axis) / smaller if smaller > 0 else 0.0
