"""What the engine is doing, counted as answers arrive and read by whoever shows it."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Final

from schemas.teacher import Spent

WINDOW: Final = 15.0  # seconds over which speed is measured


@dataclass(frozen=True)
class Reading:
    """Counts since the start of the process, and the speed of the last seconds."""

    answered: int
    """Answers that were paid for in this process."""
    found: int
    """Answers that stood in the store."""
    tokens: int
    """In and out, of the answers paid for."""
    cost: float | None
    """US dollars of the answers paid for; none where a price is not known."""
    requests_per_second: float
    tokens_per_second: float
    expected: float | None
    """Requests of the whole build, where a plan says it."""
    seconds: float
    """Since the first request."""

    @property
    def done(self) -> int:
        """Requests that have their answer."""
        return self.answered + self.found

    @property
    def fraction(self) -> float | None:
        """How much of the build is answered, 0 to 1; none where no plan says it."""
        return min(1.0, self.done / self.expected) if self.expected else None

    @property
    def projected_cost(self) -> float | None:
        """US dollars at the end, at the price an answer has had so far."""
        if self.cost is None or self.expected is None or not self.answered:
            return None
        left = max(0.0, self.expected - self.done)
        return self.cost + left * self.cost / self.answered

    @property
    def seconds_left(self) -> float | None:
        """Until the end, at the speed of the last seconds."""
        if self.expected is None or self.requests_per_second == 0:
            return None
        return max(0.0, self.expected - self.done) / self.requests_per_second


class Meter:
    """Counts answers; any thread may count, any may read."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Count from now on; ``clock`` gives seconds."""
        self._clock, self._lock = clock, Lock()
        self._answered = self._found = self._tokens = 0
        self._cost: float | None = 0.0
        self._expected: float | None = None
        self._start: float | None = None
        self._recent: deque[tuple[float, int]] = deque()  # when, tokens

    def expect(self, requests: float) -> None:
        """Note how many requests the whole build will make."""
        with self._lock:
            self._expected = requests

    def found(self) -> None:
        """Count an answer that stood in the store."""
        with self._lock:
            self._begin()
            self._found += 1

    def answered(self, spent: Spent) -> None:
        """Count an answer that was paid for."""
        tokens = spent.prompt_tokens + spent.completion_tokens
        with self._lock:
            now = self._begin()
            self._answered += 1
            self._tokens += tokens
            self._cost = (
                None if self._cost is None or spent.cost is None else self._cost + spent.cost
            )
            self._recent.append((now, tokens))
            self._forget(now)

    def read(self) -> Reading:
        """Return the counts and the speed now."""
        with self._lock:
            now = self._clock()
            self._forget(now)
            since = now - self._start if self._start is not None else 0.0
            span = max(1.0, min(WINDOW, since))
            return Reading(
                answered=self._answered,
                found=self._found,
                tokens=self._tokens,
                cost=self._cost,
                requests_per_second=len(self._recent) / span,
                tokens_per_second=sum(tokens for _, tokens in self._recent) / span,
                expected=self._expected,
                seconds=since,
            )

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
