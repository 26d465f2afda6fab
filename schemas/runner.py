"""Where the task runs of a build are worked on: a parameter that changes its time, never its data."""

from typing import ClassVar, Literal

from pydantic import Field

from schemas.form import Params


class RunnerParams(Params):
    """What works on the shards. Where a cluster is that stands already, the settings say."""

    shapes_data: ClassVar[bool] = False

    kind: Literal["local", "process", "dask", "ray"] = Field(
        "local", title="Runner",
        description="local: threads of the flow's process; process: processes of its machine; dask, "
        "ray: a cluster of theirs, started for the build unless the settings name one.",
    )  # fmt: skip
    workers: int | None = Field(
        None, ge=1, le=256, title="Workers",
        description="Shards worked on at once; by default what RS_GPT4V_WORKERS says. A cluster that "
        "stands already has as many as it has.",
    )  # fmt: skip
