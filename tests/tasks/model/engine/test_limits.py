import asyncio
import time
from collections.abc import Coroutine
from random import Random
from typing import Any

import pytest

from tasks.model.engine.limits import Limiter, Limits, SystemClock


class Quick(asyncio.SelectorEventLoop):
    """An event loop on which time passes at once: it jumps to whatever is due next."""

    now = 0.0

    def __init__(self) -> None:
        super().__init__()
        select = self._selector.select

        def jump(timeout: float | None = None):
            self.now += timeout or 0.0
            return select(0)

        self._selector.select = jump  # type: ignore[method-assign]

    def time(self) -> float:
        return self.now


class LoopClock:
    """The running loop's own time."""

    def time(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def quickly(work: Coroutine[Any, Any, Any]) -> Any:
    with asyncio.Runner(loop_factory=Quick) as runner:
        return runner.run(work)


def limiter(rpm: float | None = None, tpm: float | None = None, concurrency: int = 64) -> Limiter:
    limits = Limits(rpm, tpm, concurrency)
    return Limiter(limits, LoopClock(), random=Random(0), wall=lambda: 1_445_412_480.0)


def now() -> float:
    return asyncio.get_running_loop().time()


def test_permits_come_in_the_order_asked_for():
    async def work():
        limit, order = limiter(600), []

        async def one(number):
            permit = await limit.permit(10)
            order.append(number)
            await asyncio.sleep(3)
            permit.answered({}, 10, 3)

        await asyncio.gather(*map(one, range(200)))
        return order, now()

    order, end = quickly(work())
    assert order == list(range(200))
    assert 22 <= end <= 23.5


def test_tokens_pace_as_requests_do_and_are_settled_by_what_was_used():
    async def work(used):
        limit = limiter(tpm=60_000)
        for _ in range(100):
            (await limit.permit(1000)).answered({}, used, 0.1)
        return now()

    assert quickly(work(1000)) == pytest.approx(99, abs=1.5)
    assert quickly(work(500)) == pytest.approx(49.5, abs=1.5)
    assert quickly(work(0)) == pytest.approx(99, abs=1.5)  # not told


def test_no_more_are_in_flight_than_set():
    async def work():
        limit = limiter(concurrency=3)
        permits = [await limit.permit(1) for _ in range(3)]
        waiting = asyncio.ensure_future(limit.permit(1))
        await asyncio.sleep(60)
        assert not waiting.done()
        assert (limit.state.in_flight, limit.state.waiting) == (3, 1)
        permits[0].dropped()
        (await waiting).dropped()
        permits[1].failed()
        permits[2].refused({})
        assert limit.state.in_flight == 0

    quickly(work())


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"Retry-After": "30"}, 30, 33),
        ({"retry-after": "600"}, 600, 606),
        ({"retry-after": "86400"}, 600, 606),
        ({"retry-after-ms": "1500"}, 1.5, 1.7),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:30 GMT"}, 30, 33),
        (
            {
                "retry-after": "Wed, 21 Oct 2015 09:28:30 GMT",
                "date": "Wed, 21 Oct 2015 09:28:00 GMT",
            },
            30,
            33,
        ),
        ({"retry-after": "0"}, 0, 0.2),
        ({}, 0, 0.2),
    ],
)
def test_everything_pauses_for_as_long_as_the_server_asks(headers, least, most):
    async def work():
        limit = limiter(6000)
        permits = [await limit.permit(1) for _ in range(20)]
        start = now()
        for permit in permits:  # a storm: one pause, one decrease
            permit.refused(headers)
        slowest = limit.state.requests_per_minute
        assert slowest is not None
        assert slowest >= 0.5 * 6000
        assert limit.state.paused_for >= least
        (await limit.permit(1)).answered({}, 1, 0.1)
        return now() - start

    assert least <= quickly(work()) <= most


def test_what_headers_say_is_seen_in_the_state():
    async def work():
        limit = limiter()
        assert limit.state.requests_from == "probing"
        permit = await limit.permit(100)
        await asyncio.sleep(0.1)
        permit.answered(
            {"x-ratelimit-limit-requests": "300", "x-ratelimit-limit-tokens": "9000"}, 100, 0.1
        )
        assert limit.state.requests_per_minute == 300
        assert limit.state.tokens_per_minute == 9000
        assert limit.state.tokens_from == "headers"
        limit.share = 0.5
        assert limit.state.requests_per_minute == 150

    quickly(work())


def test_a_waiter_learns_at_once_that_it_may_go_sooner():
    async def work():
        limit = limiter(0.5)  # one in two minutes
        permits = [await limit.permit(1)]
        waiting = asyncio.ensure_future(limit.permit(1))
        await asyncio.sleep(1)
        limit.share = 1000
        (await waiting).dropped()
        permits[0].dropped()
        return now()

    assert quickly(work()) < 2


def test_whoever_gives_up_waiting_leaves_no_gap():
    async def work():
        limit = limiter(60)
        (await limit.permit(1)).dropped()
        first = await limit.permit(1)
        waiting = [asyncio.ensure_future(limit.permit(1)) for _ in range(5)]
        await asyncio.sleep(0)
        for task in waiting[:4]:
            task.cancel()
        (await waiting[4]).answered({}, 1, 0.1)
        first.answered({}, 1, 0.1)
        assert limit.state.in_flight == limit.state.waiting == 0
        return now()

    assert quickly(work()) <= 2


def test_a_permit_given_to_one_who_just_left_is_given_back():
    async def work():
        limit = limiter(concurrency=1)
        first = await limit.permit(1)
        waiting = asyncio.ensure_future(limit.permit(1))
        await asyncio.sleep(0.1)
        first.dropped()  # grants
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert limit.state.in_flight == 0
        (await limit.permit(1)).dropped()

    quickly(work())


def test_while_all_fails_single_probes_go_and_nothing_is_lost():
    async def work():
        limit, tried = limiter(6000), []

        async def one():
            while True:
                permit = await limit.permit(1)
                tried.append(now())
                await asyncio.sleep(0.05)
                if now() > 40:
                    return permit.answered({}, 1, 0.05)
                permit.failed()

        tasks = [asyncio.ensure_future(one()) for _ in range(32)]
        await asyncio.sleep(20)
        assert limit.state.broken
        assert limit.state.waiting >= 31
        await asyncio.gather(*tasks)
        assert not limit.state.broken
        return [when for when in tried if 2 < when <= 40]

    assert len(quickly(work())) <= 6


def test_ending_a_permit_twice_is_a_mistake():
    async def work():
        permit = await limiter().permit(1)
        permit.dropped()
        with pytest.raises(RuntimeError, match="ended twice"):
            permit.failed()

    quickly(work())


def test_it_runs_on_the_real_clock():
    async def work():
        limit = Limiter(Limits(6000, None, 64), SystemClock())

        async def one():
            permit = await limit.permit(1)
            await asyncio.sleep(0.01)
            permit.answered({}, 1, 0.01)

        start = time.monotonic()
        await asyncio.gather(*(one() for _ in range(50)))
        return time.monotonic() - start, limit.state.answers

    passed, answers = asyncio.run(work())
    assert answers == 50
    assert passed >= 0.4
