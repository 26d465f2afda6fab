"""The figures of a release, as records: what the card and the report show."""

from collections import Counter

from pydantic import Field

from schemas.record import Record
from schemas.release import LicenceCount, PromptUse, TaskCount, Usage
from schemas.sample import Rejection
from schemas.scene import Finding
from schemas.vocabulary import FindingKind, Reason, Severity


class Count(Record):
    """How often one thing occurs."""

    name: str
    count: int = Field(ge=0)


class Lengths(Record):
    """How many words responses have."""

    words: tuple[Count, ...] = Field(description="responses by length class, ascending")
    median: float = Field(ge=0)
    upper: float = Field(ge=0, description="95th percentile")
    longest: int = Field(ge=0)


class RejectionGroup(Record):
    """One row per stage and reason."""

    stage: str
    reason: Reason
    count: int = Field(ge=1)
    examples: tuple[Rejection, ...]


class FindingGroup(Record):
    """One row per kind of finding."""

    kind: FindingKind
    severity: Severity
    count: int = Field(ge=1)
    examples: tuple[Finding, ...]


class Summary(Record):
    """Everything that the card and the report count."""

    tasks: tuple[TaskCount, ...]
    images: int
    image_bytes: int
    objects: int
    categories: tuple[Count, ...] = Field(description="objects of published tiles, most first")
    images_by_split: tuple[Count, ...]
    origins: tuple[Count, ...]
    forms: tuple[Count, ...]
    models: tuple[str, ...]
    turns: tuple[Count, ...] = Field(description="samples by question-answer pairs, ascending")
    lengths: Lengths
    spans: int = Field(description="phrases tied to objects")
    turned: int = Field(0, description="samples that are others, turned with their pictures")
    verdicts: tuple[Count, ...] = Field(description="statements checked, by outcome")
    licences: tuple[Count, ...] = Field(description="images by licence")
    attributions: tuple[str, ...]
    terms: tuple[LicenceCount, ...] = Field(description="by source and licence")
    rejections: tuple[RejectionGroup, ...]
    findings: tuple[FindingGroup, ...]
    prompts: tuple[PromptUse, ...]
    usage: Usage

    @property
    def rejections_by_reason(self) -> dict[Reason, int]:
        """Return the number of rejections for each reason, over all stages."""
        found: Counter[Reason] = Counter()
        for group in self.rejections:
            found[group.reason] += group.count
        return dict(sorted(found.items()))

    @property
    def findings_by_kind(self) -> dict[FindingKind, int]:
        """Return the number of findings of each kind."""
        found: Counter[FindingKind] = Counter()
        for group in self.findings:
            found[group.kind] += group.count
        return dict(sorted(found.items()))
