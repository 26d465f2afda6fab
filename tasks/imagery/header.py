"""What an image file says of itself before its pixels are decoded."""

import math
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from PIL import ExifTags, Image, UnidentifiedImageError

from schemas.errors import ImageError
from schemas.known import ImageHeader

HAS_RASTERIO: Final = find_spec("rasterio") is not None  # the extra “geo” is installed
if HAS_RASTERIO:
    from tasks.imagery.raster import quietly_opened

_SUFFIXES: Final = {
    "PNG": (".png",),
    "JPEG": (".jpg", ".jpeg"),
    "MPO": (".jpg", ".jpeg"),
    "TIFF": (".tif", ".tiff"),
    "BMP": (".bmp",),
}
_TURNED: Final = {5, 6, 7, 8}  # EXIF orientations that exchange width and height
_EARTH: Final = 6_378_137.0  # m, radius of the sphere of Web Mercator
_TIFF_STARTS: Final = {b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"}
_FILTERS: Final = threading.Lock()  # warning filters belong to the process, not to the thread
_BROKEN: Final = (
    OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, OverflowError,
    struct.error, zlib.error,
)  # fmt: skip  # what decoders raise for broken files

Image.MAX_IMAGE_PIXELS = None  # ingest judges sizes by its own parameter


def read_header(path: Path) -> ImageHeader:
    """Return what the header of a local file says; nothing is decoded, whatever its size.

    A GeoTIFF's CRS, transform and gsd are read where rasterio is installed (extra ``geo``).
    Raises ImageError where the file is no image that is known here.
    """
    with _explained(path):
        header, orientation = _by_pillow(path)
        if HAS_RASTERIO and _is_tiff(path) and orientation == 1:
            return _by_raster(path)
    if header is None:
        raise ImageError(
            f"{path} is no image of a known format. Replace it by a PNG, JPEG, TIFF or BMP file."
        )
    return header


def right_suffixes(header: ImageHeader) -> tuple[str, ...]:
    """Return the file suffixes that say what the content is; none for a format not taken here."""
    return _SUFFIXES.get(header.format, ())


def _by_pillow(path: Path) -> tuple[ImageHeader | None, int]:
    """Return the header and the EXIF orientation; no header for what Pillow does not know."""
    try:
        with _quietly_opened_picture(path) as picture:
            turn = _orientation(picture, path)
            turned = turn in _TURNED and picture.format != "TIFF"  # whose size is as displayed
            width, height = picture.size[::-1] if turned else picture.size
            header = ImageHeader(
                format=picture.format or "",
                width=width,
                height=height,
                bands=len(picture.getbands()),
            )
    except UnidentifiedImageError:
        return None, 1
    return header, turn


def _by_raster(path: Path) -> ImageHeader:
    with quietly_opened(path) as raster:
        placed = not raster.transform.is_identity
        return ImageHeader(
            format="TIFF",
            width=raster.width,
            height=raster.height,
            bands=raster.count,
            crs=raster.crs.to_string() if raster.crs else None,
            transform=tuple(raster.transform)[:6] if placed else None,
            gsd=_gsd(raster),
        )


def _gsd(raster: Any) -> float | None:
    """Return metres per pixel on the ground where north is up and pixels are square."""
    a, b, _, d, e, _ = tuple(raster.transform)[:6]
    north_up = a > 0 > e and b == d == 0
    if not (
        north_up and raster.crs and raster.crs.is_projected and math.isclose(a, -e, rel_tol=0.01)
    ):
        return None
    metres = float(a * raster.crs.linear_units_factor[1])
    if raster.crs.to_epsg() != 3857:
        return metres
    middle = raster.transform.f + e * raster.height / 2
    return metres / math.cosh(middle / _EARTH)  # Web Mercator stretches by 1 / cos(latitude)


def _orientation(picture: Image.Image, path: Path) -> int:
    """Return the EXIF orientation, 1 = upright, without decoding.

    Pillow decodes a whole PNG to look for EXIF behind the pixels; here its chunks are skipped.
    """
    if picture.format == "PNG" and "exif" not in picture.info:
        picture.info |= {"exif": found} if (found := _exif_of_png(path)) else {}
    with _FILTERS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exif = Image.Image.getexif(picture)
    return int(exif.get(ExifTags.Base.Orientation, 1))


def _exif_of_png(path: Path) -> bytes | None:
    """Return the content of the eXIf chunk. Format: PNG specification, third edition, 5.3."""
    with path.open("rb") as file:
        file.seek(8)
        while len(start := file.read(8)) == 8:
            length, kind = struct.unpack(">I4s", start)
            if kind == b"eXIf":
                return file.read(length)
            file.seek(length + 4, 1)
    return None


def _is_tiff(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) in _TIFF_STARTS


@contextmanager
def _quietly_opened_picture(path: Path) -> Iterator[Image.Image]:
    """Open ``path`` by Pillow; what it thinks of odd tags is no news."""
    with _FILTERS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        picture = Image.open(path)
    with picture:
        yield picture


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Name the file in what its decoder raises, and say what to do."""
    try:
        yield
    except _BROKEN as error:
        found = (str(error).splitlines() or [type(error).__name__])[0]
        raise ImageError(
            f"{path} cannot be decoded ({found}). Replace it by a whole copy or remove it."
        ) from error
