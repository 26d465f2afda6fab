"""What must be true across the tables of a release: ids, objects, spans, splits and counts."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from schemas.arrow import from_batch
from schemas.release import Manifest, ReleasePart
from schemas.sample import Sample
from tasks.storage.accounting import SAMPLE_STAGES, sample_candidates
from tasks.storage.problem import Problem
from tasks.storage.published import read_table
from tasks.storage.releases import MANIFEST, release_path
from tasks.storage.store import Store

REMEDY: Final = "This is a defect of the build; please report it, and do not use the release."


class Tiles:
    """What the images table says, by tile id."""

    def __init__(self) -> None:
        self.split: dict[str, str] = {}
        self.scene_split: dict[str, str] = {}
        self.component_split: dict[str, str] = {}
        self.refs: dict[str, frozenset[str]] = {}
        self.samples: dict[str, str] = {}


def broken_invariants(store: Store, manifest: Manifest) -> Iterator[Problem]:
    """Yield what the tables of a release, each whole in itself, say wrongly of each other."""
    tiles = Tiles()
    for part in _of(manifest, "images"):
        yield from _images(store, manifest, part, tiles)
    seen: set[str] = set()
    counts: Counter[tuple[str, str, str]] = Counter()
    for part in _of(manifest, "samples"):
        path = release_path(manifest.version, part.path)
        for batch in read_table(store, path).to_batches(max_chunksize=256):
            for sample in from_batch(batch, Sample):
                counts[sample.task, sample.split, sample.source] += 1
                for found in _sample(sample, part, tiles, seen):
                    yield Problem(path=path, found=f"sample {sample.id}: {found}", remedy=REMEDY)
                seen.add(sample.id)
    yield from _lost(manifest, tiles, seen)
    yield from _counts(store, manifest, counts)


def _images(store: Store, manifest: Manifest, part: ReleasePart, tiles: Tiles) -> Iterator[Problem]:
    path = release_path(manifest.version, part.path)
    rows = read_table(
        store, path, ["tile_id", "scene_id", "component", "source", "split", "objects", "samples"]
    )
    for row in rows.to_pylist():
        tile_id = row["tile_id"]
        if tile_id in tiles.split:
            yield Problem(path=path, found=f"tile {tile_id} is there twice", remedy=REMEDY)
        folder = f"images/split={row['split']}/source={row['source']}/"
        if not part.path.startswith(folder):
            found = f"tile {tile_id} belongs into {folder}"
            yield Problem(path=path, found=found, remedy=REMEDY)
        tiles.split[tile_id] = row["split"]
        tiles.refs[tile_id] = frozenset(thing["ref"] for thing in row["objects"])
        tiles.samples |= {sample["id"]: tile_id for sample in row["samples"]}
        before = tiles.scene_split.setdefault(row["scene_id"], row["split"])
        if before != row["split"]:
            found = f"scene {row['scene_id']} is in {before} and in {row['split']}"
            yield Problem(path=path, found=found, remedy=REMEDY)
        before = tiles.component_split.setdefault(row["component"], row["split"])
        if before != row["split"]:
            found = (
                f"the ground of component {row['component']} is in {before} and in {row['split']}"
            )
            yield Problem(path=path, found=found, remedy=REMEDY)


def _sample(sample: Sample, part: ReleasePart, tiles: Tiles, seen: set[str]) -> Iterator[str]:
    """Yield what is wrong with one sample."""
    folder = f"samples/task={sample.task}/split={sample.split}/source={sample.source}/"
    if not part.path.startswith(folder):
        yield f"it belongs into {folder}"
    if sample.id in seen:
        yield "its id is there twice"
    if sample.tile_id not in tiles.split:
        yield f"its tile {sample.tile_id} is not in the images table"
        return
    if tiles.split[sample.tile_id] != sample.split:
        yield f"it is in {sample.split}, its tile in {tiles.split[sample.tile_id]}"
    if tiles.samples.get(sample.id) != sample.tile_id:
        yield "the images table does not list it with its tile"
    of_tile = {thing.ref for thing in sample.objects if thing.ref.startswith("o")}
    unknown = of_tile - tiles.refs[sample.tile_id]
    if unknown:
        yield f"objects {', '.join(sorted(unknown))} are not in its tile"
    yield from _spans(sample)


def _spans(sample: Sample) -> Iterator[str]:
    refs = {thing.ref for thing in sample.objects}
    for span in sample.lineage.spans:
        text = sample.turns[span.turn].content if span.turn < len(sample.turns) else ""
        if not span.start < span.end <= len(text):
            yield f"span {span.start}–{span.end} of turn {span.turn} is outside the text"
        if not set(span.refs) <= refs:
            yield f"span {span.start}–{span.end} of turn {span.turn} means objects it does not list"


def _lost(manifest: Manifest, tiles: Tiles, seen: set[str]) -> Iterator[Problem]:
    missing = sorted(set(tiles.samples) - seen)
    if missing:
        yield Problem(
            path=f"releases/{manifest.version}/images",
            found=f"{len(missing)} samples of the images table are not in the samples table, "
            f"such as {missing[0]}",
            remedy=REMEDY,
        )


def _counts(
    store: Store, manifest: Manifest, counts: Counter[tuple[str, str, str]]
) -> Iterator[Problem]:
    """Compare the manifest's counts with the rows."""
    path = release_path(manifest.version, MANIFEST)
    stated = {(c.task, c.split, c.source): c.samples for c in manifest.tasks}
    for key in sorted(set(stated) | set(counts)):
        if stated.get(key, 0) != counts[key]:
            found = (
                f"{'/'.join(key)}: it says {stated.get(key, 0)} samples, there are {counts[key]}"
            )
            yield Problem(path=path, found=found, remedy=REMEDY)
    rejected = 0
    for part in _of(manifest, "rejections"):
        column = read_table(store, release_path(manifest.version, part.path), ["stage"])["stage"]
        rejected += sum(stage in SAMPLE_STAGES for stage in column.to_pylist())
    total, stages = counts.total(), sample_candidates(manifest.stages)
    if not total + rejected == manifest.candidates == stages or total != manifest.samples:
        found = (
            f"{total} samples + {rejected} rejected samples are not the {manifest.candidates} "
            f"candidates that it states"
        )
        yield Problem(path=path, found=found, remedy=REMEDY)


def _of(manifest: Manifest, table: str) -> Iterator[ReleasePart]:
    return (part for part in manifest.parts if part.table == table)
