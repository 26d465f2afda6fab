"""Makes a huge TIFF, or tiles one and prints the peak memory of doing so.

    python -m tests.bench.huge make FILE SIDE ROWS_A_STRIP
    python -m tests.bench.huge tile FILE SIDE

ROWS_A_STRIP 0 makes a TIFF of 256 px blocks, a negative one a single compressed strip.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import rasterio
from rasterio.windows import Window as RasterWindow

from schemas.params import TileParams
from schemas.scene import LabelledScene, Scene
from schemas.tile import Tile
from tasks.tile import tile_scene
from tests.bench.memory import peak_mb
from tests.fixtures.placing import place


def make(path: Path, side: int, rows_a_strip: int, kind: str = "uint8") -> None:
    """Write a ``side`` × ``side`` px RGB TIFF, band of rows by band of rows."""
    layout: dict[str, object] = {"blockysize": rows_a_strip}
    if rows_a_strip == 0:
        layout = {"tiled": True, "blockxsize": 256, "blockysize": 256}
    if rows_a_strip < 0:
        layout = {"blockysize": side, "compress": "deflate", "zlevel": 1}
    rng = np.random.default_rng(0)
    profile = {"driver": "GTiff", "width": side, "height": side, "count": 3, "dtype": kind}
    georeferenced = {"transform": rasterio.Affine(1, 0, 5e5, 0, -1, 4e6), "crs": "EPSG:32618"}
    with (
        rasterio.Env(GDAL_CACHEMAX=128 << 20),
        rasterio.open(path, "w", **profile, **georeferenced, photometric="RGB", **layout) as out,
    ):
        for top in range(0, side, 500):
            rows = min(500, side - top)
            coarse = rng.integers(0, 250, (3, -(-rows // 10), -(-side // 10))).astype(kind)
            band = coarse.repeat(10, axis=1).repeat(10, axis=2)[:, :rows, :side]
            out.write(band, window=RasterWindow(0, top, side, rows))


def tile(path: Path, side: int) -> None:
    """Tile the TIFF by the default parameters and print one JSON line."""
    scene = Scene(
        id="0" * 20, source="dota", name=path.name, uri=str(path), sha256="0" * 64,
        perceptual_hash="0" * 16, width=side, height=side, bands=3,
    )  # fmt: skip
    begun = time.perf_counter()
    rows = tile_scene(LabelledScene(scene=scene, annotations=()), place(scene), TileParams())
    tiles = sum(isinstance(row, Tile) for row in rows)
    seconds = round(time.perf_counter() - begun, 1)
    print(json.dumps({"tiles": tiles, "seconds": seconds, "peak_mb": peak_mb()}))


if __name__ == "__main__":
    _, command, file, length, *rest = sys.argv
    if command == "make":
        make(Path(file), int(length), int(rest[0]), *rest[1:])
    else:
        tile(Path(file), int(length))
