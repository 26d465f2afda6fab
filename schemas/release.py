"""Parts, their counts, and the manifest of a release."""

from typing import Literal

from pydantic import Field, JsonValue

from schemas.params import BuildParams
from schemas.record import Record
from schemas.scene import Sha256
from schemas.scorecard import GateVerdict, Scorecard
from schemas.vocabulary import FindingKind, Reason


class Part(Record):
    """A reference to one stage's output for one shard: what stages hand each other."""

    stage: str
    shard: int = Field(ge=0)
    key: str = Field(description="content key of inputs, parameters, prompts and code version")
    candidates: int = Field(ge=0)
    rows: int = Field(ge=0, description="kept")
    rejections: int = Field(ge=0)
    findings: int = Field(ge=0)
    made: bool = Field(description="written by this run, not found")
    calls: int = Field(0, ge=0, description="teacher calls made by this run")

    @property
    def path(self) -> str:
        """Path of the rows, relative to the root."""
        return f"stages/{self.stage}/{self.shard:05d}-{self.key}.parquet"

    def beside(self, table: Literal["rejections", "findings"]) -> str:
        """Path of the rejections or findings of this part, relative to the root."""
        return self.path.replace(".parquet", f".{table}.parquet")


class StageCount(Record):
    """One row per stage: candidates = kept + rejected."""

    stage: str
    unit: str = Field(description="what is counted: scene, tile, request, sample")
    candidates: int = Field(ge=0)
    kept: int = Field(ge=0)
    rejected: int = Field(ge=0)
    parts_made: int = Field(ge=0)
    parts_found: int = Field(ge=0)
    calls: int = Field(0, ge=0, description="teacher calls made by this run")


class ReleasePart(Record):
    """One published file."""

    path: str = Field(description="relative to the release folder")
    table: Literal["samples", "images", "rejections", "findings", "report", "index", "document"]
    rows: int = Field(ge=0, description="0 for documents")
    bytes: int = Field(ge=0)
    sha256: Sha256


class PromptUse(Record):
    """A prompt or phrasing file that the release rests on, as it was used."""

    name: str
    fingerprint: str
    model: str | None = Field(None, description="none for phrasings: no teacher was asked")
    temperature: float | None = None
    max_tokens: int | None = None
    uses: int = Field(0, ge=0, description="requests, or samples for phrasings")


class Took(Record):
    """Sums over answers that were kept."""

    requests: int = Field(ge=0, description="distinct answers that the release rests on")
    calls: int = Field(ge=0, description="teacher calls made by this run")
    prompt_tokens: int = Field(ge=0, description="text and pictures")
    image_tokens: int = Field(0, ge=0, description="of the prompts', by published formula")
    cached_tokens: int = Field(0, ge=0, description="of the prompts', served from a cache")
    completion_tokens: int = Field(ge=0, description="reasoning included")
    reasoning_tokens: int = Field(0, ge=0, description="of the completions'")
    cost: float | None = Field(None, ge=0, description="US dollars; none where a price is unknown")
    tries: int = Field(0, ge=0, description="HTTP requests, those that failed included")


class StageUsage(Took):
    """One row per stage that asks the teacher."""

    stage: str
    latency_median: float = Field(ge=0, description="seconds until a request was answered")
    latency_p95: float = Field(ge=0, description="seconds within which 95 % were answered")


class Usage(Took):
    """What the answers behind a release took."""

    stages: tuple[StageUsage, ...] = ()

    @property
    def waited(self) -> bool:
        """Whether answers came from a server: those of the offline teacher take no time."""
        return any(stage.latency_p95 for stage in self.stages)


class TaskCount(Record):
    """How many samples a task type has in a split of a source."""

    task: str
    split: str
    source: str
    samples: int = Field(ge=0)


class LicenceCount(Record):
    """One row per source and terms: what of it is published."""

    source: str
    licence: str | None = Field(None, description="none where it is not known")
    attribution: str | None = None
    commercial: bool | None = Field(None, description="allowed; none where that is not known")
    images: int = Field(ge=0)
    samples: int = Field(ge=0)


class Move(Record):
    """One row per time that another release became the latest."""

    version: str = Field(description="that it became")
    how: Literal["build", "promote", "rollback"] = "build"
    at: str = Field("", description="UTC, ISO 8601; empty where it is not known")
    note: str = Field("", description="what the person said who did it")
    forced: bool = Field(False, description="though its gate failed, or nobody approved it")


class Pointer(Record):
    """What ``releases/latest.json`` holds."""

    version: str
    manifest_sha256: Sha256
    fence: int = Field(0, ge=0, description="number of the lease under which it was last moved")
    moves: tuple[Move, ...] = Field((), description="the last ones, newest last")

    @property
    def before(self) -> str | None:
        """The release that was the latest before; what was rolled back from does not count."""
        stack: list[str] = []
        for move in self.moves:
            if move.how == "rollback":
                while stack and stack[-1] != move.version:
                    stack.pop()
                stack = stack or [move.version]
            else:
                stack.append(move.version)
        return stack[-2] if len(stack) > 1 else None


class FailedShard(Record):
    """One row per shard that a release lacks because a stage failed on it."""

    shard: int = Field(ge=0)
    stage: str
    error: str = Field(description="name of the exception")
    message: str


class Scored(Record):
    """What is known of a release before it is committed: its numbers, and the files that show them."""

    scorecard: Scorecard
    gate: GateVerdict
    files: tuple[ReleasePart, ...] = ()


class Manifest(Record):
    """What a release is; its existence is the commit."""

    format: Literal[1] = 1
    version: str
    created: str = Field(description="UTC, ISO 8601")
    software: dict[str, str] = Field(description="package → version")
    parameters: BuildParams
    prompts: tuple[PromptUse, ...]
    stages: tuple[StageCount, ...]
    samples: int = Field(ge=0)
    candidates: int = Field(ge=0, description="samples + rejections of samples")
    rejections: dict[Reason, int]
    findings: dict[FindingKind, int]
    tasks: tuple[TaskCount, ...]
    licences: tuple[LicenceCount, ...]
    usage: Usage
    parts: tuple[ReleasePart, ...]
    inputs: tuple[str, ...] = Field(description="paths of the stage parts that it rests on")
    failed: tuple[FailedShard, ...] = Field((), description="shards that it lacks")
    scorecard: Scorecard | None = Field(None, description="none where it was not measured")
    gate: GateVerdict | None = Field(None, description="none where it was not judged")
    notes: dict[str, JsonValue] = Field(default_factory=dict)
