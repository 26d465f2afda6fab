"""What came of holding a text against the labels is kept, and gives what holding it again would."""

import pytest

from prompts import load_phrasings
from schemas.params import DialogueParams, TeacherParams, VerifyParams
from schemas.sample import Draft, Sample
from schemas.teacher import ConversedTile, DescribedObjects, SynthesizedTile
from tasks.grounding.drafts import DETAILED, LOCAL, dialogue_draft, local_drafts, synthesis_draft
from tasks.grounding.held import Truths, hold_draft
from tasks.grounding.mending import replaced
from tasks.grounding.references import parse, write
from tasks.grounding.truth import truth_of
from tasks.grounding.verdicts import Edit
from tasks.model.falsehoods import Told, against, falsehoods
from tasks.verify import verify_draft
from tests.tasks._teaching import apron, pictured, rows_of, taught, tiles_part
from tests.tasks._tiles import random_tile

OUTLINES = [apron(), random_tile(3, 9), random_tile(5, 14)]
TILES = {outline.id: pictured(outline) for outline in OUTLINES}
# Told of a tile, these words make many of its statements false: some can be mended, others not.
LIES = {
    "left": "right", "upper": "lower", "three": "seven", "white": "red",
    "larger": "smaller", "planes": "harbours", "horizontally": "vertically",
}  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> Told:
    """Return what the offline teacher writes of three tiles."""
    root = str(tmp_path_factory.mktemp("held"))
    written = taught(root, tiles_part(root, OUTLINES), TeacherParams(), DialogueParams())
    models = (DescribedObjects, SynthesizedTile, ConversedTile)
    return Told(*(tuple(rows_of(root, p, m)) for p, m in zip(written, models, strict=True)))


def drafts(told: Told):
    """Yield every draft made of ``told`` with what its row holds of it."""
    local, detailed = load_phrasings(LOCAL), load_phrasings(DETAILED)
    for row in told.described:
        yield from zip(local_drafts(TILES[row.tile_id], row, local), row.held, strict=True)
    for row in told.synthesized:
        yield synthesis_draft(TILES[row.tile_id], row, detailed), row.held
    for row in told.conversed:
        yield dialogue_draft(TILES[row.tile_id], row), row.held


def lying(draft: Draft, word: str) -> Draft:
    """Return ``draft`` with ``word`` of its answers replaced by one that is likely false."""
    turns = tuple(
        turn.model_copy(update={"content": turn.content.replace(word, LIES[word])})
        if turn.role == "assistant" else turn
        for turn in draft.turns
    )  # fmt: skip
    return draft.model_copy(update={"turns": turns})


def test_rows_hold_what_verification_finds(told):
    for draft, held in drafts(told):
        truth = truth_of(TILES[draft.tile_id])
        assert held == hold_draft(draft, truth)
        found = verify_draft(draft, TILES[draft.tile_id], held=held)
        assert isinstance(found, Sample)
        assert found == verify_draft(draft, TILES[draft.tile_id], truth)


@pytest.mark.parametrize("word", LIES)
def test_lies_come_to_the_same_by_what_was_held_as_by_holding_again(told, word):
    seen = set()
    for draft, _ in drafts(told):
        lie, tile = lying(draft, word), TILES[draft.tile_id]
        truth = truth_of(tile)
        held = hold_draft(lie, truth)
        known = type(held).model_validate(held.model_dump())  # as it comes back from its row
        assert verify_draft(lie, tile, truth, held=known) == verify_draft(lie, tile, truth)
        seen |= {bool(held.wrong), bool(held.repairs)}
    assert True in seen  # some of it was false


def test_without_mending_nothing_that_was_held_is_used(told):
    draft, _ = next(drafts(told))
    tile = TILES[draft.tile_id]
    lie = lying(draft, "white")
    held, plain = hold_draft(lie, truth_of(tile)), VerifyParams(mend=False)
    assert verify_draft(lie, tile, params=plain, held=held) == verify_draft(lie, tile, params=plain)


def test_what_was_held_is_not_checked_again_but_where_that_is_asked(told):
    tile = TILES[told.described[0].tile_id]
    own = Told(*(tuple(row for row in rows if row.tile_id == tile.id) for rows in told))
    checked = []

    def check(draft: Draft):
        checked.append(draft)
        return against(truth_of(tile))(draft)

    local, detailed = load_phrasings(LOCAL), load_phrasings(DETAILED)
    assert not any(falsehoods(tile, own, check, local, detailed))
    assert not checked
    assert not any(falsehoods(tile, own, check, local, detailed, held=False))
    assert len(checked) == sum(1 for _ in drafts(own))


def test_tiles_are_gone_through_once_and_may_be_left_out():
    truths = Truths(TILES.values())
    first, _, last = TILES
    assert truths.of(first) is truths.of(first)
    assert truths.of(last).things == TILES[last].objects


def test_a_tag_of_which_no_word_is_left_goes():
    text = parse('One is there.<ref ids="o2"> The plane is round.</ref> All is calm.')
    place = text.plain.index("The plane")
    left = replaced(text, [Edit(place, place + len("The plane is round."), "")])
    assert left.spans == ()
    assert parse(write(left)).plain == left.plain == "One is there.  All is calm."


def test_tags_that_an_edit_draws_over_each_other_stay_apart():
    text = parse('<ref ids="o1">the ship left</ref> <ref ids="o2">of the dock</ref> is red')
    edit = Edit(text.plain.index("left of"), text.plain.index("left of") + 7, "right of")
    left = replaced(text, [edit])
    assert left.plain == "the ship right of the dock is red"
    assert parse(write(left)) == left
    assert all(one.end <= two.start for one, two in zip(left.spans, left.spans[1:], strict=False))
