"""Airliners, light aircraft and helicopters, seen from above."""

from typing import Final

import numpy as np

from tasks.demo.canvas import Canvas
from tasks.demo.shapes import Outline, Place, ellipse, rectangle
from tasks.demo.textures import Colour, shaded

WHITE: Final[Colour] = (238, 240, 241)
GREY: Final[Colour] = (142, 147, 152)
DARK: Final[Colour] = (58, 62, 68)
NACELLE: Final[Colour] = (112, 117, 124)


def plane(canvas: Canvas, place: Place, length: float, colour: Colour, fin: Colour) -> None:
    """Paint a jet of ``length`` metres and label it as a plane."""
    wingspan = length * 0.92
    parts = [_wing(place, length, side) for side in (-1, 1)]
    parts += [_tailplane(place, length, side) for side in (-1, 1)]
    engines = [
        ellipse(place.moved(0.105 * length, side * 0.16 * length), 0.11 * length, 0.046 * length)
        for side in (-1, 1)
    ]
    body = _fuselage(place, length)
    for outline in (*parts, body):
        canvas.shade(outline, length * 0.09, 0.42)
    for outline in engines:
        canvas.paint(outline, NACELLE)
    for outline in parts:
        canvas.paint(outline, shaded(colour, 0.93))
    for side in (-1, 1):
        canvas.line(_hinge(place, length, side), length * 0.006, shaded(colour, 0.72))
    canvas.paint(body, colour)
    canvas.line(_spine(place, length), length * 0.02, shaded(colour, 1.05), 0.6)
    canvas.line(place.put([(-0.49 * length, 0), (-0.36 * length, 0)]), length * 0.022, fin)
    cockpit = place.moved(0.455 * length)
    canvas.paint(rectangle(cockpit, length * 0.018, length * 0.055), DARK)
    canvas.label("plane", rectangle(place, length, wingspan))


def helicopter(canvas: Canvas, place: Place, colour: Colour, length: float = 16.0) -> None:
    """Paint a helicopter with still rotor blades and label it."""
    body = ellipse(place.moved(0.16 * length), 0.42 * length, 0.16 * length)
    boom = rectangle(place.moved(-0.22 * length), 0.5 * length, 0.045 * length)
    tail = rectangle(place.moved(-0.46 * length), 0.05 * length, 0.2 * length)
    for outline in (body, boom, tail):
        canvas.shade(outline, 3, 0.45)
    for outline in (boom, tail, body):
        canvas.paint(outline, colour)
    canvas.paint(ellipse(place.moved(0.29 * length), 0.13 * length, 0.12 * length), DARK)
    hub = place.moved(0.12 * length)
    for turn in (35, 125):
        blade = Place(hub.x, hub.y, hub.heading + turn)
        canvas.shade(rectangle(blade, 0.72 * length, 0.02 * length), 3.5, 0.3)
        canvas.paint(rectangle(blade, 0.72 * length, 0.02 * length), (70, 72, 76))
    canvas.label("helicopter", rectangle(place, length, 0.62 * length))


def _fuselage(place: Place, length: float) -> Outline:
    along = np.array([0.5, 0.485, 0.455, 0.41, 0.3, -0.2, -0.34, -0.44, -0.5])
    half = np.array([0.0, 0.02, 0.036, 0.045, 0.05, 0.05, 0.04, 0.022, 0.008])
    right = np.stack([along, half], axis=1)
    return place.put(np.concatenate([right, right[::-1] * (1, -1)]) * length)


def _wing(place: Place, length: float, side: int) -> Outline:
    points = np.array([
        (0.16, 0.03), (-0.09, 0.445), (-0.115, 0.46), (-0.15, 0.46), (-0.07, 0.2), (-0.08, 0.03)
    ])  # fmt: skip
    return place.put(points * (1, side) * length)


def _tailplane(place: Place, length: float, side: int) -> Outline:
    points = np.array([(-0.36, 0.02), (-0.455, 0.165), (-0.49, 0.165), (-0.455, 0.02)])
    return place.put(points * (1, side) * length)


def _hinge(place: Place, length: float, side: int) -> Outline:
    points = np.array([(-0.045, 0.055), (-0.043, 0.2), (-0.115, 0.4)])
    return place.put(points * (1, side) * length)


def _spine(place: Place, length: float) -> Outline:
    return place.put(np.array([(-0.3, -0.012), (0.38, -0.012)]) * length)
