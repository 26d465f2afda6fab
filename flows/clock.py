"""The time, read in one place and handed on as an argument."""

from datetime import UTC, datetime


def now() -> str:
    """Return the time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def stamp() -> str:
    """Return the time as a version name, such as 20260131T221500Z."""
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
