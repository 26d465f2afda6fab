"""What grass, water, concrete and asphalt look like from above: colour and noise."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Colour = tuple[float, float, float]  # red, green, blue, 0–255
Field = NDArray[np.float32]


@dataclass(frozen=True)
class Material:
    """A mean colour, and noise at several scales: (blur along y, blur along x, strength)."""

    colour: Colour
    noise: tuple[tuple[float, float, float], ...]
    tint: Colour = (1, 1, 1)


GRASS: Final = Material(
    (94, 112, 66), ((60, 60, 0.10), (14, 14, 0.07), (3, 3, 0.05), (0.6, 0.6, 0.09)), (1.2, 0.9, 1.1)
)
LAWN: Final = Material((92, 128, 70), ((50, 50, 0.05), (6, 6, 0.03), (0.6, 0.6, 0.06)))
CONCRETE: Final = Material((172, 169, 160), ((45, 45, 0.05), (9, 9, 0.03), (0.5, 0.5, 0.025)))
ASPHALT: Final = Material((88, 89, 92), ((50, 50, 0.07), (7, 7, 0.04), (0.5, 0.5, 0.05)))
RUNWAY: Final = Material((104, 104, 103), ((80, 80, 0.05), (8, 30, 0.05), (0.5, 0.5, 0.035)))
WATER: Final = Material(
    (40, 78, 94),
    ((90, 120, 0.16), (5, 16, 0.05), (1.2, 4.5, 0.07), (0.5, 1.2, 0.03)),
    (1.3, 1, 0.9),
)
CLAY: Final = Material((171, 106, 72), ((30, 30, 0.04), (5, 5, 0.03), (0.5, 0.5, 0.03)))
SAND: Final = Material((193, 174, 134), ((40, 40, 0.06), (8, 8, 0.04), (0.6, 0.6, 0.04)))
POOL: Final = Material((74, 176, 202), ((12, 12, 0.05), (2, 3, 0.05)))


def texture(material: Material, shape: tuple[int, int], rng: np.random.Generator) -> Field:
    """Return an area of ``material`` as float RGB of (height, width, 3), 0–255."""
    light = np.zeros(shape, dtype=np.float32)
    for along_y, along_x, strength in material.noise:
        light += strength * noise(shape, along_y, along_x, rng)
    tint = np.asarray(material.tint, dtype=np.float32)
    colour = np.asarray(material.colour, dtype=np.float32)
    return colour * (1 + light[..., None] * tint)


def noise(
    shape: tuple[int, int], along_y: float, along_x: float, rng: np.random.Generator
) -> Field:
    """Return blurred noise of unit spread; wide blurs are drawn small and enlarged."""
    step_y, step_x = max(1, int(along_y / 3)), max(1, int(along_x / 3))
    small = (shape[0] // step_y + 8, shape[1] // step_x + 8)
    blurred = ndimage.gaussian_filter(
        rng.standard_normal(small, dtype=np.float32), (along_y / step_y, along_x / step_x)
    )
    large = ndimage.zoom(blurred, (step_y, step_x), order=1) if step_y * step_x > 1 else blurred
    field: Field = large[: shape[0], : shape[1]]
    return field / max(float(blurred.std()), 1e-6)


def shaded(colour: Colour, light: float) -> Colour:
    """Return ``colour`` made ``light`` times as bright."""
    red, green, blue = (min(255.0, part * light) for part in colour)
    return red, green, blue
