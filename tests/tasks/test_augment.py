"""Stages augment and turned: what is added, what is refused, and that the books balance."""

from collections import Counter

import pytest

from prompts import load_phrasings
from schemas.geometry import Window
from schemas.params import AdaptParams
from schemas.record import content_id
from schemas.sample import Rejection, Sample
from schemas.symmetry import TURNS, AugmentParams, Symmetry
from schemas.tile import Tile
from schemas.turn import Turn
from schemas.vocabulary import Reason, Split
from tasks._stage import Where, write_part
from tasks.adapt import FORMS, adapt
from tasks.augment import augment_shard, augment_tile, turn_tiles, way_of
from tasks.storage.store import Store
from tasks.symmetry.tiles import turn_tile
from tasks.verify import verify_tile
from tests.tasks._teaching import pictured, rejections_of, rows_of, tiles_part
from tests.tasks._tiles import random_tile
from tests.tasks.grounding._airfield import airfield
from tests.tasks.symmetry._samples import SAID, sample_of

PHRASINGS = {form: load_phrasings(form) for form in FORMS}
TEST = random_tile(7, 9).model_copy(update={"split": Split.TEST})
TILES = [*(random_tile(seed, 9) for seed in range(4)), TEST]
WHOLE = AugmentParams(share=1)


def verified(tile):
    outcomes = verify_tile(tile, adapt(tile, AdaptParams(), PHRASINGS))
    return [one for one in outcomes if isinstance(one, Sample)]


def captioned(tile, *texts):
    """Return captions of ``tile``: labels in words, which are not judged."""
    sample = sample_of(tile, "Caption this.", "A plane.", form="caption")
    lineage = sample.lineage.model_copy(update={"verdicts": ()})
    return [
        sample.model_copy(
            update={
                "id": content_id(tile.id, text), "lineage": lineage,
                "turns": (sample.turns[0], Turn(role="assistant", content=text)),
            }
        )
        for text in texts
    ]  # fmt: skip


@pytest.fixture
def augment(tmp_path):
    """Return the parts that both stages write of TILES and their samples, labels first."""
    root = str(tmp_path)
    labels = [one for tile in TILES for one in captioned(tile, "A ship at the upper left.")]
    rows = [*labels, *(sample for tile in TILES for sample in verified(tile))]
    tiles = tiles_part(root, TILES)
    part = write_part("verify", 0, content_id([r.id for r in rows]), Sample, Store(root), rows)

    def run(params):
        where = Where(root=root, shard=0)
        augmented = augment_shard.fn(where, tiles, part, params)
        return augmented, turn_tiles.fn(where, tiles, augmented, 85), rows

    run.root = root
    return run


def test_by_default_nothing_is_added(augment):
    augmented, turned, _ = augment(AugmentParams())
    assert augmented.candidates == augmented.rows == turned.candidates == turned.rows == 0


def test_every_training_sample_is_added_once_turned_and_no_other(augment):
    augmented, _, rows = augment(WHOLE)
    made, lost = rows_of(augment.root, augmented, Sample), rejections_of(augment.root, augmented)
    train = {row.id for row in rows if row.split is Split.TRAIN}
    assert augmented.candidates == len(made) + len(lost) == len(train)
    assert {row.lineage.turned.sample for row in made} <= train
    assert {row.split for row in made} == {Split.TRAIN}
    assert len({row.id for row in made}) == len(made) > 60


def test_a_share_is_drawn_by_seed_and_a_larger_one_holds_it(augment):
    drawn = [
        {row.lineage.turned.sample for row in rows_of(augment.root, augment(params)[0], Sample)}
        for params in (
            AugmentParams(share=0.3),
            AugmentParams(share=0.5),
            AugmentParams(share=0.3, seed=1),
        )
    ]
    assert drawn[0] < drawn[1]
    assert 0.2 < len(drawn[0]) / len(rows_of(augment.root, augment(WHOLE)[0], Sample)) < 0.4
    assert drawn[2] != drawn[0]


def test_all_samples_of_a_tile_are_turned_one_way_of_those_allowed(augment):
    params = AugmentParams(share=1, symmetries=(Symmetry.FLIP, Symmetry.MIRROR))
    made = rows_of(augment.root, augment(params)[0], Sample)
    ways = {(row.lineage.turned.tile, row.lineage.turned.symmetry) for row in made}
    assert len(ways) == len(dict(ways)) == 4
    assert set(dict(ways).values()) <= set(params.symmetries)
    drawn = Counter(way_of(f"tile {number}", WHOLE) for number in range(700))
    assert set(drawn) == set(TURNS)
    assert min(drawn.values()) > 60


def test_the_verdicts_are_those_on_the_turned_text_and_labels_have_none(augment):
    made = rows_of(augment.root, augment(WHOLE)[0], Sample)
    by_form = {row.lineage.form: row for row in made}
    assert by_form["caption"].lineage.verdicts == ()
    boxes = [v for v in by_form["grounding"].lineage.verdicts if v.kind == "box"]
    assert boxes[0].claim in " ".join(turn.content for turn in by_form["grounding"].turns)
    assert all(v.outcome != "contradicted" for row in made for v in row.lineage.verdicts)


def test_the_tiles_of_augmented_samples_are_turned_with_their_pictures(augment):
    augmented, turned, _ = augment(WHOLE)
    shown = {row.tile_id for row in rows_of(augment.root, augmented, Sample)}
    tiles = rows_of(augment.root, turned, Tile)
    assert turned.candidates == turned.rows == len(tiles) == 4
    assert {tile.id for tile in tiles} == shown
    for tile in tiles:
        source = next(one for one in TILES if one.id == tile.turned.tile)
        expected = turn_tile(pictured(source), tile.turned.symmetry, 85)
        stored = expected.scene.model_copy(update={"uri": ""})  # the address is not stored
        assert tile == expected.model_copy(update={"scene": stored})


def test_what_cannot_be_turned_is_a_rejection_that_says_why_and_keeps_the_sample():
    (sample,) = captioned(airfield(), "A church north of the river.")
    (lost,) = augment_tile(airfield(), [sample], WHOLE)
    assert isinstance(lost, Rejection)
    assert (lost.stage, lost.subject, lost.reason) == ("augment", "sample", Reason.UNTURNABLE)
    symmetry = way_of(airfield().id, WHOLE)
    assert lost.detail == (
        f"caption, sample {sample.id} turned ({symmetry}): no rule turns this: “north” in "
        "“a church north of the river.”. The sample itself is kept."
    )
    assert lost.subject_id != sample.id


def test_texts_that_fall_together_when_turned_are_given_once(tmp_path):
    root, tile = str(tmp_path), TILES[0]
    texts = ("A ship left of it.", "A ship to the left of it.")
    rows, params = captioned(tile, *texts), AugmentParams(share=1, symmetries=(Symmetry.TURN_90,))
    part = write_part("verify", 0, "k", Sample, Store(root), rows)
    where = Where(root=root, shard=0)
    augmented = augment_shard.fn(where, tiles_part(root, [tile]), part, params)
    (made,) = rows_of(root, augmented, Sample)
    (lost,) = rejections_of(root, augmented)
    assert made.turns[1].content == "A ship above it."
    assert lost.reason is Reason.DUPLICATE_SAMPLE
    assert lost.subject_id not in {made.id, *(row.id for row in rows)}


def test_statements_that_fare_otherwise_when_turned_are_a_rejection():
    sample = sample_of(airfield(), *SAID)
    stray = sample.model_copy(update={"window": Window(x0=0, y0=0, x1=1000, y1=700)})
    params = AugmentParams(share=1, symmetries=(Symmetry.MIRROR,))
    kept, lost = augment_tile(airfield(), [sample, stray], params)  # of another frame
    assert isinstance(kept, Sample)
    assert lost.reason is Reason.NOT_INVARIANT
    assert "“[50, 88, 270, 112]” (box) supported, turned “[730, 88, 950, 112]” (box) contradicted" in lost.detail  # fmt: skip


def test_symmetries_must_turn_something():
    with pytest.raises(ValueError, match="none that turns anything"):
        AugmentParams(symmetries=("same",))
    with pytest.raises(ValueError, match="at least one"):
        AugmentParams(symmetries=())
    assert AugmentParams(symmetries=("flip", "turn_90", "flip")).symmetries == ("turn_90", "flip")
