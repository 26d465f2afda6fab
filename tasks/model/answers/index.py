"""The index: where each answer stands, as columns of packed numbers; 30 bytes a key."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tasks.model.answers.frames import KEY_SIZE

KEY: Final = np.dtype(f"S{KEY_SIZE}")
Keys = NDArray[np.bytes_]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Entries:
    """One row per answer: its key, when it was put (ms), and its frame's segment and place."""

    keys: Keys
    times: NDArray[np.uint64]
    segments: NDArray[np.uint32]
    offsets: NDArray[np.uint32]
    sizes: NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self.keys)

    def taken(self, rows: NDArray[np.intp] | Mask) -> "Entries":
        """Return the given rows."""
        return Entries(
            self.keys[rows], self.times[rows], self.segments[rows], self.offsets[rows],
            self.sizes[rows],
        )  # fmt: skip

    def sorted(self) -> "Entries":
        """Return the rows by key; of one key, the oldest first, then by segment."""
        return self.taken(np.lexsort((self.segments, self.times, self.keys)))


@dataclass(frozen=True)
class Location:
    """Where one frame stands."""

    segment: int
    offset: int
    size: int
    time: int


def entries(rows: Iterable[tuple[bytes, int, int, int]], segment: int = 0) -> Entries:
    """Return ``rows`` of (key, time, offset, size), all of one segment, sorted."""
    listed = list(rows)
    columns = list(zip(*listed, strict=True)) if listed else [()] * 4
    return Entries(
        np.frombuffer(b"".join(columns[0]), KEY),
        np.array(columns[1], np.uint64),
        np.full(len(listed), segment, np.uint32),
        np.array(columns[2], np.uint32),
        np.array(columns[3], np.uint32),
    ).sorted()


def joined(parts: Sequence[Entries]) -> Entries:
    """Return all rows of ``parts``, sorted."""
    if len(parts) == 1:
        return parts[0]
    return Entries(
        np.concatenate([part.keys for part in parts] or [np.empty(0, KEY)]),
        np.concatenate([part.times for part in parts] or [np.empty(0, np.uint64)]),
        np.concatenate([part.segments for part in parts] or [np.empty(0, np.uint32)]),
        np.concatenate([part.offsets for part in parts] or [np.empty(0, np.uint32)]),
        np.concatenate([part.sizes for part in parts] or [np.empty(0, np.uint32)]),
    ).sorted()


class Index:
    """Sorted runs of entries, each more than twice as long as the next.

    Runs are replaced, never changed: a reader needs no lock, writers take turns elsewhere.
    """

    def __init__(self) -> None:
        """Begin empty."""
        self._runs: tuple[Entries, ...] = ()

    def __len__(self) -> int:
        """Return how many different keys there are."""
        return int(_firsts(joined(self._runs).keys).sum())

    def add(self, parts: Sequence[Entries]) -> None:
        """Take in ``parts``, each sorted."""
        runs = [*self._runs, joined(parts)]
        while len(runs) > 1 and len(runs[-2]) <= 2 * len(runs[-1]):
            runs[-2:] = [joined(runs[-2:])]
        self._runs = tuple(runs)

    def drop(self, segments: Iterable[int]) -> None:
        """Forget every row of ``segments``."""
        gone = np.array(sorted(segments), np.uint32)
        self._runs = tuple(run.taken(~np.isin(run.segments, gone)) for run in self._runs)

    def forget(self, place: Location) -> None:
        """Forget the one row at ``place``."""
        self._runs = tuple(
            run.taken(~((run.segments == place.segment) & (run.offsets == place.offset)))
            for run in self._runs
        )

    def find(self, key: bytes) -> list[Location]:
        """Return where ``key`` stands, the oldest first: more than one place is an exception."""
        sought = np.frombuffer(key, KEY)
        found = []
        for run in self._runs:
            row = int(np.searchsorted(run.keys, sought)[0])
            while row < len(run) and run.keys[row] == sought[0]:
                found.append(_location(run, row))
                row += 1
        return sorted(found, key=lambda place: (place.time, place.segment)) if found[1:] else found

    def between(self, low: bytes, high: bytes) -> list[bytes]:
        """Return the keys from ``low`` to ``high``, both included, sorted."""
        ends = np.frombuffer(low + high, KEY)
        found: set[bytes] = set()
        for run in self._runs:
            first = np.searchsorted(run.keys, ends[0], "left")
            last = np.searchsorted(run.keys, ends[1], "right")
            found.update(_packed(run.keys[first:last]))
        return sorted(found)

    def winners(self) -> Entries:
        """Return the row that counts for each key, in the order in which they stand in segments."""
        whole = joined(self._runs)
        first = whole.taken(_firsts(whole.keys))
        return first.taken(np.lexsort((first.offsets, first.segments)))


def _firsts(keys: Keys) -> Mask:
    """Return which of the sorted ``keys`` differ from the one before."""
    return np.concatenate([np.ones(min(len(keys), 1), bool), keys[1:] != keys[:-1]])


def _packed(keys: Keys) -> Iterator[bytes]:
    content = np.ascontiguousarray(keys).tobytes()  # numpy itself would cut zero bytes at the end
    return (content[n : n + KEY_SIZE] for n in range(0, len(content), KEY_SIZE))


def _location(run: Entries, row: int) -> Location:
    return Location(
        int(run.segments[row]), int(run.offsets[row]), int(run.sizes[row]), int(run.times[row])
    )
