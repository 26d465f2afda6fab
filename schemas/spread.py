"""What passes between a build that is spread over machines and the runs that do its shards."""

from typing import ClassVar

from pydantic import Field

from schemas.record import Record
from schemas.release import Part


class SpreadParams(Record):
    """How the shards of a build are spread over runs; changes nothing of its data."""

    shapes_data: ClassVar[bool] = False

    deployment: str = Field(
        "build-shards/build-shards", title="Deployment",
        description="Of the flow build-shards, as FLOW/DEPLOYMENT: each of its runs does a few "
        "shards, in a pod of its own where its work pool is a cluster.",
    )  # fmt: skip
    shards_a_run: int = Field(
        8, ge=1, le=200, title="Shards a run",
        description="More make fewer starts of pods, fewer lose less where a pod is lost.",
    )  # fmt: skip
    at_once: int = Field(
        8,
        ge=1,
        le=500,
        title="Runs at once",
        description="At most; the others wait for their turn.",
    )


class ShardWork(Record):
    """What a run is to do about one shard: with no place for its scenes yet, it only ingests them."""

    shard: int = Field(ge=0)
    scanned: tuple[Part, ...] = Field(description="candidates of all sources that are in it")
    placed: Part | None = Field(None, description="where its scenes go, once all were seen")
