"""Pictures under the eight symmetries of a square: decoded, turned, and encoded as tiles are."""

import numpy as np
from numpy.typing import NDArray

from schemas.symmetry import Symmetry
from tasks.imagery.encode import decode_jpeg, encode_jpeg
from tasks.symmetry.geometry import swaps_axes, turn_vector


def turn_pixels(pixels: NDArray[np.uint8], symmetry: Symmetry) -> NDArray[np.uint8]:
    """Return ``pixels``, (height, width, channels), turned; a view where that is possible."""
    if swaps_axes(symmetry):
        pixels = pixels.swapaxes(0, 1)
    along_x, along_y = turn_vector((1, 1), symmetry)
    return pixels[::along_y, ::along_x]


def turn_picture(picture: bytes, symmetry: Symmetry, quality: int) -> bytes:
    """Return a JPEG turned, encoded anew with ``quality`` 1 to 100.

    Raises ImageError where it is broken.
    """
    return encode_jpeg(turn_pixels(decode_jpeg(picture), symmetry), quality)
