"""A twin differs from its sample in one fact, which the rules contradict."""

import re

import pytest

from schemas.params import AdaptParams
from schemas.sample import Sample
from tasks.grounding.truth import Truth
from tasks.judging.twins import opposites, outcome_of, twin_of
from tasks.lexicon import parse_number
from tasks.verify import verify_draft
from tests.tasks._adapting import drafts
from tests.tasks._tiles import random_tile
from tests.tasks.grounding._airfield import airfield
from tests.tasks.test_verify import described

LABELLED = ("plane", "ship", "bridge", "harbour", "helicopter")


def sample_of(text):
    sample = verify_draft(described(text), airfield())
    assert isinstance(sample, Sample)
    return sample


def twins(text, seeds=range(20)):
    """Return the answers of the twins of ``text`` under different seeds, and what was changed."""
    sample, tile = sample_of(text), airfield()
    found = [twin_of(sample, tile, Truth(tile), str(seed)) for seed in seeds]
    return {(twin.turns[1].content, twin.changed) for twin in found if twin}


def test_a_number_grows():
    for answer, changed in twins("There are four planes in the image."):
        number, things = re.fullmatch(r"There are (\w+) ([\w ]+) in the image\.", answer).groups()
        assert (parse_number(number) or 0) > 4 or things != "planes"
        assert " → " in changed


def test_a_side_turns_round():
    text = '<ref ids="o4">A plane</ref> stands in the lower right of the image.'
    assert ("A plane stands in the upper right of the image.", "lower → upper") in twins(text)


def test_a_class_becomes_one_that_is_not_there_with_the_same_article():
    found = {answer for answer, _ in twins('<ref ids="o6">A storage tank</ref> is to be seen.')}
    assert found == {f"A {name} is to be seen." for name in ("ship", "bridge", "large vehicle")}


def test_words_that_change_nothing_certain_make_no_twin():
    assert twins("This is a quiet place with a lot of grass.") == set()


def test_the_question_stays_as_it_is():
    sample = sample_of("There are four planes in the image.")
    twin = twin_of(sample, airfield(), Truth(airfield()), "1")
    assert twin.turns[0] == sample.turns[0]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_twins_of_all_forms_differ_by_little_and_boxes_stay(seed):
    tile = random_tile(seed, 12, ("plane", "ship", "bridge"), exhaustive=LABELLED)
    truth = Truth(tile)
    made = 0
    for draft in drafts(tile, AdaptParams(seed=seed)):
        sample = verify_draft(draft, tile, truth)
        twin = twin_of(sample, tile, truth, str(seed))
        if twin is None:
            continue
        made += 1
        before, after = twin.changed.split(" → ")
        (pair,) = [(a, b) for a, b in zip(sample.turns, twin.turns, strict=True) if a != b]
        assert pair[0].role == "assistant"
        assert before in pair[0].content
        assert after in pair[1].content
        boxes = [re.findall(r"\[.*?\]", turn.content) for turn in pair]
        assert boxes[0] == boxes[1]
    assert made >= 5


def test_the_same_seed_gives_the_same_twin():
    text = "There are four planes and one helicopter in the image."
    assert twins(text, [7]) == twins(text, [7])
    assert len(twins(text)) > 1


def test_opposites_go_both_ways():
    assert all(opposites()[other] == one for one, other in opposites().items())


def test_a_text_is_as_true_as_the_worst_of_its_statements():
    good, bad = sample_of("There are four planes in the image."), "x"
    verdicts = good.lineage.verdicts
    assert outcome_of(verdicts) == "supported"
    false = verdicts[0].model_copy(update={"outcome": "contradicted", "claim": bad})
    assert outcome_of((*verdicts, false)) == "contradicted"
    assert outcome_of(()) == "unverifiable"
