"""A lease on a root: one run at a time, taken over safely when its holder died, and fenced.

    leases/<name>.json    who holds it, a fencing number that only grows, a beat that the holder
                          raises every third of the lease's time

Nobody compares clocks: who wants a lease watches the file, and takes it over when it did not change
for the lease's time on the watcher's own monotonic clock. The holder counts from before each beat,
so it gives up no later than another may take over. A holder that was stopped meanwhile and wakes up
finds its time over, and each write that carries its number is refused from the take-over on: see
“How to do distributed locking” (Kleppmann, 2016) for why the number is needed.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self
from uuid import uuid4

from pydantic import Field, ValidationError

from schemas.errors import LeaseHeld, LeaseLost, Overtaken, StorageError
from schemas.record import Record
from tasks.storage.files import Tagged
from tasks.storage.store import Store

FOLDER: Final = "leases"
SECONDS: Final = 60.0
BEATS: Final = 3  # in a lease's time
MARGIN: Final = 1.1  # how much longer a watcher waits, so that clocks may run at different speeds

log = logging.getLogger(__name__)


class LeaseState(Record):
    """What stands in the file of a lease."""

    fence: int = Field(ge=1, description="one more with every holder")
    holder: str = Field(description="a nonce")
    who: str = Field(description="machine and process, for people")
    seconds: float = Field(gt=0, description="without a beat, then the lease may be taken over")
    beat: int = Field(0, ge=0, description="raised by the holder while it lives")
    released: bool = False


class Lease:
    """A lease that is held, kept alive by a thread; ends with the ``with`` block."""

    def __init__(
        self,
        store: Store,
        path: str,
        state: LeaseState,
        tag: str,
        since: float,
        *,
        taken_over: bool,
        clock: Callable[[], float],
    ) -> None:
        """Hold ``state``, written with ``tag`` after ``since`` on ``clock``."""
        self.taken_over = taken_over
        self._store, self._path, self._clock = store, path, clock
        self._state, self._tag = state, tag
        self._until = since + state.seconds
        self._lost: str | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lease", daemon=True)
        self._thread.start()

    @property
    def fence(self) -> int:
        """The number that writes under this lease carry."""
        return self._state.fence

    def check(self) -> None:
        """Raise LeaseLost where another holds the lease, or could by now; asks nobody."""
        if self._lost is None and self._clock() > self._until:
            self._lost = f"it was not renewed for {self._state.seconds:g} s"
        if self._lost is not None:
            raise LeaseLost(
                f"The lease {self._store.url(self._path)} is lost ({self._lost}), so nothing more "
                "is written under it. What is finished is kept: run the same command again."
            )

    def confirm(self) -> None:
        """Raise LeaseLost where another holds the lease; asks the store."""
        self.check()
        found = self._store.fetch(self._path)
        state = _parsed(self._store, self._path, found)
        if state is None or state.holder != self._state.holder:
            self._lost = f"{state.who} has it now" if state else "its file is gone"
        self.check()

    def release(self) -> None:
        """Give the lease back; the number stays. Where that fails, it runs out."""
        self._over.set()
        self._thread.join()
        if self._lost is not None:
            return
        self._lost = "it was given back"
        state = self._state.model_copy(update={"released": True})
        try:
            self._store.replace(self._path, _written(state), self._tag)
        except StorageError as error:
            log.warning("A lease is left to run out: %s", error)

    def __enter__(self) -> Self:
        """Return the lease."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Give it back."""
        self.release()

    def _run(self) -> None:
        while not self._over.wait(self._state.seconds / BEATS) and self._lost is None:
            self._beat()

    def _beat(self) -> None:
        begun = self._clock()
        state = self._state.model_copy(update={"beat": self._state.beat + 1})
        try:
            self._tag = self._store.replace(self._path, _written(state), self._tag)
        except Overtaken:
            self._lost = "another has it now"
        except Exception as error:  # noqa: BLE001  # the thread must go on: the way may mend in time
            log.warning("A lease could not be renewed: %s", error)
        else:
            self._state, self._until = state, begun + state.seconds


def acquire(
    store: Store,
    name: str,
    *,
    seconds: float = SECONDS,
    patience: float = 0.0,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Lease:
    """Return the lease ``name`` of the root, waiting for it up to ``patience`` seconds.

    However small ``patience`` is, a holder is watched until it shows that it lives, or for its
    lease's time, after which it counts as dead. Raises LeaseHeld where it lives.
    """
    path = f"{FOLDER}/{name}.json"
    mine = LeaseState(fence=1, holder=uuid4().hex, who=_who(), seconds=seconds)
    given_up = clock() + patience
    while True:
        found = store.fetch(path)
        before = _parsed(store, path, found)
        begun = clock()
        over = before is not None and not before.released
        if found is not None and before is not None and over:
            if _lives(store, path, found, before.seconds, clock, sleep):
                if clock() >= given_up:
                    raise _held(store, path, before)
                continue
            begun = clock()
        state = mine.model_copy(update={"fence": before.fence + 1 if before else 1})
        try:
            if found is None:
                tag = store.create_new(path, _written(state))
            else:
                tag = store.replace(path, _written(state), found.tag)
        except Overtaken:
            continue  # another was faster: see whether it lives
        return Lease(store, path, state, tag, begun, taken_over=over, clock=clock)


def read_lease(store: Store, name: str) -> LeaseState | None:
    """Return what stands in the file of lease ``name``; None where nobody ever held it."""
    path = f"{FOLDER}/{name}.json"
    return _parsed(store, path, store.fetch(path))


def _lives(
    store: Store,
    path: str,
    seen: Tagged,
    seconds: float,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> bool:
    """Watch the lease until it changes, or for its time; say whether it changed."""
    until = clock() + seconds * MARGIN
    while clock() < until:
        sleep(min(2.0, seconds / (4 * BEATS)))
        now = store.fetch(path)
        if now is None or now.tag != seen.tag:
            return True
    return False


def _held(store: Store, path: str, state: LeaseState) -> LeaseHeld:
    return LeaseHeld(
        f"{state.who} works in {store.uri} and is alive, so nothing was done. Wait until it has "
        f"finished, or stop it; its lease ({store.url(path)}) is free {state.seconds:g} s later."
    )


def _parsed(store: Store, path: str, found: Tagged | None) -> LeaseState | None:
    if found is None:
        return None
    try:
        return LeaseState.model_validate_json(found.content)
    except ValidationError as error:
        raise StorageError(
            f"{store.url(path)} is no lease. See that no run works in the root, then delete it."
        ) from error


def _written(state: LeaseState) -> bytes:
    return (state.model_dump_json(indent=2) + "\n").encode()


def _who() -> str:
    return f"process {os.getpid()} on {socket.gethostname()}"
