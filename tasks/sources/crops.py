"""Names by which crops of larger images tell what they were cut from, and where."""

import re
from typing import Final

from pydantic import Field

from schemas.record import Record

_BY_CORNER: Final = re.compile(r"(.+?)__(\d+(?:\.\d+)?)__(-?\d+)___(-?\d+)")  # DOTA devkit
_BY_SIDES: Final = re.compile(r"(P\d+)_(\d+)_(\d+)_(\d+)_(\d+)")  # mmrotate and GeoPixel
_BY_NUMBER: Final = re.compile(r"(P\d+)_\d{4}")  # GeoChat and VRSBench
_OF_DOTA: Final = re.compile(r"P\d{4}")

Region = tuple[float, float, float, float]


class CropName(Record):
    """What the name of a crop says of it."""

    parent: str = Field(description="name of the image that it was cut from, without suffix")
    corner: tuple[float, float] | None = Field(
        None, description="x and y of its upper left corner, px of the parent"
    )
    size: tuple[float, float] | None = Field(None, description="width and height, px of the parent")
    rate: float = Field(1.0, gt=0, description="by how much the parent was scaled before the cut")

    def region(self, width: int, height: int) -> Region | None:
        """Return x0, y0, x1, y1 in px of the parent for a crop of ``width``×``height`` px."""
        if self.corner is None:
            return None
        (x, y), (w, h) = self.corner, self.size or (width / self.rate, height / self.rate)
        return x, y, x + w, y + h


def crop_of(name: str) -> CropName | None:
    """Return what ``name``, a file name without suffix, says if it is that of a crop.

    Forms: ``id__rate__x___y`` (corner in px of the scaled parent), ``id_x0_x1_y0_y1``, and
    ``id_number``, which does not say where it was cut.
    """
    if found := _BY_CORNER.fullmatch(name):
        return _by_corner(found)
    if found := _BY_SIDES.fullmatch(name):
        return _by_sides(found)
    if found := _BY_NUMBER.fullmatch(name):
        return CropName(parent=found[1])
    return None


def parent_of(name: str) -> str | None:
    """Return the name of the image that ``name``, a file name without suffix, is a crop of."""
    found = crop_of(name)
    return found.parent if found else None


def is_of_dota(name: str) -> bool:
    """Say whether ``name`` is one of DOTA's, whose images many datasets are cut from."""
    return _OF_DOTA.fullmatch(name) is not None


def _by_corner(found: re.Match[str]) -> CropName:
    rate = float(found[2])
    if not 0 < rate < float("inf"):
        return CropName(parent=found[1])
    corner = (_pixels(found[3]) / rate, _pixels(found[4]) / rate)
    return CropName(parent=found[1], corner=corner, rate=rate)


def _by_sides(found: re.Match[str]) -> CropName:
    x0, x1, y0, y1 = (_pixels(side) for side in found.groups()[1:])
    if x0 >= x1 or y0 >= y1:
        return CropName(parent=found[1])
    return CropName(parent=found[1], corner=(x0, y0), size=(x1 - x0, y1 - y0))


def _pixels(digits: str) -> float:
    """Return a number of px; one too long to be any is far outside."""
    return float(digits[:12])
