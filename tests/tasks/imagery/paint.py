"""Paints small seeded pictures and rasters for the tests of this folder."""

from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from PIL import Image


def picture(width: int = 60, height: int = 40, seed: int = 0) -> NDArray[np.uint8]:
    """Return a smooth RGB picture, so that lossy formats keep it nearly as it is."""
    y, x = np.mgrid[0:height, 0:width]
    phase = np.random.default_rng(seed).uniform(0, 3, 3)
    waves = [np.sin(x / 9 + p) + np.cos(y / 7 - p) for p in phase]
    return np.stack([(60 * w + 127).clip(0, 255) for w in waves], axis=-1).astype(np.uint8)


def raster(path: Path, bands: NDArray[np.generic], **profile: object) -> Path:
    """Write ``bands`` (bands, height, width) as a TIFF by rasterio."""
    count, height, width = bands.shape
    size = {"width": width, "height": height, "count": count, "dtype": bands.dtype.name}
    georeferenced = {
        "transform": rasterio.Affine(1, 0, 500_000, 0, -1, 4_000_000),
        "crs": "EPSG:32618",
    }
    with rasterio.open(path, "w", **{"driver": "GTiff", **size, **georeferenced, **profile}) as out:
        out.write(bands)
    return path


def save(path: Path, pixels: NDArray[np.generic], **options: object) -> Path:
    """Write ``pixels`` by Pillow in the format that the name says."""
    Image.fromarray(pixels).save(path, **options)
    return path
