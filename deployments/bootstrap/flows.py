"""Deployments: the flows by name, with form, defaults, schedule, limit and work pool."""

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate, DeploymentUpdate
from prefect.client.schemas.objects import (
    ConcurrencyLimitStrategy,
    ConcurrencyOptions,
    DeploymentSchedule,
)
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule
from prefect.exceptions import ObjectNotFound
from prefect.flows import Flow, load_flow_from_entrypoint
from prefect.utilities.callables import parameter_schema

from deployments.bootstrap.records import Change, DeploymentSpec, ScheduleSpec, differing


def put_deployment(
    client: SyncPrefectClient, spec: DeploymentSpec, *, dry: bool
) -> Iterator[Change]:
    """Make the deployment of ``spec``, or change what is other there; then its schedules."""
    flow: Flow[..., Any] = load_flow_from_entrypoint(spec.entrypoint)
    name, wanted = f"{flow.name}/{spec.name}", _wanted(flow, spec)
    try:
        found = client.read_deployment_by_name(name)
    except ObjectNotFound:
        if not dry:
            _make(client, flow, spec, wanted)
        yield Change(verb="made", kind="deployment", name=name)
        return
    detail = differing(_there(found), wanted)
    if detail and not dry:
        update = wanted | {"concurrency_options": _options(spec)}
        client.update_deployment(found.id, DeploymentUpdate(**update))
    yield Change(verb="changed" if detail else "kept", kind="deployment", name=name, detail=detail)
    for schedule in spec.schedules:
        there = next((one for one in found.schedules if one.slug == schedule.slug), None)
        yield _put_schedule(client, found, schedule, there, dry=dry)


def _wanted(flow: Flow[..., Any], spec: DeploymentSpec) -> dict[str, Any]:
    """Return what the deployment says, all but its schedules."""
    return {
        "entrypoint": spec.entrypoint,
        "description": spec.description or flow.description,
        "version": version("rs-gpt4v"),
        "tags": sorted(spec.tags),
        "parameters": spec.parameters,
        "parameter_openapi_schema": parameter_schema(flow).model_dump(exclude_unset=True),
        "enforce_parameter_schema": True,
        "work_pool_name": spec.work_pool.name,
        "job_variables": spec.work_pool.job_variables,
        "concurrency_limit": spec.concurrency_limit.limit if spec.concurrency_limit else None,
        "pull_steps": [],
    }


def _there(found: DeploymentResponse) -> dict[str, Any]:
    """Return what a deployment on the server says, in the same terms."""
    same = (
        "entrypoint", "description", "version", "parameters", "parameter_openapi_schema",
        "enforce_parameter_schema", "work_pool_name", "job_variables",
    )  # fmt: skip
    said = {name: getattr(found, name) for name in same}
    limit = found.global_concurrency_limit
    return said | {
        "tags": sorted(found.tags),
        "concurrency_limit": limit.limit if limit else None,
        "pull_steps": found.pull_steps or [],
    }


def _make(
    client: SyncPrefectClient, flow: Flow[..., Any], spec: DeploymentSpec, wanted: dict[str, Any]
) -> None:
    schedules = [
        DeploymentScheduleCreate(slug=one.slug, schedule=_cron(one), active=one.active)
        for one in spec.schedules
    ]
    client.create_deployment(
        client.create_flow_from_name(flow.name), spec.name, schedules=schedules,
        concurrency_options=_options(spec), **wanted,
    )  # fmt: skip


def _put_schedule(
    client: SyncPrefectClient,
    deployment: DeploymentResponse,
    spec: ScheduleSpec,
    found: DeploymentSchedule | None,
    *,
    dry: bool,
) -> Change:
    """Give a deployment the schedule of ``spec``; whether it is on stays as it is found."""
    name = f"{deployment.name}: {spec.cron} {spec.timezone}"
    if found is None:
        if not dry:
            client.create_deployment_schedules(
                deployment.id,
                [
                    DeploymentScheduleCreate(
                        slug=spec.slug, schedule=_cron(spec), active=spec.active
                    )
                ],
            )
        return Change(verb="made", kind="schedule", name=name)
    detail = "on" if found.active else "off"
    if found.schedule == _cron(spec):
        return Change(verb="kept", kind="schedule", name=name, detail=detail)
    if not dry:
        client.update_deployment_schedule(deployment.id, found.id, schedule=_cron(spec))
    return Change(verb="changed", kind="schedule", name=name, detail=detail)


def _cron(spec: ScheduleSpec) -> CronSchedule:
    return CronSchedule(cron=spec.cron, timezone=spec.timezone)


def _options(spec: DeploymentSpec) -> ConcurrencyOptions | None:
    if spec.concurrency_limit is None:
        return None
    strategy = ConcurrencyLimitStrategy(spec.concurrency_limit.collision_strategy)
    return ConcurrencyOptions(collision_strategy=strategy)
