"""The speed that a server bears, found by trying where it does not say.

    careful start ─ doubles ─> first refusal ─ cut, hold for a round trip ─> what was delivered
                                     ^                                         │ × 0.96
                                     └──── next refusal <── cubic growth ──────┘

Slow-start after Jacobson (1988): doubles in eight round trips, to at most twice what was answered.
While a server's bucket is empty, the share that it accepts times the speed is its limit (delivery is
what BBR measures too, Cardwell et al. 2016). Refusals of requests sent before the speed was cut are
of the same round trip and cut no more. Growth back is CUBIC's (Ha, Rhee and Xu 2008; RFC 9438), flat
round the speed last refused: little is lost below it, few are refused above it. Fast keys grow more
slowly in proportion, so that of two processes the slower catches up; slow keys stay 35 requests
below, so that few of theirs are refused.

Refusals that do not become fewer at lower speed are no limit, but the server's weather: their share
is measured over a run of cuts, and borne as long as it does not rise.
"""

import math
from dataclasses import dataclass
from typing import Final

START: Final = 50.0  # requests a second before anything is known
SLOWEST: Final = 1 / 60
FASTEST: Final = 1e6
DOUBLING: Final = 1.7  # seconds, at most; eight round trips where those are shorter, at least
SOONEST: Final = 0.4
CUT: Final = 0.9  # of the speed, in the round trip after a refusal
SLOW_CUT: Final = 0.3  # the same after slow-start, which overshoots
ENOUGH: Final = 12  # requests that tell what share is accepted
BACK: Final = 0.96  # of what was delivered, after that
FLAT: Final = 2.5  # seconds from BACK to the plateau at 100 requests a second; grows as √ speed
FLAT_REQUESTS: Final = 35  # the same in requests, at least
ROOM: Final = 1.25  # times the plateau without a refusal: the limit is another now
MOST_WEATHER: Final = 0.3  # share of refusals that may be borne


@dataclass(slots=True)
class _Cut:
    """A decrease under way, and what became of the requests from the first refused one on."""

    first: int  # number of the first that was refused
    last: int  # number of the newest when the speed was cut
    at: float
    speed: float  # before the cut
    was_slow: bool
    refused: int = 1


@dataclass(slots=True)
class _Run:
    """Cuts of which each came at a lower speed than the one before."""

    first: int  # number of the request that was refused first
    speed: float  # before the first cut
    latest: float  # before the latest cut
    cuts: int = 0
    refused: int = 0


class Speed:
    """A speed, in requests a second, or as a share of a known limit (``ceiling`` 1)."""

    def __init__(
        self,
        value: float = START,
        ceiling: float = FASTEST,
        *,
        slow: bool = True,
        after: int = -1,
    ) -> None:
        """Begin at ``value``; refusals of requests up to number ``after`` tell nothing of it."""
        self.value = value
        self.ceiling = ceiling
        self.guided = False  # by what remains: then no growth of its own
        self._slow = slow
        self._plateau = value
        self._base = value
        self._elapsed = 0.0
        self._at: float | None = None
        self._gap = 1 / START
        self._known = value
        self._trip: float | None = None
        self._refusal_trip: float | None = None
        self._cut: _Cut | None = None
        self._cut_number = after
        self._recent, self._weather = 0.0, 0.0
        self._run = _Run(0, value, value)

    def sent(self, now: float, number: int, *, paced: bool) -> None:
        """Note that request ``number`` goes; ``paced``: it waited for this speed, so tries it."""
        before, self._at = self._at, now
        if before is None:
            return
        gap = now - before
        self._gap += 0.05 * (min(gap, 20 * self._gap) - self._gap)
        self._settle(now, number)
        if paced and self._cut is None:
            self._grow(gap)

    def answered(self, speed: float, trip: float) -> None:
        """Note that a request sent at ``speed`` was answered after ``trip`` seconds."""
        self._known = max(self._known, speed)
        self._trip = trip if self._trip is None else self._trip + 0.1 * (trip - self._trip)
        self._recent -= 0.02 * self._recent
        self._weather = min(self._weather, self._recent + 0.05)

    def refused(self, now: float, number: int, sent: float, last: int) -> None:
        """Note that request ``number`` was refused; ``last`` is the newest that went."""
        trip = max(now - sent, 1e-3)
        old = self._refusal_trip
        self._refusal_trip = trip if old is None else old + 0.3 * (trip - old)
        self._trip = trip if self._trip is None else self._trip + 0.1 * (trip - self._trip)
        self._recent += 0.02 * (1 - self._recent)
        self._run.refused += 1
        if self._cut is not None:
            self._cut.refused += number >= self._cut.first
            self._settle(now, last)
        elif number > self._cut_number and self._recent >= self._borne:
            self._decrease(now, number, last)

    def scale(self, factor: float) -> None:
        """Multiply the speed, or where ``factor`` is above 1, add factor − 1 of the ceiling."""
        grown = self.value * factor if factor < 1 else self.value + (factor - 1) * self.ceiling
        self.value = min(self.ceiling, max(grown, SLOWEST * min(1.0, self.ceiling)))
        self._slow = False
        self._replan(max(self._plateau, self.value))

    def _decrease(self, now: float, number: int, last: int) -> None:
        self._follow_run(number)
        self._cut = _Cut(number, last, now, self.value, self._slow)
        self.value = self._clipped(self.value * (SLOW_CUT if self._slow else CUT))

    def _settle(self, now: float, last: int) -> None:
        """End a cut when enough is known of what was sent since: that is what was delivered.

        ``last`` is the newest request that went; those of the last round trip are not known yet.
        """
        cut, trip = self._cut, self._refusal_trip or 0.0
        if cut is None or now < cut.at + 1.5 * trip:
            return
        before = cut.last - cut.first + 1
        after = max(0.0, last - cut.last - trip / self._gap)
        count = before + after
        if count < ENOUGH and cut.refused < 5:
            return
        share = max(0.0, 1 - cut.refused / max(count, cut.refused))
        delivered = (before * cut.speed + after * self.value) / count * share
        self._cut, self._cut_number, self._slow = None, last, False
        least = _least(cut.was_slow, share, count)
        self.value = self._clipped(max(BACK * delivered, least * cut.speed))
        if share < 0.1:  # used up, until who knows when: less and less often
            self._plateau *= 0.7
            self.value = self._clipped(max(self.value, 0.02 * self._plateau))
        self._replan(delivered if share >= 0.1 else self._plateau)
        if cut.was_slow:
            self._run = _Run(last + 1, self.value, self.value)
        else:
            self._judge_run(last)

    def _replan(self, plateau: float) -> None:
        self._plateau = min(self.ceiling, max(plateau, self.value))
        self._base, self._elapsed = self.value, 0.0

    def _grow(self, gap: float) -> None:
        gap = min(gap, max(0.5, 2 * self._gap))
        doubling = min(DOUBLING, max(SOONEST, 8 * (self._trip or DOUBLING)))
        if self._slow:
            grown = self.value * 2 ** (gap / doubling)
            self.value = self._clipped(max(self.value, min(grown, 2 * self._known)))
        elif self.guided:
            return
        elif not 0.6 <= self.value / self._plateau <= ROOM:
            doubling = 2 * DOUBLING if self.value > self._plateau else DOUBLING
            self.value = self._clipped(self.value * 2 ** (gap / doubling))
            self._base, self._elapsed = self.value, 0.0
        else:
            self._elapsed += gap
            self.value = self._clipped(self._cubic())

    def _cubic(self) -> float:
        flat = max(
            FLAT / math.sqrt(100 * self._gap),
            FLAT_REQUESTS * self._gap,
            4 * (self._refusal_trip or 0.0),
        )
        drop = max(0.0, 1 - self._base / self._plateau)
        curve = (1 - BACK) / flat**3
        turn = math.cbrt(drop / curve)
        return self._plateau * (1 + curve * (self._elapsed - turn) ** 3)

    @property
    def _borne(self) -> float:
        """The share of refusals, lately, that is no reason to go slower."""
        return 1.3 * self._weather + 0.03 if self._weather else 0.0

    def _follow_run(self, number: int) -> None:
        """Note a cut: part of a run of them where it came at a lower speed than the one before."""
        if self._weather or self._slow or self.value > 0.97 * self._run.latest:
            self._run = _Run(number, self.value, self.value)
            self._weather = 0.0
        self._run.latest = self.value
        self._run.cuts += 1

    def _judge_run(self, last: int) -> None:
        """Bear refusals that five cuts and a much lower speed have not ended."""
        run = self._run
        share = run.refused / max(1, last - run.first + 1)
        if run.cuts >= 5 and self.value < 0.55 * run.speed and share < MOST_WEATHER:
            self._weather, self._plateau = share, run.speed
            self._recent = share

    def _clipped(self, value: float) -> float:
        return min(self.ceiling, max(value, SLOWEST * min(1.0, self.ceiling)))


def _least(was_slow: bool, share: float, count: float) -> float:
    """Return what part of the speed is left at least, by how much evidence there is against it."""
    if was_slow:  # the cut was deep: that all is accepted then tells little
        return 0.6 if share > 0.85 else 0.1
    if share > 0.6:
        return 0.8
    return 0.5 if count < ENOUGH and share > 0 else 0.1
