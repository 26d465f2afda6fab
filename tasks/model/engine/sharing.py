"""What “remaining” tells of others who use the same key, before the server has to refuse.

    used by all a second = refill − slope of what remains

A bucket is refilled all the time; a window only at its end, when its reset is due, which is told by
that moment standing still from answer to answer. Where all together use more than lasts, each scales
by (what lasts ÷ what is used): the sum is right at once, whoever the others are. Where there is room,
each adds the same: with both, shares become equal (Chiu and Jain 1989). The signal is that of
explicit congestion notification (RFC 3168): slow down while there is still something in the bucket.
"""

from dataclasses import dataclass
from typing import Final

from tasks.model.engine.headers import Allowance

LOOK: Final = 0.25  # seconds of sending in one look, at least
LEAST: Final = 8  # answers in one look
RESERVE: Final = 0.3  # seconds' worth that should remain
GROWTH: Final = 0.1  # of the limit, added a second where there is room
ANCHOR: Final = 3.0  # seconds over which a reset shows whether it stands still


@dataclass(slots=True)
class _Line:
    """Least squares through (seconds, remaining)."""

    n: int = 0
    t: float = 0.0
    q: float = 0.0
    tt: float = 0.0
    tq: float = 0.0

    def add(self, t: float, q: float) -> None:
        self.n += 1
        self.t += t
        self.q += q
        self.tt += t * t
        self.tq += t * q

    @property
    def slope(self) -> float:
        spread = self.n * self.tt - self.t * self.t
        return (self.n * self.tq - self.t * self.q) / spread if spread > 0 else 0.0

    def at(self, t: float) -> float:
        return self.q / self.n + self.slope * (t - self.t / self.n)


class Gauge:
    """Watches what remains of one limit."""

    def __init__(self) -> None:
        self._line = _Line()
        self._from = 0.0  # answers to what was sent before are of an earlier speed
        self._start, self._last = 0.0, 0.0
        self._most = 0.0
        self._judged = 0.0
        self._anchor: tuple[float, float, float] | None = None  # sent, reset due, remaining
        self._seen: tuple[float, float] | None = None
        self.window: bool | None = None  # None: not known yet
        self.resets_at: float | None = None

    @property
    def tells(self) -> bool:
        """Whether enough remains at times to see it shrink; of a bucket of one, nothing does."""
        return self._most >= 4

    def restart(self, now: float) -> None:
        """Forget what was seen: the speed changed ``now``."""
        self._line = _Line()
        self._from = now

    def saw(self, sent: float, now: float, said: Allowance, rate: float) -> float | None:
        """Return by what to multiply one's speed (above 1: what to add + 1), None: nothing yet.

        ``rate`` is the limit of the key a second; ``said`` came with what was ``sent`` then.
        """
        if said.remaining is None:
            return None
        self._classify(sent, said, said.remaining, rate)
        if sent < self._from:
            return None
        if self._line.n == 0:
            self._start = self._last = sent
        self._line.add(sent - self._start, said.remaining)
        self._last = max(self._last, sent)
        self._most = max(self._most, said.remaining)
        if self._last - self._start < LOOK or self._line.n < LEAST:
            return None
        factor = self._judge(now, rate) if self.tells else None
        self._judged = now
        self.restart(self._last if factor is None else now)
        return factor

    def _judge(self, now: float, rate: float) -> float | None:
        slope = self._line.slope
        left = max(0.0, self._line.at(self._last - self._start))
        horizon = 1.0 + (now - self._last)
        if self.window or (self.window is None and left >= 2 * rate):
            return self._in_window(-slope, left, rate)
        reserve = RESERVE * min(rate, self._most)
        used = rate - slope
        if left + slope * horizon < reserve:
            lasts = rate * (0.8 + 0.2 * min(1.0, left / reserve)) if reserve else rate
            if used > 1.02 * lasts:
                return max(0.3, lasts / used)
        if slope > -0.02 * rate and left >= reserve:
            return 1 + GROWTH * min(1.0, now - self._judged)
        return None

    def _in_window(self, used: float, left: float, rate: float) -> float | None:
        lasts, time_left = rate, None
        if self.resets_at is not None:
            time_left = self.resets_at - self._last
            if time_left > 2:
                lasts = min(rate, left / time_left)
        if used > 1.03 * lasts:
            return max(0.3, lasts / used)
        if used < 0.97 * lasts:
            return min(1.3, lasts / max(used, 0.5 * lasts))
        return None

    def _classify(self, sent: float, said: Allowance, remaining: float, rate: float) -> None:
        """Find out whether the limit is refilled all the time or at the end of a window."""
        due = None if said.reset is None else sent + said.reset
        if self.window and due is not None:
            self.resets_at = due
        jumped = self._seen is not None and 0 <= sent - self._seen[0] < 5
        if jumped and self._seen is not None and remaining - self._seen[1] > 20 * rate:
            self.window = True
        if self._seen is None or sent > self._seen[0]:
            self._seen = sent, remaining
        if due is None:
            return
        if self._anchor is None or remaining > self._anchor[2] or sent < self._anchor[0]:
            self._anchor = sent, due, remaining
            return
        passed, used = sent - self._anchor[0], self._anchor[2] - remaining
        if passed >= ANCHOR and used > 0.1 * rate * passed:
            self.window = abs(due - self._anchor[1]) < 0.5 * passed
            self._anchor = sent, due, remaining
