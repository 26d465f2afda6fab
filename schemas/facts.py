"""What is computed about a tile and shown to the teacher: the fact sheet.

All coordinates here are pixels of the tile (origin at its upper-left outer corner), because that is
the picture that the teacher sees. Angles are degrees, 0 = along x to the right, growing clockwise.
"""

from typing import Literal

from pydantic import Field

from schemas.geometry import Box, Polygon
from schemas.record import Record

Cell = Literal[
    "upper left", "upper centre", "upper right",
    "centre left", "centre", "centre right",
    "lower left", "lower centre", "lower right",
]  # fmt: skip
RelationKind = Literal["left_of", "right_of", "above", "below", "next_to", "inside", "nearest"]


class ObjectFact(Record):
    """One described object of a tile."""

    ref: str = Field(description="number in the tile, such as o12")
    category: str = Field(description="canonical class")
    box: Box = Field(description="x0, y0, x1, y1 of the visible part, tile px")
    polygon: Polygon = Field(description="visible part, tile px")
    cell: Cell = Field(description="cell of the 3×3 grid that holds its centre")
    length: float = Field(ge=0, description="longer side of the least rectangle round it, px")
    width: float = Field(ge=0, description="shorter side, px")
    length_m: float | None = Field(None, description="m, where the gsd is known")
    width_m: float | None = Field(None, description="m, where the gsd is known")
    angle: float | None = Field(
        None, ge=0, lt=180, description="of the longer side; none when not elongated"
    )
    size_in_class: Literal["large", "middle", "small"] | None = Field(
        None, description="against the same class in this tile; none when all are alike or alone"
    )
    truncated: bool
    crowd: bool = False


class RelationFact(Record):
    """``subject`` stands in ``relation`` to ``object``, by a margin that leaves no doubt."""

    subject: str = Field(description="ref")
    relation: RelationKind
    object: str = Field(description="ref")
    margin: float = Field(description="gap between the two, px")
    margin_m: float | None = Field(None, description="m, where the gsd is known")


class GroupFact(Record):
    """Objects of one class that form a row or a cluster, or share a grid cell."""

    kind: Literal["row", "cluster", "cell", "single"]
    category: str
    refs: tuple[str, ...]
    cell: Cell = Field(description="cell that holds the group's centre")
    box: Box = Field(description="x0, y0, x1, y1, tile px")
    angle: float | None = Field(None, ge=0, lt=180, description="of a row, degrees")


class CountFact(Record):
    """How many objects of a class the whole tile holds, by the annotations."""

    category: str
    count: int = Field(ge=0, description="objects visible enough to be described")
    partly_visible: int = Field(ge=0, description="objects cut so far that they are not described")
    exhaustive: bool = Field(description="the source labels every object of this class")
    crowd: bool = Field(
        False, description="some labels stand for several objects: count is a floor"
    )


class LocalFactText(Record):
    """One local fact, as the synthesis and the dialogue see it."""

    id: str = Field(pattern=r"^f[1-9][0-9]*$")
    text: str = Field(description="with <ref> tags")


class FactSheet(Record):
    """What one request tells the teacher about its tile."""

    width: int = Field(gt=0, description="of the tile, px")
    height: int = Field(gt=0, description="of the tile, px")
    gsd: float | None = Field(None, gt=0, description="m per px")
    north_up: bool
    counts: tuple[CountFact, ...]
    objects: tuple[ObjectFact, ...] = ()
    groups: tuple[GroupFact, ...] = ()
    relations: tuple[RelationFact, ...] = ()
    facts: tuple[LocalFactText, ...] = ()
