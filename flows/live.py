"""How far a build is, shown in the Prefect UI while it runs: one artifact that is changed.

Whether the run is suspended is looked at as often.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Lock
from typing import Final
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import ArtifactCreate, ArtifactUpdate
from prefect.runtime import flow_run

from flows.beside import beside
from flows.ending import stop, suspension
from flows.outcome import CHAIN
from schemas.release import Part
from tasks._stage import progress
from tasks.model.engine.host import limits_used
from tasks.model.engine.meter import METER, Reading, sentence, span

log = logging.getLogger(__name__)

KEY: Final = "progress"
EVERY: Final = 5.0  # seconds between two changes at least


@dataclass(frozen=True)
class Shown:
    """What the artifact says: how much is done, in percent, and in words."""

    percent: float
    said: str


class Parts(logging.Handler):
    """Counts the parts that stages report."""

    def __init__(self) -> None:
        """Count from now on."""
        super().__init__(logging.INFO)
        self._lock, self._start = Lock(), time.monotonic()
        self._shards: set[int] = set()
        self._done: dict[str, int] = {}
        self._rows = self._rejections = 0
        self.whole = False  # whether all that follows the parts is done, too

    def emit(self, record: logging.LogRecord) -> None:
        """Count the part that ``record`` carries."""
        part = getattr(record, "part", None)
        if not isinstance(part, Part):
            return
        with self._lock:
            if part.stage == "scan":
                self._shards.add(part.shard)
            if part.stage in CHAIN:
                self._done[part.stage] = self._done.get(part.stage, 0) + 1
                self._rows += part.rows
                self._rejections += part.rejections

    def shown(self, reading: Reading, used: float | None) -> Shown:
        """Return how far the build is, with what the teacher's ``reading`` says of it.

        Where it is known how many answers are to come, they are the measure: they take longest.
        """
        with self._lock:
            done, all_of = sum(self._done.values()), len(self._shards) * len(CHAIN)
            rows, rejections = self._rows, self._rejections
        share = min(done / all_of, 0.99) if all_of else 0.0
        said = f"{done:,} of {all_of:,} parts, {rows:,} rows, {rejections:,} rejected"
        if reading.done:
            said += f"; {sentence(reading, used)}"
        if self.whole:
            share = 1.0
        elif reading.fraction is not None and reading.fraction < 1:
            share = min(share, reading.fraction)
        elif share:
            said += f"; about {span((time.monotonic() - self._start) * (1 - share) / share)} left"
        return Shown(round(100 * share, 1), said)


@contextmanager
def shown_live(read: Callable[[], Reading] = METER.read, every: float = EVERY) -> Iterator[None]:
    """Keep a progress artifact up to date while the block runs."""
    run, parts = UUID(flow_run.id), Parts()
    level = progress.level
    progress.addHandler(parts)
    progress.setLevel(min(logging.INFO, level or logging.INFO))
    try:
        with beside(lambda done: _watch(run, lambda: _look(parts, read), done, every)):
            yield
            parts.whole = True
    finally:
        progress.removeHandler(parts)
        progress.setLevel(level)


def _look(parts: Parts, read: Callable[[], Reading]) -> Shown:
    reading = read()
    return parts.shown(reading, limits_used(reading))


def _watch(run: UUID, look: Callable[[], Shown], done: Event, every: float) -> None:
    artifact: UUID | None = None
    before: Shown | None = None
    ended = False
    with get_client(sync_client=True) as client:  # one for all looks: to open it is most of a look
        while not ended:
            ended = done.wait(every)
            shown, suspended = look(), False
            try:
                if shown != before:
                    artifact = _put(client, run, artifact, shown)
                before = shown
                suspended = not ended and suspension(client, run) is not None
            except Exception:  # noqa: BLE001  # a server that is away for a moment must not end a build
                log.warning("how far the build is cannot be shown at the moment")
            if suspended:
                stop()
                return


def _put(client: SyncPrefectClient, run: UUID, artifact: UUID | None, shown: Shown) -> UUID:
    """Make or change the artifact and return its id."""
    if artifact is not None:
        client.update_artifact(artifact, ArtifactUpdate(data=shown.percent, description=shown.said))
        return artifact
    made = ArtifactCreate(
        key=KEY, type="progress", data=shown.percent, description=shown.said, flow_run_id=run
    )  # fmt: skip
    return client.create_artifact(made).id
