"""Turned tiles. Each is a frame of its own: window at (0, 0), all coordinates px of its picture.

The scene of a turned tile is that frame, too: it keeps its id, file and licence, and has the size
of the tile and the transform from there to the ground, which knows where north is now. So every
rule that holds of tiles holds of turned ones.
"""

import hashlib
from typing import Final

from schemas.geometry import Polygon, Window
from schemas.record import content_id
from schemas.scene import Scene
from schemas.symmetry import Symmetry, TurnedTile
from schemas.tile import Tile, TileObject, TileOutline
from tasks.symmetry.geometry import Size, turn_polygon, turn_size, turn_transform
from tasks.symmetry.pictures import turn_picture

_OUTLINE: Final = tuple(TileOutline.model_fields)


class Placing:
    """The window of a tile, and where its points are when it is turned."""

    def __init__(self, window: Window, symmetry: Symmetry) -> None:
        self.window, self.symmetry = window, symmetry
        self.size = Size(window.width, window.height)

    @property
    def turned(self) -> Window:
        """The window of the turned tile."""
        width, height = turn_size(self.size, self.symmetry)
        return Window(x0=0, y0=0, x1=width, y1=height)

    def polygon(self, polygon: Polygon) -> Polygon:
        """Return ``polygon``, scene px, in px of the turned tile."""
        x0, y0 = self.window.x0, self.window.y0
        own = tuple((x - x0, y - y0) for x, y in polygon)
        return turn_polygon(own, self.size, self.symmetry)


def turned_id(tile_id: str, symmetry: Symmetry) -> str:
    """Return the id of a turned tile."""
    return content_id("turned", tile_id, symmetry)


def turn_outline(tile: TileOutline, symmetry: Symmetry) -> TileOutline:
    """Return ``tile`` turned, without its picture; ``image_sha256`` stays that of the tile's own."""
    placing = Placing(tile.window, symmetry)
    return TileOutline(
        id=turned_id(tile.id, symmetry),
        scene=_scene(tile.scene, placing),
        window=placing.turned,
        split=tile.split,
        component=tile.component,
        image_sha256=tile.image_sha256,
        objects=tuple(_object(thing, placing) for thing in tile.objects),
        turned=TurnedTile(symmetry=symmetry, tile=tile.id, window=tile.window),
    )


def turn_tile(tile: Tile, symmetry: Symmetry, quality: int) -> Tile:
    """Return ``tile`` turned, its picture encoded anew with ``quality`` 1 to 100, without labels.

    Raises ImageError where its picture is broken.
    """
    picture = turn_picture(tile.image, symmetry, quality)
    outline = turn_outline(tile, symmetry)
    fields = {name: getattr(outline, name) for name in _OUTLINE}
    fields["image_sha256"] = hashlib.sha256(picture).hexdigest()
    return Tile(**fields, image=picture)


def _object(thing: TileObject, placing: Placing) -> TileObject:
    outlines = {"polygon": thing.polygon, "clipped": thing.clipped}
    return thing.model_copy(update={name: placing.polygon(p) for name, p in outlines.items()})


def _scene(scene: Scene, placing: Placing) -> Scene:
    width, height = placing.turned.width, placing.turned.height
    corner = (float(placing.window.x0), float(placing.window.y0))
    transform = scene.transform and turn_transform(
        scene.transform, corner, placing.size, placing.symmetry
    )
    return scene.model_copy(update={"width": width, "height": height, "transform": transform})
