"""Permits to ask one endpoint, in the order asked for: paced, capped, paused while it is down.

permit ──> queue ──> one timer ──> request ──> answered | refused | failed | dropped
             ^       control.py says when           │
             └──────────── looked at again <────────┘
"""

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Final, Literal

from tasks.model.engine.clock import Clock, SystemClock
from tasks.model.engine.control import Control, Limits, Ticket
from tasks.model.engine.headers import MINUTE

__all__ = ["Clock", "Limiter", "LimiterState", "Limits", "Permit", "SystemClock"]

TICK: Final = 0.0005  # seconds: what the timer waits at least

Source = Literal["settings", "headers", "probing", "none"]


@dataclass(frozen=True)
class LimiterState:
    """What goes on at one endpoint; rates are those that this process may use now."""

    requests_per_minute: float | None
    tokens_per_minute: float | None
    requests_from: Source
    tokens_from: Source
    in_flight: int
    cap: int
    waiting: int
    paused_for: float  # seconds; by Retry-After, or because everything fails
    broken: bool  # everything fails: single probes only
    answers: int
    refusals: int
    failures: int


class Permit:
    """Leave to send one request; exactly one of its methods is called, once."""

    __slots__ = ("_limiter", "_ticket")

    def __init__(self, limiter: "Limiter", ticket: Ticket) -> None:
        self._limiter: Limiter | None = limiter
        self._ticket = ticket

    def answered(self, headers: Mapping[str, str], tokens: int, latency: float) -> None:
        """Note an answer: ``tokens`` that were used (0: not told), ``latency`` in seconds."""
        limiter = self._used()
        limiter.control.answered(limiter.clock.time(), self._ticket, headers, tokens, latency)
        limiter.look()

    def refused(self, headers: Mapping[str, str]) -> None:
        """Note that the server asked to slow down (429); ``headers`` say for how long."""
        limiter = self._used()
        limiter.control.refused(limiter.clock.time(), self._ticket, headers)
        limiter.look()

    def failed(self) -> None:
        """Note a failure that may pass: a server error, a broken connection, a time-out."""
        limiter = self._used()
        limiter.control.failed(limiter.clock.time(), self._ticket)
        limiter.look()

    def dropped(self) -> None:
        """Note that the request was not sent, or failed for a reason of its own."""
        limiter = self._used()
        limiter.control.dropped(self._ticket)
        limiter.look()

    def _used(self) -> "Limiter":
        if self._limiter is None:
            raise RuntimeError("A permit was ended twice. End it by exactly one call.")
        limiter, self._limiter = self._limiter, None
        return limiter


class Limiter:
    """The limits of one endpoint, for one event loop."""

    def __init__(
        self,
        limits: Limits,
        clock: Clock | None = None,
        *,
        random: Random | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """Keep within ``limits``; ``wall`` gives seconds since 1970, ``random`` the jitter."""
        self.clock: Clock = clock or SystemClock()
        self.control = Control(limits, random or Random(), wall)  # noqa: S311  # jitter is no secret
        self._waiting: deque[tuple[asyncio.Future[Permit], int]] = deque()
        self._given_up = 0  # of those, by tasks that were cancelled
        self._timer: asyncio.Task[None] | None = None
        self._due = math.inf
        self._awake = False  # the timer is looking: it sets itself

    async def permit(self, tokens: int) -> Permit:
        """Return leave to send a request of about ``tokens``, when its turn has come."""
        if not self._waiting and self.control.wait(self.clock.time(), tokens) <= 0:
            return self._granted(tokens)
        future: asyncio.Future[Permit] = asyncio.get_running_loop().create_future()
        self._waiting.append((future, tokens))
        if len(self._waiting) == 1:
            self.look()
        try:
            return await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():
                future.result().dropped()
            else:
                self._given_up += 1
            self.look()
            raise

    @property
    def state(self) -> LimiterState:
        """What goes on now."""
        control, now = self.control, self.clock.time()
        requests, tokens = (control.rate(lane) for lane in control.lanes)
        opens = control.breaker.opens_at(now)
        paused = max(control.paused_until, opens if opens < math.inf else now) - now
        return LimiterState(
            requests_per_minute=None if requests is None else requests * MINUTE,
            tokens_per_minute=None if tokens is None else tokens * MINUTE,
            requests_from=self._source(0),
            tokens_from=self._source(1),
            in_flight=control.in_flight,
            cap=control.window.cap,
            waiting=len(self._waiting) - self._given_up,
            paused_for=max(0.0, paused),
            broken=control.breaker.open,
            answers=control.answers,
            refusals=control.refusals,
            failures=control.failures,
        )

    @property
    def share(self) -> float:
        """The part of the endpoint's limits that is for this process, 0 to 1."""
        return self.control.share

    @share.setter
    def share(self, share: float) -> None:
        self.control.share = share
        self.look()

    def look(self) -> None:
        """Let go whoever may, in order, and set the timer for the next."""
        now, waiting = self.clock.time(), self._waiting
        while waiting:
            future, tokens = waiting[0]
            if future.done():
                waiting.popleft()
                self._given_up -= 1
                continue
            wait = self.control.wait(now, tokens)
            if wait > 0:
                self._set_timer(now + wait)
                return
            waiting.popleft()
            future.set_result(self._granted(tokens))
        self._stop_timer()

    def _granted(self, tokens: int) -> Permit:
        return Permit(self, self.control.take(self.clock.time(), tokens))

    def _source(self, place: int) -> Source:
        lane = self.control.lanes[place]
        if lane.limit is not None:
            return lane.source
        return "probing" if place == 0 and not self.control.known else "none"

    def _set_timer(self, due: float) -> None:
        if math.isinf(due):
            return  # the next outcome looks again
        if self._awake:
            self._due = due
        elif self._timer is None or due < self._due:
            self._stop_timer()
            self._due = due
            self._timer = asyncio.get_running_loop().create_task(self._wake())

    def _stop_timer(self) -> None:
        if self._timer is not None and not self._awake:
            self._timer.cancel()
            self._timer = None
        self._due = math.inf

    async def _wake(self) -> None:
        while self._due < math.inf:
            await self.clock.sleep(max(TICK, self._due - self.clock.time()))
            self._due, self._awake = math.inf, True
            try:
                self.look()
            finally:
                self._awake = False
        self._timer = None
