"""What the audit of a root finds."""

from pydantic import Field

from schemas.record import Record


class Problem(Record):
    """One row per thing that is wrong with a stored file."""

    path: str = Field(description="relative to the root")
    found: str = Field(description="what was found")
    remedy: str = Field(description="what to do about it")
