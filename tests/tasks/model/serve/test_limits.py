"""The limits' arithmetic, on a clock that is passed in."""

from collections.abc import Iterable

import pytest

from tasks.model.serve.limits import Bucket, Gate, Rates, duration
from tasks.model.serve.refusals import Refused


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0s"),
        (0.017, "17ms"),
        (0.0004, "1ms"),
        (1, "1s"),
        (1.2, "1.2s"),
        (59.9999, "1m0s"),
        (360, "6m0s"),
        (3723.5, "1h2m3.5s"),
    ],
)
def test_durations_are_written_as_openai_does(seconds, said) -> None:
    assert duration(seconds) == said


def test_a_bucket_is_full_at_first_and_fills_steadily_up_to_its_capacity() -> None:
    bucket = Bucket(600, burst=1, now=100)  # 10 a second
    assert bucket.level(100) == 10
    bucket.take(10, 100)
    assert (bucket.wait(1, 100), bucket.reset(100)) == (pytest.approx(0.1), pytest.approx(1))
    assert bucket.wait(1, 100.1) == 0
    assert bucket.level(200) == 10


def test_a_bucket_holds_at_least_one() -> None:
    assert Bucket(6, burst=1, now=0).level(0) == 1
    assert Bucket(6, burst=0, now=0).level(0) == 1


def test_what_is_larger_than_the_bucket_overdraws_a_full_one_so_that_the_rate_holds() -> None:
    bucket = Bucket(6000, burst=1, now=0)  # 100 a second
    bucket.take(450, 0)
    assert bucket.wait(450, 0) == pytest.approx(4.5)
    assert bucket.wait(450, 4.5) == 0


def test_a_clock_that_goes_back_adds_nothing() -> None:
    bucket = Bucket(60, burst=1, now=10)
    bucket.take(1, 10)
    assert bucket.level(5) == 0
    assert bucket.level(10.5) == pytest.approx(0.5)


def admitted(gate: Gate, tokens: int, times: Iterable[float]) -> int:
    """Return how many requests at ``times`` come through."""
    through = 0
    for now in times:
        try:
            gate.enter(tokens, 0, now)
        except Refused:
            continue
        through += 1
    return through


def test_over_a_minute_no_more_come_through_than_the_limit_and_one_burst() -> None:
    times = [n / 1000 for n in range(60_000)]
    assert admitted(Gate(Rates(requests=600), 0), 1, times) == pytest.approx(609, abs=1)
    assert admitted(Gate(Rates(tokens=6000), 0), 50, times) == pytest.approx(121, abs=1)


def test_what_was_written_counts_too() -> None:
    gate = Gate(Rates(tokens=6000), 0)
    gate.enter(50, 1000, 0)
    gate.written(150, 0)
    assert gate.headers(0)["x-ratelimit-remaining-tokens"] == "0"
    with pytest.raises(Refused, match=r"TPM.*Please try again in 1.5s"):
        gate.enter(50, 1000, 0)


def test_max_tokens_can_be_charged_beforehand_as_azure_does() -> None:
    gate = Gate(Rates(tokens=6000, charge="asked"), 0)
    gate.enter(50, 450, 0)
    gate.written(150, 0)
    assert gate.headers(4)["x-ratelimit-remaining-tokens"] == "0"
    assert gate.headers(4.5)["x-ratelimit-remaining-tokens"] == "50"


def test_a_refused_request_takes_nothing() -> None:
    gate = Gate(Rates(requests=60, tokens=600), 0)
    gate.enter(10, 0, 0)
    with pytest.raises(Refused, match="RPM"):
        gate.enter(10, 0, 0.5)
    gate.enter(10, 0, 1)


def test_a_request_over_the_minutes_tokens_is_too_large() -> None:
    gate = Gate(Rates(tokens=600), 0)
    gate.enter(100, 0, 0)
    with pytest.raises(Refused, match="Request too large"):
        gate.enter(601, 0, 0)


@pytest.mark.parametrize("rates", [{"requests": 0}, {"tokens": -1}, {"burst": -1.0}])
def test_what_is_no_limit_is_refused(rates) -> None:
    with pytest.raises(ValueError, match="must be"):
        Rates(**rates)
