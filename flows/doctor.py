"""The Prefect server as the doctor looks at it: reached, of our version, with pools and limits."""

from collections.abc import Iterator
from typing import Final

from packaging.version import Version
from prefect import __version__
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import WorkerStatus, WorkPool
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL

from flows.allowance import LIMIT
from schemas.checkup import Checked, doubtful, well, wrong
from schemas.params import BuildParams
from schemas.settings import Settings

MAKE_LIMIT: Final = f"prefect gcl create {LIMIT} --limit 1000"
UNAUTHORIZED: Final = 401


def check_prefect(params: BuildParams, where: Settings) -> Iterator[Checked]:
    """Yield what is to be said of the Prefect server that the environment names."""
    url = PREFECT_API_URL.value()
    if not url:
        yield _own_server(params, where)
        return
    with get_client(sync_client=True) as client:
        trouble = client.api_healthcheck()
        if trouble is not None:
            yield wrong(
                "Prefect", "server",
                f"{url} does not answer ({type(trouble).__name__}: {trouble})",
                "start it (“prefect server start”), or let PREFECT_API_URL name one that runs, its "
                "path /api included",
            )  # fmt: skip
            return
        try:
            version = client.api_version()
        except PrefectHTTPStatusError as error:
            yield _refused(url, error.response.status_code)
            return
        yield _version(url, version)
        yield from _pools(client)
        yield _limit(client, params)


def _own_server(params: BuildParams, where: Settings) -> Checked:
    """Say what comes of it that no server is named."""
    needs = [
        name
        for name, needed in (
            ("--approval.ask, which waits for a click in its pages", params.approval.ask),
            ("a Dask cluster", params.runner.kind == "dask" and where.dask_address is not None),
            ("a Ray cluster", params.runner.kind == "ray" and where.ray_address is not None),
        )
        if needed
    ]
    found = "PREFECT_API_URL names no server, so each build starts one of its own"
    if not needs:
        return well("Prefect", "server", found)
    remedy = "start one (“prefect server start”) and let PREFECT_API_URL name it"
    return wrong("Prefect", "server", f"{found}; {needs[0]} needs one that stays", remedy)


def _refused(url: str, status: int) -> Checked:
    if status != UNAUTHORIZED:
        return wrong(
            "Prefect", "server", f"{url} answered {status}: it is no Prefect API",
            "let PREFECT_API_URL name the server's API, its path /api included",
        )  # fmt: skip
    given = "the one that is set is wrong" if PREFECT_API_AUTH_STRING.value() else "none is set"
    return wrong(
        "Prefect", "server", f"{url} asks for user and password; {given}",
        "set PREFECT_API_AUTH_STRING to what PREFECT_SERVER_API_AUTH_STRING is at the server",
    )  # fmt: skip


def _version(url: str, found: str) -> Checked:
    server, ours = Version(found), Version(__version__)
    remedy = f"run the server in the version of this environment: pip install 'prefect=={ours}'"
    if server.major != ours.major:
        said = f"{url} is Prefect {server}, this is {ours}: they do not understand each other"
        return wrong("Prefect", "version", said, remedy)
    if server < ours:
        said = f"{url} is Prefect {server}, older than this {ours}"
        return doubtful("Prefect", "version", said, remedy)
    return well("Prefect", "version", f"{url} is Prefect {server}, this is {ours}")


def _pools(client: SyncPrefectClient) -> Iterator[Checked]:
    pools = client.read_work_pools()
    if not pools:
        yield doubtful(
            "Prefect", "work pools", "there is none, so no deployment can run",
            "make one: prefect work-pool create default --type process",
        )  # fmt: skip
    for pool in pools:
        yield _pool(client, pool)


def _pool(client: SyncPrefectClient, pool: WorkPool) -> Checked:
    subject = f"work pool {pool.name}"
    if pool.is_paused:
        remedy = f"prefect work-pool resume {pool.name}"
        return wrong("Prefect", subject, "it is paused: its runs wait", remedy)
    if pool.concurrency_limit == 0:
        remedy = f"prefect work-pool clear-concurrency-limit {pool.name}"
        return wrong("Prefect", subject, "its limit is 0: its runs wait", remedy)
    if pool.is_push_pool or pool.is_managed_pool:
        return well("Prefect", subject, f"{pool.type}, which needs no worker")
    workers = client.read_workers_for_work_pool(pool.name)
    online = [worker for worker in workers if worker.status is WorkerStatus.ONLINE]
    if not online:
        remedy = f"start one: prefect worker start --pool {pool.name} --type {pool.type}"
        return wrong("Prefect", subject, "no worker is online: its runs stay late", remedy)
    return well("Prefect", subject, f"{pool.type}, {len(online)} of {len(workers)} workers online")


def _limit(client: SyncPrefectClient, params: BuildParams) -> Checked:
    """Say whether processes that use one key will share its limits."""
    subject = f"limit {LIMIT}"
    try:
        limit = client.read_global_concurrency_limit_by_name(LIMIT)
    except ObjectNotFound:
        if params.teacher.kind == "offline":
            return well("Prefect", subject, "there is none; the built-in rules need none")
        return doubtful(
            "Prefect", subject,
            "there is none: processes that use one key at once do not share its limits", MAKE_LIMIT,
        )  # fmt: skip
    if not limit.active or limit.limit < 1:
        remedy = f"prefect gcl update {LIMIT} --limit 1000 --enable"
        return wrong("Prefect", subject, "it is switched off or 0: builds wait for ever", remedy)
    return well("Prefect", subject, f"{limit.active_slots} of {limit.limit} slots are held")
