import heapq
from random import Random

from tasks.model.engine.window import FEWEST, Window


def run(window: Window, latency, answers: int, start: float = 0.0, seed: int = 0) -> float:
    """Keep the window full; ``latency(in_flight, random)`` says how long an answer takes."""
    random, now, flying = Random(seed), start, []
    for _ in range(answers):
        while len(flying) < window.cap:
            heapq.heappush(flying, (now + latency(len(flying) + 1, random), now))
        in_flight = len(flying)
        now, sent = heapq.heappop(flying)
        window.answered(now, sent, now - sent, in_flight)
    return now


def test_constant_latency_never_lowers_the_cap():
    window = Window(64)
    run(window, lambda _n, random: 5 * random.uniform(0.8, 1.2), 5000)
    assert window.cap == 64


def test_latency_that_varies_with_the_length_of_answers_never_lowers_the_cap_for_long():
    window = Window(64)
    run(window, lambda _n, random: random.lognormvariate(1, 0.8), 20_000)
    assert window.cap >= 40


def test_longer_answers_become_normal():
    window = Window(64)
    now = run(window, lambda _n, random: random.uniform(1, 1.2), 3000)
    run(window, lambda _n, random: random.uniform(5, 6), 5000, now)
    assert window.cap >= 50


def test_a_queue_at_the_server_lowers_the_cap():
    window = Window(256)
    now = run(window, lambda _n, random: random.uniform(1, 1.1), 3000)
    run(window, lambda n, random: max(1.0, n / 32) * random.uniform(1, 1.1), 20_000, now)
    assert FEWEST <= window.cap < 128


def test_room_that_comes_back_is_used_again():
    window = Window(256)
    now = run(window, lambda _n, random: random.uniform(1, 1.1), 3000)
    now = run(window, lambda n, random: max(1.0, n / 32) * random.uniform(1, 1.1), 20_000, now)
    run(window, lambda _n, random: random.uniform(1, 1.1), 10_000, now)
    assert window.cap == 256
