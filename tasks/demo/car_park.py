"""A car park at a market hall: rows of cars, a few buses, trees."""

import numpy as np

from tasks.demo.canvas import Canvas
from tasks.demo.shapes import Place, rectangle, span
from tasks.demo.structures import MARKING, bays, building, dashes, hall, tree
from tasks.demo.textures import ASPHALT, CONCRETE, LAWN
from tasks.demo.vehicles import bus, car

PAINTS = ("white", "white", "grey", "red", "blue", "black", "yellow")


def car_park(seed: int) -> Canvas:
    """Paint the car park: 1000 × 860 px of 0.12 m."""
    canvas = Canvas(1000, 860, 0.12, LAWN, seed)
    _ground(canvas)
    _cars(canvas)
    _buses(canvas)
    _trees(canvas)
    return canvas


def _ground(canvas: Canvas) -> None:
    canvas.cover(span(8, 30, 112, 86), ASPHALT)
    canvas.cover(span(-2, 91, 122, 101), ASPHALT)
    canvas.cover(span(52, 84, 62, 93), ASPHALT)
    dashes(canvas, np.array([(0, 96), (120, 96)]), 3, 3, 0.18)
    canvas.cover(span(5, 26, 115, 30), CONCRETE)
    building(canvas, Place(46, 13), 78, 22, (194, 190, 182), 8)
    hall(canvas, Place(103, 13), 22, 20, (160, 84, 66))
    for y in (48.1, 66.1):
        canvas.paint(rectangle(Place(46, y), 72, 1.6), (122, 128, 104), grain=0.1)


def _cars(canvas: Canvas) -> None:
    rng = canvas.rng
    for row, y in enumerate((32.0, 41.8, 49.2, 59.8, 67.2, 78.5)):
        for number, place in enumerate(bays(canvas, 11.5, y, 25, 2.8, 5.2)):
            if rng.uniform() < 0.42 or (row, number) in ((0, 0), (5, 24)):
                continue
            heading = 90 if row % 2 else -90
            parked = Place(place.x, place.y + float(rng.uniform(-0.25, 0.25)), heading)
            car(canvas, parked, str(rng.choice(PAINTS)), float(rng.uniform(4.2, 4.9)))
    for x, y, heading, paint in (
        (34, 57, 0, "red"),
        (20, 98.3, 0, "white"),
        (88, 93.6, 180, "blue"),
    ):
        car(canvas, Place(x, y, heading), paint)


def _buses(canvas: Canvas) -> None:
    for number in range(4):
        x = 90.5 + number * 5.6
        canvas.line(np.array([(x - 2.4, 36), (x - 2.4, 51)]), 0.16, MARKING, 0.85)
        bus(canvas, Place(x, 43.5, -90), "yellow" if number < 3 else "white", 12)
    canvas.line(np.array([(109.7, 36), (109.7, 51)]), 0.16, MARKING, 0.85)
    bus(canvas, Place(98.5, 70, 0), "white", 12)


def _trees(canvas: Canvas) -> None:
    rng = canvas.rng
    for x in np.arange(14, 80, 9.4):
        tree(canvas, float(x), 48.1, float(rng.uniform(0.7, 0.95)))
        tree(canvas, float(x) + 3, 66.1, float(rng.uniform(0.7, 0.95)))
    for x in (3.5, 116.5):
        for y in np.arange(34, 86, 8.0):
            tree(canvas, x, float(y), float(rng.uniform(1.7, 2.6)))
