"""The thresholds between a release and its users."""

from pydantic import Field

from schemas.form import Params


class GateParams(Params):
    """What a release must reach before it becomes the latest; none is no threshold.

    Every field but the first three bears the name of a number of the scorecard. The thresholds set
    by default are those that sound data of any kind of source reaches.
    """

    samples: int = Field(1, ge=0, title="Samples", description="A release has at least so many.")
    fewest: int = Field(
        30, ge=0, le=1_000_000, title="Fewest to judge by",
        description="A number that rests on fewer rows, claims or answers is shown, not judged.",
    )  # fmt: skip
    tolerance: float = Field(
        0.05, ge=0, le=1, title="Tolerance",
        description="A number that is worse than in the previous release by more than this share "
        "of it is marked as a regression (0 to 1).",
    )  # fmt: skip
    in_form: float | None = Field(
        1, ge=0, le=1, title="Rows in the one form",
        description="At least this share of rows is in the one form (0 to 1).",
    )  # fmt: skip
    task_types: float | None = Field(
        None, ge=0, le=8, title="Task types",
        description="At least so many of the eight task types have a row.",
    )  # fmt: skip
    distinct_1: float | None = Field(
        None, ge=0, le=1, title="Distinct words",
        description="At least this share of words is distinct (0 to 1).",
    )  # fmt: skip
    distinct_2: float | None = Field(
        None, ge=0, le=1, title="Distinct word pairs",
        description="At least this share of pairs of words is distinct (0 to 1).",
    )  # fmt: skip
    compression: float | None = Field(
        None, ge=0, le=1000, title="Compression ratio",
        description="Answers are compressed at most so well, to 1.",
    )  # fmt: skip
    instructions: float | None = Field(
        5, ge=0, le=1_000_000, title="Wordings of instructions",
        description="At least as varied as so many equally frequent wordings.",
    )  # fmt: skip
    class_entropy: float | None = Field(
        None, ge=0, le=30, title="Entropy of classes",
        description="Of the objects' classes at least so much (bits).",
    )  # fmt: skip
    size_entropy: float | None = Field(
        None, ge=0, le=30, title="Entropy of sizes",
        description="Of the objects' sizes at least so much (bits).",
    )  # fmt: skip
    contradicted: float | None = Field(
        10, ge=0, le=1000, title="Contradicted claims",
        description="At most so many of 1,000 claims that can be decided.",
    )  # fmt: skip
    supported: float | None = Field(
        0.9, ge=0, le=1, title="Supported claims",
        description="At least this share of claims that can be decided (0 to 1).",
    )  # fmt: skip
    grounded: float | None = Field(
        None, ge=0, le=1, title="Rows with a supported claim",
        description="At least this share of rows (0 to 1).",
    )  # fmt: skip
    claims: float | None = Field(
        None, ge=0, le=1_000_000, title="Claims",
        description="At least so many of a row, on average.",
    )  # fmt: skip
    objects: float | None = Field(
        None, ge=0, le=1_000_000, title="Objects",
        description="A row speaks of at least so many, on average.",
    )  # fmt: skip
    turns: float | None = Field(
        None, ge=0, le=1_000_000, title="Turns",
        description="At least so many question–answer pairs of a row, on average.",
    )  # fmt: skip
    kinds: float | None = Field(
        1.2, ge=0, le=20, title="Kinds of claims combined",
        description="At least so many in an answer that makes claims, on average.",
    )  # fmt: skip
    depth: float | None = Field(
        None, ge=0, le=1_000_000, title="Reasoning depth",
        description="At least so many turns of a dialogue rest on each other, on average.",
    )  # fmt: skip
    words: float | None = Field(
        None, ge=0, le=1_000_000, title="Words",
        description="At least so many of an answer, on average.",
    )  # fmt: skip
    description_words: float | None = Field(
        20, ge=0, le=1_000_000, title="Words of a detailed description",
        description="At least so many, on average.",
    )  # fmt: skip
    attributes: float | None = Field(
        None, ge=0, le=1_000_000, title="Attributes",
        description="At least so many for an object or group in descriptions.",
    )  # fmt: skip
    coverage: float | None = Field(
        None, ge=0, le=1, title="Local facts covered",
        description="At least this share is said in syntheses too (0 to 1).",
    )  # fmt: skip
    metamorphic: float | None = Field(
        0.99, ge=0, le=1, title="Agreement under turns and flips",
        description="At least this share of comparisons agrees (0 to 1).",
    )  # fmt: skip
    negatives: float | None = Field(
        0.05, ge=0, le=1, title="Negative questions",
        description="At least this share of single questions (0 to 1).",
    )  # fmt: skip
    blind: float | None = Field(
        0.8, ge=0, le=1, title="Right without the picture",
        description="At most this share of test questions (0 to 1).",
    )  # fmt: skip
