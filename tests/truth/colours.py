"""Which colours everyone would see in a thing, and which nobody would."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from tests.truth.world import Thing, World

MOSTLY: Final = 0.55  # share of its pixels from which a thing has a colour
HARDLY: Final = 0.04  # share up to which it has not
EDGE: Final = 0.8  # of its size: pixels nearer to its outline are left out
ENOUGH: Final = 1500  # pixels of one thing that are looked at

# hue in degrees, saturation and value from 0 to 1, each from–to; wide ones hold what might be meant
_STRICT: Final = {
    "white": ((0, 360), (0, 0.12), (0.84, 1)),
    "grey": ((0, 360), (0, 0.14), (0.36, 0.68)),
    "black": ((0, 360), (0, 1), (0, 0.2)),
    "red": ((346, 372), (0.55, 1), (0.42, 1)),
    "orange": ((20, 36), (0.6, 1), (0.75, 1)),
    "brown": ((14, 36), (0.35, 0.8), (0.25, 0.58)),
    "yellow": ((44, 62), (0.5, 1), (0.72, 1)),
    "green": ((85, 160), (0.3, 1), (0.25, 0.9)),
    "blue": ((205, 250), (0.4, 1), (0.3, 1)),
}
_WIDE: Final = {
    "white": ((0, 360), (0, 0.28), (0.68, 1)),
    "grey": ((0, 360), (0, 0.3), (0.18, 0.86)),
    "black": ((0, 360), (0, 1), (0, 0.38)),
    "red": ((325, 385), (0.25, 1), (0.2, 1)),
    "orange": ((5, 50), (0.3, 1), (0.4, 1)),
    "brown": ((0, 60), (0.15, 1), (0.1, 0.75)),
    "yellow": ((32, 80), (0.2, 1), (0.45, 1)),
    "green": ((60, 190), (0.1, 1), (0.12, 1)),
    "blue": ((165, 275), (0.1, 1), (0.12, 1)),
}
COLOURS: Final = tuple(_STRICT)
# What people and the teacher also say, and the colours that they may mean by it.
SHADES: Final[Mapping[str, tuple[str, ...]]] = {
    "light grey": ("grey", "white"),
    "gray": ("grey",),
    "dark grey": ("grey", "black"),
    "dark red": ("red", "brown"),
    "dark brown": ("brown", "black"),
    "beige": ("brown", "white", "yellow"),
    "light green": ("green",),
    "dark green": ("green", "black"),
    "teal": ("green", "blue"),
    "light blue": ("blue", "white"),
    "dark blue": ("blue", "black"),
    "purple": ("blue", "red"),
    "pink": ("red", "white"),
}


def has_colour(world: World, things: Iterable[Thing], colour: str) -> bool | None:
    """Say whether each of ``things`` clearly has ``colour``, or clearly none of them; else None.

    True where at least 55 % of the pixels well inside each thing are what nobody would call
    otherwise; False where at most 4 % of the pixels of each are what anybody might call so.
    """
    if world.pixels is None:
        return None
    names = SHADES.get(colour, (colour,))
    found = {_seen(world, thing, names) for thing in things}
    return found.pop() if len(found) == 1 else None


def colour_of(world: World, thing: Thing) -> str | None:
    """Return the one colour that ``thing`` clearly has."""
    found = [name for name in COLOURS if has_colour(world, (thing,), name)]
    return found[0] if len(found) == 1 else None


@lru_cache(maxsize=20_000)
def _seen(world: World, thing: Thing, names: tuple[str, ...]) -> bool | None:
    hsv = _pixels(world, thing)
    if max(_share(hsv, _STRICT[name]) for name in names) >= MOSTLY:
        return True
    return False if sum(_share(hsv, _WIDE[name]) for name in names) <= HARDLY else None


@lru_cache(maxsize=2_000)
def _pixels(world: World, thing: Thing) -> NDArray[np.float32]:
    """Return hue, saturation and value of the pixels well inside ``thing`` as an (n, 3) array."""
    assert world.pixels is not None
    shrunk = thing.centre + (thing.corners - thing.centre) * EDGE
    x0, y0 = np.maximum(np.floor(shrunk.min(axis=0)).astype(int), 0)
    x1, y1 = np.minimum(np.ceil(shrunk.max(axis=0)).astype(int) + 1, (world.width, world.height))
    mask = Image.new("1", (max(1, x1 - x0), max(1, y1 - y0)))
    ImageDraw.Draw(mask).polygon([(x - x0, y - y0) for x, y in shrunk.tolist()], fill=1)
    part = world.pixels[y0:y1, x0:x1]
    inside = part[np.asarray(mask)[: part.shape[0], : part.shape[1]]]
    step = max(1, len(inside) // ENOUGH)
    return _hsv(inside[::step].astype(np.float32) / 255)


def _hsv(rgb: NDArray[np.float32]) -> NDArray[np.float32]:
    value, least = rgb.max(axis=1), rgb.min(axis=1)
    span = value - least
    safe = np.where(span > 0, span, 1)
    red, green, blue = rgb.T
    hue = np.select(
        [value == red, value == green],
        [(green - blue) / safe % 6, (blue - red) / safe + 2],
        (red - green) / safe + 4,
    )
    saturation = np.where(value > 0, span / np.where(value > 0, value, 1), 0)
    return np.stack([np.where(span > 0, hue * 60, 0), saturation, value], axis=1)


Band = tuple[float, float]


def _share(hsv: NDArray[np.float32], limits: tuple[Band, Band, Band]) -> float:
    if not len(hsv):
        return 0.0
    (low, high), saturation, value = limits
    hue = hsv[:, 0]
    held = ((hue >= low) & (hue <= high)) | (hue + 360 <= high)
    for column, (least, most) in ((1, saturation), (2, value)):
        held &= (hsv[:, column] >= least) & (hsv[:, column] <= most)
    return float(held.mean())
