"""The parameters of a build: the form in the Prefect UI, the options of the command line, and what
the manifest records. Whatever changes the data is here; where things are is in ``settings``.

Each stage is given its own group and no other, so its cache key covers exactly what it can read.
"""

from typing import ClassVar, Final, Literal

from pydantic import Field, field_validator, model_validator

from schemas.approval import ApprovalParams
from schemas.canary import CanaryParams
from schemas.form import Folded, Params
from schemas.gate import GateParams
from schemas.judge_params import JudgeParams
from schemas.label_params import LabelParams
from schemas.mixture import MixtureParams
from schemas.runner import RunnerParams
from schemas.symmetry import AugmentParams, SymmetryParams
from schemas.vocabulary import FindingKind, Split

_OF_NO_SCENE: Final = frozenset(
    {
        FindingKind.LICENCE_UNKNOWN,
        FindingKind.ODD_SPELLING,
        FindingKind.SPLIT_OVERLAP,
        FindingKind.CONTRADICTS_OTHER_SOURCE,
    }
)


class SourceSpec(Params):
    """One annotated folder to read."""

    name: str = Field(title="Format", description="Source format, such as dota or coco.")
    path: str = Field(title="Folder", description="Folder or URI that holds images and labels.")
    licence: str | None = Field(
        None, title="Licence", description="Licence of the images, where the source states none."
    )
    attribution: str | None = Field(
        None, title="Attribution", description="Whom to credit for the images."
    )
    gsd: float | None = Field(
        None, gt=0, title="Ground sampling distance",
        description="Metres per pixel of every image, where the source states none.",
    )  # fmt: skip
    classes: tuple[str, ...] = Field(
        (), title="Class list",
        description="Classes of which every object is labelled, for data whose format carries no "
        "class list: only of these, and of what a scene shows, is absence asked.",
    )  # fmt: skip
    exhaustive: bool = Field(
        True, title="Labels are complete",
        description="Every object of a labelled class is labelled. If not, counts are written as "
        "“at least” and absence is never claimed.",
    )  # fmt: skip
    images: tuple[str, ...] = Field(
        (), title="Image folders",
        description="Folders or URIs that hold the images where they are not with the labels.",
    )  # fmt: skip


class DetectionParams(Params):
    """How it is found out what changed: changes how long a build takes, never its data."""

    shapes_data: ClassVar[bool] = False

    recheck: bool = Field(
        False, title="Read all again",
        description="Read every source file, also those that are listed as when they were read.",
    )  # fmt: skip


DEFAULT_DETECTION: Final = DetectionParams()


class IngestParams(Params):
    """How source files are read."""

    max_pixels: int = Field(
        1_000_000_000, ge=1, le=10_000_000_000, title="Largest image",
        description="Images with more pixels than this are rejected unread (px).",
    )  # fmt: skip
    quarantine: tuple[FindingKind, ...] = Field(
        (), title="Quarantine",
        description="Kinds of findings: a scene whose labels or picture have one is left out.",
    )  # fmt: skip

    @field_validator("quarantine")
    @classmethod
    def _concerns_one_scene(cls, kinds: tuple[FindingKind, ...]) -> tuple[FindingKind, ...]:
        for kind in kinds:
            if kind in _OF_NO_SCENE:
                raise ValueError(f"“{kind}” is found of whole sources, so it holds no scene back")
        return tuple(sorted(set(kinds)))


class SplitParams(Params):
    """How scenes are divided into train, val and test."""

    policy: Literal["official", "hash"] = Field(
        "official", title="Policy",
        description="official: the sources' own splits, of which the strictest holds for all "
        "scenes that show the same ground, else by hash; hash: always by hash of what shows the "
        "same ground.",
    )  # fmt: skip
    val: float = Field(
        0.05, ge=0, le=1, title="Share of val", description="Share of scenes, 0 to 1."
    )
    test: float = Field(
        0.05, ge=0, le=1, title="Share of test", description="Share of scenes, 0 to 1."
    )

    @model_validator(mode="after")
    def _leaves_train(self) -> "SplitParams":
        if self.val + self.test > 1:
            raise ValueError(f"val {self.val} + test {self.test} is more than 1")
        return self


class TileParams(Params):
    """How scenes are cut into tiles and encoded."""

    size: int = Field(
        1024, ge=64, le=8192, title="Tile size",
        description="Longest side of a tile (px); smaller scenes pass whole.",
    )  # fmt: skip
    overlap: int = Field(
        256, ge=0, le=4096, title="Overlap",
        description="By how much neighbouring tiles overlap (px).",
    )  # fmt: skip
    min_visible: float = Field(
        0.4, gt=0, le=1, title="Visible share",
        description="An object with less of its area inside a tile is counted as partly visible, "
        "not described (0 to 1).",
    )  # fmt: skip
    quality: int = Field(
        90, ge=1, le=100, title="JPEG quality", description="Of the encoded tiles, 1 to 100."
    )
    whole: int = Field(
        4096, ge=64, le=65_536, title="Whole scenes",
        description="A scene that has labels in words and no objects passes whole up to this long "
        "side (px): what they say of the whole is not true of its tiles.",
    )  # fmt: skip

    @model_validator(mode="after")
    def _overlap_fits(self) -> "TileParams":
        if self.overlap >= self.size:
            raise ValueError(f"overlap {self.overlap} is not smaller than tile size {self.size}")
        return self


class AdaptParams(Params):
    """At most how many samples of each form a tile gives, and what labels in words become."""

    presence: int = Field(4, ge=0, le=100, title="Presence", description="Yes/no questions a tile.")
    counting: int = Field(3, ge=0, le=100, title="Counting", description="Counts asked a tile.")
    comparison: int = Field(2, ge=0, le=100, title="Comparison", description="Comparisons a tile.")
    position: int = Field(2, ge=0, le=100, title="Position", description="Positions asked a tile.")
    grounding: int = Field(
        3, ge=0, le=100, title="Visual grounding", description="Boxes asked for a tile."
    )
    referring: int = Field(
        3, ge=0, le=100, title="Referring expressions", description="Objects to be named a tile."
    )
    region: int = Field(
        3, ge=0, le=100, title="Region captions", description="Regions described a tile."
    )
    composition: int = Field(
        1, ge=0, le=10, title="Scene composition", description="Summaries of contents a tile."
    )
    absent_class: int = Field(
        2, ge=0, le=100, title="Absent classes",
        description="Questions a tile about things as if they were there; of half of them they are.",
    )  # fmt: skip
    wrong_attribute: int = Field(
        2, ge=0, le=100, title="Wrong attributes",
        description="Questions a tile that give a place or length; half of them a wrong one.",
    )  # fmt: skip
    false_premise: int = Field(
        2, ge=0, le=100, title="False premises",
        description="Questions a tile that take a number for granted; half of them a wrong one.",
    )  # fmt: skip
    unanswerable: int = Field(
        1, ge=0, le=100, title="Unanswerable",
        description="Questions a tile that no picture from above can answer.",
    )  # fmt: skip
    labels: Folded[LabelParams] = Field(LabelParams(), title="Labels in words")
    seed: int = Field(0, ge=0, title="Seed", description="Draws questions and phrasings.")


class VerifyParams(Params):
    """What is done about statements that are false."""

    mend: bool = Field(
        True, title="Mend",
        description="Put a teacher's text right where only one reading is, and take out sentences "
        "that stay false; else one false statement rejects the text.",
    )  # fmt: skip
    labels: bool = Field(
        True, title="Check labels in words",
        description="Hold captions, questions and expressions against the objects of their scene, "
        "where it has any; what is false is rejected.",
    )  # fmt: skip


class PictureParams(Params):
    """What the teacher sees of a tile in one stage."""

    long_side: int | None = Field(
        None, ge=64, le=8192, title="Long side",
        description="Pictures are scaled down to this (px); none sends tiles as they are.",
    )  # fmt: skip
    quality: int = Field(
        90, ge=1, le=100, title="JPEG quality", description="Of pictures that are scaled, 1 to 100."
    )
    detail: Literal["auto", "low", "high"] = Field(
        "high", title="Detail",
        description="How closely an OpenAI model looks; low costs a fixed few tokens.",
    )  # fmt: skip
    send: bool = Field(True, title="Send", description="Whether the picture is sent at all.")


class ImageParams(Params):
    """The pictures that each stage sends: they are most of what a request costs."""

    describe: PictureParams = Field(PictureParams(), title="Describe")
    synthesize: PictureParams = Field(PictureParams(), title="Synthesize")
    converse: PictureParams = Field(PictureParams(), title="Converse")


class TeacherParams(Params):
    """The model that writes, and how it is asked."""

    kind: Literal["offline", "openai"] = Field(
        "offline", title="Teacher",
        description="offline: rules that read labels and pixels, no key and no network; "
        "openai: any OpenAI-compatible endpoint, its URL and key from the settings.",
    )  # fmt: skip
    model: str = Field("offline-teacher", title="Model", description="Model name at the endpoint.")
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
        description="Estimated tokens of facts in one request; dense tiles take several requests.",
    )  # fmt: skip
    seed: int = Field(0, ge=0, title="Seed", description="Sent with every request.")
    images: Folded[ImageParams] = Field(ImageParams(), title="Pictures")

    @model_validator(mode="after")
    def _model_is_named(self) -> "TeacherParams":
        if self.kind == "openai" and not self.model.strip():
            raise ValueError("an openai teacher needs a model name")
        return self


BATCH_HOURS: Final = 24
"""Within which providers answer a batch."""


class ServiceParams(Params):
    """How the teacher is asked: changes what a build costs and how long it takes, never its data."""

    shapes_data: ClassVar[bool] = False

    mode: Literal["sync", "batch", "auto"] = Field(
        "sync", title="Mode",
        description="sync: request by request; batch: through the provider's Batch API, at about "
        "half the price; auto: batch where the deadline allows.",
    )  # fmt: skip
    deadline: float = Field(
        12, gt=0, le=168, title="Deadline",
        description="Hours within which answers are needed; auto takes batches from 24 on.",
    )  # fmt: skip
    concurrency: int = Field(
        64, ge=1, le=4096, title="Requests in flight",
        description="At most, in one process; fewer where answers slow down.",
    )  # fmt: skip
    requests_per_minute: float | None = Field(
        None, gt=0, title="Requests a minute",
        description="Of the key; by default what the provider's headers say, else found out.",
    )  # fmt: skip
    tokens_per_minute: float | None = Field(
        None, gt=0, title="Tokens a minute",
        description="Of the key; by default what the provider's headers say, else found out.",
    )  # fmt: skip
    budget: float | None = Field(
        None, ge=0, title="Budget",
        description="US dollars that may be spent in one period; the build stops before it.",
    )  # fmt: skip
    period: Literal["day", "month", "ever"] = Field(
        "day", title="Budget period",
        description="The budget is for each day or month (UTC) of this root, or for ever.",
    )  # fmt: skip
    secret: str | None = Field(
        None, pattern=r"^[a-z0-9-]+$", max_length=64, title="Secret with the key",
        description="Name of a Prefect Secret block that holds the endpoint's key, never the key "
        "itself; by default the worker's environment has it (OPENAI_API_KEY).",
    )  # fmt: skip
    patience: float = Field(
        15, gt=0, le=1440, title="Patience",
        description="Minutes for which a request is tried again before its shard fails.",
    )  # fmt: skip

    @field_validator("secret")
    @classmethod
    def _is_a_name(cls, secret: str | None) -> str | None:
        if secret is not None and secret.startswith("sk-"):
            raise ValueError("a key stands where the name of a Secret block is expected")
        return secret

    @property
    def by_batch(self) -> bool:
        """Whether a remote teacher is asked by batches; auto takes them where a day is given."""
        return self.mode == "batch" or (self.mode == "auto" and self.deadline >= BATCH_HOURS)


DEFAULT_SERVICE: Final = ServiceParams()


class DialogueParams(Params):
    """How many dialogues a tile gives, and how long they are."""

    per_tile: int = Field(
        2, ge=0, le=20, title="Dialogues a tile",
        description="At most; each draws on facts that earlier ones left out.",
    )  # fmt: skip
    turns: int = Field(
        4, ge=2, le=20, title="Turns", description="Question–answer pairs in a dialogue."
    )


class PublishParams(Params):
    """How release parts are laid out."""

    row_group: int = Field(
        200, ge=1, le=100_000, title="Images a row group",
        description="Rows in one row group of an image part.",
    )  # fmt: skip
    gallery: int = Field(
        24, ge=0, le=500, title="Gallery", description="Tiles shown in report.html."
    )


class BuildParams(Params):
    """Everything that decides what a release contains."""

    sources: tuple[SourceSpec, ...] = Field(
        (), title="Sources", description="Annotated folders to read."
    )
    shards: int = Field(
        8, ge=1, le=10_000, title="Shards",
        description="Buckets of scenes: the unit of caching, retry and parallelism.",
    )  # fmt: skip
    detection: Folded[DetectionParams] = Field(DetectionParams(), title="Detection")
    ingest: Folded[IngestParams] = Field(IngestParams(), title="Ingest")
    split: Folded[SplitParams] = Field(SplitParams(), title="Splits")
    tile: Folded[TileParams] = Field(TileParams(), title="Tiles")
    adapt: Folded[AdaptParams] = Field(AdaptParams(), title="Adaption")
    verify: Folded[VerifyParams] = Field(VerifyParams(), title="Verification")
    teacher: TeacherParams = Field(TeacherParams(), title="Teacher")
    service: ServiceParams = Field(ServiceParams(), title="Service")
    dialogue: Folded[DialogueParams] = Field(DialogueParams(), title="Dialogues")
    symmetry: Folded[SymmetryParams] = Field(SymmetryParams(), title="Symmetry")
    augment: Folded[AugmentParams] = Field(AugmentParams(), title="Augmentation")
    mixture: Folded[MixtureParams] = Field(MixtureParams(), title="Mixture")
    judge: Folded[JudgeParams] = Field(JudgeParams(), title="Judge")
    publish: Folded[PublishParams] = Field(PublishParams(), title="Publish")
    gate: Folded[GateParams] = Field(GateParams(), title="Gate")
    canary: Folded[CanaryParams] = Field(CanaryParams(), title="Canary")
    approval: Folded[ApprovalParams] = Field(ApprovalParams(), title="Approval")
    runner: Folded[RunnerParams] = Field(RunnerParams(), title="Runner")


def split_of(component: str, official: Split | None, params: SplitParams) -> Split:
    """Return the split of a component; by hash, its id read as a fraction of the id space."""
    if params.policy == "official" and official is not None:
        return official
    place = int(component, 16) / 16 ** len(component)
    if place < params.test:
        return Split.TEST
    return Split.VAL if place < params.test + params.val else Split.TRAIN
