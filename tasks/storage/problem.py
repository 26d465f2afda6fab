"""What the audit of a root finds, and what became of it."""

from typing import Literal

from pydantic import Field

from schemas.record import Record


class Problem(Record):
    """One row per thing that is wrong with a stored file."""

    path: str = Field(description="relative to the root")
    found: str = Field(description="what was found")
    remedy: str = Field(description="what to do about it")


class Mending(Record):
    """One row per file that was missing or damaged."""

    path: str = Field(description="relative to the root")
    outcome: Literal["remade", "lost"]
    why: str = Field("", description="why it could not be remade, and what to do")
