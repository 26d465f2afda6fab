"""The stage adapt: parts in which every candidate is accounted for, tile by tile."""

import pyarrow as pa

from schemas.arrow import to_batch
from schemas.params import AdaptParams
from schemas.sample import Draft, Rejection
from schemas.tile import LabelledTile, Tile
from schemas.vocabulary import Reason
from tasks._stage import Where, write_part
from tasks.adapt import adapt_shard, batched_by_labels
from tasks.labels import LABEL_FORMS
from tasks.storage.parts import read_rows
from tasks.storage.store import Store
from tests.tasks._adapting import drafts
from tests.tasks._tiles import random_tile, tile_of
from tests.tasks.labels._labelled import caption, labelled, question
from tests.tasks.test_adapt import CLASSES, EXHAUSTIVE


def test_the_stage_writes_a_part_in_which_every_candidate_is_accounted_for(tmp_path):
    store = Store(str(tmp_path))
    outlines = [random_tile(seed, 30, CLASSES, exhaustive=EXHAUSTIVE) for seed in range(3)]
    tiles = [Tile(**dict(outline), image=b"jpeg") for outline in outlines]
    source = write_part("tile", 0, "0" * 20, Tile, store, tiles)
    where = Where(root=str(tmp_path), shard=0)
    part = adapt_shard.fn(where, source, AdaptParams())
    assert part.made
    assert part.rows + part.rejections == part.candidates > 30
    written = list(read_rows(store, part.path, Draft))
    assert [d.id for d in written] == [
        d.id for outline in outlines for d in drafts(outline, AdaptParams())
    ]
    assert not adapt_shard.fn(where, source, AdaptParams()).made


# Labels in words


def mixed_tiles():
    """Return tiles with objects, with labels, with both and with neither."""
    plain = [random_tile(seed, 20, CLASSES, exhaustive=EXHAUSTIVE) for seed in range(4)]
    words = [question(f"Is road {n} wide?", "yes", n) for n in range(8)]
    labels = [(), (caption("a road ."), *words), (caption(""),), tuple(words)]
    tiles = [
        Tile(**dict(o), labels=said, image=b"j") for o, said in zip(plain, labels, strict=True)
    ]
    bare = tile_of([], exhaustive=[], name="bare.png")
    return [*tiles, Tile(**dict(bare), labels=tuple(words), image=b"j")]


def test_drafts_of_objects_and_labels_come_tile_by_tile(tmp_path):
    store, tiles = Store(str(tmp_path)), mixed_tiles()
    source = write_part("tile", 0, "0" * 20, Tile, store, tiles)
    part = adapt_shard.fn(Where(root=str(tmp_path), shard=0), source, AdaptParams())
    written = list(read_rows(store, part.path, Draft))
    assert part.rows + part.rejections == part.candidates
    order = [tile.id for tile in tiles]
    assert [d.tile_id for d in written] == sorted((d.tile_id for d in written), key=order.index)
    for tile in tiles:
        forms = [d.lineage.form in LABEL_FORMS for d in written if d.tile_id == tile.id]
        assert forms == sorted(forms)
    ours = [d for d in written if d.lineage.form not in LABEL_FORMS]
    assert [d.id for d in ours] == [d.id for t in tiles for d in drafts(t, AdaptParams())]
    assert len(written) - len(ours) == 9 + 8 + 8
    rejected = read_rows(store, part.beside("rejections"), Rejection)
    assert Reason.EMPTY_LABEL in {row.reason for row in rejected}


def test_slices_of_tiles_hold_few_labels_and_lose_none():
    batch = to_batch([labelled(*[caption("x", n) for n in range(k)]) for k in (3, 9, 0, 2, 2)],
                     LabelledTile)  # fmt: skip
    slices = list(batched_by_labels(batch, most=4))
    assert [part.num_rows for part in slices] == [1, 1, 3]
    assert pa.Table.from_batches(slices).equals(pa.Table.from_batches([batch]))
