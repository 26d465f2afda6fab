"""How many requests may be in flight: fewer only where more of them gain nothing.

In the manner of TCP Vegas (Brakmo and Peterson 1995) and of the gradient limit of Netflix's
concurrency-limits, latency above what is normal suggests a queue at the server. Answers of a vision
model also take longer because they are longer, so latency alone decides nothing: one step down is
tried, and kept only if as much was delivered as before. Else the step is taken back, and the
latency of now counts as normal.
"""

from typing import Final

FEWEST: Final = 4
STEP: Final = 0.8  # of the cap, one step down
SLOW: Final = 1.5  # times the normal latency: a queue, perhaps
FAST: Final = 1.2
LEAST: Final = 20  # answers in one look


class Window:
    """The cap on requests in flight, between FEWEST and the ``most`` that the settings allow."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.cap = most
        self._normal: float | None = None
        self._before: tuple[int, float] | None = None  # cap and answers a second before a step down
        self._start: float | None = None
        self._stepped = 0.0
        self._count, self._slowness, self._full = 0, 0.0, 0

    def answered(self, now: float, sent: float, latency: float, in_flight: int) -> None:
        """Note an answer ``latency`` seconds after it was asked for at ``sent``."""
        if sent < self._stepped:
            return  # asked for before the latest step
        if self._start is None:
            self._start, self._stepped = now, 0.0
            return
        self._count += 1
        self._slowness += latency
        self._full += in_flight >= 0.9 * self.cap
        if self._count >= max(LEAST, self.cap) and now > self._start:
            self._judge(self._slowness / self._count, self._count / (now - self._start))
            self._start, self._count, self._slowness, self._full = now, 0, 0.0, 0
            if self._before is not None:
                self._start, self._stepped = None, now

    def _judge(self, latency: float, speed: float) -> None:
        normal = self._normal or latency
        bound = self._full >= 0.8 * self._count
        if self._before is not None:
            cap, was = self._before
            self._before = None
            if speed < was * (1 + STEP) / 2:  # the step cost about what it took away
                self.cap, self._normal = cap, latency
        elif bound and latency > SLOW * normal and self.cap > min(FEWEST, self._most):
            self._before = self.cap, speed
            self.cap = max(min(FEWEST, self._most), int(self.cap * STEP))
        else:
            self._normal = min(latency, normal + 0.01 * max(0.0, latency - normal))
            if latency < FAST * normal:
                self.cap = min(self._most, self.cap + max(1, self.cap // 10))
