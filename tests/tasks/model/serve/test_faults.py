"""Faults are drawn at their rates, the same ones for the same seed, or asked for by header."""

import statistics
from collections import Counter
from random import Random

import pytest

from tasks.model.serve.faults import FAULTS, NO_FAULT, Dice, Fault, Faults, Latency, fault_in
from tasks.model.serve.refusals import Refused


def test_each_fault_says_what_it_does_and_starts_at_none() -> None:
    assert all(meaning for _, meaning in FAULTS.values())
    assert {rate for _, rate in Faults().rates()} == {0.0}
    assert len(FAULTS) >= 30


def test_faults_come_at_their_rates() -> None:
    dice = Dice(Faults(seed=1, busy=0.1, reset_billed=0.05))
    drawn = Counter(dice.chat().name for _ in range(20_000))
    assert drawn["busy"] == pytest.approx(2000, abs=200)
    assert drawn["reset_billed"] == pytest.approx(1000, abs=150)
    assert set(drawn) == {"busy", "reset_billed", ""}


def test_the_same_seed_draws_the_same_faults() -> None:
    faults = Faults(seed=7, busy=0.3, torn=0.3)
    one, other = Dice(faults), Dice(faults)
    assert [one.chat() for _ in range(200)] == [other.chat() for _ in range(200)]


def test_rates_that_sum_to_one_leave_no_request_well() -> None:
    dice = Dice(Faults(busy=0.5, torn=0.5))
    assert {dice.chat().name for _ in range(500)} == {"busy", "torn"}


@pytest.mark.parametrize("wrong", [{"busy": 1.1}, {"busy": -0.1}, {"busy": 0.6, "torn": 0.6}])
def test_what_is_no_rate_is_refused(wrong: dict) -> None:
    with pytest.raises(ValueError, match="rate"):
        Faults(**wrong)


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        (None, NO_FAULT), ("", NO_FAULT), ("torn", Fault("torn")), ("drip=0.5", Fault("drip", "0.5")),
        ("busy = 600", Fault("busy", "600")), ("status=418", Fault("status", "418")),
    ],
)  # fmt: skip
def test_a_header_asks_for_one_fault(header: str | None, fault: Fault) -> None:
    assert fault_in(header) == fault


def test_an_unknown_fault_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(Refused, match="no such fault; known are busy") as caught:
        fault_in("boredom")
    assert caught.value.status == 400


@pytest.mark.parametrize("value", ["soon", "-1", "inf", "nan"])
def test_a_value_that_is_no_number_of_seconds_is_refused(value: str) -> None:
    with pytest.raises(Refused, match="no number of seconds"):
        Fault("drip", value).seconds(2.0)


@pytest.mark.parametrize(
    ("text", "least", "median", "most"),
    [("0.2", 0.2, 0.2, 0.2), ("uniform:0.1:0.3", 0.1, 0.2, 0.3), ("lognormal:0.8:0.5", 0, 0.8, 9)],
)
def test_latencies_follow_their_distribution(text, least, median, most) -> None:
    latency, rng = Latency.parse(text), Random(0)
    drawn = [latency.drawn(rng) for _ in range(4000)]
    assert least <= min(drawn) <= max(drawn) <= most
    assert statistics.median(drawn) == pytest.approx(median, rel=0.05)


@pytest.mark.parametrize("text", ["", "fast", "uniform:1", "normal:1:2", "-1", "uniform:0:inf"])
def test_what_is_no_latency_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no latency"):
        Latency.parse(text)


def test_shuffled_lines_are_the_same_lines_in_another_order() -> None:
    dice, lines = Dice(Faults()), [b"%d" % n for n in range(5)]
    before = list(lines)
    dice.shuffle(lines)
    assert lines != before
    assert sorted(lines) == before
