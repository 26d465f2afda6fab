"""Blocks: where notifications go, and the key of the teacher's endpoint. Both are secrets."""

from typing import Final, TypeVar, cast
from uuid import UUID

from prefect.blocks.core import Block
from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.blocks.system import Secret
from prefect.client.orchestration import SyncPrefectClient
from prefect.exceptions import ObjectNotFound
from prefect.types import SecretDict
from pydantic import SecretStr

from deployments.bootstrap.records import Change
from schemas.errors import UsageError

B = TypeVar("B", bound=Block)

CHANNEL: Final = "rs-gpt4v-notify"
UNMADE: Final = UUID(int=0)
"""Stands for the block that a dry run does not make."""


def put_channel(
    client: SyncPrefectClient, url: SecretStr | None, *, dry: bool
) -> tuple[UUID | None, Change]:
    """Make or change the block that posts notifications to ``url``; return its id if there is one.

    What is posted is JSON with the field ``text``, which chat systems' webhooks understand.
    """
    found = _found(client, CustomWebhookNotificationBlock, CHANNEL)
    if url is None:
        detail = "" if found else "none yet: set RS_GPT4V_NOTIFY_URL and bootstrap again"
        return found, Change(verb="kept", kind="notifications", name=CHANNEL, detail=detail)
    block = CustomWebhookNotificationBlock(
        name="RS-GPT4V",
        url="{{url}}",
        json_data={"text": "{{subject}}\n{{body}}"},
        secrets=SecretDict({"url": url.get_secret_value()}),
    )
    if found and _loaded(CustomWebhookNotificationBlock, CHANNEL).secrets == block.secrets:
        return found, Change(verb="kept", kind="notifications", name=CHANNEL)
    verb = "changed" if found else "made"
    return _saved(block, CHANNEL, dry=dry), Change(verb=verb, kind="notifications", name=CHANNEL)


def put_secret(client: SyncPrefectClient, name: str, key: SecretStr | None, *, dry: bool) -> Change:
    """Keep ``key`` on the server as the Secret ``name``; raises UsageError where there is none."""
    if key is None:
        raise UsageError(f"--secret {name}: OPENAI_API_KEY holds no key that could be kept there.")
    found = _found(client, Secret, name)
    if found and str(_loaded(Secret, name).get()) == key.get_secret_value():
        return Change(verb="kept", kind="secret", name=name)
    _saved(Secret(value=key), name, dry=dry)
    return Change(verb="changed" if found else "made", kind="secret", name=name)


def _found(client: SyncPrefectClient, kind: type[Block], name: str) -> UUID | None:
    try:
        return client.read_block_document_by_name(name, kind.get_block_type_slug()).id
    except ObjectNotFound:
        return None


def _loaded(kind: type[B], name: str) -> B:
    return cast("B", kind.load(name))


def _saved(block: Block, name: str, *, dry: bool) -> UUID:
    return UNMADE if dry else cast("UUID", block.save(name, overwrite=True))
