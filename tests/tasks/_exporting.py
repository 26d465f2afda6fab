"""A release whose samples speak of boxes, of turned and upright objects, small and large."""

from prompts import load_phrasings
from schemas.geometry import Polygon
from schemas.params import AdaptParams, BuildParams, PublishParams, SourceSpec
from schemas.sample import Draft, Sample
from schemas.scene import IngestedScene, SceneCandidate
from schemas.teacher import ConversedTile, DescribedObjects, MendedAnswer, SynthesizedTile
from schemas.tile import Tile
from schemas.vocabulary import Split
from tasks._stage import Where, write_part
from tasks.adapt import FORMS, adapt
from tasks.storage.parts import read_rows
from tasks.storage.store import Store
from tasks.verify import verify_shard
from tests.fixtures.placing import LOOK, chosen, placed
from tests.fixtures.release import Made, _candidates, make_tile
from tests.tasks._tiles import rectangle

SHAPES = (  # x, y of the centre, length, width, angle; tile px
    ("plane", (90, 120, 80, 60, 20)),
    ("plane", (300, 200, 90, 40, 75)),
    ("ship", (420, 60, 60, 20, 0)),
    ("harbour", (140, 260, 120, 30, 160)),
    ("small vehicle", (240, 320, 3, 2, 0)),
)  # the vehicle is smaller than a hundredth of the tile


def pictured(seed: int, split: Split) -> Tile:
    """Return a painted tile with the objects of ``SHAPES``; in val its licence is not known."""
    tile = make_tile(seed, split)
    window = tile.window
    objects = tuple(
        thing.model_copy(update={"category": name, "polygon": where, "clipped": where})
        for thing, (name, shape) in zip(tile.objects, SHAPES, strict=False)
        for where in [_moved(rectangle(*shape), window.x0, window.y0)]
    )
    labelled = tuple(sorted({name for name, _ in SHAPES}))
    licence = None if split is Split.VAL else tile.scene.licence
    scene = tile.scene.model_copy(update={"exhaustive": labelled, "licence": licence})
    return tile.model_copy(update={"objects": objects, "scene": scene})


def release(root: str) -> None:
    """Build and publish release “one” of three tiles, two of them in train."""
    store = Store(root)
    splits = (Split.TRAIN, Split.VAL, Split.TRAIN)
    parts = [p for n, split in enumerate(splits) for p in _shard(store, n, pictured(n * 3, split))]
    names = (SourceSpec(name="dota", path="photos"), SourceSpec(name="coco", path="terrain"))
    params = BuildParams(sources=names, shards=3, publish=PublishParams(gallery=2))
    Made(store, params, tuple(parts)).release("one")


def samples(root: str) -> list[Sample]:
    """Return the published samples."""
    store = Store(root)
    paths = [p for p in store.list("releases/one/samples") if p.endswith(".parquet")]
    return [row for path in sorted(paths) for row in read_rows(store, path, Sample)]


def _shard(store: Store, shard: int, tile: Tile) -> list:
    where = Where(root=store.uri, shard=shard)
    tiles = write_part("tile", shard, f"c{shard}", Tile, store, [tile])
    params = AdaptParams(grounding=5, referring=5, region=5)
    rows = adapt(tile, params, {form: load_phrasings(form) for form in FORMS})
    drafts = [row for row in rows if isinstance(row, Draft)]
    adapted = write_part("adapt", shard, f"d{shard}", Draft, store, drafts)
    taught = [
        write_part(stage, shard, f"{stage}{shard}", model, store, [])
        for stage, model in (
            ("describe", DescribedObjects),
            ("synthesize", SynthesizedTile),
            ("converse", ConversedTile),
            ("mend", MendedAnswer),
        )
    ]
    verified = verify_shard.fn(where, tiles, adapted, *taught)
    kept = list(read_rows(store, verified.path, Sample))
    return [
        write_part("scan", shard, f"a{shard}", SceneCandidate, store, _candidates([tile])),
        write_part(
            "ingest", shard, f"b{shard}", IngestedScene, store,
            [IngestedScene(scene=tile.scene, look=LOOK, annotations=())],
        ),
        placed(store, shard, [tile.scene], tile.split),
        tiles,
        adapted,
        *taught,
        verified,
        write_part("validate", shard, f"g{shard}", Sample, store, kept),
        chosen(store, shard, kept),
    ]  # fmt: skip


def _moved(polygon: Polygon, x0: float, y0: float) -> Polygon:
    return tuple((x + x0, y + y0) for x, y in polygon)
