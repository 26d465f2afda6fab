"""An airfield: runway, apron with parked planes, terminal, fuel tanks; larger than one tile."""

import numpy as np

from tasks.demo.aircraft import GREY, WHITE, helicopter, plane
from tasks.demo.canvas import Canvas
from tasks.demo.shapes import Place, ellipse, rectangle, span
from tasks.demo.structures import MARKING, building, dashes, hall, slabs, tank, tree
from tasks.demo.textures import ASPHALT, CONCRETE, GRASS, RUNWAY, Colour
from tasks.demo.vehicles import bus, lorry

YELLOW: Colour = (214, 182, 60)
FINS: tuple[Colour, ...] = ((44, 84, 160), (180, 50, 46), (46, 116, 88))


def airfield(seed: int) -> Canvas:
    """Paint the airfield: 1400 × 1080 px of 0.4 m."""
    canvas = Canvas(1400, 1080, 0.4, GRASS, seed)
    _runway(canvas)
    _apron(canvas)
    _planes(canvas)
    _depot(canvas)
    for x in np.arange(12, 555, 15):
        at = float(x + canvas.rng.uniform(-4, 4))
        tree(
            canvas, at, float(420 + canvas.rng.uniform(-5, 5)), float(canvas.rng.uniform(2.6, 4.4))
        )
    return canvas


def _runway(canvas: Canvas) -> None:
    middle, half = 350.0, 22.5
    canvas.cover(span(-5, middle - half - 6, 565, middle + half + 6), ASPHALT)
    canvas.cover(span(-5, middle - half, 565, middle + half), RUNWAY)
    for at in (135.0, 150.0, 260.0):
        skid = np.array([(at, middle - 4.5), (at + 150, middle - 3.5)])
        canvas.line(skid, 2.0, (62, 62, 64), 0.4)
        canvas.line(skid + np.array([8, 8]), 2.0, (62, 62, 64), 0.4)
    dashes(canvas, np.array([(70, middle), (562, middle)]), 30, 20, 0.9)
    for edge in (-half + 1, half - 1):
        canvas.line(np.array([(-2, middle + edge), (562, middle + edge)]), 0.9, MARKING, 0.9)
    for stripe in np.linspace(-half + 4, half - 4, 10):
        bar = span(14, middle + stripe - 0.9, 44, middle + stripe + 0.9)
        canvas.paint(bar, MARKING)
    for side in (-1, 1):
        canvas.paint(rectangle(Place(120, middle + side * 9), 45, 5), MARKING)


def _apron(canvas: Canvas) -> None:
    canvas.cover(span(120, 245, 147, 330), ASPHALT)
    canvas.cover(span(420, 245, 447, 330), ASPHALT)
    canvas.cover(span(-5, 238, 565, 264), ASPHALT)
    canvas.cover(span(60, 62, 500, 240), CONCRETE)
    slabs(canvas, 60, 62, 500, 240, 15)
    for x in (133.5, 433.5):
        canvas.line(np.array([(x, 251), (x, 326)]), 0.6, YELLOW, 0.9)
    canvas.line(np.array([(-2, 251), (562, 251)]), 0.6, YELLOW, 0.9)
    canvas.line(np.array([(75, 152), (490, 152)]), 0.5, YELLOW, 0.8)
    building(canvas, Place(280, 34), 300, 34, (186, 188, 190), 14)
    for x in np.linspace(150, 410, 5):
        canvas.shade(rectangle(Place(float(x), 58), 6, 20), 6)
        canvas.paint(rectangle(Place(float(x), 58), 5, 22), (206, 208, 210))


def _planes(canvas: Canvas) -> None:
    for number, x in enumerate(np.linspace(105, 455, 7)):
        canvas.line(np.array([(x, 75), (x, 152)]), 0.5, YELLOW, 0.8)
        stand = Place(float(x), 100, -90)
        plane(canvas, stand, 44, WHITE, FINS[number % 3])
    for number, x in enumerate((110, 170, 230)):
        canvas.line(np.array([(x, 152), (x, 225)]), 0.5, YELLOW, 0.8)
        plane(canvas, Place(x, 200, 90), 30, GREY, FINS[number])
    plane(canvas, Place(330, 251, 0), 44, WHITE, FINS[1])
    for x in (400, 450):
        pad = Place(x, 200)
        canvas.paint(ellipse(pad, 27, 27), (196, 194, 186))
        canvas.paint(ellipse(pad, 25, 25), (150, 148, 142))
        helicopter(canvas, Place(x, 201, -60), (58, 92, 70), 17)
    bus(canvas, Place(290, 165, 0), "blue", 13)
    lorry(canvas, Place(310, 190, 0), "yellow", "yellow", 14)
    lorry(canvas, Place(310, 215, 0), "yellow", "yellow", 14)


def _depot(canvas: Canvas) -> None:
    canvas.cover(span(508, 62, 556, 230), ASPHALT)
    for row in range(4):
        for column in range(2):
            tank(canvas, 520.0 + 24 * column, 82.0 + 26 * row, 17, (232, 231, 224))
    hall(canvas, Place(532, 205, 0), 40, 26, (120, 136, 150))
    hall(canvas, Place(28, 95, 90), 60, 40, (126, 140, 152))
    hall(canvas, Place(28, 180, 90), 60, 40, (150, 112, 96))
