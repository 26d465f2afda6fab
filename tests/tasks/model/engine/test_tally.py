"""What several processes count together, told by files that each of them writes."""

import os
import threading
import time
from dataclasses import replace

import pytest

from schemas.teacher import Spent
from tasks.model.engine.board import Board, keep_posted
from tasks.model.engine.limits import LimiterState
from tasks.model.engine.meter import Meter
from tasks.model.engine.tally import Failed, Tally, summed

STATE = LimiterState(600, None, "settings", "none", 2, 8, 1, 0.0, False, 5, 1, 0)


def counted(answers, cost=0.5, prompt="describe"):
    meter = Meter()
    for _ in range(answers):
        meter.answered(Spent(prompt_tokens=90, completion_tokens=10, cost=cost), "gpt-4o", prompt)
    meter.failed("api.test", "busy")
    return meter


def test_tallies_of_the_same_model_and_prompt_add_up():
    sums = summed([counted(2).own(), counted(3).own(), counted(1, prompt="converse").own()])
    assert [(row.prompt, row.answered, row.cost) for row in sums.counted] == [
        ("converse", 1, 0.5),
        ("describe", 5, 2.5),
    ]
    assert [sum(row.within) for row in sums.counted] == [1, 5]
    assert sums.failed == (Failed(host="api.test", kind="busy", tries=3),)
    assert (sums.reading.answered, sums.reading.tokens, sums.reading.cost) == (6, 600, 3.0)


def test_a_cost_that_one_does_not_know_is_not_known():
    assert summed([counted(1).own(), counted(1, cost=None).own()]).reading.cost is None


def test_limits_of_one_endpoint_add_up_where_all_are_known():
    mine = counted(1).own().model_copy(update={"limits": {"api.test": STATE}})
    theirs = mine.model_copy(update={"limits": {"api.test": replace(STATE, paused_for=3.0)}})
    state = summed([mine, theirs]).limits["api.test"]
    assert (state.requests_per_minute, state.tokens_per_minute) == (1200, None)
    assert (state.in_flight, state.paused_for) == (4, 3.0)


def test_a_meter_reads_what_others_count_and_keeps_it_when_they_end():
    meter, other = counted(1), counted(4)
    told = [other.own()]

    def others():
        return told

    meter.join(others)
    assert meter.read().answered == 5
    meter.part(others)
    told.clear()
    assert meter.read().answered == 5


@pytest.fixture
def board(tmp_path):
    with Board(tmp_path / "board").open() as board:
        yield board


def test_a_tally_that_is_posted_is_read_as_it_was(board):
    tally = counted(3).own()
    board.post(tally)
    [read] = board.tallies()
    assert read == tally


def test_a_process_that_has_fallen_silent_is_at_rest(board):
    board.post(counted(3).own())
    [file] = board.folder.glob("*.json")
    os.utime(file, (time.time() - 60,) * 2)
    [read] = board.tallies()
    assert (read.reading.answered, read.reading.requests_per_second) == (3, 0)


def test_a_file_that_is_torn_is_passed_over(board):
    (board.folder / "7.json").write_text('{"reading"')
    assert board.tallies() == []


def test_a_worker_takes_the_share_it_is_told_stops_once_and_tells_its_tally_to_the_end(board):
    meter, shares, done = counted(1), [], threading.Event()
    board.set_share(0.5)
    stops = []
    arguments = (board, meter.own, shares.append, lambda: stops.append(1), done, 0.01)
    thread = threading.Thread(target=keep_posted, args=arguments)
    thread.start()
    deadline = time.monotonic() + 20
    while shares != [0.5] or not board.tallies():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    board.set_share(0.25)
    while shares != [0.5, 0.25]:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert stops == []
    board.stop()
    while not stops:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    meter.answered(Spent(cost=0), "gpt-4o", "describe")
    done.set()
    thread.join()
    [last] = board.tallies()
    assert (last.reading.answered, stops) == (2, [1])


def test_where_the_folder_is_gone_nothing_is_said_and_nothing_known(tmp_path):
    board = Board(tmp_path / "gone")
    board.post(Tally(reading=Meter().read()))
    board.set_share(0.5)
    assert (board.share(), board.tallies()) == (None, [])
