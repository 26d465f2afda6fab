"""Points, polygons and boxes of a frame under the eight symmetries of a square.

A frame is ``width`` × ``height`` px with its origin at the outer corner of the upper-left pixel. A
symmetry first exchanges x and y where it swaps the axes, then mirrors each axis that it mirrors;
whole and half pixels stay exact.
"""

from typing import Final, Literal, NamedTuple

from schemas.geometry import Box, Point, Polygon
from schemas.symmetry import Symmetry

Side = Literal["left", "up", "right", "down"]
Vector = tuple[int, int]
Affine = tuple[float, float, float, float, float, float]

SIDES: Final[dict[Side, Vector]] = {"left": (-1, 0), "up": (0, -1), "right": (1, 0), "down": (0, 1)}
_NAMES: Final = {vector: side for side, vector in SIDES.items()}


class Size(NamedTuple):
    """Width and height of a frame, px."""

    width: int
    height: int


class _Steps(NamedTuple):
    swaps: bool
    mirrors_x: bool
    mirrors_y: bool


_STEPS: Final = {
    Symmetry.SAME: _Steps(False, False, False),
    Symmetry.MIRROR: _Steps(False, True, False),
    Symmetry.FLIP: _Steps(False, False, True),
    Symmetry.TURN_180: _Steps(False, True, True),
    Symmetry.TRANSPOSE: _Steps(True, False, False),
    Symmetry.TURN_90: _Steps(True, True, False),
    Symmetry.TURN_270: _Steps(True, False, True),
    Symmetry.TRANSVERSE: _Steps(True, True, True),
}
_BY_STEPS: Final = {steps: symmetry for symmetry, steps in _STEPS.items()}


def swaps_axes(symmetry: Symmetry) -> bool:
    """Say whether what was horizontal becomes vertical."""
    return _STEPS[symmetry].swaps


def mirrors(symmetry: Symmetry) -> bool:
    """Say whether a clockwise sense becomes an anticlockwise one."""
    return sum(_STEPS[symmetry]) % 2 == 1


def inverse(symmetry: Symmetry) -> Symmetry:
    """Return the symmetry that undoes ``symmetry``."""
    swaps, mirrors_x, mirrors_y = _STEPS[symmetry]
    return _BY_STEPS[_Steps(swaps, mirrors_y, mirrors_x)] if swaps else symmetry


def after(second: Symmetry, first: Symmetry) -> Symmetry:
    """Return the one symmetry that does ``first``, then ``second``."""
    swaps, mirrors_x, mirrors_y = _STEPS[first]
    if _STEPS[second].swaps:
        mirrors_x, mirrors_y = mirrors_y, mirrors_x
    other = _STEPS[second]
    return _BY_STEPS[
        _Steps(swaps != other.swaps, mirrors_x != other.mirrors_x, mirrors_y != other.mirrors_y)
    ]


def turn_size(size: Size, symmetry: Symmetry) -> Size:
    """Return the size of the turned frame."""
    return Size(size.height, size.width) if swaps_axes(symmetry) else size


def turn_point(point: Point, size: Size, symmetry: Symmetry) -> Point:
    """Return where ``point`` of a frame of ``size`` is in the turned one, px."""
    steps = _STEPS[symmetry]
    x, y = point[::-1] if steps.swaps else point
    width, height = turn_size(size, symmetry)
    return (width - x if steps.mirrors_x else x), (height - y if steps.mirrors_y else y)


def turn_polygon(polygon: Polygon, size: Size, symmetry: Symmetry) -> Polygon:
    """Return ``polygon`` in the turned frame, corners in the order given."""
    return tuple(turn_point(point, size, symmetry) for point in polygon)


def turn_box(box: Box, size: Size, symmetry: Symmetry) -> Box:
    """Return x0, y0, x1, y1 of ``box`` in the turned frame; a box of whole px stays one."""
    (ax, ay), (bx, by) = turn_polygon(((box[0], box[1]), (box[2], box[3])), size, symmetry)
    return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)


def turn_vector(vector: Vector, symmetry: Symmetry) -> Vector:
    """Return a direction, such as (-1, 1) for the lower left, in the turned frame."""
    steps = _STEPS[symmetry]
    x, y = vector[::-1] if steps.swaps else vector
    return (-x if steps.mirrors_x else x), (-y if steps.mirrors_y else y)


def turn_side(side: Side, symmetry: Symmetry) -> Side:
    """Return the side of the turned frame that ``side`` becomes."""
    return _NAMES[turn_vector(SIDES[side], symmetry)]


def turn_transform(transform: Affine, corner: Point, size: Size, symmetry: Symmetry) -> Affine:
    """Return the affine a, b, c, d, e, f from px of a turned tile to CRS units.

    ``transform`` is that of the scene, ``corner`` the tile's upper-left corner in it, ``size`` the
    tile's before it is turned.
    """
    a, b, c, d, e, f = transform
    back = inverse(symmetry)
    x, y = turn_point((0.0, 0.0), turn_size(size, symmetry), back)
    x, y = x + corner[0], y + corner[1]
    (ux, uy), (vx, vy) = turn_vector((1, 0), back), turn_vector((0, 1), back)
    return (
        a * ux + b * uy, a * vx + b * vy, a * x + b * y + c,
        d * ux + e * uy, d * vx + e * vy, d * x + e * y + f,
    )  # fmt: skip
