"""Objects of one image that were labelled twice: nearly the same outline, and the same class."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.geometry import Box
from schemas.scene import ObjectAnnotation
from schemas.vocabulary import Shape
from tasks.spatial.polygons import box_of, shape_of

SAME: Final = 0.95  # intersection over union above which two outlines are of one object
_STEP: Final = 0.11  # of a cell, in logarithms of a side: twice what sides can differ by, and more
_SHARE: Final = 0.07  # of a cell, in sides of a box: twice what centres can differ by, and more
_MOST: Final = 16  # outlines compared in one cell; boxes alone never fill it
_PRIMES: Final = (73_856_093, 19_349_663, 83_492_791, 48_611)
_LEAST: Final = 1e-3  # px; a side is not less, so that its logarithm is a number


def near_duplicates(
    objects: Sequence[ObjectAnnotation],
) -> Iterator[tuple[ObjectAnnotation, ObjectAnnotation]]:
    """Yield an earlier object and the one that repeats it, each repeating one once.

    Boxes that overlap by more than SAME have nearly the same size and centre: each is compared
    with those in its cell of a grid over both, and in the nearest cells, not with all others.
    """
    classes: dict[str, list[ObjectAnnotation]] = defaultdict(list)
    for one in objects:
        if not one.crowd:
            classes[one.category].append(one)
    for category in sorted(classes):
        if len(classes[category]) > 1:
            yield from _within(classes[category])


def overlap(first: ObjectAnnotation, second: ObjectAnnotation) -> float:
    """Return the intersection over union of two objects, 0 to 1, of their boxes where that will do."""
    boxes = _of_boxes(box_of(first.polygon), box_of(second.polygon))
    if boxes <= SAME**2 or first.shape == second.shape == Shape.HBB:
        return boxes
    one, other = shape_of(first.polygon), shape_of(second.polygon)
    shared = float(one.intersection(other).area)
    whole = float(one.area + other.area) - shared
    return shared / whole if whole else 0.0


def _of_boxes(first: Box, second: Box) -> float:
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = ((x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in (first, second))
    return width * height / (sum(areas) - width * height)


def _within(
    objects: Sequence[ObjectAnnotation],
) -> Iterator[tuple[ObjectAnnotation, ObjectAnnotation]]:
    keys = _cells(np.array([box_of(one.polygon) for one in objects]))
    cells: dict[int, list[ObjectAnnotation]] = defaultdict(list)
    for number in np.flatnonzero(_in_company(keys)).tolist():
        one, near = objects[number], keys[number].tolist()
        first = next((o for o in _found(cells, near) if overlap(o, one) > SAME), None)
        if first is not None:
            yield first, one
        elif len(cells[near[0]]) < _MOST:
            cells[near[0]].append(one)


def _found(
    cells: dict[int, list[ObjectAnnotation]], near: Iterable[int]
) -> Iterator[ObjectAnnotation]:
    for cell in near:
        if cell in cells:
            yield from cells[cell]


def _in_company(keys: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say which boxes have another one in a cell near them; the others repeat nothing."""
    homes, counts = np.unique(keys[:, 0], return_counts=True)
    crowded = np.isin(keys[:, 0], homes[counts > 1])
    return np.logical_or(crowded, np.any(np.isin(keys[:, 1:], homes), axis=1))


def _cells(boxes: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return for each box (x0, y0, x1, y1) its own cell, and 15 that lie nearest to it."""
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], _LEAST)
    centres = (boxes[:, 2:] + boxes[:, :2]) / 2
    keys = [
        _key(place, levels)
        for levels in _choices(np.log(sides) / _STEP)
        for place in _choices(centres / (_SHARE * np.exp(levels * _STEP)))
    ]
    return np.stack(keys, axis=1)


def _choices(values: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Return the cells of pairs of values: their own, then with one or both moved to the nearest."""
    own = np.floor(values)
    towards = np.where(values - own < 0.5, -1.0, 1.0)
    return [own + towards * np.array(move) for move in product((0, 1), repeat=2)]


def _key(place: NDArray[np.float64], levels: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return one number for each cell; cells that share one by chance cost only time."""
    whole = np.hstack([place, levels]).astype(np.int64)
    keys: NDArray[np.int64] = whole @ np.array(_PRIMES, np.int64)
    return keys
