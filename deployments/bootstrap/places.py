"""Prefect variables, the work pool and global concurrency limits."""

from collections.abc import Iterator, Mapping

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import (
    GlobalConcurrencyLimitCreate,
    VariableCreate,
    VariableUpdate,
    WorkPoolCreate,
    WorkPoolUpdate,
)
from prefect.exceptions import ObjectNotFound
from pydantic import JsonValue

from deployments.bootstrap.records import Change, JsonObject, PoolSpec, differing
from schemas.errors import UnknownName, UsageError


def values_with(
    client: SyncPrefectClient, begin: Mapping[str, JsonValue], given: Mapping[str, JsonValue]
) -> JsonObject:
    """Return the variables' values: as ``given``, else as the server has them, else as they ``begin``."""
    for name in given:
        if name not in begin:
            raise UnknownName("variable", name, begin)
    found = {name: client.read_variable_by_name(name) for name in begin}
    return {
        name: given[name] if name in given else there.value if there else begin[name]
        for name, there in found.items()
    }


def put_variables(
    client: SyncPrefectClient, values: Mapping[str, JsonValue], *, dry: bool
) -> Iterator[Change]:
    """Make or change the variables so that they have ``values``."""
    for name, value in values.items():
        found = client.read_variable_by_name(name)
        if found is None:
            if not dry:
                client.create_variable(VariableCreate(name=name, value=value))
            yield Change(verb="made", kind="variable", name=name, detail=str(value))
        elif found.value == value:
            yield Change(verb="kept", kind="variable", name=name)
        else:
            if not dry:
                client.update_variable(VariableUpdate(name=name, value=value))
            yield Change(
                verb="changed", kind="variable", name=name, detail=f"{found.value} → {value}"
            )


def put_pool(
    client: SyncPrefectClient, spec: PoolSpec, template: JsonObject, *, dry: bool
) -> Change:
    """Make the work pool, or give it the ``template`` of its jobs."""
    try:
        found = client.read_work_pool(spec.name)
    except ObjectNotFound:
        if not dry:
            client.create_work_pool(
                WorkPoolCreate(name=spec.name, type=spec.type, base_job_template=template)
            )
        return Change(verb="made", kind="work pool", name=spec.name, detail=spec.type)
    if found.type != spec.type:
        raise UsageError(
            f"Work pool “{spec.name}” is of type {found.type}, not {spec.type}. Rename or delete it "
            f"(“prefect work-pool delete {spec.name}”), and bootstrap again."
        )
    detail = differing(
        {"base_job_template": found.base_job_template}, {"base_job_template": template}
    )
    if not detail:
        return Change(verb="kept", kind="work pool", name=spec.name)
    if not dry:
        client.update_work_pool(spec.name, WorkPoolUpdate(base_job_template=template))
    return Change(verb="changed", kind="work pool", name=spec.name, detail=detail)


def put_limit(client: SyncPrefectClient, name: str, limit: int, *, dry: bool) -> Change:
    """Make a global concurrency limit; one that is there is left as it is."""
    try:
        found = client.read_global_concurrency_limit_by_name(name)
    except ObjectNotFound:
        if not dry:
            client.create_global_concurrency_limit(
                GlobalConcurrencyLimitCreate(name=name, limit=limit)
            )
        return Change(verb="made", kind="limit", name=name, detail=f"{limit}")
    detail = "" if found.limit == limit else f"{found.limit}, by default it is {limit}"
    return Change(verb="kept", kind="limit", name=name, detail=detail)
