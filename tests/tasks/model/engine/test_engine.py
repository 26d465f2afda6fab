"""The engine: every answer once, whoever asks from wherever, and the next endpoint when one fails."""

import asyncio
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from schemas.errors import TeacherError, TransientTeacherError
from schemas.params import ServiceParams
from tasks.model.answers import open_answers
from tasks.model.engine import close_engines, engine
from tasks.model.engine.host import limiter_states, take_share
from tests.tasks.model.engine._servers import (
    REQUEST,
    SECRET,
    completion,
    engine_at,
    error,
    numbered,
    saying,
    server,
)

LASTING = ServiceParams(patience=1)


class Gate:
    """A server that holds its answers back until it is opened."""

    def __init__(self) -> None:
        self.opened, self.asked = threading.Event(), threading.Semaphore(0)

    def says(self, _body: dict):
        self.asked.release()
        self.opened.wait(30)
        return 200, completion()


def all_of(engine, requests):
    async def run():
        return await asyncio.gather(*(engine.obtain(one) for one in requests))

    return engine.run(run())


def test_an_answer_that_stands_is_not_asked_for(tmp_path) -> None:
    with server((200, completion())) as (url, seen):
        with engine_at(tmp_path, url) as first:
            assert first.run(first.obtain(REQUEST)).made
        with engine_at(tmp_path, url, key="another") as later:
            found = later.run(later.obtain(REQUEST))
    assert not found.made
    assert (found.answer.text, found.answer.endpoint) == ('{"description": "d"}', "127.0.0.1")
    assert len(seen) == 1


def test_stored_answers_need_no_key(tmp_path) -> None:
    with server((200, completion())) as (url, _), engine_at(tmp_path, url) as first:
        first.run(first.answer(REQUEST))
    with engine_at(tmp_path, key=None) as later:
        assert later.run(later.answer(REQUEST)).text


def test_who_asks_the_same_at_once_shares_one_request(tmp_path) -> None:
    gate = Gate()
    with (
        saying(gate.says) as (url, seen),
        engine_at(tmp_path, url) as engine,
        ThreadPoolExecutor(8) as pool,
    ):
        asked = [pool.submit(engine.run, engine.obtain(REQUEST)) for _ in range(8)]
        gate.asked.acquire()
        gate.opened.set()
        told = [one.result(30) for one in asked]
    assert len(seen) == 1
    assert sum(one.made for one in told) == 1
    assert len({one.answer for one in told}) == 1


def test_loops_of_many_threads_may_ask_at_once(tmp_path) -> None:
    with server((200, completion())) as (url, seen), engine_at(tmp_path, url) as engine:

        def work(thread: int) -> int:
            async def several() -> int:
                requests = (numbered(100 * thread + number) for number in range(20))
                return len(await asyncio.gather(*(engine.answer(one) for one in requests)))

            return asyncio.run(several()) + asyncio.run(several())

        with ThreadPoolExecutor(6) as pool:
            assert [one.result(60) for one in [pool.submit(work, n) for n in range(6)]] == [40] * 6
        assert len(seen) == 120


def test_all_engines_of_a_process_share_one_thread_and_its_endpoints(tmp_path) -> None:
    with server((200, completion())) as (url, _), engine_at(tmp_path, url) as one:
        from schemas.params import TeacherParams

        params = TeacherParams(kind="openai", model="vision-1")
        service = ServiceParams(patience=0.02)
        same = engine(params, service, str(tmp_path / "root"))
        other = engine(params, service, str(tmp_path / "another root"))
        assert same is one
        assert other is not one
        assert other.loop is one.loop
        assert other.endpoints == one.endpoints
        assert sum(thread.name == "rs-gpt4v-engine" for thread in threading.enumerate()) == 1


def test_a_forked_child_begins_anew(tmp_path) -> None:
    with server((200, completion())) as (url, seen), engine_at(tmp_path, url) as parent:
        parent.run(parent.answer(REQUEST))
        child = os.fork()
        if child == 0:
            try:
                from schemas.params import TeacherParams

                params = TeacherParams(kind="openai", model="vision-1")
                own = engine(params, ServiceParams(), str(tmp_path / "child"))
                own.run(own.answer(numbered(1)))
                close_engines()
                os._exit(0)
            finally:
                os._exit(1)
        deadline = time.monotonic() + 30
        while (done := os.waitpid(child, os.WNOHANG))[0] == 0 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert done == (child, 0)
        assert parent.run(parent.answer(numbered(2))).text
    assert len(seen) == 3


def test_whoever_waits_for_a_latched_endpoint_stops_at_once(tmp_path) -> None:
    service = ServiceParams(concurrency=2, patience=10)
    gate = Gate()

    def says(body: dict):
        gate.says(body)
        return 401, error("no")

    with saying(says) as (url, seen), engine_at(tmp_path, url, service=service) as engine:

        async def run():
            return await asyncio.gather(
                *(engine.answer(numbered(n)) for n in range(50)), return_exceptions=True
            )

        with ThreadPoolExecutor(1) as pool:
            told = pool.submit(engine.run, run())
            gate.asked.acquire()
            gate.opened.set()
            errors = told.result(30)
    assert all(type(one) is TeacherError and "the key" in str(one) for one in errors)
    assert len(seen) <= 2
    assert limiter_states() == {}


def test_the_next_endpoint_is_asked_when_the_first_fails(tmp_path) -> None:
    with (
        server((500, error("down"))) as (first, seen_first),
        server((200, completion())) as (second, seen_second),
        engine_at(tmp_path, first, second, service=LASTING) as engine,
    ):
        told = all_of(engine, [numbered(n) for n in range(40)])
        assert all(one.answer.text for one in told)
        first_endpoint, second_endpoint = engine.endpoints
        assert not first_endpoint.well
        assert second_endpoint.well
    assert len(seen_second) == 40
    assert 0 < len(seen_first) <= 40


def test_a_latched_endpoint_is_passed_over(tmp_path) -> None:
    with (
        server((401, error("no"))) as (first, seen_first),
        server((200, completion())) as (second, seen_second),
        engine_at(tmp_path, first, second) as engine,
    ):
        engine.run(engine.answer(numbered(0)))
        all_of(engine, [numbered(n) for n in range(1, 10)])
    assert len(seen_first) == 1
    assert len(seen_second) == 10


def test_the_first_endpoint_is_kept_to_while_it_is_well(tmp_path) -> None:
    with (
        server((200, completion())) as (first, seen_first),
        server((200, completion())) as (second, seen_second),
        engine_at(tmp_path, first, second) as engine,
    ):
        all_of(engine, [numbered(n) for n in range(20)])
    assert (len(seen_first), len(seen_second)) == (20, 0)


def test_by_weight_all_endpoints_are_asked(tmp_path) -> None:
    with (
        server((200, completion())) as (first, seen_first),
        server((200, completion())) as (second, seen_second),
        engine_at(tmp_path, first, second, RS_GPT4V_ENDPOINT_POLICY="weight") as engine,
    ):
        all_of(engine, [numbered(n) for n in range(20)])
    assert (len(seen_first), len(seen_second)) == (10, 10)


def test_when_all_are_hopeless_each_says_why(tmp_path) -> None:
    with (
        server((401, error("no"))) as (first, _),
        server((404, error("no"))) as (second, _),
        engine_at(tmp_path, first, second) as engine,
        pytest.raises(TeacherError, match=r"the key \(401\)(.|\n)*knows no model"),
    ):
        engine.run(engine.answer(REQUEST))


def test_the_answer_to_a_sent_request_is_kept_though_nobody_waits(tmp_path) -> None:
    gate = Gate()
    with saying(gate.says) as (url, _), engine_at(tmp_path, url) as engine:
        asked = asyncio.run_coroutine_threadsafe(engine.answer(REQUEST), engine.loop)
        gate.asked.acquire()
        asked.cancel()
        gate.opened.set()
        close_engines()  # waits for what is on its way
        assert open_answers(str(tmp_path / "root")).get(REQUEST.key) is not None


def test_what_still_waits_is_given_up_with_whoever_asked(tmp_path) -> None:
    gate = Gate()
    service = ServiceParams(concurrency=1)
    with saying(gate.says) as (url, seen), engine_at(tmp_path, url, service=service) as engine:
        first = asyncio.run_coroutine_threadsafe(engine.answer(numbered(0)), engine.loop)
        gate.asked.acquire()
        second = asyncio.run_coroutine_threadsafe(engine.answer(numbered(1)), engine.loop)
        second.cancel()
        engine.run(asyncio.sleep(0.01))  # the loop has heard of it
        gate.opened.set()
        assert first.result(30).text
        close_engines()
    assert len(seen) == 1


def test_a_lost_share_is_taken_by_every_endpoint(tmp_path) -> None:
    with server((200, completion())) as (url, _), engine_at(tmp_path, url) as engine:
        take_share(0.25)
        try:
            engine.run(asyncio.sleep(0))
            assert engine.endpoints[0].limiter.share == 0.25
        finally:
            take_share(1.0)


def test_a_failure_leaves_nothing_in_the_store(tmp_path) -> None:
    with server((500, error("no"))) as (url, _), engine_at(tmp_path, url) as engine:
        with pytest.raises(TransientTeacherError):
            engine.run(engine.answer(REQUEST))
        assert REQUEST.key not in open_answers(str(tmp_path / "root"))
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes()
