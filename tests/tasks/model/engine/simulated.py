"""A rate-limited server and the processes that ask it, in simulated time, event by event."""

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Literal

from tasks.model.engine.control import Control, Limits

Headers = Literal["none", "openai", "azure", "bare"]  # bare: without resets


@dataclass
class Meter:
    """One limit at the server: a bucket refilled all the time, or a window of fixed length."""

    per_second: float
    capacity: float
    window: float | None = None
    level: float = field(init=False)
    at: float = 0.0

    def __post_init__(self) -> None:
        self.level = self.per_second * self.window if self.window else self.capacity

    def refill(self, now: float) -> None:
        if self.window:
            if now // self.window > self.at // self.window:
                self.level = self.per_second * self.window
        else:
            self.level = min(self.capacity, self.level + self.per_second * (now - self.at))
        self.at = now

    def reset(self, now: float) -> float:
        if self.window:
            return self.window - now % self.window
        return (self.capacity - self.level) / self.per_second

    def wait(self, now: float, cost: float) -> float:
        return self.reset(now) if self.window else max(0.0, cost - self.level) / self.per_second


@dataclass
class Server:
    """Refuses what is over its limits; ``latency`` draws the seconds of an answer."""

    requests: Meter | None
    tokens: Meter | None
    latency: Callable[[Random], float]
    headers: Headers = "openai"
    retry_after: Callable[[float], str] | None = None
    refusal_latency: Callable[[Random], float] | None = None
    weather: float = 0.0  # share refused for no reason
    billed: list[float] = field(default_factory=list)  # times of acceptance

    def says(self, now: float, tokens: float, random: Random) -> tuple[bool, dict[str, str]]:
        meters = [(x, c) for x, c in ((self.requests, 1.0), (self.tokens, tokens)) if x]
        for meter, _ in meters:
            meter.refill(now)
        accepted = all(x.level >= c for x, c in meters) and random.random() >= self.weather
        if accepted:
            self.billed.append(now)
            for meter, cost in meters:
                meter.level -= cost
        headers = self._headers(now)
        if not accepted and self.retry_after:
            wait = max((x.wait(now, c) for x, c in meters), default=0.0)
            headers["Retry-After"] = self.retry_after(wait)
        return accepted, headers

    def _headers(self, now: float) -> dict[str, str]:
        said: dict[str, str] = {}
        if self.headers == "none":
            return said
        for name, meter in (("requests", self.requests), ("tokens", self.tokens)):
            if meter:
                said[f"x-ratelimit-limit-{name}"] = str(round(meter.per_second * 60))
                said[f"x-ratelimit-remaining-{name}"] = str(int(meter.level))
                if self.headers == "openai":
                    said[f"x-ratelimit-reset-{name}"] = f"{meter.reset(now) * 1000:.0f}ms"
                elif self.headers == "azure":
                    said[f"x-ratelimit-reset-{name}"] = str(math.ceil(meter.reset(now)))
                    said[f"x-ratelimit-renewalperiod-{name}"] = "60"
        return said


@dataclass
class Outcome:
    """What one process saw."""

    asked: int = 0
    answered: int = 0
    refused: int = 0
    end: float = 0.0
    most_in_flight: int = 0


class Simulation:
    """Processes that each ask ``count`` requests; time passes from event to event."""

    def __init__(self, server: Server, seed: int, limits: tuple[Limits, ...]) -> None:
        self.now = 0.0
        self.server, self.random = server, Random(seed)
        self.controls = [
            Control(x, Random(seed * 100 + n), lambda: 0.0) for n, x in enumerate(limits)
        ]
        self.outcomes = [Outcome() for _ in limits]
        self._left = [0 for _ in limits]
        self._wakes = [math.inf for _ in limits]
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    def at(self, when: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._events, (when, next(self._order), act))

    def run(
        self, each: int, tokens: Callable[[Random], float] = lambda _: 1000.0, until: float = 1e5
    ) -> list[Outcome]:
        """Return what each process saw when each had ``each`` answers, or at ``until``."""
        self._tokens = tokens
        for n in range(len(self.controls)):
            self._left[n] = each
            self._look(n)
        while self._events and self._events[0][0] <= until:
            self.now, _, act = heapq.heappop(self._events)
            act()
        return self.outcomes

    def _look(self, n: int) -> None:
        control, outcome = self.controls[n], self.outcomes[n]
        while self._left[n]:
            wait = control.wait(self.now, 1000)
            if wait > 0:
                due = self.now + max(wait, 0.0005)
                if due < self._wakes[n] and not math.isinf(due):
                    self._wakes[n] = due
                    self.at(due, lambda: self._wake(n))
                return
            self._left[n] -= 1
            outcome.asked += 1
            ticket = control.take(self.now, 1000)
            outcome.most_in_flight = max(outcome.most_in_flight, control.in_flight)
            self._send(n, ticket)

    def _wake(self, n: int) -> None:
        if self.now >= self._wakes[n]:
            self._wakes[n] = math.inf
            self._look(n)

    def _send(self, n: int, ticket) -> None:
        tokens = self._tokens(self.random)
        latency = self.server.latency(self.random)
        there = min(0.05, latency) * self.random.uniform(0.2, 0.6)

        def arrive() -> None:
            accepted, headers = self.server.says(self.now, tokens, self.random)
            quick = self.server.refusal_latency
            rest = latency if accepted or quick is None else quick(self.random)
            self.at(self.now + max(0.0, rest - there), lambda: back(accepted, headers))

        def back(accepted: bool, headers: dict[str, str]) -> None:
            outcome = self.outcomes[n]
            if accepted:
                outcome.answered += 1
                outcome.end = self.now
                passed = self.now - ticket.sent
                self.controls[n].answered(self.now, ticket, headers, int(tokens), passed)
            else:
                outcome.refused += 1
                self._left[n] += 1
                self.controls[n].refused(self.now, ticket, headers)
            self._look(n)

        self.at(self.now + there, arrive)


def around(mean: float, spread: float = 0.2) -> Callable[[Random], float]:
    """Return a draw of latencies: log-normal round ``mean`` seconds."""
    return lambda random: mean * math.exp(random.gauss(-spread * spread / 2, spread))


def limited(
    per_second: float, *, by: str = "requests", burst: float = 1.0, window: float | None = None
) -> tuple[Meter | None, Meter | None]:
    """Return meters that let ``per_second`` requests of 1,000 tokens through, bound ``by`` which."""
    requests, tokens = per_second, per_second * 1000
    if by == "requests":
        tokens *= 5
    else:
        requests *= 5
    return (
        Meter(requests, max(1.0, requests * burst), window),
        Meter(tokens, max(1000.0, tokens * burst), window),
    )
