"""What the files of a bootstrap hold, what is asked of it, and what it says it did."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, JsonValue, SecretStr

from schemas.record import Record

ProfileName = Literal["local", "k8s"]
JsonObject = dict[str, JsonValue]


class Request(Record):
    """What is to be made; one per call."""

    profile: ProfileName
    dry_run: bool = False
    variables: JsonObject = Field({}, description="set, whatever the server has")
    secret: str | None = Field(None, description="name of the Secret block for the teacher's key")
    key: SecretStr | None = None
    notify_url: SecretStr | None = Field(None, description="address that takes notifications")


class Change(Record):
    """One row per thing on the server."""

    verb: Literal["made", "changed", "kept"]
    kind: str
    name: str
    detail: str = Field("", description="what is other than before, or why it was left")


class PoolSpec(Record):
    """A work pool: ``template`` is a file below deployments/, ``defaults`` are of its job variables."""

    name: str
    type: str
    template: str
    defaults: JsonObject = Field(default_factory=dict)


class Profile(Record):
    """A file of deployments/profiles/."""

    pool: PoolSpec
    limits: dict[str, int]
    variables: JsonObject


class ScheduleSpec(Record):
    """When a deployment runs by itself."""

    slug: str
    cron: str
    timezone: str
    active: bool = False


class LimitSpec(Record):
    """How many runs of a deployment go on at once, and what becomes of one more."""

    limit: int = Field(ge=1)
    collision_strategy: Literal["ENQUEUE", "CANCEL_NEW"] = "ENQUEUE"


class WorkSpec(Record):
    """Where a deployment's runs go, and the work pool's variables for them."""

    name: str
    job_variables: JsonObject = Field({})


class DeploymentSpec(Record):
    """One entry of ``deployments`` in prefect.yaml, its variables resolved."""

    name: str
    entrypoint: str
    description: str | None = Field(None, description="none: what the flow says of itself")
    tags: tuple[str, ...]
    parameters: JsonObject
    schedules: tuple[ScheduleSpec, ...] = ()
    concurrency_limit: LimitSpec | None = None
    work_pool: WorkSpec


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Return the names of what is not the same in both, in words."""
    return ", ".join(
        name.replace("_", " ") for name, value in after.items() if before.get(name) != value
    )
