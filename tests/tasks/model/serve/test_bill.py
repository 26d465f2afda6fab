"""The bill counts each answer by its request, whatever the order of the fields and the way it came."""

import threading

import pytest

from tasks.model.serve.bill import Bill, Prices, request_key

PRICES = Prices(input=2.0, cached=1.0, output=10.0, batch=0.5)


def test_the_same_body_has_the_same_key_whatever_the_order_of_its_fields() -> None:
    one = {"model": "m", "seed": 1, "messages": [{"role": "user", "content": "ä"}]}
    other = {"messages": [{"content": "ä", "role": "user"}], "seed": 1, "model": "m"}
    assert request_key(one) == request_key(other)
    assert request_key(one) != request_key(one | {"seed": 2})
    assert len(request_key(one)) == 64


def test_cached_tokens_and_batches_cost_less() -> None:
    assert PRICES.cost(1_000_000, 0, 100_000) == pytest.approx(3.0)
    assert PRICES.cost(1_000_000, 500_000, 100_000) == pytest.approx(2.5)
    assert PRICES.cost(1_000_000, 0, 100_000, batch=True) == pytest.approx(1.5)


def test_totals_say_what_was_billed_more_than_once() -> None:
    bill = Bill(PRICES)
    for key in ("a", "b", "a", "a"):
        bill.add(key, 1000, 0, 100, batch=False)
    bill.add("c", 1000, 0, 100, batch=True)
    totals = bill.totals
    assert (totals.billed, totals.keys, totals.billed_twice, totals.most_times) == (5, 3, 1, 3)
    assert (totals.batch_lines, totals.prompt_tokens, totals.completion_tokens) == (1, 5000, 500)
    assert totals.cost == pytest.approx(4.5 * 0.003)
    assert bill.keys == {"a": 3, "b": 1, "c": 1}
    assert bill.billed == 5


def test_refusals_and_other_failures_are_counted_apart() -> None:
    bill = Bill(PRICES)
    for status in (429, 503, 500, 400, None):
        bill.unbilled(status)
    assert (bill.totals.refused, bill.totals.failed, bill.totals.billed) == (2, 3, 0)


def test_the_peak_is_the_most_that_were_in_flight_at_once() -> None:
    bill = Bill(PRICES)
    for step in (bill.arrived, bill.arrived, bill.left, bill.arrived, bill.left, bill.left):
        step()
    assert (bill.totals.seen, bill.totals.peak_in_flight, bill.totals.in_flight) == (3, 2, 0)


def test_a_reset_forgets_all_but_what_is_in_flight() -> None:
    bill = Bill(PRICES)
    bill.arrived()
    bill.add("a", 1, 0, 1, batch=False)
    bill.reset()
    assert bill.keys == {}
    assert (bill.billed, bill.totals.cost, bill.totals.in_flight) == (0, 0.0, 1)


def test_nothing_is_lost_between_threads() -> None:
    bill = Bill(PRICES)

    def work(name: int) -> None:
        for number in range(500):
            bill.arrived()
            bill.add(f"{name}-{number}", 1, 0, 1, batch=False)
            bill.left()

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (bill.billed, bill.totals.keys, bill.totals.in_flight) == (2000, 2000, 0)
