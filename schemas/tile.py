"""Tiles: what a model sees, and the objects in it."""

from pydantic import Field

from schemas.geometry import Polygon, Window
from schemas.record import Record
from schemas.scene import Label, LabelOrigin, Scene, Sha256
from schemas.symmetry import TurnedTile
from schemas.vocabulary import Shape, Split


class TileObject(Record):
    """One object as it stands in one tile."""

    ref: str = Field(pattern=r"^o[1-9][0-9]*$", description="its number in the tile, such as o12")
    annotation_id: str
    category: str = Field(description="canonical class")
    category_as_given: str
    shape: Shape
    polygon: Polygon = Field(description="whole object as given, scene px")
    clipped: Polygon = Field(description="the part inside the tile, scene px")
    visible: float = Field(ge=0, le=1, description="share of the object's area inside the tile")
    described: bool = Field(description="visible enough to be described")
    difficult: int = Field(0, ge=0)
    truncated: bool = Field(False, description="cut by the tile's or the image's edge, or so given")
    crowd: bool = False
    origin: LabelOrigin


class TileOutline(Record):
    """A tile without its picture."""

    id: str = Field(description="hash of scene id, window and encoding")
    scene: Scene
    window: Window = Field(description="scene px")
    split: Split
    component: str = Field(description="same for all scenes that show the same ground")
    image_sha256: Sha256 = Field(description="of the encoded picture")
    objects: tuple[TileObject, ...] = Field(description="ordered by number")
    turned: TurnedTile | None = Field(
        None, description="how it was made of another tile, whose picture was turned"
    )


class Tile(TileOutline):
    """One row per tile: a crop of a scene, 8-bit RGB JPEG, one image px per scene px."""

    labels: tuple[Label, ...] = Field((), description="of its scene, on the first tile")
    image: bytes = Field(description="JPEG")


class LabelledTile(Record):
    """A tile with the labels in words of its scene, without picture and objects."""

    id: str = Field(description="hash of scene id, window and encoding")
    scene: Scene
    window: Window = Field(description="scene px")
    split: Split
    labels: tuple[Label, ...] = ()
