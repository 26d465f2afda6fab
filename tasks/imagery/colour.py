"""The colour word for an object: what most of the pixels inside its polygon look like, or none.

A word is given only where a clear majority of the pixels agrees. Pixels that look like the ground
round the object do not count, because a box round a plane holds more apron than plane.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import simplejpeg
import yaml
from PIL import Image, ImageDraw

from schemas.geometry import Polygon

Pixels = npt.NDArray[np.uint8]
Lab = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

FEWEST_PIXELS: Final = 30
SHRINK: Final = 0.84  # edges, where object and ground blend, stay out
RING: Final = 0.35  # width of the ring of ground looked at, as a share of the object's size
MAJORITY: Final = 0.55
WITH_NEAR: Final = 0.78  # majority and the words next to it, where the majority is not clear alone
LEAST_BEST: Final = 0.4
OF_POLYGON: Final = 0.22  # of the polygon must be left when the ground's look is taken out

# IEC 61966-2-1: linear sRGB to CIE XYZ, D65 white.
_TO_XYZ: Final = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_WHITE: Final = np.array([0.95047, 1.0, 1.08883])


@dataclass(frozen=True)
class Palette:
    """Colour words, their examples in CIELAB, and which words an even colour may straddle."""

    words: tuple[str, ...]
    examples: Lab
    owner: npt.NDArray[np.intp]
    near: tuple[tuple[int, ...], ...]


class Look(NamedTuple):
    """The colour word of an object, and the share of each word among its pixels.

    ``shares`` are those of the pixels that can be told from the ground round it, empty where they
    are too few; ``inside`` those of all pixels inside its polygon, empty where these are too few.
    """

    word: str | None
    shares: Mapping[str, float]
    inside: Mapping[str, float]


@dataclass(frozen=True)
class Picture:
    """A decoded tile: RGB pixels (height × width × 3) and where objects are (height × width).

    ``scale`` is picture px per tile px, along x and y: below 1 where the tile was scaled down.
    """

    pixels: Pixels
    occupied: Mask
    scale: tuple[float, float] = (1.0, 1.0)


def open_picture(
    image: bytes, polygons: Sequence[Polygon], tile: tuple[int, int] | None = None
) -> Picture:
    """Decode a JPEG once; ``polygons`` (tile px) tell the objects from the ground.

    ``tile`` is the width and height of the tile in px, by default those of the picture. Raises
    ValueError when ``image`` is no JPEG that can be decoded.
    """
    pixels = simplejpeg.decode_jpeg(image, colorspace="RGB")
    height, width = pixels.shape[:2]
    scale = (width / tile[0], height / tile[1]) if tile else (1.0, 1.0)
    canvas = Image.new("1", (width, height))
    draw = ImageDraw.Draw(canvas)
    for polygon in polygons:
        draw.polygon(_in_picture(polygon, scale), fill=1)
    return Picture(pixels, np.asarray(canvas, dtype=np.bool_), scale)


def colour_of(picture: Picture, polygon: Polygon) -> str | None:
    """Return the colour word of the object inside ``polygon`` (tile px).

    None when the object is smaller than 30 px of the picture, or no colour covers a clear majority
    of it. In a picture that was scaled down, the pixels along its edge do not count: there the
    object and the ground round it were made one colour.
    """
    return look_of(picture, polygon).word


def look_of(picture: Picture, polygon: Polygon) -> Look:
    """Return what the object inside ``polygon`` (tile px) looks like."""
    inside, seen = _pixels(picture, polygon)
    if inside is None:
        return Look(None, {}, {})
    if seen is None:
        return Look(None, {}, _shares(inside))
    found = _majority(seen)
    word = None if found is None else palette().words[found]
    return Look(word, _shares(seen), _shares(inside))


def _shares(names: npt.NDArray[np.uint8]) -> dict[str, float]:
    """Return the share of each word among ``names``."""
    words = palette().words
    shares = np.bincount(names, minlength=len(words)) / len(names)
    return {word: float(share) for word, share in zip(words, shares, strict=True) if share}


def _pixels(
    picture: Picture, polygon: Polygon
) -> tuple[npt.NDArray[np.uint8] | None, npt.NDArray[np.uint8] | None]:
    """Return the words of the pixels inside ``polygon``, and of those that do not look like the
    ground round it; None where they are too few.
    """
    polygon = _in_picture(polygon, picture.scale)
    x0, y0, x1, y1 = _surroundings(picture, polygon)
    if x1 <= x0 or y1 <= y0:  # a picture that is smaller than its tile
        return None, None
    inside = _filled(_scaled(polygon, SHRINK), x0, y0, x1, y1)
    if picture.scale != (1.0, 1.0):
        inside = _without_edge(inside)
    if inside.sum() < FEWEST_PIXELS:
        return None, None
    names = _names(picture.pixels[y0:y1, x0:x1])
    every = names[inside]
    ground = _majority(names[~picture.occupied[y0:y1, x0:x1]])
    seen = every if ground is None else every[every != ground]
    return every, None if len(seen) < max(FEWEST_PIXELS, OF_POLYGON * len(every)) else seen


def to_lab(rgb: npt.NDArray[np.floating] | Pixels) -> Lab:
    """Convert sRGB (… × 3, 0–255) to CIELAB L*, a*, b*, D65.

    sRGB linearised by IEC 61966-2-1; CIELAB by CIE 15:2004, section 8.2.1.
    """
    value = np.asarray(rgb, dtype=np.float64) / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    ratio = linear @ _TO_XYZ.T / _WHITE
    delta = 6 / 29
    f = np.where(ratio > delta**3, np.cbrt(ratio), ratio / (3 * delta**2) + 4 / 29)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


@cache
def palette() -> Palette:
    """Load the named colours that lie beside this file."""
    text = resources.files(__package__).joinpath("palette.yaml").read_text(encoding="utf-8")
    entries: Mapping[str, Mapping[str, list[list[int]]]] = yaml.safe_load(text)
    words = tuple(entries)
    examples = [(words.index(w), rgb) for w in words for rgb in entries[w]["examples"]]
    near = tuple(tuple(words.index(str(n)) for n in entries[w]["near"]) for w in words)
    lab = to_lab(np.array([rgb for _, rgb in examples], dtype=np.float64))
    return Palette(words, lab, np.array([owner for owner, _ in examples]), near)


@cache
def _table() -> npt.NDArray[np.uint8]:
    """Return the word of every colour at 5 bits a channel (32 × 32 × 32): nearest by CIE76 ΔE."""
    levels = np.arange(32) * 8 + 4
    grid = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1)
    lab = to_lab(grid.reshape(-1, 3).astype(np.float64))
    distance = ((lab[:, None, :] - palette().examples[None]) ** 2).sum(axis=-1)
    nearest: npt.NDArray[np.uint8] = palette().owner[distance.argmin(axis=1)].astype(np.uint8)
    return nearest.reshape(32, 32, 32)


def _names(pixels: Pixels) -> npt.NDArray[np.uint8]:
    coarse = pixels >> 3
    names: npt.NDArray[np.uint8] = _table()[coarse[..., 0], coarse[..., 1], coarse[..., 2]]
    return names


def _majority(names: npt.NDArray[np.uint8]) -> int | None:
    if len(names) < FEWEST_PIXELS:
        return None
    shares = np.bincount(names, minlength=len(palette().words)) / len(names)
    best = int(shares.argmax())
    if shares[best] >= MAJORITY:
        return best
    together = shares[best] + sum(shares[n] for n in palette().near[best])
    return best if shares[best] >= LEAST_BEST and together >= WITH_NEAR else None


def _surroundings(picture: Picture, polygon: Polygon) -> tuple[int, int, int, int]:
    points = np.asarray(polygon)
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    margin = max(4.0, RING * float(min(right - left, bottom - top)))
    height, width = picture.occupied.shape
    x0, y0 = max(0, int(left - margin)), max(0, int(top - margin))
    return x0, y0, min(width, int(right + margin) + 1), min(height, int(bottom + margin) + 1)


def _in_picture(polygon: Polygon, scale: tuple[float, float]) -> Polygon:
    if scale == (1.0, 1.0):
        return polygon
    return tuple((x * scale[0], y * scale[1]) for x, y in polygon)


def _without_edge(mask: Mask) -> Mask:
    """Return ``mask`` less the pixels that have one outside it above, below or beside them."""
    padded = np.pad(mask, 1)
    beside = padded[1:-1, :-2] & padded[1:-1, 2:] & padded[:-2, 1:-1] & padded[2:, 1:-1]
    inner: Mask = mask & beside
    return inner


def _scaled(polygon: Polygon, factor: float) -> Polygon:
    points = np.asarray(polygon, dtype=np.float64)
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    return tuple((float(x), float(y)) for x, y in middle + (points - middle) * factor)


def _filled(polygon: Polygon, x0: int, y0: int, x1: int, y1: int) -> Mask:
    """Return the pixels of the window x0, y0, x1, y1 whose centres lie in ``polygon``."""
    canvas = Image.new("1", (x1 - x0, y1 - y0))
    shifted = [(x - x0 - 0.5, y - y0 - 0.5) for x, y in polygon]
    ImageDraw.Draw(canvas).polygon(shifted, fill=1)
    return np.asarray(canvas, dtype=np.bool_)
