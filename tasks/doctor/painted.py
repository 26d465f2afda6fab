"""A small tile with one car on asphalt, painted for questions whose answer is known."""

from functools import cache
from hashlib import sha256
from typing import Final

import numpy as np

from schemas.geometry import Window
from schemas.record import content_id
from schemas.scene import LabelOrigin, Scene
from schemas.tile import Tile, TileObject
from schemas.vocabulary import Shape, Split
from tasks.imagery.encode import encode_jpeg

SIDE: Final = 256  # px
CAR: Final = ((96.0, 112.0), (160.0, 112.0), (160.0, 144.0), (96.0, 144.0))
COLOUR: Final = "red"


@cache
def painted_tile() -> Tile:
    """Return the tile; the same every time."""
    pixels = np.full((SIDE, SIDE, 3), 105, np.uint8)
    pixels[112:144, 96:160] = (205, 25, 25)
    image = encode_jpeg(pixels, 90)
    digest = sha256(image).hexdigest()
    scene = Scene(
        id=content_id("doctor"), source="painted", name="car.png", uri="file:///car.png",
        sha256=digest, perceptual_hash="0" * 16, width=SIDE, height=SIDE, bands=3, gsd=0.1,
        licence="CC0-1.0", exhaustive=("small vehicle",),
    )  # fmt: skip
    car = TileObject(
        ref="o1", annotation_id=content_id("doctor", 1), category="small vehicle",
        category_as_given="small-vehicle", shape=Shape.OBB, polygon=CAR, clipped=CAR, visible=1,
        described=True, origin=LabelOrigin(file="car.txt", line=1),
    )  # fmt: skip
    return Tile(
        id=content_id("doctor", "tile"), scene=scene,
        window=Window(x0=0, y0=0, x1=SIDE, y1=SIDE), split=Split.TRAIN, component="0" * 20,
        image_sha256=digest, objects=(car,), image=image,
    )  # fmt: skip
