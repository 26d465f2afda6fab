"""A sports ground: running track with a football field, tennis and basketball courts, pool."""

import numpy as np

from tasks.demo.canvas import Canvas
from tasks.demo.shapes import Outline, Place, ellipse, rectangle, rounded, span, stadium
from tasks.demo.structures import MARKING, bays, building, frame, tree
from tasks.demo.textures import ASPHALT, CLAY, CONCRETE, LAWN, POOL, SAND, shaded
from tasks.demo.vehicles import car


def sports_ground(seed: int) -> Canvas:
    """Paint the sports ground: 960 × 820 px of 0.25 m."""
    canvas = Canvas(960, 820, 0.25, LAWN, seed)
    canvas.cover(span(178, -2, 186, 207), CONCRETE)
    _track(canvas)
    for column in range(3):
        _tennis(canvas, Place(24 + 30.0 * column, 128, 90))
    for column in range(2):
        _basketball(canvas, Place(116 + 32.0 * column, 126, 90))
    _pool(canvas)
    _diamond(canvas)
    _parking(canvas)
    _trees(canvas)
    return canvas


def _track(canvas: Canvas) -> None:
    place = Place(92, 52)
    canvas.cover(stadium(place, 168, 90), CLAY)
    for lane in range(7):
        loop = stadium(place, 166 - lane * 2.44, 88 - lane * 2.44)
        canvas.line(np.concatenate([loop, loop[:1]]), 0.25, MARKING, 0.75)
    canvas.cover(stadium(place, 150, 72), LAWN)
    for stripe in range(0, 12, 2):
        x = 42.0 + stripe * 8.3
        canvas.paint(span(x, 20, x + 8.3, 84), (108, 146, 78), grain=0.05)
    frame(canvas, 42, 20, 142, 84, 0.4)
    canvas.line(np.array([(92, 20), (92, 84)]), 0.4, MARKING, 0.9)
    circle = ellipse(place, 18, 18)
    canvas.line(np.concatenate([circle, circle[:1]]), 0.4, MARKING, 0.9)
    for x, side in ((42, 1), (142, -1)):
        frame(canvas, min(x, x + side * 16), 32, max(x, x + side * 16), 72, 0.4)
        frame(canvas, min(x, x + side * 5.5), 43, max(x, x + side * 5.5), 61, 0.4)
    canvas.label("ground-track-field", rectangle(place, 168, 90))
    canvas.label("soccer-ball-field", span(42, 20, 142, 84))


def _tennis(canvas: Canvas, place: Place) -> None:
    canvas.paint(rectangle(place, 36, 18), (72, 118, 92), grain=0.03)
    court = rectangle(place, 23.8, 11)
    canvas.paint(court, (58, 98, 158), grain=0.03)
    _closed(canvas, court)
    for right in (-4.1, 4.1):
        canvas.line(place.put([(-11.9, right), (11.9, right)]), 0.25, MARKING)
    for ahead in (-6.4, 6.4):
        canvas.line(place.put([(ahead, -4.1), (ahead, 4.1)]), 0.25, MARKING)
    canvas.line(place.put([(-6.4, 0), (6.4, 0)]), 0.25, MARKING)
    canvas.line(place.put([(0, -6), (0, 6)]), 0.35, (40, 46, 52))
    canvas.label("tennis-court", court)


def _basketball(canvas: Canvas, place: Place) -> None:
    canvas.paint(rectangle(place, 32, 19), (128, 130, 128), grain=0.04)
    court = rectangle(place, 28, 15)
    canvas.paint(court, (186, 104, 74), grain=0.03)
    _closed(canvas, court)
    canvas.line(place.put([(0, -7.5), (0, 7.5)]), 0.25, MARKING)
    middle = ellipse(place, 3.6, 3.6)
    canvas.line(np.concatenate([middle, middle[:1]]), 0.25, MARKING)
    for side in (-1, 1):
        key = rectangle(place.moved(side * 11.1), 5.8, 4.9)
        canvas.paint(key, (66, 100, 150))
        _closed(canvas, key)
    canvas.label("basketball-court", court)


def _pool(canvas: Canvas) -> None:
    place = Place(212, 36)
    canvas.cover(rectangle(place, 44, 62), CONCRETE)
    for y, length, width in ((24, 33, 16), (54, 18, 12)):
        basin = rounded(Place(212, y), length, width, 0.6)
        canvas.paint(rounded(Place(212, y), length + 1.6, width + 1.6, 0.9), (232, 232, 226))
        canvas.cover(basin, POOL)
        for lane in np.arange(-width / 2 + 2.6, width / 2 - 1, 2.6):
            rope = np.array([(212 - length / 2, y + lane), (212 + length / 2, y + lane)])
            canvas.line(rope, 0.2, (36, 88, 128), 0.6)
        canvas.label("swimming-pool", rectangle(Place(212, y), length, width))


def _diamond(canvas: Canvas) -> None:
    home = np.array([211.0, 196.0])
    turn = np.linspace(np.deg2rad(-135), np.deg2rad(-45), 24)
    arc = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    canvas.cover(np.concatenate([[home + np.array([0, 5])], home + arc * 30]), SAND)
    square = Place(211, 196 - 15.5, 45)
    canvas.cover(rectangle(square, 18, 18), LAWN)
    canvas.paint(ellipse(Place(211, 180.5), 4.5, 4.5), shaded(SAND.colour, 0.96))
    for corner in rectangle(square, 21.5, 21.5):
        canvas.paint(
            rectangle(Place(float(corner[0]), float(corner[1]), 45), 1.2, 1.2), (244, 244, 240)
        )
    canvas.label("baseball-diamond", span(189, 165, 233, 202))


def _parking(canvas: Canvas) -> None:
    canvas.cover(span(8, 160, 170, 198), ASPHALT)
    building(canvas, Place(205, 112, 90), 46, 30, (188, 178, 164), 7)
    paints = ("white", "grey", "red", "blue", "black", "white")
    for y, heading in ((163.0, -90), (189.0, 90)):
        for number, place in enumerate(bays(canvas, 20, y, 34, 4.2, 6.0)):
            if canvas.rng.uniform() < 0.55 or number in (0, 33):
                continue
            paint = str(canvas.rng.choice(paints))
            car(canvas, Place(place.x, place.y, heading), paint, 5.0)


def _trees(canvas: Canvas) -> None:
    rng = canvas.rng
    for x in np.arange(6, 176, 8.5):
        tree(canvas, float(x + rng.uniform(-1.5, 1.5)), 152.0, float(rng.uniform(2.2, 3.4)))
    for y in np.arange(6, 100, 9.0):
        tree(canvas, 237.0, float(y), float(rng.uniform(2.0, 3.2)))


def _closed(canvas: Canvas, outline: Outline) -> None:
    canvas.line(np.concatenate([outline, outline[:1]]), 0.25, MARKING)
