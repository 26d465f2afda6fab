"""Windowed reading by GDAL (rasterio, extra ``geo``): memory follows the window, not the scene.

Knows what large rasters come as: grey, palette, RGB or more bands of any depth, with a mask, an
alpha band or a nodata value. What it leaves to Pillow (CMYK, CIELAB …) it says by giving None.
"""

import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window as RasterWindow

from schemas.geometry import Window
from tasks.imagery.stretch import SAMPLE_SIDE, Bands, measure

# GDAL would take 5 % of the machine's memory. This holds a row of tiles of a 20,000 px wide scene,
# so that a strip that crosses all of them is decoded once.
CACHE_BYTES: Final = 256 << 20

_RED_GREEN_BLUE: Final = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
_FOREIGN: Final = {
    ColorInterp.cyan, ColorInterp.magenta, ColorInterp.yellow, ColorInterp.black,
    ColorInterp.hue, ColorInterp.saturation, ColorInterp.lightness,
    ColorInterp.Y, ColorInterp.Cb, ColorInterp.Cr,
}  # fmt: skip
_OPENING: Final = threading.Lock()  # warning filters belong to the process, not to the thread

Colours = Callable[[Bands], NDArray[np.uint8]]  # (bands, h, w) → (1 or 3, h, w)


class Raster:
    """An open raster whose windows are read as 8-bit RGB."""

    def __init__(self, dataset: Any, bands: list[int], masked: bool, colours: Colours) -> None:
        self._dataset, self._bands = dataset, bands
        self._masked, self._colours = masked, colours
        self.width, self.height = int(dataset.width), int(dataset.height)

    def read(self, window: Window) -> NDArray[np.uint8]:
        """Return ``window`` as (height, width, 3); black where the raster has no picture."""
        part = RasterWindow(window.x0, window.y0, window.width, window.height)
        with _reported():
            colours = self._colours(self._dataset.read(self._bands, window=part))
            mask = self._dataset.dataset_mask(window=part) if self._masked else None
        shape = (window.height, window.width, 3)
        picture = np.array(np.broadcast_to(np.moveaxis(colours, 0, -1), shape), order="C")
        if mask is not None:
            picture[mask == 0] = 0
        return picture


@contextmanager
def open_raster(path: Path) -> Iterator[Raster | None]:
    """Open ``path``, or give None where Pillow knows its colours better.

    Raises OSError where it cannot be opened, ValueError where its pixels are no picture.
    """
    with ExitStack() as stack:
        stack.enter_context(rasterio.Env(GDAL_CACHEMAX=CACHE_BYTES))
        with _reported():
            raster = _raster(stack.enter_context(quietly_opened(path)))
        yield raster


@contextmanager
def quietly_opened(path: Path) -> Iterator[Any]:
    """Open ``path`` by rasterio; that it is not georeferenced is no news."""
    with _OPENING, warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        dataset = rasterio.open(path)
    with dataset:
        yield dataset


def _raster(dataset: Any) -> Raster | None:
    if any("complex" in kind for kind in dataset.dtypes):
        raise ValueError("its pixels are complex numbers: save their magnitude instead")
    if _FOREIGN & set(dataset.colorinterp):
        return None
    bands = _chosen(dataset.colorinterp)
    valid = _valid(dataset)
    return Raster(dataset, bands, valid is not None, _colours(dataset, bands, valid))


def _chosen(meanings: tuple[ColorInterp, ...]) -> list[int]:
    """Return the numbers of the bands to show: red, green, blue, else the first three, else one."""
    if set(_RED_GREEN_BLUE) <= set(meanings):
        return [meanings.index(colour) + 1 for colour in _RED_GREEN_BLUE]
    shown = [i for i, meaning in enumerate(meanings, start=1) if meaning != ColorInterp.alpha]
    return shown[:3] if len(shown) >= 3 else (shown[:1] or [1])


def _valid(dataset: Any) -> NDArray[np.bool_] | None:
    """Return where the decimated scene has a picture, or None where no mask need be heeded.

    A mask or alpha band that hides the whole scene is taken for an empty one.
    """
    if all(flags == [MaskFlags.all_valid] for flags in dataset.mask_flag_enums):
        return None
    if set(dataset.dtypes) == {"uint8"} and set(dataset.nodatavals) == {0}:
        return None  # black already
    valid: NDArray[np.bool_] = dataset.dataset_mask(out_shape=_decimated(dataset)) > 0
    return valid if valid.any() else None


def _colours(dataset: Any, bands: list[int], valid: NDArray[np.bool_] | None) -> Colours:
    if dataset.colorinterp[bands[0] - 1] == ColorInterp.palette:
        return _palette(dataset.colormap(bands[0]))
    if dataset.dtypes[bands[0] - 1] == "uint8":
        return _eight_bits(dataset.tags(bands[0], ns="IMAGE_STRUCTURE"), dataset)
    sample = dataset.read(bands, out_shape=(len(bands), *_decimated(dataset)))
    return measure(sample, valid)


def _palette(colormap: dict[int, tuple[int, int, int, int]]) -> Colours:
    table = np.zeros((max(colormap) + 1, 3), np.uint8)
    for value, (red, green, blue, alpha) in colormap.items():
        table[value] = (red, green, blue) if alpha else 0
    return lambda bands: np.moveaxis(table[np.minimum(bands[0], len(table) - 1)], -1, 0)


def _eight_bits(band_tags: dict[str, str], dataset: Any) -> Colours:
    """Return what widens fewer than 8 bits, and turns round a grey scale that counts from white."""
    top = 2 ** int(band_tags.get("NBITS", 8)) - 1
    table = np.rint(np.arange(256) * (255 / top)).clip(0, 255).astype(np.uint8)
    if dataset.tags(ns="IMAGE_STRUCTURE").get("MINISWHITE") == "YES":
        table = 255 - table
    if np.array_equal(table, np.arange(256)):
        return lambda bands: bands
    return lambda bands: table[bands]


def _decimated(dataset: Any) -> tuple[int, int]:
    """Return the (height, width) of a scene read with every n-th pixel only."""
    step = max(1, -(-max(dataset.width, dataset.height) // SAMPLE_SIDE))
    return -(-dataset.height // step), -(-dataset.width // step)


@contextmanager
def _reported() -> Iterator[None]:
    """Make an OSError of whatever GDAL raises."""
    try:
        yield
    except RasterioError as error:
        cause = error.__cause__ or error
        raise OSError(str(cause)) from error
