"""What a build would ask of the teacher, as records: the estimate before a dollar is spent."""

from typing import Literal

from pydantic import Field

from schemas.record import Record


class Estimate(Record):
    """A total over all tiles, from those that were looked at."""

    total: float = Field(ge=0)
    plus_minus: float = Field(0, ge=0, description="half of the 95 % confidence interval")

    @property
    def low(self) -> float:
        """The lower end of the interval."""
        return max(0.0, self.total - self.plus_minus)

    @property
    def high(self) -> float:
        """The upper end of the interval."""
        return self.total + self.plus_minus

    def times(self, factor: float) -> "Estimate":
        """Return the same in another unit."""
        return Estimate(total=self.total * factor, plus_minus=self.plus_minus * factor)


class PlannedRequests(Record):
    """One row per prompt, and one for all: tokens and cost are of what is still to be asked."""

    prompt: str = Field(description="describe, synthesize, converse, judge, all, or mend")
    requests: Estimate = Field(description="of the whole build")
    stored: Estimate = Field(description="of these, answered already")
    text_tokens: Estimate = Field(description="in")
    image_tokens: Estimate = Field(description="in")
    output_tokens: Estimate
    cost: Estimate | None = Field(description="US dollars; none where no price is known")
    answers: int = Field(
        ge=0, description="of this model, by which the length of the others is judged"
    )

    @property
    def asked(self) -> float:
        """How many are still to be asked."""
        return max(0.0, self.requests.total - self.stored.total)


class Plan(Record):
    """What a build would ask: one row per prompt, drawn from a sample of its tiles."""

    model: str
    mode: Literal["sync", "batch"]
    tiles: int = Field(ge=0)
    empty: int = Field(ge=0, description="tiles without anything to describe: nothing is asked")
    sampled: int = Field(ge=0, description="tiles whose requests were made, to be measured")
    rows: tuple[PlannedRequests, ...]
    all: PlannedRequests
    mend: PlannedRequests = Field(
        description="at most, on top of all: every text written once more because it proves false"
    )
    seconds: Estimate | None = Field(description="of asking; none where that is not known")
    bound_by: str = Field(description="what the time rests on, in words")
    price: str | None = Field(description="US dollars a million tokens, with date and source")
    budget_left: float | None = Field(None, description="US dollars in the present period")
    remarks: tuple[str, ...] = Field(description="what the figures rest on")

    @property
    def over_budget(self) -> bool:
        """Whether even the lower end of the cost is more than the budget leaves."""
        if self.budget_left is None or self.all.cost is None:
            return False
        return self.all.cost.low > self.budget_left
