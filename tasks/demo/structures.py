"""Tanks, buildings, piers, trees and road markings, seen from above."""

from typing import Final

import numpy as np

from tasks.demo.canvas import Canvas
from tasks.demo.shapes import Outline, Place, ellipse, rectangle, span, wobbly
from tasks.demo.textures import CONCRETE, Colour, shaded

MARKING: Final[Colour] = (226, 226, 220)
LEAVES: Final[tuple[Colour, ...]] = ((58, 84, 44), (68, 94, 48), (50, 76, 44), (80, 100, 52))


def tank(canvas: Canvas, x: float, y: float, diameter: float, colour: Colour) -> None:
    """Paint a storage tank with a conical roof and label it."""
    place = Place(x, y)
    circle = ellipse(place, diameter, diameter)
    canvas.shade(circle, diameter * 0.5, 0.5)
    canvas.paint(circle, colour)
    for share in np.linspace(0.96, 0.2, 7):
        lit = Place(x - diameter * 0.09 * (1 - share), y - diameter * 0.07 * (1 - share))
        light = 0.94 + 0.11 * (1 - share)
        canvas.paint(ellipse(lit, diameter * share, diameter * share), shaded(colour, light))
    for turn in range(0, 360, 45):
        rib = Place(x, y, turn).put([(diameter * 0.08, 0), (diameter * 0.46, 0)])
        canvas.line(rib, diameter * 0.01, shaded(colour, 0.82), 0.5)
    canvas.paint(ellipse(place, diameter * 0.08, diameter * 0.08), shaded(colour, 0.7))
    canvas.label("storage-tank", rectangle(place, diameter, diameter))


def building(
    canvas: Canvas, place: Place, length: float, width: float, roof: Colour, height: float = 9
) -> None:
    """Paint a flat-roofed building with what stands on its roof."""
    outline = rectangle(place, length, width)
    canvas.shade(outline, height)
    canvas.paint(outline, shaded(roof, 1.12))
    canvas.paint(rectangle(place, length - 1.4, width - 1.4), roof, grain=0.03)
    for ahead in np.arange(-length / 2 + 5, length / 2 - 4, max(9.0, length / 6)):
        unit = place.moved(float(ahead), float(canvas.rng.uniform(-0.25, 0.25)) * width)
        size = float(canvas.rng.uniform(1.6, 3.0))
        canvas.shade(rectangle(unit, size, size * 0.8), 1.5)
        canvas.paint(rectangle(unit, size, size * 0.8), (198, 200, 200))


def hall(canvas: Canvas, place: Place, length: float, width: float, roof: Colour) -> None:
    """Paint a long hall with a ridge: one side in the light, one in the shade."""
    canvas.shade(rectangle(place, length, width), 10)
    canvas.paint(rectangle(place.moved(0, -width / 4), length, width / 2), shaded(roof, 1.08))
    canvas.paint(rectangle(place.moved(0, width / 4), length, width / 2), shaded(roof, 0.86))
    for ahead in np.arange(-length / 2 + 2, length / 2, 4.0):
        seam = place.moved(float(ahead)).put([(0, -width / 2), (0, width / 2)])
        canvas.line(seam, 0.25, shaded(roof, 0.8), 0.5)


def pier(canvas: Canvas, place: Place, length: float, width: float) -> None:
    """Paint a concrete pier with bollards and label it as a harbor."""
    outline = rectangle(place, length, width)
    canvas.shade(outline, 3, 0.5)
    canvas.cover(outline, CONCRETE)
    for side in (-1, 1):
        edge = side * (width / 2 - 0.6)
        canvas.line(place.put([(-length / 2, edge), (length / 2, edge)]), 0.5, (196, 176, 92), 0.7)
        for ahead in np.arange(-length / 2 + 6, length / 2 - 2, 14.0):
            bollard = place.moved(float(ahead), side * (width / 2 - 1.6))
            canvas.paint(ellipse(bollard, 1.2, 1.2, 12), (60, 60, 62))
    canvas.label("harbor", outline)


def tree(canvas: Canvas, x: float, y: float, radius: float) -> None:
    """Paint one tree's crown in several greens."""
    rng = canvas.rng
    crown = wobbly(Place(x, y), radius, rng)
    canvas.shade(crown, radius * 1.3, 0.5)
    base = LEAVES[int(rng.integers(len(LEAVES)))]
    canvas.paint(crown, shaded(base, 0.82), grain=0.14)
    for _ in range(6):
        reach, angle = rng.uniform(0, 0.5) * radius, rng.uniform(0, 2 * np.pi)
        spot = Place(
            x + reach * np.cos(angle) - radius * 0.14, y + reach * np.sin(angle) - radius * 0.14
        )
        tuft = wobbly(spot, radius * float(rng.uniform(0.25, 0.45)), rng, 16)
        canvas.paint(tuft, shaded(base, float(rng.uniform(0.95, 1.2))), grain=0.12)


def dashes(
    canvas: Canvas, points: Outline, dash: float, gap: float, thickness: float,
    colour: Colour = MARKING,
) -> None:  # fmt: skip
    """Draw a broken line between two points."""
    start, end = points
    total = float(np.hypot(*(end - start)))
    along = (end - start) / total
    for at in np.arange(0, total, dash + gap):
        stop = min(at + dash, total)
        canvas.line(np.array([start + along * at, start + along * stop]), thickness, colour, 0.9)


def slabs(canvas: Canvas, x0: float, y0: float, x1: float, y1: float, side: float) -> None:
    """Draw the joints between the slabs of a concrete surface."""
    for x in np.arange(x0 + side, x1, side):
        canvas.line(np.array([(x, y0), (x, y1)]), 0.3, (130, 128, 120), 0.35)
    for y in np.arange(y0 + side, y1, side):
        canvas.line(np.array([(x0, y), (x1, y)]), 0.3, (130, 128, 120), 0.35)


def bays(canvas: Canvas, x: float, y: float, count: int, pitch: float, depth: float) -> list[Place]:
    """Draw ``count`` parking bays from (x, y) to the right and return their centres."""
    for bay in range(count + 1):
        canvas.line(
            np.array([(x + bay * pitch, y), (x + bay * pitch, y + depth)]), 0.13, MARKING, 0.8
        )
    return [Place(x + (bay + 0.5) * pitch, y + depth / 2, 90) for bay in range(count)]


def frame(canvas: Canvas, x0: float, y0: float, x1: float, y1: float, thickness: float) -> None:
    """Draw a white rectangle."""
    corners = span(x0, y0, x1, y1)
    canvas.line(np.concatenate([corners, corners[:1]]), thickness, MARKING, 0.9)
