"""JPEG in and out by libjpeg-turbo: the one encoding of tiles.

Colour is not subsampled (4:4:4). Much of what is described is ten pixels across, and at 4:2:0 the
colour of such an object is mixed with the ground round it; the price is about a quarter more bytes.
"""

from typing import Final

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from schemas.errors import ImageError

SUBSAMPLING: Final = "444"


def encode_jpeg(pixels: NDArray[np.uint8], quality: int) -> bytes:
    """Return ``pixels``, (height, width, 3) RGB, as JPEG of ``quality`` 1 to 100.

    The same pixels give the same bytes.
    """
    return bytes(
        simplejpeg.encode_jpeg(
            np.ascontiguousarray(pixels), quality, colorspace="RGB", colorsubsampling=SUBSAMPLING
        )
    )


def decode_jpeg(encoded: bytes) -> NDArray[np.uint8]:
    """Return a JPEG as (height, width, 3) RGB.

    Raises ImageError where it is broken.
    """
    try:
        pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(encoded, "RGB")
    except ValueError as error:
        raise ImageError(f"A tile's picture cannot be decoded ({error}).") from error
    return pixels
