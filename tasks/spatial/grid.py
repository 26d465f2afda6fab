"""The 3×3 grid of a picture: where in it a point lies, in words."""

from typing import Final, get_args

from schemas.facts import Cell
from schemas.geometry import Point

CELLS: Final[tuple[Cell, ...]] = get_args(Cell)
MARGIN: Final = 0.04  # of the side: nearer to a grid line than this, people disagree


def cell_of(point: Point, width: float, height: float) -> Cell:
    """Return the cell that holds ``point``, both in px; points outside count to the nearest cell."""
    return CELLS[3 * _third(point[1], height) + _third(point[0], width)]


def cell_with_margin(point: Point, width: float, height: float) -> Cell | None:
    """Return the cell of ``point``, None where it is nearer than 4 % of the side to a grid line."""
    if _is_borderline(point[0], width) or _is_borderline(point[1], height):
        return None
    return cell_of(point, width, height)


def _third(value: float, side: float) -> int:
    return min(2, max(0, int(3 * value / side)))


def _is_borderline(value: float, side: float) -> bool:
    return min(abs(value / side - line) for line in (1 / 3, 2 / 3)) < MARGIN
