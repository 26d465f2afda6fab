"""Automations: what happens by itself when a run fails, is held back, is late or loses its machine."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.events.schemas.automations import AutomationCore

from deployments.bootstrap.files import read_automations
from deployments.bootstrap.records import Change, JsonObject, differing

NOTIFY: Final = "send-notification"
NOTHING: Final[JsonObject] = {"type": "do-nothing"}
COMPARED: Final = ("description", "trigger", "actions")


def put_automations(
    client: SyncPrefectClient, channel: UUID | None, *, dry: bool
) -> Iterator[Change]:
    """Make the automations, or change what is other there; whether one is on stays as it is found.

    Those that notify do it through the block ``channel``; without one they only leave an event.
    """
    for entry in read_automations():
        yield _put(client, AutomationCore.model_validate(_through(entry, channel)), dry=dry)


def _put(client: SyncPrefectClient, wanted: AutomationCore, *, dry: bool) -> Change:
    found = next(iter(client.read_automations_by_name(wanted.name)), None)
    if found is None:
        if not dry:
            client.create_automation(wanted)
        return Change(verb="made", kind="automation", name=wanted.name)
    detail = differing(_compared(found), _compared(wanted))
    if detail and not dry:
        client.update_automation(found.id, wanted.model_copy(update={"enabled": found.enabled}))
    return Change(
        verb="changed" if detail else "kept",
        kind="automation",
        name=wanted.name,
        detail=detail or ("" if found.enabled else "off"),
    )


def _through(entry: JsonObject, channel: UUID | None) -> JsonObject:
    """Return an automation whose notifications go through ``channel``."""
    actions: Any = entry["actions"]
    return entry | {"actions": [_action(action, channel) for action in actions]}


def _action(action: Any, channel: UUID | None) -> JsonObject:
    if action["type"] != NOTIFY:
        return dict(action)
    return {**action, "block_document_id": str(channel)} if channel else NOTHING


def _compared(automation: AutomationCore) -> dict[str, Any]:
    """Return what is compared: sets in one order, and without the ids that a server gives to triggers."""
    said = automation.model_dump(mode="json", include=set(COMPARED))
    return {name: _settled(said[name]) for name in COMPARED}


def _settled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _settled(one) for key, one in value.items() if key != "id"}
    if not isinstance(value, list):
        return value
    settled = [_settled(one) for one in value]
    return sorted(settled) if all(isinstance(one, str) for one in settled) else settled
