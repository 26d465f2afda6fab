"""Which scene a row belongs to: it names the scene, or its tile, which belongs to one."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.errors import AccountingError
from schemas.record import Record
from tasks.reuse.shelf import Places
from tasks.reuse.work import Work

TileScenes = Callable[[], Mapping[str, str]]
"""Gives the scene of each tile that was read."""


class Belonging:
    """Says at which place the scene of a row stands, and holds stages to the scenes they were given."""

    def __init__(self, stage: str, work: Work, tiles: TileScenes) -> None:
        """``tiles`` is asked once, where rows name only their tile."""
        self._stage, self._work, self._tiles = stage, work, tiles

    def place(self, row: Record) -> int:
        """Return the place of the scene of ``row``. Raises AccountingError where it has none."""
        name = self._scene_of(row)
        place = self._work.places.get(name) if name is not None else None
        if place is None or not self._work.to_make[place]:
            raise self._defect(type(row).__name__, name)
        return place

    def batch_places(self, batch: pa.RecordBatch, model: type[Record]) -> Places:
        """Return the places of the scenes of all rows. Raises AccountingError where one has none."""
        names = self._names(batch)
        found = pc.index_in(names, value_set=self._ids)
        places: Places = found.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        wrong = (places < 0) | ~self._work.to_make[places]
        if wrong.any():
            raise self._defect(model.__name__, names[int(np.argmax(wrong))].as_py())
        return places

    def _scene_of(self, row: Record) -> str | None:
        if "scene_id" in row.__dict__:
            name: str | None = row.__dict__["scene_id"]
            return name
        if "scene" in row.__dict__:
            return str(row.__dict__["scene"].id)
        return self._of_tiles.get(row.__dict__.get("tile_id", ""))

    def _names(self, batch: pa.RecordBatch) -> pa.Array:
        if "scene_id" in batch.schema.names:
            return batch["scene_id"]
        if "scene" in batch.schema.names:
            return batch["scene"].field("id")
        tiles: Sequence[str] = batch["tile_id"].to_pylist()
        return pa.array([self._of_tiles.get(tile) for tile in tiles], pa.string())

    @cached_property
    def _of_tiles(self) -> Mapping[str, str]:
        return self._tiles()

    @cached_property
    def _ids(self) -> pa.Array:
        return pa.array(self._work.ids, pa.string())

    def _defect(self, row: str, name: str | None) -> AccountingError:
        of = f"scene {name}, which it was not given" if name else "no scene"
        return AccountingError(
            f"Stage {self._stage} yielded a {row} of {of}. This is a defect; please report it."
        )
