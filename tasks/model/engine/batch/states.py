"""What stands in the root about every batch, written before the provider hears of it.

    answers/batches/open/<id>.json      its state: planned → uploaded → created → done
    answers/batches/open/<id>.keys      keys of its requests, one a line, in the order of its lines
    answers/batches/alive/<owner>.json  when the run that sees to it last said that it lives
    answers/batches/closed/<id>.json    the state of a batch that is over, its remote files deleted

On one machine a file lock per batch decides who sees to it. Between machines the owner's sign of
life does, and of several that take over the same batch at once, one conditional write succeeds.
"""

import fcntl
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Literal
from uuid import uuid4

from pydantic import Field, ValidationError

from schemas.errors import Overtaken, StorageError
from schemas.record import Record, content_id
from tasks.storage.store import Store

FOLDER: Final = "answers/batches"
_LONG_DEAD: Final = 100  # leases

Stage = Literal["planned", "uploaded", "created", "done"]


class BatchState(Record):
    """One batch: what it is, how far it is, and who sees to it."""

    id: str = Field(description="of its content: model, keys and round")
    round: int = Field(1, ge=1, description="higher where the same requests were sent before")
    stage: Stage = "planned"
    model: str
    host: str = Field(description="of the endpoint that it is sent to")
    count: int = Field(ge=1, description="requests")
    size: int = Field(ge=1, description="bytes of its lines")
    reserved: float = Field(0, ge=0, description="US dollars that it costs at most")
    owner: str
    machine: str
    created: float = Field(description="seconds since 1970, by the clock of the first owner")
    file: str | None = Field(None, description="the provider's id of the input file")
    batch: str | None = Field(None, description="the provider's id of the batch")
    results: tuple[str, ...] = Field((), description="the provider's ids of its result files")
    status: str | None = Field(None, description="how it ended, in the provider's word")
    answered: int = 0
    failed: int = 0
    cost: float | None = None


class SignOfLife(Record):
    """When a run last said that it sees to its batches."""

    seen: float = Field(description="seconds since 1970")


class TakenOver(Exception):  # never leaves this package
    """Another machine sees to the batch now."""


class Register:
    """The batches of one root, as one run sees them. Its calls block; it may be used by threads."""

    def __init__(
        self, store: Store, folder: Path, now: Callable[[], float], lease: float = 120
    ) -> None:
        """Keep states in ``store`` and locks in ``folder`` of this machine.

        A run on another machine that gave no sign of life for ``lease`` seconds is taken for dead.
        """
        self._store, self._now, self.lease = store, now, lease
        self._folder = folder / content_id("root", _address(store.uri))
        self._folder.mkdir(parents=True, exist_ok=True)
        self.machine = _machine(folder)
        self.owner = f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:8]}"
        self._locks: dict[str, int] = {}
        self._beaten: float | None = None

    def close(self) -> None:
        """Give up all batches; they stay as they are."""
        for identity in tuple(self._locks):
            self.release(identity)
        if self._beaten is not None:
            with suppress(StorageError):
                self._store.delete(self._alive(self.owner))
                self._sweep()

    def beat(self) -> None:
        """Say that this run lives, where it sees to any batch and has not just said so."""
        now = self._now()
        said = self._beaten is not None and 0 <= now - self._beaten < self.lease / 8
        if self._locks and not said:
            sign = SignOfLife(seen=now).model_dump_json()
            self._store.write(self._alive(self.owner), sign.encode())
            self._beaten = now

    @contextmanager
    def planning(self) -> Iterator[None]:
        """Keep other runs of this machine from planning batches within the block."""
        descriptor = os.open(self._folder / "planning.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def open_states(self) -> list[BatchState]:
        """Return the batches that are not over, in the order of their ids."""
        paths = self._store.list(f"{FOLDER}/open")
        states = (self._read(path) for path in paths if path.endswith(".json"))
        return [state for state in states if state is not None]

    def state(self, identity: str) -> BatchState | None:
        """Return the open batch ``identity`` as it stands now; None where it is over."""
        return self._read(_open(identity))

    def keys(self, identity: str) -> tuple[str, ...]:
        """Return the keys of an open batch, in the order of its lines; none where it is over."""
        try:
            return tuple(self._store.read(_keys(identity)).decode().split())
        except StorageError:
            if self._store.exists(_open(identity)):
                raise
            return ()

    def plan(
        self, keys: Sequence[str], model: str, host: str, size: int, reserved: float
    ) -> BatchState:
        """Write the intent to send ``keys`` as one batch and take it; keys first, then the state."""
        state = BatchState(
            id="", model=model, host=host, count=len(keys), size=size, reserved=reserved,
            owner=self.owner, machine=self.machine, created=self._now(),
        )  # fmt: skip
        state = self._identified(state, keys)
        self._locked(state.id, wait=True)
        self.beat()
        self._store.write(_keys(state.id), "\n".join(keys).encode())
        self._write(state)
        return state

    def take(self, identity: str) -> BatchState | None:
        """See to an open batch from now on; None where another run does, or it is over."""
        if not self._locked(identity):
            return None
        found = self._store.fetch(_open(identity))
        state = self._parsed(_open(identity), found.content) if found else None
        if found is None or state is None or self._sees_to_it(state):
            self.release(identity)
            return None
        self.beat()
        mine = state.model_copy(update={"owner": self.owner, "machine": self.machine})
        try:
            self._store.replace(_open(identity), _written(mine), found.tag)
        except Overtaken:
            self.release(identity)
            return None
        return mine

    def check(self, state: BatchState) -> None:
        """Raise TakenOver where another machine has taken the batch, or has ended it."""
        found = self.state(state.id)
        if found is None or found.owner != self.owner:
            raise TakenOver

    def save(self, state: BatchState) -> None:
        """Write how far the batch is. Raises TakenOver where it is no longer ours."""
        self.check(state)
        self._write(state)

    def drop(self, state: BatchState) -> None:
        """Forget a batch of which the provider knows nothing."""
        self._store.delete(_open(state.id))
        self._store.delete(_keys(state.id))
        self.release(state.id)

    def end(self, state: BatchState) -> None:
        """Move a batch that is over to the closed ones."""
        self._store.write(_closed(state.id), _written(state))
        self.drop(state)
        with suppress(OSError):
            self._lock_file(state.id).unlink()

    def address(self, identity: str) -> str:
        """Return where the state of an open batch stands."""
        return self._store.url(_open(identity))

    def release(self, identity: str) -> None:
        """Let another run see to the batch."""
        descriptor = self._locks.pop(identity, None)
        if descriptor is not None:
            os.close(descriptor)

    def _identified(self, state: BatchState, keys: Sequence[str]) -> BatchState:
        """Give the state its content id: of the first round in which these keys were not sent."""
        for number in range(1, 1_000_000):
            identity = content_id("batch", state.host, state.model, number, *sorted(keys))
            if not self._store.exists(_closed(identity)):
                break
        return state.model_copy(update={"id": identity, "round": number})

    def _sees_to_it(self, state: BatchState) -> bool:
        """Say whether a run on another machine does; on this one, the lock has answered that."""
        if state.machine == self.machine:
            return False
        return self._now() - self._seen(self._alive(state.owner)) < self.lease

    def _locked(self, identity: str, *, wait: bool = False) -> bool:
        if identity in self._locks:
            return False
        descriptor = os.open(self._lock_file(identity), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._locks[identity] = descriptor
        return True

    def _lock_file(self, identity: str) -> Path:
        return self._folder / f"{identity}.lock"

    def _write(self, state: BatchState) -> None:
        self._store.write(_open(state.id), _written(state))

    def _read(self, path: str) -> BatchState | None:
        found = self._store.fetch(path)
        return self._parsed(path, found.content) if found else None

    def _parsed(self, path: str, content: bytes) -> BatchState:
        try:
            return BatchState.model_validate_json(content)
        except ValidationError as error:
            raise StorageError(
                f"{self._store.url(path)} is no state of a batch ({error.error_count()} problems). "
                "Requests in it may have been paid for: mend the file, or delete it to have them "
                "asked again."
            ) from error

    def _sweep(self) -> None:
        """Remove signs of life of runs that are long dead."""
        for path in self._store.list(f"{FOLDER}/alive"):
            if self._now() - self._seen(path) > _LONG_DEAD * self.lease:
                self._store.delete(path)

    def _seen(self, path: str) -> float:
        """Return when the run gave its sign of life; 0 where there is none."""
        try:
            return SignOfLife.model_validate_json(self._store.read(path)).seen
        except (StorageError, ValidationError):
            return 0.0

    def _alive(self, owner: str) -> str:
        return f"{FOLDER}/alive/{owner}.json"


def _written(state: BatchState) -> bytes:
    return state.model_dump_json(indent=1).encode()


def _open(identity: str) -> str:
    return f"{FOLDER}/open/{identity}.json"


def _keys(identity: str) -> str:
    return f"{FOLDER}/open/{identity}.keys"


def _closed(identity: str) -> str:
    return f"{FOLDER}/closed/{identity}.json"


def _address(uri: str) -> str:
    return uri if "://" in uri else os.path.realpath(uri)


def _machine(folder: Path) -> str:
    """Return the id of this machine: of its state folder, made once."""
    path = folder / "machine"
    if not path.exists():
        draft = folder / f".machine.{uuid4().hex}"
        draft.write_text(uuid4().hex)
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text()
