import math
from random import Random

from tasks.model.engine.breaker import Breaker


def broken() -> Breaker:
    breaker = Breaker(Random(0))
    for number in range(8):
        assert breaker.opens_at(0) == 0
        breaker.sent(number)
        breaker.failed(0, number)
    return breaker


def test_eight_failures_in_a_row_pause_for_about_a_second():
    breaker = broken()
    assert breaker.open
    assert 1 <= breaker.opens_at(0) <= 1.1


def test_failures_of_what_was_under_way_prolong_nothing():
    breaker = broken()
    until = breaker.opens_at(0)
    breaker.failed(0.5, 3)
    assert breaker.opens_at(0.5) == until


def test_probes_go_singly_and_their_pauses_grow_to_a_minute():
    breaker, now, pauses = broken(), 0.0, []
    for number in range(100, 110):
        opens = breaker.opens_at(now)
        pauses.append(opens - now)
        now = opens
        breaker.sent(number)
        assert breaker.opens_at(now) == math.inf
        breaker.failed(now, number)
    assert pauses == sorted(pauses[:6]) + pauses[6:]
    assert 1 <= pauses[0] <= 1.1
    assert all(60 <= pause <= 66 for pause in pauses[6:])


def test_an_answer_lets_everything_through_again():
    breaker = broken()
    breaker.sent(8)
    breaker.alive()
    assert not breaker.open
    assert breaker.opens_at(5) == 5


def test_a_probe_that_was_never_sent_gives_its_place_to_the_next():
    breaker = broken()
    now = breaker.opens_at(0)
    breaker.sent(8)
    breaker.dropped(8)
    assert breaker.opens_at(now) == now


def test_nearly_all_failing_is_enough_without_a_row():
    breaker = Breaker(Random(0))
    for number in range(60):
        if number % 8 == 7 and number < 20:
            breaker.alive()
        elif not breaker.open:
            breaker.failed(0, number)
    assert breaker.open


def test_a_fifth_of_failures_opens_nothing():
    breaker, random = Breaker(Random(0)), Random(1)
    for number in range(5000):
        if random.random() < 0.2:
            breaker.failed(0, number)
        else:
            breaker.alive()
        assert not breaker.open
