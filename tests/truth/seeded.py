"""Seeded scenes: a tile with its labels, and a picture painted so that its colours are real."""

import random
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from schemas.geometry import Polygon, Window
from schemas.record import content_id
from schemas.scene import LabelOrigin, Scene
from schemas.tile import TileObject, TileOutline
from schemas.vocabulary import Shape, Split
from tasks.imagery.encode import encode_jpeg
from tests.truth.checking import Shown
from tests.truth.layout import Placed, Plot, fill, natures, themes

PAINTS: Final = {
    "white": (242, 243, 242), "grey": (132, 133, 132), "black": (22, 22, 25),
    "red": (186, 34, 32), "orange": (232, 128, 34), "brown": (116, 76, 44),
    "yellow": (234, 204, 50), "green": (44, 142, 66), "blue": (36, 76, 178),
}  # fmt: skip
GROUNDS: Final = {
    "asphalt": (84, 85, 88), "sand": (196, 178, 140), "water": (46, 82, 96),
    "concrete": (170, 167, 158), "grass": (112, 124, 84),
}  # fmt: skip
SIZES: Final = ((640, 512), (800, 600), (896, 896), (1024, 768))
CUT: Final = 0.15  # share of scenes in which an edge cuts something, or a label is doubtful
UNKNOWN_GSD: Final = 0.3
NORTH_UP: Final = 0.4
OPEN: Final = 0.25  # share of scenes in which one class is not labelled in full


def seeded_scene(seed: int) -> Shown:
    """Return scene ``seed``: two to four classes in formations, painted, with its labels."""
    draw = random.Random(f"scene {seed}")
    theme = themes()[draw.choice(sorted(themes()))]
    width, height = draw.choice(SIZES)
    plot = Plot(width, height, round(draw.uniform(*theme.gsd), 3), draw)
    while not plot.placed:
        fill(plot, theme)
    objects = tuple(_object(n, one) for n, one in enumerate(plot.placed, start=1))
    if draw.random() < CUT:
        objects = (*objects[:-1], _doubted(objects[-1], draw))
    jpeg = encode_jpeg(_painted(plot, GROUNDS[theme.ground], seed), 90)
    return Shown(_outline(seed, plot, objects), jpeg)


def _outline(seed: int, plot: Plot, objects: tuple[TileObject, ...]) -> TileOutline:
    closed = set(natures())
    if plot.draw.random() < OPEN:
        closed.discard(plot.draw.choice(sorted({one.category for one in objects})))
    gsd = None if plot.draw.random() < UNKNOWN_GSD else plot.gsd
    north = plot.draw.random() < NORTH_UP
    scene = Scene(
        id=content_id("seeded", seed), source="dota", name=f"images/S{seed:05d}.png",
        uri=f"file:///seeded/S{seed:05d}.png", sha256=f"{seed:064x}", perceptual_hash="0" * 16,
        width=plot.width, height=plot.height, bands=3, gsd=gsd,
        crs="EPSG:32633" if north else None,
        transform=(plot.gsd, 0, 500_000, 0, -plot.gsd, 5_000_000) if north else None,
        exhaustive=tuple(sorted(closed)),
    )  # fmt: skip
    return TileOutline(
        id=content_id("tile", scene.id),
        scene=scene,
        window=Window(x0=0, y0=0, x1=plot.width, y1=plot.height),
        split=Split.TRAIN,
        component=content_id("ground", scene.id),
        image_sha256=f"{seed:064x}",
        objects=objects,
    )


def _object(number: int, one: Placed) -> TileObject:
    corners: Polygon = tuple((round(x, 2), round(y, 2)) for x, y in one.corners)
    return TileObject(
        ref=f"o{number}", annotation_id=content_id("label", number, one.x, one.y),
        category=one.category, category_as_given=one.category.replace(" ", "-"),
        shape=Shape.OBB, polygon=corners, clipped=corners, visible=1, described=True,
        origin=LabelOrigin(file="labelTxt/S.txt", line=number + 2),
    )  # fmt: skip


def _doubted(one: TileObject, draw: random.Random) -> TileObject:
    """Return ``one`` as a label that the source itself doubts, or as a thing cut by an edge."""
    if draw.random() < 0.5:
        return one.model_copy(update={"difficult": 1})
    return one.model_copy(update={"visible": 0.7, "truncated": True})


def _painted(plot: Plot, ground: tuple[int, int, int], seed: int) -> NDArray[np.uint8]:
    """Paint the ground with noise at two scales, then each thing with its shadow and an edge."""
    rng = np.random.default_rng(seed)
    bare = np.broadcast_to(np.array(ground, np.uint8), (plot.height, plot.width, 3))
    image = Image.fromarray(_grained(bare, rng, 0.07))
    pen = ImageDraw.Draw(image)
    for one in plot.placed:
        pen.polygon([(x + 2, y + 2) for x, y in one.corners], fill=_shaded(ground, 0.55))
        paint = PAINTS[one.paint]
        pen.polygon(one.corners, fill=paint, outline=_shaded(paint, 0.8))
    return _grained(np.asarray(image), rng, 0.02)


def _grained(
    pixels: NDArray[np.uint8], rng: np.random.Generator, strength: float
) -> NDArray[np.uint8]:
    """Make ``pixels`` lighter and darker in squares of 32 px and of 2 px."""
    height, width = pixels.shape[:2]
    light = np.ones((height, width, 1), np.float32)
    for side in (32, 2):
        shape = (-(-height // side), -(-width // side))
        grain = rng.standard_normal(shape, dtype=np.float32).repeat(side, 0).repeat(side, 1)
        light[..., 0] += strength / 2 * grain[:height, :width]
    return np.clip(pixels * light, 0, 255).astype(np.uint8)


def _shaded(colour: tuple[int, int, int], light: float) -> tuple[int, int, int]:
    red, green, blue = (int(part * light) for part in colour)
    return red, green, blue
