"""How the rows of one shard lie in a release: samples and pictures, in folders by their keys.

Every file is sorted by id. Pictures are put aside on disk and taken up again in that order, a row
group at a time, so memory does not grow with the shard.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from schemas.arrow import arrow_schema, from_batch, to_batch
from schemas.image_row import EncodedImage, ImageObject, ImageRow, ImageSample
from schemas.release import Part, ReleasePart
from schemas.sample import Rejection, Sample
from schemas.scene import Finding
from schemas.tile import TileObject, TileOutline
from tasks.storage.published import published_schema, read_table, sliced, write_table
from tasks.storage.spool import Spool, spooled_pictures
from tasks.storage.store import Store

GROUP_BYTES: Final = 64 << 20  # a row group ends here too, so that large tiles stay in memory
HUGGING_FACE: Final = json.dumps({"info": {"features": {"image": {"_type": "Image"}}}})
SAMPLES: Final = published_schema(Sample, ("task", "split", "source"))
# datasets takes its Image feature only for exactly this type: every level may be null
IMAGE: Final = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
IMAGES: Final = published_schema(ImageRow, ("split", "source"), {"huggingface": HUGGING_FACE}).set(
    0, pa.field("image", IMAGE)
)
REJECTIONS: Final = published_schema(Rejection, ("stage",))
FINDINGS: Final = published_schema(Finding, ())


def write_samples(
    store: Store, version: str, shard: int, validated: Part, chosen: Part
) -> Iterator[ReleasePart]:
    """Write the ``chosen`` samples of a shard, one file for each task type, split and source."""
    samples = _chosen(store, validated, chosen, arrow_schema(Sample).names)
    for task, split, source in _folders(samples, "task", "split", "source"):
        here = _where(samples, task=task, split=split, source=source).sort_by("id")
        path = f"samples/task={task}/split={split}/source={source}/part-{shard:05d}.parquet"
        yield write_table(store, version, path, "samples", SAMPLES, sliced(here))


def write_images(
    store: Store,
    version: str,
    shard: int,
    validated: Part,
    chosen: Part,
    tiles: tuple[Part, ...],
    row_group: int,
) -> Iterator[ReleasePart]:
    """Write every tile with a ``chosen`` sample, one file for each split and source.

    ``tiles`` are those of the shard and those made of them by turning.
    """
    names = ["tile_id", "split", "source", "id", "task", "turns"]
    samples = _chosen(store, validated, chosen, names).sort_by("id")
    used = pc.unique(samples["tile_id"]).to_pylist()
    if not used:
        return
    names, wanted = arrow_schema(TileOutline).names, _one_of("id", used)
    outlines = pa.concat_tables(read_table(store, part.path, names, wanted) for part in tiles)
    with spooled_pictures(store, [part.path for part in tiles], used) as pictures:
        for split, source in _folders(samples, "split", "source"):
            here = _where(samples, split=split, source=source)
            shown = outlines.filter(pc.is_in(outlines["id"], pc.unique(here["tile_id"])))
            rows = _image_rows(shown.sort_by("id"), here, pictures)
            path = f"images/split={split}/source={source}/part-{shard:05d}.parquet"
            groups = _grouped(rows, row_group)
            yield write_table(store, version, path, "images", IMAGES, groups)


def write_rejections(store: Store, version: str, parts: tuple[Part, ...]) -> Iterator[ReleasePart]:
    """Gather the rejections of ``parts``, one file for each stage and shard."""
    for (stage, shard), paths in _beside(parts, "rejections").items():
        rows = _gathered(store, paths, Rejection)
        path = f"rejections/stage={stage}/part-{shard:05d}.parquet"
        yield write_table(store, version, path, "rejections", REJECTIONS, sliced(rows))


def write_findings(store: Store, version: str, parts: tuple[Part, ...]) -> Iterator[ReleasePart]:
    """Gather the findings of ``parts``, one file for each shard."""
    by_shard: dict[int, list[str]] = defaultdict(list)
    for (_, shard), paths in _beside(parts, "findings").items():
        by_shard[shard] += paths
    for shard in sorted(by_shard):
        rows = _gathered(store, by_shard[shard], Finding)
        path = f"findings/part-{shard:05d}.parquet"
        yield write_table(store, version, path, "findings", FINDINGS, sliced(rows))


def write_report(store: Store, version: str, stage: str, parts: tuple[Part, ...]) -> ReleasePart:
    """Write the rows of all ``parts`` of ``stage``, which are about the release, as they are."""
    own = sorted((part for part in parts if part.stage == stage), key=lambda part: part.shard)
    with store.open(own[0].path) as file:
        schema = pq.read_schema(file).remove_metadata()
    groups = (group for part in own for group in sliced(read_table(store, part.path)))
    return write_table(store, version, f"reports/{stage}.parquet", "report", schema, groups)


def image_row(tile: TileOutline, picture: bytes, samples: tuple[ImageSample, ...]) -> ImageRow:
    """Return the published row of one tile."""
    scene = tile.scene
    return ImageRow(
        image=EncodedImage(bytes=picture, path=f"{tile.id}.jpg"),
        tile_id=tile.id,
        scene_id=scene.id,
        scene=scene.name,
        source=scene.source,
        split=tile.split,
        component=tile.component,
        window=tile.window,
        width=tile.window.width,
        height=tile.window.height,
        gsd=scene.gsd,
        licence=scene.licence,
        attribution=scene.attribution,
        objects=tuple(_image_object(thing) for thing in tile.objects),
        samples=samples,
        turned=tile.turned,
    )


def _image_object(thing: TileObject) -> ImageObject:
    xs = [x for x, _ in thing.clipped]
    ys = [y for _, y in thing.clipped]
    return ImageObject(
        ref=thing.ref,
        category=thing.category,
        polygon=thing.clipped,
        box=(min(xs), min(ys), max(xs), max(ys)),
        described=thing.described,
    )


def _image_rows(outlines: pa.Table, samples: pa.Table, pictures: Spool) -> Iterator[ImageRow]:
    places: dict[str, list[int]] = defaultdict(list)
    for place, tile_id in enumerate(samples["tile_id"].to_pylist()):
        places[tile_id].append(place)
    texts = samples.select(["id", "task", "turns"])
    for batch in outlines.to_batches(max_chunksize=64):
        for tile in from_batch(batch, TileOutline):
            rows = texts.take(places[tile.id]).to_pylist()
            its_samples = tuple(ImageSample.model_validate(row) for row in rows)
            yield image_row(tile, pictures.get(tile.id), its_samples)


def _grouped(rows: Iterator[ImageRow], row_group: int) -> Iterator[pa.Table]:
    group: list[ImageRow] = []
    size = 0
    for row in rows:
        group.append(row)
        size += len(row.image.bytes)
        if len(group) == row_group or size >= GROUP_BYTES:
            yield pa.Table.from_batches([to_batch(group, ImageRow)])
            group, size = [], 0
    if group:
        yield pa.Table.from_batches([to_batch(group, ImageRow)])


def _chosen(store: Store, validated: Part, chosen: Part, names: list[str]) -> pa.Table:
    rows = read_table(store, validated.path, names)
    ids = read_table(store, chosen.path, ["id"])["id"]
    return rows if len(ids) == len(rows) else rows.filter(pc.is_in(rows["id"], ids))


def _folders(rows: pa.Table, *keys: str) -> list[tuple[str, ...]]:
    found = rows.select(list(keys)).group_by(list(keys)).aggregate([]).to_pylist()
    return sorted(tuple(row[key] for key in keys) for row in found)


def _where(rows: pa.Table, **equal: str) -> pa.Table:
    for column, value in equal.items():
        rows = rows.filter(pc.equal(rows[column], value))
    return rows


def _one_of(column: str, values: list[str]) -> list[tuple[str, str, list[str]]]:
    return [(column, "in", values)]


def _beside(parts: tuple[Part, ...], table: str) -> dict[tuple[str, int], list[str]]:
    """Return the paths of a side table by stage and shard, both sorted."""
    found: dict[tuple[str, int], list[str]] = defaultdict(list)
    for part in sorted(parts, key=lambda part: (part.stage, part.shard, part.key)):
        if table == "rejections" and part.rejections:
            found[part.stage, part.shard].append(part.beside("rejections"))
        if table == "findings" and part.findings:
            found[part.stage, part.shard].append(part.beside("findings"))
    return dict(found)


def _gathered(store: Store, paths: list[str], model: type[Rejection] | type[Finding]) -> pa.Table:
    names = arrow_schema(model).names
    rows = pa.concat_tables([read_table(store, path, names) for path in paths])
    return rows.sort_by([(name, "ascending") for name in names])
