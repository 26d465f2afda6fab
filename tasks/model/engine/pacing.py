"""Evenly spaced permits: a token bucket that holds a twentieth of a second and may go into debt.

The generic cell rate algorithm (ITU-T I.371) in its leaky-bucket form, with a rate that changes. A
cost larger than the bucket goes when the bucket is full, and those behind it wait until it is paid.
"""

from typing import Final

BURST: Final = 0.05  # seconds' worth that may go at once


class Bucket:
    """Requests or tokens that may go now."""

    def __init__(self) -> None:
        self._level: float | None = None  # full, at whatever rate comes first
        self._size = 1.0
        self._at = 0.0

    def wait(self, now: float, rate: float, cost: float) -> float:
        """Return seconds until ``cost`` may go; ``rate`` were added a second since the last call."""
        size = self._size = max(BURST * rate, 1.0)
        if self._level is None:
            self._level = size
        elif self._level < size:
            self._level = min(size, self._level + rate * (now - self._at))
        self._at = now
        missing = min(cost, size) - self._level
        return missing / rate if missing > 1e-6 else 0.0

    def take(self, cost: float) -> None:
        """Let ``cost`` go."""
        if self._level is not None:
            self._level -= cost

    def give(self, cost: float) -> None:
        """Take back what was not used after all; negative: what was used besides."""
        if self._level is not None:
            self._level = min(self._level + cost, max(self._level, 2 * self._size))
