"""What the judge said, and how far it agrees with the rules."""

from pydantic import Field

from schemas.record import Record
from schemas.teacher import Exchange, Judgement
from schemas.verdict import Outcome
from schemas.vocabulary import Split, TaskType


class Grade(Record):
    """One row per text that was judged: a published sample, or its twin with one fact changed."""

    sample_id: str
    task: TaskType
    form: str
    source: str
    split: Split
    changed: str | None = Field(
        None, description="in a twin, what was changed, such as five → seven; none in the sample"
    )
    rules: Outcome = Field(
        description="contradicted where the rules contradict a statement of the text, else "
        "supported where they support one"
    )
    writer: str | None = Field(None, description="the model that wrote it; none: from labels")
    judgement: Judgement
    exchange: Exchange

    @property
    def is_twin(self) -> bool:
        """Whether one fact of the text was changed."""
        return self.changed is not None

    @property
    def says_false(self) -> bool:
        """Whether the judge says that the text states something false."""
        return bool(self.judgement.false_statements)


class JudgedTask(Record):
    """One row per task type, and one for all: mean grades, and agreement with the rules.

    Agreement is on whether a text, sample or twin, states something false; texts of which the rules
    can check nothing are left out of it.
    """

    task: str = Field(description="task type, or all")
    judged: int = Field(ge=0, description="published samples")
    groundedness: float | None = Field(None, description="mean grade of these, 1 to 5")
    completeness: float | None = Field(None, description="mean grade")
    fluency: float | None = Field(None, description="mean grade")
    usefulness: float | None = Field(None, description="mean grade")
    blamed: int = Field(ge=0, description="of these, said to state something false")
    own: int = Field(ge=0, description="of these, written by the judge's own model")
    twins: int = Field(ge=0, description="texts with one fact changed")
    noticed: int = Field(ge=0, description="of the twins, said to state something false")
    both_false: int = Field(ge=0, description="texts that rules and judge say are false")
    rules_only: int = Field(ge=0, description="texts that only the rules say are false")
    judge_only: int = Field(ge=0, description="texts that only the judge says are false")
    neither: int = Field(ge=0, description="texts that neither says are false")
    kappa: float | None = Field(
        None, description="Cohen's; none where chance alone explains all of it"
    )
    precision: float | None = Field(
        None, description="of texts that the judge says are false, the share that rules say are"
    )
    recall: float | None = Field(
        None, description="of texts that the rules say are false, the share that the judge says are"
    )
    failed: int = Field(0, ge=0, description="shards that the judge could not be asked about")
