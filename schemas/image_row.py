"""What the images table of a release holds: the picture, its objects and its samples in one row."""

from typing import Annotated

from pydantic import Field

from schemas.geometry import Box, Polygon, Window
from schemas.record import Record
from schemas.symmetry import TurnedTile
from schemas.turn import Turn
from schemas.vocabulary import Split, TaskType


class EncodedImage(Record):
    """A picture as Hugging Face ``datasets`` stores it: decoded with no code."""

    bytes: Annotated[bytes, Field(description="JPEG")]
    path: str = Field(description="file name to give it, <tile id>.jpg")


class ImageObject(Record):
    """One annotated object of a published tile."""

    ref: str = Field(description="number in the tile, such as o12")
    category: str = Field(description="canonical class")
    polygon: Polygon = Field(description="the part inside the tile, scene px")
    box: Box = Field(description="x0, y0, x1, y1 round that part, scene px")
    described: bool = Field(description="visible enough to be described")


class ImageSample(Record):
    """One sample of a published tile: the text only; the samples table has the rest."""

    id: str = Field(description="id of the row in the samples table")
    task: TaskType = Field(description="what the sample asks for")
    turns: tuple[Turn, ...] = Field(description="question and answer by turns")


class ImageRow(Record):
    """One row per tile with at least one published sample.

    Coordinates are scene px; those of the picture are (x - window.x0, y - window.y0). Where it was
    turned, the turned picture is the scene.
    """

    image: EncodedImage = Field(description="the picture, decoded by datasets with no code")
    tile_id: str = Field(description="hash of the scene and the window")
    scene_id: str = Field(description="hash of the source and the picture's content")
    scene: str = Field(description="path of the source image relative to the source folder")
    source: str = Field(description="name of the source format")
    split: Split = Field(description="of the scene")
    component: str = Field(description="same for all scenes that show the same ground")
    window: Window = Field(description="the tile, scene px")
    width: int = Field(gt=0, description="of the picture, px")
    height: int = Field(gt=0, description="of the picture, px")
    gsd: float | None = Field(None, gt=0, description="metres per pixel")
    licence: str | None = Field(
        None, description="terms of the picture and its labels; none where they are not known"
    )
    attribution: str | None = Field(None, description="whom those terms name")
    objects: tuple[ImageObject, ...] = Field(
        description="every labelled object that is seen in the tile"
    )
    samples: tuple[ImageSample, ...] = Field(description="every sample of the tile")
    turned: TurnedTile | None = Field(
        None, description="how it was made of another tile, whose picture was turned"
    )
