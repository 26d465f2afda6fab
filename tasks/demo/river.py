"""A river with a road bridge, a roundabout, moored boats and a tank yard."""

import numpy as np

from tasks.demo.canvas import Canvas
from tasks.demo.shapes import Place, ellipse, rectangle, span
from tasks.demo.structures import dashes, hall, tank, tree
from tasks.demo.textures import ASPHALT, CONCRETE, GRASS, LAWN, SAND, WATER
from tasks.demo.vehicles import bus, car, lorry
from tasks.demo.vessels import boat, coaster


def river(seed: int) -> Canvas:
    """Paint the river: 900 × 760 px of 0.3 m."""
    canvas = Canvas(900, 760, 0.3, GRASS, seed)
    _water(canvas)
    _road(canvas)
    _roundabout(canvas)
    _traffic(canvas)
    _yard(canvas)
    _boats(canvas)
    _trees(canvas)
    return canvas


def _bank(x: np.ndarray, middle: float) -> np.ndarray:
    return middle + 5 * np.sin(x / 38) + 2.5 * np.sin(x / 15 + 1)


def _water(canvas: Canvas) -> None:
    x = np.linspace(-10, 280, 80)
    for widened, material in ((3.0, SAND), (0.0, WATER)):
        north = np.stack([x, _bank(x, 78 - widened)], axis=1)
        south = np.stack([x, _bank(x, 148 + widened)], axis=1)
        canvas.cover(np.concatenate([north, south[::-1]]), material)


def _road(canvas: Canvas) -> None:
    canvas.cover(span(94, -5, 106, 233), ASPHALT)
    canvas.cover(span(-5, 34, 275, 44), ASPHALT)
    deck = span(91, 66, 109, 161)
    canvas.shade(deck, 9, 0.5)
    canvas.cover(deck, CONCRETE)
    canvas.cover(span(94, 66, 106, 161), ASPHALT)
    for y in (66, 161):
        canvas.line(np.array([(91, y), (109, y)]), 0.6, (120, 120, 116))
    dashes(canvas, np.array([(100.0, 62.0), (100.0, 228.0)]), 4, 4, 0.25)
    dashes(canvas, np.array([(126.0, 39.0), (270.0, 39.0)]), 4, 4, 0.25)
    dashes(canvas, np.array([(0.0, 39.0), (76.0, 39.0)]), 4, 4, 0.25)
    canvas.label("bridge", deck)


def _roundabout(canvas: Canvas) -> None:
    place = Place(100, 39)
    canvas.cover(ellipse(place, 50, 50), ASPHALT)
    canvas.paint(ellipse(place, 25, 25), (196, 194, 188))
    canvas.cover(ellipse(place, 23.5, 23.5), LAWN)
    for x, y in ((97, 36), (104, 38), (99, 43)):
        tree(canvas, x, y, 2.2)
    canvas.label("roundabout", rectangle(place, 50, 50))


def _traffic(canvas: Canvas) -> None:
    for y, paint in ((84, "white"), (112, "red"), (136, "blue")):
        car(canvas, Place(103, y, -90), paint, 5.0)
    for y, paint in ((92, "grey"), (184, "white")):
        car(canvas, Place(97, y, 90), paint, 5.0)
    bus(canvas, Place(97.2, 124, 90), "blue", 13)
    for x, paint, heading in ((168, "red", 180), (224, "white", 180), (150, "yellow", 0)):
        car(canvas, Place(x, 36.5 if heading else 41.5, heading), paint, 5.0)
    lorry(canvas, Place(206, 41.6, 0), "blue", "white", 16)


def _yard(canvas: Canvas) -> None:
    canvas.cover(span(130, 172, 262, 224), CONCRETE)
    for column in range(4):
        for row in range(2):
            tank(canvas, 145.0 + 21 * column, 186.0 + 23 * row, 15, (230, 229, 222))
    hall(canvas, Place(240, 198, 90), 40, 22, (122, 136, 150))
    hall(canvas, Place(40, 196), 56, 26, (152, 88, 70))


def _boats(canvas: Canvas) -> None:
    coaster(canvas, Place(190, 118, 4), 62, (44, 66, 92), (176, 166, 148))
    for x, y, heading, hull in (
        (40, 100, 10, (240, 240, 238)), (66, 128, 185, (240, 240, 238)), (30, 138, 8, (190, 58, 50)),
        (132, 92, 12, (240, 240, 238)), (238, 96, 190, (58, 98, 160)),
    ):  # fmt: skip
        boat(canvas, Place(x, y, heading), 13, hull)


def _trees(canvas: Canvas) -> None:
    rng = canvas.rng
    for _ in range(150):
        x, y = float(rng.uniform(2, 268)), float(rng.uniform(2, 226))
        if _is_free(x, y):
            tree(canvas, x, y, float(rng.uniform(2.2, 4.0)))


def _is_free(x: float, y: float) -> bool:
    on_road = 84 < x < 120 or 26 < y < 53
    in_water = 64 < y < 164
    round_centre = 68 < x < 134 and y < 74
    in_yard = (122 < x < 268 and y > 166) or (6 < x < 76 and 176 < y < 216)
    return not (on_road or in_water or round_centre or in_yard)
