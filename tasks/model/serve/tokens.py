"""Tokens as this provider counts them: four characters of text, tiles of 512 pixels of a picture."""

import math
import struct
from base64 import b64decode
from typing import Final

BASE: Final = 85
TILE: Final = 170
UNKNOWN_SIZE: Final = (1024, 1024)
_HEAD: Final = 4096  # characters of base64 in which the size is usually found
_NO_SIZE: Final = frozenset({0xC4, 0xC8, 0xCC})


def picture_tokens(width: int, height: int, detail: str) -> int:
    """Return the tokens of a picture of ``width`` × ``height`` pixels: 85 + 170 × tiles of 512 px.

    At high and auto detail it is first made to fit 2048 × 2048, then its shorter side 768, never
    larger; at low detail it is always 85. As published for GPT-4o:
    https://platform.openai.com/docs/guides/images-vision#calculating-costs
    """
    if detail == "low":
        return BASE
    fit = min(1.0, 2048 / max(width, height))
    fit *= min(1.0, 768 / (min(width, height) * fit))
    across, down = (max(1, math.ceil(round(side * fit, 6) / 512)) for side in (width, height))
    return BASE + TILE * across * down


def picture_size(encoded: str) -> tuple[int, int]:
    """Return width and height, in pixels, of the JPEG or PNG in base64 ``encoded``.

    A picture that does not say its size counts as one of 1024 × 1024. Raises binascii.Error where
    its beginning is no base64.
    """
    size = _size_in(b64decode(encoded[:_HEAD]))
    if size is None and len(encoded) > _HEAD:
        size = _size_in(b64decode(encoded[: len(encoded) // 4 * 4]))
    return size or UNKNOWN_SIZE


def _size_in(head: bytes) -> tuple[int, int] | None:
    """Return the size that ``head`` says, None where it may come later."""
    if head.startswith(b"\x89PNG") and len(head) >= 24:
        width, height = struct.unpack(">II", head[16:24])
        return (width, height) if width and height else UNKNOWN_SIZE
    return _jpeg_size(head) if head.startswith(b"\xff\xd8") else UNKNOWN_SIZE


def _jpeg_size(head: bytes) -> tuple[int, int] | None:
    """Return what the frame header says (ITU T.81, B.2.2), None where ``head`` ends before it."""
    at = 2
    while at + 9 <= len(head):
        mark = head[at + 1]
        if head[at] != 0xFF or mark == 0xDA:
            return UNKNOWN_SIZE
        if 0xC0 <= mark <= 0xCF and mark not in _NO_SIZE:
            height, width = struct.unpack(">HH", head[at + 5 : at + 9])
            return (width, height) if width and height else UNKNOWN_SIZE
        at += 2 + int.from_bytes(head[at + 2 : at + 4], "big")
    return None
