"""The scorecard of a release: six principles in numbers, and what its gate said of them."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from schemas.record import Record
from schemas.vocabulary import Split, TaskType

Better = Literal["higher", "lower"]
Judged = Literal["passed", "failed", "too_few", "not_measured", "no_threshold"]


class Principle(StrEnum):
    """What RS-GPT4V (arXiv 2406.12479) asks of a dataset."""

    UNITY = "unity"
    DIVERSITY = "diversity"
    CORRECTNESS = "correctness"
    COMPLEXITY = "complexity"
    RICHNESS = "richness"
    ROBUSTNESS = "robustness"


class Measure(Record):
    """What one number of the scorecard is, and which way is better."""

    principle: Principle = Field(description="which of the six")
    name: str = Field(description="also that of its threshold among the gate's parameters")
    title: str = Field(description="for people")
    unit: str = Field(description="of the value")
    better: Better = Field(description="which way")
    counts: str = Field(description="what the number rests on, such as claims")
    definition: str = Field(description="one sentence")


class Score(Measure):
    """One row per number of a release's scorecard, beside that of the release before it."""

    value: float | None = Field(description="none where there was nothing to measure it on")
    count: int = Field(ge=0, description="how much it rests on")
    before: float | None = Field(
        None, description="in the previous release, by the same definition; none where it has none"
    )
    regressed: bool = Field(False, description="worse than before by more than the tolerance")
    threshold: float | None = Field(
        None, description="the least where higher is better, else the most; none: not judged"
    )
    judged: Judged = Field("no_threshold", description="against the threshold")


class Scorecard(Record):
    """The numbers of a release, in the order of the principles."""

    previous: str | None = Field(description="the latest release when this one was built")
    tolerance: float = Field(ge=0, description="of the value before, 0 to 1")
    fewest: int = Field(ge=0, description="numbers that rest on fewer are not judged")
    scores: tuple[Score, ...] = Field(description="one entry per number")


class SampleGroup(Record):
    """One row per task type, split and source: a folder of the samples table."""

    task: TaskType
    split: Split
    source: str
    rows: int = Field(ge=0)
    in_form: float = Field(ge=0, le=1, description="share of its rows in the one form")
    contradicted: float | None = Field(
        description="claims per 1,000 checked; none where fewer than 1,000 were"
    )


class ScoreRow(Record):
    """One row per number of the scorecard, as published: what follows from the release alone."""

    principle: Principle = Field(description="which of the six")
    name: str = Field(description="of the number")
    unit: str = Field(description="of the value")
    value: float | None = Field(description="none where there was nothing to measure")
    count: int = Field(ge=0, description="how much it rests on")


class Shortfall(Record):
    """One row per expectation that a release does not meet: why its gate holds it back."""

    table: Literal["scorecard", "samples"] = Field(description="that was expected of")
    expected: str = Field(description="such as: contradicted ≤ 10")
    found: str = Field(description="what is there instead")
    where: str = Field("", description="folders of the samples table, a few; none: all of it")


class GateVerdict(Record):
    """Whether a release may become the latest."""

    passed: bool = Field(description="whether it may become the latest")
    expectations: int = Field(ge=0, description="how many were checked")
    shortfalls: tuple[Shortfall, ...] = Field((), description="what was not met")
