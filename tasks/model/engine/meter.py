"""What the engine is doing, counted as answers arrive and read by whoever shows it."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from schemas.teacher import Spent
from tasks.model.engine.tally import (
    LATENCIES,
    Counted,
    Failed,
    Reading,
    Tally,
    summed,
    together,
)

__all__ = ["METER", "Meter", "Reading", "sentence"]

WINDOW: Final = 15.0  # seconds over which speed is measured


@dataclass
class _Counts:
    """What was answered to one prompt by one model."""

    answered: int = 0
    found: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    cost: float = 0.0
    unpriced: int = 0
    seconds: float = 0.0
    within: list[int] = field(default_factory=lambda: [0] * (len(LATENCIES) + 1))

    def add(self, spent: Spent) -> None:
        """Count an answer that was paid for."""
        self.answered += 1
        self.prompt_tokens += spent.prompt_tokens
        self.cached_tokens += spent.cached_tokens
        self.completion_tokens += spent.completion_tokens
        self.cost += spent.cost or 0.0
        self.unpriced += spent.cost is None
        self.seconds += spent.latency
        self.within[sum(spent.latency > bound for bound in LATENCIES)] += 1


class Meter:
    """Counts answers; any thread may count, any may read."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Count from now on; ``clock`` gives seconds."""
        self._clock, self._lock = clock, Lock()
        self._counts: dict[tuple[str, str], _Counts] = {}
        self._failed: dict[tuple[str, str], int] = {}
        self._expected: float | None = None
        self._start: float | None = None
        self._recent: deque[tuple[float, int]] = deque()  # when, tokens
        self._others: list[Callable[[], Iterable[Tally]]] = []
        self._past: list[Tally] = []  # of processes that have ended

    def expect(self, requests: float) -> None:
        """Note how many requests the whole build will make."""
        with self._lock:
            self._expected = requests

    def found(self, model: str = "", prompt: str = "") -> None:
        """Count an answer that stood in the store."""
        with self._lock:
            self._begin()
            self._of(model, prompt).found += 1

    def answered(self, spent: Spent, model: str = "", prompt: str = "") -> None:
        """Count an answer that was paid for."""
        with self._lock:
            now = self._begin()
            self._of(model, prompt).add(spent)
            self._recent.append((now, spent.prompt_tokens + spent.completion_tokens))
            self._forget(now)

    def failed(self, host: str, kind: str) -> None:
        """Count a try at ``host`` that brought no answer."""
        with self._lock:
            self._failed[host, kind] = self._failed.get((host, kind), 0) + 1

    def join(self, others: Callable[[], Iterable[Tally]]) -> None:
        """Count in, from now on, what ``others`` tells of other processes."""
        with self._lock:
            self._others.append(others)

    def part(self, others: Callable[[], Iterable[Tally]]) -> None:
        """Keep what ``others`` told last: their processes have ended."""
        past = [tally.at_rest() for tally in others()]
        with self._lock:
            self._others.remove(others)
            self._past = [summed([*self._past, *past])]

    def read(self) -> Reading:
        """Return the counts and the speed now, of all processes that count together."""
        return together([self._own(), *(tally.reading for tally in self.beside())])

    def own(self) -> Tally:
        """Return all that this process has counted itself."""
        reading = self._own()
        with self._lock:
            counted = tuple(
                Counted(model=model, prompt=prompt, **{**vars(c), "within": tuple(c.within)})
                for (model, prompt), c in sorted(self._counts.items())
            )
            failed = tuple(
                Failed(host=host, kind=kind, tries=tries)
                for (host, kind), tries in sorted(self._failed.items())
            )
        return Tally(reading=reading, counted=counted, failed=failed)

    def _own(self) -> Reading:
        with self._lock:
            now, counts = self._clock(), list(self._counts.values())
            self._forget(now)
            since = now - self._start if self._start is not None else 0.0
            span = max(1.0, min(WINDOW, since))
            priced = not any(one.unpriced for one in counts)
            return Reading(
                answered=sum(one.answered for one in counts),
                found=sum(one.found for one in counts),
                tokens=sum(one.prompt_tokens + one.completion_tokens for one in counts),
                cost=sum(one.cost for one in counts) if priced else None,
                requests_per_second=len(self._recent) / span,
                tokens_per_second=sum(tokens for _, tokens in self._recent) / span,
                expected=self._expected,
                seconds=since,
            )

    def beside(self) -> list[Tally]:
        """Return what the other processes have counted."""
        with self._lock:
            others, past = list(self._others), list(self._past)
        return [*past, *(tally for told in others for tally in told())]

    def _of(self, model: str, prompt: str) -> _Counts:
        return self._counts.setdefault((model, prompt), _Counts())

    def _begin(self) -> float:
        now = self._clock()
        self._start = now if self._start is None else self._start
        return now

    def _forget(self, now: float) -> None:
        while self._recent and self._recent[0][0] <= now - WINDOW:
            self._recent.popleft()


METER: Final = Meter()
"""Of this process, as the engine is."""


def sentence(reading: Reading, used: float | None = None) -> str:
    """Return ``reading`` in one line; ``used`` is the part of the limits in use, 0 to 1."""
    of = f" of about {reading.expected:,.0f}" if reading.expected else ""
    words = [f"{reading.done:,}{of} answers" if of or reading.done != 1 else "1 answer"]
    words += [f"{reading.found:,} of them stored before"] if reading.found else []
    words += [f"{reading.requests_per_second:.1f} requests/s"]
    words += [f"{reading.tokens_per_second:,.0f} tokens/s"]
    words += [f"{used:.0%} of the limit"] if used is not None else []
    words += [_money(reading)] if reading.answered else []
    left = reading.seconds_left
    words += [f"{span(left)} left"] if left is not None else []
    return ", ".join(words)


def _money(reading: Reading) -> str:
    if reading.cost is None:
        return "cost not known"
    projected = reading.projected_cost
    return f"${reading.cost:,.2f}" + (f" of about ${projected:,.2f}" if projected else "")


def span(seconds: float) -> str:
    """Return a length of time in words, such as “12 min”."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
