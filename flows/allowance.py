"""Processes that use one key share its limits: as many shares as slots that are held.

A flow run holds one for each process that works for it. The slots are those of a global concurrency limit on the Prefect server, made once by
``prefect gcl create rs-gpt4v-teacher --limit 1000``. Where there is none, RS_GPT4V_SHARE says what
part of the limits a process may use.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import Final

from prefect.client.orchestration import get_client
from prefect.concurrency.sync import concurrency
from prefect.exceptions import ObjectNotFound

from flows.beside import beside

log = logging.getLogger(__name__)

LIMIT: Final = "rs-gpt4v-teacher"
EVERY: Final = 30.0  # seconds between two looks at how many share


@contextmanager
def shared_allowance(
    take: Callable[[float], None], processes: int = 1, every: float = EVERY
) -> Iterator[None]:
    """Hold slots while the block runs; tell ``take`` which part of the limits each process has.

    Does nothing where the server has no limit of that name.
    """
    if holders() is None:
        yield
        return
    with (
        concurrency(LIMIT, occupy=processes, strict=True),
        beside(lambda done: _watch(take, done, every)),
    ):
        yield


def holders() -> int | None:
    """Return how many slots are held; None where the server has no such limit."""
    with get_client(sync_client=True) as client:
        try:
            return client.read_global_concurrency_limit_by_name(LIMIT).active_slots
        except ObjectNotFound:
            return None


def _watch(take: Callable[[float], None], done: Event, every: float) -> None:
    """Tell the share now and whenever it has changed, until ``done``."""
    told = 0.0
    while True:
        share = 1 / max(1, _holders_or_none() or 1)
        if share != told:
            log.info("a process may use %.0f %% of the teacher's limits", 100 * share)
            take(share)
            told = share
        if done.wait(every):
            return


def _holders_or_none() -> int | None:
    try:
        return holders()
    except Exception:  # noqa: BLE001  # a server that is away for a moment must not end a build
        log.warning("the Prefect server does not say how many share the teacher's limits")
        return None
