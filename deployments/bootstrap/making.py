"""The bootstrap itself: one thing after another, each of which says what it changed."""

from collections.abc import Iterator

from prefect.client.orchestration import get_client

from deployments.bootstrap.automations import put_automations
from deployments.bootstrap.blocks import put_channel, put_secret
from deployments.bootstrap.files import read_deployments, read_profile, read_template
from deployments.bootstrap.flows import put_deployment
from deployments.bootstrap.places import put_limit, put_pool, put_variables, values_with
from deployments.bootstrap.records import Change, Request


def bootstrap(request: Request) -> Iterator[Change]:
    """Make what ``request`` asks for on the server that PREFECT_API_URL names.

    Nothing is changed where ``request.dry_run``; what would be is said all the same. Raises
    UsageError where something cannot be made of what is given.
    """
    profile, dry = read_profile(request.profile), request.dry_run
    with get_client(sync_client=True) as client:
        values = values_with(client, profile.variables, request.variables)
        yield from put_variables(client, values, dry=dry)
        yield put_pool(client, profile.pool, read_template(profile.pool), dry=dry)
        for name, limit in profile.limits.items():
            yield put_limit(client, name, limit, dry=dry)
        if request.secret is not None:
            yield put_secret(client, request.secret, request.key, dry=dry)
        channel, change = put_channel(client, request.notify_url, dry=dry)
        yield change
        for spec in read_deployments(values):
            yield from put_deployment(client, spec, dry=dry)
        yield from put_automations(client, channel, dry=dry)
