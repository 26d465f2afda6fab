"""The shares of several processes in one key, on a real Prefect server."""

import time

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
from prefect.concurrency.sync import concurrency

from flows.allowance import LIMIT, holders, shared_allowance

pytestmark = pytest.mark.usefixtures("prefect_server")


@pytest.fixture
def limit():
    with get_client(sync_client=True) as client:
        client.create_global_concurrency_limit(GlobalConcurrencyLimitCreate(name=LIMIT, limit=1000))
        yield
        client.delete_global_concurrency_limit_by_name(LIMIT)


def wait_for(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_without_a_limit_on_the_server_the_share_is_left_alone():
    told = []
    with shared_allowance(told.append):
        assert holders() is None
    assert told == []


@pytest.mark.usefixtures("limit")
def test_a_process_has_its_part_of_as_many_as_hold_a_slot():
    told = []
    with shared_allowance(told.append, every=0.1):
        wait_for(lambda: told == [1.0])
        with concurrency(LIMIT, strict=True):
            wait_for(lambda: told == [1.0, 0.5])
        wait_for(lambda: told == [1.0, 0.5, 1.0])
    assert holders() == 0


@pytest.mark.usefixtures("limit")
def test_a_run_with_several_processes_holds_a_slot_for_each():
    told = []
    with shared_allowance(told.append, processes=3, every=0.1):
        wait_for(lambda: told == [pytest.approx(1 / 3)])
        assert holders() == 3
    assert holders() == 0
