"""The demo's scenes as the yardstick uses them: mirrored, so that no layout is the demo's own."""

import hashlib
from collections.abc import Iterable, Iterator

import numpy as np

from schemas.params import TileParams
from schemas.record import content_id
from schemas.scene import LabelOrigin, ObjectAnnotation, Scene
from schemas.tile import Tile, TileOutline
from schemas.vocabulary import Shape, Split
from tasks.demo.canvas import Label
from tasks.demo.paint import SCENES
from tasks.imagery.encode import encode_jpeg
from tasks.imagery.windows import windows
from tasks.lexicon.lexicon import canonical
from tasks.sources.dota import V1_0
from tasks.tile import placed_in, tile_id
from tests.truth.checking import Shown


def painted_tiles(seed: int, names: Iterable[str] = tuple(SCENES)) -> list[Shown]:
    """Return the tiles of the demo's scenes, painted by ``seed`` and mirrored at the diagonal."""
    return [shown for name in names for shown in _painted(name, seed)]


def with_picture(shown: Shown) -> Tile:
    """Return what is shown as a tile of the chain."""
    assert shown.picture is not None
    fields = {name: getattr(shown.outline, name) for name in TileOutline.model_fields}
    sha256 = hashlib.sha256(shown.picture).hexdigest()
    return Tile(**fields | {"image": shown.picture, "image_sha256": sha256})


def _painted(name: str, seed: int) -> Iterator[Shown]:
    canvas = SCENES[name](seed)
    pixels = np.asarray(canvas.picture()).transpose(1, 0, 2)
    height, width = pixels.shape[:2]
    scene = Scene(
        id=content_id("painted", name, seed), source="dota", name=f"images/{name}-{seed}.png",
        uri=f"file:///painted/{name}-{seed}.png", sha256="0" * 64, perceptual_hash="0" * 16,
        width=width, height=height, bands=3, gsd=canvas.gsd,
        exhaustive=tuple(sorted({canonical(one) for one in V1_0})),
    )  # fmt: skip
    labels = [_annotation(n, label) for n, label in enumerate(canvas.labels, start=1)]
    for window in windows(width, height, TileParams().size, TileParams().overlap):
        part = pixels[window.y0 : window.y1, window.x0 : window.x1]
        picture = encode_jpeg(np.ascontiguousarray(part), 90)
        outline = TileOutline(
            id=tile_id(scene, window, TileParams()), scene=scene, window=window,
            split=Split.TRAIN, component=scene.id, image_sha256="0" * 64,
            objects=placed_in(labels, window, TileParams().min_visible),
        )  # fmt: skip
        yield Shown(outline, picture)


def _annotation(number: int, label: Label) -> ObjectAnnotation:
    return ObjectAnnotation(
        id=content_id("painted", number, *label.corners[0]), shape=Shape.OBB,
        polygon=tuple((y, x) for x, y in label.corners), category_as_given=label.category,
        category=canonical(label.category), difficult=label.difficult,
        origin=LabelOrigin(file="labelTxt/painted.txt", line=number + 2),
    )  # fmt: skip
