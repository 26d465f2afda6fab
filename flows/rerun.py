"""A run that is started again: it keeps its version, and goes on from a release that it made.

Prefect starts a run again by the same id where it is retried, suspended and resumed, or was lost
with its machine. What stages made and answers that came are found by their content; what is left is
the name of the release, and what follows its commit.
"""

from itertools import chain, count
from typing import Final

from prefect.runtime import flow_run

from flows.clock import stamp
from schemas.errors import PipelineError
from schemas.params import BuildParams
from schemas.release import Manifest
from tasks.storage.releases import read_manifest, versions
from tasks.storage.store import Store

MOST: Final = 10
"""Times that one run is started: a run that ends its machine each time is not tried for ever."""


def run_version() -> str:
    """Return the version of a run that names none: the time for which it was planned, UTC."""
    return stamp(flow_run.scheduled_start_time)


def begun(root: str, version: str, params: BuildParams) -> tuple[str, Manifest | None]:
    """Return the version under which this run makes its release, and the release if it did already.

    A release is never changed: where this run made one that lacks shards, it makes the whole one as
    VERSION-2, and so on. Raises PipelineError where the run was started too often.
    """
    if flow_run.run_count > MOST:
        raise PipelineError(
            f"This run was started {flow_run.run_count} times and never came to its end, so it is "
            "given up. Its log says where it ended; a new run goes on from all that is finished."
        )
    if flow_run.run_count < 2:
        return version, None
    store = Store(root)
    there = versions(store)
    for name in chain((version,), (f"{version}-{number}" for number in count(2))):
        made = read_manifest(store, name) if name in there else None
        if made is None or made.parameters != params or not made.failed:
            break
    return name, made if made is not None and made.parameters == params else None
