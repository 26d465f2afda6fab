"""Faults on demand: what goes wrong, how often, and how slow the endpoint is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from random import Random
from typing import Final, Literal, NamedTuple, Self

from tasks.model.serve.refusals import Refused

Scope = Literal["chat", "other", "batch", "line"]


def _rate(scope: Scope, meaning: str) -> float:
    rate: float = field(default=0.0, metadata={"scope": scope, "meaning": meaning})
    return rate


@dataclass(frozen=True)
class Faults:
    """How often each fault happens, from 0 to 1; drawn in the order in which requests come.

    Those of chat completions exclude each other, so their sum is at most 1.
    """

    seed: int = 0
    busy: float = _rate("chat", "429 with Retry-After: 1; VALUE is another one, or none")
    busy_silent: float = _rate("chat", "429 without Retry-After")
    busy_zero: float = _rate("chat", "429 with Retry-After: 0")
    busy_date: float = _rate("chat", "429 with an HTTP date VALUE (2) seconds ahead as Retry-After")
    busy_skewed: float = _rate("chat", "429 with such a date, and Date an hour behind with it")
    busy_long: float = _rate("chat", "429 with Retry-After: 600")
    quota: float = _rate("chat", "429 insufficient_quota")
    status_500: float = _rate("chat", "500")
    status_503: float = _rate("chat", "503")
    filtered: float = _rate("chat", "400 content_filter")
    page_502: float = _rate("chat", "502 with an HTML page of a proxy")
    page_200: float = _rate("chat", "200 with an HTML page of a proxy")
    reset_early: float = _rate("chat", "connection reset before the body was read")
    reset_unbilled: float = _rate("chat", "connection reset after the body was read, not billed")
    reset_billed: float = _rate("chat", "connection reset after the answer was made and billed")
    torn: float = _rate("chat", "the first half of the answer's JSON as if it were whole; billed")
    cut: float = _rate("chat", "the connection ends in the middle of the answer; billed")
    wrong_schema: float = _rate("chat", "valid JSON with the wrong fields as content; billed")
    prose: float = _rate("chat", "words that are no JSON as content; billed")
    no_choices: float = _rate("chat", "choices is empty; billed")
    refusal: float = _rate("chat", "the model refuses; billed")
    length: float = _rate("chat", "half of the content, finish_reason length; billed")
    drip: float = _rate("chat", "the answer comes in drops over VALUE (2) seconds; billed")
    usage_absent: float = _rate("chat", "no usage; billed")
    usage_negative: float = _rate("chat", "negative usage; billed")
    usage_absurd: float = _rate("chat", "usage of 10^12 tokens, as text and numbers; billed")
    skew: float = _rate("chat", "Date is an hour behind; billed")
    other_503: float = _rate("other", "503 on files and batches")
    other_reset: float = _rate(
        "other", "what was asked of files or batches is done, its answer lost"
    )
    failed: float = _rate("batch", "a batch fails its validation")
    expired: float = _rate("batch", "a batch expires half done")
    stopped: float = _rate("batch", "a batch is cancelled half done, by itself")
    shuffled: float = _rate("batch", "a batch's results come in another order")
    line_failed: float = _rate("line", "a batch line ends in the error file, not billed")
    line_doubled: float = _rate("line", "a batch line stands twice in the output, billed once")

    def __post_init__(self) -> None:
        """Refuse what is no rate."""
        for name, rate in self.rates():
            if not 0 <= rate <= 1:
                raise ValueError(f"the rate of {name} must be 0 to 1, not {rate}")
        if sum(rate for _, rate in self.rates("chat")) > 1 + 1e-9:
            raise ValueError("the rates of faults in chat completions must sum to 1 at most")

    def rates(self, scope: Scope | None = None) -> Sequence[tuple[str, float]]:
        """Return names and rates of the faults of ``scope``, or of all."""
        return [
            (name, getattr(self, name)) for name, (of, _) in FAULTS.items() if scope in {None, of}
        ]


FAULTS: Final = {
    each.name: (each.metadata["scope"], str(each.metadata["meaning"]))
    for each in fields(Faults)
    if each.metadata
}
"""Scope and meaning of each fault."""
_BY_HEADER: Final = ("status", "latency")
_TIMED: Final = frozenset({"latency", "drip", "busy_date", "busy_skewed"})


class Fault(NamedTuple):
    """One fault that is to happen, with the value that was asked for."""

    name: str
    value: str = ""

    def seconds(self, default: float) -> float:
        """Return the value as seconds. Raises Refused where it is none."""
        try:
            seconds = float(self.value or default)
        except ValueError:
            seconds = math.nan
        if not 0 <= seconds < math.inf:
            raise Refused(400, f"x-fault {self.name}: “{self.value}” is no number of seconds")
        return seconds


NO_FAULT: Final = Fault("")


def fault_in(header: str | None) -> Fault:
    """Return what the header ``x-fault: NAME[=VALUE]`` asks for; no fault where there is none."""
    if not header:
        return NO_FAULT
    name, _, value = header.partition("=")
    if name.strip() not in FAULTS and name.strip() not in _BY_HEADER:
        known = ", ".join([*FAULTS, *_BY_HEADER])
        raise Refused(400, f"x-fault {name}: no such fault; known are {known}", "x-fault")
    fault = Fault(name.strip(), value.strip())
    if fault.name in _TIMED:
        fault.seconds(0.0)
    return fault


class Dice:
    """Draws faults by their rates, the same ones for the same seed."""

    def __init__(self, faults: Faults) -> None:
        self._rng = Random(faults.seed)  # noqa: S311  # faults are no secret
        self._faults = faults
        self._chat = [(name, rate) for name, rate in faults.rates("chat") if rate]

    def chat(self) -> Fault:
        """Return the fault of the next chat completion."""
        if not self._chat:
            return NO_FAULT
        at = self._rng.random()
        for name, rate in self._chat:
            at -= rate
            if at < 0:
                return Fault(name)
        return NO_FAULT

    def happens(self, rate: float) -> bool:
        """Return whether something happens that does so at ``rate``."""
        return rate > 0 and self._rng.random() < rate

    def batch(self) -> frozenset[str]:
        """Return the faults of the next batch; they may come together."""
        return frozenset(name for name, rate in self._faults.rates("batch") if self.happens(rate))

    def shuffle(self, lines: list[bytes]) -> None:
        """Bring ``lines`` into another order; two or more never stay as they are."""
        before = list(lines)
        while len(set(before)) > 1 and lines == before:
            self._rng.shuffle(lines)

    def after(self, latency: "Latency") -> float:
        """Return how long the next answer takes, in seconds."""
        return latency.drawn(self._rng)


@dataclass(frozen=True)
class Latency:
    """How long answers take, in seconds.

    fixed: ``first``; uniform: from ``first`` to ``second``; lognormal: median ``first``, standard
    deviation ``second`` of the logarithm.
    """

    kind: Literal["fixed", "uniform", "lognormal"] = "fixed"
    first: float = 0.0
    second: float = 0.0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return what “0.2”, “uniform:0.1:0.3” or “lognormal:0.8:0.5” means. Raises ValueError."""
        kind, *numbers = text.split(":") if ":" in text else ("fixed", text)
        try:
            values = [float(number) for number in numbers]
        except ValueError:
            values = []
        wanted = {"fixed": 1, "uniform": 2, "lognormal": 2}
        if wanted.get(kind) != len(values) or not all(0 <= v < math.inf for v in values):
            raise ValueError(
                f"“{text}” is no latency; expected seconds as 0.2, uniform:LOW:HIGH or "
                "lognormal:MEDIAN:SIGMA"
            )
        return cls(kind, *values)  # type: ignore[arg-type]  # kind was looked up

    def drawn(self, rng: Random) -> float:
        """Return one latency."""
        if self.kind == "uniform":
            return rng.uniform(self.first, self.second)
        if self.kind == "lognormal":
            return self.first * math.exp(rng.gauss(0.0, self.second))
        return self.first
