"""Stage tile: cut scenes into tiles that a model can see, with their objects clipped and numbered."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.errors import ImageError
from schemas.geometry import Box, Polygon, Window
from schemas.identity import Placement
from schemas.params import TileParams
from schemas.record import content_id
from schemas.release import Part
from schemas.sample import Rejection
from schemas.scene import LabelledScene, ObjectAnnotation, Scene
from schemas.tile import Tile, TileObject
from schemas.vocabulary import Reason
from tasks._stage import Context, stage
from tasks.imagery.encode import SUBSAMPLING, encode_jpeg
from tasks.imagery.open import RgbImage, open_image
from tasks.imagery.windows import windows_for
from tasks.spatial.polygons import box_of, clip, visible_fraction

WHOLE: Final = 0.999  # visible share from which an object counts as not cut: labels are not exact


class _Label:
    """An object of a scene, with what is the same in all its tiles."""

    def __init__(self, annotation: ObjectAnnotation) -> None:
        self.annotation, self.box = annotation, box_of(annotation.polygon)
        self._whole: Polygon | None = None

    def meets(self, window: Window) -> bool:
        x0, y0, x1, y1 = self.box
        return x0 < window.x1 and x1 > window.x0 and y0 < window.y1 and y1 > window.y0

    def inside(self, window: Window) -> bool:
        x0, y0, x1, y1 = self.box
        return x0 >= window.x0 and x1 <= window.x1 and y0 >= window.y0 and y1 <= window.y1

    def part(self, window: Window) -> tuple[Polygon | None, float]:
        """Return what of it is in ``window``, and the share that this is of its area."""
        polygon = self.annotation.polygon
        if not self.inside(window):
            return clip(polygon, window), round(visible_fraction(polygon, window), 4)
        self._whole = self._whole or clip(polygon, window)
        return self._whole, 1.0


@dataclass(frozen=True)
class _Placed:
    """One object that reaches into a tile."""

    annotation: ObjectAnnotation
    part: Polygon  # inside the tile, scene px
    visible: float

    @cached_property
    def box(self) -> Box:
        return box_of(self.part)

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1]

    @property
    def x(self) -> float:
        return (self.box[0] + self.box[2]) / 2

    @property
    def y(self) -> float:
        return (self.box[1] + self.box[3]) / 2


@stage("tile", writes=Tile)
def tile_shard(
    context: Context, scenes: Part, placed: Part, params: TileParams
) -> Iterator[Tile | Rejection]:
    """Cut every scene of the shard that has a place into tiles; one scene is open at a time."""
    places = {place.scene_id: place for place in context.rows(placed, Placement)}
    for ingested in context.rows(scenes, LabelledScene):
        place = places.get(ingested.scene.id)
        if place:
            context.candidates += len(planned(ingested, params))
            yield from tile_scene(ingested, place, params)


def planned(ingested: LabelledScene, params: TileParams) -> tuple[Window, ...]:
    """Return the windows that the scene is to be cut into."""
    objects, scene = _objects(ingested), ingested.scene
    in_words = len(ingested.annotations) > len(objects)
    size = max(params.size, params.whole) if in_words and not objects else params.size
    boxes = [box_of(annotation.polygon) for annotation in objects]
    return windows_for(scene.width, scene.height, boxes, size, params.overlap)


def tile_scene(
    ingested: LabelledScene, place: Placement, params: TileParams
) -> Iterator[Tile | Rejection]:
    """Yield one Tile per planned window, or a Rejection for each that cannot be read."""
    scene, labels = ingested.scene, [_Label(annotation) for annotation in _objects(ingested)]
    words = tuple(a for a in ingested.annotations if not isinstance(a, ObjectAnnotation))
    todo = planned(ingested, params)
    with ExitStack() as stack:
        try:
            image = stack.enter_context(open_image(scene.uri))
            _check_size(scene, image)
        except ImageError as error:
            yield from (_rejection(scene, window, params, error) for window in todo)
            return
        for window in todo:
            try:
                tile = _tile(scene, window, place, image.read(window), labels, params)
                yield tile.model_copy(update={"labels": words if window == todo[0] else ()})
            except ImageError as error:
                yield _rejection(scene, window, params, error)


def tile_id(scene: Scene, window: Window, params: TileParams) -> str:
    """Return the id of a tile: hash of scene id, window and encoding."""
    corners = f"{window.x0} {window.y0} {window.x1} {window.y1}"
    return content_id("tile", scene.id, corners, f"jpeg {params.quality} {SUBSAMPLING}")


def placed_in(
    annotations: Iterable[ObjectAnnotation], window: Window, min_visible: float
) -> tuple[TileObject, ...]:
    """Return the objects that reach into ``window``, clipped and numbered o1, o2 ….

    Those described come first, class by class in reading order, so that neighbours have
    neighbouring numbers; then those of which less than ``min_visible`` is inside.
    """
    return _placed([_Label(annotation) for annotation in annotations], window, min_visible)


def _placed(labels: Sequence[_Label], window: Window, min_visible: float) -> tuple[TileObject, ...]:
    parts = [(label, *label.part(window)) for label in labels if label.meets(window)]
    placed = [_Placed(label.annotation, part, share) for label, part, share in parts if part]
    seen = [one for one in placed if one.visible >= min_visible]
    partly = [one for one in placed if one.visible < min_visible]
    ordered = (*_by_class_and_row(seen), *_by_class_and_row(partly))
    return tuple(
        _object(number, one, number <= len(seen)) for number, one in enumerate(ordered, start=1)
    )


def _objects(ingested: LabelledScene) -> list[ObjectAnnotation]:
    return [a for a in ingested.annotations if isinstance(a, ObjectAnnotation)]


def _check_size(scene: Scene, image: RgbImage) -> None:
    if (image.width, image.height) != (scene.width, scene.height):
        raise ImageError(
            f"{scene.uri} is {image.width}×{image.height} px, but was {scene.width}×{scene.height} "
            "px when it was read in. Was it replaced? Run the build again."
        )


def _tile(
    scene: Scene,
    window: Window,
    place: Placement,
    pixels: NDArray[np.uint8],
    labels: Sequence[_Label],
    params: TileParams,
) -> Tile:
    picture = encode_jpeg(pixels, params.quality)
    return Tile(
        id=tile_id(scene, window, params),
        scene=scene,
        window=window,
        split=place.split,
        component=place.component,
        image_sha256=hashlib.sha256(picture).hexdigest(),
        objects=_placed(labels, window, params.min_visible),
        image=picture,
    )


def _object(number: int, one: _Placed, described: bool) -> TileObject:
    annotation = one.annotation
    return TileObject(
        ref=f"o{number}",
        annotation_id=annotation.id,
        category=annotation.category,
        category_as_given=annotation.category_as_given,
        shape=annotation.shape,
        polygon=annotation.polygon,
        clipped=one.part,
        visible=one.visible,
        described=described,
        difficult=annotation.difficult,
        truncated=annotation.truncated or one.visible < WHOLE,
        crowd=annotation.crowd,
        origin=annotation.origin,
    )


def _by_class_and_row(placed: Sequence[_Placed]) -> Iterator[_Placed]:
    for category in sorted({one.annotation.category for one in placed}):
        yield from _in_reading_order([o for o in placed if o.annotation.category == category])


def _in_reading_order(placed: Sequence[_Placed]) -> Iterator[_Placed]:
    """Yield objects row by row, left to right; a row is as high as their median height."""
    height = median(one.height for one in placed)
    rows: list[list[_Placed]] = []
    for one in sorted(placed, key=lambda one: (one.y, one.annotation.id)):
        if not rows or one.y > rows[-1][0].y + height:
            rows.append([])
        rows[-1].append(one)
    for row in rows:
        yield from sorted(row, key=lambda one: (one.x, one.annotation.id))


def _rejection(scene: Scene, window: Window, params: TileParams, error: ImageError) -> Rejection:
    return Rejection(
        stage="tile",
        subject="tile",
        subject_id=tile_id(scene, window, params),
        source=scene.source,
        reason=Reason.UNREADABLE_IMAGE,
        detail=str(error),
        file=scene.name,
    )
