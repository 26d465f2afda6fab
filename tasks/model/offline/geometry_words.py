"""Words for places, directions and extents in a picture, only where they are beyond doubt."""

from collections.abc import Iterable, Sequence
from typing import Final

from schemas.facts import FactSheet, ObjectFact
from schemas.geometry import Box, Point
from tasks.spatial.grid import cell_with_margin
from tasks.spatial.polygons import centre

CLEAR: Final = 0.04  # of the side: nearer than this to the middle line, no half is named
AT_EDGE: Final = 1.5  # px

_COURSES: Final = (  # from the angle of the longer side, 0 = along x, clockwise, in steps of 45°
    "from left to right",
    "from the upper left to the lower right",
    "from top to bottom",
    "from the lower left to the upper right",
)
_COMPASS_COURSES: Final = (
    "from west to east",
    "from north-west to south-east",
    "from north to south",
    "from south-west to north-east",
)
_PARTS: Final = (  # of one whole, with the share that each stands for
    (0.25, "a quarter"),
    (1 / 3, "a third"),
    (0.5, "half"),
    (2 / 3, "two thirds"),
    (0.75, "three quarters"),
)


def middle(box: Box) -> Point:
    """Return the centre of ``box`` (px)."""
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def centres(facts: Iterable[ObjectFact]) -> list[Point]:
    """Return the centres of boxes and of polygons (px): a place holds only if it holds for both."""
    return [point for fact in facts for point in (middle(fact.box), centre(fact.polygon))]


def place(points: Sequence[Point], sheet: FactSheet) -> str | None:
    """Return “in the upper left” for ``points`` (tile px) that are all clearly there, else None.

    Where they share no cell of the 3×3 grid, a half of the picture is named: “in the left half”.
    """
    cells = {cell_with_margin(point, sheet.width, sheet.height) for point in points}
    cell = cells.pop() if len(cells) == 1 else None
    if cell:
        return f"in the {cell}"
    if half := _half([x / sheet.width for x, _ in points], "left", "right"):
        return f"in the {half} half"
    if half := _half([y / sheet.height for _, y in points], "upper", "lower"):
        return f"in the {half} half"
    return None


def course(angle: float, *, north_up: bool) -> str:
    """Return “from left to right” or “from west to east” for an angle in degrees."""
    step = round(angle / 45) % 4
    return (_COMPASS_COURSES if north_up else _COURSES)[step]


def slant(angle: float) -> str:
    """Return “horizontally”, “vertically” or “diagonally” for an angle in degrees."""
    return ("horizontally", "diagonally", "vertically", "diagonally")[round(angle / 45) % 4]


def angle_between(a: float, b: float) -> float:
    """Return the angle between two directions without sense, 0–90 degrees."""
    apart = abs(a - b) % 180
    return min(apart, 180 - apart)


def edges(fact: ObjectFact, sheet: FactSheet) -> tuple[str, ...]:
    """Return the edges of the picture that cut a truncated object."""
    if not fact.truncated:
        return ()
    x0, y0, x1, y1 = fact.box
    touched = {
        "left": x0 <= AT_EDGE,
        "upper": y0 <= AT_EDGE,
        "right": x1 >= sheet.width - AT_EDGE,
        "lower": y1 >= sheet.height - AT_EDGE,
    }
    return tuple(edge for edge, yes in touched.items() if yes)


def part(share: float) -> str | None:
    """Return “about a third” for a share near one of the simple fractions, else None."""
    if share >= 0.92:
        return "nearly all"
    near = min(_PARTS, key=lambda known: abs(known[0] - share))
    return f"about {near[1]}" if abs(near[0] - share) <= 0.04 else None


def metres(length: float) -> str:
    """Return a length in m as a careful person says it: 0.8, 4.5, 12, 135."""
    if length < 5:
        return f"{length:.1f}".removesuffix(".0")
    return str(round(length) if length < 100 else round(length / 5) * 5)


def area(fact: ObjectFact) -> float:
    """Return the area of the visible polygon in px² (shoelace formula)."""
    ring = fact.polygon
    pairs = zip(ring, (*ring[1:], ring[0]), strict=True)
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairs)) / 2


def _half(values: Sequence[float], low: str, high: str) -> str | None:
    if all(value < 0.5 - CLEAR for value in values):
        return low
    return high if all(value > 0.5 + CLEAR for value in values) else None
