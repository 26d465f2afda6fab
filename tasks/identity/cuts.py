"""Crops and what they were cut from: their names say so, and the pixels must confirm it.

A crop lies in its parent where its sketch correlates with that of the region. Where the name does
not tell the region, it is searched for at the parent's own scale: by correlation of the whole
parent on a coarse grid, then about the best place there in ever smaller steps.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import product
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.signal import fftconvolve

from schemas.errors import ImageError
from tasks.identity.known import Card, Known
from tasks.identity.links import Edge, edge
from tasks.identity.sketches import FLAT, SIDE, Sketches, correlation
from tasks.sources.crops import CropName, Region, crop_of, is_of_dota

CUT: Final = 0.9  # correlation from which a crop shows a region of its parent
_SHOWN: Final = 8  # sketch px in each direction of a crop that must lie within the parent
_GRIDS: Final = (64, 32, 16)  # px of the crop on the grid; fewer where the parent is far larger
_LARGEST_GRID: Final = 512  # px
_STEPS: Final = (1.0, 0.5, 0.25)  # px of the sketch

log = logging.getLogger(__name__)

Grey = NDArray[np.uint8]
Floats = NDArray[np.float64]


class Family(NamedTuple):
    """Scenes that say they were cut from one image, and the scenes that may be this image."""

    name: str
    crops: tuple[int, ...]
    parents: tuple[int, ...]


def families(known: Known) -> list[Family]:
    """Return the crops of every image that a name tells of.

    DOTA's names are the same in every dataset; others mean something within their folder alone.
    """
    crops: dict[tuple[str, str], list[int]] = {}
    for row, card in enumerate(known.cards):
        if card.parent:
            crops.setdefault((_realm(card, card.parent), card.parent), []).append(row)
    parents: dict[tuple[str, str], list[int]] = {key: [] for key in crops}
    for row, card in enumerate(known.cards):
        for key in sorted({(_realm(card, name), name) for name in _names(card)}):
            if key in parents:
                parents[key].append(row)
    return [
        Family(key[1], tuple(rows), tuple(_different(known, parents[key])))
        for key, rows in sorted(crops.items())
    ]


def by_name(found: Sequence[Family]) -> Iterator[Edge]:
    """Yield edges between crops of one image that is not there to compare them with."""
    for family in found:
        if not family.parents:
            first, *rest = family.crops
            for row in rest:
                yield edge(first, row, "name", f"both are cut from {family.name}, by their names")


class Fit(NamedTuple):
    """Where a crop lies best in an image, and how well."""

    region: Region
    fit: float


class Fits(Protocol):
    """What is known of crops that were looked for before."""

    def find(self, image: str, crop: str, told: Region | None) -> Fit | None:
        """Return where the crop was found in the image; both are named by the hash of their pixels."""
        ...

    def learn(self, image: str, crop: str, told: Region | None, fit: Fit) -> None:
        """Remember where the crop was found."""
        ...


def by_template(
    known: Known,
    found: Sequence[Family],
    sketches: Sketches,
    grey_of: Callable[[str], Grey],
    fits: Fits | None = None,
) -> Iterator[Edge]:
    """Yield edges between images and the crops that are found in them; each image is opened once.

    ``grey_of`` gives the picture at a URI. One that cannot be decoded shows nothing, and none is
    opened where ``fits`` knows all of its crops.
    """
    for family in found:
        for parent in family.parents:
            search = _Search(known.cards[parent], grey_of, fits)
            try:
                yield from _found_in(known, family, parent, search, sketches)
            except ImageError as error:
                log.warning("crops are not compared with their parent: %s", error)


def place_of(picture: Grey, sketch: Floats, size: tuple[int, int]) -> tuple[Region, float]:
    """Return where in ``picture`` a crop of ``size`` (width, height) px lies best, and how well."""
    corner, fit = _coarsely(picture, sketch, size), -1.0
    for step in _STEPS:
        corner, fit = max(
            (
                (place, match(picture, sketch, _at(place, size)))
                for place in _around(picture, corner, size, step)
            ),
            key=lambda one: one[1],
        )
    return _at(corner, size), fit


def match(picture: Grey, sketch: Floats, region: Region) -> float:
    """Return how well ``sketch`` (64, 64) fits the region; what lies outside is not compared."""
    height, width = picture.shape
    x0, y0, x1, y1 = region
    cell_x, cell_y = (x1 - x0) / SIDE, (y1 - y0) / SIDE
    left, top = (int(np.ceil(max(0.0, -x0) / cell_x)), int(np.ceil(max(0.0, -y0) / cell_y)))
    right = min(SIDE, int((width - x0) / cell_x + 1e-6))
    bottom = min(SIDE, int((height - y0) / cell_y + 1e-6))
    if right - left < _SHOWN or bottom - top < _SHOWN:
        return 0.0
    box = (x0 + left * cell_x, y0 + top * cell_y, x0 + right * cell_x, y0 + bottom * cell_y)
    shown = _averaged(picture, box, (right - left, bottom - top))
    return correlation(shown, sketch[top:bottom, left:right])


def _found_in(
    known: Known, family: Family, parent: int, search: "_Search", sketches: Sketches
) -> Iterator[Edge]:
    for row in family.crops:
        card = known.cards[row]
        if row == parent or not _may_lie(card, search.image) or known.contrast[row] < FLAT:
            continue
        sketch = sketches.of(np.array([row])).reshape(SIDE, SIDE).astype(np.float64)
        region, fit = search.of(card, sketch)
        if fit >= CUT:
            where = ", ".join(f"{side:.0f}" for side in region)
            yield edge(parent, row, "crop", f"region {where} of {family.name} (fit {fit:.2f})")


class _Search:
    """Looks for crops in one image, which is opened for the first that nothing is known of."""

    def __init__(self, image: Card, grey_of: Callable[[str], Grey], fits: Fits | None) -> None:
        self.image, self._grey_of, self._fits = image, grey_of, fits

    def of(self, card: Card, sketch: Floats) -> Fit:
        """Return where a crop lies, by its name or by search, and how well it fits there."""
        name = crop_of(card.stem)
        told = name.region(card.width, card.height) if name and name.parent == card.parent else None
        known = self._fits.find(self.image.pixels, card.pixels, told) if self._fits else None
        if known is not None:
            return known
        if told is None:
            found = Fit(*place_of(self._picture, sketch, (card.width, card.height)))
        else:
            found = Fit(told, match(self._picture, sketch, told))
        if self._fits is not None:
            self._fits.learn(self.image.pixels, card.pixels, told, found)
        return found

    @cached_property
    def _picture(self) -> Grey:
        return self._grey_of(self.image.uri)


def _may_lie(card: Card, image: Card) -> bool:
    """Say whether a crop may lie in ``image``: it is smaller, or its scale is told."""
    name: CropName | None = crop_of(card.stem)
    smaller = card.width <= image.width and card.height <= image.height
    return smaller or (name is not None and name.corner is not None)


def _coarsely(picture: Grey, sketch: Floats, size: tuple[int, int]) -> tuple[float, float]:
    """Return x and y of the crop's upper left corner, to about a cell of the grid."""
    height, width = picture.shape
    scales = [(cells / size[0], cells / size[1], cells) for cells in _GRIDS]
    small_enough = [s for s in scales if max(s[0] * width, s[1] * height) <= _LARGEST_GRID]
    across, down, cells = (small_enough or scales[-1:])[0]
    grid = (max(cells, round(width * across)), max(cells, round(height * down)))
    whole = _averaged(picture, (0, 0, width, height), grid)
    template = sketch.reshape(cells, SIDE // cells, cells, SIDE // cells).mean(axis=(1, 3))
    y, x = np.unravel_index(np.argmax(_correlated(whole, template)), _ends(whole, template))
    return float(x / across), float(y / down)


def _correlated(whole: Floats, template: Floats) -> Floats:
    """Return the normalised correlation of ``template`` with ``whole`` at every place."""
    pattern, ones = template - template.mean(), np.ones_like(template)
    level = whole - whole.mean()
    sums = fftconvolve(level, ones, "valid")
    energy = fftconvolve(level**2, ones, "valid") - sums**2 / ones.size
    shared = fftconvolve(level, pattern[::-1, ::-1], "valid")
    floor = FLAT**2 * ones.size
    found: Floats = shared / np.sqrt(np.maximum(energy, floor) * (pattern**2).sum() + 1e-9)
    return found


def _ends(whole: Floats, template: Floats) -> tuple[int, int]:
    (rows, columns), side = whole.shape, len(template)
    return rows - side + 1, columns - side + 1


def _around(
    picture: Grey, corner: tuple[float, float], size: tuple[int, int], step: float
) -> Iterator[tuple[float, float]]:
    """Yield the corners about ``corner`` at which a crop lies within the picture."""
    height, width = picture.shape
    for down, across in product((0, -1, 1), repeat=2):
        x = corner[0] + across * step * size[0] / SIDE
        y = corner[1] + down * step * size[1] / SIDE
        yield min(max(0.0, x), width - size[0]), min(max(0.0, y), height - size[1])


def _at(corner: tuple[float, float], size: tuple[int, int]) -> Region:
    return *corner, corner[0] + size[0], corner[1] + size[1]


def _averaged(picture: Grey, box: Region, size: tuple[int, int]) -> Floats:
    """Return the part of ``picture`` in ``box`` averaged to ``size`` (width, height) px."""
    small = Image.fromarray(picture).resize(size, Image.Resampling.BOX, box=box)
    return np.asarray(small, np.float64)


def _names(card: Card) -> set[str]:
    """Return the names under which crops may know a scene as their parent."""
    foreign = {alias.removeprefix("dota/") for alias in card.aliases if alias.startswith("dota/")}
    return {card.stem} | foreign


def _realm(card: Card, name: str) -> str:
    """Return within what ``name`` means one image."""
    return "dota" if is_of_dota(name) else f"{card.source} {card.folder}"


def _different(known: Known, rows: Sequence[int]) -> list[int]:
    """Return the first of ``rows`` of each picture."""
    first = {known.cards[row].pixels: row for row in reversed(rows)}
    return sorted(first.values())
