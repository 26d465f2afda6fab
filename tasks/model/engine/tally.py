"""What processes have counted of their requests, as records that can be written down and added up."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from schemas.record import Record
from tasks.model.engine.limits import LimiterState

LATENCIES: Final = (0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0)
"""Seconds: upper ends of the classes in which latencies are counted; one more is above them all."""


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

    def at_rest(self) -> "Reading":
        """Return the same counts of a process that does nothing any more."""
        return replace(self, requests_per_second=0.0, tokens_per_second=0.0)


class Counted(Record):
    """One row per model and prompt: what was answered."""

    model: str
    prompt: str
    answered: int = 0
    found: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    cost: float = 0.0
    unpriced: int = 0
    """Answers whose cost is not known."""
    seconds: float = 0.0
    """Latencies, summed."""
    within: tuple[int, ...] = (0,) * (len(LATENCIES) + 1)
    """Answers by class of latency."""


class Failed(Record):
    """One row per host and kind of failure: tries that brought no answer."""

    host: str
    kind: str
    tries: int


class Tally(Record):
    """What one process has counted, or several together."""

    reading: Reading
    counted: tuple[Counted, ...] = ()
    failed: tuple[Failed, ...] = ()
    limits: Mapping[str, LimiterState] = {}
    """What goes on at each endpoint now, by its host."""

    def at_rest(self) -> "Tally":
        """Return the same counts of a process that does nothing any more."""
        return self.model_copy(update={"reading": self.reading.at_rest(), "limits": {}})


def summed(tallies: Iterable[Tally]) -> Tally:
    """Return what all of ``tallies`` count together."""
    found = list(tallies)
    answered: dict[tuple[str, str], list[Counted]] = defaultdict(list)
    failed: dict[tuple[str, str], int] = defaultdict(int)
    limits: dict[str, list[LimiterState]] = defaultdict(list)
    for tally in found:
        for row in tally.counted:
            answered[row.model, row.prompt].append(row)
        for lost in tally.failed:
            failed[lost.host, lost.kind] += lost.tries
        for host, state in tally.limits.items():
            limits[host].append(state)
    return Tally(
        reading=together([tally.reading for tally in found]),
        counted=tuple(_counted(answered[key]) for key in sorted(answered)),
        failed=tuple(
            Failed(host=host, kind=kind, tries=failed[host, kind]) for host, kind in sorted(failed)
        ),
        limits={host: _state(limits[host]) for host in sorted(limits)},
    )


def together(readings: Iterable[Reading]) -> Reading:
    """Return the reading of several processes as if they were one."""
    found = list(readings)
    costs = [reading.cost for reading in found]
    return Reading(
        answered=sum(reading.answered for reading in found),
        found=sum(reading.found for reading in found),
        tokens=sum(reading.tokens for reading in found),
        cost=None if None in costs else sum(cost for cost in costs if cost is not None),
        requests_per_second=sum(reading.requests_per_second for reading in found),
        tokens_per_second=sum(reading.tokens_per_second for reading in found),
        expected=max(filter(None, (reading.expected for reading in found)), default=None),
        seconds=max((reading.seconds for reading in found), default=0.0),
    )


def _counted(rows: list[Counted]) -> Counted:
    sums = {
        name: sum(getattr(row, name) for row in rows)
        for name in Counted.model_fields
        if name not in {"model", "prompt", "within"}
    }
    within = tuple(map(sum, zip(*(row.within for row in rows), strict=True)))
    return Counted(model=rows[0].model, prompt=rows[0].prompt, within=within, **sums)


def _state(states: list[LimiterState]) -> LimiterState:
    """Return the state of one endpoint that several processes ask: rates and counts add up."""
    first = states[0]
    added: dict[str, Any] = {
        field.name: _sum([getattr(state, field.name) for state in states])
        for field in fields(LimiterState)
        if field.name not in {"requests_from", "tokens_from", "paused_for", "broken"}
    }
    return replace(
        first,
        paused_for=max(state.paused_for for state in states),
        broken=any(state.broken for state in states),
        **added,
    )


def _sum(values: list[float | None]) -> float | None:
    return None if None in values else sum(value for value in values if value is not None)
