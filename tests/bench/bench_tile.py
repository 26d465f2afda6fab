"""Tiles per second, against a plain Pillow loop with the same crops and the same JPEG settings.

Both start from the same PNG and JPEG files and end with encoded tiles; ours also clips and numbers
the objects. Rounds alternate, so that a busy machine slows both.
"""

import io
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from PIL import Image

from schemas.params import TileParams
from schemas.scene import IngestedScene
from schemas.tile import Tile
from tasks.tile import planned, tile_scene
from tests.bench.scenes import scene

SCENES, SIDE, OBJECTS, ROUNDS = 4, 3000, 300, 7
PARAMS = TileParams()


def ours(scenes: list[IngestedScene]) -> int:
    """Tile ``scenes`` and return how many bytes of JPEG came out."""
    rows = (row for one in scenes for row in tile_scene(one, PARAMS))
    return sum(len(row.image) for row in rows if isinstance(row, Tile))


def plain(scenes: list[IngestedScene]) -> int:
    """Do the same with nothing but Pillow, leaving the objects out."""
    total = 0
    for one in scenes:
        with Image.open(one.scene.uri) as file:
            image = file.convert("RGB")
        for w in planned(one, PARAMS):
            encoded = io.BytesIO()
            image.crop((w.x0, w.y0, w.x1, w.y1)).save(
                encoded, format="JPEG", quality=PARAMS.quality, subsampling=0
            )
            total += len(encoded.getvalue())
    return total


def seconds(work: Callable[[list[IngestedScene]], int], scenes: list[IngestedScene]) -> float:
    """Return how long one round takes."""
    begun = time.perf_counter()
    work(scenes)
    return time.perf_counter() - begun


def as_jpeg(one: IngestedScene) -> IngestedScene:
    """Write the scene once more, as JPEG."""
    path = Path(one.scene.uri).with_suffix(".jpg")
    with Image.open(one.scene.uri) as image:
        image.save(path, quality=92)
    return one.model_copy(update={"scene": one.scene.model_copy(update={"uri": str(path)})})


def measure(name: str, scenes: list[IngestedScene]) -> dict[str, float]:
    """Run both in turn and print a row of the table."""
    tiles = sum(len(planned(one, PARAMS)) for one in scenes)
    ours(scenes[:1])
    plain(scenes[:1])
    rounds = [(seconds(ours, scenes), seconds(plain, scenes)) for _ in range(ROUNDS)]
    mine, theirs = (tiles / median(times) for times in zip(*rounds, strict=True))
    ratio = median(b / a for a, b in rounds)
    print(f"{name:5} {tiles:6} {mine:10.1f} {theirs:10.1f} {ratio:8.2f}")
    return {
        "tiles_per_s": round(mine, 1), "pillow_tiles_per_s": round(theirs, 1),
        "ratio": round(ratio, 2),
    }  # fmt: skip


def main() -> None:
    """Run the benchmark."""
    with tempfile.TemporaryDirectory() as folder:
        png = [scene(Path(folder), number, SIDE, OBJECTS) for number in range(SCENES)]
        print(f"{'':5} {'tiles':>6} {'ours/s':>10} {'Pillow/s':>10} {'ratio':>8}")
        figures = {"png": measure("png", png), "jpeg": measure("jpeg", [as_jpeg(s) for s in png])}
    print(json.dumps({"bench": "tile", "quality": PARAMS.quality, **figures}))


if __name__ == "__main__":
    main()
