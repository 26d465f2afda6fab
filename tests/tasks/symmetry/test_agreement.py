"""Verification says the same of a sample and of the turned one, and notices words left unturned."""

import pytest

from prompts import load_phrasings
from schemas.params import AdaptParams
from schemas.sample import Sample
from schemas.symmetry import TURNS, Symmetry
from schemas.vocabulary import TaskType
from tasks.adapt import FORMS, adapt
from tasks.grounding.truth import Truth
from tasks.symmetry.agreement import agreements, difference, verdicts_on
from tasks.symmetry.samples import turn_sample
from tasks.symmetry.tiles import turn_outline
from tasks.verify import verify_tile
from tests.tasks._tiles import random_tile
from tests.tasks.grounding._airfield import airfield
from tests.tasks.symmetry._samples import SAID, sample_of

PARAMS = AdaptParams(position=6, grounding=8, referring=8, region=8)
PHRASINGS = {form: load_phrasings(form) for form in FORMS}


def test_every_statement_fares_the_same_under_all_seven():
    sample = sample_of(airfield(), *SAID)
    rows = list(agreements(airfield(), [sample]))
    assert [row.symmetry for row in rows] == list(TURNS)
    assert {(row.outcome, row.detail, row.sample) for row in rows} == {("agree", "", sample.id)}
    assert {row.claims for row in rows} == {len(verdicts_on(sample, Truth(airfield())))}
    assert rows[0].claims > 8


def test_published_text_is_judged_as_its_tagged_draft_was():
    sample = sample_of(airfield(), *SAID)
    assert verdicts_on(sample, Truth(airfield())) == sample.lineage.verdicts


@pytest.mark.parametrize("seed", range(3))
def test_adapted_samples_of_random_tiles_agree(seed):
    tile = random_tile(seed, 6 + 3 * seed, ("plane", "ship", "small vehicle"))
    outcomes = verify_tile(tile, adapt(tile, PARAMS, PHRASINGS))
    samples = [one for one in outcomes if isinstance(one, Sample)]
    assert len(samples) > 20
    rows = list(agreements(tile, samples))
    assert {(row.outcome, row.detail) for row in rows} == {("agree", "")}


def test_what_is_false_of_the_picture_is_false_of_the_turned_one():
    true = sample_of(airfield(), *SAID)
    lie = true.turns[1].model_copy(
        update={"content": true.turns[1].content.replace("upper left", "lower left")}
    )
    false = true.model_copy(update={"turns": (true.turns[0], lie)})
    assert "contradicted" in {v.outcome for v in verdicts_on(false, Truth(airfield()))}
    assert {row.outcome for row in agreements(airfield(), [false])} == {"agree"}


@pytest.mark.parametrize("symmetry", TURNS)
def test_words_that_were_not_turned_differ(symmetry):
    sample = sample_of(airfield(), *SAID)
    turned = turn_sample(sample, airfield(), symmetry)
    truth = Truth(turn_outline(airfield(), symmetry))
    before = verdicts_on(sample, Truth(airfield()))
    assert difference(before, verdicts_on(turned, truth)) == ""
    forgotten = turned.model_copy(update={"turns": sample.turns, "lineage": sample.lineage})
    assert "contradicted" in difference(before, verdicts_on(forgotten, truth))


def test_a_difference_names_the_first_statement_that_fares_otherwise():
    sample = sample_of(airfield(), *SAID)
    before = verdicts_on(sample, Truth(airfield()))
    changed = (*before[:2], before[2].model_copy(update={"outcome": "contradicted"}), *before[3:])
    said = f"“{before[2].claim}” ({before[2].kind}) supported, turned “{before[2].claim}” ({before[2].kind}) contradicted"  # fmt: skip
    assert difference(before, changed) == said
    assert difference(before, before[:-1]).endswith("supported, turned nothing")


def test_what_cannot_be_turned_is_told_apart_with_its_words():
    sample = sample_of(airfield(), "What is it?", "It stands behind it.", task=TaskType.VQA)
    rows = list(agreements(airfield(), [sample]))
    assert {row.outcome for row in rows} == {"unturned"}
    assert "“behind”" in rows[0].detail
    assert (rows[0].task, rows[0].form) == (TaskType.VQA, "detailed_description")


def test_a_mirrored_claim_of_a_sense_is_still_compared():
    sample = sample_of(airfield(), "What is it?", "Traffic turns left there.")
    found = {row.symmetry: row.outcome for row in agreements(airfield(), [sample])}
    assert found[Symmetry.TURN_90] == "agree"
    assert found[Symmetry.MIRROR] == "unturned"
