"""A picture painted outline by outline, in metres, that remembers what stands in it."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from tasks.demo.shapes import Outline, Place, rectangle
from tasks.demo.textures import Colour, Material, noise, texture

FINE: Final = 4  # edges are drawn this many times finer, then averaged
WARMTH: Final = np.array([1, 0.96, 0.88], dtype=np.float32)  # shadows are lit by the blue sky
SUN: Final = (0.55, 0.42)  # metres of shadow for each metre of height, to the right and down


@dataclass(frozen=True)
class Label:
    """One labelled thing: its class as DOTA spells it, and its corners in px."""

    category: str
    corners: tuple[tuple[float, float], ...]
    difficult: int = 0


class Canvas:
    """A scene that is being painted; distances in metres from its upper left corner."""

    def __init__(self, width: int, height: int, gsd: float, ground: Material, seed: int) -> None:
        """Start with ``ground`` everywhere; ``width`` and ``height`` in px, ``gsd`` in m per px."""
        self.gsd = gsd
        self.rng = np.random.default_rng(seed)
        self.pixels = texture(ground, (height, width), self.rng)
        self.labels: list[Label] = []

    @property
    def width(self) -> float:
        """Width in metres."""
        return float(self.pixels.shape[1] * self.gsd)

    @property
    def height(self) -> float:
        """Height in metres."""
        return float(self.pixels.shape[0] * self.gsd)

    def cover(self, outline: Outline, material: Material) -> None:
        """Lay ``material`` over ``outline``."""
        region, share = self._coverage([outline])
        laid = texture(material, share.shape, self.rng)
        self._blend(region, share, laid)

    def paint(self, outline: Outline, colour: Colour, *, grain: float = 0.02) -> None:
        """Paint ``outline`` in one colour with a little noise."""
        region, share = self._coverage([outline])
        light = 1 + grain * noise(share.shape, 1.0, 1.0, self.rng)[..., None]
        self._blend(region, share, np.asarray(colour, dtype=np.float32) * light)

    def line(self, points: Outline, thickness: float, colour: Colour, strength: float = 1) -> None:
        """Draw a line of ``thickness`` metres through ``points``."""
        for start, end in pairwise(points):
            along = end - start
            heading = float(np.degrees(np.arctan2(along[1], along[0])))
            middle = Place(float(start[0] + end[0]) / 2, float(start[1] + end[1]) / 2, heading)
            stroke = rectangle(middle, float(np.hypot(*along)) + thickness * 0.5, thickness)
            region, share = self._coverage([stroke])
            self._blend(region, share * strength, np.asarray(colour, dtype=np.float32))

    def shade(self, outline: Outline, height: float, strength: float = 0.5) -> None:
        """Darken what lies in the shadow of something ``height`` metres high."""
        steps = np.linspace(0, 1, max(2, int(height / self.gsd / 2)))
        swept = [outline + np.asarray(SUN) * height * step for step in steps]
        region, share = self._coverage(swept)
        soft = ndimage.gaussian_filter(share, 0.7)
        self.pixels[region] *= 1 - strength * soft[..., None] * WARMTH

    def label(self, category: str, outline: Outline, difficult: int = 0) -> None:
        """Note that a thing of ``category`` has these four corners."""
        corners = tuple((round(float(x), 1), round(float(y), 1)) for x, y in outline / self.gsd)
        self.labels.append(Label(category, corners, difficult))

    def picture(self) -> Image.Image:
        """Return the scene as a sensor would see it: a little soft, a little noisy."""
        soft = ndimage.gaussian_filter(self.pixels, (0.45, 0.45, 0))
        grain = self.rng.normal(0, 1.6, soft.shape[:2])[..., None]
        return Image.fromarray(np.clip(soft + grain, 0, 255).astype(np.uint8))

    def _coverage(self, outlines: list[Outline]) -> tuple[tuple[slice, slice], NDArray[np.float32]]:
        """Return the px region that ``outlines`` touch, and their share of each px in it."""
        corners = [outline / self.gsd for outline in outlines]
        everything = np.concatenate(corners)
        limit = np.array(self.pixels.shape[1::-1])
        low = np.clip(np.floor(everything.min(axis=0)).astype(int) - 1, 0, limit - 1)
        high = np.clip(np.ceil(everything.max(axis=0)).astype(int) + 1, low + 1, limit)
        size = (high - low) * FINE
        mask = Image.new("L", (int(size[0]), int(size[1])))
        draw = ImageDraw.Draw(mask)
        for outline in corners:
            points = (outline - low) * FINE - 0.5
            draw.polygon([(float(x), float(y)) for x, y in points], fill=255)
        share = np.asarray(mask.reduce(FINE), dtype=np.float32) / np.float32(255)
        return (slice(low[1], high[1]), slice(low[0], high[0])), share

    def _blend(
        self, region: tuple[slice, slice], share: NDArray[np.float32], colour: NDArray[np.float32]
    ) -> None:
        weight = share[..., None]
        self.pixels[region] = self.pixels[region] * (1 - weight) + colour * weight
