"""Stage tile: cut scenes into tiles that a model can see, with their objects clipped and numbered."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import Final

from schemas.errors import ImageError
from schemas.geometry import Box, Polygon, Window
from schemas.identity import Placement
from schemas.params import TileParams
from schemas.record import Record, content_id
from schemas.release import NOWHERE, Located, Part
from schemas.sample import Rejection
from schemas.scene import LabelledScene, ObjectAnnotation, Scene
from schemas.tile import Tile, TileObject
from schemas.vocabulary import Reason
from tasks._stage import Context, stage
from tasks.imagery.encode import SUBSAMPLING, encode_jpeg
from tasks.imagery.open import RgbImage, open_image
from tasks.imagery.windows import windows_for
from tasks.sources.located import ImagePlace, addresses
from tasks.spatial.polygons import box_of, clip, visible_fraction

WHOLE: Final = 0.999  # visible share from which an object counts as not cut: labels are not exact


NO_PICTURES: Final[Mapping[str, bytes]] = {}


class _Picture(Record):
    """The columns of a tile that do not rest on its labels."""

    id: str
    image: bytes


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


@stage("tile", writes=Tile, version=2, scenes="scenes")
def tile_shard(
    context: Context, scenes: Part, placed: Part, params: TileParams, located: Located = NOWHERE
) -> Iterator[Tile | Rejection]:
    """Cut every scene of the shard that has a place into tiles; one scene is open at a time.

    ``located`` says where the images are. One is opened only where an earlier part lacks a picture
    that is needed: pictures rest on image, window and encoding, which the id of a tile stands for.
    """
    places = {place.scene_id: place for place in context.rows(placed, Placement)}
    images = addresses((part, context.rows(part, ImagePlace)) for part in located.parts)
    for ingested in context.rows(scenes, LabelledScene):
        scene = ingested.scene
        place = places.get(scene.id)
        if place:
            context.candidates += len(planned(ingested, params))
            there = scene.model_copy(update={"uri": images.get(scene.id, scene.uri)})
            pictures = {one.id: one.image for one in context.earlier(scene.id, _Picture)}
            found = ingested.model_copy(update={"scene": there})
            yield from tile_scene(found, place, params, pictures)


def planned(ingested: LabelledScene, params: TileParams) -> tuple[Window, ...]:
    """Return the windows that the scene is to be cut into."""
    objects, scene = _objects(ingested), ingested.scene
    in_words = len(ingested.annotations) > len(objects)
    size = max(params.size, params.whole) if in_words and not objects else params.size
    boxes = [box_of(annotation.polygon) for annotation in objects]
    return windows_for(scene.width, scene.height, boxes, size, params.overlap)


def tile_scene(
    ingested: LabelledScene,
    place: Placement,
    params: TileParams,
    pictures: Mapping[str, bytes] = NO_PICTURES,
) -> Iterator[Tile | Rejection]:
    """Yield one Tile per planned window, or a Rejection for each that cannot be read.

    The image is not opened for tiles of which ``pictures`` has the picture, by id.
    """
    scene, labels = ingested.scene, [_Label(annotation) for annotation in _objects(ingested)]
    words = tuple(a for a in ingested.annotations if not isinstance(a, ObjectAnnotation))
    todo = planned(ingested, params)
    there = {window: pictures.get(tile_id(scene, window, params)) for window in todo}
    with ExitStack() as stack:
        try:
            image = None if all(there.values()) else _opened(scene, stack)
        except ImageError as error:
            yield from (_rejection(scene, window, params, error) for window in todo)
            return
        for window in todo:
            try:
                picture = there[window] or _encoded(image, window, params)
                tile = _tile(scene, window, place, picture, labels, params)
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


def _opened(scene: Scene, stack: ExitStack) -> RgbImage:
    image = stack.enter_context(open_image(scene.uri))
    _check_size(scene, image)
    return image


def _encoded(image: RgbImage | None, window: Window, params: TileParams) -> bytes:
    if image is None:
        raise AssertionError  # it is open where a picture is missing
    return encode_jpeg(image.read(window), params.quality)


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
    picture: bytes,
    labels: Sequence[_Label],
    params: TileParams,
) -> Tile:
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
    where = f"“{scene.name}”"  # not its address: a folder that is moved changes no row
    return Rejection(
        stage="tile",
        subject="tile",
        subject_id=tile_id(scene, window, params),
        source=scene.source,
        reason=Reason.UNREADABLE_IMAGE,
        detail=str(error).replace(scene.uri, where) if scene.uri else str(error),
        file=scene.name,
        scene_id=scene.id,
    )
