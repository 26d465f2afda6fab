"""What the teacher is doing, shown in the Prefect UI while a build runs."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import Final
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import ArtifactCreate, ArtifactUpdate
from prefect.runtime import flow_run

from flows.beside import beside
from tasks.model.engine.host import limits_used
from tasks.model.engine.meter import METER, Reading, sentence

log = logging.getLogger(__name__)

KEY: Final = "teacher"
EVERY: Final = 10.0  # seconds


@contextmanager
def shown_live(read: Callable[[], Reading] = METER.read, every: float = EVERY) -> Iterator[None]:
    """Keep a progress artifact up to date while the block runs, from the first answer on."""
    run = UUID(flow_run.id)
    with beside(lambda done: _watch(run, read, done, every)):
        yield


def _watch(run: UUID, read: Callable[[], Reading], done: Event, every: float) -> None:
    artifact: UUID | None = None
    shown = 0
    ended = False
    while not ended:
        ended = done.wait(every)
        reading = read()
        if reading.answered == shown:
            continue
        shown = reading.answered
        try:
            with get_client(sync_client=True) as client:
                artifact = _put(client, run, artifact, reading)
        except Exception:  # noqa: BLE001  # a server that is away for a moment must not end a build
            log.warning("the teacher's progress cannot be shown at the moment")


def _put(client: SyncPrefectClient, run: UUID, artifact: UUID | None, reading: Reading) -> UUID:
    """Make or change the artifact and return its id."""
    percent, said = 100 * (reading.fraction or 0.0), sentence(reading, limits_used(reading))
    if artifact is not None:
        client.update_artifact(artifact, ArtifactUpdate(data=percent, description=said))
        return artifact
    made = ArtifactCreate(
        key=KEY, type="progress", data=percent, description=said, flow_run_id=run
    )  # fmt: skip
    return client.create_artifact(made).id
