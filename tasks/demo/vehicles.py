"""Cars, vans, buses and lorries, seen from above."""

from typing import Final

from tasks.demo.canvas import Canvas
from tasks.demo.shapes import Place, rectangle, rounded
from tasks.demo.textures import Colour, shaded

GLASS: Final[Colour] = (38, 46, 54)
PAINTS: Final[dict[str, Colour]] = {
    "white": (236, 237, 236),
    "grey": (132, 134, 138),
    "black": (34, 34, 38),
    "red": (184, 38, 36),
    "blue": (36, 78, 166),
    "yellow": (232, 192, 44),
}


def car(canvas: Canvas, place: Place, paint: str, length: float = 4.6) -> None:
    """Paint a car and label it as a small vehicle."""
    width = length * 0.41
    colour = PAINTS[paint]
    body = rounded(place, length, width, width * 0.28)
    canvas.shade(body, 1.5)
    canvas.paint(body, colour)
    canvas.paint(rounded(place.moved(-0.03 * length), length * 0.5, width * 0.84, 0.3), GLASS)
    roof = shaded(colour, 1.04)
    canvas.paint(rounded(place.moved(-0.05 * length), length * 0.31, width * 0.76, 0.2), roof)
    canvas.line(
        place.put([(0.26 * length, -width * 0.36), (0.26 * length, width * 0.36)]),
        0.1, shaded(colour, 0.8),
    )  # fmt: skip
    canvas.label("small-vehicle", rectangle(place, length, width))


def bus(canvas: Canvas, place: Place, paint: str, length: float = 11.5) -> None:
    """Paint a bus and label it as a large vehicle."""
    width, colour = 2.7, PAINTS[paint]
    body = rounded(place, length, width, 0.45)
    canvas.shade(body, 3.2)
    canvas.paint(body, colour)
    canvas.paint(rounded(place.moved(length / 2 - 0.55), 0.5, width * 0.8, 0.2), GLASS)
    for side in (-1, 1):
        edge = place.put([(-length * 0.44, side * width * 0.4), (length * 0.4, side * width * 0.4)])
        canvas.line(edge, 0.18, shaded(colour, 0.72))
    for ahead in (-0.3, 0.0, 0.27):
        hatch = rounded(place.moved(ahead * length), 1.3, 1.1, 0.2)
        canvas.paint(hatch, shaded(colour, 0.86))
    canvas.label("large-vehicle", rectangle(place, length, width))


def lorry(canvas: Canvas, place: Place, paint: str, load: str, length: float = 15.0) -> None:
    """Paint a lorry with a box body and label it as a large vehicle."""
    width = 2.8
    whole = rectangle(place, length, width)
    canvas.shade(whole, 3.6)
    canvas.paint(rectangle(place, length * 0.96, width * 0.4), (52, 52, 54))
    cab = place.moved(length / 2 - 1.15)
    canvas.paint(rounded(cab, 2.3, width * 0.94, 0.35), PAINTS[paint])
    canvas.paint(rectangle(cab.moved(0.55), 0.6, width * 0.78), GLASS)
    body = place.moved(-1.4)
    canvas.paint(rectangle(body, length - 2.9, width), PAINTS[load])
    for ahead in (-0.3, -0.1, 0.1, 0.3):
        rib = body.moved(ahead * (length - 2.9))
        canvas.line(rib.put([(0, -width / 2), (0, width / 2)]), 0.15, shaded(PAINTS[load], 0.88))
    canvas.label("large-vehicle", whole)
