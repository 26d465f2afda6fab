"""Boxes of labels in the canonical form: ``[x0, y0, x1, y1]``, whole px of the tile."""

import re
from dataclasses import dataclass
from typing import Final

from schemas.geometry import Box, Polygon, Window
from tasks.labels.columns import Image
from tasks.labels.sheet import Thing
from tasks.spatial.polygons import box_of, clip

CANONICAL: Final = re.compile(r"\[(\d+), (\d+), (\d+), (\d+)\]")
UNNAMED: Final = "object"  # class of what the source boxes without a class
LEFT_OVER: Final = (
    "its box has no area inside the image in whole px; correct the box in the label file"
)


@dataclass(frozen=True)
class Placed:
    """An outline inside its image, and its box as it is written."""

    polygon: Polygon
    box: Box
    text: str

    def thing(self, ref: str, annotation_id: str, category: str | None) -> Thing:
        """Return it as an object of a draft."""
        return Thing(ref, annotation_id, category or UNNAMED, self.polygon, self.box)


def place(corners: Polygon, image: Image) -> Placed | None:
    """Return what of ``corners`` (scene px) is inside ``image``, a whole scene; None without area."""
    polygon = tuple((x, y) for x, y in corners)
    x0, y0, x1, y1 = box_of(polygon)
    if x0 < 0 or y0 < 0 or x1 > image.width or y1 > image.height:
        inside = clip(polygon, Window(x0=0, y0=0, x1=image.width, y1=image.height))
        if inside is None:
            return None
        polygon = inside
        x0, y0, x1, y1 = box_of(polygon)
    left, top, right, bottom = round(x0), round(y0), round(x1), round(y1)
    if right <= left or bottom <= top:
        return None
    return Placed(polygon, (x0, y0, x1, y1), f"[{left}, {top}, {right}, {bottom}]")
