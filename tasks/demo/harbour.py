"""A harbour: quay with container stacks and lorries, piers, ships of several sizes."""

import numpy as np

from tasks.demo.canvas import Canvas
from tasks.demo.shapes import Place, rectangle, span
from tasks.demo.structures import hall, pier, slabs, tank
from tasks.demo.textures import ASPHALT, CONCRETE, WATER
from tasks.demo.vehicles import lorry
from tasks.demo.vessels import BOXES, boat, carrier, coaster


def harbour(seed: int) -> Canvas:
    """Paint the harbour: 1200 × 900 px of 0.4 m."""
    canvas = Canvas(1200, 900, 0.4, WATER, seed)
    _quay(canvas)
    _piers(canvas)
    _ships(canvas)
    return canvas


def _quay(canvas: Canvas) -> None:
    ground = span(-5, -5, 485, 96)
    canvas.shade(ground, 5)
    canvas.cover(ground, CONCRETE)
    slabs(canvas, 0, 0, 480, 96, 12)
    canvas.cover(span(-5, 48, 485, 62), ASPHALT)
    canvas.line(np.array([(0, 55), (480, 55)]), 0.4, (222, 222, 214), 0.7)
    canvas.line(np.array([(0, 94), (480, 94)]), 0.8, (206, 180, 70), 0.9)
    _stacks(canvas, 20, 74, 8)
    _stacks(canvas, 150, 74, 8)
    for x in (62, 150):
        hall(canvas, Place(x, 22), 72, 32, (128, 138, 148) if x < 100 else (158, 92, 76))
    for number, x in enumerate((215, 249, 283)):
        tank(canvas, x, 22, 26 if number < 2 else 18, (228, 228, 222))
    paints = (("white", "white"), ("blue", "white"), ("red", "red"), ("blue", "blue"))
    for number, (cab, load) in enumerate(paints):
        lorry(canvas, Place(330 + 34 * number, 24, 90), cab, load, 18)
    lorry(canvas, Place(250, 55, 0), "red", "white", 18)
    lorry(canvas, Place(420, 55, 180), "white", "yellow", 18)


def _stacks(canvas: Canvas, x: float, y: float, bays: int) -> None:
    """Paint stacked containers; they are no class of DOTA and carry no label."""
    for bay in range(bays):
        for row in range(4):
            box = rectangle(Place(x + bay * 13.5, y + row * 2.9 - 4), 12.2, 2.5)
            canvas.shade(box, float(canvas.rng.integers(1, 4)) * 1.3, 0.35)
            canvas.paint(box, BOXES[int(canvas.rng.integers(len(BOXES)))])


def _piers(canvas: Canvas) -> None:
    pier(canvas, Place(118, 185, 90), 178, 16)
    pier(canvas, Place(300, 175, 90), 158, 16)
    pier(canvas, Place(428, 152, 90), 112, 7)


def _ships(canvas: Canvas) -> None:
    carrier(canvas, Place(92, 190, 90), 150, (38, 52, 66))
    coaster(canvas, Place(143, 150, -90), 78, (150, 48, 42), (176, 160, 140))
    coaster(canvas, Place(275, 160, 90), 86, (40, 66, 104), (168, 168, 162))
    coaster(canvas, Place(324, 190, -90), 70, (58, 60, 62), (150, 84, 66))
    coaster(canvas, Place(215, 315, -18), 84, (44, 92, 84), (180, 172, 150))
    hulls = ((240, 240, 238), (240, 240, 238), (58, 98, 160), (240, 240, 238))
    for number, y in enumerate((120, 142, 164, 190)):
        boat(canvas, Place(441, y, 0), 15, hulls[number])
        if number != 2:
            boat(canvas, Place(415, y, 180), 15, hulls[(number + 1) % 4])
    boat(canvas, Place(390, 285, -140), 17, (240, 240, 238))
    boat(canvas, Place(60, 330, 20), 17, (196, 60, 52))
