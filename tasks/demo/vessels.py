"""Ships, from open boats to container carriers, seen from above."""

from typing import Final

import numpy as np

from tasks.demo.canvas import Canvas
from tasks.demo.shapes import Outline, Place, ellipse, rectangle, rounded
from tasks.demo.textures import Colour

BOXES: Final[tuple[Colour, ...]] = (
    (166, 58, 44), (42, 88, 150), (196, 130, 48), (120, 126, 130), (54, 120, 88), (208, 206, 198),
)  # fmt: skip
WOOD: Final[Colour] = (164, 132, 92)


def boat(canvas: Canvas, place: Place, length: float, hull: Colour) -> None:
    """Paint a pleasure boat and label it as a ship."""
    width = length * 0.34
    outline = _hull(place, length, width, 0.45)
    canvas.shade(outline, 1.6)
    canvas.paint(outline, hull)
    canvas.paint(_hull(place.moved(-0.02 * length), length * 0.82, width * 0.7, 0.45), WOOD)
    cabin = rounded(place.moved(-0.02 * length), length * 0.34, width * 0.62, width * 0.15)
    canvas.paint(cabin, (244, 245, 244))
    glass = place.moved(0.16 * length)
    canvas.paint(rectangle(glass, length * 0.05, width * 0.5), (44, 56, 66))
    canvas.label("ship", rectangle(place, length, width))


def coaster(canvas: Canvas, place: Place, length: float, hull: Colour, deck: Colour) -> None:
    """Paint a small cargo ship with two hatches and label it."""
    width = length * 0.19
    _body(canvas, place, length, width, hull, deck, height=6)
    for ahead in (-0.06, 0.2):
        hatch = rectangle(place.moved(ahead * length), length * 0.22, width * 0.62)
        canvas.shade(hatch, 1.2, 0.4)
        canvas.paint(hatch, (112, 116, 112))
        for step in np.linspace(-0.08, 0.08, 5):
            rib = place.moved((ahead + step) * length)
            canvas.line(rib.put([(0, -width * 0.3), (0, width * 0.3)]), 0.3, (88, 92, 90))
    _bridge(canvas, place.moved(-0.36 * length), length * 0.14, width * 0.82)
    canvas.label("ship", rectangle(place, length, width))


def carrier(canvas: Canvas, place: Place, length: float, hull: Colour) -> None:
    """Paint a container ship with its stacks and label it."""
    width = length * 0.15
    _body(canvas, place, length, width, hull, (126, 82, 70), height=10)
    rows, bays = 6, 11
    pitch = length * 0.62 / bays
    for bay in range(bays):
        for row in range(rows):
            ahead = -0.2 * length + bay * pitch + pitch / 2
            right = (row - (rows - 1) / 2) * width * 0.15
            box = rectangle(place.moved(ahead, right), pitch * 0.86, width * 0.14)
            canvas.paint(box, BOXES[int(canvas.rng.integers(len(BOXES)))])
    _bridge(canvas, place.moved(-0.3 * length), length * 0.07, width * 0.92)
    funnel = ellipse(place.moved(-0.38 * length), length * 0.05, width * 0.3)
    canvas.shade(funnel, 8, 0.4)
    canvas.paint(funnel, (184, 60, 44))
    canvas.label("ship", rectangle(place, length, width))


def _body(
    canvas: Canvas, place: Place, length: float, width: float, hull: Colour, deck: Colour,
    height: float,
) -> None:  # fmt: skip
    outline = _hull(place, length, width, 0.2)
    canvas.shade(outline, height, 0.45)
    canvas.paint(outline, hull)
    canvas.paint(_hull(place, length * 0.965, width * 0.86, 0.2), deck)


def _bridge(canvas: Canvas, place: Place, length: float, width: float) -> None:
    house = rounded(place, length, width, width * 0.06)
    canvas.shade(house, 9, 0.45)
    canvas.paint(house, (240, 240, 238))
    canvas.paint(rectangle(place.moved(length * 0.36), length * 0.14, width * 0.92), (70, 80, 88))
    canvas.paint(rectangle(place.moved(-length * 0.15), length * 0.3, width * 0.4), (214, 214, 210))


def _hull(place: Place, length: float, width: float, bow: float) -> Outline:
    """Return a hull whose pointed bow takes the share ``bow`` of its length."""
    back = np.linspace(0, 1, 14)
    along, half = 0.5 - bow * back, 0.5 * (1 - (1 - back) ** 1.9)
    right = np.stack([along * length, half * width], axis=1)
    stern = np.array([(-0.47 * length, 0.5 * width), (-0.5 * length, 0.4 * width)])
    side = np.concatenate([right, stern])
    return place.put(np.concatenate([side, side[::-1] * (1, -1)]))
