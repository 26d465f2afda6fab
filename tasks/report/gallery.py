"""The gallery of the report: tiles spread over sources, task types and classes, with their texts."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import Field

from schemas.arrow import from_batch
from schemas.image_row import ImageRow
from schemas.record import Record
from schemas.release import ReleasePart
from schemas.sample import Sample
from schemas.symmetry import Symmetry
from schemas.vocabulary import TaskType
from tasks.report.plates import (
    Legend,
    Outline,
    ShownTurn,
    legend_of,
    outlines_of,
    thumbnail,
    turns_of,
)
from tasks.storage.published import find_rows, read_table
from tasks.storage.releases import release_path
from tasks.storage.store import Store

POOL: Final = 2000  # tiles of a file that are looked at; ids are hashes, so the first are any
_READ_ROWS: Final = 8

TABS: Final = {
    "Description": (TaskType.DETAILED_DESCRIPTION, TaskType.CAPTION),
    "Dialogue": (TaskType.DIALOGUE,),
    "Questions": (TaskType.VQA, TaskType.SCENE_CLASSIFICATION),
    "Grounding": (
        TaskType.VISUAL_GROUNDING, TaskType.REFERRING_EXPRESSION, TaskType.REGION_CAPTION,
    ),
}  # fmt: skip


class ShownSample(Record):
    """One sample of a tile; ``refs`` are its objects where no phrase is tied to them."""

    id: str
    task: TaskType
    form: str
    model: str | None
    turns: tuple[ShownTurn, ...]
    refs: tuple[str, ...]


class Tab(Record):
    """The samples of a tile that are shown under one heading."""

    name: str
    samples: tuple[ShownSample, ...]


class Plate(Record):
    """One tile of the gallery."""

    tile_id: str
    scene: str
    source: str
    split: str
    width: int
    height: int
    gsd: float | None
    picture: str = Field(description="data URL, JPEG")
    outlines: tuple[Outline, ...]
    legend: tuple[Legend, ...]
    tabs: tuple[Tab, ...]
    samples: int = Field(description="of the tile, shown or not")
    symmetry: Symmetry | None = Field(None, description="how it was turned; none as it is")


class Candidate(Record):
    """What decides whether a tile is shown."""

    part: str = Field(description="path of its file, relative to the release folder")
    tile_id: str
    scene_id: str
    source: str
    tasks: frozenset[str]
    categories: frozenset[str]


def gallery(
    store: Store, version: str, tables: tuple[ReleasePart, ...], size: int
) -> tuple[Plate, ...]:
    """Return ``size`` tiles, or all where there are fewer."""
    chosen = spread(_candidates(store, version, tables), size)
    images = {row.tile_id: row for row in _images(store, version, chosen)}
    samples = _samples(store, version, tables, set(images))
    return tuple(_plate(images[one.tile_id], samples.get(one.tile_id, [])) for one in chosen)


def spread(candidates: Iterable[Candidate], size: int) -> list[Candidate]:
    """Return ``size`` candidates, each the one that shows most of what was not shown yet."""
    left = sorted(candidates, key=lambda one: one.tile_id)
    shown: Counter[str] = Counter()
    chosen: list[Candidate] = []
    while left and len(chosen) < size:
        best = max(left, key=lambda one: _news(one, shown))
        left.remove(best)
        chosen.append(best)
        shown.update(_traits(best))
    return chosen


def _traits(one: Candidate) -> set[str]:
    tasks = {f"task {name}" for name in one.tasks}
    return {f"scene {one.scene_id}", f"source {one.source}", *tasks, *one.categories}


def _news(one: Candidate, shown: Counter[str]) -> float:
    """Return how much of ``one`` is new: 1 for a trait never shown, 1/2 once, and so on."""
    return sum(1 / (1 + shown[trait]) for trait in sorted(_traits(one)))


def _candidates(store: Store, version: str, tables: tuple[ReleasePart, ...]) -> Iterator[Candidate]:
    names = ["tile_id", "scene_id", "source", "samples", "objects"]
    for part in tables:
        if part.table != "images":
            continue
        rows = read_table(store, release_path(version, part.path), names).slice(0, POOL)
        for row in rows.to_pylist():
            yield Candidate(
                part=part.path,
                tile_id=row["tile_id"],
                scene_id=row["scene_id"],
                source=row["source"],
                tasks=frozenset(sample["task"] for sample in row["samples"]),
                categories=frozenset(thing["category"] for thing in row["objects"]),
            )


def _images(store: Store, version: str, chosen: list[Candidate]) -> Iterator[ImageRow]:
    """Yield the rows of the ``chosen`` tiles; pictures are read a few at a time."""
    for path in sorted({one.part for one in chosen}):
        wanted = {one.tile_id for one in chosen if one.part == path}
        with store.open(release_path(version, path)) as file:
            for batch in pq.ParquetFile(file).iter_batches(batch_size=_READ_ROWS):
                here = [n in wanted for n in batch["tile_id"].to_pylist()]
                yield from from_batch(batch.filter(pa.array(here)), ImageRow)


def _samples(
    store: Store, version: str, tables: tuple[ReleasePart, ...], tiles: set[str]
) -> dict[str, list[Sample]]:
    found: dict[str, list[Sample]] = {}
    for part in tables:
        if part.table != "samples":
            continue
        for row in find_rows(store, release_path(version, part.path), Sample, "tile_id", tiles):
            found.setdefault(row.tile_id, []).append(row)
    return found


def _plate(image: ImageRow, samples: list[Sample]) -> Plate:
    outlines = outlines_of(image.objects, image.window)
    return Plate(
        tile_id=image.tile_id,
        scene=image.scene,
        source=image.source,
        split=image.split,
        width=image.width,
        height=image.height,
        gsd=image.gsd,
        picture=thumbnail(image.image.bytes),
        outlines=outlines,
        legend=legend_of(outlines),
        tabs=_tabs(samples),
        samples=len(samples),
        symmetry=image.turned.symmetry if image.turned else None,
    )


def _tabs(samples: list[Sample]) -> tuple[Tab, ...]:
    """Put samples under their headings: every dialogue, and one sample of each other form."""
    tabs = []
    for name, tasks in TABS.items():
        forms: set[str] = set()
        shown = []
        here = [sample for sample in samples if sample.task in tasks]
        for sample in sorted(here, key=lambda one: (tasks.index(one.task), one.id)):
            if sample.lineage.form not in forms or sample.task is TaskType.DIALOGUE:
                shown.append(_shown(sample))
            forms.add(sample.lineage.form)
        tabs += [Tab(name=name, samples=tuple(shown))] if shown else []
    return tuple(tabs)


def _shown(sample: Sample) -> ShownSample:
    tied = any(span.kind == "phrase" for span in sample.lineage.spans)
    return ShownSample(
        id=sample.id,
        task=sample.task,
        form=sample.lineage.form.replace("_", " "),
        model=sample.lineage.model,
        turns=turns_of(sample, "phrase"),
        refs=() if tied else tuple(thing.ref for thing in sample.objects),
    )
