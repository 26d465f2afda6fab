"""One side's words."""

from typing import Literal

from schemas.record import Record


class Turn(Record):
    """One side's words in a sample or in a conversation that came with an image."""

    role: Literal["user", "assistant"]
    content: str
