"""Small seeded tiles for the tests of geometry and of what is written about it."""

import math
import random
from collections.abc import Sequence

from schemas.geometry import Polygon, Window
from schemas.record import content_id
from schemas.scene import LabelOrigin, Scene
from schemas.tile import TileObject, TileOutline
from schemas.vocabulary import Shape, Split


def rectangle(x: float, y: float, length: float, width: float, angle: float = 0.0) -> Polygon:
    """Return the corners of a rectangle round (x, y), its long side at ``angle`` degrees."""
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    corners = [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)]
    return tuple(
        (x + a * length * cos - b * width * sin, y + a * length * sin + b * width * cos)
        for a, b in corners
    )


def thing(
    number: int,
    category: str,
    polygon: Polygon,
    *,
    shape: Shape = Shape.OBB,
    visible: float = 1.0,
    described: bool = True,
    difficult: int = 0,
    crowd: bool = False,
) -> TileObject:
    """Return object ``number`` of a tile."""
    return TileObject(
        ref=f"o{number}",
        annotation_id=content_id("label", number, category),
        category=category,
        category_as_given=category.replace(" ", "-"),
        shape=shape,
        polygon=polygon,
        clipped=polygon,
        visible=visible,
        described=described,
        difficult=difficult,
        truncated=visible < 1,
        crowd=crowd,
        origin=LabelOrigin(file="labelTxt/P0001.txt", line=number + 2),
    )


def tile_of(
    objects: Sequence[TileObject],
    *,
    width: int = 900,
    height: int = 600,
    gsd: float | None = 0.3,
    exhaustive: Sequence[str] | None = None,
    name: str = "P0001.png",
    at: tuple[int, int] = (0, 0),
) -> TileOutline:
    """Return a tile with ``objects``; by default the source labels all of their classes fully."""
    classes = {o.category for o in objects} if exhaustive is None else set(exhaustive)
    scene = Scene(
        id=content_id("scene", name),
        source="dota",
        name=name,
        uri=f"file:///scenes/{name}",
        sha256="0" * 64,
        perceptual_hash="0" * 16,
        width=at[0] + width,
        height=at[1] + height,
        bands=3,
        gsd=gsd,
        licence="CC-BY-4.0",
        exhaustive=tuple(sorted(classes)),
    )
    window = Window(x0=at[0], y0=at[1], x1=at[0] + width, y1=at[1] + height)
    return TileOutline(
        id=content_id("tile", name, *at),
        scene=scene,
        window=window,
        split=Split.TRAIN,
        component="c" * 20,
        image_sha256="1" * 64,
        objects=tuple(objects),
    )


def random_tile(
    seed: int, count: int, classes: Sequence[str] = ("plane", "ship"), **options: object
) -> TileOutline:
    """Return a tile of ``count`` rectangles of ``classes`` drawn by ``seed``."""
    draw = random.Random(seed)
    objects = [
        thing(
            number,
            draw.choice(classes),
            rectangle(
                draw.uniform(40, 860),
                draw.uniform(40, 560),
                draw.uniform(12, 40),
                draw.uniform(6, 12),
                draw.uniform(0, 180),
            ),
        )
        for number in range(1, count + 1)
    ]
    return tile_of(objects, name=f"random-{seed}.png", **options)  # type: ignore[arg-type]


def dense_tile(count: int = 600) -> TileOutline:
    """Return a car park: rows of small vehicles, with a few large ones below."""
    objects = []
    for index in range(count):
        x, y = 30 + 28 * (index % 30), 30 + 42 * (index // 30)
        if index < count - 14:
            objects.append(thing(index + 1, "small vehicle", rectangle(x, y, 24, 11, 90)))
        else:
            place = index - count + 14
            outline = rectangle(60 + 55 * place, 950, 50, 16, 70)
            objects.append(thing(index + 1, "large vehicle", outline))
    return tile_of(objects, width=1024, height=1024, name="dense.png")
