"""What changed since a release, by cause, and what that makes a build do again."""

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum

from pydantic import Field

from schemas.record import Record


class Cause(StrEnum):
    """Why a build gives something else than the release before."""

    IMAGE_ADDED = "image added"
    IMAGE_REMOVED = "image removed"
    IMAGE_REPLACED = "image replaced"
    IMAGE_RENAMED = "image renamed"
    LABEL = "label"
    PROMPT = "prompt"
    MODEL = "model"
    PARAMETER = "parameter"
    CODE = "code"


class SceneChange(Record):
    """One row per scene that is not as the release has it."""

    cause: Cause = Field(description="what happened")
    source: str = Field(description="name of the source format")
    scene_id: str = Field(description="of the scene now; of one that is gone, as it was")
    name: str = Field(description="path of the image relative to the source folder, with /")
    before: str | None = Field(None, description="its name, or where replaced its id, before")


class SettingChange(Record):
    """One row per prompt, model, parameter or code that is not what the release was made with."""

    cause: Cause
    name: str = Field(description="prompt, parameter with dots, stage or package")
    before: str
    after: str
    redoes: tuple[str, ...] = Field(
        description="stages, of all scenes; none where it makes no rows"
    )


class RedoneStage(Record):
    """One row per stage of which something is done again."""

    stage: str
    scenes: int = Field(ge=0)
    requests: float = Field(ge=0, description="that are asked at most; estimated")
    cost: float | None = Field(None, ge=0, description="US dollars; none where a price is unknown")


class Changes(Record):
    """What a build would do that is not in the release."""

    release: str | None = Field(description="version it is held against; none where there is none")
    scenes_now: int = Field(ge=0)
    scenes: tuple[SceneChange, ...] = ()
    settings: tuple[SettingChange, ...] = ()
    redone: tuple[RedoneStage, ...] = Field((), description="in the order of the stages")

    @property
    def nothing(self) -> bool:
        """Whether a build would give the release again."""
        return self.release is not None and not self.scenes and not self.settings

    @property
    def causes(self) -> Mapping[Cause, int]:
        """How many scenes, prompts, models and parameters changed, by cause."""
        found = Counter([one.cause for one in self.scenes] + [one.cause for one in self.settings])
        return {cause: found[cause] for cause in Cause if found[cause]}
