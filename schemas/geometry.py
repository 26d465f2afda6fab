"""Points, polygons and windows in the one canonical frame.

Pixels of the scene, origin at the outer corner of the upper-left pixel, x to the right, y down;
windows are half-open. Polygons are kept as given, an oriented box as its four corners in order.
"""

from pydantic import Field, model_validator

from schemas.record import Record

Point = tuple[float, float]
Polygon = tuple[Point, ...]
Box = tuple[float, float, float, float]


class Window(Record):
    """A half-open pixel rectangle of a scene: x0 ≤ x < x1, y0 ≤ y < y1."""

    x0: int = Field(ge=0, description="left edge, px")
    y0: int = Field(ge=0, description="upper edge, px")
    x1: int = Field(gt=0, description="right edge, px, exclusive")
    y1: int = Field(gt=0, description="lower edge, px, exclusive")

    @model_validator(mode="after")
    def _has_area(self) -> "Window":
        if self.x1 <= self.x0 or self.y1 <= self.y0:
            raise ValueError(f"window {self.x0, self.y0, self.x1, self.y1} has no area")
        return self

    @property
    def width(self) -> int:
        """Width in px."""
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        """Height in px."""
        return self.y1 - self.y0
