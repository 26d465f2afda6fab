"""The samples of two releases that are not in files that both have, group by group of scenes."""

import hashlib
from collections.abc import Iterator
from math import gcd
from typing import Any, Final, NamedTuple

from schemas.release import Manifest, ReleasePart
from schemas.vocabulary import TaskType
from tasks.mixture.reading import read_columns
from tasks.storage.published import place_of
from tasks.storage.releases import release_path
from tasks.storage.store import Store

COLUMNS: Final = (
    "id", "task", "source", "split", "scene_id", "window", "turns", "objects", "lineage",
)  # fmt: skip
BATCH: Final = 1000
SPENT: Final = ("spent",)  # what an answer took, which is another time it is asked


class Row(NamedTuple):
    """What is compared of one sample; each digest stands for some of its columns."""

    id: str
    task: TaskType
    source: str
    split: str
    scene_id: str
    slot: tuple[object, ...]  # where it stands: scene, window, task, form, turned how
    stage: str
    prompt: str
    fingerprint: str
    model: str | None
    asked: str  # model, prompt, parameters and requests
    judged: str  # verdicts and repairs
    found: str  # where its labels were read
    content: str  # turns, objects, spans, terms
    repaired: bool
    turned: bool
    file: str  # relative to the root

    @property
    def digests(self) -> tuple[str, ...]:
        """All that makes it the same sample."""
        return (self.split, self.asked, self.judged, self.found, self.content)


def groups(before: Manifest, after: Manifest) -> int:
    """Return in how many groups of shards the scenes of both releases can be held side by side.

    A scene is in the shard ``id % shards``, so with equal numbers of shards a group is a shard.
    """
    return gcd(before.parameters.shards, after.parameters.shards)


def differing_files(
    before: Manifest, after: Manifest, group: int
) -> tuple[list[ReleasePart], list[ReleasePart]]:
    """Return the files of samples of a group that only one of the releases has."""
    count = groups(before, after)
    first, second = (
        {
            (part.path, part.sha256): part
            for part in manifest.parts
            if (place := place_of(part.path))
            and place.table == "samples"
            and place.shard % count == group
        }
        for manifest in (before, after)
    )
    return (
        [part for key, part in first.items() if key not in second],
        [part for key, part in second.items() if key not in first],
    )


def read_samples(store: Store, version: str, files: list[ReleasePart]) -> dict[str, Row]:
    """Return the samples of ``files`` by id."""
    paths = [release_path(version, part.path) for part in files]
    return {row.id: row for path in paths for row in _rows(store, path)}


def _rows(store: Store, path: str) -> Iterator[Row]:
    for batch in read_columns(store, path, COLUMNS, BATCH):
        for row in batch.to_pylist():
            yield _row(row, path)


def _row(row: dict[str, Any], path: str) -> Row:
    lineage = {name: value for name, value in row["lineage"].items() if name not in SPENT}
    labels, verdicts, repairs = (lineage.pop(name) for name in ("labels", "verdicts", "repairs"))
    names = ("prompt", "prompt_fingerprint", "model", "temperature", "max_tokens", "seed",
             "request_key", "rests_on")  # fmt: skip
    asked = [lineage.pop(name) for name in names]
    annotations = [thing.pop("annotation_id") for thing in row["objects"]]
    turned = lineage["turned"]
    window = tuple(row["window"].values())
    return Row(
        id=row["id"], task=TaskType(row["task"]), source=row["source"], split=row["split"],
        scene_id=row["scene_id"],
        slot=(row["scene_id"], window, row["task"], lineage["form"], str(turned and turned["symmetry"])),
        stage=lineage["stage"], prompt=asked[0], fingerprint=asked[1], model=asked[2],
        asked=_digest(asked), judged=_digest(verdicts, repairs),
        found=_digest(labels, annotations),
        content=_digest(row["turns"], row["objects"], lineage), repaired=bool(repairs),
        turned=turned is not None, file=path,
    )  # fmt: skip


def _digest(*values: object) -> str:
    return hashlib.blake2b(repr(values).encode(), digest_size=8).hexdigest()
