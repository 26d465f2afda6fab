"""What readers made of label files, found again while the files are listed as they were."""

from collections.abc import Iterator
from contextlib import ExitStack
from hashlib import sha256
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from schemas.errors import DamagedPart, MissingFile
from schemas.known import KnownLabels
from schemas.record import Record, content_id
from tasks.reuse.segments import Segments
from tasks.storage.parts import PartRuns, open_runs
from tasks.storage.store import Store

_PLACE: Final = np.dtype([("key", ">u8"), ("segment", "<i4"), ("row", "<i4")])


class KnownLabelFiles:
    """What was made of the label files below one address. 16 bytes a file; content stays in its file."""

    def __init__(self, store: Store, address: str, reader: str) -> None:
        """Read what is remembered of the files below ``address`` as ``reader`` reads them."""
        self._store = store
        self._segments = Segments(store, f"labels/{content_id(address, reader)}", KnownLabels)
        places = [np.zeros(0, _PLACE)]
        for number, path in enumerate(self._segments.paths):
            start = 0
            for batch in self._segments.batches(path, _Named):
                places.append(_places(batch, number, start))
                start += batch.num_rows
        every = np.concatenate(places)
        self._places = every[np.argsort(every["key"], kind="stable")]
        self._used = np.zeros(len(self._places), np.bool_)
        self._open = ExitStack()
        self._runs: dict[int, PartRuns | None] = {}
        self._new: list[KnownLabels] = []

    def find(self, name: str, made_of: str) -> KnownLabels | None:
        """Return what was made of the label file, None where that is not known."""
        key = _key(name, made_of)
        at = int(np.searchsorted(self._places["key"], key))
        if at == len(self._places) or self._places["key"][at] != key:
            return None
        found = self._read(int(self._places["segment"][at]), int(self._places["row"][at]))
        if found is None or (found.name, found.made_of) != (name, made_of):
            return None
        self._used[at] = True
        return found

    def learn(self, made: KnownLabels) -> None:
        """Remember what was made of a label file."""
        self._new.append(made)

    def keep(self) -> None:
        """Write what was learnt."""
        try:
            if self._new:
                ids = [f"{row.name} {row.made_of}" for row in self._new]
                instead = self._segments.are_many
                used = self._still_used() if instead else iter(())
                self._segments.add(
                    content_id("segment", [*ids]), (*used, *self._new), instead=instead
                )
        finally:
            self._open.close()

    def _still_used(self) -> Iterator[pa.RecordBatch]:
        for place in np.sort(self._places[self._used], order=("segment", "row")):
            runs = self._opened(int(place["segment"]))
            if runs is not None:
                yield from runs.read(int(place["row"]), int(place["row"]) + 1)

    def _read(self, segment: int, row: int) -> KnownLabels | None:
        runs = self._opened(segment)
        try:
            for batch in runs.read(row, row + 1) if runs else ():
                return KnownLabels.model_validate(batch.to_pylist()[0])
        except DamagedPart:
            self._runs[segment] = None
        return None

    def _opened(self, segment: int) -> PartRuns | None:
        if segment not in self._runs:
            path = self._segments.paths[segment]
            try:
                opened = open_runs(self._store, path, KnownLabels)
                self._runs[segment] = self._open.enter_context(opened)
            except (MissingFile, DamagedPart):
                self._runs[segment] = None
        return self._runs[segment]


class _Named(Record):
    """The columns by which a row is found."""

    name: str
    made_of: str


def _places(batch: pa.RecordBatch, segment: int, start: int) -> NDArray[np.void]:
    found = np.zeros(batch.num_rows, _PLACE)
    pairs = zip(batch["name"].to_pylist(), batch["made_of"].to_pylist(), strict=True)
    found["key"] = [_key(*pair) for pair in pairs]
    found["segment"], found["row"] = segment, np.arange(start, start + batch.num_rows)
    return found


def _key(name: str, made_of: str) -> int:
    return int.from_bytes(sha256(f"{name}\0{made_of}".encode()).digest()[:8], "big")
