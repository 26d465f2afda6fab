"""The eight symmetries of a square: how pictures are turned, and what is said of turned samples."""

from enum import StrEnum
from typing import Final, Literal

from pydantic import Field, field_validator

from schemas.form import Params
from schemas.geometry import Window
from schemas.record import Record
from schemas.vocabulary import Split, TaskType


class Symmetry(StrEnum):
    """How a picture is turned; angles are clockwise as seen."""

    SAME = "same"
    TURN_90 = "turn_90"
    TURN_180 = "turn_180"
    TURN_270 = "turn_270"
    MIRROR = "mirror"  # left and right change places
    FLIP = "flip"  # top and bottom change places
    TRANSPOSE = "transpose"  # about the diagonal from the upper left to the lower right
    TRANSVERSE = "transverse"  # about the other diagonal


TURNS: Final = tuple(symmetry for symmetry in Symmetry if symmetry is not Symmetry.SAME)


class TurnedTile(Record):
    """What a turned tile was made of. Its own coordinates are px of the turned picture."""

    symmetry: Symmetry = Field(description="how the picture was turned")
    tile: str = Field(description="id of the tile that was turned")
    window: Window = Field(description="that tile, scene px")


class TurnedSample(TurnedTile):
    """What a turned sample was made of. Its own coordinates are px of the turned picture."""

    sample: str = Field(description="id of the sample that was turned")


Comparison = Literal["agree", "differ", "unturned"]


class SymmetryRow(Record):
    """One row per sample and symmetry: whether verification says the same of both."""

    sample: str = Field(description="id of the sample that was turned")
    source: str = Field(description="name of the source format")
    task: TaskType = Field(description="of the sample")
    split: Split = Field(description="of the sample")
    form: str = Field(description="what kind of question or text, such as counting")
    symmetry: Symmetry = Field(description="how it was turned")
    outcome: Comparison = Field(description="unturned: its words cannot be turned with certainty")
    claims: int = Field(ge=0, description="statements checked in the sample as it is")
    detail: str = Field("", description="what differs, or which words could not be turned")


class SymmetryTally(Record):
    """One row per symmetry: how many samples agree with themselves when they are turned."""

    symmetry: Symmetry
    agree: int = Field(ge=0)
    differ: int = Field(ge=0)
    unturned: int = Field(ge=0)

    @property
    def agreement(self) -> float | None:
        """Share of the turned samples that agree; none where none was turned."""
        turned = self.agree + self.differ
        return self.agree / turned if turned else None


class SymmetryParams(Params):
    """How many samples are turned to see whether verification says the same of them."""

    samples: int = Field(
        50, ge=0, le=1_000_000, title="Samples a shard",
        description="Turned by all seven symmetries and verified again; 0 switches it off.",
    )  # fmt: skip
    seed: int = Field(0, ge=0, title="Seed", description="Draws the samples.")


class AugmentParams(Params):
    """Turned copies of training samples: picture, boxes and words turn together."""

    share: float = Field(
        0, ge=0, le=1, title="Share",
        description="Share of the training samples that are added once more, turned (0 to 1).",
    )  # fmt: skip
    symmetries: tuple[Symmetry, ...] = Field(
        TURNS, title="Symmetries",
        description="How a tile may be turned; each is turned one way, drawn by seed.",
    )  # fmt: skip
    seed: int = Field(0, ge=0, title="Seed", description="Draws samples and symmetries.")

    @field_validator("symmetries")
    @classmethod
    def _turn_something(cls, symmetries: tuple[Symmetry, ...]) -> tuple[Symmetry, ...]:
        if Symmetry.SAME in symmetries or not symmetries:
            raise ValueError("name at least one symmetry, and “same” is none that turns anything")
        return tuple(sorted(set(symmetries), key=list(Symmetry).index))
