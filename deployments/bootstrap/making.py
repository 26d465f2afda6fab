"""The bootstrap itself: one thing after another, each of which says what it changed."""

import time
from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.exceptions import PrefectHTTPStatusError

from deployments.bootstrap.automations import put_automations
from deployments.bootstrap.blocks import put_channel, put_secret
from deployments.bootstrap.files import read_deployments, read_profile, read_template
from deployments.bootstrap.flows import put_deployment
from deployments.bootstrap.places import put_limit, put_pool, put_variables, values_with
from deployments.bootstrap.records import Change, Request
from schemas.errors import UsageError

READY_WITHIN: Final = 60.0  # seconds; a server that was started just now is busy with its imports


def bootstrap(request: Request) -> Iterator[Change]:
    """Make what ``request`` asks for on the server that PREFECT_API_URL names.

    Nothing is changed where ``request.dry_run``; what would be is said all the same. Raises
    UsageError where something cannot be made of what is given, or the server is not reached.
    """
    profile, dry = read_profile(request.profile), request.dry_run
    with get_client(sync_client=True) as client:
        _reach(client)
        values = values_with(client, profile.variables, request.variables)
        yield from put_variables(client, values, dry=dry)
        yield put_pool(client, profile.pool, read_template(profile.pool, values), dry=dry)
        for name, limit in profile.limits.items():
            yield put_limit(client, name, limit, dry=dry)
        if request.secret is not None:
            yield put_secret(client, request.secret, request.key, dry=dry)
        channel, change = put_channel(client, request.notify_url, dry=dry)
        yield change
        for spec in read_deployments(values):
            yield from put_deployment(client, spec, dry=dry)
        yield from put_automations(client, channel, dry=dry)


def _reach(client: SyncPrefectClient) -> None:
    """Wait until the server answers; raise UsageError where it does not, or not to us."""
    deadline = time.monotonic() + READY_WITHIN
    while (error := client.api_healthcheck()) is not None:
        if time.monotonic() > deadline:
            raise UsageError(
                f"No Prefect server answers at {client.api_url} ({error}). Start one by “prefect "
                "server start”, or let PREFECT_API_URL name the one you have."
            )
        time.sleep(0.5)
    try:
        client.api_version()
    except PrefectHTTPStatusError as refused:
        if refused.response.status_code != HTTPStatus.UNAUTHORIZED:
            raise
        raise UsageError(
            f"The Prefect server at {client.api_url} wants its password: "
            "export PREFECT_API_AUTH_STRING=user:password"
        ) from refused
