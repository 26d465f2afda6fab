"""When the next request may go to one endpoint: everything that decides it, without waiting itself.

    limit known, from settings or headers ──> limit × share × speed (≤ 1, what remains and refusals say)
    not known                             ──> the speed that probing finds, in requests a second

Both units are paced; the slower one binds. A clock is passed in with every call.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Final, Literal

from tasks.model.engine.breaker import Breaker
from tasks.model.engine.headers import (
    MINUTE,
    Allowance,
    Unit,
    allowance,
    in_lower_case,
    retry_after,
)
from tasks.model.engine.pacing import Bucket
from tasks.model.engine.probing import Speed
from tasks.model.engine.sharing import Gauge
from tasks.model.engine.window import Window

LONGEST_PAUSE: Final = 600.0  # seconds that one Retry-After is honoured
JITTER: Final = 0.1  # of a pause, at most MOST_JITTER seconds
MOST_JITTER: Final = 5.0


@dataclass(frozen=True)
class Limits:
    """What one endpoint allows, as far as it is set; ``share`` of it is for this process, 0 to 1."""

    requests_per_minute: float | None
    tokens_per_minute: float | None
    concurrency: int
    share: float = 1.0


@dataclass(slots=True)
class Ticket:
    """One request under way."""

    number: int
    sent: float
    speed: float
    tokens: float


class Lane:
    """One unit, requests or tokens, with its limit a second; None while it is not known."""

    def __init__(self, unit: Unit, per_minute: float | None) -> None:
        self.unit: Unit = unit
        self.bucket, self.gauge = Bucket(), Gauge()
        self._set = None if per_minute is None else per_minute / MINUTE
        self._said: float | None = None
        self._learnt = -math.inf
        self.limit = self._set  # of the key a second: the lower of what is set and what is said

    @property
    def source(self) -> Literal["settings", "headers"]:
        """Where the limit is known from."""
        return "settings" if self._said is None or self.limit != self._said else "headers"

    def learn(self, sent: float, said: Allowance) -> None:
        """Take the limit that came with what was ``sent`` then, unless a later one is known."""
        rate = said.per_second
        if rate is not None and sent >= self._learnt:
            if self._said is not None and rate != self._said:
                self.gauge = Gauge()
                self.gauge.restart(sent)
            self._said, self._learnt = rate, sent
            self.limit = rate if self._set is None else min(self._set, rate)


class Control:
    """The state of one endpoint's limits."""

    def __init__(self, limits: Limits, random: Random, wall: Callable[[], float]) -> None:
        """Keep within ``limits``; ``wall`` gives seconds since 1970, for dates without reference."""
        self.share = limits.share
        self.breaker, self.window = Breaker(random), Window(limits.concurrency)
        self.requests = Lane("requests", limits.requests_per_minute)
        self.tokens = Lane("tokens", limits.tokens_per_minute)
        self.lanes = (self.requests, self.tokens)
        self.known = self.requests.limit is not None or self.tokens.limit is not None
        self.speed = Speed(1.0, 1.0, slow=False) if self.known else Speed()
        self.in_flight = self.refusals = self.failures = self.answers = 0
        self.paused_until = -math.inf
        self._random, self._wall = random, wall
        self._number = -1
        self._binding: Lane | None = None
        self._paced = False

    def rate(self, lane: Lane) -> float | None:
        """Return how much of ``lane`` may go a second now, None where it is not paced."""
        if lane.limit is not None:
            return lane.limit * self.share * self.speed.value
        return self.speed.value if lane is self.requests and not self.known else None

    def wait(self, now: float, tokens: float) -> float:
        """Return seconds until a request of ``tokens`` may go; infinite: after the next outcome."""
        if now < self.paused_until:
            return self.paused_until - now
        opens = self.breaker.opens_at(now)
        if opens > now:
            return opens - now
        if self.in_flight >= self.window.cap:
            return math.inf
        longest = 0.0
        for lane in self.lanes:
            rate = self.rate(lane)
            if rate is not None:
                wait = lane.bucket.wait(now, rate, 1 if lane is self.requests else tokens)
                if wait > longest:
                    longest, self._binding, self._paced = wait, lane, True
        return longest

    def take(self, now: float, tokens: float) -> Ticket:
        """Let a request go, after ``wait`` said 0."""
        self._number += 1
        self.in_flight += 1
        self.requests.bucket.take(1)
        self.tokens.bucket.take(tokens)
        self.speed.sent(now, self._number, paced=self._paced)
        self._paced = False
        self.breaker.sent(self._number)
        return Ticket(self._number, now, self.speed.value, tokens)

    def answered(
        self, now: float, ticket: Ticket, headers: Mapping[str, str], tokens: float, latency: float
    ) -> None:
        """Note an answer that used ``tokens`` (0: not known) and took ``latency`` seconds."""
        self.window.answered(now, ticket.sent, latency, self.in_flight)
        self.in_flight -= 1
        self.answers += 1
        self.breaker.alive()
        self.speed.answered(ticket.speed, max(now - ticket.sent, 1e-3))
        if tokens > 0:
            self.tokens.bucket.give(ticket.tokens - tokens)
        said = self._learn(ticket, in_lower_case(headers))
        self._steer(now, ticket, said)

    def refused(self, now: float, ticket: Ticket, headers: Mapping[str, str]) -> None:
        """Note a refusal (429): slower, and a pause for as long as the server asks."""
        self.in_flight -= 1
        self.refusals += 1
        self.breaker.alive()
        headers = in_lower_case(headers)
        said = self._learn(ticket, headers)
        before = self.speed.value
        self.speed.refused(now, ticket.number, ticket.sent, self._number)
        if self.speed.value != before:
            self._look_again(now)
        asked = retry_after(headers, self._wall())
        self._pause(now, self._until_reset(now, said) if asked is None else asked)

    def failed(self, now: float, ticket: Ticket) -> None:
        """Note a failure that may pass."""
        self.in_flight -= 1
        self.failures += 1
        self.breaker.failed(now, ticket.number)

    def dropped(self, ticket: Ticket) -> None:
        """Note that a request was not sent, or says nothing of the server's load."""
        self.in_flight -= 1
        self.breaker.dropped(ticket.number)
        self.requests.bucket.give(1)
        self.tokens.bucket.give(ticket.tokens)

    def _learn(self, ticket: Ticket, headers: Mapping[str, str]) -> tuple[Allowance | None, ...]:
        said = (
            tuple(allowance(headers, lane.unit) for lane in self.lanes) if headers else (None, None)
        )
        for lane, one in zip(self.lanes, said, strict=True):
            if one is not None:
                lane.learn(ticket.sent, one)
        if not self.known and (self.requests.limit is not None or self.tokens.limit is not None):
            self.known = True
            self.speed = Speed(1.0, 1.0, slow=False, after=self._number)
        return said

    def _steer(self, now: float, ticket: Ticket, said: tuple[Allowance | None, ...]) -> None:
        """Follow what remains: the scarcest unit slows down, only the one that binds speeds up."""
        factor = 1.0
        for lane, one in zip(self.lanes, said, strict=True):
            if one is None or one.remaining is None or lane.limit is None or one.per_second is None:
                continue
            self.speed.guided = lane.gauge.tells
            found = lane.gauge.saw(ticket.sent, now, one, one.per_second)
            if found is not None and (found < 1 or (lane is self._binding and factor >= 1)):
                factor = min(factor, found) if found < 1 else max(factor, found)
        if factor < 1 or (factor > 1 and self.speed.value < 1):
            self.speed.scale(factor)
            self._look_again(now)

    def _look_again(self, now: float) -> None:
        for lane in self.lanes:
            lane.gauge.restart(now)

    def _until_reset(self, now: float, said: tuple[Allowance | None, ...]) -> float:
        """Return the seconds to the end of a window that is used up; 0 where there is none."""
        ends = [
            lane.gauge.resets_at - now
            for lane, one in zip(self.lanes, said, strict=True)
            if lane.gauge.resets_at is not None and one is not None and one.remaining == 0
        ]
        return max(0.0, *ends) if ends else 0.0

    def _pause(self, now: float, seconds: float) -> None:
        if seconds > 0:
            seconds = min(seconds, LONGEST_PAUSE)
            seconds += self._random.uniform(0, min(MOST_JITTER, JITTER * seconds))
            self.paused_until = max(self.paused_until, now + seconds)
