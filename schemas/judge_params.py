"""The parameters of the judge: a second model that grades some of the samples."""

from typing import Literal

from pydantic import Field, model_validator

from schemas.form import Params


class JudgeParams(Params):
    """The model that grades some of what is published, and how it is asked; off by default."""

    share: float = Field(
        0, ge=0, le=1, title="Share judged",
        description="Share of the published samples that are graded, drawn by seed (0 to 1); "
        "0: there is no judge.",
    )  # fmt: skip
    twins: float = Field(
        0.25, ge=0, le=1, title="Twins",
        description="Share of these of which a copy with one fact changed is graded too, so that "
        "it is known what the judge notices (0 to 1).",
    )  # fmt: skip
    kind: Literal["offline", "openai"] = Field(
        "offline", title="Judge",
        description="openai: any OpenAI-compatible endpoint that sees; the offline teacher grades "
        "nothing.",
    )  # fmt: skip
    model: str = Field(
        "", title="Model", description="Model name at the endpoint, better not the teacher's."
    )
    temperature: float | None = Field(
        None, ge=0, le=2, title="Temperature",
        description="Sampling temperature, 0 to 2; by default what the prompt file says.",
    )  # fmt: skip
    max_tokens: int | None = Field(
        None, ge=64, le=128_000, title="Longest answer",
        description="Tokens of one answer; by default what the prompt file says.",
    )  # fmt: skip
    structured: bool = Field(
        True, title="Structured outputs",
        description="Ask by JSON schema; switched off by itself where the server lacks it.",
    )  # fmt: skip
    request_tokens: int = Field(
        6000, ge=500, le=100_000, title="Fact budget",
        description="Estimated tokens of facts in one request; of dense tiles fewer are listed.",
    )  # fmt: skip
    long_side: int | None = Field(
        None, ge=64, le=8192, title="Long side",
        description="Pictures are scaled down to this (px); none sends tiles as they are.",
    )  # fmt: skip
    seed: int = Field(
        0, ge=0, title="Seed", description="Draws what is graded; sent with every request."
    )

    @property
    def is_asked(self) -> bool:
        """Whether anything is graded."""
        return self.share > 0

    @model_validator(mode="after")
    def _has_a_model(self) -> "JudgeParams":
        if self.is_asked and (self.kind == "offline" or not self.model.strip()):
            raise ValueError(
                "the offline teacher grades nothing; name a model that does: judge.kind openai "
                "and judge.model, or leave judge.share at 0"
            )
        return self
