"""One side's words."""

from typing import Literal

from pydantic import Field

from schemas.record import Record


class Turn(Record):
    """One side's words in a sample or in a conversation that came with an image."""

    role: Literal["user", "assistant"] = Field(description="who speaks")
    content: str = Field(description="the words")
