"""Time and refusals against a server that enforces 100 requests a second, in simulated time."""

import math
from dataclasses import dataclass

import pytest

from tasks.model.engine.control import Limits
from tests.tasks.model.engine.simulated import Headers, Server, Simulation, around, limited

EACH = 1000
SEEDS = range(4)
ANY = Limits(None, None, 2048)


@dataclass(frozen=True)
class Seen:
    worst_time: float  # ÷ ideal, which ends with the last answer's latency
    worst_refused: float  # ÷ requests
    answered: bool


def seen(
    *,
    by: str = "requests",
    headers: Headers = "openai",
    latency: float = 0.2,
    limits: tuple[Limits, ...] = (ANY,),
    each: int = EACH,
    rate: float = 100,
    burst: float = 1.0,
    window: float | None = None,
    retry_after=None,
) -> Seen:
    times, refused, whole = [], [], True
    for seed in SEEDS:
        quick = around(0.05) if latency > 1 else None
        meters = limited(rate, by=by, burst=burst, window=window)
        server = Server(*meters, around(latency), headers, retry_after, quick)
        simulation = Simulation(server, seed, limits)
        outcomes = simulation.run(each, lambda random: random.uniform(500, 1500))
        total = each * len(limits)
        times.append(max(x.end for x in outcomes) / (total / rate + latency))
        refused.append(sum(x.refused for x in outcomes) / total)
        whole = whole and all(x.answered == each for x in outcomes)
    return Seen(max(times), max(refused), whole)


@pytest.mark.parametrize("headers", ["openai", "azure", "bare"])
@pytest.mark.parametrize("by", ["requests", "tokens"])
@pytest.mark.parametrize("latency", [0.005, 0.2])
def test_with_headers_the_limit_is_used_whole_and_hardly_refused(latency, by, headers):
    result = seen(by=by, headers=headers, latency=latency)
    assert result.answered
    assert result.worst_time <= 1.05
    assert result.worst_refused < 0.02


@pytest.mark.parametrize("burst", [0.1, 1.0])
@pytest.mark.parametrize("by", ["requests", "tokens"])
@pytest.mark.parametrize("latency", [0.005, 0.2])
def test_without_headers_the_limit_is_found(latency, by, burst):
    result = seen(by=by, headers="none", latency=latency, burst=burst)
    assert result.answered
    assert result.worst_time <= 1.15
    assert result.worst_refused < 0.05


@pytest.mark.parametrize("by", ["requests", "tokens"])
@pytest.mark.parametrize("headers", ["openai", "azure", "none"])
def test_answers_of_five_seconds_cost_one_more_round_trip_at_most(headers, by):
    result = seen(by=by, headers=headers, latency=5, each=5000)
    assert result.answered
    assert result.worst_time <= (1.15 if headers == "none" else 1.05) * (60 / 55)
    assert result.worst_refused < (0.05 if headers == "none" else 0.02)


@pytest.mark.parametrize("by", ["requests", "tokens"])
@pytest.mark.parametrize("headers", ["openai", "azure", "bare"])
@pytest.mark.parametrize("latency", [0.005, 0.2])
def test_two_processes_share_what_headers_tell(latency, headers, by):
    result = seen(by=by, headers=headers, latency=latency, limits=(ANY, ANY))
    assert result.answered
    assert result.worst_time <= 1.1
    assert result.worst_refused < 0.03


@pytest.mark.parametrize("by", ["requests", "tokens"])
def test_two_processes_share_where_no_header_tells(by):
    result = seen(by=by, headers="none", latency=0.02, limits=(ANY, ANY))
    assert result.answered
    assert result.worst_time <= 1.3
    assert result.worst_refused < 0.03


@pytest.mark.parametrize("share", [0.25, 0.5])
def test_a_share_of_the_limit_is_kept(share):
    result = seen(limits=(Limits(None, None, 1024, share),), each=500)
    assert 0.95 / share <= result.worst_time <= 1.05 / share
    assert result.worst_refused == 0


def test_settings_are_kept_without_headers():
    result = seen(headers="none", limits=(Limits(6000, None, 1024),))
    assert result.worst_time <= 1.05
    assert result.worst_refused < 0.02


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("headers", ["openai", "azure", "bare"])
def test_a_window_of_a_minute_is_used_evenly(headers, count):
    result = seen(
        headers=headers, limits=(ANY,) * count, each=4800 // count, rate=20, window=60,
    )  # fmt: skip
    assert result.answered
    assert result.worst_time <= 1.05
    assert result.worst_refused < 0.02


def test_retry_after_of_a_whole_second_is_obeyed_and_affordable():
    whole = seen(headers="none", latency=0.05, retry_after=lambda wait: str(math.ceil(wait)))
    assert whole.worst_time <= 1.15
    assert whole.worst_refused < 0.05


def test_a_limit_that_halves_midway_is_followed():
    server = Server(*limited(100), around(0.1))
    simulation = Simulation(server, 1, (ANY,))
    for meter in (server.requests, server.tokens):
        assert meter is not None
        simulation.at(10, lambda meter=meter: _halve(meter))
    outcome = simulation.run(2000)[0]
    assert outcome.answered == 2000
    assert 29.5 <= outcome.end <= 1.08 * 30
    assert outcome.refused < 0.02 * 2000


def test_no_burst_at_the_start_beyond_a_twentieth_of_a_second():
    server = Server(*limited(1000), around(0.05))
    Simulation(server, 1, (Limits(60_000, None, 4096),)).run(2000)
    ticks = [int(10 * when) for when in server.billed]
    assert max(ticks.count(tick) for tick in set(ticks)) <= 160


def test_refusals_that_no_speed_ends_do_not_stop_the_work():
    server = Server(None, None, around(0.05), "none", weather=0.05)
    outcome = Simulation(server, 1, (Limits(None, None, 64),)).run(5000, until=600)[0]
    assert outcome.answered == 5000


def test_a_server_without_limits_is_asked_as_fast_as_the_cap_allows():
    server = Server(None, None, around(0.5), "none")
    outcome = Simulation(server, 1, (Limits(None, None, 64),)).run(5000)[0]
    assert outcome.most_in_flight == 64
    assert outcome.end <= 1.1 * 5000 * 0.5 / 64 + 3


def _halve(meter) -> None:
    meter.per_second /= 2
    meter.capacity /= 2
    meter.level = min(meter.level, meter.capacity)
