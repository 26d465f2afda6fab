"""What of a root is kept, and what nothing that is kept rests on: the mark of mark and sweep.

Kept are the newest releases, the latest, the one before it, those with a tag, those that wait to be
promoted, and the stage parts that the manifests of all these name. What is younger than the grace
time is kept, too. Answers, reviews, leases and files that are none of ours are never garbage here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from schemas.prune import GarbageKind, KeptRelease, PruneParams
from tasks.storage.disk import LOCK
from tasks.storage.files import Begun, Listed
from tasks.storage.releases import (
    CLAIMS,
    FOLDER,
    MANIFEST,
    ReleaseLine,
    list_releases,
    read_manifest,
    read_pointer,
    release_path,
    versions,
)
from tasks.storage.store import Store, is_hidden
from tasks.storage.tags import read_tags
from tasks.storage.turns import LOCK as TURN

STAGES: Final = "stages"
DAMAGED: Final = "damaged"
_UNKNOWN: Final = datetime(1970, 1, 1, tzinfo=UTC)  # of places that date nothing


@dataclass(frozen=True)
class Garbage:
    """One file that nothing rests on."""

    path: str
    size: int  # bytes
    kind: GarbageKind


@dataclass(frozen=True)
class Survey:
    """What is kept of a root, and what is not."""

    kept: tuple[KeptRelease, ...]
    dropped: tuple[str, ...]
    garbage: tuple[Garbage, ...]
    uploads: tuple[Begun, ...]
    since: datetime  # what is younger stays


def survey(
    store: Store, params: PruneParams, begun: Iterable[str] = (), busy: Iterable[str] = ()
) -> Survey:
    """Return what a prune by ``params`` would keep and remove.

    ``begun`` are versions that may be there though a listing lacks them, ``busy`` those that are
    being built: what is there of them stays. Raises DamagedPart or
    StorageError where a manifest cannot be read: what it rests on is not known, so nothing is
    garbage.
    """
    since = store.now() - timedelta(hours=params.grace)
    known = {*versions(store), *_committed(store, {*begun, *_named(store)})}
    lines = list_releases(store, known)
    listed = store.listed("", hidden=True)
    young = {
        _version_of(file.path)
        for file in listed
        if _is_manifest(file.path) and not _old(file, since)
    }
    kept = tuple(_kept(store, lines, params.keep, young))
    names = {release.version for release in kept}
    marked = {stem(path) for name in names for path in read_manifest(store, name).inputs}
    mark = _Mark(names, known, set(busy), marked, since)
    return Survey(
        kept=kept,
        dropped=tuple(line.version for line in lines if line.version not in names),
        garbage=tuple(mark.garbage(listed)),
        uploads=tuple(upload for upload in store.begun() if upload.since < since),
        since=since,
    )


def stem(path: str) -> str:
    """Return what all tables of a stage part have in common of their paths."""
    folder, _, name = path.rpartition("/")
    return f"{folder}/{name.partition('.')[0]}"


def _named(store: Store) -> Iterator[str]:
    """Yield the versions that pointer and tags name: they are looked for, whatever a listing says."""
    pointer = read_pointer(store)
    yield from (name for name in (pointer and (pointer.version, pointer.before)) or () if name)
    yield from read_tags(store).values()


def _committed(store: Store, names: Iterable[str]) -> Iterator[str]:
    return (name for name in names if store.exists(release_path(name, MANIFEST)))


def _kept(
    store: Store, lines: tuple[ReleaseLine, ...], keep: int, young: set[str]
) -> Iterator[KeptRelease]:
    """Yield the releases that are kept, oldest first, each with the strongest reason."""
    pointer = read_pointer(store)
    newest = {line.version for line in [one for one in lines if one.canary is None][-keep:]}
    for line in lines:
        reasons = (
            ("the latest", line.latest),
            ("the latest before", pointer is not None and line.version == pointer.before),
            (f"tag {', '.join(line.tags)}", bool(line.tags)),
            ("waits to be promoted", line.held),
            (f"one of the newest {keep}", line.version in newest),
            ("within the grace time", line.version in young),
        )
        why = next((reason for reason, holds in reasons if holds), None)
        if why is not None:
            yield KeptRelease(version=line.version, why=why)


@dataclass(frozen=True)
class _Mark:
    """What is kept: releases, and the stems of stage parts; and from when on everything is."""

    kept: set[str]
    known: set[str]
    busy: set[str]
    stems: set[str]
    since: datetime

    def garbage(self, listed: Iterable[Listed]) -> Iterator[Garbage]:
        """Yield those of ``listed`` that nothing rests on."""
        for file in listed:
            kind = self._kind(file)
            if kind == "release" or (kind is not None and _old(file, self.since)):
                yield Garbage(file.path, file.size, kind)

    def _kind(self, file: Listed) -> GarbageKind | None:
        """Return what sort of garbage ``file`` is if it is old enough; None where it is none."""
        folder, *rest = file.path.split("/")
        if is_hidden(file.path):
            return None if file.path in {LOCK, TURN} else "draft"
        if folder == FOLDER and len(rest) > 1:
            return self._of_release(rest[0])
        if folder == STAGES and len(rest) == 2 and rest[1].endswith(".parquet"):
            return None if stem(file.path) in self.stems else "stage"
        if folder == CLAIMS:
            return None if rest[0].removesuffix(".json") in self.busy else "claim"
        return "damaged" if folder == DAMAGED else None

    def _of_release(self, version: str) -> GarbageKind | None:
        if version in self.kept or version in self.busy:
            return None
        return "release" if version in self.known else "unfinished"


def _old(file: Listed, since: datetime) -> bool:
    """Say whether ``file`` was written before ``since``; what is not dated counts as new."""
    return _UNKNOWN < file.modified < since


def _is_manifest(path: str) -> bool:
    parts = path.split("/")
    return len(parts) == 3 and parts[0] == FOLDER and parts[2] == MANIFEST


def _version_of(path: str) -> str:
    return path.split("/")[1]
