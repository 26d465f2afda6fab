"""What a worker process is told of the limits that it shares, and that its run is to end."""

import subprocess
import sys
from contextlib import contextmanager

import pytest

from flows.runners.worker import Order
from tasks.model.engine.board import Board

WORKER = """
import sys, time
from flows.runners.worker import Order, begin_worker
from schemas.errors import Stopped
from tasks.model.engine.host import _PROCESS
from tasks.stopping import raise_if_stopped

def when(condition):
    deadline = time.monotonic() + 60
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)

def stopped():
    try:
        raise_if_stopped()
    except Stopped:
        return True
    return False

begin_worker(Order.model_validate_json(sys.argv[1]))
print(_PROCESS.share, flush=True)
when(lambda: _PROCESS.share != 0.25)
print(_PROCESS.share, flush=True)
when(stopped)
print(stopped(), flush=True)
"""


@pytest.fixture
def board(tmp_path):
    with Board(tmp_path / "board").open() as board:
        yield board


@contextmanager
def worker(order):
    words = [sys.executable, "-c", WORKER, order.model_dump_json()]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        yield lambda: process.stdout.readline().strip()
    assert process.returncode == 0


def test_a_worker_has_its_part_of_the_limits_follows_when_it_changes_and_stops_with_its_run(board):
    with worker(Order(processes=4, board=board.folder)) as said:
        assert said() == "0.25"
        board.set_share(0.125)
        assert said() == "0.125"
        board.stop()
        assert said() == "True"
    [tally] = board.tallies()
    assert tally.reading.answered == 0
