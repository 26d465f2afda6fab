"""What the annotations of one tile say: the ground that statements are held against."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.geometry import Box
from schemas.tile import TileObject, TileOutline
from tasks.lexicon.lexicon import broader, is_known, related
from tasks.spatial.polygons import area, box_of

Floats = NDArray[np.float64]


class Tally(NamedTuple):
    """How many objects of a class a tile holds."""

    described: int  # of the class or a subclass, visible enough to be described
    partly: int  # the same, cut too far
    possible: int  # those, and objects labelled more broadly that may belong to it
    is_floor: bool  # there may be more: crowds, or the source does not label every one

    def __str__(self) -> str:
        """Return the tally in words for evidence."""
        least = "at least " if self.is_floor else ""
        more = f" and {self.partly} partly visible" if self.partly else ""
        return f"{least}{self.described}{more}"


@dataclass(frozen=True)
class Place:
    """Where some objects are: boxes (n, 4) and their centres (n, 2) in tile px, areas (n,)."""

    boxes: Floats
    centres: Floats
    areas: Floats

    @property
    def box(self) -> Floats:
        """Return x0, y0, x1, y1 round all of them."""
        return np.concatenate([self.boxes[:, :2].min(axis=0), self.boxes[:, 2:].max(axis=0)])

    @property
    def middles(self) -> Floats:
        """Return the mean of the centres and the middle of the box round all, shape (2, 2)."""
        box = self.box
        return np.stack([self.centres.mean(axis=0), (box[:2] + box[2:]) / 2])


class Truth:
    """One tile's objects, tallied and placed."""

    def __init__(self, tile: TileOutline) -> None:
        """Read ``tile``; nothing is computed before it is asked for."""
        self.width, self.height = tile.window.width, tile.window.height
        self.north_up = tile.scene.north_up
        self.objects = {thing.ref: thing for thing in tile.objects}
        self._corner = (tile.window.x0, tile.window.y0)
        self._exhaustive = tile.scene.exhaustive
        self._places: dict[tuple[str, ...], Place | None] = {}
        self._tallies: dict[str, Tally] = {}

    @cached_property
    def boxes(self) -> dict[str, Box]:
        """Box of each object's visible part, tile px, by ref."""
        return {ref: self._box(thing) for ref, thing in self.objects.items()}

    @cached_property
    def unknown_categories(self) -> frozenset[str]:
        """Classes of the tile that the lexicon does not know."""
        return frozenset(x.category for x in self.objects.values() if not is_known(x.category))

    def tally(self, category: str) -> Tally:
        """Return how many objects of ``category`` there are."""
        if category not in self._tallies:
            self._tallies[category] = self._tallied(category)
        return self._tallies[category]

    def is_labelled(self, category: str) -> bool:
        """Say whether the source labels every object of ``category``: itself, a class above it, or
        at least two kinds of it.
        """
        if any(known == category or known in broader(category) for known in self._exhaustive):
            return True
        return sum(category in broader(known) for known in self._exhaustive) >= 2

    def place(self, refs: Sequence[str]) -> Place | None:
        """Return where the known ones among ``refs`` are, None where there are none."""
        key = tuple(refs)
        if key not in self._places:
            known = [ref for ref in key if ref in self.objects]
            self._places[key] = self._placed(known) if known else None
        return self._places[key]

    def _tallied(self, category: str) -> Tally:
        described = partly = possible = 0
        crowd = False
        for thing in self.objects.values():
            if not related(thing.category, category):
                continue
            possible += 1
            if is_a(thing.category, category):
                crowd = crowd or thing.crowd
                described += thing.described
                partly += not thing.described
        return Tally(described, partly, possible, crowd or not self.is_labelled(category))

    def _placed(self, refs: Sequence[str]) -> Place:
        boxes = np.array([self.boxes[ref] for ref in refs], dtype=float)
        areas = np.array([area(self.objects[ref].clipped) for ref in refs], dtype=float)
        return Place(boxes, (boxes[:, :2] + boxes[:, 2:]) / 2, areas)

    def _box(self, thing: TileObject) -> Box:
        x0, y0, x1, y1 = box_of(thing.clipped)
        left, top = self._corner
        return x0 - left, y0 - top, x1 - left, y1 - top


def is_a(category: str, other: str) -> bool:
    """Say whether everything of ``category`` is of class ``other``."""
    return category == other or other in broader(category)
