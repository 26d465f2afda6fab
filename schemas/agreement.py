"""How far sources that label the same images agree with each other."""

from enum import StrEnum

from pydantic import Field

from schemas.record import Record


class AgreementKind(StrEnum):
    """What two sources say about the same image."""

    COUNT = "count"  # an answer with a number, and the labelled objects
    PRESENCE = "presence"  # an answer yes or no, and the labelled objects
    SCENE_CLASS = "scene_class"
    CAPTION = "caption"  # a class that a sentence mentions, and the labelled objects
    ANSWER = "answer"  # two answers to the same question


class Agreement(Record):
    """One row per pair of sources and kind of statement that both make about the same images."""

    first_source: str = Field(description="name in the registry, the first of the two by name")
    second_source: str = Field(description="name in the registry")
    kind: AgreementKind = Field(description="of statement")
    images: int = Field(ge=1, description="pairs of images about which both say something")
    agree: int = Field(ge=0, description="statements")
    disagree: int = Field(ge=0, description="each is a finding")
    unsure: int = Field(ge=0, description="statements that can be read both ways")

    @property
    def compared(self) -> int:
        """Number of statements that were compared."""
        return self.agree + self.disagree + self.unsure
