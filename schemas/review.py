"""What people say of a release: the sheet that was drawn, their answers, and what follows from them."""

from enum import StrEnum
from typing import Final, Literal

from pydantic import Field, field_validator, model_validator

from schemas.form import Params
from schemas.record import Record
from schemas.scene import Sha256
from schemas.verdict import ClaimKind
from schemas.vocabulary import TaskType

LONG_SIDE: Final = 1024  # px of a picture on a sheet
LONGEST_NAME: Final = 100
LONGEST_COMMENT: Final = 10_000


class Checked(StrEnum):
    """What verification said of a whole sample: the worst of its verdicts, mended ones apart."""

    CONTRADICTED = "contradicted"  # never published, but counted where a release holds some
    REPAIRED = "repaired"
    UNVERIFIABLE = "unverifiable"  # some statement of it
    UNCHECKED = "unchecked"  # there was no statement to check
    SUPPORTED = "supported"  # every statement of it


class Opinion(StrEnum):
    """What a person says of a sample."""

    RIGHT = "right"
    WRONG = "wrong"
    UNSURE = "unsure"


class ReviewParams(Params):
    """How the samples of a sheet are drawn."""

    samples: int = Field(
        200, ge=1, le=5000, title="Samples",
        description="Drawn in all; strata get shares as large as they are.",
    )  # fmt: skip
    floor: int = Field(
        3, ge=0, le=1000, title="Least of a stratum",
        description="Drawn of every stratum at least, as long as that takes half of all at most.",
    )  # fmt: skip
    each: int | None = Field(
        None, ge=1, le=5000, title="Of each stratum",
        description="Drawn of every stratum, whatever its size; none divides samples by size.",
    )  # fmt: skip
    seed: int = Field(0, ge=0, title="Seed", description="Draws the samples and their order.")


class Stratum(Record):
    """One row per group of samples that are alike: one task type, source and state of checking."""

    task: TaskType
    source: str
    checked: Checked
    members: int = Field(ge=1, description="samples of the release")
    drawn: int = Field(ge=0, description="of them on the sheet")

    @property
    def name(self) -> str:
        """The name that answers carry, such as ``vqa/dota/supported``."""
        return f"{self.task}/{self.source}/{self.checked}"


class DrawnSample(Record):
    """One row per sample of a sheet."""

    id: str
    stratum: str
    part: str = Field(description="file of its row, relative to the release folder")


class ReviewSheet(Record):
    """Which samples of a release are shown to people, and how many each of them stands for."""

    id: str = Field(description="hash of the release, the parameters and the samples")
    version: str
    manifest_sha256: Sha256
    params: ReviewParams
    strata: tuple[Stratum, ...] = Field(description="all of the release, by name")
    samples: tuple[DrawnSample, ...] = Field(description="in the order in which they are shown")


class ReviewAnswer(Record):
    """What one reviewer says of one sample: one line of the file that a sheet gives."""

    sheet: str
    version: str
    manifest_sha256: Sha256
    reviewer: str = Field(min_length=1, max_length=LONGEST_NAME)
    sample: str
    stratum: str
    answer: Opinion
    kind: ClaimKind | None = Field(None, description="what is wrong about it, where that was said")
    comment: str = Field("", max_length=LONGEST_COMMENT)
    seconds: float = Field(ge=0, le=10**6, description="for which it was looked at")

    @field_validator("reviewer", "comment")
    @classmethod
    def _without_margins(cls, text: str) -> str:
        return " ".join(text.split())

    @field_validator("reviewer")
    @classmethod
    def _is_a_name(cls, name: str) -> str:
        if not name:
            raise ValueError("the reviewer has no name")
        return name

    @model_validator(mode="after")
    def _kind_is_of_a_wrong_one(self) -> "ReviewAnswer":
        if self.kind is not None and self.answer is not Opinion.WRONG:
            raise ValueError(f"“{self.kind}” is what is wrong, but the answer is “{self.answer}”")
        return self


class Tally(Record):
    """How samples were judged; where reviewers differ, the more frequent opinion counts."""

    right: int = Field(ge=0)
    wrong: int = Field(ge=0, description="a tie of right and wrong counts here")
    unsure: int = Field(ge=0, description="nobody could tell")

    @property
    def decided(self) -> int:
        """How many were found right or wrong: what rates rest on."""
        return self.right + self.wrong


class Rate(Record):
    """A share of samples that are wrong, with its 95 % confidence interval."""

    rate: float | None = Field(None, ge=0, le=1, description="none where nothing was decided")
    low: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)


class StratumRate(Record):
    """One row per stratum, or per task type, or the whole release."""

    name: str
    members: int = Field(ge=0, description="samples of the release")
    drawn: int = Field(ge=0, description="on sheets that were answered")
    tally: Tally
    error: Rate


class Reviewer(Record):
    """One row per person who answered."""

    name: str
    tally: Tally
    seconds: float = Field(ge=0, description="median for one sample")


class ReviewerPair(Record):
    """One row per pair of reviewers who answered some of the same samples."""

    first: str
    second: str
    samples: int = Field(ge=1, description="that both answered")
    same: float = Field(ge=0, le=1, description="share on which both said the same")
    kappa: float | None = Field(
        None, ge=-1, le=1,
        description="Cohen's: 1 is full agreement, 0 that of chance; none where both always said "
        "one and the same thing",
    )  # fmt: skip


class Complaint(Record):
    """One row per time that a reviewer called a sample wrong."""

    sample: str
    stratum: str
    reviewer: str
    kind: ClaimKind | None
    comment: str


class ReviewOutcome(Record):
    """What the answers to the sheets of a release say of it."""

    format: Literal[1] = 1
    version: str
    manifest_sha256: Sha256
    sheets: tuple[str, ...] = Field(description="ids of those that were answered")
    answers: tuple[str, ...] = Field(description="ids of the kept files that this rests on")
    reviewers: tuple[Reviewer, ...]
    strata: tuple[StratumRate, ...] = Field(description="by name; all of the release")
    tasks: tuple[StratumRate, ...] = Field(description="extrapolated to each task type")
    release: StratumRate = Field(description="extrapolated to the whole release")
    if_unsure_is_wrong: Rate = Field(description="of the release, were all unsure ones wrong")
    unseen: float = Field(
        ge=0, le=1, description="share of the samples in strata of which nothing was decided"
    )
    pairs: tuple[ReviewerPair, ...]
    complaints: tuple[Complaint, ...]
