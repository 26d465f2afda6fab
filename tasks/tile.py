"""Stage tile: cut scenes into tiles that a model can see, with their objects clipped and numbered."""

from collections.abc import Iterator, Sequence
from statistics import median
from typing import Final

from schemas.errors import ImageError
from schemas.geometry import Box, Polygon, Window
from schemas.params import TileParams, split_of
from schemas.record import content_id
from schemas.release import Part
from schemas.sample import Rejection
from schemas.scene import IngestedScene, ObjectAnnotation, Scene
from schemas.tile import Tile, TileObject
from schemas.vocabulary import Reason
from tasks._stage import Context, stage
from tasks.imagery.encode import SUBSAMPLING, encode_jpeg
from tasks.imagery.open import RgbImage, open_image
from tasks.imagery.windows import windows_for
from tasks.spatial.polygons import box_of, clip, visible_fraction

WHOLE: Final = 0.999  # visible share from which an object counts as not cut: labels are not exact

Placed = tuple[ObjectAnnotation, Polygon, float]  # annotation, part inside the tile, visible share


@stage("tile", writes=Tile, version=1)
def tile_shard(
    context: Context, scenes: Part, params: TileParams
) -> Iterator[Tile | Rejection]:
    """Cut every scene of the shard into tiles; one scene is open at a time."""
    for ingested in context.rows(scenes, IngestedScene):
        context.candidates += len(planned(ingested, params))
        yield from tile_scene(ingested, params)


def planned(ingested: IngestedScene, params: TileParams) -> tuple[Window, ...]:
    """Return the windows that the scene is to be cut into."""
    boxes = [box_of(annotation.polygon) for annotation in _objects(ingested)]
    scene = ingested.scene
    return windows_for(scene.width, scene.height, boxes, params.size, params.overlap)


def tile_scene(ingested: IngestedScene, params: TileParams) -> Iterator[Tile | Rejection]:
    """Yield one Tile per planned window, or a Rejection for each that cannot be read."""
    scene, objects = ingested.scene, _objects(ingested)
    boxes = [box_of(annotation.polygon) for annotation in objects]
    todo = planned(ingested, params)
    try:
        with open_image(scene.uri) as image:
            _check_size(scene, image)
            for window in todo:
                near = [o for o, box in zip(objects, boxes, strict=True) if _meet(box, window)]
                yield _tile_or_rejection(image, scene, window, near, params)
    except ImageError as error:
        yield from (_rejection(scene, window, params, error) for window in todo)


def tile_id(scene: Scene, window: Window, params: TileParams) -> str:
    """Return the id of a tile: hash of scene id, window and encoding."""
    place = [window.x0, window.y0, window.x1, window.y1]
    return content_id("tile", scene.id, place, f"jpeg-{params.quality}-{SUBSAMPLING}")
