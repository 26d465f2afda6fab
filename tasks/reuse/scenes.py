"""The scenes of a part: what the rows of each rest on, and where they stand in its tables."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from schemas.arrow import arrow_schema
from schemas.errors import DamagedPart, MissingFile
from schemas.record import content_id
from schemas.release import Part, PartScene
from tasks.storage.parts import PartWriter, read_batches
from tasks.storage.runs import Run
from tasks.storage.store import Store

Table = Literal["rows", "rejections", "findings"]

TABLES: Final[tuple[Table, ...]] = ("rows", "rejections", "findings")


@dataclass(frozen=True)
class Scenes:
    """The scenes of one part, in the order in which their rows stand, by columns."""

    ids: Sequence[str]
    made_of: Sequence[str]
    identities: Sequence[str]
    counts: Mapping[Table, NDArray[np.int64]]

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The place of each scene."""
        return {name: place for place, name in enumerate(self.ids)}

    def run(self, table: Table, place: int) -> Run:
        """Return where the rows of the scene at ``place`` stand in ``table``."""
        starts = self._starts[table]
        return int(starts[place]), int(starts[place + 1])

    def runs(self, wanted: Iterable[str]) -> Iterator[Run]:
        """Yield where the kept rows of the scenes ``wanted`` stand, in the order of this part."""
        places = sorted(place for name in wanted if (place := self.places.get(name)) is not None)
        return (self.run("rows", place) for place in places)

    def kept(self) -> Iterator[str]:
        """Yield the scenes of which rows were kept, in order."""
        return (name for name, count in zip(self.ids, self.counts["rows"], strict=True) if count)

    @cached_property
    def _starts(self) -> Mapping[Table, NDArray[np.int64]]:
        return {table: np.concatenate([[0], self.counts[table].cumsum()]) for table in TABLES}


def scenes_id(names: Iterable[str]) -> str:
    """Return the id of scenes in their order; empty where there are none."""
    listed = list(names)
    return content_id("scenes", [*listed]) if listed else ""


def read_scenes(store: Store, part: Part) -> Scenes | None:
    """Return the scenes of ``part``; None where it has no list of them, or that is damaged."""
    try:
        batches = list(read_batches(store, part.beside("scenes"), PartScene))
    except (MissingFile, DamagedPart):
        return None
    table = pa.Table.from_batches(batches, arrow_schema(PartScene))
    return Scenes(
        ids=table["scene_id"].to_pylist(),
        made_of=table["made_of"].to_pylist(),
        identities=table["identity"].to_pylist(),
        counts={name: table[name].to_numpy() for name in TABLES},
    )


def write_scenes(store: Store, part: Part, scenes: Scenes) -> None:
    """Write the scenes of ``part`` beside it; nothing where there are none."""
    if not scenes.ids:
        return
    columns: dict[str, pa.Array] = {
        "scene_id": pa.array(scenes.ids, pa.string()),
        "made_of": pa.array(scenes.made_of, pa.string()),
        "identity": pa.array(scenes.identities, pa.string()),
    }
    columns |= {name: pa.array(scenes.counts[name], pa.int64()) for name in TABLES}
    schema = arrow_schema(PartScene)
    batch = pa.RecordBatch.from_arrays([columns[name] for name in schema.names], schema=schema)
    path = part.beside("scenes")
    with store.create(path) as file, PartWriter(file, PartScene) as writer:
        writer.write_batch(batch)


def of_rows(rows: Sequence[tuple[str, str, int]]) -> Scenes:
    """Return scenes by id, content and number of their rows, which are all that is kept of them."""
    none = np.zeros(len(rows), np.int64)
    contents = [content for _, content, _ in rows]
    counts = np.array([count for *_, count in rows], np.int64)
    return Scenes(
        ids=[name for name, *_ in rows],
        made_of=contents,
        identities=contents,
        counts={"rows": counts, "rejections": none, "findings": none},
    )
