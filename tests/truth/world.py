"""What stands in a tile, measured by the yardstick itself."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from math import atan2, degrees, hypot

import numpy as np
from numpy.typing import NDArray
from shapely import Polygon

from schemas.tile import TileObject, TileOutline
from tasks.imagery.encode import decode_jpeg

Floats = NDArray[np.float64]
UPRIGHT = "hbb"


@dataclass(frozen=True, eq=False)
class Thing:
    """One object: its class, and its corners in px of the tile as an (n, 2) array."""

    ref: str
    category: str
    corners: Floats
    sure: bool = True  # neither difficult nor cut nor a crowd: nobody would count it otherwise
    upright: bool = False  # its box says nothing about how it is turned

    @cached_property
    def outline(self) -> Polygon:
        """Its outline; corners that cross are pulled apart to their hull."""
        polygon = Polygon(self.corners)
        return polygon if polygon.is_valid else polygon.convex_hull

    @cached_property
    def box(self) -> Floats:
        """The box round it: x0, y0, x1, y1."""
        return np.concatenate([self.corners.min(axis=0), self.corners.max(axis=0)])

    @cached_property
    def centre(self) -> Floats:
        """The middle of its box."""
        return (self.box[:2] + self.box[2:]) / 2

    @cached_property
    def area(self) -> float:
        """Its area in px²."""
        return float(self.outline.area)

    @cached_property
    def sides(self) -> tuple[float, float, float]:
        """Length and width of the least rectangle round it, and the angle of its length.

        Degrees from 0 to 180, 0 along x, growing clockwise as seen on the screen.
        """
        ring = np.asarray(self.outline.minimum_rotated_rectangle.exterior.coords)
        edges = ring[1:3] - ring[:2]
        lengths = [hypot(*edge) for edge in edges]
        long = int(lengths[1] > lengths[0])
        return lengths[long], lengths[1 - long], degrees(atan2(*edges[long][::-1])) % 180

    @property
    def length(self) -> float:
        """Its longer side, px."""
        return self.sides[0]

    @property
    def elongated(self) -> bool:
        """Whether everyone would say which way it runs: twice as long as wide."""
        return not self.upright and self.sides[0] >= 2 * self.sides[1]


@dataclass(frozen=True, eq=False)
class World:
    """A tile's things; ``closed`` are the classes of which every thing is labelled."""

    width: int
    height: int
    gsd: float | None
    north_up: bool
    things: tuple[Thing, ...]
    closed: frozenset[str]
    pixels: NDArray[np.uint8] | None = field(default=None, repr=False)

    @cached_property
    def by_class(self) -> dict[str, tuple[Thing, ...]]:
        """The things of each class that is there, in the order of their names."""
        names = sorted({thing.category for thing in self.things})
        return {name: tuple(t for t in self.things if t.category == name) for name in names}

    @cached_property
    def by_ref(self) -> dict[str, Thing]:
        """The things by number."""
        return {thing.ref: thing for thing in self.things}

    @property
    def diagonal(self) -> float:
        """Of the tile, px."""
        return hypot(self.width, self.height)

    def countable(self, category: str) -> bool:
        """Whether everyone would count the same number of a class."""
        return category in self.closed and all(t.sure for t in self.by_class.get(category, ()))


def world_of(tile: TileOutline, picture: bytes | None = None) -> World:
    """Measure a tile; ``picture`` is its JPEG."""
    window, scene = tile.window, tile.scene
    corner = (window.x0, window.y0)
    return World(
        width=window.width,
        height=window.height,
        gsd=scene.gsd,
        north_up=scene.north_up,
        things=tuple(_thing(one, corner) for one in tile.objects),
        closed=frozenset(scene.exhaustive),
        pixels=None if picture is None else decode_jpeg(picture),
    )


def union(things: Iterable[Thing]) -> Floats:
    """Return the box round all of ``things``."""
    boxes = np.stack([thing.box for thing in things])
    return np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])


def _thing(one: TileObject, corner: tuple[int, int]) -> Thing:
    return Thing(
        ref=one.ref,
        category=one.category,
        corners=np.asarray(one.clipped, dtype=float) - corner,
        sure=one.described and not (one.difficult or one.truncated or one.crowd),
        upright=one.shape == UPRIGHT,
    )
