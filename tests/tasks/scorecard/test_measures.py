"""Numbers, definitions and thresholds bear the same names."""

from schemas.gate import GateParams
from schemas.scorecard import Principle
from tasks.scorecard.beside import Beside
from tasks.scorecard.measures import measures
from tasks.scorecard.numbers import numbers
from tasks.scorecard.reading import Counted

APART = ["samples", "fewest", "tolerance"]


def test_every_principle_has_at_least_two_numbers():
    principles = [measure.principle for measure in measures()]
    assert {principle: principles.count(principle) >= 2 for principle in Principle} == dict.fromkeys(Principle, True)  # fmt: skip


def test_every_number_has_its_threshold_and_nothing_else_has():
    assert [*APART, *(measure.name for measure in measures())] == list(GateParams.model_fields)


def test_every_principle_has_a_threshold_by_default():
    judged = {m.principle for m in measures() if getattr(GateParams(), m.name) is not None}
    assert judged == set(Principle)


def test_every_number_is_measured_and_of_nothing_there_is_none():
    found = numbers(Counted(), Beside())
    assert set(found) == {measure.name for measure in measures()}
    assert {one.value for one in found.values()} == {None}


def test_shares_have_thresholds_between_0_and_1():
    schema = GateParams.model_json_schema()["properties"]
    for measure in measures():
        limits = schema[measure.name]["anyOf"][0]
        assert limits["minimum"] == 0
        assert limits["maximum"] == 1 or measure.unit != "share"
