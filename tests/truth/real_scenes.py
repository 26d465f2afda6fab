"""The scenes of real data that the hand-written sentences speak of, each as one tile.

The folder is not part of the project; see its own README for what is in it. DOTA, COCO (NWPU VHR-10
and the terrain) and HRRSD are read by their readers, so that a class is labelled in full where the
reader says so. Of GeoPixel's scene the polygons are taken, all of tennis courts, the one class that
they cover in full; of DIOR-RSVG's the one region that is known, a ship, and no class in full.
"""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from schemas.geometry import Polygon, Window
from schemas.params import SourceSpec
from schemas.record import content_id
from schemas.scene import LabelOrigin, ObjectAnnotation, Scene
from schemas.tile import TileOutline
from schemas.vocabulary import Shape, Split
from tasks.imagery.encode import encode_jpeg
from tasks.lexicon.lexicon import canonical
from tasks.sources.folder import SourceFolder
from tasks.sources.protocol import SceneLabels
from tasks.sources.registry import source_named
from tasks.tile import placed_in
from tests.truth.checking import Shown

MIN_VISIBLE: Final = 0.4
QUALITY: Final = 90
READERS: Final = {"dota": "dota", "coco_terrain": "coco", "vhr10": "coco", "hrrsd": "hrrsd"}
SHIP: Final[Polygon] = ((498, 565), (557, 565), (557, 665), (498, 665))


def real_scene(data: Path, name: str) -> Shown:
    """Return the scene called FOLDER/STEM, such as “hrrsd/00101”; the stem may be a beginning.

    Raises KeyError for a scene that is not there.
    """
    folder, stem = name.split("/")
    if folder == "geopixel":
        return _geopixel(data / folder)
    if folder == "dior_rsvg":
        picture = data / folder / "JPEGImages" / "00006.jpg"
        return _shown(name, [_object("ship", SHIP, Shape.HBB, 1)], (), picture)
    found = [row for row in _read(data / folder, READERS[folder]) if _is_called(row, stem)]
    if len(found) != 1:
        raise KeyError(f"{len(found)} scenes called {name} below {data}")
    return _labelled(data / folder, name, found[0])


@cache
def _read(folder: Path, reader: str) -> tuple[SceneLabels, ...]:
    spec = SourceSpec(name=reader, path=str(folder))
    rows = source_named(reader).read(SourceFolder(spec.path), spec)
    return tuple(row for row in rows if isinstance(row, SceneLabels))


def _is_called(row: SceneLabels, stem: str) -> bool:
    return Path(row.name).stem.split("__")[0] == stem


def _labelled(folder: Path, name: str, row: SceneLabels) -> Shown:
    objects = [
        one.model_copy(update={"id": content_id("label", name, n)})
        for n, one in enumerate(row.annotations)
        if isinstance(one, ObjectAnnotation)
    ]
    closed = sorted({canonical(category) for category in row.classes})
    picture = folder / row.name if row.present else None
    size = None if row.width is None or row.height is None else (row.width, row.height)
    return _shown(name, objects, closed, picture, size=size, gsd=row.gsd)


def _geopixel(folder: Path) -> Shown:
    (label,) = folder.glob("*.json")
    polygons = json.loads(label.read_text())["polygons"]
    objects = [
        _object("tennis court", tuple((float(x), float(y)) for x, y in rings[0]), Shape.POLYGON, n)
        for n, rings in enumerate(polygons, start=1)
    ]
    return _shown(f"geopixel/{label.stem}", objects, ("tennis court",), label.with_suffix(".png"))


def _object(category: str, polygon: Polygon, shape: Shape, number: int) -> ObjectAnnotation:
    return ObjectAnnotation(
        id=content_id("label", category, number), shape=shape, polygon=polygon,
        category_as_given=category, category=category,
        origin=LabelOrigin(file="labels", line=number),
    )  # fmt: skip


def _shown(
    name: str,
    objects: Iterable[ObjectAnnotation],
    closed: Sequence[str],
    picture: Path | None,
    *,
    size: tuple[int, int] | None = None,
    gsd: float | None = None,
) -> Shown:
    jpeg = None
    if picture is not None:
        with Image.open(picture) as image:
            pixels = np.asarray(image.convert("RGB"))
        size, jpeg = (pixels.shape[1], pixels.shape[0]), encode_jpeg(pixels, QUALITY)
    if size is None:
        raise KeyError(f"the size of {name} is not known")
    scene = Scene(
        id=content_id("scene", name), source=READERS.get(name.split("/", maxsplit=1)[0], "jsonl"), name=name,
        uri=str(picture or name), sha256="0" * 64, perceptual_hash="0" * 16, width=size[0],
        height=size[1], bands=3, gsd=gsd, exhaustive=tuple(closed),
    )  # fmt: skip
    window = Window(x0=0, y0=0, x1=size[0], y1=size[1])
    outline = TileOutline(
        id=content_id("tile", name), scene=scene, window=window, split=Split.TEST,
        component=scene.id, image_sha256="0" * 64,
        objects=placed_in(objects, window, MIN_VISIBLE),
    )  # fmt: skip
    return Shown(outline, jpeg)
