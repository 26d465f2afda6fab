"""Seeded scenes for the benchmarks: ground with structure, objects on it, any number of them."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from schemas.record import content_id
from schemas.scene import IngestedScene, LabelOrigin, ObjectAnnotation, Scene
from schemas.vocabulary import Shape
from tests.fixtures.placing import LOOK

CLASSES = ("small vehicle", "large vehicle", "ship", "plane")


def picture(side: int, seed: int) -> NDArray[np.uint8]:
    """Return a ``side`` × ``side`` px RGB picture with detail at several scales."""
    rng = np.random.default_rng(seed)
    ground = np.zeros((side, side, 3), np.float32)
    for cell, weight in ((256, 90), (32, 50), (4, 30), (1, 12)):
        coarse = rng.random((-(-side // cell), -(-side // cell), 3), dtype=np.float32)
        ground += weight * coarse.repeat(cell, axis=0).repeat(cell, axis=1)[:side, :side]
    return (ground + 30).clip(0, 255).astype(np.uint8)


def scene(
    folder: Path, number: int, side: int, objects: int, suffix: str = ".png"
) -> IngestedScene:
    """Write scene ``number`` into ``folder`` and return its record."""
    path = folder / f"{number:04d}{suffix}"
    options = {"compress_level": 1} if suffix == ".png" else {"quality": 92}
    Image.fromarray(picture(side, number)).save(path, **options)
    source = Scene(
        id=content_id("scene", "dota", number), source="dota", name=path.name, uri=str(path),
        sha256="0" * 64, perceptual_hash="0" * 16, width=side, height=side, bands=3, gsd=0.3,
    )  # fmt: skip
    rng = np.random.default_rng(number)
    return IngestedScene(
        scene=source,
        look=LOOK,
        annotations=tuple(_label(n, side, rng) for n in range(1, objects + 1)),
    )


def _label(number: int, side: int, rng: np.random.Generator) -> ObjectAnnotation:
    x, y = (float(value) for value in rng.uniform(20, side - 20, 2))
    length, angle = float(rng.uniform(8, 60)), float(rng.uniform(0, np.pi))
    along = np.array([np.cos(angle), np.sin(angle)]) * length / 2
    across = np.array([-np.sin(angle), np.cos(angle)]) * length / 5
    corners = [along + across, along - across, -along - across, -along + across]
    category = CLASSES[int(rng.integers(len(CLASSES)))]
    return ObjectAnnotation(
        id=content_id("label", number, x, y),
        shape=Shape.OBB,
        polygon=tuple((x + float(dx), y + float(dy)) for dx, dy in corners),
        category_as_given=category.replace(" ", "-"),
        category=category,
        origin=LabelOrigin(file="labelTxt/a.txt", line=number),
    )
