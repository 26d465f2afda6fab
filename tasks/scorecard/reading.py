"""Reads the published tables of a release part by part, and counts what its scorecard needs."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.release import ReleasePart
from schemas.vocabulary import Split, TaskType
from tasks.mixture.reading import read_columns
from tasks.scorecard.counts import NAMES, Counts, count_batch
from tasks.scorecard.nested import nested
from tasks.scorecard.sampling import Sampling
from tasks.storage.releases import release_path
from tasks.storage.store import Store

ROWS: Final = 4096  # of a batch: those of descriptions are wide
OBJECTS: Final = ("objects.list.element.category", "objects.list.element.box")
Group = tuple[TaskType, Split, str]


@dataclass
class Counted:
    """All that was counted of a release; it does not grow with the rows."""

    groups: dict[Group, Counts] = field(default_factory=dict)
    sampling: Sampling = field(default_factory=Sampling)
    classes: Counter[str] = field(default_factory=Counter)
    sizes: Counter[int] = field(default_factory=Counter)

    @property
    def whole(self) -> Counts:
        """The sums over all groups."""
        return sum(self.groups.values(), Counts())

    def of(self, task: TaskType) -> Counts:
        """Return the sums over all groups of one task type."""
        return sum((one for group, one in self.groups.items() if group[0] is task), Counts())


def count_release(store: Store, version: str, tables: tuple[ReleasePart, ...]) -> Counted:
    """Count the samples and images among the published ``tables``, one batch in memory at a time.

    Raises DamagedPart where a file is torn.
    """
    counted = Counted()
    for part in sorted(tables, key=lambda part: part.path):
        path = release_path(version, part.path)
        if part.table == "samples":
            for batch in read_columns(store, path, NAMES, ROWS):
                _add_samples(counted, batch)
        if part.table == "images":
            for batch in read_columns(store, path, OBJECTS, ROWS):
                _add_objects(counted, batch)
    return counted


def _add_samples(counted: Counted, batch: pa.RecordBatch) -> None:
    counted.sampling.add(batch.column("id").to_pylist(), batch.column("turns"))
    for group, rows in _grouped(batch):
        counted.groups[group] = counted.groups.get(group, Counts()) + count_batch(rows, group[0])


def _grouped(batch: pa.RecordBatch) -> Iterator[tuple[Group, pa.RecordBatch]]:
    """Yield the rows of each group; a part holds one, for that is how releases are laid out."""
    keys = pa.table([batch.column(name) for name in ("task", "split", "source")], ["t", "p", "s"])
    for key in keys.group_by(["t", "p", "s"]).aggregate([]).to_pylist():
        where = pc.and_(
            pc.and_(pc.equal(batch.column("task"), key["t"]), pc.equal(batch.column("split"), key["p"])),
            pc.equal(batch.column("source"), key["s"]),
        )  # fmt: skip
        group = (TaskType(key["t"]), Split(key["p"]), str(key["s"]))
        yield group, batch if pc.all(where).as_py() else batch.filter(where)


def _add_objects(counted: Counted, batch: pa.RecordBatch) -> None:
    """Count classes, and sizes by their octave: 0 for less than 2 px, 1 for less than 4, and so on."""
    objects = nested(batch.column("objects"))
    for pair in pc.value_counts(objects.field("category")).to_pylist():
        counted.classes[pair["values"]] += pair["counts"]
    box = objects.field("box").flatten().to_numpy().reshape(-1, 4)
    area = (box[:, 2] - box[:, 0]) * (box[:, 3] - box[:, 1])
    octave = np.floor(np.log2(np.maximum(area, 1)) / 2).astype(int)
    counted.sizes.update(Counter(octave.tolist()))
