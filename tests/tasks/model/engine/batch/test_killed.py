"""Runs that are killed are taken up by others, and nothing is batched twice."""

import signal

import pytest

from tasks.model.answers import AnswerStore
from tests.tasks.model.engine.batch.asking import request
from tests.tasks.model.engine.batch.child import COUNT, ended, growth, started

MB = 1_000_000

# Where it is killed, and how many times it comes there with three batches of ten requests.
STEPS = {"uploading": 10, "created": 3, "polled": 9, "put": 10}
# Between a call to the provider, or an answer, and the note of it in the root.
GAPS = {
    "planned unnoted": 3,
    "uploaded unnoted": 3,
    "created unnoted": 3,
    "collected": 3,
    "done unnoted": 3,
    "closed": 3,
}
KILLS = [
    *((point, 1 + (most - 1) * time // 4) for point, most in STEPS.items() for time in range(5)),
    *((point, number) for point, most in GAPS.items() for number in (1, most)),
]


def keys():
    return {request(number).key for number in range(COUNT)}


def all_answered(place):
    store = AnswerStore(str(place.root))
    found = {key: store.get(key) for key in keys()}
    store.close()
    return all(x is not None and x.answer.text == f"to {key}" for key, x in found.items())


@pytest.mark.parametrize(("point", "number"), KILLS)
def test_a_killed_run_is_taken_up_by_a_fresh_process(provider, place, point, number):
    assert ended(started(provider.url, place, point, number)) == -signal.SIGKILL
    assert ended(started(provider.url, place)) == 0
    assert all_answered(place)
    assert provider.billed == dict.fromkeys(keys(), 1)
    assert provider.files == {}


@pytest.mark.parametrize("point", [*STEPS, "uploaded unnoted", "created unnoted"])
def test_a_killed_run_is_taken_up_by_another_machine(provider, place, point):
    assert ended(started(provider.url, place, point, 2)) == -signal.SIGKILL
    assert ended(started(provider.url, place.other_machine())) == 0
    assert all_answered(place)
    assert provider.billed == dict.fromkeys(keys(), 1)


def test_a_run_that_is_killed_time_and_again_comes_to_its_end(provider, place):
    provider.behaviours = ["shuffled", "expired", "duplicates"]
    points = ["uploading", "uploaded unnoted", "created unnoted", "polled", "put", "done unnoted"]
    for point in points:
        assert ended(started(provider.url, place, point, 2)) == -signal.SIGKILL
    assert ended(started(provider.url, place)) == 0
    assert all_answered(place)
    assert provider.billed == dict.fromkeys(keys(), 1)


@pytest.mark.parametrize("more", [0, 6])
def test_runs_at_once_share_their_batches(provider, place, more):
    runs = [started(provider.url, place), started(provider.url, place, count=COUNT + more)]
    assert [ended(run) for run in runs] == [0, 0]
    assert all_answered(place)
    assert len(provider.billed) == COUNT + more
    assert set(provider.billed.values()) == {1}


def test_a_run_on_another_machine_waits_for_one_that_lives(provider, place):
    provider.looks = 60
    first = started(provider.url, place)
    while len(provider.batches) < 3:
        assert first.is_alive()
    assert ended(started(provider.url, place.other_machine())) == 0
    assert ended(first) == 0
    assert provider.billed == dict.fromkeys(keys(), 1)


def test_a_run_takes_over_from_one_that_dies_meanwhile(provider, place):
    dying = started(provider.url, place, "polled", 5)
    assert ended(started(provider.url, place)) == 0
    assert ended(dying) in {0, -signal.SIGKILL}
    assert all_answered(place)
    assert provider.billed == dict.fromkeys(keys(), 1)


def test_memory_does_not_grow_with_the_pictures(provider, place):
    answered, grown = growth(provider.url, place, 2000, 60_000)
    print(f"peak grew by {grown / MB:.1f} MB for 2,000 × 60 KB")
    assert answered == 2000
    assert grown < 50 * MB
