"""Moving ``releases/latest.json``: by compare-and-swap, and fenced where a lease is held.

A pointer carries the number of the lease under which it was last moved. Who takes over a lease of
another raises that number first, at the version that is there: from then on, the other's move finds
another tag than it read, and a larger number than its own.

It carries its last moves too, so that a rollback knows where to: who moves it and who remembers that
is one write.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pydantic import ValidationError

from schemas.errors import LeaseLost, Overtaken, StorageError
from schemas.release import Move, Pointer
from tasks.storage.files import Tagged
from tasks.storage.lease import SECONDS, Lease, acquire
from tasks.storage.releases import LATEST
from tasks.storage.store import Store

ROOT: Final = "root"
KEPT: Final = 64  # moves
_TRIES: Final = 20


def move_latest(
    store: Store,
    version: str,
    manifest_sha256: str,
    expected: str | None,
    lease: Lease | None = None,
    move: Move | None = None,
) -> Pointer:
    """Let ``latest.json`` name ``version`` where it names ``expected`` now (None: nothing yet).

    ``move`` is what is remembered of it. Returns the new pointer; one that is there already is no fault. Raises Overtaken where it names
    something else, LeaseLost where ``lease`` is held by another.
    """
    found = store.fetch(LATEST)
    now = _parsed(found)
    fence = now.fence if now else 0
    if lease is not None:
        lease.confirm()  # after the fetch: a take-over since then changes the tag
        _check_fence(store, fence, lease)
        fence = lease.fence
    new = Pointer(
        version=version, manifest_sha256=manifest_sha256, fence=fence,
        moves=_moves(now, move or Move(version=version)),
    )  # fmt: skip
    if now == new:
        return new
    if (now.version if now else None) != expected:
        raise _overtaken(store, now, expected)
    try:
        _put(store, new, found)
    except Overtaken:
        raise _overtaken(store, _parsed(store.fetch(LATEST)), expected) from None
    return new


def advance_latest(
    store: Store,
    version: str,
    manifest_sha256: str,
    lease: Lease | None = None,
    move: Move | None = None,
) -> Pointer:
    """Let ``latest.json`` name ``version``, whatever it names now; of several, the last one wins.

    Raises LeaseLost where ``lease`` is held by another.
    """
    for _ in range(_TRIES):
        now = _parsed(store.fetch(LATEST))
        try:
            expected = now.version if now else None
            return move_latest(store, version, manifest_sha256, expected, lease, move)
        except Overtaken:
            continue
    raise StorageError(f"{store.url(LATEST)} was moved by others {_TRIES} times. Try again later.")


@contextmanager
def holding_root(
    store: Store, *, seconds: float = SECONDS, patience: float = 0.0
) -> Iterator[Lease]:
    """Hold the lease on the whole root for the length of the block, and give it to ``move_latest``.

    Raises LeaseHeld where another run holds it and is alive.
    """
    with acquire(store, ROOT, seconds=seconds, patience=patience) as lease:
        if lease.taken_over:
            raise_fence(store, lease)
        yield lease


def raise_fence(store: Store, lease: Lease) -> None:
    """Let the pointer carry the number of ``lease``, so that earlier holders cannot move it."""
    for _ in range(_TRIES):
        found = store.fetch(LATEST)
        now = _parsed(found)
        if now is None or now.fence >= lease.fence:
            return
        try:
            _put(store, now.model_copy(update={"fence": lease.fence}), found)
        except Overtaken:
            continue
        return
    raise StorageError(f"{store.url(LATEST)} was moved by others {_TRIES} times. Try again later.")


def _moves(now: Pointer | None, move: Move) -> tuple[Move, ...]:
    """Return the moves of ``now`` and ``move``; a pointer that names the version already is not moved."""
    if now is None:
        return (move,)
    if now.version == move.version:
        return now.moves
    return (*(now.moves or (Move(version=now.version),)), move)[-KEPT:]


def _put(store: Store, pointer: Pointer, found: Tagged | None) -> None:
    content = (pointer.model_dump_json(indent=2, exclude_defaults=True) + "\n").encode()
    if found is None:
        store.create_new(LATEST, content)
    else:
        store.replace(LATEST, content, found.tag)


def _parsed(found: Tagged | None) -> Pointer | None:
    """Return the pointer; None where there is none, or it is torn, which the next move mends."""
    try:
        return Pointer.model_validate_json(found.content) if found else None
    except ValidationError:
        return None


def _check_fence(store: Store, fence: int, lease: Lease) -> None:
    if fence > lease.fence:
        raise LeaseLost(
            f"{store.url(LATEST)} was moved under lease {fence} meanwhile, this run holds number "
            f"{lease.fence}, so it was left as it is."
        )


def _overtaken(store: Store, now: Pointer | None, expected: str | None) -> Overtaken:
    def named(version: str | None) -> str:
        return f"“{version}”" if version else "nothing"

    return Overtaken(
        f"{store.url(LATEST)} names {named(now.version if now else None)}, not {named(expected)} as "
        "when this run began: another moved it. The new release is whole; name it with --version, "
        "or promote it."
    )
