"""Looking one answer up without opening the store: few bytes of each segment, for a single question.

The keys in a segment's footer are sorted and spread evenly, so the place of one is guessed and a
window round it is read; an unlucky guess moves the window.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np

from schemas.errors import StorageError
from schemas.teacher import StoredAnswer
from tasks.model.answers.folder import SegmentFolder
from tasks.model.answers.frames import KEY_SIZE, Frame, decode, packed
from tasks.model.answers.index import KEY
from tasks.model.answers.segments import END, TRAILER
from tasks.model.answers.store import read_answer

READERS: Final = 16
WINDOW: Final = 400  # keys

Place = tuple[int, str, int, int]  # time (ms), segment, offset and size in bytes


def look_up(root: str, key: str) -> StoredAnswer | None:
    """Return what was answered to the request ``key``, the oldest of several.

    None where no sound segment under ``root`` has it: it may still stand in a journal, or in a
    damaged segment, which opening the store finds. Raises StorageError.
    """
    wanted = packed(key)
    if wanted is None:
        return None
    folder = SegmentFolder(root)
    sizes = folder.sizes()
    with ThreadPoolExecutor(READERS) as readers:
        found = list(readers.map(lambda name: _place(folder, name, sizes[name], wanted), sizes))
    for _, name, offset, size in sorted(place for place in found if place):
        frame = _frame(folder, name, offset, size)
        if frame is not None and frame.key == wanted:
            return read_answer(frame)
    return None


def _place(folder: SegmentFolder, name: str, size: int, wanted: bytes) -> Place | None:
    """Return where ``wanted`` stands in a segment of ``size`` bytes; None where it does not."""
    try:
        return _searched(folder, name, size, wanted)
    except FileNotFoundError:  # merged into another meanwhile
        return None


def _searched(folder: SegmentFolder, name: str, size: int, wanted: bytes) -> Place | None:
    trailer = folder.read(name, max(0, size - TRAILER.size), size)
    if len(trailer) < TRAILER.size:
        return None
    count, _, footer, end = TRAILER.unpack(trailer)
    row = _row(folder, name, footer, count, wanted) if end == END else None
    if row is None:
        return None

    def number(before: int, width: int) -> int:
        start = footer + count * before + row * width
        return int.from_bytes(folder.read(name, start, start + width), "little")

    time, offset = number(KEY_SIZE, 8), number(KEY_SIZE + 8, 4)
    return time, name, offset, number(KEY_SIZE + 12, 4)


def _row(folder: SegmentFolder, name: str, footer: int, count: int, wanted: bytes) -> int | None:
    """Return the row of ``wanted`` among the sorted keys of a segment."""
    low, high = 0, count  # it is in rows low to high, if anywhere
    guess = int.from_bytes(wanted, "big") * count >> (8 * KEY_SIZE)
    while low < high:
        start = max(low, min(guess, high - 1) - WINDOW // 2)
        end = min(high, start + WINDOW)
        content = folder.read(name, footer + start * KEY_SIZE, footer + end * KEY_SIZE)
        keys = [content[n : n + KEY_SIZE] for n in range(0, len(content), KEY_SIZE)]
        if not keys:
            return None
        if wanted < keys[0]:
            high, guess = start, start - WINDOW // 2
        elif wanted > keys[-1]:
            low, guess = end, end + WINDOW // 2
        else:
            row = int(np.searchsorted(np.array(keys, KEY), np.frombuffer(wanted, KEY))[0])
            return start + row if keys[row] == wanted else None
    return None


def _frame(folder: SegmentFolder, name: str, offset: int, size: int) -> Frame | None:
    try:
        return decode(folder.read(name, offset, offset + size))
    except (FileNotFoundError, StorageError):
        return None
