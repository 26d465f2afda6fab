"""The catalogue: the segments under a root that are known, and the one index over them."""

import logging
import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final

import numpy as np

from tasks.model.answers import segments
from tasks.model.answers.folder import SegmentFolder
from tasks.model.answers.frames import Frame, decode
from tasks.model.answers.index import Entries, Index, Location
from tasks.model.answers.segments import Opened

READERS: Final = 32  # footers fetched at once
LOOKS: Final = 3  # at an answer whose segment was merged away meanwhile

Found = tuple[str, int, Opened]  # name, bytes, what stands in it

log = logging.getLogger(__name__)


class Catalogue:
    """What stands in the segments of a folder. Look-ups need no lock; changes take turns."""

    def __init__(self, folder: SegmentFolder) -> None:
        """Begin with nothing known; ``refresh`` looks."""
        self.folder = folder
        self._names: list[str] = []  # by number; a number is never given twice
        self._numbers: dict[str, int] = {}  # of the segments that are there
        self._sizes: dict[str, int] = {}
        self._altered: set[str] = set()
        self.index = Index()
        self.new_locks()

    def new_locks(self) -> None:
        """Take fresh locks: in a forked process nobody would ever open an inherited one."""
        self._looking, self._changing = threading.Lock(), threading.Lock()

    def refresh(self) -> None:
        """Take in segments that are new and forget those that are gone.

        A listing may be older than what it lists, so what it lacks is looked for.

        Raises StorageError when the folder cannot be listed or a segment not be read.
        """
        with self._looking:
            known = set(self._numbers)
            listed = self.folder.sizes()
            found = self._opened({name: listed[name] for name in listed if name not in known})
            gone = {name for name in known - listed.keys() if not self.folder.exists(name)}
            with self._changing:
                self._forget(gone)
                self._take(found)

    def write(self, name: str, frames: Iterable[Frame]) -> int:
        """Write a new segment ``name`` of ``frames`` and return its size in bytes.

        Raises StorageError.
        """
        with self.folder.create(name) as file:
            entries = segments.write(file, frames)
            size = file.tell()
        with self._changing:
            self._take([(name, size, Opened(entries, sound=True))])
        return size

    def segments(self) -> dict[str, int]:
        """Return the size in bytes of every known segment, by name."""
        return dict(self._sizes)

    def altered(self) -> set[str]:
        """Return the names of segments in which damage was seen."""
        return set(self._altered)

    def __contains__(self, key: bytes) -> bool:
        return bool(self.index.find(key))

    def get(self, key: bytes) -> Frame | None:
        """Return the frame of ``key``; None where no whole one stands anywhere."""
        for _ in range(LOOKS):
            places = self.index.find(key)
            if not places:
                return None
            try:
                return next(filter(None, (self._frame(place, key) for place in places)), None)
            except FileNotFoundError:
                self.refresh()
        return None

    def frames(self) -> Iterator[Frame]:
        """Yield the frame that counts for every key, segment by segment."""
        winners = self.index.winners()
        starts = np.flatnonzero(np.diff(winners.segments.astype(np.int64), prepend=-1))
        for rows in np.split(np.arange(len(winners)), starts[1:]):
            if len(rows):
                yield from self._of_segment(winners.taken(rows))

    def _of_segment(self, rows: Entries) -> Iterator[Frame]:
        name = self._names[int(rows.segments[0])]
        try:
            content = self.folder.read(name, 0, self._sizes.get(name, 0))
        except FileNotFoundError:  # merged away meanwhile
            content = b""
        keys = rows.keys.tobytes()
        width = rows.keys.itemsize
        for number, offset in enumerate(rows.offsets):
            key = keys[number * width : (number + 1) * width]
            frame = decode(content, int(offset))
            if frame is None or frame.key != key:
                frame = self.get(key)
            if frame is not None:
                yield frame

    def _frame(self, place: Location, key: bytes) -> Frame | None:
        """Return the frame at ``place``; None, and the place is forgotten, when it was altered."""
        name = self._names[place.segment]
        frame = decode(self.folder.read(name, place.offset, place.offset + place.size))
        if frame is not None and frame.key == key:
            return frame
        log.warning(
            "%s is damaged: the answer to %s in it was altered. “rs-gpt4v answers compact” moves "
            "the file out of the way.", self.folder.url(name), key.hex(),
        )  # fmt: skip
        with self._changing:
            self._altered.add(name)
            self.index.forget(place)
        return None

    def _opened(self, sizes: Mapping[str, int]) -> list[Found]:
        """Return what stands in segments, without those merged into others since the listing."""

        def opened(name: str) -> Found | None:
            try:
                return name, sizes[name], segments.read(self.folder, name, sizes[name])
            except FileNotFoundError:
                return None

        if not sizes:
            return []
        with ThreadPoolExecutor(min(READERS, len(sizes))) as readers:
            return [found for found in readers.map(opened, sizes) if found]

    def _take(self, found: Iterable[Found]) -> None:
        """Take in segments; a fork in between leaves them double at worst, never half."""
        new = [item for item in found if item[0] not in self._numbers]
        first = len(self._names)
        self._names.extend(name for name, _, _ in new)
        self.index.add(
            [
                replace(opened.entries, segments=np.full(len(opened.entries), number, np.uint32))
                for number, (_, _, opened) in enumerate(new, start=first)
            ]
        )
        for number, (name, size, opened) in enumerate(new, start=first):
            self._numbers[name], self._sizes[name] = number, size
            if not opened.sound:
                self._altered.add(name)

    def _forget(self, gone: set[str]) -> None:
        if gone:
            self.index.drop(self._numbers.pop(name) for name in gone)
            self._altered -= gone
            for name in gone:
                del self._sizes[name]
