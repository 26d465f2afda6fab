"""Requests and tokens a minute, enforced, and the headers that tell of them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from tasks.model.serve.refusals import Refused

Flavour = Literal["openai", "azure", "none"]
MINUTE: Final = 60.0
_SLACK: Final = 1e-9  # of a request or token: what rounding may lack


class Bucket:
    """A token bucket: full at first, filled at a steady rate; a large take may overdraw it."""

    def __init__(self, per_minute: float, burst: float, now: float) -> None:
        """Hold ``burst`` seconds' worth, at least 1, as of ``now`` in seconds."""
        self.per_minute, self.rate = per_minute, per_minute / MINUTE
        self.capacity = max(1.0, self.rate * burst)
        self._level, self._at = self.capacity, now

    def level(self, now: float) -> float:
        """Return what is in it at ``now``; below 0 where more was taken than it held."""
        filled = self._level + max(0.0, now - self._at) * self.rate
        self._level, self._at = min(self.capacity, filled), max(self._at, now)
        return self._level

    def wait(self, amount: float, now: float) -> float:
        """Return the seconds until ``amount`` may be taken, 0 where it may be now.

        What is larger than the bucket may be taken from a full one.
        """
        lacking = min(amount, self.capacity) - self.level(now)
        return lacking / self.rate if lacking > _SLACK else 0.0

    def take(self, amount: float, now: float) -> None:
        """Take ``amount``, whether it is there or not."""
        self._level = self.level(now) - amount

    def reset(self, now: float) -> float:
        """Return the seconds until it is full."""
        return (self.capacity - self.level(now)) / self.rate


@dataclass(frozen=True)
class Rates:
    """What may be asked of the endpoint, and how it says so."""

    requests: float | None = None  # a minute
    tokens: float | None = None  # a minute
    burst: float = 1.0  # seconds' worth that may be asked at once
    flavour: Flavour = "openai"
    charge: Literal["used", "asked"] = "used"

    def __post_init__(self) -> None:
        """Refuse what is no limit."""
        for name in ("requests", "tokens"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ValueError(f"{name} a minute must be above 0, not {value}")
        if not self.burst >= 0:
            raise ValueError(f"burst must be 0 seconds or more, not {self.burst}")


class Gate:
    """Lets requests through within the rates; ``now`` is a clock reading in seconds.

    Of tokens, ``used`` takes the prompt's at the door and the completion's when it is written, so
    that the limit holds for what usage says; ``asked`` takes prompt and max_tokens at the door, as
    https://learn.microsoft.com/azure/ai-services/openai/how-to/quota says of Azure.
    """

    def __init__(self, rates: Rates, now: float) -> None:
        self.rates = rates
        self._requests = Bucket(rates.requests, rates.burst, now) if rates.requests else None
        self._tokens = Bucket(rates.tokens, rates.burst, now) if rates.tokens else None

    def enter(self, prompt_tokens: int, max_tokens: int, now: float) -> None:
        """Take one request and its tokens. Raises Refused (429) where either is used up."""
        tokens = prompt_tokens + (max_tokens if self.rates.charge == "asked" else 0)
        asked = [("requests", "RPM", self._requests, 1), ("tokens", "TPM", self._tokens, tokens)]
        for unit, short, bucket, amount in asked:
            if bucket is not None and (wait := bucket.wait(amount, now)) > 0:
                used = round(bucket.per_minute - max(0.0, bucket.level(now)))
                raise _refusal(unit, short, bucket, used, amount, wait, self.headers(now))
        for _, _, bucket, amount in asked:
            if bucket is not None:
                bucket.take(amount, now)

    def written(self, completion_tokens: int, now: float) -> None:
        """Take what was written, where it was not taken at the door."""
        if self._tokens is not None and self.rates.charge == "used":
            self._tokens.take(completion_tokens, now)

    def headers(self, now: float) -> dict[str, str]:
        """Return what every answer says of the limits."""
        said: dict[str, str] = {}
        if self.rates.flavour == "none":
            return said
        azure = self.rates.flavour == "azure"
        for unit, bucket in (("requests", self._requests), ("tokens", self._tokens)):
            if bucket is None:
                continue
            left, reset = max(0, math.floor(bucket.level(now) + _SLACK)), bucket.reset(now)
            said[f"x-ratelimit-limit-{unit}"] = f"{bucket.per_minute:.0f}"
            said[f"x-ratelimit-remaining-{unit}"] = str(left)
            said[f"x-ratelimit-reset-{unit}"] = f"{math.ceil(reset)}" if azure else duration(reset)
            if azure:
                said[f"x-ratelimit-renewalperiod-{unit}"] = f"{MINUTE:.0f}"
        return said

    def patience(self, wait: float) -> dict[str, str]:
        """Return the headers that ask to wait ``wait`` seconds, where headers are sent."""
        return {} if self.rates.flavour == "none" else _retry_after(wait)


def duration(seconds: float) -> str:
    """Return ``seconds`` as OpenAI writes them: 17ms, 1.2s, 6m0s, 1h2m3s; rounded up."""
    thousandths = math.ceil(seconds * 1000 - 1e-6)
    if thousandths < 1000:
        return f"{thousandths}ms" if thousandths else "0s"
    minutes, rest = divmod(thousandths, 60_000)
    hours, minutes = divmod(minutes, 60)
    within = f"{rest / 1000:.3f}".rstrip("0").rstrip(".") + "s"
    if hours:
        return f"{hours}h{minutes}m{within}"
    return f"{minutes}m{within}" if minutes else within


def _retry_after(wait: float) -> dict[str, str]:
    return {
        "retry-after": str(max(1, math.ceil(wait))),
        "retry-after-ms": str(max(1, math.ceil(wait * 1000))),
    }


def _refusal(
    unit: str,
    short: str,
    bucket: Bucket,
    used: int,
    amount: int,
    wait: float,
    headers: Mapping[str, str],
) -> Refused:
    too_large = amount > bucket.per_minute
    beginning = "Request too large" if too_large else "Rate limit reached"
    ending = "" if too_large else f" Please try again in {duration(wait)}."
    return Refused(
        429,
        f"{beginning} on {unit} per min ({short}): Limit {bucket.per_minute:.0f}, Used {used}, "
        f"Requested {amount}.{ending}",
        code="rate_limit_exceeded",
        kind=unit,
        headers={**headers, **(_retry_after(wait) if headers else {})},
    )
