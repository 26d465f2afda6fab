"""One side's words, and which of them stand for objects."""

from typing import Literal

from pydantic import Field

from schemas.record import Record


class Turn(Record):
    """One side's words in a sample or in a conversation that came with an image."""

    role: Literal["user", "assistant"] = Field(description="who speaks")
    content: str = Field(description="the words")


SpanKind = Literal["phrase", "box", "units"]


class Span(Record):
    """Words of a published turn that stand for objects.

    A phrase means its objects. A box is the text ``[x0, y0, x1, y1]`` round them, in whole px of
    the tile. Units say what the numbers of boxes are, such as “ in pixels of the 712×557 image”;
    without them, and with boxes written another way, the turn still reads well.
    """

    turn: int = Field(ge=0, description="of the sample, from 0")
    start: int = Field(ge=0, description="first character")
    end: int = Field(gt=0, description="character after the last")
    refs: tuple[str, ...] = Field(description="none where the words are units")
    kind: SpanKind = Field("phrase", description="what the words are")
