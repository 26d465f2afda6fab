"""Pictures: what of a tile the teacher is shown in each stage, as it is or scaled down."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from PIL import Image

from schemas.params import ImageParams, PictureParams
from schemas.tile import Tile
from tasks.imagery.encode import decode_jpeg, encode_jpeg

KEPT: Final = 8  # scaled pictures: the requests of one tile follow one another
# No negative lobes: a filter that rings would paint bright rims round what is ten pixels across.
FILTER: Final = Image.Resampling.HAMMING


@dataclass(frozen=True)
class Picture:
    """The JPEG that goes with a request, its hash, and how closely it is to be looked at.

    Without a picture, ``image`` and ``sha256`` are None.
    """

    image: bytes | None
    sha256: str | None
    detail: Literal["auto", "low", "high"]


NO_PICTURE: Final = Picture(None, None, PictureParams().detail)


def picture_for(tile: Tile, images: ImageParams, prompt: str) -> Picture:
    """Return what of ``tile`` is shown with ``prompt``: describe, synthesize or converse.

    Any other prompt is shown what describe is shown.
    """
    stages = {"synthesize": images.synthesize, "converse": images.converse}
    return picture_of(tile, stages.get(prompt, images.describe))


def picture_of(tile: Tile, params: PictureParams) -> Picture:
    """Return what of ``tile`` is shown under ``params``.

    A tile no larger than ``params.long_side`` (px) is shown as it is, byte for byte. Raises
    ImageError where the picture of a larger one is broken.
    """
    if not params.send:
        return NO_PICTURE
    limit = params.long_side
    if limit is None or max(tile.window.width, tile.window.height) <= limit:
        return Picture(tile.image, tile.image_sha256, params.detail)
    scaled, sha256 = _scaled(tile.image, limit, params.quality)
    return Picture(scaled, sha256, params.detail)


def scaled_size(width: int, height: int, long_side: int | None) -> tuple[int, int]:
    """Return (width, height) in px of a picture scaled down to ``long_side``; never enlarged."""
    longest = max(width, height)
    if long_side is None or longest <= long_side:
        return width, height
    factor = long_side / longest
    return max(1, round(width * factor)), max(1, round(height * factor))


@lru_cache(maxsize=KEPT)
def _scaled(image: bytes, long_side: int, quality: int) -> tuple[bytes, str]:
    """Return ``image`` scaled down and encoded anew, with its SHA-256."""
    pixels = decode_jpeg(image)
    size = scaled_size(pixels.shape[1], pixels.shape[0], long_side)
    smaller = np.asarray(Image.fromarray(pixels).resize(size, FILTER))
    encoded = encode_jpeg(smaller, quality)
    return encoded, hashlib.sha256(encoded).hexdigest()
