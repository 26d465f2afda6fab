"""The time, read in one place and handed on as an argument."""

from datetime import UTC, datetime


def now() -> str:
    """Return the time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def stamp(at: datetime | None = None) -> str:
    """Return ``at``, by default the time now, as a version name, such as 20260131T221500Z."""
    return (at or datetime.now(UTC)).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
