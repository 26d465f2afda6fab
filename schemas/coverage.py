"""What became of the local facts of a tile in its detailed description."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from schemas.record import Record
from schemas.vocabulary import Split


class Fate(StrEnum):
    """What a description does with a local fact."""

    COVERED = "covered"  # it speaks of the same objects and says at least half of it again
    CONTRADICTED = "contradicted"  # it says of the same objects what cannot be true beside it
    OMITTED = "omitted"


class FactFate(Record):
    """One local fact, and what became of it."""

    fact: str = Field(description="number in the tile, such as f3")
    refs: tuple[str, ...] = Field(description="objects that it is about")
    fate: Fate = Field(description="covered, contradicted or omitted")
    statements: int = Field(ge=0, description="colours, sizes, places, relations … in it")
    repeated: int = Field(ge=0, description="of these, said in the description too")
    detail: str = Field("", description="what contradicts it")


class FactCoverage(Record):
    """One row per published detailed description: what it makes of the local facts of its tile."""

    tile_id: str = Field(description="id of the row in the images table")
    sample: str = Field(description="id of the detailed description")
    source: str = Field(description="name of the source format")
    split: Split = Field(description="train, val or test")
    facts: int = Field(ge=0, description="local facts of the tile that labels do not contradict")
    covered: int = Field(ge=0, description="of these, said in the description too")
    contradicted: int = Field(ge=0, description="of these, not true beside the description")
    omitted: int = Field(ge=0, description="all others")
    fates: tuple[FactFate, ...] = Field(description="in the order of the facts")
    dialogues: int = Field(0, ge=0, description="published dialogues about the tile")
    at_odds: tuple[str, ...] = Field(
        (), description="what they say that facts or description contradict"
    )

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.covered + self.contradicted + self.omitted != self.facts:
            raise ValueError("covered + contradicted + omitted are not the facts")
        return self


class CoverageTally(Record):
    """What became of all local facts of a release."""

    facts: int = Field(ge=0)
    covered: int = Field(ge=0)
    contradicted: int = Field(ge=0)
    omitted: int = Field(ge=0)
    descriptions: int = Field(ge=0)
    at_odds: int = Field(ge=0, description="statements of dialogues that contradict them")

    def __str__(self) -> str:
        """Return the tally as one sentence or two."""
        share = f" ({100 * self.covered / self.facts:.1f} %)" if self.facts else ""
        said = (
            f"{self.descriptions:,} descriptions cover {self.covered:,} of {self.facts:,} local "
            f"facts{share}, contradict {self.contradicted:,} and omit {self.omitted:,}."
        )
        odd = f" Dialogues contradict them {self.at_odds:,} times." if self.at_odds else ""
        return f"{said}{odd}"
