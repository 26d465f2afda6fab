"""Who builds in a root now, and who prunes it: builds share it, a prune has it alone.

    leases/running.json   one entry per build or prune, with a beat that it raises while it lives,
                          and the versions that were begun since the last prune

A build finds parts that no manifest names, and names them when it is committed; until then nothing
but the build knows of them, so what is not named may be removed only while nobody builds. Age does
not tell: a part that is found keeps the time at which it was made, and in a bucket that can be
changed only by writing it anew. Marks that are looked for in a listing do not tell either, where a
listing may be late. Here every coming and going is a compare-and-swap of one file, which is read by
its name: a prune that got in saw no build in it, and a build that comes later finds the prune.

Who was killed is watched, as in ``lease``, until its time is over without a beat, and taken out. A
build that was only paused for so long finds that out before and after it is committed, by
``confirm``, and looks whether its parts are still there. A prune looks on its own clock before each
file that it removes whether its time is over. One that is paused between that look and the removal
itself, for longer than its time, may still remove the few files that it was about to: no store
refuses that. ``verify --deep`` names them then, ``repair`` makes them again.
"""

import logging
import os
import random
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final, Literal, NamedTuple
from uuid import uuid4

from pydantic import Field, ValidationError

from schemas.errors import LeaseHeld, LeaseLost, MissingFile, Overtaken, StorageError
from schemas.record import Record
from tasks.storage.files import Tagged
from tasks.storage.lease import BEATS, MARGIN
from tasks.storage.store import Store

PATH: Final = "leases/running.json"
SECONDS: Final = 60.0
PATIENCE: Final = 3600.0  # s that a build waits for a prune
REMEMBERED: Final = 200  # versions
_TRIES: Final = 200
_PAUSE: Final = 0.05  # s at most, after another was faster

Kind = Literal["build", "prune"]
Clock = Callable[[], float]
Sleep = Callable[[float], None]

log = logging.getLogger(__name__)


class Entry(Record):
    """One row per process that builds or prunes."""

    kind: Kind
    nonce: str
    who: str = Field(description="machine and process, for people")
    version: str | None = Field(None, description="that it may commit")
    seconds: float = Field(gt=0, description="without a beat, then it counts as dead")
    beat: int = Field(0, ge=0)


class Running(Record):
    """What stands in the file."""

    entries: tuple[Entry, ...] = ()
    begun: tuple[str, ...] = Field((), description="versions that may have come since a prune")

    def before(self, kind: Kind) -> tuple[Entry, ...]:
        """Return whom one of ``kind`` must wait for: a prune for all, a build for a prune."""
        return tuple(entry for entry in self.entries if "prune" in (kind, entry.kind))

    def beside(self, entry: Entry) -> "Running":
        """Return this with ``entry`` in it, where nobody is there for whom it must wait."""
        if self.before(entry.kind):
            return self
        begun = dict.fromkeys((*self.begun, *filter(None, [entry.version])))
        return Running(entries=(*self.entries, entry), begun=tuple(begun)[-REMEMBERED:])

    def without(self, nonces: Iterable[str]) -> "Running":
        """Return this without some of its entries."""
        out = set(nonces)
        kept = tuple(entry for entry in self.entries if entry.nonce not in out)
        return self.model_copy(update={"entries": kept})

    def beating(self, nonce: str) -> "Running":
        """Return this with one beat raised."""
        entries = tuple(
            entry.model_copy(update={"beat": entry.beat + (entry.nonce == nonce)})
            for entry in self.entries
        )
        return self.model_copy(update={"entries": entries})

    def has(self, nonce: str) -> bool:
        """Say whether an entry is still there."""
        return any(entry.nonce == nonce for entry in self.entries)


class Presence:
    """One's own entry, kept alive by a thread."""

    def __init__(
        self, store: Store, entry: Entry, state: Running, since: float, clock: Clock
    ) -> None:
        """Keep ``entry``, which stands in ``state`` since ``since`` on ``clock``."""
        self.begun = state.begun
        self._store, self._entry, self._clock = store, entry, clock
        self._until = since + entry.seconds
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="running", daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Raise LeaseLost where others may take this process for dead by now; asks nobody."""
        if self._clock() > self._until:
            raise LeaseLost(
                f"Nothing was heard of this process in {self._store.uri} for "
                f"{self._entry.seconds:g} s, so others may build there by now, and nothing more is "
                "removed. Run the same command again."
            )

    def confirm(self, paths: Iterable[str]) -> None:
        """Make sure that a build may name ``paths``: that nobody took it for dead, or all are there.

        Raises MissingFile where a prune has removed some of them meanwhile.
        """
        if _read(self._store).has(self._entry.nonce):
            return
        entered = _enter(self._store, self._entry, PATIENCE, self._clock, time.sleep)
        self._entry, self._until = entered.entry, entered.since + entered.entry.seconds
        missing = [path for path in paths if not self._store.exists(path)]
        if missing:
            raise MissingFile(
                f"This build was not heard of for {self._entry.seconds:g} s and taken for dead, "
                f"and {len(missing)} parts that it had found were pruned, such as "
                f"{self._store.url(missing[0])}. Run it again: only they are made anew."
            )

    def leave(self, forget: Iterable[str] = ()) -> None:
        """Take the entry out, and forget versions that need not be looked for any more."""
        self._over.set()
        self._thread.join()
        out = set(forget)

        def left(state: Running) -> Running:
            kept = tuple(version for version in state.begun if version not in out)
            return state.without([self._entry.nonce]).model_copy(update={"begun": kept})

        try:
            _change(self._store, left)
        except StorageError as error:
            log.warning("An entry in %s is left to run out: %s", PATH, error)

    def _run(self) -> None:
        while not self._over.wait(self._entry.seconds / BEATS):
            begun, entry = self._clock(), self._entry
            try:
                state = _change(self._store, lambda state: state.beating(self._entry.nonce))
            except Exception as error:  # noqa: BLE001  # the thread must go on: the way may mend
                log.warning("An entry in %s could not be renewed: %s", PATH, error)
                continue
            if state.has(entry.nonce) and entry is self._entry:
                self._until = begun + entry.seconds


@contextmanager
def building(
    store: Store, version: str | None, *, seconds: float = SECONDS, patience: float = PATIENCE
) -> Iterator[Presence]:
    """Keep parts that no release names from being pruned for the length of the block.

    ``version`` is what may be committed in it. Waits while a prune is at work; raises LeaseHeld
    where that takes longer than ``patience`` seconds.
    """
    presence = _present(store, "build", version, seconds, patience)
    try:
        yield presence
    finally:
        presence.leave()


@contextmanager
def pruning(store: Store, *, seconds: float = SECONDS, patience: float = 0.0) -> Iterator[Presence]:
    """Have the root alone for the length of the block; builds that begin meanwhile wait for its end.

    ``begun`` of the presence are versions to look for by their names. Raises LeaseHeld where a build
    is at work for longer than ``patience`` seconds.
    """
    presence = _present(store, "prune", None, seconds, patience)
    forget: tuple[str, ...] = ()
    try:
        yield presence
        forget = presence.begun
    finally:
        presence.leave(forget)


def running_versions(store: Store) -> tuple[str, ...]:
    """Return the versions that are being built, as far as is known."""
    return tuple(entry.version for entry in _read(store).entries if entry.version)


class _Entered(NamedTuple):
    """An entry that got in, in which state, and when on one's own clock that was begun."""

    entry: Entry
    state: Running
    since: float


def _present(
    store: Store, kind: Kind, version: str | None, seconds: float, patience: float
) -> Presence:
    who = f"process {os.getpid()} on {socket.gethostname()}"
    entry = Entry(kind=kind, nonce="", who=who, version=version, seconds=seconds)
    found = _enter(store, entry, patience, time.monotonic, time.sleep)
    return Presence(store, found.entry, found.state, found.since, time.monotonic)


def _enter(store: Store, entry: Entry, patience: float, clock: Clock, sleep: Sleep) -> _Entered:
    """Put ``entry`` under a new nonce into the file, after those that it must wait for."""
    mine = entry.model_copy(update={"nonce": uuid4().hex, "beat": 0})
    given_up = clock() + patience
    dead: tuple[str, ...] = ()
    while True:
        since = clock()
        state = _change(store, lambda state: state.without(dead).beside(mine))  # noqa: B023  # called at once
        if state.has(mine.nonce):
            return _Entered(mine, state, since)
        alive, dead = _watched(store, state.before(entry.kind), clock, sleep)
        if alive is not None and clock() >= given_up:
            raise _held(store, alive)


def _watched(
    store: Store, others: Iterable[Entry], clock: Clock, sleep: Sleep
) -> tuple[Entry | None, tuple[str, ...]]:
    """Watch ``others`` until one shows that it lives, or each is gone or dead; return it, and these."""
    begun, left, dead = clock(), {entry.nonce: entry for entry in others}, list[str]()
    while left:
        sleep(min(2.0, *(entry.seconds / (4 * BEATS) for entry in left.values())))
        now = {entry.nonce: entry for entry in _read(store).entries}
        for nonce, seen in tuple(left.items()):
            if nonce not in now:
                del left[nonce]
            elif now[nonce].beat != seen.beat:
                return seen, tuple(dead)
            elif clock() - begun > seen.seconds * MARGIN:
                dead.append(nonce)
                del left[nonce]
    return None, tuple(dead)


def _change(store: Store, changed: Callable[[Running], Running]) -> Running:
    """Replace what stands in the file by ``changed`` of it, and return that."""
    for _ in range(_TRIES):
        found = store.fetch(PATH)
        state = _parsed(store, found)
        new = changed(state)
        content = (new.model_dump_json(indent=2) + "\n").encode()
        try:
            if new == state:
                return new
            if found is None:
                store.create_new(PATH, content)
            else:
                store.replace(PATH, content, found.tag)
        except Overtaken:
            time.sleep(random.uniform(0, _PAUSE))  # noqa: S311  # no secret
            continue
        return new
    raise StorageError(f"{store.url(PATH)} was changed by others {_TRIES} times. Try again later.")


def _read(store: Store) -> Running:
    return _parsed(store, store.fetch(PATH))


def _parsed(store: Store, found: Tagged | None) -> Running:
    try:
        return Running.model_validate_json(found.content) if found else Running()
    except ValidationError as error:
        raise StorageError(
            f"{store.url(PATH)} does not say who works there. See that nothing builds or prunes in "
            "the root, then delete it."
        ) from error


def _held(store: Store, entry: Entry) -> LeaseHeld:
    if entry.kind == "prune":
        return LeaseHeld(
            f"{entry.who} prunes {store.uri} and is alive, so nothing was begun. Wait until it has "
            "finished, or stop it."
        )
    what = f"builds “{entry.version}” in" if entry.version else "works in"
    return LeaseHeld(
        f"{entry.who} {what} {store.uri} and is alive. It may rest on parts that no release names "
        "yet, so nothing was removed. Prune again when it has finished."
    )
