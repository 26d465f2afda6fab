"""Words for places, directions and extents in a picture, only where they are beyond doubt."""

from collections.abc import Sequence
from typing import Final

from schemas.facts import Cell, FactSheet, ObjectFact
from schemas.geometry import Box, Point

CLEAR: Final = 0.04  # of the side: nearer than this to a dividing line, a side is not named
AT_EDGE: Final = 1.5  # px

_COLUMNS: Final = ("left", "centre", "right")
_ROWS: Final = ("upper", "centre", "lower")
_CELLS: Final[dict[tuple[str, str], Cell]] = {
    (row, column): f"{row} {column}" if (row, column) != ("centre", "centre") else "centre"
    for row in _ROWS
    for column in _COLUMNS
}  # type: ignore[misc]
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


def place(points: Sequence[Point], sheet: FactSheet) -> str | None:
    """Return “in the upper left” for ``points`` (tile px) that are all clearly there, else None.

    Where one direction is not clear, the other alone is named: “in the upper part”.
    """
    columns = {_third(x / sheet.width) for x, _ in points}
    rows = {_third(y / sheet.height) for _, y in points}
    column = _COLUMNS[columns.pop() or 0] if len(columns) == 1 and None not in columns else None
    row = _ROWS[rows.pop() or 0] if len(rows) == 1 and None not in rows else None
    if row and column:
        return f"in the {_CELLS[row, column]}"
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


def _third(value: float) -> int | None:
    """Return 0, 1 or 2 for the third that holds ``value`` (0–1), None near a dividing line."""
    if min(abs(value - 1 / 3), abs(value - 2 / 3)) < CLEAR:
        return None
    return min(2, max(0, int(value * 3)))


def _half(values: Sequence[float], low: str, high: str) -> str | None:
    if all(value < 0.5 - CLEAR for value in values):
        return low
    return high if all(value > 0.5 + CLEAR for value in values) else None
