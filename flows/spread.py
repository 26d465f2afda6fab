"""A build whose shards are made by runs of a deployment, on as many machines as take them.

    spread-build ─ scan ─┬ build-shards ┬─ identify ─┬ build-shards ┬─ build-dataset
                         ├ build-shards ┤            ├ build-shards ┤  finds every part
                         └ to ingest    ┘            └ tile … valid.┘  and publishes

Nothing is handed over but references to parts in the root. What a run that failed leaves undone, the
build does itself, or says why it cannot. A run is known by its place in this one, so where this flow
is started again on another machine, it finds the runs that it started.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, cast
from uuid import UUID

from prefect import allow_failure, flow, get_run_logger
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import run_deployment
from prefect.runtime import flow_run

from flows.build_dataset import DEFAULTS, build_dataset, ingest_stages, scan_sources
from flows.ending import ending_soon
from flows.key import key_from
from flows.outcome import by_shard, in_order
from flows.rerun import run_version
from flows.runners import ChosenRunner, check_runner
from schemas.errors import UsageError
from schemas.params import BuildParams, ServiceParams
from schemas.release import Located, Manifest, Part
from schemas.spread import ShardWork, SpreadParams
from tasks._stage import Where
from tasks.check import check_build
from tasks.identify import identify_scenes

EVERY: Final = 5.0  # seconds between two looks at the runs
SPREAD: Final = SpreadParams()
Start: TypeAlias = Callable[[str, Sequence[ShardWork]], UUID]


@dataclass(frozen=True)
class Order:
    """Who is to do shards, and what they are told beside these."""

    root: str
    params: BuildParams
    deployment: str

    def start(self, name: str, group: Sequence[ShardWork]) -> UUID:
        """Start the run ``name`` of this flow run for ``group``; the same one where it is there."""
        made = run_deployment(
            self.deployment,
            parameters={
                "root": self.root,
                "work": [one.model_dump(mode="json") for one in group],
                "params": self.params.model_dump(mode="json"),
            },
            flow_run_name=f"{flow_run.name}-{name}",
            idempotency_key=f"{flow_run.id}-{name}",
            timeout=0,
        )
        return cast(FlowRun, made).id  # a coroutine only where a loop runs


@flow(name="spread-build", task_runner=ChosenRunner())
def spread_build(
    root: str,
    version: str | None = None,
    params: BuildParams = DEFAULTS,
    spread: SpreadParams = SPREAD,
) -> Manifest:
    """Build a release as build-dataset does, with shards made by other runs, on many machines.

    Raises what build-dataset raises, and UsageError for a budget that cannot be divided.

    Args:
        root: URL that holds stages, answers and releases, where all machines see it.
        version: Name of the release. By default the time for which the run is planned, UTC.
        params: Everything that decides what the release contains.
        spread: How the shards are spread.
    """
    version = version or run_version()
    with ending_soon(), key_from(params.service):
        check_runner(params.runner)
        if flow_run.run_count < 2:  # else the release may be there already
            check_build(root, version, params)
        shards = by_shard(scan_sources(root, params))
        chosen = set(params.canary.of(shards))
        service = one_share(params.service, -(-len(chosen) // spread.shards_a_run) + 1)
        params = params.model_copy(update={"service": service})
        order = Order(root, params, spread.deployment)
        work = [ShardWork(shard=shard, scanned=parts) for shard, parts in shards.items()]
        finish(order.start, spread, "ingest", work)
        placed = zip(work, places(root, shards, params), strict=True)
        work = [
            one.model_copy(update={"placed": part}) for one, part in placed if one.shard in chosen
        ]
        finish(order.start, spread, "stages", work)
    return build_dataset.fn(root, version, params)  # in this run: started again, it goes on


def one_share(service: ServiceParams, runs: int) -> ServiceParams:
    """Return what one of ``runs`` may spend: what is spent is known to one machine alone.

    Raises UsageError for a budget that is for ever: it cannot be divided among machines of which
    each counts what all have spent.
    """
    if service.budget is None:
        return service
    if service.period == "ever":
        raise UsageError(
            "A budget for ever is counted on one machine, and spread-build uses many. Set "
            "service.period to day or month: each run may then spend its part of the budget."
        )
    return service.model_copy(update={"budget": service.budget / runs})


def finish(start: Start, spread: SpreadParams, name: str, work: Sequence[ShardWork]) -> None:
    """Have ``work`` done by runs of a few shards each, some at once, and wait for them all."""
    waiting = list(enumerate(_groups(work, spread.shards_a_run)))
    runs: set[UUID] = set()
    while waiting or runs:
        while waiting and len(runs) < spread.at_once:
            number, group = waiting.pop(0)
            runs.add(start(f"{name}-{number}", group))
        runs -= _ended(runs)
        if runs:
            time.sleep(EVERY)


def _groups(work: Sequence[ShardWork], size: int) -> Iterator[Sequence[ShardWork]]:
    for start in range(0, len(work), size):
        yield work[start : start + size]


def _ended(runs: set[UUID]) -> set[UUID]:
    """Return those of ``runs`` that are over; says which did not end well."""
    with get_client(sync_client=True) as client:
        wanted = FlowRunFilter(id=FlowRunFilterId(any_=list(runs)))
        found = client.read_flow_runs(flow_run_filter=wanted, limit=len(runs))
    over = [run for run in found if run.state is not None and run.state.is_final()]
    for run in over:
        if run.state is not None and not run.state.is_completed():
            get_run_logger().warning(
                "run %s ended %s: %s; this run does its shards", run.name, run.state.name,
                run.state.message,
            )  # fmt: skip
    return {run.id for run in over} | (runs - {run.id for run in found})


def places(
    root: str, shards: Mapping[int, tuple[Part, ...]], params: BuildParams
) -> Sequence[Part]:
    """Return where the scenes of every shard go, of ingested parts that are there already."""
    where = [Where(root=root, shard=shard) for shard in shards]
    _, scenes = ingest_stages(where, list(shards.values()), params)
    every = Located(parts=tuple(part for parts in shards.values() for part in parts))
    identified = identify_scenes.submit(root, allow_failure(scenes), params.split, every)
    return in_order(identified.result().placed, shards)
