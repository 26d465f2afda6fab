"""What a prune keeps, and what it found and removed."""

from typing import ClassVar, Literal

from pydantic import Field

from schemas.form import Params
from schemas.record import Record

GarbageKind = Literal["release", "unfinished", "stage", "draft", "upload", "damaged", "claim"]


class PruneParams(Params):
    """What is kept when a root is pruned; changes nothing of any release."""

    shapes_data: ClassVar[bool] = False

    keep: int = Field(
        7, ge=1, le=10_000, title="Releases kept",
        description="The newest so many. The latest, the one before it, those with a tag and those "
        "that wait to be promoted are kept besides.",
    )  # fmt: skip
    grace: float = Field(
        72, ge=0, le=8760, title="Grace",
        description="What was written within so many hours stays, used or not.",
    )  # fmt: skip
    answers: bool = Field(
        False, title="Answers too",
        description="Remove stored answers, which were paid for, where no kept release rests on them and "
        "their prompt has changed since.",
    )  # fmt: skip
    proof: Literal["bytes", "listing"] = Field(
        "bytes", title="Proof",
        description="How kept releases are verified afterwards. bytes: everything is read and "
        "hashed; listing: every file is there in its size.",
    )  # fmt: skip
    patience: float = Field(
        0, ge=0, le=1440, title="Patience",
        description="Minutes to wait for builds at work; nothing is removed beside one.",
    )  # fmt: skip


class KeptRelease(Record):
    """One row per release that is kept, and why."""

    version: str
    why: str


class GarbageSum(Record):
    """One row per kind of what is not kept."""

    kind: GarbageKind
    files: int = Field(ge=0)
    bytes: int = Field(ge=0)


class Pruned(Record):
    """What a prune found, and what it did about it."""

    removed: bool = Field(description="no: it was only looked at")
    kept: tuple[KeptRelease, ...]
    dropped: tuple[str, ...] = Field(description="releases that are not kept")
    garbage: tuple[GarbageSum, ...]
    answers: int = Field(0, ge=0, description="that no kept release names, where that was asked")
    proved: int = Field(0, ge=0, description="kept releases that were verified afterwards")
    problems: tuple[str, ...] = Field((), description="what is wrong with kept releases")

    @property
    def files(self) -> int:
        """How many files are not kept."""
        return sum(row.files for row in self.garbage)

    @property
    def bytes(self) -> int:
        """How many bytes they take."""
        return sum(row.bytes for row in self.garbage)
