"""What a stage reads of its parts: all rows, or those of the scenes whose rows must be made."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TypeVar

import pyarrow as pa

from schemas.arrow import from_batch
from schemas.errors import DamagedPart, MissingFile
from schemas.record import Record
from schemas.release import Part
from tasks.reuse.scenes import Scenes, read_scenes
from tasks.reuse.work import Work
from tasks.storage.parts import Footers, PartRuns, open_runs, read_batches, read_rows
from tasks.storage.runs import Run
from tasks.storage.store import Store

R = TypeVar("R", bound=Record)


@dataclass
class Context:
    """What a stage function may use besides its arguments."""

    store: Store
    shard: int
    candidates: int = 0
    calls: int = 0
    work: Work | None = None
    _scenes: dict[str, Scenes | None] = field(default_factory=dict)
    _earlier: dict[type[Record], PartRuns] = field(default_factory=dict)
    _footers: Footers = field(default_factory=Footers)
    _open: ExitStack = field(default_factory=ExitStack)

    def rows(self, part: Part, model: type[R]) -> Iterator[R]:
        """Yield the rows of ``part``; only the columns that ``model`` names are read."""
        return read_rows(self.store, part.path, model, self._runs(part), self._footers)

    def batches(self, part: Part, model: type[Record]) -> Iterator[pa.RecordBatch]:
        """Yield the rows of ``part`` as record batches with the columns that ``model`` names."""
        return read_batches(self.store, part.path, model, self._runs(part), self._footers)

    def count(self, part: Part) -> int:
        """Return how many rows of ``part`` are read."""
        runs = self._runs(part)
        return part.rows if runs is None else sum(stop - start for start, stop in runs)

    def earlier(self, scene_id: str, model: type[R]) -> Iterator[R]:
        """Yield what an earlier part of this stage has of the scene, whatever that was made of.

        It was made by the same code with the same parameters. None where there is no such part.
        """
        for earlier in self.work.earlier[:1] if self.work else ():
            place = earlier.scenes.places.get(scene_id)
            if place is None:
                continue
            try:
                if model not in self._earlier:
                    runs = open_runs(self.store, earlier.part.path, model)
                    self._earlier[model] = self._open.enter_context(runs)
                for batch in self._earlier[model].read(*earlier.scenes.run("rows", place)):
                    yield from from_batch(batch, model)
            except (DamagedPart, MissingFile):
                return

    def scene_of_tiles(self, parts: Iterable[Part]) -> Mapping[str, str]:
        """Return the scene of each tile of ``parts`` that is read."""
        found: dict[str, str] = {}
        for part in parts:
            scenes = self._scenes_of(part)
            if scenes is None:
                continue
            ids = (row.id for row in self.rows(part, _TileId))
            for name, count in zip(scenes.ids, scenes.counts["rows"].tolist(), strict=True):
                if self._reads(name):
                    found |= {next(ids): name for _ in range(count)}
        return found

    def close(self) -> None:
        """Let go of earlier parts."""
        self._open.close()

    def _reads(self, scene_id: str) -> bool:
        if self.work is None or not self.work.earlier:
            return True
        place = self.work.places.get(scene_id)
        return place is not None and bool(self.work.to_make[place])

    def _runs(self, part: Part) -> list[Run] | None:
        """Return where the rows of the scenes stand that are made; None where all are read."""
        if self.work is None or (self.work.to_make.all() and not self.work.earlier):
            return None
        scenes = self._scenes_of(part)
        return None if scenes is None else list(scenes.runs(self.work.made))

    def _scenes_of(self, part: Part) -> Scenes | None:
        if part.path not in self._scenes:
            found = read_scenes(self.store, part) if part.scenes else None
            self._scenes[part.path] = found
        return self._scenes[part.path]


class _TileId(Record):
    """The column that names a tile."""

    id: str
