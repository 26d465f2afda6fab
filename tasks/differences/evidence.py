"""Which of some samples and scenes a release rejected, and in which stage."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from schemas.release import Manifest
from tasks.differences.causes import EVIDENCE
from tasks.differences.rows import Row
from tasks.storage.published import found_tables
from tasks.storage.releases import release_path
from tasks.storage.store import Store

REJECTED_FILE: Final = re.compile(r"rejections/stage=(?P<stage>[^/]+)/part-(?P<shard>\d+)\.parquet")


def rejected_among(
    store: Store, manifest: Manifest, rows: Iterable[Row], group: int, count: int
) -> Mapping[str, frozenset[str]]:
    """Return the ids of those of ``rows``, and of their scenes, that ``manifest`` rejected, by stage.

    ``group`` of ``count`` says which shards the rows are in.
    """
    ids = sorted({name for row in rows for name in (row.id, row.scene_id)})
    found = {stage: frozenset[str]() for stage in EVIDENCE}
    for part in manifest.parts if ids else ():
        place = REJECTED_FILE.fullmatch(part.path)
        if place is None or place["stage"] not in found or int(place["shard"]) % count != group:
            continue
        path, asked = release_path(manifest.version, part.path), pa.array(ids, pa.string())
        for table in found_tables(store, path, ["subject_id"], "subject_id", asked):
            found[place["stage"]] |= frozenset(pc.unique(table["subject_id"]).to_pylist())
    return found
