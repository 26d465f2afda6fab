"""Publish: validated samples and their pictures become the files of a release.

The files of a shard are sorted by id and depend on nothing but their rows, so equal rows give equal
bytes in every release. The manifest is written last: its existence is the commit.
"""

import json
from collections.abc import Iterator
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.tasks import exponential_backoff

from schemas.arrow import arrow_schema, from_batch, to_batch
from schemas.image_row import EncodedImage, ImageObject, ImageRow, ImageSample
from schemas.params import BuildParams, PublishParams
from schemas.release import Manifest, Part, ReleasePart
from schemas.sample import Sample
from schemas.tile import TileObject, TileOutline
from tasks._stage import RETRIES
from tasks.report.commit import commit, software_versions
from tasks.storage.published import published_schema, read_table, sliced, write_table
from tasks.storage.spool import Spool, spooled_pictures
from tasks.storage.store import Store

IMAGE_GROUP_BYTES: Final = 64 << 20  # a row group ends here, so that large tiles stay in memory
HUGGING_FACE: Final = json.dumps({"info": {"features": {"image": {"_type": "Image"}}}})
SAMPLES: Final = published_schema(Sample, ("task", "split", "source"))
IMAGES: Final = published_schema(ImageRow, ("split", "source"), {"huggingface": HUGGING_FACE})


@task(
    name="publish",
    task_run_name="publish-{shard}",
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=RETRIES,
    retry_delay_seconds=exponential_backoff(2),
)
def publish_shard(
    root: str, version: str, shard: int, validated: Part, tiles: Part, params: PublishParams
) -> tuple[ReleasePart, ...]:
    """Write the samples of one shard, and every tile that has one, into release ``version``."""
    store = Store(root)
    samples = read_table(store, validated.path, list(arrow_schema(Sample).names))
    return (
        *_write_samples(store, version, shard, samples),
        *_write_images(store, version, shard, samples, tiles, params),
    )


@task(name="commit", task_run_name="commit-{version}", cache_policy=NO_CACHE, persist_result=False)
def commit_release(
    root: str,
    version: str,
    created: str,
    params: BuildParams,
    parts: tuple[Part, ...],
    published: tuple[ReleasePart, ...],
) -> Manifest:
    """Make release ``version`` of all that was published, and return its manifest.

    ``created`` is UTC in ISO 8601; ``parts`` are those of every stage and shard. Raises
    AccountingError where samples + rejections are not the candidates, UsageError where the version
    exists; then no manifest is written and the latest release stays what it was.
    """
    return commit(Store(root), version, created, params, parts, published, software_versions())


def _write_samples(
    store: Store, version: str, shard: int, samples: pa.Table
) -> Iterator[ReleasePart]:
    keys = samples.select(["task", "split", "source"]).group_by(["task", "split", "source"])
    folders = sorted(tuple(row.values()) for row in keys.aggregate([]).to_pylist())
    for task_type, split, source in folders:
        rows = _where(samples, task=task_type, split=split, source=source).sort_by("id")
        path = f"samples/task={task_type}/split={split}/source={source}/part-{shard:05d}.parquet"
        yield write_table(store, version, path, "samples", SAMPLES, sliced(rows))


def _write_images(
    store: Store, version: str, shard: int, samples: pa.Table, tiles: Part, params: PublishParams
) -> Iterator[ReleasePart]:
    texts = samples.select(["tile_id", "id", "task", "turns"]).sort_by("id")
    used = pc.unique(texts["tile_id"])
    names = list(arrow_schema(TileOutline).names)
    outlines = read_table(store, tiles.path, names, [("id", "in", used.to_pylist())])
    keys = sorted({(o["split"], o["scene"]["source"]) for o in _folders(outlines)})
    with spooled_pictures(store, tiles.path, used.to_pylist()) as pictures:
        for split, source in keys:
            here = pc.and_(
                pc.equal(outlines["split"], split),
                pc.equal(pc.struct_field(outlines["scene"], "source"), source),
            )
            rows = _image_rows(outlines.filter(here).sort_by("id"), texts, pictures)
            path = f"images/split={split}/source={source}/part-{shard:05d}.parquet"
            groups = _grouped(rows, params.row_group)
            yield write_table(store, version, path, "images", IMAGES, groups)
