"""What one release has that another has not, and why."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from schemas.record import Record
from schemas.scorecard import Better, Principle
from schemas.vocabulary import TaskType

Side = Literal["added", "removed", "changed"]


class Cause(StrEnum):
    """Why a row is in one release and not in the other, or is not the same in both."""

    IMAGE = "image"
    RENAMED = "renamed"
    LABEL = "label"
    SOURCE = "source"
    SPLIT = "split"
    PROMPT = "prompt"
    MODEL = "model"
    PARAMETERS = "parameters"
    VERIFIER = "verifier"
    MIXTURE = "mixture"
    FAILURE = "failure"
    PROGRAM = "program"


MEANING: dict[Cause, str] = {
    Cause.IMAGE: "its image is in one of the releases only",
    Cause.RENAMED: "its image or label file has another name; nothing else changed",
    Cause.LABEL: "the labels of its scene changed, or where they stand",
    Cause.SOURCE: "what the source says of its scene changed: licence, split, resolution …",
    Cause.SPLIT: "its scene went to another split, because of what shows the same ground",
    Cause.PROMPT: "the prompt that it was written with changed, or one before it",
    Cause.MODEL: "another model wrote it",
    Cause.PARAMETERS: "a parameter of a stage before verification changed",
    Cause.VERIFIER: "verification decided otherwise of the same text",
    Cause.MIXTURE: "the mixture chose otherwise; the sample was there both times",
    Cause.FAILURE: "its shard failed in one of the builds",
    Cause.PROGRAM: "none of these: the program or its word lists",
}


class RowChange(Record):
    """One row per task type, source and cause: how many samples differ."""

    task: TaskType
    source: str
    cause: Cause
    added: int = Field(0, ge=0, description="only in the later release")
    removed: int = Field(0, ge=0, description="only in the earlier release")
    changed: int = Field(0, ge=0, description="in both, or one in the place of another")

    @property
    def total(self) -> int:
        """All of them."""
        return self.added + self.removed + self.changed


class ChangedSample(Record):
    """One example: a sample that differs."""

    side: Side
    task: TaskType
    source: str
    cause: Cause
    before: str | None = Field(None, description="id in the earlier release")
    after: str | None = Field(None, description="id in the later release")
    said_before: str = Field("", description="its first question and answer, shortened")
    said_after: str = ""


class SceneChanges(Record):
    """How many scenes of the sources changed, with the names of some."""

    added: int = Field(0, ge=0)
    removed: int = Field(0, ge=0)
    replaced: int = Field(0, ge=0, description="under the same name another image: in both above")
    renamed: int = Field(0, ge=0)
    relabelled: int = Field(0, ge=0)
    examples: tuple[str, ...] = Field((), description="such as: added dota/images/P0001.png")


class NumberBeside(Record):
    """One row per number of the scorecard, in both releases."""

    principle: Principle
    title: str
    unit: str
    better: Better
    before: float | None
    after: float | None


class ReleaseDiff(Record):
    """What differs between two releases."""

    before: str
    after: str
    samples_before: int = Field(ge=0)
    samples_after: int = Field(ge=0)
    scenes: SceneChanges
    rows: tuple[RowChange, ...] = Field(description="by task type, source and cause")
    examples: tuple[ChangedSample, ...]
    numbers: tuple[NumberBeside, ...] = Field(description="empty where one has no scorecard")
    parameters: tuple[str, ...] = Field(
        description="that differ, such as mixture.total: none → 500"
    )

    def of(self, cause: Cause) -> int:
        """Return how many samples differ because of ``cause``."""
        return sum(row.total for row in self.rows if row.cause == cause)

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The causes that there are, most samples first."""
        found = {row.cause for row in self.rows}
        return tuple(sorted(found, key=lambda cause: (-self.of(cause), cause)))

    @property
    def added(self) -> int:
        """Samples that are only in the later release."""
        return sum(row.added for row in self.rows)

    @property
    def removed(self) -> int:
        """Samples that are only in the earlier release."""
        return sum(row.removed for row in self.rows)

    @property
    def changed(self) -> int:
        """Samples that are not the same in both."""
        return sum(row.changed for row in self.rows)
