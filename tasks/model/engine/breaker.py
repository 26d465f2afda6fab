"""A circuit breaker that pauses, and never fails, a request while an endpoint fails as a whole.

    closed ── 8 failures in a row, or > 90 % of the last 40 ──> open: nothing is sent
       ^                                                          │ after 1 s, then 2 s … 60 s
       └──── any answer ──── half open: a single probe <──────────┘
                                        └── fails ──> open, for twice as long

After Nygard, Release It! (2007), ch. 5.
"""

import math
from collections import deque
from random import Random
from typing import Final

IN_A_ROW: Final = 8
LOOKED_AT: Final = 40  # outcomes
SHARE: Final = 0.9
FIRST_PAUSE: Final = 1.0  # seconds
LONGEST_PAUSE: Final = 60.0


class Breaker:
    """Counts failures and says when the next request may go."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._row = 0
        self._last: deque[bool] = deque(maxlen=LOOKED_AT)
        self._failures = 0
        self._pause = FIRST_PAUSE
        self._until: float | None = None
        self._probe: int | None = None

    @property
    def open(self) -> bool:
        """Whether only single probes are let through."""
        return self._until is not None

    def opens_at(self, now: float) -> float:
        """Return when the next request may go: ``now``, later, or never (a probe is under way)."""
        if self._until is None:
            return now
        return math.inf if self._probe is not None else max(now, self._until)

    def sent(self, number: int) -> None:
        """Note that request ``number`` went; while open it is the probe."""
        if self._until is not None:
            self._probe = number

    def alive(self) -> None:
        """Note an answer, or a refusal: somebody is there. Lets everything through again."""
        self._note(failed=False)
        self._row = 0
        if self._until is not None:
            self._last.clear()
            self._failures = 0
            self._until, self._probe, self._pause = None, None, FIRST_PAUSE

    def failed(self, now: float, number: int) -> None:
        """Note that request ``number`` failed for a reason that may pass."""
        self._note(failed=True)
        self._row += 1
        if self._until is None:
            if self._row >= IN_A_ROW or self._mostly_failed():
                self._open(now)
        elif number == self._probe:
            self._pause = min(LONGEST_PAUSE, 2 * self._pause)
            self._open(now)

    def dropped(self, number: int) -> None:
        """Note that request ``number`` tells nothing: another may be the probe."""
        if number == self._probe:
            self._probe = None

    def _open(self, now: float) -> None:
        self._probe = None
        self._until = now + self._pause * self._random.uniform(1, 1.1)

    def _mostly_failed(self) -> bool:
        return len(self._last) == LOOKED_AT and self._failures > SHARE * LOOKED_AT

    def _note(self, *, failed: bool) -> None:
        if len(self._last) == LOOKED_AT:
            self._failures -= self._last[0]
        self._last.append(failed)
        self._failures += failed
