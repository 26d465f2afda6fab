"""Batches against the test endpoint, whose bill says what was batched twice."""

import signal

import pytest

from tasks.model.engine.batch import BatchLimits
from tasks.model.serve import Batching, Faults, Options, served
from tests.tasks.model.engine.batch.asking import requests, run
from tests.tasks.model.engine.batch.child import COUNT, ended, started

QUICK = Batching(seconds=0.05)


def test_mixed_faults_leave_every_request_answered_and_billed_once(place):
    faults = Faults(
        expired=0.3, stopped=0.3, shuffled=0.5, line_failed=0.02, line_doubled=0.1,
        other_503=0.1, other_reset=0.1,
    )  # fmt: skip
    limits = BatchLimits(count=50, rounds=10, first_look=0.02, longest=0.05)

    async def sleep(_seconds):
        pass

    with served(Options(faults=faults, batching=QUICK, canned=True)) as endpoint:
        outcome = run(endpoint.url, place, requests(300), limits=limits, sleep=sleep)
        assert (outcome.answered, len(outcome.failed)) == (300, 0)
        assert (endpoint.bill.billed, endpoint.bill.billed_twice) == (300, 0)


@pytest.mark.parametrize("point", ["uploading", "created unnoted", "created", "polled", "put"])
def test_a_killed_run_is_billed_once(place, point):
    with served(Options(batching=QUICK, canned=True)) as endpoint:
        assert ended(started(endpoint.url, place, point, 2)) == -signal.SIGKILL
        assert ended(started(endpoint.url, place)) == 0
        assert (endpoint.bill.billed, endpoint.bill.billed_twice) == (COUNT, 0)
