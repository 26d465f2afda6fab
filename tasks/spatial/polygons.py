"""Areas, clips and least rectangles of annotated polygons.

A ring that crosses itself (DOTA has some) has no area of its own: everywhere here it stands for its
convex hull. A repeated first corner at the end (FAIR1M closes its rings) does not matter.
"""

import math
from functools import lru_cache

import shapely

from schemas.geometry import Box, Point, Polygon, Window


@lru_cache(maxsize=8192)
def shape_of(polygon: Polygon) -> shapely.Polygon:
    """Return ``polygon`` as a valid shapely polygon; its convex hull where it crosses itself.

    A polygon without area gives an empty one.
    """
    if len(set(polygon)) < 3:
        return shapely.Polygon()
    shape = shapely.Polygon(polygon)
    if not shape.is_valid:
        shape = shapely.convex_hull(shapely.multipoints(polygon))
    return shape if isinstance(shape, shapely.Polygon) else shapely.Polygon()


def is_self_crossing(polygon: Polygon) -> bool:
    """Say whether the sides of ``polygon`` cross; one without area does not count."""
    if shape_of(polygon).area == 0:
        return False
    return not shapely.Polygon(polygon).is_valid


def area(polygon: Polygon) -> float:
    """Return the area in square px."""
    return float(shape_of(polygon).area)


def clip(polygon: Polygon, window: Window) -> Polygon | None:
    """Return the part of ``polygon`` inside ``window``, None where nothing of it is.

    A polygon wholly inside is returned as given. Where the window cuts it into pieces the largest
    piece is returned.
    """
    x0, y0, x1, y1 = box_of(polygon)
    inside = x0 >= window.x0 and y0 >= window.y0 and x1 <= window.x1 and y1 <= window.y1
    shape = shape_of(polygon)
    if inside:
        return polygon if shape.area and shape.equals(shapely.Polygon(polygon)) else _ring(shape)
    return _ring(_cut(shape, window))


def visible_fraction(polygon: Polygon, window: Window) -> float:
    """Return the share of the polygon's area inside ``window``, 0 to 1; 0 where it has no area."""
    shape = shape_of(polygon)
    if shape.area == 0:
        return 0.0
    return min(1.0, float(_cut(shape, window).area / shape.area))


def box_of(polygon: Polygon) -> Box:
    """Return (x0, y0, x1, y1) round ``polygon``."""
    xs, ys = [x for x, _ in polygon], [y for _, y in polygon]
    return min(xs), min(ys), max(xs), max(ys)


def centre(polygon: Polygon) -> Point:
    """Return the centroid; the middle of the box where the polygon has no area."""
    shape = shape_of(polygon)
    if shape.area == 0:
        x0, y0, x1, y1 = box_of(polygon)
        return (x0 + x1) / 2, (y0 + y1) / 2
    return float(shape.centroid.x), float(shape.centroid.y)


def least_rectangle(polygon: Polygon) -> tuple[float, float, float]:
    """Return length, width (px) and the angle of the longer side of the least rectangle round it.

    The angle is in degrees, 0 ≤ angle < 180, from the x axis, clockwise as seen (y points down).
    """
    rectangle = shapely.oriented_envelope(shapely.multipoints(polygon))
    if not isinstance(rectangle, shapely.Polygon):
        return _length_of_line(polygon)
    (ax, ay), (bx, by), (cx, cy) = rectangle.exterior.coords[:3]
    one, other = (bx - ax, by - ay), (cx - bx, cy - by)
    longer, shorter = (one, other) if math.hypot(*one) >= math.hypot(*other) else (other, one)
    return math.hypot(*longer), math.hypot(*shorter), direction(*longer)


def direction(dx: float, dy: float) -> float:
    """Return the angle of an undirected line in degrees, 0 ≤ angle < 180, clockwise from x."""
    angle = math.degrees(math.atan2(dy, dx)) % 180
    return 0.0 if angle >= 180 else angle


def _length_of_line(polygon: Polygon) -> tuple[float, float, float]:
    x0, y0 = min(polygon)
    x1, y1 = max(polygon)
    return math.dist((x0, y0), (x1, y1)), 0.0, direction(x1 - x0, y1 - y0)


def _cut(shape: shapely.Polygon, window: Window) -> shapely.Geometry:
    return shapely.intersection(shape, shapely.box(window.x0, window.y0, window.x1, window.y1))


def _ring(shape: shapely.Geometry) -> Polygon | None:
    pieces = [part for part in shapely.get_parts(shape) if part.area > 0]
    if not pieces:
        return None
    largest = max(pieces, key=lambda part: part.area)
    return tuple((float(x), float(y)) for x, y in largest.exterior.coords[:-1])
