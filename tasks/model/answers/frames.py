"""Frames: one answer each, compressed and with a checksum; journals and segments are made of them.

    magic │ CRC-32 │ key      │ time          │ raw size │ size │ zstd of the answer as JSON
    4     │ 4      │ 10 bytes │ 8, ms (UTC)   │ 4        │ 4    │ size bytes

Numbers are little-endian; the CRC is of all that follows it.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from schemas.record import ID_LENGTH

MAGIC: Final = b"\xa7Ans"
HEAD: Final = struct.Struct("<4sI10sQII")
KEY_SIZE: Final = ID_LENGTH // 2
_AFTER_CRC: Final = 8
_CODEC: Final = pa.Codec("zstd", compression_level=1)


@dataclass(frozen=True)
class Frame:
    """One answer as it is stored: ``content`` is the frame's bytes, at ``offset`` in its file."""

    key: bytes
    time: int
    offset: int
    content: bytes

    def text(self) -> bytes:
        """Return the answer's JSON."""
        raw_size = HEAD.unpack_from(self.content)[4]
        return bytes(_CODEC.decompress(self.content[HEAD.size :], raw_size, asbytes=True))


def encode(key: bytes, time: int, text: bytes) -> bytes:
    """Return the frame of ``text``, the JSON of an answer put at ``time`` (ms since 1970)."""
    content: bytes = _CODEC.compress(text, asbytes=True)
    rest = HEAD.pack(MAGIC, 0, key, time, len(text), len(content))[_AFTER_CRC:] + content
    return struct.pack("<4sI", MAGIC, zlib.crc32(rest)) + rest


def decode(content: bytes, offset: int = 0) -> Frame | None:
    """Return the frame that begins at ``offset``; None where no whole and unaltered one does."""
    if len(content) < offset + HEAD.size:
        return None
    magic, crc, key, time, _, size = HEAD.unpack_from(content, offset)
    end = offset + HEAD.size + size
    if magic != MAGIC or end > len(content):
        return None
    if zlib.crc32(memoryview(content)[offset + _AFTER_CRC : end]) != crc:
        return None
    return Frame(key, time, offset, content[offset:end])


def scan(content: bytes, start: int = 0) -> Iterator[Frame]:
    """Yield every whole frame from ``start`` on, past whatever is damaged between them."""
    place = content.find(MAGIC, start)
    while place >= 0:
        frame = decode(content, place)
        if frame is not None:
            yield frame
        place = content.find(MAGIC, place + (len(frame.content) if frame else 1))


def packed(key: str) -> bytes | None:
    """Return ``key`` as bytes; None for what is no key of a request."""
    try:
        content = bytes.fromhex(key)
    except ValueError:
        return None
    return content if len(content) == KEY_SIZE and len(key) == ID_LENGTH else None
