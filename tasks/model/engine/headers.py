"""What a server's headers say of its limits.

OpenAI    x-ratelimit-{limit,remaining,reset}-{requests,tokens}, reset as 17ms, 1s, 6m0s, 1h2m3.5s
          https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers
Azure     the same, reset in plain seconds, and x-ratelimit-renewalperiod-{requests,tokens} (seconds)
          https://learn.microsoft.com/azure/ai-services/openai/how-to/quota
HTTP      Retry-After in seconds or as a date (RFC 9110, section 10.2.3), retry-after-ms
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final, Literal, get_args

MINUTE: Final = 60.0
DAY: Final = 86_400.0

_PART: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|us|µs|ns|d|h|m|s)")
_SECONDS: Final = {
    "d": DAY, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9,
}  # fmt: skip

Unit = Literal["requests", "tokens"]

_NAMES: Final[dict[Unit, tuple[str, ...]]] = {
    unit: tuple(
        f"x-ratelimit-{what}-{unit}" for what in ("limit", "remaining", "reset", "renewalperiod")
    )
    for unit in get_args(Unit)
}


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one answer says of one limit; ``reset`` in seconds, None where it is not said."""

    limit: float | None
    remaining: float | None
    reset: float | None
    period: float | None

    @property
    def per_second(self) -> float | None:
        """The limit as a rate; None where none is said, or where it is one of a day.

        OpenAI's lowest tiers report requests a day under the same name. The time until the bucket is
        full again gives them away: it is used ÷ limit of a day, not of a minute.
        """
        if self.limit is None or self.limit <= 0:
            return None
        return None if self._is_daily() else self.limit / (self.period or MINUTE)

    def _is_daily(self) -> bool:
        if self.reset is None or self.remaining is None or self.limit is None:
            return False
        if self.period is not None or not 0 < self.remaining < self.limit:
            return False
        day = self.reset * self.limit / (self.limit - self.remaining)
        return abs(day / DAY - 1) < 0.02


def allowance(headers: Mapping[str, str], unit: Unit) -> Allowance | None:
    """Return what ``headers`` (names in lower case) say of ``unit``."""
    names = _NAMES[unit]
    limit, remaining = number(headers.get(names[0])), number(headers.get(names[1]))
    if limit is None and remaining is None:
        return None
    reset, period = headers.get(names[2]), headers.get(names[3])
    return Allowance(limit, remaining, seconds(reset) if reset else None, number(period) or None)


def number(text: str | None) -> float | None:
    """Return the finite number ≥ 0 that ``text`` is, else None; Azure's −1 means unknown."""
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def seconds(text: str) -> float | None:
    """Return the duration ``text`` (1s, 6m0s, 17ms, 1h2m3.5s, or plain seconds), else None."""
    plain = number(text)
    if plain is not None:
        return plain
    text = text.strip().lower()
    parts = _PART.findall(text)
    if not parts or "".join(map("".join, parts)) != text:
        return None
    return sum(float(amount) * _SECONDS[unit] for amount, unit in parts)


def retry_after(headers: Mapping[str, str], wall: float) -> float | None:
    """Return the seconds that the server asks to wait, None where it does not say.

    A date counts from the server's own Date, where it sends one, so that clocks need not agree; else
    from ``wall``, seconds since 1970.
    """
    exact = number(headers.get("retry-after-ms"))
    if exact is not None:
        return exact / 1000
    text = headers.get("retry-after")
    if text is None:
        return None
    plain = seconds(text)
    if plain is not None:
        return plain
    until = _moment(text)
    if until is None:
        return None
    served = _moment(headers.get("date"))
    return max(0.0, until - (wall if served is None else served))


def in_lower_case(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Return ``headers`` with lower-case names; a client's own mapping is slow to search."""
    return {name.lower(): text for name, text in headers.items()}


def _moment(text: str | None) -> float | None:
    """Return the HTTP date ``text`` in seconds since 1970."""
    if not text:
        return None
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None
