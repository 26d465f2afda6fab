"""What a night may do, and what became of it."""

from typing import ClassVar, Final, Literal

from pydantic import Field

from schemas.diff import ReleaseDiff
from schemas.form import Params
from schemas.plan import Plan
from schemas.prune import Pruned, PruneParams
from schemas.record import Record

Outcome = Literal[
    "no_change", "promoted", "held_back", "not_approved", "overtaken", "over_budget", "failed"
]
PRUNED: Final = PruneParams(proof="listing")


class NightParams(Params):
    """What a night may do besides building: changes nothing of any release."""

    shapes_data: ClassVar[bool] = False

    budget: float | None = Field(
        None, ge=0, title="Budget of a night",
        description="US dollars: where the plan expects more, nobody is asked and the night fails.",
    )  # fmt: skip
    prune: PruneParams | None = Field(
        PRUNED, title="Prune", description="What is kept afterwards; none removes nothing."
    )
    examples: int = Field(
        3, ge=0, le=100, title="Examples",
        description="Shown in the diff of each task type, cause and side.",
    )  # fmt: skip
    notify: tuple[str, ...] = Field(
        (), title="Notify",
        description="Prefect blocks that are told how the night ended, such as slack-webhook/team.",
    )  # fmt: skip
    patience: float = Field(
        0, ge=0, le=1440, title="Patience",
        description="Minutes to wait for another night that holds the root.",
    )  # fmt: skip


class Night(Record):
    """One row per night: what it found, made and decided."""

    root: str
    version: str = Field(
        description="of its release; that of the release it stays with, else empty"
    )
    outcome: Outcome
    said: str = Field(description="in one or two sentences, for people")
    began: str = Field(description="UTC, ISO 8601")
    ended: str = Field(description="UTC, ISO 8601")
    fence: int = Field(0, ge=0, description="number of the lease under which it worked")
    shards: int = Field(0, ge=0, description="that its sources fill")
    new_shards: int = Field(0, ge=0, description="of these, with something that the latest lacks")
    plan: Plan | None = Field(None, description="none where no remote model would be asked")
    calls: int = Field(0, ge=0, description="teacher calls made")
    cost: float | None = Field(None, ge=0, description="US dollars of all answers it rests on")
    diff: ReleaseDiff | None = Field(None, description="none where there was nothing to compare")
    pruned: Pruned | None = Field(None, description="none where nothing was pruned")


class LastNight(Record):
    """What ``nights/last.json`` holds: of what the newest release was made, to see that nothing changed."""

    made_of: str = Field(description="id of program, parameters and tiles")
    version: str = Field(description="of the release that was made of it")
