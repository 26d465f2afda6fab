"""How one GeoJSON geometry becomes a polygon: its outer ring, or the box round several parts."""

from typing import Any

from schemas.geometry import Polygon
from schemas.vocabulary import Shape
from tasks.sources.protocol import polygon_of
from tasks.spatial.polygons import box_of


def shape_of(geometry: Any) -> tuple[Shape, Polygon]:
    """Return what kind of shape a geometry has, and its corners, as they are written.

    Holes are not kept, because a polygon has one ring only; of several parts the box is taken.
    Raises ValueError, in words that follow “the feature”, where there is no area to be had.
    """
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    parts = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if kind == "Polygon":
        parts = [parts]
    elif kind != "MultiPolygon":
        raise ValueError("has no Polygon or MultiPolygon as its geometry")
    if not isinstance(parts, list) or not parts:
        raise ValueError("has a geometry without coordinates")
    rings = [_ring(part) for part in parts]
    if len(rings) > 1:
        x0, y0, x1, y1 = box_of(tuple(point for ring in rings for point in ring))
        return Shape.HBB, ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    return _shape(rings[0]), rings[0]


def _ring(part: Any) -> Polygon:
    """Return the outer ring of a polygon, without the corner that closes it."""
    outer = part[0] if isinstance(part, list) and part else None
    if not isinstance(outer, list) or not all(_is_position(point) for point in outer):
        raise ValueError("has a ring that is no list of positions")
    ring = polygon_of([value for point in outer for value in point[:2]])
    ring = ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring
    if len(ring) < 3:
        raise ValueError(f"has a ring of {len(ring)} corners; three are needed")
    return ring


def _is_position(point: Any) -> bool:
    return isinstance(point, list) and len(point) > 1  # perhaps a height, too


def _shape(ring: Polygon) -> Shape:
    xs, ys = {x for x, _ in ring}, {y for _, y in ring}
    if len(ring) != 4:
        return Shape.POLYGON
    return Shape.HBB if set(ring) == {(x, y) for x in xs for y in ys} else Shape.OBB
