"""What a person decides about a release before it becomes the latest, and whether one is asked."""

from typing import ClassVar, Literal

from pydantic import Field

from schemas.form import Params
from schemas.record import Record


class ApprovalParams(Params):
    """Whether a person is asked before a release becomes the latest; changes nothing of its data."""

    shapes_data: ClassVar[bool] = False

    ask: bool = Field(
        False, title="Ask",
        description="The run pauses when the release is made, and the latest release stays what "
        "it was until a person approves it in the Prefect UI.",
    )  # fmt: skip
    hours: float = Field(
        24, gt=0, le=720, title="Time-out",
        description="Hours within which someone must answer; after them the run fails and the "
        "release is not the latest.",
    )  # fmt: skip

    @property
    def seconds(self) -> int:
        """The time-out in whole seconds, one at least."""
        return max(1, round(self.hours * 3600))


class Approval(Record):
    """One row per time that a person was asked about a release."""

    version: str
    decision: Literal["approved", "refused", "timed_out"]
    who: str = Field(description="as they named themselves; empty where nobody answered")
    note: str = ""
    asked: str = Field(description="UTC, ISO 8601")
    decided: str = Field(description="UTC, ISO 8601")
    flow_run: str = Field(description="id of the Prefect flow run that asked")

    @property
    def said(self) -> str:
        """What was decided, in words."""
        if self.decision == "timed_out":
            return f"nobody answered from {self.asked} to {self.decided}"
        return f"{self.who} {self.decision} it" + (f" (“{self.note}”)" if self.note else "")
