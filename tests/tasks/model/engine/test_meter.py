"""What is counted of the engine's work, and how it is said."""

from schemas.teacher import Spent
from tasks.model.engine.meter import Meter, sentence


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def spent(cost=0.5):
    return Spent(prompt_tokens=900, completion_tokens=100, cost=cost)


def test_speed_is_that_of_the_last_seconds():
    clock = Clock()
    meter = Meter(clock)
    for _ in range(30):
        meter.answered(spent())
        clock.now += 1
    assert meter.read().requests_per_second == 14 / 15  # those of the last 15 s
    clock.now += 60
    reading = meter.read()
    assert (reading.requests_per_second, reading.answered, reading.seconds) == (0, 30, 90)


def test_cost_and_time_are_projected_where_a_plan_says_how_many_there_will_be():
    clock = Clock()
    meter = Meter(clock)
    meter.expect(100)
    for _ in range(10):
        meter.found()
    for _ in range(20):
        meter.answered(spent())
        clock.now += 0.5
    reading = meter.read()
    assert (reading.done, reading.fraction) == (30, 0.3)
    assert reading.projected_cost == 10 + 70 * 0.5
    assert reading.seconds_left == 35
    assert sentence(reading, used=0.25) == (
        "30 of about 100 answers, 10 of them stored before, 2.0 requests/s, 2,000 tokens/s, "
        "25% of the limit, $10.00 of about $45.00, 35 s left"
    )


def test_without_a_plan_and_a_price_no_end_is_invented():
    meter = Meter(Clock())
    meter.answered(spent(cost=None))
    reading = meter.read()
    assert (reading.fraction, reading.projected_cost, reading.seconds_left) == (None, None, None)
    assert sentence(reading) == "1 answer, 1.0 requests/s, 1,000 tokens/s, cost not known"
