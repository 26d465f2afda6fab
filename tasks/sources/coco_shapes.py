"""How one COCO annotation becomes a polygon: box, ring or pixel mask."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from schemas.geometry import Polygon
from schemas.vocabulary import Shape
from tasks.sources.coco_file import CocoAnnotation, Rle
from tasks.sources.protocol import polygon_of

LARGEST_MASK: Final = 100_000_000  # px; a larger one is not decoded, its box is taken
SMOOTHING: Final = 0.5  # px by which the outline of a mask may leave the edges of its pixels


class NegativeSize(ValueError):
    """A box whose width or height is less than nothing."""


def shape_of(annotation: CocoAnnotation) -> tuple[Shape, Polygon]:
    """Return what kind of shape an annotation has, and its corners, px.

    One ring is the polygon, unless it is the box itself. A mask is its outline. What comes in
    several pieces is its box, because a polygon has one ring only. Raises ValueError, in words that
    follow “the annotation”, where it has no shape that can be read.
    """
    box = _box(annotation.bbox) if annotation.bbox else None
    if isinstance(annotation.segmentation, Rle):
        return _of_mask(annotation.segmentation, box)
    rings = [ring for ring in _rings(annotation.segmentation or []) if len(set(ring)) > 2]
    if len(rings) == 1:
        upright = _is_upright_rectangle(rings[0])
        return (Shape.HBB if upright else Shape.POLYGON), rings[0]
    if box is None and rings:
        box = _round(rings)
    if box is None:
        raise ValueError("has neither a box nor a ring of three corners")
    return Shape.HBB, box


def _box(values: Sequence[Any]) -> Polygon:
    if len(values) != 4:
        raise ValueError(f"has a bbox of {len(values)} numbers; x, y, width, height are needed")
    (x, y), (width, height) = polygon_of(values)
    if width < 0 or height < 0:
        raise NegativeSize(f"has a bbox of negative size, {width:g}×{height:g}")
    return (x, y), (x + width, y), (x + width, y + height), (x, y + height)


def _rings(segmentation: Sequence[Any]) -> list[Polygon]:
    if segmentation and not isinstance(segmentation[0], list):
        segmentation = [segmentation]  # some files leave the outer list out
    if not all(isinstance(ring, list) for ring in segmentation):
        raise ValueError("has a segmentation that is neither rings nor a mask")
    rings = [polygon_of(ring) for ring in segmentation]
    return [ring[:-1] if len(ring) > 3 and ring[0] == ring[-1] else ring for ring in rings]


def _is_upright_rectangle(ring: Polygon) -> bool:
    xs, ys = {x for x, _ in ring}, {y for _, y in ring}
    return len(ring) == 4 and set(ring) == {(x, y) for x in xs for y in ys} and len(xs) == 2


def _round(rings: Sequence[Polygon]) -> Polygon:
    xs = [x for ring in rings for x, _ in ring]
    ys = [y for ring in rings for _, y in ring]
    return (min(xs), min(ys)), (max(xs), min(ys)), (max(xs), max(ys)), (min(xs), max(ys))


def _of_mask(rle: Rle, box: Polygon | None) -> tuple[Shape, Polygon]:
    height, width = rle.size
    if height <= 0 or width <= 0:
        raise ValueError(f"has a mask of {width}×{height} px")
    if height * width > LARGEST_MASK:
        if box is None:
            raise ValueError(f"has a mask of {width}×{height} px, too large to be decoded")
        return Shape.HBB, box
    outline = _outline(_pixels(rle))
    if outline is None:
        raise ValueError("has a mask without pixels")
    return Shape.MASK, outline


def _pixels(rle: Rle) -> NDArray[np.bool_]:
    """Return the mask, (height, width).

    Not by pycocotools: it reads beyond the end of a torn string, and gives random pixels where the
    runs do not fill the mask.
    """
    height, width = rle.size
    runs = _unpacked(rle.counts) if isinstance(rle.counts, str) else rle.counts
    if min(runs, default=0) < 0 or sum(runs) != height * width:
        raise ValueError(f"has a mask whose runs do not fill its {width}×{height} px")
    inside = np.arange(len(runs)) % 2 == 1
    return np.repeat(inside, runs).reshape(width, height).T


def _unpacked(counts: str) -> list[int]:
    """Return the run lengths of a compressed mask.

    Six bits a character from “0” on, five of them value, the sixth “more follows”; from the third
    run on the difference to the run before the last. Format: rleFrString in maskApi.c of COCO.
    """
    runs: list[int] = []
    value = shift = 0
    for character in counts:
        six = ord(character) - 48
        if not 0 <= six < 64 or shift > 60:
            raise ValueError("has a mask that cannot be decoded")
        value |= (six & 0x1F) << shift
        shift += 5
        if six & 0x20:
            continue
        if six & 0x10:
            value -= 1 << shift
        runs.append(value + runs[-2] if len(runs) > 2 else value)
        value = shift = 0
    if shift:
        raise ValueError("has a mask that ends in the middle of a number")
    return runs


def _outline(pixels: NDArray[np.bool_]) -> Polygon | None:
    """Return the outer ring of the pixels, (height, width); the box round them if in pieces."""
    columns, rows = np.flatnonzero(pixels.any(axis=0)), np.flatnonzero(pixels.any(axis=1))
    if not len(columns):
        return None
    x, y = int(columns[0]), int(rows[0])
    part = pixels[y : int(rows[-1]) + 1, x : int(columns[-1]) + 1]
    edges = np.diff(np.pad(part, ((1, 1), (0, 0))).astype(np.int8), axis=0).T
    column, start = np.nonzero(edges == 1)
    _, end = np.nonzero(edges == -1)
    runs = shapely.box(x + column, y + start, x + column + 1, y + end)
    shape = shapely.union_all(runs).simplify(SMOOTHING)
    if not isinstance(shape, shapely.Polygon):
        shape = shapely.box(*shape.bounds)
    return tuple((float(px), float(py)) for px, py in shape.exterior.coords[:-1])
