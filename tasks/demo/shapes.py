"""Outlines on the ground, in metres: x to the right, y down, headings clockwise from x."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Outline = NDArray[np.float64]  # (corners, 2), metres


@dataclass(frozen=True)
class Place:
    """Where a thing stands and which way it points: metres and degrees clockwise from x."""

    x: float
    y: float
    heading: float = 0.0

    def put(self, points: Sequence[tuple[float, float]] | Outline) -> Outline:
        """Return ``points`` of the thing's own frame (x ahead, y to its right) on the ground."""
        angle = np.deg2rad(self.heading)
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        placed: Outline = np.asarray(points, dtype=float) @ turn + (self.x, self.y)
        return placed

    def moved(self, ahead: float, right: float = 0.0, turned: float = 0.0) -> "Place":
        """Return the place that lies ``ahead`` and to the ``right`` of this one."""
        x, y = self.put([(ahead, right)])[0]
        return Place(float(x), float(y), self.heading + turned)


def rectangle(place: Place, length: float, width: float) -> Outline:
    """Return the corners of a rectangle centred on ``place``, its length along the heading."""
    a, b = length / 2, width / 2
    return place.put([(-a, -b), (a, -b), (a, b), (-a, b)])


def span(x0: float, y0: float, x1: float, y1: float) -> Outline:
    """Return the corners of an upright rectangle."""
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], dtype=float)


def ellipse(place: Place, length: float, width: float, corners: int = 48) -> Outline:
    """Return an ellipse centred on ``place``, its longer axis along the heading."""
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    return place.put(np.stack([np.cos(angles) * length / 2, np.sin(angles) * width / 2], axis=1))


def stadium(place: Place, length: float, width: float) -> Outline:
    """Return a rectangle with half-circles at both ends; ``length`` includes them."""
    radius = width / 2
    half = np.linspace(-np.pi / 2, np.pi / 2, 32)
    right = np.stack([np.cos(half) * radius + length / 2 - radius, np.sin(half) * radius], axis=1)
    return place.put(np.concatenate([right, -right]))


def rounded(place: Place, length: float, width: float, radius: float) -> Outline:
    """Return a rectangle with rounded corners."""
    a, b = length / 2 - radius, width / 2 - radius
    quarter = np.linspace(0, np.pi / 2, 7)
    corner = np.stack([np.cos(quarter), np.sin(quarter)], axis=1) * radius
    turned = corner[::-1]
    return place.put(
        np.concatenate([
            corner + np.array([a, b]), turned * (-1, 1) + np.array([-a, b]),
            corner * -1 - np.array([a, b]), turned * (1, -1) + np.array([a, -b]),
        ])
    )  # fmt: skip


def wobbly(place: Place, radius: float, rng: np.random.Generator, corners: int = 40) -> Outline:
    """Return a rough circle, as of a tree's crown."""
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    waves = sum(
        rng.uniform(0.02, 0.09) * np.sin(k * angles + rng.uniform(0, 6.3)) for k in (2, 3, 5, 7)
    )
    reach = radius * (1 + waves)
    return place.put(np.stack([np.cos(angles) * reach, np.sin(angles) * reach], axis=1))
