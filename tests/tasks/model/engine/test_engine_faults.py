"""Faults of every kind, one request in five: all end, the bill is right, the key is nowhere."""

from random import Random

from tests.bench.model.faults import faulty_run

COUNT = 300


def test_every_request_ends_as_answer_or_rejection_and_the_bill_is_the_store(tmp_path) -> None:
    done = faulty_run(tmp_path, COUNT, Random(1))
    assert sum(done.ended.values()) == COUNT
    assert set(done.ended) <= {"answer", "refused", "too_long", "cut_off", "unparsable_answer"}
    assert done.ended["answer"] > COUNT / 2
    assert done.balanced
    assert done.leaks == 0
