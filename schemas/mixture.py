"""How much of what is published, and what a model that sees no picture would answer."""

from typing import Final, Literal

from pydantic import Field

from schemas.form import Params
from schemas.record import Record
from schemas.vocabulary import Split, TaskType

EVERY: Final = "*"
BlindKind = Literal["presence", "count", "comparison", "other", "scene"]
Verdict = Literal["passed", "failed", "too_few"]


class MixtureRule(Params):
    """How much of some groups is published; a group is one source and one task type."""

    source: str = Field(
        EVERY, min_length=1, title="Source", description="Source format; * is every source."
    )
    task: TaskType | None = Field(None, title="Task type", description="none is every task type.")
    weight: float = Field(
        1, gt=0, le=1e6, title="Weight",
        description="How much of it, against other groups; 1 is as much as there is.",
    )  # fmt: skip
    cap: int | None = Field(
        None, ge=0, title="Cap", description="At most so many samples of each group, all splits."
    )


class MixtureParams(Params):
    """Which of the valid samples are published."""

    rules: tuple[MixtureRule, ...] = Field(
        (), title="Rules",
        description="Weights and caps by source and task type; the first that fits counts.",
    )  # fmt: skip
    temperature: float | None = Field(
        None, ge=0, le=1, title="Temperature",
        description="Below 1, groups of a source and a task type come closer in size, at 0 they "
        "are equal: none has more than the smallest allows, unless a total fills up from the "
        "others. 1 or none leaves them as they are.",
    )  # fmt: skip
    total: int | None = Field(
        None, ge=0, title="Total", description="At most so many samples in a release."
    )
    per_image: int | None = Field(
        None, ge=1, title="Samples an image", description="At most so many samples of one tile."
    )
    balance: float = Field(
        0.55, ge=0.5, le=1, title="Blind accuracy",
        description="Most that a model that sees no picture may get right of the presence "
        "questions of a source (0.5 to 1); answers too many are left out. 1 switches it off.",
    )  # fmt: skip
    commercial: bool = Field(
        False, title="Commercial use only",
        description="Only rows whose licence is known to allow commercial use.",
    )  # fmt: skip
    seed: int = Field(0, ge=0, title="Seed", description="Draws what is left out.")


class Chosen(Record):
    """One row per sample that is published."""

    id: str


class MixtureRow(Record):
    """One row per source, task type and split: how many samples each step left."""

    source: str = Field(description="name of the source format")
    task: TaskType = Field(description="task type")
    split: Split = Field(description="train, val or test")
    candidates: int = Field(ge=0, description="valid samples")
    licensed: int = Field(ge=0, description="left by the licence filter")
    balanced: int = Field(ge=0, description="left by the balance of answers")
    published: int = Field(ge=0, description="left by weights, caps and limits")
    weight: float = Field(gt=0, description="of its source and task type")
    cap: int | None = Field(None, ge=0, description="of its source and task type, all splits")


class BlindRow(Record):
    """One row per source and kind of short answer: what a model that sees no picture gets right.

    It answers every template of question by its most frequent answer in train, a template that train
    lacks by that of the kind, and is measured on test.
    """

    source: str = Field(description="name of the source format")
    kind: BlindKind = Field(description="of question")
    train: int = Field(ge=0, description="rows published in train")
    test: int = Field(ge=0, description="rows published in test")
    templates: int = Field(ge=0, description="distinct templates of question in train")
    before: float | None = Field(
        None, ge=0, le=1, description="accuracy before any was left out; none without test rows"
    )
    after: float | None = Field(
        None, ge=0, le=1, description="accuracy on what is published; none without test rows"
    )
    top_answer: str | None = Field(None, description="most frequent answer that is published")
    top_share: float | None = Field(None, ge=0, le=1, description="its share")
    limit: float | None = Field(None, description="most accuracy allowed; none where any is")
    verdict: Verdict = Field(description="against the limit")
