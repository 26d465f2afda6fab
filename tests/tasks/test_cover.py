"""Stage coverage: one row per published description, facts in the order of the teacher."""

import pytest

from schemas.coverage import FactCoverage
from schemas.params import AdaptParams, DialogueParams, TeacherParams
from schemas.sample import Sample
from schemas.teacher import DescribedObjects
from schemas.vocabulary import TaskType
from tasks._stage import Where, write_part
from tasks.adapt import adapt_shard
from tasks.cover import cover, cover_shard
from tasks.model.true_facts import true_facts
from tasks.storage.store import Store
from tasks.verify import verify_shard
from tests.tasks._teaching import apron, mended, pictured, rows_of, taught, tiles_part
from tests.tasks._tiles import random_tile, tile_of

OUTLINES = [apron(), tile_of([], name="empty.png"), random_tile(3, 9)]
PARAMS = TeacherParams()


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return root, tiles, described and verified of three tiles, one of them empty."""
    root = str(tmp_path_factory.mktemp("covered"))
    where, tiles = Where(root=root, shard=0), tiles_part(root, OUTLINES)
    adapted = adapt_shard.fn(where, tiles, AdaptParams())
    written = taught(root, tiles, PARAMS, DialogueParams())
    again = mended(root, tiles, written, PARAMS)
    verified = verify_shard.fn(where, tiles, adapted, *written, again)
    return root, tiles, written[0], verified


def test_each_published_description_has_a_row_that_adds_up(built):
    root, tiles, described, verified = built
    part = cover_shard.fn(Where(root=root, shard=0), tiles, described, verified)
    rows = rows_of(root, part, FactCoverage)
    samples = rows_of(root, verified, Sample)
    wholes = [one.id for one in samples if one.task is TaskType.DETAILED_DESCRIPTION]
    assert [row.sample for row in rows] == wholes
    assert part.candidates == part.rows == 2
    told = rows_of(root, described, DescribedObjects)
    by_tile = {row.tile_id: row for row in rows}
    for outline in (OUTLINES[0], OUTLINES[2]):
        row = by_tile[outline.id]
        own = [one for one in told if one.tile_id == outline.id]
        assert row.facts == len(true_facts(pictured(outline), own)) == len(row.fates)
        assert row.covered
        assert not row.contradicted
        assert not row.at_odds


def test_a_second_run_finds_the_part(built):
    root, tiles, described, verified = built
    where = Where(root=root, shard=0)
    first = cover_shard.fn(where, tiles, described, verified)
    again = cover_shard.fn(where, tiles, described, verified)
    assert (again.made, again.key) == (False, first.key)


def test_without_descriptions_there_is_no_row(built):
    root, tiles, described, _ = built
    nothing = write_part("verify", 0, "none", Sample, Store(root), [])
    part = cover_shard.fn(Where(root=root, shard=0), tiles, described, nothing)
    assert (part.candidates, part.rows) == (0, 0)


def test_a_dialogue_at_odds_with_the_facts_is_named(built):
    root, _, described, verified = built
    tile = pictured(OUTLINES[0])
    samples = [s for s in rows_of(root, verified, Sample) if s.tile_id == tile.id]
    whole = next(s for s in samples if s.task is TaskType.DETAILED_DESCRIPTION)
    talk = next(s for s in samples if s.task is TaskType.DIALOGUE)
    span = next(s for s in talk.lineage.spans if s.kind == "phrase" and s.turn % 2)
    words = "The ship is yellow."
    turns = tuple(
        turn.model_copy(update={"content": words}) if n == span.turn else turn
        for n, turn in enumerate(talk.turns)
    )
    lie = span.model_copy(update={"start": 0, "end": len("The ship"), "refs": ("o6",)})
    lineage = talk.lineage.model_copy(update={"spans": (lie,)})
    lying = talk.model_copy(update={"turns": turns, "lineage": lineage})
    facts = true_facts(
        tile, [r for r in rows_of(root, described, DescribedObjects) if r.tile_id == tile.id]
    )
    white = facts[0].model_copy(
        update={"id": "f9", "text": '<ref ids="o6">The ship</ref> is white.'}
    )
    row = cover(tile, (*facts, white), whole, [whole, lying])
    assert (row.dialogues, row.at_odds) == (1, (f"{talk.id}: “yellow”",))
