"""Segments: immutable files of frames with an index at the end, so that opening reads no answer.

    ┌──────────┬───────┬───────┬─ ─ ─┬───────┬────────────────────────────────────────┬─────────┐
    │ RSGPT4VA │ frame │ frame │  …  │ frame │ footer: keys │ times │ offsets │ sizes │ trailer │
    └──────────┴───────┴───────┴─ ─ ─┴───────┴────────────────────────────────────────┴─────────┘
      8 bytes                                  n×10 bytes, n×8, n×4, n×4; sorted by key

    trailer: n (4) │ CRC-32 of footer, n and footer offset (4) │ footer offset (8) │ RSGPT4VZ (8)

Numbers are little-endian. A file whose footer is torn or altered is read whole and its frames are
found by their magic and checksum; an altered frame is noticed when it is read.
"""

import logging
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO, Final

import numpy as np

from tasks.model.answers.folder import SegmentFolder
from tasks.model.answers.frames import Frame, scan
from tasks.model.answers.index import KEY, Entries, entries

START: Final = b"RSGPT4VA"
END: Final = b"RSGPT4VZ"
TRAILER: Final = struct.Struct("<IIQ8s")
ROW: Final = KEY.itemsize + 8 + 4 + 4
TAIL: Final = 64 * 1024  # bytes read first: the whole footer of a segment of 2,500 answers
LARGEST: Final = 2**32 - 1  # offsets have four bytes

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Opened:
    """What opening a segment found: its entries, and whether it is as it was written."""

    entries: Entries
    sound: bool


def write(file: BinaryIO, frames: Iterable[Frame]) -> Entries:
    """Write a segment of ``frames`` and return where each stands in it."""
    place = file.write(START)
    rows = []
    for frame in frames:
        rows.append((frame.key, frame.time, place, len(frame.content)))
        place += file.write(frame.content)
    if place > LARGEST:
        raise ValueError(f"A segment of {place} bytes is too large.")
    found = entries(rows)
    footer = (
        found.keys.tobytes()
        + found.times.astype("<u8").tobytes()
        + found.offsets.astype("<u4").tobytes()
        + found.sizes.astype("<u4").tobytes()
    )
    file.write(footer + _trailer(footer, len(rows), place))
    return found


def parse(content: bytes) -> tuple[list[Frame], bool]:
    """Return every whole frame of a segment with ``content``, and whether all of it is sound."""
    frames, footer = list(scan(content)), _footer(content, len(content))
    whole = len(START) + sum(len(frame.content) for frame in frames)
    if not isinstance(footer, Entries) or not content.startswith(START):
        return frames, False
    return frames, whole + len(footer) * ROW + TRAILER.size == len(content)


def read(folder: SegmentFolder, name: str, size: int) -> Opened:
    """Return what stands in segment ``name`` of ``size`` bytes, from its footer alone if sound.

    Of a damaged one every whole frame is recovered, and the damage is logged. Raises
    FileNotFoundError when it is gone, StorageError when it cannot be read.
    """
    tail = folder.read(name, max(0, size - TAIL), size)
    found = _footer(tail, size)
    if isinstance(found, int):  # how far the footer reaches back
        found = _footer(folder.read(name, size - found, size), size)
    if isinstance(found, Entries):
        return Opened(found, sound=True)
    content = folder.read(name, 0, size)
    rescued = entries((f.key, f.time, f.offset, len(f.content)) for f in scan(content))
    log.warning(
        "%s is damaged: %d answers were recovered from its %d bytes, the rest is set aside. "
        "“rs-gpt4v answers compact” moves the file out of the way.",
        folder.url(name), len(rescued), size,
    )  # fmt: skip
    return Opened(rescued, sound=False)


def _trailer(footer: bytes, count: int, place: int) -> bytes:
    return TRAILER.pack(count, _crc(footer, count, place), place, END)


def _crc(footer: bytes, count: int, place: int) -> int:
    return zlib.crc32(struct.pack("<IQ", count, place), zlib.crc32(footer))


def _footer(tail: bytes, size: int) -> Entries | int | None:
    """Return the entries in ``tail``, the number of bytes needed if it is short, or None."""
    if len(tail) < TRAILER.size:
        return None
    count, crc, place, end = TRAILER.unpack_from(tail, len(tail) - TRAILER.size)
    needed = count * ROW + TRAILER.size
    if end != END or place + needed != size:
        return None
    if needed > len(tail):
        return int(needed)
    footer = tail[len(tail) - needed : len(tail) - TRAILER.size]
    return _columns(footer, count) if _crc(footer, count, place) == crc else None


def _columns(footer: bytes, count: int) -> Entries:
    times, offsets, sizes = (count * width for width in (KEY.itemsize, KEY.itemsize + 8, ROW - 4))
    return Entries(
        np.frombuffer(footer, KEY, count),
        np.frombuffer(footer, "<u8", count, times).astype(np.uint64),
        np.zeros(count, np.uint32),
        np.frombuffer(footer, "<u4", count, offsets).astype(np.uint32),
        np.frombuffer(footer, "<u4", count, sizes).astype(np.uint32),
    )
