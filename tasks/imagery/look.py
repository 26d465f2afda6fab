"""What a picture looks like: enough to find the same picture again under other names."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.fft import dctn

from schemas.geometry import Window
from schemas.scene import Look
from tasks.imagery.open import RgbImage, open_image

SKETCH_SIDE: Final = 64  # px
_HASH_SIDE: Final = 8  # frequencies in each direction: 64 bits
_SHRUNK_SIDE: Final = 256  # px; larger pictures are averaged down to about this first
_BAND_PIXELS: Final = 1 << 22  # px that are held at once while it is read


def look_of(path: Path) -> Look:
    """Return what the picture of a local file looks like, as displayed.

    The whole file is decoded, once, so a torn one is found; what is kept of it does not grow with
    the picture. Raises ImageError where it cannot be decoded.
    """
    digest = hashlib.sha256()
    with open_image(str(path)) as image:
        digest.update(f"{image.width}x{image.height}:".encode())
        factor = max(1, min(image.width, image.height) // _SHRUNK_SIDE)
        small = Image.fromarray(_grey(image, factor, digest.update))
    sketch = _sketched(small)
    return Look(
        pixels_sha256=digest.hexdigest(),
        hashes=hashes_of(sketch),
        contrast=float(np.asarray(small).std()),
        sketch=np.rint(sketch).astype(np.uint8).tobytes(),
    )


def grey_of(uri: str) -> NDArray[np.uint8]:
    """Return the picture at ``uri`` in grey as (height, width), as displayed.

    Raises ImageError where it cannot be decoded, SourceError where it is not there.
    """
    with open_image(uri) as image:
        return _grey(image, 1, lambda _: None)


def hashes_of(sketch: NDArray[np.floating]) -> tuple[str, ...]:
    """Return the 64-bit DCT hashes of a square grey picture and its turned and mirrored forms.

    The first is what imagehash.phash gives, but for how it shrinks pictures. To mirror a picture
    flips the signs of its odd frequencies, so that one transform serves all eight.
    """
    low = dctn(sketch)[:_HASH_SIDE, :_HASH_SIDE]
    odd = np.where(np.arange(_HASH_SIDE) % 2, -1.0, 1.0)
    forms = np.stack([form for one in (low, low * odd) for form in _turned(one, odd)])
    rows = forms.reshape(len(forms), -1)
    bits = np.packbits(rows > np.median(rows, axis=1, keepdims=True), axis=1)
    return tuple(row.tobytes().hex() for row in bits)


def _turned(low: NDArray[np.float64], odd: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Return the frequencies of a picture turned counter-clockwise by 0°, 90°, 180° and 270°."""
    down = odd[:, np.newaxis]
    return low, low.T * down, low * down * odd, low.T * odd


def _sketched(grey: Image.Image) -> NDArray[np.float32]:
    """Return ``grey`` averaged to 64×64 px; not rounded, or turned pictures would differ by it."""
    side = (SKETCH_SIDE, SKETCH_SIDE)
    return np.asarray(grey.convert("F").resize(side, Image.Resampling.BOX))


def _grey(image: RgbImage, factor: int, look_at: Callable[[memoryview], None]) -> NDArray[np.uint8]:
    """Return the whole image in grey, averaged down by ``factor``; ``look_at`` sees all pixels."""
    rows = max(1, _BAND_PIXELS // image.width // factor) * factor
    bands = []
    for top in range(0, image.height, rows):
        window = Window(x0=0, y0=top, x1=image.width, y1=min(top + rows, image.height))
        pixels = np.ascontiguousarray(image.read(window))
        look_at(pixels.data)
        bands.append(np.asarray(Image.fromarray(pixels).reduce(factor).convert("L")))
    return np.vstack(bands)
