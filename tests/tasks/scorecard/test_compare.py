"""A number is held against the same number of the release before."""

import pytest

from schemas.gate import GateParams
from tasks.scorecard.compare import regressed, scorecard
from tasks.scorecard.diversity import Measured
from tasks.scorecard.measures import measures


def found(**values):
    same = {measure.name: Measured(0.5, 100) for measure in measures()}
    return same | {name: Measured(value, 100) for name, value in values.items()}


def score(card, name):
    return next(score for score in card.scores if score.name == name)


@pytest.mark.parametrize(
    ("value", "before", "better", "worse"),
    [
        (0.90, 1.00, "higher", True),
        (0.95, 1.00, "higher", False),  # by just the tolerance
        (1.10, 1.00, "higher", False),
        (1.10, 1.00, "lower", True),
        (1.05, 1.00, "lower", False),
        (0.10, 0.00, "lower", True),
        (0.00, 0.00, "lower", False),
        (None, 1.00, "higher", False),
        (0.90, None, "higher", False),
    ],
)
def test_worse_by_more_than_the_tolerance_is_a_regression(value, before, better, worse):
    assert regressed(value, before, better, 0.05) is worse


def test_each_number_stands_beside_that_of_the_release_before():
    before = scorecard(found(contradicted=4, words=30), GateParams())
    card = scorecard(found(contradicted=5, words=33), GateParams(), "v1", before)
    assert (card.previous, before.previous) == ("v1", None)
    worse, better = score(card, "contradicted"), score(card, "words")
    assert (worse.before, worse.regressed) == (4, True)
    assert (better.before, better.regressed) == (30, False)
    assert score(card, "objects").before == 0.5
    assert {one.before for one in before.scores} == {None}


def test_a_number_of_another_definition_is_not_compared():
    before = scorecard(found(words=30), GateParams())
    other = [
        one.model_copy(update={"definition": "Characters."}) if one.name == "words" else one
        for one in before.scores
    ]
    card = scorecard(found(words=3), GateParams(), "v1", before.model_copy(update={"scores": tuple(other)}))  # fmt: skip
    assert score(card, "words").before is None
    assert not score(card, "words").regressed


def test_a_number_that_rests_on_little_is_no_regression():
    before = scorecard(found(words=30), GateParams())
    few = found() | {"words": Measured(3, 29)}
    assert not score(scorecard(few, GateParams(), "v1", before), "words").regressed
    assert score(scorecard(few, GateParams(fewest=29), "v1", before), "words").regressed
