"""How a night ended is told: kept in the root, sent as a Prefect event, and to blocks by name."""

import inspect
import json
import logging
from collections.abc import Iterable
from typing import Any, Final

from prefect.blocks.core import Block
from prefect.events import emit_event
from prefect.utilities.asyncutils import run_coro_as_sync

from schemas.errors import StorageError
from schemas.night import Night
from tasks.storage.store import Store

log = logging.getLogger(__name__)

EVENT: Final = "rs-gpt4v.night"


def tell(night: Night, blocks: Iterable[str] = ()) -> None:
    """Keep ``night`` below ``nights/`` of its root, emit its event, and notify ``blocks``.

    Nothing of it can fail the night: what does not work is logged.
    """
    log.info("night %s: %s", night.outcome, night.said)
    place = f"nights/{night.began.replace(':', '').replace('-', '')}.json"
    try:
        Store(night.root).write(place, (night.model_dump_json(indent=2) + "\n").encode())
    except StorageError as error:
        log.warning("the night could not be kept: %s", error)
    emit_event(
        event=f"{EVENT}.{night.outcome}",
        resource={
            "prefect.resource.id": f"rs-gpt4v.root.{night.root}",
            "prefect.resource.name": night.root,
            "rs-gpt4v.version": night.version,
        },
        payload=night.model_dump(mode="json", exclude={"diff": {"examples"}, "plan": True}),
    )
    for name in blocks:
        _notify(name, night)


def _notify(name: str, night: Night) -> None:
    """Send ``night`` to the block ``name``: by ``notify``, or a webhook by its ``call``."""
    subject = f"rs-gpt4v: {night.outcome.replace('_', ' ')}, {night.root}"
    try:
        block: Any = Block.load(name)
        if hasattr(block, "notify"):
            sent = block.notify(body=night.said, subject=subject)
        else:
            sent = block.call(payload={"subject": subject, **_payload(night)})
        if inspect.isawaitable(sent):
            run_coro_as_sync(_awaited(sent))
    except Exception:  # a night does not fail for the news of it
        log.warning("the block %s could not be notified", name, exc_info=True)


async def _awaited(sent: object) -> object:
    return await sent  # type: ignore[misc]


def _payload(night: Night) -> dict[str, object]:
    told: dict[str, object] = json.loads(night.model_dump_json(exclude={"diff", "plan", "pruned"}))
    return told
