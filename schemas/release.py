"""Parts, their counts, and the manifest of a release."""

from typing import ClassVar, Final, Literal

from pydantic import Field, JsonValue

from schemas.changes import SceneChange
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
    scenes: str = Field(
        "", description="id of the scenes that it was made for, in order; empty where of none"
    )
    code: str = Field(
        "", description="id of the code of its stage, its columns and word lists; in no file"
    )
    folders: tuple[str, ...] = Field(
        (), description="where the files are now that its rows name: the source folder, then those "
        "of more images; of parts of scan, and in no key",
    )  # fmt: skip

    @property
    def path(self) -> str:
        """Path of the rows, relative to the root."""
        return f"stages/{self.stage}/{self.shard:05d}-{self.key}.parquet"

    def beside(self, table: Literal["rejections", "findings", "scenes"]) -> str:
        """Path of the rejections, findings or scenes of this part, relative to the root."""
        return self.path.replace(".parquet", f".{table}.parquet")


class PartScene(Record):
    """One row per scene that a part was made for: what its rows rest on, and how many it has.

    Rows of one scene stand together in every table of a part, scenes in the order of these rows.
    """

    scene_id: str
    made_of: str = Field(description="id of all that was read for it")
    identity: str = Field(
        description="id of that and of the recipe: equal where its rows are equal"
    )
    rows: int = Field(ge=0, description="kept")
    rejections: int = Field(ge=0)
    findings: int = Field(ge=0)


class Located(Record):
    """Parts of scan that say where the images of scenes are now; enters no key."""

    shapes_data: ClassVar[bool] = False

    parts: tuple[Part, ...] = ()


NOWHERE: Final = Located()


class StageCount(Record):
    """One row per stage: candidates = kept + rejected."""

    stage: str = Field(description="in the order of the chain")
    unit: str = Field(description="what is counted: scene, tile, request, sample")
    candidates: int = Field(ge=0, description="what it was given or made")
    kept: int = Field(ge=0, description="went on")
    rejected: int = Field(ge=0, description="left out, each with its reason")
    parts_made: int = Field(ge=0, description="written by this run")
    parts_found: int = Field(ge=0, description="there already")
    calls: int = Field(0, ge=0, description="teacher calls made by this run")


class ReleasePart(Record):
    """One published file."""

    path: str = Field(description="relative to the release folder")
    table: Literal["samples", "images", "rejections", "findings", "report", "index", "document"] = (
        Field(description="what the file belongs to")
    )
    rows: int = Field(ge=0, description="0 for documents")
    bytes: int = Field(ge=0, description="size of the file")
    sha256: Sha256 = Field(description="of the file")


class PromptUse(Record):
    """A prompt or phrasing file that the release rests on, as it was used."""

    name: str = Field(description="of the file")
    fingerprint: str = Field(description="changes when a word of the file changes")
    model: str | None = Field(None, description="none for phrasings: no teacher was asked")
    temperature: float | None = Field(None, description="asked for")
    max_tokens: int | None = Field(None, description="allowed for an answer")
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

    stage: str = Field(description="that asked")
    latency_median: float = Field(ge=0, description="seconds until a request was answered")
    latency_p95: float = Field(ge=0, description="seconds within which 95 % were answered")


class Usage(Took):
    """What the answers behind a release took."""

    stages: tuple[StageUsage, ...] = Field((), description="one entry per stage that asks")

    @property
    def waited(self) -> bool:
        """Whether answers came from a server: those of the offline teacher take no time."""
        return any(stage.latency_p95 for stage in self.stages)


class TaskCount(Record):
    """How many samples a task type has in a split of a source."""

    task: str = Field(description="task type")
    split: str = Field(description="train, val or test")
    source: str = Field(description="name of the source format")
    samples: int = Field(ge=0, description="rows")


class LicenceCount(Record):
    """One row per source and terms: what of it is published."""

    source: str = Field(description="name of the source format")
    licence: str | None = Field(None, description="none where it is not known")
    attribution: str | None = Field(None, description="whom the terms name")
    commercial: bool | None = Field(None, description="allowed; none where that is not known")
    images: int = Field(ge=0, description="published tiles")
    samples: int = Field(ge=0, description="published samples")


class Move(Record):
    """One row per time that another release became the latest."""

    version: str = Field(description="that it became")
    how: Literal["build", "promote", "rollback"] = Field(
        "build", description="a build that passed its gate, or a person"
    )
    at: str = Field("", description="UTC, ISO 8601; empty where it is not known")
    note: str = Field("", description="what the person said who did it")
    forced: bool = Field(False, description="though its gate failed, or nobody approved it")


class Pointer(Record):
    """What ``releases/latest.json`` holds."""

    version: str = Field(description="the latest release that passed its gate")
    manifest_sha256: Sha256 = Field(description="of its manifest.json")
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

    shard: int = Field(ge=0, description="its number")
    stage: str = Field(description="where it failed")
    error: str = Field(description="name of the exception")
    message: str = Field(description="of the exception")


class Scored(Record):
    """What is known of a release before it is committed: its numbers, and the files that show them."""

    scorecard: Scorecard
    gate: GateVerdict
    files: tuple[ReleasePart, ...] = ()


class Manifest(Record):
    """What a release is; its existence is the commit."""

    format: Literal[1] = Field(1, description="of this file")
    version: str = Field(description="name of the release")
    created: str = Field(description="UTC, ISO 8601")
    software: dict[str, str] = Field(description="package → version")
    parameters: BuildParams = Field(description="of its build, as given or by default")
    prompts: tuple[PromptUse, ...] = Field(description="every prompt and phrasing file used")
    stages: tuple[StageCount, ...] = Field(description="what each stage took and kept")
    samples: int = Field(ge=0, description="rows of the samples table")
    candidates: int = Field(ge=0, description="samples + rejections of samples")
    rejections: dict[Reason, int] = Field(description="reason → how many")
    findings: dict[FindingKind, int] = Field(description="kind → how many")
    tasks: tuple[TaskCount, ...] = Field(description="samples by task type, split and source")
    licences: tuple[LicenceCount, ...] = Field(description="what is published under which terms")
    usage: Usage = Field(description="what the answers took")
    parts: tuple[ReleasePart, ...] = Field(description="every file of the release")
    inputs: tuple[str, ...] = Field(description="paths of the stage parts that it rests on")
    code: dict[str, str] = Field(
        default_factory=dict, description="stage → id of its code, its columns and word lists"
    )
    failed: tuple[FailedShard, ...] = Field((), description="shards that it lacks")
    removed: tuple[SceneChange, ...] = Field(
        (), description="scenes of the release before whose images are gone from the sources"
    )
    scorecard: Scorecard | None = Field(None, description="none where it was not measured")
    gate: GateVerdict | None = Field(None, description="none where it was not judged")
    notes: dict[str, JsonValue] = Field(
        default_factory=dict, description="what else stages said of themselves"
    )
