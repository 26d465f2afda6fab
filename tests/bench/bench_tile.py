"""Tiles per second, against a plain Pillow loop with the same crops and the same JPEG settings.

All start from the same files and end with encoded tiles. “encoded” does just that by our reader and
encoder; “stage” is the whole of tile_scene, which also clips, numbers and hashes. Rounds alternate,
so that a busy machine slows all of them.
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
from tasks.imagery.encode import encode_jpeg
from tasks.imagery.open import open_image
from tasks.tile import planned, tile_scene
from tests.bench.scenes import scene
from tests.fixtures.placing import place

SCENES, SIDE, OBJECTS, ROUNDS = 4, 3000, 300, 7
PARAMS = TileParams()


def encoded(scenes: list[IngestedScene]) -> int:
    """Crop and encode by our reader and encoder; return how many bytes of JPEG came out."""
    total = 0
    for one in scenes:
        with open_image(one.scene.uri) as image:
            for window in planned(one, PARAMS):
                total += len(encode_jpeg(image.read(window), PARAMS.quality))
    return total


def stage(scenes: list[IngestedScene]) -> int:
    """Make whole tiles of ``scenes``."""
    rows = (row for one in scenes for row in tile_scene(one, place(one.scene), PARAMS))
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


def measure(name: str, scenes: list[IngestedScene]) -> dict[str, float]:
    """Run all three in turn and print a row of the table."""
    tiles = sum(len(planned(one, PARAMS)) for one in scenes)
    works = (encoded, stage, plain)
    rounds = [[seconds(work, scenes) for work in works] for _ in range(ROUNDS + 1)][1:]
    speeds = [tiles / median(times) for times in zip(*rounds, strict=True)]
    ratios = [median(times[2] / times[one] for times in rounds) for one in (0, 1)]
    print(f"{name:5} {tiles:6}" + "".join(f" {figure:10.2f}" for figure in (*speeds, *ratios)))
    return {
        "tiles_per_s": round(speeds[0], 1), "stage_tiles_per_s": round(speeds[1], 1),
        "pillow_tiles_per_s": round(speeds[2], 1),
        "ratio": round(ratios[0], 2), "stage_ratio": round(ratios[1], 2),
    }  # fmt: skip


def main() -> None:
    """Run the benchmark."""
    heads = ("encoded/s", "stage/s", "Pillow/s", "enc./Pil.", "stage/Pil.")
    print(f"{'':5} {'tiles':>6}" + "".join(f" {head:>10}" for head in heads))
    figures = {}
    for kind in ("png", "jpg"):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            scenes = [scene(folder, n, SIDE, OBJECTS, f".{kind}") for n in range(SCENES)]
            figures[kind] = measure(kind, scenes)
    print(json.dumps({"bench": "tile", "quality": PARAMS.quality, **figures}))


if __name__ == "__main__":
    main()
