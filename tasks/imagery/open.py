"""Opens any image that sources come with, as 8-bit RGB that is read window by window.

TIFF, JPEG 2000 and deep PNG are read by rasterio where it is installed (extra ``geo``), so that
memory follows the window; everything else is decoded once, JPEG by libjpeg-turbo, the rest by
Pillow. What is transparent or has no pixels is black; colours under a partial alpha stay as stored.
"""

import errno
import struct
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Final, Protocol

import numpy as np
import simplejpeg
from fsspec.implementations.local import LocalFileSystem
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageFile, ImageOps, UnidentifiedImageError

from schemas.errors import ImageError, SourceError
from schemas.geometry import Window
from tasks.imagery.stretch import SAMPLE_SIDE, measure
from tasks.storage.store import filesystem

raster: ModuleType | None
try:
    raster = import_module("tasks.imagery.raster")
except ModuleNotFoundError:  # the extra “geo” is not installed: Pillow reads what it can
    raster = None

Image.MAX_IMAGE_PIXELS = (
    None  # ingest judges sizes by its own parameter, before anything is decoded
)

_BY_RASTER: Final = {"TIFF", "JPEG2000"}
_TIFF: Final = {b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"}
_DEEP_GREY: Final = {"I", "F", "I;16", "I;16B", "I;16L", "I;16N"}
_BROKEN: Final = (
    OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, OverflowError,
    struct.error, zlib.error,
)  # fmt: skip  # what decoders raise for broken files


class Pixels(Protocol):
    """A decoder that is open: what ``RgbImage`` reads from."""

    width: int
    height: int

    def read(self, window: Window) -> NDArray[np.uint8]:
        """Return ``window`` as (height, width, 3)."""
        ...


class RgbImage:
    """An open image, as displayed: EXIF rotation applied, 8-bit RGB."""

    def __init__(self, uri: str, pixels: Pixels) -> None:
        self.uri = uri
        self.width, self.height = pixels.width, pixels.height
        self._pixels = pixels

    def read(self, window: Window) -> NDArray[np.uint8]:
        """Return the pixels of ``window`` as (height, width, 3).

        Raises ImageError where the window leaves the image or its pixels cannot be decoded.
        """
        if window.x1 > self.width or window.y1 > self.height:
            raise ImageError(
                f"{self.uri} is {self.width}×{self.height} px and has no window {window.x0}, "
                f"{window.y0}, {window.x1}, {window.y1}. Was it replaced since it was read? "
                "Run the build again."
            )
        with _named(self.uri):
            return self._pixels.read(window)


@contextmanager
def open_image(uri: str) -> Iterator[RgbImage]:
    """Open the image at ``uri``, a local path or any URL that fsspec knows.

    Raises ImageError where it is broken or of no known format, SourceError where it is not there.
    """
    with ExitStack() as stack:
        with _named(uri):
            pixels = _pixels(stack.enter_context(local_copy(uri)), stack)
        yield RgbImage(uri, pixels)


@contextmanager
def local_copy(uri: str) -> Iterator[Path]:
    """Give the path of the file at ``uri``; a remote one is copied for the time of the block."""
    files, path = filesystem(uri)
    if isinstance(files, LocalFileSystem):
        yield Path(path)
        return
    with tempfile.NamedTemporaryFile(prefix="rs-gpt4v-", suffix=Path(path).suffix) as copy:
        files.get_file(path, copy.name)
        yield Path(copy.name)


class _Picture:
    """A picture decoded by Pillow, kept in its own mode and converted window by window."""

    def __init__(self, picture: Image.Image) -> None:
        self._picture = picture
        self.width, self.height = picture.size
        # An alpha band that hides the whole scene is taken for an empty one.
        alpha = picture.getchannel("A").getextrema() if "A" in picture.getbands() else None
        self._hides = picture.has_transparency_data and alpha != (0, 0)

    def read(self, window: Window) -> NDArray[np.uint8]:
        part = self._picture.crop((window.x0, window.y0, window.x1, window.y1))
        if self._hides:
            part = _shown(part)
        return np.array(part if part.mode == "RGB" else part.convert("RGB"))


class _Deep:
    """A deep grey picture decoded by Pillow, with the stretch of its scene."""

    def __init__(self, picture: Image.Image) -> None:
        self._picture = picture
        self.width, self.height = picture.size
        step = max(1, -(-max(picture.size) // SAMPLE_SIDE))
        self._stretch = measure(np.asarray(picture)[np.newaxis, ::step, ::step])

    def read(self, window: Window) -> NDArray[np.uint8]:
        part = np.array(self._picture.crop((window.x0, window.y0, window.x1, window.y1)))
        return np.repeat(self._stretch(part[np.newaxis])[0][..., np.newaxis], 3, axis=-1)


class _Array:
    """A picture that is an array already."""

    def __init__(self, pixels: NDArray[np.uint8]) -> None:
        self._pixels = pixels
        self.height, self.width, _ = pixels.shape

    def read(self, window: Window) -> NDArray[np.uint8]:
        return self._pixels[window.y0 : window.y1, window.x0 : window.x1].copy()


def _pixels(path: Path, stack: ExitStack) -> Pixels:
    try:
        header = stack.enter_context(Image.open(path))
    except UnidentifiedImageError:
        header = None  # many-band rasters are known to GDAL only
    deep = header is not None and _is_deep_colour(header)  # first: the EXIF of a PNG decodes it
    turned = header is not None and header.getexif().get(ExifTags.Base.Orientation, 1) != 1
    if raster is not None and not turned and (deep or _is_raster(path, header)):
        opened: Pixels | None = stack.enter_context(raster.open_raster(path))
        if opened is not None:
            return opened
    if header is None:
        raise OSError("no image format that is known here")
    if deep:
        raise OSError("16-bit colour is read upright only, and needs pip install 'rs-gpt4v[geo]'")
    return _decoded(path, header, turned)


def _is_deep_colour(header: Image.Image) -> bool:
    """Say whether Pillow would cut more than 8 bits a colour down to the upper 8."""
    tiles = header.tile if isinstance(header, ImageFile.ImageFile) else []
    return header.mode not in _DEEP_GREY and any(";16" in str(tile.args) for tile in tiles)


def _is_raster(path: Path, header: Image.Image | None) -> bool:
    if header is not None:
        return header.format in _BY_RASTER
    with path.open("rb") as file:
        return file.read(4) in _TIFF


def _decoded(path: Path, header: Image.Image, turned: bool) -> Pixels:
    if header.format in {"JPEG", "MPO"} and header.mode == "RGB" and not turned:
        try:
            return _Array(simplejpeg.decode_jpeg(path.read_bytes(), "RGB"))
        except ValueError:  # Pillow bears with small faults, and says what is wrong with large ones
            pass
    if turned:
        ImageOps.exif_transpose(header, in_place=True)
    header.load()
    return _Deep(header) if header.mode in _DEEP_GREY else _Picture(header)


def _shown(part: Image.Image) -> Image.Image:
    """Return ``part`` as RGB, black where it is wholly transparent."""
    part = part.convert("RGBA")
    colours = part.convert("RGB")
    colours.paste((0, 0, 0), mask=part.getchannel("A").point([255] + [0] * 255))
    return colours


@contextmanager
def _named(uri: str) -> Iterator[None]:
    """Name the file in what its decoder raises, and say what to do.

    What is no fault of the image (no such file, a broken connection, a full disk) is no ImageError:
    it must not end as a Rejection, which would stand after the fault has gone.
    """
    try:
        yield
    except (FileNotFoundError, PermissionError) as error:
        what = (
            "is not there any more" if isinstance(error, FileNotFoundError) else "may not be read"
        )
        raise SourceError(f"{uri} {what}. Mend that and run the build again.") from error
    except MemoryError as error:
        raise ImageError(f"{uri} does not fit into memory. Save it as a tiled TIFF.") from error
    except _BROKEN as error:
        if isinstance(error, OSError) and error.errno not in {None, errno.EINVAL}:
            raise
        found = (str(error).splitlines() or [type(error).__name__])[0]
        raise ImageError(
            f"{uri} cannot be decoded ({found}). Replace it by a whole copy or remove it."
        ) from error
